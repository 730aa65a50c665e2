//! Formatted output into a bounded buffer. Numbers and strings are rendered by the C library, one directive at a time.

use std::ffi::{CStr, c_int, c_void};

use super::directive::{Amount, Argument, Directive, Piece, is_amount, pieces};
use super::unit::{Args, Unit, next_int, units};
use crate::varargs::next_word;

/// How printing ended; the buffer is terminated in each case.
enum End {
    /// All of it, so many units.
    Fits(usize),
    /// The buffer is full and more was to come.
    Cut,
    /// The format is invalid or a text cannot be converted.
    Failed,
}

/// `sprintf_s`: the length, or -1 with an empty buffer.
///
/// # Safety
/// `dest` is NULL or writable for `max` units; `format` is NULL or a string that fits `args`.
pub unsafe fn whole<U: Unit>(dest: *mut U, max: usize, format: *const U, args: *mut Args) -> c_int {
    unsafe {
        if !usable(dest, max) {
            return -1;
        }
        match print(dest, max, format, args) {
            End::Fits(length) => c_int::try_from(length).unwrap_or(-1),
            End::Cut | End::Failed => emptied(dest),
        }
    }
}

/// `snprintf_s`: as [`whole`], but a text that is only too long for `count` stays, cut.
///
/// # Safety
/// As for [`whole`].
pub unsafe fn counted<U: Unit>(dest: *mut U, max: usize, count: usize, format: *const U, args: *mut Args) -> c_int {
    unsafe {
        if !usable(dest, max) {
            return -1;
        }
        if count > U::MOST - 1 {
            return emptied(dest);
        }
        match print(dest, max.min(count + 1), format, args) {
            End::Fits(length) => c_int::try_from(length).unwrap_or(-1),
            End::Cut if count < max => -1,
            End::Cut | End::Failed => emptied(dest),
        }
    }
}

/// `snprintf_truncated_s`: as [`whole`], but a text that is too long stays, cut, and its length is returned.
///
/// # Safety
/// As for [`whole`].
pub unsafe fn truncated<U: Unit>(dest: *mut U, max: usize, format: *const U, args: *mut Args) -> c_int {
    unsafe {
        if !usable(dest, max) {
            return -1;
        }
        match print(dest, max, format, args) {
            End::Fits(length) => c_int::try_from(length).unwrap_or(-1),
            End::Cut => c_int::try_from(max - 1).unwrap_or(-1),
            End::Failed => emptied(dest),
        }
    }
}

fn usable<U: Unit>(dest: *mut U, max: usize) -> bool {
    !dest.is_null() && max != 0 && max <= U::MOST
}

unsafe fn emptied<U: Unit>(dest: *mut U) -> c_int {
    unsafe {
        dest.write(U::NUL);
        -1
    }
}

unsafe fn print<U: Unit>(dest: *mut U, room: usize, format: *const U, args: *mut Args) -> End {
    unsafe {
        let Some(format) = units(format) else {
            return End::Failed;
        };
        let codes: Vec<u32> = format.iter().map(|unit| unit.code()).collect();
        let Some(pieces) = pieces(&codes) else {
            return End::Failed;
        };
        let mut used = 0;
        for piece in pieces {
            let left = room - used;
            let needed = match &piece {
                Piece::Literal(from, to) => {
                    let text = format.get(*from..*to).unwrap_or_default();
                    let fitting = text.len().min(left - 1);
                    dest.add(used).copy_from_nonoverlapping(text.as_ptr(), fitting);
                    Some(text.len())
                }
                Piece::Directive(directive) => render(dest.add(used), left, directive, args),
            };
            match needed {
                Some(needed) if needed < left => used += needed,
                Some(_) => {
                    dest.add(room - 1).write(U::NUL);
                    return End::Cut;
                }
                None => return End::Failed,
            }
        }
        dest.add(used).write(U::NUL);
        End::Fits(used)
    }
}

/// The length of what the directive prints, which is cut to `room - 1` units.
unsafe fn render<U: Unit>(to: *mut U, room: usize, directive: &Directive, args: *mut Args) -> Option<usize> {
    unsafe {
        let width = amount(directive.width, args)?;
        let precision = amount(directive.precision, args)?;
        let c = |modifier: &str, conversion: u8| -> Vec<U> {
            let text = directive.for_c(width, precision, modifier, conversion);
            text.iter()
                .chain(&[0])
                .map(|byte| U::from_code(u32::from(*byte)))
                .collect()
        };
        let own = || c(directive.modifier, directive.conversion);
        let text = |text: &CStr| U::print_pointer(to, room, &c("", b's'), text.as_ptr().cast());
        let length = match directive.argument {
            Argument::Text => match next_word(args) {
                NULL => text(c"(null)"),
                string => U::print_pointer(to, room, &own(), string),
            },
            Argument::Pointer => match next_word(args) {
                NULL => U::print_pointer(
                    to,
                    room,
                    &c_without_precision(directive, width),
                    c"(nil)".as_ptr().cast(),
                ),
                pointer => U::print_pointer(to, room, &own(), pointer),
            },
            Argument::Other(kind) => U::print_next(to, room, &own(), kind, args),
        };
        usize::try_from(length).ok()
    }
}

const NULL: *mut c_void = std::ptr::null_mut();

fn c_without_precision<U: Unit>(directive: &Directive, width: Option<i32>) -> Vec<U> {
    let text = directive.for_c(width, None, "", b's');
    text.iter()
        .chain(&[0])
        .map(|byte| U::from_code(u32::from(*byte)))
        .collect()
}

unsafe fn amount(amount: Amount, args: *mut Args) -> Option<Option<i32>> {
    unsafe {
        Some(match amount {
            Amount::None => None,
            Amount::Fixed(value) => Some(i32::try_from(value).ok()?),
            Amount::Given => Some(next_int(args)).filter(|value| is_amount(*value))?.into(),
        })
    }
}
