//! Which messages may be what the platform objects to.
//!
//! Platforms close the connection to answer a message that they do not allow, at once or later, or never acknowledge
//! it. A message that was unacknowledged at [`Limits::rejections`] - 1 such losses is a suspect. Suspects wait until the
//! connection has stood for a moment and everything else is acknowledged, then go one at a time, the least suspicious
//! first. If the platform closes the connection then, it is the message's doing, and it ends. It is given more trials
//! where the platform has also closed connections for other reasons: nothing was on its way, or not this message, or all
//! that was has been acknowledged since.

use std::collections::VecDeque;

use super::entry::{Entry, Outcome, Sent};
use crate::transport::settings::Limits;

/// A closing by the platform, while nobody knows what it was for.
#[derive(Debug)]
struct Closing {
    number: u64,
    /// Messages that were on their way and have no end.
    open: usize,
}

/// Why a connection was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Nothing that a message could have caused.
    Nobody,
    /// The link broke.
    Link,
    /// The platform closed it. Some do that to answer a message they do not allow; sending it for ever would stop
    /// everything behind it.
    Platform,
    /// We ended it, as [`Outbox::overdue`](super::Outbox::overdue) asked for.
    Overdue,
}

/// A loss, for [`Outbox::lost`](super::Outbox::lost).
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// What was written and is unacknowledged fails.
    pub fail: bool,
    /// The session may go on with the next connection.
    pub keep: bool,
    pub blame: Blame,
    /// The connection had stood long enough to forget what was before it.
    pub stable: bool,
}

/// When suspects may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// Not yet.
    No,
    /// When nothing else is to be sent or on the way.
    Alone,
    /// Others keep coming: the next one goes beside them.
    Beside,
    /// The connection is about to be closed: all go, after everything else.
    Last,
}

/// What a loss counts: of messages that the network cannot carry it takes twice as many to be sure.
const CLOSED: u32 = 2;
const BROKEN: u32 = 1;
/// Closings for other reasons count up to here.
const OTHER_REASONS: u32 = 3;
/// So many closings are kept in mind.
const CLOSINGS: usize = 16;
/// A message without an acknowledgement, like all others, costs a link after the deadline, twice, and then after up to
/// so many doublings of it.
const DOUBLINGS: u32 = 3;

/// The suspects of an outbox, and what is known about the connections.
#[derive(Default)]
pub(super) struct Suspicion {
    /// Sorted: the least suspicious first.
    pub(super) waiting: VecDeque<Entry>,
    /// The head shown last is one of them.
    pub(super) shown: bool,
    /// The one on the wire (its order).
    on_trial: Option<u64>,
    /// Others were on the wire with it, and may still be.
    crowd: bool,
    /// Items handed over on this connection, and the last message of them that was acknowledged.
    handed: u64,
    pub(super) acknowledged: u64,
    /// Times that the platform closed a connection for other reasons than a message.
    other_reasons: u32,
    closings: VecDeque<Closing>,
    counter: u64,
    /// The platform closed the last connection at a trial.
    pub(super) hit: bool,
}

impl Entry {
    pub(super) fn is_suspect(&self, limits: &Limits) -> bool {
        limits.rejections > 0 && self.record.strikes >= CLOSED * limits.rejections.saturating_sub(1).max(1)
    }
}

impl Suspicion {
    /// Whether the next to go is a suspect.
    pub(super) fn turn(&mut self, trial: Trial, nothing_queued: bool, windowed: usize) -> bool {
        self.crowd &= windowed > 0;
        self.shown = !self.waiting.is_empty()
            && match trial {
                Trial::No => false,
                Trial::Alone => nothing_queued && windowed == 0 && self.on_trial.is_none(),
                Trial::Beside => self.on_trial.is_none() && !self.crowd,
                Trial::Last => nothing_queued,
            };
        self.shown
    }

    /// The number of this item on the connection, from 1.
    pub(super) fn handed_over(&mut self, entry: &Entry) -> u64 {
        if self.shown {
            self.crowd |= self.on_trial.is_some();
            self.on_trial = Some(entry.order);
        }
        self.shown = false;
        self.handed += 1;
        self.handed
    }

    /// A message has arrived: the next suspect may go.
    pub(super) fn acquitted(&mut self, entry: &Entry) {
        self.on_trial = self.on_trial.filter(|order| *order != entry.order);
    }

    /// A message has ended: if it arrived, the closings on its way had other reasons, or another message's.
    pub(super) fn ended(&mut self, entry: &Entry, outcome: Outcome) {
        for number in &entry.record.closings {
            let Some(at) = self.closings.iter().position(|closing| closing.number == *number) else {
                continue;
            };
            let Some(closing) = self.closings.get_mut(at) else {
                continue;
            };
            closing.open -= 1;
            let innocent = outcome == Outcome::Delivered;
            if !innocent || closing.open == 0 {
                self.closings.remove(at);
                self.other_reasons = (self.other_reasons + u32::from(innocent)).min(OTHER_REASONS);
            }
        }
    }

    pub(super) fn sort(&mut self) {
        let mut waiting: Vec<(bool, Entry)> = self.waiting.drain(..).map(|entry| (false, entry)).collect();
        sort(&mut waiting, |entry| (entry.record.strikes, entry.order));
        self.waiting.extend(waiting.into_iter().map(|(_, entry)| entry));
    }

    /// A new connection.
    pub(super) fn connected(&mut self) {
        self.shown = false;
        self.on_trial = None;
        self.crowd = false;
        self.handed = 0;
        self.acknowledged = 0;
    }

    /// Notes a loss in the records of what is on the way: `idle` says that nothing is. Whether a message is the likely cause.
    pub(super) fn strike<'a>(
        &mut self,
        loss: &Loss,
        on_the_way: impl Iterator<Item = &'a mut Entry>,
        idle: bool,
        limits: &Limits,
    ) -> bool {
        if loss.stable {
            self.other_reasons = 0;
            self.closings.clear();
        }
        if loss.blame == Blame::Platform && idle {
            self.other_reasons = (self.other_reasons + 1).min(OTHER_REASONS);
        }
        let mut explained = false;
        let mut hit = false;
        self.counter += 1;
        let mut closing = Closing {
            number: self.counter,
            open: 0,
        };
        for entry in on_the_way {
            let strike = match loss.blame {
                Blame::Overdue if entry.record.overdue => CLOSED,
                Blame::Platform => CLOSED,
                Blame::Link => BROKEN,
                Blame::Nobody | Blame::Overdue => 0,
            };
            if strike == 0 || entry.item.is_subscribe() {
                continue;
            }
            let record = &mut entry.record;
            record.strikes = record.strikes.saturating_add(strike);
            record.ignored += u32::from(loss.blame == Blame::Overdue);
            record.overdue = false;
            explained |= record.strikes > CLOSED;
            if loss.blame == Blame::Platform && limits.rejections > 0 {
                record.closings.push(closing.number);
                closing.open += 1;
            }
            if loss.blame == Blame::Platform && self.on_trial == Some(entry.order) {
                hit = true;
                record.trials = record.trials.saturating_add(1);
                let closings = self.closings.iter();
                let without = closings
                    .filter(|closing| !record.closings.contains(&closing.number))
                    .count();
                let reasons = u32::try_from(without).unwrap_or(OTHER_REASONS) + self.other_reasons;
                record.convicted = limits.rejections > 0 && record.trials > reasons.min(OTHER_REASONS);
            }
        }
        self.on_trial = None;
        self.hit = hit;
        if hit {
            // What was for other reasons is longer ago now.
            self.other_reasons = self.other_reasons.saturating_sub(1);
        }
        if closing.open > 0 {
            self.closings.push_back(closing);
            if self.closings.len() > CLOSINGS {
                self.closings.pop_front();
            }
        }
        explained
    }

    /// How long an acknowledgement may take.
    pub(super) fn patience(&self, sent: &Sent, patience: u64, limits: &Limits) -> u64 {
        let doublings = if self.is_ignored(sent, limits) {
            0
        } else {
            sent.entry.record.ignored.saturating_sub(1).min(DOUBLINGS)
        };
        patience.saturating_mul(1 << doublings)
    }

    /// The platform takes others on this connection, and has not taken this one on another.
    pub(super) fn is_ignored(&self, sent: &Sent, limits: &Limits) -> bool {
        let on_trial = self.on_trial == Some(sent.entry.order);
        let before = if on_trial { 0 } else { sent.number };
        limits.rejections > 0 && sent.entry.record.ignored > 0 && self.acknowledged > before
    }
}
/// In the order of these keys. The outbox sorts nowhere else: a sort of its own for each list would be 5 kB of code each.
pub(super) fn sort(entries: &mut [(bool, Entry)], key: fn(&Entry) -> (u32, u64)) {
    entries.sort_by_key(|(_, entry)| key(entry));
}
