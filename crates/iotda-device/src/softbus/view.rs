//! What the near-field link believes (docs/spec/softbus.md#view). The registry mirrors the last
//! response, whatever was asked and for whom; the view only follows what concerns the own device,
//! so that an error or the answer for one bus ends no session.

use std::collections::VecDeque;
use std::sync::Arc;

use super::bus::{Bus, Text};
use super::paras::Reading;
use super::registry::Registry;

/// What a query asked for; the answer to it changes the view accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    AllBuses,
    OneBus,
}

struct Query {
    bus_id: Option<Text>,
    /// The event id of a query that the library made by itself.
    own: Option<Text>,
}

/// Queries in the order of sending that have no answer yet.
#[derive(Default)]
pub struct Queries {
    unanswered: VecDeque<Query>,
    /// The platform repeats the event id of a query in its answer.
    repeats_ids: bool,
}

impl Queries {
    /// A platform that never answers must not make this grow.
    const LIMIT: usize = 256;

    pub fn sent(&mut self, bus_id: Option<&[u8]>, own: Option<&[u8]>) {
        if self.unanswered.len() == Self::LIMIT {
            self.unanswered.pop_front();
        }
        self.unanswered.push_back(Query {
            bus_id: bus_id.map(Into::into),
            own: own.map(Into::into),
        });
    }

    /// The newest such query was not sent after all.
    pub fn withdrawn(&mut self, bus_id: Option<&[u8]>, own: Option<&[u8]>) {
        let same = |query: &Query| query.bus_id.as_deref() == bus_id && query.own.as_deref() == own;
        if let Some(at) = self.unanswered.iter().rposition(same) {
            self.unanswered.remove(at);
        }
    }

    pub fn forget(&mut self) {
        self.unanswered.clear();
    }

    /// A response that is the program's, or nobody's, answers the program's oldest query; without one it speaks of all buses.
    pub fn answered(&mut self) -> Asked {
        let at = self.unanswered.iter().position(|query| query.own.is_none());
        asked(at.and_then(|at| self.unanswered.remove(at)).as_ref())
    }

    /// Whether a query of the library's own is open.
    pub fn await_library(&self) -> bool {
        self.unanswered.iter().any(|query| query.own.is_some())
    }

    /// What a response answers if the library asked for it: it has the id of such a query, or the platform never repeated
    /// one and the program has no query open.
    pub fn answered_library(&mut self, event_id: Option<&[u8]>) -> Option<Asked> {
        let named = event_id.and_then(|id| {
            self.unanswered
                .iter()
                .position(|query| query.own.as_deref() == Some(id))
        });
        self.repeats_ids |= named.is_some();
        let guess = !self.repeats_ids && self.unanswered.iter().all(|query| query.own.is_some());
        let at = named.or(if guess { Some(0) } else { None })?;
        self.unanswered.remove(at).as_ref().map(|query| asked(Some(query)))
    }
}

fn asked(query: Option<&Query>) -> Asked {
    match query.is_some_and(|query| query.bus_id.is_some()) {
        true => Asked::OneBus,
        false => Asked::AllBuses,
    }
}

/// What an answer changes in the buses that programs see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Nothing,
    /// Only addresses of members that are linked already.
    LinkedAddresses,
    News,
}

/// Compares what is known with what an answer says.
pub fn change(known: &[Arc<Bus>], answer: &[Arc<Bus>], linked: impl Fn(&[u8]) -> bool) -> Change {
    if known == answer {
        return Change::Nothing;
    }
    let same_bus = |(a, b): (&Arc<Bus>, &Arc<Bus>)| {
        (&a.bus_id, &a.bus_name, a.version, &a.key, a.devices.len())
            == (&b.bus_id, &b.bus_name, b.version, &b.key, b.devices.len())
            && a.devices
                .iter()
                .zip(b.devices.iter())
                .all(|(a, b)| a.device_id == b.device_id && (a.device_ip == b.device_ip || linked(a.device_id)))
    };
    match known.len() == answer.len() && known.iter().zip(answer).all(same_bus) {
        true => Change::LinkedAddresses,
        false => Change::News,
    }
}

/// The buses after the answer about one of them: it takes its place among the known ones, or comes last.
pub fn merged(known: &[Arc<Bus>], answer: &[Arc<Bus>]) -> Vec<Arc<Bus>> {
    let mut next = known.to_vec();
    for bus in answer {
        match next.iter_mut().find(|known| known.bus_id == bus.bus_id) {
            Some(known) => *known = bus.clone(),
            None => next.push(bus.clone()),
        }
    }
    next
}

/// The view after a response whose buses are `all`; `None` when it does not change the view.
pub fn after_response(view: &Registry, asked: Asked, reading: &Reading, all: &Arc<Registry>) -> Option<Arc<Registry>> {
    if all.buses().is_empty() && reading.failure.is_some() {
        return None;
    }
    match asked {
        Asked::AllBuses => Some(all.clone()),
        Asked::OneBus => Some(Arc::new(Registry::new(merged(view.buses(), all.buses())))),
    }
}

/// The view after a group list declared some buses deleted; `None` when it knows none of them.
pub fn after_deletion(view: &Registry, deleted: &[&[u8]]) -> Option<Arc<Registry>> {
    view.without(deleted).map(Arc::new)
}
