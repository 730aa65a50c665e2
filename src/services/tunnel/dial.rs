//! TCP to a name, without blocking the thread of the tunnel and without the signal SIGPIPE.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// For one address, so that a silent one leaves time for the next.
const ADDRESS_WITHIN: Duration = Duration::from_secs(4);

/// TCP without vectored writes: the standard library's could raise SIGPIPE.
pub struct Tcp(TcpStream);

/// To the first address that answers. `host` may be an IPv6 address in brackets.
pub async fn dial(host: &str, port: u16) -> Result<Tcp, String> {
    let mut failure = format!("{host} has no address");
    for address in resolve(host, port).await? {
        match timeout(ADDRESS_WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true); // only slower without
                return Ok(Tcp(stream));
            }
            Ok(Err(e)) => failure = format!("{address}: {e}"),
            Err(_) => failure = format!("{address} does not answer"),
        }
    }
    Err(failure)
}

/// IPv4 first. `getaddrinfo` blocks, so it runs on a thread of its own, which is left behind when nobody waits any more.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let name = bare.unwrap_or(host).to_owned();
    let (found, wait) = oneshot::channel();
    let look_up = move || {
        let addresses = (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
        let _ = found.send(addresses); // as above
    };
    std::thread::Builder::new()
        .name("iota-dns".to_owned())
        .stack_size(256 << 10)
        .spawn(look_up)
        .map_err(|e| format!("no thread to resolve {host}: {e}"))?;
    match wait.await {
        Ok(Ok(mut addresses)) => {
            addresses.sort_by_key(SocketAddr::is_ipv6);
            addresses.dedup();
            Ok(addresses)
        }
        Ok(Err(e)) => Err(format!("{host} cannot be resolved: {e}")),
        Err(_) => Err(format!("{host} cannot be resolved")),
    }
}

impl AsyncRead for Tcp {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Tcp {
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
