//! Device shadow: per service what the operator desires and what the device reported, with a version that counts changes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::outcome::Outcome;

#[derive(Debug, Clone, Default, PartialEq)]
struct Part {
    properties: Map<String, Value>,
    event_time: Option<String>,
}

impl Part {
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

#[derive(Debug, Clone, Default)]
struct Service {
    desired: Part,
    reported: Part,
    version: u64,
}

#[derive(Debug, Default)]
pub struct Shadow {
    devices: BTreeMap<String, BTreeMap<String, Service>>,
}

impl Shadow {
    fn service(&mut self, device: &str, service: &str) -> &mut Service {
        let services = self.devices.entry(device.to_string()).or_default();
        services.entry(service.to_string()).or_default()
    }

    pub fn report(&mut self, device: &str, service: &str, properties: &Map<String, Value>, event_time: &str) {
        let service = self.service(device, service);
        if service.reported.merge(properties, event_time) {
            service.version += 1;
        }
    }

    /// The version after it.
    pub fn desire(&mut self, device: &str, service: &str, properties: &Map<String, Value>, event_time: &str) -> u64 {
        let service = self.service(device, service);
        if service.desired.merge(properties, event_time) {
            service.version += 1;
        }
        service.version
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
        let mut shadow = Shadow::default();
        let (on, off) = (members(json!({"on": true})), members(json!({"on": false})));
        shadow.report("d", "lamp", &on, "t1");
        shadow.report("d", "lamp", &on, "t2");
        assert_eq!(shadow.list("d", None)[0]["version"], 1);
        assert_eq!(shadow.desire("d", "lamp", &off, "t3"), 2);
        assert_eq!(shadow.desire("d", "lamp", &off, "t4"), 2);
        assert_eq!(shadow.difference("d"), [("lamp".to_string(), off.clone())]);
        shadow.report("d", "lamp", &off, "t5");
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
            shadow.desire(id, "s", &members(json!({"x": id})), "t");
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
}
