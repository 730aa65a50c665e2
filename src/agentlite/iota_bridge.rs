//! Bridge: many devices over one connection.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::agentlite::iota_datatrans::{
    ST_IOTA_DEL_SUB_DEVICE, ST_IOTA_DEVICE_DATA_INFO, ST_IOTA_DEVICE_INFO_REPORT, ST_IOTA_DEVICE_STATUSES,
    ST_IOTA_DOWNLOAD_FILE, ST_IOTA_MESS_REP_INFO, ST_IOTA_SERVICE_DATA_INFO, ST_IOTA_SUB_DEVICE_INFO,
    ST_IOTA_UPLOAD_FILE,
};
use crate::arguments::{
    device_info, file, message_report, services, with_deleted_devices, with_devices, with_new_devices, with_statuses,
};
use crate::{call, process};
use c_library::boundary::bytes;
use iotda_device::device::unix_ms;
use iotda_device::error::Error;
use iotda_device::protocol::uplink::Arg;
use iotda_device::protocol::uplink::bridge::{self, Bridged};
use iotda_device::protocol::uplink::file::Direction;
use iotda_device::protocol::uplink::gateway::{DeletedDevices, DeviceStatuses, NewDevices};
use iotda_device::protocol::uplink::properties::DeviceData;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};

header!(IOTA_BRIDGE_H, "hw_type.h", "iota_datatrans.h");

pub const IOTA_SIGN_TYPE: &CStr = c"sign_type";
pub const IOTA_TIMESTAMP: &CStr = c"timestamp";
pub const IOTA_PASSWORD: &CStr = c"password";
pub const IOTA_OLD_SECRET: &CStr = c"old_secret";
pub const IOTA_NEW_SECRET: &CStr = c"new_secret";

/// The next request id for a call without one; exported, as in the C SDK, but in no header. 0 follows 65535.
#[unsafe(no_mangle)]
pub static gBridgeRequestId: AtomicU32 = AtomicU32::new(1);

fn next_request_id() -> u32 {
    let after = |id: u32| Some(if id >= 65535 { 0 } else { id + 1 });
    let (Ok(id) | Err(id)) = gBridgeRequestId.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after);
    id
}

fn of<'a>(bridge: &'a str, device_id: Arg<'a>) -> Bridged<'a> {
    Bridged { bridge, device_id }
}

exported!(
    -1,
    /// Logs a device in at the platform: `$oc/bridges/<id>/devices/<deviceId>/sys/login/request_id=<requestId>`; the answer
    /// comes to the bridge login callback.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `password`: the device's secret; only its HMAC-SHA256 under the current hour is sent. Not NULL.
    /// - `requestId`: any text, which the answer repeats; NULL for the next number of `gBridgeRequestId`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId` or `password`; -1 for a full queue, or
    /// when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#bridge-login.
    pub fn IOTA_BridgeDeviceLogin(
        deviceId: *mut HW_CHAR,
        password: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, secret, request_id) = unsafe { (bytes(deviceId), bytes(password), bytes(requestId)) };
        call::report(FUNCTION, context, |own| {
            bridge::login(of(own, device_id), secret, request_id, next_request_id, unix_ms())
        })
    }
);

exported!(
    -1,
    /// Logs a device out: `$oc/bridges/<id>/devices/<deviceId>/sys/logout/request_id=<requestId>`, without payload; the
    /// answer comes to the bridge logout callback.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `requestId`: any text, which the answer repeats; NULL for the next number of `gBridgeRequestId`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceLogout(deviceId: *mut HW_CHAR, requestId: *mut HW_CHAR, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, request_id) = unsafe { (bytes(deviceId), bytes(requestId)) };
        call::report(FUNCTION, context, |own| {
            bridge::logout(of(own, device_id), request_id, next_request_id)
        })
    }
);

exported!(
    -1,
    /// Changes a device's secret: `$oc/bridges/<id>/devices/<deviceId>/sys/reset_secret/request_id=<requestId>`; the answer
    /// comes to the bridge reset-secret callback.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `oldSecret`: not NULL.
    /// - `newSecret`: NULL lets the platform choose.
    /// - `requestId`: any text, which the answer repeats; NULL for the next number of `gBridgeRequestId`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a NULL `deviceId` or `oldSecret`, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceResetSecret(
        deviceId: *mut HW_CHAR,
        oldSecret: *mut HW_CHAR,
        newSecret: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, old, new, request_id) =
            unsafe { (bytes(deviceId), bytes(oldSecret), bytes(newSecret), bytes(requestId)) };
        call::report(FUNCTION, context, |own| {
            bridge::reset_secret(of(own, device_id), old, new, request_id, next_request_id)
        })
    }
);

exported!(
    -1,
    /// Sends a message of a device: `$oc/bridges/<id>/devices/<deviceId>/sys/messages/up`.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `object_device_id`, `name`, `id`: members of the message; NULL leaves one out.
    /// - `content`: text that is JSON is sent as that value, any other text as a string; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a NULL `deviceId`, a full queue, or when not connected and
    /// not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#message,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceMessagesReport(
        deviceId: *mut HW_CHAR,
        object_device_id: *mut HW_CHAR,
        name: *mut HW_CHAR,
        id: *mut HW_CHAR,
        content: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        let info = ST_IOTA_MESS_REP_INFO {
            object_device_id,
            name,
            id,
            content,
            topicParas: null_mut(),
        };
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, message) = unsafe { (bytes(deviceId), message_report(&info)) };
        call::report(FUNCTION, context, |own| {
            bridge::message_report(of(own, device_id), &message)
        })
    }
);

exported!(
    -1,
    /// Reports properties of a device: `$oc/bridges/<id>/devices/<deviceId>/sys/properties/report`. Device rules of the bridge
    /// are evaluated with them, also when the report cannot be sent.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `pServiceData`: array of services, not NULL; `properties` is JSON text and not NULL, other members may be NULL.
    /// - `serviceNum`: entries in it, 1 or more.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or
    /// when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#properties, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDevicePropertiesReport(
        deviceId: *mut HW_CHAR,
        pServiceData: *mut ST_IOTA_SERVICE_DATA_INFO,
        serviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, a C string, `serviceNum` entries.
        let (device_id, services) = unsafe { (bytes(deviceId), services(pServiceData, serviceNum)) };
        let sent = device_id
            .ok_or(Error::Argument("deviceId is NULL"))
            .and_then(|id| call::report_properties(Some(id), services.as_deref(), serviceNum, 0, context, None));
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Reports properties of sub-devices of a device:
    /// `$oc/bridges/<id>/devices/<deviceId>/gateway/sub_devices/properties/report`.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `pServiceData`: array of devices, not NULL; see `IOTA_BatchPropertiesReport`.
    /// - `serviceNum`: devices in it, 1 to `MaxServiceReportNum`.
    /// - `serviceLenList`: for each device its number of services, at most `MaxServiceReportNum`; not NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or
    /// when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#batch, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceBatchPropertiesReport(
        deviceId: *mut HW_CHAR,
        pServiceData: *mut ST_IOTA_DEVICE_DATA_INFO,
        serviceNum: HW_INT,
        serviceLenList: *mut HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let device_id = unsafe { bytes(deviceId) };
        let report = |list: Option<&[DeviceData<'_>]>| {
            call::report(FUNCTION, context, |own| {
                bridge::batch_properties_report(of(own, device_id), list, serviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or as many filled entries as counted.
        unsafe { with_devices(pServiceData, serviceNum, serviceLenList, report) }
    }
);

exported!(
    -1,
    /// Answers a property set for a device:
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/properties/set/response/request_id=<requestId>`.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `requestId`: from the property-set callback; not NULL.
    /// - `result_code`: 0 success, anything else failure.
    /// - `result_desc`: text; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId` or `requestId`; -1 for a full queue, or
    /// when not connected and not reconnecting. Never blocks. Any thread, callbacks included. The
    /// outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#set-response, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDevicePropertiesSetResponse(
        deviceId: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        result_code: HW_INT,
        result_desc: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, request_id, text) = unsafe { (bytes(deviceId), bytes(requestId), bytes(result_desc)) };
        call::report(FUNCTION, context, |own| {
            bridge::properties_set_response(of(own, device_id), request_id, result_code, text)
        })
    }
);

exported!(
    -1,
    /// Answers a property query for a device:
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/properties/get/response/request_id=<requestId>`.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `requestId`: from the property-get callback; not NULL.
    /// - `serviceProp`: array of services, not NULL; see `IOTA_PropertiesGetResponse`.
    /// - `serviceNum`: entries in it, 1 or more.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a `serviceNum` below 1; -101 for a NULL argument; -1 for an
    /// incomplete entry, JSON text that is none, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#get-response,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDevicePropertiesGetResponse(
        deviceId: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        serviceProp: *mut ST_IOTA_SERVICE_DATA_INFO,
        serviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, request_id) = unsafe { (bytes(deviceId), bytes(requestId)) };
        // SAFETY: the caller passes NULL or `serviceNum` entries.
        let services = unsafe { services(serviceProp, serviceNum) };
        call::report(FUNCTION, context, |own| {
            bridge::properties_get_response(of(own, device_id), request_id, services.as_deref(), serviceNum)
        })
    }
);

exported!(
    -1,
    /// Asks for the shadow of a device: `$oc/bridges/<id>/devices/<deviceId>/sys/shadow/get/request_id=<requestId>`; the
    /// answer comes to the shadow callback.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `requestId`: any text, which the answer repeats; NULL for the next number of `gBridgeRequestId`.
    /// - `object_device_id`: the device asked about; NULL leaves it out.
    /// - `service_id`: one service; NULL for all.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#shadow,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceGetDeviceShadow(
        deviceId: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        object_device_id: *mut HW_CHAR,
        service_id: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, request_id, object, service) = unsafe {
            (
                bytes(deviceId),
                bytes(requestId),
                bytes(object_device_id),
                bytes(service_id),
            )
        };
        call::report(FUNCTION, context, |own| {
            bridge::shadow_get(of(own, device_id), request_id, object, service, next_request_id)
        })
    }
);

exported!(
    -1,
    /// Answers a command for a device: `$oc/bridges/<id>/devices/<deviceId>/sys/commands/response/request_id=<requestId>`.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `requestId`: from the command callback; not NULL.
    /// - `result_code`: 0 success, anything else failure.
    /// - `response_name`: NULL leaves it out.
    /// - `pcCommandResponse`: JSON text of the result; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId` or `requestId`; -1 for a
    /// `pcCommandResponse` that is not JSON, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#command-response,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceCommandResponse(
        deviceId: *mut HW_CHAR,
        requestId: *mut HW_CHAR,
        result_code: HW_INT,
        response_name: *mut HW_CHAR,
        pcCommandResponse: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, request_id, name, paras) = unsafe {
            (
                bytes(deviceId),
                bytes(requestId),
                bytes(response_name),
                bytes(pcCommandResponse),
            )
        };
        call::report(FUNCTION, context, |own| {
            bridge::command_response(of(own, device_id), request_id, result_code, name, paras)
        })
    }
);

exported!(
    -1,
    /// Reports the states of sub-devices of a device (`sub_device_update_status` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `device_statuses`: not NULL; as in `IOTA_UpdateSubDeviceStatus`.
    /// - `deviceNum`: entries in it, 0 to `MaxSubDeviceCount`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for another refused argument, a full
    /// queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks
    /// included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceUpdateSubDeviceStatus(
        deviceId: *mut HW_CHAR,
        device_statuses: *mut ST_IOTA_DEVICE_STATUSES,
        deviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let device_id = unsafe { bytes(deviceId) };
        let report = |list: Option<&DeviceStatuses<'_>>| {
            call::report(FUNCTION, context, |own| {
                bridge::update_sub_device_status(of(own, device_id), list, deviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or as many filled entries as counted.
        unsafe { with_statuses(device_statuses, deviceNum, report) }
    }
);

exported!(
    -1,
    /// Asks the platform to add sub-devices to a device (`add_sub_device_request` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `subDevicesInfo`: not NULL; as in `IOTA_AddSubDevice`.
    /// - `deviceNum`: entries in it, 0 to `MaxAddedSubDevCount`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for another refused argument, a full
    /// queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks
    /// included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceAddSubDevice(
        deviceId: *mut HW_CHAR,
        subDevicesInfo: *mut ST_IOTA_SUB_DEVICE_INFO,
        deviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let device_id = unsafe { bytes(deviceId) };
        let report = |list: Option<&NewDevices<'_>>| {
            call::report(FUNCTION, context, |own| {
                bridge::add_sub_device(of(own, device_id), list, deviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or as many filled entries as counted.
        unsafe { with_new_devices(subDevicesInfo, deviceNum, report) }
    }
);

exported!(
    -1,
    /// Asks the platform to delete sub-devices of a device (`delete_sub_device_request` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `delSubDevices`: not NULL; as in `IOTA_DelSubDevice`.
    /// - `deviceNum`: entries in it, 0 to `MaxDelSubDevCount`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for another refused argument, a full
    /// queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks
    /// included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceDelSubDevice(
        deviceId: *mut HW_CHAR,
        delSubDevices: *mut ST_IOTA_DEL_SUB_DEVICE,
        deviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let device_id = unsafe { bytes(deviceId) };
        let report = |list: Option<&DeletedDevices<'_>>| {
            call::report(FUNCTION, context, |own| {
                bridge::delete_sub_device(of(own, device_id), list, deviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or as many filled entries as counted.
        unsafe { with_deleted_devices(delSubDevices, deviceNum, report) }
    }
);

exported!(
    -1,
    /// Asks the platform for a URL to upload a file of a device (`get_upload_url` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`); the answer comes to the file upload URL callback.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `upload`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code` may be NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a NULL argument or `file_name`,
    /// a full queue, or when not connected and not reconnecting. Never blocks. Any thread,
    /// callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#file-url, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceGetUploadFileUrl(
        deviceId: *mut HW_CHAR,
        upload: *const ST_IOTA_UPLOAD_FILE,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, C strings and a structure of them.
        let (device_id, file) = unsafe { (bytes(deviceId), file(upload)) };
        call::report(FUNCTION, context, |own| {
            bridge::file_url_request(of(own, device_id), Direction::Upload, file.as_ref(), unix_ms())
        })
    }
);

exported!(
    -1,
    /// Asks the platform for a URL to download a file of a device (`get_download_url` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`); the answer comes to the file download URL callback.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `download`: not NULL; of `file_name` (not NULL) the last path component is sent; `hash_code` may be NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a NULL argument or `file_name`,
    /// a full queue, or when not connected and not reconnecting. Never blocks. Any thread,
    /// callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#file-url, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceGetDownloadFileUrl(
        deviceId: *mut HW_CHAR,
        download: *const ST_IOTA_DOWNLOAD_FILE,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, C strings and a structure of them.
        let (device_id, file) = unsafe { (bytes(deviceId), file(download)) };
        call::report(FUNCTION, context, |own| {
            bridge::file_url_request(of(own, device_id), Direction::Download, file.as_ref(), unix_ms())
        })
    }
);

exported!(
    -1,
    /// Reports the information of a device (`sdk_info_report` on `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `device_info_report`: not NULL; NULL members are left out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a NULL `device_info_report`, a
    /// full queue, or when not connected and not reconnecting. Never blocks. Any thread, callbacks
    /// included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
    /// See docs/spec/uplink.md#events, docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceReportDeviceInfo(
        deviceId: *mut HW_CHAR,
        device_info_report: *mut ST_IOTA_DEVICE_INFO_REPORT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, C strings and a structure of them.
        let (device_id, info) = unsafe { (bytes(deviceId), device_info(device_info_report)) };
        call::report(FUNCTION, context, |own| {
            bridge::device_info(of(own, device_id), info.as_ref())
        })
    }
);

exported!(
    -1,
    /// Asks the platform for the time on behalf of a device (`time_sync_request` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceGetNTPTime(deviceId: *mut HW_CHAR, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        let device_id = unsafe { bytes(deviceId) };
        call::report(FUNCTION, context, |own| {
            bridge::time_request(of(own, device_id), unix_ms())
        })
    }
);

exported!(
    -1,
    /// Asks the platform for the soft bus information of a device (`soft_bus_config_request` on
    /// `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`). The answer does not change the table of `getSoftBusTotal`,
    /// which shows the groups of the bridge itself.
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `busId`: one bus; NULL for all.
    /// - `eventId`: the event's id; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceGetLatestSoftBusInfo(
        deviceId: *mut HW_CHAR,
        busId: *mut HW_CHAR,
        eventId: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, bus, event) = unsafe { (bytes(deviceId), bytes(busId), bytes(eventId)) };
        call::report(FUNCTION, context, |own| {
            bridge::soft_bus_query(of(own, device_id), bus, event)
        })
    }
);

exported!(
    -1,
    /// Sends one entry of a device's log (`log_report` on `$oc/bridges/<id>/devices/<deviceId>/sys/events/up`).
    ///
    /// - `deviceId`: the device behind the bridge; not NULL.
    /// - `type`: free text; NULL leaves it out.
    /// - `content`: text, sent as a string; NULL leaves it out.
    /// - `timestamp`: text, milliseconds since 1970; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -101 for a NULL `deviceId`; -1 for a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
    /// docs/spec/uplink.md#bridge-arguments.
    pub fn IOTA_BridgeDeviceReportDeviceLog(
        deviceId: *mut HW_CHAR,
        r#type: *mut HW_CHAR,
        content: *mut HW_CHAR,
        timestamp: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (device_id, kind, content, timestamp) =
            unsafe { (bytes(deviceId), bytes(r#type), bytes(content), bytes(timestamp)) };
        call::report(FUNCTION, context, |own| {
            bridge::device_log(of(own, device_id), kind, content, timestamp)
        })
    }
);

exported!(
    -1,
    /// Connects as a bridge: sets EN_IOTA_CFG_BRIDGE_MODE to 1, then as `IOTA_Connect`, with the same return codes. The
    /// configured device id is the bridge's. Devices behind it are logged in with `IOTA_BridgeDeviceLogin`; nothing is
    /// subscribed implicitly.
    ///
    /// Never blocks. Any thread, callbacks included. See docs/spec/connection.md#bridge.
    pub fn IOTA_BridgeConnect() -> c_int {
        let connected = process::bridge_mode(true).and_then(|()| process::connect());
        call::code(FUNCTION, connected)
    }
);

exported!(
    0,
    /// Whether the bridge is connected, as `IOTA_IsConnected`: 1 or 0.
    ///
    /// Never blocks, never fails; legal at any time, from any thread.
    /// See docs/spec/connection.md#bridge.
    pub fn IOTA_BridgeIsConnected() -> c_int {
        c_int::from(process::is_connected())
    }
);

exported!(
    -1,
    /// Disconnects the bridge: sets EN_IOTA_CFG_BRIDGE_MODE to 0, then as `IOTA_DisConnect`, with the same return codes.
    ///
    /// Never blocks. Any thread, callbacks included. See docs/spec/connection.md#bridge.
    pub fn IOTA_BridgeDisConnect() -> c_int {
        let disconnected = process::bridge_mode(false).and_then(|()| process::disconnect());
        call::code(FUNCTION, disconnected)
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_count_from_1_and_after_65535_from_0() {
        assert_eq!((next_request_id(), next_request_id()), (1, 2));
        gBridgeRequestId.store(65534, Ordering::Relaxed);
        assert_eq!(
            [next_request_id(), next_request_id(), next_request_id()],
            [65534, 65535, 0]
        );
    }
}
