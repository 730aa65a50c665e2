//! C-variadic symbols. Stable Rust can neither define them nor export them from a C object out of a cdylib, so the bodies
//! are in C files (under `hwmqtt_…` names) and each public symbol is a bare jump to its body: a function without parameters
//! and locals has no prologue, so every argument register and the stack arrive untouched.
//!
//! The other way round, the bodies reach Rust through `hwmqtt_rs_…` labels that the library does not export.

use std::ffi::c_void;

/// Exports `$name` as a jump to the C function `$body`.
#[macro_export]
macro_rules! forward {
    ($(#[$doc:meta])* $name:ident => $body:ident) => {
        $(#[$doc])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name() -> ! { unsafe {
            // SAFETY: the body has the C signature of the public declaration and returns to our caller.
            #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
            std::arch::asm!("jmp {}", sym $body, options(noreturn, nostack));
            #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
            std::arch::asm!("b {}", sym $body, options(noreturn, nostack));
            #[cfg(any(target_arch = "riscv64", target_arch = "riscv32"))]
            std::arch::asm!("tail {}", sym $body, options(noreturn, nostack));
        }}
    };
}

/// Gives the Rust function `$function` the C name `$label`, visible inside this library only.
#[macro_export]
macro_rules! inward {
    ($label:literal => $function:path) => {
        std::arch::global_asm!(
            concat!(".pushsection .text.", $label, ",\"ax\""),
            concat!(".globl ", $label),
            concat!(".hidden ", $label),
            concat!(".type ", $label, ",\"function\""),
            concat!($label, ":"),
            $crate::jump!(),
            ".popsection",
            sym $function,
        );
    };
}

/// The instruction that jumps to a symbol.
#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
#[macro_export]
macro_rules! jump {
    () => {
        "jmp {}"
    };
}
/// The instruction that jumps to a symbol.
#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
#[macro_export]
macro_rules! jump {
    () => {
        "b {}"
    };
}
/// The instruction that jumps to a symbol.
#[cfg(any(target_arch = "riscv64", target_arch = "riscv32"))]
#[macro_export]
macro_rules! jump {
    () => {
        "tail {}"
    };
}

/// C's `struct hwmqtt_args`: a started `va_list` that only C takes apart.
#[repr(C)]
pub struct Args {
    _list: [c_void; 0],
}

#[link(name = "c_library_varargs", kind = "static")]
unsafe extern "C" {
    fn hwmqtt_next_word(args: *mut Args) -> *mut c_void;
}

/// The next argument of `args` that C passed as a pointer or in a machine word.
///
/// # Safety
/// `args` is the started list a C body handed in, and has such an argument left.
pub unsafe fn next_word(args: *mut Args) -> *mut c_void {
    unsafe { hwmqtt_next_word(args) }
}
