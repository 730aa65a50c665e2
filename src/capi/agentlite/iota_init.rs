//! Start and end, and the callbacks with the structs they receive.
//!
//! A struct handed to a callback and everything it points to live until the callback returns; what is absent in the message is
//! NULL. Callbacks run one at a time, on a thread of the library; they may call any function.

use crate::capi::agentlite::hw_type::{HW_CHAR, HW_INT, HW_LLONG, HW_VOID};
use crate::capi::header::va_list;
use crate::capi::util::json_util::JSON;
use std::ffi::{c_char, c_int, c_void};

header!(IOTA_INIT_H, "<stdarg.h>", "hw_type.h", "json_util.h");

pub type PFN_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(context: *mut HW_VOID, messageId: HW_INT, code: HW_INT, message: *mut HW_CHAR)>;

pub type PFN_LOG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(level: c_int, format: *mut c_char, args: va_list)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_MQTT_MSG_INFO {
    pub context: *mut HW_VOID,
    pub messageId: HW_INT,
    pub code: HW_INT,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SOFT_BUS_PARAS {
    pub bus_infos: *mut HW_CHAR,
}

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

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_OTA_PARAS {
    pub version: *mut HW_CHAR,
    pub url: *mut HW_CHAR,
    pub file_size: HW_INT,
    pub file_name: *mut HW_CHAR,
    pub task_id: *mut HW_CHAR,
    pub sub_device_count: HW_INT,
    pub task_ext_info: *mut HW_CHAR,
    pub access_token: *mut HW_CHAR,
    pub expires: HW_INT,
    pub sign: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_RULE_PARAS {
    pub payload: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_PARAS {
    pub devices: *mut EN_IOTA_DEVICE_INFO,
    pub devices_count: HW_INT,
    pub version: HW_LLONG,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_NTP_PARAS {
    pub device_real_time: HW_LLONG,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_ADD_DEVICE_FAILED_REASON {
    pub node_id: *mut HW_CHAR,
    pub product_id: *mut HW_CHAR,
    pub error_code: *mut HW_CHAR,
    pub error_msg: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_GTW_ADD_DEVICE_PARAS {
    pub successful_devices: *mut EN_IOTA_DEVICE_INFO,
    pub successful_devices_count: HW_INT,
    pub failed_devices: *mut EN_IOTA_ADD_DEVICE_FAILED_REASON,
    pub failed_devices_count: HW_INT,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEL_DEVICE_FAILED_REASON {
    pub device_id: *mut HW_CHAR,
    pub error_code: *mut HW_CHAR,
    pub error_msg: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SUB_UPDATE_REASON {
    pub device_id: *mut HW_CHAR,
    pub error_code: *mut HW_CHAR,
    pub error_msg: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_GTW_DEL_DEVICE_PARAS {
    pub successful_devices: *mut *mut HW_CHAR,
    pub successful_devices_count: HW_INT,
    pub failed_devices: *mut EN_IOTA_DEL_DEVICE_FAILED_REASON,
    pub failed_devices_count: HW_INT,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_UODATE_STATUS_INFO {
    pub device_id: *mut HW_CHAR,
    pub status: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_GTW_UODATE_STATUS_PARAS {
    pub successful_devices: *mut EN_IOTA_UODATE_STATUS_INFO,
    pub successful_devices_count: HW_INT,
    pub failed_devices: *mut EN_IOTA_SUB_UPDATE_REASON,
    pub failed_devices_count: HW_INT,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_LOG_PARAS {
    pub log_switch: *mut HW_CHAR,
    pub end_time: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_TUNNEL_MGR_PARAS {
    pub tunnel_url: *mut HW_CHAR,
    pub tunnel_access_token: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_FILE_MGR_PARAS {
    pub url: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SERVICE_EVENT {
    pub servie_id: HW_INT,
    pub event_type: HW_INT,
    pub event_time: *mut HW_CHAR,
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

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_EVENT {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub services: *mut EN_IOTA_SERVICE_EVENT,
    pub services_count: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_COMMAND {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub service_id: *mut HW_CHAR,
    pub command_name: *mut HW_CHAR,
    pub paras: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_COMMAND_V3 {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub msgType: *mut HW_CHAR,
    pub serviceId: *mut HW_CHAR,
    pub cmd: *mut HW_CHAR,
    pub paras: *mut HW_CHAR,
    pub mid: HW_INT,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_MQTT_PROTOCOL_RSP {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub message: *mut HW_CHAR,
    pub deviceSecret: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub id: *mut HW_CHAR,
    pub content: *mut HW_CHAR,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_UNDEFINED_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub payload: *mut HW_CHAR,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_RAW_MESSAGE {
    pub mqttMsgInfo: *mut EN_IOTA_MQTT_MSG_INFO,
    pub objectDeviceId: *mut HW_CHAR,
    pub payloadLength: HW_INT,
    pub payload: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_M2M_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub request_id: *mut HW_CHAR,
    pub to: *mut HW_CHAR,
    pub from: *mut HW_CHAR,
    pub content: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SERVICE_PROPERTY {
    pub service_id: *mut HW_CHAR,
    pub properties: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_PROPERTY_SET {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    pub services: *mut EN_IOTA_SERVICE_PROPERTY,
    pub services_count: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_PROPERTY_GET {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    pub service_id: *mut HW_CHAR,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_SHADOW_DATA {
    pub service_id: *mut HW_CHAR,
    pub desired_event_time: *mut HW_CHAR,
    pub desired_properties: *mut HW_CHAR,
    pub reported_event_time: *mut HW_CHAR,
    pub reported_properties: *mut HW_CHAR,
    pub version: HW_INT,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_DEVICE_SHADOW {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    pub shadow: *mut EN_IOTA_SHADOW_DATA,
    pub shadow_data_count: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_USER_TOPIC_MESSAGE {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub object_device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub id: *mut HW_CHAR,
    pub content: *mut HW_CHAR,
    pub topic_para: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_USER_TOPIC_RAW_MESSAGE {
    pub mqttMsgInfo: *mut EN_IOTA_MQTT_MSG_INFO,
    pub objectDeviceId: *mut HW_CHAR,
    pub payloadLength: HW_INT,
    pub payload: *mut HW_CHAR,
    pub topicPara: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_BRIDGES_LOGIN {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub result_code: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
}

pub type EN_IOTA_BRIDGES_LOGOUT = EN_IOTA_BRIDGES_LOGIN;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_BRIDGES_RESET_SECRET {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub result_code: HW_INT,
    pub bridge_device_id: *mut HW_CHAR,
    pub paras: *mut HW_CHAR,
    pub request_id: *mut HW_CHAR,
    pub new_secret: *mut HW_CHAR,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct EN_IOTA_BRIDGES_PALLET_DISCONNECT {
    pub mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
    pub bridge_device_id: *mut HW_CHAR,
}

c_enum! {
    pub enum EN_IOTA_CALLBACK_SETTING {
        EN_IOTA_CALLBACK_CONNECT_SUCCESS = 0,
        EN_IOTA_CALLBACK_CONNECT_FAILURE = 1,
        EN_IOTA_CALLBACK_DISCONNECT_SUCCESS = 2,
        EN_IOTA_CALLBACK_DISCONNECT_FAILURE = 3,
        EN_IOTA_CALLBACK_CONNECTION_LOST = 4,
        EN_IOTA_CALLBACK_PUBLISH_SUCCESS = 5,
        EN_IOTA_CALLBACK_PUBLISH_FAILURE = 6,
        EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS = 7,
        EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE = 8,
    }
}

pub type PFN_PROTOCOL_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP)>;

pub type PFN_EVENT_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_EVENT)>;

pub type PFN_CMD_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_COMMAND)>;

pub type PFN_CMD_CALLBACK_HANDLER_V3 = Option<unsafe extern "C" fn(message: *mut EN_IOTA_COMMAND_V3)>;

pub type PFN_MESSAGE_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_MESSAGE, mqttv5: *mut c_void)>;

pub type PFN_RAW_MESSAGE_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_RAW_MESSAGE, mqttv5: *mut c_void)>;

pub type PFN_PROP_SET_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_PROPERTY_SET)>;

pub type PFN_PROP_GET_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_PROPERTY_GET)>;

pub type PFN_SHADOW_GET_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_DEVICE_SHADOW)>;

pub type PFN_USER_TOPIC_MSG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_USER_TOPIC_MESSAGE)>;

pub type PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_USER_TOPIC_RAW_MESSAGE)>;

pub type PFN_BOOTSTRAP_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP)>;

pub type PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(deviceId: *mut c_char, message: *mut c_char) -> HW_INT>;

pub type PFN_M2M_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_M2M_MESSAGE)>;

pub type PFN_BRIDGES_DEVICE_LOGIN = Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_LOGIN)>;

pub type PFN_BRIDGES_DEVICE_LOGOUT = Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_LOGOUT)>;

pub type PFN_BRIDGES_DEVICE_RESET_SECRET = Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_RESET_SECRET)>;

pub type PFN_BRIDGES_DEVICE_PLATE_DISCONNECT =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_PALLET_DISCONNECT)>;

pub type PFN_UNDEFINED_MSG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_UNDEFINED_MESSAGE)>;

pub type PFN_EVENT_CALLBACK_HANDLER_SPECIFY = Option<
    unsafe extern "C" fn(
        objectDeviceId: *mut c_char,
        mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
        message: *mut EN_IOTA_SERVICE_EVENT,
    ),
>;

pub type PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY = Option<unsafe extern "C" fn(objectDeviceId: *mut c_char)>;

pub type PFN_OTAURL_CALLBACK_HANDLER_SPECIFY =
    Option<unsafe extern "C" fn(objectDeviceId: *mut c_char, event_type: c_int, ota_paras: *mut EN_IOTA_OTA_PARAS)>;

pub type PFN_DEVICE_CONFIG_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(cfg: *mut JSON, description: *mut c_char) -> c_int>;

c_enum! {
    pub enum EN_IOTA_EVENT_SERVICE_ID {
        EN_IOTA_EVENT_SUB_DEVICE_MANAGER = 0,
        EN_IOTA_EVENT_OTA = 1,
        EN_IOTA_EVENT_TIME_SYNC = 2,
        EN_IOTA_EVENT_DEVICE_LOG = 3,
        EN_IOTA_EVENT_FILE_MANAGER = 4,
        EN_IOTA_EVENT_DEVICE_RULE = 6,
        EN_IOTA_EVENT_TUNNEL_MANAGER = 7,
        EN_IOTA_EVENT_DEVICE_CONFIG = 8,
        EN_IOTA_EVENT_SOFT_BUS = 9,
        EN_IOTA_EVENT_ERROR = -1,
    }
}

c_enum! {
    pub enum EN_IOTA_EVENT_TYPE {
        EN_IOTA_EVENT_ADD_SUB_DEVICE_NOTIFY = 0,
        EN_IOTA_EVENT_DELETE_SUB_DEVICE_NOTIFY = 1,
        EN_IOTA_EVENT_VERSION_QUERY = 2,
        EN_IOTA_EVENT_FIRMWARE_UPGRADE = 3,
        EN_IOTA_EVENT_SOFTWARE_UPGRADE = 4,
        EN_IOTA_EVENT_GET_TIME_SYNC_RESPONSE = 5,
        EN_IOTA_EVENT_ADD_SUB_DEVICE_RESPONSE = 6,
        EN_IOTA_EVENT_DEL_SUB_DEVICE_RESPONSE = 7,
        EN_IOTA_EVENT_LOG_CONFIG = 8,
        EN_IOTA_EVENT_GET_UPLOAD_URL_RESPONSE = 9,
        EN_IOTA_EVENT_GET_DOWNLOAD_URL_RESPONSE = 10,
        EN_IOTA_EVENT_TUNNEL_NOTIFY = 11,
        EN_IOTA_EVENT_DEVICE_CONFIG_UPDATE = 12,
        EN_IOTA_EVENT_FIRMWARE_UPGRADE_V2 = 13,
        EN_IOTA_EVENT_SOFTWARE_UPGRADE_V2 = 14,
        EN_IOTA_EVENT_UPDATE_SUB_DEVICE_RESPONSE = 15,
        EN_IOTA_EVENT_TYPE_ERROR = -1,
    }
}
