//! Time synchronisation: a request with the device's time is answered with the platform's.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::event;
use super::outcome::Outcome;

fn now_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub fn on_request(device: &str, service: &Value, out: &mut Outcome) {
    let sent = service.get("paras").and_then(|p| p.get("device_send_time"));
    let Some(sent) = sent.filter(|v| v.is_number() || v.is_string()) else {
        out.note(device, "a time request without device_send_time");
        return;
    };
    let now = now_ms();
    let paras = json!({ "device_send_time": sent, "server_recv_time": now, "server_send_time": now });
    event::send(device, device, ("$time_sync", "time_sync_response"), None, paras, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_s_time_comes_back() {
        let mut out = Outcome::default();
        on_request("d", &json!({"paras": {"device_send_time": 17}}), &mut out);
        on_request("d", &json!({"paras": {}}), &mut out);
        assert_eq!((out.downlinks.len(), out.notes.len()), (1, 1));
        let body: Value = serde_json::from_slice(&out.downlinks[0].payload).unwrap();
        let paras = &body["services"][0]["paras"];
        assert_eq!(paras["device_send_time"], 17);
        assert!(paras["server_recv_time"].as_i64().unwrap() > 1_700_000_000_000);
        assert_eq!(body["services"][0]["event_type"], "time_sync_response");
    }
}
