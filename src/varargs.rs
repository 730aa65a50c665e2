//! The C-variadic functions of the helper headers; see [`c_library::varargs`] for how they are exported.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use c_library::boundary::{bytes, guard, malloc_str};
use c_library::varargs::{Args, next_word};
use c_library::{forward, inward};

use crate::{log_relay, text};

#[link(name = "hwmqtt_varargs", kind = "static")]
unsafe extern "C" {
    fn hwmqtt_PrintfLog();
    fn hwmqtt_CombineStrings();
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
