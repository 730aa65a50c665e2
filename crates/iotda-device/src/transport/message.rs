//! What goes through a session, and what it reports: the vocabulary shared with the device layer.

use bytes::Bytes;

/// CONNECT_FAILURE text: the platform answered with a return code
/// (docs/spec/connection.md#connect-failure).
pub const REFUSED: &str = "CONNACK return code";
/// CONNECT_FAILURE text: no TCP connection or no TLS session.
pub const UNREACHABLE: &str = "TCP/TLS connect failure";
/// CONNECT_FAILURE text: closed by the server before CONNACK.
pub const CLOSED_EARLY: &str = "TCP connect completion failure";
/// CONNECT_FAILURE text: no CONNACK within the connect timeout.
pub const TIMED_OUT: &str = "TCP connect timeout";

/// Code of a publish or subscription that ends because the session does.
pub const SESSION_ENDED: i32 = -11;

/// A message to send. The session owns it until its [`Event::Published`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// Full topic; may be empty under MQTT 5 together with an alias announced on this connection.
    pub topic: String,
    pub payload: Bytes,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Given back unchanged in [`Event::Published`].
    pub context: usize,
    /// MQTT 5 only; ignored under 3.1.1.
    pub properties: Option<Box<Properties>>,
}

impl Publish {
    pub fn new(topic: impl Into<String>, payload: impl Into<Bytes>, qos: u8, context: usize) -> Self {
        Publish {
            topic: topic.into(),
            payload: payload.into(),
            qos,
            context,
            properties: None,
        }
    }
}

/// The MQTT 5 properties that the C ABI carries, in the order in which they go on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    pub user: Vec<(String, String)>,
    pub content_type: Option<String>,
    pub response_topic: Option<String>,
    pub correlation_data: Option<Bytes>,
    /// As the program gave it: sent only for 1..=65534 and up to the server's maximum. `None` in incoming messages.
    pub topic_alias: Option<u32>,
}

/// A message from the platform.
#[derive(Debug)]
pub struct Incoming {
    pub topic: String,
    pub payload: Bytes,
    pub qos: u8,
    pub retain: bool,
    pub dup: bool,
    /// 0 for QoS 0.
    pub packet_id: u16,
    /// `Some` on an MQTT 5 session, even without properties.
    pub properties: Option<Box<Properties>>,
    /// Give it to [`Session::ack`](super::Session::ack) once the program's callback has returned, QoS 0 too: this
    /// acknowledges the message and makes room for the next.
    pub ack: AckToken,
}

/// Stands for one unfinished [`Incoming`]; one of an older connection only makes room.
#[must_use = "give it to Session::ack, or the session stops reading"]
#[derive(Debug, PartialEq, Eq)]
pub struct AckToken {
    pub(super) connection: u64,
    pub(super) number: u64,
    pub(super) bytes: usize,
}

/// What a session reports, in order, on `iota-mqtt`.
#[derive(Debug)]
pub enum Event {
    /// CONNACK 0.
    Connected {
        session_present: bool,
    },
    /// One attempt failed: the code and the text of docs/spec/connection.md#connect-failure, and
    /// the reason in words for the log.
    ConnectFailed {
        code: i32,
        message: Option<&'static str>,
        detail: String,
        /// The platform, or something in its place, answered; `false`: no such name, no connection, or no answer.
        answered: bool,
    },
    /// The connection ended without our doing.
    Lost {
        detail: String,
    },
    /// [`Session::disconnect`](super::Session::disconnect) has completed.
    Disconnected,
    /// End of an accepted message; `id` is the one that `publish` returned (0 for QoS 0). Code 0: sent (QoS 0) or
    /// acknowledged; -11: the session ended, the message expired or was dropped to make room; ≥ 128: MQTT 5 reason.
    Published {
        id: u16,
        context: usize,
        code: i32,
    },
    /// End of a subscription. Code 0: accepted; 128 or an MQTT 5 reason: refused; -11: the session ended first.
    Subscribed {
        id: u16,
        code: i32,
    },
    Message(Incoming),
    /// A timer set with [`Session::timer`](super::Session::timer) has run out.
    Timer {
        token: u64,
    },
}

/// Receives events on `iota-mqtt`. Must not block: it only queues.
pub type Sink = Box<dyn Fn(Event) + Send + Sync>;
