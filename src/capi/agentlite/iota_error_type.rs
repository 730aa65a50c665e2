//! Return codes.
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::c_int;

header!(IOTA_ERROR_TYPE_H);

pub const IOTA_SUCCESS: c_int = (0);
pub const IOTA_FAILURE: c_int = (-1);
pub const IOTA_PARAMETER_EMPTY: c_int = (-101);
pub const IOTA_RESOURCE_NOT_AVAILABLE: c_int = (-102);
pub const IOTA_INITIALIZATION_REPEATED: c_int = (-103);
pub const IOTA_LIBRARY_LOAD_FAILED: c_int = (-104);
pub const IOTA_SECRET_ENCRYPT_FAILED: c_int = (-105);
pub const IOTA_MQTT_CONNECT_FAILED: c_int = (-106);
pub const IOTA_MQTT_CONNECT_EXISTED: c_int = (-107);
pub const IOTA_CERTIFICATE_NOT_FOUND: c_int = (-108);
pub const IOTA_MQTT_DISCONNECT_FAILED: c_int = (-109);
pub const IOTA_PARSE_JSON_FAILED: c_int = (-110);
pub const IOTA_PARAMETER_ERROR: c_int = (-111);
pub const IOTA_NUMBER_EXCEEDS: c_int = (-112);
pub const IOTA_WSS_CONNECT_FAILED: c_int = (-113);
pub const IOTA_THREAD_CREATE_FAILED: c_int = (-114);
