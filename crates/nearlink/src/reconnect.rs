//! When a client tries again (docs/spec/nearlink.md#reconnect): 1, 2, 4 … 30 s with ±20 % jitter, at 1
//! again after each authenticated session, at once after the key or the membership changed.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// The schedule of one address.
#[derive(Debug)]
pub struct Schedule {
    next: Duration,
    at_once: bool,
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule {
            next: FIRST,
            at_once: false,
        }
    }
}

impl Schedule {
    /// A session was authenticated.
    pub fn reset(&mut self) {
        *self = Schedule::default();
    }

    /// The session ended by CLOSE(1), sent or received: the next attempt does not wait.
    pub fn hurry(&mut self) {
        self.at_once = true;
    }

    /// The pause before the next attempt; `random` spreads it evenly over ±20 %.
    pub fn pause(&mut self, random: u16) -> Duration {
        if std::mem::take(&mut self.at_once) {
            return Duration::ZERO;
        }
        let pause = self.next.mul_f64(0.8 + 0.4 * f64::from(random) / f64::from(u16::MAX));
        self.next = (self.next * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_to_thirty_seconds() {
        let mut schedule = Schedule::default();
        let middle: Vec<u64> = (0..7)
            .map(|_| schedule.pause(0x8000).as_secs_f64().round() as u64)
            .collect();
        assert_eq!(middle, [1, 2, 4, 8, 16, 30, 30]);
        schedule.reset();
        assert_eq!(schedule.pause(0), Duration::from_millis(800));
        assert_eq!(schedule.pause(u16::MAX), Duration::from_millis(2400));
    }

    #[test]
    fn hurries_once() {
        let mut schedule = Schedule::default();
        schedule.hurry();
        assert_eq!(schedule.pause(0), Duration::ZERO);
        assert_eq!(schedule.pause(0), Duration::from_millis(800));
    }
}
