/* Generated from src/agentlite/iota_bridge.rs; do not edit. */
/** Bridge: many devices over one connection. */
#ifndef IOTA_BRIDGE_H
#define IOTA_BRIDGE_H

#include "hw_type.h"
#include "iota_datatrans.h"

#ifdef __cplusplus
extern "C" {
#endif

#define IOTA_SIGN_TYPE "sign_type"
#define IOTA_TIMESTAMP "timestamp"
#define IOTA_PASSWORD "password"
#define IOTA_OLD_SECRET "old_secret"
#define IOTA_NEW_SECRET "new_secret"

/**
 * Logs a device in at the platform:
 * `$oc/bridges/<id>/devices/<deviceId>/sys/login/request_id=<requestId>`; the answer comes to the
 * bridge login callback.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `password`: the device's secret; only its HMAC-SHA256 under the current hour is sent. Not NULL.
 * - `requestId`: any text, which the answer repeats; NULL for the next number of
 *   `gBridgeRequestId`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId` or `password`; -1 for a full queue, or when
 * not connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
 * comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#bridge-login.
 */
HW_INT IOTA_BridgeDeviceLogin(HW_CHAR *deviceId,
                              HW_CHAR *password,
                              HW_CHAR *requestId,
                              void *context);

/**
 * Logs a device out: `$oc/bridges/<id>/devices/<deviceId>/sys/logout/request_id=<requestId>`,
 * without payload; the answer comes to the bridge logout callback.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `requestId`: any text, which the answer repeats; NULL for the next number of
 *   `gBridgeRequestId`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceLogout(HW_CHAR *deviceId, HW_CHAR *requestId, void *context);

/**
 * Changes a device's secret:
 * `$oc/bridges/<id>/devices/<deviceId>/sys/reset_secret/request_id=<requestId>`; the answer comes
 * to the bridge reset-secret callback.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `oldSecret`: not NULL.
 * - `newSecret`: NULL lets the platform choose.
 * - `requestId`: any text, which the answer repeats; NULL for the next number of
 *   `gBridgeRequestId`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a NULL `deviceId` or `oldSecret`, a full queue, or when not
 * connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes
 * by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceResetSecret(HW_CHAR *deviceId,
                                    HW_CHAR *oldSecret,
                                    HW_CHAR *newSecret,
                                    HW_CHAR *requestId,
                                    void *context);

/**
 * Sends a message of a device: `$oc/bridges/<id>/devices/<deviceId>/sys/messages/up`.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `object_device_id`, `name`, `id`: members of the message; NULL leaves one out.
 * - `content`: text that is JSON is sent as that value, any other text as a string; NULL
 *   leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a NULL `deviceId`, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#message,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceMessagesReport(HW_CHAR *deviceId,
                                       HW_CHAR *object_device_id,
                                       HW_CHAR *name,
                                       HW_CHAR *id,
                                       HW_CHAR *content,
                                       void *context);

/**
 * Reports properties of a device: `$oc/bridges/<id>/devices/<deviceId>/sys/properties/report`.
 * Device rules of the bridge are evaluated with them, also when the report cannot be sent.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `pServiceData`: array of services, not NULL; `properties` is JSON text and not NULL, other
 *   members may be NULL.
 * - `serviceNum`: entries in it, 1 or more.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or when
 * not connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
 * comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#properties,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDevicePropertiesReport(HW_CHAR *deviceId,
                                         ST_IOTA_SERVICE_DATA_INFO *pServiceData,
                                         HW_INT serviceNum,
                                         void *context);

/**
 * Reports properties of sub-devices of a device:
 * `$oc/bridges/<id>/devices/<deviceId>/gateway/sub_devices/properties/report`.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `pServiceData`: array of devices, not NULL; see `IOTA_BatchPropertiesReport`.
 * - `serviceNum`: devices in it, 1 to `MaxServiceReportNum`.
 * - `serviceLenList`: for each device its number of services, at most
 *   `MaxServiceReportNum`; not NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or when
 * not connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
 * comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#batch,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceBatchPropertiesReport(HW_CHAR *deviceId,
                                              ST_IOTA_DEVICE_DATA_INFO *pServiceData,
                                              HW_INT serviceNum,
                                              HW_INT *serviceLenList,
                                              void *context);

/**
 * Answers a property set for a device:
 * `$oc/bridges/<id>/devices/<deviceId>/sys/properties/set/response/request_id=<requestId>`.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `requestId`: from the property-set callback; not NULL.
 * - `result_code`: 0 success, anything else failure.
 * - `result_desc`: text; NULL leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId` or `requestId`; -1 for a full queue, or when
 * not connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
 * comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#set-response,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDevicePropertiesSetResponse(HW_CHAR *deviceId,
                                              HW_CHAR *requestId,
                                              HW_INT result_code,
                                              HW_CHAR *result_desc,
                                              void *context);

/**
 * Answers a property query for a device:
 * `$oc/bridges/<id>/devices/<deviceId>/sys/properties/get/response/request_id=<requestId>`.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `requestId`: from the property-get callback; not NULL.
 * - `serviceProp`: array of services, not NULL; see `IOTA_PropertiesGetResponse`.
 * - `serviceNum`: entries in it, 1 or more.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -1 for a `serviceNum` below 1; -101 for a NULL argument; -1 for an
 * incomplete entry, JSON text that is none, a full queue, or when not connected and not
 * reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS
 * or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#get-response,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDevicePropertiesGetResponse(HW_CHAR *deviceId,
                                              HW_CHAR *requestId,
                                              ST_IOTA_SERVICE_DATA_INFO *serviceProp,
                                              HW_INT serviceNum,
                                              void *context);

/**
 * Asks for the shadow of a device:
 * `$oc/bridges/<id>/devices/<deviceId>/sys/shadow/get/request_id=<requestId>`; the answer comes to
 * the shadow callback.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `requestId`: any text, which the answer repeats; NULL for the next number of
 *   `gBridgeRequestId`.
 * - `object_device_id`: the device asked about; NULL leaves it out.
 * - `service_id`: one service; NULL for all.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#shadow,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceGetDeviceShadow(HW_CHAR *deviceId,
                                        HW_CHAR *requestId,
                                        HW_CHAR *object_device_id,
                                        HW_CHAR *service_id,
                                        void *context);

/**
 * Answers a command for a device:
 * `$oc/bridges/<id>/devices/<deviceId>/sys/commands/response/request_id=<requestId>`.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `requestId`: from the command callback; not NULL.
 * - `result_code`: 0 success, anything else failure.
 * - `response_name`: NULL leaves it out.
 * - `pcCommandResponse`: JSON text of the result; NULL leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId` or `requestId`; -1 for a `pcCommandResponse`
 * that is not JSON, a full queue, or when not connected and not reconnecting. Never blocks. Any
 * thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with
 * `context`. See docs/spec/uplink.md#command-response, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceCommandResponse(HW_CHAR *deviceId,
                                        HW_CHAR *requestId,
                                        HW_INT result_code,
                                        HW_CHAR *response_name,
                                        HW_CHAR *pcCommandResponse,
                                        void *context);

/**
 * Reports the states of sub-devices of a device (`sub_device_update_status` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `device_statuses`: not NULL; as in `IOTA_UpdateSubDeviceStatus`.
 * - `deviceNum`: entries in it, 0 to `MaxSubDeviceCount`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for another refused argument, a full
 * queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks included.
 * The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceUpdateSubDeviceStatus(HW_CHAR *deviceId,
                                              ST_IOTA_DEVICE_STATUSES *device_statuses,
                                              HW_INT deviceNum,
                                              void *context);

/**
 * Asks the platform to add sub-devices to a device (`add_sub_device_request` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `subDevicesInfo`: not NULL; as in `IOTA_AddSubDevice`.
 * - `deviceNum`: entries in it, 0 to `MaxAddedSubDevCount`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for another refused argument, a full
 * queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks included.
 * The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceAddSubDevice(HW_CHAR *deviceId,
                                     ST_IOTA_SUB_DEVICE_INFO *subDevicesInfo,
                                     HW_INT deviceNum,
                                     void *context);

/**
 * Asks the platform to delete sub-devices of a device (`delete_sub_device_request` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `delSubDevices`: not NULL; as in `IOTA_DelSubDevice`.
 * - `deviceNum`: entries in it, 0 to `MaxDelSubDevCount`.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for another refused argument, a full
 * queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks included.
 * The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceDelSubDevice(HW_CHAR *deviceId,
                                     ST_IOTA_DEL_SUB_DEVICE *delSubDevices,
                                     HW_INT deviceNum,
                                     void *context);

/**
 * Asks the platform for a URL to upload a file of a device (`get_upload_url` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`); the answer comes to the file upload
 * URL callback.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `upload`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code`
 *   may be NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a NULL argument or `file_name`, a
 * full queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks
 * included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#file-url, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceGetUploadFileUrl(HW_CHAR *deviceId,
                                         const ST_IOTA_UPLOAD_FILE *upload,
                                         void *context);

/**
 * Asks the platform for a URL to download a file of a device (`get_download_url` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`); the answer comes to the file download
 * URL callback.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `download`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code`
 *   may be NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a NULL argument or `file_name`, a
 * full queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks
 * included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#file-url, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceGetDownloadFileUrl(HW_CHAR *deviceId,
                                           const ST_IOTA_DOWNLOAD_FILE *download,
                                           void *context);

/**
 * Reports the information of a device (`sdk_info_report` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `device_info_report`: not NULL; NULL members are left out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a NULL `device_info_report`, a full
 * queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks included.
 * The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
 * See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceReportDeviceInfo(HW_CHAR *deviceId,
                                         ST_IOTA_DEVICE_INFO_REPORT *device_info_report,
                                         void *context);

/**
 * Asks the platform for the time on behalf of a device (`time_sync_request` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceGetNTPTime(HW_CHAR *deviceId, void *context);

/**
 * Asks the platform for the soft bus information of a device (`soft_bus_config_request` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`). The answer does not change the table of
 * `getSoftBusTotal`, which shows the groups of the bridge itself.
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `busId`: one bus; NULL for all.
 * - `eventId`: the event's id; NULL leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceGetLatestSoftBusInfo(HW_CHAR *deviceId,
                                             HW_CHAR *busId,
                                             HW_CHAR *eventId,
                                             void *context);

/**
 * Sends one entry of a device's log (`log_report` on
 * `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
 *
 * - `deviceId`: the device behind the bridge; not NULL.
 * - `type`: free text; NULL leaves it out.
 * - `content`: text, sent as a string; NULL leaves it out.
 * - `timestamp`: text, milliseconds since 1970; NULL leaves it out.
 * - `context`: handed back in the publish callback; never dereferenced.
 *
 * Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
 * docs/spec/uplink.md#bridge-arguments.
 */
HW_INT IOTA_BridgeDeviceReportDeviceLog(HW_CHAR *deviceId,
                                        HW_CHAR *type,
                                        HW_CHAR *content,
                                        HW_CHAR *timestamp,
                                        void *context);

/**
 * Connects as a bridge: sets EN_IOTA_CFG_BRIDGE_MODE to 1, then as `IOTA_Connect`, with the same
 * return codes. The configured device id is the bridge's. Devices behind it are logged in with
 * `IOTA_BridgeDeviceLogin`; nothing is subscribed implicitly.
 *
 * Never blocks. Any thread, callbacks included. See docs/spec/connection.md#bridge.
 */
int IOTA_BridgeConnect(void);

/**
 * Whether the bridge is connected, as `IOTA_IsConnected`: 1 or 0.
 *
 * Never blocks, never fails; legal at any time, from any thread.
 * See docs/spec/connection.md#bridge.
 */
int IOTA_BridgeIsConnected(void);

/**
 * Disconnects the bridge: sets EN_IOTA_CFG_BRIDGE_MODE to 0, then as `IOTA_DisConnect`, with the
 * same return codes.
 *
 * Never blocks. Any thread, callbacks included. See docs/spec/connection.md#bridge.
 */
int IOTA_BridgeDisConnect(void);

#ifdef __cplusplus
}
#endif

#endif /* IOTA_BRIDGE_H */
