//! The near-field component of this process, whoever provides it: a program, or a vendor's object linked with it, may define
//! `InitDConnCaseOne` itself. The kit functions therefore reach it and `CloseDConnCaseOne` through the addresses that the linker
//! resolved.

use std::ffi::c_char;

#[cfg(feature = "dconn")]
use super::dconncaseone_interface::{CloseDConnCaseOne, InitDConnCaseOne};

type InitFn = unsafe extern "C" fn(u32, *const c_char, *mut c_char) -> u32;
type CloseFn = unsafe extern "C" fn();

#[cfg(not(feature = "dconn"))]
extern "C" {
    fn InitDConnCaseOne(r#type: u32, ipAry: *const c_char, errorIp: *mut c_char) -> u32;
    fn CloseDConnCaseOne();
}

/// The `InitDConnCaseOne` of this process, not necessarily ours.
pub fn resolved_init() -> InitFn {
    static INIT: InitFn = InitDConnCaseOne;
    // SAFETY: a static of this library; volatile so that the linker's choice counts, not the compiler's.
    unsafe { (&raw const INIT).read_volatile() }
}

/// The `CloseDConnCaseOne` of this process, not necessarily ours.
pub fn resolved_close() -> CloseFn {
    static CLOSE: CloseFn = CloseDConnCaseOne;
    // SAFETY: as above.
    unsafe { (&raw const CLOSE).read_volatile() }
}

/// `DestroyKit`: closes the near-field component, whoever provides it.
pub fn close() {
    // SAFETY: takes nothing.
    unsafe { resolved_close()() };
}
