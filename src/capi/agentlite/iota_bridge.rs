//! Bridge: many devices over one connection.

use std::ffi::CStr;

header!(IOTA_BRIDGE_H, "hw_type.h", "iota_datatrans.h");

pub const IOTA_SIGN_TYPE: &CStr = c"sign_type";
pub const IOTA_TIMESTAMP: &CStr = c"timestamp";
pub const IOTA_PASSWORD: &CStr = c"password";
pub const IOTA_OLD_SECRET: &CStr = c"old_secret";
pub const IOTA_NEW_SECRET: &CStr = c"new_secret";
