//! One value handed from one thread to another that waits for it. The standard channels would do, at ten times the code.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex};

enum State<T> {
    Open,
    Given(T),
    Over,
}

struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

/// The giving end; dropped without an answer, it ends the wait.
pub struct Answer<T>(Arc<Shared<T>>);

/// The waiting end.
pub struct Pending<T>(Arc<Shared<T>>);

/// What a wait with a limit saw.
#[derive(Debug, PartialEq, Eq)]
pub enum Waited<T> {
    Given(T),
    /// There will be no answer.
    Over,
    /// The time is over; it may still come.
    NotYet,
}

/// The two ends of one answer.
pub fn channel<T>() -> (Answer<T>, Pending<T>) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State::Open),
        changed: Condvar::new(),
    });
    (Answer(shared.clone()), Pending(shared))
}

impl<T> Answer<T> {
    /// Gives the answer; whoever does not wait any more does not get it.
    pub fn give(self, value: T) {
        *self.0.state.lock() = State::Given(value);
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        if matches!(*state, State::Open) {
            *state = State::Over;
        }
        self.0.changed.notify_one();
    }
}

impl<T> Pending<T> {
    /// Waits for the answer; `None` when there will be none.
    pub fn wait(self) -> Option<T> {
        loop {
            match self.wait_for(Duration::from_secs(3600)) {
                Waited::Given(value) => return Some(value),
                Waited::Over => return None,
                Waited::NotYet => {}
            }
        }
    }

    /// Waits for the answer, but not longer than `limit`. It is given once.
    pub fn wait_for(&self, limit: Duration) -> Waited<T> {
        let end = Instant::now() + limit;
        let mut state = self.0.state.lock();
        while matches!(*state, State::Open) {
            if self.0.changed.wait_until(&mut state, end).timed_out() && matches!(*state, State::Open) {
                return Waited::NotYet;
            }
        }
        match std::mem::replace(&mut *state, State::Over) {
            State::Given(value) => Waited::Given(value),
            State::Open | State::Over => Waited::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_arrives_once_and_a_dropped_one_ends_the_wait() {
        let (answer, pending) = channel();
        assert_eq!(pending.wait_for(Duration::ZERO), Waited::NotYet);
        let giver = std::thread::spawn(move || answer.give(7));
        assert_eq!(pending.wait_for(Duration::from_secs(10)), Waited::Given(7));
        assert_eq!(pending.wait_for(Duration::ZERO), Waited::Over);
        giver.join().unwrap();

        let (answer, pending) = channel::<u8>();
        let dropper = std::thread::spawn(move || drop(answer));
        assert_eq!(pending.wait(), None);
        dropper.join().unwrap();
    }
}
