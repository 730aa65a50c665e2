//! The server addresses that were given to init calls, as the tasks that keep a session with each and the rest of the network
//! thread share them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{Notify, oneshot};

use crate::code::Code;
use crate::keys::Stretched;
use crate::view::View;

/// All targets by their present address.
pub type Targets = RefCell<HashMap<IpAddr, Rc<Target>>>;

/// One server address that was given to an init call.
pub struct Target {
    pub address: Cell<IpAddr>,
    pub live: Cell<bool>,
    /// Where the session goes to: the address, or one that was found in its place.
    pub at: Cell<IpAddr>,
    pub waiting: RefCell<Vec<oneshot::Sender<Code>>>,
    pub wake: Notify,
    /// A member was found, perhaps one that this target is about.
    pub found: Notify,
    /// The next attempt need not wait any longer.
    pub now: Cell<bool>,
    /// The id last met there.
    pub met: RefCell<Option<String>>,
    /// Keeps the stretched key for the next connection.
    pub key: RefCell<Option<Arc<Stretched>>>,
}

impl Target {
    pub fn new(address: IpAddr) -> Self {
        Target {
            address: Cell::new(address),
            live: Cell::new(false),
            at: Cell::new(address),
            waiting: RefCell::default(),
            wake: Notify::new(),
            found: Notify::new(),
            now: Cell::new(false),
            met: RefCell::default(),
            key: RefCell::default(),
        }
    }

    /// Ends the pause before the next attempt, if there is one.
    pub fn try_now(&self) {
        self.now.set(true);
        self.wake.notify_one();
    }

    /// Lets the kept key go unless some group still has it.
    pub fn keep_key_of(&self, view: &View) {
        self.key.borrow_mut().take_if(|key| !view.has_key(key.key()));
    }

    /// Answers every init call that waits for the outcome of an attempt.
    pub fn answer(&self, code: Code) {
        for waiting in self.waiting.take() {
            let _ = waiting.send(code);
        }
    }
}
