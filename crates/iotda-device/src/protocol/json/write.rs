//! The formatted text, written directly: objects over several lines indented with tabs, arrays on one line.

use super::number::{self, Number};
use super::parse::{self, Dialect, Sink, Token};
use super::scan;

/// A text that grows as far as memory goes: what does not fit marks it, and it is no text any more.
#[derive(Default)]
pub(in crate::protocol) struct Text {
    bytes: Vec<u8>,
    /// Something is missing.
    short: bool,
}

/// The largest payload that an MQTT packet can carry.
const LONGEST: usize = 268_435_455;

impl Text {
    fn with_capacity(capacity: usize) -> Text {
        let mut bytes = Vec::new();
        let short = bytes.try_reserve(capacity).is_err();
        Text { bytes, short }
    }

    #[inline]
    fn has_room(&mut self, more: usize) -> bool {
        let room = self.bytes.capacity() - self.bytes.len();
        (room >= more && !self.short) || self.grows(more)
    }

    #[cold]
    fn grows(&mut self, more: usize) -> bool {
        let fits = self.bytes.len().saturating_add(more) <= LONGEST;
        self.short = self.short || !fits || self.bytes.try_reserve(more).is_err();
        !self.short
    }

    fn push(&mut self, byte: u8) {
        if self.has_room(1) {
            self.bytes.push(byte);
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.has_room(bytes.len()) {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

/// Writes one JSON text from calls in document order. The caller pairs `begin` and `end`, calls [`Writer::key`] before each member's
/// value and [`Writer::element`] before each array element.
pub struct Writer {
    out: Text,
    depth: usize,
    first: bool,
    scratch: Vec<u8>,
}

/// A point to go back to; see [`Writer::rollback`].
pub struct Mark {
    len: usize,
    depth: usize,
    first: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Writer::with_capacity(256)
    }
}

impl Writer {
    /// A writer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Writer {
            out: Text::with_capacity(capacity),
            depth: 0,
            first: true,
            scratch: Vec::new(),
        }
    }

    /// The text; `None` when memory was too short for it, or it is longer than any packet.
    pub fn finish(self) -> Option<Vec<u8>> {
        (!self.out.short).then_some(self.out.bytes)
    }

    /// Remembers this point.
    pub fn mark(&self) -> Mark {
        Mark {
            len: self.out.bytes.len(),
            depth: self.depth,
            first: self.first,
        }
    }

    /// Forgets what was written since `mark`.
    pub fn rollback(&mut self, mark: Mark) {
        self.out.bytes.truncate(mark.len);
        self.depth = mark.depth;
        self.first = mark.first;
    }

    fn line(&mut self) {
        if self.out.has_room(1 + self.depth) {
            self.out.bytes.push(b'\n');
            let indented = self.out.bytes.len() + self.depth;
            self.out.bytes.resize(indented, b'\t');
        }
    }

    /// Opens an object.
    pub fn begin_object(&mut self) {
        self.out.push(b'{');
        self.depth += 1;
        self.first = true;
    }

    /// Closes the object.
    pub fn end_object(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.line();
        self.out.push(b'}');
        self.first = false;
    }

    /// Opens an array.
    pub fn begin_array(&mut self) {
        self.out.push(b'[');
        self.depth += 1;
        self.first = true;
    }

    /// Closes the array.
    pub fn end_array(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.out.push(b']');
        self.first = false;
    }

    /// Before an array element.
    pub fn element(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.put(b", ");
        }
    }

    /// A member's name; its value comes next.
    pub fn key(&mut self, name: &[u8]) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.line();
        self.quoted(name);
        self.out.put(b":\t");
    }

    /// A string value.
    pub fn string(&mut self, text: &[u8]) {
        self.quoted(text);
        self.first = false;
    }

    /// A number value.
    pub fn number(&mut self, value: f64) {
        if self.out.has_room(number::LONGEST) {
            number::print(value, &mut self.out.bytes);
        }
        self.first = false;
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.out.put(if value { b"true" } else { b"false" });
        self.first = false;
    }

    /// `null`.
    pub fn null(&mut self) {
        self.out.put(b"null");
        self.first = false;
    }

    /// A string member, left out if `None`.
    pub fn text_member(&mut self, name: &str, text: Option<&[u8]>) {
        if let Some(text) = text {
            self.key(name.as_bytes());
            self.string(text);
        }
    }

    /// A number member.
    pub fn int_member(&mut self, name: &str, value: i64) {
        self.key(name.as_bytes());
        self.number(value as f64);
    }

    /// A value given as JSON text, re-printed. Returns how many bytes of `text` it took; `None`: malformed, a part may be written.
    pub fn json(&mut self, text: &[u8]) -> Option<usize> {
        parse::run(text, Dialect::Program, self)
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        escape(text, |piece| self.out.put(piece));
        self.out.push(b'"');
    }

    fn with_unescaped(&mut self, token: &Token<'_>, then: fn(&mut Self, &[u8])) -> Option<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.try_reserve(token.raw.len()).ok()?;
        token.unescape(&mut scratch)?;
        then(self, &scratch);
        self.scratch = scratch;
        Some(())
    }
}

impl Sink for Writer {
    fn begin(&mut self, object: bool) {
        match object {
            true => self.begin_object(),
            false => self.begin_array(),
        }
    }

    fn end(&mut self, object: bool) {
        match object {
            true => self.end_object(),
            false => self.end_array(),
        }
    }

    fn element(&mut self) {
        Writer::element(self);
    }

    fn key(&mut self, token: Token<'_>) -> Option<()> {
        match token.escaped {
            true => self.with_unescaped(&token, Writer::key)?,
            false => Writer::key(self, token.raw),
        }
        Some(())
    }

    fn string(&mut self, token: Token<'_>) -> Option<()> {
        match token.escaped {
            true => self.with_unescaped(&token, Writer::string)?,
            false => Writer::string(self, token.raw),
        }
        Some(())
    }

    fn number(&mut self, number: Number) {
        Writer::number(self, number.as_f64());
    }

    fn boolean(&mut self, value: bool) {
        Writer::boolean(self, value);
    }

    fn null(&mut self) {
        Writer::null(self);
    }
}

/// Gives `text` piece by piece as it stands between quotes.
pub(in crate::protocol) fn escape(text: &[u8], mut put: impl FnMut(&[u8])) {
    let mut rest = text;
    loop {
        let (plain, tail) = rest.split_at(scan::plain(rest));
        put(plain);
        let Some((byte, tail)) = tail.split_first() else {
            return;
        };
        match byte {
            b'"' => put(b"\\\""),
            b'\\' => put(b"\\\\"),
            0x08 => put(b"\\b"),
            0x0C => put(b"\\f"),
            b'\n' => put(b"\\n"),
            b'\r' => put(b"\\r"),
            b'\t' => put(b"\\t"),
            other => {
                let hex = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
                put(&[b'\\', b'u', b'0', b'0', hex(other >> 4), hex(other & 15)]);
            }
        }
        rest = tail;
    }
}
