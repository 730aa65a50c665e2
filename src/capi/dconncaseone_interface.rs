//! Near-field soft bus kit: device-to-device links in a soft bus group.
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::{c_char, c_int};

header!(DCONNCASEONE_INTERFACE_H, "<stdbool.h>", "<stdint.h>");

c_verbatim!(
    r#"
#if defined(__LINUX__) || defined(_UNIX)
#define DCONN_API_PUBLIC __attribute__((visibility("default")))
#else
#define DCONN_API_PUBLIC
#endif
"#
);

/// `InitDConnCaseOne`: this device accepts connections.
pub const INIT_SERVICE: c_int = (0);
/// `InitDConnCaseOne`: this device connects.
pub const INIT_CLIENT: c_int = (1);
/// Bytes of a device id.
pub const DCONN_DEVICE_ID_LEN: c_int = 128;
/// Bytes of an address, terminator included.
pub const DCONN_IP_ADDR_LEN: c_int = 46;
/// Nominal bytes of a key; longer ones are accepted.
pub const DCONN_AUTH_KEY_LEN: c_int = 16;
/// Bytes of one message.
pub const DCONN_DATA_BODY_LEN: c_int = 2018;

c_enum! {
    /// Result codes.
    pub enum _ {
        /// Done, or accepted for sending.
        DC_SUCCESS = 0,
        /// Internal failure.
        DC_ERROR = 1,
        /// Internal failure.
        DC_ERR_BRANCH = 2,
        /// No memory.
        DC_ERR_ALLOC_MEMORY = 3,
        /// No thread.
        DC_ERR_CREATE_THREAD = 4,
        /// Too many addresses, or too many messages not yet acknowledged.
        DC_ERR_THRESHOLD_EXCEED = 5,
        /// A pointer is NULL.
        DC_ERR_NULLPTR = 16390,
        /// A text that must be JSON is not.
        DC_ERR_INVALID_JSON = 16391,
        /// A device id is missing, too long or not of the group.
        DC_ERR_INVALID_DEVICE_ID = 4097,
        /// `RegisterCallback` was not called, or a callback is NULL.
        DC_ERR_CB_NOT_REGISTER = 4098,
        /// No usable key for the peer.
        DC_ERR_INVALID_AUTH_KEY = 4099,
        /// The key cannot be set up.
        DC_ERR_MBEDTLS_SETKEY = 8193,
        /// Encryption failed.
        DC_ERR_MBEDTLS_ENCRYPT = 8194,
        /// No randomness.
        DC_ERR_MBEDTLS_SEED = 8195,
        /// No randomness.
        DC_ERR_MBEDTLS_GEN_RANDOM = 8196,
        /// Decryption failed.
        DC_ERR_MBEDTLS_DECRYPT = 8197,
        /// Malformed data from the peer.
        DC_ERR_HEADER_INVALID = 12289,
        /// The peer cannot be reached or refuses.
        DC_ERR_CONNECTION_REFUSED = 16385,
        /// The address or port cannot be used.
        DC_ERR_BIND_PORT = 16386,
        /// The connection was lost before the peer acknowledged.
        DC_ERR_SEND_FAILED = 16387,
        /// Not a list of IP addresses.
        DC_ERR_IP_FORMAT = 20481,
        /// No connection to that device.
        DC_ERR_DEVICE_ID_NOT_FOUND = 20482,
        /// The peer is not authenticated or not accepted.
        DC_ERR_DEVICE_NOT_AUTHORIZED = 20483,
        /// Neither `INIT_SERVICE` nor `INIT_CLIENT`.
        DC_ERR_INVALID_INIT_TYPE = 20484,
        /// Too many peers.
        DC_ERR_PEER_NUM_EXCEED = 24577,
        /// The message is longer than `DCONN_DATA_BODY_LEN`.
        DC_ERR_SEND_DATA_EXCEED = 24578,
        /// Authentication failed.
        DC_ERR_AUTH_FAILED = 28673,
        /// No common way to authenticate.
        DC_ERR_AUTH_INIT_FAILED = 28674,
        /// OpenHarmony only, as are the remaining codes.
        DC_ERR_GET_GROUP_MANAGER = 28675,
        /// Unexpected data while authenticating.
        DC_ERR_INVALID_AUTH_STAT = 28676,
        /// Malformed data while authenticating.
        DC_ERR_PROCESS_AUTH_DATA = 28677,
        DC_ERR_CREATE_GROUP = 28678,
        DC_ERR_REG_HICHAIN_CB = 28679,
        DC_ERR_ADD_MEMBER = 28680,
        /// Acknowledgement of an unknown message.
        DC_ERR_INVALID_REQUEST_ID = 28681,
        DC_ERR_HICHAIN_AUTH_MSG_EXCEED = 28682,
    }
}

/// Result of one `DConnSendData`: a result code.
pub type SendDataCallback = Option<unsafe extern "C" fn(deviceId: *const c_char, result: u32)>;

/// `datelen` bytes from a peer.
pub type ReceiveDataCallback =
    Option<unsafe extern "C" fn(deviceId: *const c_char, receiveData: *const c_char, datelen: u32)>;

/// Whether a client with this address may connect.
pub type IsValidIP = Option<unsafe extern "C" fn(ip: *const c_char) -> bool>;

/// Whether this device may connect.
pub type IsValidDeviceID = Option<unsafe extern "C" fn(deviceID: *const c_char) -> bool>;

/// The key shared with this device, or NULL.
pub type GetAuthKey = Option<unsafe extern "C" fn(targetDeviceID: *const c_char) -> *mut c_char>;

/// The id of this device.
pub type GetDeviceID = Option<unsafe extern "C" fn() -> *mut c_char>;

/// The program's side of the kit; `RegisterCallback` copies it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CallbackParam {
    pub sendDataResultCb: SendDataCallback,
    pub onReceiveDataCb: ReceiveDataCallback,
    pub isValidIP: IsValidIP,
    pub isValidDeviceID: IsValidDeviceID,
    pub getAuthKey: GetAuthKey,
    pub getDeviceID: GetDeviceID,
}
