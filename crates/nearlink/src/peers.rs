//! Who we are connected to: the one table that callers' threads and the network thread share. A send is accepted or refused
//! here, under its lock; the network thread takes accepted messages from the session's outbox.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base::sync::Mutex;
use tokio::sync::Notify;

use crate::code::{self, Code};
use crate::keys::Stretched;
use crate::record::Reason;

/// One device, whatever sessions it has.
pub struct Peer {
    id: String,
    /// Accepted messages without a result.
    unanswered: AtomicUsize,
    /// Received messages waiting for the callback.
    waiting: AtomicUsize,
    /// The receive queue has room again.
    room: Notify,
}

impl Peer {
    fn new(id: &str) -> Arc<Self> {
        Arc::new(Peer {
            id: id.to_owned(),
            unanswered: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            room: Notify::new(),
        })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn answered(&self) {
        self.unanswered.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn queued(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.room.notify_waiters();
    }

    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub fn unanswered(&self) -> usize {
        self.unanswered.load(Ordering::Relaxed)
    }

    pub fn room(&self) -> &Notify {
        &self.room
    }
}

/// A message the program handed over.
pub struct Outgoing {
    pub message: Vec<u8>,
    pub accepted: Instant,
}

#[derive(Default)]
struct Outbox {
    queue: VecDeque<Outgoing>,
    over: bool,
    close: Option<Reason>,
    /// A newer session is being made: messages wait for it here.
    held: bool,
}

/// One session, as others see it.
pub struct Handle {
    pub peer: Arc<Peer>,
    pub inbound: bool,
    pub remote: IpAddr,
    /// The key it was made with.
    pub key: Arc<Stretched>,
    pub send_limit: usize,
    outbox: Mutex<Outbox>,
    /// Checks of the membership that were ordered and not begun or not finished.
    checks: AtomicUsize,
    /// Somebody doubts that the peer is still there.
    doubted: AtomicBool,
    /// Something for the session's task: a message, or an order to close.
    pub wake: Notify,
}

impl Handle {
    pub fn new(peer: Arc<Peer>, inbound: bool, remote: IpAddr, key: Arc<Stretched>, send_limit: usize) -> Arc<Self> {
        Arc::new(Handle {
            peer,
            inbound,
            remote,
            key,
            send_limit,
            outbox: Mutex::default(),
            checks: AtomicUsize::new(0),
            doubted: AtomicBool::new(false),
            wake: Notify::new(),
        })
    }

    fn put(&self, outgoing: Outgoing) -> bool {
        let mut outbox = self.outbox.lock();
        if outbox.over || outbox.close.is_some() {
            return false;
        }
        outbox.queue.push_back(outgoing);
        true
    }

    /// Orders a check of the membership; `false` when one is running, which will be repeated.
    pub fn begin_check(&self) -> bool {
        self.checks.fetch_add(1, Ordering::AcqRel) == 0
    }

    /// A check is done; `true` when another was ordered meanwhile.
    pub fn check_again(&self) -> bool {
        self.checks.swap(0, Ordering::AcqRel) > 1 && self.begin_check()
    }

    /// The next message to send.
    pub fn next(&self) -> Option<Outgoing> {
        let mut outbox = self.outbox.lock();
        if outbox.held {
            return None;
        }
        outbox.queue.pop_front()
    }

    /// Messages wait from now on, beyond the session's end, until a newer session takes them or [`Handle::release`].
    pub fn hold(&self) {
        self.outbox.lock().held = true;
    }

    /// No newer session came. The number of messages that waited and are lost because this one is over.
    pub fn release(&self) -> usize {
        let mut outbox = self.outbox.lock();
        outbox.held = false;
        if outbox.over {
            return std::mem::take(&mut outbox.queue).len();
        }
        self.wake.notify_one();
        0
    }

    /// Takes over what waits for sending in an older session of the same peer, and orders that one to close.
    fn inherit(&self, older: &Handle) {
        let waiting = {
            let mut outbox = older.outbox.lock();
            outbox.close.get_or_insert(Reason::Replaced);
            std::mem::take(&mut outbox.queue)
        };
        self.outbox.lock().queue.extend(waiting);
        older.wake.notify_one();
        self.wake.notify_one();
    }

    /// Messages not yet encrypted.
    pub fn waiting(&self) -> usize {
        self.outbox.lock().queue.len()
    }

    /// When the oldest message not yet encrypted was accepted.
    pub fn oldest(&self) -> Option<Instant> {
        self.outbox.lock().queue.front().map(|o| o.accepted)
    }

    /// Orders the session to end with this reason; the first order counts.
    pub fn close(&self, reason: Reason) {
        self.outbox.lock().close.get_or_insert(reason);
        self.wake.notify_one();
    }

    pub fn ordered_close(&self) -> Option<Reason> {
        self.outbox.lock().close
    }

    /// Orders the session to ask its peer for a sign of life.
    pub fn doubt(&self) {
        self.doubted.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Whether that was ordered since the last call.
    pub fn take_doubt(&self) -> bool {
        self.doubted.swap(false, Ordering::AcqRel)
    }

    fn is_open(&self) -> bool {
        let outbox = self.outbox.lock();
        !outbox.over && outbox.close.is_none()
    }

    /// Nothing is accepted from now on; the number of messages that were never encrypted and wait for no newer session.
    pub fn finish(&self) -> usize {
        let mut outbox = self.outbox.lock();
        outbox.over = true;
        if outbox.held {
            return 0;
        }
        std::mem::take(&mut outbox.queue).len()
    }
}

struct Entry {
    peer: Arc<Peer>,
    /// Oldest first.
    sessions: Vec<Arc<Handle>>,
    /// Connections on which this id is authenticating, or is being called.
    attempts: usize,
    removed: Option<Instant>,
}

impl Entry {
    fn new(id: &str) -> Self {
        Entry {
            peer: Peer::new(id),
            sessions: Vec::new(),
            attempts: 0,
            removed: None,
        }
    }
}

/// All peers by id.
#[derive(Default)]
pub struct Peers(Mutex<HashMap<String, Entry>>);

/// A connection attempt that counts until it is dropped.
pub struct Attempt {
    peers: Arc<Peers>,
    id: String,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(entry) = self.peers.0.lock().get_mut(&self.id) {
            entry.attempts = entry.attempts.saturating_sub(1);
        }
    }
}

impl Peers {
    /// Accepts a message for sending: `SUCCESS`, or why not.
    pub fn send(&self, target: &str, message: &[u8], window: usize, removed_for: Duration) -> Code {
        let peers = self.0.lock();
        let Some(entry) = peers.get(target) else {
            return code::DEVICE_ID_NOT_FOUND;
        };
        let Some(session) = entry.sessions.iter().find(|s| s.is_open()) else {
            let just_removed = entry.removed.is_some_and(|at| at.elapsed() < removed_for);
            let unfinished = entry.attempts > 0 || !entry.sessions.is_empty() || just_removed;
            return if unfinished {
                code::DEVICE_NOT_AUTHORIZED
            } else {
                code::DEVICE_ID_NOT_FOUND
            };
        };
        if message.len() > session.send_limit {
            return code::SEND_DATA_EXCEED;
        }
        // Only this function counts up, and it holds the table's lock.
        if entry.peer.unanswered() >= window {
            return code::THRESHOLD_EXCEED;
        }
        if !session.put(Outgoing {
            message: message.to_vec(),
            accepted: Instant::now(),
        }) {
            return code::DEVICE_ID_NOT_FOUND;
        }
        entry.peer.unanswered.fetch_add(1, Ordering::Relaxed);
        session.wake.notify_one();
        code::SUCCESS
    }

    /// An attempt of or towards this id begins.
    pub fn attempt(self: &Arc<Self>, id: &str) -> Attempt {
        let mut peers = self.0.lock();
        sweep(&mut peers);
        peers.entry(id.to_owned()).or_insert_with(|| Entry::new(id)).attempts += 1;
        Attempt {
            peers: Arc::clone(self),
            id: id.to_owned(),
        }
    }

    /// Whether one more authenticated device may come: this one is connected already, or there is room.
    pub fn has_room_for(&self, id: &str, most: usize) -> bool {
        let peers = self.0.lock();
        peers.get(id).is_some_and(|e| !e.sessions.is_empty())
            || peers.values().filter(|e| !e.sessions.is_empty()).count() < most
    }

    /// The peer under this id, made when there is none.
    pub fn peer(&self, id: &str) -> Arc<Peer> {
        let mut peers = self.0.lock();
        Arc::clone(&peers.entry(id.to_owned()).or_insert_with(|| Entry::new(id)).peer)
    }

    /// Adds an authenticated session; an older inbound one of the same device is ordered to close, and so is the one it
    /// replaces, whose waiting messages it takes over.
    pub fn add(&self, session: &Arc<Handle>, replaces: Option<&Handle>) {
        let mut peers = self.0.lock();
        if let Some(older) = replaces.filter(|older| Arc::ptr_eq(&older.peer, &session.peer)) {
            session.inherit(older);
        }
        let entry = peers
            .entry(session.peer.id.clone())
            .or_insert_with(|| Entry::new(&session.peer.id));
        entry.peer = Arc::clone(&session.peer);
        entry.removed = None;
        if session.inbound {
            for older in entry.sessions.iter().filter(|s| s.inbound) {
                older.close(Reason::Replaced);
            }
        }
        entry.sessions.push(Arc::clone(session));
    }

    /// The session is over; `removed` when it ended because the device is no longer a member.
    pub fn remove(&self, session: &Arc<Handle>, removed: bool) {
        let mut peers = self.0.lock();
        if let Some(entry) = peers.get_mut(&session.peer.id) {
            entry.sessions.retain(|s| !Arc::ptr_eq(s, session));
            if removed {
                entry.removed = Some(Instant::now());
            }
        }
        sweep(&mut peers);
    }

    /// All sessions.
    pub fn sessions(&self) -> Vec<Arc<Handle>> {
        self.0
            .lock()
            .values()
            .flat_map(|e| e.sessions.iter().cloned())
            .collect()
    }
}

/// Most devices remembered only for having been removed.
const MAX_REMOVED: usize = 256;

fn sweep(peers: &mut HashMap<String, Entry>) {
    let remembered = peers.values().filter(|e| e.removed.is_some()).count();
    peers.retain(|_, e| {
        let remove_mark = e.removed.is_some() && remembered <= MAX_REMOVED;
        !e.sessions.is_empty() || e.attempts > 0 || e.peer.waiting() > 0 || e.peer.unanswered() > 0 || remove_mark
    });
}
