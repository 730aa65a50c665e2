/* Generated from src/agentlite/iota_init.rs; do not edit. */
/**
 * Start and end, and the callbacks with the structs they receive.
 *
 * A struct handed to a callback and everything it points to live until the callback returns.
 * Callbacks run one at a time, on a thread of the library; they may call any function.
 */
#ifndef IOTA_INIT_H
#define IOTA_INIT_H

#include <stdarg.h>
#include "hw_type.h"
#include "json_util.h"

#ifdef __cplusplus
extern "C" {
#endif

/** See `IOTA_SetCallback` in `iota_compat.h`. */
typedef void (*PFN_CALLBACK_HANDLER)(HW_VOID *context,
                                     HW_INT messageId,
                                     HW_INT code,
                                     HW_CHAR *message);

/**
 * Receives each log line of the library: a LOGLEVEL, a `printf` format and its arguments. May run
 * on any thread.
 */
typedef void (*PFN_LOG_CALLBACK_HANDLER)(int level, char *format, va_list args);

/** The MQTT message that led to a callback. */
typedef struct EN_IOTA_MQTT_MSG_INFO {
    /**
     * The `context` of the report that succeeded or failed; NULL for messages from the platform.
     */
    HW_VOID *context;
    /** MQTT packet id. */
    HW_INT messageId;
    /** 0, or why the operation failed. */
    HW_INT code;
} EN_IOTA_MQTT_MSG_INFO;

/** Soft bus event; the roster shows it already, see `getSoftBusTotal`. */
typedef struct EN_IOTA_SOFT_BUS_PARAS {
    /** JSON text of all of `paras`, or NULL. */
    HW_CHAR *bus_infos;
} EN_IOTA_SOFT_BUS_PARAS;

/** A sub-device. */
typedef struct EN_IOTA_DEVICE_INFO {
    HW_CHAR *parent_device_id;
    HW_CHAR *node_id;
    HW_CHAR *device_id;
    HW_CHAR *name;
    HW_CHAR *description;
    HW_CHAR *manufacturer_id;
    HW_CHAR *model;
    HW_CHAR *product_id;
    HW_CHAR *fw_version;
    HW_CHAR *sw_version;
    HW_CHAR *status;
    HW_CHAR *extension_info;
} EN_IOTA_DEVICE_INFO;

/** An upgrade; strings NULL and numbers -1 where absent. */
typedef struct EN_IOTA_OTA_PARAS {
    HW_CHAR *version;
    HW_CHAR *url;
    /** Bytes. */
    HW_INT file_size;
    HW_CHAR *file_name;
    HW_CHAR *task_id;
    HW_INT sub_device_count;
    HW_CHAR *task_ext_info;
    /** For the download. */
    HW_CHAR *access_token;
    /** Seconds for which `access_token` is valid. */
    HW_INT expires;
    /** SHA-256 of the file, see `IOTA_OTAVerifySign`. */
    HW_CHAR *sign;
} EN_IOTA_OTA_PARAS;

/** Never delivered: device rules are handled by the library. */
typedef struct EN_IOTA_DEVICE_RULE_PARAS {
    HW_CHAR *payload;
} EN_IOTA_DEVICE_RULE_PARAS;

/** Sub-devices that were added or deleted. */
typedef struct EN_IOTA_DEVICE_PARAS {
    /**
     * Array of `devices_count`; for deleted devices only parent_device_id, node_id and device_id.
     */
    EN_IOTA_DEVICE_INFO *devices;
    HW_INT devices_count;
    /** Version of the list of sub-devices. */
    HW_LLONG version;
} EN_IOTA_DEVICE_PARAS;

/** Time synchronisation. */
typedef struct EN_IOTA_NTP_PARAS {
    /** Milliseconds since 1970 UTC, corrected for the way of the messages. */
    HW_LLONG device_real_time;
} EN_IOTA_NTP_PARAS;

/** A sub-device that was not added, and why. */
typedef struct EN_IOTA_ADD_DEVICE_FAILED_REASON {
    HW_CHAR *node_id;
    HW_CHAR *product_id;
    HW_CHAR *error_code;
    HW_CHAR *error_msg;
} EN_IOTA_ADD_DEVICE_FAILED_REASON;

/** Response to `IOTA_AddSubDevice`. */
typedef struct EN_IOTA_GTW_ADD_DEVICE_PARAS {
    EN_IOTA_DEVICE_INFO *successful_devices;
    HW_INT successful_devices_count;
    EN_IOTA_ADD_DEVICE_FAILED_REASON *failed_devices;
    HW_INT failed_devices_count;
} EN_IOTA_GTW_ADD_DEVICE_PARAS;

/** A sub-device that was not deleted, and why. */
typedef struct EN_IOTA_DEL_DEVICE_FAILED_REASON {
    HW_CHAR *device_id;
    HW_CHAR *error_code;
    HW_CHAR *error_msg;
} EN_IOTA_DEL_DEVICE_FAILED_REASON;

/** A sub-device whose status was not updated, and why. */
typedef EN_IOTA_DEL_DEVICE_FAILED_REASON EN_IOTA_SUB_UPDATE_REASON;

/** Response to `IOTA_DelSubDevice`. */
typedef struct EN_IOTA_GTW_DEL_DEVICE_PARAS {
    /** Device ids. */
    HW_CHAR **successful_devices;
    HW_INT successful_devices_count;
    EN_IOTA_DEL_DEVICE_FAILED_REASON *failed_devices;
    HW_INT failed_devices_count;
} EN_IOTA_GTW_DEL_DEVICE_PARAS;

/** A sub-device whose status was updated. */
typedef struct EN_IOTA_UODATE_STATUS_INFO {
    HW_CHAR *device_id;
    HW_CHAR *status;
} EN_IOTA_UODATE_STATUS_INFO;

/** Response to `IOTA_UpdateSubDeviceStatus`. */
typedef struct EN_IOTA_GTW_UODATE_STATUS_PARAS {
    EN_IOTA_UODATE_STATUS_INFO *successful_devices;
    HW_INT successful_devices_count;
    EN_IOTA_SUB_UPDATE_REASON *failed_devices;
    HW_INT failed_devices_count;
} EN_IOTA_GTW_UODATE_STATUS_PARAS;

/** The platform switches the collection of logs. */
typedef struct EN_IOTA_DEVICE_LOG_PARAS {
    /** `on` or `off`. */
    HW_CHAR *log_switch;
    /** When collection ends. */
    HW_CHAR *end_time;
} EN_IOTA_DEVICE_LOG_PARAS;

/** Remote login is requested. */
typedef struct EN_IOTA_TUNNEL_MGR_PARAS {
    HW_CHAR *tunnel_url;
    HW_CHAR *tunnel_access_token;
} EN_IOTA_TUNNEL_MGR_PARAS;

/** Response to a request for a transfer URL. */
typedef struct EN_IOTA_FILE_MGR_PARAS {
    HW_CHAR *url;
} EN_IOTA_FILE_MGR_PARAS;

/**
 * One event. Of the parameter members only the one for its service and type is set, the
 * others are NULL.
 */
typedef struct EN_IOTA_SERVICE_EVENT {
    /** EN_IOTA_EVENT_SERVICE_ID; -1 for any other service. */
    HW_INT servie_id;
    /** EN_IOTA_EVENT_TYPE; -1 for any other type. */
    HW_INT event_type;
    HW_CHAR *event_time;
    /** Set in responses that repeat the `event_id` of a request. */
    HW_CHAR *event_id;
    EN_IOTA_DEVICE_PARAS *paras;
    EN_IOTA_OTA_PARAS *ota_paras;
    EN_IOTA_NTP_PARAS *ntp_paras;
    EN_IOTA_GTW_ADD_DEVICE_PARAS *gtw_add_device_paras;
    EN_IOTA_GTW_DEL_DEVICE_PARAS *gtw_del_device_paras;
    EN_IOTA_GTW_UODATE_STATUS_PARAS *gtw_update_status_paras;
    EN_IOTA_DEVICE_LOG_PARAS *device_log_paras;
    EN_IOTA_DEVICE_RULE_PARAS *device_rule_paras;
    EN_IOTA_TUNNEL_MGR_PARAS *tunnel_mgr_paras;
    EN_IOTA_FILE_MGR_PARAS *file_mgr_paras;
    EN_IOTA_SOFT_BUS_PARAS *soft_bus_paras;
} EN_IOTA_SERVICE_EVENT;

/** An event message, after the callbacks for single services have seen its events. */
typedef struct EN_IOTA_EVENT {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** "-1" where the message has none. */
    HW_CHAR *object_device_id;
    /** Array of `services_count`. */
    EN_IOTA_SERVICE_EVENT *services;
    HW_INT services_count;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_EVENT;

/** A command; answer it with `IOTA_CommandResponse`. Names are "-1" where the message has none. */
typedef struct EN_IOTA_COMMAND {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    HW_CHAR *object_device_id;
    HW_CHAR *service_id;
    HW_CHAR *command_name;
    /** JSON text or NULL. */
    HW_CHAR *paras;
    /** For the answer. */
    HW_CHAR *request_id;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_COMMAND;

/** A command of the V3 interface; answer it with `IOTA_CmdRspV3`. */
typedef struct EN_IOTA_COMMAND_V3 {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** Always "cloudReq". */
    HW_CHAR *msgType;
    HW_CHAR *serviceId;
    HW_CHAR *cmd;
    /** JSON text or NULL. */
    HW_CHAR *paras;
    /** For the answer. */
    HW_INT mid;
} EN_IOTA_COMMAND_V3;

/** Result of connecting, disconnecting, publishing, subscribing or provisioning. */
typedef struct EN_IOTA_MQTT_PROTOCOL_RSP {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** What happened; for provisioning the address `host:port`. */
    HW_CHAR *message;
    /** Provisioning only: the secret of the device. */
    HW_CHAR *deviceSecret;
} EN_IOTA_MQTT_PROTOCOL_RSP;

/** A device message in the platform's standard form. */
typedef struct EN_IOTA_MESSAGE {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    HW_CHAR *object_device_id;
    HW_CHAR *name;
    HW_CHAR *id;
    HW_CHAR *content;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_MESSAGE;

/** A message on a topic that has no other callback. */
typedef struct EN_IOTA_UNDEFINED_MESSAGE {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** Always NULL. */
    HW_CHAR *object_device_id;
    /** Ends with a zero byte. */
    HW_CHAR *payload;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_UNDEFINED_MESSAGE;

/** A device message as it arrived. */
typedef struct EN_IOTA_RAW_MESSAGE {
    EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo;
    /** Always NULL. */
    HW_CHAR *objectDeviceId;
    HW_INT payloadLength;
    /** `payloadLength` bytes and a zero byte. */
    HW_CHAR *payload;
} EN_IOTA_RAW_MESSAGE;

/** A message of another device. */
typedef struct EN_IOTA_M2M_MESSAGE {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    HW_CHAR *request_id;
    HW_CHAR *to;
    HW_CHAR *from;
    HW_CHAR *content;
} EN_IOTA_M2M_MESSAGE;

/** Properties of one service. */
typedef struct EN_IOTA_SERVICE_PROPERTY {
    HW_CHAR *service_id;
    /** JSON text or NULL. */
    HW_CHAR *properties;
} EN_IOTA_SERVICE_PROPERTY;

/**
 * Properties to set; answer with `IOTA_PropertiesSetResponse`. The library itself answers for
 * the soft bus.
 */
typedef struct EN_IOTA_PROPERTY_SET {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** "-1" where the message has none. */
    HW_CHAR *object_device_id;
    /** For the answer. */
    HW_CHAR *request_id;
    /** Array of `services_count`. */
    EN_IOTA_SERVICE_PROPERTY *services;
    HW_INT services_count;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_PROPERTY_SET;

/** Properties are asked for; answer with `IOTA_PropertiesGetResponse`. */
typedef struct EN_IOTA_PROPERTY_GET {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** "-1" where the message has none. */
    HW_CHAR *object_device_id;
    /** For the answer. */
    HW_CHAR *request_id;
    /** "-1": all services. */
    HW_CHAR *service_id;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_PROPERTY_GET;

/** The shadow of one service. */
typedef struct EN_IOTA_SHADOW_DATA {
    HW_CHAR *service_id;
    HW_CHAR *desired_event_time;
    /** JSON text or NULL. */
    HW_CHAR *desired_properties;
    HW_CHAR *reported_event_time;
    /** JSON text or NULL. */
    HW_CHAR *reported_properties;
    /** -1 where absent. */
    HW_INT version;
} EN_IOTA_SHADOW_DATA;

/** Response to `IOTA_GetDeviceShadow`. */
typedef struct EN_IOTA_DEVICE_SHADOW {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** "-1" where the message has none. */
    HW_CHAR *object_device_id;
    HW_CHAR *request_id;
    /** Array of `shadow_data_count`. */
    EN_IOTA_SHADOW_DATA *shadow;
    HW_INT shadow_data_count;
    /** The device behind this bridge, or NULL. */
    HW_CHAR *bridge_device_id;
} EN_IOTA_DEVICE_SHADOW;

/** A message on a user topic, in the platform's standard form. */
typedef struct EN_IOTA_USER_TOPIC_MESSAGE {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    HW_CHAR *object_device_id;
    HW_CHAR *name;
    HW_CHAR *id;
    HW_CHAR *content;
    /** Tail of the topic. */
    HW_CHAR *topic_para;
} EN_IOTA_USER_TOPIC_MESSAGE;

/** A message on a user topic as it arrived. */
typedef struct EN_IOTA_USER_TOPIC_RAW_MESSAGE {
    EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo;
    /** Always NULL. */
    HW_CHAR *objectDeviceId;
    HW_INT payloadLength;
    /** `payloadLength` bytes and a zero byte. */
    HW_CHAR *payload;
    /** Tail of the topic. */
    HW_CHAR *topicPara;
} EN_IOTA_USER_TOPIC_RAW_MESSAGE;

/** Response to `IOTA_BridgeDeviceLogin`. */
typedef struct EN_IOTA_BRIDGES_LOGIN {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** 0 for success, -1 where absent. */
    HW_INT result_code;
    HW_CHAR *bridge_device_id;
    HW_CHAR *request_id;
} EN_IOTA_BRIDGES_LOGIN;

/** Response to `IOTA_BridgeDeviceLogout`. */
typedef EN_IOTA_BRIDGES_LOGIN EN_IOTA_BRIDGES_LOGOUT;

/** Response to `IOTA_BridgeDeviceResetSecret`. */
typedef struct EN_IOTA_BRIDGES_RESET_SECRET {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    /** 0 for success, -1 where absent. */
    HW_INT result_code;
    HW_CHAR *bridge_device_id;
    /** JSON text or NULL. */
    HW_CHAR *paras;
    HW_CHAR *request_id;
    /** "-1" where absent. */
    HW_CHAR *new_secret;
} EN_IOTA_BRIDGES_RESET_SECRET;

/** The platform disconnected a device behind this bridge. */
typedef struct EN_IOTA_BRIDGES_PALLET_DISCONNECT {
    EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info;
    HW_CHAR *bridge_device_id;
} EN_IOTA_BRIDGES_PALLET_DISCONNECT;

/** What `IOTA_SetProtocolCallback` sets. */
typedef enum EN_IOTA_CALLBACK_SETTING {
    EN_IOTA_CALLBACK_CONNECT_SUCCESS = 0,
    EN_IOTA_CALLBACK_CONNECT_FAILURE = 1,
    EN_IOTA_CALLBACK_DISCONNECT_SUCCESS = 2,
    EN_IOTA_CALLBACK_DISCONNECT_FAILURE = 3,
    EN_IOTA_CALLBACK_CONNECTION_LOST = 4,
    EN_IOTA_CALLBACK_PUBLISH_SUCCESS = 5,
    EN_IOTA_CALLBACK_PUBLISH_FAILURE = 6,
    EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS = 7,
    EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE = 8,
} EN_IOTA_CALLBACK_SETTING;

/** See `IOTA_SetProtocolCallback`. */
typedef void (*PFN_PROTOCOL_CALLBACK_HANDLER)(EN_IOTA_MQTT_PROTOCOL_RSP *message);

/** See `IOTA_SetEventCallback`. */
typedef void (*PFN_EVENT_CALLBACK_HANDLER)(EN_IOTA_EVENT *message);

/** See `IOTA_SetCmdCallback`. */
typedef void (*PFN_CMD_CALLBACK_HANDLER)(EN_IOTA_COMMAND *message);

/** See `IOTA_SetCmdCallbackV3`. */
typedef void (*PFN_CMD_CALLBACK_HANDLER_V3)(EN_IOTA_COMMAND_V3 *message);

/** See `IOTA_SetMessageCallback`. `mqttv5`: MQTTV5_DATA of an MQTT 5 connection, else NULL. */
typedef void (*PFN_MESSAGE_CALLBACK_HANDLER)(EN_IOTA_MESSAGE *message, void *mqttv5);

/** See `IOTA_SetRawMessageCallback`. `mqttv5`: MQTTV5_DATA of an MQTT 5 connection, else NULL. */
typedef void (*PFN_RAW_MESSAGE_CALLBACK_HANDLER)(EN_IOTA_RAW_MESSAGE *message, void *mqttv5);

/** See `IOTA_SetPropSetCallback`. */
typedef void (*PFN_PROP_SET_CALLBACK_HANDLER)(EN_IOTA_PROPERTY_SET *message);

/** See `IOTA_SetPropGetCallback`. */
typedef void (*PFN_PROP_GET_CALLBACK_HANDLER)(EN_IOTA_PROPERTY_GET *message);

/** See `IOTA_SetShadowGetCallback`. */
typedef void (*PFN_SHADOW_GET_CALLBACK_HANDLER)(EN_IOTA_DEVICE_SHADOW *message);

/** See `IOTA_SetUserTopicMsgCallback`. */
typedef void (*PFN_USER_TOPIC_MSG_CALLBACK_HANDLER)(EN_IOTA_USER_TOPIC_MESSAGE *message);

/** See `IOTA_SetUserTopicRawMsgCallback`. */
typedef void (*PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER)(EN_IOTA_USER_TOPIC_RAW_MESSAGE *message);

/** See `IOTA_SetBootstrapCallback`. */
typedef void (*PFN_BOOTSTRAP_CALLBACK_HANDLER)(EN_IOTA_MQTT_PROTOCOL_RSP *message);

/**
 * Sends a device rule's command to another device; the result is ignored. See
 * `IOTA_SetDeviceRuleSendMsgCallback`.
 */
typedef HW_INT (*PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER)(char *deviceId, char *message);

/** See `IOTA_SetM2mCallback`. */
typedef void (*PFN_M2M_CALLBACK_HANDLER)(EN_IOTA_M2M_MESSAGE *message);

/** See `IOTA_SetBridgesDeviceLoginCallback`. */
typedef void (*PFN_BRIDGES_DEVICE_LOGIN)(EN_IOTA_BRIDGES_LOGIN *message);

/** See `IOTA_SetBridgesDeviceLogoutCallback`. */
typedef void (*PFN_BRIDGES_DEVICE_LOGOUT)(EN_IOTA_BRIDGES_LOGOUT *message);

/** See `IOTA_SetBridgesDeviceResetSecretCallback`. */
typedef void (*PFN_BRIDGES_DEVICE_RESET_SECRET)(EN_IOTA_BRIDGES_RESET_SECRET *message);

/** See `IOTA_SetBridgesDeviceDisConnCallback`. */
typedef void (*PFN_BRIDGES_DEVICE_PLATE_DISCONNECT)(EN_IOTA_BRIDGES_PALLET_DISCONNECT *message);

/** See `IOTA_SetUndefinedMessageCallback`. */
typedef void (*PFN_UNDEFINED_MSG_CALLBACK_HANDLER)(EN_IOTA_UNDEFINED_MESSAGE *message);

/** Receives the events of one service, before the general event callback. */
typedef void (*PFN_EVENT_CALLBACK_HANDLER_SPECIFY)(char *objectDeviceId,
                                                   EN_IOTA_MQTT_MSG_INFO *mqtt_msg_info,
                                                   EN_IOTA_SERVICE_EVENT *message);

/** The platform asks for the versions; answer with `IOTA_OTAVersionReport`. */
typedef void (*PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY)(char *objectDeviceId);

/** The platform offers an upgrade; `event_type` is an EN_IOTA_EVENT_TYPE. */
typedef void (*PFN_OTAURL_CALLBACK_HANDLER_SPECIFY)(char *objectDeviceId,
                                                    int event_type,
                                                    EN_IOTA_OTA_PARAS *ota_paras);

/**
 * Receives a configuration and returns its result code, 0 for success. `cfg` belongs to the
 * library; `description` is a buffer of 100 bytes for the text of the answer.
 */
typedef int (*PFN_DEVICE_CONFIG_CALLBACK_HANDLER)(JSON *cfg, char *description);

/** Service of an event. */
typedef enum EN_IOTA_EVENT_SERVICE_ID {
    EN_IOTA_EVENT_SUB_DEVICE_MANAGER = 0,
    EN_IOTA_EVENT_OTA = 1,
    EN_IOTA_EVENT_TIME_SYNC = 2,
    EN_IOTA_EVENT_DEVICE_LOG = 3,
    EN_IOTA_EVENT_FILE_MANAGER = 4,
    EN_IOTA_EVENT_DEVICE_RULE = 6,
    EN_IOTA_EVENT_TUNNEL_MANAGER = 7,
    EN_IOTA_EVENT_DEVICE_CONFIG = 8,
    EN_IOTA_EVENT_SOFT_BUS = 9,
    /** Any other service. */
    EN_IOTA_EVENT_ERROR = -1,
} EN_IOTA_EVENT_SERVICE_ID;

/** Type of an event. */
typedef enum EN_IOTA_EVENT_TYPE {
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
    /** Any other type, and every soft bus event. */
    EN_IOTA_EVENT_TYPE_ERROR = -1,
} EN_IOTA_EVENT_TYPE;

/**
 * Initialises the SDK for this process. Discards address, port, device id, secrets and modes
 * configured before; QoS, keep alive, time-outs, stamp method and all callbacks stay. Starts
 * nothing on the network.
 *
 * - `workPath`: directory that holds `conf/` with the certificates (looked at when connecting);
 *   must exist. Copied.
 *
 * Returns 0; -101 for NULL; -102 when the path is "" or does not exist; -103 when already
 * initialised (checked first; nothing is touched). Any thread, callbacks included.
 * See docs/spec/connection.md#init.
 */
HW_INT IOTA_Init(HW_CHAR *workPath);

/**
 * Ends the session: sends DISCONNECT if connected, reports what is still queued as failed (code
 * -11), stops the library's threads. Legal at any time, before `IOTA_Init` too. Callbacks and the
 * log callback stay registered.
 *
 * Returns 0 always. Outside callbacks no callback runs any more when it returns; inside a callback
 * it returns at once and the session ends after that callback, and `IOTA_Init` may follow
 * immediately. In a signal handler that interrupts a call of the library it is noted only, and done
 * when that call ends; `exit()` may follow at once. In a child that was forked while the library
 * was connected it does nothing: the session is the parent's. See docs/spec/connection.md#destroy,
 * docs/spec/connection.md#inside-callbacks.
 */
HW_INT IOTA_Destroy(void);

/**
 * Registers the receiver of log lines; without one the library is silent.
 *
 * - `pfnLogCallbackHandler`: gets the level (`LOGLEVEL`), a format and its `va_list`, valid during
 *   the call (use `vprintf` or `vsyslog`); NULL switches logging off.
 *
 * Runs on whichever thread logs, possibly several at once. Takes effect at once, at any time.
 * See docs/spec/connection.md#log.
 */
void IOTA_SetPrintLogCallback(PFN_LOG_CALLBACK_HANDLER pfnLogCallbackHandler);

/**
 * Sets address, device id, port and secret in one call; then the environment variables
 * `IOTDA_MQTTC_ADDRESS`, `IOTDA_MQTTC_PORT`, `IOTDA_MQTTC_DEVICEID` and `IOTDA_MQTTC_PASSWOROD`
 * (this spelling) override what is set and not empty.
 *
 * - `ip`: host name, IPv4 address, or IPv6 address in brackets.
 * - `port`: text; one containing `1883` means plain TCP, one containing `8883` TLS.
 * - `deviceId`: the device's id.
 * - `password`: the device secret; NULL keeps the one set before.
 *
 * Returns 0; -101 when `ip`, `port` or `deviceId` is NULL (nothing is set). Takes effect at the
 * next `IOTA_Connect`. See docs/spec/connection.md#connect-config-set,
 * docs/spec/connection.md#environment.
 */
HW_INT IOTA_ConnectConfigSet(HW_CHAR *ip, HW_CHAR *port, HW_CHAR *deviceId, HW_CHAR *password);

/**
 * Registers one of the nine protocol callbacks: the outcomes of connecting, publishing and
 * subscribing.
 *
 * - `item`: which (`EN_IOTA_CALLBACK_SETTING`); another value is logged and ignored.
 * - `callbackHandler`: NULL unregisters. Its argument and all it points to are valid
 *   during the call.
 *
 * Takes effect at once, at any time. The callback runs on the library's callback thread; it may
 * call every function, block and destroy the SDK. See docs/spec/connection.md#protocol-callbacks.
 */
void IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SETTING item,
                              PFN_PROTOCOL_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of every message on `…/sys/events/down`, after the specific callbacks of
 * its services; the same structures as theirs.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#events.
 */
void IOTA_SetEventCallback(PFN_EVENT_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of commands of the platform; the program answers with
 * IOTA_CommandResponse.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#command.
 */
void IOTA_SetCmdCallback(PFN_CMD_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of commands on the V3 topics; the program answers with IOTA_CmdRspV3.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#command-v3.
 */
void IOTA_SetCmdCallbackV3(PFN_CMD_CALLBACK_HANDLER_V3 callbackHandler);

/**
 * Registers the receiver of messages of the platform in the standard form; second argument:
 * MQTTV5_DATA * in an MQTT 5 session, else NULL.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#message.
 */
void IOTA_SetMessageCallback(PFN_MESSAGE_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of every message of the platform as it came, before the message callback.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#message.
 */
void IOTA_SetRawMessageCallback(PFN_RAW_MESSAGE_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of properties set by the platform; the program answers with
 * IOTA_PropertiesSetResponse (soft bus lists are answered by the library).
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#property-set.
 */
void IOTA_SetPropSetCallback(PFN_PROP_SET_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of property queries of the platform; the program answers with
 * IOTA_PropertiesGetResponse.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#property-get.
 */
void IOTA_SetPropGetCallback(PFN_PROP_GET_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of answers to IOTA_GetDeviceShadow.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#shadow.
 */
void IOTA_SetShadowGetCallback(PFN_SHADOW_GET_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of messages in the standard form on `…/user/…` topics.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#user-topic.
 */
void IOTA_SetUserTopicMsgCallback(PFN_USER_TOPIC_MSG_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of every message on `…/user/…` topics as it came.
 *
 * - `pfnCallbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#user-topic.
 */
void IOTA_SetUserTopicRawMsgCallback(PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER pfnCallbackHandler);

/**
 * Registers the receiver of the answer to IOTA_Bootstrap: address and, in group mode,
 * device secret.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#bootstrap.
 */
void IOTA_SetBootstrapCallback(PFN_BOOTSTRAP_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of commands of device rules for another device.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/services.md#rules.
 */
void IOTA_SetDeviceRuleSendMsgCallback(PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of messages of other devices.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#m2m.
 */
void IOTA_SetM2mCallback(PFN_M2M_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of answers to IOTA_BridgeDeviceLogin.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#bridge.
 */
void IOTA_SetBridgesDeviceLoginCallback(PFN_BRIDGES_DEVICE_LOGIN callbackHandler);

/**
 * Registers the receiver of answers to IOTA_BridgeDeviceLogout.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#bridge.
 */
void IOTA_SetBridgesDeviceLogoutCallback(PFN_BRIDGES_DEVICE_LOGOUT callbackHandler);

/**
 * Registers the receiver of answers to IOTA_BridgeDeviceResetSecret.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#bridge.
 */
void IOTA_SetBridgesDeviceResetSecretCallback(PFN_BRIDGES_DEVICE_RESET_SECRET callbackHandler);

/**
 * Registers the receiver of the platform's disconnects of bridged devices.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#bridge.
 */
void IOTA_SetBridgesDeviceDisConnCallback(PFN_BRIDGES_DEVICE_PLATE_DISCONNECT callbackHandler);

/**
 * Registers the receiver of messages on topics that nothing else claims.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#undefined.
 */
void IOTA_SetUndefinedMessageCallback(PFN_UNDEFINED_MSG_CALLBACK_HANDLER callbackHandler);

/**
 * Registers the receiver of events of service `$sub_device_manager`.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetEvenSubDeviceCallback(PFN_EVENT_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of events of service `$time_sync`.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetNtpCallback(PFN_EVENT_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of events of service `$log`.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetEvenDeviceLogCallback(PFN_EVENT_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of soft bus information; the table of getSoftBusTotal is already up to
 * date, and DSoftBus may be started from here.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services; docs/spec/softbus.md#bus-info-event.
 */
void IOTA_SetEvenSoftBusCallback(PFN_EVENT_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of remote login requests.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetEvenTunnelManagerCallback(PFN_EVENT_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of upload and download addresses.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetEvenFileManagerCallback(PFN_EVENT_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of version queries of an upgrade.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetEvenOtaVersionUpCallback(PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of upgrade packages to fetch.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-services.
 */
void IOTA_SetEvenOtaUrlResponseCallback(PFN_OTAURL_CALLBACK_HANDLER_SPECIFY callbackHandler);

/**
 * Registers the receiver of configuration updates; its result and the text it writes (at most 99
 * bytes) are reported to the platform.
 *
 * - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid
 *   during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
 * library's callback thread; may call every function, block and destroy the SDK.
 * See docs/spec/downlink.md#event-parameters, docs/spec/downlink.md#config-answer.
 */
void IOTA_SetDeviceConfigCallback(PFN_DEVICE_CONFIG_CALLBACK_HANDLER callbackHandler);

/**
 * Keeps the device rules in a file: takes over the rules in it at once (before `IOTA_Init`: at
 * `IOTA_Init`), and writes it whenever rules come or go. Without it rules are lost when the
 * program ends.
 *
 * - `filepath`: created when missing; its directory must be writable, as a new file replaces the
 *   old one. NULL: no file.
 *
 * At any time, any thread; survives `IOTA_Destroy`. See docs/spec/services.md#rule-file.
 */
void IOTA_EnableDeviceRuleStorage(const char *filepath);

#ifdef MQTTV5
HW_INT IOTA_ConfigSetUint(HW_INT item, HW_UINT value);

/**
 * IOTA_Init for a program that is compiled with MQTTV5: its connection speaks MQTT 5
 * (EN_IOTA_CFG_EXT_MQTT_VERSION).
 */
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

#ifdef __cplusplus
}
#endif

#endif /* IOTA_INIT_H */
