//! JSON as the platform and the C SDK's programs write it: lenient reading, member order and duplicates kept, strings as bytes, and
//! one printer whose text is byte-equal to the C SDK's.
//!
//! - [`Json`]: a parsed value, owned and cheap to clone; [`Value`]: a borrowed view to walk it
//! - [`Builder`]: makes a [`Json`] from calls (used to take over a foreign tree)
//! - [`Writer`]: writes the formatted text directly, without a tree

mod number;
mod parse;
mod scan;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use number::Number;
pub use parse::{Dialect, MAX_DEPTH};
pub use value::{Builder, Json, Kind, Value};
pub use write::{Mark, Writer};

pub(super) use parse::unescape_lenient;
pub(super) use write::escape;

/// Reads the first JSON value of `text`; what follows it is ignored. `None`: malformed.
pub fn parse(text: &[u8], dialect: Dialect) -> Option<Json> {
    let mut builder = Builder::over(text)?;
    parse::run(text, dialect, &mut builder)?;
    builder.finish()
}
