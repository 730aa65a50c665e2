//! The constraint rules of the memory and string functions: checked in the order of the specification's table, the
//! destination emptied where the code says so.

use std::ptr::null_mut;

use super::unit::{Unit, length};
use crate::third_party::libboundscheck::securec::codes::{EINVAL_AND_RESET, EOK, EOVERLAP_AND_RESET, ERANGE_AND_RESET};
use libc::{EINVAL, ERANGE};

/// `memset_s`
///
/// # Safety
/// `dest` is NULL or writable for `max` bytes.
pub unsafe fn fill(dest: *mut u8, max: usize, value: u8, count: usize) -> i32 {
    unsafe {
        const MOST: usize = 0x7FFF_FFFF;
        if !dest.is_null() && count <= max && max <= MOST {
            dest.write_bytes(value, count);
            return EOK;
        }
        if max == 0 || max > MOST {
            return ERANGE;
        }
        if dest.is_null() {
            return EINVAL;
        }
        dest.write_bytes(value, max);
        ERANGE_AND_RESET
    }
}

/// `memcpy_s`, and `memmove_s` when areas may overlap.
///
/// # Safety
/// `dest` is NULL or writable for `max` units, `src` NULL or readable for `count`.
pub unsafe fn copy_units<T: Copy>(
    dest: *mut T,
    max: usize,
    src: *const T,
    count: usize,
    most: usize,
    may_overlap: bool,
) -> i32 {
    unsafe {
        if max == 0 || max > most {
            return ERANGE;
        }
        if dest.is_null() {
            return EINVAL;
        }
        let code = if src.is_null() {
            EINVAL_AND_RESET
        } else if count > max {
            ERANGE_AND_RESET
        } else if !may_overlap && dest.cast_const() != src && gap(dest, src) < count {
            EOVERLAP_AND_RESET
        } else {
            dest.copy_from(src, count);
            return EOK;
        };
        dest.write_bytes(0, max);
        code
    }
}

/// `wmemcpy_s` and `wmemmove_s`: the count is checked before the pointers.
///
/// # Safety
/// As for [`copy_units`].
pub unsafe fn copy_wide<T: Copy>(
    dest: *mut T,
    max: usize,
    src: *const T,
    count: usize,
    most: usize,
    may_overlap: bool,
) -> i32 {
    unsafe {
        if max != 0 && max <= most && count > max {
            if dest.is_null() {
                return ERANGE;
            }
            dest.write_bytes(0, max);
            return ERANGE_AND_RESET;
        }
        copy_units(dest, max, src, count, most, may_overlap)
    }
}

/// What `strcpy_s` and its kin check first: a code that leaves `dest` alone, or one that empties it.
unsafe fn check<U: Unit>(dest: *mut U, max: usize, src: *const U, count: Option<usize>) -> Result<(), i32> {
    unsafe {
        if max == 0 || max > U::MOST {
            return Err(ERANGE);
        }
        if dest.is_null() {
            return Err(EINVAL);
        }
        if src.is_null() {
            return Err(reset(dest, EINVAL_AND_RESET));
        }
        match count {
            Some(count) if count > U::MOST => Err(reset(dest, ERANGE_AND_RESET)),
            _ => Ok(()),
        }
    }
}

unsafe fn reset<U: Unit>(dest: *mut U, code: i32) -> i32 {
    unsafe {
        dest.write(U::NUL);
        code
    }
}

/// `strcpy_s`, and `strncpy_s` when there is a `count`.
///
/// # Safety
/// `dest` is NULL or writable for `max` units, `src` NULL or terminated or readable for `count`.
pub unsafe fn copy<U: Unit>(dest: *mut U, max: usize, src: *const U, count: Option<usize>) -> i32 {
    unsafe {
        if let Err(code) = check(dest, max, src, count) {
            return code;
        }
        let copied = length(src, count.unwrap_or(max).min(max));
        if copied == max {
            return reset(dest, ERANGE_AND_RESET);
        }
        if dest.cast_const() != src {
            if gap(dest, src) <= copied {
                return reset(dest, EOVERLAP_AND_RESET);
            }
            dest.copy_from_nonoverlapping(src, copied);
        }
        dest.add(copied).write(U::NUL);
        EOK
    }
}

/// `strcat_s`, and `strncat_s` when there is a `count`.
///
/// # Safety
/// As for [`copy`]; `dest` is readable too.
pub unsafe fn append<U: Unit>(dest: *mut U, max: usize, src: *const U, count: Option<usize>) -> i32 {
    unsafe {
        if let Err(code) = check(dest, max, src, count) {
            return code;
        }
        let start = length(dest, max);
        let added = length(src, count.unwrap_or(max).min(max));
        let (to, from) = (dest as usize, src as usize);
        // The source begins inside the destination's text, or reaches into it.
        let inside = from > to && gap(dest, src) <= start.min(max - 1);
        let reaches = from < to && gap(dest, src) <= added;
        if inside || reaches {
            return reset(dest, EOVERLAP_AND_RESET);
        }
        if start == max {
            return reset(dest, EINVAL_AND_RESET);
        }
        if start + added >= max || to == from {
            return reset(dest, ERANGE_AND_RESET);
        }
        let end = dest.add(start);
        if added > 0 && from > to && gap(end, src) <= added {
            return reset(dest, EOVERLAP_AND_RESET);
        }
        end.copy_from_nonoverlapping(src, added);
        end.add(added).write(U::NUL);
        EOK
    }
}

/// What `strcpy_s` would return, without copying: for the helpers `strcpy_error` and `strncpy_error`.
///
/// # Safety
/// As for [`copy`].
pub unsafe fn copy_fault<U: Unit>(dest: *mut U, max: usize, src: *const U, count: Option<usize>) -> i32 {
    unsafe {
        if let Err(code) = check(dest, max, src, count) {
            return code;
        }
        let copied = length(src, count.unwrap_or(max).min(max));
        if copied == max {
            return reset(dest, ERANGE_AND_RESET);
        }
        if dest.cast_const() != src && gap(dest, src) <= copied {
            return reset(dest, EOVERLAP_AND_RESET);
        }
        EOK
    }
}

/// Distance of two addresses in whole units, rounded down.
fn gap<T>(a: *const T, b: *const T) -> usize {
    (a as usize).abs_diff(b as usize) / size_of::<T>()
}

/// `strtok_s`
///
/// # Safety
/// `token` and `*context` are NULL or terminated and writable, `delimiters` NULL or terminated, `context` NULL or writable.
pub unsafe fn token<U: Unit>(token: *mut U, delimiters: *const U, context: *mut *mut U) -> *mut U {
    unsafe {
        if context.is_null() || delimiters.is_null() {
            return null_mut();
        }
        let mut start = if token.is_null() { *context } else { token };
        if start.is_null() {
            return null_mut();
        }
        let set = std::slice::from_raw_parts(delimiters, length(delimiters, usize::MAX));
        while *start != U::NUL && set.contains(&*start) {
            start = start.add(1);
        }
        let mut end = start;
        while *end != U::NUL && !set.contains(&*end) {
            end = end.add(1);
        }
        let more = *end != U::NUL;
        if more {
            end.write(U::NUL);
        }
        *context = if more { end.add(1) } else { end };
        if *start == U::NUL && start == end && !more {
            return null_mut();
        }
        start
    }
}
