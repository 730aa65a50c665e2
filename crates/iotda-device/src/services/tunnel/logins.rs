//! Logins that fail: three of them end the tunnel, and for a while there is no other. Pure: whoever asks has the time.

use std::time::Duration;

use tokio::time::Instant;

/// So many end the tunnel.
const MOST: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// Without a failure for so long, all of them are forgotten. A login that succeeds changes nothing: whoever has one password
/// could otherwise try others for ever.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// The failed logins of this process.
#[derive(Debug, Default)]
pub(super) struct Logins {
    failures: u32,
    /// How many pauses there were.
    pauses: u32,
    /// The end of the last pause, or the last failure.
    since: Option<Instant>,
    until: Option<Instant>,
}

impl Logins {
    pub(super) fn failed(&mut self, now: Instant) {
        if self.since.is_some_and(|since| now > since + FORGOTTEN_AFTER) {
            *self = Logins::default();
        }
        self.failures += 1;
        self.since = self.since.max(Some(now));
        if self.failures == MOST {
            let pause = FIRST_PAUSE.saturating_mul(1 << self.pauses.min(10)).min(LONGEST_PAUSE);
            self.failures = 0;
            self.pauses += 1;
            self.until = Some(now + pause);
            self.since = self.until;
        }
    }

    /// For how long there is no tunnel.
    pub(super) fn pause(&self, now: Instant) -> Option<Duration> {
        let left = self.until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }
}

/// Whole seconds, upwards.
pub(super) fn seconds(pause: Duration) -> u128 {
    pause.as_millis().div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let begun = Instant::now();
        let mut logins = Logins::default();
        let mut now = begun;
        let mut pauses = Vec::new();
        for _ in 0..20 {
            for _ in 0..2 {
                logins.failed(now);
                assert_eq!(logins.pause(now), None);
                now += Duration::from_secs(1);
            }
            logins.failed(now);
            let pause = logins.pause(now).unwrap();
            pauses.push(pause.as_secs());
            now += pause - Duration::from_millis(1);
            assert_eq!(logins.pause(now).map(seconds), Some(1));
            now += Duration::from_millis(1);
            assert_eq!(logins.pause(now), None);
        }
        assert_eq!(pauses[..8], [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(pauses[19], 3600);
    }

    #[test]
    fn an_hour_without_a_failure_forgets_them() {
        let mut now = Instant::now();
        let mut logins = Logins::default();
        logins.failed(now);
        logins.failed(now);
        now += FORGOTTEN_AFTER + Duration::from_secs(1);
        logins.failed(now);
        logins.failed(now);
        assert_eq!(logins.pause(now), None);
        logins.failed(now);
        assert_eq!(logins.pause(now), Some(FIRST_PAUSE));
        now += FIRST_PAUSE + FORGOTTEN_AFTER;
        for _ in 0..3 {
            logins.failed(now);
        }
        assert_eq!(logins.pause(now), Some(2 * FIRST_PAUSE), "within the hour");
        now += 2 * FIRST_PAUSE + FORGOTTEN_AFTER + Duration::from_secs(1);
        for _ in 0..3 {
            logins.failed(now);
        }
        assert_eq!(logins.pause(now), Some(FIRST_PAUSE));
    }
}
