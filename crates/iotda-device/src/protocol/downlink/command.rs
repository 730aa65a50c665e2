//! Commands (both generations), the bootstrap answer, and messages from other devices.

use std::ffi::CString;

use super::context::Context;
use super::read::Fields;
use crate::protocol::json::Json;
use crate::protocol::text::{Text, opaque_debug};

opaque_debug!(Bootstrap);

/// A command; the program answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub object_device_id: Text,
    pub service_id: Text,
    pub command_name: Text,
    /// Formatted JSON.
    pub paras: Text,
    pub request_id: CString,
    pub bridge_device_id: Text,
}

/// A command on the legacy topics.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandV3 {
    pub service_id: Text,
    pub cmd: Text,
    /// Formatted JSON.
    pub paras: Text,
    pub mid: i32,
}

/// The answer to the bootstrap request.
#[derive(Clone, PartialEq)]
pub struct Bootstrap {
    /// `host:port`.
    pub address: Text,
    pub device_secret: Text,
}

/// A message from another device.
#[derive(Clone, Debug, PartialEq)]
pub struct M2mMessage {
    pub request_id: Text,
    pub to: Text,
    pub from: Text,
    pub content: Text,
}

pub(super) fn command(context: &mut Context<'_>, request_id: CString) -> Command {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    Command {
        object_device_id: root.object_device_id(),
        service_id: root.text_or_minus_one("service_id"),
        command_name: root.text_or_minus_one("command_name"),
        paras: root.printed("paras"),
        request_id,
        bridge_device_id: context.bridge_device_id(),
    }
}

pub(super) fn command_v3(context: &mut Context<'_>) -> CommandV3 {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    CommandV3 {
        service_id: root.text_or_minus_one("serviceId"),
        cmd: root.text_or_minus_one("cmd"),
        paras: root.printed("paras"),
        mid: root.int("mid", -1),
    }
}

pub(super) fn bootstrap(context: &mut Context<'_>) -> Bootstrap {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    Bootstrap {
        address: root.text_or_minus_one("address"),
        device_secret: root.text_or_minus_one("deviceSecret"),
    }
}

pub(super) fn m2m(context: &mut Context<'_>) -> M2mMessage {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    M2mMessage {
        request_id: root.text("request_id"),
        to: root.text("to"),
        from: root.text("from"),
        content: root.text("content"),
    }
}
