//! Return codes.
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::c_int;

header!(IOTA_ERROR_TYPE_H);

/// Done, or accepted. Reports return it, too; a packet id is returned only by
/// IOTA_RawTopicMessageReport, IOTA_Bootstrap, IOTA_M2MSendMsg and the subscriptions.
pub const IOTA_SUCCESS: c_int = (0);
/// Not accepted: state, range or internal failure; the log says which.
pub const IOTA_FAILURE: c_int = (-1);
/// A required argument or configuration item is missing.
pub const IOTA_PARAMETER_EMPTY: c_int = (-101);
/// A file or other resource cannot be used.
pub const IOTA_RESOURCE_NOT_AVAILABLE: c_int = (-102);
/// Initialised already.
pub const IOTA_INITIALIZATION_REPEATED: c_int = (-103);
/// A library cannot be loaded.
pub const IOTA_LIBRARY_LOAD_FAILED: c_int = (-104);
/// The connection password cannot be computed.
pub const IOTA_SECRET_ENCRYPT_FAILED: c_int = (-105);
/// The connection cannot be attempted.
pub const IOTA_MQTT_CONNECT_FAILED: c_int = (-106);
/// Connected already.
pub const IOTA_MQTT_CONNECT_EXISTED: c_int = (-107);
/// A certificate or key file is missing.
pub const IOTA_CERTIFICATE_NOT_FOUND: c_int = (-108);
/// The disconnection failed.
pub const IOTA_MQTT_DISCONNECT_FAILED: c_int = (-109);
/// A text that must be JSON is not.
pub const IOTA_PARSE_JSON_FAILED: c_int = (-110);
/// An argument is outside its range.
pub const IOTA_PARAMETER_ERROR: c_int = (-111);
/// Too many elements for one call.
pub const IOTA_NUMBER_EXCEEDS: c_int = (-112);
/// The web socket of remote login cannot be connected.
pub const IOTA_WSS_CONNECT_FAILED: c_int = (-113);
/// A thread cannot be created.
pub const IOTA_THREAD_CREATE_FAILED: c_int = (-114);
