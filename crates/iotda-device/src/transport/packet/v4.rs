//! MQTT 3.1.1.

use bytes::{BufMut, BytesMut};
use rumqttc::mqttbytes::v4;
use rumqttc::mqttbytes::{FixedHeader, QoS};
use zeroize::Zeroize;

use super::codec::{Codec, check_flags, check_ping_response, no_codes, password_text, take_session_present};
use super::field::{Malformed, length_size, take_u8, take_u16};
use super::frame::Frame;
use super::publish::{check_topic, publish_remaining, put_publish};
use super::vocabulary::{Hello, Inbound, Outgoing, Packet, Reply, Server};
use crate::transport::numbers::{PacketType, ReasonCode};

pub(super) struct V4;

impl Codec for V4 {
    fn connect(&self, out: &mut BytesMut, hello: &Hello<'_>) -> Result<(), Malformed> {
        let who = hello.who;
        let mut connect = v4::Connect::new(who.client_id.as_str());
        connect.keep_alive = hello.keep_alive;
        connect.clean_session = hello.clean;
        connect.set_login(who.user.as_str(), password_text(who)?);
        let written = connect.write(out).map_err(|e| Malformed::new(e.to_string()));
        if let Some(login) = &mut connect.login {
            login.password.zeroize();
        }
        written.map(drop)
    }

    fn subscribe(&self, out: &mut BytesMut, id: u16, filter: &str, qos: u8) -> Result<(), Malformed> {
        let qos = rumqttc::mqttbytes::qos(qos).unwrap_or(QoS::AtMostOnce);
        let mut subscribe = v4::Subscribe::new(filter, qos);
        subscribe.pkid = id;
        subscribe
            .write(out)
            .map(drop)
            .map_err(|e| Malformed::new(e.to_string()))
    }

    fn publish_size(&self, outgoing: &Outgoing<'_>) -> usize {
        let remaining = publish_remaining(outgoing, None);
        1 + length_size(remaining) + remaining
    }

    fn publish(&self, out: &mut BytesMut, outgoing: &Outgoing<'_>) {
        put_publish(out, outgoing, None);
    }

    fn ack(&self, out: &mut BytesMut, ack: Reply, id: u16, _reason: ReasonCode) {
        out.put_slice(&[ack.first_byte(), 2]);
        out.put_u16(id);
    }

    fn disconnect(&self, out: &mut BytesMut, _clean: bool) {
        out.put_slice(&[PacketType::Disconnect.first_byte(), 0]);
    }

    fn reject(&self, _: &mut BytesMut, _: ReasonCode) {}

    fn decode(&self, frame: Frame) -> Result<Packet, Malformed> {
        check_flags(&frame)?;
        let mut body = frame.body();
        Ok(match frame.kind() {
            Some(PacketType::ConnAck) => {
                let (session_present, reason) = take_session_present(&mut body)?;
                Packet::ConnAck {
                    session_present,
                    reason,
                    server: Server::default(),
                }
            }
            Some(PacketType::Publish) => {
                let header = FixedHeader::new(frame.first, frame.length_bytes, body.len());
                let publish = v4::Publish::read(header, frame.bytes).map_err(|e| Malformed::new(e.to_string()))?;
                check_topic(&publish.topic, publish.dup, publish.qos as u8)?;
                Packet::Publish(Inbound {
                    topic: publish.topic,
                    payload: publish.payload,
                    qos: publish.qos as u8,
                    retain: publish.retain,
                    dup: publish.dup,
                    packet_id: publish.pkid,
                    properties: None,
                })
            }
            Some(PacketType::PubAck) => Packet::PubAck {
                id: take_u16(&mut body)?,
                reason: ReasonCode::Success,
            },
            Some(PacketType::PubRec) => Packet::PubRec {
                id: take_u16(&mut body)?,
                reason: ReasonCode::Success,
            },
            Some(PacketType::PubRel) => Packet::PubRel {
                id: take_u16(&mut body)?,
            },
            Some(PacketType::PubComp) => Packet::PubComp {
                id: take_u16(&mut body)?,
                reason: ReasonCode::Success,
            },
            Some(PacketType::SubAck) => {
                let id = take_u16(&mut body)?;
                // Every other code counts as accepted (docs/spec/connection.md#subscribe-outcome).
                // Every other code counts as accepted (docs/spec/connection.md#subscribe-outcome).
                let reason = ReasonCode::from(take_u8(&mut body).map_err(|_| no_codes())?);
                // Every other code counts as accepted (docs/spec/connection.md#subscribe-outcome).
                let refused = reason == ReasonCode::Unspecified;
                Packet::SubAck {
                    id,
                    reason: if refused { reason } else { ReasonCode::Success },
                }
            }
            Some(PacketType::UnsubAck) => Packet::Other,
            Some(PacketType::PingResp) => check_ping_response(&body)?,
            _ => {
                return Err(Malformed::new(format!(
                    "packet type {} from the server",
                    frame.first >> 4
                )));
            }
        })
    }
}
