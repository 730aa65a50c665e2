//! The network thread's world: what its tasks share, how they ask the program, and when a session may go on.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_blocking, spawn_local};

use crate::admission::Admission;
use crate::dsoftbus::bus::Bus;
use crate::events::Events;
use crate::find::finder::Finder;
use crate::find::packet;
use crate::keys::{Cache, Candidates, Stretched};
use crate::peers::Peers;
use crate::program::{Ask, Observer, Program};
use crate::record::Reason;
use crate::settings::Settings;
use crate::targets::Targets;

pub struct Net {
    pub settings: Settings,
    pub program: Arc<Program>,
    pub peers: Arc<Peers>,
    pub events: Arc<Events>,
    pub keys: Cache,
    pub own_id: RefCell<String>,
    pub admission: RefCell<Admission>,
    /// Wakes the connections that are held as knocks: the view changed, or the link is closing.
    pub news: Notify,
    pub targets: Targets,
    /// Wakes finding: the view or the roles changed, or somebody is looked for.
    pub find: Notify,
    /// Whether members are found.
    pub finding: Cell<bool>,
    /// Whether the network's interfaces are watched.
    pub watched: Cell<bool>,
    dials: Cell<bool>,
    pub listening: RefCell<Vec<IpAddr>>,
    /// DSoftBus as the medium, once an init call needed it.
    pub bus: tokio::sync::Mutex<Option<Rc<Bus>>>,
    /// Counts the changes of the view, so that a handshake notices one that fell into it.
    pub view_number: Cell<u64>,
    background: RefCell<Vec<AbortHandle>>,
    closing: Cell<bool>,
    sessions: Cell<usize>,
    session_ended: Notify,
}

/// Which side of a connection we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Server,
    Client,
}

impl Net {
    pub fn new(settings: Settings, program: Arc<Program>, peers: Arc<Peers>, events: Arc<Events>) -> Rc<Self> {
        let admission = Admission::new(settings.limits.admission.clone());
        Rc::new(Net {
            settings,
            program,
            peers,
            events,
            keys: Cache::default(),
            own_id: RefCell::default(),
            admission: RefCell::new(admission),
            news: Notify::new(),
            targets: RefCell::default(),
            find: Notify::new(),
            finding: Cell::new(false),
            watched: Cell::new(false),
            dials: Cell::new(false),
            listening: RefCell::default(),
            bus: tokio::sync::Mutex::default(),
            view_number: Cell::new(0),
            background: RefCell::default(),
            closing: Cell::new(false),
            sessions: Cell::new(0),
            session_ended: Notify::new(),
        })
    }

    pub fn own_id(&self) -> String {
        self.own_id.borrow().clone()
    }

    /// Answers a question where user code may run: on a helper thread of this link, or right here when only the view is asked.
    /// `None` once the link is closing.
    pub async fn ask<R: Send + 'static>(&self, question: impl FnOnce(&Ask) -> R + Send + 'static) -> Option<R> {
        let ask = Ask {
            callbacks: self.program.callbacks(),
            view: self.program.view(),
            known: self.program.known(),
        };
        if !ask.needs_program() {
            return Some(question(&ask));
        }
        self.off_thread(move || question(&ask)).await
    }

    /// Runs user code on a helper thread.
    pub async fn off_thread<R: Send + 'static>(&self, code: impl FnOnce() -> R + Send + 'static) -> Option<R> {
        let events = Arc::clone(&self.events);
        spawn_blocking(move || events.gate.pass(code)).await.ok().flatten()
    }

    /// The key's stretched form, computed on a helper thread the first time.
    pub async fn stretch(&self, key: &Arc<Stretched>) {
        if key.ready().is_none() {
            let key = Arc::clone(key);
            let _ = spawn_blocking(move || {
                key.psk();
            })
            .await;
        }
    }

    /// Stretches keys that will probably be needed: on a small device that takes longer than the peer waits in a handshake.
    pub async fn prepare(&self, keys: impl IntoIterator<Item = impl AsRef<[u8]>>) {
        let mut usable = Candidates::new(self.settings.min_key_len);
        for key in keys {
            usable.add(key.as_ref());
        }
        for key in usable.into_keys() {
            self.stretch(&self.keys.get(&key)).await;
        }
    }

    /// As a server, prepares the keys of all own groups in the background.
    pub fn prepare_as_server(self: &Rc<Self>) {
        if self.listening.borrow().is_empty() {
            return;
        }
        let net = Rc::clone(self);
        self.background(async move {
            let (view, own) = (net.program.view(), net.own_id());
            net.prepare(view.keys_of(&own)).await;
        });
    }

    /// Candidate keys for a peer, in order (docs/spec/nearlink.md#key-candidates).
    pub fn candidates(ask: &Ask, own: &str, peer: &str, role: Role, shortest: usize) -> Candidates {
        let mut found = Candidates::new(shortest);
        found.add_joined(&ask.auth_key(peer));
        if role == Role::Server && found.is_empty() {
            found.add_joined(&ask.auth_key(own));
        }
        for key in ask.view.keys_shared(own, peer) {
            found.add(key.as_bytes());
        }
        found
    }

    /// Starts a task that Close ends at once.
    pub fn background(&self, task: impl std::future::Future<Output = ()> + 'static) {
        let mut all = self.background.borrow_mut();
        all.retain(|t| !t.is_finished());
        all.push(spawn_local(task).abort_handle());
    }

    /// An authenticated session begins; each `true` is followed by one [`Net::session_over`]. `false` once the link is closing.
    pub fn session_begins(&self) -> bool {
        if !self.closing.get() {
            self.sessions.set(self.sessions.get() + 1);
        }
        !self.closing.get()
    }

    /// A session is off the network.
    pub fn session_over(&self) {
        self.sessions.set(self.sessions.get() - 1);
        self.session_ended.notify_one();
    }

    /// This device dials, too.
    pub fn dials(&self) {
        self.dials.set(true);
        self.find.notify_one();
    }

    /// The role bits that others are told.
    pub fn roles(&self) -> u8 {
        let listens = if self.listening.borrow().is_empty() {
            0
        } else {
            packet::LISTENS
        };
        listens | if self.dials.get() { packet::DIALS } else { 0 }
    }

    /// Tells the finder something, if members are found.
    pub fn look<R>(&self, tell: impl FnOnce(&mut Finder) -> R) -> Option<R> {
        let told = self.finding.get().then(|| tell(&mut self.program.finder()));
        self.find.notify_one();
        told
    }

    /// A knock is held no longer.
    pub fn knock_over(&self) {
        self.session_ended.notify_one();
    }

    /// Whether the link is being closed.
    pub fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// Tells the observer, if there is one.
    pub fn observe<R>(&self, tell: impl FnOnce(&dyn Observer) -> R) -> Option<R> {
        self.program.observer().map(|observer| tell(&*observer))
    }

    /// Ends everything: no new connections, CLOSE(0) on every session; returns when they are gone or `patience` is over.
    pub async fn shut_down(&self) {
        self.closing.set(true);
        self.news.notify_waiters();
        self.observe(|observer| observer.settled(None));
        for task in self.background.take() {
            task.abort();
        }
        for session in self.peers.sessions() {
            session.close(Reason::Normal);
        }
        let patience = self.settings.limits.linger * 3;
        let _ = tokio::time::timeout(patience, async {
            while self.sessions.get() > 0 || !self.program.knocks().is_empty() {
                self.session_ended.notified().await;
            }
        })
        .await;
    }
}
