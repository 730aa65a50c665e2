//! MQTT 3.1.1 and 5 behind one set of packets. Reading and PUBLISH use rumqttc's codecs; the small packets of the
//! platform are written here, because faults need codes that the codecs' enums do not have.

use std::fmt;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use rumqttc::mqttbytes::{self, v4};
use rumqttc::v5::mqttbytes::{self as mqttbytes5, v5};
use serde::{Deserialize, Serialize};

/// PUBLISH properties of MQTT 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Properties {
    /// In wire order.
    pub user: Vec<(String, String)>,
    pub content_type: Option<String>,
    pub response_topic: Option<String>,
    pub correlation_data: Option<Vec<u8>>,
    pub topic_alias: Option<u16>,
    pub payload_format: Option<u8>,
    pub message_expiry_s: Option<u32>,
}

impl fmt::Display for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties")?;
        for (key, value) in &self.user {
            write!(f, " {key:?}={value:?}")?;
        }
        let texts = [
            ("content type", self.content_type.clone()),
            ("response topic", self.response_topic.clone()),
            (
                "correlation data",
                self.correlation_data
                    .as_deref()
                    .map(|d| String::from_utf8_lossy(d).into_owned()),
            ),
            ("topic alias", self.topic_alias.map(|a| a.to_string())),
            ("payload format", self.payload_format.map(|p| p.to_string())),
            ("expiry", self.message_expiry_s.map(|s| format!("{s} s"))),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                write!(f, " {name} {value:?}")?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    pub topic: String,
    pub payload: Bytes,
    pub qos: u8,
    pub dup: bool,
    pub retain: bool,
    pub packet_id: u16,
    pub properties: Option<Box<Properties>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    pub level: u8,
    pub flags: u8,
    pub client_id: String,
    pub username: Option<String>,
    pub password: Option<String>,
    pub keep_alive: u16,
    pub clean: bool,
    /// MQTT 5; 65535 if the client does not say.
    pub receive_maximum: u16,
    /// MQTT 5: seconds the session outlives the connection.
    pub session_expiry: u32,
}

/// What a device sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    Connect(Connect),
    Publish(Publish),
    PubAck(u16, u8),
    PubRec(u16, u8),
    PubRel(u16),
    PubComp(u16),
    Subscribe(u16, Vec<(String, u8)>),
    Unsubscribe(u16, Vec<String>),
    PingReq,
    Disconnect(u8),
}

/// What the platform sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    ConnAck {
        code: u8,
        session_present: bool,
        receive_maximum: u16,
        topic_alias_maximum: u16,
    },
    Publish(Publish),
    PubAck(u16, u8),
    PubRec(u16, u8),
    PubRel(u16),
    PubComp(u16),
    SubAck(u16, Vec<u8>),
    UnsubAck(u16, usize),
    PingResp,
    /// Nothing in 3.1.1, where the server has no such packet.
    Disconnect(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V4,
    V5,
}

/// The first packet is none this platform can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstPacket {
    /// A CONNECT of a protocol that is not served.
    Unserved { name: String, level: u8 },
    /// No CONNECT, or a broken one.
    Broken(String),
}

/// Length of the first packet in the buffer, once its header is complete: (header, whole packet).
fn frame(buffer: &[u8]) -> Result<Option<(usize, usize)>, String> {
    let mut length = 0usize;
    for (n, byte) in buffer.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            return Ok(Some((n + 2, n + 2 + length)));
        }
    }
    if buffer.len() >= 5 {
        return Err("malformed remaining length".to_string());
    }
    Ok(None)
}

/// Is a whole packet in the buffer?
fn complete(buffer: &[u8], max: usize) -> Result<Option<(usize, usize)>, String> {
    match frame(buffer)? {
        Some((_, whole)) if whole > max => Err(format!("packet of {whole} bytes, more than {max}")),
        Some((header, whole)) if buffer.len() >= whole => Ok(Some((header, whole))),
        _ => Ok(None),
    }
}

/// Reads CONNECT, which says which version the connection speaks. None: more bytes are needed.
pub fn read_connect(buffer: &mut BytesMut, max: usize) -> Result<Option<(Version, Connect)>, FirstPacket> {
    match buffer.first() {
        None => return Ok(None),
        Some(byte) if *byte != 0x10 => return Err(FirstPacket::Broken("first packet is not CONNECT".into())),
        Some(_) => {}
    }
    let Some((header, whole)) = complete(buffer, max).map_err(FirstPacket::Broken)? else {
        return Ok(None);
    };
    let packet = &buffer[..whole];
    let broken = || FirstPacket::Broken("CONNECT too short".into());
    let name_length = packet
        .get(header..header + 2)
        .map(|mut b| usize::from(b.get_u16()))
        .ok_or_else(broken)?;
    let name = packet.get(header + 2..header + 2 + name_length).ok_or_else(broken)?;
    let at = header + 2 + name_length;
    let (level, flags) = (
        *packet.get(at).ok_or_else(broken)?,
        *packet.get(at + 1).ok_or_else(broken)?,
    );
    let version = match (name, level) {
        (b"MQTT", 4) => Version::V4,
        (b"MQTT", 5) => Version::V5,
        _ => {
            return Err(FirstPacket::Unserved {
                name: String::from_utf8_lossy(name).into_owned(),
                level,
            });
        }
    };
    let user = |text: String| (flags & 0x80 != 0).then_some(text);
    let pass = |text: String| (flags & 0x40 != 0).then_some(text);
    let connect = match version {
        Version::V4 => {
            let read = v4::Packet::read(buffer, max).map_err(|e| FirstPacket::Broken(e.to_string()))?;
            let v4::Packet::Connect(c) = read else {
                return Err(broken());
            };
            let login = c.login.unwrap_or(v4::Login {
                username: String::new(),
                password: String::new(),
            });
            Connect {
                level,
                flags,
                client_id: c.client_id,
                username: user(login.username),
                password: pass(login.password),
                keep_alive: c.keep_alive,
                clean: c.clean_session,
                receive_maximum: u16::MAX,
                session_expiry: if c.clean_session { 0 } else { u32::MAX },
            }
        }
        Version::V5 => {
            let read = v5::Packet::read(buffer, None).map_err(|e| FirstPacket::Broken(e.to_string()))?;
            let v5::Packet::Connect(c, _, login) = read else {
                return Err(broken());
            };
            let login = login.unwrap_or_else(|| v5::Login::new("", ""));
            let properties = c.properties.unwrap_or_else(v5::ConnectProperties::new);
            Connect {
                level,
                flags,
                client_id: c.client_id,
                username: user(login.username),
                password: pass(login.password),
                keep_alive: c.keep_alive,
                clean: c.clean_start,
                receive_maximum: properties.receive_maximum.unwrap_or(u16::MAX),
                session_expiry: properties.session_expiry_interval.unwrap_or(0),
            }
        }
    };
    Ok(Some((version, connect)))
}

/// Reads the next packet. None: more bytes are needed.
pub fn read(version: Version, buffer: &mut BytesMut, max: usize) -> Result<Option<Packet>, String> {
    let Some((header, whole)) = complete(buffer, max)? else {
        return Ok(None);
    };
    // rumqttc's MQTT 5 codec takes no DISCONNECT without properties, which is the usual one.
    if buffer[0] == 0xe0 {
        let reason = if whole > header { buffer[header] } else { 0 };
        buffer.advance(whole);
        return Ok(Some(Packet::Disconnect(reason)));
    }
    match version {
        Version::V4 => {
            let packet = v4::Packet::read(buffer, max).map_err(|e| e.to_string())?;
            from_v4(packet).map(Some)
        }
        Version::V5 => {
            // A PUBACK's reason is read from the raw bytes: the codec's enum gives no number back.
            let reason = if whole > header + 2 { buffer[header + 2] } else { 0 };
            let packet = v5::Packet::read(buffer, None).map_err(|e| e.to_string())?;
            from_v5(packet, reason).map(Some)
        }
    }
}

fn from_v4(packet: v4::Packet) -> Result<Packet, String> {
    Ok(match packet {
        v4::Packet::Publish(p) => Packet::Publish(Publish {
            topic: p.topic,
            payload: p.payload,
            qos: p.qos as u8,
            dup: p.dup,
            retain: p.retain,
            packet_id: p.pkid,
            properties: None,
        }),
        v4::Packet::PubAck(p) => Packet::PubAck(p.pkid, 0),
        v4::Packet::PubRec(p) => Packet::PubRec(p.pkid, 0),
        v4::Packet::PubRel(p) => Packet::PubRel(p.pkid),
        v4::Packet::PubComp(p) => Packet::PubComp(p.pkid),
        v4::Packet::Subscribe(s) => {
            Packet::Subscribe(s.pkid, s.filters.into_iter().map(|f| (f.path, f.qos as u8)).collect())
        }
        v4::Packet::Unsubscribe(u) => Packet::Unsubscribe(u.pkid, u.topics),
        v4::Packet::PingReq => Packet::PingReq,
        v4::Packet::Connect(_) => return Err("a second CONNECT".into()),
        _ => return Err("a packet only the platform may send".into()),
    })
}

fn from_v5(packet: v5::Packet, reason: u8) -> Result<Packet, String> {
    Ok(match packet {
        v5::Packet::Publish(p) => Packet::Publish(Publish {
            topic: String::from_utf8(p.topic.to_vec()).map_err(|_| "topic is not UTF-8".to_string())?,
            payload: p.payload,
            qos: p.qos as u8,
            dup: p.dup,
            retain: p.retain,
            packet_id: p.pkid,
            properties: p.properties.map(|p| {
                Box::new(Properties {
                    user: p.user_properties,
                    content_type: p.content_type,
                    response_topic: p.response_topic,
                    correlation_data: p.correlation_data.map(|d| d.to_vec()),
                    topic_alias: p.topic_alias,
                    payload_format: p.payload_format_indicator,
                    message_expiry_s: p.message_expiry_interval,
                })
            }),
        }),
        v5::Packet::PubAck(p) => Packet::PubAck(p.pkid, reason),
        v5::Packet::PubRec(p) => Packet::PubRec(p.pkid, reason),
        v5::Packet::PubRel(p) => Packet::PubRel(p.pkid),
        v5::Packet::PubComp(p) => Packet::PubComp(p.pkid),
        v5::Packet::Subscribe(s) => {
            Packet::Subscribe(s.pkid, s.filters.into_iter().map(|f| (f.path, f.qos as u8)).collect())
        }
        v5::Packet::Unsubscribe(u) => Packet::Unsubscribe(u.pkid, u.filters),
        v5::Packet::PingReq(_) => Packet::PingReq,
        v5::Packet::Connect(..) => return Err("a second CONNECT".into()),
        _ => return Err("a packet only the platform may send".into()),
    })
}

fn put_length(out: &mut BytesMut, mut length: usize) {
    loop {
        let byte = (length % 128) as u8;
        length /= 128;
        out.put_u8(if length > 0 { byte | 0x80 } else { byte });
        if length == 0 {
            return;
        }
    }
}

fn put(out: &mut BytesMut, first: u8, body: &[u8]) {
    out.put_u8(first);
    put_length(out, body.len());
    out.put_slice(body);
}

fn acknowledge(out: &mut BytesMut, version: Version, first: u8, id: u16, reason: u8) {
    let [high, low] = id.to_be_bytes();
    match (version, reason) {
        (Version::V4, _) | (_, 0) => put(out, first, &[high, low]),
        (Version::V5, _) => put(out, first, &[high, low, reason, 0]),
    }
}

/// Appends a packet to the output.
pub fn write(version: Version, reply: &Reply, out: &mut BytesMut) -> Result<(), String> {
    let v5 = version == Version::V5;
    match reply {
        Reply::ConnAck {
            code,
            session_present,
            receive_maximum,
            topic_alias_maximum,
        } => {
            let mut body = vec![u8::from(*session_present), *code];
            if v5 {
                let mut properties = Vec::new();
                for (id, value) in [(0x21, receive_maximum), (0x22, topic_alias_maximum)] {
                    if *value > 0 && *code == 0 {
                        properties.push(id);
                        properties.extend(value.to_be_bytes());
                    }
                }
                body.push(properties.len() as u8);
                body.extend(properties);
            }
            put(out, 0x20, &body);
        }
        Reply::Publish(publish) => write_publish(version, publish, out)?,
        Reply::PubAck(id, reason) => acknowledge(out, version, 0x40, *id, *reason),
        Reply::PubRec(id, reason) => acknowledge(out, version, 0x50, *id, *reason),
        Reply::PubRel(id) => acknowledge(out, version, 0x62, *id, 0),
        Reply::PubComp(id) => acknowledge(out, version, 0x70, *id, 0),
        Reply::SubAck(id, codes) => {
            let mut body = id.to_be_bytes().to_vec();
            if v5 {
                body.push(0);
            }
            body.extend(codes);
            put(out, 0x90, &body);
        }
        Reply::UnsubAck(id, filters) => {
            let mut body = id.to_be_bytes().to_vec();
            if v5 {
                body.resize(3 + filters, 0);
            }
            put(out, 0xb0, &body);
        }
        Reply::PingResp => put(out, 0xd0, &[]),
        Reply::Disconnect(reason) if v5 => put(out, 0xe0, &[*reason, 0]),
        Reply::Disconnect(_) => {}
    }
    Ok(())
}

fn write_publish(version: Version, publish: &Publish, out: &mut BytesMut) -> Result<(), String> {
    match version {
        Version::V4 => {
            let qos = mqttbytes::qos(publish.qos).map_err(|e| e.to_string())?;
            let mut packet = v4::Publish::from_bytes(publish.topic.clone(), qos, publish.payload.clone());
            (packet.dup, packet.retain, packet.pkid) = (publish.dup, publish.retain, publish.packet_id);
            packet.write(out).map_err(|e| e.to_string())?;
        }
        Version::V5 => {
            let qos = mqttbytes5::qos(publish.qos).ok_or_else(|| format!("no QoS {}", publish.qos))?;
            let properties = publish.properties.as_ref().map(|p| v5::PublishProperties {
                payload_format_indicator: p.payload_format,
                message_expiry_interval: p.message_expiry_s,
                topic_alias: p.topic_alias,
                response_topic: p.response_topic.clone(),
                correlation_data: p.correlation_data.clone().map(Bytes::from),
                user_properties: p.user.clone(),
                subscription_identifiers: Vec::new(),
                content_type: p.content_type.clone(),
            });
            let mut packet = v5::Publish::new(publish.topic.clone(), qos, publish.payload.clone(), properties);
            (packet.dup, packet.retain, packet.pkid) = (publish.dup, publish.retain, publish.packet_id);
            packet.write(out).map_err(|e| e.to_string())?;
        }
    }
    Ok(())
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
            put(&mut buffer, 0x10, &body);
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
}
