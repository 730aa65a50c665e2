//! The helper functions that programs take from the SDK.

pub mod json_util;
pub mod log_util;
pub mod mqttv5_util;
pub mod string_util;
