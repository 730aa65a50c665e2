//! Threads on demand for the default courses of upgrades and files: the callback thread must not wait for them.
//!
//! Upgrades run one at a time, and so do file transfers. A thread ends when its queue is empty, or within a second of
//! [`Workers::stop`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use base::sync::Mutex;

use super::http::Stop;
use crate::error::{Detail, Error, Result};

/// A transfer; it has to end soon after the sign.
pub type Transfer = Box<dyn FnOnce(&Stop) + Send>;

/// What the platform may ask for in advance.
const MAX_QUEUED: usize = 16;

#[derive(Clone, Copy)]
pub enum Lane {
    Upgrades,
    Files,
}

#[derive(Default)]
struct Queue {
    transfers: VecDeque<Transfer>,
    running: bool,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stop: Stop,
    upgrades: Mutex<Queue>,
    files: Mutex<Queue>,
}

impl Shared {
    fn queue(&self, lane: Lane) -> &Mutex<Queue> {
        match lane {
            Lane::Upgrades => &self.upgrades,
            Lane::Files => &self.files,
        }
    }

    /// The next transfer; without one the thread counts as gone.
    fn next(&self, lane: Lane) -> Option<Transfer> {
        let mut queue = self.queue(lane).lock();
        let next = match self.stop.is_set() {
            true => None,
            false => queue.transfers.pop_front(),
        };
        queue.running = next.is_some();
        next
    }
}

/// The threads of one device.
#[derive(Clone, Default)]
pub struct Workers(Arc<Shared>);

impl Workers {
    /// What ends this device's transfers, on whichever thread they run.
    pub fn stop_sign(&self) -> Stop {
        self.0.stop.clone()
    }

    pub fn post(&self, lane: Lane, transfer: Transfer) -> Result<()> {
        let mut queue = self.0.queue(lane).lock();
        if queue.transfers.len() >= MAX_QUEUED {
            return Err(Error::State("too many transfers are waiting"));
        }
        queue.transfers.push_back(transfer);
        if queue.running {
            return Ok(());
        }
        let shared = self.0.clone();
        let earlier = queue.thread.take(); // its last step at most is left
        let body = move || {
            if let Some(earlier) = earlier {
                let _ = earlier.join(); // a panic there was logged where it was caught
            }
            while let Some(transfer) = shared.next(lane) {
                let run = std::panic::AssertUnwindSafe(|| transfer(&shared.stop));
                if std::panic::catch_unwind(run).is_err() {
                    base::lines::transfer_internal();
                }
            }
        };
        match base::thread::spawn("iota-transfer", body) {
            Ok(thread) => {
                queue.running = true;
                queue.thread = Some(thread);
                Ok(())
            }
            Err(e) => {
                queue.transfers.pop_back();
                Err(Error::System(Detail::because(
                    format!("no thread for a transfer: {e}"),
                    e,
                )))
            }
        }
    }

    /// Ends every transfer of the device; waiting ones are dropped.
    pub fn stop(&self) {
        self.0.stop.set();
    }

    /// Waits for the threads to end, unless called on one of them.
    pub fn join(&self) {
        for lane in [Lane::Upgrades, Lane::Files] {
            let thread = self.0.queue(lane).lock().thread.take();
            match thread {
                Some(thread) if thread.thread().id() != thread::current().id() => drop(thread.join()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn one_at_a_time_in_order_and_again_after_idling() {
        let workers = Workers::default();
        let (done, results) = channel();
        for round in 0..3 {
            for n in 0..5 {
                let done = done.clone();
                workers
                    .post(Lane::Files, Box::new(move |_| done.send((round, n)).unwrap()))
                    .unwrap();
            }
            for n in 0..5 {
                assert_eq!(results.recv_timeout(Duration::from_secs(10)), Ok((round, n)));
            }
        }
    }

    #[test]
    fn a_panic_ends_its_transfer_only() {
        let workers = Workers::default();
        let (done, results) = channel();
        workers.post(Lane::Files, Box::new(|_| panic!("on purpose"))).unwrap();
        workers
            .post(Lane::Files, Box::new(move |_| done.send(()).unwrap()))
            .unwrap();
        assert_eq!(results.recv_timeout(Duration::from_secs(10)), Ok(()));
    }

    #[test]
    fn a_stop_ends_what_runs_and_drops_what_waits() {
        let workers = Workers::default();
        let (done, results) = channel();
        for n in 0..2 {
            let done = done.clone();
            let transfer = move |stop: &Stop| {
                done.send(n).unwrap();
                assert!(!stop.sleep(Duration::from_secs(60)));
            };
            workers.post(Lane::Upgrades, Box::new(transfer)).unwrap();
        }
        assert_eq!(results.recv_timeout(Duration::from_secs(10)), Ok(0));
        workers.stop();
        workers.join();
        assert!(results.try_recv().is_err());
    }
}
