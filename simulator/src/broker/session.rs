//! The MQTT rules of one session: packet ids, acknowledgements of all QoS levels in both directions, aliases.
//! No socket here: packets in, packets out.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::encode;
use super::kept::{Kept, Outgoing};
use super::wire::{Packet, Publish, Reply, Version};
use crate::core::Core;
use crate::faults::Fault;
use crate::ledger::{End, Kind};
use crate::message::Message;

/// Messages that wait for a device's acknowledgements, and their bytes.
const MOST_WAITING: usize = 100_000;
const WAITING_BYTES: usize = 64 * 1024 * 1024;

pub struct Session {
    core: Arc<Core>,
    conn: u64,
    pub device: String,
    version: Version,
    receive_maximum: usize,
    maximum_packet: usize,
    /// Publishes of the device whose acknowledgement a fault withholds.
    withheld: HashSet<u16>,
    unacknowledged: VecDeque<Outgoing>,
    waiting: VecDeque<Message>,
    waiting_bytes: usize,
    /// QoS 2 publishes of the device that are received but not released.
    unreleased: HashSet<u16>,
    aliases: HashMap<u16, String>,
    last_id: u16,
}

impl Session {
    pub fn new(
        core: Arc<Core>,
        conn: u64,
        device: String,
        version: Version,
        (receive_maximum, maximum_packet): (u16, usize),
    ) -> Session {
        Session {
            core,
            conn,
            device,
            version,
            receive_maximum: usize::from(receive_maximum.max(1)),
            maximum_packet,
            withheld: HashSet::new(),
            unacknowledged: VecDeque::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            unreleased: HashSet::new(),
            aliases: HashMap::new(),
            last_id: 0,
        }
    }

    /// Goes on with an earlier session: unacknowledged messages first, marked as duplicates.
    pub fn resume(&mut self, kept: Kept, replies: &mut Vec<Reply>) {
        self.unacknowledged = kept.unacknowledged;
        self.waiting = kept.waiting;
        self.waiting_bytes = self.waiting.iter().map(|m| m.payload.len() + m.topic.len()).sum();
        self.unreleased = kept.unreleased;
        self.last_id = kept.last_id;
        for outgoing in &mut self.unacknowledged {
            if outgoing.released {
                replies.push(Reply::PubRel(outgoing.publish.packet_id));
            } else {
                outgoing.publish.dup = true;
                let event = pushed(&outgoing.publish);
                self.core.ledger.add(self.conn, Some(&self.device), event);
                replies.push(Reply::Publish(outgoing.publish.clone()));
            }
        }
        self.push_waiting(replies);
    }

    pub fn keep(self, valid_until: Instant) -> Kept {
        Kept {
            filters: Vec::new(),
            valid_until,
            unacknowledged: self.unacknowledged,
            waiting: self.waiting,
            unreleased: self.unreleased,
            last_id: self.last_id,
        }
    }

    fn record(&self, kind: Kind) {
        self.core.ledger.add(self.conn, Some(&self.device), kind);
    }

    /// Sends a message now or, when the device takes no more at once, later.
    /// What a device leaves unacknowledged is bounded: more is dropped.
    pub fn push(&mut self, message: Message, replies: &mut Vec<Reply>) {
        let size = message.payload.len() + message.topic.len();
        if self.waiting.len() >= MOST_WAITING || self.waiting_bytes + size > WAITING_BYTES {
            let reason = "the device acknowledges nothing, and enough waits for it".to_string();
            let topic = message.topic;
            return self.record(Kind::Undelivered { topic, reason });
        }
        self.waiting_bytes += size;
        self.waiting.push_back(message);
        self.push_waiting(replies);
    }

    fn push_waiting(&mut self, replies: &mut Vec<Reply>) {
        while let Some(message) = self.waiting.front() {
            if message.qos > 0 && self.unacknowledged.len() >= self.receive_maximum {
                return;
            }
            let Some(message) = self.waiting.pop_front() else {
                return;
            };
            self.waiting_bytes -= message.payload.len() + message.topic.len();
            let qos = message.qos.min(2);
            let publish = Publish {
                topic: message.topic,
                payload: message.payload.into(),
                qos,
                dup: false,
                retain: message.retain,
                packet_id: if qos > 0 { self.free_id() } else { 0 },
                properties: message.properties.filter(|_| self.version == Version::V5),
            };
            match encode::publish_size(self.version, &publish) {
                Ok(size) if size <= self.maximum_packet => {}
                Ok(size) => {
                    let reason = format!("{size} bytes, and the client takes {} at most", self.maximum_packet);
                    let topic = publish.topic;
                    self.record(Kind::Undelivered { topic, reason });
                    continue;
                }
                Err(reason) => {
                    let topic = publish.topic;
                    self.record(Kind::Undelivered { topic, reason });
                    continue;
                }
            }
            self.record(pushed(&publish));
            if qos > 0 {
                self.unacknowledged.push_back(Outgoing {
                    publish: publish.clone(),
                    released: false,
                });
            }
            replies.push(Reply::Publish(publish));
        }
    }

    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if self.unacknowledged.iter().all(|o| o.publish.packet_id != self.last_id) {
                return self.last_id;
            }
        }
    }

    fn acknowledged(&mut self, id: u16, replies: &mut Vec<Reply>) {
        self.unacknowledged.retain(|o| o.publish.packet_id != id);
        self.push_waiting(replies);
    }

    /// Takes a packet of the device. An error ends the connection: how, and the reason code for MQTT 5.
    pub fn on_packet(&mut self, packet: Packet, fault: &mut Fault, replies: &mut Vec<Reply>) -> Result<(), (End, u8)> {
        match packet {
            Packet::Publish(publish) => self.on_publish(publish, fault, replies)?,
            Packet::PubAck(packet_id, reason) => {
                self.record(Kind::PubAck { packet_id, reason });
                self.acknowledged(packet_id, replies);
            }
            Packet::PubRec(packet_id, reason) => {
                self.record(Kind::PubRec { packet_id });
                if reason >= 0x80 {
                    self.acknowledged(packet_id, replies);
                } else {
                    for outgoing in self
                        .unacknowledged
                        .iter_mut()
                        .filter(|o| o.publish.packet_id == packet_id)
                    {
                        outgoing.released = true;
                    }
                    replies.push(Reply::PubRel(packet_id));
                }
            }
            Packet::PubComp(packet_id) => {
                self.record(Kind::PubComp { packet_id });
                self.acknowledged(packet_id, replies);
            }
            Packet::PubRel(packet_id) => {
                self.record(Kind::PubRel { packet_id });
                self.unreleased.remove(&packet_id);
                replies.push(Reply::PubComp(packet_id));
            }
            Packet::Subscribe(packet_id, filters) => {
                let mut codes = self.core.subscribe(self.conn, &self.device, &filters);
                if let Some(code) = fault.suback_code {
                    codes.fill(code);
                } else if self.version == Version::V5 {
                    codes.iter_mut().filter(|c| **c == 0x80).for_each(|c| *c = 0x87);
                }
                self.record(Kind::Subscribe {
                    packet_id,
                    filters,
                    codes: codes.clone(),
                });
                if !fault.withhold_suback {
                    replies.push(Reply::SubAck(packet_id, codes));
                }
                self.core.subscribed(&self.device);
            }
            Packet::Unsubscribe(packet_id, filters) => {
                self.core.unsubscribe(self.conn, &self.device, &filters);
                replies.push(Reply::UnsubAck(packet_id, filters.len()));
                self.record(Kind::Unsubscribe { packet_id, filters });
            }
            Packet::PingReq => {
                self.record(Kind::Ping);
                if !fault.withhold_pingresp {
                    replies.push(Reply::PingResp);
                }
            }
            Packet::Disconnect(reason) => return Err((End::Disconnect(reason), 0)),
        }
        Ok(())
    }

    fn on_publish(
        &mut self,
        mut publish: Publish,
        fault: &mut Fault,
        replies: &mut Vec<Reply>,
    ) -> Result<(), (End, u8)> {
        if let Some(alias) = publish.properties.as_ref().and_then(|p| p.topic_alias) {
            if alias == 0 || alias > self.core.config.topic_alias_maximum {
                return Err((End::Error(format!("topic alias {alias} is not allowed")), 0x94));
            }
            if publish.topic.is_empty() {
                let known = self.aliases.get(&alias).cloned();
                publish.topic = known.ok_or_else(|| (End::Error(format!("topic alias {alias} is not known")), 0x82))?;
            } else {
                self.aliases.insert(alias, publish.topic.clone());
            }
        }
        if publish.topic.is_empty() || publish.topic.contains(['+', '#', '\0']) {
            return Err((End::Error(format!("{:?} is no topic name", publish.topic)), 0x90));
        }
        let (id, qos) = (publish.packet_id, publish.qos);
        if !self.core.with(|state| state.limiter.payload(publish.payload.len())) {
            let text = format!(
                "a payload of {} bytes is more than this platform takes",
                publish.payload.len()
            );
            return Err((End::Error(text), 0x95));
        }
        let allowed = usize::from(self.core.config.receive_maximum);
        let open = self.withheld.len() + self.unreleased.len();
        let again = self.unreleased.contains(&id) || self.withheld.contains(&id);
        if self.version == Version::V5 && allowed > 0 && qos > 0 && !again && open >= allowed {
            let text = format!("more than {allowed} publishes without acknowledgement");
            return Err((End::Error(text), 0x93));
        }
        let known = qos == 2 && !self.unreleased.insert(id);
        let in_time = known
            || self
                .core
                .with(|state| state.limiter.message(&self.device, Instant::now()));
        if !in_time {
            let text = format!("too many messages in this second: one on {} dropped", publish.topic);
            self.record(Kind::Note { text });
        } else if !known {
            self.core.uplink(self.conn, &self.device, &publish);
        }
        if qos == 0 {
            return Ok(());
        }
        if fault.withhold_puback > 0 {
            if fault.withhold_puback != u32::MAX {
                fault.withhold_puback -= 1;
            }
            if qos == 1 {
                self.withheld.insert(id);
            }
            return Ok(());
        }
        let reason = fault.puback_reason.unwrap_or(if in_time { 0 } else { 0x97 });
        self.withheld.remove(&id);
        let acknowledgement = if qos == 1 {
            Reply::PubAck(id, reason)
        } else {
            Reply::PubRec(id, reason)
        };
        if qos == 2 && reason >= 0x80 {
            self.unreleased.remove(&id);
        }
        if fault.duplicate_puback {
            replies.push(acknowledgement.clone());
        }
        replies.push(acknowledgement);
        Ok(())
    }
}

fn pushed(publish: &Publish) -> Kind {
    Kind::Push {
        topic: publish.topic.clone(),
        payload: publish.payload.to_vec(),
        qos: publish.qos,
        dup: publish.dup,
        packet_id: publish.packet_id,
    }
}
