//! MQTT 5 properties of PUBLISH, in the order that the C SDK sends: user, content type, response
//! topic, correlation data, alias (docs/spec/connection.md#mqtt5-properties).

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::field::{
    Malformed, cut_short, length_size, put_binary, put_length, remaining_length, take_binary, take_text, take_u8,
    take_u16,
};
use super::vocabulary::Server;
use crate::transport::message::Properties;

const PAYLOAD_FORMAT: u8 = 0x01;
const MESSAGE_EXPIRY: u8 = 0x02;
const CONTENT_TYPE: u8 = 0x03;
const RESPONSE_TOPIC: u8 = 0x08;
const CORRELATION_DATA: u8 = 0x09;
const SUBSCRIPTION_ID: u8 = 0x0b;
const TOPIC_ALIAS: u8 = 0x23;
const USER: u8 = 0x26;

const SESSION_EXPIRY: u8 = 0x11;
const ASSIGNED_CLIENT_ID: u8 = 0x12;
const SERVER_KEEP_ALIVE: u8 = 0x13;
const AUTH_METHOD: u8 = 0x15;
const AUTH_DATA: u8 = 0x16;
const RESPONSE_INFORMATION: u8 = 0x1a;
const SERVER_REFERENCE: u8 = 0x1c;
const REASON_TEXT: u8 = 0x1f;
const RECEIVE_MAXIMUM: u8 = 0x21;
const TOPIC_ALIAS_MAXIMUM: u8 = 0x22;
const MAXIMUM_QOS: u8 = 0x24;
const RETAIN_AVAILABLE: u8 = 0x25;
const MAXIMUM_PACKET: u8 = 0x27;
const WILDCARDS_AVAILABLE: u8 = 0x28;
const SUBSCRIPTION_IDS_AVAILABLE: u8 = 0x29;
const SHARED_AVAILABLE: u8 = 0x2a;

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
    let mut field = take_field(bytes)?;
    let mut properties = Box::<Properties>::default();
    let mut seen = Seen::default();
    while field.has_remaining() {
        let kind = take_u8(&mut field)?;
        if !matches!(kind, USER | SUBSCRIPTION_ID) {
            seen.once(kind, "PUBLISH")?;
        }
        match kind {
            PAYLOAD_FORMAT => {
                take_flag(&mut field, kind, "PUBLISH")?;
            }
            MESSAGE_EXPIRY => skip(&mut field, 4)?,
            CONTENT_TYPE => properties.content_type = Some(take_text(&mut field)?),
            RESPONSE_TOPIC => properties.response_topic = Some(take_text(&mut field)?),
            CORRELATION_DATA => properties.correlation_data = Some(take_binary(&mut field)?),
            SUBSCRIPTION_ID => {
                if take_length(&mut field)? == 0 {
                    return Err(out_of_range(kind, "PUBLISH"));
                }
            }
            USER => properties.user.push((take_text(&mut field)?, take_text(&mut field)?)),
            // We announce no alias maximum, so the platform may not use one.
            kind => return Err(Malformed::forbidden(format!("property {kind:#04x} in a PUBLISH"))),
        }
    }
    Ok(properties)
}

/// Reads the property field of a CONNACK, which is the end of it: what the platform allows.
pub(super) fn take_server(bytes: &mut Bytes) -> Result<Server, Malformed> {
    const PACKET: &str = "CONNACK";
    let mut field = take_field(bytes)?;
    if !bytes.is_empty() {
        return Err(Malformed::new("a CONNACK that is longer than its fields"));
    }
    let mut server = Server::default();
    let mut seen = Seen::default();
    while field.has_remaining() {
        let kind = take_u8(&mut field)?;
        if kind != USER {
            seen.once(kind, PACKET)?;
        }
        match kind {
            SESSION_EXPIRY => skip(&mut field, 4)?,
            RECEIVE_MAXIMUM => {
                server.receive_maximum = take_u16(&mut field)?;
                if server.receive_maximum == 0 {
                    return Err(out_of_range(kind, PACKET));
                }
            }
            MAXIMUM_QOS => server.max_qos = take_flag(&mut field, kind, PACKET)?,
            MAXIMUM_PACKET => {
                let size = field.try_get_u32().map_err(|_| cut_short())?;
                if size == 0 {
                    return Err(out_of_range(kind, PACKET));
                }
                server.max_packet = size as usize;
            }
            TOPIC_ALIAS_MAXIMUM => server.topic_alias_max = take_u16(&mut field)?,
            SERVER_KEEP_ALIVE => server.keep_alive = Some(take_u16(&mut field)?),
            RETAIN_AVAILABLE | WILDCARDS_AVAILABLE | SUBSCRIPTION_IDS_AVAILABLE | SHARED_AVAILABLE => {
                take_flag(&mut field, kind, PACKET)?;
            }
            ASSIGNED_CLIENT_ID | REASON_TEXT | RESPONSE_INFORMATION | SERVER_REFERENCE | AUTH_METHOD => {
                take_text(&mut field)?;
            }
            AUTH_DATA => {
                take_binary(&mut field)?;
            }
            USER => {
                take_text(&mut field)?;
                take_text(&mut field)?;
            }
            kind => return Err(Malformed::forbidden(format!("property {kind:#04x} in a CONNACK"))),
        }
    }
    Ok(server)
}

/// Passes over a property field.
pub(super) fn skip_all(bytes: &mut Bytes) -> Result<(), Malformed> {
    take_field(bytes).map(drop)
}

fn take_field(bytes: &mut Bytes) -> Result<Bytes, Malformed> {
    let length = take_length(bytes)?;
    if bytes.len() < length {
        return Err(cut_short());
    }
    Ok(bytes.split_to(length))
}

/// Properties that have come already.
#[derive(Default)]
struct Seen(u64);

impl Seen {
    fn once(&mut self, kind: u8, packet: &str) -> Result<(), Malformed> {
        let bit = 1u64.checked_shl(kind.into()).unwrap_or(0);
        if self.0 & bit != 0 {
            return Err(Malformed::forbidden(format!(
                "property {kind:#04x} twice in a {packet}"
            )));
        }
        self.0 |= bit;
        Ok(())
    }
}

fn take_flag(field: &mut Bytes, kind: u8, packet: &str) -> Result<u8, Malformed> {
    match take_u8(field)? {
        value @ 0..=1 => Ok(value),
        _ => Err(out_of_range(kind, packet)),
    }
}

fn out_of_range(kind: u8, packet: &str) -> Malformed {
    Malformed::forbidden(format!("property {kind:#04x} out of its range in a {packet}"))
}

fn take_length(bytes: &mut Bytes) -> Result<usize, Malformed> {
    let (value, size) = remaining_length(bytes)?.ok_or_else(cut_short)?;
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
