//! When the messages that wait expire, the earliest first, so that nobody has to look through the
//! queue for it.

use std::collections::VecDeque;

use super::entry::Entry;

/// Time and number in the order of acceptance of each message that waits and expires, sorted. What
/// is accepted later nearly always expires later, so that messages come at one end and leave near
/// the other.
#[derive(Default)]
pub(super) struct Expiries(VecDeque<(u64, u64)>);

impl Expiries {
    pub(super) fn add(&mut self, entry: &Entry) {
        if let Some(expires) = entry.expires {
            let at = self.0.partition_point(|known| *known < (expires, entry.order));
            self.0.insert(at, (expires, entry.order));
        }
    }

    pub(super) fn remove(&mut self, entry: &Entry) {
        if let Some(expires) = entry.expires {
            if let Ok(at) = self.0.binary_search(&(expires, entry.order)) {
                self.0.remove(at);
            }
        }
    }

    /// The earliest.
    pub(super) fn first(&self) -> Option<u64> {
        self.0.front().map(|(expires, _)| *expires)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Frees the room of a burst that is over.
    pub(super) fn shrink_to(&mut self, room: usize) {
        self.0.shrink_to(room);
    }
}
