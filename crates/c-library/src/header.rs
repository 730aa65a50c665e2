//! The notation with which a file of this directory describes its C header; `build/` reads it, the compiler sees what these
//! macros expand to.
//!
//! A header declares, in the order of the Rust file:
//! - each `pub const` as `#define` (numbers as written, `c"…"` strings without their `c`),
//! - each public `#[repr(C)]` struct and each public type alias as `typedef`,
//! - each function of [`exported!`](macro@crate::exported) as prototype; the functions of an `extern "C"` block too, which is how
//!   a C-variadic function is declared,
//! - what the macros below say,
//! - at `pub use part::*` what the file's own module `part` declares: for a header whose text is too long for one file.
//!
//! Doc comments become the header's comments, without a section `# Safety`. `pub(crate)` items and what a macro of the file's
//! own expands to are not seen. An item under `#[cfg]` is declared all the same: one header serves every build.

use std::ffi::c_void;

/// `header!(GUARD, "<stdarg.h>", "hw_type.h", "#ifdef X", …)`: this file makes a header with this include guard and these
/// include lines. `<…>` and `#…` are written as they are, other names in quotes.
#[macro_export]
macro_rules! header {
    ($guard:ident $(, $line:literal)* $(,)?) => {};
}

/// `c_verbatim!("#ifdef MQTTV5")`: C text for the header only, at this place: conditions, function-like macros.
#[macro_export]
macro_rules! c_verbatim {
    ($text:literal) => {};
}

/// A C enum. In Rust the type is the integer that C passes, so that a program's unknown value stays a number, and each
/// enumerator is a constant of that type. `enum _` has no typedef; `#[tag = "…"]` gives the C tag where it is not the name.
#[macro_export]
macro_rules! c_enum {
    (
        $(#[doc = $doc:literal])* $(#[tag = $tag:literal])?
        pub enum _ { $($(#[$meta:meta])* $name:ident = $value:expr_2021),* $(,)? }
    ) => {
        $($(#[$meta])* pub const $name: ::std::ffi::c_int = $value;)*
    };
    (
        $(#[doc = $doc:literal])* $(#[tag = $tag:literal])?
        pub enum $type:ident { $($(#[$meta:meta])* $name:ident = $value:expr_2021),* $(,)? }
    ) => {
        $(#[doc = $doc])*
        pub type $type = ::std::ffi::c_int;
        $($(#[$meta])* pub const $name: $type = $value;)*
    };
}

/// C's `va_list` as it arrives as a parameter: on every supported machine one pointer-sized word (an array decays, a large
/// struct is passed by reference). Only passed on to C, see `varargs.c`.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct va_list(*mut c_void);
