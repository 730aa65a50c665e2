//! MQTT 3.1.1 and 5 behind one set of packets. `decode` reads them, `encode` writes them; both are this simulator's own.

use std::fmt;

use bytes::Bytes;
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
    /// MQTT 5: larger packets the client does not take; usize::MAX if it does not say.
    pub maximum_packet: usize,
}

/// What a device sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
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
        maximum_packet: u32,
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
    /// No CONNECT, or a broken one: closed without an answer.
    Broken(String),
    /// A broken CONNECT of MQTT 5, where CONNACK can say why.
    Refused(Refused),
}

/// Why a packet is refused; the code goes into DISCONNECT or, for CONNECT, into CONNACK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub reason: u8,
    pub text: String,
}
