//! The HTTP upgrade to WebSocket (RFC 6455 section 4), for the session and for remote login. The crate for the frames has one,
//! too, but with a whole HTTP library, which makes ours 60 kB larger.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::http_head;

/// Most bytes of a response before its empty line.
const LIMIT: usize = 8 << 10;

/// What a server said to the request.
pub(crate) struct Answer {
    head: String,
    /// What the Sec-WebSocket-Accept header has to say.
    accept: String,
    /// What has come after the response.
    pub(crate) tail: Vec<u8>,
}

/// Why there is no answer.
pub(crate) enum Failed {
    Closed,
    NotHttp,
    Io(io::Error),
}

/// Sends what `request` makes of a fresh key and reads the answer.
pub(crate) async fn exchange<S>(stream: &mut S, request: impl FnOnce(&str) -> String) -> Result<Answer, Failed>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|e| Failed::Io(io::Error::other(format!("no random numbers: {e}"))))?;
    let key = STANDARD.encode(nonce);
    let request = request(&key);
    stream.write_all(request.as_bytes()).await.map_err(Failed::Io)?;
    stream.flush().await.map_err(Failed::Io)?;
    let mut input = Vec::new();
    let end = read(stream, &mut input).await?;
    let tail = input.split_off(end);
    Ok(Answer {
        tail,
        ..Answer::new(&input, accept(&key))
    })
}

/// Reads up to the empty line that ends a response; where that is.
async fn read<S: AsyncRead + Unpin>(stream: &mut S, input: &mut Vec<u8>) -> Result<usize, Failed> {
    const START: &[u8] = b"HTTP/";
    loop {
        let begun = input.iter().zip(START).all(|(byte, wanted)| byte == wanted);
        if !begun || input.len() > LIMIT {
            return Err(Failed::NotHttp);
        }
        if let Some(at) = input.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return Ok(at + 4);
        }
        match stream.read_buf(input).await {
            Ok(0) => return Err(Failed::Closed),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Err(Failed::Closed),
            Err(e) => return Err(Failed::Io(e)),
        }
    }
}

/// What a server that understands WebSocket makes of a key.
pub(super) fn accept(key: &str) -> String {
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(ring::digest::digest(
        &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        text.as_bytes(),
    ))
}

impl Answer {
    pub(super) fn new(head: &[u8], accept: String) -> Answer {
        Answer {
            head: String::from_utf8_lossy(head).into_owned(),
            accept,
            tail: Vec::new(),
        }
    }

    /// The status code and, behind it, the rest of the line with the code, printable and short; `None`: not HTTP.
    pub(crate) fn status(&self) -> Option<(u16, String)> {
        let line = self.head.lines().next().unwrap_or_default();
        let code = http_head::status(line.as_bytes()).filter(|code| *code < 600)?;
        let shown = line.split_once(' ').map_or("", |(_, shown)| shown);
        let shown: String = shown.chars().filter(|c| matches!(c, ' '..='~')).take(60).collect();
        Some((code, shown.trim_end().to_owned()))
    }

    /// The values of all headers of this name.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let headers = self.head.lines().skip(1).map(str::as_bytes);
        http_head::values(headers, name).map(|value| std::str::from_utf8(value).unwrap_or_default())
    }

    /// Whether the server has switched to WebSocket, and means our request.
    pub(crate) fn upgraded(&self) -> bool {
        let lists = |name, word: &str| {
            let mut words = self.values(name).flat_map(|value| value.split(','));
            words.any(|w| w.trim().eq_ignore_ascii_case(word))
        };
        let accepted = self.values("Sec-WebSocket-Accept").eq([self.accept.as_str()]);
        lists("Upgrade", "websocket") && lists("Connection", "Upgrade") && accepted
    }
}
