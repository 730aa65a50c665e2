//! Payloads as they may stand in a log: the values of secret members replaced by `***`.
//!
//! Works on any bytes, because a payload is logged also when it is not valid JSON. JSON text inside strings is treated the same way.

use super::json::unescape_lenient;

/// Members whose values are secrets, compared without regard to case.
const SECRET: [&[u8]; 13] = [
    b"bus_key",
    b"deviceSecret",
    b"device_secret",
    b"secret",
    b"new_secret",
    b"old_secret",
    b"password",
    b"access_token",
    b"tunnel_access_token",
    b"sign",
    b"config",
    b"token",
    b"private_key",
];

/// Members that are URLs with a signed query; the query is replaced.
const URL: [&[u8]; 3] = [b"url", b"tunnel_uri", b"tunnel_url"];

/// How deep JSON inside strings is looked into; deeper strings that look like JSON are replaced as a whole.
const MAX_INNER: usize = 3;

/// The payload for a log line. Invalid UTF-8 becomes U+FFFD.
pub fn payload(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    scan(bytes, 0, &mut out);
    String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn is_one_of(names: &[&[u8]], name: &[u8]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

/// The length of the string literal at the start of `text`, with its quotes; unterminated: all.
fn literal_len(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}

/// The length of the value at the start of `text`.
fn value_len(text: &[u8]) -> usize {
    let mut at = 0;
    let mut depth = 0usize;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at += literal_len(text.get(at..).unwrap_or_default());
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => match depth {
                0 => return at,
                1 => return at + 1,
                _ => depth -= 1,
            },
            b',' if depth == 0 => return at,
            byte if depth == 0 && *byte <= b' ' => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| **b <= b' ').count()
}

fn content(literal: &[u8]) -> Vec<u8> {
    let inner = literal.get(1..).unwrap_or_default();
    unescape_lenient(inner.strip_suffix(b"\"").unwrap_or(inner))
}

fn scan(text: &[u8], inner: usize, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'"') {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let (literal, tail) = tail.split_at(literal_len(tail).min(tail.len()));
        rest = tail;
        let gap = blanks(rest);
        if rest.get(gap) != Some(&b':') {
            string(literal, inner, out);
            continue;
        }
        out.extend_from_slice(literal);
        let value_at = gap + 1 + blanks(rest.get(gap + 1..).unwrap_or_default());
        let (separator, value) = rest.split_at(value_at);
        out.extend_from_slice(separator);
        rest = value;
        let name = content(literal);
        if is_one_of(&SECRET, &name) {
            out.extend_from_slice(b"\"***\"");
            rest = rest.get(value_len(rest)..).unwrap_or_default();
        } else if is_one_of(&URL, &name) && rest.first() == Some(&b'"') {
            let (literal, tail) = rest.split_at(literal_len(rest).min(rest.len()));
            match literal.iter().position(|b| *b == b'?') {
                Some(query) => {
                    out.extend_from_slice(literal.get(..query).unwrap_or_default());
                    out.extend_from_slice(b"?***\"");
                }
                None => out.extend_from_slice(literal),
            }
            rest = tail;
        }
    }
    out.extend_from_slice(rest);
}

/// A string that is not a member's name; it may hold JSON text.
fn string(literal: &[u8], inner: usize, out: &mut Vec<u8>) {
    if !literal.contains(&b'\\') {
        return out.extend_from_slice(literal);
    }
    let text = content(literal);
    if !text.contains(&b'"') {
        return out.extend_from_slice(literal);
    }
    if inner == MAX_INNER {
        return out.extend_from_slice(b"\"***\"");
    }
    let mut shown = Vec::with_capacity(text.len());
    scan(&text, inner + 1, &mut shown);
    if shown == text {
        return out.extend_from_slice(literal);
    }
    out.push(b'"');
    super::json::escape(&shown, |piece| out.extend_from_slice(piece));
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replaces_secret_values() {
        for (text, want) in [
            (r#"{"bus_key":"k1","bus_id":"b"}"#, r#"{"bus_key":"***","bus_id":"b"}"#),
            (r#"{"BUS_Key" : 12 , "a":1}"#, r#"{"BUS_Key" : "***" , "a":1}"#),
            (r#"{"bus\u005fkey":"k1"}"#, r#"{"bus\u005fkey":"***"}"#),
            (r#"{"bus_key":"k\"1"}"#, r#"{"bus_key":"***"}"#),
            (r#"{"secret":{"a":["}"]},"b":1}"#, r#"{"secret":"***","b":1}"#),
            (r#"{"deviceSecret":"k1"#, r#"{"deviceSecret":"***""#),
            (
                r#"{"event":"password","x":"bus_key"}"#,
                r#"{"event":"password","x":"bus_key"}"#,
            ),
            (
                r#"{"content":"{\"bus_key\":\"k1\"}"}"#,
                r#"{"content":"{\"bus_key\":\"***\"}"}"#,
            ),
            (
                r#"{"url":"https://h/x?sig=1","a":"?"}"#,
                r#"{"url":"https://h/x?***","a":"?"}"#,
            ),
            (r#"broken "bus_key": "k1" }"#, r#"broken "bus_key": "***" }"#),
            ("no json", "no json"),
        ] {
            assert_eq!(payload(text.as_bytes()), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_shows_a_bus_key(before in ".{0,20}", key in "[a-z0-9]{16}", after in proptest::collection::vec(any::<u8>(), 0..20)) {
            let mut doc = serde_json::json!({ "a": before, "bus_key": key }).to_string().into_bytes();
            doc.extend(after);
            prop_assert!(!payload(&doc).contains(&key));
        }

        #[test]
        fn takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            payload(&bytes);
        }
    }
}
