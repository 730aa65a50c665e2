//! Near-field soft bus kit: device-to-device links in a soft bus group.
#![allow(unused_parens)] // the parentheses belong to the C macros

#[cfg(feature = "dconn")]
use std::ffi::c_char;
use std::ffi::c_int;

#[cfg(feature = "dconn")]
use super::near_link::{self, Backend};
#[cfg(feature = "dconn")]
use c_library::boundary;
#[cfg(feature = "dconn")]
use nearlink::{address, code, vendor};

pub mod types;

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

pub use types::*;

exported!(
    code::ERROR,
    /// Starts the near-field component, which connects devices of a soft bus group with each other over the LAN. As server: this
    /// device accepts connections at its address. As client: it connects to each listed server, in order, and stays connected:
    /// a lost or failed connection is tried again in the background until CloseDConnCaseOne. Both may be called repeatedly and
    /// mixed; up to 4 server addresses. Port, limits and the back-end are set by environment variables HWMQTT_DCONN_…
    /// (a program that configures itself calls setenv before the first call).
    ///
    /// - `type`: INIT_SERVICE or INIT_CLIENT.
    /// - `ipAry`: plain IPv4 or IPv6 addresses; server: one; client: up to 128 separated by ','. Not NULL.
    /// - `errorIp`: room for DCONN_IP_ADDR_LEN bytes, or NULL; receives the first failing entry of the list, "" when the
    ///   failure is not about one. Unchanged on success.
    ///
    /// Returns DC_SUCCESS: the server listens, or every listed server is authenticated. Otherwise the reason:
    /// DC_ERR_INVALID_INIT_TYPE; DC_ERR_NULLPTR (ipAry); DC_ERR_CB_NOT_REGISTER (no RegisterCallback, or one of isValidIP,
    /// isValidDeviceID, getAuthKey, getDeviceID is NULL); DC_ERR_INVALID_DEVICE_ID (the own id, or the server's id is not
    /// accepted); DC_ERR_IP_FORMAT; DC_ERR_BIND_PORT; DC_ERR_THRESHOLD_EXCEED (fifth server address);
    /// DC_ERR_CONNECTION_REFUSED; DC_ERR_INVALID_AUTH_KEY (no usable key); DC_ERR_AUTH_FAILED (wrong key);
    /// DC_ERR_DEVICE_NOT_AUTHORIZED; DC_ERR_PEER_NUM_EXCEED; DC_ERR_AUTH_INIT_FAILED; DC_ERR_INVALID_AUTH_STAT;
    /// DC_ERR_PROCESS_AUTH_DATA; DC_ERR_HEADER_INVALID; DC_ERR_CREATE_THREAD; DC_ERR_MBEDTLS_GEN_RANDOM; DC_ERR_BRANCH
    /// (called on the component's own network thread, or by a vendor's library); DC_ERROR.
    ///
    /// Blocks until done: up to 3 s to connect and 3 s per answer, for each address. Any thread and any callback.
    #[cfg(feature = "dconn")]
    pub fn InitDConnCaseOne(r#type: u32, ipAry: *const c_char, errorIp: *mut c_char) -> u32 {
        // SAFETY: the caller's list and buffer, as described above.
        let fill = |text: &[u8]| unsafe { put_error_ip(errorIp, text) };
        match near_link::backend() {
            Backend::Stub => {
                let mut text = [0; DCONN_IP_ADDR_LEN as usize];
                text.iter_mut().zip(STUB_TEXT).for_each(|(to, from)| *to = *from);
                fill(&text);
                u32::MAX
            }
            Backend::Vendor(slot) => {
                let Some(vendor) = slot.get() else {
                    fill(b"\0");
                    return code::ERROR;
                };
                let mut written = [0; vendor::ERROR_IP];
                // SAFETY: the caller's string.
                let code = unsafe { vendor.init(r#type, ipAry, &mut written) };
                if code != code::SUCCESS {
                    let text = written.split(|&byte| byte == 0).next().unwrap_or_default();
                    fill(&address::for_error_ip(text));
                }
                code
            }
            Backend::Component(component) => {
                // SAFETY: the caller's string.
                let list = unsafe { boundary::bytes(ipAry) };
                match component.init(r#type, list) {
                    Ok(()) => code::SUCCESS,
                    Err(error) => {
                        fill(&address::for_error_ip(&error.token));
                        error.code
                    }
                }
            }
        }
    }
);

/// What the C SDK's stub says instead of an address.
#[cfg(feature = "dconn")]
const STUB_TEXT: &[u8] = b"Please add proximal components.";

/// # Safety
/// `to` is NULL or has room for DCONN_IP_ADDR_LEN bytes.
#[cfg(feature = "dconn")]
unsafe fn put_error_ip(to: *mut c_char, text: &[u8]) {
    let length = text.len().min(DCONN_IP_ADDR_LEN as usize);
    if !to.is_null() {
        // SAFETY: within the caller's room.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr().cast(), to, length) };
    }
}

exported!(
    /// Registers the program's callbacks; replaces those registered before. The struct is copied.
    ///
    /// sendDataResultCb (may be NULL): once for every DConnSendData that returned DC_SUCCESS. onReceiveDataCb (may be NULL: then
    /// messages are refused): a message; a NUL byte follows the data in memory. Both run one at a time on one thread, pointers are
    /// valid during the call. isValidIP, isValidDeviceID, getAuthKey, getDeviceID run on threads of the component, several at once;
    /// the strings they return are copied and never freed. The library's own functions of these names may be given, getAuthKey
    /// too although it has two parameters. Every function of this header may be called inside every callback.
    ///
    /// - `callback`: NULL: nothing happens.
    ///
    /// Any thread and any callback; before InitDConnCaseOne.
    #[cfg(feature = "dconn")]
    pub fn RegisterCallback(callback: *const CallbackParam) {
        // SAFETY: the caller's struct or NULL.
        let Some(callback) = (unsafe { callback.as_ref() }) else {
            return;
        };
        match near_link::backend() {
            Backend::Stub => {}
            Backend::Component(component) => component.register(near_link::callbacks(callback)),
            Backend::Vendor(slot) => slot.register(*callback),
        }
    }
);

exported!(
    code::ERROR,
    /// Sends a message to a connected device. A server reaches its clients, a client its servers; there is no relaying.
    ///
    /// - `targetDeviceId`: 1 to 128 bytes.
    /// - `data`: copied during the call.
    /// - `dataLen`: 1 to DCONN_DATA_BODY_LEN bytes.
    ///
    /// Returns DC_SUCCESS: accepted; exactly one sendDataResultCb follows, with DC_SUCCESS when the peer's library has the
    /// message, DC_ERR_THRESHOLD_EXCEED when its queue was full, DC_ERR_CB_NOT_REGISTER when it has no receiver,
    /// DC_ERR_SEND_FAILED when the connection was lost or 10 s passed. Otherwise no callback follows: DC_ERR_NULLPTR;
    /// DC_ERR_INVALID_DEVICE_ID; DC_ERROR (dataLen 0); DC_ERR_SEND_DATA_EXCEED; DC_ERR_CB_NOT_REGISTER;
    /// DC_ERR_DEVICE_ID_NOT_FOUND (not connected); DC_ERR_DEVICE_NOT_AUTHORIZED (authentication not finished, or just removed);
    /// DC_ERR_THRESHOLD_EXCEED (64 messages to that device are not acknowledged yet).
    ///
    /// Does not block. Any thread and any callback.
    #[cfg(feature = "dconn")]
    pub fn DConnSendData(targetDeviceId: *const c_char, data: *const c_char, dataLen: u32) -> u32 {
        match near_link::backend() {
            Backend::Stub => u32::MAX,
            Backend::Vendor(slot) => match slot.get() {
                // SAFETY: the caller's pointers.
                Some(vendor) => unsafe { vendor.send(targetDeviceId, data, dataLen) },
                None => code::ERROR,
            },
            Backend::Component(component) => {
                // SAFETY: the caller's string, and as many bytes as the caller says; more than the limit are never looked at.
                let (target, data) = unsafe {
                    let length = (dataLen as usize).min(DCONN_DATA_BODY_LEN as usize + 1);
                    let data = (!data.is_null()).then(|| std::slice::from_raw_parts(data.cast::<u8>(), length));
                    (boundary::bytes(targetDeviceId), data)
                };
                component.send(target, data)
            }
        }
    }
);

exported!(
    /// CloseDConnCaseOne, and forgets the callbacks.
    ///
    /// Any thread and any callback.
    #[cfg(feature = "dconn")]
    pub fn UnRegisterCallback() {
        match near_link::backend() {
            Backend::Stub => {}
            Backend::Component(component) => component.unregister(),
            Backend::Vendor(slot) => {
                if let Some(vendor) = slot.get() {
                    vendor.unregister();
                }
            }
        }
    }
);

exported!(
    /// Ends all connections and stops reconnecting. Every accepted message has had its result when this returns, and no callback
    /// runs afterwards (called inside a callback: except that one). Repeated calls do nothing; InitDConnCaseOne starts again.
    ///
    /// Waits for callbacks that are running on other threads. Any thread and any callback.
    #[cfg(feature = "dconn")]
    pub fn CloseDConnCaseOne() {
        match near_link::backend() {
            Backend::Stub => {}
            Backend::Component(component) => component.close(),
            Backend::Vendor(slot) => {
                if let Some(vendor) = slot.get() {
                    vendor.close();
                }
            }
        }
    }
);

exported!(
    std::ptr::null(),
    ///
    /// Returns a constant text that names the component; NULL with the stub back-end.
    ///
    /// Any thread and any callback.
    #[cfg(feature = "dconn")]
    pub fn GetDConnVersion() -> *const c_char {
        near_link::version(near_link::backend())
    }
);
