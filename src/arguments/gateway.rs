//! Lists of sub-devices: fixed arrays of which a program fills the counted entries, so that no other entry may be looked at.

use std::ffi::c_char;

use crate::agentlite::iota_datatrans::types::{
    ST_IOTA_DEL_SUB_DEVICE, ST_IOTA_DEVICE_INFO, ST_IOTA_DEVICE_STATUS, ST_IOTA_DEVICE_STATUSES,
    ST_IOTA_SUB_DEVICE_INFO,
};
use c_library::boundary::bytes;
use iotda_device::protocol::uplink::Arg;
use iotda_device::protocol::uplink::gateway::{DeletedDevices, DeviceStatus, DeviceStatuses, NewDevice, NewDevices};

/// The first `count` entries, at least `least`; none when the array is shorter, which the call then refuses by the
/// count.
fn readable<T>(entries: &[T], count: i32, least: usize) -> &[T] {
    usize::try_from(count)
        .ok()
        .and_then(|count| entries.get(..count.max(least)))
        .unwrap_or_default()
}

/// Calls with the states of sub-devices; `None` for NULL. Entry 0 is read even if `count` is 0.
///
/// # Safety
/// `list` is NULL or its `event_time` and its first `max(count, 1)` entries hold NULL or C strings.
pub unsafe fn with_statuses<R>(
    list: *const ST_IOTA_DEVICE_STATUSES,
    count: i32,
    call: impl FnOnce(Option<&DeviceStatuses<'_>>) -> R,
) -> R {
    unsafe {
        let Some(list) = list.as_ref() else {
            return call(None);
        };
        let status = |entry: &ST_IOTA_DEVICE_STATUS| DeviceStatus {
            device_id: bytes(entry.device_id),
            status: bytes(entry.status),
        };
        let statuses: Vec<_> = readable(&list.device_statuses, count, 1).iter().map(status).collect();
        call(Some(&DeviceStatuses {
            event_time: bytes(list.event_time),
            device_statuses: &statuses,
        }))
    }
}

/// Calls with the sub-devices to add; `None` for NULL.
///
/// # Safety
/// `list` is NULL or its times, ids and its first `count` entries hold NULL or C strings.
pub unsafe fn with_new_devices<R>(
    list: *const ST_IOTA_SUB_DEVICE_INFO,
    count: i32,
    call: impl FnOnce(Option<&NewDevices<'_>>) -> R,
) -> R {
    unsafe {
        let Some(list) = list.as_ref() else {
            return call(None);
        };
        let device = |entry: &ST_IOTA_DEVICE_INFO| NewDevice {
            parent_device_id: bytes(entry.parent_device_id),
            node_id: bytes(entry.node_id),
            device_id: bytes(entry.device_id),
            name: bytes(entry.name),
            description: bytes(entry.description),
            product_id: bytes(entry.product_id),
            extension_info: bytes(entry.extension_info),
        };
        let devices: Vec<_> = readable(&list.deviceInfo, count, 0).iter().map(device).collect();
        call(Some(&NewDevices {
            event_time: bytes(list.event_time),
            event_id: bytes(list.event_id),
            devices: &devices,
        }))
    }
}

/// Calls with the sub-devices to delete; `None` for NULL. Entry 0 is read even if `count` is 0.
///
/// # Safety
/// `list` is NULL or its times, ids and its first `max(count, 1)` entries hold NULL or C strings.
pub unsafe fn with_deleted_devices<R>(
    list: *const ST_IOTA_DEL_SUB_DEVICE,
    count: i32,
    call: impl FnOnce(Option<&DeletedDevices<'_>>) -> R,
) -> R {
    unsafe {
        let Some(list) = list.as_ref() else {
            return call(None);
        };
        let id = |entry: &*mut c_char| bytes(*entry);
        let devices: Vec<Arg<'_>> = readable(&list.delSubDevice, count, 1).iter().map(id).collect();
        call(Some(&DeletedDevices {
            event_time: bytes(list.event_time),
            event_id: bytes(list.event_id),
            devices: &devices,
        }))
    }
}
