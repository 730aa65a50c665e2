/* Generated from src/agentlite/iota_datatrans.rs; do not edit. */
/**
 * Uplink: reports, responses, requests, OTA and file transfer, with the structs and JSON
 * keys they use.
 */
#ifndef IOTA_DATATRANS_H
#define IOTA_DATATRANS_H

#include "cJSON.h"
#include "hw_type.h"
#include "mqttv5_util.h"

#ifdef __cplusplus
extern "C" {
#endif

/** OpenSSL's type; declared here unless one of OpenSSL's own headers did it before. */
#if !defined(HEADER_OPENSSL_TYPES_H) && !defined(OPENSSL_TYPES_H) && !defined(HEADER_OSSL_TYP_H)
typedef struct ssl_ctx_st SSL_CTX;
#endif

/** Services of one device in `ST_IOTA_DEVICE_DATA_INFO`, and devices in one batch report. */
#define MaxServiceReportNum 10

/** Sub-devices in one status update. */
#define MaxSubDeviceCount 100

/** Sub-devices in one request to add. */
#define MaxAddedSubDevCount 50

/** Sub-devices in one request to delete. */
#define MaxDelSubDevCount 50

/** Bytes of the description in `ST_IOTA_DEVICE_CONFIG_RESULT`, terminator included. */
#define MaxDescriptionLen 100

/** File of the anomaly detection configuration. */
#define DetectConfigPath "detectConfig.json"

/** Properties of one service. */
typedef struct ST_IOTA_SERVICE_DATA_INFO {
    HW_CHAR *service_id;
    /** UTC `yyyyMMddTHHmmssZ`, or NULL: the platform takes the time of arrival. */
    HW_CHAR *event_time;
    /** JSON text, an object of the property values. */
    HW_CHAR *properties;
} ST_IOTA_SERVICE_DATA_INFO;

/** Properties of one device of a batch report. */
typedef struct ST_IOTA_DEVICE_DATA_INFO {
    HW_CHAR *device_id;
    ST_IOTA_SERVICE_DATA_INFO services[MaxServiceReportNum];
} ST_IOTA_DEVICE_DATA_INFO;

/** Versions for `IOTA_OTAVersionReport`; at least one of `sw_version` and `fw_version`. */
typedef struct ST_IOTA_OTA_VERSION_INFO {
    /** UTC `yyyyMMddTHHmmssZ`, or NULL. */
    HW_CHAR *event_time;
    HW_CHAR *sw_version;
    HW_CHAR *fw_version;
    /** The sub-device, or NULL for this device. */
    HW_CHAR *object_device_id;
} ST_IOTA_OTA_VERSION_INFO;

/** Status of one sub-device. */
typedef struct ST_IOTA_DEVICE_STATUS {
    HW_CHAR *device_id;
    /** ONLINE or OFFLINE. */
    HW_CHAR *status;
} ST_IOTA_DEVICE_STATUS;

/** Argument of `IOTA_UpdateSubDeviceStatus`. */
typedef struct ST_IOTA_DEVICE_STATUSES {
    /** UTC `yyyyMMddTHHmmssZ`, or NULL. */
    HW_CHAR *event_time;
    ST_IOTA_DEVICE_STATUS device_statuses[MaxSubDeviceCount];
} ST_IOTA_DEVICE_STATUSES;

/** A sub-device to add. */
typedef struct ST_IOTA_DEVICE_INFO {
    /** NULL for this device. */
    HW_CHAR *parent_device_id;
    /** Required. */
    HW_CHAR *node_id;
    /** NULL lets the platform choose. */
    HW_CHAR *device_id;
    HW_CHAR *name;
    HW_CHAR *description;
    /** Required. */
    HW_CHAR *product_id;
    /** JSON text or NULL. */
    HW_CHAR *extension_info;
} ST_IOTA_DEVICE_INFO;

/** Argument of `IOTA_AddSubDevice`. */
typedef struct ST_IOTA_SUB_DEVICE_INFO {
    /** UTC `yyyyMMddTHHmmssZ`, or NULL. */
    HW_CHAR *event_time;
    /** Comes back in the response; NULL for none. */
    HW_CHAR *event_id;
    ST_IOTA_DEVICE_INFO deviceInfo[MaxAddedSubDevCount];
} ST_IOTA_SUB_DEVICE_INFO;

/** Argument of `IOTA_DelSubDevice`. */
typedef struct ST_IOTA_DEL_SUB_DEVICE {
    /** UTC `yyyyMMddTHHmmssZ`, or NULL. */
    HW_CHAR *event_time;
    /** Comes back in the response; NULL for none. */
    HW_CHAR *event_id;
    /** Device ids. */
    HW_CHAR *delSubDevice[MaxDelSubDevCount];
} ST_IOTA_DEL_SUB_DEVICE;

/** A device message. */
typedef struct ST_IOTA_MESS_REP_INFO {
    /** The sub-device, or NULL for this device. */
    HW_CHAR *object_device_id;
    HW_CHAR *name;
    HW_CHAR *id;
    /** Required. */
    HW_CHAR *content;
    /** Tail of the user topic, or NULL for the system topic. */
    HW_CHAR *topicParas;
} ST_IOTA_MESS_REP_INFO;

/** Progress or result of an upgrade. */
typedef struct ST_IOTA_UPGRADE_STATUS_INFO {
    /** UTC `yyyyMMddTHHmmssZ`, or NULL. */
    HW_CHAR *event_time;
    /** 0 to 10, or 255. */
    HW_INT result_code;
    /** Per cent, 0 to 100. */
    HW_INT progress;
    HW_CHAR *description;
    /** The sub-device, or NULL for this device. */
    HW_CHAR *object_device_id;
    HW_CHAR *version;
} ST_IOTA_UPGRADE_STATUS_INFO;

/** Response to a command of the V3 interface. */
typedef struct ST_IOTA_COMMAND_RSP_V3 {
    /** The command's `mid`. */
    HW_INT mid;
    /** 0 for success. */
    HW_INT errcode;
    /** JSON text or NULL. */
    HW_CHAR *body;
} ST_IOTA_COMMAND_RSP_V3;

/** Argument of `IOTA_ReportDeviceInfo`; NULL members are left out. */
typedef struct ST_IOTA_DEVICE_INFO_REPORT {
    /** The sub-device, or NULL for this device. */
    HW_CHAR *object_device_id;
    /** UTC `yyyyMMddTHHmmssZ`, or NULL. */
    HW_CHAR *event_time;
    HW_CHAR *device_sdk_version;
    HW_CHAR *sw_version;
    HW_CHAR *fw_version;
    /** Address for the soft bus group. */
    HW_CHAR *device_ip;
} ST_IOTA_DEVICE_INFO_REPORT;

/** Result of a configuration update. */
typedef struct ST_IOTA_DEVICE_CONFIG_RESULT {
    /** The sub-device, or NULL for this device. */
    HW_CHAR *object_device_id;
    /** 0 for success. */
    HW_INT result_code;
    HW_CHAR description[MaxDescriptionLen];
} ST_IOTA_DEVICE_CONFIG_RESULT;

/** A file to transfer. */
typedef struct ST_IOTA_UPLOAD_FILE {
    /** Required. */
    const HW_CHAR *file_name;
    /** Hash of the content, or NULL. */
    const HW_CHAR *hash_code;
    /** Bytes. */
    long size;
} ST_IOTA_UPLOAD_FILE;

typedef ST_IOTA_UPLOAD_FILE ST_IOTA_DOWNLOAD_FILE;

/**
 * Sends a message to the platform: `$oc/devices/<id>/sys/messages/up`, or
 * `$oc/devices/<id>/user/<topicParas>`.
 *
 * - `object_device_id`, `name`, `id`: members of the message; NULL leaves one out.
 * - `content`: text that is JSON is sent as that value, any other text as a string; not NULL.
 * - `topicParas`: part of the topic after `user/`; NULL for the system topic.
 * - `compressFlag`: 0 plain, 1 gzip; not looked at with `topicParas`, which always goes plain.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `content`; -1 for another `compressFlag`, a topic that
 * is not UTF-8 or holds a wildcard, a full queue, or when not connected and not reconnecting. Never
 * blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE
 * with `context`. See docs/spec/uplink.md#message.
 */
HW_INT IOTA_MessageReport(HW_CHAR *object_device_id,
                          HW_CHAR *name,
                          HW_CHAR *id,
                          HW_CHAR *content,
                          HW_CHAR *topicParas,
                          HW_INT compressFlag,
                          void *context);

/**
 * Sends a message to the platform, as `IOTA_MessageReport` without compression.
 *
 * - `mass`: its members, by value; see there.
 * - `context`: handed back in the publish callback.
 *
 * Returns as `IOTA_MessageReport`. Never blocks. Any thread, callbacks included.
 * See docs/spec/uplink.md#message.
 */
HW_INT IOTA_MessageDataReport(ST_IOTA_MESS_REP_INFO mass, void *context);

/**
 * Reports properties of the device: `$oc/devices/<id>/sys/properties/report`. Device rules are
 * evaluated with them, also when the report cannot be sent.
 *
 * - `pServiceData`: array of services, not NULL; `properties` is JSON text and not NULL,
 *   `service_id` and `event_time` (`yyyyMMddTHHmmssZ`) may be NULL.
 * - `serviceNum`: entries in it, 1 or more.
 * - `compressFlag`: 0 plain, 1 gzip.
 * - `context`: handed back in the publish callback.
 *
 * Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or when
 * not connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
 * comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#properties.
 */
HW_INT IOTA_PropertiesReport(ST_IOTA_SERVICE_DATA_INFO *pServiceData,
                             HW_INT serviceNum,
                             HW_INT compressFlag,
                             void *context);

/**
 * Reports properties of sub-devices: `$oc/devices/<id>/sys/gateway/sub_devices/properties/report`.
 *
 * - `pDeviceData`: array of devices, not NULL; in each, `device_id` may be NULL, and the services
 *   are as in `IOTA_PropertiesReport`.
 * - `deviceNum`: entries in it, 1 to `MaxServiceReportNum`.
 * - `serviceLenList`: for each device its number of services, at most `MaxServiceReportNum`; 0 or
 *   less for none. Not NULL.
 * - `compressFlag`: 0 plain, 1 gzip.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or when
 * not connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
 * comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#batch.
 */
HW_INT IOTA_BatchPropertiesReport(ST_IOTA_DEVICE_DATA_INFO *pDeviceData,
                                  HW_INT deviceNum,
                                  HW_INT *serviceLenList,
                                  HW_INT compressFlag,
                                  void *context);

/**
 * Answers a command of the platform:
 * `$oc/devices/<id>/sys/commands/response/request_id=<requestId>`.
 *
 * - `requestId`: from the command callback; not NULL.
 * - `result_code`: 0 success, anything else failure.
 * - `response_name`: NULL leaves it out.
 * - `pcCommandResponse`: JSON text of the result; NULL leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a `pcCommandResponse` that is not
 * JSON ("" is not), a full queue, or when not connected and not reconnecting. Never blocks. Any
 * thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with
 * `context`. See docs/spec/uplink.md#command-response.
 */
HW_INT IOTA_CommandResponse(HW_CHAR *requestId,
                            HW_INT result_code,
                            HW_CHAR *response_name,
                            HW_CHAR *pcCommandResponse,
                            void *context);

/**
 * Answers a property set of the platform:
 * `$oc/devices/<id>/sys/properties/set/response/request_id=<requestId>`. The library answers soft
 * bus lists by itself.
 *
 * - `requestId`: from the property-set callback; not NULL.
 * - `result_code`: 0 success, anything else failure.
 * - `result_desc`: text; NULL leaves it out.
 * - `context`: handed back in the publish callback.
 *
 * Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#set-response,
 * docs/spec/softbus.md#uplink-calls.
 */
HW_INT IOTA_PropertiesSetResponse(HW_CHAR *requestId,
                                  HW_INT result_code,
                                  HW_CHAR *result_desc,
                                  void *context);

/**
 * Answers a property query of the platform:
 * `$oc/devices/<id>/sys/properties/get/response/request_id=<requestId>`.
 *
 * - `requestId`: from the property-get callback; not NULL.
 * - `serviceProp`: array of services, not NULL. An entry 0 without `service_id` or `properties`
 *   answers that there is no such service: an empty list is sent and no other entry looked at.
 *   Otherwise every entry has both; `properties` is JSON text.
 * - `serviceNum`: entries in it, 1 or more.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `requestId` or `serviceProp`, or a `serviceNum` below 1;
 * -1 for an incomplete entry, JSON text that is none, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#get-response.
 */
HW_INT IOTA_PropertiesGetResponse(HW_CHAR *requestId,
                                  ST_IOTA_SERVICE_DATA_INFO *serviceProp,
                                  HW_INT serviceNum,
                                  void *context);

/**
 * Asks for the device shadow: `$oc/devices/<id>/sys/shadow/get/request_id=<requestId>`; the answer
 * comes to the shadow callback.
 *
 * - `requestId`: any text, which the answer repeats; not NULL.
 * - `object_device_id`: the device asked about; NULL leaves it out.
 * - `service_id`: one service; NULL for all.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#shadow.
 */
HW_INT IOTA_GetDeviceShadow(HW_CHAR *requestId,
                            HW_CHAR *object_device_id,
                            HW_CHAR *service_id,
                            void *context);

/**
 * Sends a message to another device: `$oc/m2m/to/<to>/from/<from>/request_id=<requestId>`.
 *
 * - `to`, `from`: device ids, in the topic and in the message; not NULL.
 * - `content`: text, always sent as a string; not NULL.
 * - `requestId`: NULL leaves it out of the message, and empty in the topic.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns the message id, 0 with QoS 0; -1 for NULL, an id that makes no topic, a full queue, or
 * when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
 * outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#m2m.
 */
HW_INT IOTA_M2MSendMsg(HW_CHAR *to,
                       HW_CHAR *from,
                       HW_CHAR *content,
                       HW_CHAR *requestId,
                       void *context);

/**
 * Sends a deprecated sub-device message: `$oc/devices/<id>/sys/sub_device_manage/messages/up`. New
 * programs use `IOTA_AddSubDevice` and its like.
 *
 * - `pcPayload`: the whole payload, sent as it is; not NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not reconnecting.
 * Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
 * PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#old-gateway.
 */
HW_INT IOTA_ReportSubDeviceInfo(HW_CHAR *pcPayload, void *context);

/**
 * Reports the version of the sub-device list (deprecated):
 * `$oc/devices/<id>/sys/sub_device_manage/messages/up`.
 *
 * - `version`: text; not NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not reconnecting.
 * Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
 * PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#old-gateway.
 */
HW_INT IOTA_SubDeviceVersionReport(HW_CHAR *version, void *context);

/**
 * Asks for products (deprecated): `$oc/devices/<id>/sys/sub_device_manage/messages/up`.
 *
 * - `product_id_list`: any JSON; not NULL. It is consumed: deleted with `cJSON_Delete` before the
 *   call returns, also when the call fails, so do not use it again. Only a tree that is a ring,
 *   deeper than 1000 or larger than 200000 items is refused without being deleted.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for NULL, a tree that cannot be printed, a full queue, or when not
 * connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes
 * by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#old-gateway.
 */
HW_INT IOTA_SubDeviceProductGetReport(cJSON *product_id_list, void *context);

/**
 * Reports the sub-devices that a scan found (deprecated):
 * `$oc/devices/<id>/sys/sub_device_manage/messages/up`.
 *
 * - `device_list`: any JSON; not NULL. It is consumed: deleted with `cJSON_Delete` before the call
 *   returns, also when the call fails, so do not use it again. Only a tree that is a ring, deeper
 *   than 1000 or larger than 200000 items is refused without being deleted.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for NULL, a tree that cannot be printed, a full queue, or when not
 * connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes
 * by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#old-gateway.
 */
HW_INT IOTA_SubDeviceScanReport(cJSON *device_list, void *context);

/**
 * Reports software and firmware versions, as the platform's version query asks (`version_report` on
 * `$oc/devices/<id>/sys/events/up`).
 *
 * - `otaVersionInfo`: its members, by value; at least one of `sw_version` and `fw_version`, other
 *   NULL members are left out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 when both versions are NULL, for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_OTAVersionReport(ST_IOTA_OTA_VERSION_INFO otaVersionInfo, void *context);

/**
 * Reports how an upgrade goes on (`upgrade_progress_report` on `$oc/devices/<id>/sys/events/up`).
 *
 * - `otaStatusInfo`: its members, by value: `progress` 0 to 100 per cent, `result_code` 0 to 10 or
 *   255; NULL members are left out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a number outside its range, a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_OTAStatusReport(ST_IOTA_UPGRADE_STATUS_INFO otaStatusInfo, void *context);

/**
 * Subscribes to a user topic with QoS 0, as `SubscribeUserTopic`; there is what it takes and
 * returns. See docs/spec/connection.md#subscribe.
 */
HW_INT IOTA_SubscribeUserTopic(HW_CHAR *topicParas);

/**
 * Subscribes to any topic filter, as `SubscribeCustomTopic`; there is what it takes and returns.
 * See docs/spec/connection.md#subscribe.
 */
HW_INT IOTA_SubscribeTopic(HW_CHAR *topic, HW_INT qos);

/**
 * Reports properties over the V3 interface: `/huawei/v1/devices/<id>/data/json`.
 *
 * - `pServiceData`: array of services, not NULL; `properties` is JSON text and not NULL, other
 *   members may be NULL.
 * - `serviceNum`: entries in it, 1 or more.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL array or a `serviceNum` below 1; -110 for a `properties`
 * that is NULL or not JSON; -1 for a full queue, or when not connected and not reconnecting. Never
 * blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE
 * with `context`. See docs/spec/uplink.md#v3.
 */
HW_INT IOTA_PropertiesReportV3(ST_IOTA_SERVICE_DATA_INFO *pServiceData,
                               HW_INT serviceNum,
                               void *context);

/**
 * Sends data over the V3 interface to a codec of the platform:
 * `/huawei/v1/devices/<id>/data/binary`.
 *
 * - `payload`: sent as it is, up to its zero byte; not NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for NULL; -1 for a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#v3.
 */
HW_INT IOTA_BinaryReportV3(HW_CHAR *payload, void *context);

/**
 * Answers a command of the V3 interface: `/huawei/v1/devices/<id>/data/json`.
 *
 * - `cmdRspV3`: not NULL; a `body` that is NULL or not JSON is left out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for NULL; -1 for a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#v3.
 */
HW_INT IOTA_CmdRspV3(ST_IOTA_COMMAND_RSP_V3 *cmdRspV3, void *context);

/**
 * Asks the platform for the time (`time_sync_request` on `$oc/devices/<id>/sys/events/up`), with
 * the device's own; the answer comes to the time synchronisation and event callbacks.
 *
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a full queue, or when not connected and not reconnecting. Never
 * blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE
 * with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_GetNTPTime(void *context);

/**
 * Asks for provisioning: `$oc/devices/<id>/sys/bootstrap/up`; the answer comes to the
 * bootstrap callback.
 *
 * - `baseStrategyKeyword`: keyword of the static strategy; NULL or "" for none.
 *
 * Returns the message id, 0 with QoS 0; -1 for a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE. See docs/spec/uplink.md#bootstrap, docs/spec/connection.md#provisioning.
 */
HW_INT IOTA_Bootstrap(char *baseStrategyKeyword);

/**
 * Subscribes to V3 JSON commands with QoS 0, as `SubscribeJsonCmdV3`; there is what it returns.
 * See docs/spec/connection.md#subscribe.
 */
HW_INT IOTA_SubscribeJsonCmdV3(void);

/**
 * Subscribes to V3 binary commands with QoS 0, as `SubscribeBinaryCmdV3`; there is what it returns.
 * See docs/spec/connection.md#subscribe.
 */
HW_INT IOTA_SubsrcibeBinaryCmdV3(void);

/**
 * Reports the states of sub-devices (`sub_device_update_status` on
 * `$oc/devices/<id>/sys/events/up`); the answer comes to the sub-device status callback.
 *
 * - `device_statuses`: not NULL; each counted entry has `device_id` and `status`, entry 0 also when
 *   `deviceNum` is 0.
 * - `deviceNum`: entries in it, 0 to `MaxSubDeviceCount`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a refused argument, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_UpdateSubDeviceStatus(ST_IOTA_DEVICE_STATUSES *device_statuses,
                                  HW_INT deviceNum,
                                  void *context);

/**
 * Subscribes to the provisioning answer with QoS 0, as `SubscribeBootstrap`; there is what it
 * returns. See docs/spec/connection.md#subscribe.
 */
HW_INT IOTA_SubscribeBoostrap(void);

/**
 * Asks the platform to add sub-devices (`add_sub_device_request` on
 * `$oc/devices/<id>/sys/events/up`); the answer comes to the callback for added sub-devices.
 *
 * - `subDevicesInfo`: not NULL; each counted entry has `node_id` and `product_id`, other NULL
 *   members are left out.
 * - `deviceNum`: entries in it, 0 to `MaxAddedSubDevCount`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a refused argument, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_AddSubDevice(ST_IOTA_SUB_DEVICE_INFO *subDevicesInfo,
                         HW_INT deviceNum,
                         void *context);

/**
 * Asks the platform for the newest soft bus information (`soft_bus_config_request` on
 * `$oc/devices/<id>/sys/events/up`). The answer fills the table of `getSoftBusTotal` and comes to
 * the soft bus and event callbacks.
 *
 * - `busId`: one bus; NULL for all buses of the device. The answer for one bus replaces
 *   the table, too.
 * - `eventId`: the event's id; NULL leaves it out.
 * - `context`: handed back in the publish callback.
 *
 * Returns 0 when accepted (not a message id); -1 for a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
 * docs/spec/softbus.md#uplink-calls.
 */
HW_INT IOTA_GetLatestSoftBusInfo(HW_CHAR *busId, HW_CHAR *eventId, void *context);

/**
 * Asks the platform to delete sub-devices (`delete_sub_device_request` on
 * `$oc/devices/<id>/sys/events/up`); the answer comes to the callback for deleted sub-devices.
 *
 * - `delSubDevices`: not NULL; no counted entry is NULL, nor entry 0 when `deviceNum` is 0.
 * - `deviceNum`: entries in it, 0 to `MaxDelSubDevCount`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a refused argument, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_DelSubDevice(ST_IOTA_DEL_SUB_DEVICE *delSubDevices,
                         HW_INT deviceNum,
                         void *context);

/**
 * Sends one entry of the device's log (`log_report` on `$oc/devices/<id>/sys/events/up`).
 *
 * - `type`: free text, such as DEVICE_STATUS; NULL leaves it out.
 * - `content`: text, sent as a string; NULL leaves it out.
 * - `timestamp`: text, milliseconds since 1970; NULL leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a full queue, or when not connected and not reconnecting. Never
 * blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE
 * with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_ReportDeviceLog(HW_CHAR *type, HW_CHAR *content, HW_CHAR *timestamp, void *context);

/**
 * Reports the device's information (`sdk_info_report` on `$oc/devices/<id>/sys/events/up`). The
 * address reported here is the one that other members of its soft bus groups connect to: call it
 * after every connect and when the address changes.
 *
 * - `device_info_report`: not NULL; NULL members are left out.
 * - `context`: handed back in the publish callback.
 *
 * Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not reconnecting.
 * Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
 * PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
 * docs/spec/softbus.md#uplink-calls.
 */
HW_INT IOTA_ReportDeviceInfo(ST_IOTA_DEVICE_INFO_REPORT *device_info_report, void *context);

/**
 * Reports how a configuration of the platform was taken (`config_update_response` on
 * `$oc/devices/<id>/sys/events/up`). The library reports by itself what the device configuration
 * callback returns.
 *
 * - `device_config_report`: not NULL; `description` ends at its first zero byte or with the array.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not reconnecting.
 * Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
 * PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_RptDeviceConfigRst(const ST_IOTA_DEVICE_CONFIG_RESULT *device_config_report,
                               void *context);

/**
 * Asks the platform for a URL to upload a file (`get_upload_url` on
 * `$oc/devices/<id>/sys/events/up`); the answer comes to the file upload URL callback.
 *
 * - `upload`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code` may
 *   be NULL. With no hash and size 0 neither is sent.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a NULL argument or `file_name`, a full queue, or when not
 * connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes
 * by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#file-url.
 */
HW_INT IOTA_GetUploadFileUrl(const ST_IOTA_UPLOAD_FILE *upload, void *context);

/**
 * Sends any payload on any topic.
 *
 * - `topic`: as it is; not NULL, not "".
 * - `payload`: text; may be "", not NULL.
 * - `qos`: 0 or 1; the configured QoS does not apply.
 * - `context`: handed back in the publish callback.
 *
 * Returns the message id, 0 for QoS 0; -101 for NULL; -1 for an empty or malformed topic, another
 * QoS, a full queue, or when not connected and not reconnecting. Never blocks. Any thread,
 * callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#raw-message, docs/spec/connection.md#message-ids.
 */
HW_INT IOTA_RawTopicMessageReport(HW_CHAR *topic, HW_CHAR *payload, int qos, void *context);

/**
 * Asks the platform for a URL to download a file (`get_download_url` on
 * `$oc/devices/<id>/sys/events/up`); the answer comes to the file download URL callback.
 *
 * - `download`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code`
 *   may be NULL. With no hash and size 0 neither is sent.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a NULL argument or `file_name`, a full queue, or when not
 * connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes
 * by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#file-url.
 */
HW_INT IOTA_GetDownloadFileUrl(const ST_IOTA_DOWNLOAD_FILE *download, void *context);

/**
 * Reports how a file upload ended (`upload_result_report` on `$oc/devices/<id>/sys/events/up`).
 *
 * - `object_device_id`: the sub-device, or NULL for this device.
 * - `object_name`: name of the file as the URL's answer had it; not NULL.
 * - `result_code`: 0 success, anything else failure.
 * - `status_code`: HTTP status.
 * - `status_description`: text; NULL leaves it out.
 *
 * Returns 0 when accepted; -1 for a NULL `object_name`, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_UploadFileResultReport(char *object_device_id,
                                   char *object_name,
                                   int result_code,
                                   int status_code,
                                   char *status_description);

/**
 * Reports how a file download ended (`download_result_report` on `$oc/devices/<id>/sys/events/up`).
 *
 * - `object_device_id`: the sub-device, or NULL for this device.
 * - `object_name`: name of the file as the URL's answer had it; not NULL.
 * - `result_code`: 0 success, anything else failure.
 * - `status_code`: HTTP status.
 * - `status_description`: text; NULL leaves it out.
 *
 * Returns 0 when accepted; -1 for a NULL `object_name`, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#events.
 */
HW_INT IOTA_DownloadFileResultReport(char *object_device_id,
                                     char *object_name,
                                     int result_code,
                                     int status_code,
                                     char *status_description);

/**
 * Makes a TLS context of OpenSSL's, which this library is built without.
 *
 * Returns NULL always, and logs that. Never blocks. Any thread. See docs/spec/services.md#ssl-init.
 */
SSL_CTX *IOTA_ssl_init(void);

/**
 * Downloads an upgrade package into the working directory, otherwise as `IOTA_GetOTAPackages_Ext`.
 *
 * - `url`, `token`, `timeout`: see there.
 *
 * Returns as `IOTA_GetOTAPackages_Ext`. Blocks for the transfer.
 * See docs/spec/services.md#ota-download.
 */
HW_INT IOTA_GetOTAPackages(HW_CHAR *url, HW_CHAR *token, HW_INT timeout);

/**
 * Downloads an upgrade package over TLS, from the platform (with a token) or from an object
 * store (without).
 *
 * The server's certificate must be for its host and come from an authority of the system's store
 * (`SSL_CERT_FILE` names another one) or of `conf/rootcert.pem`. Redirects are not followed. A file
 * of that name is replaced only by a whole package, and only if this library put it there; a name
 * that begins with a dot is refused, a link is not followed.
 *
 * - `url`: `https://host[:port]/path?query`; not NULL.
 * - `token`: `access_token` of the upgrade event; NULL when it had none.
 * - `timeout`: seconds without a byte received after which the download fails; more than
 *   `OTA_TIMEOUT_MIN_LENGTH`.
 * - `otaFilePath`: directory, with or without "/" at its end; NULL for that of item
 *   EN_IOTA_CFG_EXT_DOWNLOAD_DIRECTORY, or else the working directory.
 * - `otaFilename`: out: the file's name within the directory, from the server or else from the URL;
 *   a buffer of at least `PKGNAME_MAX` + 1 bytes, not NULL. Filled as soon as the name is known,
 *   also when the download then fails.
 *
 * Returns 0 when the whole package is stored; -111 for a NULL `url` or `otaFilename`, or `timeout`
 * out of range; -1 for every other failure, the reason is logged. Blocks for the transfer;
 * `IOTA_Destroy` on another thread ends it with -1. Any thread; inside a callback it holds up all
 * other callbacks. Works before `IOTA_Init` too, with the system's store only.
 * See docs/spec/services.md#ota.
 */
HW_INT IOTA_GetOTAPackages_Ext(HW_CHAR *url,
                               HW_CHAR *token,
                               HW_INT timeout,
                               const HW_CHAR *otaFilePath,
                               HW_CHAR *otaFilename);

/**
 * Compares the SHA-256 of a downloaded package with the one that the platform announced.
 *
 * - `sign`: `sign` of the upgrade event, 64 hex digits; NULL or "" counts as verified, with a
 *   warning in the log.
 * - `otaFilePath`: directory, with or without "/" at its end; NULL for the working directory.
 * - `otaFilename`: the file's name within it.
 *
 * Returns 0 for a match; -102 when the file cannot be opened; -1 for a mismatch, a `sign` of
 * another length, an `otaFilePath` of "" or a NULL `otaFilename`. Reads the whole file. Any thread.
 * See docs/spec/services.md#ota-verify.
 */
HW_INT IOTA_OTAVerifySign(HW_CHAR *sign, const HW_CHAR *otaFilePath, HW_CHAR *otaFilename);

/**
 * Uploads a file to an address that the platform gave out (HTTP PUT), then reports the result as
 * `IOTA_UploadFileResultReport` does, if the URL has a name before a "?".
 *
 * - `filePath`: the file; NULL for the one named like the object in the URL, in the
 *   working directory.
 * - `url`: `url` of the event; `http` or `https`, the certificate must come from an authority of
 *   the system's store (`SSL_CERT_FILE` names another one); not NULL.
 * - `context`: ignored.
 *
 * Returns 0 when the server answers with status 200; -101 for a NULL `url`; -102 when there is no
 * such file, then nothing is sent or reported; -1 for every other failure. Blocks for the transfer,
 * which fails after 60 s without progress; `IOTA_Destroy` on another thread ends it with -1. Any
 * thread; inside a callback it holds up all other callbacks. See docs/spec/services.md#files.
 */
int IOTA_UploadFile(const char *filePath, const char *url, void *context);

/**
 * Downloads a file from an address that the platform gave out (HTTP GET), then reports the result
 * as `IOTA_DownloadFileResultReport` does, if the URL has a name before a "?".
 *
 * - `filePath`: where to store it; NULL for the name of the object in the URL, in the working
 *   directory. A file there is replaced on success only.
 * - `url`, `context`: see `IOTA_UploadFile`.
 *
 * Returns 0 when the server answers with status 200 and the whole file is stored; -101 for a NULL
 * `url`; -102 when there is no place for the file, then nothing is sent or reported; -1 for every
 * other failure. Blocks for the transfer, at most 1200 s; `IOTA_Destroy` on another thread ends it
 * with -1. Any thread; inside a callback it holds up all other callbacks.
 * See docs/spec/services.md#files.
 */
int IOTA_DownloadFile(const char *filePath, const char *url, void *context);

#ifdef MQTTV5

/**
 * Answers a command with MQTT 5 properties, otherwise as `IOTA_CommandResponse`.
 *
 * - `requestId`, `result_code`, `response_name`, `pcCommandResponse`, `context`: see there.
 * - `properties`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
 *
 * Returns as `IOTA_CommandResponse`. Never blocks. Any thread, callbacks included.
 * See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
 */
HW_INT IOTA_CommandResponseV5(HW_CHAR *requestId,
                              HW_INT result_code,
                              HW_CHAR *response_name,
                              HW_CHAR *pcCommandResponse,
                              void *context,
                              MQTTV5_DATA *properties);

/**
 * Reports properties of sub-devices with MQTT 5 properties, otherwise as
 * `IOTA_BatchPropertiesReport`.
 *
 * - `pDeviceData`, `deviceNum`, `serviceLenList`, `compressFlag`, `context`: see there.
 * - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
 *
 * Returns as `IOTA_BatchPropertiesReport`. Never blocks. Any thread, callbacks included.
 * See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
 */
HW_INT IOTA_BatchPropertiesReportV5(ST_IOTA_DEVICE_DATA_INFO *pDeviceData,
                                    HW_INT deviceNum,
                                    HW_INT *serviceLenList,
                                    HW_INT compressFlag,
                                    void *context,
                                    MQTTV5_DATA *mqttv5);

/**
 * Reports properties of the device with MQTT 5 properties, otherwise as `IOTA_PropertiesReport`.
 *
 * - `pServiceData`, `serviceNum`, `compressFlag`, `context`: see there.
 * - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
 *
 * Returns as `IOTA_PropertiesReport`. Never blocks. Any thread, callbacks included.
 * See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
 */
HW_INT IOTA_PropertiesReportV5(ST_IOTA_SERVICE_DATA_INFO *pServiceData,
                               HW_INT serviceNum,
                               HW_INT compressFlag,
                               void *context,
                               MQTTV5_DATA *mqttv5);

/**
 * Sends a message to the platform with MQTT 5 properties, otherwise as `IOTA_MessageReport`.
 *
 * - `mass`: its members, by value.
 * - `compressFlag`: 0 plain, 1 gzip.
 * - `context`: handed back in the publish callback.
 * - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
 *
 * Returns as `IOTA_MessageReport`. Never blocks. Any thread, callbacks included.
 * See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
 */
HW_INT IOTA_MessageReportV5(ST_IOTA_MESS_REP_INFO mass,
                            HW_INT compressFlag,
                            void *context,
                            MQTTV5_DATA *mqttv5);

/**
 * Sends any payload on any topic with MQTT 5 properties, otherwise as `IOTA_RawTopicMessageReport`.
 *
 * - `topic`: as it is; not NULL; "" only with a topic alias that an earlier message of this
 *   connection announced.
 * - `payload`, `qos`, `context`: see there.
 * - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
 *
 * Returns the message id, 0 for QoS 0; -101 for a NULL `topic` or `payload`; -1 as there. Never
 * blocks. Any thread, callbacks included. See docs/spec/uplink.md#v5,
 * docs/spec/connection.md#mqtt5-properties.
 */
HW_INT IOTA_RawTopicMessageReportV5(HW_CHAR *topic,
                                    HW_CHAR *payload,
                                    int qos,
                                    void *context,
                                    MQTTV5_DATA *mqttv5);

#endif /* MQTTV5 */

#define SDK_VERSION "C_v1.2.1"
#define OTA_PORT 8943
#define BUFSIZE 4096

/** Characters of an OTA file name; a buffer for one has one byte more. */
#define PKGNAME_MAX 1024

#define HTTP_HEADER_LENGTH 500
#define IP_LENGTH 50
#define PORT_LENGTH 6
#define PKG_LENGTH 10
#define OTA_TIMEOUT_MIN_LENGTH 300
#define DOUBLE_OBLIQUE_LINE "//"
#define SINGLE_SLANT "/"
#define SINGLE_SLANT_CHAR '/'
#define HTTP_URL_QUERY_START_MARK "?"
#define COLON ":"
#define OTA_HTTP_GET "GET "
#define OTA_HTTP_VERSION " HTTP/1.1\n"
#define OTA_HTTP_HOST "Host: "
#define HTTP_OK "200"
#define FILE_NAME_EQUAL "filename="
#define OTA_LINEFEED "\n"
#define OTA_CONTENT_TYPE "Content-Type: application/json\n"
#define OTA_AUTH "Authorization:Bearer "
#define OTA_CRLF "\r\n\r\n"
#define OTA_CONTENT_LENGTH "Content-Length: "
#define HTTP_STATUS_LENGTH 3
#define OTA_HTTP_RESPONSE_VERSION "HTTP/1.1 "
#define SUB_DEVICE_VERSION_REPORT "sub_device_list_version_report"
#define GET_PRODUCTS "get_products"
#define SCAN_SUB_DEVICE_RESULT "scan_result"
#define MESSAGE_NAME "message_name"
#define VERSION "version"
#define PRODUCTID_LIST "product_id_list"
#define DEVICE_LIST "device_list"
#define SERVICES "services"
#define DEVICES "devices"
#define RESULT_CODE "result_code"
#define RESULT "result"
#define TARGET_DEVICE_ID "target_device_id"
#define DEVICE_ID "device_id"
#define DEVICE_IP "device_ip"
#define NEW_SECRET "new_secret"
#define EVENT_TIME "event_time"
#define EVENT_ID "event_id"
#define PROPERTIES "properties"
#define BASE_STRATEGY_KEYWORD "baseStrategyKeyword"
#define RESPONSE_NAME "response_name"
#define PARAS "paras"
#define RESULT_DESC "result_desc"
#define DESC "desc"
#define CONTENT "content"
#define ID "id"
#define NAME "name"
#define OBJECT_DEVICE_ID "object_device_id"
#define EVENT_TYPE "event_type"
#define VERSION_REPORT "version_report"
#define UPGRADE_PROGRESS_REPORT "upgrade_progress_report"
#define SW_VERSION "sw_version"
#define FW_VERSION "fw_version"
#define PROGRESS "progress"
#define DESCRIPTION "description"
#define OTA "$ota"
#define SERVICE_ID "service_id"
#define PROTOCOL "protocol"
#define SUB_DEVICE_MANAGER "$sub_device_manager"
#define ADD_SUB_DEVICE_NOTIFY "add_sub_device_notify"
#define PARENT_DEVICE_ID "parent_device_id"
#define NODE_ID "node_id"
#define MANUFACTURER_ID "manufacturer_id"
#define MODEL "model"
#define PRODUCT_ID "product_id"
#define EXTENSION_INFO "extension_info"
#define STATUS "status"
#define DELETE_SUB_DEVICE_NOTIFY "delete_sub_device_notify"
#define ADD_SUB_DEVICE_RESPONSE "add_sub_device_response"
#define DEL_SUB_DEVICE_RESPONSE "delete_sub_device_response"
#define UPDATE_SUB_DEVICE_RESPONSE "sub_device_update_status_response"
#define SUCCESSFUL_DEVICES "successful_devices"
#define FAILED_DEVICES "failed_devices"
#define ERROR_CODE "error_code"
#define ERROR_MSG "error_msg"
#define FIRMWARE_UPGRADE "firmware_upgrade"
#define SOFTWARE_UPGRADE "software_upgrade"
#define FIRMWARE_UPGRADE_V2 "firmware_upgrade_v2"
#define SOFTWARE_UPGRADE_V2 "software_upgrade_v2"
#define URL "url"
#define FILE_SIZE "file_size"
#define FILE_NAME "file_name"
#define TASK_ID "task_id"
#define SUBDEVICE_COUNT "sub_device_count"
#define TASKEXT_INFO "task_ext_info"
#define ACCESS_TOKEN "access_token"
#define EXPIRES "expires"
#define SIGN "sign"
#define DATA_V3 "data"
#define SERVICE_ID_V3 "serviceId"
#define EVENT_TIME_V3 "eventTime"
#define SERVICE_DATA_V3 "serviceData"
#define MSGTYPE "msgType"
#define DEVIVE_REQ "deviceReq"
#define CMD "cmd"
#define MID "mid"
#define ERR_CODE "errcode"
#define BODY "body"
#define DEVIVE_RSP "deviceRsp"
#define VERSION_QUERY "version_query"
#define COMMAND_NAME "command_name"
#define SHADOW "shadow"
#define DESIRED "desired"
#define REPORTED "reported"
#define SDK_INFO "$sdk_info"
#define SDK_INFO_REPORT "sdk_info_report"
#define TYPE "type"
#define SDK_LANGUAGE "C"
#define SDK_TIME "$time_sync"
#define SDK_NTP_REQUEST "time_sync_request"
#define DEVICE_SEND_TIME "device_send_time"
#define TIME_SYNC_RSP "time_sync_response"
#define SERVER_RECV_TIME "server_recv_time"
#define SERVER_SEND_TIME "server_send_time"
#define VERSION_JSON "\"version\""
#define DEVICE_SEND_TIME_JSON "\"device_send_time\""
#define SERVER_RECV_TIME_JSON "\"server_recv_time\""
#define SERVER_SEND_TIME_JSON "\"server_send_time\""
#define DEVICE_STATUS "device_statuses"
#define SUB_DEVICE_UPDATE_STATUS "sub_device_update_status"
#define ADD_SUB_DEVICE_REQUEST "add_sub_device_request"
#define DEL_SUB_DEVICE_REQUEST "delete_sub_device_request"
#define ONLINE "ONLINE"
#define OFFLINE "OFFLINE"
#define ADDRESS "address"
#define DEVICE_SECRET "deviceSecret"
#define LOG "$log"
#define LOG_CONFIG "log_config"
#define SWITCH "switch"
#define END_TIME "end_time"
#define LOG_REPORT "log_report"
#define TIMESTAMP "timestamp"
#define DEVICE_SDK_VERSION "device_sdk_version"
#define DEVICE_RULE "$device_rule"
#define CONFIG_REQUEST "device_rule_config_request"
#define CONFIG_RESPONSE "device_rule_config_response"
#define DEVICE_RULE_REQUEST_ID "device_rule_request_id"
#define RULE_ID "ruleIds"
#define REQUEST_ID "request_id"
#define TO "to"
#define FROM "from"
#define DEVICE_RULE_FILE_PATH "testdata.txt"
#define TUNNEL_MGR "$tunnel_manager"
#define TUNNEL_NTF "tunnel_notify"
#define TUNNEL_URL "tunnel_uri"
#define TUNNEL_ACCESS_TOKEN "tunnel_access_token"
#define TUNNEL_SSH_DATA "data"
#define TUNNEL_SSH_DATA_USERNAME "username"
#define TUNNEL_SSH_DATA_PASSWORD "password"
#define TUNNEL_SSH_OPTYPE_CONNRSP "connect_response"
#define TUNNEL_SSH_OPTYPE_CMDRSP "command_response"
#define TUNNEL_SSH_REQID "request_id"
#define TUNNEL_SSH_SERTYPE "tunnel_service_type"
#define TUNNEL_SSH_SERTYPE_SSH "ssh"
#define TUNNEL_SSH_OPTYPE "operation_type"
#define TUNNEL_SSH_OPTYPE_DISCONN "disconnect"
#define TUNNEL_SSH_OPTYPE_CONN "connect"
#define TUNNEL_SSH_OPTYPE_CMD "command"
#define TUNNEL_SSH_STATUS_CODE "status_code"
#define TUNNEL_SSH_STATUS_MSG "status_msg"
#define SOFT_BUS_EVENT_REQ "soft_bus_config_request"
#define SOFT_BUS_EVENT_RSP "soft_bus_config_response"
#define SOFT_BUS_SERVICEID "$oh_soft_bus"
#define BUS_ID "bus_id"
#define SECURITY_DETECTION_CONFIG "$security_detection_config"
#define SECURITY_LOG_REPORT "security_log_report"
#define MEMORY_REPORT "MEMORY_REPORT"
#define PORT_REPORT "PORT_REPORT"
#define USED "used"
#define TOTAL "total"
#define LEAK_ALARM "leak_alarm"
#define MEMORY_CHECK "memoryCheck"
#define MEMORY_THRESHOLD "memoryThreshold"
#define UNSAFE_FUNCTION_CHECK "unsafeFunctionCheck"
#define CVE_VULNERABILITY_CHECK "cveVulnerabilityCheck"
#define MALICIOUS_FILE_CHECK "maliciousFileCheck"
#define PROCESS_CHECK "processCheck"
#define UNSAFE_PROTOCOL_CHECK "unsafeProtocolCheck"
#define FILE_REPORT "FILE_REPORT"
#define MALICIOUS_FILES "malicious_files"
#define CVE_VULNERABILITY_REPORT "CVE_VULNERABILITY_REPORT"
#define VNLNERABILITIES "vulnerabilities"
#define CVE_NUMBER "cve_number"
#define VNLNERABILITIES_NAME "vulnerabilities_name"
#define PROTOCOL_REPORT "PROTOCOL_REPORT"
#define USED_PROTOCOLS "used_protocols"
#define ABNORMAL_PROCESS_REPORT "ABNORMAL_PROCESS_REPORT"
#define ABNORMAL_PROCESSES "abnormal_processes"
#define UNSAFE_FUNCTION_REPORT "UNSAFE_FUNCTION_REPORT"
#define UNSAFE_FUNCTIONS "unsafe_functions"
#define PORT_CHECK "portCheck"
#define SECURITY_DETECTION_CONFIG_REQUEST_ID "security_detection_config_request_id"
#define CPU_USAGE_REPORT "CPU_USAGE_REPORT"
#define CPU_USAGE_CHECK "cpuUsageCheck"
#define CPU_USAGE_THRESHOLD "cpuUsageThreshold"
#define CPU_USAGE "cpu_usage"
#define CPU_USAGE_ALARM "cpu_usage_alarm"
#define DISK_SPACE_REPORT "DISK_SPACE_REPORT"
#define DISK_SPACE_CHECK "diskSpaceCheck"
#define DISK_SPACE_THRESHOLD "diskSpaceThreshold"
#define DISK_SPACE_USED "disk_space_used"
#define DISK_SPACE_TOTAL "disk_space_total"
#define DISK_SPACE_ALARM "disk_space_alarm"
#define BATTERY_REPORT "BATTERY_REPORT"
#define BATTERY_PERCENTAGE_CHECK "batteryPercentageCheck"
#define BATTERY_PERCENTAGE_THRESHOLD "batteryPercentageThreshold"
#define BATTERY_PERCENTAGE "battery_percentage"
#define BATTERY_PERCENTAGE_ALARM "battery_percentage_alarm"
#define LOGIN_LOCAL_REPORT "LOGIN_LOCAL_REPORT"
#define LOGIN_LOCAL_CHECK "loginLocalCheck"
#define LOGIN_LOCAL_ALARM "login_local_alarm"
#define IP_REPORT "IP_REPORT"
#define MALICIOUS_IP_CHECK "maliciousIPCheck"
#define USED_IPS "used_ips"
#define LOGIN_BRUTE_FORCE_REPORT "LOGIN_BRUTE_FORCE_REPORT"
#define LOGIN_BRUTE_FORCE_CHECK "loginBruteForceCheck"
#define LOGIN_BRUTE_FORCE_ALARM "login_brute_force_alarm"
#define FILE_TAMPER_REPORT "FILE_TAMPER_REPORT"
#define FILE_TAMPER_CHECK "fileTamperCheck"
#define FILE_TAMPER_ALARM "file_tamper_alarm"
#define DETECT_REPORT_FREQUENCY 600
#define DEVICE_CONFIG "$device_config"
#define DEVICE_CONFIG_UPDATE "config_update"
#define DEVICE_CONFIG_CONTENT "config_content"
#define DEVICE_CONFIG_UPDATE_RESPONSE "config_update_response"
#define FILE_MANAGER "$file_manager"
#define GET_UPLOAD_URL "get_upload_url"
#define GET_UPLOAD_URL_RESPONSE "get_upload_url_response"
#define GET_DOWNLOAD_URL "get_download_url"
#define GET_DOWNLOAD_URL_RESPONSE "get_download_url_response"
#define UPLOAD_RESULT_REPORT "upload_result_report"
#define DOWNLOAD_RESULT_REPORT "download_result_report"
#define TIMESTAMP_STR_LEN 14
#define IOTA_TOPIC_SERVICE_DATA_REPORT_RET "IOTA_TOPIC_SERVICE_DATA_REPORT_RET"
#define IOTA_TOPIC_SERVICE_COMMAND_RECEIVE "IOTA_TOPIC_SERVICE_COMMAND_RECEIVE"
#define IOTA_TOPIC_DATATRANS_REPORT_RSP "IOTA_TOPIC_DATATRANS_REPORT_RSP"

/** Not used any more. */
typedef enum enum_EN_IOTA_DATATRANS_IE_TYPE {
    EN_IOTA_DATATRANS_IE_RESULT = 0,
    EN_IOTA_DATATRANS_IE_DEVICEID = 1,
    EN_IOTA_DATATRANS_IE_REQUESTID = 2,
    EN_IOTA_DATATRANS_IE_SERVICEID = 3,
    EN_IOTA_DATATRANS_IE_METHOD = 4,
    EN_IOTA_DATATRANS_IE_CMDCONTENT = 5,
} EN_IOTA_DATATRANS_IE_TYPE;

#ifdef __cplusplus
}
#endif

#endif /* IOTA_DATATRANS_H */
