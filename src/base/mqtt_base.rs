//! Defaults of the connection, as far as programs use them; the MQTT client itself has no C interface.

use crate::agentlite::iota_init::structs::EN_IOTA_MQTT_PROTOCOL_RSP;
use std::ffi::{CStr, c_char, c_int, c_void};

header!(MQTT_BASE_H, "iota_init.h");

c_verbatim!(
    "
#ifndef FALSE
#define FALSE (0)
#endif

#ifndef TRUE
#define TRUE (!FALSE)
#endif
"
);

/// QoS of reports.
pub const DEFAULT_QOS: c_int = 1;
/// Seconds.
pub const DEFAULT_KEEP_ALIVE_INTERVAL: c_int = 120;
/// Seconds for one attempt to connect.
pub const DEFAULT_CONNECT_TIME_OUT: c_int = 30;
/// Seconds after which an unacknowledged message is sent again.
pub const DEFAULT_RETRYINTERVAL: c_int = 10;
/// 1: the platform's certificate is checked.
pub const DEFAULT_SERVERCERTAUTH: c_int = 1;
/// Messages in flight at most.
pub const DEFAULT_MAXINFIGHT: c_int = 65535;
pub const MQTT_PORT: &CStr = c"1883";
pub const MQTTS_PORT: &CStr = c"8883";
pub const MQTT_TRACE_ON: c_int = 0;
/// MQTTASYNC_TRACE_MINIMUM of the C SDK's MQTT client.
pub const MQTT_TRACE_LEVEL: c_int = 3;
pub const MAX_BUFFERED_MESSAGES: c_int = 3;
pub const CHECK_STAMP_LENGTH: c_int = 6;
pub const CHECK_STAMP_INDEX: c_int = 3;
pub const CHECK_STAMP_MODE: c_int = 1;
pub const TCP_URL_PREFIX: &CStr = c"tcp://";
pub const SSL_URL_PREFIX: &CStr = c"ssl://";
pub const ENCRYPT_LENGTH: c_int = 32;
pub const PASSWORD_ENCRYPT_LENGTH: c_int = 64;

c_enum! {
    /// The same as EN_IOTA_CALLBACK_SETTING.
    pub enum EN_MQTT_BASE_CALLBACK_SETTING {
        EN_MQTT_BASE_CALLBACK_CONNECT_SUCCESS = 0,
        EN_MQTT_BASE_CALLBACK_CONNECT_FAILURE = 1,
        EN_MQTT_BASE_CALLBACK_DISCONNECT_SUCCESS = 2,
        EN_MQTT_BASE_CALLBACK_DISCONNECT_FAILURE = 3,
        EN_MQTT_BASE_CALLBACK_CONNECTION_LOST = 4,
        EN_MQTT_BASE_CALLBACK_PUBLISH_SUCCESS = 5,
        EN_MQTT_BASE_CALLBACK_PUBLISH_FAILURE = 6,
        EN_MQTT_BASE_CALLBACK_SUBSCRIBE_SUCCESS = 7,
        EN_MQTT_BASE_CALLBACK_SUBSCRIBE_FAILURE = 8,
    }
}

c_enum! {
    /// The same as EN_IOTA_CFG_TYPE.
    pub enum ENUM_MQTT_BASE_CONFIG {
        EN_MQTT_BASE_CONFIG_USERNAME = 0,
        EN_MQTT_BASE_CONFIG_PASSWORD = 1,
        EN_MQTT_BASE_CONFIG_SERVER_IP = 2,
        EN_MQTT_BASE_CONFIG_SERVER_PORT = 3,
        EN_MQTT_BASE_CONFIG_AUTH_MODE = 4,
        EN_MQTT_BASE_CONFIG_LOG_LOCAL_NUMBER = 5,
        EN_MQTT_BASE_CONFIG_LOG_LEVEL = 6,
        EN_MQTT_BASE_CONFIG_KEEP_ALIVE_TIME = 7,
        EN_MQTT_BASE_CONFIG_CONNECT_TIMEOUT = 8,
        EN_MQTT_BASE_CONFIG_RETRY_INTERVAL = 9,
        EN_MQTT_BASE_CONFIG_RESET_SECRET_IN_PROGRESS = 10,
        EN_MQTT_BASE_CONFIG_QOS = 11,
        EN_MQTT_BASE_PRIVATE_KEY_PASSWORD = 12,
        EN_MQTT_BASE_BS_SCOPE_ID = 13,
        EN_MQTT_BASE_BS_MODE = 14,
        EN_MQTT_BASE_CHECK_STAMP = 15,
        EN_MQTT_BASE_BS_GROUP_SECRET = 16,
        EN_MQTT_BASE_BRIDGE_MODE = 17,
    }
}

pub type MQTT_BASE_CALLBACK_HANDLER = Option<unsafe extern "C" fn(protocolRsp: *mut EN_IOTA_MQTT_PROTOCOL_RSP)>;

pub type MQTT_BASE_CALLBACK_HANDLER_WITH_TOPIC = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        token: c_int,
        code: c_int,
        topic: *mut c_char,
        message: *mut c_char,
        messageLength: c_int,
        mqttv5: *mut c_void,
    ),
>;

c_verbatim!(
    "
typedef void MqttBase_connectionLost(void *context, char *cause);
typedef void MqttBase_deliveryComplete(void *context, int token);
typedef void MqttBase_messageArrived(void *context, char *topic, char *message);
typedef void MqttBase_commonCallback(void *context, int token, char *message);
"
);
