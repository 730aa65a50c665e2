//! The callbacks of the kit.

use std::ffi::c_char;

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
