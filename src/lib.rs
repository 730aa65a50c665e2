//! libHWMQTT: the device SDK for Huawei Cloud IoTDA, in Rust, behind the C ABI of the SDK for C.
//!
//! Floors, from the top; nothing imports upward:
//! - [`capi`]: the C ABI, one file per public header; the only place with `unsafe` (besides two foreign near-link back-ends)
//! - [`device`]: one device: configuration, connection, roster; dispatches what arrives to a [`device::Listener`]
//! - [`softbus`], [`transport`], [`services`]: the group roster; one MQTT session with its outbox; what runs beside it
//! - [`protocol`], [`nearlink`]: pure bytes and values of the platform's messages; device-to-device links
//! - [`config`], [`log`], [`error`], `answer`, `digest`: what everything uses
#![allow(non_snake_case)]
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod answer;
pub mod config;
pub mod device;
mod digest;
pub mod error;
pub mod log;
pub mod nearlink;
pub mod protocol;
pub mod services;
pub mod softbus;
pub mod transport;

#[allow(
    unsafe_code,
    non_camel_case_types,
    non_upper_case_globals,
    clippy::missing_safety_doc
)]
pub mod capi;
