//! The web socket of a tunnel (docs/spec/services.md#tunnel-socket): how it is opened, kept alive,
//! and how it ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::transport::tcp::{Tcp, Unreachable, bare_host};
use crate::transport::tls;
use crate::transport::upgrade::{Failed, exchange};

/// For the name, TCP, TLS and the upgrade together.
const READY_WITHIN: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(20);
/// Without a pong, or with nothing taken off our hands.
const LOST_AFTER: Duration = Duration::from_secs(60);
/// For the peer to answer, or to take note of, a close frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
const MAX_MESSAGE: usize = 1 << 20;

/// The certificates that are trusted; asked at each attempt.
pub type Trust = Arc<dyn Fn() -> Result<Arc<ClientConfig>, String> + Send + Sync>;

/// Where the web socket goes.
#[derive(Clone)]
pub struct Target {
    pub site: String,
    pub port: u16,
    pub path: String,
    /// Whole header lines, each with its line end in front.
    pub header: String,
    pub trust: Trust,
}

impl Target {
    /// From the parts of [`super::split`], which a program may have changed; the error is one line for the log.
    pub fn new(site: &[u8], port: &[u8], path: &[u8], header: &[u8], trust: Trust) -> Result<Target, &'static str> {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned);
        let breaks = |bytes: &[u8]| bytes.iter().any(|byte| *byte <= b' ' || *byte == 0x7f);
        let line = header.strip_prefix(b"\r\n").ok_or("the token is no header line")?;
        if line.is_empty() || line.iter().any(u8::is_ascii_control) {
            return Err("the token is no header line");
        }
        if site.is_empty() || breaks(site) || !path.starts_with(b"/") || breaks(path) {
            return Err("the host or the path is not one of a URL");
        }
        let port = text(port).ok().and_then(|port| port.parse().ok()).unwrap_or(0);
        if port == 0 {
            return Err("the port is no number from 1 to 65535");
        }
        let (Ok(site), Ok(path), Ok(header)) = (text(site), text(path), text(header)) else {
            return Err("the host, the path or the token is not UTF-8");
        };
        Ok(Target {
            site,
            port,
            path,
            header,
            trust,
        })
    }

    /// Opens the web socket; the error is one line for the log.
    pub(super) async fn open(&self) -> Result<Socket<TlsStream<Tcp>>, String> {
        match timeout(READY_WITHIN, self.connect()).await {
            Ok(result) => result,
            Err(_) => Err(format!("not ready after {} s", READY_WITHIN.as_secs())),
        }
    }

    async fn connect(&self) -> Result<Socket<TlsStream<Tcp>>, String> {
        let config = (self.trust)()?;
        let name = ServerName::try_from(bare_host(&self.site).to_owned())
            .map_err(|_| format!("{} is no host name", self.site))?;
        let tcp = Tcp::dial(&self.site, self.port).await.map_err(Unreachable::text)?;
        let tls = TlsConnector::from(config)
            .connect(name, tcp)
            .await
            .map_err(|e| refusal(&e))?;
        self.upgrade(tls).await
    }

    /// The request as the C SDK's platform knows it, by hand: the order of its headers is part of the interface.
    pub(super) async fn upgrade<S: Stream>(&self, mut stream: S) -> Result<Socket<S>, String> {
        let Target { site, path, header, .. } = self;
        let request = |key: &str| {
            format!(
                "GET {path} HTTP/1.1\r\nHost: {site}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{site}{header}\r\n\r\n"
            )
        };
        let answer = exchange(&mut stream, request).await.map_err(|why| match why {
            Failed::Closed => "closed without an answer to the upgrade".to_owned(),
            Failed::NotHttp => "the answer is not HTTP".to_owned(),
            Failed::Io(e) => format!("the upgrade failed: {e}"),
        })?;
        match answer.status() {
            Some((101, _)) if answer.upgraded() => {}
            Some((101, _)) => return Err("the answer does not accept the web socket".to_owned()),
            Some((_, status)) => return Err(format!("the platform answers with status {status}")),
            None => return Err("the answer is not HTTP".to_owned()),
        }
        let limits = WebSocketConfig::default()
            .read_buffer_size(8 << 10)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let inner = WebSocketStream::from_partially_read(stream, answer.tail, Role::Client, Some(limits)).await;
        Ok(Socket {
            inner,
            next_ping: Instant::now() + PING_EVERY,
            unanswered: None,
        })
    }
}

/// Why there is no TLS.
fn refusal(error: &io::Error) -> String {
    use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
    match error.get_ref().and_then(|e| e.downcast_ref()) {
        // The session's words name a way around this check, which there is none here.
        Some(rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
            "the server's certificate is for another host than the platform's notice names".to_owned()
        }
        _ => tls::explain(error).unwrap_or_else(|| error.to_string()),
    }
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// An open web socket.
pub(super) struct Socket<S> {
    inner: WebSocketStream<S>,
    next_ping: Instant,
    /// When the first ping without a pong went out.
    unanswered: Option<Instant>,
}

/// What comes out of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived {
    Text(Bytes),
    End(End),
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By the peer, with this code.
    Closed(u16),
    /// Without a word.
    Lost(String),
}

impl<S: Stream> Socket<S> {
    /// The next message; pings meanwhile. May be dropped and called again at any time.
    pub(super) async fn receive(&mut self) -> Arrived {
        loop {
            let late = self.unanswered.map(|since| since + LOST_AFTER);
            let wake = late.map_or(self.next_ping, |late| late.min(self.next_ping));
            tokio::select! {
                message = self.inner.next() => match message {
                    Some(Ok(Message::Text(text))) => return Arrived::Text(text.into()),
                    Some(Ok(Message::Pong(_))) => self.unanswered = None,
                    Some(Ok(Message::Close(frame))) => {
                        let code = frame.map_or(CloseCode::Status, |frame| frame.code);
                        self.drain().await; // the code goes back
                        return Arrived::End(End::Closed(code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(e)) => return Arrived::End(self.broken(e).await),
                    None => return Arrived::End(End::Lost("closed without a close code".to_owned())),
                },
                () = sleep_until(wake) => {
                    let now = Instant::now();
                    if late.is_some_and(|late| now >= late) {
                        let lost = format!("no pong for {} s", LOST_AFTER.as_secs());
                        return Arrived::End(End::Lost(lost));
                    }
                    self.next_ping = now + PING_EVERY;
                    self.unanswered = self.unanswered.or(Some(now));
                    if let Err(end) = self.put(Message::Ping(Bytes::new())).await {
                        return Arrived::End(end);
                    }
                }
            }
        }
    }

    pub(super) async fn send(&mut self, text: String) -> Result<(), End> {
        self.put(Message::Text(text.into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        match timeout(LOST_AFTER, self.inner.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(End::Lost(e.to_string())),
            Err(_) => Err(End::Lost(format!(
                "nothing could be sent for {} s",
                LOST_AFTER.as_secs()
            ))),
        }
    }

    /// Tells the peer what is wrong with what it sent.
    async fn broken(&mut self, error: Error) -> End {
        let code = match &error {
            Error::Capacity(_) => Some(CloseCode::Size),
            Error::Utf8(_) => Some(CloseCode::Invalid),
            Error::Protocol(_) => Some(CloseCode::Protocol),
            _ => None,
        };
        if let Some(code) = code {
            self.say(code).await;
        }
        End::Lost(error.to_string())
    }

    async fn say(&mut self, code: CloseCode) {
        let frame = CloseFrame {
            code,
            reason: Default::default(),
        };
        let _ = timeout(CLOSE_WITHIN, self.inner.close(Some(frame))).await; // it is over anyway
    }

    async fn drain(&mut self) {
        let rest = async { while let Some(Ok(_)) = self.inner.next().await {} };
        let _ = timeout(CLOSE_WITHIN, rest).await; // as above
    }

    /// Ends it from this side.
    pub(super) async fn close(mut self) {
        self.say(CloseCode::Normal).await;
        self.drain().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError;

    /// Each cause has its own words, and none names a way around the check, which there is none here.
    #[test]
    fn refused_certificates() {
        for (why, words) in [
            (CertificateError::Expired, "has expired"),
            (CertificateError::UnknownIssuer, "rootcert.pem"),
            (CertificateError::NotValidForName, "for another host"),
        ] {
            let error = rustls::Error::InvalidCertificate(why);
            let text = refusal(&io::Error::new(io::ErrorKind::InvalidData, error));
            assert!(text.contains(words) && !text.contains("skips"), "{text}");
        }
        assert_eq!(refusal(&io::Error::other("cut")), "cut");
    }
}
