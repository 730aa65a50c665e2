//! What the functions of securec.h return beside the C library's error numbers.

use std::ffi::c_int;

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
