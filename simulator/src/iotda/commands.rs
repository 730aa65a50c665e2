//! Commands: `…/sys/commands/request_id={id}`, answered on `…/sys/commands/response/request_id={id}`.

use serde_json::{Value, json};

use super::outcome::Outcome;
use super::requests::{Requests, What, read_answer};

pub fn topic(via: &str, request_id: &str) -> String {
    format!("$oc/devices/{via}/sys/commands/request_id={request_id}")
}

pub fn body(device: &str, service: &str, name: &str, paras: &Value) -> Value {
    json!({ "object_device_id": device, "service_id": service, "command_name": name, "paras": paras })
}

pub fn on_answer(requests: &mut Requests, via: &str, id: &str, payload: &[u8], out: &mut Outcome) {
    match read_answer(payload) {
        Some(answer) => {
            let known = requests.get(id).is_some();
            requests.answer(via, What::Command, id, answer, out);
            if !known {
                out.note(via, format!("answered a command that was not sent, {id}"));
            }
        }
        None => out.note(via, format!("the answer to command {id} is not readable")),
    }
}
