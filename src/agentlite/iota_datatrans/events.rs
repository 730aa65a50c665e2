//! What a device tells the services of the platform: sub-devices, soft bus, log, its information, its configuration.

use std::ffi::c_void;

use super::types::*;
use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::arguments::{config_result, device_info, with_deleted_devices, with_new_devices, with_statuses};
use crate::{call, process};
use c_library::boundary::bytes;
use iotda_device::device::unix_ms;
use iotda_device::protocol::topics::{Origin, Subscription};
use iotda_device::protocol::uplink;
use iotda_device::protocol::uplink::gateway::{DeletedDevices, DeviceStatuses, NewDevices};

exported!(
    -1,
    /// Reports the states of sub-devices (`sub_device_update_status` on `$oc/devices/<id>/sys/events/up`); the answer comes
    /// to the sub-device status callback.
    ///
    /// - `device_statuses`: not NULL; each counted entry has `device_id` and `status`, entry 0 also when `deviceNum` is 0.
    /// - `deviceNum`: entries in it, 0 to `MaxSubDeviceCount`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, a full queue, or when not connected and
    /// not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_UpdateSubDeviceStatus(
        device_statuses: *mut ST_IOTA_DEVICE_STATUSES,
        deviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        let report = |list: Option<&DeviceStatuses<'_>>| {
            call::report(FUNCTION, context, |own| {
                uplink::gateway::update_status(Origin::Device(own), list, deviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or a structure with `deviceNum` filled entries.
        unsafe { with_statuses(device_statuses, deviceNum, report) }
    }
);

exported!(
    -1,
    /// Subscribes to the provisioning answer with QoS 0, as `SubscribeBootstrap`; there is what it
    /// returns. See docs/spec/connection.md#subscribe.
    pub fn IOTA_SubscribeBoostrap() -> HW_INT {
        call::subscribe(FUNCTION, 0, |own| Subscription::Bootstrap.filter(own))
    }
);

exported!(
    -1,
    /// Asks the platform to add sub-devices (`add_sub_device_request` on `$oc/devices/<id>/sys/events/up`); the answer
    /// comes to the callback for added sub-devices.
    ///
    /// - `subDevicesInfo`: not NULL; each counted entry has `node_id` and `product_id`, other NULL members are left out.
    /// - `deviceNum`: entries in it, 0 to `MaxAddedSubDevCount`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, a full queue, or when not connected and
    /// not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_AddSubDevice(
        subDevicesInfo: *mut ST_IOTA_SUB_DEVICE_INFO,
        deviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        let report = |list: Option<&NewDevices<'_>>| {
            call::report(FUNCTION, context, |own| {
                uplink::gateway::add(Origin::Device(own), list, deviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or a structure with `deviceNum` filled entries.
        unsafe { with_new_devices(subDevicesInfo, deviceNum, report) }
    }
);

exported!(
    -1,
    /// Asks the platform for the newest soft bus information (`soft_bus_config_request` on
    /// `$oc/devices/<id>/sys/events/up`). The answer fills the table of `getSoftBusTotal` and comes to the soft bus and
    /// event callbacks.
    ///
    /// - `busId`: one bus; NULL for all buses of the device. The answer for one bus replaces the table, too.
    /// - `eventId`: the event's id; NULL leaves it out.
    /// - `context`: handed back in the publish callback.
    ///
    /// Returns 0 when accepted (not a message id); -1 for a full queue, or when not connected and
    /// not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
    /// docs/spec/softbus.md#uplink-calls.
    pub fn IOTA_GetLatestSoftBusInfo(busId: *mut HW_CHAR, eventId: *mut HW_CHAR, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (bus, event) = unsafe { (bytes(busId), bytes(eventId)) };
        let sent = process::device().and_then(|device| device.query_soft_bus(bus, event, context as usize));
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Asks the platform to delete sub-devices (`delete_sub_device_request` on `$oc/devices/<id>/sys/events/up`); the
    /// answer comes to the callback for deleted sub-devices.
    ///
    /// - `delSubDevices`: not NULL; no counted entry is NULL, nor entry 0 when `deviceNum` is 0.
    /// - `deviceNum`: entries in it, 0 to `MaxDelSubDevCount`.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a refused argument, a full queue, or when not connected and
    /// not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_DelSubDevice(
        delSubDevices: *mut ST_IOTA_DEL_SUB_DEVICE,
        deviceNum: HW_INT,
        context: *mut c_void,
    ) -> HW_INT {
        let report = |list: Option<&DeletedDevices<'_>>| {
            call::report(FUNCTION, context, |own| {
                uplink::gateway::delete(Origin::Device(own), list, deviceNum)
            })
        };
        // SAFETY: the caller passes NULL, or a structure with `deviceNum` filled entries.
        unsafe { with_deleted_devices(delSubDevices, deviceNum, report) }
    }
);

exported!(
    -1,
    /// Sends one entry of the device's log (`log_report` on `$oc/devices/<id>/sys/events/up`).
    ///
    /// - `type`: free text, such as DEVICE_STATUS; NULL leaves it out.
    /// - `content`: text, sent as a string; NULL leaves it out.
    /// - `timestamp`: text, milliseconds since 1970; NULL leaves it out.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for a full queue, or when not connected and not reconnecting.
    /// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or
    /// PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_ReportDeviceLog(
        r#type: *mut HW_CHAR,
        content: *mut HW_CHAR,
        timestamp: *mut HW_CHAR,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (kind, content, timestamp) = unsafe { (bytes(r#type), bytes(content), bytes(timestamp)) };
        call::report(FUNCTION, context, |own| {
            uplink::event::device_log(Origin::Device(own), kind, content, timestamp)
        })
    }
);

exported!(
    -1,
    /// Reports the device's information (`sdk_info_report` on `$oc/devices/<id>/sys/events/up`). The address reported here
    /// is the one that other members of its soft bus groups connect to: call it after every connect and when the address
    /// changes.
    ///
    /// - `device_info_report`: not NULL; NULL members are left out.
    /// - `context`: handed back in the publish callback.
    ///
    /// Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events,
    /// docs/spec/softbus.md#uplink-calls.
    pub fn IOTA_ReportDeviceInfo(device_info_report: *mut ST_IOTA_DEVICE_INFO_REPORT, context: *mut c_void) -> HW_INT {
        // SAFETY: the caller passes NULL or a structure of NULL or C strings.
        let info = unsafe { device_info(device_info_report) };
        let reported = call::report(FUNCTION, context, |own| {
            uplink::event::device_info(Origin::Device(own), info.as_ref())
        });
        if let (0, Some(info), Ok(device)) = (reported, info, process::device()) {
            device.address_reported(info.device_ip);
        }
        reported
    }
);

exported!(
    -1,
    /// Reports how a configuration of the platform was taken (`config_update_response` on
    /// `$oc/devices/<id>/sys/events/up`). The library reports by itself what the device configuration callback returns.
    ///
    /// - `device_config_report`: not NULL; `description` ends at its first zero byte or with the array.
    /// - `context`: handed back in the publish callback; never dereferenced.
    ///
    /// Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not
    /// reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
    /// PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`. See docs/spec/uplink.md#events.
    pub fn IOTA_RptDeviceConfigRst(
        device_config_report: *const ST_IOTA_DEVICE_CONFIG_RESULT,
        context: *mut c_void,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or a structure of NULL or C strings.
        let result = unsafe { config_result(device_config_report) };
        call::report(FUNCTION, context, |own| {
            uplink::event::device_config_result(Origin::Device(own), result.as_ref(), unix_ms())
        })
    }
);
