//! What the exported `cJSON_*` and `JSON_*` functions do, behind names that no other cJSON in the process can replace.
//!
//! `number` and `text` are pure; `alloc` and `node` are the only places that touch memory; parsing,
//! printing, copying and comparing keep their own stacks, so that depth costs heap and never the
//! thread's stack. (docs/spec/helpers.md#cjson)
#![cfg_attr(not(feature = "cjson"), allow(dead_code))]

pub mod alloc;
pub mod border;
pub mod build;
pub mod copy;
pub mod node;
pub mod number;
pub mod parse;
pub mod print;
pub mod text;

#[cfg(test)]
mod tests;
