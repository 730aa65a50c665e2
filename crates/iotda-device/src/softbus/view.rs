//! What the near-field link believes (spec/softbus.md 5.6). The registry mirrors the last response, whatever was asked and
//! for whom; the view only follows what concerns the own device, so that an error or the answer for one bus ends no session.

use std::collections::VecDeque;
use std::sync::Arc;

use super::bus::Text;
use super::paras::Reading;
use super::registry::Registry;

/// What a query asked for; the answer to it changes the view accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    AllBuses,
    OneBus,
}

/// Queries in the order of sending that have no answer yet.
#[derive(Default)]
pub struct Queries {
    unanswered: VecDeque<Option<Text>>,
}

impl Queries {
    /// A platform that never answers must not make this grow.
    const LIMIT: usize = 256;

    pub fn sent(&mut self, bus_id: Option<&[u8]>) {
        if self.unanswered.len() == Self::LIMIT {
            self.unanswered.pop_front();
        }
        self.unanswered.push_back(bus_id.map(Into::into));
    }

    /// The newest such query was not sent after all.
    pub fn withdrawn(&mut self, bus_id: Option<&[u8]>) {
        if let Some(at) = self.unanswered.iter().rposition(|asked| asked.as_deref() == bus_id) {
            self.unanswered.remove(at);
        }
    }

    pub fn forget(&mut self) {
        self.unanswered.clear();
    }

    /// A response answers the oldest query; without one it speaks of all buses.
    pub fn answered(&mut self) -> Asked {
        match self.unanswered.pop_front() {
            Some(Some(_)) => Asked::OneBus,
            Some(None) | None => Asked::AllBuses,
        }
    }
}

/// The view after a response whose buses are `all`; `None` when it does not change the view.
pub fn after_response(view: &Registry, asked: Asked, reading: &Reading, all: &Arc<Registry>) -> Option<Arc<Registry>> {
    if all.buses().is_empty() && reading.failure.is_some() {
        return None;
    }
    match asked {
        Asked::AllBuses => Some(all.clone()),
        Asked::OneBus => {
            let mut next = view.buses().to_vec();
            for bus in all.buses() {
                match next.iter_mut().find(|known| known.bus_id == bus.bus_id) {
                    Some(known) => *known = bus.clone(),
                    None => next.push(bus.clone()),
                }
            }
            Some(Arc::new(Registry::new(next)))
        }
    }
}

/// The view after a group list declared some buses deleted; `None` when it knows none of them.
pub fn after_deletion(view: &Registry, deleted: &[&[u8]]) -> Option<Arc<Registry>> {
    let known = view.buses();
    let kept: Vec<_> = known
        .iter()
        .filter(|bus| !deleted.contains(&&*bus.bus_id))
        .cloned()
        .collect();
    (kept.len() < known.len()).then(|| Arc::new(Registry::new(kept)))
}
