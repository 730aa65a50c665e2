//! Whether and when a session that looks after itself tries again. Pure: time and randomness come in as arguments.

use std::time::Duration;

use super::backoff::full_jitter;
use super::numbers::ReasonCode;

/// Figures of the automatic reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Give up when no stable connection came about for so long; `None`: never.
    pub budget: Option<Duration>,
    pub base: Duration,
    pub cap: Duration,
    /// After so many failures in a row only every `tired_wait`.
    pub tired_after: u32,
    pub tired_wait: Duration,
    /// A connection that lived so long makes the failures before it forgotten.
    pub stable: Duration,
    /// Wait after the platform has refused the credentials: asking again soon only gets the device blocked.
    pub refused_wait: Duration,
    /// So many connections in a row that the platform ended young: another client uses our id.
    pub kicks: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            budget: None,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            tired_after: 10,
            tired_wait: Duration::from_secs(120),
            stable: Duration::from_secs(30),
            refused_wait: Duration::from_secs(300),
            kicks: 3,
        }
    }
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No way to the platform, no answer, or a broken link.
    Network,
    /// CONNACK with a reason.
    Refused(ReasonCode),
    /// The platform closed the connection without a reason, as it does when the same client id connects twice.
    ClosedByPeer,
    /// The platform said that another client took the session over (MQTT 5, 0x8E).
    TakenOver,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Retry {
        after: Duration,
        /// The id seems to be in use elsewhere; worth an ERROR line.
        duplicate: bool,
    },
    GiveUp,
}

/// State of one run of attempts.
#[derive(Clone, Debug, Default)]
pub struct Reconnector {
    failures: u32,
    kicks: u32,
    since: Option<Duration>,
    connected_at: Option<Duration>,
}

impl Reconnector {
    /// A connection stands; `now` counts from any fixed point.
    pub fn connected(&mut self, now: Duration) {
        self.connected_at = Some(now);
    }

    /// An attempt failed or the connection ended.
    pub fn ended(&mut self, policy: &Policy, cause: Cause, now: Duration, random: u64) -> Next {
        let lived = self.connected_at.take().map(|at| now.saturating_sub(at));
        let stable = lived.is_some_and(|lived| lived >= policy.stable);
        if stable {
            self.failures = 0;
            self.since = None;
        }
        let kicked = match cause {
            Cause::TakenOver => true,
            Cause::ClosedByPeer => lived.is_some() && !stable,
            Cause::Network | Cause::Refused(_) => false,
        };
        self.kicks = if kicked { self.kicks.saturating_add(1) } else { 0 };
        let started = *self.since.get_or_insert(now);
        let duplicate = self.kicks >= policy.kicks.max(1);
        let after = match cause {
            Cause::Refused(reason) if is_credentials(reason) => spread(policy.refused_wait, random),
            _ if duplicate || self.failures >= policy.tired_after => spread(policy.tired_wait, random),
            // The first wait varies, too: a platform that restarts loses all its devices in one instant.
            _ => full_jitter(self.failures.saturating_add(1), policy.base, policy.cap, random),
        };
        self.failures = self.failures.saturating_add(1);
        match policy.budget {
            Some(budget) if now.saturating_sub(started).saturating_add(after) > budget => Next::GiveUp,
            _ => Next::Retry { after, duplicate },
        }
    }
}

/// Reasons that a new attempt with the same identity does not cure: client id, password, authorisation, banned,
/// authentication method.
pub fn is_credentials(reason: ReasonCode) -> bool {
    use ReasonCode::*;
    let old = matches!(reason, OldClientId | OldLogin | OldNotAuthorized);
    old || matches!(
        reason,
        ClientIdNotValid | BadUserNameOrPassword | NotAuthorized | Banned | BadAuthenticationMethod
    )
}

/// Up to a tenth more, so that a fleet does not come back in one instant.
fn spread(wait: Duration, random: u64) -> Duration {
    full_jitter(1, wait, wait.saturating_add(wait / 10), random)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn wait(next: Next) -> Duration {
        match next {
            Next::Retry { after, .. } => after,
            Next::GiveUp => panic!("gave up"),
        }
    }

    #[test]
    fn doubles_then_tires() {
        let policy = Policy::default();
        let mut state = Reconnector::default();
        for n in 0..10u32 {
            let top = S(2 << n.min(5)).min(S(30));
            let mut low = state.clone();
            assert_eq!(wait(low.ended(&policy, Cause::Network, S(0), 0)), S(1));
            let span = top.as_millis() as u64 - 1_000;
            assert_eq!(wait(state.ended(&policy, Cause::Network, S(0), span)), top);
        }
        assert_eq!(wait(state.ended(&policy, Cause::Network, S(0), 0)), S(120));
    }

    /// The platform restarts, and then takes 100 logins a second: attempts are spread, and all are back soon.
    #[test]
    fn a_fleet_comes_back() {
        const FLEET: usize = 1_000;
        let policy = Policy::default();
        for down in [0, 5, 20] {
            let mut seed = 1 + down;
            let mut random = || {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                seed
            };
            let restart = S(100);
            let mut states = vec![Reconnector::default(); FLEET];
            let mut due = std::collections::BTreeSet::new();
            for (n, state) in states.iter_mut().enumerate() {
                state.connected(S(0));
                due.insert((
                    restart + wait(state.ended(&policy, Cause::Network, restart, random())),
                    n,
                ));
            }
            let (mut attempts, mut logins) = ([0u32; 300], [0u32; 300]);
            let mut last = restart;
            while let Some((at, n)) = due.pop_first() {
                let second = (at - restart).as_secs() as usize;
                attempts[second] += 1;
                last = at;
                if at < restart + S(down) || logins[second] == 100 {
                    due.insert((
                        at + wait(states[n].ended(&policy, Cause::Refused(ReasonCode::OldUnavailable), at, random())),
                        n,
                    ));
                } else {
                    logins[second] += 1;
                }
            }
            assert!(last - restart < S(down + 120), "{down}: {last:?}");
            assert!(attempts.iter().all(|&count| count <= FLEET as u32));
            assert!(attempts[10..].iter().all(|&count| count <= 200), "{down}: {attempts:?}");
        }
    }

    #[test]
    fn only_a_stable_connection_resets() {
        let policy = Policy::default();
        let mut state = Reconnector::default();
        for _ in 0..12 {
            state.ended(&policy, Cause::Network, S(0), 0);
        }
        state.connected(S(100));
        assert_eq!(wait(state.ended(&policy, Cause::Network, S(129), 0)), S(120));
        state.connected(S(200));
        assert_eq!(wait(state.ended(&policy, Cause::Network, S(230), 0)), S(1));
    }

    #[test]
    fn refused_credentials_take_the_slow_lane() {
        let policy = Policy::default();
        for code in [2, 4, 5, 133, 134, 135, 138, 140] {
            let mut state = Reconnector::default();
            assert_eq!(
                wait(state.ended(&policy, Cause::Refused(ReasonCode::from(code)), S(0), 0)),
                S(300),
                "{code}"
            );
        }
        for code in [1, 3, 136, 137, 151, 159] {
            let mut state = Reconnector::default();
            assert_eq!(
                wait(state.ended(&policy, Cause::Refused(ReasonCode::from(code)), S(0), 0)),
                S(1),
                "{code}"
            );
        }
    }

    #[test]
    fn repeated_kicks_are_recognised() {
        let policy = Policy::default();
        for cause in [Cause::ClosedByPeer, Cause::TakenOver] {
            let mut state = Reconnector::default();
            let seen: Vec<bool> = (0..4)
                .map(|n| {
                    state.connected(S(n * 100));
                    match state.ended(&policy, cause, S(n * 100 + 1), 0) {
                        Next::Retry { duplicate, .. } => duplicate,
                        Next::GiveUp => unreachable!(),
                    }
                })
                .collect();
            assert_eq!(seen, [false, false, true, true], "{cause:?}");
        }
        let mut state = Reconnector::default();
        for n in 0..6 {
            // refused before CONNACK: nobody was kicked
            let next = state.ended(&policy, Cause::ClosedByPeer, S(n), 0);
            assert!(matches!(next, Next::Retry { duplicate: false, .. }));
        }
    }

    #[test]
    fn the_budget_ends_it() {
        let policy = Policy {
            budget: Some(S(60)),
            ..Policy::default()
        };
        let mut state = Reconnector::default();
        assert!(matches!(
            state.ended(&policy, Cause::Network, S(10), 0),
            Next::Retry { .. }
        ));
        assert!(matches!(
            state.ended(&policy, Cause::Network, S(69), 0),
            Next::Retry { .. }
        ));
        assert_eq!(state.ended(&policy, Cause::Network, S(70), 0), Next::GiveUp);
        state.connected(S(80));
        assert!(matches!(
            state.ended(&policy, Cause::Network, S(200), 0),
            Next::Retry { .. }
        ));
    }
}
