//! A session's task on the thread `iota-mqtt`: takes orders, makes attempts, runs connections, reports what became of them.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use tokio::time::Instant;

use super::attempt::{self, Opened, Refusal};
use super::connection::{Connection, ConnectionEnd};
use super::context::{GivenUp, SessionContext};
use super::core::SessionState;
use super::network::Task;
use super::shared::{SessionShared, later};
use crate::error::Result;
use crate::transport::backoff::STABLE;
use crate::transport::message::{Event, Sink};
use crate::transport::outbox::{Blame, Loss};
use crate::transport::pacing::{Ending, Wait};
use crate::transport::reconnect::{Cause, Next, is_credentials};
use crate::transport::settings::Settings;

pub(super) struct Driver {
    pub(super) context: SessionContext,
}

/// Starts the session's task.
pub(super) fn start(shared: Arc<SessionShared>, sink: Sink) -> Result<Task> {
    let mut driver = Driver::new(shared, sink);
    Task::start(async move {
        while !driver.runs_to_its_end().await {
            driver.recover();
        }
    })
}

impl Driver {
    pub(super) fn new(shared: Arc<SessionShared>, sink: Sink) -> Self {
        Driver {
            context: SessionContext::new(shared, sink),
        }
    }

    /// Until shutdown, or a panic: `false`.
    async fn runs_to_its_end(&mut self) -> bool {
        let mut run = pin!(self.run());
        poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(true),
            Err(_) => Poll::Ready(false),
        })
        .await
    }

    /// Until shutdown.
    pub(super) async fn run(&mut self) {
        while let Some(settings) = self.next_connect().await {
            self.attempt(&settings).await;
        }
        let mut ends = Vec::new();
        let mut events = Vec::new();
        {
            let core = &mut *self.context.shared.core.lock();
            core.outbox.cancel_all(&mut ends);
            core.settle(&mut ends, &mut events);
            core.spool = None;
        }
        self.context.emit(events);
    }

    /// Waits for an order to connect; `None`: shutdown.
    async fn next_connect(&self) -> Option<Box<Settings>> {
        loop {
            let next = self.context.housekeeping();
            {
                let core = &mut *self.context.shared.core.lock();
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
            self.context.shared.woken(next).await;
        }
    }

    async fn attempt(&mut self, settings: &Settings) {
        let mut opening = pin!(attempt::open(settings));
        loop {
            let next = self.context.housekeeping();
            {
                let core = self.context.shared.core.lock();
                if core.orders.shutdown.is_some() || core.orders.replace {
                    return;
                }
            }
            match first(opening.as_mut(), self.context.shared.woken(next)).await {
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
            answered,
        } = refusal;
        {
            let core = &mut *self.context.shared.core.lock();
            if core.orders.replace {
                return;
            }
            core.state = SessionState::Failed;
            core.last_error = Some((code, detail.clone()));
        }
        base::lines::attempt_failed(&settings.host, &settings.port, &detail);
        let wait = self.pace_end(settings, Ending::Failed, false);
        self.context.emit([Event::ConnectFailed {
            code,
            message,
            detail,
            answered,
        }]);
        self.retry(settings, cause, wait);
    }

    pub(super) async fn run_connection(&mut self, settings: &Settings, opened: Opened) {
        let began = Instant::now();
        settings.pace(|pace, now| pace.accepted(now));
        self.context.shared.core.lock().local = opened.stream.local_address();
        let mut connection = Connection::new(&mut self.context, settings, opened);
        let ended = connection.run().await;
        let stable = began.elapsed() >= STABLE;
        let announced = connection.announced;
        let unanswered = connection.unanswered();
        drop(connection);
        let mut ends = Vec::new();
        let mut events = Vec::new();
        // Logged without the lock: the program's log callback may call us.
        let mut line = None;
        let mut given_up = GivenUp::default();
        let mut explained = false;
        let lost = {
            let core = &mut *self.context.shared.core.lock();
            self.context.shared.connected.store(false, Ordering::Release);
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
                            answered: true,
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
            self.context.emit(events);
            self.context.subscriptions.clear();
            return;
        };
        let kicked = matches!(cause, Cause::ClosedByPeer | Cause::TakenOver) && !explained;
        let ending = if kicked { Ending::Kicked } else { Ending::Lost };
        // Before the program hears of it, and perhaps connects.
        let wait = self.pace_end(settings, ending, explained);
        self.context.emit(events);
        self.retry(settings, cause, wait);
    }

    /// When the next attempt may go; `None` without pacing.
    fn pace_end(&self, settings: &Settings, ending: Ending, explained: bool) -> Option<Wait> {
        let wait = settings.pace(|pace, now| {
            if explained {
                pace.explained();
            }
            pace.ended(ending, now, self.context.random())
        })?;
        if wait.tell {
            base::lines::kicked_out(&settings.identity.device_id(), &wait.wait.as_secs());
        }
        Some(wait)
    }

    fn retry(&mut self, settings: &Settings, cause: Cause, wait: Option<Wait>) {
        let Some(policy) = &settings.reconnect else { return };
        let random = self.context.random();
        match self
            .context
            .reconnector
            .ended(policy, cause, self.context.shared.started.elapsed(), random)
        {
            Next::GiveUp => base::lines::attempts_given_up(),
            Next::Retry { after, duplicate } => {
                let after = match (wait, cause) {
                    (_, Cause::Refused(reason)) if is_credentials(reason) => after,
                    (Some(paced), _) => paced.wait,
                    (None, _) => after,
                };
                if duplicate && wait.is_none() {
                    base::lines::device_twice();
                }
                base::info!("next attempt in {:.1} s", after.as_secs_f32());
                let core = &mut *self.context.shared.core.lock();
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
            let core = &mut *self.context.shared.core.lock();
            let connected = self.context.shared.connected.swap(false, Ordering::AcqRel);
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
        let sink = AssertUnwindSafe(&self.context);
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
