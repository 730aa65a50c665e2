//! Who may even say HELLO (docs/spec/nearlink.md#limits): few unauthenticated connections in total
//! and per address, and a pause for an address whose handshakes keep failing. Its table stays small
//! whatever arrives.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Limits of unauthenticated connections.
#[derive(Clone, Debug)]
pub struct Limits {
    pub total: usize,
    pub per_address: usize,
    /// So many failed handshakes within `window` close the address for `window`.
    pub failures: usize,
    pub window: Duration,
    /// While an address is closed one connection in this time is let through all the same: a member that shares its address
    /// with a troublemaker (a local user there, a NAT) gets in, and that ends the pause.
    pub trial: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            total: 32,
            per_address: 4,
            failures: 5,
            window: Duration::from_secs(60),
            trial: Duration::from_secs(10),
        }
    }
}

/// Addresses remembered for their failures; beyond that the ones that failed longest ago are forgotten.
const MAX_REMEMBERED: usize = 1024;

/// How an admitted connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ended before READY.
    Failed,
    /// It became a session.
    Authenticated,
    /// The program's address check or a limit refused it: counts for nothing.
    Refused,
}

#[derive(Default)]
struct Entry {
    open: usize,
    failed: VecDeque<Instant>,
    closed: Option<Pause>,
}

/// An address that is closed.
struct Pause {
    until: Instant,
    /// The next connection that is let through.
    trial: Instant,
}

/// The door of the server role.
#[derive(Default)]
pub struct Admission {
    limits: Limits,
    open: usize,
    addresses: HashMap<IpAddr, Entry>,
}

impl Admission {
    pub fn new(limits: Limits) -> Self {
        Admission {
            limits,
            ..Admission::default()
        }
    }

    /// Whether a connection just accepted may stay; each `true` is followed by one [`Admission::leave`].
    pub fn enter(&mut self, address: IpAddr, now: Instant) -> bool {
        self.forget(now);
        if self.open >= self.limits.total {
            return false;
        }
        if self.addresses.len() >= MAX_REMEMBERED && !self.addresses.contains_key(&address) {
            let oldest = self
                .addresses
                .iter()
                .filter(|(_, e)| e.open == 0)
                .min_by_key(|(_, e)| e.failed.back().copied());
            if let Some(oldest) = oldest.map(|(a, _)| *a) {
                self.addresses.remove(&oldest);
            }
        }
        let entry = self.addresses.entry(address).or_default();
        match &mut entry.closed {
            None if entry.open < self.limits.per_address => {}
            // Not kept out by connections from before, which may be the trouble.
            Some(pause) if now >= pause.trial && entry.open <= self.limits.per_address => {
                pause.trial = now + self.limits.trial;
            }
            _ => return false,
        }
        entry.open += 1;
        self.open += 1;
        true
    }

    /// An admitted connection has failed or is no longer unauthenticated.
    pub fn leave(&mut self, address: IpAddr, outcome: Outcome, now: Instant) {
        self.open = self.open.saturating_sub(1);
        let limits = &self.limits;
        let Some(entry) = self.addresses.get_mut(&address) else {
            return;
        };
        entry.open = entry.open.saturating_sub(1);
        match outcome {
            Outcome::Refused => {}
            Outcome::Authenticated => {
                entry.failed.clear();
                entry.closed = None;
            }
            Outcome::Failed if entry.closed.is_some() => {}
            Outcome::Failed => {
                entry.failed.push_back(now);
                entry
                    .failed
                    .retain(|&at| now.saturating_duration_since(at) < limits.window);
                if entry.failed.len() >= limits.failures {
                    entry.failed.clear();
                    entry.closed = Some(Pause {
                        until: now + limits.window,
                        trial: now + limits.trial,
                    });
                    base::lines::near_shut_out(&address, &limits.window.as_secs());
                }
            }
        }
    }

    fn forget(&mut self, now: Instant) {
        let window = self.limits.window;
        self.addresses.retain(|_, entry| {
            entry.closed.take_if(|pause| now >= pause.until);
            entry.failed.retain(|&at| now.saturating_duration_since(at) < window);
            entry.open > 0 || !entry.failed.is_empty() || entry.closed.is_some()
        });
    }

    /// Unauthenticated connections at this moment.
    pub fn open(&self) -> usize {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn four_per_address_and_thirty_two_in_total() {
        let mut door = Admission::default();
        let now = Instant::now();
        assert!((0..4).all(|_| door.enter(ip(1), now)));
        assert!(!door.enter(ip(1), now));
        for n in 2..9 {
            assert!((0..4).all(|_| door.enter(ip(n), now)));
        }
        assert!(!door.enter(ip(200), now));
        door.leave(ip(1), Outcome::Refused, now);
        assert!(door.enter(ip(200), now));
        assert!(!door.enter(ip(1), now));
    }

    #[test]
    fn five_failures_in_a_minute_close_the_address_for_a_minute() {
        let mut door = Admission::default();
        let t0 = Instant::now();
        let at = |s| t0 + Duration::from_secs(s);
        let mut fail = |s, outcome| {
            let entered = door.enter(ip(1), at(s));
            if entered {
                door.leave(ip(1), outcome, at(s));
            }
            entered
        };
        for s in 0..4 {
            assert!(fail(s, Outcome::Failed));
        }
        assert!(fail(61, Outcome::Failed), "the first ones are too old to count");
        assert!(fail(61, Outcome::Refused));
        assert!(fail(61, Outcome::Failed));
        assert!(fail(61, Outcome::Failed), "the fifth: with those at 2 and 3 s");
        assert!(!fail(62, Outcome::Failed));
        assert!(!fail(70, Outcome::Failed));
        for s in 71..121 {
            assert_eq!(fail(s, Outcome::Failed), s % 10 == 1, "one in ten seconds");
        }
        assert!(fail(121, Outcome::Failed));
        for s in 122..125 {
            assert!(fail(s, Outcome::Failed), "those let through meanwhile do not count");
        }
        assert!(fail(126, Outcome::Authenticated));
        for s in 127..131 {
            assert!(fail(s, Outcome::Failed), "counted from 0 again");
        }
    }

    /// A stranger at a member's address sends junk for ever, and holds as many connections as it can.
    #[test]
    fn a_member_behind_the_same_address_gets_in_and_ends_the_pause() {
        let mut door = Admission::default();
        let t0 = Instant::now();
        let at = |s| t0 + Duration::from_secs(s);
        for _ in 0..4 {
            assert!(door.enter(ip(1), at(0)), "held open");
        }
        assert!(!door.enter(ip(1), at(0)));
        for _ in 0..4 {
            door.leave(ip(1), Outcome::Failed, at(1));
            assert!(door.enter(ip(1), at(1)));
        }
        door.leave(ip(1), Outcome::Failed, at(1));
        assert!(!door.enter(ip(1), at(2)), "closed");
        assert!(door.enter(ip(1), at(11)), "the stranger's");
        door.leave(ip(1), Outcome::Failed, at(12));
        assert!(!door.enter(ip(1), at(20)));
        assert!(door.enter(ip(1), at(21)), "the member's");
        assert!(!door.enter(ip(1), at(21)));
        door.leave(ip(1), Outcome::Authenticated, at(22));
        assert!(door.enter(ip(1), at(22)), "the pause is over");
    }

    #[test]
    fn the_table_stays_small() {
        let mut door = Admission::default();
        let now = Instant::now();
        for n in 0..5_000u32 {
            let address = IpAddr::from(n.to_be_bytes());
            assert!(door.enter(address, now));
            door.leave(address, Outcome::Failed, now);
        }
        assert!(door.addresses.len() <= MAX_REMEMBERED);
        assert_eq!(door.open(), 0);
    }
}
