//! The `iota-callback` thread: runs every piece of the program's code, one at a time, in the order of arrival.
//!
//! A job may block for minutes, call anything, or close its own runner. A runner that follows another (the program
//! destroyed the SDK inside a callback and initialised it again) first lets the other finish, so two never overlap.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

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

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    /// The next job; `None` when the queue is closed and empty.
    fn next(&self) -> Option<Job> {
        let mut state = self.state.lock();
        loop {
            match state.jobs.pop_front() {
                None if !state.closed => self.changed.wait(&mut state),
                job => return job,
            }
        }
    }
}

/// The thread and its queue.
pub struct Runner {
    queue: Arc<Queue>,
    thread: Mutex<RunnerThread>,
}

enum RunnerThread {
    /// Nothing was to be delivered yet: the process may still fork. With the thread of a closed runner whose jobs come first.
    Waiting(Option<JoinHandle<()>>),
    Running(JoinHandle<()>),
    Over,
}

impl Runner {
    /// A runner without a thread yet; `after` is the thread of a closed runner whose last jobs come first.
    pub fn new(after: Option<JoinHandle<()>>) -> Runner {
        Runner {
            queue: Arc::default(),
            thread: Mutex::new(RunnerThread::Waiting(after)),
        }
    }

    /// Queues a job, and starts the thread for the first one. The job comes back when the runner is closed or has no thread.
    pub fn post(&self, job: Job) -> std::result::Result<(), Job> {
        let started = self.start(); // without the lock of the queue: it may log
        let mut state = self.queue.state.lock();
        if state.closed || !started {
            return Err(job);
        }
        state.jobs.push_back(job);
        self.queue.changed.notify_one();
        Ok(())
    }

    /// Starts the thread, if it does not run yet; `false` where there is no memory for it. Jobs do it too, but during the end
    /// of a plug-in no thread can begin any more.
    pub fn start(&self) -> bool {
        let mut thread = self.thread.lock();
        let RunnerThread::Waiting(after) = &mut *thread else {
            return true;
        };
        let jobs = self.queue.clone();
        let after = after.take();
        match base::thread::spawn("iota-callback", move || run(&jobs, after)) {
            Ok(running) => *thread = RunnerThread::Running(running),
            Err(cause) => {
                drop(thread);
                base::lines::no_callback_thread(&cause);
                return false;
            }
        }
        true
    }

    /// Accepts no more jobs. Outside callbacks, returns when the queued ones have run; inside one, returns the thread
    /// for the next runner to wait for.
    pub fn close(&self) -> Option<JoinHandle<()>> {
        self.queue.state.lock().closed = true;
        self.queue.changed.notify_one();
        let thread = match std::mem::replace(&mut *self.thread.lock(), RunnerThread::Over) {
            RunnerThread::Waiting(earlier) => earlier?,
            RunnerThread::Running(thread) => thread,
            RunnerThread::Over => return None,
        };
        if inside_callback() {
            return Some(thread);
        }
        let _ = thread.join();
        None
    }
}

/// The thread: all jobs in order, until the queue is closed and empty.
fn run(jobs: &Queue, after: Option<JoinHandle<()>>) {
    ON_CALLBACK_THREAD.set(true);
    if let Some(earlier) = after {
        let _ = earlier.join(); // a panic there was logged where it was caught
    }
    while let Some(job) = jobs.next() {
        let begin = Instant::now();
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
            base::lines::callback_internal();
        }
        let took = begin.elapsed();
        if took > SLOW {
            base::lines::callback_slow(&took.as_secs());
        }
    }
}

/// The thread of a runner that nobody closed ends after the jobs it has.
impl Drop for Runner {
    fn drop(&mut self) {
        self.queue.state.lock().closed = true;
        self.queue.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_run_in_order_and_close_waits_for_them() {
        let runner = Runner::new(None);
        let seen = Arc::new(Mutex::new(Vec::new()));
        for i in 0..100 {
            let seen = seen.clone();
            assert!(runner.post(Box::new(move || seen.lock().push(i))).is_ok());
        }
        assert!(runner.close().is_none());
        assert_eq!(*seen.lock(), (0..100).collect::<Vec<_>>());
        assert!(runner.post(Box::new(|| ())).is_err());
    }

    #[test]
    fn a_runner_replaced_inside_a_job_never_overlaps_its_successor() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let first = Arc::new(Runner::new(None));
        let second = Arc::new(Mutex::new(None));
        let (f, s, log) = (first.clone(), second.clone(), seen.clone());
        let posted = first.post(Box::new(move || {
            let next = Runner::new(f.close());
            let log2 = log.clone();
            assert!(next.post(Box::new(move || log2.lock().push("second"))).is_ok());
            *s.lock() = Some(next);
            std::thread::sleep(Duration::from_millis(30));
            log.lock().push("first");
        }));
        assert!(posted.is_ok());
        while second.lock().is_none() {
            std::thread::yield_now();
        }
        let next = second.lock().take().unwrap();
        assert!(next.close().is_none());
        assert_eq!(*seen.lock(), ["first", "second"]);
    }
}
