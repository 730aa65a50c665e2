//! The roster as C structs.

use std::ffi::{c_char, c_int, c_long};

/// Groups in `soft_bus_total`.
pub const SOFTBUS_TOTAL_LEN: usize = 10;
/// Devices in `soft_bus_infos`.
pub const SOFTBUS_INFO_LEN: usize = 50;

/// A member of a group.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct soft_bus_info {
    pub device_id: *mut c_char,
    pub device_ip: *mut c_char,
}

/// A group.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct soft_bus_infos {
    /// Number of members in `g_device_soft_bus_info`.
    pub count: c_int,
    /// The key that the members share: a secret.
    pub bus_key: *mut c_char,
    pub bus_id: *mut c_char,
    pub g_device_soft_bus_info: [soft_bus_info; SOFTBUS_INFO_LEN],
    /// -1: the group is gone.
    pub version: c_long,
}

/// All groups of this device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct soft_bus_total {
    pub g_soft_bus_info: [soft_bus_infos; SOFTBUS_TOTAL_LEN],
    /// Number of groups in `g_soft_bus_info`.
    pub count: c_int,
}
