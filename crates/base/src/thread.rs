//! Starting the library's threads: a stack that the program's callbacks can live on, and no signal of the program's.
//!
//! A callback may do what it does on the program's own threads: large arrays, deep look-ups, a handler that expects its
//! signals elsewhere. glibc also cuts the thread-local data of every loaded library out of a thread's stack, so that much is
//! added.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::sync::{Condvar, Mutex};

/// What a thread gets at least.
const LEAST: usize = 8 * 1024 * 1024;

/// Where memory is too short for [`LEAST`].
const LAST_RESORT: usize = 1024 * 1024;

/// What the program asked for, in bytes; 0 for the default.
static WANTED: AtomicUsize = AtomicUsize::new(0);

/// The size that the first thread got, in bytes; 0 before.
static FIXED: AtomicUsize = AtomicUsize::new(0);

/// Asks for a stack of `bytes` for each thread. `false` when the first one has started with another: it is fixed then.
pub fn set_stack(bytes: usize) -> bool {
    match FIXED.load(Ordering::Relaxed) {
        0 => {
            WANTED.store(bytes, Ordering::Relaxed);
            true
        }
        fixed => fixed == bytes,
    }
}

/// The stack of each thread in bytes, thread-local data apart: fixed by what holds when the first one starts.
pub fn stack() -> usize {
    match FIXED.load(Ordering::Relaxed) {
        0 => chosen(WANTED.load(Ordering::Relaxed), sys::stack_limit()),
        fixed => fixed,
    }
}

fn chosen(wanted: usize, limit: Option<usize>) -> usize {
    match wanted {
        0 => LEAST.max(limit.unwrap_or(0)),
        wanted => wanted,
    }
}

thread_local! {
    /// The process, by [`crate::fork::epoch`], whose library has this thread; 0: none.
    static OURS: Cell<u32> = const { Cell::new(0) };
}

/// Whether the caller is on a thread of the library. The program's code runs there too, the log callback on all of them: what it
/// calls must not wait for another thread of the library, which may be waiting for this one. A child that was forked there and
/// starts afresh has this thread as its own.
pub fn is_ours() -> bool {
    OURS.get() == crate::fork::epoch()
}

/// For threads that are not started by [`spawn`]: this one is the library's.
pub fn claim() {
    OURS.set(crate::fork::epoch());
}

/// Starts a thread with all signals blocked. Where memory is too short for its stack, it gets a smaller one.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    crate::fork::in_use();
    let size = stack();
    FIXED.store(size, Ordering::Relaxed);
    let body = Arc::new(Mutex::new(Some(body)));
    let local = sys::thread_local_bytes();
    let _blocked = sys::Blocked::all();
    let smaller = [LEAST, LAST_RESORT].into_iter().filter(|smaller| *smaller < size);
    let mut started = start(name, size.saturating_add(local), &body);
    for size in smaller {
        if started.is_err() {
            started = start(name, size.saturating_add(local), &body);
        }
    }
    started
}

/// Locks that have to wait keep data of their thread.
fn park_once() {
    let lock = Mutex::new(());
    let _ = Condvar::new().wait_for(&mut lock.lock(), Duration::from_nanos(1)); // times out, as it is meant to
}

/// Runs `first` at the beginning of a thread: what it touches is then not touched for the first time at the thread's end.
/// While a plug-in is unloaded, the loader's lock is held by whoever waits for that end, and thread-local data that has a
/// destructor takes this lock when it is first used.
pub fn settle(first: impl FnOnce()) {
    // A panic here is one of the runtime's; it will show again where it is handled.
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(first));
}

fn start<F: FnOnce() + Send + 'static>(
    name: &str,
    stack: usize,
    body: &Arc<Mutex<Option<F>>>,
) -> io::Result<JoinHandle<()>> {
    let body = body.clone();
    Builder::new().name(name.to_owned()).stack_size(stack).spawn(move || {
        claim();
        let body = body.lock().take();
        settle(park_once);
        if let Some(body) = body {
            body();
        }
    })
}

#[allow(unsafe_code)]
mod sys {
    use std::ffi::{c_int, c_void};
    use std::mem::MaybeUninit;

    /// `RLIMIT_STACK`, unless it is infinite.
    pub fn stack_limit() -> Option<usize> {
        let mut limit = MaybeUninit::<libc::rlimit>::uninit();
        // SAFETY: the call writes the structure when it succeeds.
        let limit = unsafe {
            if libc::getrlimit(libc::RLIMIT_STACK, limit.as_mut_ptr()) != 0 {
                return None;
            }
            limit.assume_init()
        };
        (limit.rlim_cur != libc::RLIM_INFINITY).then(|| usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX / 4))
    }

    /// Thread-local data of all libraries that are loaded now: it may be taken from each new thread's stack.
    pub fn thread_local_bytes() -> usize {
        unsafe extern "C" fn add(info: *mut libc::dl_phdr_info, _: usize, total: *mut c_void) -> c_int {
            // SAFETY: the loader passes a valid description, and we pass the address of `total` below.
            unsafe {
                let total = &mut *total.cast::<usize>();
                for at in 0..usize::from((*info).dlpi_phnum) {
                    let header = &*(*info).dlpi_phdr.add(at);
                    if header.p_type == libc::PT_TLS {
                        let size = usize::try_from(header.p_memsz).unwrap_or(0);
                        let align = usize::try_from(header.p_align).unwrap_or(0);
                        *total = total.saturating_add(size).saturating_add(align);
                    }
                }
            }
            0
        }
        let mut total = 0_usize;
        // SAFETY: the callback only reads what the loader lends it.
        unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut total).cast()) };
        total
    }

    /// All signals blocked on the calling thread, whose new threads inherit that; its own set comes back at the end.
    pub struct Blocked(libc::sigset_t);

    impl Blocked {
        pub fn all() -> Option<Blocked> {
            let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
            // SAFETY: both sets are written before they are read.
            unsafe {
                libc::sigfillset(all.as_mut_ptr());
                let done = libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
                (done == 0).then(|| Blocked(before.assume_init()))
            }
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            // SAFETY: the set that the thread had.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_8_mib_or_what_the_process_allows_or_what_was_asked_for() {
        let mib = 1024 * 1024;
        assert_eq!(chosen(0, None), 8 * mib);
        assert_eq!(chosen(0, Some(mib)), 8 * mib);
        assert_eq!(chosen(0, Some(64 * mib)), 64 * mib);
        assert_eq!(chosen(2 * mib, Some(64 * mib)), 2 * mib);
    }

    #[test]
    #[allow(unsafe_code)]
    fn a_thread_has_room_and_no_signals() {
        fn depth(left: usize) -> u8 {
            let page = std::hint::black_box([1_u8; 64 * 1024]);
            if left == 0 {
                page[9]
            } else {
                depth(left - 1).wrapping_add(page[7])
            }
        }
        let (give, take) = std::sync::mpsc::channel();
        assert!(!is_ours());
        let thread = spawn("roomy", move || {
            assert!(is_ours());
            let deep = depth(60); // in unoptimised code each call takes a little more than its array
            let mut now = std::mem::MaybeUninit::uninit();
            // SAFETY: a NULL set only asks; the set is written before it is read.
            let blocked = unsafe {
                libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), now.as_mut_ptr());
                libc::sigismember(now.as_ptr(), libc::SIGINT) + libc::sigismember(now.as_ptr(), libc::SIGTERM)
            };
            give.send((deep, blocked)).unwrap();
        });
        thread.unwrap().join().unwrap();
        assert_eq!(take.recv().unwrap().1, 2);
    }
}
