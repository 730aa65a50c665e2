//! What goes up to the program: send results and received messages, one at a time on one thread, in
//! order (docs/spec/nearlink.md#callbacks). The thread is the owner's, behind
//! [`CallbackQueue`].

use std::collections::VecDeque;
use std::sync::Arc;

use base::sync::Mutex;

use crate::code::Code;
use crate::gate::Gate;
use crate::peers::Peer;
use crate::program::{Message, Program};

/// The one thread that runs data and result callbacks. Jobs run one at a time in the order they were posted; a queue that
/// ends drops its jobs.
pub trait CallbackQueue: Send + Sync {
    fn post(&self, job: Box<dyn FnOnce() + Send>);
    /// Whether the caller is on that thread.
    fn is_current(&self) -> bool;
}

/// One callback to run.
enum Event {
    Result(Arc<Peer>, Code),
    Data(Arc<Peer>, Vec<u8>),
}

/// So many events run per job; then other users of the thread have their turn.
const BATCH: usize = 32;

/// The events of one link.
pub struct Events {
    program: Arc<Program>,
    queue: Arc<dyn CallbackQueue>,
    pub gate: Gate,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// A job that will take them is posted.
    posted: bool,
}

impl Events {
    pub fn new(program: Arc<Program>, queue: Arc<dyn CallbackQueue>) -> Arc<Self> {
        Arc::new(Events {
            program,
            queue,
            gate: Gate::default(),
            waiting: Mutex::default(),
        })
    }

    /// The result of one accepted send; frees its place in the window.
    pub fn result(self: &Arc<Self>, peer: &Arc<Peer>, code: Code) {
        peer.answered();
        self.push(Event::Result(Arc::clone(peer), code));
    }

    /// A received message, followed by its NUL; takes a place in the receive queue until its callback starts.
    pub fn data(self: &Arc<Self>, peer: &Arc<Peer>, message: Vec<u8>) {
        peer.queued();
        self.push(Event::Data(Arc::clone(peer), message));
    }

    fn push(self: &Arc<Self>, event: Event) {
        let mut waiting = self.waiting.lock();
        waiting.events.push_back(event);
        let post = !std::mem::replace(&mut waiting.posted, true);
        drop(waiting);
        if post {
            self.post();
        }
    }

    fn post(self: &Arc<Self>) {
        let events = Arc::clone(self);
        self.queue.post(Box::new(move || events.run_batch()));
    }

    fn run_batch(self: &Arc<Self>) {
        for _ in 0..BATCH {
            let event = {
                let mut waiting = self.waiting.lock();
                let event = waiting.events.pop_front();
                waiting.posted = event.is_some();
                event
            };
            let Some(event) = event else { return };
            self.run(event);
        }
        self.post();
    }

    fn run(&self, event: Event) {
        match event {
            Event::Result(peer, code) => {
                // Results pass a closed gate too: Close itself delivers them before it returns.
                if let Some(callback) = self.program.callbacks().and_then(|c| c.send_result.clone()) {
                    callback(peer.id(), code);
                }
            }
            Event::Data(peer, message) => {
                peer.taken();
                if let Some(callback) = self.program.callbacks().and_then(|c| c.received.clone()) {
                    self.gate.pass(|| callback(peer.id(), Message(&message)));
                }
            }
        }
    }

    /// What runs the callbacks.
    pub fn queue(&self) -> &dyn CallbackQueue {
        &*self.queue
    }

    /// Whether the caller is on the thread that runs the callbacks.
    pub fn on_callback_thread(&self) -> bool {
        self.queue.is_current()
    }

    /// The link is down: drops what was received, delivers every result, returns when no callback of this link runs any
    /// more, the caller's own excepted.
    pub fn finish(self: &Arc<Self>) {
        self.gate.close();
        if !self.queue.is_current() {
            let (done, wait) = base::answer::channel::<()>();
            let events = Arc::clone(self);
            self.queue.post(Box::new(move || {
                events.drain();
                drop(done);
            }));
            let _ = wait.wait();
        }
        // On the callback thread itself, and for a queue that has ended and dropped the job.
        self.drain();
    }

    fn drain(&self) {
        loop {
            let event = self.waiting.lock().events.pop_front();
            match event {
                Some(event @ Event::Result(..)) => self.run(event),
                Some(Event::Data(peer, _)) => peer.taken(),
                None => return,
            }
        }
    }
}
