//! Writes the platform's packets. A fault may ask for codes that no specification has.

use bytes::{BufMut, BytesMut};

use super::wire::{Properties, Publish, Reply, Version};

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
            maximum_packet,
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
                if *maximum_packet > 0 && *code == 0 {
                    properties.push(0x27);
                    properties.extend(maximum_packet.to_be_bytes());
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

/// Properties of a PUBLISH, without their length.
fn publish_properties(properties: &Properties) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    if let Some(format) = properties.payload_format {
        out.extend([0x01, format]);
    }
    if let Some(seconds) = properties.message_expiry_s {
        out.push(0x02);
        out.extend(seconds.to_be_bytes());
    }
    if let Some(alias) = properties.topic_alias {
        out.push(0x23);
        out.extend(alias.to_be_bytes());
    }
    let texts = [
        (0x03, properties.content_type.as_deref().map(str::as_bytes)),
        (0x08, properties.response_topic.as_deref().map(str::as_bytes)),
        (0x09, properties.correlation_data.as_deref()),
    ];
    for (id, text) in texts {
        if let Some(text) = text {
            out.push(id);
            put_bytes(&mut out, text)?;
        }
    }
    for (key, value) in &properties.user {
        out.push(0x26);
        put_bytes(&mut out, key.as_bytes())?;
        put_bytes(&mut out, value.as_bytes())?;
    }
    Ok(out)
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), String> {
    let length = u16::try_from(bytes.len()).map_err(|_| format!("a text of {} bytes", bytes.len()))?;
    out.extend(length.to_be_bytes());
    out.extend(bytes);
    Ok(())
}

/// Largest remaining length MQTT can express.
const LONGEST: usize = 268_435_455;

/// All of a PUBLISH before its payload.
fn publish_head(version: Version, publish: &Publish) -> Result<BytesMut, String> {
    if publish.qos > 2 {
        return Err(format!("no QoS {}", publish.qos));
    }
    let mut head = Vec::new();
    put_bytes(&mut head, publish.topic.as_bytes())?;
    if publish.qos > 0 {
        head.extend(publish.packet_id.to_be_bytes());
    }
    let mut out = BytesMut::new();
    if version == Version::V5 {
        let properties = publish.properties.as_deref().map(publish_properties).transpose()?;
        let properties = properties.unwrap_or_default();
        let mut length = BytesMut::new();
        put_length(&mut length, properties.len());
        head.extend(&length);
        head.extend(properties);
    }
    let length = head.len() + publish.payload.len();
    if length > LONGEST {
        return Err(format!("a packet of {length} bytes"));
    }
    out.put_u8(0x30 | u8::from(publish.dup) << 3 | publish.qos << 1 | u8::from(publish.retain));
    put_length(&mut out, length);
    out.put_slice(&head);
    Ok(out)
}

/// Length of the whole packet.
pub fn publish_size(version: Version, publish: &Publish) -> Result<usize, String> {
    publish_head(version, publish).map(|head| head.len() + publish.payload.len())
}

fn write_publish(version: Version, publish: &Publish, out: &mut BytesMut) -> Result<(), String> {
    let head = publish_head(version, publish)?;
    out.reserve(head.len() + publish.payload.len());
    out.put_slice(&head);
    out.put_slice(&publish.payload);
    Ok(())
}
