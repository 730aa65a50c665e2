//! cJSON 1.7.15. A tree may be used by one thread at a time; NULL is tolerated everywhere.
//! (docs/spec/helpers.md#cjson)
#![allow(unused_parens)] // the parentheses belong to the C macros

#[cfg(feature = "cjson")]
use std::ffi::{c_char, c_int, c_void};
#[cfg(feature = "cjson")]
use std::ptr::null_mut;

#[cfg(feature = "cjson")]
use crate::boundary::bytes;
#[cfg(feature = "cjson")]
use crate::cjson_impl::border::*;
#[cfg(feature = "cjson")]
use crate::cjson_impl::node::{Node, Owned};
#[cfg(feature = "cjson")]
use crate::cjson_impl::{alloc, build, copy, parse, print, text};

pub mod types;

header!(cJSON__h, "<stddef.h>");

c_verbatim!(
    r#"
#if defined(CJSON_API_VISIBILITY) && defined(__GNUC__)
#define CJSON_PUBLIC(type) __attribute__((visibility("default"))) type
#else
#define CJSON_PUBLIC(type) type
#endif
"#
);

pub use types::*;

c_verbatim!(
    r"
/** Sets valueint and valuedouble of an item; yields number. */
#define cJSON_SetIntValue(object, number) \
    ((object) ? (object)->valueint = (object)->valuedouble = (number) : (number))

/** Sets the number of an item through cJSON_SetNumberHelper; yields number. */
#define cJSON_SetNumberValue(object, number) \
    ((object) != NULL ? cJSON_SetNumberHelper((object), (double)(number)) : (number))

/** Sets a True or False item; yields its new type, or cJSON_Invalid for any other item. */
#define cJSON_SetBoolValue(object, boolValue) \
    (((object) != NULL && ((object)->type & (cJSON_False | cJSON_True))) \
        ? (object)->type = ((object)->type & ~(cJSON_False | cJSON_True)) \
            | ((boolValue) ? cJSON_True : cJSON_False) \
        : cJSON_Invalid)

/** Head of a loop over the items of an array or object, which may be NULL. */
#define cJSON_ArrayForEach(element, array) \
    for ((element) = ((array) != NULL) ? (array)->child : NULL; (element) != NULL; \
         (element) = (element)->next)
"
);

exported!(
    leaf(std::ptr::null()),
    /// The version of the interface: "1.7.15".
    #[cfg(feature = "cjson")]
    pub fn cJSON_Version() -> *const c_char {
        c"1.7.15".as_ptr()
    }
);

exported!(
    leaf(()),
    /// Sets the functions that allocate and free items, strings and printed texts from now on. NULL, and a NULL member, mean those
    /// of the C library. Call it before any other thread uses cJSON.
    #[cfg(feature = "cjson")]
    pub fn cJSON_InitHooks(hooks: *mut cJSON_Hooks) {
        // SAFETY: the program passes NULL or a valid struct.
        match unsafe { hooks.as_ref() } {
            Some(hooks) => alloc::set_hooks(hooks.malloc_fn, hooks.free_fn),
            None => alloc::set_hooks(None, None),
        }
    }
);

exported!(
    null_mut(),
    /// Parses the JSON text `value`; what follows the first value is ignored. Returns the tree, which `cJSON_Delete` frees, or NULL
    /// when the text is not JSON, is NULL, is nested deeper than `CJSON_NESTING_LIMIT`, or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_Parse(value: *const c_char) -> *mut cJSON {
        // SAFETY: as the program promises for this function.
        unsafe { parse_text(value, null_mut(), 0) }
    }
);

exported!(
    null_mut(),
    /// As `cJSON_Parse`, of the `buffer_length` bytes at `value`, which need no terminator.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ParseWithLength(value: *const c_char, buffer_length: usize) -> *mut cJSON {
        // SAFETY: as the program promises for this function.
        unsafe { parse_bytes(value, buffer_length, null_mut(), 0) }
    }
);

exported!(
    null_mut(),
    /// As `cJSON_Parse`. When `return_parse_end` is not NULL it receives where reading ended: behind the value, or at the fault.
    /// With `require_null_terminated` only white space may follow the value.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ParseWithOpts(
        value: *const c_char,
        return_parse_end: *mut *const c_char,
        require_null_terminated: cJSON_bool,
    ) -> *mut cJSON {
        // SAFETY: as the program promises for this function.
        unsafe { parse_text(value, return_parse_end, require_null_terminated) }
    }
);

exported!(
    null_mut(),
    /// As `cJSON_ParseWithOpts`, of the `buffer_length` bytes at `value`; a required terminator is one of them.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ParseWithLengthOpts(
        value: *const c_char,
        buffer_length: usize,
        return_parse_end: *mut *const c_char,
        require_null_terminated: cJSON_bool,
    ) -> *mut cJSON {
        // SAFETY: as the program promises for this function.
        unsafe { parse_bytes(value, buffer_length, return_parse_end, require_null_terminated) }
    }
);

exported!(
    null_mut(),
    /// The text of `item` with tabs and line ends, for the caller to free with `cJSON_free`. NULL when `item` is NULL, has a part
    /// without a text, or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_Print(item: *const cJSON) -> *mut c_char {
        // SAFETY: as the program promises for this function.
        unsafe { print_text(item, true) }
    }
);

exported!(
    null_mut(),
    /// As `cJSON_Print`, without any white space.
    #[cfg(feature = "cjson")]
    pub fn cJSON_PrintUnformatted(item: *const cJSON) -> *mut c_char {
        // SAFETY: as the program promises for this function.
        unsafe { print_text(item, false) }
    }
);

exported!(
    null_mut(),
    /// As `cJSON_Print` when `fmt` is not 0, else as `cJSON_PrintUnformatted`. `prebuffer`, the expected length, is not needed; NULL
    /// when it is negative.
    #[cfg(feature = "cjson")]
    pub fn cJSON_PrintBuffered(item: *const cJSON, prebuffer: c_int, fmt: cJSON_bool) -> *mut c_char {
        if prebuffer < 0 {
            return null_mut();
        }
        // SAFETY: as the program promises for this function.
        unsafe { print_text(item, fmt != 0) }
    }
);

exported!(
    0,
    /// Writes the text of `item` and a terminator into the `length` bytes at `buffer`. Returns 1; 0 when they do not suffice, an
    /// argument is NULL or `length` is negative. No spare bytes are needed; other versions of cJSON want up to 5.
    #[cfg(feature = "cjson")]
    pub fn cJSON_PrintPreallocated(
        item: *mut cJSON,
        buffer: *mut c_char,
        length: c_int,
        format: cJSON_bool,
    ) -> cJSON_bool {
        let Some(room) = usize::try_from(length).ok().and_then(|length| length.checked_sub(1)) else {
            return 0;
        };
        // SAFETY: the program passes NULL or a valid tree.
        let text = unsafe { Node::from(item) }.and_then(|item| print::print(item, format != 0, room));
        match text {
            Some(text) if !buffer.is_null() => {
                // SAFETY: the text is shorter than `length`, the size of the buffer.
                unsafe {
                    buffer.copy_from_nonoverlapping(text.as_ptr().cast(), text.len());
                    buffer.add(text.len()).write(0);
                }
                1
            }
            _ => 0,
        }
    }
);

exported!(
    /// Frees `item`, all below it and its siblings behind it; NULL does nothing. What a reference shares and constant keys stay.
    #[cfg(feature = "cjson")]
    pub fn cJSON_Delete(item: *mut cJSON) {
        // SAFETY: the program gives the tree up.
        if let Some(item) = unsafe { Node::from(item) } {
            // SAFETY: the same.
            unsafe { item.delete() };
        }
    }
);

exported!(
    leaf(-1),
    /// The number of items of an array or object; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetArraySize(array: *const cJSON) -> c_int {
        // SAFETY: the program passes NULL or a valid tree.
        unsafe { Node::from(array) }.map_or(0, |array| {
            c_int::try_from(array.children().count()).unwrap_or(c_int::MAX)
        })
    }
);

exported!(
    leaf(null_mut()),
    /// The item at `index` of an array or object, owned by it; NULL when there is none.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetArrayItem(array: *const cJSON, index: c_int) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree.
        pointer(unsafe { Node::from(array) }.and_then(|array| array.at(index)))
    }
);

exported!(
    leaf(null_mut()),
    /// The first member called `string`, ASCII letters in any case, owned by `object`; NULL when there is none.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetObjectItem(object: *const cJSON, string: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        pointer(unsafe { member(object, string, false) })
    }
);

exported!(
    leaf(null_mut()),
    /// As `cJSON_GetObjectItem`, exactly.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetObjectItemCaseSensitive(object: *const cJSON, string: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        pointer(unsafe { member(object, string, true) })
    }
);

exported!(
    leaf(0),
    /// Whether `cJSON_GetObjectItem` would find one.
    #[cfg(feature = "cjson")]
    pub fn cJSON_HasObjectItem(object: *const cJSON, string: *const c_char) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        unsafe { member(object, string, false) }.is_some().into()
    }
);

exported!(
    leaf(std::ptr::null()),
    /// Where in its text the last parse of the process failed; NULL after a success. Of use while no other thread parses and the
    /// text exists.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetErrorPtr() -> *const c_char {
        parse::last_error()
    }
);

exported!(
    leaf(null_mut()),
    /// The text of a string item, owned by it; NULL for any other.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetStringValue(item: *const cJSON) -> *mut c_char {
        // SAFETY: the program passes NULL or a valid tree.
        let string = unsafe { Node::from(item) }.filter(|item| item.kind() == cJSON_String);
        string.map_or(null_mut(), Node::text_ptr)
    }
);

exported!(
    leaf(f64::NAN),
    /// The value of a number item; NaN for any other.
    #[cfg(feature = "cjson")]
    pub fn cJSON_GetNumberValue(item: *const cJSON) -> f64 {
        // SAFETY: the program passes NULL or a valid tree.
        let number = unsafe { Node::from(item) }.filter(|item| item.kind() == cJSON_Number);
        number.map_or(f64::NAN, Node::double)
    }
);

exported!(
    leaf(0),
    /// 1 when `item` has no type, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsInvalid(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_Invalid) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is `false`, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsFalse(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_False) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is `true`, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsTrue(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_True) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is `true` or `false`, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsBool(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_False || kind == cJSON_True) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is `null`, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsNull(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_NULL) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is a number, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsNumber(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_Number) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is a string, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsString(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_String) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is an array, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsArray(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_Array) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is an object, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsObject(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_Object) }
    }
);

exported!(
    leaf(0),
    /// 1 when `item` is raw text, else 0; 0 for NULL.
    #[cfg(feature = "cjson")]
    pub fn cJSON_IsRaw(item: *const cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or a valid item.
        unsafe { is(item, |kind| kind == cJSON_Raw) }
    }
);

exported!(
    memory(null_mut()),
    /// A new `null`; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateNull() -> *mut cJSON {
        give(Node::create(cJSON_NULL))
    }
);

exported!(
    memory(null_mut()),
    /// A new `true`; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateTrue() -> *mut cJSON {
        give(Node::create(cJSON_True))
    }
);

exported!(
    memory(null_mut()),
    /// A new `false`; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateFalse() -> *mut cJSON {
        give(Node::create(cJSON_False))
    }
);

exported!(
    memory(null_mut()),
    /// A new `true` for any `boolean` but 0, else `false`; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateBool(boolean: cJSON_bool) -> *mut cJSON {
        give(Node::create(boolean_kind(boolean)))
    }
);

exported!(
    memory(null_mut()),
    /// A new number; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateNumber(num: f64) -> *mut cJSON {
        give(build::number(num))
    }
);

exported!(
    memory(null_mut()),
    /// A new string, a copy of `string`; NULL for NULL and when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateString(string: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a C string.
        give(unsafe { bytes(string) }.and_then(|text| build::text(cJSON_String, text)))
    }
);

exported!(
    memory(null_mut()),
    /// A new item that prints as `raw` (copied, not checked); NULL for NULL and when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateRaw(raw: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a C string.
        give(unsafe { bytes(raw) }.and_then(|text| build::text(cJSON_Raw, text)))
    }
);

exported!(
    memory(null_mut()),
    /// A new empty array; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateArray() -> *mut cJSON {
        give(Node::create(cJSON_Array))
    }
);

exported!(
    memory(null_mut()),
    /// A new empty object; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateObject() -> *mut cJSON {
        give(Node::create(cJSON_Object))
    }
);

exported!(
    memory(null_mut()),
    /// A new string that uses `string` itself, which must outlive it; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateStringReference(string: *const c_char) -> *mut cJSON {
        give(build::with(cJSON_String | cJSON_IsReference, |item| {
            item.set_text_ptr(string.cast_mut());
            Some(())
        }))
    }
);

exported!(
    memory(null_mut()),
    /// A new object that shows the items from `child` on, which must outlive it; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateObjectReference(child: *const cJSON) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree.
        let child = unsafe { Node::from(child) };
        give(build::with(cJSON_Object | cJSON_IsReference, |item| {
            item.set_child(child);
            Some(())
        }))
    }
);

exported!(
    memory(null_mut()),
    /// A new array that shows the items from `child` on, which must outlive it; NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateArrayReference(child: *const cJSON) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree.
        let child = unsafe { Node::from(child) };
        give(build::with(cJSON_Array | cJSON_IsReference, |item| {
            item.set_child(child);
            Some(())
        }))
    }
);

exported!(
    memory(null_mut()),
    /// A new array of `count` integers; NULL when `numbers` is NULL, `count` is negative or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateIntArray(numbers: *const c_int, count: c_int) -> *mut cJSON {
        // SAFETY: the program vouches for `count` values.
        give(unsafe { array(numbers, count, |value| build::number(f64::from(*value))) })
    }
);

exported!(
    memory(null_mut()),
    /// A new array of `count` floats (widened to double); NULL when `numbers` is NULL, `count` is negative or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateFloatArray(numbers: *const f32, count: c_int) -> *mut cJSON {
        // SAFETY: the program vouches for `count` values.
        give(unsafe { array(numbers, count, |value| build::number(f64::from(*value))) })
    }
);

exported!(
    memory(null_mut()),
    /// A new array of `count` doubles; NULL when `numbers` is NULL, `count` is negative or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateDoubleArray(numbers: *const f64, count: c_int) -> *mut cJSON {
        // SAFETY: the program vouches for `count` values.
        give(unsafe { array(numbers, count, |value| build::number(*value)) })
    }
);

exported!(
    memory(null_mut()),
    /// A new array of `count` strings, copied; NULL when `strings` or one of them is NULL, `count` is negative or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_CreateStringArray(strings: *const *const c_char, count: c_int) -> *mut cJSON {
        // SAFETY: the program vouches for `count` pointers, each NULL or a C string.
        give(unsafe { array(strings, count, |value| build::text(cJSON_String, bytes(*value)?)) })
    }
);

exported!(
    memory(0),
    /// Appends `item`, which is in no tree, to `array`, which owns it from then on. 1, or 0 when one is NULL, they are the same,
    /// or `item` is in a tree already or above `array` (stricter than cJSON, where such a tree has no end): the item then stays
    /// the caller's. The type of `array` is not checked.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddItemToArray(array: *mut cJSON, item: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees.
        unsafe { add(array, None, item) }
    }
);

exported!(
    memory(0),
    /// Appends `item`, which is in no tree, to `object` under a copy of the name `string`; members of that name stay. 1, or 0 when
    /// an argument is NULL, both items are the same, or memory is short: the item then stays the caller's.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddItemToObject(object: *mut cJSON, string: *const c_char, item: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees, NULL or a C string.
        unsafe { add(object, Some((string, false)), item) }
    }
);

exported!(
    memory(0),
    /// As `cJSON_AddItemToObject`, but uses `string` itself as name; it must outlive the item.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddItemToObjectCS(object: *mut cJSON, string: *const c_char, item: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees, NULL or a C string.
        unsafe { add(object, Some((string, true)), item) }
    }
);

exported!(
    memory(0),
    /// Appends to `array` an item that shows what `item` holds; `item` stays where it is and must outlive it. 1, or 0 when one is
    /// NULL or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddItemReferenceToArray(array: *mut cJSON, item: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees.
        unsafe { add_reference(array, None, item) }
    }
);

exported!(
    memory(0),
    /// As `cJSON_AddItemReferenceToArray`, under a copy of the name `string`.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddItemReferenceToObject(object: *mut cJSON, string: *const c_char, item: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees, NULL or a C string.
        unsafe { add_reference(object, Some(string), item) }
    }
);

exported!(
    leaf(null_mut()),
    /// Takes `item` out of `parent`, for the caller to delete or add elsewhere; it keeps its name. NULL when one is NULL or the item
    /// is not in it.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DetachItemViaPointer(parent: *mut cJSON, item: *mut cJSON) -> *mut cJSON {
        // SAFETY: the program passes NULL or valid trees.
        give(unsafe { detach(Node::from(parent), |_| Node::from(item)) })
    }
);

exported!(
    leaf(null_mut()),
    /// As `cJSON_DetachItemViaPointer`, of the item at the index `which`.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DetachItemFromArray(array: *mut cJSON, which: c_int) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        give(unsafe { detach(Node::from(array), |array| array.at(which)) })
    }
);

exported!(
    memory(()),
    /// Deletes the item at the index `which`; without one nothing happens.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DeleteItemFromArray(array: *mut cJSON, which: c_int) {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        drop(unsafe { detach(Node::from(array), |array| array.at(which)) });
    }
);

exported!(
    leaf(null_mut()),
    /// As `cJSON_DetachItemViaPointer`, of the first member called `string`, ASCII letters in any case.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DetachItemFromObject(object: *mut cJSON, string: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        give(unsafe { detach(Node::from(object), |object| named(object, string, false)) })
    }
);

exported!(
    leaf(null_mut()),
    /// As `cJSON_DetachItemViaPointer`, of the first member called exactly `string`.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DetachItemFromObjectCaseSensitive(object: *mut cJSON, string: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        give(unsafe { detach(Node::from(object), |object| named(object, string, true)) })
    }
);

exported!(
    memory(()),
    /// Deletes the first member called `string`, ASCII letters in any case; without one nothing happens.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DeleteItemFromObject(object: *mut cJSON, string: *const c_char) {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        drop(unsafe { detach(Node::from(object), |object| named(object, string, false)) });
    }
);

exported!(
    memory(()),
    /// Deletes the first member called exactly `string`; without one nothing happens.
    #[cfg(feature = "cjson")]
    pub fn cJSON_DeleteItemFromObjectCaseSensitive(object: *mut cJSON, string: *const c_char) {
        // SAFETY: the program passes NULL or a valid tree, NULL or a C string.
        drop(unsafe { detach(Node::from(object), |object| named(object, string, true)) });
    }
);

exported!(
    leaf(0),
    /// Puts `newitem`, which is in no tree, before the item at the index `which`; behind the last one when there is none. 1, or 0
    /// when an item is NULL, both are the same, or `which` is negative: the new item then stays the caller's.
    #[cfg(feature = "cjson")]
    pub fn cJSON_InsertItemInArray(array: *mut cJSON, which: c_int, newitem: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees and gives the new item up.
        let (array, item) = unsafe { (Node::from(array), Node::from(newitem)) };
        match (array, item) {
            (Some(array), Some(item)) if which >= 0 && array.may_take(item) => {
                // SAFETY: the same.
                let item = unsafe { Owned::adopt(item) };
                match array.at(which) {
                    Some(place) => array.insert_before(place, item),
                    None => array.append(item),
                }
                1
            }
            _ => 0,
        }
    }
);

exported!(
    memory(0),
    /// Deletes `item`, which is in `parent`, and puts `replacement` at its place; without effect when both are the same. 1, or 0
    /// when one is NULL or the item is not in it: the replacement then stays the caller's.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ReplaceItemViaPointer(parent: *mut cJSON, item: *mut cJSON, replacement: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees.
        unsafe { replace(parent, |_| Node::from(item), None, replacement) }
    }
);

exported!(
    memory(0),
    /// As `cJSON_ReplaceItemViaPointer`, of the item at the index `which`.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ReplaceItemInArray(array: *mut cJSON, which: c_int, newitem: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees.
        unsafe { replace(array, |array| array.at(which), None, newitem) }
    }
);

exported!(
    memory(0),
    /// As `cJSON_ReplaceItemViaPointer`, of the first member called `string`, ASCII letters in any case; the new item gets this name
    /// as it is written here.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ReplaceItemInObject(object: *mut cJSON, string: *const c_char, newitem: *mut cJSON) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees, NULL or a C string.
        unsafe { replace(object, |object| named(object, string, false), Some(string), newitem) }
    }
);

exported!(
    memory(0),
    /// As `cJSON_ReplaceItemInObject`, of the first member called exactly `string`.
    #[cfg(feature = "cjson")]
    pub fn cJSON_ReplaceItemInObjectCaseSensitive(
        object: *mut cJSON,
        string: *const c_char,
        newitem: *mut cJSON,
    ) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees, NULL or a C string.
        unsafe { replace(object, |object| named(object, string, true), Some(string), newitem) }
    }
);

exported!(
    null_mut(),
    /// A copy of `item`, with all below it when `recurse` is not 0, for the caller to delete; references become copies. NULL for NULL
    /// and when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_Duplicate(item: *const cJSON, recurse: cJSON_bool) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree.
        give(unsafe { Node::from(item) }.and_then(|item| copy::duplicate(item, recurse != 0)))
    }
);

exported!(
    0,
    /// 1 when both trees mean the same, else 0; 0 for NULL and for an item without a type. Arrays are compared in order, objects in
    /// any order, numbers within their last bit; names exactly when `case_sensitive` is not 0.
    #[cfg(feature = "cjson")]
    pub fn cJSON_Compare(a: *const cJSON, b: *const cJSON, case_sensitive: cJSON_bool) -> cJSON_bool {
        // SAFETY: the program passes NULL or valid trees.
        match unsafe { (Node::from(a), Node::from(b)) } {
            (Some(a), Some(b)) => copy::equal(a, b, case_sensitive != 0).into(),
            _ => 0,
        }
    }
);

exported!(
    /// Removes spaces, tabs, line ends and comments from the text `json`, in place; what is in strings stays. NULL does nothing.
    #[cfg(feature = "cjson")]
    pub fn cJSON_Minify(json: *mut c_char) {
        // SAFETY: the program passes NULL or a C string that may be written; it never gets longer.
        unsafe {
            if let Some(length) = bytes(json).map(<[u8]>::len) {
                let end = text::minify(std::slice::from_raw_parts_mut(json.cast(), length));
                json.add(end).write(0);
            }
        }
    }
);

exported!(
    memory(null_mut()),
    /// Appends `null` to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddNullToObject(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), Node::create(cJSON_NULL)) })
    }
);

exported!(
    memory(null_mut()),
    /// Appends `true` to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddTrueToObject(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), Node::create(cJSON_True)) })
    }
);

exported!(
    memory(null_mut()),
    /// Appends `false` to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddFalseToObject(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), Node::create(cJSON_False)) })
    }
);

exported!(
    memory(null_mut()),
    /// Appends `true` for any `boolean` but 0, else `false`, to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddBoolToObject(object: *mut cJSON, name: *const c_char, boolean: cJSON_bool) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), Node::create(boolean_kind(boolean))) })
    }
);

exported!(
    memory(null_mut()),
    /// Appends a number to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddNumberToObject(object: *mut cJSON, name: *const c_char, number: f64) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), build::number(number)) })
    }
);

exported!(
    memory(null_mut()),
    /// Appends a string, a copy of `string`, to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddStringToObject(object: *mut cJSON, name: *const c_char, string: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe {
            add_new(
                object,
                Some(name),
                bytes(string).and_then(|text| build::text(cJSON_String, text)),
            )
        })
    }
);

exported!(
    memory(null_mut()),
    /// Appends an item that prints as `raw` (copied) to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddRawToObject(object: *mut cJSON, name: *const c_char, raw: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe {
            add_new(
                object,
                Some(name),
                bytes(raw).and_then(|text| build::text(cJSON_Raw, text)),
            )
        })
    }
);

exported!(
    memory(null_mut()),
    /// Appends an empty object to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddObjectToObject(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), Node::create(cJSON_Object)) })
    }
);

exported!(
    memory(null_mut()),
    /// Appends an empty array to `object` under a copy of `name` and returns the new item, owned by `object`; NULL when a pointer is NULL or
    /// memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_AddArrayToObject(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
        // SAFETY: the program passes NULL or a valid tree, NULL or C strings.
        pointer(unsafe { add_new(object, Some(name), Node::create(cJSON_Array)) })
    }
);

exported!(
    leaf(f64::NAN),
    /// Sets both number fields of `object`, when it is not NULL, and returns `number`. For the macro `cJSON_SetNumberValue`.
    #[cfg(feature = "cjson")]
    pub fn cJSON_SetNumberHelper(object: *mut cJSON, number: f64) -> f64 {
        // SAFETY: the program passes NULL or a valid item.
        if let Some(item) = unsafe { Node::from(object) } {
            item.set_number(number);
        }
        number
    }
);

exported!(
    memory(null_mut()),
    /// Gives a string item a copy of `valuestring`; the old block is used when it is long enough. Returns the item's text; NULL, with
    /// the item unchanged, when an argument is NULL, the item is not a string or a reference, or memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_SetValuestring(object: *mut cJSON, valuestring: *const c_char) -> *mut c_char {
        // SAFETY: the program passes NULL or a valid item, NULL or a C string, perhaps a part of the old text.
        unsafe {
            let item = Node::from(object).filter(|item| item.kind() == cJSON_String && !item.is_reference());
            let (Some(item), Some(text)) = (item, bytes(valuestring)) else {
                return null_mut();
            };
            match item.text() {
                Some(old) if text.len() <= old.len() => item.text_ptr().copy_from(valuestring, text.len() + 1),
                Some(_) => {
                    let Some(longer) = alloc::text(text) else {
                        return null_mut();
                    };
                    alloc::free(item.text_ptr().cast());
                    item.set_text_ptr(longer.as_ptr());
                }
                None => return null_mut(),
            }
            item.text_ptr()
        }
    }
);

exported!(
    memory(null_mut()),
    /// A block of `size` bytes from the hooks, NULL when memory is short.
    #[cfg(feature = "cjson")]
    pub fn cJSON_malloc(size: usize) -> *mut c_void {
        alloc::malloc(size)
    }
);

exported!(
    memory(()),
    /// Frees a block from `cJSON_malloc`, or a printed text.
    #[cfg(feature = "cjson")]
    pub fn cJSON_free(object: *mut c_void) {
        // SAFETY: the program gives back what the hooks allocated.
        unsafe { alloc::free(object) };
    }
);
