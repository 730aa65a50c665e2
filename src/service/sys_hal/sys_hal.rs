//! Board data: a program installs its own measurements here.

use std::ffi::{c_char, c_int, c_long, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

use c_library::boundary::{self, into_program};
use iotda_device::services::anomaly::Board;

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

/// The board of the process; set once.
static INSTALLED: AtomicPtr<TagSysHal> = AtomicPtr::new(null_mut());

/// What a board has that nobody described.
static STUBS: TagSysHalOps = TagSysHalOps {
    getTotalMemory: Some(unknown_long),
    getMemoryUsed: Some(unknown_long),
    getPortUsed: Some(unknown_ports),
    getCpuUsage: Some(unknown_int),
    getTotalDiskSpace: Some(unknown_long),
    getDiskSpaceUsed: Some(unknown_long),
    getBatteryPercentage: Some(unknown_int),
};

/// The pointers in it are to data of the program's whole life.
struct Static(TagSysHal);
// SAFETY: nothing writes to it or to what it points to.
unsafe impl Sync for Static {}

static DEFAULT: Static = Static(TagSysHal {
    name: c"default".as_ptr(),
    ops: &STUBS,
});

fn not_described() {
    base::debug!("the board is not described: implement TagSysHalOps and pass it to SysHalInstall before connecting");
}

unsafe extern "C" fn unknown_long() -> c_long {
    not_described();
    -1
}

unsafe extern "C" fn unknown_int() -> c_int {
    not_described();
    -1
}

unsafe extern "C" fn unknown_ports() -> *mut ArrayInfo {
    not_described();
    null_mut()
}

fn install(board: *const TagSysHal) -> bool {
    INSTALLED
        .compare_exchange(null_mut(), board.cast_mut(), Ordering::AcqRel, Ordering::Acquire)
        .is_ok()
}

fn ops() -> Option<TagSysHalOps> {
    // SAFETY: who installed it promised that it stays valid; NULL is none.
    unsafe { INSTALLED.load(Ordering::Acquire).as_ref()?.ops.as_ref().copied() }
}

/// A successful connection installs the default provider unless the program installed its own
/// (docs/spec/connection.md#after-connect).
pub(crate) fn install_default() {
    if INSTALLED.load(Ordering::Acquire).is_null() {
        init();
    }
}

/// Calls the program's `SysHalImplInit`, if it has one, else the library's.
fn init() -> c_int {
    type ImplInit = unsafe extern "C" fn() -> c_int;
    // SAFETY: a look-up by name; a symbol of this name has this type.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"SysHalImplInit".as_ptr()) };
    match NonNull::new(found) {
        // SAFETY: as above.
        Some(found) => unsafe { std::mem::transmute::<*mut c_void, ImplInit>(found.as_ptr())() },
        // SAFETY: it has no conditions.
        None => unsafe { SysHalImplInit() },
    }
}

/// The installed board for the library's own checks.
pub(crate) struct Installed;

/// The value of one member of the installed board, 0 or NULL without it.
macro_rules! measure {
    ($member:ident, $without:expr_2021) => {
        match ops().and_then(|ops| ops.$member) {
            // SAFETY: the program's function of this type.
            Some(measure) => into_program(|| unsafe { measure() }),
            None => $without,
        }
    };
}

#[allow(clippy::useless_conversion)] // C's long has 32 or 64 bits
impl Board for Installed {
    fn memory_used(&self) -> i64 {
        measure!(getMemoryUsed, 0).into()
    }

    fn total_memory(&self) -> i64 {
        measure!(getTotalMemory, 0).into()
    }

    fn ports(&self) -> Option<Vec<i32>> {
        let info = NonNull::new(measure!(getPortUsed, null_mut()))?;
        // SAFETY: the program gave a structure of `malloc` with `arrayLen` numbers of `malloc`, which are ours now.
        unsafe {
            let ArrayInfo { array, arrayLen } = *info.as_ptr();
            let count = usize::try_from(arrayLen).unwrap_or_default();
            let ports = match array.is_null() {
                true => Vec::new(),
                false => std::slice::from_raw_parts(array, count).to_vec(),
            };
            boundary::free(array.cast());
            boundary::free(info.as_ptr().cast());
            Some(ports)
        }
    }

    fn cpu_usage(&self) -> i32 {
        measure!(getCpuUsage, 0)
    }

    fn disk_space_used(&self) -> i64 {
        measure!(getDiskSpaceUsed, 0).into()
    }

    fn total_disk_space(&self) -> i64 {
        measure!(getTotalDiskSpace, 0).into()
    }

    fn battery_percentage(&self) -> i32 {
        measure!(getBatteryPercentage, 0)
    }
}

exported!(
    -1,
    /// Installs the board's measurements. They are called on the library's callback thread, when the security detection reports.
    ///
    /// - `sysHal`: the pointer is kept, it and what it points to must stay valid. NULL changes nothing.
    ///
    /// Returns 0; -1 and no change if one is installed already: call it before the first
    /// connection, which installs a default. Any thread. See docs/spec/services.md#hal.
    pub fn SysHalInstall(sysHal: *const TagSysHal) -> c_int {
        if install(sysHal) { 0 } else { -1 }
    }
);

exported!(
    0,
    /// The board's memory: what the installed `getTotalMemory` says, 0 without one. Any thread.
    /// See docs/spec/services.md#hal.
    pub fn SysHalGetTotalMemory() -> c_long {
        measure!(getTotalMemory, 0)
    }
);

exported!(
    0,
    /// The memory in use: what the installed `getMemoryUsed` says, 0 without one. Any thread.
    /// See docs/spec/services.md#hal.
    pub fn SysHalGetMemoryUsed() -> c_long {
        measure!(getMemoryUsed, 0)
    }
);

exported!(
    null_mut(),
    /// The ports in use: what the installed `getPortUsed` says, NULL without one. The caller frees
    /// `array` and the structure with `free`. Any thread. See docs/spec/services.md#hal.
    pub fn SysHalGetPortUsed() -> *mut ArrayInfo {
        measure!(getPortUsed, null_mut())
    }
);

exported!(
    0,
    /// The processor load: what the installed `getCpuUsage` says, 0 without one. Any thread.
    /// See docs/spec/services.md#hal.
    pub fn SysHalGetCpuUsage() -> c_int {
        measure!(getCpuUsage, 0)
    }
);

exported!(
    0,
    /// The disk space: what the installed `getTotalDiskSpace` says, 0 without one. Any thread.
    /// See docs/spec/services.md#hal.
    pub fn SysHalGetTotalDiskSpace() -> c_long {
        measure!(getTotalDiskSpace, 0)
    }
);

exported!(
    0,
    /// The disk space in use: what the installed `getDiskSpaceUsed` says, 0 without one. Any
    /// thread. See docs/spec/services.md#hal.
    pub fn SysHalGetDiskSpaceUsed() -> c_long {
        measure!(getDiskSpaceUsed, 0)
    }
);

exported!(
    0,
    /// The battery: what the installed `getBatteryPercentage` says, 0 without one. Any thread.
    /// See docs/spec/services.md#hal.
    pub fn SysHalGetBatteryPercentage() -> c_int {
        measure!(getBatteryPercentage, 0)
    }
);

exported!(
    -1,
    /// Installs the default measurements by calling `SysHalImplInit`. Every successful connection
    /// does the same, unless some are installed. Returns what that function returns. Any thread.
    /// See docs/spec/services.md#hal.
    pub fn SysHalInit() -> c_int {
        init()
    }
);

exported!(
    -1,
    /// Installs measurements that know nothing: -1 everywhere, NULL for the ports. A program that defines a function of this name
    /// gets its own called instead.
    ///
    /// Returns 0; -1 if some are installed already. Any thread. See docs/spec/services.md#hal.
    pub fn SysHalImplInit() -> c_int {
        if install(&DEFAULT.0) { 0 } else { -1 }
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_board_stays() {
        // SAFETY: NULL and the library's own board are valid.
        unsafe {
            assert_eq!(SysHalGetTotalMemory(), 0);
            assert!(SysHalGetPortUsed().is_null());
            assert_eq!(SysHalInstall(std::ptr::null()), 0);
            assert_eq!(SysHalInit(), 0);
            assert_eq!(SysHalInit(), -1);
            assert_eq!(SysHalInstall(&DEFAULT.0), -1);
            assert_eq!((SysHalGetMemoryUsed(), SysHalGetCpuUsage()), (-1, -1));
            assert!(SysHalGetPortUsed().is_null());
        }
        assert_eq!(Installed.ports(), None);
        assert_eq!(Installed.battery_percentage(), -1);
    }
}
