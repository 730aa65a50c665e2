//! The byte stream under a session: name resolution, TCP, TLS, and WebSocket on top of either.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::TlsConnector;

use super::settings::{Settings, Transport};
use super::tls;
use super::websocket::{self, WebSocket};

/// Why there is no stream.
#[derive(Debug)]
pub(super) enum Unreachable {
    /// The host has no address.
    Name(String),
    /// TCP, TLS or WebSocket.
    Link(String),
}

/// `[v6]` without its brackets; anything else as it is.
pub(super) fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

/// A connected stream. Only single-buffer writes are used: the standard library sends those with MSG_NOSIGNAL, while
/// its vectored ones could raise SIGPIPE.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<Quiet>>),
    WebSocket(Box<WebSocket>),
    /// For tests on a virtual clock.
    #[cfg(test)]
    Memory(tokio::io::DuplexStream),
}

/// TCP without vectored writes, for the TLS layer.
pub(super) struct Quiet(TcpStream);

impl Stream {
    /// A stream that MQTT packets can be written to.
    pub(super) async fn open(settings: &Settings) -> Result<Stream, Unreachable> {
        let stream = Stream::connect(settings).await?;
        match settings.transport {
            Transport::Tcp => Ok(stream),
            Transport::WebSocket => match websocket::open(stream, settings).await {
                Ok(stream) => Ok(Stream::WebSocket(Box::new(stream))),
                Err(why) => Err(Unreachable::Link(why)),
            },
        }
    }

    /// Dials the first address that answers.
    async fn connect(settings: &Settings) -> Result<Stream, Unreachable> {
        let addresses = resolve(&settings.host, settings.port)
            .await
            .map_err(Unreachable::Name)?;
        let mut failure = String::new();
        let mut tcp = None;
        for address in addresses {
            match dial(address, settings.ack_deadline).await {
                Ok(stream) => {
                    tcp = Some(stream);
                    break;
                }
                Err(e) => failure = format!("{address}: {e}"),
            }
        }
        let tcp = tcp.ok_or(Unreachable::Link(failure))?;
        let Some(tls) = &settings.tls else {
            return Ok(Stream::Plain(tcp));
        };
        if !tls.verify_host {
            crate::warn!(
                "the name in the certificate of {} is not checked ({} is set)",
                settings.host,
                tls::NO_HOSTNAME_CHECK
            );
        }
        let offered = match settings.transport {
            Transport::Tcp => tls.alpn.clone(),
            Transport::WebSocket => vec![websocket::ALPN.to_vec()],
        };
        let config = tls.load(offered).map_err(Unreachable::Link)?;
        let name = tls.name_for(&settings.host).map_err(Unreachable::Link)?;
        let connecting = TlsConnector::from(config).connect(name, Quiet(tcp));
        match connecting.await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(e) => Err(Unreachable::Link(describe(&e))),
        }
    }
}

/// An I/O error for the log, TLS ones in words.
pub(super) fn describe(error: &io::Error) -> String {
    tls::explain(error).unwrap_or_else(|| match error.kind() {
        io::ErrorKind::UnexpectedEof => "closed by the platform".to_owned(),
        _ => error.to_string(),
    })
}

async fn dial(address: SocketAddr, user_timeout: Duration) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    let options = SockRef::from(&stream);
    // Best effort: without these a dead peer is noticed by the deadlines of the session, only later.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let _ = options.set_tcp_user_timeout(Some(user_timeout.max(Duration::from_secs(10))));
        let _ = options.set_tcp_notsent_lowat(64 << 10);
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (options, user_timeout);
    Ok(stream)
}

/// Addresses of a host, IPv4 first. `getaddrinfo` blocks, so it runs on a thread of its own, which is left behind when
/// the attempt runs out of time.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let host = bare_host(host);
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let name = host.to_owned();
    let look_up = move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
        let _ = sender.send(found); // nobody waits any more after a timeout
    };
    std::thread::Builder::new()
        .name("iota-dns".into())
        .stack_size(256 << 10)
        .spawn(look_up)
        .map_err(|e| format!("no thread to resolve {host}: {e}"))?;
    let mut found = match receiver.await {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => return Err(format!("{host} cannot be resolved: {e}")),
        Err(_) => return Err(format!("{host} cannot be resolved")),
    };
    found.sort_by_key(SocketAddr::is_ipv6);
    found.dedup();
    if found.is_empty() {
        return Err(format!("{host} has no address"));
    }
    Ok(found)
}

macro_rules! delegate {
    ($self:ident, $stream:ident => $call:expr) => {
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

impl AsyncRead for Quiet {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Quiet {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}
