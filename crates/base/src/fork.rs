//! What becomes of the library in a forked child.
//!
//! Only the thread that called `fork()` lives on in the child: the library's own threads are gone, and a lock that another
//! thread held stays locked for ever. A child of a process in which the library had no thread yet simply goes on: programs
//! become daemons between `IOTA_Init` and `IOTA_Connect`. Any other child is an *orphan*: nothing of the parent's state may be
//! used in it until it [starts afresh](start_afresh).

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use once_cell::sync::OnceCell;

static IN_USE: AtomicBool = AtomicBool::new(false);
static ORPHANED: AtomicBool = AtomicBool::new(false);
static EPOCH: AtomicU32 = AtomicU32::new(1);

/// To be called before anything starts that a forked child cannot share: a thread, a connection.
pub fn in_use() {
    /// Its value is whether the handler is installed; without memory for it, a child cannot be told from its parent.
    static WATCHED: OnceCell<bool> = OnceCell::new();
    WATCHED.get_or_init(sys::watch);
    IN_USE.store(true, Ordering::Release);
}

/// Whether this process was forked from one in which the library was at work, and has not started afresh. Cheap: to be asked
/// before any lock is touched.
pub fn orphaned() -> bool {
    ORPHANED.load(Ordering::Acquire)
}

/// Leaves all state of the parent behind, in an orphan only: each [`PerProcess`] value is made anew at its next use.
pub fn start_afresh() {
    if ORPHANED.load(Ordering::Acquire) {
        EPOCH.fetch_add(1, Ordering::AcqRel);
        IN_USE.store(false, Ordering::Release);
        ORPHANED.store(false, Ordering::Release);
    }
}

/// Counts the processes from the first one that used the library down to this one.
pub fn epoch() -> u32 {
    EPOCH.load(Ordering::Acquire)
}

fn forked() {
    if IN_USE.load(Ordering::Acquire) {
        ORPHANED.store(true, Ordering::Release);
    }
}

/// A value of the process that a child makes anew when it starts afresh. The parent's is left as it is, for good: its locks
/// may be held by threads that do not exist here.
pub struct PerProcess<T: 'static> {
    current: AtomicPtr<Held<T>>,
    make: fn(Option<&T>) -> T,
}

struct Held<T> {
    epoch: u32,
    value: T,
}

impl<T: Send + Sync + 'static> PerProcess<T> {
    /// `make` gives the value; it gets the parent's, of which it may only take what needs no lock to be waited for.
    pub const fn new(make: fn(Option<&T>) -> T) -> Self {
        PerProcess {
            current: AtomicPtr::new(std::ptr::null_mut()),
            make,
        }
    }

    /// The value of this process.
    #[allow(unsafe_code)]
    pub fn get(&'static self) -> &'static T {
        let seen = self.current.load(Ordering::Acquire);
        // SAFETY: what `current` points to was leaked below and is never freed or changed.
        let held = unsafe { seen.as_ref() };
        let epoch = epoch();
        match held {
            Some(held) if held.epoch == epoch => &held.value,
            _ => self.renew(seen, held.map(|held| &held.value), epoch),
        }
    }

    #[cold]
    #[allow(unsafe_code)]
    fn renew(&'static self, seen: *mut Held<T>, old: Option<&T>, epoch: u32) -> &'static T {
        let value = (self.make)(old);
        let fresh = Box::into_raw(Box::new(Held { epoch, value }));
        let swapped = self
            .current
            .compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire);
        match swapped {
            // SAFETY: leaked for good.
            Ok(_) => unsafe { &(*fresh).value },
            Err(other) => {
                // SAFETY: nobody has seen ours; the other thread's is leaked for good.
                unsafe {
                    drop(Box::from_raw(fresh));
                    &(*other).value
                }
            }
        }
    }
}

#[allow(unsafe_code)]
mod sys {
    extern "C" fn forked() {
        super::forked();
    }

    /// Has the C library call [`super::forked`] in each child from now on.
    pub fn watch() -> bool {
        // SAFETY: the handler only reads and writes atomics, which any moment allows.
        unsafe { libc::pthread_atfork(None, None, Some(forked)) == 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::Mutex;

    static VALUE: PerProcess<Mutex<u32>> = PerProcess::new(|old| {
        let kept = old.and_then(Mutex::try_lock).map_or(0, |value| *value);
        Mutex::new(kept + 1)
    });

    /// In a child of its own, whose exit status tells.
    #[allow(unsafe_code)]
    fn in_child(body: impl FnOnce() -> bool) -> bool {
        // SAFETY: the child only touches atomics and fresh memory before it ends.
        unsafe {
            match libc::fork() {
                0 => libc::_exit(i32::from(!body())),
                child => {
                    let mut status = -1;
                    libc::waitpid(child, &raw mut status, 0);
                    status == 0
                }
            }
        }
    }

    #[test]
    fn a_child_of_a_process_at_work_starts_afresh() {
        in_use();
        let held = VALUE.get().lock();
        assert!(in_child(orphaned));
        assert!(
            in_child(|| {
                start_afresh();
                !orphaned() && *VALUE.get().lock() == 1 // the parent's is locked for ever
            }),
            "a lock of the parent is not waited for"
        );
        drop(held);
        assert!(in_child(|| {
            start_afresh();
            *VALUE.get().lock() == 2
        }));
        assert!(!orphaned());
    }
}
