//! Anomaly detection: thresholds from the device shadow, and what is reported.

use std::ffi::{c_char, c_int, c_long};

use crate::{call, process};
use c_library::boundary::bytes;
use iotda_device::protocol::json::{self, Dialect};
use iotda_device::protocol::topics::Origin;
use iotda_device::protocol::uplink;
use iotda_device::services::anomaly::{REQUEST_ID, SERVICE_ID};

header!(DETECT_ANOMALY_H, "cJSON.h", "sys_hal.h", "iota_init.h");

/// Thresholds in per cent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SecurityDetection {
    pub memoryThreshold: c_int,
    pub cpuUsageThreshold: c_int,
    pub diskSpaceThreshold: c_int,
    pub batteryPercentageThreshold: c_int,
}

/// Memory, as reported.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MemoryInfo {
    pub used: c_long,
    pub total: c_long,
    pub leakAlarm: c_int,
}

/// Disk space, as reported.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DiskSpaceInfo {
    pub diskSpaceUsed: c_long,
    pub diskSpaceTotal: c_long,
    pub diskSpaceAlarm: c_int,
}

/// Processor load, as reported.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CpuUsageInfo {
    pub cpuUsage: c_int,
    pub cpuAlarm: c_int,
}

/// Battery, as reported.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct BatteryInfo {
    pub batteryPct: c_int,
    pub batteryAlarm: c_int,
}

exported!(
    -1,
    /// Asks for the configuration of the security detection (`$oc/devices/<id>/sys/shadow/get/request_id=…`); the library follows the
    /// answer. The library never asks by itself: the platform sends the configuration when it changes.
    ///
    /// Returns 0 when accepted; -1 for a full queue, or when not connected and not reconnecting.
    /// Never blocks. Any thread, callbacks included. See docs/spec/services.md#detection-config.
    pub fn Detect_GetShadowDetectAnomaly() -> c_int {
        call::report(FUNCTION, std::ptr::null_mut(), |own| {
            let (request, service) = (REQUEST_ID.as_bytes(), SERVICE_ID.as_bytes());
            uplink::shadow::get(Origin::Device(own), Some(request), None, Some(service))
        })
    }
);

exported!(
    /// Follows a configuration of the security detection, as the library does by itself with those that the platform sends: applies
    /// it over `detectConfig.json`, reports what holds now as properties, stores it, and starts or stops the checks.
    ///
    /// - `propertieDown`: JSON text of the properties; NULL, or what is no object, changes nothing but is reported all the same.
    ///
    /// After `IOTA_Init`. Never waits for the network. Any thread, callbacks included.
    /// See docs/spec/services.md#detection-config.
    pub fn Detect_ParseShadowGetOrPropertiesSet(propertieDown: *mut c_char) {
        // SAFETY: the caller passes NULL or a C string.
        let text = unsafe { bytes(propertieDown) };
        let properties = text.and_then(|text| json::parse(text, Dialect::Platform));
        if text.is_some() && properties.is_none() {
            base::lines::detect_not_json();
        }
        match process::device() {
            Ok(device) => device.configure_detection(properties.as_ref()),
            Err(cause) => base::lines::detect_refused(&cause),
        }
    }
);
