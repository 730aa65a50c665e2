//! Soft bus roster: the groups of this device with their members, as the platform sent them last.

use std::ffi::{c_char, c_int, c_long, CStr};

header!(SOFT_BUS_DATATRANS_H, "<stdbool.h>", "json_util.h");

c_verbatim!("#define SOFT_BUS_OH");

pub const SUCCESSSFUL_RESULT: &CStr = c"success";
pub const SUCCESSFUL_RET: c_int = 0;
pub const BUS_INFOS: &CStr = c"bus_infos";
pub const BUS_COUNT: &CStr = c"bus_count";
pub const OH_ERROR_INFO: &CStr = c"error_info";
pub const OH_ERROR_CODE: &CStr = c"error_code";
pub const OH_ERROR_MSG: &CStr = c"error_msg";
pub const DEFAULT_ERROR_CODE: &CStr = c"-1";
pub const DEFAULT_ERROR_MSG: &CStr = c"unknown";
pub const BUS_ID: &CStr = c"bus_id";
pub const BUS_KEY: &CStr = c"bus_key";
pub const DEVICE_COUNT: &CStr = c"device_count";
pub const DEVICES_INFO: &CStr = c"devices_info";
pub const BUS_KEY_LENGTH: c_int = 20;
pub const SOFTBUS_TOTAL_LEN: usize = 10;
pub const SOFTBUS_INFO_LEN: usize = 50;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct soft_bus_info {
    pub device_id: *mut c_char,
    pub device_ip: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct soft_bus_infos {
    pub count: c_int,
    pub bus_key: *mut c_char,
    pub bus_id: *mut c_char,
    pub g_device_soft_bus_info: [soft_bus_info; SOFTBUS_INFO_LEN],
    pub version: c_long,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct soft_bus_total {
    pub g_soft_bus_info: [soft_bus_infos; SOFTBUS_TOTAL_LEN],
    pub count: c_int,
}
