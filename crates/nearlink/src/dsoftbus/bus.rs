//! The session server of a link, what it is opening, and the byte stream that a session becomes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_int};
use std::fmt;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{spawn_blocking, spawn_local};
use tokio::time::{Instant, timeout_at};

use super::library::{Frames, Library, Node, Opening, Report, Session, Side};
use crate::foreign::Unusable;
use crate::frame::{self, Decoder, HEADER, MAX_FRAME};
use crate::wire::Wire;

/// How long opening a session may take, and waiting for an older one to go.
const OPEN: Duration = Duration::from_secs(8);
/// The library in a standard system and in a small one.
const NAMES: [&str; 2] = ["libsoftbus_client.z.so", "libsoftbus_client.so"];

type Opened = Result<(Session, Frames), c_int>;

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
    /// Another session with that device does not go.
    Stands,
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
            NotOpened::Stands => f.write_str("another session with this device stands"),
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
    /// Calls of `OpenSession` that are not settled.
    calls: Cell<usize>,
    /// Sessions per network id, from the decision to open them until CloseSession has returned.
    standing: RefCell<HashMap<CString, usize>>,
    /// One of them is gone.
    freed: Notify,
    /// Whether sessions that others open are welcome.
    pub serving: Cell<bool>,
    /// A refusal was explained.
    pub explained: Cell<bool>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.library.stop();
    }
}

/// A session that another device opened.
pub struct Inbound {
    pub wire: Wire,
    pub from: Node,
}

/// A session with a device that may be the wanted one.
pub struct Reached {
    pub wire: Wire,
    /// The library does not tell this device's address: its id has to.
    pub guessed: bool,
    /// There are further devices to try.
    pub more: bool,
}

impl Reached {
    /// The wanted one.
    pub fn sure(wire: Wire) -> Reached {
        Reached {
            wire,
            guessed: false,
            more: false,
        }
    }
}

/// Loads the library: the named one, or for the usual name whichever of the two systems' is there.
fn load(name: &str) -> Result<Library, Unusable> {
    let [standard, small] = NAMES;
    match Library::load(name) {
        Err(why) if name == standard => Library::load(small).map_err(|_| why),
        loaded => loaded,
    }
}

impl Bus {
    /// Loads the library and starts its session server; the reports are for [`Bus::opened`].
    pub async fn start(name: &str) -> Result<(Rc<Bus>, mpsc::UnboundedReceiver<Report>), NotStarted> {
        let name = name.to_owned();
        let loaded = spawn_blocking(move || load(&name).map(|library| (library, library.start())));
        let (library, reports) = match loaded.await {
            Ok(loaded) => loaded.map_err(NotStarted::Library)?,
            Err(_) => return Err(NotStarted::Closing),
        };
        let reports = reports.map_err(NotStarted::Refused)?;
        let bus = Bus {
            library,
            opening: RefCell::default(),
            early: RefCell::default(),
            calls: Cell::new(0),
            standing: RefCell::default(),
            freed: Notify::new(),
            serving: Cell::new(false),
            explained: Cell::new(false),
        };
        Ok((Rc::new(bus), reports))
    }

    /// Opens a session with the online device that has this address or, where the library tells no addresses, with the
    /// `nth` of those it may be. `served`: a session that the other side has opened serves both.
    pub async fn open(
        self: &Rc<Self>,
        address: IpAddr,
        nth: usize,
        served: impl Fn() -> bool,
    ) -> Result<Reached, NotOpened> {
        let library = self.library;
        let nodes = spawn_blocking(move || library.nodes_at(address)).await;
        let mut nodes = nodes.map_err(|_| NotOpened::Closing)?.into_iter().skip(nth);
        let node = nodes.next().ok_or(NotOpened::NoSuchDevice)?;
        let until = Instant::now() + OPEN;
        while self.standing.borrow().contains_key(&node.id) {
            let freed = self.freed.notified();
            if served() || timeout_at(until, freed).await.is_err() {
                return Err(NotOpened::Stands);
            }
        }
        let carrier = Carrier::new(self, node.id.clone());
        let (session, frames) = self.open_at(&node.id, until).await?;
        Ok(Reached {
            wire: carry(carrier, session, frames),
            guessed: node.address.is_none(),
            more: nodes.next().is_some(),
        })
    }

    /// `OpenSession`, and its report.
    async fn open_at(&self, node: &CStr, until: Instant) -> Result<(Session, Frames), NotOpened> {
        let library = self.library;
        self.calls.set(self.calls.get() + 1);
        let call = Call(self);
        let id = node.to_owned();
        let opening = spawn_blocking(move || library.open(&id)).await;
        let session = match opening.map_err(|_| NotOpened::Closing)? {
            Opening::Begun(session) => session,
            Opening::Stands => return Err(NotOpened::Stands),
            Opening::Refused(number) => return Err(NotOpened::OpenSession(number)),
        };
        let early = self.early.borrow_mut().remove(&session);
        let opened = match early {
            Some(opened) => Some(opened),
            None => {
                let (sender, receiver) = oneshot::channel();
                self.opening.borrow_mut().insert(session, sender);
                let opened = timeout_at(until, receiver).await.ok().and_then(Result::ok);
                self.opening.borrow_mut().remove(&session);
                opened
            }
        };
        drop(call);
        match opened {
            Some(opened) => opened.map_err(NotOpened::Reported),
            None => {
                let _ = spawn_blocking(move || library.abandon(session)).await;
                Err(NotOpened::NoAnswer)
            }
        }
    }

    /// Gives a report to whoever waits for it, or back.
    fn hand_over(&self, id: c_int, opened: Opened) -> Option<Opened> {
        let waiting = self.opening.borrow_mut().remove(&id);
        match waiting {
            Some(waiting) => waiting.send(opened).err(),
            None => Some(opened),
        }
    }

    /// A session was opened, or could not be. What another device opened comes back when such sessions are welcome.
    pub async fn opened(self: &Rc<Self>, id: c_int, opened: Opened) -> Option<Inbound> {
        let opened = self.hand_over(id, opened)?;
        let library = self.library;
        let asked = spawn_blocking(move || (library.side(id), library.peer(id))).await;
        let (side, peer) = asked.unwrap_or((None, None));
        match (side, peer, opened) {
            (Some(Side::Server), Some(from), Ok((session, frames))) if self.serving.get() => {
                let carrier = Carrier::new(self, from.id.clone());
                let wire = carry(carrier, session, frames);
                return Some(Inbound { wire, from });
            }
            // Of a session that failed the library knows no side any more.
            (side, _, opened) if self.calls.get() > 0 && (side == Some(Side::Client) || opened.is_err()) => {
                // OpenSession may have returned while the side was asked.
                if let Some(opened) = self.hand_over(id, opened) {
                    self.early.borrow_mut().insert(id, opened);
                }
            }
            (_, _, Ok((session, _))) => {
                let _ = spawn_blocking(move || library.close(session)).await;
            }
            (_, _, Err(_)) => {}
        }
        None
    }
}

/// A call of `OpenSession` until it is settled.
struct Call<'a>(&'a Bus);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let calls = self.0.calls.get().saturating_sub(1);
        self.0.calls.set(calls);
        if calls == 0 {
            let library = self.0.library;
            // Nobody waits for what is left.
            for (session, _) in self.0.early.take().into_values().flatten() {
                spawn_blocking(move || library.close(session));
            }
        }
    }
}

/// The session with a device, from the decision to open it until CloseSession has returned.
struct Carrier {
    bus: Rc<Bus>,
    node: CString,
    session: Option<Session>,
}

impl Carrier {
    fn new(bus: &Rc<Bus>, node: CString) -> Carrier {
        *bus.standing.borrow_mut().entry(node.clone()).or_default() += 1;
        Carrier {
            bus: Rc::clone(bus),
            node,
            session: None,
        }
    }

    async fn close(mut self) {
        if let Some(session) = self.session.take() {
            let library = self.bus.library;
            let _ = spawn_blocking(move || library.close(session)).await;
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.bus.library.close(session);
        }
        let mut standing = self.bus.standing.borrow_mut();
        if let Some(count) = standing.get_mut(&self.node) {
            *count -= 1;
            if *count == 0 {
                standing.remove(&self.node);
            }
        }
        self.bus.freed.notify_waiters();
    }
}

/// A byte stream over a session: one frame per `SendBytes` and per `OnBytesReceived`.
fn carry(mut carrier: Carrier, session: Session, frames: Frames) -> Wire {
    let (ours, theirs) = duplex(2 * MAX_FRAME);
    carrier.session = Some(session);
    spawn_local(async move {
        run(carrier.bus.library, session, theirs, frames).await;
        carrier.close().await;
    });
    Wire::Pipe(ours)
}

async fn run(library: Library, session: Session, stream: DuplexStream, mut frames: Frames) {
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
