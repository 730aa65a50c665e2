//! Remote login: the web socket to the platform.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

use crate::agentlite::iota_error_type::{IOTA_FAILURE, IOTA_PARAMETER_ERROR};
use c_library::boundary::{bytes, free, malloc_str};
use iotda_device::services::tunnel;

#[cfg(feature = "tunnel")]
use {
    crate::call,
    crate::remote_login::{self, Parts},
    iotda_device::error::Error,
    iotda_device::services::tunnel::message,
};

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

exported!(
    IOTA_FAILURE,
    /// Splits `wss://HOST[:PORT]/PATH` of a tunnel notice (`tunnel_url`) and its access token into what the web socket needs.
    ///
    /// - `info`: gets four strings, each for the caller to `free`: `site` is the host (an IPv6 address keeps its brackets), `port`
    ///   the port or "443", `path` everything from the first `/` with the query, `token` the raw header text, CR LF
    ///   `tunnel_access_token:` and the token. All NULL when the call fails.
    /// - `url`, `token`: C strings. A blank or a control character in the URL, or a control character in the token, is refused.
    ///
    /// Returns 0; -111 when an argument is NULL or refused, the URL does not start with `wss://`,
    /// names no host or has no `/` behind it; -1 when memory is short. Never blocks, works without
    /// `IOTA_Init`, any thread. (docs/spec/services.md#tunnel-api)
    pub fn WssClientSplitUrl(info: *mut URL_INFO, url: *const c_char, token: *const c_char) -> c_int {
        let nothing = URL_INFO {
            site: null_mut(),
            port: null_mut(),
            path: null_mut(),
            token: null_mut(),
        };
        if info.is_null() {
            return IOTA_PARAMETER_ERROR;
        }
        // SAFETY: the program passes a structure, which may be uninitialised, and NULL or C strings.
        let (url, token) = unsafe {
            info.write(nothing);
            (bytes(url), bytes(token))
        };
        let (Some(url), Some(token)) = (url, token) else {
            base::lines::split_url_null();
            return IOTA_PARAMETER_ERROR;
        };
        let Some(endpoint) = tunnel::split(url, token, TUNNEL_WSSCLIENT_DEFAULT_PORT.to_bytes()) else {
            base::lines::split_url_form();
            return IOTA_PARAMETER_ERROR;
        };
        let made = URL_INFO {
            site: malloc_str(endpoint.host),
            port: malloc_str(endpoint.port),
            path: malloc_str(endpoint.path),
            token: malloc_str(&endpoint.header),
        };
        let parts = [made.site, made.port, made.path, made.token];
        if parts.contains(&null_mut()) {
            // SAFETY: they come from malloc_str and go nowhere else.
            parts.iter().for_each(|part| unsafe { free(part.cast()) });
            return IOTA_FAILURE;
        }
        // SAFETY: as above.
        unsafe { info.write(made) };
        0
    }
);

exported!(
    /// Opens the tunnel of remote login and returns: the web socket `wss://site:port/path` to the platform with the header lines
    /// `token`; when the platform connects through it, an SSH session on this machine (localhost, port 22) with the user and the
    /// password that it sends, whose terminal it then works on. Everything happens on the thread `iota-tunnel`:
    /// - The host must be in the platform's domain (the registered part of its address or server name) or on the list of
    ///   `EN_IOTA_CFG_EXT_TUNNEL_HOSTS`, and the device must not be connected without TLS: else nothing is opened. Before
    ///   an address is configured any host is accepted.
    /// - The server's certificate and name are verified against the system's authorities and `conf/rootcert.pem` of the work
    ///   directory before anything is sent.
    /// - Up to 10 attempts to open it, after pauses of 0 to 9 s; when it is lost, up to 10 more after 1 to 10 s. Without a pong for
    ///   60 s it is lost. It ends when the platform closes it with code 1000, 1002 or 4000, by another call of this function (one
    ///   tunnel at a time), and in `IOTA_Destroy`.
    /// - Three logins that fail, for whatever reason, end the tunnel, and none is opened for 60 s; the pause doubles each time,
    ///   up to an hour. After an hour without a failure they are forgotten.
    /// - The begin and the end of each session are lines of level WARNING.
    /// - A new host key of localhost is kept in `~/.ssh/known_hosts`; another one than is there, or of another kind, is refused.
    /// - Neither token, user name, password nor what is typed and shown is logged. The password is overwritten after the login, all
    ///   but one copy inside the SSH client, which is only freed.
    ///
    /// - `info`: the parts that `WssClientSplitUrl` made, none NULL; copied. What is wrong with them is logged.
    ///
    /// Never blocks, any thread, also inside callbacks; works without `IOTA_Init`. Only in
    /// libraries with the cargo feature `tunnel`. (docs/spec/services.md#tunnel)
    #[cfg(feature = "tunnel")]
    pub fn WssClientCreate(info: *const URL_INFO) {
        // SAFETY: the program passes NULL or a structure of NULL and C strings.
        let parts = unsafe {
            info.as_ref().and_then(|info| {
                Some(Parts {
                    site: bytes(info.site)?,
                    port: bytes(info.port)?,
                    path: bytes(info.path)?,
                    header: bytes(info.token)?,
                })
            })
        };
        let result = parts
            .ok_or(Error::Missing("a part of the URL"))
            .and_then(|parts| remote_login::open(&parts));
        call::code(FUNCTION, result);
    }
);

exported!(
    /// Sends a message over the open tunnel: `operation_type` `optype`, `tunnel_service_type` "ssh", `request_id` `reqId`, `data`.
    /// The library does that by itself for the answers to the platform; this is for programs that answer on their own.
    ///
    /// - `reqId`, `optype`: C strings, not NULL.
    /// - `buff`, `len`: `data`; bytes that are not UTF-8 become U+FFFD. NULL or a negative `len`: no member `data`.
    ///
    /// Without an open tunnel, and when 64 messages wait already, it is dropped with a line in the
    /// log. Never blocks, any thread. Only in libraries with the cargo feature `tunnel`.
    /// (docs/spec/services.md#tunnel-messages)
    #[cfg(feature = "tunnel")]
    pub fn WssClientSendRsp(reqId: *const c_char, optype: *const c_char, buff: *mut c_char, len: c_int) {
        // SAFETY: the program passes NULL or C strings.
        let (id, operation) = unsafe { (bytes(reqId), bytes(optype)) };
        let length = usize::try_from(len).ok().filter(|_| !buff.is_null());
        // SAFETY: the program passes `len` readable bytes.
        let data = length.map(|length| unsafe { std::slice::from_raw_parts(buff.cast::<u8>(), length) });
        let data = data.map(String::from_utf8_lossy);
        let result = match (id, operation) {
            (Some(id), Some(operation)) => remote_login::send(message::response(operation, id, data.as_deref())),
            _ => Err(Error::Missing("the request id or the operation type")),
        };
        call::code(FUNCTION, result);
    }
);

exported!(
    /// Sends `disconnect` over the open tunnel, with `data` {`status_code`, `status_msg`}: there is no shell, or not any more. The
    /// library does that by itself.
    ///
    /// - `reqId`, `code`, `msg`: C strings, not NULL.
    ///
    /// Without an open tunnel, and when 64 messages wait already, it is dropped with a line in the
    /// log. Never blocks, any thread. Only in libraries with the cargo feature `tunnel`.
    /// (docs/spec/services.md#tunnel-messages)
    #[cfg(feature = "tunnel")]
    pub fn WssClientSendDisConn(reqId: *const c_char, code: *const c_char, msg: *const c_char) {
        // SAFETY: the program passes NULL or C strings.
        let parts = unsafe { (bytes(reqId), bytes(code), bytes(msg)) };
        let result = match parts {
            (Some(id), Some(status), Some(text)) => remote_login::send(message::disconnect(id, status, text)),
            _ => Err(Error::Missing("the request id, the code or the text")),
        };
        call::code(FUNCTION, result);
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null;

    #[test]
    fn a_refused_url_leaves_nothing_to_free() {
        let stale = c"stale".as_ptr().cast_mut();
        let refused: [(Option<&CStr>, Option<&CStr>); 4] = [
            (None, Some(c"t")),
            (Some(c"wss://h/x"), None),
            (Some(c"wss://h"), Some(c"t")),
            (Some(c"https://h/x"), Some(c"t")),
        ];
        let pointer = |text: Option<&CStr>| text.map_or(null(), CStr::as_ptr);
        for (url, token) in refused {
            let mut info = URL_INFO {
                site: stale,
                port: stale,
                path: stale,
                token: stale,
            };
            let code = unsafe { WssClientSplitUrl(&mut info, pointer(url), pointer(token)) };
            assert_eq!(code, IOTA_PARAMETER_ERROR, "{url:?}");
            assert_eq!(
                [info.site, info.port, info.path, info.token],
                [null_mut(); 4],
                "{url:?}"
            );
        }
        let code = unsafe { WssClientSplitUrl(null_mut(), c"wss://h/x".as_ptr(), c"t".as_ptr()) };
        assert_eq!(code, IOTA_PARAMETER_ERROR);
    }
}
