//! MQTT 5.

use bytes::{BufMut, Bytes, BytesMut};
use rumqttc::v5::mqttbytes::v5;
use zeroize::Zeroize;

use super::codec::{Codec, check_flags, check_ping_response, no_codes, password_text, take_session_present};
use super::field::{Malformed, length_size, take_text, take_u8, take_u16};
use super::frame::Frame;
use super::properties;
use super::publish::{check_topic, publish_remaining, put_publish};
use super::vocabulary::{Hello, Inbound, Outgoing, Packet, Reply, Server};
use crate::protocol::topics;
use crate::transport::numbers::{PacketType, ReasonCode};

pub(super) struct V5;

/// How long the platform keeps a session, as under 3.1.1: until we want a clean one. It may answer with less.
const SESSION_EXPIRY: u32 = u32::MAX;

impl Codec for V5 {
    fn connect(&self, out: &mut BytesMut, hello: &Hello<'_>) -> Result<(), Malformed> {
        let who = hello.who;
        let expiry = (!hello.clean).then_some(SESSION_EXPIRY);
        let properties = (expiry.is_some() || hello.max_packet.is_some()).then(|| v5::ConnectProperties {
            session_expiry_interval: expiry,
            max_packet_size: hello.max_packet,
            ..v5::ConnectProperties::new()
        });
        let connect = v5::Connect {
            keep_alive: hello.keep_alive,
            client_id: who.client_id.clone(),
            clean_start: hello.clean,
            properties,
        };
        let mut login = Some(v5::Login {
            username: who.user.clone(),
            password: password_text(who)?.to_owned(),
        });
        let written = connect
            .write(&None, &login, out)
            .map_err(|e| Malformed::new(e.to_string()));
        if let Some(login) = &mut login {
            login.password.zeroize();
        }
        written.map(drop)
    }

    fn subscribe(&self, out: &mut BytesMut, id: u16, filter: &str, qos: u8) -> Result<(), Malformed> {
        let qos = rumqttc::v5::mqttbytes::qos(qos).unwrap_or_default();
        let mut subscribe = v5::Subscribe::new(v5::Filter::new(filter, qos), None);
        subscribe.pkid = id;
        subscribe
            .write(out)
            .map(drop)
            .map_err(|e| Malformed::new(e.to_string()))
    }

    fn publish_size(&self, outgoing: &Outgoing<'_>) -> usize {
        let remaining = publish_remaining(outgoing, Some(&sized(outgoing)));
        1 + length_size(remaining) + remaining
    }

    fn publish(&self, out: &mut BytesMut, outgoing: &Outgoing<'_>) {
        put_publish(out, outgoing, Some(&sized(outgoing)));
    }

    fn ack(&self, out: &mut BytesMut, ack: Reply, id: u16, reason: ReasonCode) {
        out.put_slice(&[ack.first_byte(), if reason == ReasonCode::Success { 2 } else { 3 }]);
        out.put_u16(id);
        if reason != ReasonCode::Success {
            out.put_u8(reason.code());
        }
    }

    /// Normal disconnection with session expiry 0: `e0 07 00 05 11 00000000`
    /// (docs/spec/connection.md#mqtt5-packets); a kept session keeps its own.
    fn disconnect(&self, out: &mut BytesMut, clean: bool) {
        if clean {
            out.put_slice(&[PacketType::Disconnect.first_byte(), 7, 0, 5, 0x11, 0, 0, 0, 0]);
        } else {
            out.put_slice(&[PacketType::Disconnect.first_byte(), 0]);
        }
    }

    fn reject(&self, out: &mut BytesMut, reason: ReasonCode) {
        out.put_slice(&[PacketType::Disconnect.first_byte(), 2, reason.code(), 0]);
    }

    fn decode(&self, frame: Frame) -> Result<Packet, Malformed> {
        check_flags(&frame)?;
        let mut body = frame.body();
        Ok(match frame.kind() {
            Some(PacketType::ConnAck) => connack(body)?,
            Some(PacketType::Publish) => {
                let qos = (frame.first >> 1) & 3;
                if !topics::is_qos(qos) {
                    return Err(Malformed::new("a PUBLISH with QoS 3"));
                }
                let topic = take_text(&mut body)?;
                check_topic(&topic, frame.first & 8 != 0, qos)?;
                let packet_id = if qos > 0 { take_u16(&mut body)? } else { 0 };
                if qos > 0 && packet_id == 0 {
                    return Err(Malformed::new("a PUBLISH with packet id 0"));
                }
                let properties = Some(properties::take(&mut body)?);
                Packet::Publish(Inbound {
                    topic,
                    payload: body,
                    qos,
                    retain: frame.first & 1 != 0,
                    dup: frame.first & 8 != 0,
                    packet_id,
                    properties,
                })
            }
            Some(PacketType::PubAck) => Packet::PubAck {
                id: take_u16(&mut body)?,
                reason: take_reason(&mut body),
            },
            Some(PacketType::PubRec) => Packet::PubRec {
                id: take_u16(&mut body)?,
                reason: take_reason(&mut body),
            },
            Some(PacketType::PubRel) => Packet::PubRel {
                id: take_u16(&mut body)?,
            },
            Some(PacketType::PubComp) => Packet::PubComp {
                id: take_u16(&mut body)?,
                reason: take_reason(&mut body),
            },
            Some(PacketType::SubAck) => {
                let id = take_u16(&mut body)?;
                properties::skip_all(&mut body)?;
                let reason = ReasonCode::from(take_u8(&mut body).map_err(|_| no_codes())?); // one filter per SUBSCRIBE
                Packet::SubAck {
                    id,
                    reason: if reason.is_failure() {
                        reason
                    } else {
                        ReasonCode::Success
                    },
                }
            }
            Some(PacketType::UnsubAck) => Packet::Other,
            Some(PacketType::Auth) => return Err(Malformed::forbidden("an AUTH, and no method was asked for")),
            Some(PacketType::PingResp) => check_ping_response(&body)?,
            Some(PacketType::Disconnect) => {
                let reason = take_reason(&mut body);
                let header = v5::FixedHeader::new(frame.first, frame.length_bytes, body.len() + 1);
                let text = (!body.is_empty())
                    .then(|| v5::Disconnect::read(header, frame.bytes).ok())
                    .flatten()
                    .and_then(|disconnect| disconnect.properties)
                    .and_then(|properties| properties.reason_string);
                Packet::Disconnect { reason, text }
            }
            _ => {
                return Err(Malformed::new(format!(
                    "packet type {} from the server",
                    frame.first >> 4
                )));
            }
        })
    }
}

fn sized<'a>(outgoing: &Outgoing<'a>) -> properties::Sized<'a> {
    properties::Sized::new(outgoing.publish.properties.as_deref(), outgoing.alias)
}

/// The optional reason of a short packet.
fn take_reason(body: &mut Bytes) -> ReasonCode {
    take_u8(body).unwrap_or(0).into()
}

/// A refusal may come without properties (a 3.1.1 server answers so): its code is all that is needed.
fn connack(mut body: Bytes) -> Result<Packet, Malformed> {
    let (session_present, reason) = take_session_present(&mut body)?;
    let mut server = Server::default();
    if reason == ReasonCode::Success && !body.is_empty() {
        server = properties::take_server(&mut body)?;
    }
    Ok(Packet::ConnAck {
        session_present,
        reason,
        server,
    })
}
