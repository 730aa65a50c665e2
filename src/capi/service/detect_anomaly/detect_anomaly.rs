//! Anomaly detection: thresholds from the device shadow, and what is reported.

use std::ffi::{c_int, c_long};

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
