//! One MQTT session: callers queue, the thread `iota-mqtt` does the rest and reports through the sink.
//!
//! No call waits for the network. The lock behind them is held for a queue operation only, never during I/O or while
//! the sink runs.

mod attempt;
mod connection;
mod context;
mod core;
mod driver;
mod inbox;
mod network;
mod shared;
mod spooling;
mod suspend;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base::sync::Mutex;
use tokio::time::Instant;

pub use self::core::{SessionState, SessionStats};
use self::network::Task;
use self::shared::{SessionShared, later, millis};
use self::spooling::{sync, tell};
use super::message::{AckToken, Publish, Sink};
#[cfg(doc)]
use super::pacing;
use super::settings::Settings;
use super::spool::{News, Spool};
use crate::error::{Error, Result};

/// Handle of a session; dropping it shuts the session down.
pub struct Session {
    shared: Arc<SessionShared>,
    task: Mutex<SessionTask>,
}

/// The session's task on `iota-mqtt`.
enum SessionTask {
    /// Nothing has needed it yet: the process may still fork.
    Waiting(Sink),
    Running(Task),
    Over,
}

impl Session {
    /// A session that does nothing yet, and needs no thread yet.
    pub fn new(sink: Sink) -> Session {
        Session {
            shared: Arc::new(SessionShared::new()),
            task: Mutex::new(SessionTask::Waiting(sink)),
        }
    }

    /// Starts the task on `iota-mqtt` unless it runs. [`Session::connect`] does it too, but cannot say why it failed.
    pub fn start(&self) -> Result<()> {
        let mut task = self.task.lock();
        match std::mem::replace(&mut *task, SessionTask::Over) {
            SessionTask::Waiting(sink) => {
                *task = SessionTask::Running(driver::start(self.shared.clone(), sink)?);
            }
            other => *task = other,
        }
        Ok(())
    }

    /// Whether something has needed the task yet.
    pub fn is_started(&self) -> bool {
        !matches!(*self.task.lock(), SessionTask::Waiting(_))
    }

    fn start_or_log(&self) {
        if let Err(cause) = self.start() {
            base::lines::session_thread_missing(&cause);
        }
    }

    /// Queues an attempt. Nothing happens while one runs or a connection stands; takes the place of a scheduled one. Soon
    /// after a loss or a failure it waits until it is due (see [`pacing`]). From now on reports are accepted.
    pub fn connect(&self, settings: Settings) {
        self.start_or_log();
        self.open_spool(&settings);
        self.connect_when_due(settings);
    }

    fn connect_when_due(&self, settings: Settings) {
        let wait = settings.pace(|pace, now| pace.due().saturating_sub(now));
        let Some(wait) = wait.filter(|wait| !wait.is_zero()) else {
            if self.shared.core.lock().order_connect(Box::new(settings)) {
                self.shared.wake.notify_one();
            }
            return;
        };
        let at = later(Instant::now(), wait);
        if self.shared.core.lock().order_connect_at(Box::new(settings), at) {
            base::info!(
                "connecting again in {:.1} s: not sooner after a loss or a failure",
                wait.as_secs_f32()
            );
        }
        self.shared.wake.notify_one();
    }

    /// As [`Session::connect`], but ends the present connection or attempt first, without
    /// [`Event::Lost`] or [`Event::ConnectFailed`] (docs/spec/connection.md#old-connection-closed).
    /// Reports without an end are kept as at a loss.
    ///
    /// [`Event::Lost`]: super::Event::Lost
    /// [`Event::ConnectFailed`]: super::Event::ConnectFailed
    pub fn replace(&self, settings: Settings) {
        self.start_or_log();
        self.open_spool(&settings);
        let mut core = self.shared.core.lock();
        if !matches!(core.state, SessionState::Connecting | SessionState::Connected) {
            drop(core);
            return self.connect_when_due(settings);
        }
        core.scheduled = None;
        core.orders.replace = true;
        core.queue_connect(Box::new(settings));
        drop(core);
        self.shared.wake.notify_one();
    }

    /// [`Event::Timer`](super::Event::Timer) with `token` after `delay`; each call sets one more.
    pub fn timer(&self, delay: Duration, token: u64) {
        self.start_or_log();
        let at = later(Instant::now(), delay);
        {
            let timers = &mut self.shared.core.lock().timers;
            timers.insert(timers.partition_point(|(other, _)| *other <= at), (at, token));
        }
        self.shared.wake.notify_one();
    }

    /// How far away the next attempt is: the one that the session has planned, or the timer with this token.
    pub fn next_attempt(&self, token: u64) -> Option<Duration> {
        let core = self.shared.core.lock();
        let timer = core.timers.iter().find(|(_, other)| *other == token);
        let moments = [core.scheduled.as_ref().map(|(at, _)| *at), timer.map(|(at, _)| *at)];
        let next = moments.into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Forgets all timers with this token.
    pub fn cancel_timer(&self, token: u64) {
        self.shared.core.lock().timers.retain(|(_, other)| *other != token);
    }

    /// Ends the connection: what is queued is sent, then DISCONNECT; what stays unacknowledged
    /// fails with -11; then [`Event::Disconnected`](super::Event::Disconnected). In every other
    /// state it only stops the acceptance of reports and cancels a scheduled attempt, and returns
    /// [`Error::NotConnected`] (docs/spec/connection.md#disconnect).
    pub fn disconnect(&self) -> Result<()> {
        let mut core = self.shared.core.lock();
        core.scheduled = None;
        core.accepting = false;
        match core.state {
            SessionState::Connected => {
                core.state = SessionState::Closing;
                core.orders.disconnect = true;
                drop(core);
                self.shared.wake.notify_one();
                Ok(())
            }
            SessionState::Closing => {
                core.orders.connect = None;
                Err(Error::NotConnected)
            }
            _ => Err(Error::NotConnected),
        }
    }

    /// Accepts a message and returns its id, 0 for QoS 0. Never waits. Exactly one
    /// [`Event::Published`](super::Event::Published) follows, possibly before this call returns.
    pub fn publish(&self, publish: Publish) -> Result<u16> {
        if publish.payload.len() >= base::memory::LARGE && base::memory::is_short() {
            return Err(Error::Memory);
        }
        let mut core = self.shared.core.lock();
        let expires = core.expiry.map(|life| self.shared.now().saturating_add(millis(life)));
        let id = core.publish(publish, expires);
        let file = core.spool.as_mut().and_then(Spool::sync_each).filter(|_| id.is_ok());
        let news = core.spool_news();
        drop(core);
        sync(file);
        tell(news);
        self.shared.wake.notify_one();
        id
    }

    /// Before the session's first attempt: what an earlier process left is next to be sent.
    fn open_spool(&self, settings: &Settings) {
        let Some(options) = &settings.spool else { return };
        if std::mem::replace(&mut self.shared.core.lock().spool_tried, true) {
            return;
        }
        match Spool::open(options, settings.identity.device_id()) {
            Ok(opened) => {
                let (unreadable, found) = (opened.unreadable, opened.messages.len());
                let now = self.shared.now();
                let expires = |age| Some(now.saturating_add(millis(settings.expiry?.saturating_sub(age))));
                let restored = self.shared.core.lock().restore(opened, expires);
                if unreadable > 0 {
                    base::lines::spool_unreadable(&unreadable);
                }
                base::info!("spool: {restored} of {found} messages of an earlier process are sent first");
            }
            Err(why) => {
                let why = format!("{}: {why}", options.directory.display());
                self.shared.core.lock().last_error = Some((-1, format!("spool {why}")));
                tell(Some(News::Failing(why)));
            }
        }
    }

    /// Asks for a subscription and returns its id; refused unless connected. Exactly one
    /// [`Event::Subscribed`](super::Event::Subscribed) follows.
    pub fn subscribe(&self, filter: impl Into<String>, qos: u8) -> Result<u16> {
        let id = self.shared.core.lock().subscribe(filter.into(), qos)?;
        self.shared.wake.notify_one();
        Ok(id)
    }

    /// The program is done with an incoming message: acknowledges it in its turn and makes room for the next.
    pub fn ack(&self, token: AckToken) {
        self.shared.core.lock().inbox.finished(&token);
        self.shared.wake.notify_one();
    }

    /// This device's address on the last connection, where it shows.
    pub fn local_address(&self) -> Option<std::net::IpAddr> {
        self.shared.core.lock().local
    }

    /// Whether a connection stands. One atomic load.
    pub fn is_connected(&self) -> bool {
        self.shared.connected.load(Ordering::Acquire)
    }

    pub fn state(&self) -> SessionState {
        self.shared.core.lock().state
    }

    pub fn stats(&self) -> SessionStats {
        let (bytes_sent, bytes_received) = self.shared.traffic.totals();
        SessionStats {
            bytes_sent,
            bytes_received,
            ..self.shared.core.lock().stats()
        }
    }

    /// Code and reason of the last attempt that failed or connection that was lost.
    pub fn last_error(&self) -> Option<(i32, String)> {
        self.shared.core.lock().last_error.clone()
    }

    /// Ends the session: from a connection as [`Session::disconnect`], within `deadline`; everything without an end
    /// fails with -11; then the task ends, and the thread with the last one. No event follows the return, unless this is called on `iota-mqtt` itself.
    pub fn shutdown(&self, deadline: Duration) {
        let mut core = self.shared.core.lock();
        core.scheduled = None;
        core.accepting = false;
        core.timers.clear();
        core.orders.connect = None;
        core.orders.shutdown.get_or_insert(later(Instant::now(), deadline));
        drop(core);
        self.shared.wake.notify_one();
        let state = std::mem::replace(&mut *self.task.lock(), SessionTask::Over);
        if let SessionTask::Running(task) = state {
            task.join();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shutdown(Duration::ZERO);
    }
}
