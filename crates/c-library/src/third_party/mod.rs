//! C interfaces of two libraries that the C SDK brings along and programs rely on.

pub mod cjson;
pub mod libboundscheck;
