//! When the library asks for newer group data by itself (docs/spec/softbus.md#refresh): what
//! makes it ask, how often, and how much at most. Pure: times come as arguments, counted from any
//! fixed moment.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use super::bus::Text;

/// The pauses between the queries of one trigger; the last one repeats.
const SPACING: [u64; 9] = [1, 2, 4, 8, 15, 30, 60, 120, 300];
/// The pauses before a query that follows a group list is repeated because it has no answer; the last one repeats.
const UNANSWERED: [u64; 5] = [10, 30, 60, 120, 300];
/// So many answers are remembered, to know a repeated one.
const REMEMBERED: usize = 16;
/// Queries that may be sent at once …
const BURST: u32 = 3;
/// … with one more after each such time.
const REFILL: Duration = Duration::from_secs(2);
const HOUR: Duration = Duration::from_secs(3600);
/// Queries in an hour …
const PER_HOUR: usize = 60;
/// … and how many of them strangers can cause.
const KNOCKS_PER_HOUR: usize = 20;
/// Answers that differ reach the program no more often than this.
pub const EVENT_SPACING: Duration = Duration::from_secs(3);
/// Addresses remembered as failing; a program dials at most as many.
const MAX_FAILING: usize = 128;

/// Limits the queries: a small bucket that refills, and a number for each hour.
#[derive(Debug)]
struct Budget {
    tokens: u32,
    /// When the bucket was full, or the last token was added.
    since: Duration,
    /// When queries were sent, and whether for a knock.
    sent: VecDeque<(Duration, bool)>,
}

impl Budget {
    fn refill(&mut self, now: Duration) {
        while self.tokens < BURST && self.since + REFILL <= now {
            self.tokens += 1;
            self.since += REFILL;
        }
        if self.tokens >= BURST {
            self.since = now;
        }
        while self.sent.front().is_some_and(|(at, _)| *at + HOUR <= now) {
            self.sent.pop_front();
        }
    }

    /// Takes one query out. A knock leaves the last token to the other triggers.
    fn take(&mut self, knock: bool, now: Duration) -> bool {
        self.refill(now);
        let knocks = self.sent.iter().filter(|(_, knock)| *knock).count();
        let refused = match knock {
            true => self.tokens < 2 || knocks >= KNOCKS_PER_HOUR,
            false => self.tokens < 1,
        };
        if refused || self.sent.len() >= PER_HOUR {
            return false;
        }
        self.tokens -= 1;
        self.sent.push_back((now, knock));
        true
    }

    /// When the next query of a trigger that is no knock can be sent at the earliest.
    fn next(&self, now: Duration) -> Duration {
        let token = if self.tokens > 0 { now } else { self.since + REFILL };
        let hour = match self.sent.front() {
            Some((at, _)) if self.sent.len() >= PER_HOUR => *at + HOUR,
            _ => now,
        };
        token.max(hour)
    }
}

/// The decision for one device.
#[derive(Debug)]
pub struct Refresh {
    /// A near-link role was asked for.
    role: bool,
    online: bool,
    /// The buses of this device.
    buses: Vec<Text>,
    /// Those with a member that has no address.
    incomplete: BTreeSet<Text>,
    /// Listed addresses that two dials in a row did not reach.
    failing: BTreeSet<IpAddr>,
    /// The lists may be old: one answer ends that.
    once: bool,
    /// The address reported last.
    address: Option<Text>,
    /// Still to be asked for in this round.
    round: Vec<Text>,
    step: usize,
    due: Option<Duration>,
    /// A query that followed a group list has no answer: when it is repeated, and how often it was.
    unanswered: Option<(Duration, usize)>,
    /// The last answers, each as one number.
    seen: VecDeque<u64>,
    budget: Budget,
    last_event: Option<Duration>,
}

impl Default for Refresh {
    fn default() -> Self {
        Refresh {
            role: false,
            online: false,
            buses: Vec::new(),
            incomplete: BTreeSet::new(),
            failing: BTreeSet::new(),
            once: false,
            address: None,
            round: Vec::new(),
            step: 0,
            due: None,
            unanswered: None,
            seen: VecDeque::new(),
            budget: Budget {
                tokens: BURST,
                since: Duration::ZERO,
                sent: VecDeque::new(),
            },
            last_event: None,
        }
    }
}

impl Refresh {
    /// `InitDConnCaseOne` was called, whatever its result.
    pub fn role_asked(&mut self, now: Duration, random: u64) {
        if !std::mem::replace(&mut self.role, true) && self.wanted() {
            self.trigger(now, random);
        }
    }

    /// Whether a near-link role was asked for.
    pub fn has_role(&self) -> bool {
        self.role
    }

    /// The buses of this device now, each with whether some member has no address.
    pub fn group_data(&mut self, buses: Vec<(Text, bool)>, now: Duration, random: u64) {
        let incomplete: BTreeSet<Text> = buses
            .iter()
            .filter(|(_, incomplete)| *incomplete)
            .map(|(id, _)| id.clone())
            .collect();
        let new = incomplete.iter().any(|id| !self.incomplete.contains(id));
        self.incomplete = incomplete;
        self.buses = buses.into_iter().map(|(id, _)| id).collect();
        if self.buses.is_empty() {
            self.failing.clear();
        }
        self.rest();
        if new {
            self.trigger(now, random);
        }
    }

    /// The platform can be asked again: the lists may be old.
    pub fn connected(&mut self, now: Duration, random: u64) {
        self.online = true;
        self.once = true;
        self.trigger(now, random);
    }

    /// The connection to the platform is gone; what is wanted is remembered.
    pub fn disconnected(&mut self) {
        self.online = false;
    }

    /// The program reported the own address; another one than before means that the device moved.
    pub fn address_reported(&mut self, address: &[u8], now: Duration, random: u64) {
        let before = self.address.replace(address.into());
        if before.is_some_and(|before| *before != *address) {
            self.once = true;
            self.trigger(now, random);
        }
    }

    /// Two dials in a row to a listed address failed.
    pub fn unreachable(&mut self, address: IpAddr, now: Duration, random: u64) {
        if self.failing.len() < MAX_FAILING && self.failing.insert(address) {
            self.trigger(now, random);
        }
    }

    /// This address is reached, or is dialled no longer.
    pub fn settled(&mut self, address: IpAddr) {
        self.failing.remove(&address);
        self.rest();
    }

    /// No address is dialled any more.
    pub fn all_settled(&mut self) {
        self.failing.clear();
        self.rest();
    }

    /// A connection came from an address that no member has. The buses to ask for at once: none when it is to be closed.
    pub fn knock(&mut self, now: Duration) -> Vec<Text> {
        if !self.role || !self.online {
            return Vec::new();
        }
        let budget = &mut self.budget;
        self.buses
            .iter()
            .take_while(|_| budget.take(true, now))
            .cloned()
            .collect()
    }

    /// An answer came, to whatever query.
    pub fn answered(&mut self) {
        self.once = false;
        self.unanswered = None;
        self.rest();
    }

    /// The query that follows a group list was sent. It is repeated even without a role: no program hears of its group without
    /// an answer.
    pub fn list_followed(&mut self, now: Duration) {
        self.unanswered = Some((now + pause(&UNANSWERED, 0), 0));
    }

    /// Whether that query is to be repeated now.
    pub fn repeat(&mut self, now: Duration) -> bool {
        match self.unanswered {
            Some((due, times)) if self.online && due <= now => {
                let sent = self.budget.take(false, now);
                self.unanswered = Some(match sent {
                    true => (now + pause(&UNANSWERED, times + 1), times + 1),
                    false => (self.budget.next(now), times),
                });
                sent
            }
            _ => false,
        }
    }

    /// Notes an answer, given as one number, and whether it is a repeated one that changes nothing for a program with links.
    pub fn is_repeated(&mut self, answer: u64) -> bool {
        if self.seen.contains(&answer) {
            return self.role;
        }
        if self.seen.len() >= REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(answer);
        false
    }

    /// When nothing is wanted any more, the next trigger begins anew.
    fn rest(&mut self) {
        if !self.wanted() {
            self.due = None;
            self.round.clear();
        }
    }

    /// Whether an answer that differs may reach the program now; if not, it is asked for again when it may.
    pub fn event_allowed(&mut self, now: Duration) -> bool {
        match self.last_event.map(|last| last + EVENT_SPACING) {
            Some(free) if free > now => {
                self.once = true;
                self.due = Some(self.due.map_or(free, |due| due.min(free)));
                false
            }
            _ => {
                self.last_event = Some(now);
                true
            }
        }
    }

    /// The buses to ask for now.
    pub fn poll(&mut self, now: Duration, random: u64) -> Vec<Text> {
        if !self.ready() || !self.wanted() || self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        if self.round.is_empty() {
            let all = self.once || !self.failing.is_empty();
            self.round = self
                .buses
                .iter()
                .filter(|id| all || self.incomplete.contains(*id))
                .cloned()
                .collect();
        }
        let mut asked = Vec::new();
        while let Some(id) = self.round.pop() {
            if !self.budget.take(false, now) {
                self.round.push(id);
                break;
            }
            asked.push(id);
        }
        self.due = Some(if self.round.is_empty() {
            now + self.pause(random)
        } else {
            self.budget.next(now)
        });
        asked
    }

    /// When to poll next; `None`: something has to happen first.
    pub fn due(&self) -> Option<Duration> {
        let refresh = self.due.filter(|_| self.ready() && self.wanted());
        let repeat = self.unanswered.filter(|_| self.online).map(|(due, _)| due);
        refresh.into_iter().chain(repeat).min()
    }

    fn ready(&self) -> bool {
        self.role && self.online && !self.buses.is_empty()
    }

    fn wanted(&self) -> bool {
        self.once || !self.incomplete.is_empty() || !self.failing.is_empty()
    }

    fn trigger(&mut self, now: Duration, random: u64) {
        self.step = 0;
        let first = now + self.pause(random);
        // A query that is due sooner comes when it is due.
        self.due = Some(self.due.map_or(first, |due| due.min(first)));
    }

    /// The pause after this step, ±20 %.
    fn pause(&mut self, random: u64) -> Duration {
        let pause = pause(&SPACING, self.step);
        self.step = (self.step + 1).min(SPACING.len() - 1);
        let share = 0.8 + 0.4 * f64::from(u16::try_from(random & 0xffff).unwrap_or(0)) / f64::from(u16::MAX);
        pause.mul_f64(share)
    }
}

/// The pause at this step; the last one repeats.
fn pause(pauses: &[u64], step: usize) -> Duration {
    Duration::from_secs(pauses.get(step).or(pauses.last()).copied().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: u64 = 0x8000;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn bus(id: &str, incomplete: bool) -> (Text, bool) {
        (id.as_bytes().into(), incomplete)
    }

    fn ready(incomplete: bool) -> Refresh {
        let mut refresh = Refresh::default();
        refresh.connected(at(0), MIDDLE);
        refresh.answered();
        refresh.group_data(vec![bus("b", incomplete)], at(0), MIDDLE);
        refresh.role_asked(at(0), MIDDLE);
        refresh
    }

    /// The times at which queries go out until `end`.
    fn run(refresh: &mut Refresh, end: Duration, mut each: impl FnMut(&mut Refresh, Duration)) -> Vec<Duration> {
        let mut sent = Vec::new();
        let mut now = Duration::ZERO;
        while now < end {
            for _ in refresh.poll(now, MIDDLE) {
                sent.push(now);
            }
            each(refresh, now);
            now += Duration::from_millis(100);
        }
        sent
    }

    #[test]
    fn a_member_that_never_comes_up_is_asked_for_ever_more_rarely() {
        let mut refresh = ready(true);
        let sent = run(&mut refresh, HOUR, |r, _| r.answered());
        let pauses: Vec<u64> = sent
            .windows(2)
            .map(|w| (w[1] - w[0]).as_secs_f64().round() as u64)
            .collect();
        assert_eq!(pauses[..9], [2, 4, 8, 15, 30, 60, 120, 300, 300]);
        assert!(sent.len() <= PER_HOUR, "{}", sent.len());
    }

    #[test]
    fn a_stranger_who_knocks_all_the_time_makes_nobody_wait_and_little_traffic() {
        let alone = run(&mut ready(true), HOUR, |r, _| r.answered());
        let mut refresh = ready(true);
        let mut knocks = 0;
        let others = run(&mut refresh, HOUR, |r, now| {
            knocks += r.knock(now).len();
            r.answered();
        });
        assert_eq!(others, alone);
        assert_eq!(knocks, KNOCKS_PER_HOUR);
        assert!(others.len() + knocks <= PER_HOUR);
    }

    /// Everything at once that makes the library ask: never more than the budget, in any hour.
    #[test]
    fn no_hour_has_more_queries_than_the_budget() {
        let mut refresh = Refresh::default();
        refresh.role_asked(at(0), MIDDLE);
        let buses = || (0..4).map(|n| bus(&n.to_string(), true)).collect();
        let mut sent = Vec::new();
        for second in 0..3 * 3600 {
            let now = at(second);
            if second % 17 == 0 {
                refresh.disconnected();
                refresh.connected(now, MIDDLE);
                refresh.group_data(buses(), now, MIDDLE);
                refresh.list_followed(now - Duration::from_secs(now.as_secs().min(10)));
            }
            refresh.unreachable(
                IpAddr::from([10, 0, (second / 250 % 2) as u8, (second % 250) as u8]),
                now,
                MIDDLE,
            );
            refresh.address_reported(second.to_string().as_bytes(), now, MIDDLE);
            let queries = refresh.knock(now).len() + refresh.poll(now, MIDDLE).len() + usize::from(refresh.repeat(now));
            sent.extend(std::iter::repeat_n(second, queries));
        }
        let most = sent
            .iter()
            .map(|from| sent.iter().filter(|at| (*from..from + 3600).contains(*at)).count());
        assert_eq!(most.max(), Some(PER_HOUR));
    }

    #[test]
    fn nothing_wakes_without_a_role_a_connection_and_a_bus() {
        let mut refresh = Refresh::default();
        refresh.group_data(vec![bus("b", true)], at(0), MIDDLE);
        assert_eq!((refresh.due(), refresh.knock(at(1)).len()), (None, 0));
        refresh.role_asked(at(0), MIDDLE);
        assert!(refresh.due().is_none() && refresh.poll(at(9), MIDDLE).is_empty());
        refresh.connected(at(10), MIDDLE);
        assert!(refresh.due().is_some(), "the trigger was remembered");
        assert_eq!(refresh.poll(at(12), MIDDLE).len(), 1);
        refresh.disconnected();
        assert!(refresh.knock(at(13)).is_empty() && refresh.poll(at(99), MIDDLE).is_empty());
    }

    #[test]
    fn ends_when_the_list_is_complete_and_nothing_fails() {
        let mut refresh = ready(true);
        assert_eq!(refresh.poll(at(2), MIDDLE).len(), 1);
        refresh.answered();
        refresh.group_data(vec![bus("b", false)], at(2), MIDDLE);
        assert_eq!(refresh.due(), None);
        let address = IpAddr::from([10, 0, 0, 1]);
        refresh.unreachable(address, at(20), MIDDLE);
        assert!(refresh.due().is_some_and(|due| due < at(22)));
        refresh.settled(address);
        assert_eq!(refresh.due(), None);
    }

    #[test]
    fn a_query_after_a_list_is_repeated_until_it_has_an_answer() {
        let mut refresh = Refresh::default();
        refresh.list_followed(at(0));
        assert_eq!(refresh.due(), None, "there is no connection");
        refresh.connected(at(0), MIDDLE);
        assert_eq!(refresh.due(), Some(at(10)));
        let mut sent = Vec::new();
        for second in 0..3600 {
            if refresh.repeat(at(second)) {
                sent.push(second);
            }
        }
        assert_eq!(sent[..5], [10, 40, 100, 220, 520]);
        assert!(sent.len() <= 15, "{sent:?}");
        refresh.answered();
        assert_eq!((refresh.due(), refresh.repeat(at(9999))), (None, false));
    }

    #[test]
    fn a_repeated_answer_says_nothing_to_a_program_with_links() {
        let mut refresh = Refresh::default();
        assert!(!refresh.is_repeated(1) && !refresh.is_repeated(1), "as in the C SDK");
        refresh.role_asked(at(0), MIDDLE);
        assert!(refresh.is_repeated(1) && !refresh.is_repeated(2) && refresh.is_repeated(2));
        assert!((3..30).all(|answer| !refresh.is_repeated(answer)));
        assert!(!refresh.is_repeated(1), "forgotten");
    }

    #[test]
    fn another_address_of_its_own_makes_it_ask_once() {
        let mut refresh = ready(false);
        refresh.address_reported(b"10.0.0.1", at(5), MIDDLE);
        refresh.address_reported(b"10.0.0.1", at(6), MIDDLE);
        assert_eq!(refresh.due(), None);
        refresh.address_reported(b"10.0.0.2", at(7), MIDDLE);
        assert_eq!(refresh.poll(at(9), MIDDLE).len(), 1);
        refresh.answered();
        assert_eq!(refresh.due(), None);
    }

    #[test]
    fn begins_anew_at_a_new_trigger_only() {
        let mut refresh = ready(true);
        let _ = run(&mut refresh, at(100), |r, _| r.answered());
        let before = refresh.due();
        refresh.group_data(vec![bus("b", true)], at(100), MIDDLE);
        assert_eq!(refresh.due(), before, "still the same member");
        refresh.group_data(vec![bus("b", true), bus("c", true)], at(100), MIDDLE);
        assert!(refresh.due().is_some_and(|due| due < at(102)));
    }

    #[test]
    fn many_buses_wait_for_the_bucket() {
        let mut refresh = Refresh::default();
        refresh.role_asked(at(0), MIDDLE);
        let many = (0..6).map(|n| bus(&n.to_string(), true)).collect();
        refresh.group_data(many, at(0), MIDDLE);
        refresh.connected(at(0), MIDDLE);
        refresh.answered();
        let sent = run(&mut refresh, at(9), |r, _| r.answered());
        assert_eq!(sent[..3], [sent[0]; 3], "{sent:?}");
        assert!(sent[2..6].windows(2).all(|pair| pair[0] < pair[1]), "{sent:?}");
    }

    #[test]
    fn events_keep_their_distance_and_what_was_held_back_is_asked_for_again() {
        let mut refresh = ready(false);
        assert!(refresh.event_allowed(at(10)));
        assert!(!refresh.event_allowed(at(11)));
        assert_eq!(refresh.due(), Some(at(13)));
        assert_eq!(refresh.poll(at(13), MIDDLE).len(), 1);
        assert!(refresh.event_allowed(at(13)));
    }
}
