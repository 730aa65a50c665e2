//! `iotda-sim ctl` words about one device: commands and properties, shadow, messages and events, children, bridges.

use serde_json::{Map, Value};

use super::args::{Args, number};
use crate::broker::wire::Properties;
use crate::control::Request;

/// JSON where it can be, else text; what begins as JSON's objects, lists and texts do has to be right.
fn value(word: Option<String>) -> Result<Value, String> {
    let Some(text) = word else {
        return Ok(Value::Null);
    };
    match serde_json::from_str(&text) {
        Ok(value) => Ok(value),
        Err(e) if text.trim_start().starts_with(['{', '[', '"']) => Err(format!("{text:?} is broken JSON: {e}")),
        Err(_) => Ok(Value::String(text)),
    }
}

fn object(word: String) -> Result<Map<String, Value>, String> {
    serde_json::from_str(&word).map_err(|e| format!("{word:?} is no JSON object: {e}"))
}

/// --timeout and --no-wait of a request.
fn waiting(args: &mut Args) -> Result<(u64, bool), String> {
    Ok((number(args.value("--timeout")?, 20)?, !args.flag("--no-wait")))
}

pub fn request(topic: &str, args: &mut Args) -> Result<Request, String> {
    match topic {
        "command" => command(args, false),
        "property" => property(args),
        "requests" => Ok(Request::RequestList),
        "shadow" => shadow(args),
        "message" => message(args),
        "event" => Ok(Request::Event {
            device: args.required("DEVICE")?,
            service_id: args.required("SERVICE")?,
            event_type: args.required("TYPE")?,
            paras: value(args.word())?,
        }),
        "v3" => match args.required("v3 ACTION")?.as_str() {
            "command" => command(args, true),
            "binary" => Ok(Request::BinaryV3 {
                device: args.required("DEVICE")?,
                payload: args.required("PAYLOAD")?,
            }),
            other => Err(format!("unknown action {other:?}: v3 command or binary")),
        },
        "child" => child(args),
        "bridge" => match args.required("bridge ACTION")?.as_str() {
            "list" => Ok(Request::BridgeList {
                bridge: args.required("BRIDGE")?,
            }),
            "disconnect" => Ok(Request::BridgeDisconnect {
                device: args.required("DEVICE")?,
            }),
            other => Err(format!("unknown action {other:?}: bridge list or disconnect")),
        },
        "scope" => match args.required("scope ACTION")?.as_str() {
            "add" => Ok(Request::ScopeAdd {
                scope: args.required("SCOPE")?,
                secret: args.required("SECRET")?,
            }),
            other => Err(format!("unknown action {other:?}: scope add")),
        },
        other => Err(format!("unknown command {other:?}")),
    }
}

fn command(args: &mut Args, v3: bool) -> Result<Request, String> {
    let (timeout_s, wait) = waiting(args)?;
    Ok(Request::Command {
        device: args.required("DEVICE")?,
        service_id: args.required("SERVICE")?,
        command_name: args.required("NAME")?,
        paras: value(args.word())?,
        v3,
        timeout_s,
        wait,
    })
}

fn property(args: &mut Args) -> Result<Request, String> {
    let (timeout_s, wait) = waiting(args)?;
    let action = args.required("property ACTION")?;
    let device = args.required("DEVICE")?;
    match action.as_str() {
        "set" => Ok(Request::PropertySet {
            device,
            service_id: args.required("SERVICE")?,
            properties: object(args.required("PROPERTIES")?)?,
            timeout_s,
            wait,
        }),
        "get" => Ok(Request::PropertyGet {
            device,
            service_id: args.word(),
            timeout_s,
            wait,
        }),
        other => Err(format!("unknown action {other:?}: property set or get")),
    }
}

fn shadow(args: &mut Args) -> Result<Request, String> {
    let action = args.required("shadow ACTION")?;
    let device = args.required("DEVICE")?;
    match action.as_str() {
        "show" => Ok(Request::Shadow { device }),
        "desire" => Ok(Request::ShadowDesire {
            device,
            service_id: args.required("SERVICE")?,
            properties: object(args.required("PROPERTIES")?)?,
        }),
        other => Err(format!("unknown action {other:?}: shadow show or desire")),
    }
}

fn message(args: &mut Args) -> Result<Request, String> {
    let (name, id, topic) = (args.value("--name")?, args.value("--id")?, args.value("--topic")?);
    let standard = args.flag("--standard");
    let mut properties = Properties::default();
    while let Some(pair) = args.value("--user")? {
        let (key, value) = pair.split_once('=').ok_or(format!("{pair:?} is not KEY=VALUE"))?;
        properties.user.push((key.to_string(), value.to_string()));
    }
    properties.content_type = args.value("--content-type")?;
    properties.response_topic = args.value("--response-topic")?;
    properties.correlation_data = args.value("--correlation")?.map(String::into_bytes);
    Ok(Request::Message {
        device: args.required("DEVICE")?,
        content: args.required("TEXT")?,
        name,
        id,
        standard,
        topic,
        properties: (properties != Properties::default()).then(|| Box::new(properties)),
    })
}

fn child(args: &mut Args) -> Result<Request, String> {
    let name = args.value("--name")?;
    match args.required("child ACTION")?.as_str() {
        "list" => Ok(Request::ChildList {
            gateway: args.required("GATEWAY")?,
        }),
        "add" => Ok(Request::ChildAdd {
            gateway: args.required("GATEWAY")?,
            node_id: args.required("NODE")?,
            product_id: args.required("PRODUCT")?,
            name,
        }),
        "delete" => Ok(Request::ChildDelete {
            device: args.required("DEVICE")?,
        }),
        other => Err(format!("unknown action {other:?}: child list, add or delete")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Value, String> {
        let mut args = Args::new(words.iter().skip(1).map(|w| w.to_string()).collect());
        let request = request(words[0], &mut args)?;
        args.finish()?;
        serde_json::to_value(request).map_err(|e| e.to_string())
    }

    #[test]
    fn words_to_requests() {
        let command = read(&["command", "d", "lamp", "switch", r#"{"on":true}"#, "--timeout", "3"]).unwrap();
        assert_eq!((&command["op"], &command["timeout_s"]), (&"command".into(), &3.into()));
        assert_eq!(
            (&command["paras"]["on"], &command["wait"]),
            (&true.into(), &true.into())
        );
        let v3 = read(&["v3", "command", "d", "lamp", "switch", "--no-wait"]).unwrap();
        assert_eq!(
            (&v3["v3"], &v3["wait"], &v3["paras"]),
            (&true.into(), &false.into(), &Value::Null)
        );
        let message = read(&[
            "message", "d", "text", "--user", "a=1", "--user", "a=2", "--topic", "x/y",
        ])
        .unwrap();
        assert_eq!(
            message["properties"]["user"],
            serde_json::json!([["a", "1"], ["a", "2"]])
        );
        assert_eq!(read(&["message", "d", "text"]).unwrap()["properties"], Value::Null);
    }

    #[test]
    fn mistakes() {
        for (words, expected) in [
            (&["property", "set", "d", "lamp", "5"][..], "no JSON object"),
            (&["property", "put", "d"], "property set or get"),
            (&["child", "add", "gate", "n"], "PRODUCT is missing"),
            (&["command", "d", "lamp", "switch", "{\"on\":"], "broken JSON"),
            (&["message", "d"], "TEXT is missing"),
            (&["scope", "remove"], "scope add"),
        ] {
            assert!(read(words).unwrap_err().contains(expected), "{words:?}");
        }
    }
}
