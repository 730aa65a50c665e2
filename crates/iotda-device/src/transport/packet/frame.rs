//! Cuts the byte stream into packets, so that a codec always sees exactly one whole packet: its own "need more bytes"
//! error could not be told from a field that is cut short.

use bytes::{Buf, Bytes, BytesMut};

use super::{Malformed, PacketType};

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

/// Takes the next packet off the buffer, if it is complete. Packets above `max` bytes are refused unread.
pub(crate) fn take(buffer: &mut BytesMut, max: usize) -> Result<Option<Frame>, Malformed> {
    let Some(&first) = buffer.first() else { return Ok(None) };
    let Some((length, length_bytes)) = remaining_length(buffer.get(1..).unwrap_or_default())? else {
        return Ok(None);
    };
    let total = 1 + length_bytes + length;
    if total > max {
        return Err(Malformed(format!(
            "a packet of {total} bytes, more than the {max} accepted"
        )));
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

/// Variable byte integer: value and size, `None` when it is cut short.
pub(crate) fn remaining_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(Some((value, at + 1)));
        }
    }
    if bytes.len() < 4 {
        return Ok(None);
    }
    Err(Malformed("a length field of more than four bytes".into()))
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

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes: Vec<u8>) {
            let mut buffer = BytesMut::from(&bytes[..]);
            while let Ok(Some(frame)) = take(&mut buffer, 1 << 20) {
                prop_assert_eq!(frame.body().len() + 1 + frame.length_bytes, frame.bytes.len());
            }
        }
    }
}
