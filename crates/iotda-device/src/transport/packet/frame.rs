//! Cuts the byte stream into packets, so that a codec always sees exactly one whole packet: its own "need more bytes"
//! error could not be told from a field that is cut short.

use bytes::{Buf, Bytes, BytesMut};

use super::field::{Malformed, cut_short, remaining_length};
use super::publish::check_topic;
use crate::transport::numbers::{PacketType, ReasonCode};

/// One packet with its fixed header.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) first: u8,
    /// Bytes of the remaining-length field.
    pub(crate) length_bytes: usize,
    pub(crate) bytes: Bytes,
}

impl Frame {
    pub(crate) fn kind(&self) -> Option<PacketType> {
        PacketType::of(self.first)
    }

    /// Everything after the fixed header.
    pub(crate) fn body(&self) -> Bytes {
        let mut body = self.bytes.clone();
        body.advance((1 + self.length_bytes).min(body.len()));
        body
    }
}

/// Packet type of the next packet, once its first byte is there.
pub(crate) fn next_kind(buffer: &BytesMut) -> Option<PacketType> {
    buffer.first().and_then(|first| PacketType::of(*first))
}

/// A PUBLISH that is larger than what is taken: its beginning.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Oversized {
    /// Bytes of the whole packet.
    pub(crate) total: usize,
    pub(crate) topic: String,
    pub(crate) qos: u8,
    pub(crate) packet_id: u16,
}

/// Bytes of the next packet, if it is a PUBLISH, once that shows.
pub(crate) fn publish_total(buffer: &BytesMut) -> Result<Option<usize>, Malformed> {
    Ok(publish_size(buffer)?.map(|(_, total)| total))
}

/// Bytes of the fixed header and of the whole of the next packet, if it is a PUBLISH.
fn publish_size(buffer: &BytesMut) -> Result<Option<(usize, usize)>, Malformed> {
    if next_kind(buffer) != Some(PacketType::Publish) {
        return Ok(None);
    }
    let length = remaining_length(buffer.get(1..).unwrap_or_default())?;
    Ok(length.map(|(length, length_bytes)| (1 + length_bytes, 1 + length_bytes + length)))
}

/// Reads topic and id of such a packet, and takes nothing off the buffer. `None`: more bytes are needed.
pub(crate) fn oversized(buffer: &BytesMut) -> Result<Option<Oversized>, Malformed> {
    let Some((header, total)) = publish_size(buffer)? else {
        return Ok(None);
    };
    let qos = buffer.first().map_or(0, |first| (first >> 1) & 3);
    let mut rest = buffer.get(header..).unwrap_or_default();
    let Ok(length) = rest.try_get_u16().map(usize::from) else {
        return Ok(None);
    };
    let id_bytes = if qos > 0 { 2 } else { 0 };
    if header + 2 + length + id_bytes > total {
        return Err(cut_short());
    }
    let Some((topic, mut rest)) = rest.split_at_checked(length) else {
        return Ok(None);
    };
    let packet_id = match (qos, rest.try_get_u16()) {
        (0, _) => 0,
        (_, Ok(id)) => id,
        (_, Err(_)) => return Ok(None),
    };
    let topic = std::str::from_utf8(topic).map_err(|_| Malformed::new("a text is not UTF-8"))?;
    check_topic(topic, false, qos)?;
    if qos == 3 || (qos > 0 && packet_id == 0) {
        return Err(Malformed::new("a PUBLISH with a wrong QoS or packet id"));
    }
    Ok(Some(Oversized {
        total,
        topic: topic.to_owned(),
        qos,
        packet_id,
    }))
}

/// Takes the next packet off the buffer, if it is complete. Packets above `max` bytes are refused unread.
pub(crate) fn take(buffer: &mut BytesMut, max: usize) -> Result<Option<Frame>, Malformed> {
    let Some(&first) = buffer.first() else { return Ok(None) };
    let Some((length, length_bytes)) = remaining_length(buffer.get(1..).unwrap_or_default())? else {
        return Ok(None);
    };
    let total = 1 + length_bytes + length;
    if total > max {
        return Err(Malformed::of(
            ReasonCode::PacketTooLarge,
            format!("a packet of {total} bytes, more than the {max} accepted"),
        ));
    }
    if buffer.len() < total {
        buffer.reserve(total - buffer.len());
        return Ok(None);
    }
    Ok(Some(Frame {
        first,
        length_bytes,
        bytes: buffer.split_to(total).freeze(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_for_the_whole_packet() {
        let whole = [0xd0, 0x00, 0x40, 0x02, 0x00, 0x07];
        let mut buffer = BytesMut::new();
        let mut kinds = Vec::new();
        for byte in whole {
            buffer.extend_from_slice(&[byte]);
            while let Some(frame) = take(&mut buffer, 100).unwrap() {
                kinds.push((frame.kind(), frame.body().to_vec()));
            }
        }
        assert_eq!(
            kinds,
            [
                (Some(PacketType::PingResp), vec![]),
                (Some(PacketType::PubAck), vec![0, 7])
            ]
        );
    }

    #[test]
    fn refuses_what_is_too_big_or_too_long() {
        assert!(take(&mut BytesMut::from(&[0x30, 0x80, 0x80, 0x01][..]), 1_000).is_err());
        assert!(take(&mut BytesMut::from(&[0x30, 0x80, 0x80, 0x80, 0x80, 0x01][..]), 1_000).is_err());
        assert!(
            take(&mut BytesMut::from(&[0x30, 0x80, 0x80][..]), 1_000)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn the_beginning_of_a_large_message_is_enough() {
        let whole = [0x32, 0x80, 0x80, 0x01, 0, 3, b'a', b'/', b'b', 0, 7, b'x'];
        for cut in 0..whole.len() {
            let buffer = BytesMut::from(&whole[..cut]);
            assert_eq!(publish_total(&buffer).unwrap(), (cut >= 4).then_some(16_388));
            assert_eq!(oversized(&buffer).unwrap().is_some(), cut >= 11, "{cut}");
        }
        let seen = oversized(&BytesMut::from(&whole[..])).unwrap().unwrap();
        assert_eq!(
            (seen.total, seen.topic.as_str(), seen.qos, seen.packet_id),
            (16_388, "a/b", 1, 7)
        );
        assert!(oversized(&BytesMut::from(&[0x30, 1, 0, 3][..])).is_err());
        assert!(oversized(&BytesMut::from(&[0x30, 9, 0, 1, b'+'][..])).is_err());
        assert_eq!(
            publish_total(&BytesMut::from(&[0x40, 0x80, 0x80, 0x01][..])).unwrap(),
            None
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes: Vec<u8>) {
            let mut buffer = BytesMut::from(&bytes[..]);
            let _ = oversized(&buffer);
            while let Ok(Some(frame)) = take(&mut buffer, 1 << 20) {
                prop_assert_eq!(frame.body().len() + 1 + frame.length_bytes, frame.bytes.len());
            }
        }
    }
}
