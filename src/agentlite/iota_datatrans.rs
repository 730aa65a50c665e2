//! Uplink: reports, responses, requests, OTA and file transfer, with the structs and JSON keys they use.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::arguments::{
    command_response_v3, consume_tree, file, message_report, ota_version, services, upgrade_status, with_devices,
};
use crate::call;
use c_library::boundary::bytes;
use c_library::third_party::cjson::cJSON::cJSON;
use iotda_device::device::unix_ms;
use iotda_device::protocol::topics::{self, Origin, Subscription};
use iotda_device::protocol::uplink;
use iotda_device::protocol::uplink::file::{Direction, TransferResult};
use iotda_device::protocol::uplink::properties::DeviceData;
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

mod events;
mod http;
mod keys;
pub mod types;
mod v5;

header!(IOTA_DATATRANS_H, "cJSON.h", "hw_type.h", "mqttv5_util.h");

c_verbatim!(
    "
/** OpenSSL's type; declared here unless one of OpenSSL's own headers did it before. */
#if !defined(HEADER_OPENSSL_TYPES_H) && !defined(OPENSSL_TYPES_H) && !defined(HEADER_OSSL_TYP_H)
typedef struct ssl_ctx_st SSL_CTX;
#endif
"
);

/// OpenSSL's TLS context; this library only has the name.
pub enum SSL_CTX {}

pub use types::*;

exported!(
    -1,
    /// Sends a message to the platform: `$oc/devices/<id>/sys/messages/up`, or `$oc/devices/<id>/user/<topicParas>`.
    ///
    /// - `object_device_id`, `name`, `id`: members of the message; NULL leaves one out.
    /// - `content`: text that is JSON is sent as that value, any other text as a string; not NULL.
    /// - `topicParas`: part of the topic after `user/`; NULL for the system topic.
    /// - `compressFlag`: 0 plain, 1 gzip; not looked at with `topicParas`, which always goes plain.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `content`; -1 for another `compressFlag`, a topic
    /// that is not UTF-8 or holds a wildcard, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#message.
    pub fn IOTA_MessageReport(
        object_device_id: *mut HW_CHAR,
        name: *mut HW_CHAR,
        id: *mut HW_CHAR,
        content: *mut HW_CHAR,
        topicParas: *mut HW_CHAR,
        compressFlag: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        let info = ST_IOTA_MESS_REP_INFO {
            object_device_id,
            name,
            id,
            content,
            topicParas,
        };
        // SAFETY: the caller passes NULL or C strings.
        let message = unsafe { message_report(&info) };
        call::report(FUNCTION, context, |own| {
            uplink::message::report(own, &message, compressFlag)
        })
    }
);

exported!(
    -1,
    /// Sends a message to the platform, as `IOTA_MessageReport` without compression.
    ///
    /// - `mass`: its members, by value; see there.
    /// - `context`: handed back in the publish callback.
    ///
    /// Returns as `IOTA_MessageReport`. Never blocks. Any thread, callbacks included.
    /// See docs/spec/uplink.md#message.
    pub fn IOTA_MessageDataReport(mass: ST_IOTA_MESS_REP_INFO, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let message = unsafe { message_report(&mass) };
        call::report(FUNCTION, context, |own| uplink::message::report(own, &message, 0))
    }
);

exported!(
    -1,
    /// Reports properties of the device: `$oc/devices/<id>/sys/properties/report`. Device rules are evaluated with them, also
    /// when the report cannot be sent.
    ///
    /// - `pServiceData`: array of services, not NULL; `properties` is JSON text and not NULL, `service_id` and `event_time`
    ///   (`yyyyMMddTHHmmssZ`) may be NULL.
    /// - `serviceNum`: entries in it, 1 or more.
    /// - `compressFlag`: 0 plain, 1 gzip.
    /// - `context`: handed back in the publish callback.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or
    /// when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#properties.
    pub fn IOTA_PropertiesReport(
        pServiceData: *mut ST_IOTA_SERVICE_DATA_INFO,
        serviceNum: HW_INT,
        compressFlag: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or `serviceNum` entries.
        let services = unsafe { services(pServiceData, serviceNum) };
        let sent = call::report_properties(None, services.as_deref(), serviceNum, compressFlag, context, None);
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Reports properties of sub-devices: `$oc/devices/<id>/sys/gateway/sub_devices/properties/report`.
    ///
    /// - `pDeviceData`: array of devices, not NULL; in each, `device_id` may be NULL, and the services are as in
    ///   `IOTA_PropertiesReport`.
    /// - `deviceNum`: entries in it, 1 to `MaxServiceReportNum`.
    /// - `serviceLenList`: for each device its number of services, at most `MaxServiceReportNum`; 0 or less for none. Not
    ///   NULL.
    /// - `compressFlag`: 0 plain, 1 gzip.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or
    /// when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#batch.
    pub fn IOTA_BatchPropertiesReport(
        pDeviceData: *mut ST_IOTA_DEVICE_DATA_INFO,
        deviceNum: HW_INT,
        serviceLenList: *mut HW_INT,
        compressFlag: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        let report = |devices: Option<&[DeviceData<'_>]>| {
            call::report(FUNCTION, context, |own| {
                uplink::properties::batch_report(own, devices, deviceNum, compressFlag)
            })
        };
        // SAFETY: the caller passes NULL, or arrays of `deviceNum` entries.
        unsafe { with_devices(pDeviceData, deviceNum, serviceLenList, report) }
    }
);

exported!(
    -1,
    /// Answers a command of the platform: `$oc/devices/<id>/sys/commands/response/request_id=<requestId>`.
    ///
    /// - `requestId`: from the command callback; not NULL.
    /// - `result_code`: 0 success, anything else failure.
    /// - `response_name`: NULL leaves it out.
    /// - `pcCommandResponse`: JSON text of the result; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a `pcCommandResponse` that is
    /// not JSON ("" is not), a full queue, or when not connected and not reconnecting. Never
    /// blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
    /// PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#command-response.
    pub fn IOTA_CommandResponse(
        requestId: *mut HW_CHAR,
        result_code: HW_INT,
        response_name: *mut HW_CHAR,
        pcCommandResponse: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (id, name, paras) = unsafe { (bytes(requestId), bytes(response_name), bytes(pcCommandResponse)) };
        call::report(FUNCTION, context, |own| {
            uplink::command::response(Origin::Device(own), id, result_code, name, paras)
        })
    }
);

exported!(
    -1,
    /// Answers a property set of the platform: `$oc/devices/<id>/sys/properties/set/response/request_id=<requestId>`. The
    /// library answers soft bus lists by itself.
    ///
    /// - `requestId`: from the property-set callback; not NULL.
    /// - `result_code`: 0 success, anything else failure.
    /// - `result_desc`: text; NULL leaves it out.
    /// - `context`: handed back in the publish callback.
    ///
    /// Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#set-response, docs/spec/softbus.md#uplink-calls.
    pub fn IOTA_PropertiesSetResponse(
        requestId: *mut HW_CHAR,
        result_code: HW_INT,
        result_desc: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (id, text) = unsafe { (bytes(requestId), bytes(result_desc)) };
        call::report(FUNCTION, context, |own| {
            uplink::properties::set_response(Origin::Device(own), id, result_code, text)
        })
    }
);

exported!(
    -1,
    /// Answers a property query of the platform: `$oc/devices/<id>/sys/properties/get/response/request_id=<requestId>`.
    ///
    /// - `requestId`: from the property-get callback; not NULL.
    /// - `serviceProp`: array of services, not NULL. An entry 0 without `service_id` or `properties` answers that there is
    ///   no such service: an empty list is sent and no other entry looked at. Otherwise every entry has both; `properties`
    ///   is JSON text.
    /// - `serviceNum`: entries in it, 1 or more.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `requestId` or `serviceProp`, or a `serviceNum`
    /// below 1; -1 for an incomplete entry, JSON text that is none, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#get-response.
    pub fn IOTA_PropertiesGetResponse(
        requestId: *mut HW_CHAR,
        serviceProp: *mut ST_IOTA_SERVICE_DATA_INFO,
        serviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, a C string, `serviceNum` entries.
        let (id, services) = unsafe { (bytes(requestId), services(serviceProp, serviceNum)) };
        call::report(FUNCTION, context, |own| {
            uplink::properties::get_response(Origin::Device(own), id, services.as_deref(), serviceNum)
        })
    }
);

exported!(
    -1,
    /// Asks for the device shadow: `$oc/devices/<id>/sys/shadow/get/request_id=<requestId>`; the answer comes to the shadow
    /// callback.
    ///
    /// - `requestId`: any text, which the answer repeats; not NULL.
    /// - `object_device_id`: the device asked about; NULL leaves it out.
    /// - `service_id`: one service; NULL for all.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#shadow.
    pub fn IOTA_GetDeviceShadow(
        requestId: *mut HW_CHAR,
        object_device_id: *mut HW_CHAR,
        service_id: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (id, device, service) = unsafe { (bytes(requestId), bytes(object_device_id), bytes(service_id)) };
        call::report(FUNCTION, context, |own| {
            uplink::shadow::get(Origin::Device(own), id, device, service)
        })
    }
);

exported!(
    -1,
    /// Sends a message to another device: `$oc/m2m/to/<to>/from/<from>/request_id=<requestId>`.
    ///
    /// - `to`, `from`: device ids, in the topic and in the message; not NULL.
    /// - `content`: text, always sent as a string; not NULL.
    /// - `requestId`: NULL leaves it out of the message, and empty in the topic.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns the message id, 0 with QoS 0; -1 for NULL, an id that makes no topic, a full queue,
    /// or when not connected and not reconnecting. Never blocks. Any thread, callbacks included.
    /// The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#m2m.
    pub fn IOTA_M2MSendMsg(
        to: *mut HW_CHAR,
        from: *mut HW_CHAR,
        content: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (to, from, content, id) = unsafe { (bytes(to), bytes(from), bytes(content), bytes(requestId)) };
        call::report_id(FUNCTION, context, |_| uplink::m2m::send(to, from, content, id))
    }
);

exported!(
    -1,
    /// Sends a deprecated sub-device message: `$oc/devices/<id>/sys/sub_device_manage/messages/up`. New programs use
    /// `IOTA_AddSubDevice` and its like.
    ///
    /// - `pcPayload`: the whole payload, sent as it is; not NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#old-gateway.
    pub fn IOTA_ReportSubDeviceInfo(pcPayload: *mut HW_CHAR, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let payload = unsafe { bytes(pcPayload) };
        call::report(FUNCTION, context, |own| uplink::sub_device::info(own, payload))
    }
);

exported!(
    -1,
    /// Reports the version of the sub-device list (deprecated): `$oc/devices/<id>/sys/sub_device_manage/messages/up`.
    ///
    /// - `version`: text; not NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#old-gateway.
    pub fn IOTA_SubDeviceVersionReport(version: *mut HW_CHAR, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let version = unsafe { bytes(version) };
        call::report(FUNCTION, context, |own| {
            uplink::sub_device::version_report(own, version)
        })
    }
);

exported!(
    -1,
    /// Asks for products (deprecated): `$oc/devices/<id>/sys/sub_device_manage/messages/up`.
    ///
    /// - `product_id_list`: any JSON; not NULL. It is consumed: deleted with `cJSON_Delete` before the call returns, also
    ///   when the call fails, so do not use it again. Only a tree that is a ring, deeper than 1000 or larger than 200000
    ///   items is refused without being deleted.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for NULL, a tree that cannot be printed, a full queue, or when
    /// not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#old-gateway.
    pub fn IOTA_SubDeviceProductGetReport(product_id_list: *mut cJSON, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a tree, and gives it up.
        let list = unsafe { consume_tree(product_id_list) };
        call::report(FUNCTION, context, |own| {
            uplink::sub_device::product_request(own, list?.as_ref())
        })
    }
);

exported!(
    -1,
    /// Reports the sub-devices that a scan found (deprecated): `$oc/devices/<id>/sys/sub_device_manage/messages/up`.
    ///
    /// - `device_list`: any JSON; not NULL. It is consumed: deleted with `cJSON_Delete` before the call returns, also when
    ///   the call fails, so do not use it again. Only a tree that is a ring, deeper than 1000 or larger than 200000 items
    ///   is refused without being deleted.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for NULL, a tree that cannot be printed, a full queue, or when
    /// not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#old-gateway.
    pub fn IOTA_SubDeviceScanReport(device_list: *mut cJSON, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a tree, and gives it up.
        let list = unsafe { consume_tree(device_list) };
        call::report(FUNCTION, context, |own| {
            uplink::sub_device::scan_report(own, list?.as_ref())
        })
    }
);

exported!(
    -1,
    /// Reports software and firmware versions, as the platform's version query asks (`version_report` on
    /// `$oc/devices/<id>/sys/events/up`).
    ///
    /// - `otaVersionInfo`: its members, by value; at least one of `sw_version` and `fw_version`, other NULL members are
    ///   left out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 when both versions are NULL, for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_OTAVersionReport(otaVersionInfo: ST_IOTA_OTA_VERSION_INFO, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let info = unsafe { ota_version(&otaVersionInfo) };
        call::report(FUNCTION, context, |own| uplink::event::ota_version(own, &info))
    }
);

exported!(
    -1,
    /// Reports how an upgrade goes on (`upgrade_progress_report` on `$oc/devices/<id>/sys/events/up`).
    ///
    /// - `otaStatusInfo`: its members, by value: `progress` 0 to 100 per cent, `result_code` 0 to 10 or 255; NULL members
    ///   are left out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a number outside its range, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_OTAStatusReport(otaStatusInfo: ST_IOTA_UPGRADE_STATUS_INFO, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let info = unsafe { upgrade_status(&otaStatusInfo) };
        call::report(FUNCTION, context, |own| uplink::event::ota_status(own, &info))
    }
);

exported!(
    -1,
    /// Subscribes to a user topic with QoS 0, as `SubscribeUserTopic`; there is what it takes and
    /// returns. See docs/spec/connection.md#subscribe.
    pub fn IOTA_SubscribeUserTopic(topicParas: *mut HW_CHAR) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let paras = unsafe { bytes(topicParas) };
        call::subscribe(FUNCTION, 0, |own| topics::user_filter(own, paras))
    }
);

exported!(
    -1,
    /// Subscribes to any topic filter, as `SubscribeCustomTopic`; there is what it takes and
    /// returns. See docs/spec/connection.md#subscribe.
    pub fn IOTA_SubscribeTopic(topic: *mut HW_CHAR, qos: HW_INT) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let topic = unsafe { bytes(topic) };
        call::subscribe(FUNCTION, qos, |_| topics::custom_filter(topic))
    }
);

exported!(
    -1,
    /// Reports properties over the V3 interface: `/huawei/v1/devices/<id>/data/json`.
    ///
    /// - `pServiceData`: array of services, not NULL; `properties` is JSON text and not NULL, other members may be NULL.
    /// - `serviceNum`: entries in it, 1 or more.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL array or a `serviceNum` below 1; -110 for a
    /// `properties` that is NULL or not JSON; -1 for a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#v3.
    pub fn IOTA_PropertiesReportV3(
        pServiceData: *mut ST_IOTA_SERVICE_DATA_INFO,
        serviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or `serviceNum` entries.
        let services = unsafe { services(pServiceData, serviceNum) };
        call::report(FUNCTION, context, |own| {
            uplink::v3::properties_report(own, services.as_deref(), serviceNum)
        })
    }
);

exported!(
    -1,
    /// Sends data over the V3 interface to a codec of the platform: `/huawei/v1/devices/<id>/data/binary`.
    ///
    /// - `payload`: sent as it is, up to its zero byte; not NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for NULL; -1 for a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#v3.
    pub fn IOTA_BinaryReportV3(payload: *mut HW_CHAR, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let payload = unsafe { bytes(payload) };
        call::report(FUNCTION, context, |own| uplink::v3::binary_report(own, payload))
    }
);

exported!(
    -1,
    /// Answers a command of the V3 interface: `/huawei/v1/devices/<id>/data/json`.
    ///
    /// - `cmdRspV3`: not NULL; a `body` that is NULL or not JSON is left out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for NULL; -1 for a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#v3.
    pub fn IOTA_CmdRspV3(cmdRspV3: *mut ST_IOTA_COMMAND_RSP_V3, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a structure of a NULL or C string.
        let response = unsafe { command_response_v3(cmdRspV3) };
        call::report(FUNCTION, context, |own| {
            uplink::v3::command_response(own, response.as_ref())
        })
    }
);

exported!(
    -1,
    /// Asks the platform for the time (`time_sync_request` on `$oc/devices/<id>/sys/events/up`), with the device's own; the
    /// answer comes to the time synchronisation and event callbacks.
    ///
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a full queue, or when not connected and not reconnecting.
    /// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
    /// PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_GetNTPTime(context: *mut c_void) -> HW_INT {
        call::report(FUNCTION, context, |own| {
            uplink::event::time_request(Origin::Device(own), unix_ms())
        })
    }
);

exported!(
    -1,
    /// Asks for provisioning: `$oc/devices/<id>/sys/bootstrap/up`; the answer comes to the bootstrap callback.
    ///
    /// - `baseStrategyKeyword`: keyword of the static strategy; NULL or "" for none.
    ///
    /// Returns the message id, 0 with QoS 0; -1 for a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE. See docs/spec/uplink.md#bootstrap,
    /// docs/spec/connection.md#provisioning.
    pub fn IOTA_Bootstrap(baseStrategyKeyword: *mut c_char) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let keyword = unsafe { bytes(baseStrategyKeyword) };
        call::report_id(FUNCTION, null_mut(), |own| uplink::bootstrap::request(own, keyword))
    }
);

exported!(
    -1,
    /// Subscribes to V3 JSON commands with QoS 0, as `SubscribeJsonCmdV3`; there is what it
    /// returns. See docs/spec/connection.md#subscribe.
    pub fn IOTA_SubscribeJsonCmdV3() -> HW_INT {
        call::subscribe(FUNCTION, 0, |own| Subscription::JsonCommandV3.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to V3 binary commands with QoS 0, as `SubscribeBinaryCmdV3`; there is what it
    /// returns. See docs/spec/connection.md#subscribe.
    pub fn IOTA_SubsrcibeBinaryCmdV3() -> HW_INT {
        call::subscribe(FUNCTION, 0, |own| Subscription::BinaryCommandV3.filter(own))
    }
);

pub use events::*;

exported!(
    -1,
    /// Asks the platform for a URL to upload a file (`get_upload_url` on `$oc/devices/<id>/sys/events/up`); the answer
    /// comes to the file upload URL callback.
    ///
    /// - `upload`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code` may be NULL. With no
    ///   hash and size 0 neither is sent.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a NULL argument or `file_name`, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#file-url.
    pub fn IOTA_GetUploadFileUrl(upload: *const ST_IOTA_UPLOAD_FILE, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a structure of NULL or C strings.
        let file = unsafe { file(upload) };
        call::code(
            FUNCTION,
            call::request_file_url(Direction::Upload, file.as_ref(), context),
        )
    }
);

exported!(
    -1,
    /// Sends any payload on any topic.
    ///
    /// - `topic`: as it is; not NULL, not "".
    /// - `payload`: text; may be "", not NULL.
    /// - `qos`: 0 or 1; the configured QoS does not apply.
    /// - `context`: handed back in the publish callback.
    ///
    /// Returns the message id, 0 for QoS 0; -101 for NULL; -1 for an empty or malformed topic,
    /// another QoS, a full queue, or when not connected and not reconnecting. Never blocks. Any
    /// thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with
    /// `context`. See docs/spec/uplink.md#raw-message, docs/spec/connection.md#message-ids.
    pub fn IOTA_RawTopicMessageReport(
        topic: *mut HW_CHAR,
        payload: *mut HW_CHAR,
        qos: c_int,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (topic, payload) = unsafe { (bytes(topic), bytes(payload)) };
        let sent = uplink::message::raw(topic, payload, qos)
            .and_then(|(message, qos)| call::publish(context, Some(qos), None, |_| Ok(message)));
        call::id_code(FUNCTION, sent)
    }
);

exported!(
    -1,
    /// Asks the platform for a URL to download a file (`get_download_url` on `$oc/devices/<id>/sys/events/up`); the answer
    /// comes to the file download URL callback.
    ///
    /// - `download`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code` may be NULL. With no
    ///   hash and size 0 neither is sent.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a NULL argument or `file_name`, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#file-url.
    pub fn IOTA_GetDownloadFileUrl(download: *const ST_IOTA_DOWNLOAD_FILE, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a structure of NULL or C strings.
        let file = unsafe { file(download) };
        call::code(
            FUNCTION,
            call::request_file_url(Direction::Download, file.as_ref(), context),
        )
    }
);

exported!(
    -1,
    /// Reports how a file upload ended (`upload_result_report` on `$oc/devices/<id>/sys/events/up`).
    ///
    /// - `object_device_id`: the sub-device, or NULL for this device.
    /// - `object_name`: name of the file as the URL's answer had it; not NULL.
    /// - `result_code`: 0 success, anything else failure.
    /// - `status_code`: HTTP status.
    /// - `status_description`: text; NULL leaves it out.
    ///
    /// Returns 0 when accepted; -1 for a NULL `object_name`, a full queue, or when not connected
    /// and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#events.
    pub fn IOTA_UploadFileResultReport(
        object_device_id: *mut c_char,
        object_name: *mut c_char,
        result_code: c_int,
        status_code: c_int,
        status_description: *mut c_char,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let result = unsafe {
            TransferResult {
                object_device_id: bytes(object_device_id),
                object_name: bytes(object_name),
                result_code,
                status_code,
                status_description: bytes(status_description),
            }
        };
        call::report(FUNCTION, null_mut(), |own| {
            uplink::file::result_report(own, Direction::Upload, &result, unix_ms())
        })
    }
);

exported!(
    -1,
    /// Reports how a file download ended (`download_result_report` on `$oc/devices/<id>/sys/events/up`).
    ///
    /// - `object_device_id`: the sub-device, or NULL for this device.
    /// - `object_name`: name of the file as the URL's answer had it; not NULL.
    /// - `result_code`: 0 success, anything else failure.
    /// - `status_code`: HTTP status.
    /// - `status_description`: text; NULL leaves it out.
    ///
    /// Returns 0 when accepted; -1 for a NULL `object_name`, a full queue, or when not connected
    /// and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#events.
    pub fn IOTA_DownloadFileResultReport(
        object_device_id: *mut c_char,
        object_name: *mut c_char,
        result_code: c_int,
        status_code: c_int,
        status_description: *mut c_char,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let result = unsafe {
            TransferResult {
                object_device_id: bytes(object_device_id),
                object_name: bytes(object_name),
                result_code,
                status_code,
                status_description: bytes(status_description),
            }
        };
        call::report(FUNCTION, null_mut(), |own| {
            uplink::file::result_report(own, Direction::Download, &result, unix_ms())
        })
    }
);

pub use http::*;

pub use v5::*;

pub use keys::*;
