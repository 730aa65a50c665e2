//! Packets by which members find each other (docs/spec/lan-finding.md#packet): sealed whole, so that a stranger reads neither
//! ids nor addresses, under a tag that changes every half hour, so that nobody is followed by it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use ring::{hkdf, hmac};
use zeroize::Zeroizing;

use crate::hello::is_id;
use crate::noise::Psk;

const MAGIC: [u8; 4] = *b"HDF\x01";
const INFO: &[u8] = b"hwmqtt find v1";
const VERSION: u8 = 1;
/// Bytes before the sealed body: magic, type, tag, nonce.
const HEAD: usize = 4 + 1 + 8 + 24;
/// Magic, type and tag: what the seal also covers.
const BOUND: usize = 13;
const SEAL: usize = 16;
/// Body without id and addresses.
const FIXED: usize = 1 + 16 + 2 + 1 + 1 + 1;
/// Longest packet.
pub const MAX: usize = 512;
/// Most addresses in a packet.
pub const MAX_ADDRESSES: usize = 16;
/// A probe has at least so many bytes, so that no answer to it is more than half longer.
pub const PROBE: usize = 152;
/// The lowest TCP port that is believed.
pub const LOWEST_PORT: u16 = 1024;
/// Role bits: this device listens, this device dials.
pub const LISTENS: u8 = 1;
pub const DIALS: u8 = 2;

/// What stands for a key in clear during one half hour.
pub type Tag = [u8; 8];
/// What an answer must repeat to prove that its sender has the key now.
pub type Challenge = [u8; 16];
pub type Nonce = [u8; 24];
/// Of an answer that nobody asked for.
pub const UNASKED: Challenge = [0; 16];

/// The half hour since 1970 in which a second lies.
pub fn half_hour(unix: u64) -> u32 {
    (unix / 1800) as u32
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    Probe = 1,
    Here = 2,
}

/// What a bus's stretched key gives for finding.
pub struct Keys {
    seal: Zeroizing<[u8; 32]>,
    tag: hmac::Key,
}

struct Both;

impl hkdf::KeyType for Both {
    fn len(&self) -> usize {
        64
    }
}

impl Keys {
    pub fn new(psk: &Psk) -> Option<Keys> {
        let mut both = Zeroizing::new([0; 64]);
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&psk[..]);
        secret.expand(&[INFO], Both).ok()?.fill(&mut both[..]).ok()?;
        let (seal, tag) = both.split_at(32);
        Some(Keys {
            seal: Zeroizing::new(seal.try_into().ok()?),
            tag: hmac::Key::new(hmac::HMAC_SHA256, tag),
        })
    }

    /// Whether they come from the same key.
    pub fn same_as(&self, other: &Keys) -> bool {
        self.seal == other.seal
    }

    pub fn tag(&self, half_hour: u32) -> Tag {
        let mut text = *b"tag\0\0\0\0";
        if let Some(number) = text.last_chunk_mut() {
            *number = half_hour.to_be_bytes();
        }
        let mac = hmac::sign(&self.tag, &text);
        mac.as_ref().first_chunk().copied().unwrap_or_default()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.seal).into())
    }
}

/// What a packet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub challenge: Challenge,
    /// Where the sender's link listens, or would.
    pub port: u16,
    pub roles: u8,
    pub id: String,
    /// Where else the sender may be found: hints.
    pub addresses: Vec<IpAddr>,
}

fn size(address: &IpAddr) -> usize {
    if address.is_ipv4() { 5 } else { 17 }
}

impl Body {
    /// Bytes of the packet.
    pub fn packet_size(&self) -> usize {
        HEAD + SEAL + FIXED + self.id.len() + self.addresses.iter().map(size).sum::<usize>()
    }

    /// Drops addresses from the end until the packet has at most `most` bytes; whether it has.
    pub fn shorten(&mut self, most: usize) -> bool {
        while self.packet_size() > most && self.addresses.pop().is_some() {}
        self.packet_size() <= most
    }

    /// Repeats addresses until a probe is long enough, or as long as it can be.
    pub fn lengthen(&mut self) {
        let own = self.addresses.clone();
        for address in own.iter().cycle() {
            if self.packet_size() >= PROBE || self.addresses.len() >= MAX_ADDRESSES {
                break;
            }
            self.addresses.push(*address);
        }
    }

    fn write(&self) -> Option<Vec<u8>> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.challenge);
        out.extend_from_slice(&self.port.to_be_bytes());
        out.push(self.roles);
        out.push(u8::try_from(self.id.len()).ok()?);
        out.extend_from_slice(self.id.as_bytes());
        out.push(u8::try_from(self.addresses.len()).ok()?);
        for address in &self.addresses {
            match address {
                IpAddr::V4(v4) => {
                    out.push(4);
                    out.extend_from_slice(&v4.octets());
                }
                IpAddr::V6(v6) => {
                    out.push(6);
                    out.extend_from_slice(&v6.octets());
                }
            }
        }
        Some(out)
    }

    /// `None` for another version, a port below 1024, an id that is none, and any length that does not fit.
    pub fn read(bytes: &[u8]) -> Option<Body> {
        let (&[version], rest) = bytes.split_first_chunk()?;
        let (&challenge, rest) = rest.split_first_chunk()?;
        let (&port, rest) = rest.split_first_chunk()?;
        let (&[roles, length], rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_at_checked(length.into())?;
        let (&[count], mut rest) = rest.split_first_chunk()?;
        let mut addresses = Vec::with_capacity(usize::from(count).min(MAX_ADDRESSES));
        for _ in 0..count {
            let (&[family], after) = rest.split_first_chunk()?;
            let (address, after): (IpAddr, _) = match family {
                4 => after
                    .split_first_chunk::<4>()
                    .map(|(a, rest)| (Ipv4Addr::from(*a).into(), rest))?,
                6 => after
                    .split_first_chunk::<16>()
                    .map(|(a, rest)| (Ipv6Addr::from(*a).into(), rest))?,
                _ => return None,
            };
            addresses.push(address);
            rest = after;
        }
        let id = std::str::from_utf8(id).ok().filter(|id| is_id(id))?;
        let port = u16::from_be_bytes(port);
        let good = version == VERSION && port >= LOWEST_PORT && addresses.len() <= MAX_ADDRESSES && rest.is_empty();
        good.then(|| Body {
            challenge,
            port,
            roles,
            id: id.to_owned(),
            addresses,
        })
    }
}

/// A whole packet; `None` if it would be longer than [`MAX`].
pub fn seal(keys: &Keys, kind: Kind, tag: &Tag, nonce: &Nonce, body: &Body) -> Option<Vec<u8>> {
    let mut sealed = body.write()?;
    let mut packet = Vec::with_capacity(body.packet_size());
    packet.extend_from_slice(&MAGIC);
    packet.push(kind as u8);
    packet.extend_from_slice(tag);
    let mac = keys
        .cipher()
        .encrypt_in_place_detached(nonce.into(), &packet, &mut sealed)
        .ok()?;
    packet.extend_from_slice(nonce);
    packet.extend_from_slice(&sealed);
    packet.extend_from_slice(&mac);
    (packet.len() <= MAX).then_some(packet)
}

/// A packet as anybody can read it.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    pub kind: Kind,
    pub tag: Tag,
    pub nonce: Nonce,
    bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// `None` for what cannot be one.
    pub fn parse(bytes: &'a [u8]) -> Option<Packet<'a>> {
        if !(HEAD + SEAL + FIXED + 1..=MAX).contains(&bytes.len()) {
            return None;
        }
        let (magic, rest) = bytes.split_first_chunk()?;
        let (&[kind], rest) = rest.split_first_chunk()?;
        let (tag, rest) = rest.split_first_chunk()?;
        let (nonce, _) = rest.split_first_chunk()?;
        let kind = match kind {
            1 => Kind::Probe,
            2 => Kind::Here,
            _ => return None,
        };
        (*magic == MAGIC).then_some(Packet {
            kind,
            tag: *tag,
            nonce: *nonce,
            bytes,
        })
    }

    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// `None`: not sealed under these keys. Inner `None`: sealed by a member, but not understood.
    pub fn open(&self, keys: &Keys) -> Option<Option<Body>> {
        let bound = self.bytes.get(..BOUND)?;
        let (sealed, mac) = self.bytes.get(HEAD..)?.split_last_chunk::<SEAL>()?;
        let mut plain = [0; MAX];
        let plain = plain.get_mut(..sealed.len())?;
        plain.copy_from_slice(sealed);
        let opened = keys
            .cipher()
            .decrypt_in_place_detached((&self.nonce).into(), bound, plain, mac.into());
        opened.is_ok().then(|| Body::read(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(byte: u8) -> Keys {
        Keys::new(&Psk::new([byte; 32])).unwrap()
    }

    fn body() -> Body {
        Body {
            challenge: [7; 16],
            port: 28177,
            roles: LISTENS,
            id: "64f1c0a2_node-01".into(),
            addresses: vec!["10.79.0.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        }
    }

    #[test]
    fn there_and_back() {
        let (keys, tag) = (keys(1), keys(1).tag(946_684));
        let bytes = seal(&keys, Kind::Probe, &tag, &[9; 24], &body()).unwrap();
        assert_eq!(bytes.len(), body().packet_size());
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.kind, packet.tag, packet.nonce), (Kind::Probe, tag, [9; 24]));
        assert_eq!(packet.open(&keys), Some(Some(body())));
        assert!(!bytes.windows(4).any(|w| w == b"node" || w == [10, 79, 0, 1]));
    }

    #[test]
    fn every_byte_counts() {
        let (keys, tag) = (keys(1), [5; 8]);
        let bytes = seal(&keys, Kind::Here, &tag, &[9; 24], &body()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 3; // turns one type into the other
            let opened = Packet::parse(&changed).and_then(|packet| packet.open(&keys));
            assert_eq!(opened, None, "byte {at}");
        }
        for length in 0..bytes.len() {
            let opened = Packet::parse(&bytes[..length]).and_then(|packet| packet.open(&keys));
            assert_eq!(opened, None, "{length} bytes");
        }
        assert_eq!(Packet::parse(&bytes).unwrap().open(&super::tests::keys(2)), None);
    }

    #[test]
    fn bodies_that_are_not_understood() {
        let good = body().write().unwrap();
        assert_eq!(Body::read(&good), Some(body()));
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            Body::read(&bytes)
        };
        assert_eq!(with(0, 2), None, "version");
        assert_eq!(with(17, 3), None, "port 786");
        assert_eq!(with(20, 0), None, "no id");
        assert_eq!(with(20, 200), None, "id beyond the end");
        assert_eq!(with(21, 7), None, "control character");
        assert_eq!(with(37, 3), None, "addresses beyond the end");
        assert_eq!(with(38, 5), None, "family");
        assert_eq!(Body::read(&[&good[..], &[0]].concat()), None, "more behind");
        for length in 0..good.len() {
            assert_eq!(Body::read(&good[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn probes_are_long_and_answers_can_be_short() {
        let mut short = body();
        short.id = "A".into();
        short.addresses.truncate(1);
        short.lengthen();
        assert!(
            (PROBE..PROBE + 17).contains(&short.packet_size()),
            "{}",
            short.packet_size()
        );
        let mut long = body();
        long.id = "x".repeat(128);
        long.addresses = vec!["2001:db8::1".parse().unwrap(); 16];
        assert!(long.packet_size() <= MAX);
        assert!(long.shorten(PROBE * 3 / 2) && !long.addresses.is_empty());
        assert!(!long.shorten(100));
    }

    #[test]
    fn a_tag_holds_for_half_an_hour() {
        assert_eq!(
            (half_hour(1799), half_hour(1800), half_hour(1_764_561_600)),
            (0, 1, 980_312)
        );
        let tags: std::collections::HashSet<Tag> = (0..100).map(|n| keys(1).tag(n)).chain([keys(2).tag(5)]).collect();
        assert_eq!(tags.len(), 101);
    }
}
