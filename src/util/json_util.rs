//! JSON helpers. JSON is cJSON: both interfaces work on the same items. (docs/spec/helpers.md#json)

use std::ffi::{CStr, c_char, c_int};
use std::ptr::{NonNull, null_mut};

use c_library::boundary::bytes;
use c_library::cjson_impl::border::{self, array, give, member};
use c_library::cjson_impl::node::{Node, Owned};
use c_library::cjson_impl::{build, parse, print};
use c_library::third_party::cjson::cJSON::*;

header!(JSON_UTIL_H, "cJSON.h");

/// A JSON item.
pub type JSON = cJSON;
/// `JSON_TRUE` or `JSON_FALSE`.
pub type JSON_BOOL = c_int;
pub const JSON_FALSE: c_int = 0;
pub const JSON_TRUE: c_int = 1;

exported!(
    memory(null_mut()),
    /// A new empty object, for the caller to free with `JSON_Delete`; NULL when memory is short.
    pub fn JSON_CreateObject() -> *mut JSON {
        give(Node::create(cJSON_Object))
    }
);

exported!(
    memory(null_mut()),
    /// A new empty array, for the caller to free with `JSON_Delete`; NULL when memory is short.
    pub fn JSON_CreateArray() -> *mut JSON {
        give(Node::create(cJSON_Array))
    }
);

exported!(
    null_mut(),
    /// A new array of `count` integers; NULL when `numbers` is NULL, `count` is negative or memory is short.
    pub fn JSON_CreateIntArray(numbers: *const c_int, count: c_int) -> *mut JSON {
        // SAFETY: the program vouches for `count` values.
        give(unsafe { array(numbers, count, |value| build::number(f64::from(*value))) })
    }
);

exported!(
    null_mut(),
    /// A new array of `count` floats (widened to double); NULL when `numbers` is NULL, `count` is negative or memory is short.
    pub fn JSON_CreateFloatArray(numbers: *const f32, count: c_int) -> *mut JSON {
        // SAFETY: the program vouches for `count` values.
        give(unsafe { array(numbers, count, |value| build::number(f64::from(*value))) })
    }
);

exported!(
    null_mut(),
    /// A new array of `count` doubles; NULL when `numbers` is NULL, `count` is negative or memory is short.
    pub fn JSON_CreateDoubleArray(numbers: *const f64, count: c_int) -> *mut JSON {
        // SAFETY: the program vouches for `count` values.
        give(unsafe { array(numbers, count, |value| build::number(*value)) })
    }
);

exported!(
    null_mut(),
    /// A new array of `count` strings, copied; NULL when `strings` or one of them is NULL, `count` is negative or memory is short.
    pub fn JSON_CreateStringArray(strings: *mut *const c_char, count: c_int) -> *mut JSON {
        // SAFETY: the program vouches for `count` pointers, each NULL or a C string.
        give(unsafe {
            array(strings.cast_const(), count, |value| {
                build::text(cJSON_String, bytes(*value)?)
            })
        })
    }
);

exported!(
    /// Appends a copy of `value` to `object` under a copy of `key`; nothing happens when one of the three is NULL.
    pub fn JSON_AddStringToObject(object: *mut JSON, key: *const c_char, value: *const c_char) {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe {
            add(
                object,
                key,
                bytes(value).and_then(|text| build::text(cJSON_String, text)),
            )
        };
    }
);

exported!(
    /// Appends a number to `object` under a copy of `key`; nothing happens when one of both is NULL.
    pub fn JSON_AddNumberToObject(object: *mut JSON, key: *const c_char, value: f64) {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { add(object, key, build::number(value)) };
    }
);

exported!(
    /// Appends `true` for any `value` but 0, else `false`, to `object` under a copy of `key`; nothing happens when one of both is NULL.
    pub fn JSON_AddBoolToObject(object: *mut JSON, key: *const c_char, value: JSON_BOOL) {
        let kind = if value == JSON_FALSE { cJSON_False } else { cJSON_True };
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { add(object, key, Node::create(kind)) };
    }
);

exported!(
    /// Appends `value`, of any type and in no tree, to `object` under a copy of `key`; `object` owns it from then on. When one of the
    /// three is NULL nothing happens and `value` stays the caller's.
    pub fn JSON_AddObjectToObject(object: *mut JSON, key: *const c_char, value: *mut JSON) {
        // SAFETY: the program passes NULL or valid trees, NULL or a C string.
        unsafe { border::add(object, Some((key, false)), value) };
    }
);

exported!(
    /// Appends `value`, in no tree, to `arrayObject`, which owns it from then on. When one is NULL nothing happens.
    pub fn JSON_AddObjectToArray(arrayObject: *mut JSON, value: *mut JSON) {
        // SAFETY: the program passes NULL or valid trees.
        unsafe { border::add(arrayObject, None, value) };
    }
);

exported!(
    null_mut(),
    /// The text of `object` with tabs and line ends, for the caller to `free`; NULL for NULL and when memory is short. It comes from
    /// the hooks of `cJSON_InitHooks`, when some are set.
    pub fn JSON_Print(object: *const JSON) -> *mut c_char {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        let item = unsafe { Node::from(object) };
        item.and_then(|item| print::to_block(item, true))
            .map_or(null_mut(), NonNull::as_ptr)
    }
);

exported!(
    null_mut(),
    /// The tree of the JSON text `value`, for the caller to free with `JSON_Delete`; what follows the first value is ignored.
    /// NULL for NULL, for what is not JSON and when memory is short.
    pub fn JSON_Parse(value: *const c_char) -> *mut JSON {
        // SAFETY: the program passes NULL or a C string; its terminator is read as well.
        let text = unsafe { value.as_ref().map(|_| CStr::from_ptr(value).to_bytes_with_nul()) };
        give(parse::parse(text, false).0)
    }
);

exported!(
    /// Frees `object` and all below it; NULL does nothing.
    pub fn JSON_Delete(object: *mut JSON) {
        // SAFETY: the program passes NULL or a valid tree, and gives it up.
        unsafe {
            if let Some(item) = Node::from(object) {
                item.delete();
            }
        }
    }
);

exported!(
    defaultValue,
    /// The first member of `object` called `key`, ASCII letters in any case: its `valueint`, whatever its type: numbers are cut toward zero and saturate, a parsed `true` is 1, all else 0. `defaultValue`
    /// when there is none.
    pub fn JSON_GetIntFromObject(object: *const JSON, key: *const c_char, defaultValue: c_int) -> c_int {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { member(object, key, false) }.map_or(defaultValue, Node::int)
    }
);

exported!(
    defaultValue,
    /// The first member of `object` called `key`, ASCII letters in any case: 1 for `true`, 0 for `false`, for any other type its `valueint`. `defaultValue`
    /// when there is none.
    pub fn JSON_GetBoolFromObject(object: *const JSON, key: *const c_char, defaultValue: JSON_BOOL) -> JSON_BOOL {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { member(object, key, false) }.map_or(defaultValue, truth)
    }
);

exported!(
    defaultValue,
    /// The first member of `object` called `key`, ASCII letters in any case: its number, 0.0 for every other type. `defaultValue`
    /// when there is none.
    pub fn JSON_GetDoubleFromObject(object: *const JSON, key: *const c_char, defaultValue: f64) -> f64 {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { member(object, key, false) }.map_or(defaultValue, Node::double)
    }
);

exported!(
    defaultValue.cast_mut(),
    /// The first member of `object` called `key`, ASCII letters in any case: its text, owned by it, NULL when it is not a string. `defaultValue`
    /// itself when there is none.
    pub fn JSON_GetStringFromObject(
        object: *const JSON,
        key: *const c_char,
        defaultValue: *const c_char,
    ) -> *mut c_char {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { member(object, key, false) }.map_or(defaultValue.cast_mut(), Node::text_ptr)
    }
);

exported!(
    null_mut(),
    /// The first member of `object` called `key`, ASCII letters in any case: the item of any type, owned by it; NULL when there is none.
    pub fn JSON_GetObjectFromObject(object: *const JSON, key: *const c_char) -> *mut JSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { member(object, key, false) }.map_or(null_mut(), Node::as_ptr)
    }
);

exported!(
    0,
    /// The number of items of an array or object; 0 for anything else and for NULL.
    pub fn JSON_GetArraySize(array: *const JSON) -> c_int {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        let count = unsafe { Node::from(array) }.map_or(0, |array| array.children().count());
        c_int::try_from(count).unwrap_or(c_int::MAX)
    }
);

exported!(
    defaultValue,
    /// The item of `array` at `index`: its `valueint`, whatever its type: numbers are cut toward zero and saturate, a parsed `true` is 1, all else 0. `defaultValue`
    /// when there is none.
    pub fn JSON_GetIntFromArray(array: *const JSON, index: c_int, defaultValue: c_int) -> c_int {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { at(array, index) }.map_or(defaultValue, Node::int)
    }
);

exported!(
    defaultValue,
    /// The item of `array` at `index`: 1 for `true`, 0 for `false`, for any other type its `valueint`. `defaultValue`
    /// when there is none.
    pub fn JSON_GetBoolFromArray(array: *const JSON, index: c_int, defaultValue: JSON_BOOL) -> JSON_BOOL {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { at(array, index) }.map_or(defaultValue, truth)
    }
);

exported!(
    defaultValue,
    /// The item of `array` at `index`: its number, 0.0 for every other type. `defaultValue`
    /// when there is none.
    pub fn JSON_GetDoubleFromArray(array: *const JSON, index: c_int, defaultValue: f64) -> f64 {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { at(array, index) }.map_or(defaultValue, Node::double)
    }
);

exported!(
    defaultValue.cast_mut(),
    /// The item of `array` at `index`: its text, owned by it, NULL when it is not a string. `defaultValue`
    /// itself when there is none.
    pub fn JSON_GetStringFromArray(array: *const JSON, index: c_int, defaultValue: *const c_char) -> *mut c_char {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { at(array, index) }.map_or(defaultValue.cast_mut(), Node::text_ptr)
    }
);

exported!(
    null_mut(),
    /// The item of `array` at `index`: the item of any type, owned by it; NULL when there is none.
    pub fn JSON_GetObjectFromArray(array: *const JSON, index: c_int) -> *mut JSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        unsafe { at(array, index) }.map_or(null_mut(), Node::as_ptr)
    }
);

unsafe fn add(object: *mut JSON, key: *const c_char, item: Option<Owned>) {
    // SAFETY: `object` is NULL or a valid tree, `key` NULL or a C string.
    unsafe { border::add_new(object, Some(key), item) };
}

unsafe fn at(array: *const JSON, index: c_int) -> Option<Node> {
    // SAFETY: `array` is NULL or a valid tree.
    unsafe { Node::from(array) }?.at(index)
}

fn truth(item: Node) -> JSON_BOOL {
    match item.kind() {
        cJSON_True => JSON_TRUE,
        cJSON_False => JSON_FALSE,
        _ => item.int(),
    }
}
