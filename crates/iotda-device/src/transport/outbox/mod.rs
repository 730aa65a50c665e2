//! What the program asked to send, until each item has had its one end. Pure: no clock, no I/O, no MQTT bytes.
//!
//! accepted → handed (in the write buffer) → in flight (written) → one of delivered, failed, expired, cancelled.
//!
//! Items are handed over strictly in the order of acceptance, so that the id returned at acceptance can be the packet
//! id. When a session is lost, unacknowledged messages go back to the front of the queue in that order and take fresh
//! packet ids, while their callback still reports the id returned at acceptance.
//!
//! A message that was unacknowledged at two losses is a suspect: from then on it is sent alone and after everything
//! else, so that it holds nothing up, and ends when it is what costs the connections (see `suspects`).

mod entry;
mod expiry;
mod ids;
#[cfg(test)]
mod model_tests;
mod suspects;
#[cfg(test)]
mod suspects_tests;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub use self::entry::{End, OutboxItem, Outcome};
use self::entry::{Entry, Handed, Record, Sent, Stage};
use self::expiry::Expiries;
use self::ids::Ids;
use self::suspects::Suspicion;
pub use self::suspects::{Blame, Loss, Trial};
use super::message::Publish;
use super::numbers::ReasonCode;
use super::settings::Limits;
use crate::config::Overflow;
use crate::error::{Error, Result};

/// The item at the head of the queue, to be encoded now.
#[derive(Debug)]
pub struct Head<'a> {
    pub packet_id: u16,
    pub dup: bool,
    /// Encode a PUBREL instead of the message.
    pub release: bool,
    /// Encode a PUBREL before the message: the platform may still hold an older one of QoS 2 under its packet id, and would
    /// take this one for its repetition.
    pub clear_first: bool,
    /// It is sent alone, to see what the platform makes of it.
    pub suspect: bool,
    pub item: &'a OutboxItem,
}

/// Answer to a PUBREC.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// Send PUBREL.
    Release,
    /// Refused: the message has ended.
    Ended(End),
    /// No such message.
    Unknown,
}

/// Figures for [`Session::stats`](super::Session::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub messages: usize,
    pub bytes: usize,
    pub in_flight: usize,
    pub subscriptions: usize,
}

/// Room that an empty queue may keep.
const ROOM: usize = 512;

pub struct Outbox {
    limits: Limits,
    ids: Ids,
    order: u64,
    queue: VecDeque<Entry>,
    handed: VecDeque<Handed>,
    flight: VecDeque<Sent>,
    messages: usize,
    bytes: usize,
    /// Messages in `handed` and `flight` that fill the window.
    windowed: usize,
    /// Of what is in `queue` and among the suspects.
    expiries: Expiries,
    /// Messages that may be what the connections were lost for; they go after `queue`.
    suspects: Suspicion,
    /// Keys in the spool of what has ended.
    spooled: Vec<u64>,
    /// The platform may hold messages of QoS 2 of a kept session that we know nothing of.
    unsure: bool,
    /// The session of this connection is older than it.
    kept: bool,
}

impl Outbox {
    pub fn new(limits: Limits) -> Self {
        Outbox {
            limits,
            ids: Ids::new(),
            order: 0,
            queue: VecDeque::new(),
            handed: VecDeque::new(),
            flight: VecDeque::new(),
            messages: 0,
            bytes: 0,
            windowed: 0,
            expiries: Expiries::default(),
            suspects: Suspicion::default(),
            spooled: Vec::new(),
            unsure: true,
            kept: false,
        }
    }

    /// Applies to messages accepted from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Accepts a message and returns its id (0 for QoS 0). What had to make room for it is appended to `ends`.
    pub fn publish(
        &mut self,
        publish: Publish,
        by_alias: bool,
        expires: Option<u64>,
        ends: &mut Vec<End>,
    ) -> Result<u16> {
        let qos = publish.qos;
        let item = OutboxItem::Publish { publish, by_alias };
        let weight = item.weight();
        if weight > self.limits.bytes || self.limits.messages == 0 {
            return Err(Error::QueueFull);
        }
        self.make_room(weight, qos > 0, ends)?;
        let id = if qos == 0 {
            0
        } else {
            self.ids.take().ok_or(Error::QueueFull)?
        };
        self.messages += 1;
        self.bytes += weight;
        self.push(id, item, expires);
        Ok(id)
    }

    /// Drops what the overflow rule allows, but only if that is enough. No message id left is as full as no room.
    fn make_room(&mut self, weight: usize, with_id: bool, ends: &mut Vec<End>) -> Result<()> {
        let Limits {
            messages,
            bytes,
            overflow,
            ..
        } = self.limits;
        let fits = |count: usize, size: usize| count < messages && size.saturating_add(weight) <= bytes;
        if fits(self.messages, self.bytes) && !(with_id && self.ids.are_taken()) {
            return Ok(());
        }
        let droppable = |e: &Entry| match overflow {
            Overflow::RejectNew => false,
            Overflow::DropOldest => !e.item.is_subscribe() && e.wire == 0,
            Overflow::DropQos0First => !e.item.is_subscribe() && e.id == 0,
        };
        let (mut count, mut size, mut id) = (self.messages, self.bytes, !self.ids.are_taken());
        for entry in self.queue.iter().filter(|e| droppable(e)) {
            count -= 1;
            size -= entry.item.weight();
            id |= entry.id != 0;
        }
        if !fits(count, size) || (with_id && !id) {
            return Err(Error::QueueFull);
        }
        loop {
            let roomy = fits(self.messages, self.bytes);
            if roomy && !(with_id && self.ids.are_taken()) {
                break;
            }
            let entry = self
                .queue
                .iter()
                .position(|entry| droppable(entry) && (!roomy || entry.id != 0))
                .and_then(|at| self.queue.remove(at));
            let entry = entry.ok_or(Error::QueueFull)?;
            self.expiries.remove(&entry);
            ends.push(self.outcome(entry, Outcome::Cancelled));
        }
        Ok(())
    }

    /// Accepts a subscription and returns its id.
    pub fn subscribe(&mut self, filter: String, qos: u8) -> Result<u16> {
        let id = self.ids.take().ok_or(Error::QueueFull)?;
        self.push(id, OutboxItem::Subscribe { filter, qos }, None);
        Ok(id)
    }

    fn push(&mut self, id: u16, item: OutboxItem, expires: Option<u64>) {
        let order = self.order;
        self.order += 1;
        let entry = Entry {
            order,
            id,
            wire: 0,
            resend: false,
            dup: false,
            stage: Stage::Publish,
            expires,
            spooled: 0,
            record: Record::default(),
            item,
        };
        self.expiries.add(&entry);
        self.queue.push_back(entry);
    }

    /// A message that the spool has brought over from an earlier process; the limits were kept then. `None`: no id is
    /// free.
    pub fn restore(&mut self, publish: Publish, key: u64, expires: Option<u64>) -> Option<()> {
        let id = self.ids.take()?;
        let by_alias = false;
        let item = OutboxItem::Publish { publish, by_alias };
        self.messages += 1;
        self.bytes += item.weight();
        self.push(id, item, expires);
        self.mark_spooled(key);
        Some(())
    }

    /// The message accepted last is in the spool under this key.
    pub fn mark_spooled(&mut self, key: u64) {
        if let Some(entry) = self.queue.back_mut() {
            entry.spooled = key;
        }
    }

    /// Keys of messages that have ended since the last call.
    pub fn take_spooled(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.spooled)
    }

    /// A packet id outside the queue, for what a connection does on its own account.
    pub fn reserve_id(&mut self) -> Option<u16> {
        self.ids.take()
    }

    pub fn release_id(&mut self, id: u16) {
        self.ids.release(id);
    }

    /// The next item to encode, unless the queue is empty or the window full.
    pub fn head(&mut self, window: usize, trial: Trial) -> Option<Head<'_>> {
        let suspect = self.suspects.turn(trial, self.queue.is_empty(), self.windowed);
        let entry = if suspect {
            self.suspects.waiting.front_mut()?
        } else {
            self.queue.front_mut()?
        };
        if entry.item.fills_window() && self.windowed >= window.max(1) {
            return None;
        }
        if entry.wire == 0 && entry.id != 0 {
            entry.wire = if entry.resend {
                self.ids.take_or_own(entry.id)?
            } else {
                entry.id
            };
        }
        Some(Head {
            packet_id: entry.wire,
            dup: entry.dup,
            release: entry.stage == Stage::Release,
            clear_first: self.unsure && self.kept && entry.is_new_exactly_once(),
            suspect,
            item: &entry.item,
        })
    }

    /// Whether a subscription is next in the queue.
    pub fn next_is_subscribe(&self) -> bool {
        self.queue.front().is_some_and(|entry| entry.item.is_subscribe())
    }

    /// Takes off what [`Outbox::head`] has shown last.
    fn take_head(&mut self) -> Option<Entry> {
        let entry = if self.suspects.shown {
            self.suspects.waiting.pop_front()?
        } else {
            self.queue.pop_front()?
        };
        self.expiries.remove(&entry);
        Some(entry)
    }

    /// The head was encoded; its last byte is at `position` of the stream.
    pub fn hand_over(&mut self, position: u64) {
        if let Some(entry) = self.take_head() {
            self.windowed += usize::from(entry.item.fills_window());
            let number = self.suspects.handed_over(&entry);
            self.handed.push_back(Handed {
                position,
                number,
                entry,
            });
        }
        if self.queue.is_empty() && self.queue.capacity() > ROOM {
            self.queue.shrink_to(ROOM / 8); // a burst is over
            self.expiries.shrink_to(ROOM / 8);
        }
    }

    /// The head cannot be sent on this connection (too big for the platform, for example).
    pub fn refuse_head(&mut self, reason: ReasonCode) -> Option<End> {
        let entry = self.take_head()?;
        Some(self.outcome(entry, Outcome::Refused(reason)))
    }

    /// All bytes up to `position` are written: QoS 0 ends here, the rest waits for its acknowledgement.
    pub fn written(&mut self, position: u64, now: u64, ends: &mut Vec<End>) {
        while self.handed.front().is_some_and(|handed| handed.position <= position) {
            let Some(Handed { entry, number, .. }) = self.handed.pop_front() else {
                return;
            };
            if entry.id == 0 {
                self.suspects.acquitted(&entry);
                ends.push(self.outcome(entry, Outcome::Delivered));
            } else {
                self.flight.push_back(Sent { at: now, number, entry });
            }
        }
    }

    /// PUBACK. `None`: no such message.
    pub fn puback(&mut self, wire: u16, reason: ReasonCode) -> Option<End> {
        self.acknowledged(
            wire,
            reason,
            |e| matches!(&e.item, OutboxItem::Publish { publish, .. } if publish.qos == 1),
        )
    }

    /// PUBCOMP.
    pub fn pubcomp(&mut self, wire: u16, reason: ReasonCode) -> Option<End> {
        self.acknowledged(wire, reason, |e| e.stage == Stage::Release)
    }

    /// SUBACK: anything but `failure` codes is an acceptance (docs/spec/connection.md#subscribe-outcome),
    /// which the caller has sorted out.
    pub fn suback(&mut self, wire: u16, reason: ReasonCode) -> Option<End> {
        self.acknowledged(wire, reason, |e| e.item.is_subscribe())
    }

    /// PUBREC.
    pub fn pubrec(&mut self, wire: u16, reason: ReasonCode, now: u64) -> Received {
        let fits = |e: &Entry| matches!(&e.item, OutboxItem::Publish { publish, .. } if publish.qos == 2);
        if reason.is_failure() {
            return match self.acknowledged(wire, reason, |e| fits(e) && e.stage == Stage::Publish) {
                Some(end) => Received::Ended(end),
                None => Received::Unknown,
            };
        }
        if let Some(sent) = self.flight.iter_mut().find(|s| s.entry.wire == wire && fits(&s.entry)) {
            sent.entry.stage = Stage::Release;
            sent.at = now;
            return Received::Release;
        }
        if let Some(handed) = self.handed.iter_mut().find(|h| h.entry.wire == wire && fits(&h.entry)) {
            handed.entry.stage = Stage::Release;
            return Received::Release;
        }
        Received::Unknown
    }

    /// Ends the sent item with this packet id. It may be acknowledged while our own flush still reports the bytes as
    /// unwritten, hence the look at `handed`.
    fn acknowledged(&mut self, wire: u16, reason: ReasonCode, fits: impl Fn(&Entry) -> bool) -> Option<End> {
        let matches = |e: &Entry| e.wire == wire && fits(e);
        let (entry, number) = if let Some(at) = self.flight.iter().position(|s| matches(&s.entry)) {
            let sent = self.flight.remove(at)?;
            (sent.entry, sent.number)
        } else {
            let at = self.handed.iter().position(|h| matches(&h.entry))?;
            let handed = self.handed.remove(at)?;
            (handed.entry, handed.number)
        };
        if entry.item.fills_window() {
            self.windowed -= 1;
            self.suspects.acknowledged = self.suspects.acknowledged.max(number);
        }
        self.suspects.acquitted(&entry);
        let outcome = if reason.is_failure() {
            Outcome::Refused(reason)
        } else {
            Outcome::Delivered
        };
        Some(self.outcome(entry, outcome))
    }

    /// The connection is gone. Subscriptions fail; messages go back to the queue, or fail when they were written and
    /// `fail` is set. With `keep` their packet ids stay reserved until [`Outbox::resume`] knows about the session.
    /// Whether a message is the likely cause.
    pub fn lost(&mut self, loss: Loss, ends: &mut Vec<End>) -> bool {
        let idle = self.flight.is_empty() && self.handed.is_empty();
        let written = self.flight.iter_mut().map(|sent| &mut sent.entry);
        // Only the first of those in the buffer can be on the wire in part.
        let begun = self.handed.iter_mut().take(1).map(|handed| &mut handed.entry);
        let explained = self.suspects.strike(&loss, written.chain(begun), idle, &self.limits);
        let sent = self.flight.drain(..).map(|s| (true, s.entry));
        let mut back: Vec<(bool, Entry)> = sent.chain(self.handed.drain(..).map(|h| (false, h.entry))).collect();
        suspects::sort(&mut back, |entry| (0, entry.order));
        self.windowed = 0;
        let mut keepers = Vec::with_capacity(back.len());
        for (written, entry) in back {
            if entry.item.is_subscribe() || (loss.fail && written) {
                ends.push(self.outcome(entry, Outcome::Lost));
            } else if entry.record.convicted {
                ends.push(self.outcome(entry, Outcome::Rejected));
            } else {
                keepers.push(entry);
            }
        }
        let mut waiting = VecDeque::with_capacity(self.queue.len() + keepers.len());
        for entry in std::mem::take(&mut self.queue) {
            if entry.item.is_subscribe() {
                ends.push(self.outcome(entry, Outcome::Lost));
            } else {
                waiting.push_back(entry);
            }
        }
        for mut entry in keepers.into_iter().rev() {
            entry.resend = entry.id != 0;
            self.expiries.add(&entry);
            if entry.is_suspect(&self.limits) {
                self.suspects.waiting.push_back(entry);
            } else {
                waiting.push_front(entry);
            }
        }
        self.suspects.sort();
        self.queue = waiting;
        if !loss.keep {
            self.abandon_session();
        }
        explained
    }

    /// Nothing is known any more of the session that was: what was on the wire is new in the next.
    pub fn abandon_session(&mut self) {
        self.forget_session();
        self.unsure = true;
    }

    /// CONNACK 0. In a kept session what was on the wire is repeated with its packet id and DUP; otherwise it is sent
    /// as new. Ids are counted from 1 again.
    pub fn resume(&mut self, kept: bool) {
        if kept {
            let waiting = self.queue.iter_mut().chain(&mut self.suspects.waiting);
            for entry in waiting.filter(|e| e.wire != 0) {
                entry.dup = entry.stage == Stage::Publish;
            }
        } else {
            self.forget_session();
            self.unsure = false;
        }
        self.kept = kept;
        self.ids.restart();
        self.suspects.connected();
    }

    fn forget_session(&mut self) {
        for entry in self.queue.iter_mut().chain(&mut self.suspects.waiting) {
            if entry.wire != entry.id {
                self.ids.release(entry.wire);
            }
            entry.wire = 0;
            entry.dup = false;
            entry.stage = Stage::Publish;
        }
    }

    /// Ends queued messages whose time is over. What is on the wire is left to its acknowledgement.
    pub fn expire(&mut self, now: u64, ends: &mut Vec<End>) {
        if self.next_expiry().is_none_or(|at| at > now) {
            return;
        }
        let over = |entry: &Entry| entry.expires.is_some_and(|at| at <= now);
        for entry in std::mem::take(&mut self.queue) {
            if over(&entry) {
                self.expiries.remove(&entry);
                ends.push(self.outcome(entry, Outcome::Expired));
            } else {
                self.queue.push_back(entry);
            }
        }
        for entry in std::mem::take(&mut self.suspects.waiting) {
            if over(&entry) {
                self.expiries.remove(&entry);
                ends.push(self.outcome(entry, Outcome::Expired));
            } else {
                self.suspects.waiting.push_back(entry);
            }
        }
    }

    /// When [`Outbox::expire`] next has something to do.
    pub fn next_expiry(&self) -> Option<u64> {
        self.expiries.first()
    }

    /// Ends everything, in the order of acceptance.
    pub fn cancel_all(&mut self, ends: &mut Vec<End>) {
        let flight = self.flight.drain(..).map(|s| s.entry);
        let mut all: Vec<(bool, Entry)> = flight
            .chain(self.handed.drain(..).map(|h| h.entry))
            .chain(self.queue.drain(..))
            .chain(self.suspects.waiting.drain(..))
            .map(|entry| (false, entry))
            .collect();
        suspects::sort(&mut all, |entry| (0, entry.order));
        self.windowed = 0;
        self.expiries.clear();
        for (_, entry) in all {
            ends.push(self.outcome(entry, Outcome::Cancelled));
        }
    }

    /// Whether messages wait for their trial.
    pub fn has_suspects(&self) -> bool {
        !self.suspects.waiting.is_empty()
    }

    /// Whether the last connection ended at a trial: then the next need not wait as long for connections to prove sound.
    pub fn ended_at_a_trial(&self) -> bool {
        self.suspects.hit
    }

    /// When [`Outbox::overdue`] next has something to do. While nothing could be read, before `readable`, no time passes.
    pub fn next_overdue(&self, patience: u64, readable: u64) -> Option<u64> {
        let messages = self.flight.iter().filter(|sent| !sent.entry.item.is_subscribe());
        messages.map(|sent| self.due(sent, patience, readable)).min()
    }

    /// Ends what the platform has not acknowledged on its second connection either, although it acknowledges others.
    /// Whether something else is overdue, so that the connection has to be ended. Subscriptions may wait for as long as
    /// the session lives.
    pub fn overdue(&mut self, now: u64, patience: u64, readable: u64, ends: &mut Vec<End>) -> bool {
        let mut late = false;
        let mut at = 0;
        while let Some(sent) = self.flight.get(at) {
            if sent.entry.item.is_subscribe() || self.due(sent, patience, readable) > now {
                at += 1;
            } else if !self.suspects.is_ignored(sent, &self.limits) {
                late = true;
                at += 1;
            } else if let Some(Sent { entry, .. }) = self.flight.remove(at) {
                self.windowed -= usize::from(entry.item.fills_window());
                self.suspects.acquitted(&entry);
                ends.push(self.outcome(entry, Outcome::Ignored));
            }
        }
        if late {
            for sent in &mut self.flight {
                sent.entry.record.overdue = sent.at.max(readable).saturating_add(patience) <= now;
            }
        }
        late
    }

    fn due(&self, sent: &Sent, patience: u64, readable: u64) -> u64 {
        let waited = self.suspects.patience(sent, patience, &self.limits);
        sent.at.max(readable).saturating_add(waited)
    }

    /// Whether something waits to be handed over.
    pub fn has_queued(&self) -> bool {
        !self.queue.is_empty() || self.has_suspects()
    }

    pub fn load(&self) -> Load {
        let subscribes = self.queue.iter().filter(|e| e.item.is_subscribe()).count()
            + self.handed.iter().filter(|h| h.entry.item.is_subscribe()).count()
            + self.flight.iter().filter(|s| s.entry.item.is_subscribe()).count();
        Load {
            messages: self.messages,
            bytes: self.bytes,
            in_flight: self.windowed,
            subscriptions: subscribes,
        }
    }

    /// The only way out of the outbox.
    fn outcome(&mut self, entry: Entry, outcome: Outcome) -> End {
        self.suspects.ended(&entry, outcome);
        self.ids.release(entry.id);
        self.ids.release(entry.wire);
        let answered = matches!(outcome, Outcome::Delivered | Outcome::Refused(_));
        self.unsure |= entry.wire != 0 && entry.item.is_exactly_once() && !answered;
        if entry.spooled != 0 {
            self.spooled.push(entry.spooled);
        }
        let context = match &entry.item {
            OutboxItem::Publish { publish, .. } => {
                self.messages -= 1;
                self.bytes -= entry.item.weight();
                Some(publish.context)
            }
            OutboxItem::Subscribe { .. } => None,
        };
        End {
            id: entry.id,
            context,
            outcome,
        }
    }
}
