//! How long to wait before the next attempt. Pure: randomness comes in as a number.

use std::time::Duration;

/// A session that stood so long makes everything before it forgotten.
pub const STABLE: Duration = Duration::from_secs(30);

/// The wait of `IOTA_DefaultCallbackInit` (docs/spec/connection.md#default-backoff): 2.6 s and
/// doubling, 30 s at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DefaultBackoff {
    earlier: u32,
    connected: Option<Duration>,
}

impl DefaultBackoff {
    /// The wait after one more failure or loss. A connection that stood for [`STABLE`] makes it the
    /// first; a platform that closes what it has just accepted does not
    /// (docs/spec/connection.md#default-backoff). `now` counts from any fixed point.
    pub fn next(&mut self, now: Duration, random: u64) -> Duration {
        let stood = self.connected.take().map(|at| now.saturating_sub(at));
        if stood.is_some_and(|stood| stood >= STABLE) {
            self.earlier = 0;
        }
        let r = 800 + random % 200;
        let wait = (r + 800) << self.earlier.min(31);
        self.earlier = self.earlier.saturating_add(1);
        Duration::from_millis(wait.saturating_add(1_000).min(30_000))
    }

    /// To be called on each successful connect.
    pub fn connected(&mut self, now: Duration) {
        self.connected = Some(now);
    }
}

/// Full jitter: uniform between `base` and `base * 2^failures`, the upper end capped.
pub fn full_jitter(failures: u32, base: Duration, cap: Duration, random: u64) -> Duration {
    let top = base.saturating_mul(1 << failures.min(31)).min(cap);
    uniform(base, top, random)
}

/// Uniform between both ends, in milliseconds; `low` where `high` is below it.
pub fn uniform(low: Duration, high: Duration, random: u64) -> Duration {
    let low = millis(low);
    let high = millis(high).max(low);
    Duration::from_millis(low + random % (high - low + 1))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX >> 1)
        .min(u64::MAX >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn default_ranges_are_those_of_the_c_sdk() {
        let mut low = DefaultBackoff::default();
        let mut high = DefaultBackoff::default();
        let table = [
            (2_600, 2_799),
            (4_200, 4_598),
            (7_400, 8_196),
            (13_800, 15_392),
            (26_600, 29_784),
            (30_000, 30_000),
        ];
        for (min, max) in table {
            assert_eq!(low.next(S(0), 0).as_millis(), min);
            assert_eq!(high.next(S(0), 199).as_millis(), max);
        }
        for _ in 0..100 {
            assert_eq!(low.next(S(0), u64::MAX).as_millis(), 30_000);
        }
        low.connected(S(100));
        assert_eq!(low.next(S(129), 0).as_millis(), 30_000, "accepted and closed");
        assert_eq!(low.next(S(200), 0).as_millis(), 30_000);
        low.connected(S(300));
        assert_eq!(low.next(S(330), 0).as_millis(), 2_600);
    }

    proptest! {
        #[test]
        fn jitter_stays_between_base_and_cap(failures: u32, random: u64, base in 0u64..5_000, cap in 0u64..60_000) {
            let wait = full_jitter(failures, Duration::from_millis(base), Duration::from_millis(cap), random);
            prop_assert!(wait.as_millis() as u64 >= base);
            prop_assert!(wait.as_millis() as u64 <= cap.max(base));
        }
    }
}
