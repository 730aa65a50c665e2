//! Items, their types, and the limits of the interface.
#![allow(unused_parens)] // the parentheses belong to the C macros

use std::ffi::{c_char, c_int, c_void};

pub const CJSON_VERSION_MAJOR: c_int = 1;
pub const CJSON_VERSION_MINOR: c_int = 7;
pub const CJSON_VERSION_PATCH: c_int = 15;

pub const cJSON_Invalid: c_int = (0);
pub const cJSON_False: c_int = (1 << 0);
pub const cJSON_True: c_int = (1 << 1);
pub const cJSON_NULL: c_int = (1 << 2);
pub const cJSON_Number: c_int = (1 << 3);
pub const cJSON_String: c_int = (1 << 4);
pub const cJSON_Array: c_int = (1 << 5);
pub const cJSON_Object: c_int = (1 << 6);
pub const cJSON_Raw: c_int = (1 << 7);

/// Flag in `type`: `child` and `valuestring` belong to another item.
pub const cJSON_IsReference: c_int = 256;
/// Flag in `type`: `string` is not freed.
pub const cJSON_StringIsConst: c_int = 512;

/// A JSON item: a value, with its name where its parent is an object.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cJSON {
    /// Neighbours in the parent; `prev` of the first is the last.
    pub next: *mut cJSON,
    pub prev: *mut cJSON,
    /// First element of an array or object.
    pub child: *mut cJSON,
    /// A type and flags.
    pub r#type: c_int,
    /// Text of a String or Raw item.
    pub valuestring: *mut c_char,
    /// The number as int, saturated; write with `cJSON_SetNumberValue`.
    pub valueint: c_int,
    /// Value of a Number item.
    pub valuedouble: f64,
    /// Name in the parent object.
    pub string: *mut c_char,
}

/// Allocator, for `cJSON_InitHooks`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cJSON_Hooks {
    pub malloc_fn: Option<unsafe extern "C" fn(sz: usize) -> *mut c_void>,
    pub free_fn: Option<unsafe extern "C" fn(ptr: *mut c_void)>,
}

/// 0 or 1.
pub type cJSON_bool = c_int;

c_verbatim!("#ifndef CJSON_NESTING_LIMIT");

/// Depth of nesting up to which a text is parsed.
pub const CJSON_NESTING_LIMIT: usize = 1000;

c_verbatim!("#endif");
