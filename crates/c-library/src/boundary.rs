//! The border's few conversions: the panic guard, C strings in, `malloc`ed strings out.

use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the body of one exported function: a panic inside becomes `on_panic` and an ERROR line, never unwinding into C.
pub fn guard<R>(function: &str, on_panic: R, body: impl FnOnce() -> R) -> R {
    let mut body = Some(body);
    let mut result = None;
    contain(function, &mut || result = body.take().map(|body| body()));
    result.unwrap_or(on_panic)
}

/// The one copy of what every exported function needs.
fn contain(function: &str, body: &mut dyn FnMut()) {
    if base::log::trace() {
        base::debug!("call of {function}");
    }
    let Err(cause) = catch_unwind(AssertUnwindSafe(body)) else {
        return;
    };
    let text = cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown cause");
    base::error!("{function}: internal failure ({text}); please report it");
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
