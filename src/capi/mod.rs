//! The C ABI: one file per public header, at the header's relative path; `boundary` has the few conversions, `varargs` the
//! two C-variadic symbols.

pub mod boundary;
pub mod varargs;
