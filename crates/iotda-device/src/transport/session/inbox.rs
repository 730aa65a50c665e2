//! What came in and is not finished: acknowledgements in the order of arrival, exactly-once for QoS 2, and the count
//! that stops the reading. Pure.

use std::collections::{BTreeMap, VecDeque};

use crate::transport::message::AckToken;
use crate::transport::numbers::ReasonCode;
use crate::transport::packet::Reply;
use crate::transport::settings::Limits;

/// What to do with an arrived PUBLISH.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Deliver(AckToken),
    /// A QoS 2 message that the program has seen already.
    Repeated,
}

struct Pending {
    id: u16,
    qos: u8,
    done: bool,
}

#[derive(Default)]
pub(super) struct Inbox {
    /// Given to the sink and not back, from all connections.
    messages: usize,
    bytes: usize,
    connection: u64,
    /// QoS 1 and 2 messages of this connection in the order of arrival; `first` is the number of the front.
    pending: VecDeque<Pending>,
    first: u64,
    /// QoS 2 ids between PUBLISH and PUBREL; `true` once PUBREC was sent.
    receiving: BTreeMap<u16, bool>,
    /// QoS 2 ids of earlier connections of a kept session whose message the program still has, by connection and number.
    carried: BTreeMap<(u64, u64), u16>,
    due: VecDeque<(Reply, u16, ReasonCode)>,
}

impl Inbox {
    /// A new connection: tokens of the old one only make room. In a kept session the platform repeats what we have not
    /// acknowledged; its messages of QoS 2 are known and not delivered again.
    pub(super) fn reset(&mut self, kept: bool) {
        if kept {
            for (pending, number) in self.pending.iter().zip(self.first..) {
                match (pending.qos, pending.done) {
                    (2, true) => drop(self.receiving.insert(pending.id, true)),
                    (2, false) => drop(self.carried.insert((self.connection, number), pending.id)),
                    _ => {}
                }
            }
        } else {
            self.receiving.clear();
            self.carried.clear();
        }
        self.connection += 1;
        self.pending.clear();
        self.first = 1;
        self.due.clear();
    }

    /// Whether so much is unfinished that the next PUBLISH has to wait.
    pub(super) fn full(&self, limits: &Limits) -> bool {
        self.messages >= limits.incoming_messages.max(1) || self.bytes >= limits.incoming_bytes.max(1)
    }

    pub(super) fn unfinished(&self) -> usize {
        self.messages
    }

    pub(super) fn arrived(&mut self, id: u16, qos: u8, bytes: usize) -> Arrival {
        if qos == 2 {
            if let Some(recorded) = self.receiving.get(&id) {
                if *recorded {
                    self.due.push_back((Reply::Rec, id, ReasonCode::Success));
                }
                return Arrival::Repeated;
            }
            self.receiving.insert(id, false);
        }
        self.messages += 1;
        self.bytes += bytes;
        let mut number = 0;
        if qos > 0 {
            number = self.first + self.pending.len() as u64;
            self.pending.push_back(Pending { id, qos, done: false });
        }
        Arrival::Deliver(AckToken {
            connection: self.connection,
            number,
            bytes,
        })
    }

    /// The program is done with a message.
    pub(super) fn finished(&mut self, token: &AckToken) {
        self.messages = self.messages.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(token.bytes);
        if let Some(id) = self.carried.remove(&(token.connection, token.number)) {
            self.receiving.insert(id, true);
            self.due.push_back((Reply::Rec, id, ReasonCode::Success));
        }
        if token.connection != self.connection || token.number < self.first {
            return;
        }
        let at = usize::try_from(token.number - self.first).unwrap_or(usize::MAX);
        if let Some(pending) = self.pending.get_mut(at) {
            pending.done = true;
        }
        while self.pending.front().is_some_and(|pending| pending.done) {
            let Some(Pending { id, qos, .. }) = self.pending.pop_front() else {
                return;
            };
            self.first += 1;
            if qos == 2 {
                self.receiving.insert(id, true);
                self.due.push_back((Reply::Rec, id, ReasonCode::Success));
            } else {
                self.due.push_back((Reply::Ack, id, ReasonCode::Success));
            }
        }
    }

    /// PUBREL: the platform will not repeat the message any more.
    pub(super) fn released(&mut self, id: u16) {
        let reason = if self.receiving.remove(&id).is_some() {
            ReasonCode::Success
        } else {
            ReasonCode::PacketIdNotFound
        };
        self.due.push_back((Reply::Comp, id, reason));
    }

    /// The next acknowledgement to send.
    pub(super) fn next_due(&mut self) -> Option<(Reply, u16, ReasonCode)> {
        self.due.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliver(inbox: &mut Inbox, id: u16, qos: u8) -> AckToken {
        match inbox.arrived(id, qos, 10) {
            Arrival::Deliver(token) => token,
            Arrival::Repeated => panic!("repeated"),
        }
    }

    fn due(inbox: &mut Inbox) -> Vec<(Reply, u16, ReasonCode)> {
        std::iter::from_fn(|| inbox.next_due()).collect()
    }

    fn inbox() -> Inbox {
        let mut inbox = Inbox::default();
        inbox.reset(false);
        inbox
    }

    #[test]
    fn acknowledges_in_the_order_of_arrival() {
        let mut inbox = inbox();
        let first = deliver(&mut inbox, 5, 1);
        let zero = deliver(&mut inbox, 0, 0);
        let second = deliver(&mut inbox, 6, 1);
        inbox.finished(&second);
        inbox.finished(&zero);
        assert_eq!(due(&mut inbox), []);
        inbox.finished(&first);
        assert_eq!(
            due(&mut inbox),
            [
                (Reply::Ack, 5, ReasonCode::Success),
                (Reply::Ack, 6, ReasonCode::Success)
            ]
        );
        assert_eq!(inbox.unfinished(), 0);
    }

    #[test]
    fn qos_2_is_delivered_once() {
        let mut inbox = inbox();
        let token = deliver(&mut inbox, 5, 2);
        assert_eq!(inbox.arrived(5, 2, 10), Arrival::Repeated);
        assert_eq!(due(&mut inbox), [], "PUBREC only after the callback");
        inbox.finished(&token);
        assert_eq!(inbox.arrived(5, 2, 10), Arrival::Repeated);
        assert_eq!(
            due(&mut inbox),
            [
                (Reply::Rec, 5, ReasonCode::Success),
                (Reply::Rec, 5, ReasonCode::Success)
            ]
        );
        inbox.released(5);
        inbox.released(5);
        assert_eq!(
            due(&mut inbox),
            [
                (Reply::Comp, 5, ReasonCode::Success),
                (Reply::Comp, 5, ReasonCode::PacketIdNotFound)
            ]
        );
        let _again = deliver(&mut inbox, 5, 2);
    }

    #[test]
    fn old_tokens_only_make_room() {
        let limits = Limits {
            incoming_messages: 2,
            ..Limits::default()
        };
        let mut inbox = inbox();
        let old = deliver(&mut inbox, 1, 1);
        inbox.reset(false);
        let new = deliver(&mut inbox, 1, 1);
        assert!(inbox.full(&limits));
        inbox.finished(&old);
        assert!(!inbox.full(&limits));
        assert_eq!(due(&mut inbox), []);
        inbox.finished(&new);
        assert_eq!(due(&mut inbox), [(Reply::Ack, 1, ReasonCode::Success)]);
    }

    #[test]
    fn a_kept_session_delivers_qos_2_once_and_answers_the_repetition() {
        let mut inbox = inbox();
        let first = deliver(&mut inbox, 5, 2);
        let second = deliver(&mut inbox, 6, 2);
        inbox.finished(&second);
        assert_eq!(due(&mut inbox), [], "its turn has not come");
        inbox.reset(true);
        assert_eq!(inbox.arrived(5, 2, 10), Arrival::Repeated);
        assert_eq!(inbox.arrived(6, 2, 10), Arrival::Repeated);
        assert_eq!(due(&mut inbox), [(Reply::Rec, 6, ReasonCode::Success)]);
        inbox.finished(&first);
        assert_eq!(due(&mut inbox), [(Reply::Rec, 5, ReasonCode::Success)]);
        inbox.released(5);
        inbox.released(6);
        assert_eq!(
            due(&mut inbox),
            [
                (Reply::Comp, 5, ReasonCode::Success),
                (Reply::Comp, 6, ReasonCode::Success)
            ]
        );
        assert_eq!(inbox.unfinished(), 0);
        inbox.reset(false);
        let _new = deliver(&mut inbox, 5, 2);
    }

    #[test]
    fn bytes_fill_it_too() {
        let limits = Limits {
            incoming_bytes: 20,
            ..Limits::default()
        };
        let mut inbox = inbox();
        let token = deliver(&mut inbox, 0, 0);
        assert!(!inbox.full(&limits));
        let _second = deliver(&mut inbox, 0, 0);
        assert!(inbox.full(&limits));
        inbox.finished(&token);
        assert!(!inbox.full(&limits));
    }
}
