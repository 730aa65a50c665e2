//! The board's own measurements.

pub mod sys_hal;
