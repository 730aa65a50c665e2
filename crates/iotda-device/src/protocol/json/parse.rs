//! The lenient parser: iterative, over bytes, calls a [`Sink`] for what it reads.

use super::number::{self, Number};
use super::scan;

/// Containers inside each other that the parser accepts.
pub const MAX_DEPTH: usize = 1000;

/// The two readings that the specifications ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Text given by the program (uplink): U+0000 is an ordinary character, non-hex digits after `\u` are malformed, a number has at
    /// most 63 characters.
    Program,
    /// Text from the platform (downlink), as a C string: ends at the first zero byte, non-hex digits after `\u` read as U+0000.
    Platform,
}

/// A string literal, still escaped.
pub(super) struct Token<'a> {
    /// The bytes between the quotes.
    pub raw: &'a [u8],
    /// Where `raw` starts in the text.
    pub at: usize,
    pub escaped: bool,
    pub dialect: Dialect,
}

impl Token<'_> {
    /// Appends the text with its escapes resolved.
    pub fn unescape(&self, out: &mut Vec<u8>) -> Option<()> {
        unescape(self.raw, self.dialect, out)
    }
}

/// What the parser calls while it reads; implemented by the tree builder and by the writer.
pub(super) trait Sink {
    fn begin(&mut self, object: bool);
    fn end(&mut self, object: bool);
    /// Before each element of an array.
    fn element(&mut self);
    /// `None` if the token is malformed.
    fn key(&mut self, token: Token<'_>) -> Option<()>;
    fn string(&mut self, token: Token<'_>) -> Option<()>;
    fn number(&mut self, number: Number);
    fn boolean(&mut self, value: bool);
    fn null(&mut self);
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    dialect: Dialect,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(1..=0x20)) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    fn token(&mut self) -> Option<Token<'a>> {
        if self.peek()? != b'"' {
            return None;
        }
        let at = self.at + 1;
        let mut end = at;
        let mut escaped = false;
        loop {
            end += scan::plain(self.text.get(end..)?);
            match self.text.get(end)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    end += 2;
                }
                _ => end += 1, // control characters stand for themselves
            }
        }
        self.at = end + 1;
        Some(Token {
            raw: self.text.get(at..end)?,
            at,
            escaped,
            dialect: self.dialect,
        })
    }

    fn member<S: Sink>(&mut self, sink: &mut S) -> Option<()> {
        let key = self.token()?;
        sink.key(key)?;
        self.blanks();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.blanks();
        Some(())
    }
}

/// Which of the open containers are objects; one bit each.
struct Nesting {
    bits: [u64; MAX_DEPTH.div_ceil(64)],
    depth: usize,
}

impl Nesting {
    fn push(&mut self, object: bool) -> Option<()> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        let word = self.bits.get_mut(self.depth / 64)?;
        let bit = 1u64 << (self.depth % 64);
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        Some(())
    }

    /// Whether the innermost container is an object; `None` at the top.
    fn object(&self) -> Option<bool> {
        let at = self.depth.checked_sub(1)?;
        Some(self.bits.get(at / 64)? >> (at % 64) & 1 == 1)
    }
}

/// Reads one value and returns where it ends. `None`: malformed; the sink has then seen a part.
pub(super) fn run<S: Sink>(text: &[u8], dialect: Dialect, sink: &mut S) -> Option<usize> {
    let text = match dialect {
        Dialect::Platform if text.contains(&0) => text.split(|b| *b == 0).next().unwrap_or_default(),
        Dialect::Platform | Dialect::Program => text,
    };
    let limit = match dialect {
        Dialect::Program => 63,
        Dialect::Platform => usize::MAX,
    };
    let mut cursor = Cursor { text, at: 0, dialect };
    if text.starts_with(b"\xEF\xBB\xBF") {
        cursor.at = 3;
    }
    let mut open = Nesting {
        bits: [0; MAX_DEPTH.div_ceil(64)],
        depth: 0,
    };
    cursor.blanks();
    loop {
        match cursor.peek()? {
            b'"' => {
                let token = cursor.token()?;
                sink.string(token)?;
            }
            b'-' | b'0'..=b'9' => {
                let (number, len) = number::scan(cursor.rest(), limit)?;
                cursor.at += len;
                sink.number(number);
            }
            b'n' => {
                cursor.literal(b"null")?;
                sink.null();
            }
            b't' => {
                cursor.literal(b"true")?;
                sink.boolean(true);
            }
            b'f' => {
                cursor.literal(b"false")?;
                sink.boolean(false);
            }
            bracket @ (b'{' | b'[') => {
                let object = bracket == b'{';
                open.push(object)?;
                sink.begin(object);
                cursor.at += 1;
                cursor.blanks();
                if cursor.peek()? != bracket + 2 {
                    match object {
                        true => cursor.member(sink)?,
                        false => sink.element(),
                    }
                    continue;
                }
            }
            _ => return None,
        }
        loop {
            let Some(object) = open.object() else {
                return Some(cursor.at);
            };
            cursor.blanks();
            let byte = cursor.peek()?;
            cursor.at += 1;
            if byte == b',' {
                cursor.blanks();
                match object {
                    true => cursor.member(sink)?,
                    false => sink.element(),
                }
                break;
            }
            if byte != if object { b'}' } else { b']' } {
                return None;
            }
            open.depth -= 1;
            sink.end(object);
        }
    }
}

fn hex4(raw: &[u8], dialect: Dialect) -> Option<u32> {
    let digits = raw.get(..4)?;
    let mut code = 0;
    for digit in digits {
        match (char::from(*digit).to_digit(16), dialect) {
            (Some(value), _) => code = code << 4 | value,
            (None, Dialect::Platform) => return Some(0),
            (None, Dialect::Program) => return None,
        }
    }
    Some(code)
}

fn unescape(raw: &[u8], dialect: Dialect, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        out.extend_from_slice(rest.get(..at)?);
        let kind = *rest.get(at + 1)?;
        rest = rest.get(at + 2..)?;
        match kind {
            b'"' | b'\\' | b'/' => out.push(kind),
            b'b' => out.push(0x08),
            b'f' => out.push(0x0C),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let mut code = hex4(rest, dialect)?;
                rest = rest.get(4..)?;
                if (0xD800..0xDC00).contains(&code) {
                    let low = hex4(rest.strip_prefix(b"\\u")?, dialect)?;
                    if !(0xDC00..0xE000).contains(&low) {
                        return None;
                    }
                    rest = rest.get(6..)?;
                    code = 0x10000 + ((code & 0x3FF) << 10 | low & 0x3FF);
                }
                // a lone low surrogate is not a character
                let character = char::from_u32(code)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return None,
        }
    }
    out.extend_from_slice(rest);
    Some(())
}

/// The text of a literal as far as its escapes are well formed; for showing, not for reading.
pub(in crate::protocol) fn unescape_lenient(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    match unescape(raw, Dialect::Platform, &mut out) {
        Some(()) => out,
        None => raw.to_vec(),
    }
}
