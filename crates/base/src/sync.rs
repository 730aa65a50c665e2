//! Locks for a process that may fork: each is a word of its own, so a child that makes its locks anew has nothing of the
//! parent's. (Locks that share a table of waiting threads find the parent's threads there.) A panic while one is held leaves it
//! usable.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::sync::{self, PoisonError, TryLockError};
use std::time::{Duration, Instant};

pub use std::sync::{RwLockReadGuard, RwLockWriteGuard};

/// Mutual exclusion.
#[derive(Debug, Default)]
pub struct Mutex<T>(sync::Mutex<T>);

/// The data of a [`Mutex`] while it is locked.
#[derive(Debug)]
pub struct MutexGuard<'a, T>(ManuallyDrop<sync::MutexGuard<'a, T>>);

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Mutex(sync::Mutex::new(value))
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        #[cfg(hwmqtt_tsan)]
        return in_sight(|| self.try_lock());
        #[cfg(not(hwmqtt_tsan))]
        guard(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `None` when another thread holds it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(held) => Some(guard(held)),
            Err(TryLockError::Poisoned(held)) => Some(guard(held.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits where ThreadSanitizer sees it (scripts/tsan.py): what the standard library does while it waits is compiled without it.
#[cfg(hwmqtt_tsan)]
fn in_sight<G>(attempt: impl Fn() -> Option<G>) -> G {
    loop {
        if let Some(held) = attempt() {
            return held;
        }
        std::thread::yield_now();
    }
}

fn guard<T>(held: sync::MutexGuard<'_, T>) -> MutexGuard<'_, T> {
    MutexGuard(ManuallyDrop::new(held))
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

#[allow(unsafe_code)]
impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: there is one, outside of `exchange`; it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.0) };
    }
}

/// Gives the lock up to `wait` and takes back what it returns.
#[allow(unsafe_code)]
fn exchange<'a, T, R>(
    held: &mut MutexGuard<'a, T>,
    wait: impl FnOnce(sync::MutexGuard<'a, T>) -> (sync::MutexGuard<'a, T>, R),
) -> R {
    // SAFETY: what is taken is put back before anybody sees the guard again: the waits of `Condvar`, which are all that is
    // passed, do not panic while a condition belongs to one lock.
    let inner = unsafe { ManuallyDrop::take(&mut held.0) };
    let (inner, result) = wait(inner);
    held.0 = ManuallyDrop::new(inner);
    result
}

/// A condition that threads wait for.
#[derive(Debug, Default)]
pub struct Condvar(sync::Condvar);

/// How a wait with a limit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    pub fn timed_out(self) -> bool {
        self.0
    }
}

impl Condvar {
    pub const fn new() -> Self {
        Condvar(sync::Condvar::new())
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Waits for a notification; may return without one.
    pub fn wait<T>(&self, held: &mut MutexGuard<'_, T>) {
        exchange(held, |held| {
            (self.0.wait(held).unwrap_or_else(PoisonError::into_inner), ())
        });
    }

    /// The same, so long at most.
    pub fn wait_for<T>(&self, held: &mut MutexGuard<'_, T>, limit: Duration) -> WaitTimeoutResult {
        exchange(held, |held| {
            let waited = self.0.wait_timeout(held, limit);
            let (held, result) = waited.unwrap_or_else(PoisonError::into_inner);
            (held, WaitTimeoutResult(result.timed_out()))
        })
    }

    /// The same, until then at most.
    pub fn wait_until<T>(&self, held: &mut MutexGuard<'_, T>, end: Instant) -> WaitTimeoutResult {
        self.wait_for(held, end.saturating_duration_since(Instant::now()))
    }
}

/// One writer or many readers.
#[derive(Debug, Default)]
pub struct RwLock<T>(sync::RwLock<T>);

impl<T> RwLock<T> {
    pub const fn new(value: T) -> Self {
        RwLock(sync::RwLock::new(value))
    }

    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        #[cfg(hwmqtt_tsan)]
        return in_sight(|| self.try_read());
        #[cfg(not(hwmqtt_tsan))]
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        #[cfg(hwmqtt_tsan)]
        return in_sight(|| self.try_write());
        #[cfg(not(hwmqtt_tsan))]
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when it cannot be had at once.
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        match self.0.try_read() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// `None` when it cannot be had at once.
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        match self.0.try_write() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn waits_end_by_notification_and_by_time() {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let other = pair.clone();
        let thread = std::thread::spawn(move || {
            let mut number = other.0.lock();
            while *number == 0 {
                other.1.wait(&mut number);
            }
            *number += 1;
            other.1.notify_all();
        });
        *pair.0.lock() = 1;
        pair.1.notify_one();
        let mut number = pair.0.lock();
        while *number != 2 {
            pair.1.wait(&mut number);
        }
        assert!(pair.1.wait_for(&mut number, Duration::from_millis(1)).timed_out());
        assert!(pair.1.wait_until(&mut number, Instant::now()).timed_out());
        assert!(pair.0.try_lock().is_none());
        drop(number);
        thread.join().unwrap();
        assert_eq!(pair.0.try_lock().map(|number| *number), Some(2));
    }

    #[test]
    fn a_panic_leaves_locks_usable() {
        let locks = Arc::new((Mutex::new(1), RwLock::new(2)));
        let other = locks.clone();
        let ended = std::thread::spawn(move || {
            let _held = (other.0.lock(), other.1.write());
            panic!("as meant");
        });
        assert!(ended.join().is_err());
        assert_eq!((*locks.0.lock(), *locks.1.read()), (1, 2));
        assert!(locks.0.try_lock().is_some() && locks.1.try_read().is_some() && locks.1.try_write().is_some());
    }
}
