//! What C programs borrow from the SDK, and the tools of a C face: cJSON's and libboundscheck's C APIs ([`third_party`], one
//! file per public header, over [`cjson_impl`] and [`securec_impl`]); [`mod@header`], the notation of a header; [`mod@exported`],
//! how a function of it is written; [`boundary`], the panic guard and the few conversions; [`varargs`], C-variadic symbols.
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

#[macro_use]
pub mod exported;
#[macro_use]
pub mod header;
#[macro_use]
pub mod varargs;

pub mod boundary;
pub mod cjson_impl;
#[cfg(feature = "securec")]
pub mod securec_impl;
pub mod third_party;
