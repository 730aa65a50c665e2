//! What the platform says about one bus, with a key that no log line can show.

use std::fmt;

use zeroize::Zeroizing;

/// Text of the platform as it arrived: bytes without a zero among them, usually UTF-8.
pub type Text = Box<[u8]>;

/// The text that stands for a missing id or key, in the C struct and on the wire.
pub const ABSENT: &[u8] = b"-1";

/// Version of a bus whose group was deleted.
pub const DELETED: i64 = -1;

/// The group secret of a bus. Wiped when dropped; its `Debug` output is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Zeroizing<Text>);

impl Key {
    pub fn new(text: &[u8]) -> Key {
        Key(Zeroizing::new(text.into()))
    }

    /// The key's characters, also when they are no usable key.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this opens anything: `""` and the text for a missing key do not.
    pub fn usable(&self) -> bool {
        !self.0.is_empty() && **self.0 != *ABSENT
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A member of a bus.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Never empty.
    pub device_id: Text,
    /// The address that the member reported; empty when none is known.
    pub device_ip: Text,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", shown(&self.device_id), shown(&self.device_ip))
    }
}

/// A soft bus: a group of devices and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Bus {
    /// Opaque; [`ABSENT`] when the platform left it out.
    pub bus_id: Text,
    /// The name given in the console; may be empty.
    pub bus_name: Text,
    pub version: i64,
    pub key: Key,
    /// In the platform's order; an id may occur twice.
    pub devices: Vec<Member>,
    /// Members that the platform lists without an address member: not shown, but the list is not complete.
    pub unaddressed: usize,
}

impl Bus {
    /// Whether look-ups may use this bus: its group was not deleted.
    pub fn live(&self) -> bool {
        self.version != DELETED
    }

    /// Whether a member has this id.
    pub fn lists(&self, device_id: &[u8]) -> bool {
        self.devices.iter().any(|member| *member.device_id == *device_id)
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus")
            .field("bus_id", &shown(&self.bus_id))
            .field("bus_name", &shown(&self.bus_name))
            .field("version", &self.version)
            .field("key", &self.key)
            .field("devices", &self.devices)
            .finish()
    }
}

/// Text of the platform for a log line: on one line and of bounded length.
pub fn shown(text: &[u8]) -> String {
    const LIMIT: usize = 200;
    let whole = String::from_utf8_lossy(text);
    let mut line: String = whole.chars().take(LIMIT).flat_map(char::escape_debug).collect();
    if whole.chars().nth(LIMIT).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_in_debug_output() {
        let bus = Bus {
            bus_id: b"b1"[..].into(),
            bus_name: b"hall"[..].into(),
            version: 3,
            key: Key::new(b"pQ7wLm2ZxV9tRb4K"),
            devices: vec![Member {
                device_id: b"dev_A"[..].into(),
                device_ip: b"10.0.0.1"[..].into(),
            }],
            unaddressed: 0,
        };
        let text = format!("{bus:?}");
        assert!(
            text.contains("***") && text.contains("dev_A@10.0.0.1") && !text.contains("pQ7"),
            "{text}"
        );
    }

    #[test]
    fn a_missing_or_empty_key_is_not_usable() {
        assert!(!Key::new(b"").usable() && !Key::new(b"-1").usable() && Key::new(b"-").usable());
    }

    #[test]
    fn log_text_stays_on_one_short_line() {
        assert_eq!(shown(b"a\nb\x1b"), "a\\nb\\u{1b}");
        assert_eq!(shown(&[b'x'; 999]).chars().count(), 201);
    }
}
