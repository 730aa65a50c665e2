//! The envelope of `…/sys/events/down`.

use serde_json::{Value, json};

use super::outcome::{Outcome, event_time};
use crate::random;

/// Sends one event over `via`'s topic; `object` is the device it concerns, `id` the event id of the request it answers.
pub fn send(
    via: &str,
    object: &str,
    (service_id, event_type): (&str, &str),
    id: Option<&str>,
    paras: Value,
    out: &mut Outcome,
) {
    let body = json!({
        "object_device_id": object,
        "services": [{
            "service_id": service_id,
            "event_type": event_type,
            "event_time": event_time(),
            "event_id": id.map_or_else(random::uuid, str::to_string),
            "paras": paras,
        }],
    });
    out.down(via, format!("$oc/devices/{via}/sys/events/down"), &body);
}

/// event_id of a service, if it has one.
pub fn id(service: &Value) -> Option<&str> {
    let id = service.get("event_id").and_then(Value::as_str);
    id.filter(|id| !id.is_empty())
}
