//! How a device calls out: everything the program can learn, as one trait.

use crate::protocol::downlink::{Downlink, ServiceEvent};
use crate::transport::Properties;

/// The nine protocol callbacks of `IOTA_SetProtocolCallback`, with the C SDK's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ProtocolItem {
    ConnectSuccess = 0,
    ConnectFailure = 1,
    DisconnectSuccess = 2,
    DisconnectFailure = 3,
    ConnectionLost = 4,
    PublishSuccess = 5,
    PublishFailure = 6,
    SubscribeSuccess = 7,
    SubscribeFailure = 8,
}

/// The outcome of a connection attempt, a publish or a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolEvent {
    pub item: ProtocolItem,
    /// The id that the call returned or would have returned; 0 where there is none.
    pub message_id: u16,
    /// 0, or why it failed (spec/connection.md 9.2, 9.3).
    pub code: i32,
    /// The C SDK's text for a failed connection.
    pub message: Option<&'static str>,
    /// The program's own value, handed back unchanged.
    pub context: usize,
}

/// What belongs to a downlink message besides its content.
pub struct Arrival<'a> {
    /// MQTT packet id; 0 for QoS 0.
    pub packet_id: u16,
    /// MQTT 5 properties; `None` in a 3.1.1 session.
    pub properties: Option<&'a Properties>,
}
