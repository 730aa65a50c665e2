//! Memory of items, their strings and printed texts: the program's hooks, else libc, one block each, so that any other
//! cJSON can read and free what this one made.

use std::ffi::{c_char, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

/// C's `malloc`.
pub type Malloc = unsafe extern "C" fn(size: usize) -> *mut c_void;
/// C's `free`.
pub type Free = unsafe extern "C" fn(memory: *mut c_void);

static MALLOC: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static FREE: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Makes these functions serve all that follows; `None` is libc's.
pub fn set_hooks(malloc: Option<Malloc>, free: Option<Free>) {
    MALLOC.store(malloc.map_or(null_mut(), |hook| hook as *mut c_void), Ordering::Release);
    FREE.store(free.map_or(null_mut(), |hook| hook as *mut c_void), Ordering::Release);
}

/// A block of `size` bytes, NULL when memory is short.
pub fn malloc(size: usize) -> *mut c_void {
    // SAFETY: the slot holds NULL or a Malloc; both functions take any size.
    unsafe {
        match std::mem::transmute::<*mut c_void, Option<Malloc>>(MALLOC.load(Ordering::Acquire)) {
            Some(hook) => hook(size),
            None => libc::malloc(size),
        }
    }
}

/// Gives a block back.
///
/// # Safety
/// `memory` is NULL or came from [`malloc`] under the same hooks, and is not used again.
pub unsafe fn free(memory: *mut c_void) {
    unsafe {
        if memory.is_null() {
            return;
        }
        match std::mem::transmute::<*mut c_void, Option<Free>>(FREE.load(Ordering::Acquire)) {
            Some(hook) => hook(memory),
            None => libc::free(memory),
        }
    }
}

/// A terminated copy of `text`; `None` when memory is short.
pub fn text(text: &[u8]) -> Option<NonNull<c_char>> {
    let copy = NonNull::new(malloc(text.len() + 1).cast::<u8>())?;
    // SAFETY: the block is one byte longer than the text.
    unsafe {
        copy.as_ptr().copy_from_nonoverlapping(text.as_ptr(), text.len());
        copy.as_ptr().add(text.len()).write(0);
    }
    Some(copy.cast())
}
