//! The program's log callback: one process-wide slot behind `IOTA_SetPrintLogCallback`, `SetPrintfLogCallback` and
//! `SetLogCallback`. Lines of the library and calls of `PrintfLog` reach it with the same prefix: local time and level.
//! It runs on the thread that logs, several threads at once, and no lock is held meanwhile.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::local_time::now_with_millis;
use base::log::{Level, set_sink};
use c_library::boundary::{bytes, into_program, malloc_str};
use c_library::header::va_list;

/// The C type of the callback: level, format with prefix (valid during the call), a started `va_list`.
pub type Callback = unsafe extern "C" fn(level: c_int, format: *mut c_char, args: va_list);

static SLOT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

unsafe extern "C" {
    fn hwmqtt_log_line(handler: Callback, level: c_int, format: *mut c_char, ...);
}

/// Makes `callback` the receiver of all lines; `None` discards them.
pub fn set_print_callback(callback: Option<Callback>) {
    SLOT.store(callback.map_or(null_mut(), |f| f as *mut c_void), Ordering::Release);
    loop {
        let slot = SLOT.load(Ordering::Acquire);
        set_sink((!slot.is_null()).then(|| Arc::new(relay) as base::log::Sink));
        // Another thread may have set the slot meanwhile and its sink before ours. No lock: a forked child might wait for ever.
        if SLOT.load(Ordering::Acquire) == slot {
            return;
        }
    }
}

exported!(
    /// Older name of `SetPrintfLogCallback`, declared by the C SDK's `service/callback_func.h`.
    pub fn SetLogCallback(logCallbackHandler: Option<Callback>) {
        set_print_callback(logCallbackHandler)
    }
);

fn current() -> Option<Callback> {
    let address = SLOT.load(Ordering::Acquire);
    // SAFETY: the slot holds NULL or what set_print_callback stored, and both types are one pointer wide.
    unsafe { std::mem::transmute::<*mut c_void, Option<Callback>>(address) }
}

/// A line of the library, without a line end.
fn relay(level: Level, text: &str) {
    let Some(callback) = current() else { return };
    let mut format = prefix(level as c_int);
    format.extend_from_slice(b"%s\n\0");
    let mut line: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
    line.push(0);
    // SAFETY: the format takes one string; both are terminated and live until the call returns.
    into_program(|| unsafe { hwmqtt_log_line(callback, level as c_int, format.as_mut_ptr().cast(), line.as_ptr()) });
}

/// First half of `PrintfLog`: stores the receiver, NULL when there is none or `format` is NULL, and returns the prefixed
/// format for it to `free`.
///
/// # Safety
/// `format` is NULL or a C string, `handler` is writable.
pub(super) unsafe extern "C" fn begin(
    level: c_int,
    format: *const c_char,
    handler: *mut Option<Callback>,
) -> *mut c_char {
    unsafe {
        let callback = current();
        *handler = callback.filter(|_| !format.is_null());
        if callback.is_none() {
            return null_mut();
        }
        // Not `guard`: a trace line for each line of the program helps nobody, and a panic costs the prefix only.
        let prefixed = std::panic::catch_unwind(|| {
            let mut line = prefix(level);
            // SAFETY: as for this function.
            line.extend_from_slice(bytes(format)?);
            Some(malloc_str(&line))
        });
        prefixed.ok().flatten().unwrap_or(null_mut())
    }
}

fn prefix(level: c_int) -> Vec<u8> {
    let word = match level {
        0 => "DEBUG",
        1 => "INFO",
        2 => "WARNING",
        3 => "ERROR",
        8 => "MQTT_MAXIMUM",
        9 => "MQTT_MEDIUM",
        10 => "MQTT_MINIMUM",
        11 => "MQTT_PROTOCOL",
        12 => "MQTT_ERROR",
        13 => "MQTT_SEVERE",
        14 => "MQTT_FATAL",
        _ => "U",
    };
    let mut prefix = Vec::with_capacity(128);
    if !(8..=14).contains(&level) {
        prefix.extend_from_slice(now_with_millis().unwrap_or_default().as_bytes());
        prefix.push(b' ');
    }
    prefix.extend_from_slice(word.as_bytes());
    prefix.push(b' ');
    prefix
}
