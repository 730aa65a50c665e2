//! The near link as the six functions see it (docs/spec/nearlink.md#functions,
//! docs/spec/nearlink.md#callbacks): checks arguments, starts a link with the first init call, ends
//! it with Close.

use std::sync::Arc;

use base::sync::Mutex;

use crate::address;
use crate::callback_thread::CallbackThread;
use crate::code::{self, Code};
use crate::events::{CallbackQueue, Events};
use crate::find::finder::Statistics;
use crate::gate::Gate;
use crate::handshake::Seed;
use crate::hello::MAX_ID;
use crate::link::{Flag, Link, may_not_wait};
use crate::program::{Callbacks, Observer, Program};
use crate::record::MAX_DATA;
use crate::settings::Settings;
use crate::view::View;

/// `INIT_SERVICE`
pub const INIT_SERVICE: u32 = 0;
/// `INIT_CLIENT`
pub const INIT_CLIENT: u32 = 1;

/// Why an init call failed, and the token of the address list it is about ("" for none).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitError {
    pub code: Code,
    pub token: Vec<u8>,
}

impl From<Code> for InitError {
    fn from(code: Code) -> Self {
        InitError {
            code,
            token: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Slot {
    link: Option<Arc<Link>>,
    /// Set when the network part of the link before is gone: its ports are free again.
    last_down: Option<Arc<Flag>>,
    /// The link that is being closed, and what is set when that is done.
    closing: Option<(Arc<Flag>, Arc<Events>)>,
}

/// The built-in back-end. All methods may be called from any thread and from inside any callback.
pub struct Component {
    settings: Box<dyn Fn() -> Settings + Send + Sync>,
    program: Arc<Program>,
    slot: Mutex<Slot>,
    queue: Mutex<Option<Arc<dyn CallbackQueue>>>,
    own_thread: Arc<CallbackThread>,
}

impl Component {
    /// `settings` is asked at the first init call and again at the first one after each Close.
    pub fn new(settings: impl Fn() -> Settings + Send + Sync + 'static) -> Self {
        Component {
            settings: Box::new(settings),
            program: Arc::default(),
            slot: Mutex::default(),
            queue: Mutex::default(),
            own_thread: Arc::default(),
        }
    }

    /// The owner's callback thread; without one the component has its own. Counts from the next link on.
    pub fn set_callback_queue(&self, queue: Option<Arc<dyn CallbackQueue>>) {
        *self.queue.lock() = queue;
    }

    /// Who learns what links notice about the group data.
    pub fn set_observer(&self, observer: Option<Arc<dyn Observer>>) {
        self.program.set_observer(observer);
    }

    /// Whether a session with this device stands.
    pub fn is_linked(&self, id: &str) -> bool {
        let link = self.slot.lock().link.clone();
        link.is_some_and(|link| link.peers.sessions().iter().any(|session| session.peer.id() == id))
    }

    /// What finding members has done so far.
    pub fn find_statistics(&self) -> Statistics {
        self.program.finder().statistics()
    }

    /// Replaces the callbacks.
    pub fn register(&self, callbacks: Callbacks) {
        self.program.set_callbacks(Some(callbacks));
    }

    /// Close for good: nothing is kept for a link that might follow.
    pub fn end(&self) {
        self.close();
        self.program.close_handed_over();
        self.program.forget_found();
    }

    /// Close for good, and forget the callbacks.
    pub fn unregister(&self) {
        self.end();
        self.program.set_callbacks(None);
    }

    /// The groups have changed: sessions with who is no longer a member, or under a key that is no longer valid, end.
    pub fn set_view(&self, view: View) {
        self.program.set_view(view);
        let link = self.slot.lock().link.clone();
        match link {
            Some(link) => link.view_changed(),
            None => self.program.forget_found(),
        }
    }

    /// `InitDConnCaseOne`: blocks until the server listens or every listed server is authenticated; stops at the first failure.
    pub fn init(&self, role: u32, list: Option<&[u8]>) -> Result<(), InitError> {
        if role != INIT_SERVICE && role != INIT_CLIENT {
            return Err(code::INVALID_INIT_TYPE.into());
        }
        if let Some(observer) = self.program.observer() {
            observer.role_asked();
        }
        let list = list.ok_or(code::NULLPTR)?;
        if !self.program.callbacks().is_some_and(|c| c.can_check()) {
            return Err(code::CB_NOT_REGISTER.into());
        }
        let queue = self.queue.lock().clone();
        if may_not_wait(queue.as_deref()) {
            // Reached from a log sink; a line about it would come back here.
            return Err(code::BRANCH.into());
        }
        let link = self.link()?;
        link.own_id()?;
        let list = address::parse_list(list).map_err(|address::Offending(token)| InitError {
            code: code::IP_FORMAT,
            token,
        })?;
        if Seed::random().is_none() {
            return Err(code::GEN_RANDOM.into());
        }
        if role == INIT_CLIENT {
            return link.connect(list).map_err(|(code, token)| InitError { code, token });
        }
        let mut list = list.into_iter();
        let (first, second) = (list.next(), list.next());
        if let Some(second) = second {
            return Err(InitError {
                code: code::IP_FORMAT,
                token: second.token,
            });
        }
        let first = first.ok_or(code::IP_FORMAT)?;
        match link.listen(first.address) {
            code::SUCCESS => Ok(()),
            code => Err(InitError {
                code,
                token: first.token,
            }),
        }
    }

    /// The running link, or a new one.
    fn link(&self) -> Result<Arc<Link>, Code> {
        if let Some(link) = &self.slot.lock().link {
            return Ok(Arc::clone(link));
        }
        let settings = (self.settings)(); // may log, so no lock is held
        let mut slot = self.slot.lock();
        loop {
            if let Some(link) = &slot.link {
                return Ok(Arc::clone(link));
            }
            let Some(last) = slot.last_down.take() else { break };
            drop(slot); // the network part of a link ends without any user code: this wait is short
            last.wait();
            slot = self.slot.lock();
        }
        let owner = self.queue.lock().clone();
        let queue: Arc<dyn CallbackQueue> = match owner {
            Some(queue) => queue,
            None if self.own_thread.start() => Arc::clone(&self.own_thread) as Arc<dyn CallbackQueue>,
            None => return Err(code::CREATE_THREAD),
        };
        let events = Events::new(Arc::clone(&self.program), queue);
        let link = Link::start(settings, &self.program, events)?;
        slot.last_down = None;
        slot.link = Some(Arc::clone(&link));
        Ok(link)
    }

    /// `DConnSendData`: `SUCCESS` when accepted; then exactly one result follows.
    pub fn send(&self, target: Option<&[u8]>, data: Option<&[u8]>) -> Code {
        let (Some(target), Some(data)) = (target, data) else {
            return code::NULLPTR;
        };
        if target.is_empty() || target.len() > MAX_ID {
            return code::INVALID_DEVICE_ID;
        }
        if data.is_empty() {
            return code::ERROR;
        }
        if data.len() > MAX_DATA {
            return code::SEND_DATA_EXCEED;
        }
        if self.program.callbacks().is_none() {
            return code::CB_NOT_REGISTER;
        }
        let link = self.slot.lock().link.clone();
        let (Some(link), Ok(target)) = (link, std::str::from_utf8(target)) else {
            return code::DEVICE_ID_NOT_FOUND;
        };
        link.peers
            .send(target, data, link.settings.limits.window, link.settings.limits.removed)
    }

    /// `CloseDConnCaseOne`: afterwards nothing is connected, every accepted send has its result, and no callback runs except one
    /// that the caller is inside of.
    pub fn close(&self) {
        let done = Arc::new(Flag::default());
        let (link, running) = {
            let mut slot = self.slot.lock();
            match slot.link.take() {
                Some(link) => {
                    slot.last_down = Some(link.down());
                    slot.closing = Some((Arc::clone(&done), Arc::clone(&link.events)));
                    (Some(link), None)
                }
                None => (None, slot.closing.clone()),
            }
        };
        if let Some(link) = link {
            link.close();
            done.set();
            let idle = {
                let mut slot = self.slot.lock();
                if slot.closing.as_ref().is_some_and(|(flag, _)| Arc::ptr_eq(flag, &done)) {
                    slot.closing = None;
                }
                slot.link.is_none()
            };
            if idle && !base::thread::is_ours() && !Gate::is_inside() {
                self.own_thread.stop();
            }
            return;
        }
        // Another thread is closing: wait for it, unless it may be waiting for us.
        if let Some((flag, events)) = running {
            if !base::thread::is_ours() && !Gate::is_inside() && !events.on_callback_thread() {
                flag.wait();
            }
        }
    }
}

impl Drop for Component {
    fn drop(&mut self) {
        self.end();
    }
}
