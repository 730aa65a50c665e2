//! What programs use of the C SDK's internal base: the password HMAC and the connection defaults.

pub mod hmac_sha256;
pub mod mqtt_base;
