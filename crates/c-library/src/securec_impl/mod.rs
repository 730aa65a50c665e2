//! What the functions of securec.h do, for narrow and wide characters alike.
//! (docs/spec/helpers.md#securec)
//!
//! `unit` is the kind of character; `strings` has the rules of the memory and string functions; `directive` reads printf
//! formats and `pattern` scanf formats, both pure; `print` and `scan` run them.

pub mod directive;
pub mod pattern;
pub mod print;
pub mod scan;
pub mod source;
pub mod strings;
pub mod unit;
pub mod variadic;
