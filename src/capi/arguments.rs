//! The program's argument structures as the protocol takes them: borrowed for the call, NULL as `None`.

use super::agentlite::iota_datatrans::{ST_IOTA_DEVICE_INFO_REPORT, ST_IOTA_MESS_REP_INFO, ST_IOTA_SERVICE_DATA_INFO};
use super::boundary::bytes;
use super::util::mqttv5_util::MQTTV5_DATA;
use crate::protocol::uplink::event::DeviceInfoReport;
use crate::protocol::uplink::message::MessageReport;
use crate::protocol::uplink::properties::ServiceData;
use crate::transport::Properties;

/// More list nodes than a message can carry: a list that goes on is a ring.
const MAX_USER_PROPERTIES: usize = 16_384;

/// # Safety
/// All members are NULL or C strings that outlive `'a`.
pub unsafe fn message_report<'a>(info: &ST_IOTA_MESS_REP_INFO) -> MessageReport<'a> {
    MessageReport {
        object_device_id: bytes(info.object_device_id),
        name: bytes(info.name),
        id: bytes(info.id),
        content: bytes(info.content),
        topic_paras: bytes(info.topicParas),
    }
}

/// `None` for NULL. Entry 0 is read whatever the count.
///
/// # Safety
/// `list` is NULL or has `max(count, 1)` entries whose members are NULL or C strings that outlive `'a`.
pub unsafe fn services<'a>(list: *const ST_IOTA_SERVICE_DATA_INFO, count: i32) -> Option<Vec<ServiceData<'a>>> {
    if list.is_null() {
        return None;
    }
    let count = usize::try_from(count).unwrap_or_default();
    let entries = std::slice::from_raw_parts(list, count);
    Some(
        entries
            .iter()
            .map(|entry| ServiceData {
                service_id: bytes(entry.service_id),
                event_time: bytes(entry.event_time),
                properties: bytes(entry.properties),
            })
            .collect(),
    )
}

/// `None` for NULL.
///
/// # Safety
/// `info` is NULL or its members are NULL or C strings that outlive `'a`.
pub unsafe fn device_info<'a>(info: *const ST_IOTA_DEVICE_INFO_REPORT) -> Option<DeviceInfoReport<'a>> {
    let info = info.as_ref()?;
    Some(DeviceInfoReport {
        object_device_id: bytes(info.object_device_id),
        event_time: bytes(info.event_time),
        device_sdk_version: bytes(info.device_sdk_version),
        sw_version: bytes(info.sw_version),
        fw_version: bytes(info.fw_version),
        device_ip: bytes(info.device_ip),
    })
}

/// A copy of MQTT 5 properties; `None` for NULL. Texts that are not UTF-8 cannot be sent and are left out with a line.
///
/// # Safety
/// `data` is NULL or its members are NULL, C strings, or a list of them.
pub unsafe fn mqtt5(data: *const MQTTV5_DATA) -> Option<Box<Properties>> {
    let data = data.as_ref()?;
    let text = |pointer| {
        let text = std::str::from_utf8(bytes(pointer)?).map(str::to_owned);
        text.inspect_err(|_| crate::error!("an MQTT 5 property is not UTF-8: left out"))
            .ok()
    };
    let mut user = Vec::new();
    let mut node = data.properties.cast_const();
    while let Some(entry) = node.as_ref() {
        if let (Some(key), Some(value)) = (text(entry.key), text(entry.Value)) {
            user.push((key, value));
        }
        if user.len() >= MAX_USER_PROPERTIES {
            crate::error!("the list of MQTT 5 user properties does not end: cut after {MAX_USER_PROPERTIES}");
            break;
        }
        node = entry.nex.cast_const().cast();
    }
    Some(Box::new(Properties {
        user,
        content_type: text(data.contnt_type),
        response_topic: text(data.response_topic),
        correlation_data: bytes(data.correlation_data).map(|data| data.to_vec().into()),
        topic_alias: Some(data.topic_alias),
    }))
}
