//! Reads every field of every structure that a callback can get: a pointer is valid or NULL, a text ends, a list has as many
//! elements as it says. The sanitizer judges.

use std::ffi::{c_char, c_int, c_void, CStr};
use std::hint::black_box;

use HWMQTT::agentlite::iota_init::*;
use HWMQTT::util::mqttv5_util::{MQTTV5_DATA, MQTTV5_USER_PRO};

/// A structure whose fields are read.
pub trait Read {
    unsafe fn read(&self);
}

pub unsafe fn text(text: *const c_char) {
    if !text.is_null() {
        black_box(CStr::from_ptr(text).to_bytes().iter().map(|b| usize::from(*b)).sum::<usize>());
    }
}

pub unsafe fn one<T: Read>(structure: *const T) {
    if let Some(structure) = structure.as_ref() {
        structure.read();
    }
}

unsafe fn list<T: Read>(first: *const T, count: c_int) {
    for at in 0..usize::try_from(count).expect("a count is not negative") {
        (*first.add(at)).read();
    }
}

unsafe fn bytes(first: *const c_char, count: c_int) {
    let count = usize::try_from(count).expect("a length is not negative");
    let bytes = std::slice::from_raw_parts(first.cast::<u8>(), count + 1);
    assert_eq!(bytes.last(), Some(&0), "bytes end with a zero");
    black_box(bytes.iter().map(|b| usize::from(*b)).sum::<usize>());
}

macro_rules! structures {
    ($($name:ident { $($how:ident: $($field:ident $(* $count:ident)?),*;)* })*) => {
        $(impl Read for $name {
            unsafe fn read(&self) {
                $($(structures!(@$how self, $field $(, $count)?);)*)*
            }
        })*
    };
    (@text $self:ident, $field:ident) => { text($self.$field) };
    (@number $self:ident, $field:ident) => { black_box($self.$field) };
    (@one $self:ident, $field:ident) => { one($self.$field) };
    (@list $self:ident, $field:ident, $count:ident) => { list($self.$field, $self.$count) };
    (@bytes $self:ident, $field:ident, $count:ident) => { bytes($self.$field, $self.$count) };
}

impl Read for *mut c_char {
    unsafe fn read(&self) {
        text(*self);
    }
}

structures! {
    EN_IOTA_MQTT_MSG_INFO { number: context, messageId, code; }
    EN_IOTA_DEVICE_INFO { text: parent_device_id, node_id, device_id, name, description, manufacturer_id, model, product_id,
        fw_version, sw_version, status, extension_info; }
    EN_IOTA_OTA_PARAS { text: version, url, file_name, task_id, task_ext_info, access_token, sign;
        number: file_size, sub_device_count, expires; }
    EN_IOTA_DEVICE_RULE_PARAS { text: payload; }
    EN_IOTA_DEVICE_PARAS { list: devices * devices_count; number: version; }
    EN_IOTA_NTP_PARAS { number: device_real_time; }
    EN_IOTA_ADD_DEVICE_FAILED_REASON { text: node_id, product_id, error_code, error_msg; }
    EN_IOTA_GTW_ADD_DEVICE_PARAS { list: successful_devices * successful_devices_count, failed_devices * failed_devices_count; }
    EN_IOTA_DEL_DEVICE_FAILED_REASON { text: device_id, error_code, error_msg; }
    EN_IOTA_GTW_DEL_DEVICE_PARAS { list: successful_devices * successful_devices_count, failed_devices * failed_devices_count; }
    EN_IOTA_UODATE_STATUS_INFO { text: device_id, status; }
    EN_IOTA_GTW_UODATE_STATUS_PARAS { list: successful_devices * successful_devices_count,
        failed_devices * failed_devices_count; }
    EN_IOTA_DEVICE_LOG_PARAS { text: log_switch, end_time; }
    EN_IOTA_TUNNEL_MGR_PARAS { text: tunnel_url, tunnel_access_token; }
    EN_IOTA_FILE_MGR_PARAS { text: url; }
    EN_IOTA_SOFT_BUS_PARAS { text: bus_infos; }
    EN_IOTA_SERVICE_EVENT { number: servie_id, event_type; text: event_time, event_id;
        one: paras, ota_paras, ntp_paras, gtw_add_device_paras, gtw_del_device_paras, gtw_update_status_paras,
        device_log_paras, device_rule_paras, tunnel_mgr_paras, file_mgr_paras, soft_bus_paras; }
    EN_IOTA_EVENT { one: mqtt_msg_info; text: object_device_id, bridge_device_id; list: services * services_count; }
    EN_IOTA_COMMAND { one: mqtt_msg_info;
        text: object_device_id, service_id, command_name, paras, request_id, bridge_device_id; }
    EN_IOTA_COMMAND_V3 { one: mqtt_msg_info; text: msgType, serviceId, cmd, paras; number: mid; }
    EN_IOTA_MQTT_PROTOCOL_RSP { one: mqtt_msg_info; text: message, deviceSecret; }
    EN_IOTA_MESSAGE { one: mqtt_msg_info; text: object_device_id, name, id, content, bridge_device_id; }
    EN_IOTA_UNDEFINED_MESSAGE { one: mqtt_msg_info; text: object_device_id, payload, bridge_device_id; }
    EN_IOTA_RAW_MESSAGE { one: mqttMsgInfo; text: objectDeviceId; bytes: payload * payloadLength; }
    EN_IOTA_M2M_MESSAGE { one: mqtt_msg_info; text: request_id, to, from, content; }
    EN_IOTA_SERVICE_PROPERTY { text: service_id, properties; }
    EN_IOTA_PROPERTY_SET { one: mqtt_msg_info; text: object_device_id, request_id, bridge_device_id;
        list: services * services_count; }
    EN_IOTA_PROPERTY_GET { one: mqtt_msg_info; text: object_device_id, request_id, service_id, bridge_device_id; }
    EN_IOTA_SHADOW_DATA { text: service_id, desired_event_time, desired_properties, reported_event_time, reported_properties;
        number: version; }
    EN_IOTA_DEVICE_SHADOW { one: mqtt_msg_info; text: object_device_id, request_id, bridge_device_id;
        list: shadow * shadow_data_count; }
    EN_IOTA_USER_TOPIC_MESSAGE { one: mqtt_msg_info; text: object_device_id, name, id, content, topic_para; }
    EN_IOTA_USER_TOPIC_RAW_MESSAGE { one: mqttMsgInfo; text: objectDeviceId, topicPara; bytes: payload * payloadLength; }
    EN_IOTA_BRIDGES_LOGIN { one: mqtt_msg_info; number: result_code; text: bridge_device_id, request_id; }
    EN_IOTA_BRIDGES_RESET_SECRET { one: mqtt_msg_info; number: result_code;
        text: bridge_device_id, paras, request_id, new_secret; }
    EN_IOTA_BRIDGES_PALLET_DISCONNECT { one: mqtt_msg_info; text: bridge_device_id; }
}

/// The second argument of the message callbacks.
pub unsafe fn mqtt5(data: *mut c_void) {
    let Some(data) = data.cast::<MQTTV5_DATA>().as_ref() else { return };
    let mut next = data.properties.cast_const();
    while let Some(pair) = next.as_ref() {
        text(pair.key);
        text(pair.Value);
        next = pair.nex.cast::<MQTTV5_USER_PRO>();
    }
    text(data.contnt_type);
    text(data.response_topic);
    text(data.correlation_data);
    black_box(data.topic_alias);
}
