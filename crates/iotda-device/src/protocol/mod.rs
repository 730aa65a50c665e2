//! PURE: the bytes and values of the platform's messages; no I/O, no clock, no threads.
//!
//! - [`uplink`]: arguments → topic and payload of everything that a device sends
//! - [`downlink`]: topic and payload → [`downlink::Downlink`], everything that arrives
//! - [`json`], [`topics`], [`service_ids`], [`time`], [`text`]: what both use
//! - [`redact`]: payloads as they may stand in a log

pub mod downlink;
pub mod json;
pub mod redact;
pub mod service_ids;
pub mod text;
pub mod time;
pub mod topics;
pub mod uplink;
