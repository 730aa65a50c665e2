//! PUBLISH, as far as both versions write and check it alike.

use bytes::{BufMut, BytesMut};

use super::field::{Malformed, length_size, put_binary, put_length};
use super::properties;
use super::vocabulary::Outgoing;
use crate::transport::numbers::{PacketType, ReasonCode};

pub(super) fn check_topic(topic: &str, dup: bool, qos: u8) -> Result<(), Malformed> {
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

/// PUBLISH of both versions; `properties` is `None` under 3.1.1. The payload is copied once, into
/// `out`.
pub(super) fn put_publish(out: &mut BytesMut, outgoing: &Outgoing<'_>, properties: Option<&properties::Sized>) {
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

pub(super) fn publish_remaining(outgoing: &Outgoing<'_>, properties: Option<&properties::Sized>) -> usize {
    let publish = outgoing.publish;
    let topic = if outgoing.alias_only { 0 } else { publish.topic.len() };
    2 + topic + if publish.qos > 0 { 2 } else { 0 } + properties.map_or(0, |p| p.size()) + publish.payload.len()
}
