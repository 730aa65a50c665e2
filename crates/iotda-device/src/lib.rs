//! The device SDK for Huawei Cloud IoTDA: what a Rust program uses, and all that the C face calls.
//!
//! Floors, from the top; nothing imports upward:
//! - [`device`]: one device: configuration, connection, roster; every decision about what a call or a message leads to
//! - [`softbus`], [`transport`], [`services`]: the group roster; one MQTT session with its outbox; what runs beside it
//! - [`protocol`]: pure bytes and values of the platform's messages
//! - [`config`], [`error`], [`digest`]: what all of them use
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod config;
pub mod device;
pub mod digest;
pub mod error;
pub mod protocol;
pub mod services;
pub mod softbus;
pub mod transport;
