//! Device-to-device links on the LAN, the near link behind `InitDConnCaseOne`
//! (docs/spec/nearlink.md#functions, docs/spec/nearlink.md#backends).
//!
//! - pure, from the wire up: [`frame`], [`hello`], [`record`], [`noise`], [`handshake`] (both sides), [`session`]; beside them
//!   [`address`], [`view`], [`keys`], [`admission`], [`knocks`], [`reconnect`], [`settings`], [`code`]: bytes and time come as arguments
//! - shared between callers and the network thread: [`program`] (callbacks and view), [`peers`] (who is connected),
//!   [`events`] with [`gate`] and [`callback_thread`] (what goes up to the program)
//! - the edge, on the thread `iota-link`: `net`, `server`, `client` (with `targets`), `drive`, `membership`, `wire`, started and
//!   ended by [`link`]
//! - [`find`]: how members find each other on the LAN, pure as well; `finding`: its edge
//! - `dsoftbus`: OpenHarmony's sessions in place of TCP
//! - [`component`]: the six functions; [`vendor`]: the six functions out of a vendor's library; [`foreign`]: why a library of
//!   others cannot be used
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod address;
pub mod admission;
pub mod callback_thread;
mod client;
pub mod code;
pub mod component;
mod drive;
#[allow(unsafe_code)]
mod dsoftbus;
pub mod events;
pub mod find;
mod finding;
pub mod foreign;
pub mod frame;
pub mod gate;
pub mod handshake;
pub mod hello;
pub mod keys;
pub mod knocks;
pub mod link;
mod membership;
mod net;
pub mod noise;
pub mod peers;
pub mod program;
pub mod reconnect;
pub mod record;
mod server;
pub mod session;
pub mod settings;
mod targets;
#[allow(unsafe_code)]
pub mod vendor;
pub mod view;
mod wire;

/// What `GetDConnVersion` returns.
pub const VERSION: &std::ffi::CStr = c"HWMQTT-DConn 1.0";
