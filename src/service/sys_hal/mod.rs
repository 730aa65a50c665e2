//! The board's own measurements.

#[allow(clippy::module_inception)] // header and directory share the name
pub mod sys_hal;
