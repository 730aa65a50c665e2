//! libboundscheck, the bounds-checked string functions.

pub mod securec;
pub mod securectype;
