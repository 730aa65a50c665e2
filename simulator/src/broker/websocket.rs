//! MQTT over WebSocket (RFC 6455, MQTT 3.1.1 section 6), the server's half: a request for an upgrade is told from CONNECT by
//! its first byte, so every port serves both.
//!
//! Frames are cut without regard to packets, and pings come in between, so that a client which expects one packet per frame
//! shows.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use base64::Engine;
use bytes::{Buf, BytesMut};
use sha1::{Digest, Sha1};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::transport::Transport;

/// What a client may send before the empty line.
const REQUEST_LIMIT: usize = 8 * 1024;
/// Unsent output above which nothing more is taken.
const OUTPUT_LIMIT: usize = 256 * 1024;
/// Payload sizes of the frames we send, in turn: each form of the length, and single bytes.
const SIZES: [usize; 8] = [usize::MAX, 1, 125, 126, 3, 4000, 70_000, 2];
/// A ping after so many frames.
const PING_EVERY: u64 = 16;

const CONTINUATION: u8 = 0;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Does the connection start with an HTTP request?
pub fn wanted(first: &[u8]) -> bool {
    first.first() == Some(&b'G')
}

/// Answers the request, of which `input` holds the beginning. The error is a reason for the ledger.
pub async fn accept(mut stream: Transport, mut input: BytesMut) -> Result<WebSocket, String> {
    let end = loop {
        if let Some(at) = input.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break at + 4;
        }
        if input.len() > REQUEST_LIMIT {
            return Err("a request without end".into());
        }
        match stream.read_buf(&mut input).await {
            Ok(0) => return Err("closed in the request".into()),
            Ok(_) => {}
            Err(e) => return Err(e.to_string()),
        }
    };
    let request = String::from_utf8_lossy(&input.split_to(end)).into_owned();
    let answer = answer(&request);
    let text = answer.as_deref().unwrap_or_else(|status| status);
    let sent = async {
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await
    };
    sent.await.map_err(|e| e.to_string())?;
    match answer {
        Ok(_) => Ok(WebSocket {
            inner: stream,
            input,
            output: BytesMut::new(),
            payload: None,
            frames: 0,
            closed: false,
            torn: Arc::default(),
        }),
        Err(status) => {
            let _ = stream.shutdown().await;
            Err(format!("answered {}", status.lines().next().unwrap_or_default()))
        }
    }
}

/// The response that upgrades, or the one that refuses.
fn answer(request: &str) -> Result<String, String> {
    let refuse = |status: &str| {
        Err(format!(
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ))
    };
    let mut lines = request.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let headers: Vec<(&str, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let header = |wanted: &str| {
        let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map_or("", |(_, value)| value)
    };
    let lists = |name: &str, word: &str| header(name).split(',').any(|w| w.trim().eq_ignore_ascii_case(word));
    if path != "/mqtt" {
        return refuse("404 Not Found");
    }
    let upgrade = lists("Upgrade", "websocket") && lists("Connection", "Upgrade");
    if !upgrade || header("Sec-WebSocket-Version") != "13" || header("Sec-WebSocket-Key").is_empty() {
        return refuse("426 Upgrade Required");
    }
    if !lists("Sec-WebSocket-Protocol", "mqtt") {
        return refuse("400 Bad Request");
    }
    let mut hash = Sha1::new();
    hash.update(header("Sec-WebSocket-Key"));
    hash.update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let accept = base64::engine::general_purpose::STANDARD.encode(hash.finalize());
    Ok(format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
    ))
}

/// The rest of a data frame from the device.
struct Payload {
    left: usize,
    mask: [u8; 4],
    /// Position in the mask.
    at: usize,
}

/// The bytes of MQTT inside of the frames.
pub struct WebSocket {
    inner: Transport,
    input: BytesMut,
    output: BytesMut,
    payload: Option<Payload>,
    frames: u64,
    closed: bool,
    torn: Arc<AtomicBool>,
}

impl WebSocket {
    /// Set: the next flush leaves a frame unfinished.
    pub fn tear(&self) -> Arc<AtomicBool> {
        self.torn.clone()
    }

    fn frame(&mut self, kind: u8, payload: &[u8]) {
        let length = payload.len();
        self.output.extend_from_slice(&[0x80 | kind]);
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short @ 0..=125), _) => self.output.extend_from_slice(&[short]),
            (_, Ok(middle)) => {
                self.output.extend_from_slice(&[126]);
                self.output.extend_from_slice(&middle.to_be_bytes());
            }
            _ => {
                self.output.extend_from_slice(&[127]);
                self.output.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        self.output.extend_from_slice(payload);
    }

    fn drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            let count = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.output))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.output.advance(count);
        }
        Poll::Ready(Ok(()))
    }

    /// The next data frame's header, and every control frame before it. `Ok(false)`: more bytes are needed.
    fn parse(&mut self) -> io::Result<bool> {
        let broken = |text: &str| io::Error::new(io::ErrorKind::InvalidData, format!("WebSocket: {text}"));
        while self.payload.is_none() {
            let (Some(&first), Some(&second)) = (self.input.first(), self.input.get(1)) else {
                return Ok(false);
            };
            if second & 0x80 == 0 {
                return Err(broken("a frame without mask"));
            }
            let (size, bytes) = match second & 0x7f {
                126 => (2, 2),
                127 => (8, 8),
                _ => (0, 0),
            };
            let Some(mask) = self.input.get(2 + size..6 + size) else {
                return Ok(false);
            };
            let mask = [mask[0], mask[1], mask[2], mask[3]];
            let length = match bytes {
                0 => u64::from(second & 0x7f),
                _ => self.input[2..2 + bytes]
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            };
            let left = usize::try_from(length).map_err(|_| broken("a frame too long"))?;
            match first & 0x0f {
                BINARY | CONTINUATION => {
                    self.input.advance(6 + size);
                    self.payload = (left > 0).then_some(Payload { left, mask, at: 0 });
                }
                kind @ (CLOSE | PING | PONG) => {
                    if left > 125 {
                        return Err(broken("a control frame too long"));
                    }
                    if self.input.len() < 6 + left {
                        return Ok(false);
                    }
                    self.input.advance(6);
                    let mut payload = self.input.split_to(left);
                    payload
                        .iter_mut()
                        .enumerate()
                        .for_each(|(at, byte)| *byte ^= mask[at % 4]);
                    match kind {
                        PING => self.frame(PONG, &payload),
                        CLOSE => return Err(io::ErrorKind::UnexpectedEof.into()),
                        _ => {}
                    }
                }
                _ => return Err(broken("a frame that is not binary")),
            }
        }
        Ok(true)
    }
}

impl AsyncRead for WebSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            match this.parse() {
                Ok(true) if !this.input.is_empty() => break,
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Poll::Ready(Ok(())),
                Err(e) => return Poll::Ready(Err(e)),
            }
            if let Poll::Ready(Err(e)) = this.drain(cx) {
                return Poll::Ready(Err(e)); // pongs
            }
            let mut chunk = [0; 4096];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.input.extend_from_slice(chunk.filled());
        }
        if let Some(payload) = &mut this.payload {
            let count = payload.left.min(this.input.len()).min(buf.remaining());
            let mut part = this.input.split_to(count);
            for byte in part.iter_mut() {
                *byte ^= payload.mask[payload.at % 4];
                payload.at += 1;
            }
            payload.left -= count;
            if payload.left == 0 {
                this.payload = None;
            }
            buf.put_slice(&part);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WebSocket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.output.len() > OUTPUT_LIMIT {
            ready!(this.drain(cx))?;
        }
        let size = SIZES[this.frames as usize % SIZES.len()];
        let part = buf.get(..size).unwrap_or(buf);
        this.frame(BINARY, part);
        this.frames += 1;
        if this.frames % PING_EVERY == 0 {
            this.frame(PING, b"ping");
        }
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.torn.swap(false, Ordering::AcqRel) {
            this.output.extend_from_slice(&[0x80 | BINARY, 100, 0x30]);
        }
        ready!(this.drain(cx))?;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !std::mem::replace(&mut this.closed, true) {
            this.frame(CLOSE, &1000u16.to_be_bytes());
        }
        ready!(this.drain(cx))?;
        Pin::new(&mut this.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n")
    }

    #[test]
    fn requests_and_their_answers() {
        let good = "upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt, other\r\n";
        let accepted = answer(&request("/mqtt", good)).unwrap();
        assert!(
            accepted.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            "the example of RFC 6455"
        );
        assert!(answer(&request("/", good)).unwrap_err().contains(" 404 "));
        assert!(answer(&request("/mqtt", "")).unwrap_err().contains(" 426 "));
        let other = good.replace("mqtt", "soap");
        assert!(answer(&request("/mqtt", &other)).unwrap_err().contains(" 400 "));
    }
}
