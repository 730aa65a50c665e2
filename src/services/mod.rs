//! What runs beside the session for its device: the client-side rule engine, the security detection, remote login.
//!
//! Each service keeps its state per device, decides what is to be sent or called, and leaves sending and calling to the device,
//! which also gives it time: nothing here has a thread or a timer of its own.

pub mod anomaly;
mod file;
pub mod rules;
pub mod tunnel;
