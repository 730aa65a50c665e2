//! What the handle of a session and its thread share, and the session's clock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base::sync::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::core::Core;

/// MQTT bytes of accepted connections.
#[derive(Default)]
pub(super) struct Traffic {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Traffic {
    pub(super) fn add(&self, sent: usize, received: usize) {
        self.sent.fetch_add(sent as u64, Ordering::Relaxed);
        self.received.fetch_add(received as u64, Ordering::Relaxed);
    }

    /// Bytes sent and received.
    pub(super) fn totals(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed))
    }
}

/// Shared by the handle and the thread.
pub(super) struct SessionShared {
    pub(super) traffic: Traffic,
    pub(super) core: Mutex<Core>,
    pub(super) wake: Notify,
    pub(super) connected: AtomicBool,
    pub(super) started: Instant,
}

impl SessionShared {
    pub(super) fn new() -> Self {
        SessionShared {
            traffic: Traffic::default(),
            core: Mutex::new(Core::new()),
            wake: Notify::new(),
            connected: AtomicBool::new(false),
            started: Instant::now(),
        }
    }

    /// Milliseconds since the session was started: the outbox's clock.
    pub(super) fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }

    /// An instant of the outbox's clock.
    pub(super) fn instant(&self, at: u64) -> Instant {
        later(self.started, Duration::from_millis(at))
    }

    /// Waits for a call of the program or for the time.
    pub(super) async fn woken(&self, until: Option<Instant>) {
        match until {
            // Either way there is something to look at.
            Some(at) => drop(tokio::time::timeout_at(at, self.wake.notified()).await),
            None => self.wake.notified().await,
        }
    }
}

/// Durations come from the program and may be absurd: ten years is as good as for ever.
pub(super) fn later(from: Instant, duration: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(10 * 365 * 86_400);
    from + duration.min(FAR)
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
