//! The services of the platform that this library knows, as `service_id` names them in both
//! directions.

pub const DETECTION: &[u8] = b"$security_detection_config";
pub const DEVICE_CONFIG: &[u8] = b"$device_config";
pub const DEVICE_RULE: &[u8] = b"$device_rule";
pub const FILE_MANAGER: &[u8] = b"$file_manager";
pub const LOG: &[u8] = b"$log";
pub const OTA: &[u8] = b"$ota";
pub const SDK_INFO: &[u8] = b"$sdk_info";
pub const SOFT_BUS: &[u8] = b"$oh_soft_bus";
pub const SUB_DEVICE_MANAGER: &[u8] = b"$sub_device_manager";
pub const TIME_SYNC: &[u8] = b"$time_sync";
pub const TUNNEL_MANAGER: &[u8] = b"$tunnel_manager";
