//! The border's few conversions: the panic guard, C strings in, `malloc`ed strings out.

use std::any::Any;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Runs the body of one exported function: a panic inside becomes `on_panic` and an ERROR line, never unwinding into C.
pub fn guard<R>(function: &str, on_panic: R, body: impl FnOnce() -> R) -> R {
    let mut body = Some(body);
    let mut result = None;
    contain(function, &mut || result = body.take().map(|body| body()));
    result.unwrap_or(on_panic)
}

/// As [`guard`], compiled into its caller: without a panic in `body` nothing of it is left. The call is neither logged nor
/// counted, so `body` takes no lock of the library.
#[inline(always)]
pub fn guard_leaf<R>(function: &str, on_panic: R, body: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(cause) => {
            report(function, &*cause);
            on_panic
        }
    }
}

/// As [`guard_leaf`], for a function that allocates or frees: seen by [`postponed`], so that a signal handler never ends the
/// library in the middle of an allocation.
#[inline(always)]
pub fn guard_memory<R>(function: &str, on_panic: R, body: impl FnOnce() -> R) -> R {
    INSIDE.set(INSIDE.get() + 1);
    let result = guard_leaf(function, on_panic, body);
    leave();
    result
}

thread_local! {
    /// Calls of the library that this thread is inside of, without one of the program's callbacks in between. No destructor:
    /// a signal handler may look at it.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// What a signal handler asked for while it had interrupted a call of the library, by address; NULL for nothing.
static POSTPONED: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// For a function that programs call in signal handlers: when it interrupts a call of the library on this thread, which may
/// hold any lock and be in the middle of an allocation, it is only noted, and done when that call ends. Says whether it was.
pub fn postponed(function: fn()) -> bool {
    let interrupts = INSIDE.get() > 0;
    if interrupts {
        POSTPONED.store(function as *mut (), Ordering::Release);
    }
    interrupts
}

fn do_postponed() {
    let function = POSTPONED.swap(std::ptr::null_mut(), Ordering::AcqRel);
    if !function.is_null() {
        // SAFETY: `postponed` stores the addresses of such functions only.
        let function = unsafe { std::mem::transmute::<*mut (), fn()>(function) };
        function();
    }
}

/// The end of a call. What a signal handler asked for meanwhile is done as a call of its own, which may be interrupted too.
#[inline(always)]
fn leave() {
    INSIDE.set(INSIDE.get() - 1);
    if !POSTPONED.load(Ordering::Relaxed).is_null() {
        catch_up();
    }
}

#[cold]
fn catch_up() {
    while INSIDE.get() == 0 && !POSTPONED.load(Ordering::Relaxed).is_null() {
        INSIDE.set(1);
        run_contained("a call that a signal handler made", &mut do_postponed);
        INSIDE.set(0);
    }
}

/// The one copy of what every exported function needs.
fn contain(function: &str, body: &mut dyn FnMut()) {
    let counted = INSIDE.get() == 0 && base::fork::enter_call();
    INSIDE.set(INSIDE.get() + 1);
    run_contained(function, body);
    leave();
    if counted {
        base::fork::leave_call();
    }
}

fn run_contained(function: &str, body: &mut dyn FnMut()) {
    if base::log::trace() {
        base::debug!("call of {function}");
    }
    if let Err(cause) = catch_unwind(AssertUnwindSafe(body)) {
        report(function, &*cause);
    }
}

#[cold]
fn report(function: &str, cause: &(dyn Any + Send)) {
    let text = cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown cause");
    base::lines::internal_failure(&function, &text);
}

#[link(name = "c_library_program", kind = "static")]
unsafe extern "C" {
    fn hwmqtt_into_program(body: unsafe extern "C-unwind" fn(*mut c_void), context: *mut c_void);
}

/// Calls the program's code: every callback is called inside `body`, which does nothing else. A C++ exception that leaves it
/// ends the process by the C++ runtime's own hand, with the exception's type and text.
pub fn into_program<R>(body: impl FnOnce() -> R) -> R {
    struct Call<F, R> {
        body: Option<F>,
        result: Option<R>,
    }
    unsafe extern "C-unwind" fn run<F: FnOnce() -> R, R>(context: *mut c_void) {
        // SAFETY: the address of the `Call` below, which outlives the call.
        let call = unsafe { &mut *context.cast::<Call<F, R>>() };
        if let Some(body) = call.body.take() {
            call.result = Some(body());
        }
    }
    fn runner<F: FnOnce() -> R, R>(_: &Call<F, R>) -> unsafe extern "C-unwind" fn(*mut c_void) {
        run::<F, R>
    }
    let mut call = Call {
        body: Some(body),
        result: None,
    };
    let inside = INSIDE.replace(0);
    // SAFETY: the border calls `run` once with this address.
    unsafe { hwmqtt_into_program(runner(&call), (&raw mut call).cast()) };
    INSIDE.set(inside);
    match call.result {
        Some(result) => result,
        None => std::process::abort(), // the border has called it
    }
}

/// The bytes of a C string without its terminator; `None` for NULL.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that outlives `'a`.
pub unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    unsafe { (!text.is_null()).then(|| CStr::from_ptr(text).to_bytes()) }
}

/// A C string as text; `Ok(None)` for NULL, `Err` when it is not UTF-8.
///
/// # Safety
/// As for [`bytes`].
pub unsafe fn text<'a>(text: *const c_char) -> Result<Option<&'a str>, std::str::Utf8Error> {
    unsafe { bytes(text).map(std::str::from_utf8).transpose() }
}

/// A NUL-terminated copy in memory of C's `malloc`, for the caller to `free`; NULL when memory is short.
pub fn malloc_str(text: &[u8]) -> *mut c_char {
    // SAFETY: the allocation has room for the text and its terminator.
    unsafe {
        let copy = libc::malloc(text.len() + 1).cast::<u8>();
        if !copy.is_null() {
            std::ptr::copy_nonoverlapping(text.as_ptr(), copy, text.len());
            *copy.add(text.len()) = 0;
        }
        copy.cast()
    }
}

/// Gives back memory that came from [`malloc_str`] or from the program's `malloc`.
///
/// # Safety
/// `memory` is NULL or came from `malloc` and is not used again.
pub unsafe fn free(memory: *mut c_void) {
    unsafe {
        libc::free(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    static DONE: AtomicU32 = AtomicU32::new(0);

    #[test]
    fn what_interrupts_a_call_is_done_at_its_end_and_may_be_interrupted_itself() {
        fn first() {
            assert!(postponed(second), "it is a call of the library as well");
            assert_eq!(DONE.load(Ordering::Relaxed), 0);
        }
        fn second() {
            DONE.fetch_add(1, Ordering::Relaxed);
        }
        assert!(!postponed(first), "outside a call it may run at once");
        guard("outer", (), || {
            guard_memory("inner", (), || assert!(postponed(first)));
            assert_eq!(DONE.load(Ordering::Relaxed), 0, "not before the outer call ends");
        });
        assert_eq!(DONE.load(Ordering::Relaxed), 1);
        guard_memory("alone", (), || assert!(postponed(second)));
        assert_eq!(DONE.load(Ordering::Relaxed), 2);
        guard_leaf("leaf", (), || assert!(!postponed(second)));
    }
}
