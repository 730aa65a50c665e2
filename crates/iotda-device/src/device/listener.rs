//! How a device calls out: everything the program can learn, as one trait.

use std::ffi::CStr;

use crate::protocol::downlink::{Command, Downlink, Event};
use crate::services::anomaly::Board;
use crate::transport::Properties;

/// The nine protocol callbacks of `IOTA_SetProtocolCallback`, with the C SDK's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
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

/// What the library itself does while an events message is delivered.
pub trait EventDuties {
    /// To be called with each service's place right before its specific callback, and with the number of services before
    /// the general one: the roster and the rules follow here.
    fn before(&self, at: usize);
    /// To be called for each device configuration update, with the callback's result and text (0 and "" without one).
    fn config_update(&self, result: i32, description: &[u8]);
}

/// Receives what a device learns. Every method runs on the callback thread, one at a time, and may call the device,
/// block, or destroy it.
pub trait Listener: Send + Sync {
    /// A connection attempt, publish or subscription has an outcome.
    fn protocol(&self, event: ProtocolEvent);
    /// A message of the platform, of any kind but events.
    fn downlink(&self, message: Downlink, about: &Arrival<'_>);
    /// An events message: for each service `duties`, then the program's specific callback; last the general one.
    fn event(&self, event: &Event, about: &Arrival<'_>, duties: &dyn EventDuties);
    /// A rule commands this device.
    fn rule_command(&self, command: Command);
    /// A rule commands another device: `message` is for the program to pass on.
    fn rule_message(&self, device_id: &CStr, message: &CStr);
    /// The program's measurements of the board, for the security detection.
    fn board(&self) -> &dyn Board;
}
