//! Reads what a device sends, by the letter of MQTT 3.1.1 and 5. Written for this simulator alone: the SDK's codec is
//! another one, so that a mistake of either shows. Every refusal has MQTT 5's reason code.

use bytes::{Buf, Bytes, BytesMut};

use super::wire::{Connect, FirstPacket, Packet, Properties, Publish, Refused, Version};

pub const MALFORMED: u8 = 0x81;
pub const PROTOCOL: u8 = 0x82;
pub const TOO_LARGE: u8 = 0x95;
pub const QUOTA: u8 = 0x97;

/// Filters of one SUBSCRIBE or UNSUBSCRIBE.
const MOST_FILTERS: usize = 1000;

type Read<T> = Result<T, Refused>;

fn malformed<T>(text: impl Into<String>) -> Read<T> {
    refused(MALFORMED, text)
}

fn protocol<T>(text: impl Into<String>) -> Read<T> {
    refused(PROTOCOL, text)
}

fn refused<T>(reason: u8, text: impl Into<String>) -> Read<T> {
    Err(Refused {
        reason,
        text: text.into(),
    })
}

/// Length of the first packet in the buffer, once its header is complete: (header, whole packet).
fn frame(buffer: &[u8]) -> Read<Option<(usize, usize)>> {
    let mut length = 0usize;
    for (n, byte) in buffer.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            if n > 0 && *byte == 0 {
                return malformed("remaining length has a needless byte");
            }
            return Ok(Some((n + 2, n + 2 + length)));
        }
    }
    match buffer.len() {
        0..=4 => Ok(None),
        _ => malformed("malformed remaining length"),
    }
}

/// Is a whole packet in the buffer?
fn complete(buffer: &[u8], max: usize) -> Read<Option<(usize, usize)>> {
    match frame(buffer)? {
        Some((_, whole)) if whole > max => refused(TOO_LARGE, format!("packet of {whole} bytes, more than {max}")),
        Some((header, whole)) if buffer.len() >= whole => Ok(Some((header, whole))),
        _ => Ok(None),
    }
}

/// The rest of a packet's body.
struct Body {
    rest: Bytes,
}

impl Body {
    fn byte(&mut self) -> Read<u8> {
        match self.rest.has_remaining() {
            true => Ok(self.rest.get_u8()),
            false => malformed("packet too short"),
        }
    }

    fn short(&mut self) -> Read<u16> {
        match self.rest.len() {
            0 | 1 => malformed("packet too short"),
            _ => Ok(self.rest.get_u16()),
        }
    }

    fn long(&mut self) -> Read<u32> {
        match self.rest.len() {
            0..=3 => malformed("packet too short"),
            _ => Ok(self.rest.get_u32()),
        }
    }

    fn bytes(&mut self) -> Read<Bytes> {
        let length = usize::from(self.short()?);
        match self.rest.len() < length {
            true => malformed("a length reaches beyond the packet"),
            false => Ok(self.rest.split_to(length)),
        }
    }

    fn text(&mut self) -> Read<String> {
        let bytes = self.bytes()?;
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.contains('\0') => malformed("a text contains U+0000"),
            Ok(text) => Ok(text.to_string()),
            Err(_) => malformed("a text is not UTF-8"),
        }
    }

    fn packet_id(&mut self) -> Read<u16> {
        match self.short()? {
            0 => protocol("packet id 0"),
            id => Ok(id),
        }
    }

    /// The properties of MQTT 5, as a body of their own.
    fn properties(&mut self) -> Read<Body> {
        let mut length = 0usize;
        for n in 0..4 {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << (7 * n);
            if byte & 0x80 == 0 {
                if n > 0 && byte == 0 {
                    return malformed("property length has a needless byte");
                }
                return match self.rest.len() < length {
                    true => malformed("properties reach beyond the packet"),
                    false => Ok(Body {
                        rest: self.rest.split_to(length),
                    }),
                };
            }
        }
        malformed("malformed property length")
    }

    fn end(&self) -> Read<()> {
        match self.rest.is_empty() {
            true => Ok(()),
            false => malformed(format!("{} bytes too many", self.rest.len())),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Property {
    Byte(u8),
    Short(u16),
    Long(u32),
    Text(String),
    Data(Bytes),
    Pair(String, String),
}

/// Where a property may stand.
const CONNECT: u16 = 1;
const WILL: u16 = 2;
const PUBLISH: u16 = 4;
const ACKNOWLEDGE: u16 = 8;
const SUBSCRIBE: u16 = 16;
const UNSUBSCRIBE: u16 = 32;
const DISCONNECT: u16 = 64;

/// Reads properties: each known, allowed in this packet, there once (user properties aside), with a legal value.
fn properties(mut body: Body, place: u16) -> Read<Vec<(u8, Property)>> {
    let mut list: Vec<(u8, Property)> = Vec::new();
    while !body.rest.is_empty() {
        let id = body.byte()?;
        let allowed = match id {
            0x01 | 0x02 | 0x03 | 0x08 | 0x09 => PUBLISH | WILL,
            0x0b => SUBSCRIBE,
            0x11 => CONNECT | DISCONNECT,
            0x15 | 0x16 | 0x17 | 0x19 | 0x21 | 0x22 | 0x27 => CONNECT,
            0x18 => WILL,
            0x1f => ACKNOWLEDGE | DISCONNECT,
            0x23 => PUBLISH,
            0x26 => CONNECT | WILL | PUBLISH | ACKNOWLEDGE | SUBSCRIBE | UNSUBSCRIBE | DISCONNECT,
            _ => return malformed(format!("no property {id:#04x}")),
        };
        if allowed & place == 0 {
            return protocol(format!("property {id:#04x} does not belong here"));
        }
        let value = match id {
            0x01 | 0x17 | 0x19 => match body.byte()? {
                value @ (0 | 1) => Property::Byte(value),
                value => return protocol(format!("property {id:#04x} is {value}")),
            },
            0x21..=0x23 => Property::Short(body.short()?),
            0x02 | 0x11 | 0x18 | 0x27 => Property::Long(body.long()?),
            0x09 | 0x16 => Property::Data(body.bytes()?),
            0x0b => Property::Long(subscription_identifier(&mut body)?),
            0x26 => Property::Pair(body.text()?, body.text()?),
            _ => Property::Text(body.text()?),
        };
        match (id, &value) {
            (0x21, Property::Short(0)) => return protocol("receive maximum 0"),
            (0x27, Property::Long(0)) => return protocol("maximum packet size 0"),
            (0x0b, Property::Long(0)) => return protocol("subscription identifier 0"),
            (0x23, Property::Short(0)) => return refused(0x94, "topic alias 0 is not allowed"),
            _ => {}
        }
        if id != 0x26 && list.iter().any(|(known, _)| *known == id) {
            return protocol(format!("property {id:#04x} is there twice"));
        }
        list.push((id, value));
    }
    Ok(list)
}

fn subscription_identifier(body: &mut Body) -> Read<u32> {
    let mut value = 0u32;
    for n in 0..4 {
        let byte = body.byte()?;
        value |= u32::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    malformed("malformed subscription identifier")
}

/// Reads CONNECT, which says which version the connection speaks. None: more bytes are needed.
pub fn read_connect(buffer: &mut BytesMut, max: usize) -> Result<Option<(Version, Connect)>, FirstPacket> {
    match buffer.first() {
        None => return Ok(None),
        Some(byte) if *byte != 0x10 => {
            let what = match byte >> 4 == 1 {
                true => "CONNECT has flags in its first byte",
                false => "first packet is not CONNECT",
            };
            return Err(FirstPacket::Broken(what.into()));
        }
        Some(_) => {}
    }
    let broken = |e: Refused| FirstPacket::Broken(e.text);
    let Some((header, whole)) = complete(buffer, max).map_err(broken)? else {
        return Ok(None);
    };
    let mut packet = buffer.split_to(whole).freeze();
    packet.advance(header);
    let mut body = Body { rest: packet };
    let name = body.bytes().map_err(broken)?;
    let level = body.byte().map_err(broken)?;
    let version = match (name.as_ref(), level) {
        (b"MQTT", 4) => Version::V4,
        (b"MQTT", 5) => Version::V5,
        _ => {
            return Err(FirstPacket::Unserved {
                name: String::from_utf8_lossy(&name).into_owned(),
                level,
            });
        }
    };
    match connect(&mut body, version, level) {
        Ok(connect) => Ok(Some((version, connect))),
        Err(refused) if version == Version::V5 => Err(FirstPacket::Refused(refused)),
        Err(refused) => Err(broken(refused)),
    }
}

fn connect(body: &mut Body, version: Version, level: u8) -> Read<Connect> {
    let flags = body.byte()?;
    if flags & 1 != 0 {
        return malformed("the reserved flag of CONNECT is set");
    }
    let (will, will_qos, will_retain) = (flags & 4 != 0, flags >> 3 & 3, flags & 0x20 != 0);
    if will_qos == 3 || (!will && (will_qos != 0 || will_retain)) {
        return malformed("the will flags of CONNECT contradict each other");
    }
    if version == Version::V4 && flags & 0xc0 == 0x40 {
        return malformed("a password without a user name");
    }
    let keep_alive = body.short()?;
    let clean = flags & 2 != 0;
    let mut connect = Connect {
        level,
        flags,
        client_id: String::new(),
        username: None,
        password: None,
        keep_alive,
        clean,
        receive_maximum: u16::MAX,
        session_expiry: if version == Version::V5 || clean { 0 } else { u32::MAX },
        maximum_packet: usize::MAX,
    };
    if version == Version::V5 {
        let list = properties(body.properties()?, CONNECT)?;
        let known = |wanted: u8| list.iter().any(|(id, _)| *id == wanted);
        if known(0x16) && !known(0x15) {
            return protocol("authentication data without a method");
        }
        if known(0x15) {
            return refused(0x8c, "no authentication method is served");
        }
        for (id, value) in list {
            match (id, value) {
                (0x21, Property::Short(value)) => connect.receive_maximum = value,
                (0x11, Property::Long(value)) => connect.session_expiry = value,
                (0x27, Property::Long(value)) => connect.maximum_packet = usize::try_from(value).unwrap_or(usize::MAX),
                _ => {}
            }
        }
    }
    connect.client_id = body.text()?;
    if will {
        if version == Version::V5 {
            properties(body.properties()?, WILL)?;
        }
        body.text()?;
        body.bytes()?;
    }
    if flags & 0x80 != 0 {
        connect.username = Some(body.text()?);
    }
    if flags & 0x40 != 0 {
        let password = body.bytes()?;
        // A password of bytes fits no device; it is judged like any wrong one.
        connect.password = Some(String::from_utf8_lossy(&password).into_owned());
    }
    body.end()?;
    Ok(connect)
}

/// Reads the next packet. None: more bytes are needed.
pub fn read(version: Version, buffer: &mut BytesMut, max: usize) -> Read<Option<Packet>> {
    let Some((header, whole)) = complete(buffer, max)? else {
        // What can never become a packet is refused at its first byte, however long it says it is.
        return match buffer.first() {
            Some(first) => first_byte(version, *first).map(|()| None),
            None => Ok(None),
        };
    };
    let first = buffer.first().copied().unwrap_or_default();
    first_byte(version, first)?;
    let mut packet = buffer.split_to(whole).freeze();
    packet.advance(header);
    let mut body = Body { rest: packet };
    let packet = match first >> 4 {
        3 => return publish(version, first, body).map(Some),
        4..=7 => acknowledgement(version, first >> 4, &mut body)?,
        8 => subscribe(version, &mut body)?,
        10 => unsubscribe(version, &mut body)?,
        12 => Packet::PingReq,
        _ => disconnect(version, &mut body)?,
    };
    body.end()?;
    Ok(Some(packet))
}

/// Kind and flags of a packet.
fn first_byte(version: Version, first: u8) -> Read<()> {
    match (first >> 4, first & 0x0f) {
        (1, _) => protocol("a second CONNECT"),
        (3, flags) => match (flags >> 1 & 3, flags & 8 != 0) {
            (3, _) => malformed("PUBLISH with QoS 3"),
            (0, true) => malformed("PUBLISH with QoS 0 and DUP"),
            _ => Ok(()),
        },
        (6 | 8 | 10, 2) | (4 | 5 | 7 | 12 | 14, 0) => Ok(()),
        (15, _) if version == Version::V5 => protocol("AUTH, though CONNECT named no method"),
        (2 | 9 | 11 | 13, _) => protocol("a packet only the platform may send"),
        (kind @ (4..=8 | 10 | 12 | 14), flags) => malformed(format!("packet type {kind} with flags {flags:#x}")),
        (kind, _) => malformed(format!("no packet type {kind}")),
    }
}

fn publish(version: Version, first: u8, mut body: Body) -> Read<Packet> {
    let qos = first >> 1 & 3;
    let topic = body.text()?;
    let packet_id = if qos > 0 { body.packet_id()? } else { 0 };
    let mut found = None;
    if version == Version::V5 {
        let list = properties(body.properties()?, PUBLISH)?;
        if !list.is_empty() {
            let mut read = Properties::default();
            for (id, value) in list {
                match (id, value) {
                    (0x01, Property::Byte(value)) => read.payload_format = Some(value),
                    (0x02, Property::Long(value)) => read.message_expiry_s = Some(value),
                    (0x03, Property::Text(text)) => read.content_type = Some(text),
                    (0x08, Property::Text(text)) if text.contains(['+', '#']) => {
                        return protocol("a response topic with wildcards");
                    }
                    (0x08, Property::Text(text)) => read.response_topic = Some(text),
                    (0x09, Property::Data(data)) => read.correlation_data = Some(data.to_vec()),
                    (0x23, Property::Short(alias)) => read.topic_alias = Some(alias),
                    (_, Property::Pair(key, value)) => read.user.push((key, value)),
                    _ => {}
                }
            }
            found = Some(Box::new(read));
        }
    }
    Ok(Packet::Publish(Publish {
        topic,
        payload: body.rest,
        qos,
        dup: first & 8 != 0,
        retain: first & 1 != 0,
        packet_id,
        properties: found,
    }))
}

fn acknowledgement(version: Version, kind: u8, body: &mut Body) -> Read<Packet> {
    let id = body.packet_id()?;
    let mut reason = 0;
    if version == Version::V5 && !body.rest.is_empty() {
        reason = body.byte()?;
        let known: &[u8] = match kind {
            4 | 5 => &[0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
            _ => &[0, 0x92],
        };
        if !known.contains(&reason) {
            return protocol(format!("an acknowledgement with reason {reason:#04x}"));
        }
        if !body.rest.is_empty() {
            properties(body.properties()?, ACKNOWLEDGE)?;
        }
    }
    Ok(match kind {
        4 => Packet::PubAck(id, reason),
        5 => Packet::PubRec(id, reason),
        6 => Packet::PubRel(id),
        _ => Packet::PubComp(id),
    })
}

/// A topic filter by the rules of MQTT 4.7.
fn filter(body: &mut Body) -> Read<String> {
    let text = body.text()?;
    let levels: Vec<&str> = text.split('/').collect();
    let wild = levels.iter().enumerate().all(|(at, level)| match *level {
        "+" => true,
        "#" => at + 1 == levels.len(),
        other => !other.contains(['+', '#']),
    });
    match wild && !text.is_empty() {
        true => Ok(text),
        false => refused(0x8f, format!("{text:?} is no topic filter")),
    }
}

/// Filters in one packet; each is compared with all that the session has.
fn few(filters: usize) -> Read<()> {
    match filters > MOST_FILTERS {
        true => refused(QUOTA, format!("more than {MOST_FILTERS} filters in one packet")),
        false => Ok(()),
    }
}

fn subscribe(version: Version, body: &mut Body) -> Read<Packet> {
    let id = body.packet_id()?;
    if version == Version::V5 {
        properties(body.properties()?, SUBSCRIBE)?;
    }
    let mut filters = Vec::new();
    while !body.rest.is_empty() {
        let path = filter(body)?;
        let options = body.byte()?;
        let reserved = if version == Version::V5 { 0xc0 } else { 0xfc };
        if options & reserved != 0 || options & 3 == 3 {
            return malformed(format!("subscription options {options:#04x}"));
        }
        if options >> 4 & 3 == 3 {
            return protocol("retain handling 3");
        }
        filters.push((path, options & 3));
        few(filters.len())?;
    }
    match filters.is_empty() {
        true => protocol("SUBSCRIBE without a filter"),
        false => Ok(Packet::Subscribe(id, filters)),
    }
}

fn unsubscribe(version: Version, body: &mut Body) -> Read<Packet> {
    let id = body.packet_id()?;
    if version == Version::V5 {
        properties(body.properties()?, UNSUBSCRIBE)?;
    }
    let mut filters = Vec::new();
    while !body.rest.is_empty() {
        filters.push(filter(body)?);
        few(filters.len())?;
    }
    match filters.is_empty() {
        true => protocol("UNSUBSCRIBE without a filter"),
        false => Ok(Packet::Unsubscribe(id, filters)),
    }
}

fn disconnect(version: Version, body: &mut Body) -> Read<Packet> {
    let mut reason = 0;
    if version == Version::V5 && !body.rest.is_empty() {
        reason = body.byte()?;
        if !body.rest.is_empty() {
            properties(body.properties()?, DISCONNECT)?;
        }
    }
    Ok(Packet::Disconnect(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_of_another_protocol_is_named() {
        let mut old = BytesMut::from(&b"\x10\x10\0\x06MQIsdp\x03\x02\0\x3c\0\x02ab"[..]);
        let unserved = FirstPacket::Unserved {
            name: "MQIsdp".into(),
            level: 3,
        };
        assert_eq!(read_connect(&mut old, 1000), Err(unserved));
        assert_eq!(
            read_connect(&mut BytesMut::from(&b"\x10\x10\0\x06MQ"[..]), 1000),
            Ok(None)
        );
        let http = &mut BytesMut::from(&b"GET / HTTP/1.1"[..]);
        assert!(matches!(read_connect(http, 1000), Err(FirstPacket::Broken(_))));
    }

    #[test]
    fn absent_and_empty_password_differ() {
        let read = |flags: u8, tail: &[u8]| {
            let mut body = b"\0\x04MQTT\x04".to_vec();
            body.extend([flags, 0, 60, 0, 1, b'c']);
            body.extend(tail);
            let mut buffer = BytesMut::new();
            buffer.extend([0x10, body.len() as u8]);
            buffer.extend_from_slice(&body);
            read_connect(&mut buffer, 1000).unwrap().unwrap().1
        };
        assert_eq!(read(0x82, b"\0\x01u").password, None);
        assert_eq!(read(0xc2, b"\0\x01u\0\0").password, Some(String::new()));
        assert_eq!(read(0x02, b"").username, None);
    }

    #[test]
    fn disconnect_forms_of_version_5() {
        for (bytes, reason) in [
            (&b"\xe0\0"[..], 0),
            (b"\xe0\x01\x04", 4),
            (b"\xe0\x07\0\x05\x11\0\0\0\0", 0),
        ] {
            let mut buffer = BytesMut::from(bytes);
            assert_eq!(
                read(Version::V5, &mut buffer, 100),
                Ok(Some(Packet::Disconnect(reason)))
            );
            assert!(buffer.is_empty());
        }
    }

    #[test]
    fn sizes_are_limited() {
        let mut buffer = BytesMut::from(&b"\x30\xff\xff\x7f"[..]);
        assert!(read(Version::V4, &mut buffer, 1000).is_err());
        let mut buffer = BytesMut::from(&b"\x30\xff\xff\xff\xff\x01"[..]);
        assert!(read(Version::V4, &mut buffer, 1000).is_err());
    }

    fn reason(version: Version, bytes: &[u8]) -> u8 {
        let mut buffer = BytesMut::from(bytes);
        match read(version, &mut buffer, 1000) {
            Err(refused) => refused.reason,
            Ok(packet) => panic!("{bytes:x?} is taken: {packet:?}"),
        }
    }

    #[test]
    fn protocol_errors_are_refused_with_their_reason() {
        for version in [Version::V4, Version::V5] {
            for (bytes, expected) in [
                (&b"\x80\x06\0\x01\0\x01a\0"[..], MALFORMED), // SUBSCRIBE with flags 0
                (b"\x82\x07\0\0\0\0\x01a\0", PROTOCOL),       // SUBSCRIBE with packet id 0
                (b"\xa2\x06\0\0\0\0\x01a", PROTOCOL),         // UNSUBSCRIBE with packet id 0
                (b"\x60\x02\0\x01", MALFORMED),               // PUBREL with flags 0
                (b"\xc0\x01\0", MALFORMED),                   // PINGREQ with payload
                (b"\x10\x00", PROTOCOL),                      // a second CONNECT
                (b"\x20\x02\0\0", PROTOCOL),                  // CONNACK
                (b"\x00\x00", MALFORMED),                     // packet type 0
                (b"\x36\x05\0\x01a\0\x01", MALFORMED),        // PUBLISH with QoS 3
                (b"\x38\x03\0\x01a", MALFORMED),              // QoS 0 and DUP
                (b"\x32\x05\0\x01a\0\0", PROTOCOL),           // QoS 1 with packet id 0
                (b"\x30\x03\0\x01\0", MALFORMED),             // U+0000 in the topic
                (b"\x30\x04\0\x02\xc3\x28", MALFORMED),       // a topic that is not UTF-8
                (b"\x40\x02\0\0", PROTOCOL),                  // PUBACK with packet id 0
                (b"\x30\x80\0", MALFORMED),                   // remaining length not as short as it can be
            ] {
                assert_eq!(reason(version, bytes), expected, "{version:?} {bytes:x?}");
            }
        }
        for (bytes, expected) in [
            (&b"\xf0\x00"[..], PROTOCOL),                           // AUTH
            (b"\x30\x08\0\x01a\x04\x01\0\x01\0", PROTOCOL),         // payload format twice
            (b"\x30\x0a\0\x01a\x06\x23\0\x01\x23\0\x02", PROTOCOL), // topic alias twice
            (b"\x30\x07\0\x01a\x03\x23\0\0", 0x94),                 // topic alias 0
            (b"\x30\x09\0\x01a\x05\x11\0\0\0\x01", PROTOCOL),       // session expiry in a PUBLISH
            (b"\x30\x06\0\x01a\x02\x7f\0", MALFORMED),              // no such property
            (b"\x30\x06\0\x01a\x02\x01\x02", PROTOCOL),             // payload format 2
            (b"\x82\x07\0\x01\0\0\x01a\x40", MALFORMED),            // subscription options
            (b"\x82\x07\0\x01\0\0\x01a\x30", PROTOCOL),             // retain handling 3
            (b"\x82\x03\0\x01\0", PROTOCOL),                        // no filter
            (b"\x82\x08\0\x01\0\0\x02a#\0", 0x8f),                  // no filter by the rules
            (b"\x40\x03\0\x01\x05", PROTOCOL),                      // PUBACK with a reason it cannot have
        ] {
            assert_eq!(reason(Version::V5, bytes), expected, "{bytes:x?}");
        }
        assert_eq!(reason(Version::V4, b"\xf0\x00"), MALFORMED);
        assert_eq!(reason(Version::V4, b"\xe0\x01\0"), MALFORMED);
        assert_eq!(reason(Version::V4, b"\x30\xff\xff\x7f"), TOO_LARGE);
    }

    fn connect_with(flags: u8, properties: &[u8]) -> Result<Connect, FirstPacket> {
        let mut body = b"\0\x04MQTT\x05".to_vec();
        body.extend([flags, 0, 60, properties.len() as u8]);
        body.extend(properties);
        body.extend(b"\0\x01c");
        let mut buffer = BytesMut::from(&[0x10, body.len() as u8][..]);
        buffer.extend_from_slice(&body);
        read_connect(&mut buffer, 1000).map(|read| read.unwrap().1)
    }

    #[test]
    fn connect_is_judged_by_the_letter() {
        let reason = |flags, properties: &[u8]| match connect_with(flags, properties) {
            Err(FirstPacket::Refused(refused)) => refused.reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(0x03, b""), MALFORMED); // the reserved flag
        assert_eq!(reason(0x1a, b""), MALFORMED); // will QoS 3
        assert_eq!(reason(0x22, b""), MALFORMED); // will retain without a will
        assert_eq!(reason(0x02, b"\x21\0\0"), PROTOCOL); // receive maximum 0
        assert_eq!(reason(0x02, b"\x27\0\0\0\0"), PROTOCOL); // maximum packet size 0
        assert_eq!(reason(0x02, b"\x21\0\x01\x21\0\x01"), PROTOCOL); // a property twice
        assert_eq!(reason(0x02, b"\x23\0\x01"), PROTOCOL); // topic alias in CONNECT
        assert_eq!(reason(0x02, b"\x15\0\x01a"), 0x8c); // an authentication method
        let connect = connect_with(0x02, b"\x27\0\0\x01\0\x21\0\x07\x11\0\0\0\x09").unwrap();
        assert_eq!(
            (connect.maximum_packet, connect.receive_maximum, connect.session_expiry),
            (256, 7, 9)
        );
        let old = &b"\x10\x0d\0\x04MQTT\x04\x03\0\x3c\0\x01c"[..];
        assert!(matches!(
            read_connect(&mut BytesMut::from(old), 1000),
            Err(FirstPacket::Broken(why)) if why.contains("reserved flag")
        ));
    }

    fn next(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    /// Packets of all kinds to begin with.
    const SEEDS: [&[u8]; 12] = [
        b"\x10\x10\0\x04MQTT\x04\xc2\0\x3c\0\0\0\x01u\0\x01p",
        b"\x10\x16\0\x04MQTT\x05\xc2\0\x3c\x05\x11\0\0\0\x09\0\x01c\0\x01u\0\0",
        b"\x32\x0b\0\x03a/b\0\x07hello",
        b"\x32\x13\0\x03a/b\0\x07\x08\x26\0\x01k\0\x02vvhell",
        b"\x82\x08\0\x01\0\x03a/#\x01",
        b"\x82\x09\0\x01\0\0\x03a/#\x01",
        b"\xa2\x07\0\x01\0\x03a/b",
        b"\x40\x02\0\x01",
        b"\x50\x04\0\x01\x10\0",
        b"\x62\x02\0\x01",
        b"\xc0\0",
        b"\xe0\x07\x04\x05\x11\0\0\0\x09",
    ];

    /// No input makes the parser panic, loop, or take bytes it does not have; what it takes ends where the frame ends.
    /// `IOTDA_SIM_FUZZ` gives the number of executions.
    #[test]
    fn no_input_is_too_strange() {
        let wanted = std::env::var("IOTDA_SIM_FUZZ").ok().and_then(|n| n.parse().ok());
        let wanted: u64 = wanted.unwrap_or(200_000);
        let (mut seed, mut taken) = (0x9e37_79b9_7f4a_7c15_u64, 0u64);
        for round in 0..wanted {
            let mut bytes = SEEDS[(next(&mut seed) % SEEDS.len() as u64) as usize].to_vec();
            for _ in 0..next(&mut seed) % 4 {
                let (what, at) = (next(&mut seed), next(&mut seed) as usize % bytes.len().max(1));
                match what % 5 {
                    0 if !bytes.is_empty() => bytes[at] ^= 1 << (what >> 8 & 7),
                    1 if !bytes.is_empty() => bytes[at] = (what >> 8) as u8,
                    2 => bytes.insert(at.min(bytes.len()), (what >> 8) as u8),
                    3 => bytes.truncate(at),
                    _ => bytes.extend_from_slice(SEEDS[at % SEEDS.len()]),
                }
            }
            let version = if round & 1 == 0 { Version::V4 } else { Version::V5 };
            let mut buffer = BytesMut::from(bytes.as_slice());
            if let Ok(Some(_)) = read_connect(&mut buffer, 4096) {
                taken += 1;
            }
            let mut buffer = BytesMut::from(bytes.as_slice());
            loop {
                let before = buffer.len();
                match read(version, &mut buffer, 4096) {
                    Ok(Some(_)) => {
                        assert!(buffer.len() < before, "{bytes:x?}");
                        taken += 1;
                    }
                    Ok(None) | Err(_) => break,
                }
            }
        }
        assert!(taken > wanted / 10, "the mutations are not all refused: {taken}");
    }

    /// What our own parser takes of a PUBLISH, rumqttc's, a second one, reads the same; what encode writes, both read.
    #[test]
    fn a_second_codec_reads_the_same() {
        use rumqttc::mqttbytes::v4;
        use rumqttc::v5::mqttbytes::v5;
        let properties = Properties {
            user: vec![("k".into(), "v".into()), ("k".into(), "".into())],
            content_type: Some("text".into()),
            response_topic: Some("r/t".into()),
            correlation_data: Some(vec![1, 2, 3]),
            topic_alias: None,
            payload_format: Some(1),
            message_expiry_s: Some(70_000),
        };
        for (qos, size) in [(0, 0), (1, 5), (2, 300), (1, 70_000)] {
            let publish = Publish {
                topic: "a/ü".into(),
                payload: vec![b'x'; size].into(),
                qos,
                dup: qos > 0,
                retain: qos == 1,
                packet_id: u16::from(qos) * 7,
                properties: None,
            };
            let mut wire = BytesMut::new();
            let reply = super::super::wire::Reply::Publish(publish.clone());
            super::super::encode::write(Version::V4, &reply, &mut wire).unwrap();
            assert_eq!(
                wire.len(),
                super::super::encode::publish_size(Version::V4, &publish).unwrap()
            );
            let v4::Packet::Publish(other) = v4::Packet::read(&mut wire.clone(), 1 << 20).unwrap() else {
                panic!("no PUBLISH");
            };
            assert_eq!(
                (other.topic.as_str(), &other.payload, other.pkid),
                ("a/ü", &publish.payload, publish.packet_id)
            );
            assert_eq!(
                (other.qos as u8, other.dup, other.retain),
                (qos, publish.dup, publish.retain)
            );
            assert_eq!(
                read(Version::V4, &mut wire, 1 << 20),
                Ok(Some(Packet::Publish(publish.clone())))
            );

            let publish = Publish {
                properties: Some(Box::new(properties.clone())),
                ..publish
            };
            let mut wire = BytesMut::new();
            let reply = super::super::wire::Reply::Publish(publish.clone());
            super::super::encode::write(Version::V5, &reply, &mut wire).unwrap();
            assert_eq!(
                wire.len(),
                super::super::encode::publish_size(Version::V5, &publish).unwrap()
            );
            let v5::Packet::Publish(other) = v5::Packet::read(&mut wire.clone(), None).unwrap() else {
                panic!("no PUBLISH");
            };
            let theirs = other.properties.unwrap();
            assert_eq!(
                (other.topic.as_ref(), &other.payload),
                ("a/ü".as_bytes(), &publish.payload)
            );
            assert_eq!(
                (theirs.user_properties, theirs.content_type),
                (properties.user.clone(), properties.content_type.clone())
            );
            assert_eq!(
                (theirs.message_expiry_interval, theirs.payload_format_indicator),
                (Some(70_000), Some(1))
            );
            assert_eq!(
                read(Version::V5, &mut wire, 1 << 20),
                Ok(Some(Packet::Publish(publish)))
            );
        }
    }
}
