//! What a call into the services leads to: messages for devices, requests, notes for the ledger.

use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

use super::request::Request;
use crate::broker::wire::Properties;

/// A message of the platform for one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Downlink {
    pub device: String,
    pub topic: String,
    pub payload: Vec<u8>,
    /// MQTT 5 only.
    pub properties: Option<Box<Properties>>,
}

/// Something a service noticed and the ledger should show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub device: String,
    pub text: String,
}

/// What a call into the services leads to.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    pub notes: Vec<Note>,
    /// Requests that were sent, or are through.
    pub requests: Vec<Request>,
    pub downlinks: Vec<Downlink>,
}

impl Outcome {
    pub fn down(&mut self, device: &str, topic: String, payload: &Value) {
        let payload = payload.to_string().into_bytes();
        self.downlinks.push(Downlink {
            device: device.to_string(),
            topic,
            payload,
            properties: None,
        });
    }
    pub fn note(&mut self, device: &str, text: impl Into<String>) {
        self.notes.push(Note {
            device: device.to_string(),
            text: text.into(),
        });
    }
}

/// `yyyyMMddTHHmmssZ`
pub fn event_time() -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    OffsetDateTime::now_utc().format(&format).unwrap_or_default()
}
