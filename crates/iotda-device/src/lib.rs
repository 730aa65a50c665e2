//! The device SDK for Huawei Cloud IoTDA: one safe Rust crate for devices that talk to the platform over MQTT, with delivery
//! that can be relied on, and the soft bus of HarmonyOS devices.
//!
//! A [`Device`] is made by [`Device::builder`], reports whatever serde can turn into JSON, answers commands by what a handler
//! returns, and tells the rest as typed [`Event`]s, as a blocking iterator or an asynchronous stream:
//!
//! ```
//! use std::time::Duration;
//! use iotda_device::{Device, Event};
//! use serde_json::json;
//!
//! # let platform = iotda_sim::Platform::start(iotda_sim::Config::default().device("lamp-1", "secret"))?;
//! # let (host, port) = ("127.0.0.1", platform.handle().plain_port());
//! let device = Device::builder("lamp-1", "secret")
//!     .address(host)
//!     .port(port)
//!     .plain() // a simulator on this machine; without it the connection is TLS
//!     .on_command(|device, command| match command.name.as_str() {
//!         "switch" => Ok(json!({ "on": command.paras["on"] })),
//!         other => Err(format!("{other} is no command of this lamp")),
//!     })
//!     .connect()?;
//!
//! let delivery = device.report("lamp", &json!({ "on": true }))?; // does not wait
//! delivery.wait(Duration::from_secs(30)).ok_or("still on its way")??; // or .await
//! # assert!(device.is_connected());
//!
//! let mut events = device.events();
//! device.disconnect()?;
//! assert_eq!(events.next(), Some(Event::Disconnected));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//! - No call waits for the network; a report is accepted while the device is offline, too, and has exactly one end.
//! - Handlers of one device run one at a time and in order; those of different devices do not wait for one another. A handler
//!   may call anything, and wait for the end of its own reports.
//! - A message of the platform is acknowledged when the handler has returned, or its event is in the stream.
//! - All devices of a process share one network thread and a small pool for handlers.
//! - Connections come back by themselves, at a pace that the platform bears.
//!
//! The folder `examples/` has a program for each: reports, commands, the soft bus, a gateway, reports that survive the process,
//! several devices.
//!
//! # How the crate is laid out
//! A Rust program needs only what this page shows. The modules behind it, which the C interface of the package `HWMQTT` is
//! made of too, are public for that and left out here. Floors, from the top; nothing imports upward:
//! - `sdk`: a device as a Rust program uses it
//! - `device`: one device: configuration, connection, roster; every decision about what a call or a message leads to
//! - `softbus`, `transport`, `services`: the group roster; one MQTT session with its outbox; what runs beside it
//! - `protocol`: pure bytes and values of the platform's messages
//! - `config`, `error`, `digest`: what all of them use
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod device;
#[doc(hidden)]
pub mod digest;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod protocol;
mod sdk;
#[doc(hidden)]
pub mod services;
#[doc(hidden)]
pub mod softbus;
#[doc(hidden)]
pub mod transport;

pub use config::Item;
pub use device::{Attempt, Joined, Near, WhyOffline};
pub use error::{Error, Result};
pub use sdk::{
    Answer, Builder, Bus, BusKey, ChildReport, Command, Delivery, Device, Event, Events, Failure, FileUrl, Member,
    Message, NewSubDevice, PropertyGet, PropertySet, ServiceShadow, Shadow, SoftBus, StandardMessage, SubDevice,
    Upgrade,
};
pub use transport::{SessionState, SessionStats};
