//! Bounds-checked string, memory and formatted functions, compatible with libboundscheck. Nothing
//! is printed and no handler is called on a violation. The functions with `…` are not checked by
//! the compiler's format warnings. (docs/spec/helpers.md#securec)
#![cfg_attr(not(feature = "securec"), allow(unused_imports))] // the header stays whole

use std::ffi::{c_char, c_int, c_ushort, c_void};
#[cfg(feature = "securec")]
use std::ptr::null_mut;

use libc::{FILE, wchar_t};

use super::securectype::errno_t;
use crate::header::va_list;
#[cfg(feature = "securec")]
use crate::securec_impl::source::standard_input;
#[cfg(feature = "securec")]
use crate::securec_impl::unit::Unit;
#[cfg(feature = "securec")]
use crate::securec_impl::{print, scan, strings, variadic};

pub mod codes;

header!(
    SECUREC_H,
    "<errno.h>",
    "<stdarg.h>",
    "<stdio.h>",
    "<wchar.h>",
    "securectype.h"
);

pub use codes::*;

exported!(
    leaf(std::ptr::null()),
    /// "V100R001C01SPC011B003", the version these functions are compatible with; `*verNumber` becomes 0x50b unless NULL.
    #[cfg(feature = "securec")]
    pub fn GetHwSecureCVersion(verNumber: *mut c_ushort) -> *const c_char {
        // SAFETY: what the comment demands of the program.
        unsafe {
            if let Some(number) = verNumber.as_mut() {
                *number = 0x50B;
            }
            c"V100R001C01SPC011B003".as_ptr()
        }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// Sets `count` bytes to `c`. EOK; ERANGE: `destMax` is 0 or too large; EINVAL: `dest` is NULL; ERANGE_AND_RESET: `count` exceeds
    /// `destMax`, all `destMax` bytes are `c`. A `destMax` and `count` of 0 are fine.
    #[cfg(feature = "securec")]
    pub fn memset_s(dest: *mut c_void, destMax: usize, c: c_int, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::fill(dest.cast(), destMax, c as u8, count) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `memcpy_s`, for areas that may overlap.
    #[cfg(feature = "securec")]
    pub fn memmove_s(dest: *mut c_void, destMax: usize, src: *const c_void, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_units::<u8>(dest.cast(), destMax, src.cast(), count, BYTES, true) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// Copies `count` bytes. EOK; ERANGE: `destMax` is 0 or too large; EINVAL: `dest` is NULL. With all `destMax` bytes zeroed:
    /// EINVAL_AND_RESET: `src` is NULL; ERANGE_AND_RESET: `count` exceeds `destMax`; EOVERLAP_AND_RESET: the areas overlap, other than
    /// by being the same.
    #[cfg(feature = "securec")]
    pub fn memcpy_s(dest: *mut c_void, destMax: usize, src: *const c_void, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_units::<u8>(dest.cast(), destMax, src.cast(), count, BYTES, false) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// Copies the string. EOK, also when both are the same; ERANGE: `destMax` is 0 or too large; EINVAL: `strDest` is NULL. With
    /// `strDest` empty: EINVAL_AND_RESET: `strSrc` is NULL; ERANGE_AND_RESET: it does not fit with its terminator;
    /// EOVERLAP_AND_RESET: the strings overlap.
    #[cfg(feature = "securec")]
    pub fn strcpy_s(strDest: *mut c_char, destMax: usize, strSrc: *const c_char) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy(strDest, destMax, strSrc, None) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `strcpy_s`, of at most `count` units, and always terminated; a `count` over the limit is ERANGE_AND_RESET.
    #[cfg(feature = "securec")]
    pub fn strncpy_s(strDest: *mut c_char, destMax: usize, strSrc: *const c_char, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy(strDest, destMax, strSrc, Some(count)) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// Appends the string. Codes as for `strcpy_s`; EINVAL_AND_RESET also when `strDest` is not terminated within `destMax`,
    /// ERANGE_AND_RESET also when both are the same.
    #[cfg(feature = "securec")]
    pub fn strcat_s(strDest: *mut c_char, destMax: usize, strSrc: *const c_char) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::append(strDest, destMax, strSrc, None) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `strcat_s`, of at most `count` units of `strSrc`; a `count` over the limit is ERANGE_AND_RESET.
    #[cfg(feature = "securec")]
    pub fn strncat_s(strDest: *mut c_char, destMax: usize, strSrc: *const c_char, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::append(strDest, destMax, strSrc, Some(count)) }
    }
);

exported!(
    memory(-1),
    /// As `sprintf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vsprintf_s(strDest: *mut c_char, destMax: usize, format: *const c_char, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| print::whole(strDest, destMax, format, args)) }
    }
);

unsafe extern "C" {
    /// Prints as `sprintf` does. The length; -1 with `strDest` empty when the text and its terminator do not fit into `destMax`,
    /// `format` is NULL or invalid; -1 when `strDest` is NULL or `destMax` is 0 or too large. Invalid are `%n`, `%a`, positions, `'`.
    pub fn sprintf_s(strDest: *mut c_char, destMax: usize, format: *const c_char, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `snprintf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vsnprintf_s(
        strDest: *mut c_char,
        destMax: usize,
        count: usize,
        format: *const c_char,
        argList: va_list,
    ) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe {
            variadic::with_list(FUNCTION, argList, |args| {
                print::counted(strDest, destMax, count, format, args)
            })
        }
    }
);

unsafe extern "C" {
    /// As `sprintf_s`, of at most `count` characters: when `count` is less than `destMax` a longer text stays, cut after `count`
    /// characters, and the result is -1.
    pub fn snprintf_s(strDest: *mut c_char, destMax: usize, count: usize, format: *const c_char, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `snprintf_truncated_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vsnprintf_truncated_s(
        strDest: *mut c_char,
        destMax: usize,
        format: *const c_char,
        argList: va_list,
    ) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe {
            variadic::with_list(FUNCTION, argList, |args| {
                print::truncated(strDest, destMax, format, args)
            })
        }
    }
);

unsafe extern "C" {
    /// As `sprintf_s`, but a text that is too long stays, cut, and the result is its length, `destMax - 1`.
    pub fn snprintf_truncated_s(strDest: *mut c_char, destMax: usize, format: *const c_char, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `scanf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vscanf_s(format: *const c_char, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| scan::stream(standard_input(), format, args)) }
    }
);

unsafe extern "C" {
    /// Reads as `scanf` does, but after the address of each `%s`, `%c` and `%[` buffer its size in elements is passed. The number of
    /// conversions stored; a text that does not fit its buffer ends the reading and leaves it empty. -1 at the end of the input
    /// before the first conversion, for NULL and for an invalid directive.
    pub fn scanf_s(format: *const c_char, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `sscanf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vsscanf_s(buffer: *const c_char, format: *const c_char, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| scan::string(buffer, format, args)) }
    }
);

unsafe extern "C" {
    /// As `scanf_s`, from a string; an empty one is -1 and makes the first text empty.
    pub fn sscanf_s(buffer: *const c_char, format: *const c_char, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `fscanf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vfscanf_s(stream: *mut FILE, format: *const c_char, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| scan::stream(stream, format, args)) }
    }
);

unsafe extern "C" {
    /// As `scanf_s`, from a stream; what is not read stays in it. A byte order mark at the start of a file is skipped.
    pub fn fscanf_s(stream: *mut FILE, format: *const c_char, ...) -> c_int;
}

exported!(
    leaf(null_mut()),
    /// The next token of `strToken`, or of what `*context` points to when that is NULL: skips units of `strDelimit`, ends the token
    /// at the next one in place and stores in `*context` where to go on. NULL when there is none, and for a NULL `strDelimit` or
    /// `context`.
    #[cfg(feature = "securec")]
    pub fn strtok_s(strToken: *mut c_char, strDelimit: *const c_char, context: *mut *mut c_char) -> *mut c_char {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::token(strToken, strDelimit, context) }
    }
);

exported!(
    leaf(null_mut()),
    /// Reads a line of standard input, at most `destMax - 1` characters; the rest of a longer one stays in the stream. Line ends at
    /// its end are removed. `buffer`; NULL at the end of the input, for NULL, and when `destMax` is 0 or too large.
    #[cfg(feature = "securec")]
    pub fn gets_s(buffer: *mut c_char, destMax: usize) -> *mut c_char {
        // SAFETY: what the comment demands of the program.
        unsafe { scan::line(buffer, destMax) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `memcpy_s`, of wide characters; sizes are in characters. A `count` over `destMax` is ERANGE when `dest` is NULL.
    #[cfg(feature = "securec")]
    pub fn wmemcpy_s(dest: *mut wchar_t, destMax: usize, src: *const wchar_t, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_wide(dest, destMax, src, count, wchar_t::MOST, false) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `memmove_s`, of wide characters; sizes are in characters. A `count` over `destMax` is ERANGE when `dest` is NULL.
    #[cfg(feature = "securec")]
    pub fn wmemmove_s(dest: *mut wchar_t, destMax: usize, src: *const wchar_t, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_wide(dest, destMax, src, count, wchar_t::MOST, true) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `strcpy_s`, for wide characters; sizes are in characters.
    #[cfg(feature = "securec")]
    pub fn wcscpy_s(strDest: *mut wchar_t, destMax: usize, strSrc: *const wchar_t) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy(strDest, destMax, strSrc, None) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `strncpy_s`, for wide characters; sizes are in characters.
    #[cfg(feature = "securec")]
    pub fn wcsncpy_s(strDest: *mut wchar_t, destMax: usize, strSrc: *const wchar_t, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy(strDest, destMax, strSrc, Some(count)) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `strcat_s`, for wide characters; sizes are in characters.
    #[cfg(feature = "securec")]
    pub fn wcscat_s(strDest: *mut wchar_t, destMax: usize, strSrc: *const wchar_t) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::append(strDest, destMax, strSrc, None) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// As `strncat_s`, for wide characters; sizes are in characters.
    #[cfg(feature = "securec")]
    pub fn wcsncat_s(strDest: *mut wchar_t, destMax: usize, strSrc: *const wchar_t, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::append(strDest, destMax, strSrc, Some(count)) }
    }
);

exported!(
    leaf(null_mut()),
    /// As `strtok_s`, for wide characters.
    #[cfg(feature = "securec")]
    pub fn wcstok_s(strToken: *mut wchar_t, strDelimit: *const wchar_t, context: *mut *mut wchar_t) -> *mut wchar_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::token(strToken, strDelimit, context) }
    }
);

exported!(
    memory(-1),
    /// As `swprintf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vswprintf_s(strDest: *mut wchar_t, destMax: usize, format: *const wchar_t, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| print::whole(strDest, destMax, format, args)) }
    }
);

unsafe extern "C" {
    /// As `sprintf_s`, for wide characters; `%s` is narrow text, `%ls` wide text.
    pub fn swprintf_s(strDest: *mut wchar_t, destMax: usize, format: *const wchar_t, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `wscanf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vwscanf_s(format: *const wchar_t, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| scan::stream(standard_input(), format, args)) }
    }
);

unsafe extern "C" {
    /// As `scanf_s`, for wide characters; `%s` stores narrow text, `%ls` wide text.
    pub fn wscanf_s(format: *const wchar_t, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `swscanf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vswscanf_s(buffer: *const wchar_t, format: *const wchar_t, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| scan::string(buffer, format, args)) }
    }
);

unsafe extern "C" {
    /// As `wscanf_s`, from a string; an empty one is -1 and makes the first text empty.
    pub fn swscanf_s(buffer: *const wchar_t, format: *const wchar_t, ...) -> c_int;
}

exported!(
    memory(-1),
    /// As `fwscanf_s`, with a `va_list`.
    #[cfg(feature = "securec")]
    pub fn vfwscanf_s(stream: *mut FILE, format: *const wchar_t, argList: va_list) -> c_int {
        // SAFETY: what the comment demands of the program.
        unsafe { variadic::with_list(FUNCTION, argList, |args| scan::stream(stream, format, args)) }
    }
);

unsafe extern "C" {
    /// As `wscanf_s`, from a stream; what is not read stays in it.
    pub fn fwscanf_s(stream: *mut FILE, format: *const wchar_t, ...) -> c_int;
}

exported!(
    leaf(libc::EINVAL),
    /// For compiled code: what `strncpy_s` would return and do to `strDest`, but nothing is copied.
    #[cfg(feature = "securec")]
    pub fn strncpy_error(strDest: *mut c_char, destMax: usize, strSrc: *const c_char, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_fault(strDest, destMax, strSrc, Some(count)) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// For compiled code: what `strcpy_s` would return and do to `strDest`, but nothing is copied.
    #[cfg(feature = "securec")]
    pub fn strcpy_error(strDest: *mut c_char, destMax: usize, strSrc: *const c_char) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_fault(strDest, destMax, strSrc, None) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// For compiled code: as `memset_s`.
    #[cfg(feature = "securec")]
    pub fn memset_sOptAsm(dest: *mut c_void, destMax: usize, c: c_int, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::fill(dest.cast(), destMax, c as u8, count) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// For compiled code: as `memset_s`.
    #[cfg(feature = "securec")]
    pub fn memset_sOptTc(dest: *mut c_void, destMax: usize, c: c_int, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::fill(dest.cast(), destMax, c as u8, count) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// For compiled code: as `memcpy_s`.
    #[cfg(feature = "securec")]
    pub fn memcpy_sOptAsm(dest: *mut c_void, destMax: usize, src: *const c_void, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_units::<u8>(dest.cast(), destMax, src.cast(), count, BYTES, false) }
    }
);

exported!(
    leaf(libc::EINVAL),
    /// For compiled code: as `memcpy_s`.
    #[cfg(feature = "securec")]
    pub fn memcpy_sOptTc(dest: *mut c_void, destMax: usize, src: *const c_void, count: usize) -> errno_t {
        // SAFETY: what the comment demands of the program.
        unsafe { strings::copy_units::<u8>(dest.cast(), destMax, src.cast(), count, BYTES, false) }
    }
);

c_verbatim!(
    "
#define strcpy_sp(dest, destMax, src) strcpy_s((dest), (destMax), (src))
#define strncpy_sp(dest, destMax, src, count) strncpy_s((dest), (destMax), (src), (count))
#define strcat_sp(dest, destMax, src) strcat_s((dest), (destMax), (src))
#define strncat_sp(dest, destMax, src, count) strncat_s((dest), (destMax), (src), (count))
#define memcpy_sp(dest, destMax, src, count) memcpy_s((dest), (destMax), (src), (count))
#define memset_sp(dest, destMax, c, count) memset_s((dest), (destMax), (c), (count))
"
);

/// Largest size of a memory area.
#[cfg(feature = "securec")]
const BYTES: usize = 0x7FFF_FFFF;
