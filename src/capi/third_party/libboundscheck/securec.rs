//! Bounds-checked string, memory and formatted functions.

use std::ffi::c_int;

header!(
    SECUREC_H,
    "<errno.h>",
    "<stdarg.h>",
    "<stdio.h>",
    "<wchar.h>",
    "securectype.h"
);

/// Success.
pub const EOK: c_int = 0;

c_verbatim!(
    "
#ifndef EINVAL
#define EINVAL 22
#endif
#ifndef ERANGE
#define ERANGE 34
#endif
"
);

/// Invalid argument; the destination is now empty.
pub const EINVAL_AND_RESET: c_int = 150;
/// Does not fit; the destination is now empty.
pub const ERANGE_AND_RESET: c_int = 162;
/// Source and destination overlap; the destination is now empty.
pub const EOVERLAP_AND_RESET: c_int = 182;

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
