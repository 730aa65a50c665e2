//! What the callbacks receive.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT, HW_LLONG, HW_VOID};
use c_library::header::va_list;
use std::ffi::{c_char, c_int};

/// See `IOTA_SetCallback` in `iota_compat.h`.
pub type PFN_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(context: *mut HW_VOID, messageId: HW_INT, code: HW_INT, message: *mut HW_CHAR)>;

/// Receives each log line of the library: a LOGLEVEL, a `printf` format and its arguments. May run on any thread.
pub type PFN_LOG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(level: c_int, format: *mut c_char, args: va_list)>;

/// The MQTT message that led to a callback.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_MQTT_MSG_INFO {
    /// The `context` of the report that succeeded or failed; NULL for messages from the platform.
    pub context: *mut HW_VOID,
    /// MQTT packet id.
    pub messageId: HW_INT,
    /// 0, or why the operation failed.
    pub code: HW_INT,
}

/// Soft bus event; the roster shows it already, see `getSoftBusTotal`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SOFT_BUS_PARAS {
    /// JSON text of all of `paras`, or NULL.
    pub bus_infos: *mut HW_CHAR,
}

/// A sub-device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_INFO {
    pub parent_device_id: *mut HW_CHAR,
    pub node_id: *mut HW_CHAR,
    pub device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub description: *mut HW_CHAR,
    pub manufacturer_id: *mut HW_CHAR,
    pub model: *mut HW_CHAR,
    pub product_id: *mut HW_CHAR,
    pub fw_version: *mut HW_CHAR,
    pub sw_version: *mut HW_CHAR,
    pub status: *mut HW_CHAR,
    pub extension_info: *mut HW_CHAR,
}

/// An upgrade; strings NULL and numbers -1 where absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_OTA_PARAS {
    pub version: *mut HW_CHAR,
    pub url: *mut HW_CHAR,
    /// Bytes.
    pub file_size: HW_INT,
    pub file_name: *mut HW_CHAR,
    pub task_id: *mut HW_CHAR,
    pub sub_device_count: HW_INT,
    pub task_ext_info: *mut HW_CHAR,
    /// For the download.
    pub access_token: *mut HW_CHAR,
    /// Seconds for which `access_token` is valid.
    pub expires: HW_INT,
    /// SHA-256 of the file, see `IOTA_OTAVerifySign`.
    pub sign: *mut HW_CHAR,
}

/// Never delivered: device rules are handled by the library.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_RULE_PARAS {
    pub payload: *mut HW_CHAR,
}

/// Sub-devices that were added or deleted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_PARAS {
    /// Array of `devices_count`; for deleted devices only parent_device_id, node_id and device_id.
    pub devices: *mut EN_IOTA_DEVICE_INFO,
    pub devices_count: HW_INT,
    /// Version of the list of sub-devices.
    pub version: HW_LLONG,
}

/// Time synchronisation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_NTP_PARAS {
    /// Milliseconds since 1970 UTC, corrected for the way of the messages.
    pub device_real_time: HW_LLONG,
}

/// A sub-device that was not added, and why.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_ADD_DEVICE_FAILED_REASON {
    pub node_id: *mut HW_CHAR,
    pub product_id: *mut HW_CHAR,
    pub error_code: *mut HW_CHAR,
    pub error_msg: *mut HW_CHAR,
}

/// Response to `IOTA_AddSubDevice`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_GTW_ADD_DEVICE_PARAS {
    pub successful_devices: *mut EN_IOTA_DEVICE_INFO,
    pub successful_devices_count: HW_INT,
    pub failed_devices: *mut EN_IOTA_ADD_DEVICE_FAILED_REASON,
    pub failed_devices_count: HW_INT,
}

/// A sub-device that was not deleted, and why.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEL_DEVICE_FAILED_REASON {
    pub device_id: *mut HW_CHAR,
    pub error_code: *mut HW_CHAR,
    pub error_msg: *mut HW_CHAR,
}

/// A sub-device whose status was not updated, and why.
pub type EN_IOTA_SUB_UPDATE_REASON = EN_IOTA_DEL_DEVICE_FAILED_REASON;

/// Response to `IOTA_DelSubDevice`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_GTW_DEL_DEVICE_PARAS {
    /// Device ids.
    pub successful_devices: *mut *mut HW_CHAR,
    pub successful_devices_count: HW_INT,
    pub failed_devices: *mut EN_IOTA_DEL_DEVICE_FAILED_REASON,
    pub failed_devices_count: HW_INT,
}

/// A sub-device whose status was updated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_UODATE_STATUS_INFO {
    pub device_id: *mut HW_CHAR,
    pub status: *mut HW_CHAR,
}

/// Response to `IOTA_UpdateSubDeviceStatus`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_GTW_UODATE_STATUS_PARAS {
    pub successful_devices: *mut EN_IOTA_UODATE_STATUS_INFO,
    pub successful_devices_count: HW_INT,
    pub failed_devices: *mut EN_IOTA_SUB_UPDATE_REASON,
    pub failed_devices_count: HW_INT,
}

/// The platform switches the collection of logs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_LOG_PARAS {
    /// `on` or `off`.
    pub log_switch: *mut HW_CHAR,
    /// When collection ends.
    pub end_time: *mut HW_CHAR,
}

/// Remote login is requested.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_TUNNEL_MGR_PARAS {
    pub tunnel_url: *mut HW_CHAR,
    pub tunnel_access_token: *mut HW_CHAR,
}

/// Response to a request for a transfer URL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_FILE_MGR_PARAS {
    pub url: *mut HW_CHAR,
}

/// One event. Of the parameter members only the one for its service and type is set, the others are NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SERVICE_EVENT {
    /// EN_IOTA_EVENT_SERVICE_ID; -1 for any other service.
    pub servie_id: HW_INT,
    /// EN_IOTA_EVENT_TYPE; -1 for any other type.
    pub event_type: HW_INT,
    pub event_time: *mut HW_CHAR,
    /// Set in responses that repeat the `event_id` of a request.
    pub event_id: *mut HW_CHAR,
    pub paras: *mut EN_IOTA_DEVICE_PARAS,
    pub ota_paras: *mut EN_IOTA_OTA_PARAS,
    pub ntp_paras: *mut EN_IOTA_NTP_PARAS,
    pub gtw_add_device_paras: *mut EN_IOTA_GTW_ADD_DEVICE_PARAS,
    pub gtw_del_device_paras: *mut EN_IOTA_GTW_DEL_DEVICE_PARAS,
    pub gtw_update_status_paras: *mut EN_IOTA_GTW_UODATE_STATUS_PARAS,
    pub device_log_paras: *mut EN_IOTA_DEVICE_LOG_PARAS,
    pub device_rule_paras: *mut EN_IOTA_DEVICE_RULE_PARAS,
    pub tunnel_mgr_paras: *mut EN_IOTA_TUNNEL_MGR_PARAS,
    pub file_mgr_paras: *mut EN_IOTA_FILE_MGR_PARAS,
    pub soft_bus_paras: *mut EN_IOTA_SOFT_BUS_PARAS,
}

/// An event message, after the callbacks for single services have seen its events.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_EVENT {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// "-1" where the message has none.
    pub object_device_id: *mut HW_CHAR,
    /// Array of `services_count`.
    pub services: *mut EN_IOTA_SERVICE_EVENT,
    pub services_count: HW_INT,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// A command; answer it with `IOTA_CommandResponse`. Names are "-1" where the message has none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_COMMAND {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub service_id: *mut HW_CHAR,
    pub command_name: *mut HW_CHAR,
    /// JSON text or NULL.
    pub paras: *mut HW_CHAR,
    /// For the answer.
    pub request_id: *mut HW_CHAR,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// A command of the V3 interface; answer it with `IOTA_CmdRspV3`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_COMMAND_V3 {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// Always "cloudReq".
    pub msgType: *mut HW_CHAR,
    pub serviceId: *mut HW_CHAR,
    pub cmd: *mut HW_CHAR,
    /// JSON text or NULL.
    pub paras: *mut HW_CHAR,
    /// For the answer.
    pub mid: HW_INT,
}

/// Result of connecting, disconnecting, publishing, subscribing or provisioning.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_MQTT_PROTOCOL_RSP {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// What happened; for provisioning the address `host:port`.
    pub message: *mut HW_CHAR,
    /// Provisioning only: the secret of the device.
    pub deviceSecret: *mut HW_CHAR,
}

/// A device message in the platform's standard form.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub id: *mut HW_CHAR,
    pub content: *mut HW_CHAR,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// A message on a topic that has no other callback.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_UNDEFINED_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// Always NULL.
    pub object_device_id: *mut HW_CHAR,
    /// Ends with a zero byte.
    pub payload: *mut HW_CHAR,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// A device message as it arrived.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_RAW_MESSAGE {
    pub mqttMsgInfo: *mut EN_IOTA_MQTT_MSG_INFO,
    /// Always NULL.
    pub objectDeviceId: *mut HW_CHAR,
    pub payloadLength: HW_INT,
    /// `payloadLength` bytes and a zero byte.
    pub payload: *mut HW_CHAR,
}

/// A message of another device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_M2M_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub request_id: *mut HW_CHAR,
    pub to: *mut HW_CHAR,
    pub from: *mut HW_CHAR,
    pub content: *mut HW_CHAR,
}

/// Properties of one service.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SERVICE_PROPERTY {
    pub service_id: *mut HW_CHAR,
    /// JSON text or NULL.
    pub properties: *mut HW_CHAR,
}

/// Properties to set; answer with `IOTA_PropertiesSetResponse`. The library itself answers for the soft bus.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_PROPERTY_SET {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// "-1" where the message has none.
    pub object_device_id: *mut HW_CHAR,
    /// For the answer.
    pub request_id: *mut HW_CHAR,
    /// Array of `services_count`.
    pub services: *mut EN_IOTA_SERVICE_PROPERTY,
    pub services_count: HW_INT,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// Properties are asked for; answer with `IOTA_PropertiesGetResponse`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_PROPERTY_GET {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// "-1" where the message has none.
    pub object_device_id: *mut HW_CHAR,
    /// For the answer.
    pub request_id: *mut HW_CHAR,
    /// "-1": all services.
    pub service_id: *mut HW_CHAR,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// The shadow of one service.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SHADOW_DATA {
    pub service_id: *mut HW_CHAR,
    pub desired_event_time: *mut HW_CHAR,
    /// JSON text or NULL.
    pub desired_properties: *mut HW_CHAR,
    pub reported_event_time: *mut HW_CHAR,
    /// JSON text or NULL.
    pub reported_properties: *mut HW_CHAR,
    /// -1 where absent.
    pub version: HW_INT,
}

/// Response to `IOTA_GetDeviceShadow`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_SHADOW {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// "-1" where the message has none.
    pub object_device_id: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    /// Array of `shadow_data_count`.
    pub shadow: *mut EN_IOTA_SHADOW_DATA,
    pub shadow_data_count: HW_INT,
    /// The device behind this bridge, or NULL.
    pub bridge_device_id: *mut HW_CHAR,
}

/// A message on a user topic, in the platform's standard form.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_USER_TOPIC_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub id: *mut HW_CHAR,
    pub content: *mut HW_CHAR,
    /// Tail of the topic.
    pub topic_para: *mut HW_CHAR,
}

/// A message on a user topic as it arrived.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_USER_TOPIC_RAW_MESSAGE {
    pub mqttMsgInfo: *mut EN_IOTA_MQTT_MSG_INFO,
    /// Always NULL.
    pub objectDeviceId: *mut HW_CHAR,
    pub payloadLength: HW_INT,
    /// `payloadLength` bytes and a zero byte.
    pub payload: *mut HW_CHAR,
    /// Tail of the topic.
    pub topicPara: *mut HW_CHAR,
}

/// Response to `IOTA_BridgeDeviceLogin`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_BRIDGES_LOGIN {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// 0 for success, -1 where absent.
    pub result_code: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
}

/// Response to `IOTA_BridgeDeviceLogout`.
pub type EN_IOTA_BRIDGES_LOGOUT = EN_IOTA_BRIDGES_LOGIN;

/// Response to `IOTA_BridgeDeviceResetSecret`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_BRIDGES_RESET_SECRET {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    /// 0 for success, -1 where absent.
    pub result_code: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
    /// JSON text or NULL.
    pub paras: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    /// "-1" where absent.
    pub new_secret: *mut HW_CHAR,
}

/// The platform disconnected a device behind this bridge.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_BRIDGES_PALLET_DISCONNECT {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub bridge_device_id: *mut HW_CHAR,
}
