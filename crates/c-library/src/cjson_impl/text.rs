//! JSON strings: escaping, unescaping, and removing what is between the tokens.

use std::borrow::Cow;

/// How long [`quote`] makes `text`.
pub fn quoted_length(text: &[u8]) -> usize {
    let length = |byte: &u8| match byte {
        b'"' | b'\\' | 0x08 | 0x0C | b'\n' | b'\r' | b'\t' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    2 + text.iter().map(length).sum::<usize>()
}

/// Appends `text` between quotes; bytes from 0x7F up and `/` stay as they are.
pub fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'))
    {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, tail)) = tail.split_first() else {
            break;
        };
        match special {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *special]),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The text of a JSON string whose opening quote has been read, and the length of its encoding with the closing quote.
/// On failure the offset of what is wrong.
pub fn unquote(input: &[u8]) -> Result<(Cow<'_, [u8]>, usize), usize> {
    let special = |from: usize| {
        let rest = input.get(from..).unwrap_or_default();
        rest.iter()
            .position(|byte| matches!(byte, b'"' | b'\\'))
            .map(|at| from + at)
    };
    let first = special(0).ok_or(0usize)?;
    if input.get(first) == Some(&b'"') {
        return Ok((Cow::Borrowed(input.get(..first).unwrap_or_default()), first + 1));
    }

    let mut end = first;
    while input.get(end) != Some(&b'"') {
        end = special(end + 2).ok_or(0usize)?;
    }
    let body = input.get(..end).unwrap_or_default();
    let mut text = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.iter().position(|byte| *byte == b'\\').unwrap_or(rest.len());
        text.extend_from_slice(rest.get(..plain).unwrap_or_default());
        at += plain;
        match body.get(at..) {
            Some([_, b'u', digits @ ..]) => at += unicode(digits, &mut text).ok_or(at)?,
            Some([_, escape, ..]) => {
                text.push(match escape {
                    b'b' => 0x08,
                    b'f' => 0x0C,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'"' | b'\\' | b'/' => *escape,
                    _ => return Err(at),
                });
                at += 2;
            }
            // `\u` whose four characters take in the backslash before the closing quote
            Some([_]) => return Err(at),
            _ => {}
        }
    }
    Ok((Cow::Owned(text), end + 1))
}

/// Appends the character of `XXXX` or `XXXX\uXXXX`; the length of the whole escape with its first `\u`.
fn unicode(digits: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    let first = hex4(digits)?;
    let (code, length) = match (first, digits.get(4..)) {
        (0xDC00..=0xDFFF, _) => return None,
        (0xD800..=0xDBFF, Some([b'\\', b'u', low @ ..])) => match hex4(low)? {
            low @ 0xDC00..=0xDFFF => (0x1_0000 + ((first & 0x3FF) << 10 | (low & 0x3FF)), 12),
            _ => return None,
        },
        (0xD800..=0xDBFF, _) => return None,
        _ => (first, 6),
    };
    text.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
    Some(length)
}

/// Four hexadecimal digits; any other character makes the whole value 0, as in cJSON.
fn hex4(digits: &[u8]) -> Option<u32> {
    let digits = digits.get(..4)?;
    let value = digits.iter().try_fold(0, |value, digit| {
        char::from(*digit).to_digit(16).map(|digit| value << 4 | digit)
    });
    Some(value.unwrap_or(0))
}

/// Removes white space and comments outside strings, in place; the new length.
pub fn minify(text: &mut [u8]) -> usize {
    let (mut from, mut to) = (0, 0);
    let keep = |text: &mut [u8], from: usize, to: &mut usize| {
        let byte = text.get(from).copied();
        if let (Some(byte), Some(place)) = (byte, text.get_mut(*to)) {
            *place = byte;
            *to += 1;
        }
    };
    while let Some(byte) = text.get(from).copied() {
        match (byte, text.get(from + 1)) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => from += 1,
            (b'/', Some(b'/')) => {
                let rest = text.get(from..).unwrap_or_default();
                from += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            }
            (b'/', Some(b'*')) => {
                let rest = text.get(from + 2..).unwrap_or_default();
                from += 2 + rest
                    .windows(2)
                    .position(|pair| pair == b"*/")
                    .map_or(rest.len(), |at| at + 2);
            }
            (b'/', _) => from += 1,
            (b'"', _) => {
                keep(text, from, &mut to);
                from += 1;
                while let Some(byte) = text.get(from).copied() {
                    keep(text, from, &mut to);
                    from += 1;
                    match byte {
                        b'"' => break,
                        b'\\' => {
                            keep(text, from, &mut to);
                            from += 1;
                        }
                        _ => {}
                    }
                }
            }
            _ => {
                keep(text, from, &mut to);
                from += 1;
            }
        }
    }
    to
}
