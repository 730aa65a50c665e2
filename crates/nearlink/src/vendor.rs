//! A vendor's `libdconncaseone.so` behind the six functions (docs/spec/nearlink.md#vendor). It
//! exports the very names that this library exports, so every symbol comes from its own handle, and
//! a vendor library that reaches ours instead of its own is noticed.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::code::{self, Code};
use crate::foreign::Unusable;

/// What the C SDK's stub writes into `errorIp`, and so what a vendor's library may write.
pub const ERROR_IP: usize = 64;

type InitFn = unsafe extern "C" fn(u32, *const c_char, *mut c_char) -> u32;
type RegisterFn = unsafe extern "C" fn(*const c_void);
type SendFn = unsafe extern "C" fn(*const c_char, *const c_char, u32) -> u32;
type VoidFn = unsafe extern "C" fn();
type VersionFn = unsafe extern "C" fn() -> *const c_char;

/// The loaded library; never unloaded, its threads may live on.
pub struct Vendor {
    init: InitFn,
    register: RegisterFn,
    send: SendFn,
    unregister: VoidFn,
    close: VoidFn,
    version: VersionFn,
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as inside the vendor's library.
struct Inside;

impl Inside {
    fn enter(function: &str) -> Option<Inside> {
        if INSIDE.replace(true) {
            base::lines::vendor_reenters(&function);
            return None;
        }
        Some(Inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

/// glibc can make a library prefer its own symbols; others cannot.
#[cfg(target_env = "gnu")]
const OWN_SYMBOLS_FIRST: c_int = libc::RTLD_DEEPBIND;
#[cfg(not(target_env = "gnu"))]
const OWN_SYMBOLS_FIRST: c_int = 0;

fn trustworthy(path: &Path) -> Result<(), Unusable> {
    if !path.is_absolute() {
        return Err(Unusable::RelativePath);
    }
    let writable_by_others = |mode: u32| mode & 0o002 != 0;
    let file = std::fs::metadata(path).map_err(Unusable::File)?;
    if writable_by_others(file.mode()) {
        return Err(Unusable::WritableByOthers);
    }
    let directory = path.parent().and_then(|d| std::fs::metadata(d).ok());
    if directory.is_some_and(|d| writable_by_others(d.mode()) && d.mode() & 0o1000 == 0) {
        return Err(Unusable::DirectoryWritableByOthers);
    }
    Ok(())
}

impl Vendor {
    /// Loads the library.
    pub fn load(path: &str) -> Result<Vendor, Unusable> {
        trustworthy(Path::new(path))?;
        // SAFETY: loading runs the library's initialisers; the administrator chose it, and nobody else can have changed it.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL | OWN_SYMBOLS_FIRST) };
        let library = library.map_err(Unusable::NotLoaded)?;
        macro_rules! symbol {
            ($name:literal as $type:ty) => {{
                // SAFETY: the type is the one that the C header declares for this name.
                let symbol = unsafe { library.get::<$type>($name.to_bytes_with_nul()) };
                *symbol.map_err(|why| Unusable::Lacks($name, why))?
            }};
        }
        let vendor = Vendor {
            init: symbol!(c"InitDConnCaseOne" as InitFn),
            register: symbol!(c"RegisterCallback" as RegisterFn),
            send: symbol!(c"DConnSendData" as SendFn),
            unregister: symbol!(c"UnRegisterCallback" as VoidFn),
            close: symbol!(c"CloseDConnCaseOne" as VoidFn),
            version: symbol!(c"GetDConnVersion" as VersionFn),
        };
        std::mem::forget(library);
        Ok(vendor)
    }

    /// Forwards `InitDConnCaseOne`; `error_ip` takes what the library writes.
    ///
    /// # Safety
    /// `list` is NULL or a C string.
    pub unsafe fn init(&self, role: u32, list: *const c_char, error_ip: &mut [u8; ERROR_IP]) -> Code {
        let Some(_inside) = Inside::enter("InitDConnCaseOne") else {
            return code::BRANCH;
        };
        // SAFETY: the caller's string, and room for all that such a library is known to write.
        unsafe { (self.init)(role, list, error_ip.as_mut_ptr().cast()) }
    }

    /// Forwards `RegisterCallback`.
    ///
    /// # Safety
    /// `callbacks` is NULL or points to the C header's `CallbackParam`.
    pub unsafe fn register(&self, callbacks: *const c_void) {
        let Some(_inside) = Inside::enter("RegisterCallback") else {
            return;
        };
        // SAFETY: the caller's struct.
        unsafe { (self.register)(callbacks) };
    }

    /// Forwards `DConnSendData`.
    ///
    /// # Safety
    /// The pointers are as the C header wants them, or NULL.
    pub unsafe fn send(&self, target: *const c_char, data: *const c_char, length: u32) -> Code {
        let Some(_inside) = Inside::enter("DConnSendData") else {
            return code::BRANCH;
        };
        // SAFETY: the caller's pointers.
        unsafe { (self.send)(target, data, length) }
    }

    /// Forwards `UnRegisterCallback`.
    pub fn unregister(&self) {
        let Some(_inside) = Inside::enter("UnRegisterCallback") else {
            return;
        };
        // SAFETY: takes nothing.
        unsafe { (self.unregister)() };
    }

    /// Forwards `CloseDConnCaseOne`.
    pub fn close(&self) {
        let Some(_inside) = Inside::enter("CloseDConnCaseOne") else {
            return;
        };
        // SAFETY: takes nothing.
        unsafe { (self.close)() };
    }

    /// Forwards `GetDConnVersion`.
    pub fn version(&self) -> *const c_char {
        let Some(_inside) = Inside::enter("GetDConnVersion") else {
            return std::ptr::null();
        };
        // SAFETY: takes nothing.
        unsafe { (self.version)() }
    }
}
