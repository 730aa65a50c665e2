//! How many messages a second are sent: platforms drop, or disconnect, a device that sends faster than they allow.
//! Pure: the time comes in as an argument.

use std::time::Duration;

use tokio::time::Instant;

/// Spreads messages evenly. Timers wake a little late, so that a hundredth of a second's messages may be made up for.
pub(super) struct Rate {
    /// Between two messages; `None`: no limit.
    gap: Option<Duration>,
    slack: Duration,
    /// When the next message is due.
    due: Option<Instant>,
}

impl Rate {
    /// `limit` in messages per second; 0: none.
    pub(super) fn new(limit: u32) -> Rate {
        Rate {
            gap: (limit > 0).then(|| Duration::from_secs(1) / limit),
            slack: Duration::from_millis(10),
            due: None,
        }
    }

    pub(super) fn may_send(&self, now: Instant) -> bool {
        self.next(now).is_none()
    }

    /// When the next message may go, if not yet.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.due.filter(|due| *due > now)
    }

    pub(super) fn sent(&mut self, now: Instant) {
        let Some(gap) = self.gap else { return };
        let earliest = now.checked_sub(self.slack).unwrap_or(now);
        self.due = Some(self.due.map_or(now, |due| due.max(earliest)) + gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_has_more_than_the_limit_allows() {
        for limit in [1u32, 3, 50, 1000, 20_000] {
            let mut rate = Rate::new(limit);
            let start = Instant::now();
            let mut sent = Vec::new();
            // woken each millisecond, and not at all for a while
            for ms in (0..3000).chain(10_000..13_000) {
                let now = start + Duration::from_millis(ms);
                while rate.may_send(now) {
                    rate.sent(now);
                    sent.push(ms);
                }
            }
            let most = (0..13_000u64)
                .step_by(50)
                .map(|from| sent.iter().filter(|ms| (from..from + 1000).contains(*ms)).count())
                .max()
                .unwrap();
            let allowed = limit as usize + limit as usize / 100 + 1;
            assert!(most <= allowed, "{limit}: {most}");
            assert!(sent.len() >= 5 * limit as usize, "{limit}: {}", sent.len());
        }
        let mut none = Rate::new(0);
        none.sent(Instant::now());
        assert!(none.may_send(Instant::now()));
    }
}
