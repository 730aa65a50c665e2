//! Keeps count of the user callbacks that are running, so that Close can wait for them and none starts afterwards, and so
//! that Close from inside a callback does not wait for itself.

use std::cell::Cell;

use base::sync::{Condvar, Mutex};

#[derive(Default)]
struct State {
    closed: bool,
    running: usize,
}

/// Door in front of the user callbacks of one link.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

thread_local! {
    /// How many callbacks of which gate run on this thread (they nest when a callback closes and starts a link).
    static INSIDE: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Restores the thread's count even when a callback panics.
struct Pass<'a> {
    gate: &'a Gate,
    outer: (usize, usize),
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        INSIDE.set(self.outer);
        self.gate.state.lock().running -= 1;
        self.gate.changed.notify_all();
    }
}

impl Gate {
    fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Runs a callback unless the gate is closed.
    pub fn pass<R>(&self, callback: impl FnOnce() -> R) -> Option<R> {
        {
            let mut state = self.state.lock();
            if state.closed {
                return None;
            }
            state.running += 1;
        }
        let outer = INSIDE.get();
        let depth = if outer.0 == self.address() { outer.1 + 1 } else { 1 };
        INSIDE.set((self.address(), depth));
        let _pass = Pass { gate: self, outer };
        Some(callback())
    }

    /// No callback starts from now on.
    pub fn close(&self) {
        self.state.lock().closed = true;
    }

    /// Waits until no callback runs, except those the calling thread is inside of.
    pub fn wait(&self) {
        let (gate, depth) = INSIDE.get();
        let own = if gate == self.address() { depth } else { 0 };
        let mut state = self.state.lock();
        while state.running > own {
            self.changed.wait(&mut state);
        }
    }

    /// Whether the calling thread is inside a callback of any gate.
    pub fn is_inside() -> bool {
        INSIDE.get().1 > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn waits_for_others_but_not_for_itself() {
        let gate = Arc::new(Gate::default());
        let inner = Arc::clone(&gate);
        assert_eq!(
            gate.pass(|| {
                inner.close();
                inner.wait();
                assert!(Gate::is_inside());
                inner.pass(|| ())
            }),
            Some(None)
        );
        assert!(!Gate::is_inside());
        gate.wait();
        assert_eq!(gate.pass(|| ()), None);
    }
}
