//! What the program gave the component: its callbacks, or the word to answer from the view where it
//! registered the library's own functions (docs/spec/nearlink.md#callbacks), and the view itself.

use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use base::sync::{Mutex, MutexGuard, RwLock};

use crate::address;
use crate::code::Code;
use crate::find::finder::Finder;
use crate::find::known::Known;
use crate::keys::{self, KeyText};
use crate::knocks::Knocks;
use crate::view::View;

/// Result of one send: device id, code.
pub type OnResult = Arc<dyn Fn(&str, Code) + Send + Sync>;
/// A received message: device id, message.
pub type OnData = Arc<dyn Fn(&str, Message<'_>) + Send + Sync>;

/// A received message; a NUL byte follows it in memory.
#[derive(Clone, Copy)]
pub struct Message<'a>(pub(crate) &'a [u8]);

impl<'a> Message<'a> {
    /// The message itself.
    pub fn data(&self) -> &'a [u8] {
        self.0.split_last().map_or(&[], |(_nul, data)| data)
    }

    /// The message and the NUL byte behind it.
    pub fn with_nul(&self) -> &'a [u8] {
        self.0
    }
}

/// A yes/no question about an address or a device id.
pub type AskYesNo = Arc<dyn Fn(&str) -> bool + Send + Sync>;
/// The question for the keys of a device.
pub type AskKey = Arc<dyn Fn(&str) -> Option<KeyText> + Send + Sync>;
/// The question for the own device id.
pub type AskId = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// Who answers a yes/no question.
#[derive(Clone)]
pub enum Check {
    /// The library's own function was registered: the view answers.
    View,
    Program(AskYesNo),
}

/// Who knows the keys of a peer.
#[derive(Clone)]
pub enum KeySource {
    /// The library's own function was registered: the view answers.
    View,
    /// Gives keys joined by commas.
    Program(AskKey),
}

/// The registered callbacks; each may be missing.
#[derive(Clone, Default)]
pub struct Callbacks {
    pub send_result: Option<OnResult>,
    pub received: Option<OnData>,
    pub is_valid_ip: Option<Check>,
    pub is_valid_device_id: Option<Check>,
    pub auth_key: Option<KeySource>,
    /// The own device id; `None` for NULL and for what is not UTF-8.
    pub device_id: Option<AskId>,
}

impl Callbacks {
    /// Whether all four check callbacks are there.
    pub fn can_check(&self) -> bool {
        self.is_valid_ip.is_some()
            && self.is_valid_device_id.is_some()
            && self.auth_key.is_some()
            && self.device_id.is_some()
    }
}

/// What links notice that speaks of old group data. Called on their network thread: it must not wait.
pub trait Observer: Send + Sync {
    /// A role was asked for, whatever came of it.
    fn role_asked(&self);
    /// A connection came from an address that no member has. Whether newer group data was asked for: then it is held a while.
    fn knock(&self) -> bool;
    /// Two dials in a row to this address failed.
    fn unreachable(&self, address: IpAddr);
    /// The address was reached, or is dialled no longer; `None`: no address is.
    fn settled(&self, address: Option<IpAddr>);
    /// The time that the platform has told, in seconds since 1970.
    fn platform_time(&self) -> Option<u64> {
        None
    }
}

/// An accepted connection that waits for newer group data while the program sets its link up again.
pub struct Waiting {
    pub stream: TcpStream,
    pub from: IpAddr,
    pub until: Instant,
}

/// The program's side of the component, and what outlives single links beside it.
pub struct Program {
    observer: RwLock<Option<Arc<dyn Observer>>>,
    knocks: Mutex<Knocks>,
    finder: Mutex<Finder>,
    known: RwLock<Arc<Known>>,
    waiting: Mutex<Vec<Waiting>>,
    callbacks: RwLock<Option<Arc<Callbacks>>>,
    view: RwLock<Arc<View>>,
}

impl Default for Program {
    fn default() -> Self {
        Program {
            observer: RwLock::default(),
            waiting: Mutex::default(),
            knocks: Mutex::default(),
            finder: Mutex::new(Finder::new(|bytes| getrandom::fill(bytes).is_ok())),
            known: RwLock::default(),
            callbacks: RwLock::default(),
            view: RwLock::default(),
        }
    }
}

impl Program {
    pub fn set_observer(&self, observer: Option<Arc<dyn Observer>>) {
        *self.observer.write() = observer;
    }

    pub fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.observer.read().clone()
    }

    /// Connections from unknown addresses: which are held, and who held one in vain, whatever link it was.
    pub fn knocks(&self) -> MutexGuard<'_, Knocks> {
        self.knocks.lock()
    }

    /// How members are looked for.
    pub fn finder(&self) -> MutexGuard<'_, Finder> {
        self.finder.lock()
    }

    /// Where members were found.
    pub fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read())
    }

    pub fn set_known(&self, known: Arc<Known>) {
        *self.known.write() = known;
    }

    /// No link runs that would follow the view: keys of groups that may be gone are not kept.
    pub fn forget_found(&self) {
        self.finder().set_groups(Vec::new());
        self.set_known(Arc::default());
    }

    /// Keeps a connection for the next link.
    pub fn hand_over(&self, waiting: Waiting) {
        let mut all = self.waiting.lock();
        let now = Instant::now();
        all.retain(|older| older.until > now && older.from != waiting.from);
        all.push(waiting);
    }

    /// No link follows: what was handed over is closed.
    pub fn close_handed_over(&self) {
        self.waiting.lock().clear();
    }

    /// The connections that the link before handed over and whose time is not over; the others are closed.
    pub fn take_over(&self, now: Instant) -> Vec<Waiting> {
        let mut all = std::mem::take(&mut *self.waiting.lock());
        all.retain(|waiting| waiting.until > now);
        all
    }

    pub fn set_callbacks(&self, callbacks: Option<Callbacks>) {
        *self.callbacks.write() = callbacks.map(Arc::new);
    }

    pub fn callbacks(&self) -> Option<Arc<Callbacks>> {
        self.callbacks.read().clone()
    }

    pub fn set_view(&self, view: View) {
        *self.view.write() = Arc::new(view);
    }

    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read())
    }
}

/// One question to the program or the view. Runs where user code may run: no lock is held.
pub struct Ask {
    pub callbacks: Option<Arc<Callbacks>>,
    pub view: Arc<View>,
    pub known: Arc<Known>,
}

impl Ask {
    /// Whether user code may run while the questions are answered; if not they may be asked on the network thread.
    pub fn needs_program(&self) -> bool {
        let Some(c) = &self.callbacks else { return false };
        !(matches!(c.is_valid_ip, Some(Check::View) | None)
            && matches!(c.is_valid_device_id, Some(Check::View) | None)
            && matches!(c.auth_key, Some(KeySource::View) | None))
    }

    fn check(&self, which: impl Fn(&Callbacks) -> Option<&Check>, text: &str, in_view: impl Fn(&View) -> bool) -> bool {
        match self.callbacks.as_deref().and_then(which) {
            None => false,
            Some(Check::View) => in_view(&self.view),
            Some(Check::Program(ask)) => ask(text),
        }
    }

    pub fn is_valid_ip(&self, ip: IpAddr) -> bool {
        self.check(
            |c| c.is_valid_ip.as_ref(),
            &address::text(ip),
            |v| v.lists_address(ip) || self.known.has_address(ip),
        )
    }

    /// Address binding: whether the lists, or what was found where they fail, say that this device may come from there.
    pub fn allows(&self, id: &str, from: IpAddr) -> bool {
        self.view.allows(id, from) || self.known.allows(id, from)
    }

    pub fn is_valid_device_id(&self, id: &str) -> bool {
        self.check(|c| c.is_valid_device_id.as_ref(), id, |v| v.lists_device(id))
    }

    /// Keys for `target`, joined by commas; empty for none.
    pub fn auth_key(&self, target: &str) -> KeyText {
        match self.callbacks.as_deref().and_then(|c| c.auth_key.as_ref()) {
            None => KeyText::default(),
            Some(KeySource::Program(ask)) => ask(target).unwrap_or_default(),
            Some(KeySource::View) => keys::join(|| self.view.keys_of(target).map(str::as_bytes)),
        }
    }
}
