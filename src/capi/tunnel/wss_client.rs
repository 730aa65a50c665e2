//! Remote login: the web socket to the platform.

use std::ffi::{c_char, c_int, CStr};

header!(WSS_CLIENT_H);

pub const TUNNEL_WSSCLIENT_CLOSE_NORMAL: c_int = 1000;
pub const TUNNEL_WSSCLIENT_AUTH_FAILED: c_int = 1002;
pub const TUNNEL_WSSCLIENT_REPEAT_CONN: c_int = 4000;
pub const TUNNEL_WSSCLIENT_CONN_RETRY_TIMES: c_int = 10;
/// Microseconds.
pub const TUNNEL_WSSCLIENT_CONN_RETRY_DELAY: c_int = 1000000;
/// Microseconds.
pub const TUNNEL_WSSCLIENT_PING_DELAY: c_int = 20000000;
/// Seconds.
pub const TUNNEL_WSSCLIENT_CONN_TIMEOUT: c_int = 10;
pub const TUNNEL_WSSCLIENT_RSPMSG_LEN: c_int = 2304;
pub const TUNNEL_WSSCLIENT_DEFAULT_PORT: &CStr = c"443";
pub const TUNNEL_WSSCLIENT_DEFAULT_PORT_LEN: c_int = 3;

/// Where the web socket connects to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct URL_INFO {
    pub site: *mut c_char,
    pub port: *mut c_char,
    pub path: *mut c_char,
    pub token: *mut c_char,
}
