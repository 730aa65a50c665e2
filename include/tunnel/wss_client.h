/* Generated from src/tunnel/wss_client.rs; do not edit. */
/** Remote login: the web socket to the platform. */
#ifndef WSS_CLIENT_H
#define WSS_CLIENT_H

#ifdef __cplusplus
extern "C" {
#endif

#define TUNNEL_WSSCLIENT_CLOSE_NORMAL 1000
#define TUNNEL_WSSCLIENT_AUTH_FAILED 1002
#define TUNNEL_WSSCLIENT_REPEAT_CONN 4000
#define TUNNEL_WSSCLIENT_CONN_RETRY_TIMES 10

/** Microseconds. */
#define TUNNEL_WSSCLIENT_CONN_RETRY_DELAY 1000000

/** Microseconds. */
#define TUNNEL_WSSCLIENT_PING_DELAY 20000000

/** Seconds. */
#define TUNNEL_WSSCLIENT_CONN_TIMEOUT 10

#define TUNNEL_WSSCLIENT_RSPMSG_LEN 2304
#define TUNNEL_WSSCLIENT_DEFAULT_PORT "443"
#define TUNNEL_WSSCLIENT_DEFAULT_PORT_LEN 3

/** Where the web socket connects to. */
typedef struct URL_INFO {
    char *site;
    char *port;
    char *path;
    char *token;
} URL_INFO;

/**
 * Splits `wss://HOST[:PORT]/PATH` of a tunnel notice (`tunnel_url`) and its access token into what
 * the web socket needs.
 *
 * - `info`: gets four strings, each for the caller to `free`: `site` is the host (an IPv6 address
 *   keeps its brackets), `port` the port or "443", `path` everything from the first `/` with the
 *   query, `token` the raw header text, CR LF `tunnel_access_token:` and the token. All NULL when
 *   the call fails.
 * - `url`, `token`: C strings. A blank or a control character in the URL, or a control character in
 *   the token, is refused.
 *
 * Returns 0; -111 when an argument is NULL or refused, the URL does not start with `wss://`, names
 * no host or has no `/` behind it; -1 when memory is short. Never blocks, works without
 * `IOTA_Init`, any thread. (docs/spec/services.md#tunnel-api)
 */
int WssClientSplitUrl(URL_INFO *info, const char *url, const char *token);

/**
 * Opens the tunnel of remote login and returns: the web socket `wss://site:port/path` to the
 * platform with the header lines `token`; when the platform connects through it, an SSH session on
 * this machine (localhost, port 22) with the user and the password that it sends, whose terminal it
 * then works on. Everything happens on the thread `iota-tunnel`:
 * - The host must be in the platform's domain (the registered part of its address or server name)
 *   or on the list of `EN_IOTA_CFG_EXT_TUNNEL_HOSTS`, and the device must not be connected without
 *   TLS: else nothing is opened. Before an address is configured any host is accepted.
 * - The server's certificate and name are verified against the system's authorities and
 *   `conf/rootcert.pem` of the work directory before anything is sent.
 * - Up to 10 attempts to open it, after pauses of 0 to 9 s; when it is lost, up to 10 more after 1
 *   to 10 s. Without a pong for 60 s it is lost. It ends when the platform closes it with code
 *   1000, 1002 or 4000, by another call of this function (one tunnel at a time), and in
 *   `IOTA_Destroy`.
 * - Three logins that fail, for whatever reason, end the tunnel, and none is opened for 60 s; the
 *   pause doubles each time, up to an hour. After an hour without a failure they are forgotten.
 * - The begin and the end of each session are lines of level WARNING.
 * - A new host key of localhost is kept in `~/.ssh/known_hosts`; another one than is there, or of
 *   another kind, is refused.
 * - Neither token, user name, password nor what is typed and shown is logged. The password is
 *   overwritten after the login, all but one copy inside the SSH client, which is only freed.
 *
 * - `info`: the parts that `WssClientSplitUrl` made, none NULL; copied. What is wrong with
 *   them is logged.
 *
 * Never blocks, any thread, also inside callbacks; works without `IOTA_Init`. Only in libraries
 * with the cargo feature `tunnel`. (docs/spec/services.md#tunnel)
 */
void WssClientCreate(const URL_INFO *info);

/**
 * Sends a message over the open tunnel: `operation_type` `optype`, `tunnel_service_type` "ssh",
 * `request_id` `reqId`, `data`. The library does that by itself for the answers to the platform;
 * this is for programs that answer on their own.
 *
 * - `reqId`, `optype`: C strings, not NULL.
 * - `buff`, `len`: `data`; bytes that are not UTF-8 become U+FFFD. NULL or a negative `len`: no
 *   member `data`.
 *
 * Without an open tunnel, and when 64 messages wait already, it is dropped with a line in the log.
 * Never blocks, any thread. Only in libraries with the cargo feature `tunnel`.
 * (docs/spec/services.md#tunnel-messages)
 */
void WssClientSendRsp(const char *reqId, const char *optype, char *buff, int len);

/**
 * Sends `disconnect` over the open tunnel, with `data` {`status_code`, `status_msg`}: there is no
 * shell, or not any more. The library does that by itself.
 *
 * - `reqId`, `code`, `msg`: C strings, not NULL.
 *
 * Without an open tunnel, and when 64 messages wait already, it is dropped with a line in the log.
 * Never blocks, any thread. Only in libraries with the cargo feature `tunnel`.
 * (docs/spec/services.md#tunnel-messages)
 */
void WssClientSendDisConn(const char *reqId, const char *code, const char *msg);

#ifdef __cplusplus
}
#endif

#endif /* WSS_CLIENT_H */
