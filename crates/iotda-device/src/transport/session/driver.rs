//! The thread `iota-mqtt`: takes orders, makes attempts, runs connections, reports what became of them.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{self, Opened, Refusal};
use super::connection::{Connection, ConnectionEnd};
use super::core::SessionState;
use super::{SessionShared, later, sync, tell};
use crate::error::{Error, Result};
use crate::transport::message::{Event, Sink};
use crate::transport::outbox::{Blame, End, Loss, Outcome};
use crate::transport::pacing::{self, Ending, Wait};
use crate::transport::reconnect::{Cause, Next, Reconnector, is_credentials};
use crate::transport::settings::Settings;
use crate::transport::spool::Spool;

/// Milliseconds within which the spool is on the disk, by the rule of that name.
const SYNC_EVERY: u64 = 1000;

pub(super) struct Driver {
    pub(super) shared: Arc<SessionShared>,
    pub(super) sink: Sink,
    reconnector: Reconnector,
    /// Accepted subscriptions, for attempts that the program has no part in.
    pub(super) subscriptions: Vec<(String, u8)>,
    /// Whose session the outbox has been on the wire of.
    session_of: Option<String>,
    /// How long the system has slept.
    pub(super) slept: Box<dyn Fn() -> Duration + Send + Sync>,
}

pub(super) fn spawn(shared: Arc<SessionShared>, sink: Sink) -> Result<JoinHandle<()>> {
    let system = |what: &str, e: std::io::Error| Error::System(format!("cannot start {what}: {e}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|e| system("the runtime of iota-mqtt", e))?;
    let mut driver = Driver::new(shared, sink);
    let body = move || {
        base::thread::settle(|| drop(tokio::runtime::Builder::new_current_thread().build()));
        loop {
            match catch_unwind(AssertUnwindSafe(|| runtime.block_on(driver.run()))) {
                Ok(()) => return,
                Err(_) => driver.recover(),
            }
        }
    };
    base::thread::spawn("iota-mqtt", body).map_err(|e| system("the thread iota-mqtt", e))
}

/// Messages that ended because of what the platform does with them, for the log once no lock is held.
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

impl Driver {
    pub(super) fn new(shared: Arc<SessionShared>, sink: Sink) -> Self {
        Driver {
            shared,
            sink,
            reconnector: Reconnector::default(),
            subscriptions: Vec::new(),
            session_of: None,
            slept: Box::new(super::suspend::slept),
        }
    }

    /// Until shutdown.
    pub(super) async fn run(&mut self) {
        while let Some(settings) = self.next_connect().await {
            self.attempt(&settings).await;
        }
        let mut ends = Vec::new();
        let mut events = Vec::new();
        {
            let core = &mut *self.shared.core.lock();
            core.outbox.cancel_all(&mut ends);
            core.settle(&mut ends, &mut events);
            core.spool = None;
        }
        self.emit(events);
    }

    pub(super) fn emit(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            (self.sink)(event);
        }
    }

    /// What is due by the clock, whatever the state; returns when something is due next.
    pub(super) fn housekeeping(&self) -> Option<Instant> {
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
            core.timers.sort_by_key(|(at, _)| *at);
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

    /// Waits for an order to connect; `None`: shutdown.
    async fn next_connect(&self) -> Option<Box<Settings>> {
        loop {
            let next = self.housekeeping();
            {
                let core = &mut *self.shared.core.lock();
                if core.orders.shutdown.is_some() {
                    return None;
                }
                core.orders.replace = false;
                if let Some(settings) = core.orders.connect.take() {
                    if core.state != SessionState::Connecting {
                        core.begin_attempt(&settings);
                    }
                    return Some(settings);
                }
            }
            self.shared.woken(next).await;
        }
    }

    async fn attempt(&mut self, settings: &Settings) {
        let mut opening = pin!(attempt::open(settings));
        loop {
            let next = self.housekeeping();
            {
                let core = self.shared.core.lock();
                if core.orders.shutdown.is_some() || core.orders.replace {
                    return;
                }
            }
            match first(opening.as_mut(), self.shared.woken(next)).await {
                Some(Ok(opened)) => return self.run_connection(settings, opened).await,
                Some(Err(refusal)) => return self.failed(settings, refusal),
                None => {}
            }
        }
    }

    fn failed(&mut self, settings: &Settings, refusal: Refusal) {
        let Refusal {
            code,
            message,
            detail,
            cause,
        } = refusal;
        {
            let core = &mut *self.shared.core.lock();
            if core.orders.replace {
                return;
            }
            core.state = SessionState::Failed;
            core.last_error = Some((code, detail.clone()));
        }
        base::lines::attempt_failed(&settings.host, &settings.port, &detail);
        let wait = self.pace_end(settings, Ending::Failed, false);
        self.emit([Event::ConnectFailed { code, message, detail }]);
        self.retry(settings, cause, wait);
    }

    pub(super) async fn run_connection(&mut self, settings: &Settings, opened: Opened) {
        let began = Instant::now();
        settings.pace(|pace, now| pace.accepted(now));
        self.shared.core.lock().local = opened.stream.local_address();
        let mut connection = Connection::new(self, settings, opened);
        let ended = connection.run().await;
        let stable = began.elapsed() >= pacing::STABLE;
        let announced = connection.announced;
        let unanswered = connection.unanswered();
        drop(connection);
        let mut ends = Vec::new();
        let mut events = Vec::new();
        // Logged without the lock: the program's log callback may call us.
        let mut line = None;
        let mut given_up = GivenUp(Vec::new());
        let mut explained = false;
        let lost = {
            let core = &mut *self.shared.core.lock();
            self.shared.connected.store(false, Ordering::Release);
            core.server = None;
            core.aliases.clear();
            unanswered.into_iter().for_each(|id| core.outbox.release_id(id));
            // An end that comes while we close is the end we wanted.
            let closed = core.state == SessionState::Closing || matches!(ended, ConnectionEnd::Closed);
            core.orders.disconnect = false;
            match ended {
                _ if closed => {
                    core.outbox.cancel_all(&mut ends);
                    core.state = SessionState::Disconnected;
                    core.settle(&mut ends, &mut events);
                    events.extend(announced.then_some(Event::Disconnected));
                    None
                }
                ConnectionEnd::Lost { detail, cause, blame } => {
                    explained = core.outbox.lost(loss(settings, blame, stable), &mut ends);
                    given_up = GivenUp::among(&ends);
                    core.settle(&mut ends, &mut events);
                    core.last_error = Some((-1, detail.clone()));
                    if announced {
                        core.state = SessionState::Lost;
                        core.stats.losses += 1;
                        line = Some(detail.clone());
                        events.push(Event::Lost { detail });
                    } else {
                        core.state = SessionState::Failed;
                        let message = Some(crate::transport::message::CLOSED_EARLY);
                        events.push(Event::ConnectFailed {
                            code: -1,
                            message,
                            detail,
                        });
                    }
                    Some(cause)
                }
                ConnectionEnd::Replaced | ConnectionEnd::Closed => {
                    core.state = SessionState::Connecting;
                    core.outbox.lost(loss(settings, Blame::Nobody, stable), &mut ends);
                    core.settle(&mut ends, &mut events);
                    None
                }
            }
        };
        if let Some(detail) = line {
            base::lines::session_lost(&settings.host, &settings.port, &detail);
        }
        given_up.tell();
        let Some(cause) = lost else {
            settings.pace(|pace, now| pace.closed(now));
            self.emit(events);
            self.subscriptions.clear();
            return;
        };
        let kicked = matches!(cause, Cause::ClosedByPeer | Cause::TakenOver) && !explained;
        let ending = if kicked { Ending::Kicked } else { Ending::Lost };
        // Before the program hears of it, and perhaps connects.
        let wait = self.pace_end(settings, ending, explained);
        self.emit(events);
        self.retry(settings, cause, wait);
    }

    /// When the next attempt may go; `None` without pacing.
    fn pace_end(&self, settings: &Settings, ending: Ending, explained: bool) -> Option<Wait> {
        let wait = settings.pace(|pace, now| {
            if explained {
                pace.explained();
            }
            pace.ended(ending, now, self.random())
        })?;
        if wait.tell {
            base::lines::kicked_out(&settings.identity.device_id(), &wait.wait.as_secs());
        }
        Some(wait)
    }

    fn random(&self) -> u64 {
        getrandom::u64().unwrap_or_else(|_| self.shared.now())
    }

    /// Whether the last session was that of another device, whose packet ids mean nothing in this one; notes it.
    pub(super) fn other_device(&mut self, settings: &Settings) -> bool {
        let device = settings.identity.device_id();
        let before = self.session_of.replace(device.to_owned());
        before.is_some_and(|before| before != device)
    }

    /// A connection stands, for the automatic reconnect.
    pub(super) fn note_connected(&mut self) {
        self.reconnector.connected(self.shared.started.elapsed());
    }

    fn retry(&mut self, settings: &Settings, cause: Cause, wait: Option<Wait>) {
        let Some(policy) = &settings.reconnect else { return };
        let random = self.random();
        match self
            .reconnector
            .ended(policy, cause, self.shared.started.elapsed(), random)
        {
            Next::GiveUp => base::lines::attempts_given_up(),
            Next::Retry { after, duplicate } => {
                let after = match (wait, cause) {
                    (_, Cause::Refused(code)) if is_credentials(code) => after,
                    (Some(paced), _) => paced.wait,
                    (None, _) => after,
                };
                if duplicate && wait.is_none() {
                    base::lines::device_twice();
                }
                base::info!("next attempt in {:.1} s", after.as_secs_f32());
                let core = &mut *self.shared.core.lock();
                // The program may have decided otherwise in the meantime.
                if matches!(core.state, SessionState::Failed | SessionState::Lost)
                    && core.accepting
                    && core.scheduled.is_none()
                {
                    core.scheduled = Some((later(Instant::now(), after), Box::new(settings.clone())));
                }
            }
        }
    }

    /// After a panic on this thread: the connection is gone, nothing else.
    fn recover(&mut self) {
        base::lines::mqtt_internal();
        let mut ends = Vec::new();
        let mut events = Vec::new();
        {
            let core = &mut *self.shared.core.lock();
            let connected = self.shared.connected.swap(false, Ordering::AcqRel);
            let loss = Loss {
                fail: false,
                keep: false,
                blame: Blame::Nobody,
                stable: false,
            };
            core.outbox.lost(loss, &mut ends);
            core.settle(&mut ends, &mut events);
            core.server = None;
            let attempting = core.state == SessionState::Connecting && core.orders.connect.is_none();
            if connected || attempting {
                core.state = SessionState::Lost;
                core.last_error = Some((-1, "internal error".into()));
                events.push(Event::Lost {
                    detail: "internal error".into(),
                });
            }
        }
        let sink = AssertUnwindSafe(&*self);
        if catch_unwind(|| sink.emit(events)).is_err() {
            base::lines::sink_panics();
        }
    }
}

fn loss(settings: &Settings, blame: Blame, stable: bool) -> Loss {
    Loss {
        fail: settings.fail_at_loss,
        keep: !settings.clean_session,
        blame,
        stable,
    }
}

/// `Some` when `main` is ready, `None` when `other` is.
async fn first<M: Future, O: Future>(mut main: Pin<&mut M>, other: O) -> Option<M::Output> {
    let mut other = pin!(other);
    poll_fn(|cx| match main.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => other.as_mut().poll(cx).map(|_| None),
    })
    .await
}
