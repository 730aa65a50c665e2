//! The near-field component of this process, whoever provides it: a program, or a vendor's object linked with it, may define
//! `InitDConnCaseOne` itself. The kit functions therefore reach it and `CloseDConnCaseOne` through the addresses that the linker
//! resolved.

use std::ffi::c_char;

#[cfg(feature = "dconn")]
use super::dconncaseone_interface::{CloseDConnCaseOne, InitDConnCaseOne};

type InitFn = unsafe extern "C" fn(u32, *const c_char, *mut c_char) -> u32;
type CloseFn = unsafe extern "C" fn();

/// The `InitDConnCaseOne` of this process, not necessarily ours.
#[cfg(feature = "dconn")]
pub fn resolved_init() -> InitFn {
    static INIT: InitFn = InitDConnCaseOne;
    // SAFETY: a static of this library; volatile so that the linker's choice counts, not the compiler's.
    unsafe { (&raw const INIT).read_volatile() }
}

/// The `CloseDConnCaseOne` of this process, not necessarily ours.
#[cfg(feature = "dconn")]
pub fn resolved_close() -> CloseFn {
    static CLOSE: CloseFn = CloseDConnCaseOne;
    // SAFETY: as above.
    unsafe { (&raw const CLOSE).read_volatile() }
}

#[cfg(not(feature = "dconn"))]
unsafe extern "C" {
    /// NULL where nothing brings a near link: see program_dconn.c.
    fn hwmqtt_program_dconn_init() -> Option<InitFn>;
    fn hwmqtt_program_dconn_close() -> Option<CloseFn>;
}

/// The `InitDConnCaseOne` of this process; without one a function that fails as the C SDK's stub does.
#[cfg(not(feature = "dconn"))]
pub fn resolved_init() -> InitFn {
    unsafe extern "C" fn absent(_: u32, _: *const c_char, _: *mut c_char) -> u32 {
        u32::MAX
    }
    // SAFETY: it only gives an address.
    unsafe { hwmqtt_program_dconn_init() }.unwrap_or(absent)
}

/// The `CloseDConnCaseOne` of this process; without one a function that does nothing.
#[cfg(not(feature = "dconn"))]
pub fn resolved_close() -> CloseFn {
    unsafe extern "C" fn absent() {}
    // SAFETY: it only gives an address.
    unsafe { hwmqtt_program_dconn_close() }.unwrap_or(absent)
}

/// `DestroyKit`: closes the near-field component, whoever provides it.
pub fn close() {
    // SAFETY: takes nothing.
    unsafe { resolved_close()() };
}
