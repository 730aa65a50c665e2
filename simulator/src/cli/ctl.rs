//! `iotda-sim ctl`: words to a request, the answer to text.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::args::{Args, number};
use crate::config::DeviceEntry;
use crate::control::{Request, ask};
use crate::faults::Cut;
use crate::text::json_line;

pub fn ctl(mut args: Args) -> Result<(), String> {
    let socket = args
        .value("--control")?
        .or_else(|| std::env::var("IOTDA_SIM_CONTROL").ok())
        .map(PathBuf::from)
        .ok_or("which platform? Give --control SOCKET or set IOTDA_SIM_CONTROL")?;
    let json = args.flag("--json");
    let mut directory = None;
    let requests = requests(&mut args, &mut directory)?;
    args.finish()?;
    for request in requests {
        send(&socket, &request, json, directory.as_deref())?;
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

fn requests(args: &mut Args, directory: &mut Option<PathBuf>) -> Result<Vec<Request>, String> {
    let topic = args.required("a command")?;
    let request = match topic.as_str() {
        "status" => Request::Status,
        "stop" => Request::Stop,
        "events" => {
            let follow = args.flag("--follow");
            let last = args.value("--last")?;
            Request::Events {
                last: number(last, if follow { 0 } else { usize::MAX })?,
                follow,
            }
        }
        "certificate" => {
            let name = args.required("NAME")?;
            *directory = Some(PathBuf::from(args.required("DIR")?));
            Request::IssueCertificate { name }
        }
        "device" => device(args)?,
        "group" => return group(args),
        "softbus" => softbus(args)?,
        "rules" => Request::Rules {
            set: pairs(args.words())?,
        },
        "set" => from_pairs("settings", pairs(args.words())?)?,
        "publish" => publish(args)?,
        "command" | "property" | "requests" | "shadow" | "message" | "event" | "v3" | "child" | "bridge" | "scope" => {
            super::device::request(&topic, args)?
        }
        "disconnect" => {
            let how = args.value("--how")?;
            Request::Disconnect {
                device: args.required("DEVICE")?,
                cut: cut(how.as_deref())?,
            }
        }
        "fault" => fault(args)?,
        other => return Err(format!("unknown command {other:?}; see iotda-sim --help")),
    };
    Ok(vec![request])
}

fn device(args: &mut Args) -> Result<Request, String> {
    let action = args.required("device ACTION")?;
    if action == "list" {
        return Ok(Request::DeviceList);
    }
    let device = args.required("ID")?;
    Ok(match action.as_str() {
        "add" => Request::DeviceAdd(DeviceEntry {
            id: device,
            bridge: args.flag("--bridge"),
            gateway: args.value("--gateway")?,
            secret: Some(args.required("SECRET")?),
            certificate: None,
        }),
        "cert" => {
            let certificate = Some(args.word().unwrap_or_else(|| "any".into()));
            Request::DeviceAdd(DeviceEntry {
                id: device,
                certificate,
                ..DeviceEntry::default()
            })
        }
        "remove" => Request::DeviceRemove { device },
        "freeze" => Request::DeviceFreeze { device, frozen: true },
        "unfreeze" => Request::DeviceFreeze { device, frozen: false },
        other => {
            return Err(format!(
                "unknown action {other:?}: device list, add, cert, remove, freeze or unfreeze"
            ));
        }
    })
}

fn group(args: &mut Args) -> Result<Vec<Request>, String> {
    let action = args.required("group ACTION")?;
    if action == "list" {
        return Ok(vec![Request::GroupList]);
    }
    let group = args.required("GROUP")?;
    let devices = |args: &mut Args, make: fn(String, String) -> Request| {
        let mut list = vec![args.required("DEVICE")?];
        list.extend(args.words());
        Ok(list.into_iter().map(|device| make(group.clone(), device)).collect())
    };
    match action.as_str() {
        "add" => Ok(vec![Request::GroupAdd { group }]),
        "remove" | "delete" => Ok(vec![Request::GroupRemove { group }]),
        "bind" => devices(args, |group, device| Request::Bind { group, device }),
        "unbind" => devices(args, |group, device| Request::Unbind { group, device }),
        other => Err(format!(
            "unknown action {other:?}: group list, add, remove, bind or unbind"
        )),
    }
}

fn softbus(args: &mut Args) -> Result<Request, String> {
    let action = args.required("softbus ACTION")?;
    let group = args.required("GROUP")?;
    Ok(match action.as_str() {
        "create" => Request::SoftbusCreate {
            group,
            name: args.required("NAME")?,
        },
        "sync" => Request::SoftbusSync { group },
        "update" => Request::SoftbusUpdate { group },
        "key" => Request::SoftbusKey {
            group,
            key: args.word(),
        },
        "delete" | "remove" => Request::SoftbusDelete { group },
        other => {
            return Err(format!(
                "unknown action {other:?}: softbus create, sync, update, key or delete"
            ));
        }
    })
}

fn publish(args: &mut Args) -> Result<Request, String> {
    let qos = number(args.value("--qos")?, 1)?;
    let (retain, unasked) = (args.flag("--retain"), args.flag("--unasked"));
    let (device, topic) = (args.required("DEVICE")?, args.required("TOPIC")?);
    let payload = args.required("PAYLOAD")?;
    let payload = match payload.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?,
        None => payload,
    };
    Ok(Request::Publish {
        device,
        topic,
        payload,
        qos,
        retain,
        unasked,
    })
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

fn fault(args: &mut Args) -> Result<Request, String> {
    let action = args.required("fault ACTION")?;
    match action.as_str() {
        "list" => Ok(Request::FaultList),
        "clear" => Ok(Request::FaultClear),
        "add" | "now" => {
            let object = pairs(args.words())?;
            let device = object.get("device").and_then(Value::as_str).map(str::to_string);
            let fault = serde_json::from_value(Value::Object(object)).map_err(|e| format!("fault: {e}"))?;
            match (action.as_str(), device) {
                ("add", _) => Ok(Request::FaultAdd { fault }),
                (_, Some(device)) => Ok(Request::FaultNow { device, fault }),
                _ => Err("fault now needs device=ID".to_string()),
            }
        }
        other => Err(format!("unknown action {other:?}: fault add, now, list or clear")),
    }
}
