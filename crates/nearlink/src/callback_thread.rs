//! A callback thread of the component's own, for owners that have none.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle, ThreadId};

use base::sync::{Condvar, Mutex};

use crate::events::CallbackQueue;

#[derive(Default)]
struct State {
    jobs: VecDeque<Box<dyn FnOnce() + Send>>,
    thread: Option<(ThreadId, JoinHandle<()>)>,
    stopping: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// One thread named `iota-callback`, started when the first job comes or by [`CallbackThread::start`].
#[derive(Default)]
pub struct CallbackThread(Arc<Shared>);

impl CallbackThread {
    /// Starts the thread unless it runs; `false` when the system gives none.
    pub fn start(&self) -> bool {
        let mut state = self.0.state.lock();
        state.stopping = false;
        if state.thread.is_some() {
            return true;
        }
        let shared = Arc::clone(&self.0);
        match Builder::new().name("iota-callback".into()).spawn(move || shared.run()) {
            Ok(handle) => {
                state.thread = Some((handle.thread().id(), handle));
                true
            }
            Err(_) => false,
        }
    }

    /// Ends the thread after the jobs it has; waits for it unless called on it.
    pub fn stop(&self) {
        let handle = {
            let mut state = self.0.state.lock();
            state.stopping = true;
            self.0.changed.notify_all();
            let own = std::thread::current().id();
            match &state.thread {
                Some((id, _)) if *id != own => state.thread.take(),
                _ => None,
            }
        };
        if let Some((_, handle)) = handle {
            let _ = handle.join();
        }
    }
}

impl Shared {
    fn run(&self) {
        let own = std::thread::current().id();
        loop {
            let job = {
                let mut state = self.state.lock();
                loop {
                    if let Some(job) = state.jobs.pop_front() {
                        break job;
                    }
                    let current = state.thread.as_ref().is_some_and(|(id, _)| *id == own);
                    if current && state.stopping {
                        state.thread = None; // stopped from inside a job: nobody joins, the thread just ends
                        return;
                    }
                    if !current {
                        return; // joined by `stop`; `start` may have put another thread in its place
                    }
                    self.changed.wait(&mut state);
                }
            };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
            if outcome.is_err() {
                base::lines::near_callback_panicked();
            }
        }
    }
}

impl CallbackQueue for CallbackThread {
    fn post(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.state.lock().jobs.push_back(job);
        self.0.changed.notify_one();
    }

    fn is_current(&self) -> bool {
        let own = std::thread::current().id();
        self.0.state.lock().thread.as_ref().is_some_and(|(id, _)| *id == own)
    }
}
