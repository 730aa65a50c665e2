//! MQTT 3.1.1 and 5 behind one vocabulary: rumqttc's packet codecs where they are right, own code where they are not.
//!
//! Written around (rumqttc 0.25.1): unknown CONNACK, SUBACK and PUBACK codes make a packet unreadable, although a code is
//! all we want of them; the order of outgoing MQTT 5 properties differs from the C SDK's; incoming properties with a
//! subscription identifier are cut wrongly; an empty MQTT 5 DISCONNECT is refused; each PUBLISH would copy its topic.

pub(crate) mod frame;
mod numbers;
mod properties;
#[cfg(test)]
mod tests;
mod v4;
mod v5;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use self::frame::Frame;
pub(crate) use self::numbers::{PacketType, ReasonCode};
use super::auth::Credentials;
use super::message::{Properties, Publish};
use super::settings::Version;

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

/// What the platform allows on this connection (MQTT 5 CONNACK properties; 3.1.1 knows no limits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) receive_maximum: u16,
    pub(crate) max_packet: usize,
    pub(crate) max_qos: u8,
    pub(crate) topic_alias_max: u16,
    /// Replaces our keep-alive.
    pub(crate) keep_alive: Option<u16>,
}

impl Default for Server {
    fn default() -> Self {
        Server {
            receive_maximum: u16::MAX,
            max_packet: 268_435_460,
            max_qos: 2,
            topic_alias_max: 0,
            keep_alive: None,
        }
    }
}

/// A message as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inbound {
    pub(crate) topic: String,
    pub(crate) payload: Bytes,
    pub(crate) qos: u8,
    pub(crate) retain: bool,
    pub(crate) dup: bool,
    pub(crate) packet_id: u16,
    pub(crate) properties: Option<Box<Properties>>,
}

/// A packet from the platform.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    ConnAck {
        session_present: bool,
        code: u8,
        server: Server,
    },
    Publish(Inbound),
    PubAck {
        id: u16,
        reason: u8,
    },
    PubRec {
        id: u16,
        reason: u8,
    },
    PubRel {
        id: u16,
    },
    PubComp {
        id: u16,
        reason: u8,
    },
    /// Reason 0 stands for every accepting code.
    SubAck {
        id: u16,
        reason: u8,
    },
    PingResp,
    Disconnect {
        reason: u8,
        text: Option<String>,
    },
    /// UNSUBACK: nothing we asked for.
    Other,
}

/// An outgoing PUBLISH. The topic is sent empty when `alias_only` says that its alias stands for it.
pub(crate) struct Outgoing<'a> {
    pub(crate) publish: &'a Publish,
    pub(crate) packet_id: u16,
    pub(crate) dup: bool,
    pub(crate) alias: Option<u16>,
    pub(crate) alias_only: bool,
}

/// The short packets that carry an id (and, under MQTT 5, a reason when it is not success).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Ack,
    Rec,
    Rel,
    Comp,
}

impl Reply {
    fn first_byte(self) -> u8 {
        let kind = match self {
            Reply::Ack => PacketType::PubAck,
            Reply::Rec => PacketType::PubRec,
            Reply::Rel => PacketType::PubRel,
            Reply::Comp => PacketType::PubComp,
        };
        kind.first_byte()
    }
}

/// What a CONNECT says.
pub(crate) struct Hello<'a> {
    pub(crate) keep_alive: u16,
    pub(crate) clean: bool,
    /// The largest packet that the server may send; only MQTT 5 can say so.
    pub(crate) max_packet: Option<u32>,
    pub(crate) who: &'a Credentials,
}

/// One protocol version.
pub(crate) trait Codec: Sync {
    /// `clean`: nothing of an earlier session is wanted, and nothing of this one is kept.
    fn connect(&self, out: &mut BytesMut, hello: &Hello<'_>) -> Result<(), Malformed>;
    fn subscribe(&self, out: &mut BytesMut, id: u16, filter: &str, qos: u8) -> Result<(), Malformed>;
    /// Size of the whole packet that [`Codec::publish`] would append.
    fn publish_size(&self, outgoing: &Outgoing<'_>) -> usize;
    fn publish(&self, out: &mut BytesMut, outgoing: &Outgoing<'_>);
    fn ack(&self, out: &mut BytesMut, ack: Reply, id: u16, reason: u8);
    /// The session ends with the connection if it is `clean`.
    fn disconnect(&self, out: &mut BytesMut, clean: bool);
    /// The last packet after one of the server's that breaks the rules; 3.1.1 has none.
    fn reject(&self, out: &mut BytesMut, reason: ReasonCode);
    fn decode(&self, frame: Frame) -> Result<Packet, Malformed>;

    fn ping(&self, out: &mut BytesMut) {
        out.put_slice(&[PacketType::PingReq.first_byte(), 0]);
    }
}

/// The codec of a version.
pub(crate) fn codec(version: Version) -> &'static dyn Codec {
    match version {
        Version::V4 => &v4::V4,
        Version::V5 => &v5::V5,
    }
}

fn cut_short() -> Malformed {
    Malformed::new("a packet is shorter than its fields")
}

/// The flags of every packet but PUBLISH are fixed.
fn check_flags(frame: &Frame) -> Result<(), Malformed> {
    match frame.kind() {
        None | Some(PacketType::Publish) => Ok(()),
        Some(kind) if kind.first_byte() == frame.first => Ok(()),
        Some(kind) => Err(Malformed::new(format!(
            "a {} with wrong flags ({:#04x})",
            kind.name(),
            frame.first
        ))),
    }
}

/// Flags of a CONNACK: session present, and that only with an acceptance.
fn take_session_present(body: &mut Bytes) -> Result<(bool, u8), Malformed> {
    let flags = take_u8(body)?;
    let code = take_u8(body)?;
    if flags > 1 {
        return Err(Malformed::new(format!("a CONNACK with reserved flags ({flags:#04x})")));
    }
    if flags == 1 && code != 0 {
        return Err(Malformed::forbidden("a CONNACK that refuses and has a session"));
    }
    Ok((flags == 1, code))
}

fn check_topic(topic: &str, dup: bool, qos: u8) -> Result<(), Malformed> {
    let invalid = |what| Err(Malformed::of(ReasonCode::TopicNameInvalid, what));
    if topic.is_empty() {
        return invalid("a PUBLISH without a topic");
    }
    if topic.contains(['+', '#']) {
        return invalid("a PUBLISH with a wildcard in its topic");
    }
    if topic.contains('\0') {
        return Err(Malformed::new("a PUBLISH with a NUL in its topic"));
    }
    if dup && qos == 0 {
        return Err(Malformed::forbidden("a PUBLISH of QoS 0 that says it is a repetition"));
    }
    Ok(())
}

fn check_ping_response(body: &Bytes) -> Result<Packet, Malformed> {
    if body.is_empty() {
        Ok(Packet::PingResp)
    } else {
        Err(Malformed::new("a PINGRESP with a body"))
    }
}

fn no_codes() -> Malformed {
    Malformed::forbidden("a SUBACK without a code")
}

fn take_u8(bytes: &mut Bytes) -> Result<u8, Malformed> {
    bytes.try_get_u8().map_err(|_| cut_short())
}

fn take_u16(bytes: &mut Bytes) -> Result<u16, Malformed> {
    bytes.try_get_u16().map_err(|_| cut_short())
}

fn take_binary(bytes: &mut Bytes) -> Result<Bytes, Malformed> {
    let length = usize::from(take_u16(bytes)?);
    if bytes.len() < length {
        return Err(cut_short());
    }
    Ok(bytes.split_to(length))
}

fn take_text(bytes: &mut Bytes) -> Result<String, Malformed> {
    let raw = take_binary(bytes)?;
    let text = std::str::from_utf8(&raw).map_err(|_| Malformed::new("a text is not UTF-8"))?;
    Ok(text.to_owned())
}

/// Variable byte integer; the caller has bounded the value.
fn put_length(out: &mut BytesMut, mut length: usize) {
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

fn length_size(length: usize) -> usize {
    match length {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    }
}

/// Length-prefixed bytes; texts are checked for 65,535 bytes where they are accepted.
fn put_binary(out: &mut BytesMut, bytes: &[u8]) {
    let bytes = bytes.get(..usize::from(u16::MAX)).unwrap_or(bytes);
    out.put_u16(bytes.len() as u16);
    out.put_slice(bytes);
}

/// PUBLISH of both versions; `properties` is `None` under 3.1.1. The payload is copied once, into `out`.
fn put_publish(out: &mut BytesMut, outgoing: &Outgoing<'_>, properties: Option<&properties::Sized>) {
    let publish = outgoing.publish;
    let remaining = publish_remaining(outgoing, properties);
    out.reserve(1 + length_size(remaining) + remaining);
    out.put_u8(PacketType::Publish.first_byte() | (u8::from(outgoing.dup) << 3) | (publish.qos << 1));
    put_length(out, remaining);
    put_binary(
        out,
        if outgoing.alias_only {
            &[]
        } else {
            publish.topic.as_bytes()
        },
    );
    if publish.qos > 0 {
        out.put_u16(outgoing.packet_id);
    }
    if let Some(sized) = properties {
        sized.put(out);
    }
    out.put_slice(&publish.payload);
}

fn publish_remaining(outgoing: &Outgoing<'_>, properties: Option<&properties::Sized>) -> usize {
    let publish = outgoing.publish;
    let topic = if outgoing.alias_only { 0 } else { publish.topic.len() };
    2 + topic + if publish.qos > 0 { 2 } else { 0 } + properties.map_or(0, |p| p.size()) + publish.payload.len()
}
