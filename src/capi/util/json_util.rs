//! JSON helpers. JSON is cJSON: both interfaces work on the same items.

use crate::capi::third_party::cjson::cJSON::cJSON;
use std::ffi::c_int;

header!(JSON_UTIL_H, "cJSON.h");

/// A JSON item.
pub type JSON = cJSON;
/// `JSON_TRUE` or `JSON_FALSE`.
pub type JSON_BOOL = c_int;
pub const JSON_FALSE: c_int = 0;
pub const JSON_TRUE: c_int = 1;
