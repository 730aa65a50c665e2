//! How a device calls out: everything the program can learn, as one trait.

use std::ffi::CStr;

use crate::protocol::downlink::{Command, Downlink, Event};
use crate::protocol::json::Json;
use crate::services::anomaly::Board;
use crate::transport::Properties;

/// What has an outcome, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolItem {
    ConnectSuccess,
    ConnectFailure,
    DisconnectSuccess,
    ConnectionLost,
    PublishSuccess,
    PublishFailure,
    SubscribeSuccess,
    SubscribeFailure,
}

/// The outcome of a connection attempt, a publish or a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolEvent {
    pub item: ProtocolItem,
    /// The id that the call returned or would have returned; 0 where there is none.
    pub message_id: u16,
    /// 0, or why it failed (docs/spec/connection.md#callback-table,
    /// docs/spec/connection.md#connect-failure).
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

/// What the program says to a configuration that the platform wants it to take; the device sends it as its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigAnswer {
    /// 0: taken.
    pub result: i32,
    pub description: Vec<u8>,
}

/// The program's callbacks for one events message. The device calls them in order, between its own duties; what they
/// share lives here, until the message is done.
pub trait EventCalls {
    /// The specific callback of the service at this place, for all services but configuration updates.
    fn service(&mut self, _at: usize) {}
    /// The callback for a configuration update; without one the configuration counts as taken.
    fn device_config(&mut self, _content: &Json) -> ConfigAnswer {
        ConfigAnswer::default()
    }
    /// The general callback, after all specific ones.
    fn general(&mut self) {}
}

/// Nobody wants to know of an events message.
struct Unheard;

impl EventCalls for Unheard {}

/// No board measures anything.
struct NoBoard;

impl Board for NoBoard {
    fn memory_used(&self) -> i64 {
        0
    }
    fn total_memory(&self) -> i64 {
        0
    }
    fn ports(&self) -> Option<Vec<i32>> {
        None
    }
    fn cpu_usage(&self) -> i32 {
        0
    }
    fn disk_space_used(&self) -> i64 {
        0
    }
    fn total_disk_space(&self) -> i64 {
        0
    }
    fn battery_percentage(&self) -> i32 {
        0
    }
}

/// Receives what a device learns. Every method runs on the callback thread, one at a time, and may call the device,
/// block, or destroy it.
pub trait Listener: Send + Sync {
    /// A connection attempt, publish or subscription has an outcome.
    fn protocol(&self, _event: ProtocolEvent) {}
    /// A report has its end: its context and its code. The one method that runs on the thread `iota-mqtt`, so that the end can be
    /// waited for inside a callback; it must not block. `true`: the listener needs no [`Listener::protocol`] for it.
    fn ended(&self, _context: usize, _code: i32) -> bool {
        false
    }
    /// Whether the device shall subscribe to everything as soon as it is connected, before the listener hears of it.
    fn wants_everything(&self) -> bool {
        false
    }
    /// A message of the platform as it came, of any kind, before anything is made of it.
    fn arrived(&self, _topic: &str, _payload: &[u8], _about: &Arrival<'_>) {}
    /// A message of the platform, of any kind but events.
    fn downlink(&self, _message: Downlink, _about: &Arrival<'_>) {}
    /// An events message has arrived: how its callbacks are called. Nothing is called yet.
    fn event<'a>(&self, _event: &'a Event, _about: &'a Arrival<'_>) -> Box<dyn EventCalls + 'a> {
        Box::new(Unheard)
    }
    /// A linked device sent a message ([`Near`](super::Near)).
    fn near_received(&self, _device_id: &str, _data: &[u8]) {}
    /// What became of a message to a linked device: 0, or why its library does not have it (docs/spec/nearlink.md#codes).
    fn near_sent(&self, _device_id: &str, _code: u32) {}
    /// A rule commands this device.
    fn rule_command(&self, _command: Command) {}
    /// A rule commands another device: `message` is for the program to pass on.
    fn rule_message(&self, _device_id: &CStr, _message: &CStr) {}
    /// The program's measurements of the board, for the security detection.
    fn board(&self) -> &dyn Board {
        &NoBoard
    }
}
