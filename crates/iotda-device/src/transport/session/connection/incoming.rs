//! What the platform sends: acknowledgements to the outbox, messages to the sink, as long as there is room for them.

use bytes::Buf;
use tokio::time::Instant;

use super::{Connection, ConnectionEnd, has_room};
use crate::transport::message::{Event, Incoming};
use crate::transport::numbers::{PacketType, ReasonCode};
use crate::transport::outbox::{Blame, End, Outbox, Received};
use crate::transport::packet::{Inbound, Malformed, Packet, Reply, frame};
use crate::transport::reconnect::Cause;
use crate::transport::session::inbox::Arrival;
use crate::transport::settings::Version;

impl Connection<'_> {
    /// Takes the packets that have arrived, up to a PUBLISH that there is no room for.
    pub(super) fn read_packets(&mut self) -> Result<(), ConnectionEnd> {
        let limits = self.settings.limits;
        let max = limits.incoming();
        let mut held = false;
        while self.skip_oversized(max)? {
            let publish = frame::next_kind(&self.input) == Some(PacketType::Publish);
            if publish && self.context.shared.core.lock().inbox.full(&limits) {
                held = true;
                break;
            }
            let packet = frame::take(&mut self.input, max)
                .and_then(|frame| frame.map(|frame| self.codec.decode(frame)).transpose())
                .map_err(|why| self.malformed(why))?;
            let Some(packet) = packet else { break };
            self.handle(packet)?;
        }
        if self.held && !held {
            let now = Instant::now();
            self.readable_since = now;
            self.last_received = now;
            self.ping_sent = self.ping_sent.map(|_| now);
        }
        self.held = held;
        Ok(())
    }

    /// Passes over a message that is larger than what is taken, or than there is memory for: reads and drops it as it comes, and acknowledges it, for the
    /// platform would repeat it on every connection. `false`: more of it has to come. An MQTT 5 platform that was told of the
    /// limit must not send one.
    fn skip_oversized(&mut self, max: usize) -> Result<bool, ConnectionEnd> {
        loop {
            let Some((left, arrival)) = self.skipped.take() else {
                if !self.begins_oversized(max).map_err(|why| self.malformed(why))? {
                    return Ok(true);
                }
                let begun = frame::oversized(&self.input).map_err(|why| self.malformed(why))?;
                let Some(message) = begun else { return Ok(false) };
                match message.total > max {
                    true => base::lines::incoming_skipped(&message.topic, &message.total, &max),
                    false => base::lines::message_without_memory(&message.topic, &message.total),
                }
                let inbox = &mut self.context.shared.core.lock().inbox;
                self.skipped = Some((message.total, inbox.arrived(message.packet_id, message.qos, 0)));
                continue;
            };
            let here = left.min(self.input.len());
            self.input.advance(here);
            if here < left {
                self.skipped = Some((left - here, arrival));
                return Ok(false);
            }
            if let Arrival::Deliver(token) = arrival {
                self.context.shared.core.lock().inbox.finished(&token);
            }
        }
    }

    /// Whether the next packet is a message to skip.
    fn begins_oversized(&self, max: usize) -> Result<bool, Malformed> {
        if let Some(total) = frame::publish_total(&self.input)? {
            let told = self.settings.version == Version::V5 && self.settings.limits.announce_incoming().is_some();
            let fits = total <= self.input.capacity() || has_room(total);
            return Ok(if total > max { !told } else { !fits });
        }
        Ok(false)
    }

    fn handle(&mut self, packet: Packet) -> Result<(), ConnectionEnd> {
        match packet {
            Packet::Publish(inbound) => self.deliver(inbound),
            Packet::PubAck { id, reason } => self.outcome(|outbox| outbox.puback(id, reason)),
            Packet::PubComp { id, reason } => self.outcome(|outbox| outbox.pubcomp(id, reason)),
            Packet::SubAck { id, reason } => self.subscribed(id, reason),
            Packet::PubRec { id, reason } => self.received(id, reason),
            Packet::PubRel { id } => self.context.shared.core.lock().inbox.released(id),
            Packet::PingResp => self.ping_sent = None,
            Packet::Other => {}
            Packet::ConnAck { .. } => return Err(self.malformed(Malformed::forbidden("a second CONNACK"))),
            Packet::Disconnect { reason, text } => {
                let cause = if reason == ReasonCode::SessionTakenOver {
                    Cause::TakenOver
                } else {
                    Cause::ClosedByPeer
                };
                let text = text.map(|text| format!(": {text}")).unwrap_or_default();
                let detail = format!("the platform disconnected with reason {:#04x}{text}", reason.code());
                let blame = if reason.is_no_answer() {
                    Blame::Nobody
                } else {
                    Blame::Platform
                };
                return Err(ConnectionEnd::Lost { detail, cause, blame });
            }
        }
        Ok(())
    }

    /// Reports the end that an acknowledgement brings; one for nothing we sent is only counted.
    fn outcome(&mut self, acknowledge: impl FnOnce(&mut Outbox) -> Option<End>) {
        let mut events = Vec::new();
        {
            let core = &mut *self.context.shared.core.lock();
            match acknowledge(&mut core.outbox) {
                Some(end) => core.settle(&mut vec![end], &mut events),
                None => core.stats.stray_acks += 1,
            }
        }
        self.context.emit(events);
    }

    fn subscribed(&mut self, id: u16, reason: ReasonCode) {
        if let Some((filter, qos)) = self.asked.remove(&id) {
            let known = self
                .context
                .subscriptions
                .iter()
                .position(|(other, _)| *other == filter);
            match (known, reason.is_failure()) {
                (Some(at), true) => {
                    base::lines::subscription_refused(&filter, &reason.code());
                    self.context.subscriptions.remove(at);
                }
                (Some(at), false) => {
                    if let Some(known) = self.context.subscriptions.get_mut(at) {
                        known.1 = qos;
                    }
                }
                (None, true) => {}
                (None, false) => self.context.subscriptions.push((filter, qos)),
            }
            if !self.announced {
                self.context.shared.core.lock().outbox.release_id(id);
                self.restoring -= 1;
                if self.restoring == 0 {
                    self.announce();
                }
                return;
            }
        }
        self.outcome(|outbox| outbox.suback(id, reason));
    }

    fn received(&mut self, id: u16, reason: ReasonCode) {
        let mut events = Vec::new();
        let answer = {
            let core = &mut *self.context.shared.core.lock();
            match core.outbox.pubrec(id, reason, self.context.shared.now()) {
                Received::Release => Some(ReasonCode::Success),
                Received::Ended(end) => {
                    core.settle(&mut vec![end], &mut events);
                    None
                }
                Received::Unknown => {
                    core.stats.stray_acks += 1;
                    Some(ReasonCode::PacketIdNotFound)
                }
            }
        };
        self.context.emit(events);
        if let Some(reason) = answer {
            let codec = self.codec;
            self.append(|out| codec.ack(out, Reply::Rel, id, reason));
        }
    }

    fn deliver(&mut self, inbound: Inbound) {
        let Inbound {
            topic,
            payload,
            qos,
            retain,
            dup,
            packet_id,
            properties,
        } = inbound;
        let arrival = {
            let core = &mut *self.context.shared.core.lock();
            core.stats.received += 1;
            core.inbox.arrived(packet_id, qos, topic.len() + payload.len())
        };
        if let Arrival::Deliver(ack) = arrival {
            let message = Incoming {
                topic,
                payload,
                qos,
                retain,
                dup,
                packet_id,
                properties,
                ack,
            };
            self.context.emit([Event::Message(message)]);
        }
    }

    /// The end of a connection on which the platform breaks the rules; an MQTT 5 server is told so.
    fn malformed(&mut self, why: Malformed) -> ConnectionEnd {
        self.rejection = Some(why.reason);
        ConnectionEnd::Lost {
            detail: format!("the platform sent {}", why.text),
            cause: Cause::Network,
            blame: Blame::Link,
        }
    }
}
