//! What is said in packets, the same for both versions.

use bytes::Bytes;

use crate::transport::auth::Credentials;
use crate::transport::message::{Properties, Publish};
use crate::transport::numbers::{PacketType, ReasonCode};

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
        reason: ReasonCode,
        server: Server,
    },
    Publish(Inbound),
    PubAck {
        id: u16,
        reason: ReasonCode,
    },
    PubRec {
        id: u16,
        reason: ReasonCode,
    },
    PubRel {
        id: u16,
    },
    PubComp {
        id: u16,
        reason: ReasonCode,
    },
    /// [`ReasonCode::Success`] stands for every accepting code.
    SubAck {
        id: u16,
        reason: ReasonCode,
    },
    PingResp,
    Disconnect {
        reason: ReasonCode,
        text: Option<String>,
    },
    /// UNSUBACK: nothing we asked for.
    Other,
}

/// An outgoing PUBLISH. The topic is sent empty when `alias_only` says that its alias stands for
/// it.
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
    pub(super) fn first_byte(self) -> u8 {
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
