//! Soft bus: tells each member which buses exist (the group list), repeats that until the device has answered,
//! and answers queries with keys and members. Time comes as an argument, so redelivery is tested without waiting.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::devices::Devices;
use super::groups::{Bus, Change, Group, Groups};
use super::outcome::{Outcome, event_time};
use super::requests::read_answer;
use crate::random;

const SERVICE: &str = "$oh_soft_bus";
/// Answers that wait; more are dropped.
const MOST_LATE: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyForm {
    /// 16 lower-case hexadecimal characters.
    Hex16,
    /// 20 letters and digits.
    Alnum20,
}

/// What a member's device_ip is when it has never reported one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingIp {
    Empty,
    Absent,
}

/// Points on which the platform's behaviour is not known for certain, or which a test wants to vary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    pub redelivery_ms: u64,
    /// A redelivered list gets a new request id instead of the old one.
    pub new_request_id: bool,
    pub key: KeyForm,
    /// Every update of the group makes a new key.
    pub rotate_key: bool,
    pub missing_ip: MissingIp,
    /// Push a list when the device has logged in.
    pub push_on_online: bool,
    /// Count a member's new address as an update of its groups.
    pub push_on_address: bool,
    /// Off: queries are recorded but not answered.
    pub answer_queries: bool,
    /// Answer a query so much later.
    pub answer_delay_ms: u64,
    /// Answer with each bus as it was before its last change that a query saw.
    pub answer_old_list: bool,
    /// How often each answer is sent.
    pub answer_times: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            redelivery_ms: 5000,
            new_request_id: false,
            key: KeyForm::Hex16,
            rotate_key: false,
            missing_ip: MissingIp::Empty,
            push_on_online: true,
            push_on_address: false,
            answer_queries: true,
            answer_delay_ms: 0,
            answer_old_list: false,
            answer_times: 1,
        }
    }
}

impl Rules {
    pub fn fresh_key(&self) -> String {
        match self.key {
            KeyForm::Hex16 => random::hex::<8>(),
            KeyForm::Alnum20 => random::alphanumeric(20),
        }
    }

    /// The key that comes with an update, if updates bring one.
    pub fn key_of_update(&self) -> Option<String> {
        self.rotate_key.then(|| self.fresh_key())
    }
}

/// A list on its way: sent, not answered.
#[derive(Debug)]
struct Pending {
    request_ids: Vec<String>,
    body: Value,
    gone: Vec<String>,
    next: Instant,
}

#[derive(Debug, Default)]
struct Member {
    online: bool,
    synchronised: bool,
    /// Buses that the device still has to be told are deleted.
    gone: Vec<String>,
    pending: Option<Pending>,
}

#[derive(Debug, Default)]
pub struct SoftBus {
    pub rules: Rules,
    members: BTreeMap<String, Member>,
    /// By bus: as the last query saw it, and as it was before that.
    seen: BTreeMap<String, (Value, Option<Value>)>,
    /// Answers that are to leave later: when, for whom, on which topic.
    late: Vec<(Instant, String, String, Value)>,
}

impl SoftBus {
    /// The console's half or full circle beside a member.
    pub fn is_synchronised(&self, device: &str) -> bool {
        self.members.get(device).is_some_and(|m| m.synchronised)
    }

    pub fn on_online(&mut self, groups: &Groups, device: &str, now: Instant, out: &mut Outcome) {
        self.members.entry(device.to_string()).or_default().online = true;
        if self.rules.push_on_online {
            self.push(groups, device, now, out);
        }
    }

    pub fn on_offline(&mut self, device: &str) {
        if let Some(member) = self.members.get_mut(device) {
            member.online = false;
            member.pending = None;
            // Nothing to remember: whoever may log in with any name leaves nothing behind.
            if !member.synchronised && member.gone.is_empty() {
                self.members.remove(device);
            }
        }
    }

    /// A group or its bus has changed, or the operator asked for a synchronisation.
    pub fn on_change(&mut self, groups: &Groups, change: &Change, now: Instant, out: &mut Outcome) {
        for (device, bus) in &change.gone {
            let gone = &mut self.members.entry(device.clone()).or_default().gone;
            if !gone.contains(bus) {
                gone.push(bus.clone());
            }
        }
        let mut concerned: Vec<&String> = change.members.iter().collect();
        for (device, _) in &change.gone {
            if !concerned.contains(&device) {
                concerned.push(device);
            }
        }
        for device in concerned {
            self.members.entry(device.clone()).or_default().synchronised = false;
            self.push(groups, device, now, out);
        }
    }

    /// A member's address has changed.
    pub fn on_address(&mut self, groups: &Groups, device: &str, now: Instant, out: &mut Outcome) {
        if !self.rules.push_on_address {
            return;
        }
        let members: Vec<String> = groups
            .buses_of(device)
            .flat_map(|(group, _)| group.members.iter())
            .filter(|member| *member != device)
            .cloned()
            .collect();
        self.on_change(
            groups,
            &Change {
                members,
                gone: Vec::new(),
            },
            now,
            out,
        );
    }

    fn push(&mut self, groups: &Groups, device: &str, now: Instant, out: &mut Outcome) {
        let interval = Duration::from_millis(self.rules.redelivery_ms);
        let Some(member) = self.members.get_mut(device).filter(|m| m.online) else {
            return;
        };
        let current: Vec<&Bus> = groups.buses_of(device).map(|(_, bus)| bus).collect();
        member.gone.retain(|id| current.iter().all(|bus| bus.id != *id));
        if current.is_empty() && member.gone.is_empty() {
            member.pending = None;
            return;
        }
        let mut properties = Map::new();
        for bus in current {
            properties.insert(bus.id.clone(), json!({ "version": bus.version }));
        }
        for id in &member.gone {
            properties.insert(id.clone(), json!({ "version": -1 }));
        }
        let body = json!({
            "object_device_id": device,
            "services": [{ "service_id": SERVICE, "properties": properties }],
        });
        let request_id = random::uuid();
        out.down(device, set_topic(device, &request_id), &body);
        member.synchronised = false;
        member.pending = Some(Pending {
            request_ids: vec![request_id],
            body,
            gone: member.gone.clone(),
            next: now + interval,
        });
    }

    /// Answer to a property set; not every one concerns a group list.
    pub fn on_answer(&mut self, device: &str, request_id: &str, payload: &[u8], now: Instant, out: &mut Outcome) {
        let interval = Duration::from_millis(self.rules.redelivery_ms);
        let Some(member) = self.members.get_mut(device) else {
            return;
        };
        let Some(pending) = member
            .pending
            .as_mut()
            .filter(|p| p.request_ids.iter().any(|id| id == request_id))
        else {
            return;
        };
        match read_answer(payload).map(|(code, _)| code) {
            Some(0) => {
                let told = std::mem::take(&mut pending.gone);
                member.gone.retain(|id| !told.contains(id));
                member.pending = None;
                member.synchronised = true;
                out.note(device, "group list answered: synchronised");
            }
            code => {
                pending.next = now + interval;
                let code = code.map_or("unreadable".to_string(), |c| c.to_string());
                out.note(
                    device,
                    format!("group list answered with result {code}: not synchronised"),
                );
            }
        }
    }

    /// Sends again what is unanswered for too long.
    pub fn due(&mut self, now: Instant, out: &mut Outcome) {
        let interval = Duration::from_millis(self.rules.redelivery_ms);
        for (device, member) in &mut self.members {
            let Some(pending) = member.pending.as_mut().filter(|p| p.next <= now) else {
                continue;
            };
            if self.rules.new_request_id {
                pending.request_ids.push(random::uuid());
            }
            if let Some(request_id) = pending.request_ids.last() {
                out.down(device, set_topic(device, request_id), &pending.body);
            }
            pending.next = now + interval;
        }
        let (due, later) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|(at, ..)| *at <= now);
        self.late = later;
        let due: Vec<_> = due;
        for (_, device, topic, body) in due {
            out.down(&device, topic, &body);
        }
    }

    pub fn next_due(&self) -> Option<Instant> {
        let pending = self.members.values().filter_map(|m| m.pending.as_ref());
        let late = self.late.iter().map(|(at, ..)| *at);
        pending.map(|p| p.next).chain(late).min()
    }

    /// Answers `soft_bus_config_request`. `object` is the device itself or a child of it.
    pub fn on_query(
        &mut self,
        (groups, devices): (&Groups, &Devices),
        (device, object): (&str, &str),
        service: &Value,
        now: Instant,
        out: &mut Outcome,
    ) {
        if !self.rules.answer_queries {
            out.note(device, "soft bus query left unanswered, as the rules say");
            return;
        }
        let wanted = service
            .get("paras")
            .and_then(|p| p.get("bus_id"))
            .and_then(Value::as_str);
        let child = devices.is_child(device, object);
        let found: Vec<Value> = if object == device || child {
            groups
                .buses_of(object)
                .filter(|(_, bus)| wanted.is_none_or(|id| id == bus.id))
                .map(|(group, bus)| (bus.id.clone(), self.bus_info(group, bus, devices)))
                .collect::<Vec<_>>()
                .into_iter()
                .map(|(id, info)| self.as_answered(id, info))
                .collect()
        } else {
            Vec::new()
        };
        let mut paras = json!({ "bus_count": found.len() });
        if found.is_empty() && (wanted.is_some() || (object != device && !child)) {
            paras["error_info"] = json!({ "error_code": "IOTDA.003002", "error_msg": "No such soft bus group." });
        }
        paras["bus_infos"] = Value::Array(found);
        let asked_id = service
            .get("event_id")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty());
        let body = json!({
            "object_device_id": object,
            "services": [{
                "service_id": SERVICE,
                "event_type": "soft_bus_config_response",
                "event_time": event_time(),
                "event_id": asked_id.map_or_else(random::uuid, str::to_string),
                "paras": paras,
            }],
        });
        let topic = format!("$oc/devices/{device}/sys/events/down");
        for _ in 0..self.rules.answer_times {
            match self.rules.answer_delay_ms {
                0 => out.down(device, topic.clone(), &body),
                delay if self.late.len() < MOST_LATE => {
                    let at = now + Duration::from_millis(delay);
                    self.late.push((at, device.to_string(), topic.clone(), body.clone()));
                }
                _ => out.note(device, "too many late answers: this one is dropped"),
            }
        }
    }

    /// The bus as the rules want it told.
    fn as_answered(&mut self, id: String, info: Value) -> Value {
        let (latest, old) = self.seen.entry(id).or_insert_with(|| (info.clone(), None));
        if *latest != info {
            *old = Some(std::mem::replace(latest, info));
        }
        match (self.rules.answer_old_list, old) {
            (true, Some(old)) => old.clone(),
            _ => latest.clone(),
        }
    }

    fn bus_info(&self, group: &Group, bus: &Bus, devices: &Devices) -> Value {
        let members: Vec<Value> = group
            .members
            .iter()
            .map(|id| {
                match (
                    devices.get(id).and_then(|d| d.info.device_ip.as_deref()),
                    self.rules.missing_ip,
                ) {
                    (Some(ip), _) => json!({ "device_id": id, "device_ip": ip }),
                    (None, MissingIp::Empty) => json!({ "device_id": id, "device_ip": "" }),
                    (None, MissingIp::Absent) => json!({ "device_id": id }),
                }
            })
            .collect();
        json!({
            "bus_id": bus.id,
            "version": bus.version,
            "bus_name": bus.name,
            "bus_key": bus.key,
            "device_count": members.len(),
            "devices_info": members,
        })
    }
}

fn set_topic(device: &str, request_id: &str) -> String {
    format!("$oc/devices/{device}/sys/properties/set/request_id={request_id}")
}

#[cfg(test)]
#[path = "softbus_tests.rs"]
mod tests;
