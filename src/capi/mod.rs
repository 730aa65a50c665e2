//! The C ABI: one file per public header, at the header's relative path; `header` has their notation, `boundary` the few
//! conversions, `varargs` the C-variadic symbols, `log_relay` the program's log callback, `local_time` and `text` what the
//! helper functions compute, `near_link` and `remote_login` the process's near-field component and its tunnel.

#[macro_use]
pub mod header;

pub mod agentlite;
pub mod arguments;
pub mod base;
pub mod boundary;
pub mod callbacks;
pub mod cjson_impl;
pub mod cjson_tree;
pub mod dconncaseone_interface;
pub mod default_callbacks;
pub mod local_time;
pub mod log_relay;
#[cfg_attr(not(feature = "dconn"), allow(dead_code))]
pub mod near_link;
#[cfg(feature = "tunnel")]
mod remote_login;
#[cfg(feature = "securec")]
pub mod securec_impl;
pub mod service;
pub mod soft_bus_table;
pub mod state;
pub mod text;
pub mod third_party;
pub mod transfers;
pub mod tunnel;
pub mod util;
pub mod varargs;
