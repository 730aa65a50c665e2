//! The program's code for one device: every piece of it runs on a thread `iota-callback`, one at a time, in the order of
//! arrival.
//!
//! A job may block for minutes, call anything, or close its own runner. A runner that follows another (the program
//! destroyed the SDK inside a callback and initialised it again) first lets the other finish, so two never overlap.

use std::collections::VecDeque;
use std::sync::Arc;

use base::sync::{Condvar, Mutex};

pub use super::pool::{Job, inside_callback};
use super::pool::{Work, pool};

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    /// The runner has finished.
    over: Condvar,
}

#[derive(Default)]
struct QueueState {
    jobs: VecDeque<Job>,
    closed: bool,
    /// The pool's threads stay for this runner.
    entered: bool,
    /// The pool has the queue and asks for its jobs.
    submitted: bool,
    /// An earlier runner has to finish first.
    follows: bool,
    /// Closed, and all jobs have run.
    finished: bool,
    /// Who waits for that.
    successor: Option<Arc<Queue>>,
}

impl Work for Queue {
    fn next(&self) -> Option<Job> {
        let mut state = self.state.lock();
        if let Some(job) = state.jobs.pop_front() {
            return Some(job);
        }
        state.submitted = false;
        self.finish_if_over(state);
        None
    }
}

impl Queue {
    fn finish_if_over(&self, mut state: base::sync::MutexGuard<'_, QueueState>) {
        if !state.closed || state.submitted || state.finished || state.follows || !state.jobs.is_empty() {
            return;
        }
        state.finished = true;
        let successor = state.successor.take();
        let entered = std::mem::take(&mut state.entered);
        self.over.notify_all();
        drop(state);
        if let Some(successor) = successor {
            successor.state.lock().follows = false;
            submit(&successor);
        }
        if entered {
            pool().leave();
        }
    }
}

/// Hands the queue to the pool if it has jobs and the pool does not have it.
fn submit(queue: &Arc<Queue>) {
    {
        let mut state = queue.state.lock();
        if state.submitted || state.follows || state.jobs.is_empty() {
            return queue.finish_if_over(state);
        }
        state.submitted = true;
    }
    pool().submit(queue.clone());
}

/// A closed runner whose last job is the calling one.
pub struct Ending(Arc<Queue>);

impl Ending {
    /// Waits for it. Not to be called inside a callback.
    pub fn join(self) {
        self.0.join();
    }
}

impl Queue {
    fn join(&self) {
        let mut state = self.state.lock();
        while !state.finished {
            self.over.wait(&mut state);
        }
        drop(state);
        pool().join_unused();
    }
}

/// The jobs of one device.
pub struct Runner {
    queue: Arc<Queue>,
}

impl Runner {
    /// A runner that needs no thread yet; `after` is a closed runner whose last jobs come first.
    pub fn new(after: Option<Ending>) -> Runner {
        let queue = Arc::<Queue>::default();
        if let Some(Ending(earlier)) = after {
            let mut state = earlier.state.lock();
            if !state.finished {
                queue.state.lock().follows = true;
                state.successor = Some(queue.clone());
            }
        }
        Runner { queue }
    }

    /// Queues a job, and starts a thread for the first one. The job comes back when the runner is closed or there is no thread.
    pub fn post(&self, job: Job) -> std::result::Result<(), Job> {
        let started = self.start(); // without the lock of the queue: it may log
        {
            let mut state = self.queue.state.lock();
            if state.closed || !started {
                return Err(job);
            }
            state.jobs.push_back(job);
            if state.submitted || state.follows {
                return Ok(());
            }
        }
        submit(&self.queue);
        Ok(())
    }

    /// Starts a thread, if there is none yet; `false` where there is no memory for it. Jobs do it too, but during the end
    /// of a plug-in no thread can begin any more.
    pub fn start(&self) -> bool {
        {
            let mut state = self.queue.state.lock();
            if state.closed || state.entered {
                return true;
            }
            state.entered = true;
        }
        let started = pool().enter();
        if !started {
            self.queue.state.lock().entered = false;
        }
        started
    }

    /// Accepts no more jobs. Outside callbacks, returns when the queued ones have run; inside one, and on every other thread of the
    /// library, returns what the next runner has to wait for.
    pub fn close(&self) -> Option<Ending> {
        let mut state = self.queue.state.lock();
        if std::mem::replace(&mut state.closed, true) && state.finished {
            return None;
        }
        self.queue.finish_if_over(state);
        if base::thread::is_ours() {
            let finished = self.queue.state.lock().finished;
            return (!finished).then(|| Ending(self.queue.clone()));
        }
        self.queue.join();
        None
    }
}

/// A runner that nobody closed ends after the jobs it has.
impl Drop for Runner {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        state.closed = true;
        self.queue.finish_if_over(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::{Duration, Instant};

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

    #[test]
    fn closing_waits_for_no_thread_that_others_began_to_use() {
        for round in 0..500 {
            let ending = Runner::new(None);
            assert!(ending.start());
            let (give, take) = channel();
            let thread = std::thread::spawn(move || {
                ending.close();
                let _ = give.send(());
            });
            let other = Runner::new(None);
            assert!(other.start());
            assert_eq!(take.recv_timeout(Duration::from_secs(10)), Ok(()), "round {round}");
            other.close();
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_successor_that_is_closed_first_still_waits() {
        let first = Arc::new(Runner::new(None));
        let (f, (give, take)) = (first.clone(), channel());
        let posted = first.post(Box::new(move || {
            let next = Runner::new(f.close());
            let ending = next.close();
            give.send(ending).unwrap();
        }));
        assert!(posted.is_ok());
        if let Some(ending) = take.recv().unwrap() {
            ending.join();
        }
    }

    #[test]
    fn a_job_that_blocks_holds_up_no_other_device() {
        let (release, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let blocked: Vec<Runner> = (0..6).map(|_| Runner::new(None)).collect();
        for runner in &blocked {
            let held = held.clone();
            let block = move || {
                let _ = held.lock().recv();
            };
            assert!(runner.post(Box::new(block)).is_ok());
        }
        let other = Runner::new(None);
        let (give, take) = channel();
        let begin = Instant::now();
        assert!(other.post(Box::new(move || give.send(()).unwrap())).is_ok());
        take.recv_timeout(Duration::from_secs(30)).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
        for _ in &blocked {
            release.send(()).unwrap();
        }
        for runner in blocked.iter().chain([&other]) {
            assert!(runner.close().is_none());
        }
    }

    #[test]
    fn many_devices_take_turns_and_keep_their_order() {
        let runners: Vec<Runner> = (0..50).map(|_| Runner::new(None)).collect();
        let seen: Vec<_> = (0..50).map(|_| Arc::new(Mutex::new(Vec::new()))).collect();
        for n in 0..200 {
            for (runner, seen) in runners.iter().zip(&seen) {
                let seen = seen.clone();
                assert!(runner.post(Box::new(move || seen.lock().push(n))).is_ok());
            }
        }
        for (runner, seen) in runners.iter().zip(&seen) {
            assert!(runner.close().is_none());
            assert_eq!(*seen.lock(), (0..200).collect::<Vec<_>>());
        }
    }
}
