//! What can be asked over the control socket.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::broker::wire::Properties;
use crate::config::DeviceEntry;
use crate::faults::{Cut, Fault};

/// What can be asked. The library's operator calls, by the same names where they have one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Status,
    DeviceAdd(DeviceEntry),
    DeviceRemove {
        device: String,
    },
    DeviceFreeze {
        device: String,
        frozen: bool,
    },
    DeviceList,
    IssueCertificate {
        name: String,
    },
    GroupAdd {
        group: String,
    },
    GroupRemove {
        group: String,
    },
    GroupList,
    Bind {
        group: String,
        device: String,
    },
    Unbind {
        group: String,
        device: String,
    },
    SoftbusCreate {
        group: String,
        name: String,
    },
    SoftbusDelete {
        group: String,
    },
    SoftbusSync {
        group: String,
    },
    SoftbusUpdate {
        group: String,
    },
    SoftbusKey {
        group: String,
        key: Option<String>,
    },
    /// Soft bus rules: changes those given, answers all.
    Rules {
        #[serde(default)]
        set: Map<String, Value>,
    },
    Settings {
        check_login: Option<bool>,
        implicit: Option<bool>,
        clock_offset_s: Option<i64>,
        logins_per_second: Option<u32>,
        messages_per_second: Option<u32>,
        max_payload: Option<usize>,
    },
    Publish {
        device: String,
        topic: String,
        payload: String,
        #[serde(default = "one")]
        qos: u8,
        #[serde(default)]
        retain: bool,
        /// Whatever the device's rights and subscriptions are.
        #[serde(default)]
        unasked: bool,
    },
    /// Answered when the command is, unless `wait` is false: then by the request's id.
    Command {
        device: String,
        service_id: String,
        command_name: String,
        #[serde(default)]
        paras: Value,
        #[serde(default)]
        v3: bool,
        #[serde(default = "patience")]
        timeout_s: u64,
        #[serde(default = "yes")]
        wait: bool,
    },
    PropertySet {
        device: String,
        service_id: String,
        properties: Map<String, Value>,
        #[serde(default = "patience")]
        timeout_s: u64,
        #[serde(default = "yes")]
        wait: bool,
    },
    PropertyGet {
        device: String,
        service_id: Option<String>,
        #[serde(default = "patience")]
        timeout_s: u64,
        #[serde(default = "yes")]
        wait: bool,
    },
    /// Commands, property sets and gets so far.
    RequestList,
    Shadow {
        device: String,
    },
    ShadowDesire {
        device: String,
        service_id: String,
        properties: Map<String, Value>,
    },
    Message {
        device: String,
        content: String,
        name: Option<String>,
        id: Option<String>,
        #[serde(default)]
        standard: bool,
        topic: Option<String>,
        properties: Option<Box<Properties>>,
    },
    Event {
        device: String,
        service_id: String,
        event_type: String,
        #[serde(default)]
        paras: Value,
    },
    BinaryV3 {
        device: String,
        payload: String,
    },
    ChildList {
        gateway: String,
    },
    ChildAdd {
        gateway: String,
        node_id: String,
        product_id: String,
        name: Option<String>,
    },
    ChildDelete {
        device: String,
    },
    BridgeList {
        bridge: String,
    },
    BridgeDisconnect {
        device: String,
    },
    ScopeAdd {
        scope: String,
        secret: String,
    },
    Disconnect {
        device: String,
        #[serde(default)]
        cut: Cut,
    },
    FaultAdd {
        fault: Fault,
    },
    FaultNow {
        device: String,
        fault: Fault,
    },
    FaultList,
    FaultClear,
    Events {
        #[serde(default)]
        last: usize,
        #[serde(default)]
        follow: bool,
    },
    Stop,
}

fn one() -> u8 {
    1
}

/// Seconds the platform waits for an answer.
fn patience() -> u64 {
    20
}

fn yes() -> bool {
    true
}
