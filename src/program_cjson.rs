//! The two functions of cJSON for trees that pass between the program and this library: those of the process, since a
//! program or an image may bring its own cJSON, and its trees are the ones it can read.

use std::ffi::c_char;

use c_library::third_party::cjson::cJSON::cJSON;

type Parse = unsafe extern "C" fn(*const c_char) -> *mut cJSON;
type Delete = unsafe extern "C" fn(*mut cJSON);

#[cfg(feature = "cjson")]
unsafe extern "C" {
    // Declared, not imported: what the loader finds first counts.
    fn cJSON_Parse(value: *const c_char) -> *mut cJSON;
    fn cJSON_Delete(item: *mut cJSON);
}

#[cfg(feature = "cjson")]
fn functions() -> (Option<Parse>, Option<Delete>) {
    // By their addresses, which the optimiser cannot look behind: it would put the library's own functions there.
    (
        Some(std::hint::black_box(cJSON_Parse as Parse)),
        Some(std::hint::black_box(cJSON_Delete as Delete)),
    )
}

#[cfg(not(feature = "cjson"))]
unsafe extern "C" {
    /// NULL where the process has no cJSON: see program_cjson.c.
    fn hwmqtt_program_cjson_parse() -> Option<Parse>;
    fn hwmqtt_program_cjson_delete() -> Option<Delete>;
}

#[cfg(not(feature = "cjson"))]
fn functions() -> (Option<Parse>, Option<Delete>) {
    // SAFETY: they only give an address.
    unsafe { (hwmqtt_program_cjson_parse(), hwmqtt_program_cjson_delete()) }
}

/// The tree of a text; NULL when memory is short or the process has no cJSON.
///
/// # Safety `text` is a C string.
pub unsafe fn parse(text: *const c_char) -> *mut cJSON {
    match functions() {
        (Some(parse), Some(_)) => unsafe { parse(text) },
        _ => std::ptr::null_mut(),
    }
}

/// Deletes a tree. Whoever made one has a cJSON.
///
/// # Safety `item` is NULL or a tree of cJSON items that nobody else uses.
pub unsafe fn delete(item: *mut cJSON) {
    if let (_, Some(delete)) = functions() {
        unsafe { delete(item) };
    }
}
