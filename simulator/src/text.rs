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
}
