//! TCP to a host: its name resolved without blocking the caller's thread, the first address that answers, and no SIGPIPE.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For an address that is not the last one, so that a silent one leaves time for the next.
const ADDRESS_WITHIN: Duration = Duration::from_secs(4);

/// Why there is no stream; its text is for the log.
#[derive(Debug)]
pub(crate) enum Unreachable {
    /// No thread to look the name up.
    NoThread(String, io::Error),
    Unresolved(String, io::Error),
    /// The look-up ended without a word.
    Unanswered(String),
    NoAddress(String),
    /// No address answers: the last one, and why.
    Silent(SocketAddr, io::Error),
}

impl Unreachable {
    /// Whether no address was found.
    pub(crate) fn is_of_the_name(&self) -> bool {
        !matches!(self, Unreachable::Silent(..))
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreachable::NoThread(host, cause) => write!(f, "no thread to resolve {host}: {cause}"),
            Unreachable::Unresolved(host, cause) => write!(f, "{host} cannot be resolved: {cause}"),
            Unreachable::Unanswered(host) => write!(f, "{host} cannot be resolved"),
            Unreachable::NoAddress(host) => write!(f, "{host} has no address"),
            Unreachable::Silent(address, cause) => write!(f, "{address}: {cause}"),
        }
    }
}

impl std::error::Error for Unreachable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unreachable::NoThread(_, cause) | Unreachable::Unresolved(_, cause) | Unreachable::Silent(_, cause) => {
                Some(cause)
            }
            Unreachable::Unanswered(_) | Unreachable::NoAddress(_) => None,
        }
    }
}

/// TCP without vectored writes: the standard library sends single buffers with MSG_NOSIGNAL, while its vectored writes could
/// raise SIGPIPE.
pub(crate) struct Tcp(TcpStream);

impl Tcp {
    /// To the first address that answers. `host` may be an IPv6 address in brackets. How long the last address may take is the
    /// caller's to limit.
    pub(crate) async fn dial(host: &str, port: u16) -> Result<Tcp, Unreachable> {
        let addresses = resolve(host, port).await?;
        let stream = first_of(&addresses, ADDRESS_WITHIN).await?;
        let _ = stream.set_nodelay(true); // only slower without
        Ok(Tcp(stream))
    }

    /// For its options.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.0
    }
}

/// `[v6]` without its brackets; anything else as it is.
pub(crate) fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

async fn first_of(addresses: &[SocketAddr], within: Duration) -> Result<TcpStream, Unreachable> {
    let mut failure = Unreachable::NoAddress("the host".to_owned());
    let mut left = addresses.len();
    for address in addresses {
        left -= 1;
        let connecting = TcpStream::connect(address);
        let connected = match left {
            0 => connecting.await,
            _ => match timeout(within, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            },
        };
        let moved =
            connected.and_then(|stream| TcpStream::from_std(base::process::above_standard(stream.into_std()?)?));
        match moved {
            Ok(stream) => return Ok(stream),
            Err(e) => failure = Unreachable::Silent(*address, e),
        }
    }
    Err(failure)
}

/// Addresses of a host, at least one, IPv4 first. `getaddrinfo` blocks, so it runs on a thread of its own, which is left
/// behind when the attempt runs out of time.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Unreachable> {
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
    base::thread::spawn("iota-dns", look_up).map_err(|e| Unreachable::NoThread(host.to_owned(), e))?;
    let found = match receiver.await {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => return Err(Unreachable::Unresolved(host.to_owned(), e)),
        Err(_) => return Err(Unreachable::Unanswered(host.to_owned())),
    };
    let (mut found, six): (Vec<_>, Vec<_>) = found.into_iter().partition(SocketAddr::is_ipv4);
    found.extend(six);
    found.dedup();
    if found.is_empty() {
        return Err(Unreachable::NoAddress(host.to_owned()));
    }
    Ok(found)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream as Blocking};

    /// A listener whose queue is full: it does not answer any more.
    fn silent() -> (TcpListener, Vec<Blocking>, SocketAddr) {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        let patience = Duration::from_millis(100);
        let waiting = (0..64)
            .map_while(|_| Blocking::connect_timeout(&address, patience).ok())
            .collect();
        (listener, waiting, address)
    }

    #[tokio::test]
    async fn a_silent_address_leaves_time_for_the_next() {
        let (_listener, waiting, silent) = silent();
        assert!(waiting.len() < 64);
        let answering = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = [silent, answering.local_addr().unwrap()];
        let stream = first_of(&addresses, Duration::from_millis(50)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
        // The last one has all the time that the caller gives.
        let alone = first_of(&addresses[..1], Duration::from_millis(1));
        assert!(timeout(Duration::from_millis(200), alone).await.is_err());
    }

    #[tokio::test]
    async fn the_last_refusal_is_named() {
        let closed = |_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let addresses = [0, 1].map(closed);
        let why = first_of(&addresses, Duration::from_secs(5)).await.unwrap_err();
        assert!(why.to_string().starts_with(&addresses[1].to_string()), "{why}");
    }
}
