//! Types and limits of securec.h.

use std::ffi::c_int;

header!(SECURECTYPE_H, "<stddef.h>");

c_verbatim!("#ifndef errno_t");

/// What most functions of securec.h return: EOK or an error number.
pub type errno_t = c_int;

c_verbatim!("#endif");

/// Largest `destMax` of the memory functions.
pub const SECUREC_MEM_MAX_LEN: c_int = 0x7fffffff;
/// Largest `destMax` of the string functions.
pub const SECUREC_STRING_MAX_LEN: c_int = 0x7fffffff;
