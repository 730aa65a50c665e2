//! The bytes of the spool: length and CRC-32 of the body, then the body: what was accepted, or which message has ended.

use bytes::Bytes;

use super::stamp::Stamp;
use crate::protocol::topics;
use crate::transport::message::{Properties, Publish};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Record {
    Accepted {
        key: u64,
        publish: Publish,
        /// `None` in records of versions that did not write it.
        at: Option<Stamp>,
    },
    Ended {
        key: u64,
    },
}

/// What stands at the beginning of some bytes, and how many of them it takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Record(Record, usize),
    /// A record whose content is not what was written.
    Damaged(usize),
    /// A whole record of a kind that a later release writes.
    Newer,
    /// Nothing, or a record that was not written to its end.
    End,
}

// The kind of a record is also the version of its format: another format gets another number, and what is written once
// stays readable. A release that meets a number beyond its own leaves the whole directory to the later one.

/// Without the time.
const ACCEPTED: u8 = 1;
const ENDED: u8 = 2;
const ACCEPTED_AT: u8 = 3;
/// Bytes before the body: its length and its checksum.
pub(super) const HEAD: usize = 8;

pub(super) fn accepted(key: u64, publish: &Publish, at: Stamp) -> Option<Vec<u8>> {
    let mut body = vec![ACCEPTED_AT];
    for number in [key, at.boot, at.since_boot, at.wall] {
        body.extend_from_slice(&number.to_le_bytes());
    }
    body.push(publish.qos);
    put(&mut body, publish.topic.as_bytes())?;
    body.push(u8::from(publish.properties.is_some()));
    if let Some(properties) = publish.properties.as_deref() {
        body.extend_from_slice(&u32::try_from(properties.user.len()).ok()?.to_le_bytes());
        for (name, value) in &properties.user {
            put(&mut body, name.as_bytes())?;
            put(&mut body, value.as_bytes())?;
        }
        put_optional(&mut body, properties.content_type.as_deref().map(str::as_bytes))?;
        put_optional(&mut body, properties.response_topic.as_deref().map(str::as_bytes))?;
        put_optional(&mut body, properties.correlation_data.as_deref())?;
    }
    body.extend_from_slice(&publish.payload);
    framed(&body)
}

pub(super) fn ended(key: u64) -> Option<Vec<u8>> {
    let mut body = vec![ENDED];
    body.extend_from_slice(&key.to_le_bytes());
    framed(&body)
}

fn framed(body: &[u8]) -> Option<Vec<u8>> {
    let mut record = Vec::with_capacity(HEAD + body.len());
    record.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    record.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    record.extend_from_slice(body);
    Some(record)
}

fn put(body: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    body.extend_from_slice(&u32::try_from(bytes.len()).ok()?.to_le_bytes());
    body.extend_from_slice(bytes);
    Some(())
}

fn put_optional(body: &mut Vec<u8>, bytes: Option<&[u8]>) -> Option<()> {
    body.push(u8::from(bytes.is_some()));
    bytes.map_or(Some(()), |bytes| put(body, bytes))
}

/// The length of the body behind this head; 0 where there is no head.
pub(super) fn body_length(head: &[u8]) -> u64 {
    Reader(head).number().unwrap_or(0).into()
}

/// Reads the first record.
pub(super) fn next(bytes: &[u8]) -> Next {
    let mut rest = Reader(bytes);
    let (Some(length), Some(crc)) = (rest.number(), rest.number()) else {
        return Next::End;
    };
    let Some(body) = rest.take(length as usize).filter(|body| !body.is_empty()) else {
        return Next::End; // zeros, too: the system may have made the file longer before it wrote
    };
    let size = HEAD + body.len();
    if crc32fast::hash(body) != crc {
        return Next::Damaged(size);
    }
    match parse(body) {
        Some(record) => Next::Record(record, size),
        None if body.first().is_some_and(|kind| *kind > ACCEPTED_AT) => Next::Newer,
        None => Next::Damaged(size),
    }
}

fn parse(body: &[u8]) -> Option<Record> {
    let mut rest = Reader(body);
    let kind = rest.byte()?;
    let key = rest.long()?;
    match kind {
        ENDED => Some(Record::Ended { key }),
        ACCEPTED | ACCEPTED_AT => {
            let at = if kind == ACCEPTED_AT {
                Some(Stamp {
                    boot: rest.long()?,
                    since_boot: rest.long()?,
                    wall: rest.long()?,
                })
            } else {
                None
            };
            let qos = rest.byte().filter(|qos| topics::is_qos(*qos))?;
            let topic = rest.text()?;
            let properties = match rest.byte()? {
                0 => None,
                _ => Some(Box::new(rest.properties()?)),
            };
            let publish = Publish {
                properties,
                ..Publish::new(topic, Bytes::copy_from_slice(rest.0), qos, 0)
            };
            Some(Record::Accepted { key, publish, at })
        }
        _ => None,
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn long(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            _ => read(self).map(Some),
        }
    }

    fn properties(&mut self) -> Option<Properties> {
        let count = self.number()?;
        let mut user = Vec::new();
        for _ in 0..count {
            user.push((self.text()?, self.text()?));
        }
        Some(Properties {
            user,
            content_type: self.optional(Self::text)?,
            response_topic: self.optional(Self::text)?,
            correlation_data: self.optional(|rest| rest.bytes().map(Bytes::copy_from_slice))?,
            topic_alias: None,
        })
    }
}
