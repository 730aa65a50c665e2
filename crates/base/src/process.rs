//! What the system says of this process.
#![allow(unsafe_code)]

use std::ffi::OsString;

/// A variable of the environment that has a value; `None` in a privileged process, where whoever started it could redirect or
/// weaken the library by it.
pub fn variable(name: &str) -> Option<OsString> {
    match is_privileged() {
        true => None,
        false => std::env::var_os(name).filter(|value| !value.is_empty()),
    }
}

/// Whether it runs with rights that its caller does not have (set-uid, set-gid, file capabilities): then the environment is
/// not to be trusted.
pub fn is_privileged() -> bool {
    // SAFETY: reads the auxiliary vector.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
