//! The session server of a link, what it is opening, and the byte stream that a session becomes.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ffi::c_int;
use std::fmt;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{spawn_blocking, spawn_local};
use tokio::time::timeout;

use super::library::{Library, Report, Side};
use crate::foreign::Unusable;
use crate::frame::{self, Decoder, HEADER, MAX_FRAME};
use crate::wire::Wire;

/// How long opening a session may take.
const OPEN: Duration = Duration::from_secs(8);

type Opened = Result<mpsc::Receiver<Vec<u8>>, c_int>;

/// Why there is no session server.
pub enum NotStarted {
    Library(Unusable),
    /// The library's number.
    Refused(c_int),
    /// The link is closing.
    Closing,
}

/// Why no session was opened.
pub enum NotOpened {
    NoSuchDevice,
    /// The library's number.
    OpenSession(c_int),
    Reported(c_int),
    NoAnswer,
    Closing,
}

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOpened::NoSuchDevice => f.write_str("no device online has this address"),
            NotOpened::OpenSession(number) => write!(f, "OpenSession gives {number}"),
            NotOpened::Reported(number) => write!(f, "the session was not opened: {number}"),
            NotOpened::NoAnswer => f.write_str("the session was not opened in time"),
            NotOpened::Closing => f.write_str("the link is closing"),
        }
    }
}

/// The session server and what is being opened.
pub struct Bus {
    library: Library,
    /// Sessions we are opening.
    opening: RefCell<HashMap<c_int, oneshot::Sender<Opened>>>,
    /// Reports that came before `OpenSession` told us their number.
    early: RefCell<HashMap<c_int, Opened>>,
    /// Given up; a late report closes them.
    abandoned: RefCell<HashSet<c_int>>,
    /// Whether sessions that others open are welcome.
    pub serving: Cell<bool>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.library.stop();
    }
}

/// A session that another device opened.
pub struct Inbound {
    pub wire: Wire,
    pub from: IpAddr,
}

impl Bus {
    /// Loads the library and starts its session server; the reports are for [`Bus::opened`].
    pub async fn start(name: &str) -> Result<(Rc<Bus>, mpsc::UnboundedReceiver<Report>), NotStarted> {
        let name = name.to_owned();
        let loaded = spawn_blocking(move || Library::load(&name).map(|library| (library, library.start())));
        let (library, reports) = match loaded.await {
            Ok(loaded) => loaded.map_err(NotStarted::Library)?,
            Err(_) => return Err(NotStarted::Closing),
        };
        let reports = reports.map_err(NotStarted::Refused)?;
        let bus = Bus {
            library,
            opening: RefCell::default(),
            early: RefCell::default(),
            abandoned: RefCell::default(),
            serving: Cell::new(false),
        };
        Ok((Rc::new(bus), reports))
    }

    /// Opens a session with the online device that has this address.
    pub async fn open(self: &Rc<Self>, address: IpAddr) -> Result<Wire, NotOpened> {
        let library = self.library;
        let opening = spawn_blocking(move || {
            let node = library.node_at(address).ok_or(NotOpened::NoSuchDevice)?;
            library.open(&node).map_err(NotOpened::OpenSession)
        });
        let session = opening.await.unwrap_or(Err(NotOpened::Closing))?;
        let early = self.early.borrow_mut().remove(&session);
        let opened = match early {
            Some(opened) => Some(opened),
            None => {
                let (sender, receiver) = oneshot::channel();
                self.opening.borrow_mut().insert(session, sender);
                let opened = timeout(OPEN, receiver).await.ok().and_then(Result::ok);
                self.opening.borrow_mut().remove(&session);
                opened
            }
        };
        match opened {
            Some(Ok(frames)) => Ok(carry(self, session, frames)),
            Some(Err(number)) => Err(NotOpened::Reported(number)),
            None => {
                self.abandoned.borrow_mut().insert(session);
                self.close(session).await;
                Err(NotOpened::NoAnswer)
            }
        }
    }

    async fn close(&self, session: c_int) {
        let library = self.library;
        let _ = spawn_blocking(move || library.close(session)).await;
    }

    /// A session was opened, or could not be. What another device opened comes back when such sessions are welcome.
    pub async fn opened(self: &Rc<Self>, session: c_int, opened: Opened) -> Option<Inbound> {
        let waiting = self.opening.borrow_mut().remove(&session);
        if let Some(waiting) = waiting {
            let _ = waiting.send(opened);
            return None;
        }
        if self.abandoned.borrow_mut().remove(&session) {
            self.close(session).await;
            return None;
        }
        let library = self.library;
        let asked = spawn_blocking(move || (library.side(session), library.peer_address(session)));
        match (asked.await.ok(), opened) {
            (Some((Some(Side::Server), Some(from))), Ok(frames)) if self.serving.get() => {
                let wire = carry(self, session, frames);
                return Some(Inbound { wire, from });
            }
            (Some((Some(Side::Server) | None, _)) | None, _) => self.close(session).await,
            (Some((Some(Side::Client), _)), opened) => {
                // OpenSession may have returned while the side was asked.
                match self.opening.borrow_mut().remove(&session) {
                    Some(waiting) => {
                        let _ = waiting.send(opened);
                    }
                    None => {
                        self.early.borrow_mut().insert(session, opened);
                    }
                }
            }
        }
        None
    }
}

/// Closes the session however its carrier ends.
struct Carrier {
    bus: Rc<Bus>,
    session: c_int,
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.bus.library.close(self.session);
    }
}

/// A byte stream over a session: one frame per `SendBytes` and per `OnBytesReceived`.
fn carry(bus: &Rc<Bus>, session: c_int, frames: mpsc::Receiver<Vec<u8>>) -> Wire {
    let (ours, theirs) = duplex(2 * MAX_FRAME);
    spawn_local(run(
        Carrier {
            bus: Rc::clone(bus),
            session,
        },
        theirs,
        frames,
    ));
    Wire::Pipe(ours)
}

async fn run(carrier: Carrier, stream: DuplexStream, mut frames: mpsc::Receiver<Vec<u8>>) {
    let (mut reader, mut writer) = split(stream);
    let inward = async move {
        while let Some(frame) = frames.recv().await {
            if !is_one_frame(&frame) || writer.write_all(&frame).await.is_err() {
                break;
            }
        }
        let _ = writer.shutdown().await;
        // Our side may still have something to say.
        std::future::pending::<()>().await;
    };
    let library = carrier.bus.library;
    let session = carrier.session;
    let outward = async move {
        let mut decoder = Decoder::default();
        while let Ok(count @ 1..) = reader.read(decoder.room()).await {
            decoder.filled(count);
            while let Some(Ok((_, frame))) = decoder.take() {
                let frame = frame.to_vec();
                let sent = spawn_blocking(move || library.send(session, &frame)).await;
                if !sent.unwrap_or(false) {
                    return;
                }
            }
        }
    };
    tokio::select! {
        () = inward => {}
        () = outward => {}
    }
}

fn is_one_frame(bytes: &[u8]) -> bool {
    let header = bytes.first_chunk().map(frame::header);
    match header {
        Some(Ok(header)) => bytes.len() == HEADER + header.length,
        // A header that is wrong is judged where all headers are.
        Some(Err(_)) => bytes.len() <= MAX_FRAME,
        None => false,
    }
}
