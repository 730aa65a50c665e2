//! The C side of OpenHarmony's DSoftBus client library (docs/spec/nearlink.md#dsoftbus-structs):
//! symbols, struct layouts that hold for every known release, and the callbacks, which carry no
//! context and so lead to one hub per process.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::net::IpAddr;

use libloading::os::unix::{Library as Handle, RTLD_NOW};
use parking_lot::Mutex;
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
/// `NodeBasicInfo` through 4.0, and from 4.1 on, which is where the symbol `Socket` appears.
const NODE_OLD: usize = 196;
const NODE_NEW: usize = 328;
/// Frames waiting for the network thread, per session; a peer that sends more follows no window.
const WAITING: usize = 512;

/// `GetSessionSide`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Server,
    Client,
}

/// What the library's callbacks report.
pub enum Report {
    /// A session was opened, or could not be (`Err`: the library's number).
    Opened(c_int, Result<mpsc::Receiver<Vec<u8>>, c_int>),
    /// Some device has come online.
    Online,
}

#[derive(Default)]
struct Hub {
    reports: Option<mpsc::UnboundedSender<Report>>,
    sessions: Option<HashMap<c_int, mpsc::Sender<Vec<u8>>>>,
}

static HUB: Mutex<Hub> = Mutex::new(Hub {
    reports: None,
    sessions: None,
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

/// `SessionAttribute`: the type and "no link preferred", zeros for all that differs between releases.
#[repr(C)]
struct SessionAttribute {
    data_type: c_int,
    link_type_count: c_int,
    rest: [u64; 31],
}

static LISTENER: SessionListener = SessionListener {
    opened: on_opened,
    closed: on_closed,
    bytes: on_bytes,
    message: on_message,
    rest: [0; 8],
};

static NODE_STATE: Mutex<NodeStateCallbacks> = Mutex::new(NodeStateCallbacks {
    events: EVENT_NODE_STATE_ONLINE | EVENT_NODE_STATE_OFFLINE,
    online: on_online,
    offline: on_offline,
    rest: [0; 29],
});

extern "C" fn on_opened(session: c_int, result: c_int) -> c_int {
    let mut hub = HUB.lock();
    let Some(reports) = hub.reports.clone() else { return -1 };
    let opened = if result == 0 {
        let (sender, receiver) = mpsc::channel(WAITING);
        hub.sessions.get_or_insert_default().insert(session, sender);
        Ok(receiver)
    } else {
        Err(result)
    };
    drop(hub);
    reports.send(Report::Opened(session, opened)).map_or(-1, |()| 0)
}

extern "C" fn on_closed(session: c_int) {
    forget(session);
}

unsafe extern "C" fn on_bytes(session: c_int, data: *const c_void, length: u32) {
    if data.is_null() {
        return;
    }
    // SAFETY: the library's buffer, valid during this call.
    let frame = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length as usize) };
    let sender = HUB.lock().sessions.as_ref().and_then(|s| s.get(&session).cloned());
    if sender.is_some_and(|sender| sender.try_send(frame.to_vec()).is_err()) {
        forget(session); // its receiver sees the end, and closes
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

fn forget(session: c_int) {
    let ended = HUB.lock().sessions.as_mut().and_then(|s| s.remove(&session));
    drop(ended);
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
    node_size: usize,
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
        // SAFETY: only whether it exists counts.
        let newer = unsafe { handle.get::<*const c_void>(b"Socket\0") }.is_ok();
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
            node_size: if newer { NODE_NEW } else { NODE_OLD },
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
        let callbacks = NODE_STATE.data_ptr();
        // SAFETY: a struct that lives for ever and that nothing else touches. Without it only the quick retry is lost.
        unsafe { (self.register_state)(PACKAGE.as_ptr(), callbacks) };
        Ok(receiver)
    }

    /// Ends what [`Library::start`] began.
    pub fn stop(&self) {
        let (reports, sessions) = {
            let mut hub = HUB.lock();
            (hub.reports.take(), hub.sessions.take())
        };
        drop(reports);
        for session in sessions.into_iter().flat_map(HashMap::into_keys) {
            // SAFETY: a number.
            unsafe { (self.close)(session) };
        }
        // SAFETY: as in start.
        unsafe {
            (self.remove_server)(PACKAGE.as_ptr(), SESSION.as_ptr());
            (self.unregister_state)(NODE_STATE.data_ptr());
        }
    }

    /// The network id of the online device that has this address.
    pub fn node_at(&self, wanted: IpAddr) -> Option<CString> {
        let (mut nodes, mut count) = (std::ptr::null_mut(), 0);
        // SAFETY: two out parameters.
        let result = unsafe { (self.all_nodes)(PACKAGE.as_ptr(), &mut nodes, &mut count) };
        if result != 0 || nodes.is_null() {
            return None;
        }
        let found = (0..usize::try_from(count).unwrap_or(0)).find_map(|index| {
            // SAFETY: the array has `count` elements of this release's size, each beginning with the network id.
            let id = unsafe { std::slice::from_raw_parts(nodes.add(index * self.node_size), NETWORK_ID) };
            let id = CStr::from_bytes_until_nul(id).ok()?;
            (self.address_of(id) == Some(wanted)).then(|| id.to_owned())
        });
        // SAFETY: the array that was given out.
        unsafe { (self.free_nodes)(nodes) };
        found
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

    /// The address of a session's other side.
    pub fn peer_address(&self, session: c_int) -> Option<IpAddr> {
        let mut id: [c_char; NETWORK_ID] = [0; NETWORK_ID];
        // SAFETY: a buffer of the given size.
        let result = unsafe { (self.peer_device)(session, id.as_mut_ptr(), NETWORK_ID as u32) };
        // SAFETY: the buffer, terminated below at the latest.
        let bytes = unsafe { std::slice::from_raw_parts(id.as_ptr().cast::<u8>(), NETWORK_ID) };
        let id = CStr::from_bytes_until_nul(bytes).ok()?;
        (result == 0).then(|| self.address_of(id)).flatten()
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

    /// Begins to open a session; `Err` is the library's number.
    pub fn open(&self, network_id: &CStr) -> Result<c_int, c_int> {
        let attribute = SessionAttribute {
            data_type: TYPE_BYTES,
            link_type_count: 0,
            rest: [0; 31],
        };
        let (name, nobody) = (SESSION.as_ptr(), c"".as_ptr());
        // SAFETY: C strings, and a struct at least as large as any release's.
        let session = unsafe { (self.open)(name, name, network_id.as_ptr(), nobody, &raw const attribute) };
        if session > 0 { Ok(session) } else { Err(session) }
    }

    /// Sends one frame.
    pub fn send(&self, session: c_int, frame: &[u8]) -> bool {
        let length = u32::try_from(frame.len()).unwrap_or(0);
        // SAFETY: a buffer of the given size.
        unsafe { (self.send)(session, frame.as_ptr().cast(), length) == 0 }
    }

    /// Closes a session; nothing of it is reported afterwards.
    pub fn close(&self, session: c_int) {
        forget(session);
        // SAFETY: a number.
        unsafe { (self.close)(session) };
    }
}
