//! Device shadow: per service what the operator desires and what the device reported, with a version that counts changes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::outcome::Outcome;
use super::weight::member;
use crate::error::{Result, refuse};

/// Bytes for the shadows of all devices, unless the configuration says otherwise.
pub const LIMIT: usize = 16 * 1024 * 1024;
/// What a service takes besides its members.
const OVERHEAD: usize = 512;

#[derive(Debug, Clone, Default, PartialEq)]
struct Part {
    properties: Map<String, Value>,
    event_time: Option<String>,
}

impl Part {
    /// By how much the part grows and shrinks if it takes over these members.
    fn change(&self, properties: &Map<String, Value>, event_time: &str) -> (usize, usize) {
        let grows: usize = properties.iter().map(|(name, value)| member(name, value)).sum();
        let replaced = properties.keys().filter_map(|name| self.properties.get_key_value(name));
        let shrinks: usize = replaced.map(|(name, value)| member(name, value)).sum();
        let time = self.event_time.as_ref().map_or(0, String::len);
        (grows + event_time.len(), shrinks + time)
    }

    /// Takes over members; true if one has changed.
    fn merge(&mut self, properties: &Map<String, Value>, event_time: &str) -> bool {
        let mut changed = false;
        for (name, value) in properties {
            changed |= self.properties.insert(name.clone(), value.clone()).as_ref() != Some(value);
        }
        self.event_time = Some(event_time.to_string());
        changed
    }

    /// None while nothing was ever set.
    fn json(&self) -> Option<Value> {
        let time = self.event_time.as_ref()?;
        Some(json!({ "properties": self.properties, "event_time": time }))
    }
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Desired,
    Reported,
}

#[derive(Debug, Clone, Default)]
struct Service {
    desired: Part,
    reported: Part,
    version: u64,
    bytes: usize,
    /// Place in the order of changes.
    changed: u64,
}

/// Bounded by bytes: the services that changed longest ago go first, and what alone is too large is not taken.
#[derive(Debug)]
pub struct Shadow {
    pub limit: usize,
    devices: BTreeMap<String, BTreeMap<String, Service>>,
    /// Device and service by the number of their last change.
    order: BTreeMap<u64, (String, String)>,
    changes: u64,
    bytes: usize,
}

impl Default for Shadow {
    fn default() -> Self {
        Shadow {
            limit: LIMIT,
            devices: BTreeMap::new(),
            order: BTreeMap::new(),
            changes: 0,
            bytes: 0,
        }
    }
}

impl Shadow {
    /// About how many bytes all shadows take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn take(
        &mut self,
        (device, name): (&str, &str),
        side: Side,
        properties: &Map<String, Value>,
        event_time: &str,
        out: &mut Outcome,
    ) -> Result<u64> {
        let known = self.devices.get(device).and_then(|services| services.get(name));
        let fresh = Service {
            bytes: OVERHEAD + 2 * (device.len() + name.len()),
            ..Service::default()
        };
        let service = known.unwrap_or(&fresh);
        let part = match side {
            Side::Desired => &service.desired,
            Side::Reported => &service.reported,
        };
        let (grows, shrinks) = part.change(properties, event_time);
        let bytes = (service.bytes + grows).saturating_sub(shrinks);
        if bytes > self.limit {
            let limit = self.limit;
            return refuse(format!(
                "service {name} would take {bytes} bytes of the {limit} that shadows may take"
            ));
        }
        let services = self.devices.entry(device.to_string()).or_default();
        let service = services.entry(name.to_string()).or_insert(fresh);
        let before = match self.order.remove(&service.changed) {
            Some(_) => service.bytes,
            None => 0,
        };
        self.changes += 1;
        self.order.insert(self.changes, (device.to_string(), name.to_string()));
        self.bytes = self.bytes - before + bytes;
        (service.bytes, service.changed) = (bytes, self.changes);
        let part = match side {
            Side::Desired => &mut service.desired,
            Side::Reported => &mut service.reported,
        };
        service.version += u64::from(part.merge(properties, event_time));
        let version = service.version;
        let mut gone = 0;
        while self.bytes > self.limit {
            gone += 1;
            self.drop_oldest();
        }
        if gone > 0 {
            let limit = self.limit;
            out.note(
                device,
                format!(
                    "shadows take more than {limit} bytes: the {gone} services that changed longest ago are dropped"
                ),
            );
        }
        Ok(version)
    }

    fn drop_oldest(&mut self) {
        let Some((_, (device, name))) = self.order.pop_first() else {
            return;
        };
        if let Some(services) = self.devices.get_mut(&device) {
            self.bytes -= services.remove(&name).map_or(0, |service| service.bytes);
            if services.is_empty() {
                self.devices.remove(&device);
            }
        }
    }

    pub fn report(
        &mut self,
        device: &str,
        service: &str,
        properties: &Map<String, Value>,
        event_time: &str,
        out: &mut Outcome,
    ) {
        if let Err(why) = self.take((device, service), Side::Reported, properties, event_time, out) {
            out.note(device, format!("a property report is not taken: {why}"));
        }
    }

    /// The version after it.
    pub fn desire(
        &mut self,
        device: &str,
        service: &str,
        properties: &Map<String, Value>,
        event_time: &str,
        out: &mut Outcome,
    ) -> Result<u64> {
        self.take((device, service), Side::Desired, properties, event_time, out)
    }

    /// Desired members that the device has not reported so, by service.
    pub fn difference(&self, device: &str) -> Vec<(String, Map<String, Value>)> {
        let services = self.devices.get(device).into_iter().flatten();
        services
            .filter_map(|(id, service)| {
                let open: Map<String, Value> = service
                    .desired
                    .properties
                    .iter()
                    .filter(|(name, value)| service.reported.properties.get(*name) != Some(*value))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                (!open.is_empty()).then(|| (id.clone(), open))
            })
            .collect()
    }

    /// The list as a device gets it; of one service or of all. A part that was never set is left out.
    pub fn list(&self, device: &str, wanted: Option<&str>) -> Value {
        let services = self.devices.get(device).into_iter().flatten();
        services
            .filter(|(id, _)| wanted.is_none_or(|w| w == *id))
            .map(|(id, service)| {
                let mut entry = json!({ "service_id": id, "version": service.version });
                for (name, part) in [("desired", &service.desired), ("reported", &service.reported)] {
                    if let Some(part) = part.json() {
                        entry[name] = part;
                    }
                }
                entry
            })
            .collect()
    }

    /// Answers `shadow/get` of `device` about itself or, where `children` has it, about a child.
    pub fn on_get(
        &self,
        device: &str,
        request_id: &str,
        payload: &[u8],
        is_child: impl Fn(&str) -> bool,
        out: &mut Outcome,
    ) {
        let Ok(body) = serde_json::from_slice::<Value>(payload) else {
            out.note(device, "asked for a shadow with a text that is not JSON: not answered");
            return;
        };
        let text = |key| body.get(key).and_then(Value::as_str);
        let object = text("object_device_id").unwrap_or(device);
        let shadow = match object == device || is_child(object) {
            true => self.list(object, text("service_id")),
            false => {
                out.note(
                    device,
                    format!("asked for the shadow of {object}, which is no child of it"),
                );
                json!([])
            }
        };
        let topic = format!("$oc/devices/{device}/sys/shadow/get/response/request_id={request_id}");
        out.down(device, topic, &json!({ "object_device_id": object, "shadow": shadow }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn versions_count_changes_of_either_side() {
        let (mut shadow, mut out) = (Shadow::default(), Outcome::default());
        let (on, off) = (members(json!({"on": true})), members(json!({"on": false})));
        shadow.report("d", "lamp", &on, "t1", &mut out);
        shadow.report("d", "lamp", &on, "t2", &mut out);
        assert_eq!(shadow.list("d", None)[0]["version"], 1);
        assert_eq!(shadow.desire("d", "lamp", &off, "t3", &mut out).unwrap(), 2);
        assert_eq!(shadow.desire("d", "lamp", &off, "t4", &mut out).unwrap(), 2);
        assert_eq!(shadow.difference("d"), [("lamp".to_string(), off.clone())]);
        shadow.report("d", "lamp", &off, "t5", &mut out);
        assert!(shadow.difference("d").is_empty());
        assert_eq!(
            shadow.list("d", Some("lamp")),
            json!([{"service_id": "lamp", "version": 3,
                "desired": {"properties": {"on": false}, "event_time": "t4"},
                "reported": {"properties": {"on": false}, "event_time": "t5"}}])
        );
        assert_eq!(shadow.list("d", Some("other")), json!([]));
    }

    #[test]
    fn get_is_answered_for_the_device_and_its_children_only() {
        let mut shadow = Shadow::default();
        for id in ["d", "child", "stranger"] {
            let wanted = members(json!({"x": id}));
            shadow.desire(id, "s", &wanted, "t", &mut Outcome::default()).unwrap();
        }
        let get = |payload: &str| {
            let mut out = Outcome::default();
            shadow.on_get("d", "7", payload.as_bytes(), |id| id == "child", &mut out);
            let down = out.downlinks.pop().unwrap();
            assert_eq!(down.topic, "$oc/devices/d/sys/shadow/get/response/request_id=7");
            serde_json::from_slice::<Value>(&down.payload).unwrap()
        };
        assert_eq!(get("{}")["shadow"][0]["desired"]["properties"]["x"], "d");
        assert_eq!(get(r#"{"service_id":"none"}"#)["shadow"], json!([]));
        let child = get(r#"{"object_device_id":"child"}"#);
        assert_eq!(
            (&child["object_device_id"], child["shadow"].as_array().unwrap().len()),
            (&json!("child"), 1)
        );
        assert_eq!(get(r#"{"object_device_id":"stranger"}"#)["shadow"], json!([]));
        assert_eq!(
            get("{}")["shadow"][0].get("reported"),
            None,
            "what is unset is left out"
        );
        let mut out = Outcome::default();
        shadow.on_get("d", "7", b"not json", |_| false, &mut out);
        assert!(out.downlinks.is_empty() && out.notes[0].text.contains("not JSON"));
    }

    #[test]
    fn bytes_are_bounded_and_the_oldest_change_goes_first() {
        let (mut shadow, mut out) = (Shadow::default(), Outcome::default());
        shadow.limit = 40_000;
        let large = |size: usize| members(json!({"x": "y".repeat(size)}));
        for n in 0..10 {
            shadow.report("d", &format!("s{n}"), &large(8_000), "t", &mut out);
            shadow.report("d", "s0", &large(n), "t", &mut out);
            assert!(shadow.bytes() <= 40_000, "{}", shadow.bytes());
        }
        let left = |shadow: &Shadow| {
            let list = shadow.list("d", None);
            let ids = list.as_array().unwrap().iter();
            ids.map(|s| s["service_id"].as_str().unwrap().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(left(&shadow), ["s0", "s6", "s7", "s8", "s9"], "s0 changed in between");
        assert!(out.notes[0].text.contains("dropped"), "{}", out.notes[0].text);
        let (before, notes) = (shadow.bytes(), out.notes.len());
        shadow.report("d", "s9", &large(40_000), "t", &mut out);
        assert!(out.notes[notes].text.contains("not taken"), "{}", out.notes[notes].text);
        assert!(shadow.desire("e", "s", &large(40_000), "t", &mut out).is_err());
        assert_eq!((shadow.bytes(), left(&shadow).len()), (before, 5));
        // Members that replace others count once.
        for _ in 0..100 {
            shadow.report("d", "s9", &large(8_000), "t", &mut out);
        }
        assert_eq!(shadow.bytes(), before);
        for n in 0..5 {
            shadow.report(&format!("other{n}"), "s", &large(30_000), "t", &mut out);
        }
        assert_eq!(
            (left(&shadow).len(), shadow.devices.len(), shadow.order.len()),
            (0, 1, 1)
        );
    }
}
