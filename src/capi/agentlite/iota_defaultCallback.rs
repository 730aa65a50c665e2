//! The built-in callbacks: subscribe after connecting, reconnect with back-off.
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::c_int;

header!(IOTA_CALLBACK_EXAMPLE, "hw_type.h");

/// First pause before connecting again, in milliseconds.
pub const IOTA_DEFAULE_BACKOFF: c_int = 1000;
/// Least pause, in milliseconds.
pub const IOTA_MIN_BACKOFF: c_int = 1000;
/// Longest pause, in milliseconds.
pub const IOTA_MAX_BACKOFF: c_int = (30 * 1000);
