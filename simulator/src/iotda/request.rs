//! One request of the platform that a device has to answer, and what became of it.

use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Command,
    CommandV3,
    PropertySet,
    PropertyGet,
}

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Sent,
    /// With the device's result code; 0 where it gave none.
    Answered(i64),
    TimedOut,
    /// The device was not online or not subscribed.
    Undelivered,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    pub request_id: String,
    /// The device asked; a child of a gateway or a bridged device under its own id.
    pub device: String,
    pub what: What,
    /// Command name, or the service concerned.
    pub name: String,
    #[serde(flatten)]
    pub progress: Progress,
    /// The device's answer.
    pub answer: Option<Value>,
    /// Whose topics carry request and answer.
    #[serde(skip)]
    pub via: String,
    #[serde(skip)]
    pub topic: String,
    #[serde(skip)]
    pub deadline: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub state: State,
}

impl Request {
    pub fn state(&self) -> State {
        self.progress.state
    }
}
