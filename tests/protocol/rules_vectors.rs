//! Plays the engine's cases of `vectors/rules.json`: rules and reports in, actions out.

use iotda_device::protocol::json::{Dialect, Json, Value, parse};
use iotda_device::services::rules::{Action, Engine};

fn text(value: Value<'_>, name: &str) -> String {
    let text = value.get_exact(name).and_then(Value::as_bytes).unwrap_or_default();
    String::from_utf8(text.to_vec()).unwrap()
}

fn number(value: Value<'_>, name: &str) -> i64 {
    value.get_exact(name).and_then(Value::as_number).unwrap().as_i64()
}

/// An action as the vectors describe it.
fn shown(action: &Action, own: &str) -> Vec<(&'static str, String)> {
    let lossless = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    if action.device_id == own.as_bytes() {
        vec![
            ("via", "cmd_callback".into()),
            ("object_device_id", own.into()),
            ("service_id", lossless(&action.service_id)),
            ("command_name", lossless(&action.command_name)),
            ("paras", lossless(&action.body.value().print())),
            ("request_id", "$device_rule".into()),
        ]
    } else {
        vec![
            ("via", "send_msg_callback".into()),
            ("device_id", lossless(&action.device_id)),
            ("message", lossless(&action.message())),
        ]
    }
}

fn play(case: Value<'_>) -> Result<(), String> {
    let own = text(case, "device_id");
    let mut engine = Engine::default();
    for (at, step) in case.get_exact("steps").unwrap().items().enumerate() {
        let op = text(step, "op");
        let got = match op.as_str() {
            "rules" => {
                engine.load(step.get_exact("paras").unwrap());
                continue;
            }
            "report" => {
                let services = step.get_exact("services").unwrap().items();
                let services: Vec<_> = services
                    .map(|s| (text(s, "service_id"), s.get_exact("properties").unwrap().print()))
                    .collect();
                let services = services
                    .iter()
                    .map(|(id, properties)| (id.as_bytes(), properties.as_slice()));
                engine.report(services, number(step, "now"))
            }
            "tick" => {
                engine.ticks_end(); // no catching up
                engine.tick(number(step, "now"))
            }
            _ => return Err(format!("unknown op {op}")),
        };
        let wanted: Vec<_> = step.get_exact("actions").unwrap().items().collect();
        if got.len() != wanted.len() {
            return Err(format!("step {at}: {} actions, expected {}", got.len(), wanted.len()));
        }
        for (got, wanted) in got.iter().zip(wanted) {
            for (name, value) in shown(got, &own) {
                if text(wanted, name) != value {
                    return Err(format!(
                        "step {at}: {name} is {value:?}, expected {:?}",
                        text(wanted, name)
                    ));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn cases() {
    let file = include_bytes!("../vectors/rules.json");
    let json: Json = parse(file, Dialect::Platform).unwrap();
    let mut failures = Vec::new();
    let mut played = 0;
    for case in json.value().get_exact("cases").unwrap().items() {
        played += 1;
        if let Err(cause) = play(case) {
            failures.push(format!("{} {}: {cause}", text(case, "id"), text(case, "title")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(played >= 59);
}
