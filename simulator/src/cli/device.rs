//! `iotda-sim ctl` words about one device: commands and properties, shadow, messages and events, children, bridges.

use serde_json::{Map, Value};

use super::words::{Act, BridgeAct, ChildAct, CommandWords, PropertyAct, ScopeAct, ShadowAct, V3Act};
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

fn object(word: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(word).map_err(|e| format!("{word:?} is no JSON object: {e}"))
}

fn command(words: CommandWords, v3: bool) -> Result<Request, String> {
    Ok(Request::Command {
        device: words.device,
        service_id: words.service,
        command_name: words.name,
        paras: value(words.paras)?,
        v3,
        timeout_s: words.waiting.timeout,
        wait: !words.waiting.no_wait,
    })
}

/// The request that these words ask for.
pub fn request(act: Act) -> Result<Request, String> {
    Ok(match act {
        Act::Command(words) => command(words, false)?,
        Act::V3(V3Act::Command(words)) => command(words, true)?,
        Act::V3(V3Act::Binary { device, payload }) => Request::BinaryV3 { device, payload },
        Act::Property(PropertyAct::Set {
            device,
            service,
            properties,
            waiting,
        }) => Request::PropertySet {
            device,
            service_id: service,
            properties: object(&properties)?,
            timeout_s: waiting.timeout,
            wait: !waiting.no_wait,
        },
        Act::Property(PropertyAct::Get {
            device,
            service,
            waiting,
        }) => Request::PropertyGet {
            device,
            service_id: service,
            timeout_s: waiting.timeout,
            wait: !waiting.no_wait,
        },
        Act::Requests => Request::RequestList,
        Act::Shadow(ShadowAct::Show { device }) => Request::Shadow { device },
        Act::Shadow(ShadowAct::Desire {
            device,
            service,
            properties,
        }) => Request::ShadowDesire {
            device,
            service_id: service,
            properties: object(&properties)?,
        },
        Act::Message {
            device,
            text,
            standard,
            name,
            id,
            topic,
            user,
            content_type,
            response_topic,
            correlation,
        } => {
            let pairs = user.iter().map(|pair| {
                let (key, value) = pair.split_once('=').ok_or(format!("{pair:?} is not KEY=VALUE"))?;
                Ok((key.to_string(), value.to_string()))
            });
            let properties = Properties {
                user: pairs.collect::<Result<_, String>>()?,
                content_type,
                response_topic,
                correlation_data: correlation.map(String::into_bytes),
                ..Properties::default()
            };
            Request::Message {
                device,
                content: text,
                name,
                id,
                standard,
                topic,
                properties: (properties != Properties::default()).then(|| Box::new(properties)),
            }
        }
        Act::Event {
            device,
            service,
            event_type,
            paras,
        } => Request::Event {
            device,
            service_id: service,
            event_type,
            paras: value(paras)?,
        },
        Act::Child(ChildAct::List { gateway }) => Request::ChildList { gateway },
        Act::Child(ChildAct::Add {
            gateway,
            node,
            product,
            name,
        }) => Request::ChildAdd {
            gateway,
            node_id: node,
            product_id: product,
            name,
        },
        Act::Child(ChildAct::Delete { device }) => Request::ChildDelete { device },
        Act::Bridge(BridgeAct::List { bridge }) => Request::BridgeList { bridge },
        Act::Bridge(BridgeAct::Disconnect { device }) => Request::BridgeDisconnect { device },
        Act::Scope(ScopeAct::Add { scope, secret }) => Request::ScopeAdd { scope, secret },
        other => return Err(format!("{other:?} is not about a device")),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::words::{Top, Words};
    use super::*;

    fn read(words: &[&str]) -> Result<Value, String> {
        let all = ["iotda-sim", "ctl"].iter().chain(words);
        let parsed = Words::try_parse_from(all).map_err(|e| e.to_string())?;
        let Top::Ctl(ctl) = parsed.command else {
            return Err("not ctl".into());
        };
        serde_json::to_value(request(ctl.act)?).map_err(|e| e.to_string())
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
        for text in ["--hello", "-x", "--"] {
            let words: &[&str] = match text {
                "--" => &["message", "d", "--", "--"],
                _ => &["message", "d", text],
            };
            assert_eq!(read(words).unwrap()["content"], text);
        }
        assert_eq!(
            read(&["message", "d", "--", "--standard"]).unwrap()["content"],
            "--standard"
        );
    }

    #[test]
    fn mistakes() {
        for (words, expected) in [
            (&["property", "set", "d", "lamp", "5"][..], "no JSON object"),
            (&["property", "put", "d"], "unrecognized subcommand 'put'"),
            (&["child", "add", "gate", "n"], "<PRODUCT>"),
            (&["command", "d", "lamp", "switch", "{\"on\":"], "broken JSON"),
            (&["message", "d"], "<TEXT>"),
            (&["scope", "remove"], "unrecognized subcommand 'remove'"),
        ] {
            let said = read(words).unwrap_err();
            assert!(said.contains(expected), "{words:?}: {said}");
        }
    }
}
