//! The HTTP upgrade to WebSocket (RFC 6455 section 4). The crate for the frames has one, too, but with a whole HTTP library,
//! which makes ours 60 kB larger.

use std::io;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::settings::Settings;
use super::super::socket::{describe, Stream};
use super::super::tcp::bare_host;

const PATH: &str = "/mqtt";
const PROTOCOL: &str = "mqtt";

/// Most bytes of a response before its empty line.
const LIMIT: usize = 8 << 10;

/// Asks for the upgrade; what has come after the response. The error is one line for the log.
pub(super) async fn upgrade(stream: &mut Stream, settings: &Settings) -> Result<Vec<u8>, String> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|e| format!("no random numbers for the WebSocket handshake: {e}"))?;
    let key = STANDARD.encode(nonce);
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n",
        host(settings)?
    );
    let sent = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await
    };
    let mut input = Vec::new();
    let ended = match sent.await {
        Ok(()) => read(stream, &mut input).await,
        Err(e) => Err(e),
    };
    match ended {
        Ok(end) => {
            let tail = input.split_off(end);
            judge(&String::from_utf8_lossy(&input), &expected(&key)).map(|()| tail)
        }
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Err(unanswered(
            "it closed the connection; check that this port is one for WebSocket",
        )),
        Err(e) if e.kind() == io::ErrorKind::InvalidData && e.get_ref().is_none() => Err(unanswered(NO_HTTP)),
        Err(e) => Err(describe(&e)),
    }
}

const NO_HTTP: &str = "its answer is not HTTP; check that this port is one for WebSocket";

fn unanswered(why: &str) -> String {
    format!("the server does not answer the WebSocket request (GET {PATH}): {why}")
}

/// Reads up to the empty line that ends a response; where that is. What cannot become a response is `InvalidData`.
async fn read(stream: &mut Stream, input: &mut Vec<u8>) -> io::Result<usize> {
    const START: &[u8] = b"HTTP/";
    loop {
        let begun = input.iter().zip(START).all(|(byte, wanted)| byte == wanted);
        if !begun || input.len() > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if let Some(at) = input.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return Ok(at + 4);
        }
        if stream.read_buf(input).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The Host header: the name that TLS verifies, if there is one beside the address.
fn host(settings: &Settings) -> Result<String, String> {
    let name = settings.tls.as_ref().and_then(|tls| tls.server_name.as_deref());
    let name = bare_host(name.unwrap_or(&settings.host));
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{name:?} cannot be the host of a WebSocket request"));
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

/// What a server that understands WebSocket makes of our key.
fn expected(key: &str) -> String {
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(ring::digest::digest(
        &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        text.as_bytes(),
    ))
}

/// Whether a response is the upgrade we want, or why not and what to look at.
fn judge(response: &str, accept: &str) -> Result<(), String> {
    let mut lines = response.lines();
    let status = lines.next().unwrap_or_default();
    let code = status.split(' ').nth(1).and_then(|code| code.parse::<u16>().ok());
    let Some(code) = code.filter(|code| (100..600).contains(code)) else {
        return Err(unanswered(NO_HTTP));
    };
    if code != 101 {
        let reason = status.split_once(' ').map_or("", |(_, reason)| reason);
        let reason: String = reason.chars().filter(|c| matches!(c, ' '..='~')).take(60).collect();
        return Err(format!(
            "the server answers the WebSocket request (GET {PATH}) with HTTP {}: {}",
            reason.trim_end(),
            hint(code)
        ));
    }
    let headers: Vec<(&str, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let values = |wanted: &'static str| {
        let fits = move |name: &str| name.eq_ignore_ascii_case(wanted);
        headers
            .iter()
            .filter(move |(name, _)| fits(name))
            .map(|(_, value)| *value)
    };
    let lists = |name, word: &str| {
        let mut words = values(name).flat_map(|value| value.split(','));
        words.any(|w| w.trim().eq_ignore_ascii_case(word))
    };
    let upgraded = lists("Upgrade", "websocket") && lists("Connection", "Upgrade");
    if !upgraded || !values("Sec-WebSocket-Accept").eq([accept]) {
        return Err(unanswered(
            "its answer is no upgrade to WebSocket; check whether a proxy is between",
        ));
    }
    if !values("Sec-WebSocket-Protocol").eq([PROTOCOL]) {
        return Err(unanswered(
            "it does not agree to the sub-protocol \"mqtt\"; check that an MQTT platform serves this address",
        ));
    }
    if values("Sec-WebSocket-Extensions").any(|value| !value.is_empty()) {
        return Err(unanswered("it wants an extension that was not offered"));
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

    use super::*;

    const GOOD: &str = "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    #[test]
    fn the_example_of_rfc_6455() {
        assert_eq!(expected("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
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
