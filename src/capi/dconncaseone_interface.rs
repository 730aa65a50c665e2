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

pub const INIT_SERVICE: c_int = (0);
pub const INIT_CLIENT: c_int = (1);
pub const DCONN_DEVICE_ID_LEN: c_int = 128;
pub const DCONN_IP_ADDR_LEN: c_int = 46;
pub const DCONN_AUTH_KEY_LEN: c_int = 16;
pub const DCONN_DATA_BODY_LEN: c_int = 2018;

c_enum! {
    pub enum _ {
        DC_SUCCESS = 0,
        DC_ERROR = 1,
        DC_ERR_BRANCH = 2,
        DC_ERR_ALLOC_MEMORY = 3,
        DC_ERR_CREATE_THREAD = 4,
        DC_ERR_THRESHOLD_EXCEED = 5,
        DC_ERR_NULLPTR = 16390,
        DC_ERR_INVALID_JSON = 16391,
        DC_ERR_INVALID_DEVICE_ID = 4097,
        DC_ERR_CB_NOT_REGISTER = 4098,
        DC_ERR_INVALID_AUTH_KEY = 4099,
        DC_ERR_MBEDTLS_SETKEY = 8193,
        DC_ERR_MBEDTLS_ENCRYPT = 8194,
        DC_ERR_MBEDTLS_SEED = 8195,
        DC_ERR_MBEDTLS_GEN_RANDOM = 8196,
        DC_ERR_MBEDTLS_DECRYPT = 8197,
        DC_ERR_HEADER_INVALID = 12289,
        DC_ERR_CONNECTION_REFUSED = 16385,
        DC_ERR_BIND_PORT = 16386,
        DC_ERR_SEND_FAILED = 16387,
        DC_ERR_IP_FORMAT = 20481,
        DC_ERR_DEVICE_ID_NOT_FOUND = 20482,
        DC_ERR_DEVICE_NOT_AUTHORIZED = 20483,
        DC_ERR_INVALID_INIT_TYPE = 20484,
        DC_ERR_PEER_NUM_EXCEED = 24577,
        DC_ERR_SEND_DATA_EXCEED = 24578,
        DC_ERR_AUTH_FAILED = 28673,
        DC_ERR_AUTH_INIT_FAILED = 28674,
        DC_ERR_GET_GROUP_MANAGER = 28675,
        DC_ERR_INVALID_AUTH_STAT = 28676,
        DC_ERR_PROCESS_AUTH_DATA = 28677,
        DC_ERR_CREATE_GROUP = 28678,
        DC_ERR_REG_HICHAIN_CB = 28679,
        DC_ERR_ADD_MEMBER = 28680,
        DC_ERR_INVALID_REQUEST_ID = 28681,
        DC_ERR_HICHAIN_AUTH_MSG_EXCEED = 28682,
    }
}

pub type SendDataCallback = Option<unsafe extern "C" fn(deviceId: *const c_char, result: u32)>;

pub type ReceiveDataCallback =
    Option<unsafe extern "C" fn(deviceId: *const c_char, receiveData: *const c_char, datelen: u32)>;

pub type IsValidIP = Option<unsafe extern "C" fn(ip: *const c_char) -> bool>;

pub type IsValidDeviceID = Option<unsafe extern "C" fn(deviceID: *const c_char) -> bool>;

pub type GetAuthKey = Option<unsafe extern "C" fn(targetDeviceID: *const c_char) -> *mut c_char>;

pub type GetDeviceID = Option<unsafe extern "C" fn() -> *mut c_char>;

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
