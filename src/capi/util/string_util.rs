//! String, time and memory helpers. What they return is allocated with `malloc`; release it with `MemFree` or `free`.
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::c_int;

header!(STRING_UTIL_H, "<stdlib.h>");

pub const SUB_STERING_MAX_LENGTH: c_int = (20);
pub const EVENT_TIME_LENGTH: c_int = (16);
pub const CLIENT_TIME_LENGTH: c_int = (10);
pub const LONG_LONG_MAX_LENGTH: c_int = (20);
pub const LOCAL_TIME_LENGTH: c_int = (19);
pub const LOCAL_TIME_WITH_MS_LENGTH: c_int = (LOCAL_TIME_LENGTH + 4);
pub const LOCAL_TIME_COMPACT_LENGTH: c_int = (14);

c_verbatim!(
    r"
struct timeval;

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
