//! The C side of OpenHarmony's DSoftBus client library (docs/spec/nearlink.md#dsoftbus-structs):
//! symbols, struct layouts that hold for every known release, and the callbacks, which carry no
//! context and so lead to one hub per process.

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::net::IpAddr;

use base::sync::Mutex;
use libloading::os::unix::{Library as Handle, RTLD_NOW};
use tokio::sync::mpsc;

use crate::address;
use crate::foreign::Unusable;

const PACKAGE: &CStr = c"hwmqtt";
const SESSION: &CStr = c"hwmqtt.dconn";

const TYPE_BYTES: c_int = 2;
const NODE_KEY_IP_ADDRESS: c_int = 4;
const EVENT_NODE_STATE_ONLINE: u32 = 1;
const EVENT_NODE_STATE_OFFLINE: u32 = 2;
const NETWORK_ID: usize = 65;
const ADDRESS_TEXT: usize = 46;
/// Sizes of `NodeBasicInfo`: before 4.1-Release, and from it on. The symbol `Socket`, which appears a little earlier, does
/// not tell; where the second device's network id stands does.
const NODE_SIZES: [usize; 2] = [196, 328];
/// Kinds of link that may carry a session, in this order: WLAN at 5 and at 2.4 GHz. Without them the system may choose
/// Bluetooth.
const WLAN: [c_int; 2] = [1, 2];
/// Frames waiting for the network thread, per session; a peer that sends more follows no window.
const WAITING: usize = 512;

/// `GetSessionSide`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Server,
    Client,
}

/// One session. The library gives a number again as soon as its session is closed; the turn tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: c_int,
    turn: u64,
}

/// What arrives in a session.
pub type Frames = mpsc::Receiver<Vec<u8>>;

/// What the library's callbacks report.
pub enum Report {
    /// A session was opened.
    Opened(Session, Frames),
    /// The session that was asked for could not be opened: its number, and the library's.
    Failed(c_int, c_int),
    /// Some device has come online.
    Online,
}

/// What `OpenSession` said.
pub enum Opening {
    /// A report will follow, or has come already.
    Begun(c_int),
    /// One with this device stands already: the library has given its number again.
    Stands,
    /// The library's number.
    Refused(c_int),
}

/// A session that was opened and not yet closed, by either side.
struct Standing {
    turn: u64,
    frames: mpsc::Sender<Vec<u8>>,
}

#[derive(Default)]
struct Hub {
    reports: Option<mpsc::UnboundedSender<Report>>,
    sessions: BTreeMap<c_int, Standing>,
    /// Sessions that were reported once more while they stand.
    repeated: Vec<c_int>,
    turns: u64,
}

static HUB: Mutex<Hub> = Mutex::new(Hub {
    reports: None,
    sessions: BTreeMap::new(),
    repeated: Vec::new(),
    turns: 0,
});

#[repr(C)]
struct SessionListener {
    opened: extern "C" fn(c_int, c_int) -> c_int,
    closed: extern "C" fn(c_int),
    bytes: unsafe extern "C" fn(c_int, *const c_void, u32),
    message: unsafe extern "C" fn(c_int, *const c_void, u32),
    /// OnStreamReceived, OnQosEvent, and room for what later releases may add.
    rest: [usize; 8],
}

#[repr(C)]
struct NodeStateCallbacks {
    events: u32,
    online: extern "C" fn(*mut c_void),
    offline: extern "C" fn(*mut c_void),
    rest: [usize; 29],
}

/// `SessionAttribute`: the type and the kinds of link, zeros for all that differs between releases.
#[repr(C)]
struct SessionAttribute {
    data_type: c_int,
    link_type_count: c_int,
    link_types: [c_int; 2],
    rest: [u64; 30],
}

static LISTENER: SessionListener = SessionListener {
    opened: on_opened,
    closed: on_closed,
    bytes: on_bytes,
    message: on_message,
    rest: [0; 8],
};

/// For DSoftBus, which takes an address to write to; nothing here looks at it.
struct Lent<T>(UnsafeCell<T>);

// SAFETY: it is never read or written on this side.
unsafe impl<T> Sync for Lent<T> {}

static NODE_STATE: Lent<NodeStateCallbacks> = Lent(UnsafeCell::new(NodeStateCallbacks {
    events: EVENT_NODE_STATE_ONLINE | EVENT_NODE_STATE_OFFLINE,
    online: on_online,
    offline: on_offline,
    rest: [0; 29],
}));

extern "C" fn on_opened(session: c_int, result: c_int) -> c_int {
    let mut hub = HUB.lock();
    let Some(reports) = hub.reports.clone() else { return -1 };
    let report = if result != 0 {
        Report::Failed(session, result)
    } else if hub.sessions.contains_key(&session) {
        // Anything but 0 would close the session that stands.
        hub.repeated.push(session);
        return 0;
    } else {
        hub.turns += 1;
        let turn = hub.turns;
        let (frames, receiver) = mpsc::channel(WAITING);
        hub.sessions.insert(session, Standing { turn, frames });
        Report::Opened(Session { id: session, turn }, receiver)
    };
    drop(hub);
    reports.send(report).map_or(-1, |()| 0)
}

extern "C" fn on_closed(session: c_int) {
    let ended = HUB.lock().sessions.remove(&session);
    drop(ended);
}

unsafe extern "C" fn on_bytes(session: c_int, data: *const c_void, length: u32) {
    if data.is_null() {
        return;
    }
    // SAFETY: the library's buffer, valid during this call.
    let frame = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length as usize) };
    let to = HUB.lock().sessions.get(&session).map(|s| (s.turn, s.frames.clone()));
    if let Some((turn, frames)) = to {
        if frames.try_send(frame.to_vec()).is_err() {
            // Its receiver sees the end, and closes.
            let session = Session { id: session, turn };
            if let Some(open) = HUB.lock().sessions.get_mut(&session.id).filter(|s| s.turn == turn) {
                open.frames = mpsc::channel(1).0;
            }
        }
    }
}

/// Not used by this protocol.
unsafe extern "C" fn on_message(_: c_int, _: *const c_void, _: u32) {}

extern "C" fn on_online(_: *mut c_void) {
    let reports = HUB.lock().reports.clone();
    if let Some(reports) = reports {
        let _ = reports.send(Report::Online);
    }
}

/// The session's end follows by itself.
extern "C" fn on_offline(_: *mut c_void) {}

/// Takes a session out of the table; `false` when it is not there any more: its number may be another's by now.
fn forget(session: Session) -> bool {
    let mut hub = HUB.lock();
    let ours = hub.sessions.get(&session.id).is_some_and(|s| s.turn == session.turn);
    let ended = ours.then(|| hub.sessions.remove(&session.id));
    drop(hub);
    drop(ended);
    ours
}

type CreateServer = unsafe extern "C" fn(*const c_char, *const c_char, *const SessionListener) -> c_int;
type RemoveServer = unsafe extern "C" fn(*const c_char, *const c_char) -> c_int;
type Open =
    unsafe extern "C" fn(*const c_char, *const c_char, *const c_char, *const c_char, *const SessionAttribute) -> c_int;
type Close = unsafe extern "C" fn(c_int);
type Send = unsafe extern "C" fn(c_int, *const c_void, u32) -> c_int;
type PeerDevice = unsafe extern "C" fn(c_int, *mut c_char, u32) -> c_int;
type SessionSide = unsafe extern "C" fn(c_int) -> c_int;
type AllNodes = unsafe extern "C" fn(*const c_char, *mut *mut u8, *mut i32) -> i32;
type FreeNodes = unsafe extern "C" fn(*mut u8);
type NodeKey = unsafe extern "C" fn(*const c_char, *const c_char, c_int, *mut u8, i32) -> i32;
type RegisterState = unsafe extern "C" fn(*const c_char, *mut NodeStateCallbacks) -> i32;
type UnregisterState = unsafe extern "C" fn(*mut NodeStateCallbacks) -> i32;

/// The loaded library; never unloaded.
#[derive(Clone, Copy)]
pub struct Library {
    create_server: CreateServer,
    remove_server: RemoveServer,
    open: Open,
    close: Close,
    send: Send,
    peer_device: PeerDevice,
    side: SessionSide,
    all_nodes: AllNodes,
    free_nodes: FreeNodes,
    node_key: NodeKey,
    register_state: RegisterState,
    unregister_state: UnregisterState,
}

impl Library {
    /// Loads the library.
    pub fn load(name: &str) -> Result<Library, Unusable> {
        // SAFETY: loading runs the library's initialisers; the administrator or the system chose it.
        let handle = unsafe { Handle::open(Some(name), RTLD_NOW) }.map_err(Unusable::NotLoaded)?;
        macro_rules! symbol {
            ($name:literal as $type:ty) => {{
                // SAFETY: the type is the one of the public header.
                let symbol = unsafe { handle.get::<$type>($name.to_bytes_with_nul()) };
                *symbol.map_err(|why| Unusable::Lacks($name, why))?
            }};
        }
        let library = Library {
            create_server: symbol!(c"CreateSessionServer" as CreateServer),
            remove_server: symbol!(c"RemoveSessionServer" as RemoveServer),
            open: symbol!(c"OpenSession" as Open),
            close: symbol!(c"CloseSession" as Close),
            send: symbol!(c"SendBytes" as Send),
            peer_device: symbol!(c"GetPeerDeviceId" as PeerDevice),
            side: symbol!(c"GetSessionSide" as SessionSide),
            all_nodes: symbol!(c"GetAllNodeDeviceInfo" as AllNodes),
            free_nodes: symbol!(c"FreeNodeInfo" as FreeNodes),
            node_key: symbol!(c"GetNodeKeyInfo" as NodeKey),
            register_state: symbol!(c"RegNodeDeviceStateCb" as RegisterState),
            unregister_state: symbol!(c"UnregNodeDeviceStateCb" as UnregisterState),
        };
        std::mem::forget(handle);
        Ok(library)
    }

    /// Creates the session server, which both roles need, and receives reports from now on. `Err` is the library's number.
    pub fn start(&self) -> Result<mpsc::UnboundedReceiver<Report>, c_int> {
        let (sender, receiver) = mpsc::unbounded_channel();
        HUB.lock().reports = Some(sender);
        // SAFETY: C strings and a struct that live for ever.
        let result = unsafe { (self.create_server)(PACKAGE.as_ptr(), SESSION.as_ptr(), &raw const LISTENER) };
        if result < 0 {
            HUB.lock().reports = None;
            return Err(result);
        }
        let callbacks = NODE_STATE.0.get();
        // SAFETY: a struct that lives for ever and that nothing else touches. Without it only the quick retry is lost.
        unsafe { (self.register_state)(PACKAGE.as_ptr(), callbacks) };
        Ok(receiver)
    }

    /// Ends what [`Library::start`] began.
    pub fn stop(&self) {
        let Hub { reports, sessions, .. } = {
            let mut hub = HUB.lock();
            let turns = hub.turns;
            std::mem::replace(
                &mut *hub,
                Hub {
                    turns,
                    ..Hub::default()
                },
            )
        };
        drop(reports);
        for session in sessions.into_keys() {
            // SAFETY: a number.
            unsafe { (self.close)(session) };
        }
        // SAFETY: as in start.
        unsafe {
            (self.remove_server)(PACKAGE.as_ptr(), SESSION.as_ptr());
            (self.unregister_state)(NODE_STATE.0.get());
        }
    }

    /// The online devices that may have this address, by network id: the one that has it; else those whose addresses the
    /// library does not tell, as before 3.2, in a fixed order.
    pub fn nodes_at(&self, wanted: IpAddr) -> Vec<Node> {
        let (mut nodes, mut count) = (std::ptr::null_mut::<u8>(), 0);
        // SAFETY: two out parameters.
        let result = unsafe { (self.all_nodes)(PACKAGE.as_ptr(), &mut nodes, &mut count) };
        if result != 0 || nodes.is_null() {
            return Vec::new();
        }
        let mut count = usize::try_from(count).unwrap_or(0);
        let bytes_at = |offset: usize, length: usize| {
            // SAFETY: within the array: see below.
            unsafe { std::slice::from_raw_parts(nodes.add(offset), length) }
        };
        // A network id has 64 hexadecimal digits. Two elements of either size have room for one at both places.
        let stands_at = |size: &usize| bytes_at(*size, NETWORK_ID - 1).iter().all(u8::is_ascii_hexdigit);
        let size = match count {
            0 | 1 => Some(0),
            _ => NODE_SIZES.into_iter().find(stands_at),
        };
        let size = size.unwrap_or_else(|| {
            count = 1; // of no known size: only the first one can be read
            0
        });
        let id_at = |index: usize| CStr::from_bytes_until_nul(bytes_at(index * size, NETWORK_ID)).ok();
        let found: Vec<CString> = (0..count).filter_map(|n| id_at(n).map(ToOwned::to_owned)).collect();
        // SAFETY: the array that was given out.
        unsafe { (self.free_nodes)(nodes) };
        let mut unknown = Vec::new();
        for id in found {
            match self.address_of(&id) {
                Some(address) if address == wanted => {
                    return vec![Node {
                        id,
                        address: Some(address),
                    }];
                }
                Some(_) => {}
                None => {
                    let at = unknown.partition_point(|other: &Node| other.id <= id);
                    unknown.insert(at, Node { id, address: None });
                }
            }
        }
        unknown
    }

    fn address_of(&self, network_id: &CStr) -> Option<IpAddr> {
        let mut text = [0u8; ADDRESS_TEXT];
        let room = ADDRESS_TEXT as i32;
        // SAFETY: a C string and a buffer of the given size.
        let result = unsafe {
            (self.node_key)(
                PACKAGE.as_ptr(),
                network_id.as_ptr(),
                NODE_KEY_IP_ADDRESS,
                text.as_mut_ptr(),
                room,
            )
        };
        if result != 0 {
            return None;
        }
        address::parse_text(CStr::from_bytes_until_nul(&text).ok()?.to_str().ok()?)
    }

    /// A session's other side.
    pub fn peer(&self, session: c_int) -> Option<Node> {
        let mut id = [0u8; NETWORK_ID];
        // SAFETY: a buffer of the given size.
        let result = unsafe { (self.peer_device)(session, id.as_mut_ptr().cast(), NETWORK_ID as u32) };
        let id = CStr::from_bytes_until_nul(&id).ok().filter(|_| result == 0)?.to_owned();
        let address = self.address_of(&id);
        Some(Node { id, address })
    }

    /// Which side of a session we are.
    pub fn side(&self, session: c_int) -> Option<Side> {
        // SAFETY: a number.
        match unsafe { (self.side)(session) } {
            0 => Some(Side::Server),
            1 => Some(Side::Client),
            _ => None,
        }
    }

    /// Begins to open a session.
    pub fn open(&self, network_id: &CStr) -> Opening {
        let attribute = SessionAttribute {
            data_type: TYPE_BYTES,
            link_type_count: WLAN.len() as c_int,
            link_types: WLAN,
            rest: [0; 30],
        };
        let (name, nobody) = (SESSION.as_ptr(), c"".as_ptr());
        // SAFETY: C strings, and a struct at least as large as any release's.
        let session = unsafe { (self.open)(name, name, network_id.as_ptr(), nobody, &raw const attribute) };
        let mut hub = HUB.lock();
        let before = hub.repeated.len();
        hub.repeated.retain(|repeated| *repeated != session);
        match session {
            // A session that stands is reported once more before OpenSession returns.
            1.. if hub.repeated.len() < before => Opening::Stands,
            1.. => Opening::Begun(session),
            number => Opening::Refused(number),
        }
    }

    /// Sends one frame.
    pub fn send(&self, session: Session, frame: &[u8]) -> bool {
        let stands = HUB
            .lock()
            .sessions
            .get(&session.id)
            .is_some_and(|s| s.turn == session.turn);
        let length = u32::try_from(frame.len()).unwrap_or(0);
        // SAFETY: a buffer of the given size.
        stands && unsafe { (self.send)(session.id, frame.as_ptr().cast(), length) == 0 }
    }

    /// Closes a session, unless its other side has done so: then its number may be another session's.
    pub fn close(&self, session: Session) {
        if forget(session) {
            // SAFETY: a number.
            unsafe { (self.close)(session.id) };
        }
    }

    /// Gives up a session that is being opened.
    pub fn abandon(&self, session: c_int) {
        let opened = HUB.lock().sessions.remove(&session);
        drop(opened);
        // SAFETY: a number.
        unsafe { (self.close)(session) };
    }
}

/// An online device.
pub struct Node {
    pub id: CString,
    /// `None`: the library does not tell.
    pub address: Option<IpAddr>,
}
