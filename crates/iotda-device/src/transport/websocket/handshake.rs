//! Asking for MQTT over WebSocket, and what the answer means in words that say what to check.

use std::fmt;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::super::settings::Settings;
use super::super::tcp::bare_host;
use super::super::tls::describe;
use super::super::upgrade::{Answer, Failed, exchange};

const PATH: &str = "/mqtt";
const PROTOCOL: &str = "mqtt";

/// Why there is no upgrade; its text is for the log.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What the address names cannot stand in a request.
    Host(String),
    Closed,
    NotHttp,
    NotUpgraded,
    /// Another sub-protocol, or none.
    NotMqtt,
    Extension,
    /// Another status than 101, and its line.
    Status(u16, String),
    Io(io::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            Refused::Host(name) => return write!(f, "{name:?} cannot be the host of a WebSocket request"),
            Refused::Status(code, status) => {
                let hint = hint(*code);
                return write!(
                    f,
                    "the server answers the WebSocket request (GET {PATH}) with HTTP {status}: {hint}"
                );
            }
            Refused::Io(cause) => return f.write_str(&describe(cause)),
            Refused::Closed => "it closed the connection; check that this port is one for WebSocket",
            Refused::NotHttp => "its answer is not HTTP; check that this port is one for WebSocket",
            Refused::NotUpgraded => "its answer is no upgrade to WebSocket; check whether a proxy is between",
            Refused::NotMqtt => {
                "it does not agree to the sub-protocol \"mqtt\"; check that an MQTT platform serves this address"
            }
            Refused::Extension => "it wants an extension that was not offered",
        };
        write!(
            f,
            "the server does not answer the WebSocket request (GET {PATH}): {why}"
        )
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Refused::Io(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<Failed> for Refused {
    fn from(failed: Failed) -> Refused {
        match failed {
            Failed::Closed => Refused::Closed,
            Failed::NotHttp => Refused::NotHttp,
            Failed::Io(cause) => Refused::Io(cause),
        }
    }
}

/// Asks for the upgrade; what has come after the response.
pub(super) async fn upgrade<S>(stream: &mut S, settings: &Settings) -> Result<Vec<u8>, Refused>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let host = host(settings)?;
    let request = |key: &str| {
        format!(
            "GET {PATH} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
        )
    };
    let answer = exchange(stream, request).await?;
    judge(&answer)?;
    Ok(answer.tail)
}

/// The Host header: the name that TLS verifies, if there is one beside the address.
fn host(settings: &Settings) -> Result<String, Refused> {
    let name = settings.tls.as_ref().and_then(|tls| tls.server_name.as_deref());
    let name = bare_host(name.unwrap_or(&settings.host));
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refused::Host(name.to_owned()));
    }
    let name = match name.contains(':') {
        true => format!("[{name}]"),
        false => name.to_owned(),
    };
    let usual = if settings.tls.is_some() { 443 } else { 80 };
    Ok(match settings.port {
        port if port == usual => name,
        port => format!("{name}:{port}"),
    })
}

/// Whether a response is the upgrade we want.
fn judge(answer: &Answer) -> Result<(), Refused> {
    let (code, status) = answer.status().ok_or(Refused::NotHttp)?;
    if code != 101 {
        return Err(Refused::Status(code, status.to_owned()));
    }
    if !answer.upgraded() {
        return Err(Refused::NotUpgraded);
    }
    if !answer.values("Sec-WebSocket-Protocol").eq([PROTOCOL]) {
        return Err(Refused::NotMqtt);
    }
    if answer.values("Sec-WebSocket-Extensions").any(|value| !value.is_empty()) {
        return Err(Refused::Extension);
    }
    Ok(())
}

fn hint(code: u16) -> &'static str {
    match code {
        100..=299 => "a web server, not an MQTT platform; check address and port",
        300..=399 => "it sends us elsewhere, which is not followed; set the address and port it names",
        401 | 403 | 407 => {
            "access is denied; check that MQTT over WebSocket is allowed there, and what a proxy between wants"
        }
        404 | 405 | 410 => {
            "nothing for MQTT is there; check address and port, and whether the platform offers WebSocket"
        }
        426 => "it wants another protocol; check address and port",
        429 => "too many connections; try again later",
        400..=499 => "it does not like the request; check address, port and whether the platform offers WebSocket",
        _ => "the server or the one behind it has a failure; try again later",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::upgrade::accept;
    use super::*;

    fn judge(response: &str, accept: &str) -> Result<(), String> {
        super::judge(&Answer::new(response.as_bytes(), accept.to_owned())).map_err(|why| why.to_string())
    }

    const GOOD: &str = "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    #[test]
    fn the_example_of_rfc_6455() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(judge(GOOD, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), Ok(()));
    }

    #[test]
    fn answers_that_are_almost_right() {
        for (from, to, why) in [
            ("xOo=", "xOo", "no upgrade"),
            ("mqtt", "MQTT", "sub-protocol"),
            ("\r\n\r\n", "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n", "sub-protocol"),
            (
                "\r\n\r\n",
                "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                "extension",
            ),
            ("101 Switching", "600 Switching", "not HTTP"),
            ("101 Switching", "Switching", "not HTTP"),
            (
                "101 Switching Protocols",
                "401 \x1b[31mno\u{fc}",
                "HTTP 401 [31mno: access",
            ),
        ] {
            let text = judge(&GOOD.replace(from, to), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").unwrap_err();
            assert!(text.contains(why), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_judged(response in "\\PC{0,80}", start in prop_oneof!["HTTP/1.1 [0-9]{1,4} ?", ""]) {
            let text = format!("{start}{response}\r\n{response}\r\n\r\n");
            prop_assert!(judge(&text, "x").is_err());
        }
    }
}
