//! One message while it is read.

use crate::protocol::json::{self, Dialect, Json};
use crate::protocol::text::{Text, c_text};
use crate::protocol::time::UnixMs;

/// What the handlers share while one message is read.
pub(super) struct Context<'a> {
    pub(super) topic: &'a str,
    pub(super) payload: &'a [u8],
    pub(super) bridged: Option<&'a str>,
    pub(super) now: UnixMs,
    pub(super) problems: Vec<String>,
}

impl Context<'_> {
    pub(super) fn bridge_device_id(&self) -> Text {
        self.bridged.map(|id| c_text(id.as_bytes()))
    }

    /// The payload as JSON; notes when it is not.
    pub(super) fn json(&mut self) -> Option<Json> {
        let root = json::parse(self.payload, Dialect::Platform);
        if root.is_none() {
            self.problems.push(format!(
                "{}: the payload is not JSON ({} bytes)",
                self.topic,
                self.payload.len()
            ));
        }
        root
    }
}
