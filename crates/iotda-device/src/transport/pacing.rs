//! When the next attempt may go, whoever asks for it: the automatic one after a loss, the program's own, or that of a
//! session that looks after itself. Two devices with one id, or a platform that closes what it has just accepted,
//! would otherwise make thousands of logins a second.
//!
//! The due time counts from the end of the session or attempt before, so that a wait of the program's own counts
//! towards it. Pure, but for the table at the end.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::fork::PerProcess;
use base::sync::Mutex;
use tokio::time::Instant;

use super::backoff::{STABLE, uniform};

/// Top of the first wait; it doubles from there.
const FIRST: Duration = Duration::from_secs(1);
/// Top of the waits after many failures.
const CAP: Duration = Duration::from_secs(30);
/// A session that the platform ends within this time of CONNACK was kicked out.
const YOUNG: Duration = Duration::from_secs(5);
/// So many of them, and the slow lane is taken.
const KICKS: u32 = 3;
/// Waits in the slow lane.
const SLOW: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(120));
/// The slow lane is mentioned once in this time.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// How a session or an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No session came about.
    Failed,
    /// The link broke, or the cause is known: a message that the platform does not take.
    Lost,
    /// The platform ended the session without a reason that is known.
    Kicked,
}

/// What an end leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// From the end to the next attempt.
    pub wait: Duration,
    /// The device is in the slow lane.
    pub slow: bool,
    /// The slow lane has to be explained in the log now.
    pub tell: bool,
}

/// The attempts of one device at one address. Times count from any fixed point.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// Sessions that did not last and attempts that failed, in a row.
    failures: u32,
    kicks: u32,
    accepted: Option<Duration>,
    due: Duration,
    told: Option<Duration>,
}

impl Pace {
    /// When the next attempt may go.
    pub fn due(&self) -> Duration {
        self.due
    }

    /// CONNACK 0.
    pub fn accepted(&mut self, now: Duration) {
        self.accepted = Some(now);
    }

    /// The session or attempt ended without having been told to.
    pub fn ended(&mut self, ending: Ending, now: Duration, random: u64) -> Wait {
        let lived = self.stood(now);
        if ending == Ending::Kicked && lived.is_some_and(|lived| lived <= YOUNG) {
            self.kicks = self.kicks.saturating_add(1);
        }
        let slow = self.kicks >= KICKS;
        let wait = if slow {
            uniform(SLOW.0, SLOW.1, random)
        } else {
            let top = FIRST.saturating_mul(1 << self.failures.min(10)).min(CAP);
            uniform(Duration::ZERO, top, random)
        };
        self.failures = self.failures.saturating_add(1);
        self.due = now.saturating_add(wait);
        let tell = slow && self.told.is_none_or(|told| now.saturating_sub(told) >= TELL_EVERY);
        if tell {
            self.told = Some(now);
        }
        Wait { wait, slow, tell }
    }

    /// The program ended the session: nothing to wait for, and nothing to forget unless it was a stable one.
    pub fn closed(&mut self, now: Duration) {
        self.stood(now);
    }

    /// The kicks have found their cause: a message that the platform does not take.
    pub fn explained(&mut self) {
        self.kicks = 0;
    }

    /// How long the session stood; a stable one clears the record.
    fn stood(&mut self, now: Duration) -> Option<Duration> {
        let lived = self.accepted.take().map(|at| now.saturating_sub(at));
        if lived.is_some_and(|lived| lived >= STABLE) {
            self.failures = 0;
            self.kicks = 0;
        }
        lived
    }
}

/// Whether attempts are paced: unless HWMQTT_PACING is `off`, which is for tests that cut connections faster than any
/// pacing. Privileged programs (set-uid) do not listen to it.
pub fn wanted() -> bool {
    static WARNED: AtomicBool = AtomicBool::new(false);
    let off = base::process::variable("HWMQTT_PACING").is_some_and(|value| value == "off");
    if off && !WARNED.swap(true, Ordering::Relaxed) {
        base::lines::pacing_off();
    }
    !off
}

/// Whose attempts are counted together: the device at the address that it connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub device_id: String,
    pub host: String,
    pub port: u16,
}

struct Entry {
    key: Key,
    /// Of the credentials: with others the device starts afresh.
    credentials: u64,
    pace: Pace,
}

/// More devices and addresses than a process has; the one that was used least recently makes room.
const ENTRIES: usize = 256;

/// Outlives `IOTA_Destroy`: a program that destroys and initialises the SDK at each loss is paced like any other.
static TABLE: PerProcess<Mutex<Vec<Entry>>> = PerProcess::new(|_| Mutex::default());

/// The time on the clock of the records, which is tokio's.
pub fn now() -> Duration {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    let now = Instant::now().into_std();
    now.saturating_duration_since(*START)
}

/// Works on the record of this device.
pub fn with<R>(key: &Key, credentials: u64, work: impl FnOnce(&mut Pace) -> R) -> R {
    let mut table = TABLE.get().lock();
    let at = table.iter().position(|entry| entry.key == *key);
    let mut entry = match at.map(|at| table.remove(at)) {
        Some(entry) if entry.credentials == credentials => entry,
        _ => Entry {
            key: key.clone(),
            credentials,
            pace: Pace::default(),
        },
    };
    let result = work(&mut entry.pace);
    if table.len() >= ENTRIES {
        table.remove(0);
    }
    table.push(entry);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;
    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn random(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    #[test]
    fn waits_grow_from_nothing_to_thirty_seconds() {
        for ending in [Ending::Failed, Ending::Lost] {
            let (mut low, mut high) = (Pace::default(), Pace::default());
            assert_eq!(low.due(), Duration::ZERO, "the first attempt goes at once");
            for top in [1, 2, 4, 8, 16, 30, 30, 30] {
                assert_eq!(low.ended(ending, S(1000), 0).wait, Duration::ZERO);
                assert_eq!(high.ended(ending, S(1000), top * 1000).wait, S(top));
                assert_eq!(high.due(), S(1000 + top));
            }
        }
    }

    #[test]
    fn only_a_stable_session_is_forgotten() {
        for (lived, top) in [(MS(29_999), 8), (S(30), 1), (S(31), 1)] {
            let mut pace = Pace::default();
            for _ in 0..3 {
                pace.ended(Ending::Failed, S(1), 0);
            }
            pace.accepted(S(100));
            let wait = pace.ended(Ending::Lost, S(100) + lived, top * 1000).wait;
            assert_eq!(wait, S(top), "{lived:?}");
        }
        let mut closed = Pace::default();
        for stood in [3, 40] {
            closed.ended(Ending::Failed, S(1), 0);
            closed.accepted(S(100));
            closed.closed(S(100 + stood));
            assert_eq!(closed.due(), S(1), "the program's own end sets no wait");
        }
        assert_eq!(closed.ended(Ending::Failed, S(200), 1000).wait, S(1));
    }

    #[test]
    fn three_kicks_lead_into_the_slow_lane_and_a_line_a_minute() {
        let mut pace = Pace::default();
        let mut lines = 0;
        for n in 0..20u64 {
            pace.accepted(S(n * 10));
            let wait = pace.ended(Ending::Kicked, S(n * 10) + MS(400), u64::MAX);
            assert_eq!(wait.slow, n >= 2);
            assert!(!wait.slow || (S(60)..=S(120)).contains(&wait.wait));
            lines += u32::from(wait.tell);
        }
        assert_eq!(lines, 3, "180 s of it");
        pace.accepted(S(1000));
        assert!(!pace.ended(Ending::Kicked, S(1030), 0).slow, "a stable session ends it");
        for ending in [Ending::Lost, Ending::Kicked] {
            let mut pace = Pace::default();
            for n in 0..5u64 {
                pace.accepted(S(n * 10));
                let lived = if ending == Ending::Lost { MS(10) } else { MS(5001) };
                assert!(!pace.ended(ending, S(n * 10) + lived, 0).slow);
            }
        }
        let mut known = Pace::default();
        for n in 0..9u64 {
            known.accepted(S(n));
            assert!(!known.ended(Ending::Kicked, S(n), 0).slow);
            if n % 2 == 1 {
                known.explained();
            }
        }
    }

    /// Logins of two devices with one id, of which the platform keeps the younger: each attempts when due.
    fn twins(seed: &mut u64, time: Duration, delay: impl Fn(Duration) -> Duration) -> (u32, u32) {
        let mut devices = [Pace::default(), Pace::default()];
        let mut next = [MS(0), MS(random(seed) % 1000)];
        let (mut early, mut all) = (0, 0);
        loop {
            let who = usize::from(next[1] < next[0]);
            let now = next[who];
            if now >= time {
                return (early, all);
            }
            early += u32::from(now < S(15));
            all += 1;
            devices[who].accepted(now);
            next[who] = Duration::MAX;
            let other = 1 - who;
            if next[other] == Duration::MAX {
                devices[other].ended(Ending::Kicked, now, random(seed));
                next[other] = devices[other].due().max(now + delay(now));
            }
        }
    }

    #[test]
    fn twins_do_not_storm() {
        let mut seed = 0x9e37_79b9_7f4a_7c15;
        let (mut most, mut sum) = ((0, 0), 0);
        for _ in 0..20_000 {
            // programs add nothing, or a wait of their own
            let own = MS(random(&mut seed) % 3000) * (random(&mut seed) % 2) as u32;
            let (early, all) = twins(&mut seed, S(600), |_| own);
            most = (most.0.max(early), most.1.max(all));
            sum += all;
        }
        assert!(most.0 <= 24 && most.1 <= 60, "{most:?}, {sum} in all");
        println!("twins: at most {} logins in 15 s, {} in 600 s", most.0, most.1);
    }

    #[test]
    fn the_record_is_kept_by_id_and_address() {
        let key = |host: &str| Key {
            device_id: "pacing-test".into(),
            host: host.into(),
            port: 1883,
        };
        let due = |host, credentials| with(&key(host), credentials, |pace| pace.due());
        with(&key("a"), 1, |pace| pace.ended(Ending::Failed, S(50), 500));
        assert_eq!(due("a", 1), MS(50_500));
        assert_eq!(due("b", 1), Duration::ZERO, "another address");
        assert_eq!(due("a", 1), MS(50_500));
        assert_eq!(due("a", 2), Duration::ZERO, "other credentials");
        for n in 0..2 * ENTRIES {
            with(&key(&n.to_string()), 1, |_| ());
        }
        assert!(TABLE.get().lock().len() <= ENTRIES);
    }
}
