//! Plain texts inside RECORD frames (docs/spec/nearlink.md#records).

/// Longest DATA body.
pub const MAX_DATA: usize = 2018;
/// Why a session is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Reason {
    Normal = 0,
    /// The key or the membership changed.
    Changed = 1,
    /// A newer session of the same device took its place.
    Replaced = 2,
    Protocol = 3,
    /// Idle, or shutdown of the process.
    Idle = 4,
}

/// Whether the peer could queue a message; the wire's bytes 0, 1, 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Queued,
    /// Its receive queue was full: the message is gone.
    Full,
    NoReceiver,
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    Confirm,
    Ready,
    Data { seq: u32, body: &'a [u8] },
    Ack { seq: u32, status: u8 },
    Ping(u32),
    Pong(u32),
    Close(u16),
}

impl<'a> Record<'a> {
    /// `None` for an unknown kind or a wrong length.
    pub fn parse(plain: &'a [u8]) -> Option<Record<'a>> {
        let (&kind, rest) = plain.split_first()?;
        Some(match kind {
            0x01 if rest.is_empty() => Record::Confirm,
            0x02 if rest.is_empty() => Record::Ready,
            0x10 => {
                let (seq, body) = rest.split_first_chunk()?;
                if !(1..=MAX_DATA).contains(&body.len()) {
                    return None;
                }
                Record::Data {
                    seq: u32::from_be_bytes(*seq),
                    body,
                }
            }
            0x11 => {
                let &[a, b, c, d, status] = <&[u8; 5]>::try_from(rest).ok()?;
                Record::Ack {
                    seq: u32::from_be_bytes([a, b, c, d]),
                    status,
                }
            }
            0x20 => Record::Ping(u32::from_be_bytes(rest.try_into().ok()?)),
            0x21 => Record::Pong(u32::from_be_bytes(rest.try_into().ok()?)),
            0x30 => Record::Close(u16::from_be_bytes(rest.try_into().ok()?)),
            _ => return None,
        })
    }

    /// Appends the plain text.
    pub fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Record::Confirm => out.push(0x01),
            Record::Ready => out.push(0x02),
            Record::Data { seq, body } => {
                out.push(0x10);
                out.extend_from_slice(&seq.to_be_bytes());
                out.extend_from_slice(body);
            }
            Record::Ack { seq, status } => {
                out.push(0x11);
                out.extend_from_slice(&seq.to_be_bytes());
                out.push(status);
            }
            Record::Ping(token) => put_u32(out, 0x20, token),
            Record::Pong(token) => put_u32(out, 0x21, token),
            Record::Close(reason) => {
                out.push(0x30);
                out.extend_from_slice(&reason.to_be_bytes());
            }
        }
    }
}

fn put_u32(out: &mut Vec<u8>, kind: u8, value: u32) {
    out.push(kind);
    out.extend_from_slice(&value.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_parses_prints_the_same(plain in prop::collection::vec(any::<u8>(), 0..40), kind in prop::sample::select(vec![1u8, 2, 0x10, 0x11, 0x20, 0x21, 0x30, 0x31])) {
            let mut plain = plain;
            plain.insert(0, kind);
            if let Some(record) = Record::parse(&plain) {
                let mut out = Vec::new();
                record.put(&mut out);
                prop_assert_eq!(out, plain);
            }
        }
    }

    #[test]
    fn data_lengths() {
        let mut plain = vec![0x10, 0, 0, 0, 1];
        assert_eq!(Record::parse(&plain), None, "empty message");
        plain.resize(5 + MAX_DATA, b'x');
        assert!(Record::parse(&plain).is_some());
        plain.push(b'x');
        assert_eq!(Record::parse(&plain), None);
        assert_eq!(Record::parse(&[]), None);
    }
}
