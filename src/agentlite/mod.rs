//! Uplink, callbacks and configuration: the headers that every program includes.

pub mod hw_type;
pub mod iota_bridge;
pub mod iota_cfg;
pub mod iota_datatrans;
pub mod iota_defaultCallback;
pub mod iota_error_type;
pub mod iota_init;
pub mod iota_login;
pub mod iota_softbus_ext;
pub mod iota_stats_ext;
pub mod iota_why_ext;
