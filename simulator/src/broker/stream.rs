//! A connection's socket, direct or as WebSocket, with the hard ways of ending it.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::transport::Transport;
use super::websocket::WebSocket;
use crate::ledger::End;

pub enum Stream {
    Direct(Transport),
    WebSocket(Box<WebSocket>),
}

/// A second handle on the socket, for what the stream's halves cannot do.
pub struct Socket(std::net::TcpStream);

impl Socket {
    /// Takes the socket apart and puts it together again, with a duplicate handle.
    pub fn split_off(stream: TcpStream) -> io::Result<(TcpStream, Socket)> {
        let stream = stream.into_std()?;
        let twin = stream.try_clone()?;
        Ok((TcpStream::from_std(stream)?, Socket(twin)))
    }

    /// The close that follows sends RST instead of FIN.
    pub fn reset_on_close(&self) {
        let _ = SockRef::from(&self.0).set_linger(Some(Duration::ZERO));
    }

    pub fn shut_down_sending(&self) {
        let _ = self.0.shutdown(Shutdown::Write);
    }
}

/// How a connection ended whose socket failed, in our words.
pub fn lost(e: &io::Error) -> End {
    match e.kind() {
        // A TLS client that goes without a word, too.
        io::ErrorKind::UnexpectedEof => End::Closed,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            End::Error("the client is gone without closing it".into())
        }
        io::ErrorKind::TimedOut => End::Error("the client no longer answers".into()),
        io::ErrorKind::InvalidData => End::Error(format!("what arrived cannot be read: {e}")),
        kind => End::Error(format!("the socket failed: {kind}")),
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Direct(s) => Pin::new(s).poll_read(cx, buf),
            Stream::WebSocket(s) => Pin::new(s.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Direct(s) => Pin::new(s).poll_write(cx, buf),
            Stream::WebSocket(s) => Pin::new(s.as_mut()).poll_write(cx, buf),
        }
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Direct(s) => Pin::new(s).poll_flush(cx),
            Stream::WebSocket(s) => Pin::new(s.as_mut()).poll_flush(cx),
        }
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Direct(s) => Pin::new(s).poll_shutdown(cx),
            Stream::WebSocket(s) => Pin::new(s.as_mut()).poll_shutdown(cx),
        }
    }
}
