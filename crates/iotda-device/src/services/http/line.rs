//! The connection of one transfer. Its calls block, but end when nothing moves for too long, when the time is over, or when
//! the transfer is to stop.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::failure::Failure;
use crate::transport::tls::Unusable;
use base::answer::{self, Waited};

/// For name and TCP connection together, and for the TLS handshake.
const CONNECT: Duration = Duration::from_secs(30);
/// How soon a blocked transfer sees that it is to stop.
const SLICE: Duration = Duration::from_millis(200);

/// Ends transfers from another thread, for good.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Waits; false when it was stopped.
    pub fn sleep(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while !self.is_set() {
            match end.saturating_duration_since(Instant::now()) {
                Duration::ZERO => return true,
                left => thread::sleep(left.min(SLICE)),
            }
        }
        false
    }
}

/// Under which conditions a transfer runs.
pub struct Terms<'a> {
    /// The certificates that are trusted; asked only for TLS.
    pub trust: &'a dyn Fn() -> Result<Arc<ClientConfig>, Unusable>,
    /// For how long nothing may move.
    pub stall: Duration,
    /// For the whole transfer.
    pub total: Option<Duration>,
    pub stop: &'a Stop,
}

/// TCP, or TLS over it.
pub(super) enum Line {
    Plain(Patient),
    Tls(Box<StreamOwned<ClientConnection, Patient>>),
}

impl Line {
    pub(super) fn open(host: &str, port: u16, tls: bool, terms: &Terms<'_>) -> Result<Line, Failure> {
        let end = terms.total.map(|total| Instant::now() + total);
        let trust = match tls {
            true => Some((terms.trust)().map_err(Failure::Trust)?),
            false => None,
        };
        let socket = dial(host, port, terms.stop)?;
        let mut patient = Patient::new(socket, terms)?;
        let Some(trust) = trust else {
            patient.end = end;
            return Ok(Line::Plain(patient));
        };
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Failure::Url)?;
        let mut tls = ClientConnection::new(trust, name).map_err(|_| Failure::Handshake)?;
        patient.end = Some(Instant::now() + CONNECT);
        while tls.is_handshaking() {
            tls.complete_io(&mut patient)
                .map_err(|e| Failure::of(e, Failure::Handshake))?;
        }
        patient.end = end;
        Ok(Line::Tls(Box::new(StreamOwned::new(tls, patient))))
    }
}

impl Read for Line {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Line::Plain(stream) => stream.read(room),
            Line::Tls(stream) => stream.read(room),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Line::Plain(stream) => stream.write(bytes),
            Line::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Line::Plain(stream) => stream.flush(),
            Line::Tls(stream) => stream.flush(),
        }
    }
}

/// A socket that is asked again and again. It has no vectored writes: the standard library's could raise SIGPIPE.
pub(super) struct Patient {
    socket: TcpStream,
    stall: Duration,
    end: Option<Instant>,
    stop: Stop,
}

impl Patient {
    fn new(socket: TcpStream, terms: &Terms<'_>) -> Result<Patient, Failure> {
        let sliced = socket
            .set_read_timeout(Some(SLICE))
            .and_then(|()| socket.set_write_timeout(Some(SLICE)));
        sliced.map_err(|_| Failure::Connect)?;
        Ok(Patient {
            socket,
            stall: terms.stall,
            end: None,
            stop: terms.stop.clone(),
        })
    }

    fn wait(&mut self, mut once: impl FnMut(&mut TcpStream) -> io::Result<usize>) -> io::Result<usize> {
        let asked = Instant::now();
        loop {
            if self.stop.is_set() {
                return Err(io::Error::other(Failure::Stopped));
            }
            if asked.elapsed() >= self.stall || self.end.is_some_and(|end| Instant::now() >= end) {
                return Err(io::Error::other(Failure::Timeout));
            }
            match once(&mut self.socket) {
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

impl Read for Patient {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.wait(|socket| socket.read(room))
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(|socket| socket.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Neither the look-up of a name nor a connection attempt can be interrupted, so both are left to a thread that nobody has to wait
/// for; it touches nothing but its own end of the channel.
fn dial(host: &str, port: u16, stop: &Stop) -> Result<TcpStream, Failure> {
    let end = Instant::now() + CONNECT;
    let host = host.to_owned();
    let (connected, wait) = answer::channel();
    let body = move || connected.give(connect(&host, port)); // nobody may be waiting any more
    base::thread::spawn("iota-dial", body).map_err(|_| Failure::Connect)?;
    loop {
        if stop.is_set() {
            return Err(Failure::Stopped);
        }
        match wait.wait_for(SLICE) {
            Waited::Given(result) => return result,
            Waited::Over => return Err(Failure::Connect),
            Waited::NotYet if Instant::now() >= end => return Err(Failure::Timeout),
            Waited::NotYet => {}
        }
    }
}

/// To the first address that answers.
fn connect(host: &str, port: u16) -> Result<TcpStream, Failure> {
    let addresses = (host, port).to_socket_addrs().map_err(|_| Failure::Name)?;
    let mut why = Failure::Name;
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return base::process::above_standard(stream).map_err(|_| Failure::Connect),
            Err(e) if e.kind() == io::ErrorKind::TimedOut => why = Failure::Timeout,
            Err(_) => why = Failure::Connect,
        }
    }
    Err(why)
}
