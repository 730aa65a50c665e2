//! The native back-end (spec softbus 6.3): DSoftBus sessions between devices that the system has already joined carry the
//! frames that TCP carries otherwise. Handshake, identities and rules are the same; who else may open sessions does not matter.
//!
//! Built against the public headers and proven with a mock library only: permissions, allow-lists and discovery of a real
//! device are not covered.

mod library;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ffi::c_int;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{spawn_blocking, spawn_local};
use tokio::time::timeout;

use crate::code::{self, Code};
use crate::frame::{Decoder, HEADER, MAX_FRAME};
use crate::net::Net;
use crate::server;
use crate::wire::Wire;
use library::{Library, Report, Side};

/// How long opening a session may take.
const OPEN: Duration = Duration::from_secs(8);

type Opened = Result<mpsc::Receiver<Vec<u8>>, c_int>;

/// The session server and what is being opened.
pub struct Bus {
    library: Library,
    /// Sessions we are opening.
    opening: RefCell<HashMap<c_int, oneshot::Sender<Opened>>>,
    /// Reports that came before `OpenSession` told us their number.
    early: RefCell<HashMap<c_int, Opened>>,
    /// Given up; a late report closes them.
    abandoned: RefCell<HashSet<c_int>>,
    serving: Cell<bool>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.library.stop();
    }
}

/// The link's bus, started by its first init call.
async fn bus(net: &Rc<Net>) -> Result<Rc<Bus>, Code> {
    let mut started = net.bus.lock().await;
    if let Some(bus) = &*started {
        return Ok(Rc::clone(bus));
    }
    let name = net.settings.dsoftbus_lib.clone();
    let loaded = spawn_blocking(move || Library::load(&name).map(|library| (library, library.start())));
    let (library, reports) = match loaded.await {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(why)) => {
            base::lines::dsoftbus_unusable(&net.settings.dsoftbus_lib, &why);
            return Err(code::ERROR);
        }
        Err(_) => return Err(code::ERROR),
    };
    let reports = reports.map_err(|number| {
        base::lines::dsoftbus_refuses(&number);
        code::DEVICE_NOT_AUTHORIZED
    })?;
    let bus = Rc::new(Bus {
        library,
        opening: RefCell::default(),
        early: RefCell::default(),
        abandoned: RefCell::default(),
        serving: Cell::new(false),
    });
    *started = Some(Rc::clone(&bus));
    net.background(watch(Rc::clone(net), Rc::clone(&bus), reports));
    Ok(bus)
}

/// The server role: sessions that others open are welcome from now on.
pub async fn listen(net: &Rc<Net>, address: IpAddr) -> Code {
    if let Some(code) = server::already_listening(net, address) {
        return code;
    }
    match bus(net).await {
        Ok(bus) => {
            bus.serving.set(true);
            net.listening.borrow_mut().push(address);
            code::SUCCESS
        }
        Err(code) => code,
    }
}

/// The client role: a session with the online device that has this address.
pub async fn connect(net: &Rc<Net>, address: IpAddr) -> Result<Wire, Code> {
    let bus = bus(net).await?;
    let library = bus.library;
    let opening = spawn_blocking(move || {
        let node = library
            .node_at(address)
            .ok_or("no device online has this address".to_owned())?;
        library
            .open(&node)
            .map_err(|number| format!("OpenSession gives {number}"))
    });
    let session = match opening.await {
        Ok(Ok(session)) => session,
        Ok(Err(why)) => {
            base::info!("near link: {address}: {why}");
            return Err(code::CONNECTION_REFUSED);
        }
        Err(_) => return Err(code::ERROR),
    };
    let early = bus.early.borrow_mut().remove(&session);
    let opened = match early {
        Some(opened) => Some(opened),
        None => {
            let (sender, receiver) = oneshot::channel();
            bus.opening.borrow_mut().insert(session, sender);
            let opened = timeout(OPEN, receiver).await.ok().and_then(Result::ok);
            bus.opening.borrow_mut().remove(&session);
            opened
        }
    };
    match opened {
        Some(Ok(frames)) => Ok(carry(&bus, session, frames)),
        Some(Err(number)) => {
            base::info!("near link: {address}: the session was not opened: {number}");
            Err(code::CONNECTION_REFUSED)
        }
        None => {
            bus.abandoned.borrow_mut().insert(session);
            let _ = spawn_blocking(move || library.close(session)).await;
            Err(code::CONNECTION_REFUSED)
        }
    }
}

async fn watch(net: Rc<Net>, bus: Rc<Bus>, mut reports: mpsc::UnboundedReceiver<Report>) {
    let library = bus.library;
    while let Some(report) = reports.recv().await {
        match report {
            Report::Online => {
                for target in net.targets.borrow().values() {
                    target.try_now();
                }
            }
            Report::Opened(session, opened) => {
                let waiting = bus.opening.borrow_mut().remove(&session);
                if let Some(waiting) = waiting {
                    let _ = waiting.send(opened);
                    continue;
                }
                if bus.abandoned.borrow_mut().remove(&session) {
                    let _ = spawn_blocking(move || library.close(session)).await;
                    continue;
                }
                let asked = spawn_blocking(move || (library.side(session), library.peer_address(session)));
                match (asked.await.ok(), opened) {
                    (Some((Some(Side::Server), Some(from))), Ok(frames)) if bus.serving.get() => {
                        server::welcome(&net, carry(&bus, session, frames), from);
                    }
                    (Some((Some(Side::Server) | None, _)) | None, _) => {
                        let _ = spawn_blocking(move || library.close(session)).await;
                    }
                    (Some((Some(Side::Client), _)), opened) => {
                        // OpenSession may have returned while the side was asked.
                        match bus.opening.borrow_mut().remove(&session) {
                            Some(waiting) => {
                                let _ = waiting.send(opened);
                            }
                            None => {
                                bus.early.borrow_mut().insert(session, opened);
                            }
                        }
                    }
                }
            }
        }
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
    let header = bytes.first_chunk().map(crate::frame::header);
    match header {
        Some(Ok(header)) => bytes.len() == HEADER + header.length,
        // A header that is wrong is judged where all headers are.
        Some(Err(_)) => bytes.len() <= MAX_FRAME,
        None => false,
    }
}
