//! Start and end, and the callbacks with the structs they receive.
//!
//! A struct handed to a callback and everything it points to live until the callback returns. Callbacks run one at a time, on a
//! thread of the library; they may call any function.

use crate::capi::agentlite::hw_type::{HW_CHAR, HW_INT, HW_LLONG, HW_VOID};
use crate::capi::boundary::{self, guard};
use crate::capi::callbacks::SLOTS;
use crate::capi::header::va_list;
use crate::capi::util::json_util::JSON;
use crate::capi::{log_relay, state};
use std::ffi::{c_char, c_int, c_void};

header!(IOTA_INIT_H, "<stdarg.h>", "hw_type.h", "json_util.h");

/// Not used any more.
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

c_enum! {
    /// What `IOTA_SetProtocolCallback` sets.
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

/// See `IOTA_SetProtocolCallback`.
pub type PFN_PROTOCOL_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP)>;

/// See `IOTA_SetEventCallback`.
pub type PFN_EVENT_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_EVENT)>;

/// See `IOTA_SetCmdCallback`.
pub type PFN_CMD_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_COMMAND)>;

/// See `IOTA_SetCmdCallbackV3`.
pub type PFN_CMD_CALLBACK_HANDLER_V3 = Option<unsafe extern "C" fn(message: *mut EN_IOTA_COMMAND_V3)>;

/// See `IOTA_SetMessageCallback`. `mqttv5`: MQTTV5_DATA of an MQTT 5 connection, else NULL.
pub type PFN_MESSAGE_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_MESSAGE, mqttv5: *mut c_void)>;

/// See `IOTA_SetRawMessageCallback`. `mqttv5`: MQTTV5_DATA of an MQTT 5 connection, else NULL.
pub type PFN_RAW_MESSAGE_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_RAW_MESSAGE, mqttv5: *mut c_void)>;

/// See `IOTA_SetPropSetCallback`.
pub type PFN_PROP_SET_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_PROPERTY_SET)>;

/// See `IOTA_SetPropGetCallback`.
pub type PFN_PROP_GET_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_PROPERTY_GET)>;

/// See `IOTA_SetShadowGetCallback`.
pub type PFN_SHADOW_GET_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_DEVICE_SHADOW)>;

/// See `IOTA_SetUserTopicMsgCallback`.
pub type PFN_USER_TOPIC_MSG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_USER_TOPIC_MESSAGE)>;

/// See `IOTA_SetUserTopicRawMsgCallback`.
pub type PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_USER_TOPIC_RAW_MESSAGE)>;

/// See `IOTA_SetBootstrapCallback`.
pub type PFN_BOOTSTRAP_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP)>;

/// Sends a device rule's command to another device; the result is ignored. See `IOTA_SetDeviceRuleSendMsgCallback`.
pub type PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(deviceId: *mut c_char, message: *mut c_char) -> HW_INT>;

/// See `IOTA_SetM2mCallback`.
pub type PFN_M2M_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_M2M_MESSAGE)>;

/// See `IOTA_SetBridgesDeviceLoginCallback`.
pub type PFN_BRIDGES_DEVICE_LOGIN = Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_LOGIN)>;

/// See `IOTA_SetBridgesDeviceLogoutCallback`.
pub type PFN_BRIDGES_DEVICE_LOGOUT = Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_LOGOUT)>;

/// See `IOTA_SetBridgesDeviceResetSecretCallback`.
pub type PFN_BRIDGES_DEVICE_RESET_SECRET = Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_RESET_SECRET)>;

/// See `IOTA_SetBridgesDeviceDisConnCallback`.
pub type PFN_BRIDGES_DEVICE_PLATE_DISCONNECT =
    Option<unsafe extern "C" fn(message: *mut EN_IOTA_BRIDGES_PALLET_DISCONNECT)>;

/// See `IOTA_SetUndefinedMessageCallback`.
pub type PFN_UNDEFINED_MSG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(message: *mut EN_IOTA_UNDEFINED_MESSAGE)>;

/// Receives the events of one service, before the general event callback.
pub type PFN_EVENT_CALLBACK_HANDLER_SPECIFY = Option<
    unsafe extern "C" fn(
        objectDeviceId: *mut c_char,
        mqtt_msg_info: *mut EN_IOTA_MQTT_MSG_INFO,
        message: *mut EN_IOTA_SERVICE_EVENT,
    ),
>;

/// The platform asks for the versions; answer with `IOTA_OTAVersionReport`.
pub type PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY = Option<unsafe extern "C" fn(objectDeviceId: *mut c_char)>;

/// The platform offers an upgrade; `event_type` is an EN_IOTA_EVENT_TYPE.
pub type PFN_OTAURL_CALLBACK_HANDLER_SPECIFY =
    Option<unsafe extern "C" fn(objectDeviceId: *mut c_char, event_type: c_int, ota_paras: *mut EN_IOTA_OTA_PARAS)>;

/// Receives a configuration and returns its result code, 0 for success. `cfg` belongs to the library; `description` is a
/// buffer of 100 bytes for the text of the answer.
pub type PFN_DEVICE_CONFIG_CALLBACK_HANDLER =
    Option<unsafe extern "C" fn(cfg: *mut JSON, description: *mut c_char) -> c_int>;

c_enum! {
    /// Service of an event.
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
        /// Any other service.
        EN_IOTA_EVENT_ERROR = -1,
    }
}

c_enum! {
    /// Type of an event.
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
        /// Any other type, and every soft bus event.
        EN_IOTA_EVENT_TYPE_ERROR = -1,
    }
}

/// Initialises the SDK for this process. Discards address, port, device id, secrets and modes configured before; QoS, keep
/// alive, time-outs, stamp method and all callbacks stay. Starts nothing on the network.
///
/// - `workPath`: directory that holds `conf/` with the certificates (looked at when connecting); must exist. Copied.
///
/// Returns 0; -101 for NULL; -102 when the path is "" or does not exist; -103 when already initialised (checked first;
/// nothing is touched). Any thread, callbacks included. See spec/connection.md 2.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_Init(workPath: *mut HW_CHAR) -> HW_INT {
    // SAFETY: the caller passes NULL or a C string.
    guard("IOTA_Init", -1, || {
        state::code("IOTA_Init", state::init(unsafe { boundary::bytes(workPath) }))
    })
}

/// Ends the session: sends DISCONNECT if connected, reports what is still queued as failed (code -11), stops the library's
/// threads. Legal at any time, before `IOTA_Init` too. Callbacks and the log callback stay registered.
///
/// Returns 0 always. Outside callbacks no callback runs any more when it returns; inside a callback it returns at once and the
/// session ends after that callback, and `IOTA_Init` may follow immediately. See spec/connection.md 2.9, 9.4.
#[no_mangle]
pub unsafe extern "C" fn IOTA_Destroy() -> HW_INT {
    guard("IOTA_Destroy", 0, || {
        state::destroy();
        0
    })
}

/// Registers the receiver of log lines; without one the library is silent.
///
/// - `pfnLogCallbackHandler`: gets the level (`LOGLEVEL`), a format and its `va_list`, valid during the call (use `vprintf`
///   or `vsyslog`); NULL switches logging off.
///
/// Runs on whichever thread logs, possibly several at once. Takes effect at once, at any time. See spec/connection.md 12.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetPrintLogCallback(pfnLogCallbackHandler: PFN_LOG_CALLBACK_HANDLER) {
    guard("IOTA_SetPrintLogCallback", (), || {
        log_relay::set_print_callback(pfnLogCallbackHandler)
    });
}

/// Sets address, device id, port and secret in one call; then the environment variables `IOTDA_MQTTC_ADDRESS`,
/// `IOTDA_MQTTC_PORT`, `IOTDA_MQTTC_DEVICEID` and `IOTDA_MQTTC_PASSWOROD` (this spelling) override what is set and not empty.
///
/// - `ip`: host name, IPv4 address, or IPv6 address in brackets.
/// - `port`: text; one containing `1883` means plain TCP, one containing `8883` TLS.
/// - `deviceId`: the device's id.
/// - `password`: the device secret; NULL keeps the one set before.
///
/// Returns 0; -101 when `ip`, `port` or `deviceId` is NULL (nothing is set). Takes effect at the next `IOTA_Connect`. See
/// spec/connection.md 2.3, 2.13.
#[no_mangle]
pub unsafe extern "C" fn IOTA_ConnectConfigSet(
    ip: *mut HW_CHAR,
    port: *mut HW_CHAR,
    deviceId: *mut HW_CHAR,
    password: *mut HW_CHAR,
) -> HW_INT {
    guard("IOTA_ConnectConfigSet", -1, || {
        // SAFETY: the caller passes NULL or C strings.
        let (ip, port, id, password) = unsafe {
            (
                boundary::bytes(ip),
                boundary::bytes(port),
                boundary::bytes(deviceId),
                boundary::bytes(password),
            )
        };
        state::code("IOTA_ConnectConfigSet", state::connect_config(ip, port, id, password))
    })
}

/// Registers one of the nine protocol callbacks: the outcomes of connecting, publishing and subscribing.
///
/// - `item`: which (`EN_IOTA_CALLBACK_SETTING`); another value is logged and ignored.
/// - `callbackHandler`: NULL unregisters. Its argument and all it points to are valid during the call.
///
/// Takes effect at once, at any time. The callback runs on the library's callback thread; it may call every function, block
/// and destroy the SDK. See spec/connection.md 9.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetProtocolCallback(
    item: EN_IOTA_CALLBACK_SETTING,
    callbackHandler: PFN_PROTOCOL_CALLBACK_HANDLER,
) {
    guard("IOTA_SetProtocolCallback", (), || {
        SLOTS.set_protocol(item, callbackHandler)
    });
}

/// Registers the receiver of every message on `…/sys/events/down`, after the specific callbacks of its services; the same structures as theirs.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEventCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER) {
    guard("IOTA_SetEventCallback", (), || SLOTS.event.set(callbackHandler));
}

/// Registers the receiver of commands of the platform; the program answers with IOTA_CommandResponse.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.3.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetCmdCallback(callbackHandler: PFN_CMD_CALLBACK_HANDLER) {
    guard("IOTA_SetCmdCallback", (), || SLOTS.command.set(callbackHandler));
}

/// Registers the receiver of commands on the V3 topics; the program answers with IOTA_CmdRspV3.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.4.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetCmdCallbackV3(callbackHandler: PFN_CMD_CALLBACK_HANDLER_V3) {
    guard("IOTA_SetCmdCallbackV3", (), || SLOTS.command_v3.set(callbackHandler));
}

/// Registers the receiver of messages of the platform in the standard form; second argument: MQTTV5_DATA * in an MQTT 5 session, else NULL.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetMessageCallback(callbackHandler: PFN_MESSAGE_CALLBACK_HANDLER) {
    guard("IOTA_SetMessageCallback", (), || SLOTS.message.set(callbackHandler));
}

/// Registers the receiver of every message of the platform as it came, before the message callback.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetRawMessageCallback(callbackHandler: PFN_RAW_MESSAGE_CALLBACK_HANDLER) {
    guard("IOTA_SetRawMessageCallback", (), || {
        SLOTS.raw_message.set(callbackHandler)
    });
}

/// Registers the receiver of properties set by the platform; the program answers with IOTA_PropertiesSetResponse (soft bus lists are answered by the library).
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.5.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetPropSetCallback(callbackHandler: PFN_PROP_SET_CALLBACK_HANDLER) {
    guard("IOTA_SetPropSetCallback", (), || {
        SLOTS.property_set.set(callbackHandler)
    });
}

/// Registers the receiver of property queries of the platform; the program answers with IOTA_PropertiesGetResponse.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.6.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetPropGetCallback(callbackHandler: PFN_PROP_GET_CALLBACK_HANDLER) {
    guard("IOTA_SetPropGetCallback", (), || {
        SLOTS.property_get.set(callbackHandler)
    });
}

/// Registers the receiver of answers to IOTA_GetDeviceShadow.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.7.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetShadowGetCallback(callbackHandler: PFN_SHADOW_GET_CALLBACK_HANDLER) {
    guard("IOTA_SetShadowGetCallback", (), || SLOTS.shadow.set(callbackHandler));
}

/// Registers the receiver of messages in the standard form on `…/user/…` topics.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.8.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetUserTopicMsgCallback(callbackHandler: PFN_USER_TOPIC_MSG_CALLBACK_HANDLER) {
    guard("IOTA_SetUserTopicMsgCallback", (), || {
        SLOTS.user_topic.set(callbackHandler)
    });
}

/// Registers the receiver of every message on `…/user/…` topics as it came.
///
/// - `pfnCallbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.8.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetUserTopicRawMsgCallback(pfnCallbackHandler: PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER) {
    guard("IOTA_SetUserTopicRawMsgCallback", (), || {
        SLOTS.user_topic_raw.set(pfnCallbackHandler)
    });
}

/// Registers the receiver of the answer to IOTA_Bootstrap: address and, in group mode, device secret.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.1.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetBootstrapCallback(callbackHandler: PFN_BOOTSTRAP_CALLBACK_HANDLER) {
    guard("IOTA_SetBootstrapCallback", (), || SLOTS.bootstrap.set(callbackHandler));
}

/// Registers the receiver of commands of device rules for another device.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 5.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetDeviceRuleSendMsgCallback(callbackHandler: PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER) {
    guard("IOTA_SetDeviceRuleSendMsgCallback", (), || {
        SLOTS.rule_send.set(callbackHandler)
    });
}

/// Registers the receiver of messages of other devices.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.9.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetM2mCallback(callbackHandler: PFN_M2M_CALLBACK_HANDLER) {
    guard("IOTA_SetM2mCallback", (), || SLOTS.m2m.set(callbackHandler));
}

/// Registers the receiver of answers to IOTA_BridgeDeviceLogin.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.10.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetBridgesDeviceLoginCallback(callbackHandler: PFN_BRIDGES_DEVICE_LOGIN) {
    guard("IOTA_SetBridgesDeviceLoginCallback", (), || {
        SLOTS.bridge_login.set(callbackHandler)
    });
}

/// Registers the receiver of answers to IOTA_BridgeDeviceLogout.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.10.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetBridgesDeviceLogoutCallback(callbackHandler: PFN_BRIDGES_DEVICE_LOGOUT) {
    guard("IOTA_SetBridgesDeviceLogoutCallback", (), || {
        SLOTS.bridge_logout.set(callbackHandler)
    });
}

/// Registers the receiver of answers to IOTA_BridgeDeviceResetSecret.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.10.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetBridgesDeviceResetSecretCallback(callbackHandler: PFN_BRIDGES_DEVICE_RESET_SECRET) {
    guard("IOTA_SetBridgesDeviceResetSecretCallback", (), || {
        SLOTS.bridge_reset_secret.set(callbackHandler)
    });
}

/// Registers the receiver of the platform's disconnects of bridged devices.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.10.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetBridgesDeviceDisConnCallback(callbackHandler: PFN_BRIDGES_DEVICE_PLATE_DISCONNECT) {
    guard("IOTA_SetBridgesDeviceDisConnCallback", (), || {
        SLOTS.bridge_disconnect.set(callbackHandler)
    });
}

/// Registers the receiver of messages on topics that nothing else claims.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 3.11.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetUndefinedMessageCallback(callbackHandler: PFN_UNDEFINED_MSG_CALLBACK_HANDLER) {
    guard("IOTA_SetUndefinedMessageCallback", (), || {
        SLOTS.undefined.set(callbackHandler)
    });
}

/// Registers the receiver of events of service `$sub_device_manager`.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenSubDeviceCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenSubDeviceCallback", (), || {
        SLOTS.sub_device.set(callbackHandler)
    });
}

/// Registers the receiver of events of service `$time_sync`.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetNtpCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetNtpCallback", (), || SLOTS.ntp.set(callbackHandler));
}

/// Registers the receiver of events of service `$log`.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenDeviceLogCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenDeviceLogCallback", (), || {
        SLOTS.device_log.set(callbackHandler)
    });
}

/// Registers the receiver of soft bus information; the table of getSoftBusTotal is already up to date, and DSoftBus may be started from here.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2; softbus.md 2.6.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenSoftBusCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenSoftBusCallback", (), || {
        SLOTS.soft_bus.set(callbackHandler)
    });
}

/// Registers the receiver of remote login requests.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenTunnelManagerCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenTunnelManagerCallback", (), || {
        SLOTS.tunnel.set(callbackHandler)
    });
}

/// Registers the receiver of upload and download addresses.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenFileManagerCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenFileManagerCallback", (), || {
        SLOTS.file_manager.set(callbackHandler)
    });
}

/// Registers the receiver of version queries of an upgrade.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenOtaVersionUpCallback(callbackHandler: PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenOtaVersionUpCallback", (), || {
        SLOTS.ota_version.set(callbackHandler)
    });
}

/// Registers the receiver of upgrade packages to fetch.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetEvenOtaUrlResponseCallback(callbackHandler: PFN_OTAURL_CALLBACK_HANDLER_SPECIFY) {
    guard("IOTA_SetEvenOtaUrlResponseCallback", (), || {
        SLOTS.ota_url.set(callbackHandler)
    });
}

/// Registers the receiver of configuration updates; its result and the text it writes (at most 99 bytes) are reported to the platform.
///
/// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
///
/// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread; may
/// call every function, block and destroy the SDK. See spec/downlink.md 4.3, 5.4.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SetDeviceConfigCallback(callbackHandler: PFN_DEVICE_CONFIG_CALLBACK_HANDLER) {
    guard("IOTA_SetDeviceConfigCallback", (), || {
        SLOTS.device_config.set(callbackHandler)
    });
}

/// Keeps the device rules in a file: takes over the rules in it at once (before `IOTA_Init`: at `IOTA_Init`), and writes it
/// whenever rules come or go. Without it rules are lost when the program ends.
///
/// - `filepath`: created when missing; its directory must be writable, as a new file replaces the old one. NULL: no file.
///
/// At any time, any thread; survives `IOTA_Destroy`. See spec/services.md 7.7.
#[no_mangle]
pub unsafe extern "C" fn IOTA_EnableDeviceRuleStorage(filepath: *const c_char) {
    guard("IOTA_EnableDeviceRuleStorage", (), || {
        // SAFETY: the caller passes NULL or a C string.
        state::store_rules_in(unsafe { boundary::bytes(filepath) });
    });
}

c_verbatim!(
    "
#ifdef MQTTV5
HW_INT IOTA_ConfigSetUint(HW_INT item, HW_UINT value);

/** IOTA_Init for a program that is compiled with MQTTV5: its connection speaks MQTT 5 (EN_IOTA_CFG_EXT_MQTT_VERSION). */
static inline HW_INT IOTA_InitMqttV5(HW_CHAR *workPath)
{
    HW_INT result = IOTA_Init(workPath);
    if (result == 0) {
        (void)IOTA_ConfigSetUint(100, 5);
    }
    return result;
}
#define IOTA_Init IOTA_InitMqttV5
#endif
"
);
