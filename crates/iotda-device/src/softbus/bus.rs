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
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Never empty.
    pub device_id: &'a [u8],
    /// The address that the member reported; empty when none is known.
    pub device_ip: &'a [u8],
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", shown(self.device_id), shown(self.device_ip))
    }
}

/// The members of a bus in the platform's order; an id may occur twice. Their texts lie in one block.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Members {
    texts: Vec<u8>,
    /// Where the texts of each member end: id, then address.
    ends: Vec<(usize, usize)>,
}

impl Members {
    /// An empty list with room for this many ordinary members.
    pub fn with_capacity(members: usize) -> Members {
        const USUAL_TEXTS: usize = 48;
        Members {
            texts: Vec::with_capacity(members * USUAL_TEXTS),
            ends: Vec::with_capacity(members),
        }
    }

    /// Appends a member.
    pub fn push(&mut self, device_id: &[u8], device_ip: &[u8]) {
        self.texts.extend_from_slice(device_id);
        let id_end = self.texts.len();
        self.texts.extend_from_slice(device_ip);
        self.ends.push((id_end, self.texts.len()));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The member at this place.
    pub fn get(&self, at: usize) -> Option<Member<'_>> {
        let start = at.checked_sub(1).and_then(|last| self.ends.get(last));
        let start = start.map_or(0, |(_, end)| *end);
        self.member(start, *self.ends.get(at)?)
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Member<'_>> + Clone {
        let mut start = 0;
        self.ends.iter().map(move |(id_end, end)| {
            let from = std::mem::replace(&mut start, *end);
            self.member(from, (*id_end, *end)).unwrap_or(Member {
                device_id: b"",
                device_ip: b"",
            })
        })
    }

    fn member(&self, start: usize, (id_end, end): (usize, usize)) -> Option<Member<'_>> {
        Some(Member {
            device_id: self.texts.get(start..id_end)?,
            device_ip: self.texts.get(id_end..end)?,
        })
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<I: AsRef<[u8]>, A: AsRef<[u8]>> FromIterator<(I, A)> for Members {
    fn from_iter<T: IntoIterator<Item = (I, A)>>(members: T) -> Members {
        let mut list = Members::default();
        for (device_id, device_ip) in members {
            list.push(device_id.as_ref(), device_ip.as_ref());
        }
        list
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
    pub devices: Members,
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
        self.devices.iter().any(|member| member.device_id == device_id)
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
            devices: [("dev_A", "10.0.0.1")].into_iter().collect(),
            unaddressed: 0,
        };
        let text = format!("{bus:?}");
        assert!(
            text.contains("***") && text.contains("dev_A@10.0.0.1") && !text.contains("pQ7"),
            "{text}"
        );
    }

    #[test]
    fn members_are_found_by_their_place() {
        let members: Members = [("a", "10.0.0.1"), ("bb", ""), ("a", "::1")].into_iter().collect();
        let all: Vec<Member<'_>> = members.iter().collect();
        assert_eq!((members.len(), members.is_empty(), all.len()), (3, false, 3));
        for (at, member) in all.iter().enumerate() {
            assert_eq!(members.get(at).as_ref(), Some(member));
        }
        assert_eq!(
            all.first().map(|m| (m.device_id, m.device_ip)),
            Some((&b"a"[..], &b"10.0.0.1"[..]))
        );
        assert_eq!(
            all.last().map(|m| (m.device_id, m.device_ip)),
            Some((&b"a"[..], &b"::1"[..]))
        );
        assert_eq!(members.get(3), None);
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
