//! What people type: addresses as links, line ends from files, blanks from tables. Pure; says what was corrected.

use super::items::Item;

/// A corrected value, and what there was to correct.
#[derive(Debug, PartialEq, Eq)]
pub struct Correction {
    pub value: Vec<u8>,
    pub notes: Vec<Note>,
}

/// What a value has that does not belong to it; never the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Blanks or line ends around it, and it with them.
    Blanks(&'static str, String),
    SecretBlanks,
    /// A character that nobody sees in the middle of it, which stays.
    Invisible(&'static str, char),
    Scheme(String),
    /// From the slash on.
    Path(String),
    Port(String),
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
            Item::DeviceSecret => Note::SecretBlanks,
            _ => Note::Blanks(what, text.to_owned()),
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
        notes.push(Note::Invisible(what, c));
    }
    (!notes.is_empty()).then(|| Correction {
        value: bare.as_bytes().to_vec(),
        notes,
    })
}

/// The host of an address that was typed as a link.
fn host<'a>(address: &'a str, notes: &mut Vec<Note>) -> &'a str {
    let mut rest = address;
    if let Some((scheme, behind)) = address.split_once("://") {
        if SCHEMES
            .iter()
            .chain(&["http"])
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            notes.push(Note::Scheme(scheme.to_owned()));
            rest = behind;
        }
    }
    if let Some((host, path)) = rest.split_once('/') {
        notes.push(Note::Path(format!("/{path}")));
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
            notes.push(Note::Port(port.to_owned()));
            rest.get(..rest.len() - port.len() - 1).unwrap_or(rest)
        }
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(item: Item, value: &str) -> Option<(String, String)> {
        correct(item, value.as_bytes()).map(|c| (String::from_utf8(c.value).unwrap(), format!("{:?}", c.notes)))
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
