//! Why a library that others wrote cannot be used as a back-end.

use std::ffi::CStr;
use std::fmt;

/// What is wrong with it.
#[derive(Debug)]
pub enum Unusable {
    RelativePath,
    /// Its file cannot be looked at.
    File(std::io::Error),
    WritableByOthers,
    DirectoryWritableByOthers,
    /// The system does not load it.
    NotLoaded(libloading::Error),
    /// It lacks a function.
    Lacks(&'static CStr, libloading::Error),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::RelativePath => f.write_str("its path must be absolute"),
            Unusable::File(why) => why.fmt(f),
            Unusable::WritableByOthers => f.write_str("it is writable by others"),
            Unusable::DirectoryWritableByOthers => f.write_str("its directory is writable by others"),
            Unusable::NotLoaded(why) => why.fmt(f),
            Unusable::Lacks(symbol, why) => write!(f, "{}: {why}", symbol.to_string_lossy()),
        }
    }
}

impl std::error::Error for Unusable {}
