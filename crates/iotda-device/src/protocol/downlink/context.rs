//! One message while it is read.

use crate::protocol::json::{self, Dialect, Json};
use crate::protocol::text::{Text, c_text};
use crate::protocol::time::UnixMs;

/// What is wrong with a message of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The payload, of this many bytes.
    NotJson { bytes: usize },
    /// The topic has none, so that nothing could be answered.
    NoRequestId,
    /// An event of this service lacks a member, or has another type there.
    Event { service: String, member: &'static str },
}

/// What the handlers share while one message is read.
pub(super) struct Context<'a> {
    pub(super) topic: &'a str,
    pub(super) payload: &'a [u8],
    pub(super) bridged: Option<&'a str>,
    pub(super) now: UnixMs,
    pub(super) problems: Vec<Problem>,
}

impl Context<'_> {
    pub(super) fn bridge_device_id(&self) -> Text {
        self.bridged.map(|id| c_text(id.as_bytes()))
    }

    /// The payload as JSON; notes when it is not.
    pub(super) fn json(&mut self) -> Option<Json> {
        let root = json::parse(self.payload, Dialect::Platform);
        if root.is_none() {
            let bytes = self.payload.len();
            self.problems.push(Problem::NotJson { bytes });
        }
        root
    }
}
