//! The C face of libHWMQTT: one file per public header, at the header's relative path. Exported functions convert, call
//! [`iotda_device`], convert; what they share is in `arguments`, `callbacks` (events as C structs), `process` (its
//! device), `call` (codes, reports), `ending`, `near_link` and `remote_login` (its near link and its tunnel), `last_error`, `local_time`, `text`, `log_relay`, `varargs`, `program_cjson`.
#![allow(
    non_snake_case,
    non_camel_case_types,
    non_upper_case_globals,
    clippy::missing_safety_doc,
    unsafe_code
)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

// Named, so that its exported functions reach the libraries.
#[macro_use]
pub extern crate c_library;

pub mod agentlite;
pub mod arguments;
pub mod base;
pub mod call;
pub mod callbacks;
pub mod cjson_tree;
pub mod dconncaseone_interface;
pub mod default_callbacks;
pub mod ending;
pub mod kit;
mod last_error;
pub mod local_time;
pub mod log_relay;
#[cfg_attr(not(feature = "dconn"), allow(dead_code))]
pub mod near_link;
pub mod process;
pub mod program_cjson;
#[cfg(feature = "tunnel")]
mod remote_login;
pub mod service;
pub mod soft_bus_table;
pub mod text;
pub mod transfers;
pub mod tunnel;
pub mod util;
pub mod varargs;

/// What ends by an allocation that fails in other programs: see `base::memory`.
#[global_allocator]
static ALLOCATOR: ::base::memory::Reserved = ::base::memory::Reserved;
