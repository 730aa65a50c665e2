//! File URL requests: answered with a URL on this machine where nothing listens, so that a device's transfer fails at once.

use serde_json::{Value, json};

use super::event;
use super::outcome::Outcome;
use crate::random;

/// The discard port: reserved, and not served here.
const PORT: u16 = 9;

pub fn on_request(device: &str, service: &Value, out: &mut Outcome) {
    let text = |key| service.get(key).and_then(Value::as_str).unwrap_or_default();
    let answer = match text("event_type") {
        "get_upload_url" => "get_upload_url_response",
        "get_download_url" => "get_download_url_response",
        "upload_result_report" | "download_result_report" => {
            let code = service.get("paras").and_then(|p| p.get("result_code"));
            let code = code.map_or("none".to_string(), Value::to_string);
            out.note(device, format!("{}: result {code}", text("event_type")));
            return;
        }
        other => {
            out.note(device, format!("unknown file event {other:?}"));
            return;
        }
    };
    let name = service
        .get("paras")
        .and_then(|p| p.get("file_name"))
        .and_then(Value::as_str);
    let Some(name) = name else {
        out.note(device, "a file URL request without file_name");
        return;
    };
    let object = format!("{device}/{}", escape(name));
    let paras = json!({
        "url": format!("https://127.0.0.1:{PORT}/files/{object}?token={}", random::hex::<8>()),
        "bucket_name": "iotda-sim",
        "object_name": name,
        "expire": 3600,
    });
    event::send(
        device,
        device,
        ("$file_manager", answer),
        event::id(service),
        paras,
        out,
    );
}

/// Percent escapes of everything that has a meaning in a URL.
fn escape(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    name.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(event_type: &str, paras: Value) -> Outcome {
        let mut out = Outcome::default();
        on_request("d", &json!({"event_type": event_type, "paras": paras}), &mut out);
        out
    }

    #[test]
    fn urls_point_to_this_machine() {
        for (asked, answered) in [
            ("get_upload_url", "get_upload_url_response"),
            ("get_download_url", "get_download_url_response"),
        ] {
            let out = ask(asked, json!({"file_name": "a b?.jpg"}));
            let body: Value = serde_json::from_slice(&out.downlinks[0].payload).unwrap();
            assert_eq!(body["services"][0]["event_type"], answered);
            let url = body["services"][0]["paras"]["url"].as_str().unwrap();
            assert!(
                url.starts_with("https://127.0.0.1:9/files/d/a%20b%3F.jpg?token="),
                "{url}"
            );
        }
    }

    #[test]
    fn reports_and_mistakes_are_noted() {
        for (event_type, paras) in [
            ("upload_result_report", json!({"result_code": 1})),
            ("get_upload_url", json!({})),
            ("rename", json!({})),
        ] {
            let out = ask(event_type, paras);
            assert_eq!((out.downlinks.len(), out.notes.len()), (0, 1), "{event_type}");
        }
    }
}
