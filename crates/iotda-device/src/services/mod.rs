//! What runs beside the session for its device: the client-side rule engine, the security detection, remote login,
//! and the transfers of upgrade packages and files.
//!
//! Each service keeps its state per device, decides what is to be sent or called, and leaves sending and calling to the device,
//! which also gives it time: nothing here has a timer or a lasting thread of its own, but a tunnel and the
//! workers. Transfers block their caller, which may be a worker.

pub mod anomaly;
pub mod file;
pub mod files;
pub mod http;
pub mod ota;
pub mod place;
pub mod requests;
pub mod rules;
pub mod tunnel;
pub mod upgrade;
pub mod workers;
