//! Scalar names of the SDK.

use std::ffi::{c_char, c_int, c_long, c_longlong, c_uchar, c_uint, c_void};

header!(HW_TYPE_H);

c_verbatim!(
    "
#if defined(WIN32) || (defined(WIN64) && defined(EXPORT_AGENTLITE))
#define HW_API_FUNC __declspec(dllexport)
#else
#define HW_API_FUNC
#endif
"
);

pub const HW_TRUE: c_int = 1;
pub const HW_FALSE: c_int = 0;
pub const HW_SUCCESS: c_int = 0;
pub const HW_FAILED: c_int = 1;
c_verbatim!("#define HW_NULL ((void *)0)");

pub type HW_INT = c_int;
pub type HW_UINT = c_uint;
pub type HW_CHAR = c_char;
pub type HW_UCHAR = c_uchar;
pub type HW_BOOL = c_int;
pub type HW_VOID = c_void;
pub type HW_LONG = c_long;
pub type HW_DOUBLE = f64;
pub type HW_LLONG = c_longlong;

/// Counted bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HW_BYTES {
    /// Number of bytes.
    pub uiLen: HW_UINT,
    pub pcByte: *mut HW_CHAR,
}
