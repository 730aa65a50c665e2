//! The broker: listeners, one task per connection. What messages mean is decided in [`crate::iotda`].

pub mod conn;
pub mod decode;
pub mod encode;
pub mod kept;
pub mod session;
pub mod stream;
pub mod transport;
pub mod websocket;
pub mod wire;

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use crate::config::Port;
use crate::core::Core;
use crate::ledger::{End, Kind};

/// Ports whose text tells a device which transport to use.
const PLAIN_PORTS: [u16; 16] = [
    11883, 21883, 31883, 41883, 51883, 18830, 18831, 18832, 18833, 18834, 18835, 18836, 18837, 18838, 18839, 1883,
];
const TLS_PORTS: [u16; 6] = [18883, 28883, 38883, 48883, 58883, 8883];

/// How long to wait for one of those ports to become free.
const PORT_PATIENCE: Duration = Duration::from_secs(20);

pub fn listen(host: IpAddr, port: Port, tls: bool) -> io::Result<Option<TcpListener>> {
    let fixed = |port| {
        let address = SocketAddr::new(host, port);
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{address}: {e}"));
        TcpListener::bind(address)
            .and_then(|l| l.set_nonblocking(true).map(|()| l))
            .map(Some)
            .map_err(named)
    };
    let candidates: &[u16] = if tls { &TLS_PORTS } else { &PLAIN_PORTS };
    match port {
        Port::None => Ok(None),
        Port::Fixed(port) => fixed(port),
        Port::Ephemeral => fixed(0),
        Port::Auto => {
            let deadline = Instant::now() + PORT_PATIENCE;
            loop {
                let found = candidates.iter().map(|port| fixed(*port)).find(Result::is_ok);
                match found {
                    Some(listener) => return listener,
                    None if Instant::now() > deadline => {
                        let text = format!("none of the ports {candidates:?} is free on {host}");
                        return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
                    }
                    None => std::thread::sleep(Duration::from_millis(50)),
                }
            }
        }
    }
}

/// Connections of one listener that have not sent a CONNECT yet; a further one costs the oldest its place.
const MOST_SILENT: usize = 128;

struct Silent {
    number: u64,
    known: Arc<AtomicBool>,
    task: AbortHandle,
}

/// Accepts connections until the runtime ends.
pub async fn accept(
    core: Arc<Core>,
    listener: tokio::net::TcpListener,
    tls: Option<TlsAcceptor>,
    numbers: Arc<AtomicU64>,
) {
    let mut silent: VecDeque<Silent> = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                silent.retain(|s| !s.known.load(Ordering::Acquire) && !s.task.is_finished());
                if silent.len() >= MOST_SILENT {
                    if let Some(oldest) = silent.pop_front() {
                        oldest.task.abort();
                        let why = format!("{MOST_SILENT} connections without CONNECT: the oldest has to go");
                        core.ledger.add(oldest.number, None, Kind::Ended(End::Platform(why)));
                    }
                }
                let known = Arc::new(AtomicBool::new(false));
                let serve = conn::serve(core.clone(), (stream, peer), tls.clone(), number, known.clone());
                silent.push_back(Silent {
                    number,
                    known,
                    task: tokio::spawn(serve).abort_handle(),
                });
            }
            // Out of file descriptors, or the peer has already gone.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
