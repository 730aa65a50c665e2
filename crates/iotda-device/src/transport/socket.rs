//! The byte stream under a session: TCP, TLS, and WebSocket on top of either.

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
use super::tls;
use super::websocket::{self, WebSocket};

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
    pub(super) async fn open(settings: &Settings) -> Result<Stream, Unreachable> {
        let stream = Stream::connect(settings).await?;
        match settings.transport {
            Transport::Tcp => Ok(stream),
            Transport::WebSocket => match websocket::open(stream, settings).await {
                Ok(stream) => Ok(Stream::WebSocket(Box::new(stream))),
                Err(why) => Err(Unreachable::Above(why.to_string())),
            },
        }
    }

    /// TCP, and TLS if there is any.
    async fn connect(settings: &Settings) -> Result<Stream, Unreachable> {
        let tcp = Tcp::dial(&settings.host, settings.port).await?;
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
        let config = tls.load(offered).map_err(Unreachable::Above)?;
        let name = tls.name_for(&settings.host).map_err(Unreachable::Above)?;
        let connecting = TlsConnector::from(config).connect(name, tcp);
        match connecting.await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(e) => Err(Unreachable::Above(tls::describe(&e))),
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
