//! Property set and get, and the shadow; with the services in them that the library itself acts on.

use std::ffi::CString;

use super::context::Context;
use super::read::{self, Fields};
use crate::protocol::json::{Json, Value};
use crate::protocol::service_ids::{DETECTION, DEVICE_RULE, SOFT_BUS};
use crate::protocol::text::{Text, c_text};

const PROPERTIES: &str = "properties";

/// A property set; the program answers it, but for the soft bus.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertySet {
    pub object_device_id: Text,
    pub request_id: CString,
    pub services: Vec<ServiceProperty>,
    pub bridge_device_id: Text,
    /// In the order of the services.
    pub duties: Vec<Duty>,
}

/// One service of a property set.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceProperty {
    pub service_id: CString,
    /// Formatted JSON.
    pub properties: Text,
}

/// What the library does about a service.
#[derive(Clone, Debug, PartialEq)]
pub enum Duty {
    /// After the callback: answer with success and query the bus info. A group list names the groups and their versions.
    SoftBus(Vec<GroupVersion>),
    /// Before the callback: rule ids and versions; `None` if the service has no properties.
    DeviceRule(Option<Json>),
    /// Before the callback: security detection configuration.
    Detection(Option<Json>),
}

/// One entry of a group list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupVersion {
    pub bus_id: CString,
    /// -1: the group was deleted. `None`: neither a number nor a decimal string.
    pub version: Option<i64>,
}

/// A request for properties; the program answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyGet {
    pub object_device_id: Text,
    pub request_id: CString,
    /// "-1": all services.
    pub service_id: Text,
    pub bridge_device_id: Text,
}

/// The answer to a shadow request.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    pub object_device_id: Text,
    pub request_id: CString,
    pub shadows: Vec<ShadowData>,
    pub bridge_device_id: Text,
    /// Of the elements that are left out of `shadows`.
    pub duties: Vec<Duty>,
}

/// One service of the shadow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShadowData {
    pub service_id: Text,
    pub desired_event_time: Text,
    /// Formatted JSON.
    pub desired_properties: Text,
    pub reported_event_time: Text,
    /// Formatted JSON.
    pub reported_properties: Text,
    pub version: i32,
}

pub(super) fn set(context: &mut Context<'_>, request_id: CString) -> PropertySet {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    let mut services = Vec::new();
    let mut duties = Vec::new();
    for item in root.list("services") {
        let item = Fields(Some(item));
        let Some(service_id) = item.service_id() else {
            continue;
        };
        let properties = item.get(PROPERTIES);
        duties.extend(match service_id {
            SOFT_BUS => Some(Duty::SoftBus(group_list(properties))),
            _ => configuration(context, service_id, properties),
        });
        services.push(ServiceProperty {
            service_id: c_text(service_id),
            properties: properties.and_then(read::printed),
        });
    }
    PropertySet {
        object_device_id: root.object_device_id(),
        request_id,
        services,
        bridge_device_id: context.bridge_device_id(),
        duties,
    }
}

/// Rules and detection settings, which apply to the own device only.
fn configuration(context: &Context<'_>, service_id: &[u8], properties: Option<Value<'_>>) -> Option<Duty> {
    let properties = || properties.map(Value::to_json);
    match service_id {
        _ if context.bridged.is_some() => None,
        DEVICE_RULE => Some(Duty::DeviceRule(properties())),
        DETECTION => Some(Duty::Detection(properties())),
        _ => None,
    }
}

fn group_list(properties: Option<Value<'_>>) -> Vec<GroupVersion> {
    let groups = properties.into_iter().flat_map(Value::items);
    groups
        .filter_map(|group| {
            Some(GroupVersion {
                bus_id: c_text(group.name()?),
                version: version(group),
            })
        })
        .collect()
}

fn version(group: Value<'_>) -> Option<i64> {
    let version = group.get("version")?;
    match version.as_number() {
        Some(number) => Some(number.as_i64()),
        None => std::str::from_utf8(version.as_bytes()?).ok()?.parse().ok(),
    }
}

pub(super) fn get(context: &mut Context<'_>, request_id: CString) -> PropertyGet {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    PropertyGet {
        object_device_id: root.object_device_id(),
        request_id,
        service_id: root.text_or_minus_one("service_id"),
        bridge_device_id: context.bridge_device_id(),
    }
}

pub(super) fn shadow(context: &mut Context<'_>, request_id: CString) -> Shadow {
    let json = context.json();
    let root = Fields(json.as_ref().map(Json::value));
    let mut shadows = Vec::new();
    let mut duties = Vec::new();
    for item in root.list("shadow") {
        let item = Fields(Some(item));
        let service_id = item.service_id().unwrap_or(b"-1");
        let desired = item.get("desired").map(|desired| Fields(Some(desired)));
        if context.bridged.is_none() && matches!(service_id, DEVICE_RULE | DETECTION) {
            if let Some(desired) = desired {
                duties.extend(configuration(context, service_id, desired.get(PROPERTIES)));
            }
            continue;
        }
        let mut data = ShadowData {
            service_id: Some(c_text(service_id)),
            version: item.int("version", -1),
            ..ShadowData::default()
        };
        if let Some(desired) = desired {
            (data.desired_event_time, data.desired_properties) = shadow_side(desired);
        }
        if let Some(reported) = item.get("reported") {
            (data.reported_event_time, data.reported_properties) = shadow_side(Fields(Some(reported)));
        }
        shadows.push(data);
    }
    Shadow {
        object_device_id: root.object_device_id(),
        request_id,
        shadows,
        bridge_device_id: context.bridge_device_id(),
        duties,
    }
}

/// Event time and formatted properties of what is desired or reported.
fn shadow_side(side: Fields<'_>) -> (Text, Text) {
    (side.text_or_minus_one("event_time"), side.printed(PROPERTIES))
}
