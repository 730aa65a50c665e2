//! Messages with a free payload: messages/down, user topics, and what no handler claims.

use std::ffi::CString;

use super::context::Context;
use crate::protocol::json::{self, Dialect, Json, Kind, Value};
use crate::protocol::text::{Payload, Text, c_text};

use super::read;

/// `messages/down`.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub payload: Payload,
    /// Present if the payload has the standard form.
    pub standard: Option<StandardMessage>,
    pub bridge_device_id: Text,
}

/// A payload of the standard form `{object_device_id, name, id, content}`.
#[derive(Clone, Debug, PartialEq)]
pub struct StandardMessage {
    pub object_device_id: Text,
    pub name: Text,
    pub id: Text,
    /// The text, or the formatted text of an object.
    pub content: Text,
}

/// A message on a user topic.
#[derive(Clone, Debug, PartialEq)]
pub struct UserMessage {
    pub payload: Payload,
    pub standard: Option<StandardMessage>,
    /// What follows `/user/` in the topic.
    pub topic_para: CString,
}

/// A message that no handler claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Undefined {
    pub payload: Payload,
    pub bridge_device_id: Text,
}

pub(super) fn message(context: &Context<'_>) -> Message {
    Message {
        payload: Payload::new(context.payload),
        standard: standard(context.payload),
        bridge_device_id: context.bridge_device_id(),
    }
}

pub(super) fn user_message(context: &Context<'_>, paras: &str) -> UserMessage {
    UserMessage {
        payload: Payload::new(context.payload),
        standard: standard(context.payload),
        topic_para: c_text(paras.as_bytes()),
    }
}

pub(super) fn undefined(context: &Context<'_>) -> Undefined {
    Undefined {
        payload: Payload::new(context.payload),
        bridge_device_id: context.bridge_device_id(),
    }
}

fn standard(payload: &[u8]) -> Option<StandardMessage> {
    let json: Json = json::parse(payload, Dialect::Platform)?;
    let root = json.value();
    let known = |item: Value<'_>| matches!(item.name(), Some(b"object_device_id" | b"name" | b"id" | b"content"));
    if !root.is_object() || !root.items().all(known) {
        return None;
    }
    let text = |name: &str| match root.get_exact(name).map(|v| (v, v.kind())) {
        None | Some((_, Kind::Null)) => Some(None),
        Some((value, Kind::String(_))) => Some(read::text(value)),
        Some((value, Kind::Object)) if name == "content" => Some(read::printed(value)),
        Some(_) => None,
    };
    Some(StandardMessage {
        object_device_id: text("object_device_id")?,
        name: text("name")?,
        id: text("id")?,
        content: text("content")?,
    })
}
