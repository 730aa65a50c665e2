//! Texts and payloads in the form in which C callbacks take them, so that building their structs copies pointers only.

use std::ffi::CString;

/// A text, or the NULL that the C API shows where there is none.
pub type Text = Option<CString>;

/// The text up to the first zero byte.
pub fn c_text(text: impl Into<Vec<u8>>) -> CString {
    CString::new(text).unwrap_or_else(|zero| {
        let at = zero.nul_position();
        let mut text = zero.into_vec();
        text.truncate(at);
        CString::new(text).unwrap_or_default()
    })
}

/// All bytes of a payload, followed by one zero byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Vec<u8>);

impl Payload {
    pub fn new(bytes: &[u8]) -> Payload {
        let mut all = Vec::with_capacity(bytes.len() + 1);
        all.extend_from_slice(bytes);
        all.push(0);
        Payload(all)
    }

    /// The bytes, without the added zero.
    pub fn bytes(&self) -> &[u8] {
        self.0.split_last().map_or(&[], |(_, bytes)| bytes)
    }

    /// The bytes with the added zero, writable as the C API promises.
    pub fn bytes_with_zero_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl std::fmt::Debug for Payload {
    /// The length only: the content may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload({} bytes)", self.bytes().len())
    }
}

/// A `Debug` that shows the type's name only, for what holds secrets: nothing of it can get into a log by accident.
macro_rules! opaque_debug {
    ($($name:ident),+) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })+
    };
}
pub(in crate::protocol) use opaque_debug;
