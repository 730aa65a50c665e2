//! Control requests about one device: commands and properties, shadow, messages and events, children, bridged devices.

use std::time::Duration;

use serde_json::{Value, json};

use super::request::Request;
use crate::error::{Error, Result};
use crate::iotda::gateway::Child;
use crate::iotda::messages::DeviceMessage;
use crate::iotda::requests::{self, State};
use crate::platform::Handle;

/// How long the platform's own time-out may lag behind.
const LAG: Duration = Duration::from_secs(5);

/// The request's id, or with `wait` what the device answered; no answer is an error.
fn through(platform: &Handle, request_id: String, wait: bool, timeout: Duration) -> Result<Value> {
    if !wait {
        return Ok(Value::String(request_id));
    }
    let request = platform.wait_request(&request_id, timeout + LAG);
    match request.as_ref().map(requests::Request::state) {
        Some(State::Answered(code)) => Ok(json!({
            "request_id": request_id, "code": code, "answer": request.and_then(|r| r.answer),
        })),
        Some(State::Undelivered) => Err(Error(format!("{request_id} was not delivered: not subscribed"))),
        _ => Err(Error(format!(
            "{request_id} was not answered within {} s",
            timeout.as_secs()
        ))),
    }
}

/// Does what is asked.
pub(super) fn execute(platform: &Handle, request: Request) -> Result<Value> {
    let done = |result: Result<()>| result.map(|()| Value::Null);
    let seconds = Duration::from_secs;
    match request {
        Request::Command {
            device,
            service_id,
            command_name,
            paras,
            v3,
            timeout_s,
            wait,
        } => {
            let ask = if v3 { Handle::command_v3 } else { Handle::command };
            let timeout = seconds(timeout_s);
            let id = ask(platform, &device, &service_id, &command_name, &paras, timeout)?;
            through(platform, id, wait, timeout)
        }
        Request::PropertySet {
            device,
            service_id,
            properties,
            timeout_s,
            wait,
        } => {
            let timeout = seconds(timeout_s);
            let id = platform.property_set(&device, &vec![(service_id, properties)], timeout)?;
            through(platform, id, wait, timeout)
        }
        Request::PropertyGet {
            device,
            service_id,
            timeout_s,
            wait,
        } => {
            let timeout = seconds(timeout_s);
            let id = platform.property_get(&device, service_id.as_deref(), timeout)?;
            through(platform, id, wait, timeout)
        }
        Request::RequestList => Ok(platform.requests().iter().map(|r| json!(r)).collect()),
        Request::Shadow { device } => Ok(platform.shadow(&device)),
        Request::ShadowDesire {
            device,
            service_id,
            properties,
        } => {
            let (version, request_id) = platform.desire(&device, &service_id, &properties)?;
            Ok(json!({ "version": version, "request_id": request_id }))
        }
        Request::Message {
            device,
            content,
            name,
            id,
            standard,
            topic,
            properties,
        } => {
            let message = DeviceMessage {
                content,
                name,
                id,
                standard,
                topic,
                properties,
            };
            let sent = platform.message(&device, message)?;
            Ok(json!(if sent {
                "sent"
            } else {
                "kept until the device can get it"
            }))
        }
        Request::Event {
            device,
            service_id,
            event_type,
            paras,
        } => done(platform.event(&device, &service_id, &event_type, paras)),
        Request::BinaryV3 { device, payload } => done(platform.binary_v3(&device, payload.as_bytes())),
        Request::ChildList { gateway } => Ok(platform.children(&gateway)),
        Request::ChildAdd {
            gateway,
            node_id,
            product_id,
            name,
        } => {
            let child = Child {
                node_id,
                product_id,
                name,
                status: "INACTIVE".into(),
                ..Child::default()
            };
            platform.child_add(&gateway, child).map(Value::String)
        }
        Request::ChildDelete { device } => done(platform.child_delete(&device)),
        Request::BridgeList { bridge } => Ok(json!(platform.bridged(&bridge))),
        Request::BridgeDisconnect { device } => done(platform.bridge_disconnect(&device)),
        other => Err(Error(format!("{other:?} is answered elsewhere"))),
    }
}
