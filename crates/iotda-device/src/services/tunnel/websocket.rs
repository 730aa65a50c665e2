//! The web socket of a tunnel (docs/spec/services.md#tunnel-socket): how it is opened, kept alive,
//! and how it ends.

use std::fmt;
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
use crate::transport::tls::{self, Unusable};
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
pub type Trust = Arc<dyn Fn() -> Result<Arc<ClientConfig>, Unusable> + Send + Sync>;

/// Why a program's words name no place for a web socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTarget {
    Token,
    Place,
    Port,
    NotUtf8,
}

impl BadTarget {
    /// What is wrong, for the log.
    pub fn text(self) -> &'static str {
        match self {
            BadTarget::Token => "the token is no header line",
            BadTarget::Place => "the host or the path is not one of a URL",
            BadTarget::Port => "the port is no number from 1 to 65535",
            BadTarget::NotUtf8 => "the host, the path or the token is not UTF-8",
        }
    }
}

impl From<BadTarget> for crate::error::Error {
    fn from(why: BadTarget) -> Self {
        crate::error::Error::Argument(why.text())
    }
}

/// Why a web socket could not be opened; its text is for the log.
#[derive(Debug)]
pub(super) enum Unopened {
    Late,
    Trust(Unusable),
    /// The platform's notice names what can be no host.
    Host(String),
    Tcp(Unreachable),
    Tls(io::Error),
    /// Without an answer to the upgrade.
    Closed,
    NotHttp,
    Upgrade(io::Error),
    /// The answer is not one to our request.
    NotAccepted,
    /// Another status than 101, and its line.
    Status(String),
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unopened::Late => write!(f, "not ready after {} s", READY_WITHIN.as_secs()),
            Unopened::Trust(why) => why.fmt(f),
            Unopened::Host(name) => write!(f, "{name} is no host name"),
            Unopened::Tcp(why) => why.fmt(f),
            Unopened::Tls(cause) => f.write_str(&refusal(cause)),
            Unopened::Closed => f.write_str("closed without an answer to the upgrade"),
            Unopened::NotHttp => f.write_str("the answer is not HTTP"),
            Unopened::Upgrade(cause) => write!(f, "the upgrade failed: {cause}"),
            Unopened::NotAccepted => f.write_str("the answer does not accept the web socket"),
            Unopened::Status(status) => write!(f, "the platform answers with status {status}"),
        }
    }
}

impl std::error::Error for Unopened {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unopened::Trust(why) => Some(why),
            Unopened::Tcp(why) => Some(why),
            Unopened::Tls(cause) | Unopened::Upgrade(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<Failed> for Unopened {
    fn from(failed: Failed) -> Unopened {
        match failed {
            Failed::Closed => Unopened::Closed,
            Failed::NotHttp => Unopened::NotHttp,
            Failed::Io(cause) => Unopened::Upgrade(cause),
        }
    }
}

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
    /// From the parts of [`super::split`], which a program may have changed.
    pub fn new(site: &[u8], port: &[u8], path: &[u8], header: &[u8], trust: Trust) -> Result<Target, BadTarget> {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned);
        let breaks = |bytes: &[u8]| bytes.iter().any(|byte| *byte <= b' ' || *byte == 0x7f);
        let line = header.strip_prefix(b"\r\n").ok_or(BadTarget::Token)?;
        if line.is_empty() || line.iter().any(u8::is_ascii_control) {
            return Err(BadTarget::Token);
        }
        if site.is_empty() || breaks(site) || !path.starts_with(b"/") || breaks(path) {
            return Err(BadTarget::Place);
        }
        let port = text(port).ok().and_then(|port| port.parse().ok()).unwrap_or(0);
        if port == 0 {
            return Err(BadTarget::Port);
        }
        let (Ok(site), Ok(path), Ok(header)) = (text(site), text(path), text(header)) else {
            return Err(BadTarget::NotUtf8);
        };
        Ok(Target {
            site,
            port,
            path,
            header,
            trust,
        })
    }

    /// Opens the web socket.
    pub(super) async fn open(&self) -> Result<Socket<TlsStream<Tcp>>, Unopened> {
        match timeout(READY_WITHIN, self.connect()).await {
            Ok(result) => result,
            Err(_) => Err(Unopened::Late),
        }
    }

    async fn connect(&self) -> Result<Socket<TlsStream<Tcp>>, Unopened> {
        let config = (self.trust)().map_err(Unopened::Trust)?;
        let name =
            ServerName::try_from(bare_host(&self.site).to_owned()).map_err(|_| Unopened::Host(self.site.clone()))?;
        let tcp = Tcp::dial(&self.site, self.port).await.map_err(Unopened::Tcp)?;
        let tls = TlsConnector::from(config)
            .connect(name, tcp)
            .await
            .map_err(Unopened::Tls)?;
        self.upgrade(tls).await
    }

    /// The request as the C SDK's platform knows it, by hand: the order of its headers is part of the interface.
    pub(super) async fn upgrade<S: Stream>(&self, mut stream: S) -> Result<Socket<S>, Unopened> {
        let Target { site, path, header, .. } = self;
        let request = |key: &str| {
            format!(
                "GET {path} HTTP/1.1\r\nHost: {site}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{site}{header}\r\n\r\n"
            )
        };
        let answer = exchange(&mut stream, request).await?;
        match answer.status() {
            Some((101, _)) if answer.upgraded() => {}
            Some((101, _)) => return Err(Unopened::NotAccepted),
            Some((_, status)) => return Err(Unopened::Status(status)),
            None => return Err(Unopened::NotHttp),
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
#[derive(Debug)]
pub(super) enum Arrived {
    Text(Bytes),
    End(End),
}

/// How it ended.
#[derive(Debug)]
pub(super) enum End {
    /// By the peer, with this code.
    Closed(u16),
    /// Without a word.
    Lost(Loss),
}

/// Why it ended without a word; its text is for the log.
#[derive(Debug)]
pub(super) enum Loss {
    NoCode,
    NoPong,
    /// Nothing was taken off our hands.
    Stuck,
    Broken(Error),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = LOST_AFTER.as_secs();
        match self {
            Loss::NoCode => f.write_str("closed without a close code"),
            Loss::NoPong => write!(f, "no pong for {seconds} s"),
            Loss::Stuck => write!(f, "nothing could be sent for {seconds} s"),
            Loss::Broken(cause) => cause.fmt(f),
        }
    }
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
                    None => return Arrived::End(End::Lost(Loss::NoCode)),
                },
                () = sleep_until(wake) => {
                    let now = Instant::now();
                    if late.is_some_and(|late| now >= late) {
                        return Arrived::End(End::Lost(Loss::NoPong));
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
            Ok(Err(e)) => Err(End::Lost(Loss::Broken(e))),
            Err(_) => Err(End::Lost(Loss::Stuck)),
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
        End::Lost(Loss::Broken(error))
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
