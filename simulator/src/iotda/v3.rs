//! The older `/huawei/v1/devices/{id}/…` topics: reports, commands with a message number, their answers.

use serde_json::{Value, json};

use super::outcome::{Outcome, event_time};
use super::requests::{Requests, What};
use super::shadow::Shadow;

#[derive(Debug, Default)]
pub struct V3 {
    mid: u16,
}

pub fn topic(device: &str, binary: bool) -> String {
    let form = if binary { "binary" } else { "json" };
    format!("/huawei/v1/devices/{device}/command/{form}")
}

impl V3 {
    /// The next message number, 1 to 65535.
    pub fn next_mid(&mut self) -> u16 {
        self.mid = self.mid.checked_add(1).unwrap_or(1);
        self.mid
    }
}

pub fn body(service: &str, cmd: &str, paras: &Value, mid: u16) -> Value {
    json!({ "msgType": "cloudReq", "serviceId": service, "cmd": cmd, "paras": paras, "mid": mid, "hasMore": 0 })
}

/// `data/json`: a report, or the answer to a command.
pub fn on_json((requests, shadow): (&mut Requests, &mut Shadow), device: &str, payload: &[u8], out: &mut Outcome) {
    let Ok(body) = serde_json::from_slice::<Value>(payload) else {
        out.note(device, "data/json is not JSON");
        return;
    };
    match body.get("msgType").and_then(Value::as_str) {
        Some("deviceRsp") => {
            let mid = body.get("mid").map(Value::to_string).unwrap_or_default();
            let code = body.get("errcode").and_then(Value::as_i64).unwrap_or_default();
            let known = requests.get(&mid).is_some();
            requests.answer(device, What::CommandV3, &mid, (code, body), out);
            if !known {
                out.note(device, format!("answered a V3 command that was not sent, mid {mid}"));
            }
        }
        Some("deviceReq") => {
            let now = event_time();
            for data in body.get("data").and_then(Value::as_array).into_iter().flatten() {
                let text = |key| data.get(key).and_then(Value::as_str);
                match (text("serviceId"), data.get("serviceData").and_then(Value::as_object)) {
                    (Some(service), Some(properties)) => {
                        shadow.report(device, service, properties, text("eventTime").unwrap_or(&now), out);
                    }
                    _ => out.note(device, "a V3 report without serviceId or serviceData"),
                }
            }
        }
        _ => out.note(device, "data/json is neither deviceReq nor deviceRsp"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::requests::{Ask, State};
    use super::*;

    #[test]
    fn reports_answers_and_numbers() {
        let (mut requests, mut shadow, mut out) = (Requests::default(), Shadow::default(), Outcome::default());
        let report = br#"{"msgType":"deviceReq","data":[{"serviceId":"s","serviceData":{"x":1}},{"serviceId":"t"}]}"#;
        on_json((&mut requests, &mut shadow), "d", report, &mut out);
        assert_eq!(shadow.list("d", None)[0]["reported"]["properties"], json!({"x": 1}));
        assert_eq!(out.notes.len(), 1);
        let ask = Ask {
            request_id: "1".into(),
            device: "d",
            via: "d",
            what: What::CommandV3,
            name: "c",
            topic: topic("d", false),
            body: body("s", "c", &json!({}), 1),
            timeout: Duration::from_secs(1),
        };
        requests.ask(ask, Instant::now(), &mut out);
        let answer = br#"{"msgType":"deviceRsp","mid":1,"errcode":3,"body":{}}"#;
        on_json((&mut requests, &mut shadow), "d", answer, &mut out);
        assert_eq!(requests.get("1").unwrap().state(), State::Answered(3));
        let mut v3 = V3 { mid: 65534 };
        assert_eq!((v3.next_mid(), v3.next_mid()), (65535, 1));
    }
}
