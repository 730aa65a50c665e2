//! What people type: addresses as links, line ends from files, blanks from tables. Pure; says what was corrected.

use super::items::Item;

/// A corrected value, and the words for the log: never the value of a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Correction {
    pub value: Vec<u8>,
    pub note: String,
}

/// What is not part of an address, a port, an id or a secret, wherever it stands at an end: blanks, line ends, and marks that
/// editors put in front of a text or between its words and that nobody sees.
fn invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

const SCHEMES: [&str; 8] = ["mqtt", "mqtts", "tcp", "ssl", "tls", "ws", "wss", "https"];

/// The value that was meant, where another one was typed; `None` where there is nothing to correct.
pub fn correct(item: Item, value: &[u8]) -> Option<Correction> {
    let what = match item {
        Item::Address => "the address",
        Item::Port => "the port",
        Item::DeviceId => "the device id",
        Item::DeviceSecret => "the device secret",
        _ => return None,
    };
    let text = std::str::from_utf8(value).ok()?;
    let bare = text.trim_matches(invisible);
    let mut notes = Vec::new();
    if bare.len() != text.len() {
        notes.push(match item {
            Item::DeviceSecret => format!("{what} has blanks or line ends around it"),
            _ => format!("{what} has blanks or line ends around it (\"{}\")", text.escape_debug()),
        });
    }
    let bare = match item {
        Item::Address => host(bare, &mut notes),
        _ => bare,
    };
    let seen = bare
        .chars()
        .find(|c| invisible(*c))
        .filter(|_| item != Item::DeviceSecret);
    if let Some(c) = seen {
        notes.push(format!(
            "{what} holds the invisible character {}, which stays",
            c.escape_unicode()
        ));
    }
    (!notes.is_empty()).then(|| Correction {
        value: bare.as_bytes().to_vec(),
        note: format!("{}: used without it", notes.join("; ")),
    })
}

/// The host of an address that was typed as a link.
fn host<'a>(address: &'a str, notes: &mut Vec<String>) -> &'a str {
    let mut rest = address;
    if let Some((scheme, behind)) = address.split_once("://") {
        if SCHEMES
            .iter()
            .chain(&["http"])
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            notes.push(format!("the address begins with {scheme}://, which is not part of it"));
            rest = behind;
        }
    }
    if let Some((host, path)) = rest.split_once('/') {
        notes.push(format!("the address has \"/{path}\" behind it"));
        rest = host;
    }
    // More than one colon without brackets is an IPv6 address.
    let port = match rest.strip_prefix('[') {
        Some(inner) => inner.split_once(']').and_then(|(_, behind)| behind.strip_prefix(':')),
        None if rest.matches(':').count() == 1 => rest.split_once(':').map(|(_, port)| port),
        None => None,
    };
    match port {
        Some(port) if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) => {
            notes.push(format!(
                "the address has the port {port} in it, which is an item of its own"
            ));
            rest.get(..rest.len() - port.len() - 1).unwrap_or(rest)
        }
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(item: Item, value: &str) -> Option<(String, String)> {
        correct(item, value.as_bytes()).map(|c| (String::from_utf8(c.value).unwrap(), c.note))
    }

    #[test]
    fn addresses_as_people_type_them() {
        for right in [
            "iot.example.com",
            "127.0.0.1",
            "::1",
            "fe80::1%eth0",
            "[::1]",
            "localhost",
            "",
        ] {
            assert_eq!(corrected(Item::Address, right), None, "{right}");
        }
        for (typed, meant) in [
            ("mqtt://127.0.0.1", "127.0.0.1"),
            ("MQTTS://iot.example.com:8883/", "iot.example.com"),
            ("tcp://127.0.0.1/", "127.0.0.1"),
            ("https://iot.example.com/a/b", "iot.example.com"),
            (" 127.0.0.1 ", "127.0.0.1"),
            ("127.0.0.1\r\n", "127.0.0.1"),
            ("\u{feff}iot.example.com\u{200b}", "iot.example.com"),
            ("iot.example.com:1883", "iot.example.com"),
            ("[::1]:8883", "[::1]"),
            ("wss://[fe80::1]:443/mqtt\n", "[fe80::1]"),
        ] {
            assert_eq!(corrected(Item::Address, typed).unwrap().0, meant, "{typed}");
        }
    }

    #[test]
    fn ids_ports_and_secrets() {
        assert_eq!(corrected(Item::Port, " 1883\n").unwrap().0, "1883");
        let (id, note) = corrected(Item::DeviceId, "dev\u{a0}").unwrap();
        assert_eq!(id, "dev");
        assert!(note.contains("\\u{a0}"), "{note}");
        let (kept, note) = corrected(Item::DeviceId, "a\u{200b}b").unwrap();
        assert_eq!(kept, "a\u{200b}b");
        assert!(note.contains("\\u{200b}"), "{note}");
        let (secret, note) = corrected(Item::DeviceSecret, "s3cret\n").unwrap();
        assert_eq!(secret, "s3cret");
        assert!(!note.contains("s3cret"));
        assert_eq!(corrected(Item::DeviceSecret, "two words"), None);
        assert_eq!(corrected(Item::ScopeId, " x "), None);
        assert_eq!(correct(Item::DeviceId, b"\xff "), None);
    }
}
