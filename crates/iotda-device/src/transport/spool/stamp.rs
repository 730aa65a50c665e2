//! When a message was accepted, for a later process: by the clock that runs from boot to boot, which nobody sets, and by the
//! wall clock for the time between.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Which boot; 0: not known.
    pub(super) boot: u64,
    /// Milliseconds since it, sleep included.
    pub(super) since_boot: u64,
    /// Milliseconds since 1970.
    pub(super) wall: u64,
}

/// 2024-01-01: a device that shows less has not been told the time yet.
const CLOCK_IS_SET: u64 = 1_704_067_200_000;

impl Stamp {
    /// This moment of the boot with this number.
    pub(super) fn now(boot: u64) -> Self {
        let clock = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(clock.tv_sec).unwrap_or(0);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Stamp {
            boot,
            since_boot: seconds * 1000 + u64::try_from(clock.tv_nsec / 1_000_000).unwrap_or(0),
            wall: u64::try_from(wall.as_millis()).unwrap_or(0),
        }
    }

    /// How long ago this was. Within one boot the wall clock plays no part. Over a restart of the system it counts if it was
    /// set at both ends; otherwise only the time since the restart is certain.
    pub(super) fn age(&self, now: &Stamp) -> Duration {
        let known = self.boot != 0 && now.boot != 0;
        if known && self.boot == now.boot {
            return Duration::from_millis(now.since_boot.saturating_sub(self.since_boot));
        }
        let trusted = self.wall >= CLOCK_IS_SET;
        let wall = if trusted { now.wall.saturating_sub(self.wall) } else { 0 };
        Duration::from_millis(if known { wall.max(now.since_boot) } else { wall })
    }
}

/// The number of this boot, made of the system's random id; 0 where there is none.
pub(super) fn boot() -> u64 {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    u64::from_str_radix(&digits, 16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u64 = 365 * 86_400_000;

    fn stamp(boot: u64, since_boot: u64, wall: u64) -> Stamp {
        Stamp { boot, since_boot, wall }
    }

    fn age(then: Stamp, now: Stamp) -> u64 {
        then.age(&now).as_millis() as u64
    }

    #[test]
    fn within_a_boot_the_wall_clock_may_jump() {
        let set = CLOCK_IS_SET + YEAR;
        for (before, after) in [(set, set + 9 * YEAR), (set, 0), (0, set)] {
            assert_eq!(age(stamp(7, 1000, before), stamp(7, 4000, after)), 3000);
        }
    }

    #[test]
    fn over_a_restart_it_counts_where_it_was_set() {
        let set = CLOCK_IS_SET + YEAR;
        assert_eq!(age(stamp(7, 1000, set), stamp(8, 500, set + 90_000)), 90_000);
        assert_eq!(age(stamp(7, 1000, set), stamp(8, 500, 3)), 500, "not set yet");
        assert_eq!(age(stamp(7, 1000, 3), stamp(8, 500, set)), 500, "was not set then");
        assert_eq!(age(stamp(7, 1000, set), stamp(8, 500, set - 5)), 500, "set back");
        assert_eq!(age(stamp(0, 1000, set), stamp(0, 9000, set + 5)), 5);
    }

    #[test]
    fn now_moves_on_within_this_boot() {
        let boot = boot();
        let first = Stamp::now(boot);
        let later = Stamp::now(boot);
        assert!(later.since_boot >= first.since_boot && first.since_boot > 0);
        assert!(first.age(&later) < Duration::from_secs(5));
    }
}
