//! What a device hands on, and to whom.

use std::sync::Arc;

use super::delivery::Deliveries;
use super::stream::Streams;
use crate::softbus::Roster;

/// Shared by the handle of a device and its listener.
pub(super) struct Hub {
    pub(super) streams: Streams,
    pub(super) deliveries: Deliveries,
    pub(super) roster: Arc<Roster>,
}
