//! Start and end of the near-field soft bus kit, and the names of the command that switches it.

use std::ffi::{CStr, c_char, c_int};

use crate::agentlite::iota_error_type::IOTA_FAILURE;
use crate::dconncaseone_interface::{INIT_CLIENT, INIT_SERVICE};
use crate::kit;

header!(SOFT_BUS_INIT_H);

pub const SOFT_BUS_INIT_SERVICE_ID: &CStr = c"M2MService";
pub const SOFT_BUS_INIT_COMMAND_NAME: &CStr = c"SET_THING_SWITCH";
pub const SOFT_BUS_INIT_STATUS: &CStr = c"STATUS";
pub const SOFT_BUS_INIT_CLIENT_OR_SERVER: &CStr = c"CLIENT_OR_SERVER";

exported!(
    IOTA_FAILURE,
    /// InitDConnCaseOne as server, whoever provides it (a program may link a vendor's object that defines it).
    ///
    /// - `ipAry`: the own address; NULL: -1, errorIp untouched.
    /// - `errorIp`: room for 46 bytes, or NULL; see InitDConnCaseOne.
    ///
    /// Returns 0, -1, or the code of InitDConnCaseOne.
    ///
    /// Blocks. Any thread and any callback.
    pub fn InitServerKit(ipAry: *mut c_char, errorIp: *mut c_char) -> c_int {
        // SAFETY: the caller's pointers.
        unsafe { init(INIT_SERVICE, ipAry, errorIp) }
    }
);

exported!(
    IOTA_FAILURE,
    /// InitDConnCaseOne as client, whoever provides it.
    ///
    /// - `ipAry`: the servers' addresses, separated by ','; NULL: -1, errorIp untouched.
    /// - `errorIp`: room for 46 bytes, or NULL; see InitDConnCaseOne.
    ///
    /// Returns 0, -1, or the code of InitDConnCaseOne.
    ///
    /// Blocks. Any thread and any callback.
    pub fn InitClientKit(ipAry: *mut c_char, errorIp: *mut c_char) -> c_int {
        // SAFETY: the caller's pointers.
        unsafe { init(INIT_CLIENT, ipAry, errorIp) }
    }
);

exported!(
    /// CloseDConnCaseOne, whoever provides it.
    ///
    /// Any thread and any callback.
    pub fn DestroyKit() {
        kit::close()
    }
);

/// # Safety
/// As for InitDConnCaseOne.
unsafe fn init(role: c_int, list: *const c_char, error_ip: *mut c_char) -> c_int {
    if list.is_null() {
        return IOTA_FAILURE;
    }
    // SAFETY: the caller's pointers.
    unsafe { kit::resolved_init()(role as u32, list, error_ip) as c_int }
}
