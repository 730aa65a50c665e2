//! The built-in callbacks: reconnect with back-off, answer the version query.
#![allow(unused_parens)] // the parentheses belong to the C macros

use crate::capi::boundary::guard;
use crate::capi::default_callbacks;
use std::ffi::c_int;

header!(IOTA_CALLBACK_EXAMPLE, "hw_type.h");

/// First pause before connecting again, in milliseconds.
pub const IOTA_DEFAULE_BACKOFF: c_int = 1000;
/// Least pause, in milliseconds.
pub const IOTA_MIN_BACKOFF: c_int = 1000;
/// Longest pause, in milliseconds.
pub const IOTA_MAX_BACKOFF: c_int = (30 * 1000);

/// Registers the built-in callbacks, over those registered before: after a failed attempt or a lost connection the library
/// waits 2.6 s, then longer each time up to 30 s (on a timer, no callback is blocked), and connects again; the other outcomes
/// are logged. The platform's version query is answered with `v1.0` for software and firmware. Call
/// `IOTA_SetProtocolCallback` and the other setters afterwards to replace single ones.
///
/// At any time, any thread. See spec/connection.md 6.
#[no_mangle]
pub unsafe extern "C" fn IOTA_DefaultCallbackInit() {
    guard("IOTA_DefaultCallbackInit", (), default_callbacks::install);
}
