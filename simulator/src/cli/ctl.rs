//! `iotda-sim ctl`: words to a request, the answer to text.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::words::{Act, Ctl, DeviceAct, FaultAct, GroupAct, SoftbusAct};
use crate::config::DeviceEntry;
use crate::control::{Request, ask};
use crate::faults::Cut;
use crate::text::json_line;

pub fn ctl(words: Ctl) -> Result<(), String> {
    let socket = words
        .control
        .or_else(|| std::env::var_os("IOTDA_SIM_CONTROL").map(PathBuf::from))
        .ok_or("which platform? Give --control SOCKET or set IOTDA_SIM_CONTROL")?;
    let directory = match &words.act {
        Act::Certificate { dir, .. } => Some(dir.clone()),
        _ => None,
    };
    for request in requests(words.act)? {
        send(&socket, &request, words.json, directory.as_deref())?;
    }
    Ok(())
}

fn send(socket: &Path, request: &Request, json: bool, directory: Option<&Path>) -> Result<(), String> {
    let mut failed = None;
    let asked = ask(socket, request, |answer| {
        if json {
            writeln!(io::stdout(), "{}", json_line(&answer.to_string()))?;
        } else if let Some(text) = answer.get("text").and_then(Value::as_str) {
            writeln!(io::stdout(), "{text}")?;
        }
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            failed = Some(error.to_string());
        } else if let (Some(result), Some(dir)) = (answer.get("result"), directory) {
            store_certificate(dir, result)?;
        } else if let (Some(result), false) = (answer.get("result"), json) {
            show(result)?;
        }
        Ok(())
    });
    match (failed, asked) {
        (Some(error), _) => Err(error),
        // The reader of our output has gone, which is how `ctl events --follow | head` ends.
        (None, Err(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        (None, asked) => asked.map_err(|e| e.to_string()),
    }
}

/// Escapes line by line.
fn shown(text: &str) -> String {
    text.split('\n').map(json_line).collect::<Vec<_>>().join("\n")
}

fn show(result: &Value) -> io::Result<()> {
    match result {
        Value::Null => Ok(()),
        Value::String(text) => writeln!(io::stdout(), "{}", shown(text)),
        Value::Array(list) => list
            .iter()
            .try_for_each(|item| writeln!(io::stdout(), "{}", json_line(&item.to_string()))),
        other => writeln!(io::stdout(), "{}", shown(&format!("{other:#}"))),
    }
}

fn store_certificate(dir: &Path, issued: &Value) -> io::Result<()> {
    let text = |name: &str| issued[name].as_str().unwrap_or_default();
    std::fs::create_dir_all(dir.join("conf"))?;
    std::fs::write(dir.join("conf/deviceCert.pem"), text("certificate_pem"))?;
    std::fs::write(dir.join("conf/deviceCert.key"), text("key_pem"))?;
    writeln!(io::stdout(), "{}", text("fingerprint"))
}

/// `name=value` words to an object; values are JSON where they can be, else text.
fn pairs(words: Vec<String>) -> Result<Map<String, Value>, String> {
    words
        .into_iter()
        .map(|word| {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| format!("{word:?} is not NAME=VALUE"))?;
            // An id of digits is still text.
            let value = match name {
                "device" => Value::String(value.to_string()),
                _ => serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_string())),
            };
            Ok((name.to_string(), value))
        })
        .collect()
}

fn from_pairs(op: &str, mut object: Map<String, Value>) -> Result<Request, String> {
    object.insert("op".into(), op.into());
    serde_json::from_value(Value::Object(object)).map_err(|e| format!("{op}: {e}"))
}

fn requests(act: Act) -> Result<Vec<Request>, String> {
    let request = match act {
        Act::Status => Request::Status,
        Act::Stop => Request::Stop,
        Act::Events { last, follow } => Request::Events {
            last: last.unwrap_or(if follow { 0 } else { usize::MAX }),
            follow,
        },
        Act::Certificate { name, .. } => Request::IssueCertificate { name },
        Act::Device(act) => device(act),
        Act::Group(act) => return Ok(group(act)),
        Act::Softbus(act) => softbus(act),
        Act::Rules { set } => Request::Rules { set: pairs(set)? },
        Act::Set { set } => from_pairs("settings", pairs(set)?)?,
        Act::Publish {
            device,
            topic,
            payload,
            qos,
            retain,
            unasked,
        } => Request::Publish {
            device,
            topic,
            payload: match payload.strip_prefix('@') {
                Some(file) => std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?,
                None => payload,
            },
            qos,
            retain,
            unasked,
        },
        Act::Disconnect { device, how } => Request::Disconnect {
            device,
            cut: cut(how.as_deref())?,
        },
        Act::Fault(act) => fault(act)?,
        other => super::device::request(other)?,
    };
    Ok(vec![request])
}

fn device(act: DeviceAct) -> Request {
    match act {
        DeviceAct::List => Request::DeviceList,
        DeviceAct::Add {
            id,
            secret,
            bridge,
            gateway,
        } => Request::DeviceAdd(DeviceEntry {
            id,
            bridge,
            gateway,
            secret: Some(secret),
            certificate: None,
        }),
        DeviceAct::Cert { id, fingerprint } => Request::DeviceAdd(DeviceEntry {
            id,
            certificate: Some(fingerprint.unwrap_or_else(|| "any".into())),
            ..DeviceEntry::default()
        }),
        DeviceAct::Remove { id } => Request::DeviceRemove { device: id },
        DeviceAct::Freeze { id } => Request::DeviceFreeze {
            device: id,
            frozen: true,
        },
        DeviceAct::Unfreeze { id } => Request::DeviceFreeze {
            device: id,
            frozen: false,
        },
    }
}

fn group(act: GroupAct) -> Vec<Request> {
    let each = |group: String, devices: Vec<String>, make: fn(String, String) -> Request| {
        devices.into_iter().map(|device| make(group.clone(), device)).collect()
    };
    match act {
        GroupAct::List => vec![Request::GroupList],
        GroupAct::Add { group } => vec![Request::GroupAdd { group }],
        GroupAct::Remove { group } => vec![Request::GroupRemove { group }],
        GroupAct::Bind { group, devices } => each(group, devices, |group, device| Request::Bind { group, device }),
        GroupAct::Unbind { group, devices } => each(group, devices, |group, device| Request::Unbind { group, device }),
    }
}

fn softbus(act: SoftbusAct) -> Request {
    match act {
        SoftbusAct::Create { group, name } => Request::SoftbusCreate { group, name },
        SoftbusAct::Sync { group } => Request::SoftbusSync { group },
        SoftbusAct::Update { group } => Request::SoftbusUpdate { group },
        SoftbusAct::Key { group, key } => Request::SoftbusKey { group, key },
        SoftbusAct::Delete { group } => Request::SoftbusDelete { group },
    }
}

fn cut(how: Option<&str>) -> Result<Cut, String> {
    match how {
        None | Some("close") => Ok(Cut::Close),
        Some("reset") => Ok(Cut::Reset),
        Some("half") => Ok(Cut::Half),
        Some(code) => {
            let hex = code.strip_prefix("0x").map(|hex| u8::from_str_radix(hex, 16));
            let code = hex
                .unwrap_or_else(|| code.parse())
                .map_err(|_| format!("{code:?}: close, reset, half or a code"));
            code.map(Cut::Disconnect)
        }
    }
}

fn fault(act: FaultAct) -> Result<Request, String> {
    let (set, now) = match act {
        FaultAct::List => return Ok(Request::FaultList),
        FaultAct::Clear => return Ok(Request::FaultClear),
        FaultAct::Add { set } => (set, false),
        FaultAct::Now { set } => (set, true),
    };
    let object = pairs(set)?;
    let device = object.get("device").and_then(Value::as_str).map(str::to_string);
    let fault = serde_json::from_value(Value::Object(object)).map_err(|e| format!("fault: {e}"))?;
    match (now, device) {
        (false, _) => Ok(Request::FaultAdd { fault }),
        (true, Some(device)) => Ok(Request::FaultNow { device, fault }),
        (true, None) => Err("fault now needs device=ID".to_string()),
    }
}
