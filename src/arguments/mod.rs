//! The program's argument structures as the protocol takes them: borrowed for the call, NULL as `None`.

mod gateway;
mod mqtt5;
#[cfg(test)]
mod tests;

use std::ffi::{c_char, c_int};

pub use gateway::{with_deleted_devices, with_new_devices, with_statuses};
pub use mqtt5::mqtt5;

use super::agentlite::iota_datatrans::types::{
    ST_IOTA_COMMAND_RSP_V3, ST_IOTA_DEVICE_CONFIG_RESULT, ST_IOTA_DEVICE_DATA_INFO, ST_IOTA_DEVICE_INFO_REPORT,
    ST_IOTA_MESS_REP_INFO, ST_IOTA_OTA_VERSION_INFO, ST_IOTA_SERVICE_DATA_INFO, ST_IOTA_UPGRADE_STATUS_INFO,
    ST_IOTA_UPLOAD_FILE,
};
use super::cjson_tree::{Budget, Item};
use super::program_cjson;
use c_library::boundary::bytes;
use c_library::third_party::cjson::cJSON::cJSON;
use iotda_device::error::{Error, Result};
use iotda_device::protocol::json::Json;
use iotda_device::protocol::uplink::Arg;
use iotda_device::protocol::uplink::event::{DeviceConfigResult, DeviceInfoReport, OtaVersion, UpgradeStatus};
use iotda_device::protocol::uplink::file::File;
use iotda_device::protocol::uplink::message::MessageReport;
use iotda_device::protocol::uplink::properties::{DeviceData, MAX_BATCH, ServiceData};
use iotda_device::protocol::uplink::v3::CommandResponse;

/// # Safety
/// All members are NULL or C strings that outlive `'a`.
pub unsafe fn message_report<'a>(info: &ST_IOTA_MESS_REP_INFO) -> MessageReport<'a> {
    unsafe {
        MessageReport {
            object_device_id: bytes(info.object_device_id),
            name: bytes(info.name),
            id: bytes(info.id),
            content: bytes(info.content),
            topic_paras: bytes(info.topicParas),
        }
    }
}

/// The first `count` entries of a C array; `None` for NULL, none for a negative count.
///
/// # Safety
/// `list` is NULL or has `count` entries that live for `'a`.
unsafe fn entries<'a, T>(list: *const T, count: i32) -> Option<&'a [T]> {
    unsafe {
        let count = usize::try_from(count).unwrap_or_default();
        (!list.is_null()).then(|| std::slice::from_raw_parts(list, count))
    }
}

/// `None` for NULL.
///
/// # Safety
/// `list` is NULL or has `count` entries whose members are NULL or C strings that outlive `'a`.
pub unsafe fn services<'a>(list: *const ST_IOTA_SERVICE_DATA_INFO, count: i32) -> Option<Vec<ServiceData<'a>>> {
    unsafe {
        let service = |entry: &ST_IOTA_SERVICE_DATA_INFO| ServiceData {
            service_id: bytes(entry.service_id),
            event_time: bytes(entry.event_time),
            properties: bytes(entry.properties),
        };
        Some(entries(list, count)?.iter().map(service).collect())
    }
}

/// Calls with the devices of a batch; `None` when either array is NULL. Where a count is outside its range no entry is
/// looked at: the call then refuses it.
///
/// # Safety Both arrays are NULL or have `count` entries, and each device as many services as its entry in
/// `service_counts` says, all of NULL or C strings.
pub unsafe fn with_devices<R>(
    list: *const ST_IOTA_DEVICE_DATA_INFO,
    count: i32,
    service_counts: *const c_int,
    call: impl FnOnce(Option<&[DeviceData<'_>]>) -> R,
) -> R {
    unsafe {
        let readable = if count <= MAX_BATCH { count } else { 0 };
        let (Some(devices), Some(counts)) = (entries(list, readable), entries(service_counts, readable)) else {
            return call(None);
        };
        let of_device = |(device, count): (&ST_IOTA_DEVICE_DATA_INFO, &c_int)| {
            let readable = if *count <= MAX_BATCH { *count } else { 0 };
            services(device.services.as_ptr(), readable).unwrap_or_default()
        };
        let services: Vec<_> = devices.iter().zip(counts).map(of_device).collect();
        let device = |((device, count), services): ((&ST_IOTA_DEVICE_DATA_INFO, &c_int), _)| DeviceData {
            device_id: bytes(device.device_id),
            services,
            service_count: *count,
        };
        let given: Vec<_> = devices
            .iter()
            .zip(counts)
            .zip(services.iter().map(Vec::as_slice))
            .map(device)
            .collect();
        call(Some(&given))
    }
}

/// `None` for NULL.
///
/// # Safety
/// `info` is NULL or its members are NULL or C strings that outlive `'a`.
pub unsafe fn device_info<'a>(info: *const ST_IOTA_DEVICE_INFO_REPORT) -> Option<DeviceInfoReport<'a>> {
    unsafe {
        let info = info.as_ref()?;
        Some(DeviceInfoReport {
            object_device_id: bytes(info.object_device_id),
            event_time: bytes(info.event_time),
            device_sdk_version: bytes(info.device_sdk_version),
            sw_version: bytes(info.sw_version),
            fw_version: bytes(info.fw_version),
            device_ip: bytes(info.device_ip),
        })
    }
}

/// # Safety
/// All members are NULL or C strings that outlive `'a`.
pub unsafe fn ota_version<'a>(info: &ST_IOTA_OTA_VERSION_INFO) -> OtaVersion<'a> {
    unsafe {
        OtaVersion {
            event_time: bytes(info.event_time),
            sw_version: bytes(info.sw_version),
            fw_version: bytes(info.fw_version),
            object_device_id: bytes(info.object_device_id),
        }
    }
}

/// # Safety
/// All pointers are NULL or C strings that outlive `'a`.
pub unsafe fn upgrade_status<'a>(info: &ST_IOTA_UPGRADE_STATUS_INFO) -> UpgradeStatus<'a> {
    unsafe {
        UpgradeStatus {
            event_time: bytes(info.event_time),
            result_code: info.result_code,
            progress: info.progress,
            description: bytes(info.description),
            object_device_id: bytes(info.object_device_id),
            version: bytes(info.version),
        }
    }
}

/// `None` for NULL.
///
/// # Safety
/// `response` is NULL or its `body` is NULL or a C string that outlives `'a`.
pub unsafe fn command_response_v3<'a>(response: *const ST_IOTA_COMMAND_RSP_V3) -> Option<CommandResponse<'a>> {
    unsafe {
        let response = response.as_ref()?;
        Some(CommandResponse {
            mid: response.mid,
            errcode: response.errcode,
            body: bytes(response.body),
        })
    }
}

/// `None` for NULL. The description ends at its first zero byte, or with its array.
///
/// # Safety
/// `result` is NULL or outlives `'a`, and so does its `object_device_id`: NULL or a C string.
pub unsafe fn config_result<'a>(result: *const ST_IOTA_DEVICE_CONFIG_RESULT) -> Option<DeviceConfigResult<'a>> {
    unsafe {
        let result = result.as_ref()?;
        let text = result.description.as_ptr();
        let length = libc::strnlen(text, result.description.len());
        Some(DeviceConfigResult {
            object_device_id: bytes(result.object_device_id),
            result_code: result.result_code,
            description: std::slice::from_raw_parts(text.cast(), length),
        })
    }
}

/// `None` for NULL.
///
/// # Safety
/// `file` is NULL or its pointers are NULL or C strings that outlive `'a`.
#[allow(clippy::unnecessary_cast, reason = "C's long has 32 bits on some machines")]
pub unsafe fn file<'a>(file: *const ST_IOTA_UPLOAD_FILE) -> Option<File<'a>> {
    unsafe {
        let file = file.as_ref()?;
        Some(File {
            file_name: bytes(file.file_name),
            hash_code: bytes(file.hash_code),
            size: file.size as i64,
        })
    }
}

/// The texts of each entry, as `members` lists them; `None` for NULL.
///
/// # Safety
/// `list` is NULL or has `count` entries whose `members` are NULL or C strings that outlive `'a`.
pub unsafe fn texts<'a, T, const N: usize>(
    list: *const T,
    count: i32,
    members: impl Fn(&T) -> [*mut c_char; N],
) -> Option<Vec<[Arg<'a>; N]>> {
    unsafe {
        let texts = |entry: &T| members(entry).map(|text| bytes(text));
        Some(entries(list, count)?.iter().map(texts).collect())
    }
}

/// Copies a tree that the call consumes, and deletes it; `Ok(None)` for NULL. What cannot be walked to its end (a ring,
/// more than 200000 items) stays undeleted: deleting it would not end either.
///
/// # Safety `item` is NULL or a tree of cJSON items that nobody else uses; it is gone afterwards.
pub unsafe fn consume_tree(item: *mut cJSON) -> Result<Option<Json>> {
    unsafe {
        let budget = Budget::new();
        let Some(tree) = Item::new(item, &budget) else {
            return Ok(None);
        };
        let copy = tree.to_json();
        if budget.exhausted() {
            return Err(Error::Argument(
                "the cJSON tree is a ring or has more than 200000 items",
            ));
        }
        program_cjson::delete(item);
        copy.map(Some)
            .ok_or(Error::Argument("the cJSON tree is malformed or too deep"))
    }
}
