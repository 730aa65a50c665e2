//! Argument structures, and how much fits into them.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use std::ffi::{CStr, c_long};

/// Services of one device in `ST_IOTA_DEVICE_DATA_INFO`, and devices in one batch report.
pub const MaxServiceReportNum: usize = 10;
/// Sub-devices in one status update.
pub const MaxSubDeviceCount: usize = 100;
/// Sub-devices in one request to add.
pub const MaxAddedSubDevCount: usize = 50;
/// Sub-devices in one request to delete.
pub const MaxDelSubDevCount: usize = 50;
/// Bytes of the description in `ST_IOTA_DEVICE_CONFIG_RESULT`, terminator included.
pub const MaxDescriptionLen: usize = 100;
/// File of the anomaly detection configuration.
pub const DetectConfigPath: &CStr = c"detectConfig.json";

/// Properties of one service.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_SERVICE_DATA_INFO {
    pub service_id: *mut HW_CHAR,
    /// UTC `yyyyMMddTHHmmssZ`, or NULL: the platform takes the time of arrival.
    pub event_time: *mut HW_CHAR,
    /// JSON text, an object of the property values.
    pub properties: *mut HW_CHAR,
}

/// Properties of one device of a batch report.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEVICE_DATA_INFO {
    pub device_id: *mut HW_CHAR,
    pub services: [ST_IOTA_SERVICE_DATA_INFO; MaxServiceReportNum],
}

/// Versions for `IOTA_OTAVersionReport`; at least one of `sw_version` and `fw_version`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_OTA_VERSION_INFO {
    /// UTC `yyyyMMddTHHmmssZ`, or NULL.
    pub event_time: *mut HW_CHAR,
    pub sw_version: *mut HW_CHAR,
    pub fw_version: *mut HW_CHAR,
    /// The sub-device, or NULL for this device.
    pub object_device_id: *mut HW_CHAR,
}

/// Status of one sub-device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEVICE_STATUS {
    pub device_id: *mut HW_CHAR,
    /// ONLINE or OFFLINE.
    pub status: *mut HW_CHAR,
}

/// Argument of `IOTA_UpdateSubDeviceStatus`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEVICE_STATUSES {
    /// UTC `yyyyMMddTHHmmssZ`, or NULL.
    pub event_time: *mut HW_CHAR,
    pub device_statuses: [ST_IOTA_DEVICE_STATUS; MaxSubDeviceCount],
}

/// A sub-device to add.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEVICE_INFO {
    /// NULL for this device.
    pub parent_device_id: *mut HW_CHAR,
    /// Required.
    pub node_id: *mut HW_CHAR,
    /// NULL lets the platform choose.
    pub device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub description: *mut HW_CHAR,
    /// Required.
    pub product_id: *mut HW_CHAR,
    /// JSON text or NULL.
    pub extension_info: *mut HW_CHAR,
}

/// Argument of `IOTA_AddSubDevice`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_SUB_DEVICE_INFO {
    /// UTC `yyyyMMddTHHmmssZ`, or NULL.
    pub event_time: *mut HW_CHAR,
    /// Comes back in the response; NULL for none.
    pub event_id: *mut HW_CHAR,
    pub deviceInfo: [ST_IOTA_DEVICE_INFO; MaxAddedSubDevCount],
}

/// Argument of `IOTA_DelSubDevice`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEL_SUB_DEVICE {
    /// UTC `yyyyMMddTHHmmssZ`, or NULL.
    pub event_time: *mut HW_CHAR,
    /// Comes back in the response; NULL for none.
    pub event_id: *mut HW_CHAR,
    /// Device ids.
    pub delSubDevice: [*mut HW_CHAR; MaxDelSubDevCount],
}

/// A device message.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_MESS_REP_INFO {
    /// The sub-device, or NULL for this device.
    pub object_device_id: *mut HW_CHAR,
    pub name: *mut HW_CHAR,
    pub id: *mut HW_CHAR,
    /// Required.
    pub content: *mut HW_CHAR,
    /// Tail of the user topic, or NULL for the system topic.
    pub topicParas: *mut HW_CHAR,
}

/// Progress or result of an upgrade.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_UPGRADE_STATUS_INFO {
    /// UTC `yyyyMMddTHHmmssZ`, or NULL.
    pub event_time: *mut HW_CHAR,
    /// 0 to 10, or 255.
    pub result_code: HW_INT,
    /// Per cent, 0 to 100.
    pub progress: HW_INT,
    pub description: *mut HW_CHAR,
    /// The sub-device, or NULL for this device.
    pub object_device_id: *mut HW_CHAR,
    pub version: *mut HW_CHAR,
}

/// Response to a command of the V3 interface.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_COMMAND_RSP_V3 {
    /// The command's `mid`.
    pub mid: HW_INT,
    /// 0 for success.
    pub errcode: HW_INT,
    /// JSON text or NULL.
    pub body: *mut HW_CHAR,
}

/// Argument of `IOTA_ReportDeviceInfo`; NULL members are left out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEVICE_INFO_REPORT {
    /// The sub-device, or NULL for this device.
    pub object_device_id: *mut HW_CHAR,
    /// UTC `yyyyMMddTHHmmssZ`, or NULL.
    pub event_time: *mut HW_CHAR,
    pub device_sdk_version: *mut HW_CHAR,
    pub sw_version: *mut HW_CHAR,
    pub fw_version: *mut HW_CHAR,
    /// Address for the soft bus group.
    pub device_ip: *mut HW_CHAR,
}

/// Result of a configuration update.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_DEVICE_CONFIG_RESULT {
    /// The sub-device, or NULL for this device.
    pub object_device_id: *mut HW_CHAR,
    /// 0 for success.
    pub result_code: HW_INT,
    pub description: [HW_CHAR; MaxDescriptionLen],
}

/// A file to transfer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ST_IOTA_UPLOAD_FILE {
    /// Required.
    pub file_name: *const HW_CHAR,
    /// Hash of the content, or NULL.
    pub hash_code: *const HW_CHAR,
    /// Bytes.
    pub size: c_long,
}

pub type ST_IOTA_DOWNLOAD_FILE = ST_IOTA_UPLOAD_FILE;
