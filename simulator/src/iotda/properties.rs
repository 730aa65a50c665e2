//! Properties: reports of a device and of a gateway's children go to the shadow; set and get are requests.

use serde_json::{Map, Value, json};

use super::outcome::{Outcome, event_time};
use super::requests::{Request, Requests, What, read_answer};
use super::shadow::Shadow;

pub fn set_topic(via: &str, request_id: &str) -> String {
    format!("$oc/devices/{via}/sys/properties/set/request_id={request_id}")
}

pub fn get_topic(via: &str, request_id: &str) -> String {
    format!("$oc/devices/{via}/sys/properties/get/request_id={request_id}")
}

pub fn set_body(device: &str, services: &[(String, Map<String, Value>)]) -> Value {
    let list: Vec<Value> = services
        .iter()
        .map(|(id, properties)| json!({ "service_id": id, "properties": properties }))
        .collect();
    json!({ "object_device_id": device, "services": list })
}

pub fn get_body(device: &str, service: Option<&str>) -> Value {
    match service {
        Some(service) => json!({ "object_device_id": device, "service_id": service }),
        None => json!({ "object_device_id": device }),
    }
}

/// Puts a list of services into the shadow of `device`.
fn store(shadow: &mut Shadow, device: &str, services: Option<&Value>, out: &mut Outcome) {
    let Some(services) = services.and_then(Value::as_array) else {
        out.note(device, "a property report without a list of services");
        return;
    };
    let now = event_time();
    for service in services {
        let Some(id) = service.get("service_id").and_then(Value::as_str) else {
            out.note(device, "a property report without service_id");
            continue;
        };
        let time = service.get("event_time").and_then(Value::as_str).unwrap_or(&now);
        match service.get("properties").and_then(Value::as_object) {
            Some(properties) => shadow.report(device, id, properties, time, out),
            None => out.note(device, format!("properties of service {id} are no object")),
        }
    }
}

pub fn on_report(shadow: &mut Shadow, device: &str, payload: &[u8], out: &mut Outcome) {
    match serde_json::from_slice::<Value>(payload) {
        Ok(body) => store(shadow, device, body.get("services"), out),
        Err(_) => out.note(device, "a property report that is not JSON"),
    }
}

/// Report of a gateway about its children.
pub fn on_batch(
    shadow: &mut Shadow,
    gateway: &str,
    payload: &[u8],
    is_child: impl Fn(&str) -> bool,
    out: &mut Outcome,
) {
    let Ok(body) = serde_json::from_slice::<Value>(payload) else {
        out.note(gateway, "a property report that is not JSON");
        return;
    };
    for entry in body.get("devices").and_then(Value::as_array).into_iter().flatten() {
        let id = entry.get("device_id").and_then(Value::as_str).unwrap_or(gateway);
        match id == gateway || is_child(id) {
            true => store(shadow, id, entry.get("services"), out),
            false => out.note(gateway, format!("reported properties of {id}, which is no child of it")),
        }
    }
}

/// Answer to a property set; true if it answered one of the operator's.
pub fn on_set_answer(requests: &mut Requests, via: &str, id: &str, payload: &[u8], out: &mut Outcome) -> bool {
    let known = requests.get(id).is_some_and(|r| r.what == What::PropertySet);
    match read_answer(payload) {
        Some(answer) if known => {
            requests.answer(via, What::PropertySet, id, answer, out);
        }
        None if known => out.note(via, format!("the answer to property set {id} is not readable")),
        _ => {}
    }
    known
}

/// Answer to a property get: what the device says is what it has.
pub fn on_get_answer(
    (requests, shadow): (&mut Requests, &mut Shadow),
    via: &str,
    id: &str,
    payload: &[u8],
    out: &mut Outcome,
) -> Option<Request> {
    let Ok(body) = serde_json::from_slice::<Value>(payload) else {
        out.note(via, format!("the answer to property get {id} is not readable"));
        return None;
    };
    let services = body.get("services").cloned();
    let request = requests.answer(via, What::PropertyGet, id, (0, body), out)?;
    store(shadow, &request.device, services.as_ref(), out);
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_fill_the_shadow() {
        let (mut shadow, mut out) = (Shadow::default(), Outcome::default());
        let report = br#"{"services":[{"service_id":"s","event_time":"20260101T000000Z","properties":{"t":21.5}},{}]}"#;
        on_report(&mut shadow, "d", report, &mut out);
        let list = shadow.list("d", None);
        assert_eq!(
            list[0]["reported"],
            json!({"properties": {"t": 21.5}, "event_time": "20260101T000000Z"})
        );
        assert_eq!(list[0]["desired"], Value::Null);
        on_report(&mut shadow, "d", b"<xml/>", &mut out);
        on_report(
            &mut shadow,
            "d",
            br#"{"services":[{"service_id":"s","properties":[]}]}"#,
            &mut out,
        );
        assert_eq!(out.notes.len(), 3);
    }

    #[test]
    fn a_gateway_reports_for_its_children() {
        let (mut shadow, mut out) = (Shadow::default(), Outcome::default());
        let services = json!([{"service_id": "s", "properties": {"t": 1}}]);
        let report = json!({"devices": [{"device_id": "child", "services": services},
            {"device_id": "stranger", "services": services}]});
        on_batch(
            &mut shadow,
            "gate",
            report.to_string().as_bytes(),
            |id| id == "child",
            &mut out,
        );
        assert_eq!(shadow.list("child", None)[0]["version"], 1);
        assert_eq!(shadow.list("stranger", None), json!([]));
        assert_eq!(out.notes.len(), 1);
    }
}
