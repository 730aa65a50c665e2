//! The HMAC of the connection password, and base64.

use std::ffi::c_int;

header!(HAMC_SHA256_H);

pub const TIME_STAMP_LENGTH: c_int = 10;
pub const TRY_MAX_TIME: c_int = 100;
pub const SHA256_ENCRYPTION_LENGRH: c_int = 32;
