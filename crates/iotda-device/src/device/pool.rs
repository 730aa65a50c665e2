//! The threads `iota-callback`: they run the program's code for all devices of the process.
//!
//! A device's jobs run one at a time, and those of different devices do not wait for one another while fewer than
//! [`QUICK`] run. A job that has run for [`BLOCKED`] counts no more, as if its thread had been replaced, until [`MOST`] threads
//! are taken: then work waits. Threads begin with the first work and end with the last device that had any.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base::fork::PerProcess;
use base::sync::{Condvar, Mutex, MutexGuard};

/// One piece of work.
pub type Job = Box<dyn FnOnce() + Send>;

/// Jobs that may run at a time without one of them being blocked.
const QUICK: usize = 4;
/// A job that runs for this long is blocked.
const BLOCKED: Duration = Duration::from_secs(1);
/// Jobs that may run at a time at all.
const MOST: usize = 64;
/// Threads that stay while there is nothing to do.
const KEPT: usize = QUICK + 1;
/// A callback that runs longer is worth a line in the log: what it holds up are the other callbacks of its device.
const SLOW: Duration = Duration::from_secs(5);

thread_local! {
    /// The process, by [`base::fork::epoch`], of whose pool this thread is; 0: of none. A child that was forked inside a
    /// callback has this thread, but not the callback's rules.
    static POOL_OF: Cell<u32> = const { Cell::new(0) };
}

/// Whether the calling code runs inside one of the program's callbacks.
pub fn inside_callback() -> bool {
    POOL_OF.get() == base::fork::epoch()
}

/// Where jobs wait: those of one device.
pub(super) trait Work: Send + Sync {
    /// The next job; `None`: there is none, and from now on new ones need a [`Pool::submit`].
    fn next(&self) -> Option<Job>;
}

struct State {
    ready: VecDeque<Arc<dyn Work>>,
    /// Devices that may have jobs.
    users: usize,
    /// Since when each running job runs, by its thread.
    running: Vec<(u64, Instant)>,
    /// Threads of the present time.
    workers: usize,
    /// Counts the times without a device. Threads of an earlier time end, whoever has come since: somebody waits for them.
    time: u64,
    threads: Vec<JoinHandle<()>>,
    next_thread: u64,
    /// It was said that work waits.
    told: bool,
}

/// Whether one more job may run.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    /// Not before one that runs is blocked, or ends.
    At(Instant),
    /// Not before one ends.
    Later,
}

fn turn(running: impl ExactSizeIterator<Item = Instant>, now: Instant) -> Turn {
    if running.len() >= MOST {
        return Turn::Later;
    }
    let mut oldest = now;
    let mut quick = 0;
    for since in running.filter(|since| now.duration_since(*since) < BLOCKED) {
        oldest = oldest.min(since);
        quick += 1;
    }
    if quick < QUICK {
        return Turn::Now;
    }
    Turn::At(oldest + BLOCKED)
}

/// The pool of a process.
pub(super) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
    /// Length of `ready`, for those that run.
    waiting: AtomicUsize,
}

static POOL: PerProcess<Pool> = PerProcess::new(|_| Pool {
    state: Mutex::new(State {
        ready: VecDeque::new(),
        users: 0,
        running: Vec::new(),
        workers: 0,
        time: 0,
        threads: Vec::new(),
        next_thread: 0,
        told: false,
    }),
    changed: Condvar::new(),
    waiting: AtomicUsize::new(0),
});

/// The pool of this process.
pub(super) fn pool() -> &'static Pool {
    POOL.get()
}

impl Pool {
    /// One more device may have jobs. `false` where there is no memory for a thread; the device is none then.
    pub fn enter(&'static self) -> bool {
        let mut state = self.state.lock();
        state.users += 1;
        if state.workers > 0 {
            return true;
        }
        let started = self.start_worker(&mut state);
        if let Err(cause) = started {
            state.users -= 1;
            drop(state);
            base::lines::no_callback_thread(&cause);
            return false;
        }
        true
    }

    /// A device will have no more jobs. The last one ends the threads.
    pub fn leave(&self) {
        let mut state = self.state.lock();
        state.users -= 1;
        if state.users == 0 {
            state.time += 1;
            state.workers = 0;
            self.changed.notify_all();
        }
    }

    /// Waits for the threads to end, if no device is left. Not to be called inside a callback.
    pub fn join_unused(&self) {
        let threads = {
            let mut state = self.state.lock();
            match state.users {
                0 => std::mem::take(&mut state.threads),
                _ => return,
            }
        };
        for thread in threads {
            let _ = thread.join(); // a panic there was logged where it was caught
        }
    }

    /// There are jobs: `work` is asked for them until it has none.
    pub fn submit(&'static self, work: Arc<dyn Work>) {
        let mut state = self.state.lock();
        self.ready(&mut state, work);
        self.staff(state);
    }

    fn ready(&self, state: &mut State, work: Arc<dyn Work>) {
        state.ready.push_back(work);
        self.waiting.store(state.ready.len(), Ordering::Relaxed);
    }

    /// Sees to it that a thread looks at what is ready.
    fn staff(&'static self, mut state: MutexGuard<'_, State>) {
        if state.workers > state.running.len() {
            self.changed.notify_one();
            return;
        }
        if state.workers <= MOST {
            if let Err(cause) = self.start_worker(&mut state) {
                drop(state);
                base::lines::no_callback_thread(&cause); // those that run go on with it
            }
        }
    }

    fn start_worker(&'static self, state: &mut State) -> std::io::Result<()> {
        state.threads.retain(|thread| !thread.is_finished());
        state.next_thread += 1;
        let (number, time) = (state.next_thread, state.time);
        let thread = base::thread::spawn("iota-callback", move || {
            POOL_OF.set(base::fork::epoch());
            self.work(number, time);
        })?;
        state.workers += 1;
        state.threads.push(thread);
        Ok(())
    }

    /// A thread.
    fn work(&'static self, number: u64, time: u64) {
        let mut state = self.state.lock();
        loop {
            let chosen = self.choose(state, time);
            state = chosen.0;
            match chosen.1 {
                None => break,
                Some(work) => {
                    state.running.push((number, Instant::now()));
                    if !state.ready.is_empty() {
                        self.staff(state);
                    } else {
                        drop(state);
                    }
                    let more = self.run(number, &*work);
                    state = self.state.lock();
                    state.running.retain(|(other, _)| *other != number);
                    state.told = false;
                    if more {
                        self.ready(&mut state, work);
                    }
                    if !state.ready.is_empty() {
                        self.changed.notify_one(); // one may wait for a turn
                    }
                }
            }
        }
        if state.time == time {
            state.workers -= 1;
        }
    }

    /// The next work of a thread; `None`: it is not needed any more.
    fn choose<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        time: u64,
    ) -> (MutexGuard<'a, State>, Option<Arc<dyn Work>>) {
        loop {
            if state.time != time {
                return (state, None);
            }
            if state.ready.is_empty() {
                if state.workers > state.running.len() + KEPT {
                    return (state, None);
                }
                self.changed.wait(&mut state);
                continue;
            }
            let now = Instant::now();
            match turn(state.running.iter().map(|(_, since)| *since), now) {
                Turn::Now => {
                    let work = state.ready.pop_front();
                    self.waiting.store(state.ready.len(), Ordering::Relaxed);
                    return (state, work);
                }
                Turn::At(at) => {
                    self.changed.wait_until(&mut state, at);
                }
                Turn::Later => {
                    if !std::mem::replace(&mut state.told, true) {
                        drop(state);
                        base::lines::callbacks_blocked(&MOST);
                        state = self.state.lock();
                        continue;
                    }
                    self.changed.wait(&mut state);
                }
            }
        }
    }

    /// Runs jobs until there are none, or others wait for a thread; whether there may be more.
    fn run(&self, number: u64, work: &dyn Work) -> bool {
        let mut first = true;
        while let Some(job) = work.next() {
            let begin = Instant::now();
            if !std::mem::take(&mut first) {
                let mut state = self.state.lock();
                let of_this = state.running.iter_mut().find(|(other, _)| *other == number);
                of_this.into_iter().for_each(|(_, since)| *since = begin);
            }
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
                base::lines::callback_internal();
            }
            let took = begin.elapsed();
            if took > SLOW {
                base::lines::callback_slow(&took.as_secs());
            }
            if self.waiting.load(Ordering::Relaxed) > 0 {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_may_run_and_blocked_ones_do_not_count() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let of = |running: &[u64], now| turn(running.iter().map(|ms| at(*ms)), at(now));
        assert_eq!(of(&[], 0), Turn::Now);
        assert_eq!(of(&[0, 100, 200], 500), Turn::Now);
        assert_eq!(of(&[300, 0, 100, 200], 500), Turn::At(at(1000)));
        assert_eq!(of(&[300, 0, 100, 200], 1000), Turn::Now);
        assert_eq!(of(&[0; 63], 5000), Turn::Now);
        assert_eq!(of(&[0; 64], 5000), Turn::Later);
    }
}
