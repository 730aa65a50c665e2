//! What a platform may limit: logins per second of the account, messages per second of a device, a payload's size.
//! Each is off until it is chosen, so that a test meets only what it asks for. Time comes as an argument.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// The platform's own numbers are 100 logins, 50 messages and 1 MiB; 0 is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Connections beyond them are closed in place of CONNACK.
    pub logins_per_second: u32,
    /// Messages beyond them go nowhere; MQTT 5: acknowledged with 0x97.
    pub messages_per_second: u32,
    /// Bytes of a payload; a larger one ends the connection, MQTT 5: with 0x95.
    pub max_payload: usize,
}

#[derive(Debug)]
struct Count {
    since: Instant,
    number: u32,
}

impl Count {
    /// Counts one; false if that is more than `limit` within a second.
    fn one_more(&mut self, limit: u32, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.number = 0;
        }
        self.number = self.number.saturating_add(1);
        limit == 0 || self.number <= limit
    }
}

#[derive(Debug, Default)]
pub struct Limiter {
    pub limits: Limits,
    logins: Option<Count>,
    messages: HashMap<String, Count>,
}

impl Limiter {
    pub fn new(limits: Limits) -> Limiter {
        Limiter {
            limits,
            ..Limiter::default()
        }
    }

    pub fn login(&mut self, now: Instant) -> bool {
        let count = self.logins.get_or_insert(Count { since: now, number: 0 });
        count.one_more(self.limits.logins_per_second, now)
    }

    pub fn message(&mut self, device: &str, now: Instant) -> bool {
        if self.limits.messages_per_second == 0 {
            self.messages.clear();
            return true;
        }
        let fresh = || Count { since: now, number: 0 };
        let count = self.messages.entry(device.to_string()).or_insert_with(fresh);
        count.one_more(self.limits.messages_per_second, now)
    }

    pub fn payload(&self, size: usize) -> bool {
        self.limits.max_payload == 0 || size <= self.limits.max_payload
    }

    /// A device has gone.
    pub fn forget(&mut self, device: &str) {
        self.messages.remove(device);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_second_and_no_more() {
        let (mut limiter, now) = (Limiter::default(), Instant::now());
        assert!((0..10_000).all(|_| limiter.login(now) && limiter.message("d", now)));
        limiter.limits = Limits {
            logins_per_second: 100,
            messages_per_second: 50,
            max_payload: 1000,
        };
        let later = now + Duration::from_secs(1);
        assert_eq!((0..300).filter(|_| limiter.login(later)).count(), 100);
        assert_eq!((0..300).filter(|_| limiter.message("d", later)).count(), 50);
        assert!(limiter.message("e", later), "another device has its own count");
        assert!(limiter.login(later + Duration::from_secs(1)));
        assert!(limiter.payload(1000) && !limiter.payload(1001));
    }
}
