//! A character of a C string: `char` or `wchar_t`.

use std::ffi::{c_char, c_int};

use libc::wchar_t;

/// What narrow and wide strings differ in.
pub trait Unit: Copy + PartialEq + 'static {
    const NUL: Self;
    /// Largest size of a buffer in units.
    const MOST: usize;

    fn code(self) -> u32;
    fn from_code(code: u32) -> Self;

    /// Writes what one directive makes of `value`, a pointer, as `snprintf` does: its length, or a negative number.
    ///
    /// # Safety
    /// `to` has room for `room` units; `directive` is terminated and fits `value`.
    unsafe fn print_pointer(to: *mut Self, room: usize, directive: &[Self], value: *const std::ffi::c_void) -> c_int;

    /// The same of the next argument in `args`, whose type `kind` names, see `hwmqtt_print_next` in securec.c.
    ///
    /// # Safety
    /// The same, and such an argument is left.
    unsafe fn print_next(to: *mut Self, room: usize, directive: &[Self], kind: u8, args: *mut Args) -> c_int;
}

pub use crate::varargs::Args;

unsafe extern "C" {
    fn swprintf(to: *mut wchar_t, room: usize, format: *const wchar_t, ...) -> c_int;
    fn hwmqtt_next_int(args: *mut Args) -> c_int;
    fn hwmqtt_print_next(to: *mut c_char, room: usize, directive: *const c_char, kind: c_int, args: *mut Args)
    -> c_int;
    fn hwmqtt_wprint_next(
        to: *mut wchar_t,
        room: usize,
        directive: *const wchar_t,
        kind: c_int,
        args: *mut Args,
    ) -> c_int;
}

impl Unit for c_char {
    const NUL: c_char = 0;
    const MOST: usize = 0x7FFF_FFFF;

    fn code(self) -> u32 {
        u32::from(self as u8)
    }

    fn from_code(code: u32) -> c_char {
        code as c_char
    }

    unsafe fn print_pointer(to: *mut Self, room: usize, directive: &[Self], value: *const std::ffi::c_void) -> c_int {
        unsafe { libc::snprintf(to, room, directive.as_ptr(), value) }
    }

    unsafe fn print_next(to: *mut Self, room: usize, directive: &[Self], kind: u8, args: *mut Args) -> c_int {
        unsafe { hwmqtt_print_next(to, room, directive.as_ptr(), c_int::from(kind), args) }
    }
}

impl Unit for wchar_t {
    const NUL: wchar_t = 0;
    const MOST: usize = 0x1FFF_FFFF;

    fn code(self) -> u32 {
        self as u32
    }

    fn from_code(code: u32) -> wchar_t {
        code as wchar_t
    }

    unsafe fn print_pointer(to: *mut Self, room: usize, directive: &[Self], value: *const std::ffi::c_void) -> c_int {
        unsafe { swprintf(to, room, directive.as_ptr(), value) }
    }

    unsafe fn print_next(to: *mut Self, room: usize, directive: &[Self], kind: u8, args: *mut Args) -> c_int {
        unsafe { hwmqtt_wprint_next(to, room, directive.as_ptr(), c_int::from(kind), args) }
    }
}

/// The next argument of `args`, an `int`.
///
/// # Safety
/// `args` is a started list that has such an argument left.
pub unsafe fn next_int(args: *mut Args) -> c_int {
    unsafe { hwmqtt_next_int(args) }
}

/// The units of a string before its terminator, at most `most`; what is behind them is not read.
///
/// # Safety
/// `text` is readable up to its terminator or for `most` units.
pub unsafe fn length<U: Unit>(text: *const U, most: usize) -> usize {
    unsafe {
        let mut length = 0;
        while length < most && *text.add(length) != U::NUL {
            length += 1;
        }
        length
    }
}

/// A terminated string without its terminator; `None` for NULL.
///
/// # Safety
/// `text` is NULL or terminated, and outlives `'a`.
pub unsafe fn units<'a, U: Unit>(text: *const U) -> Option<&'a [U]> {
    unsafe { (!text.is_null()).then(|| std::slice::from_raw_parts(text, length(text, usize::MAX))) }
}
