//! The `iota-callback` thread: runs every piece of the program's code, one at a time, in the order of arrival.
//!
//! A job may block for minutes, call anything, or close its own runner. A runner that follows another (the program
//! destroyed the SDK inside a callback and initialised it again) first lets the other finish, so two never overlap.

use std::cell::Cell;
use std::sync::mpsc::{channel, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{Error, Result};

/// One piece of work for the callback thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// A callback that runs longer is worth a line in the log: what it holds up are all other callbacks.
const SLOW: Duration = Duration::from_secs(5);

thread_local! {
    static ON_CALLBACK_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling code runs inside one of the program's callbacks.
pub fn inside_callback() -> bool {
    ON_CALLBACK_THREAD.get()
}

/// The thread and its queue.
pub struct Runner {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Runner {
    /// Starts the thread; `after` is the thread of a closed runner whose last jobs come first.
    pub fn start(after: Option<JoinHandle<()>>) -> Result<Runner> {
        let (sender, jobs) = channel::<Job>();
        let body = move || {
            ON_CALLBACK_THREAD.set(true);
            if let Some(earlier) = after {
                let _ = earlier.join(); // a panic there was logged where it was caught
            }
            for job in jobs {
                let begin = Instant::now();
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
                    crate::error!("internal failure while delivering to a callback; please report it");
                }
                let took = begin.elapsed();
                if took > SLOW {
                    crate::warn!("a callback took {} s; all others waited for it", took.as_secs());
                }
            }
        };
        let thread = Builder::new()
            .name("iota-callback".into())
            .spawn(body)
            .map_err(|cause| Error::System(format!("cannot start the callback thread: {cause}")))?;
        Ok(Runner {
            jobs: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a job; `false` when the runner is closed.
    pub fn post(&self, job: Job) -> bool {
        self.jobs.lock().as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Accepts no more jobs. Outside callbacks, returns when the queued ones have run; inside one, returns the thread
    /// for the next runner to wait for.
    pub fn close(&self) -> Option<JoinHandle<()>> {
        drop(self.jobs.lock().take());
        let thread = self.thread.lock().take()?;
        if inside_callback() {
            return Some(thread);
        }
        let _ = thread.join();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn jobs_run_in_order_and_close_waits_for_them() {
        let runner = Runner::start(None).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for i in 0..100 {
            let seen = seen.clone();
            assert!(runner.post(Box::new(move || seen.lock().push(i))));
        }
        assert!(runner.close().is_none());
        assert_eq!(*seen.lock(), (0..100).collect::<Vec<_>>());
        assert!(!runner.post(Box::new(|| ())));
    }

    #[test]
    fn a_runner_replaced_inside_a_job_never_overlaps_its_successor() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let first = Arc::new(Runner::start(None).unwrap());
        let second = Arc::new(Mutex::new(None));
        let (f, s, log) = (first.clone(), second.clone(), seen.clone());
        first.post(Box::new(move || {
            let next = Runner::start(f.close()).unwrap();
            let log2 = log.clone();
            next.post(Box::new(move || log2.lock().push("second")));
            *s.lock() = Some(next);
            std::thread::sleep(Duration::from_millis(30));
            log.lock().push("first");
        }));
        while second.lock().is_none() {
            std::thread::yield_now();
        }
        let next = second.lock().take().unwrap();
        assert!(next.close().is_none());
        assert_eq!(*seen.lock(), ["first", "second"]);
    }
}
