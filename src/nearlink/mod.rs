//! Device-to-device links on the LAN, the "near-field component" behind `InitDConnCaseOne` (spec softbus 5 and 6).
//!
//! Pure, from the wire up: [`frame`], [`hello`], [`record`], [`noise`], [`handshake`] (both sides), [`session`]; beside them
//! [`address`], [`view`], [`keys`], [`admission`], [`reconnect`], [`settings`], [`code`]. Bytes and time come as arguments.

pub mod address;
pub mod admission;
pub mod code;
pub mod frame;
pub mod handshake;
pub mod hello;
pub mod keys;
pub mod noise;
pub mod reconnect;
pub mod record;
pub mod session;
pub mod settings;
pub mod view;

/// What `GetDConnVersion` returns.
pub const VERSION: &std::ffi::CStr = c"HWMQTT-DConn 1.0";
