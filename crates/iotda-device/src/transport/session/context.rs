//! What a connection works with and what outlasts it: the queue, the program's sink, subscriptions,
//! the reconnect policy's memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::shared::SessionShared;
use super::spooling::{sync, tell};
use crate::transport::message::{Event, Sink};
use crate::transport::outbox::{End, Outcome};
use crate::transport::reconnect::Reconnector;
use crate::transport::settings::Settings;
use crate::transport::spool::Spool;

/// Milliseconds within which the spool is on the disk, by the rule of that name.
const SYNC_EVERY: u64 = 1000;

pub(super) struct SessionContext {
    pub(super) shared: Arc<SessionShared>,
    pub(super) sink: Sink,
    pub(super) reconnector: Reconnector,
    /// Accepted subscriptions, for attempts that the program has no part in.
    pub(super) subscriptions: Vec<(String, u8)>,
    /// Whose session the outbox has been on the wire of.
    session_of: Option<String>,
    /// How long the system has slept.
    pub(super) slept: Box<dyn Fn() -> Duration + Send + Sync>,
}

impl SessionContext {
    pub(super) fn new(shared: Arc<SessionShared>, sink: Sink) -> Self {
        SessionContext {
            shared,
            sink,
            reconnector: Reconnector::default(),
            subscriptions: Vec::new(),
            session_of: None,
            slept: Box::new(super::suspend::slept),
        }
    }

    pub(super) fn emit(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            (self.sink)(event);
        }
    }

    /// What is due by the clock, whatever the state; returns when something is due next.
    pub(super) fn housekeeping(&self) -> Option<Instant> {
        if base::memory::was_short() {
            base::lines::memory_short();
        }
        let now = Instant::now();
        let mut events = Vec::new();
        let (mut file, news);
        let mut expired = Vec::new();
        let next = {
            let core = &mut *self.shared.core.lock();
            let mut ends = std::mem::take(&mut core.ends);
            core.outbox.expire(self.shared.now(), &mut ends);
            let too_old = ends.iter().filter(|end| end.outcome == Outcome::Expired);
            expired.extend(too_old.map(|end| end.id));
            core.settle(&mut ends, &mut events);
            let due = core.timers.partition_point(|(at, _)| *at <= now);
            events.extend(core.timers.drain(..due).map(|(_, token)| Event::Timer { token }));
            if let Some((_, settings)) = core.scheduled.take_if(|(at, _)| *at <= now) {
                core.order_connect(settings);
            }
            news = core.spool_news();
            file = None;
            if core.spool.as_ref().is_some_and(Spool::unsynced) {
                let now = self.shared.now();
                if *core.sync_due.get_or_insert(now + SYNC_EVERY) <= now {
                    core.sync_due = None;
                    file = core.spool.as_mut().and_then(Spool::sync_interval);
                }
            }
            let sync = core.sync_due.map(|at| self.shared.instant(at));
            let expiry = core.outbox.next_expiry().map(|at| self.shared.instant(at));
            let timer = core.timers.first().map(|(at, _)| *at);
            let scheduled = core.scheduled.as_ref().map(|(at, _)| *at);
            [expiry, timer, scheduled, sync].into_iter().flatten().min()
        };
        sync(file);
        tell(news);
        for id in expired {
            base::lines::message_expired(&id);
        }
        self.emit(events);
        next
    }

    pub(super) fn random(&self) -> u64 {
        getrandom::u64().unwrap_or_else(|_| self.shared.now())
    }

    /// Whether the last session was that of another device, whose packet ids mean nothing in this
    /// one; notes it.
    pub(super) fn other_device(&mut self, settings: &Settings) -> bool {
        let device = settings.identity.device_id();
        let before = self.session_of.replace(device.to_owned());
        before.is_some_and(|before| before != device)
    }

    /// A connection stands, for the automatic reconnect.
    pub(super) fn note_connected(&mut self) {
        self.reconnector.connected(self.shared.started.elapsed());
    }
}

/// Messages that ended because of what the platform does with them, for the log once no lock is
/// held.
#[derive(Default)]
pub(super) struct GivenUp(Vec<(u16, Outcome)>);

impl GivenUp {
    pub(super) fn among(ends: &[End]) -> GivenUp {
        let given_up = ends
            .iter()
            .filter(|end| matches!(end.outcome, Outcome::Rejected | Outcome::Ignored));
        GivenUp(given_up.map(|end| (end.id, end.outcome)).collect())
    }

    pub(super) fn tell(self) {
        for (id, outcome) in self.0 {
            match outcome {
                Outcome::Ignored => base::lines::message_ignored(&id),
                _ => base::lines::message_rejected(&id),
            }
        }
    }
}
