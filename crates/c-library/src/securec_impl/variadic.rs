//! The C-variadic symbols of securec.h and the functions that get a `va_list`; see [`crate::varargs`].

use std::ffi::{c_char, c_int, c_void};

use libc::{FILE, wchar_t};

use super::source::standard_input;
use super::unit::Args;
use super::{print, scan};
use crate::boundary::guard;
use crate::header::va_list;

type Body = unsafe extern "C" fn(context: *mut c_void, args: *mut Args) -> c_int;

unsafe extern "C" {
    fn hwmqtt_with_list(body: Body, context: *mut c_void, list: va_list) -> c_int;
}

/// Runs `body` with the arguments of `list`; the result is -1 when it panics.
///
/// # Safety
/// `list` is a started `va_list`, which is not used again.
pub unsafe fn with_list<F: Fn(*mut Args) -> c_int>(function: &str, list: va_list, body: F) -> c_int {
    unsafe {
        unsafe extern "C" fn call<F: Fn(*mut Args) -> c_int>(context: *mut c_void, args: *mut Args) -> c_int {
            // SAFETY: the address of `guarded` below, which outlives the call.
            unsafe { (*context.cast::<F>())(args) }
        }
        fn caller<F: Fn(*mut Args) -> c_int>(_: &F) -> Body {
            call::<F>
        }
        let guarded = |args| guard(function, -1, || body(args));
        let context = std::ptr::from_ref(&guarded).cast_mut().cast();
        hwmqtt_with_list(caller(&guarded), context, list)
    }
}

macro_rules! variadic {
    ($($name:ident, $body:ident, $label:literal, ($($parameter:ident: $type:ty),*), $call:expr_2021;)*) => {$(
        unsafe extern "C" {
            fn $body();
        }
        forward!(
            #[doc = concat!("`", stringify!($name), "`, see `third_party/libboundscheck/securec.h`.")]
            $name => $body
        );
        inward!($label => inner::$name);
    )*
    /// What the C bodies call.
    mod inner {
        use super::*;
        $(pub unsafe extern "C" fn $name($($parameter: $type,)* args: *mut Args) -> c_int {
            // SAFETY: the program's promise for the function of this name.
            guard(stringify!($name), -1, || unsafe { $call(args) })
        })*
    }};
}

variadic! {
    sprintf_s, hwmqtt_sprintf_s, "hwmqtt_rs_sprintf_s", (dest: *mut c_char, max: usize, format: *const c_char),
        |args| print::whole(dest, max, format, args);
    snprintf_s, hwmqtt_snprintf_s, "hwmqtt_rs_snprintf_s",
        (dest: *mut c_char, max: usize, count: usize, format: *const c_char),
        |args| print::counted(dest, max, count, format, args);
    snprintf_truncated_s, hwmqtt_snprintf_truncated_s, "hwmqtt_rs_snprintf_truncated_s",
        (dest: *mut c_char, max: usize, format: *const c_char),
        |args| print::truncated(dest, max, format, args);
    swprintf_s, hwmqtt_swprintf_s, "hwmqtt_rs_swprintf_s", (dest: *mut wchar_t, max: usize, format: *const wchar_t),
        |args| print::whole(dest, max, format, args);
    scanf_s, hwmqtt_scanf_s, "hwmqtt_rs_scanf_s", (format: *const c_char),
        |args| scan::stream(standard_input(), format, args);
    sscanf_s, hwmqtt_sscanf_s, "hwmqtt_rs_sscanf_s", (buffer: *const c_char, format: *const c_char),
        |args| scan::string(buffer, format, args);
    fscanf_s, hwmqtt_fscanf_s, "hwmqtt_rs_fscanf_s", (stream: *mut FILE, format: *const c_char),
        |args| scan::stream(stream, format, args);
    wscanf_s, hwmqtt_wscanf_s, "hwmqtt_rs_wscanf_s", (format: *const wchar_t),
        |args| scan::stream(standard_input(), format, args);
    swscanf_s, hwmqtt_swscanf_s, "hwmqtt_rs_swscanf_s", (buffer: *const wchar_t, format: *const wchar_t),
        |args| scan::string(buffer, format, args);
    fwscanf_s, hwmqtt_fwscanf_s, "hwmqtt_rs_fwscanf_s", (stream: *mut FILE, format: *const wchar_t),
        |args| scan::stream(stream, format, args);
}
