//! Answers to what a bridge asked for its devices.

use std::ffi::CString;

use super::context::Context;
use super::read::Fields;
use crate::protocol::json::Json;
use crate::protocol::text::{Text, opaque_debug};

opaque_debug!(BridgeResetSecret);

/// The answer to a login or logout.
#[derive(Clone, Debug, PartialEq)]
pub struct BridgeAnswer {
    pub result_code: i32,
    pub bridge_device_id: Text,
    pub request_id: CString,
}

/// The answer to a reset of a device's secret.
#[derive(Clone, PartialEq)]
pub struct BridgeResetSecret {
    pub result_code: i32,
    pub bridge_device_id: Text,
    /// Formatted JSON.
    pub paras: Text,
    pub request_id: CString,
    pub new_secret: Text,
}

pub(super) fn answer(context: &mut Context<'_>, request_id: CString) -> BridgeAnswer {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    BridgeAnswer {
        result_code: root.int("result_code", -1),
        bridge_device_id: context.bridge_device_id(),
        request_id,
    }
}

pub(super) fn reset_secret(context: &mut Context<'_>, request_id: CString) -> BridgeResetSecret {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    BridgeResetSecret {
        result_code: root.int("result_code", -1),
        bridge_device_id: context.bridge_device_id(),
        paras: root.printed("paras"),
        request_id,
        new_secret: root.text_or_minus_one("new_secret"),
    }
}
