//! Why a device has no connection: what became of the last attempts, and when the next one is. Moments come as arguments.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use base::lines::{cures, ids};

use crate::transport::{Event, SessionState};

/// The failures that are remembered, the newest ones.
const REMEMBERED: usize = 5;

/// What [`WhyOffline`] is made of.
#[derive(Debug, Default)]
pub struct History {
    /// The last change between connected and not connected.
    changed: Option<Instant>,
    /// Since the last connection stood, the newest first.
    failures: VecDeque<(Instant, &'static str, String)>,
}

impl History {
    /// What the session reports, in order.
    pub fn follow(&mut self, event: &Event, now: Instant) {
        match event {
            Event::Connected { .. } => {
                self.failures.clear();
                self.changed = Some(now);
            }
            Event::ConnectFailed { detail, .. } => {
                self.changed.get_or_insert(now);
                self.failed(now, ids::connect_failed, detail);
            }
            Event::Lost { detail } => {
                self.changed = Some(now);
                self.failed(now, ids::connection_lost, detail);
            }
            Event::Disconnected => self.changed = Some(now),
            _ => {}
        }
    }

    fn failed(&mut self, now: Instant, id: &'static str, reason: &str) {
        self.failures.truncate(REMEMBERED - 1);
        self.failures.push_front((now, id, reason.to_owned()));
    }

    /// The answer at this moment. `next`: how far away the next attempt is.
    pub fn answer(&self, state: SessionState, next: Option<Duration>, now: Instant) -> WhyOffline {
        let ago = |moment: Instant| now.saturating_duration_since(moment);
        let failures = self.failures.iter().map(|(moment, id, reason)| Attempt {
            ago: ago(*moment),
            id,
            reason: reason.clone(),
        });
        WhyOffline {
            state,
            lasts: self.changed.map(ago),
            attempts: failures.collect(),
            next,
        }
    }
}

/// An attempt to connect that failed, or a connection that was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// How long ago.
    pub ago: Duration,
    /// The identifier of its line in docs/errors.md.
    pub id: &'static str,
    /// Why, and mostly what to do, in words.
    pub reason: String,
}

impl Attempt {
    /// What to do where the reason does not say it.
    pub fn cure(&self) -> &'static str {
        match self.id {
            ids::connection_lost => cures::connection_lost,
            _ => cures::connect_failed,
        }
    }
}

/// Why a device is offline. Its text says all of it, a line for each thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyOffline {
    /// The state of the connection.
    pub state: SessionState,
    /// How long the device has been connected, or not; `None` before the first attempt has ended.
    pub lasts: Option<Duration>,
    /// The last failures since a connection stood, the newest first, five at most.
    pub attempts: Vec<Attempt>,
    /// When the library tries again by itself.
    pub next: Option<Duration>,
}

impl fmt::Display for WhyOffline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            SessionState::Idle => "offline: IOTA_Connect was not called",
            SessionState::Connecting => "offline: an attempt to connect runs",
            SessionState::Connected => "online",
            SessionState::Closing => "offline in a moment: the program ends the connection",
            SessionState::Lost => "offline: the connection was lost",
            SessionState::Failed => "offline: the last attempt to connect failed",
            SessionState::Disconnected => "offline: the program ended the connection",
        })?;
        if let Some(lasts) = self.lasts {
            write!(f, ", for {} s", lasts.as_secs())?;
        }
        match (self.state, self.next) {
            (SessionState::Connected | SessionState::Connecting | SessionState::Closing, _) => {}
            (_, Some(next)) => write!(f, "\nnext attempt: in {} s", next.as_secs_f32().ceil())?,
            (_, None) => f.write_str(
                "\nnext attempt: none is planned; call IOTA_Connect, or set EN_IOTA_CFG_EXT_AUTO_RECONNECT",
            )?,
        }
        for one in &self.attempts {
            write!(f, "\n{} s ago: {} [{}]", one.ago.as_secs(), one.reason, one.id)?;
        }
        if let Some(newest) = self.attempts.first() {
            write!(f, "\nwhat to do: {}", newest.cure())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(detail: &str) -> Event {
        Event::ConnectFailed {
            code: -1,
            message: None,
            detail: detail.into(),
            answered: false,
        }
    }

    #[test]
    fn the_newest_failures_since_a_connection_stood() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut history = History::default();
        let text = |history: &History, state, next: Option<u64>, now| {
            history
                .answer(state, next.map(Duration::from_secs), at(now))
                .to_string()
        };
        assert_eq!(
            text(&history, SessionState::Idle, None, 0),
            "offline: IOTA_Connect was not called\nnext attempt: none is planned; call IOTA_Connect, or set \
             EN_IOTA_CFG_EXT_AUTO_RECONNECT"
        );
        history.follow(&failed("no such name"), at(1));
        history.follow(&failed("refused"), at(3));
        assert_eq!(
            text(&history, SessionState::Failed, Some(4), 6),
            format!(
                "offline: the last attempt to connect failed, for 5 s\nnext attempt: in 4 s\n\
                 3 s ago: refused [HWM-E005]\n5 s ago: no such name [HWM-E005]\nwhat to do: {}",
                cures::connect_failed
            )
        );
        let connected = Event::Connected { session_present: false };
        history.follow(&connected, at(10));
        assert_eq!(text(&history, SessionState::Connected, None, 70), "online, for 60 s");
        for n in 0..20 {
            let lost = Event::Lost {
                detail: format!("reset {n}"),
            };
            history.follow(&lost, at(100 + n));
        }
        let answer = history.answer(SessionState::Lost, None, at(120));
        let reasons: Vec<&str> = answer.attempts.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(reasons, ["reset 19", "reset 18", "reset 17", "reset 16", "reset 15"]);
        assert_eq!(answer.lasts, Some(Duration::from_secs(1)));
        history.follow(&Event::Disconnected, at(130));
        assert!(
            text(&history, SessionState::Disconnected, None, 131)
                .starts_with("offline: the program ended the connection, for 1 s")
        );
    }
}
