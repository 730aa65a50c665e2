//! How text from outside is shown: secrets masked, one line, cut.

/// Members whose value never appears in readable output.
const SECRET_MEMBERS: [&str; 6] = [
    "bus_key",
    "deviceSecret",
    "password",
    "secret",
    "old_secret",
    "new_secret",
];

/// Replaces the values of secret members in JSON text by `***`, whatever else the text contains.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(quote) = rest.find('"') {
        out.push_str(&rest[..=quote]);
        rest = &rest[quote + 1..];
        for member in SECRET_MEMBERS {
            let Some(after) = rest.strip_prefix(member).and_then(|r| r.strip_prefix('"')) else {
                continue;
            };
            let value = after
                .trim_start()
                .strip_prefix(':')
                .map(str::trim_start)
                .and_then(|v| v.strip_prefix('"'));
            let Some(value) = value else { continue };
            out.push_str(&rest[..rest.len() - value.len()]);
            out.push_str("***");
            rest = &value[end_of_string(value)..];
            // The closing quote is copied here, so that it is not taken for an opening one.
            if let Some(after) = rest.strip_prefix('"') {
                out.push('"');
                rest = after;
            }
            continue 'text;
        }
    }
    out.push_str(rest);
    out
}

/// Where the JSON string that `text` continues is closed.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// One readable form of a payload: text on one line, secrets masked, long ones cut.
pub fn readable(payload: &[u8]) -> String {
    const LONGEST: usize = 2000;
    let Ok(text) = std::str::from_utf8(payload) else {
        return format!("({} bytes, not text)", payload.len());
    };
    let compact = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => value.to_string(),
        Err(_) => text.escape_debug().to_string(),
    };
    let masked = mask(&compact);
    match masked.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}… ({} bytes)", &masked[..at], payload.len()),
        None => masked,
    }
}

/// Does a terminal obey this character, or show what follows in another order?
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Longest line shown of an event.
const LONGEST_LINE: usize = 1024;

/// One line for a terminal: control characters (C0, DEL, C1, bidirectional marks) escaped, the rest of a long line counted.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST_LINE));
    for (at, c) in text.char_indices() {
        let escaped = match is_unsafe(c) {
            true => c.escape_default().to_string(),
            false => c.to_string(),
        };
        if out.len() + escaped.len() > LONGEST_LINE {
            out.push_str(&format!("… {} more", thousands(text.len() - at)));
            return out;
        }
        out.push_str(&escaped);
    }
    out
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// JSON text whose strings have the same characters as `\u` escapes, so that it may go to a terminal.
pub fn json_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_unsafe(c) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_masked_in_any_json_text() {
        assert_eq!(
            mask(r#"{"bus_key":"3c9a","x":"bus_key"}"#),
            r#"{"bus_key":"***","x":"bus_key"}"#
        );
        assert_eq!(
            mask("{\n\t\"bus_key\" :\t\"a\\\"b\", \"bus_key\":\"\"}"),
            "{\n\t\"bus_key\" :\t\"***\", \"bus_key\":\"***\"}"
        );
        assert_eq!(mask(r#"{"bus_key":"cut off"#), r#"{"bus_key":"***"#);
        assert_eq!(
            mask(r#"{"bus_key":5,"password":"p"}"#),
            r#"{"bus_key":5,"password":"***"}"#
        );
        assert_eq!(mask("ü \"bus"), "ü \"bus");
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_long_lines_are_cut() {
        assert_eq!(
            line("a\x1b[2J\x7f\u{9b}\u{202e}b\n"),
            "a\\u{1b}[2J\\u{7f}\\u{9b}\\u{202e}b\\n"
        );
        assert_eq!(line("grün 值"), "grün 值");
        let long = line(&"x".repeat(1024 + 3211));
        assert!(long.ends_with("x… 3,211 more") && long.len() < 1050);
        assert_eq!(line(&"x".repeat(1024)).len(), 1024);
        assert!(line(&"\x1b".repeat(5000)).len() < 1050);
        let text = json_line(&serde_json::json!({"a": "\u{9b}\u{202e}\x7f"}).to_string());
        assert_eq!(text, r#"{"a":"\u009b\u202e\u007f"}"#);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap()["a"],
            "\u{9b}\u{202e}\x7f"
        );
    }
}
