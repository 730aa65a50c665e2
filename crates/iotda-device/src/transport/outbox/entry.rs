//! What the outbox holds: items on their way, and how each can end.

use crate::transport::message::{Properties, Publish, SESSION_ENDED};
use crate::transport::numbers::ReasonCode;
#[cfg(doc)]
use crate::transport::settings::Limits;

/// What goes on the wire.
#[derive(Debug)]
pub enum OutboxItem {
    Publish {
        publish: Publish,
        /// The program gave an empty topic and an alias; `publish` holds the topic that the alias
        /// stands for.
        by_alias: bool,
    },
    Subscribe {
        filter: String,
        qos: u8,
    },
}

impl OutboxItem {
    /// Bytes that count against [`Limits::bytes`]; subscriptions do not.
    pub(super) fn weight(&self) -> usize {
        match self {
            OutboxItem::Publish { publish, .. } => {
                publish.topic.len() + publish.payload.len() + publish.properties.as_deref().map_or(0, weight)
            }
            OutboxItem::Subscribe { .. } => 0,
        }
    }

    /// QoS 1 and 2 messages wait for an acknowledgement and fill the window.
    pub(super) fn fills_window(&self) -> bool {
        matches!(self, OutboxItem::Publish { publish, .. } if publish.qos > 0)
    }

    pub(super) fn is_exactly_once(&self) -> bool {
        matches!(self, OutboxItem::Publish { publish, .. } if publish.qos == 2)
    }

    pub(super) fn is_subscribe(&self) -> bool {
        matches!(self, OutboxItem::Subscribe { .. })
    }
}

fn weight(properties: &Properties) -> usize {
    let text = |t: &Option<String>| t.as_ref().map_or(0, String::len);
    let user: usize = properties.user.iter().map(|(key, value)| key.len() + value.len()).sum();
    user + text(&properties.content_type)
        + text(&properties.response_topic)
        + properties.correlation_data.as_ref().map_or(0, bytes::Bytes::len)
}

/// How far the handshake of a QoS 2 message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// To be sent, or sent and not acknowledged.
    Publish,
    /// PUBREC has come; PUBREL is the packet to repeat in a kept session.
    Release,
}

/// What a message has been through.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Losses at which it was unacknowledged: a closing by the platform counts more than a broken
    /// link.
    pub(super) strikes: u32,
    /// Those of them at which it was alone on trial.
    pub(super) trials: u32,
    /// Connections that we ended because it was not acknowledged.
    pub(super) ignored: u32,
    /// It is too late for its acknowledgement on this connection.
    pub(super) overdue: bool,
    /// Closings by the platform at which it was on its way.
    pub(super) closings: Vec<u64>,
    pub(super) convicted: bool,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) order: u64,
    /// Returned at acceptance; 0 for QoS 0.
    pub(super) id: u16,
    /// Packet id on this connection; 0 until handed over.
    pub(super) wire: u16,
    /// Was on the wire of a session that is gone: takes a fresh packet id.
    pub(super) resend: bool,
    pub(super) dup: bool,
    pub(super) stage: Stage,
    pub(super) expires: Option<u64>,
    /// Key in the spool; 0: not there.
    pub(super) spooled: u64,
    pub(super) record: Record,
    pub(super) item: OutboxItem,
}

impl Entry {
    /// QoS 2 and not on the wire of this session before.
    pub(super) fn is_new_exactly_once(&self) -> bool {
        self.item.is_exactly_once() && self.stage == Stage::Publish && !self.dup
    }
}

#[derive(Debug)]
pub(super) struct Handed {
    /// Position in the stream of written bytes at which this item ends.
    pub(super) position: u64,
    /// Counts what was handed over on this connection.
    pub(super) number: u64,
    pub(super) entry: Entry,
}

#[derive(Debug)]
pub(super) struct Sent {
    pub(super) at: u64,
    pub(super) number: u64,
    pub(super) entry: Entry,
}

/// The one end of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// As returned at acceptance.
    pub id: u16,
    /// `None` for a subscription.
    pub context: Option<usize>,
    pub outcome: Outcome,
}

/// How an item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// By the platform, or because it would have to.
    Refused(ReasonCode),
    /// It failed with its session.
    Lost,
    Expired,
    /// The platform has closed one connection after the other at this message.
    Rejected,
    /// The platform has acknowledged others and not this message, on two connections.
    Ignored,
    /// The program disconnected or destroyed the device, or the message made room for newer ones.
    Cancelled,
}

impl Outcome {
    /// The code of the callback.
    pub fn code(self) -> i32 {
        match self {
            Outcome::Delivered => 0,
            Outcome::Refused(reason) => reason.code().into(),
            Outcome::Lost | Outcome::Expired | Outcome::Rejected | Outcome::Ignored | Outcome::Cancelled => {
                SESSION_ENDED
            }
        }
    }
}
