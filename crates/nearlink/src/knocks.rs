//! Connections from addresses that no member has: a few are held while newer group data is asked
//! for (docs/spec/nearlink.md#knock). An address that stays unknown is not held again for a while.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// So many are held, one per address.
const HELD: usize = 4;
/// How long an address that stayed unknown is closed at once.
const MUTED: Duration = Duration::from_secs(30);
/// Addresses remembered as muted.
const MAX_MUTED: usize = 1024;

/// Who waits, and who waited in vain.
#[derive(Default)]
pub struct Knocks {
    held: HashSet<IpAddr>,
    muted: HashMap<IpAddr, Instant>,
}

impl Knocks {
    /// Whether a connection may be held; each `true` is followed by one [`Knocks::release`].
    pub fn hold(&mut self, address: IpAddr, now: Instant) -> bool {
        self.muted.retain(|_, until| *until > now);
        self.held.len() < HELD && !self.muted.contains_key(&address) && self.held.insert(address)
    }

    /// The connection is held no longer; `unknown`: the address is still no member's.
    pub fn release(&mut self, address: IpAddr, unknown: bool, now: Instant) {
        self.held.remove(&address);
        if unknown && self.muted.len() < MAX_MUTED {
            self.muted.insert(address, now + MUTED);
        }
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn four_are_held_one_per_address() {
        let (mut knocks, now) = (Knocks::default(), Instant::now());
        assert!(knocks.hold(ip(1), now) && !knocks.hold(ip(1), now));
        assert!((2..=4).all(|n| knocks.hold(ip(n), now)) && !knocks.hold(ip(5), now));
        knocks.release(ip(2), false, now);
        assert!(knocks.hold(ip(5), now) && !knocks.is_empty());
    }

    #[test]
    fn one_that_stays_unknown_is_muted_for_half_a_minute() {
        let (mut knocks, now) = (Knocks::default(), Instant::now());
        assert!(knocks.hold(ip(1), now));
        knocks.release(ip(1), true, now);
        assert!(knocks.is_empty() && !knocks.hold(ip(1), now + MUTED - Duration::from_millis(1)));
        assert!(knocks.hold(ip(1), now + MUTED));
    }
}
