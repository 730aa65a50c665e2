//! Uplink: reports, responses, requests, OTA and file transfer, with the structs and JSON keys they use.

use crate::capi::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::capi::arguments::{device_info, message_report, mqtt5, services};
use crate::capi::boundary::{bytes, guard};
use crate::capi::state;
use crate::capi::util::mqttv5_util::MQTTV5_DATA;
use crate::protocol::topics::{self, Origin, Subscription};
use crate::protocol::uplink;
use std::ffi::{c_char, c_int, c_long, c_void, CStr};

header!(IOTA_DATATRANS_H, "cJSON.h", "hw_type.h", "mqttv5_util.h");

c_verbatim!(
    "
/** OpenSSL's type; declared here unless one of OpenSSL's own headers did it before. */
#if !defined(HEADER_OPENSSL_TYPES_H) && !defined(OPENSSL_TYPES_H) && !defined(HEADER_OSSL_TYP_H)
typedef struct ssl_ctx_st SSL_CTX;
#endif
"
);

/// OpenSSL's TLS context; this library only has the name.
pub enum SSL_CTX {}

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

pub const SDK_VERSION: &CStr = c"C_v1.2.1";
pub const OTA_PORT: c_int = 8943;
pub const BUFSIZE: c_int = 4096;
/// Characters of an OTA file name; a buffer for one has one byte more.
pub const PKGNAME_MAX: c_int = 1024;
pub const HTTP_HEADER_LENGTH: c_int = 500;
pub const IP_LENGTH: c_int = 50;
pub const PORT_LENGTH: c_int = 6;
pub const PKG_LENGTH: c_int = 10;
pub const OTA_TIMEOUT_MIN_LENGTH: c_int = 300;
pub const DOUBLE_OBLIQUE_LINE: &CStr = c"//";
pub const SINGLE_SLANT: &CStr = c"/";
pub const SINGLE_SLANT_CHAR: c_char = b'/' as c_char;
pub const HTTP_URL_QUERY_START_MARK: &CStr = c"?";
pub const COLON: &CStr = c":";
pub const OTA_HTTP_GET: &CStr = c"GET ";
pub const OTA_HTTP_VERSION: &CStr = c" HTTP/1.1\n";
pub const OTA_HTTP_HOST: &CStr = c"Host: ";
pub const HTTP_OK: &CStr = c"200";
pub const FILE_NAME_EQUAL: &CStr = c"filename=";
pub const OTA_LINEFEED: &CStr = c"\n";
pub const OTA_CONTENT_TYPE: &CStr = c"Content-Type: application/json\n";
pub const OTA_AUTH: &CStr = c"Authorization:Bearer ";
pub const OTA_CRLF: &CStr = c"\r\n\r\n";
pub const OTA_CONTENT_LENGTH: &CStr = c"Content-Length: ";
pub const HTTP_STATUS_LENGTH: c_int = 3;
pub const OTA_HTTP_RESPONSE_VERSION: &CStr = c"HTTP/1.1 ";
pub const SUB_DEVICE_VERSION_REPORT: &CStr = c"sub_device_list_version_report";
pub const GET_PRODUCTS: &CStr = c"get_products";
pub const SCAN_SUB_DEVICE_RESULT: &CStr = c"scan_result";
pub const MESSAGE_NAME: &CStr = c"message_name";
pub const VERSION: &CStr = c"version";
pub const PRODUCTID_LIST: &CStr = c"product_id_list";
pub const DEVICE_LIST: &CStr = c"device_list";
pub const SERVICES: &CStr = c"services";
pub const DEVICES: &CStr = c"devices";
pub const RESULT_CODE: &CStr = c"result_code";
pub const RESULT: &CStr = c"result";
pub const TARGET_DEVICE_ID: &CStr = c"target_device_id";
pub const DEVICE_ID: &CStr = c"device_id";
pub const DEVICE_IP: &CStr = c"device_ip";
pub const NEW_SECRET: &CStr = c"new_secret";
pub const EVENT_TIME: &CStr = c"event_time";
pub const EVENT_ID: &CStr = c"event_id";
pub const PROPERTIES: &CStr = c"properties";
pub const BASE_STRATEGY_KEYWORD: &CStr = c"baseStrategyKeyword";
pub const RESPONSE_NAME: &CStr = c"response_name";
pub const PARAS: &CStr = c"paras";
pub const RESULT_DESC: &CStr = c"result_desc";
pub const DESC: &CStr = c"desc";
pub const CONTENT: &CStr = c"content";
pub const ID: &CStr = c"id";
pub const NAME: &CStr = c"name";
pub const OBJECT_DEVICE_ID: &CStr = c"object_device_id";
pub const EVENT_TYPE: &CStr = c"event_type";
pub const VERSION_REPORT: &CStr = c"version_report";
pub const UPGRADE_PROGRESS_REPORT: &CStr = c"upgrade_progress_report";
pub const SW_VERSION: &CStr = c"sw_version";
pub const FW_VERSION: &CStr = c"fw_version";
pub const PROGRESS: &CStr = c"progress";
pub const DESCRIPTION: &CStr = c"description";
pub const OTA: &CStr = c"$ota";
pub const SERVICE_ID: &CStr = c"service_id";
pub const PROTOCOL: &CStr = c"protocol";
pub const SUB_DEVICE_MANAGER: &CStr = c"$sub_device_manager";
pub const ADD_SUB_DEVICE_NOTIFY: &CStr = c"add_sub_device_notify";
pub const PARENT_DEVICE_ID: &CStr = c"parent_device_id";
pub const NODE_ID: &CStr = c"node_id";
pub const MANUFACTURER_ID: &CStr = c"manufacturer_id";
pub const MODEL: &CStr = c"model";
pub const PRODUCT_ID: &CStr = c"product_id";
pub const EXTENSION_INFO: &CStr = c"extension_info";
pub const STATUS: &CStr = c"status";
pub const DELETE_SUB_DEVICE_NOTIFY: &CStr = c"delete_sub_device_notify";
pub const ADD_SUB_DEVICE_RESPONSE: &CStr = c"add_sub_device_response";
pub const DEL_SUB_DEVICE_RESPONSE: &CStr = c"delete_sub_device_response";
pub const UPDATE_SUB_DEVICE_RESPONSE: &CStr = c"sub_device_update_status_response";
pub const SUCCESSFUL_DEVICES: &CStr = c"successful_devices";
pub const FAILED_DEVICES: &CStr = c"failed_devices";
pub const ERROR_CODE: &CStr = c"error_code";
pub const ERROR_MSG: &CStr = c"error_msg";
pub const FIRMWARE_UPGRADE: &CStr = c"firmware_upgrade";
pub const SOFTWARE_UPGRADE: &CStr = c"software_upgrade";
pub const FIRMWARE_UPGRADE_V2: &CStr = c"firmware_upgrade_v2";
pub const SOFTWARE_UPGRADE_V2: &CStr = c"software_upgrade_v2";
pub const URL: &CStr = c"url";
pub const FILE_SIZE: &CStr = c"file_size";
pub const FILE_NAME: &CStr = c"file_name";
pub const TASK_ID: &CStr = c"task_id";
pub const SUBDEVICE_COUNT: &CStr = c"sub_device_count";
pub const TASKEXT_INFO: &CStr = c"task_ext_info";
pub const ACCESS_TOKEN: &CStr = c"access_token";
pub const EXPIRES: &CStr = c"expires";
pub const SIGN: &CStr = c"sign";
pub const DATA_V3: &CStr = c"data";
pub const SERVICE_ID_V3: &CStr = c"serviceId";
pub const EVENT_TIME_V3: &CStr = c"eventTime";
pub const SERVICE_DATA_V3: &CStr = c"serviceData";
pub const MSGTYPE: &CStr = c"msgType";
pub const DEVIVE_REQ: &CStr = c"deviceReq";
pub const CMD: &CStr = c"cmd";
pub const MID: &CStr = c"mid";
pub const ERR_CODE: &CStr = c"errcode";
pub const BODY: &CStr = c"body";
pub const DEVIVE_RSP: &CStr = c"deviceRsp";
pub const VERSION_QUERY: &CStr = c"version_query";
pub const COMMAND_NAME: &CStr = c"command_name";
pub const SHADOW: &CStr = c"shadow";
pub const DESIRED: &CStr = c"desired";
pub const REPORTED: &CStr = c"reported";
pub const SDK_INFO: &CStr = c"$sdk_info";
pub const SDK_INFO_REPORT: &CStr = c"sdk_info_report";
pub const TYPE: &CStr = c"type";
pub const SDK_LANGUAGE: &CStr = c"C";
pub const SDK_TIME: &CStr = c"$time_sync";
pub const SDK_NTP_REQUEST: &CStr = c"time_sync_request";
pub const DEVICE_SEND_TIME: &CStr = c"device_send_time";
pub const TIME_SYNC_RSP: &CStr = c"time_sync_response";
pub const SERVER_RECV_TIME: &CStr = c"server_recv_time";
pub const SERVER_SEND_TIME: &CStr = c"server_send_time";
pub const VERSION_JSON: &CStr = c"\"version\"";
pub const DEVICE_SEND_TIME_JSON: &CStr = c"\"device_send_time\"";
pub const SERVER_RECV_TIME_JSON: &CStr = c"\"server_recv_time\"";
pub const SERVER_SEND_TIME_JSON: &CStr = c"\"server_send_time\"";
pub const DEVICE_STATUS: &CStr = c"device_statuses";
pub const SUB_DEVICE_UPDATE_STATUS: &CStr = c"sub_device_update_status";
pub const ADD_SUB_DEVICE_REQUEST: &CStr = c"add_sub_device_request";
pub const DEL_SUB_DEVICE_REQUEST: &CStr = c"delete_sub_device_request";
pub const ONLINE: &CStr = c"ONLINE";
pub const OFFLINE: &CStr = c"OFFLINE";
pub const ADDRESS: &CStr = c"address";
pub const DEVICE_SECRET: &CStr = c"deviceSecret";
pub const LOG: &CStr = c"$log";
pub const LOG_CONFIG: &CStr = c"log_config";
pub const SWITCH: &CStr = c"switch";
pub const END_TIME: &CStr = c"end_time";
pub const LOG_REPORT: &CStr = c"log_report";
pub const TIMESTAMP: &CStr = c"timestamp";
pub const DEVICE_SDK_VERSION: &CStr = c"device_sdk_version";
pub const DEVICE_RULE: &CStr = c"$device_rule";
pub const CONFIG_REQUEST: &CStr = c"device_rule_config_request";
pub const CONFIG_RESPONSE: &CStr = c"device_rule_config_response";
pub const DEVICE_RULE_REQUEST_ID: &CStr = c"device_rule_request_id";
pub const RULE_ID: &CStr = c"ruleIds";
pub const REQUEST_ID: &CStr = c"request_id";
pub const TO: &CStr = c"to";
pub const FROM: &CStr = c"from";
pub const DEVICE_RULE_FILE_PATH: &CStr = c"testdata.txt";
pub const TUNNEL_MGR: &CStr = c"$tunnel_manager";
pub const TUNNEL_NTF: &CStr = c"tunnel_notify";
pub const TUNNEL_URL: &CStr = c"tunnel_uri";
pub const TUNNEL_ACCESS_TOKEN: &CStr = c"tunnel_access_token";
pub const TUNNEL_SSH_DATA: &CStr = c"data";
pub const TUNNEL_SSH_DATA_USERNAME: &CStr = c"username";
pub const TUNNEL_SSH_DATA_PASSWORD: &CStr = c"password";
pub const TUNNEL_SSH_OPTYPE_CONNRSP: &CStr = c"connect_response";
pub const TUNNEL_SSH_OPTYPE_CMDRSP: &CStr = c"command_response";
pub const TUNNEL_SSH_REQID: &CStr = c"request_id";
pub const TUNNEL_SSH_SERTYPE: &CStr = c"tunnel_service_type";
pub const TUNNEL_SSH_SERTYPE_SSH: &CStr = c"ssh";
pub const TUNNEL_SSH_OPTYPE: &CStr = c"operation_type";
pub const TUNNEL_SSH_OPTYPE_DISCONN: &CStr = c"disconnect";
pub const TUNNEL_SSH_OPTYPE_CONN: &CStr = c"connect";
pub const TUNNEL_SSH_OPTYPE_CMD: &CStr = c"command";
pub const TUNNEL_SSH_STATUS_CODE: &CStr = c"status_code";
pub const TUNNEL_SSH_STATUS_MSG: &CStr = c"status_msg";
pub const SOFT_BUS_EVENT_REQ: &CStr = c"soft_bus_config_request";
pub const SOFT_BUS_EVENT_RSP: &CStr = c"soft_bus_config_response";
pub const SOFT_BUS_SERVICEID: &CStr = c"$oh_soft_bus";
pub const BUS_ID: &CStr = c"bus_id";
pub const SECURITY_DETECTION_CONFIG: &CStr = c"$security_detection_config";
pub const SECURITY_LOG_REPORT: &CStr = c"security_log_report";
pub const MEMORY_REPORT: &CStr = c"MEMORY_REPORT";
pub const PORT_REPORT: &CStr = c"PORT_REPORT";
pub const USED: &CStr = c"used";
pub const TOTAL: &CStr = c"total";
pub const LEAK_ALARM: &CStr = c"leak_alarm";
pub const MEMORY_CHECK: &CStr = c"memoryCheck";
pub const MEMORY_THRESHOLD: &CStr = c"memoryThreshold";
pub const UNSAFE_FUNCTION_CHECK: &CStr = c"unsafeFunctionCheck";
pub const CVE_VULNERABILITY_CHECK: &CStr = c"cveVulnerabilityCheck";
pub const MALICIOUS_FILE_CHECK: &CStr = c"maliciousFileCheck";
pub const PROCESS_CHECK: &CStr = c"processCheck";
pub const UNSAFE_PROTOCOL_CHECK: &CStr = c"unsafeProtocolCheck";
pub const FILE_REPORT: &CStr = c"FILE_REPORT";
pub const MALICIOUS_FILES: &CStr = c"malicious_files";
pub const CVE_VULNERABILITY_REPORT: &CStr = c"CVE_VULNERABILITY_REPORT";
pub const VNLNERABILITIES: &CStr = c"vulnerabilities";
pub const CVE_NUMBER: &CStr = c"cve_number";
pub const VNLNERABILITIES_NAME: &CStr = c"vulnerabilities_name";
pub const PROTOCOL_REPORT: &CStr = c"PROTOCOL_REPORT";
pub const USED_PROTOCOLS: &CStr = c"used_protocols";
pub const ABNORMAL_PROCESS_REPORT: &CStr = c"ABNORMAL_PROCESS_REPORT";
pub const ABNORMAL_PROCESSES: &CStr = c"abnormal_processes";
pub const UNSAFE_FUNCTION_REPORT: &CStr = c"UNSAFE_FUNCTION_REPORT";
pub const UNSAFE_FUNCTIONS: &CStr = c"unsafe_functions";
pub const PORT_CHECK: &CStr = c"portCheck";
pub const SECURITY_DETECTION_CONFIG_REQUEST_ID: &CStr = c"security_detection_config_request_id";
pub const CPU_USAGE_REPORT: &CStr = c"CPU_USAGE_REPORT";
pub const CPU_USAGE_CHECK: &CStr = c"cpuUsageCheck";
pub const CPU_USAGE_THRESHOLD: &CStr = c"cpuUsageThreshold";
pub const CPU_USAGE: &CStr = c"cpu_usage";
pub const CPU_USAGE_ALARM: &CStr = c"cpu_usage_alarm";
pub const DISK_SPACE_REPORT: &CStr = c"DISK_SPACE_REPORT";
pub const DISK_SPACE_CHECK: &CStr = c"diskSpaceCheck";
pub const DISK_SPACE_THRESHOLD: &CStr = c"diskSpaceThreshold";
pub const DISK_SPACE_USED: &CStr = c"disk_space_used";
pub const DISK_SPACE_TOTAL: &CStr = c"disk_space_total";
pub const DISK_SPACE_ALARM: &CStr = c"disk_space_alarm";
pub const BATTERY_REPORT: &CStr = c"BATTERY_REPORT";
pub const BATTERY_PERCENTAGE_CHECK: &CStr = c"batteryPercentageCheck";
pub const BATTERY_PERCENTAGE_THRESHOLD: &CStr = c"batteryPercentageThreshold";
pub const BATTERY_PERCENTAGE: &CStr = c"battery_percentage";
pub const BATTERY_PERCENTAGE_ALARM: &CStr = c"battery_percentage_alarm";
pub const LOGIN_LOCAL_REPORT: &CStr = c"LOGIN_LOCAL_REPORT";
pub const LOGIN_LOCAL_CHECK: &CStr = c"loginLocalCheck";
pub const LOGIN_LOCAL_ALARM: &CStr = c"login_local_alarm";
pub const IP_REPORT: &CStr = c"IP_REPORT";
pub const MALICIOUS_IP_CHECK: &CStr = c"maliciousIPCheck";
pub const USED_IPS: &CStr = c"used_ips";
pub const LOGIN_BRUTE_FORCE_REPORT: &CStr = c"LOGIN_BRUTE_FORCE_REPORT";
pub const LOGIN_BRUTE_FORCE_CHECK: &CStr = c"loginBruteForceCheck";
pub const LOGIN_BRUTE_FORCE_ALARM: &CStr = c"login_brute_force_alarm";
pub const FILE_TAMPER_REPORT: &CStr = c"FILE_TAMPER_REPORT";
pub const FILE_TAMPER_CHECK: &CStr = c"fileTamperCheck";
pub const FILE_TAMPER_ALARM: &CStr = c"file_tamper_alarm";
pub const DETECT_REPORT_FREQUENCY: c_int = 600;
pub const DEVICE_CONFIG: &CStr = c"$device_config";
pub const DEVICE_CONFIG_UPDATE: &CStr = c"config_update";
pub const DEVICE_CONFIG_CONTENT: &CStr = c"config_content";
pub const DEVICE_CONFIG_UPDATE_RESPONSE: &CStr = c"config_update_response";
pub const FILE_MANAGER: &CStr = c"$file_manager";
pub const GET_UPLOAD_URL: &CStr = c"get_upload_url";
pub const GET_UPLOAD_URL_RESPONSE: &CStr = c"get_upload_url_response";
pub const GET_DOWNLOAD_URL: &CStr = c"get_download_url";
pub const GET_DOWNLOAD_URL_RESPONSE: &CStr = c"get_download_url_response";
pub const UPLOAD_RESULT_REPORT: &CStr = c"upload_result_report";
pub const DOWNLOAD_RESULT_REPORT: &CStr = c"download_result_report";
pub const TIMESTAMP_STR_LEN: c_int = 14;
pub const IOTA_TOPIC_SERVICE_DATA_REPORT_RET: &CStr = c"IOTA_TOPIC_SERVICE_DATA_REPORT_RET";
pub const IOTA_TOPIC_SERVICE_COMMAND_RECEIVE: &CStr = c"IOTA_TOPIC_SERVICE_COMMAND_RECEIVE";
pub const IOTA_TOPIC_DATATRANS_REPORT_RSP: &CStr = c"IOTA_TOPIC_DATATRANS_REPORT_RSP";

c_enum! {
    /// Not used any more.
    #[tag = "enum_EN_IOTA_DATATRANS_IE_TYPE"]
    pub enum EN_IOTA_DATATRANS_IE_TYPE {
        EN_IOTA_DATATRANS_IE_RESULT = 0,
        EN_IOTA_DATATRANS_IE_DEVICEID = 1,
        EN_IOTA_DATATRANS_IE_REQUESTID = 2,
        EN_IOTA_DATATRANS_IE_SERVICEID = 3,
        EN_IOTA_DATATRANS_IE_METHOD = 4,
        EN_IOTA_DATATRANS_IE_CMDCONTENT = 5,
    }
}

/// Sends a message to the platform: `$oc/devices/<id>/sys/messages/up`, or `$oc/devices/<id>/user/<topicParas>`.
///
/// - `object_device_id`, `name`, `id`: members of the message; NULL leaves one out.
/// - `content`: text, or JSON text of an object, which is sent as an object; not NULL.
/// - `topicParas`: part of the topic after `user/`; NULL for the system topic.
/// - `compressFlag`: 0 plain, 1 gzip.
/// - `context`: handed back in the publish callback; never dereferenced.
///
/// Returns 0 when accepted; -1 for a NULL `content`, another `compressFlag`, a topic that is not UTF-8, a full queue, or when
/// not connected and not reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
/// See spec/uplink.md 2.
#[no_mangle]
pub unsafe extern "C" fn IOTA_MessageReport(
    object_device_id: *mut HW_CHAR,
    name: *mut HW_CHAR,
    id: *mut HW_CHAR,
    content: *mut HW_CHAR,
    topicParas: *mut HW_CHAR,
    compressFlag: HW_INT,
    context: *mut c_void,
) -> HW_INT {
    guard("IOTA_MessageReport", -1, || {
        let info = ST_IOTA_MESS_REP_INFO {
            object_device_id,
            name,
            id,
            content,
            topicParas,
        };
        // SAFETY: the caller passes NULL or C strings.
        let message = unsafe { message_report(&info) };
        state::report("IOTA_MessageReport", context, |own| {
            uplink::message::report(own, &message, compressFlag)
        })
    })
}

/// Sends a message to the platform, as `IOTA_MessageReport` without compression.
///
/// - `mass`: its members, by value; see there.
/// - `context`: handed back in the publish callback.
///
/// Returns as `IOTA_MessageReport`.
#[no_mangle]
pub unsafe extern "C" fn IOTA_MessageDataReport(mass: ST_IOTA_MESS_REP_INFO, context: *mut c_void) -> HW_INT {
    guard("IOTA_MessageDataReport", -1, || {
        // SAFETY: the caller passes NULL or C strings.
        let message = unsafe { message_report(&mass) };
        state::report("IOTA_MessageDataReport", context, |own| {
            uplink::message::report(own, &message, 0)
        })
    })
}

/// Reports properties of the device: `$oc/devices/<id>/sys/properties/report`.
///
/// - `pServiceData`: array of services; `properties` is JSON text and not NULL, `event_time` (`yyyyMMddTHHmmssZ`) may be NULL.
/// - `serviceNum`: entries in it, 1 or more.
/// - `compressFlag`: 0 plain, 1 gzip.
/// - `context`: handed back in the publish callback.
///
/// Returns 0 when accepted; -1 for a refused argument, JSON text that is none, a full queue, or when not connected and not
/// reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
/// See spec/uplink.md 3.
#[no_mangle]
pub unsafe extern "C" fn IOTA_PropertiesReport(
    pServiceData: *mut ST_IOTA_SERVICE_DATA_INFO,
    serviceNum: HW_INT,
    compressFlag: HW_INT,
    context: *mut c_void,
) -> HW_INT {
    guard("IOTA_PropertiesReport", -1, || {
        // SAFETY: the caller passes NULL or `serviceNum` entries.
        let services = unsafe { services(pServiceData, serviceNum) };
        state::report("IOTA_PropertiesReport", context, |own| {
            uplink::properties::report(Origin::Device(own), services.as_deref(), serviceNum, compressFlag)
        })
    })
}

/// Answers a property set of the platform: `$oc/devices/<id>/sys/properties/set/response/request_id=<requestId>`. The library
/// answers soft bus lists by itself.
///
/// - `requestId`: from the property-set callback; not NULL.
/// - `result_code`: 0 success, anything else failure.
/// - `result_desc`: text; NULL leaves it out.
/// - `context`: handed back in the publish callback.
///
/// Returns 0 when accepted; -101 for a NULL `requestId`; -1 for a full queue, or when not connected and not reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
/// See spec/softbus.md 2.5, spec/uplink.md 4.
#[no_mangle]
pub unsafe extern "C" fn IOTA_PropertiesSetResponse(
    requestId: *mut HW_CHAR,
    result_code: HW_INT,
    result_desc: *mut HW_CHAR,
    context: *mut c_void,
) -> HW_INT {
    guard("IOTA_PropertiesSetResponse", -1, || {
        // SAFETY: the caller passes NULL or C strings.
        let (id, text) = unsafe { (bytes(requestId), bytes(result_desc)) };
        state::report("IOTA_PropertiesSetResponse", context, |own| {
            uplink::properties::set_response(Origin::Device(own), id, result_code, text)
        })
    })
}

/// Subscribes to a user topic with QoS 0, as `SubscribeUserTopic`.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SubscribeUserTopic(topicParas: *mut HW_CHAR) -> HW_INT {
    guard("IOTA_SubscribeUserTopic", -1, || {
        // SAFETY: the caller passes NULL or a C string.
        let paras = unsafe { bytes(topicParas) };
        state::subscribe("IOTA_SubscribeUserTopic", 0, |own| topics::user_filter(own, paras))
    })
}

/// Subscribes to any topic filter, as `SubscribeCustomTopic`.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SubscribeTopic(topic: *mut HW_CHAR, qos: HW_INT) -> HW_INT {
    guard("IOTA_SubscribeTopic", -1, || {
        // SAFETY: the caller passes NULL or a C string.
        let topic = unsafe { bytes(topic) };
        state::subscribe("IOTA_SubscribeTopic", qos, |_| topics::custom_filter(topic))
    })
}

/// Asks for provisioning: `$oc/devices/<id>/sys/bootstrap/up`; the answer comes to the bootstrap callback.
///
/// - `baseStrategyKeyword`: keyword of the static strategy; NULL or "" for none.
///
/// Returns the message id, 0 with QoS 0; -1 for a full queue, or when not connected and not reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE.
/// See spec/connection.md 14.
#[no_mangle]
pub unsafe extern "C" fn IOTA_Bootstrap(baseStrategyKeyword: *mut c_char) -> HW_INT {
    guard("IOTA_Bootstrap", -1, || {
        // SAFETY: the caller passes NULL or a C string.
        let keyword = unsafe { bytes(baseStrategyKeyword) };
        state::report_id("IOTA_Bootstrap", std::ptr::null_mut(), |own| {
            uplink::bootstrap::request(own, keyword)
        })
    })
}

/// Subscribes to V3 JSON commands with QoS 0, as `SubscribeJsonCmdV3`.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SubscribeJsonCmdV3() -> HW_INT {
    guard("IOTA_SubscribeJsonCmdV3", -1, || {
        state::subscribe("IOTA_SubscribeJsonCmdV3", 0, |own| {
            Subscription::JsonCommandV3.filter(own)
        })
    })
}

/// Subscribes to V3 binary commands with QoS 0, as `SubscribeBinaryCmdV3`.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SubsrcibeBinaryCmdV3() -> HW_INT {
    guard("IOTA_SubsrcibeBinaryCmdV3", -1, || {
        state::subscribe("IOTA_SubsrcibeBinaryCmdV3", 0, |own| {
            Subscription::BinaryCommandV3.filter(own)
        })
    })
}

/// Subscribes to the provisioning answer with QoS 0, as `SubscribeBootstrap`.
#[no_mangle]
pub unsafe extern "C" fn IOTA_SubscribeBoostrap() -> HW_INT {
    guard("IOTA_SubscribeBoostrap", -1, || {
        state::subscribe("IOTA_SubscribeBoostrap", 0, |own| Subscription::Bootstrap.filter(own))
    })
}

/// Asks the platform for the newest soft bus information (`soft_bus_config_request` on `$oc/devices/<id>/sys/events/up`). The
/// answer fills the table of `getSoftBusTotal` and comes to the soft bus and event callbacks.
///
/// - `busId`: one bus; NULL for all buses of the device. The answer for one bus replaces the table, too.
/// - `eventId`: the event's id; NULL leaves it out.
/// - `context`: handed back in the publish callback.
///
/// Returns 0 when accepted (not a message id); -1 for a full queue, or when not connected and not reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
/// See spec/softbus.md 2.5.
#[no_mangle]
pub unsafe extern "C" fn IOTA_GetLatestSoftBusInfo(
    busId: *mut HW_CHAR,
    eventId: *mut HW_CHAR,
    context: *mut c_void,
) -> HW_INT {
    guard("IOTA_GetLatestSoftBusInfo", -1, || {
        // SAFETY: the caller passes NULL or C strings.
        let (bus, event) = unsafe { (bytes(busId), bytes(eventId)) };
        let sent = state::device().and_then(|device| device.query_soft_bus(bus, event, context as usize));
        state::code("IOTA_GetLatestSoftBusInfo", sent.map(drop))
    })
}

/// Reports the device's information (`sdk_info_report` on `$oc/devices/<id>/sys/events/up`). The address reported here is the
/// one that other members of its soft bus groups connect to: call it after every connect and when the address changes.
///
/// - `device_info_report`: not NULL; NULL members are left out.
/// - `context`: handed back in the publish callback.
///
/// Returns 0 when accepted; -1 for NULL, a full queue, or when not connected and not reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
/// See spec/softbus.md 2.5.
#[no_mangle]
pub unsafe extern "C" fn IOTA_ReportDeviceInfo(
    device_info_report: *mut ST_IOTA_DEVICE_INFO_REPORT,
    context: *mut c_void,
) -> HW_INT {
    guard("IOTA_ReportDeviceInfo", -1, || {
        // SAFETY: the caller passes NULL or a structure of NULL or C strings.
        let info = unsafe { device_info(device_info_report) };
        state::report("IOTA_ReportDeviceInfo", context, |own| {
            uplink::event::device_info(Origin::Device(own), info.as_ref())
        })
    })
}

/// Sends any payload on any topic.
///
/// - `topic`: as it is; not NULL, not "".
/// - `payload`: text; may be "", not NULL.
/// - `qos`: 0 or 1; the configured QoS does not apply.
/// - `context`: handed back in the publish callback.
///
/// Returns the message id, 0 for QoS 0; -101 for NULL; -1 for an empty or malformed topic, another QoS, a full queue, or when
/// not connected and not reconnecting.
/// Never blocks. Any thread, callbacks included. The outcome comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with `context`.
/// See spec/connection.md 8.
#[no_mangle]
pub unsafe extern "C" fn IOTA_RawTopicMessageReport(
    topic: *mut HW_CHAR,
    payload: *mut HW_CHAR,
    qos: c_int,
    context: *mut c_void,
) -> HW_INT {
    guard("IOTA_RawTopicMessageReport", -1, || {
        // SAFETY: the caller passes NULL or C strings.
        let (topic, payload) = unsafe { (bytes(topic), bytes(payload)) };
        let sent = uplink::message::raw(topic, payload, qos)
            .and_then(|(message, qos)| state::publish(context, Some(qos), None, |_| Ok(message)));
        state::id_code("IOTA_RawTopicMessageReport", sent)
    })
}

c_verbatim!("#ifdef MQTTV5");

/// Sends a message to the platform with MQTT 5 properties, otherwise as `IOTA_MessageReport`.
///
/// - `mass`: its members, by value.
/// - `compressFlag`: 0 plain, 1 gzip.
/// - `context`: handed back in the publish callback.
/// - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
///
/// Returns as `IOTA_MessageReport`. See spec/connection.md 11.3.
#[no_mangle]
pub unsafe extern "C" fn IOTA_MessageReportV5(
    mass: ST_IOTA_MESS_REP_INFO,
    compressFlag: HW_INT,
    context: *mut c_void,
    mqttv5: *mut MQTTV5_DATA,
) -> HW_INT {
    guard("IOTA_MessageReportV5", -1, || {
        // SAFETY: the caller passes NULL, C strings and a list of them.
        let (message, properties) = unsafe { (message_report(&mass), mqtt5(mqttv5)) };
        let sent = state::publish(context, None, properties, |own| {
            uplink::message::report(own, &message, compressFlag)
        });
        state::code("IOTA_MessageReportV5", sent.map(drop))
    })
}

c_verbatim!("#endif /* MQTTV5 */");
