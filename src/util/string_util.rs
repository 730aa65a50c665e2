//! String, time and memory helpers. What they return is allocated with `malloc`; release it with
//! `MemFree` or `free`. All may be called from any thread. (docs/spec/helpers.md#strings)
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::{CStr, c_char, c_int, c_longlong, c_uchar, c_uint, c_ulonglong};
use std::ptr::{NonNull, null_mut};

use libc::timeval;

use crate::local_time;
use crate::text;
use c_library::boundary::{bytes, malloc_str};

header!(STRING_UTIL_H, "<stdlib.h>");

pub const SUB_STERING_MAX_LENGTH: c_int = (20);
pub const EVENT_TIME_LENGTH: c_int = (16);
pub const CLIENT_TIME_LENGTH: c_int = (10);
pub const LONG_LONG_MAX_LENGTH: c_int = (20);
pub const LOCAL_TIME_LENGTH: c_int = (19);
pub const LOCAL_TIME_WITH_MS_LENGTH: c_int = (LOCAL_TIME_LENGTH + 4);
pub const LOCAL_TIME_COMPACT_LENGTH: c_int = (14);

c_verbatim!("struct timeval;");

exported!(
    0,
    /// Length of `str` in bytes; 0 for NULL.
    pub fn StringLength(str: *const c_char) -> c_int {
        // SAFETY: the program passes NULL or a C string.
        unsafe { bytes(str) }.map_or(0, |text| c_int::try_from(text.len()).unwrap_or(c_int::MAX))
    }
);

exported!(
    leaf(null_mut()),
    /// The first occurrence of `subStr` inside `str` (a pointer into it, no copy), case-sensitive; `str` for an empty
    /// `subStr`; NULL when there is none or an argument is NULL.
    pub fn StrInStr(str: *const c_char, subStr: *const c_char) -> *mut c_char {
        if str.is_null() || subStr.is_null() {
            return null_mut();
        }
        // SAFETY: both are C strings.
        unsafe { libc::strstr(str, subStr) }
    }
);

exported!(
    -1,
    /// The decimal number at the start of `value`, like `atoi`: 0 without digits, -1 for NULL; what exceeds 32 bits is cut.
    pub fn String2Int(value: *const c_char) -> c_int {
        // SAFETY: the program passes NULL or a C string.
        unsafe { bytes(value) }.map_or(-1, text::decimal_prefix)
    }
);

unsafe extern "C" {
    /// `str1` and `strAmount - 1` further `const char *` arguments as one new string; NULL and empty ones are skipped,
    /// arguments beyond `strAmount` ignored. With `strAmount` of 1 or less a copy of `str1`. NULL when `str1` is NULL or
    /// empty.
    pub fn CombineStrings(strAmount: c_int, str1: *const c_char, ...) -> *mut c_char;
}

exported!(
    memory(()),
    /// Stores a zero-filled block of `length` bytes in `*str`, NULL when memory is short. No effect when `str` is NULL or
    /// `length` is not positive.
    pub fn StringMalloc(str: *mut *mut c_char, length: c_int) {
        if let (Some(str), Ok(length @ 1..)) = (NonNull::new(str), usize::try_from(length)) {
            // SAFETY: the program passes a writable pointer variable.
            unsafe { str.write(libc::calloc(length, 1).cast()) };
        }
    }
);

exported!(
    memory(-1),
    /// Stores a zero-filled block of `length + 1` bytes with at most `length` bytes of `src` in `*dst`; the old value of
    /// `*dst` is not freed. `src` needs no terminator within `length`.
    ///
    /// Returns 0; -1 with `*dst` = NULL when `src` is NULL, `length` is INT_MAX or memory is short. 0 without any effect when
    /// `dst` is NULL or `length` is not positive.
    pub fn CopyStrValue(dst: *mut *mut c_char, src: *const c_char, length: c_int) -> c_int {
        let (Some(dst), Ok(length @ 1..)) = (NonNull::new(dst), usize::try_from(length)) else {
            return 0;
        };
        // SAFETY: `dst` is a writable pointer variable; `src` is readable up to its terminator or for `length` bytes, and the
        // new block has one byte more.
        unsafe {
            let copy = if src.is_null() || length >= c_int::MAX as usize {
                null_mut()
            } else {
                libc::calloc(length + 1, 1).cast::<c_char>()
            };
            dst.write(copy);
            if copy.is_null() {
                return -1;
            }
            copy.copy_from_nonoverlapping(src, libc::strnlen(src, length));
        }
        0
    }
);

exported!(
    null_mut(),
    /// Now in UTC as `yyyyMMddHH`; NULL when memory is short.
    pub fn GetClientTimesStamp() -> *mut c_char {
        out(|| Some(local_time::now_utc().hour().into_bytes()))
    }
);

exported!(
    null_mut(),
    /// Now in UTC as `yyyyMMddTHHmmssZ`, the form of `event_time`; NULL when memory is short.
    pub fn GetEventTimesStamp() -> *mut c_char {
        out(|| Some(local_time::now_utc().event_time().into_bytes()))
    }
);

exported!(
    null_mut(),
    /// Now in local time as `yyyyMMddHHmmss`; NULL when memory is short.
    pub fn GetClientTimesStampWithSec() -> *mut c_char {
        out(|| Some(local_time::local(local_time::now().0)?.second_stamp().into_bytes()))
    }
);

exported!(
    null_mut(),
    /// `tv` in local time (`TZ` is read at each call) as `yyyy-MM-dd HH:mm:ss.mmm`; years below 1000 are not padded.
    /// NULL for NULL, for `tv_usec` of a second or more, and after the year 9999.
    pub fn Timeval2Str(tv: *const timeval) -> *mut c_char {
        out(|| {
            // SAFETY: the program passes NULL or a valid struct.
            let tv = unsafe { tv.as_ref() }?;
            let text = local_time::local(tv.tv_sec)?.with_millis(tv.tv_usec)?;
            Some(text.into_bytes())
        })
    }
);

exported!(
    null_mut(),
    /// `tv` in local time as `yyyyMMddHHmmss`; NULL for NULL and for a time that the C library cannot represent.
    pub fn Timeval2CompactStr(tv: *const timeval) -> *mut c_char {
        out(|| {
            // SAFETY: the program passes NULL or a valid struct.
            let tv = unsafe { tv.as_ref() }?;
            Some(local_time::local(tv.tv_sec)?.second_stamp().into_bytes())
        })
    }
);

exported!(
    null_mut(),
    /// Now in local time as `yyyy-MM-dd HH:mm:ss.mmm`.
    pub fn GetLocalTimeWithMs() -> *mut c_char {
        out(|| local_time::now_with_millis().map(String::into_bytes))
    }
);

exported!(
    null_mut(),
    /// Now in local time with milliseconds, one space, and `str`; NULL counts as empty.
    pub fn PrependLocalTimeWithMs(str: *const c_char) -> *mut c_char {
        out(|| {
            let mut line = local_time::now_with_millis()?.into_bytes();
            line.push(b' ');
            // SAFETY: the program passes NULL or a C string.
            line.extend_from_slice(unsafe { bytes(str) }.unwrap_or_default());
            Some(line)
        })
    }
);

exported!(
    -1,
    /// Index in bytes of the first `substr` in `str`; -1 when there is none, an argument is NULL, `str` is empty, or `substr`
    /// has `SUB_STERING_MAX_LENGTH` bytes or more.
    pub fn GetSubStrIndex(str: *const c_char, substr: *const c_char) -> c_int {
        // SAFETY: the program passes NULL or C strings; the match lies inside `str`.
        unsafe {
            if bytes(str).is_none_or(<[u8]>::is_empty) || bytes(substr).is_none_or(|needle| needle.len() >= 20) {
                return -1;
            }
            match NonNull::new(libc::strstr(str, substr)) {
                Some(found) => c_int::try_from(found.as_ptr().cast_const().offset_from(str)).unwrap_or(-1),
                None => -1,
            }
        }
    }
);

exported!(
    0,
    /// Milliseconds since 1970-01-01 UTC.
    pub fn getTime() -> c_ulonglong {
        c_ulonglong::try_from(local_time::now_utc().0).unwrap_or(0)
    }
);

exported!(
    0,
    /// 1 when `str` ends with `suffix` (an empty one too), else 0; 0 for NULL.
    pub fn StrEndWith(str: *const c_char, suffix: *const c_char) -> c_int {
        // SAFETY: the program passes NULL or C strings.
        match unsafe { (bytes(str), bytes(suffix)) } {
            (Some(text), Some(suffix)) => c_int::from(text.ends_with(suffix)),
            _ => 0,
        }
    }
);

exported!(
    -1,
    /// The first run of digits from the first `subStr` in `str` on, digits of `subStr` included and signs ignored: -1 when an
    /// argument is NULL, `subStr` is not found or the run has more than 20 digits; 0 without digits; at most LLONG_MAX.
    pub fn getLLongValueFromStr(str: *const c_char, subStr: *const c_char) -> c_longlong {
        // SAFETY: the program passes NULL or C strings.
        let found = unsafe { bytes(StrInStr(str, subStr)) };
        found.map_or(-1, text::first_number)
    }
);

exported!(
    -1,
    /// Compresses `srcLength` bytes of `src` into `dest` as one gzip member and returns its length; bytes behind it stay.
    /// `srcLength + srcLength / 1000 + 64` bytes of room always suffice.
    ///
    /// -1 when `src` or `dest` is NULL, `srcLength` is not positive, or the member does not fit into `destLength` bytes; what
    /// `dest` holds then is undefined.
    pub fn gZIPCompress(src: *const c_char, srcLength: c_int, dest: *mut c_uchar, destLength: c_int) -> c_int {
        let (Ok(from @ 1..), Ok(room)) = (usize::try_from(srcLength), usize::try_from(destLength)) else {
            return -1;
        };
        if src.is_null() || dest.is_null() {
            return -1;
        }
        // SAFETY: the program vouches for both lengths; the two areas do not overlap.
        let (source, room) = unsafe {
            (
                std::slice::from_raw_parts(src.cast(), from),
                std::slice::from_raw_parts_mut(dest, room),
            )
        };
        text::gzip(source, room).map_or(-1, |length| c_int::try_from(length).unwrap_or(-1))
    }
);

exported!(
    memory(null_mut()),
    /// Moves the string `oldMemory` into a new block of `resultLen` bytes, frees the old block and returns the new one.
    /// Returns `oldMemory` itself, untouched, when it is NULL, when the string and its terminator do not fit into `resultLen`
    /// bytes, or when memory is short.
    pub fn ReassignMemory(oldMemory: *mut c_char, resultLen: c_uint) -> *mut c_char {
        if oldMemory.is_null() {
            return oldMemory;
        }
        // SAFETY: `oldMemory` is a C string from `malloc`; the new block is longer than the string.
        unsafe {
            let length = CStr::from_ptr(oldMemory).count_bytes();
            if length >= resultLen as usize {
                return oldMemory;
            }
            let moved = libc::calloc(resultLen as usize, 1).cast::<c_char>();
            if moved.is_null() {
                return oldMemory;
            }
            moved.copy_from_nonoverlapping(oldMemory, length);
            libc::free(oldMemory.cast());
            moved
        }
    }
);

c_verbatim!(
    r"
/** Frees *ptr and sets it to NULL; ptr is evaluated more than once. */
#define MemFree(ptr) \
    do { \
        if (*(ptr) != NULL) { \
            free(*(ptr)); \
            *(ptr) = NULL; \
        } \
    } while (0)
"
);

fn out(text: impl FnOnce() -> Option<Vec<u8>>) -> *mut c_char {
    text().map_or(null_mut(), |text| malloc_str(&text))
}
