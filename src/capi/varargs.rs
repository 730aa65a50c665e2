//! C-variadic symbols. Stable Rust can neither define them nor export them from a C object out of a cdylib, so the bodies
//! are in `varargs.c` (under `hwmqtt_…` names) and each public symbol is a bare jump to its body: a function without
//! parameters and locals has no prologue, so every argument register and the stack arrive untouched.
//!
//! The other way round, the bodies reach Rust through `hwmqtt_rs_…` labels that the library does not export.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::boundary::{bytes, guard, malloc_str};
use super::{log_relay, text};

/// Exports `$name` as a jump to the C function `$body`.
macro_rules! forward {
    ($(#[$doc:meta])* $name:ident => $body:ident) => {
        $(#[$doc])*
        #[no_mangle]
        pub unsafe extern "C" fn $name() -> ! {
            // SAFETY: the body has the C signature of the public declaration and returns to our caller.
            #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
            std::arch::asm!("jmp {}", sym $body, options(noreturn, nostack));
            #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
            std::arch::asm!("b {}", sym $body, options(noreturn, nostack));
            #[cfg(any(target_arch = "riscv64", target_arch = "riscv32"))]
            std::arch::asm!("tail {}", sym $body, options(noreturn, nostack));
        }
    };
}

/// Gives the Rust function `$function` the C name `$label`, visible inside this library only.
macro_rules! inward {
    ($label:literal => $function:path) => {
        std::arch::global_asm!(
            concat!(".pushsection .text.", $label, ",\"ax\""),
            concat!(".globl ", $label),
            concat!(".hidden ", $label),
            concat!(".type ", $label, ",\"function\""),
            concat!($label, ":"),
            $crate::capi::varargs::jump!(),
            ".popsection",
            sym $function,
        );
    };
}

#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
macro_rules! jump {
    () => {
        "jmp {}"
    };
}
#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
macro_rules! jump {
    () => {
        "b {}"
    };
}
#[cfg(any(target_arch = "riscv64", target_arch = "riscv32"))]
macro_rules! jump {
    () => {
        "tail {}"
    };
}

pub(crate) use jump;
#[cfg(feature = "securec")]
pub(crate) use {forward, inward};

/// C's `struct hwmqtt_args`: a started `va_list` that only C takes apart.
#[repr(C)]
pub struct Args {
    _list: [c_void; 0],
}

#[link(name = "hwmqtt_varargs", kind = "static")]
extern "C" {
    fn hwmqtt_PrintfLog();
    fn hwmqtt_CombineStrings();
    fn hwmqtt_next_word(args: *mut Args) -> *mut c_void;
}

/// The next argument of `args` that C passed as a pointer or in a machine word.
///
/// # Safety
/// `args` is the started list a C body handed in, and has such an argument left.
pub unsafe fn next_word(args: *mut Args) -> *mut c_void {
    hwmqtt_next_word(args)
}

forward!(
    /// `PrintfLog`, see `util/log_util.h`.
    PrintfLog => hwmqtt_PrintfLog
);
forward!(
    /// `CombineStrings`, see `util/string_util.h`.
    CombineStrings => hwmqtt_CombineStrings
);
inward!("hwmqtt_rs_log_format" => log_relay::begin);
inward!("hwmqtt_rs_combine" => combine);

/// The body of `CombineStrings`.
unsafe extern "C" fn combine(amount: c_int, first: *const c_char, rest: *mut Args) -> *mut c_char {
    guard("CombineStrings", null_mut(), || {
        // SAFETY: the program passes `amount` C strings or NULLs, `first` among them.
        let (first, next) = unsafe { (bytes(first), || bytes(next_word(rest).cast())) };
        text::combine(amount, first, next).map_or(null_mut(), |text| malloc_str(&text))
    })
}
