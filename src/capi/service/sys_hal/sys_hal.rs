//! Board data: a program installs its own measurements here.

use std::ffi::{c_char, c_int, c_long};

header!(SYS_HAL_H);

pub const SIZE_1KB: c_int = 0x400;
pub const SIZE_1MB: c_int = 0x100000;

c_verbatim!(
    "
/** Bytes in KB, rounded to the nearest. */
#define B_TO_KB(size) (((size) + SIZE_1KB / 2) / SIZE_1KB)

/** Bytes in MB, rounded to the nearest. */
#define B_TO_MB(size) (((size) + SIZE_1MB / 2) / SIZE_1MB)
"
);

/// Counted numbers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ArrayInfo {
    pub array: *mut c_int,
    pub arrayLen: c_int,
}

/// The measurements of a board, -1 for what it has not. A member may be NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TagSysHalOps {
    /// Memory, in the unit of `getMemoryUsed`.
    pub getTotalMemory: Option<unsafe extern "C" fn() -> c_long>,
    /// Memory in use.
    pub getMemoryUsed: Option<unsafe extern "C" fn() -> c_long>,
    /// Ports in use; the library frees `array` and the struct with `free`.
    pub getPortUsed: Option<unsafe extern "C" fn() -> *mut ArrayInfo>,
    /// Processor load in per cent.
    pub getCpuUsage: Option<unsafe extern "C" fn() -> c_int>,
    /// Disk space, in the unit of `getDiskSpaceUsed`.
    pub getTotalDiskSpace: Option<unsafe extern "C" fn() -> c_long>,
    /// Disk space in use.
    pub getDiskSpaceUsed: Option<unsafe extern "C" fn() -> c_long>,
    /// Battery in per cent.
    pub getBatteryPercentage: Option<unsafe extern "C" fn() -> c_int>,
}

/// A board, for `SysHalInstall`, which keeps the pointer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TagSysHal {
    pub name: *const c_char,
    pub ops: *const TagSysHalOps,
}
