//! The C ABI: one file per public header, at the header's relative path; `header` has their notation, `boundary` the few
//! conversions, `varargs` the C-variadic symbols.

#[macro_use]
pub mod header;

pub mod agentlite;
pub mod base;
pub mod boundary;
pub mod cjson_tree;
pub mod dconncaseone_interface;
pub mod service;
pub mod soft_bus_table;
pub mod state;
pub mod third_party;
pub mod tunnel;
pub mod util;
pub mod varargs;
