//! The byte stream under a session: TCP, TLS, and WebSocket on top of either.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

#[cfg(any(target_os = "linux", target_os = "android"))]
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::settings::{Settings, Transport};
use super::tcp::{Tcp, Unreachable};
use super::tls::{self, Unusable};
use super::websocket::{self, Refused, WebSocket};

/// Why there is no stream for MQTT; its text is for the log.
#[derive(Debug)]
pub(super) enum Unopened {
    Tcp(Unreachable),
    Tls(Unusable),
    Handshake(io::Error),
    WebSocket(Refused),
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unopened::Tcp(why) => why.fmt(f),
            Unopened::Tls(why) => why.fmt(f),
            Unopened::Handshake(cause) => f.write_str(&tls::describe(cause)),
            Unopened::WebSocket(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Unopened {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unopened::Tcp(why) => Some(why),
            Unopened::Tls(why) => Some(why),
            Unopened::Handshake(cause) => Some(cause),
            Unopened::WebSocket(why) => Some(why),
        }
    }
}

/// A connected stream.
pub(super) enum Stream {
    Plain(Tcp),
    Tls(Box<TlsStream<Tcp>>),
    WebSocket(Box<WebSocket<Stream>>),
    /// For tests on a virtual clock.
    #[cfg(test)]
    Memory(tokio::io::DuplexStream),
}

impl Stream {
    /// A stream that MQTT packets can be written to.
    pub(super) async fn open(settings: &Settings) -> Result<Stream, Unopened> {
        let stream = Stream::connect(settings).await?;
        match settings.transport {
            Transport::Tcp => Ok(stream),
            Transport::WebSocket => match websocket::open(stream, settings).await {
                Ok(stream) => Ok(Stream::WebSocket(Box::new(stream))),
                Err(why) => Err(Unopened::WebSocket(why)),
            },
        }
    }

    /// TCP, and TLS if there is any.
    async fn connect(settings: &Settings) -> Result<Stream, Unopened> {
        let tcp = Tcp::dial(&settings.host, settings.port).await.map_err(Unopened::Tcp)?;
        notice_death(&tcp, settings.ack_deadline);
        let Some(tls) = &settings.tls else {
            if !settings.unused_for_tls.is_empty() {
                base::lines::plain_despite(&settings.port, &settings.unused_for_tls.join(", "));
            }
            return Ok(Stream::Plain(tcp));
        };
        if !tls.verify_host {
            base::lines::host_unchecked(&settings.host, &tls.unverified_by);
        }
        let offered = match settings.transport {
            Transport::Tcp => tls.alpn.clone(),
            Transport::WebSocket => vec![websocket::ALPN.to_vec()],
        };
        let config = tls.load(offered).map_err(Unopened::Tls)?;
        let name = tls.name_for(&settings.host).map_err(Unopened::Tls)?;
        let connecting = TlsConnector::from(config).connect(name, tcp);
        match connecting.await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(e) => Err(Unopened::Handshake(e)),
        }
    }
}

impl Stream {
    /// This device's address on the connection; `None` where it does not show.
    pub(super) fn local_address(&self) -> Option<IpAddr> {
        let tcp = match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(stream) => stream.get_ref().0,
            Stream::WebSocket(_) => return None,
            #[cfg(test)]
            Stream::Memory(_) => return None,
        };
        tcp.stream().local_addr().ok().map(|address| address.ip())
    }
}

/// Best effort: without these a dead peer is noticed by the deadlines of the session, only later.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn notice_death(tcp: &Tcp, user_timeout: Duration) {
    let options = SockRef::from(tcp.stream());
    let _ = options.set_tcp_user_timeout(Some(user_timeout.max(Duration::from_secs(10))));
    let _ = options.set_tcp_notsent_lowat(64 << 10);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn notice_death(_: &Tcp, _: Duration) {}

macro_rules! delegate {
    ($self:ident, $stream:ident => $call:expr_2021) => {
        match $self.get_mut() {
            Stream::Plain($stream) => $call,
            Stream::Tls($stream) => $call,
            Stream::WebSocket($stream) => $call,
            #[cfg(test)]
            Stream::Memory($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        delegate!(self, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
