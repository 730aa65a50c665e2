//! The fields that packets are made of, read and written, and what is wrong with one that cannot be
//! read.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::transport::numbers::ReasonCode;

/// What is wrong with a packet; ends the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// What an MQTT 5 server is told.
    pub(crate) reason: ReasonCode,
    pub(crate) text: String,
}

impl Malformed {
    /// It cannot be read.
    pub(crate) fn new(text: impl Into<String>) -> Malformed {
        Malformed::of(ReasonCode::MalformedPacket, text)
    }

    /// It can be read, and MQTT forbids it.
    pub(crate) fn forbidden(text: impl Into<String>) -> Malformed {
        Malformed::of(ReasonCode::ProtocolError, text)
    }

    pub(crate) fn of(reason: ReasonCode, text: impl Into<String>) -> Malformed {
        Malformed {
            reason,
            text: text.into(),
        }
    }
}

pub(super) fn cut_short() -> Malformed {
    Malformed::new("a packet is shorter than its fields")
}

pub(super) fn take_u8(bytes: &mut Bytes) -> Result<u8, Malformed> {
    bytes.try_get_u8().map_err(|_| cut_short())
}

pub(super) fn take_u16(bytes: &mut Bytes) -> Result<u16, Malformed> {
    bytes.try_get_u16().map_err(|_| cut_short())
}

pub(super) fn take_binary(bytes: &mut Bytes) -> Result<Bytes, Malformed> {
    let length = usize::from(take_u16(bytes)?);
    if bytes.len() < length {
        return Err(cut_short());
    }
    Ok(bytes.split_to(length))
}

pub(super) fn take_text(bytes: &mut Bytes) -> Result<String, Malformed> {
    let raw = take_binary(bytes)?;
    let text = std::str::from_utf8(&raw).map_err(|_| Malformed::new("a text is not UTF-8"))?;
    Ok(text.to_owned())
}

/// Variable byte integer; the caller has bounded the value.
pub(super) fn put_length(out: &mut BytesMut, mut length: usize) {
    loop {
        let low = (length % 128) as u8;
        length /= 128;
        if length == 0 {
            out.put_u8(low);
            return;
        }
        out.put_u8(low | 0x80);
    }
}

pub(super) fn length_size(length: usize) -> usize {
    match length {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    }
}

/// Length-prefixed bytes; texts are checked for 65,535 bytes where they are accepted.
pub(super) fn put_binary(out: &mut BytesMut, bytes: &[u8]) {
    let bytes = bytes.get(..usize::from(u16::MAX)).unwrap_or(bytes);
    out.put_u16(bytes.len() as u16);
    out.put_slice(bytes);
}

/// Variable byte integer: value and size, `None` when it is cut short.
pub(super) fn remaining_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
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
    Err(Malformed::new("a length field of more than four bytes"))
}
