//! What the system says of this process.
#![allow(unsafe_code)]

/// Whether it runs with rights that its caller does not have (set-uid, set-gid, file capabilities): then the environment is
/// not to be trusted.
pub fn is_privileged() -> bool {
    // SAFETY: reads the auxiliary vector.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
