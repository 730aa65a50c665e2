//! What becomes of the library in a forked child.
//!
//! Only the thread that called `fork()` lives on in the child: the library's own threads are gone, and a lock that another
//! thread held stays locked for ever. A child of a process in which the library had no thread yet simply goes on: programs
//! become daemons between `IOTA_Init` and `IOTA_Connect`. Any other child is an *orphan*: nothing of the parent's state may be
//! used in it until it [starts afresh](start_afresh). The same goes for a child that was forked while another thread was inside
//! a [call](enter_call), whose locks nobody gives back.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

static IN_USE: AtomicBool = AtomicBool::new(false);
static ORPHANED: AtomicBool = AtomicBool::new(false);
static EPOCH: AtomicU32 = AtomicU32::new(1);

/// To be called before anything starts that a forked child cannot share: a thread, a connection.
pub fn in_use() {
    watch();
    IN_USE.store(true, Ordering::Release);
}

/// Has children told from their parent, from the first call on. Nothing that waits: a child may be forked meanwhile.
fn watch() {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    if !WATCHED.load(Ordering::Relaxed) && !WATCHED.swap(true, Ordering::AcqRel) {
        sys::watch();
    }
}

/// A stretch of code with locks that no thread of a child gives back if others were in it when it was forked.
struct Section {
    threads: AtomicU32,
    /// This process was forked while another thread was in it.
    cut: AtomicBool,
}

impl Section {
    const fn new() -> Section {
        Section {
            threads: AtomicU32::new(0),
            cut: AtomicBool::new(false),
        }
    }

    fn enter(&self, mine: &Cell<u32>) {
        watch();
        mine.set(mine.get() + 1);
        self.threads.fetch_add(1, Ordering::AcqRel);
    }

    fn leave(&self, mine: &Cell<u32>) {
        self.threads.fetch_sub(1, Ordering::AcqRel);
        mine.set(mine.get().saturating_sub(1));
    }

    /// In a child, which has one thread.
    fn forked(&self, mine: u32) {
        if self.threads.swap(mine, Ordering::AcqRel) > mine {
            self.cut.store(true, Ordering::Release);
        }
    }
}

static CALLS: Section = Section::new();
static CLOCK: Section = Section::new();

thread_local! {
    // Without destructors: the handler in a child reads them.
    static MY_CALLS: Cell<u32> = const { Cell::new(0) };
    static MY_CLOCK: Cell<u32> = const { Cell::new(0) };
}

/// A call of the program begins. Says whether it is counted, and [`leave_call`] is to be called: while the library is at work
/// every child is an orphan anyway.
pub fn enter_call() -> bool {
    let counted = !IN_USE.load(Ordering::Acquire);
    if counted {
        MY_CALLS.with(|mine| CALLS.enter(mine));
    }
    counted
}

/// The end of a call that [`enter_call`] counted.
pub fn leave_call() {
    MY_CALLS.with(|mine| CALLS.leave(mine));
}

/// Runs `ask`, which asks the C library for local time. `None` in a child that was forked while another thread did: the C
/// library's own lock stays locked there.
pub fn in_clock<R>(ask: impl FnOnce() -> R) -> Option<R> {
    if CLOCK.cut.load(Ordering::Acquire) {
        return None;
    }
    MY_CLOCK.with(|mine| {
        CLOCK.enter(mine);
        let result = ask();
        CLOCK.leave(mine);
        Some(result)
    })
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
    CALLS.forked(MY_CALLS.get());
    CLOCK.forked(MY_CLOCK.get());
    if IN_USE.load(Ordering::Acquire) || CALLS.cut.swap(false, Ordering::AcqRel) {
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
    pub fn watch() {
        // SAFETY: the handler only touches atomics and cells, which any moment allows. Without memory for it a child cannot be
        // told from its parent.
        unsafe { libc::pthread_atfork(None, None, Some(forked)) };
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
    fn a_section_counts_the_threads_that_a_child_does_not_have() {
        let (section, mine) = (Section::new(), Cell::new(0));
        section.enter(&mine);
        section.enter(&mine);
        section.leave(&mine);
        section.forked(mine.get());
        assert!(
            !section.cut.load(Ordering::Relaxed),
            "the thread that forked was in it, and goes on"
        );
        section.enter(&Cell::new(0)); // another thread
        section.forked(mine.get());
        assert!(section.cut.load(Ordering::Relaxed));
        assert_eq!(section.threads.load(Ordering::Relaxed), 1);
        section.leave(&mine);
        assert_eq!(section.threads.load(Ordering::Relaxed), 0);
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
