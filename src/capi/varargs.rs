//! C-variadic symbols. Stable Rust can neither define them nor export them from a C object out of a cdylib, so the bodies
//! are in `varargs.c` (under `hwmqtt_…` names) and each public symbol is a bare jump to its body: a function without
//! parameters and locals has no prologue, so every argument register and the stack arrive untouched.

use std::arch::asm;

#[link(name = "hwmqtt_varargs", kind = "static")]
extern "C" {
    fn hwmqtt_PrintfLog();
}

macro_rules! forward {
    ($(#[$doc:meta])* $name:ident => $body:ident) => {
        $(#[$doc])*
        #[no_mangle]
        pub unsafe extern "C" fn $name() -> ! {
            // SAFETY: the body has the C signature of the public declaration and returns to our caller.
            #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
            asm!("jmp {}", sym $body, options(noreturn, nostack));
            #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
            asm!("b {}", sym $body, options(noreturn, nostack));
            #[cfg(any(target_arch = "riscv64", target_arch = "riscv32"))]
            asm!("tail {}", sym $body, options(noreturn, nostack));
        }
    };
}

forward!(
    /// `PrintfLog`, see `util/log_util.h`.
    PrintfLog => hwmqtt_PrintfLog
);
