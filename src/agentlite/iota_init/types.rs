//! The callbacks and the numbers that they get.

use super::structs::*;
use crate::agentlite::hw_type::HW_INT;
use crate::util::json_util::JSON;
use std::ffi::{c_char, c_int, c_void};

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
