//! The byte stream under a connection: a TCP socket, or the pipe to a foreign transport's session.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;

pub enum Wire {
    Tcp(TcpStream),
    Pipe(DuplexStream),
}

/// A peer that no longer answers is noticed in this time, whether or not bytes are under way to it: the protocol's own
/// heartbeat is for the rules, and a device that has changed its address cannot take leave.
const LOST: Duration = Duration::from_secs(14);
const QUIET: Duration = Duration::from_secs(8);
const AGAIN: Duration = Duration::from_secs(2);

impl Wire {
    /// A connected socket, set up for a link.
    pub fn over(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        let socket = socket2::SockRef::from(&stream);
        let alive = socket2::TcpKeepalive::new().with_time(QUIET).with_interval(AGAIN);
        // Without these a dead peer is noticed later.
        let _ = socket.set_tcp_keepalive(&alive);
        let _ = socket.set_tcp_user_timeout(Some(LOST));
        Wire::Tcp(stream)
    }

    /// The socket itself, for another event loop; `None` for a pipe.
    pub fn into_std(self) -> Option<std::net::TcpStream> {
        match self {
            Wire::Tcp(stream) => stream.into_std().ok(),
            Wire::Pipe(_) => None,
        }
    }
}

macro_rules! either {
    ($self:ident, $name:ident($($arg:expr_2021),*)) => {
        match $self.get_mut() {
            Wire::Tcp(inner) => Pin::new(inner).$name($($arg),*),
            Wire::Pipe(inner) => Pin::new(inner).$name($($arg),*),
        }
    };
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, poll_read(cx, buf))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, poll_shutdown(cx))
    }
}
