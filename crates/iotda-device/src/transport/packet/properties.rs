//! MQTT 5 properties of PUBLISH, in the order that the C SDK sends: user, content type, response topic, correlation
//! data, alias (spec 11.3).

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{Malformed, cut_short, frame, length_size, put_binary, put_length, take_binary, take_text};
use crate::transport::message::Properties;

const PAYLOAD_FORMAT: u8 = 0x01;
const MESSAGE_EXPIRY: u8 = 0x02;
const CONTENT_TYPE: u8 = 0x03;
const RESPONSE_TOPIC: u8 = 0x08;
const CORRELATION_DATA: u8 = 0x09;
const SUBSCRIPTION_ID: u8 = 0x0b;
const TOPIC_ALIAS: u8 = 0x23;
const USER: u8 = 0x26;

/// Properties to send, with their size counted once.
pub(super) struct Sized<'a> {
    properties: Option<&'a Properties>,
    alias: Option<u16>,
    length: usize,
}

impl<'a> Sized<'a> {
    pub(super) fn new(properties: Option<&'a Properties>, alias: Option<u16>) -> Self {
        let text = |t: &Option<String>| t.as_ref().map_or(0, |t| 3 + t.len());
        let length = properties.map_or(0, |p| {
            p.user
                .iter()
                .map(|(key, value)| 5 + key.len() + value.len())
                .sum::<usize>()
                + text(&p.content_type)
                + text(&p.response_topic)
                + p.correlation_data.as_ref().map_or(0, |data| 3 + data.len())
        }) + alias.map_or(0, |_| 3);
        Sized {
            properties,
            alias,
            length,
        }
    }

    /// Bytes of the whole field, its length included.
    pub(super) fn size(&self) -> usize {
        length_size(self.length) + self.length
    }

    pub(super) fn put(&self, out: &mut BytesMut) {
        put_length(out, self.length);
        if let Some(properties) = self.properties {
            for (key, value) in &properties.user {
                out.put_u8(USER);
                put_binary(out, key.as_bytes());
                put_binary(out, value.as_bytes());
            }
            let single = [
                (CONTENT_TYPE, properties.content_type.as_deref().map(str::as_bytes)),
                (RESPONSE_TOPIC, properties.response_topic.as_deref().map(str::as_bytes)),
                (CORRELATION_DATA, properties.correlation_data.as_deref()),
            ];
            for (kind, value) in single {
                if let Some(value) = value {
                    out.put_u8(kind);
                    put_binary(out, value);
                }
            }
        }
        if let Some(alias) = self.alias {
            out.put_u8(TOPIC_ALIAS);
            out.put_u16(alias);
        }
    }
}

/// Reads the property field of a PUBLISH and leaves the payload in `bytes`.
pub(super) fn take(bytes: &mut Bytes) -> Result<Box<Properties>, Malformed> {
    let length = take_length(bytes)?;
    if bytes.len() < length {
        return Err(cut_short());
    }
    let mut field = bytes.split_to(length);
    let mut properties = Box::<Properties>::default();
    while field.has_remaining() {
        match super::take_u8(&mut field)? {
            PAYLOAD_FORMAT => skip(&mut field, 1)?,
            MESSAGE_EXPIRY => skip(&mut field, 4)?,
            CONTENT_TYPE => properties.content_type = Some(take_text(&mut field)?),
            RESPONSE_TOPIC => properties.response_topic = Some(take_text(&mut field)?),
            CORRELATION_DATA => properties.correlation_data = Some(take_binary(&mut field)?),
            SUBSCRIPTION_ID => {
                take_length(&mut field)?;
            }
            USER => properties.user.push((take_text(&mut field)?, take_text(&mut field)?)),
            // We announce no alias maximum, so the platform may not use one.
            kind => return Err(Malformed(format!("property {kind:#04x} in a PUBLISH"))),
        }
    }
    Ok(properties)
}

fn take_length(bytes: &mut Bytes) -> Result<usize, Malformed> {
    let (value, size) = frame::remaining_length(bytes)?.ok_or_else(cut_short)?;
    bytes.advance(size);
    Ok(value)
}

fn skip(bytes: &mut Bytes, count: usize) -> Result<(), Malformed> {
    if bytes.len() < count {
        return Err(cut_short());
    }
    bytes.advance(count);
    Ok(())
}
