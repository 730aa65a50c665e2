/* Generated from src/base/mqtt_base.rs; do not edit. */
/**
 * Defaults of the connection, as far as programs use them; the MQTT client itself has no
 * C interface.
 */
#ifndef MQTT_BASE_H
#define MQTT_BASE_H

#include "iota_init.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef FALSE
#define FALSE (0)
#endif

#ifndef TRUE
#define TRUE (!FALSE)
#endif

/** QoS of reports. */
#define DEFAULT_QOS 1

/** Seconds. */
#define DEFAULT_KEEP_ALIVE_INTERVAL 120

/** Seconds for one attempt to connect. */
#define DEFAULT_CONNECT_TIME_OUT 30

/** Seconds after which an unacknowledged message is sent again. */
#define DEFAULT_RETRYINTERVAL 10

/** 1: the platform's certificate is checked. */
#define DEFAULT_SERVERCERTAUTH 1

/** Messages in flight at most. */
#define DEFAULT_MAXINFIGHT 65535

#define MQTT_PORT "1883"
#define MQTTS_PORT "8883"
#define MQTT_TRACE_ON 0

/** MQTTASYNC_TRACE_MINIMUM of the C SDK's MQTT client. */
#define MQTT_TRACE_LEVEL 3

#define MAX_BUFFERED_MESSAGES 3
#define CHECK_STAMP_LENGTH 6
#define CHECK_STAMP_INDEX 3
#define CHECK_STAMP_MODE 1
#define TCP_URL_PREFIX "tcp://"
#define SSL_URL_PREFIX "ssl://"
#define ENCRYPT_LENGTH 32
#define PASSWORD_ENCRYPT_LENGTH 64

/** The same as EN_IOTA_CALLBACK_SETTING. */
typedef enum EN_MQTT_BASE_CALLBACK_SETTING {
    EN_MQTT_BASE_CALLBACK_CONNECT_SUCCESS = 0,
    EN_MQTT_BASE_CALLBACK_CONNECT_FAILURE = 1,
    EN_MQTT_BASE_CALLBACK_DISCONNECT_SUCCESS = 2,
    EN_MQTT_BASE_CALLBACK_DISCONNECT_FAILURE = 3,
    EN_MQTT_BASE_CALLBACK_CONNECTION_LOST = 4,
    EN_MQTT_BASE_CALLBACK_PUBLISH_SUCCESS = 5,
    EN_MQTT_BASE_CALLBACK_PUBLISH_FAILURE = 6,
    EN_MQTT_BASE_CALLBACK_SUBSCRIBE_SUCCESS = 7,
    EN_MQTT_BASE_CALLBACK_SUBSCRIBE_FAILURE = 8,
} EN_MQTT_BASE_CALLBACK_SETTING;

/** The same as EN_IOTA_CFG_TYPE. */
typedef enum ENUM_MQTT_BASE_CONFIG {
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
} ENUM_MQTT_BASE_CONFIG;

typedef void (*MQTT_BASE_CALLBACK_HANDLER)(EN_IOTA_MQTT_PROTOCOL_RSP *protocolRsp);

typedef void (*MQTT_BASE_CALLBACK_HANDLER_WITH_TOPIC)(void *context,
                                                      int token,
                                                      int code,
                                                      char *topic,
                                                      char *message,
                                                      int messageLength,
                                                      void *mqttv5);

typedef void MqttBase_connectionLost(void *context, char *cause);
typedef void MqttBase_deliveryComplete(void *context, int token);
typedef void MqttBase_messageArrived(void *context, char *topic, char *message);
typedef void MqttBase_commonCallback(void *context, int token, char *message);

#ifdef __cplusplus
}
#endif

#endif /* MQTT_BASE_H */
