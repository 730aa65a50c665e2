//! A message on its way to a device, for whoever makes, keeps or sends one.

use crate::broker::wire::Properties;

/// A message for a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: u8,
    pub retain: bool,
    /// MQTT 5 only.
    pub properties: Option<Box<Properties>>,
}
