//! What the system says of this process.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// A variable of the environment that has a value; `None` in a privileged process, where whoever started it could redirect or
/// weaken the library by it.
pub fn variable(name: &str) -> Option<OsString> {
    match is_privileged() {
        true => None,
        false => std::env::var_os(name).filter(|value| !value.is_empty()),
    }
}

/// A descriptor that is none of standard input, output and error, which a program may have closed: what it, or an abort, writes
/// there must not reach somebody's socket.
pub fn above_standard<T: AsFd + From<OwnedFd>>(opened: T) -> std::io::Result<T> {
    match opened.as_fd().as_raw_fd() {
        0..=2 => Ok(T::from(opened.as_fd().try_clone_to_owned()?)), // std takes none below 3
        _ => Ok(opened),
    }
}

/// Runs `open`, which opens descriptors that cannot be moved (an epoll instance and what belongs to it), with `/dev/null` in the
/// place of each standard one that is closed.
pub fn above_closed_standard<R>(open: impl FnOnce() -> R) -> R {
    let mut fillers = Vec::new();
    while let Ok(filler) = std::fs::File::open("/dev/null") {
        if filler.as_raw_fd() > 2 {
            break;
        }
        fillers.push(filler);
    }
    open()
}

/// Whether it runs with rights that its caller does not have (set-uid, set-gid, file capabilities): then the environment is
/// not to be trusted.
pub fn is_privileged() -> bool {
    // SAFETY: reads the auxiliary vector.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_in_the_place_of_a_standard_descriptor_is_moved() {
        // SAFETY: in a child, which only opens, looks and ends.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::close(0);
                let opened = std::fs::File::open("/dev/null").unwrap();
                let low = opened.as_raw_fd() == 0;
                let moved = above_standard(opened).unwrap().as_raw_fd() > 2;
                libc::_exit(i32::from(!(low && moved)));
            }
            let mut status = -1;
            libc::waitpid(child, &raw mut status, 0);
            assert_eq!(status, 0);
        }
    }
}
