//! events/down: the envelope, and for each service what its events carry. A new event is an arm of [`decode`] and its reader here.

use super::context::{Context, Problem};
use super::read::{self, Fields};
use crate::protocol::json::{Json, Number, Value};
use crate::protocol::service_ids;
use crate::protocol::text::{Text, opaque_debug};
use crate::protocol::time::UnixMs;

/// What an event carries.
const PARAS: &str = "paras";
/// Lists in the answers about sub-devices.
const SUCCESSFUL: &str = "successful_devices";
const FAILED: &str = "failed_devices";

opaque_debug!(OtaParas, Tunnel, SoftBusInfo);

/// One events/down message.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub object_device_id: Text,
    pub bridge_device_id: Text,
    /// In order. Each one's specific callback runs before the next one's.
    pub services: Vec<ServiceEvent>,
    /// Rules for the rule engine; not shown to the program.
    pub rules: Vec<RuleInfos>,
    /// Whether the general callback runs: not if all that was there could not be decoded.
    pub general: bool,
}

impl Event {
    /// The device that the message names, for an answer: callbacks see "-1" where it names none, an answer then has none.
    pub fn named_device(&self) -> Option<&[u8]> {
        let named = self.object_device_id.as_deref().map(std::ffi::CStr::to_bytes);
        named.filter(|id| *id != b"-1")
    }
}

/// A `$device_rule` event.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleInfos {
    /// How many of [`Event::services`] are ahead of it.
    pub before: usize,
    pub paras: Json,
}

/// A service of the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventService {
    SubDeviceManager,
    Ota,
    TimeSync,
    DeviceLog,
    FileManager,
    TunnelManager,
    DeviceConfig,
    SoftBus,
    /// One that is not known here.
    Other,
}

/// What an event is about within its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    AddSubDeviceNotify,
    DeleteSubDeviceNotify,
    VersionQuery,
    FirmwareUpgrade,
    SoftwareUpgrade,
    TimeSyncResponse,
    AddSubDeviceResponse,
    DeleteSubDeviceResponse,
    LogConfig,
    UploadUrlResponse,
    DownloadUrlResponse,
    TunnelNotify,
    ConfigUpdate,
    FirmwareUpgradeV2,
    SoftwareUpgradeV2,
    /// The answer to an update of sub-device states.
    StatusResponse,
    /// One that is not known within its service, and every soft bus event.
    Other,
}

/// One service of the message.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceEvent {
    pub service: EventService,
    pub event_type: EventType,
    pub event_time: Text,
    pub event_id: Text,
    pub paras: EventParas,
}

/// What an event carries. An event type that is unknown within a known service carries the empty structure that the C API shows.
#[derive(Clone, Debug, PartialEq)]
pub enum EventParas {
    None,
    DeviceNotify(DeviceNotify),
    AddDeviceResponse(AddDeviceResponse),
    DeleteDeviceResponse(DeleteDeviceResponse),
    StatusResponse(StatusResponse),
    Ota(OtaParas),
    /// The device's real time in milliseconds, computed with the moment of arrival.
    TimeSync(i64),
    DeviceLog(DeviceLogConfig),
    /// The URL of a file to upload or download.
    File(Text),
    Tunnel(Tunnel),
    /// `config_content`: the callback decides, the library answers.
    DeviceConfig(Json),
    SoftBus(SoftBusInfo),
}

/// Sub-devices were added or deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceNotify {
    pub devices: Vec<DeviceInfo>,
    pub version: i64,
}

/// A sub-device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceInfo {
    pub parent_device_id: Text,
    pub node_id: Text,
    pub device_id: Text,
    pub name: Text,
    pub description: Text,
    pub manufacturer_id: Text,
    pub model: Text,
    pub product_id: Text,
    pub fw_version: Text,
    pub sw_version: Text,
    pub status: Text,
    pub extension_info: Text,
}

/// The answer to a request to add sub-devices.
#[derive(Clone, Debug, PartialEq)]
pub struct AddDeviceResponse {
    pub successful: Vec<DeviceInfo>,
    pub failed: Vec<AddDeviceFailure>,
}

/// A sub-device that was not added.
#[derive(Clone, Debug, PartialEq)]
pub struct AddDeviceFailure {
    pub node_id: Text,
    pub product_id: Text,
    pub error_code: Text,
    pub error_msg: Text,
}

/// The answer to a request to delete sub-devices.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteDeviceResponse {
    /// Device ids; `None` for an element that is not a string.
    pub successful: Vec<Text>,
    pub failed: Vec<DeviceFailure>,
}

/// A sub-device for which a request failed.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceFailure {
    pub device_id: Text,
    pub error_code: Text,
    pub error_msg: Text,
}

/// The answer to an update of sub-device states.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusResponse {
    pub successful: Vec<DeviceStatus>,
    pub failed: Vec<DeviceFailure>,
}

/// A sub-device and its state.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceStatus {
    pub device_id: Text,
    pub status: Text,
}

/// A package to upgrade to.
#[derive(Clone, Default, PartialEq)]
pub struct OtaParas {
    pub version: Text,
    pub url: Text,
    pub file_size: i32,
    pub file_name: Text,
    pub task_id: Text,
    pub sub_device_count: i32,
    pub task_ext_info: Text,
    pub access_token: Text,
    pub expires: i32,
    pub sign: Text,
}

/// Log collection is switched on or off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceLogConfig {
    pub switch: Text,
    pub end_time: Text,
}

/// A remote login tunnel to open.
#[derive(Clone, Default, PartialEq)]
pub struct Tunnel {
    pub url: Text,
    pub access_token: Text,
}

/// An answer of the soft bus.
#[derive(Clone, PartialEq)]
pub struct SoftBusInfo {
    /// The whole `paras`, formatted.
    pub bus_infos: Text,
    /// The same as a value, for the roster.
    pub paras: Option<Json>,
}

impl SoftBusInfo {
    /// Whether it says why the platform could not answer.
    pub fn is_failure(&self) -> bool {
        let paras = self.paras.as_ref().map(Json::value);
        paras.is_some_and(|paras| paras.get("error_info").is_some_and(Value::is_object))
    }
}

/// `None`: unusable, which the context knows.
pub(super) fn parse(context: &mut Context<'_>) -> Option<Event> {
    let json = context.json()?;
    let root = Fields(Some(json.value()));
    let mut event = Event {
        object_device_id: root.object_device_id(),
        bridge_device_id: context.bridge_device_id(),
        services: Vec::new(),
        rules: Vec::new(),
        general: true,
    };
    let mut failed = false;
    for item in root.list("services") {
        let item = Fields(Some(item));
        let string = |name| item.get(name).and_then(Value::as_text);
        let (Some(service_id), Some(event_type)) = (item.service_id(), string("event_type")) else {
            continue;
        };
        let outcome = match service_id {
            service_ids::DEVICE_RULE if context.bridged.is_none() => item
                .get(PARAS)
                .map(|paras| {
                    event.rules.push(RuleInfos {
                        before: event.services.len(),
                        paras: paras.to_json(),
                    })
                })
                .ok_or(PARAS),
            _ => decode(service_id, event_type, item, context.now).map(|service| event.services.push(service)),
        };
        if let Err(member) = outcome {
            failed = true;
            let service = String::from_utf8_lossy(service_id).into_owned();
            context.problems.push(Problem::Event { service, member });
        }
    }
    event.general = !failed || !event.services.is_empty();
    Some(event)
}

/// Reads one service; `Err` names the member without which it means nothing.
fn decode(service_id: &[u8], event_type: &[u8], item: Fields<'_>, now: UnixMs) -> Result<ServiceEvent, &'static str> {
    let paras = item.object(PARAS);
    let (service, event_type, content) = match service_id {
        service_ids::SUB_DEVICE_MANAGER => match event_type {
            b"add_sub_device_notify" => (
                EventService::SubDeviceManager,
                EventType::AddSubDeviceNotify,
                EventParas::DeviceNotify(device_notify(paras, device_info)?),
            ),
            b"delete_sub_device_notify" => (
                EventService::SubDeviceManager,
                EventType::DeleteSubDeviceNotify,
                EventParas::DeviceNotify(device_notify(paras, named_device)?),
            ),
            b"add_sub_device_response" => (
                EventService::SubDeviceManager,
                EventType::AddSubDeviceResponse,
                EventParas::AddDeviceResponse(add_device_response(paras)),
            ),
            b"delete_sub_device_response" => (
                EventService::SubDeviceManager,
                EventType::DeleteSubDeviceResponse,
                EventParas::DeleteDeviceResponse(delete_device_response(paras)),
            ),
            b"sub_device_update_status_response" => (
                EventService::SubDeviceManager,
                EventType::StatusResponse,
                EventParas::StatusResponse(status_response(paras)),
            ),
            _ => (EventService::SubDeviceManager, EventType::Other, EventParas::None),
        },
        service_ids::OTA => match event_type {
            b"version_query" => (
                EventService::Ota,
                EventType::VersionQuery,
                EventParas::Ota(OtaParas::default()),
            ),
            b"firmware_upgrade" => (
                EventService::Ota,
                EventType::FirmwareUpgrade,
                EventParas::Ota(ota_paras(paras)),
            ),
            b"software_upgrade" => (
                EventService::Ota,
                EventType::SoftwareUpgrade,
                EventParas::Ota(ota_paras(paras)),
            ),
            b"firmware_upgrade_v2" => (
                EventService::Ota,
                EventType::FirmwareUpgradeV2,
                EventParas::Ota(ota_paras(paras)),
            ),
            b"software_upgrade_v2" => (
                EventService::Ota,
                EventType::SoftwareUpgradeV2,
                EventParas::Ota(ota_paras(paras)),
            ),
            _ => (
                EventService::Ota,
                EventType::Other,
                EventParas::Ota(OtaParas::default()),
            ),
        },
        service_ids::TIME_SYNC => match event_type {
            b"time_sync_response" => (
                EventService::TimeSync,
                EventType::TimeSyncResponse,
                EventParas::TimeSync(real_time(paras, now)?),
            ),
            _ => (EventService::TimeSync, EventType::Other, EventParas::TimeSync(0)),
        },
        service_ids::LOG => match event_type {
            b"log_config" => {
                let config = DeviceLogConfig {
                    switch: paras.text("switch"),
                    end_time: paras.text("end_time"),
                };
                (
                    EventService::DeviceLog,
                    EventType::LogConfig,
                    EventParas::DeviceLog(config),
                )
            }
            _ => (
                EventService::DeviceLog,
                EventType::Other,
                EventParas::DeviceLog(DeviceLogConfig::default()),
            ),
        },
        service_ids::FILE_MANAGER => {
            let kind = match event_type {
                b"get_upload_url_response" => EventType::UploadUrlResponse,
                b"get_download_url_response" => EventType::DownloadUrlResponse,
                _ => EventType::Other,
            };
            (EventService::FileManager, kind, EventParas::File(paras.text("url")))
        }
        service_ids::TUNNEL_MANAGER => match event_type {
            b"tunnel_notify" => {
                let tunnel = Tunnel {
                    url: paras.text("tunnel_uri"),
                    access_token: paras.text("tunnel_access_token"),
                };
                (
                    EventService::TunnelManager,
                    EventType::TunnelNotify,
                    EventParas::Tunnel(tunnel),
                )
            }
            _ => (
                EventService::TunnelManager,
                EventType::Other,
                EventParas::Tunnel(Tunnel::default()),
            ),
        },
        service_ids::DEVICE_CONFIG => match event_type {
            b"config_update" => {
                const CONTENT: &str = "config_content";
                let content = paras.get(CONTENT).ok_or(CONTENT)?;
                (
                    EventService::DeviceConfig,
                    EventType::ConfigUpdate,
                    EventParas::DeviceConfig(content.to_json()),
                )
            }
            _ => (EventService::DeviceConfig, EventType::Other, EventParas::None),
        },
        service_ids::SOFT_BUS => {
            let info = SoftBusInfo {
                bus_infos: item.printed(PARAS),
                paras: item.get(PARAS).map(Value::to_json),
            };
            (EventService::SoftBus, EventType::Other, EventParas::SoftBus(info))
        }
        _ => (EventService::Other, EventType::Other, EventParas::None),
    };
    let identified = matches!(
        content,
        EventParas::AddDeviceResponse(_)
            | EventParas::DeleteDeviceResponse(_)
            | EventParas::StatusResponse(_)
            | EventParas::SoftBus(_)
    );
    Ok(ServiceEvent {
        service,
        event_type,
        event_time: item.text("event_time"),
        event_id: if identified { item.text("event_id") } else { None },
        paras: content,
    })
}

fn device_notify(paras: Fields<'_>, device: fn(Value<'_>) -> DeviceInfo) -> Result<DeviceNotify, &'static str> {
    const VERSION: &str = "version";
    let version = paras.get(VERSION).and_then(whole_number).ok_or(VERSION)?;
    Ok(DeviceNotify {
        devices: paras.list("devices").map(device).collect(),
        version,
    })
}

fn device_info(value: Value<'_>) -> DeviceInfo {
    let fields = Fields(Some(value));
    DeviceInfo {
        name: fields.text("name"),
        description: fields.text("description"),
        manufacturer_id: fields.text("manufacturer_id"),
        model: fields.text("model"),
        product_id: fields.text("product_id"),
        fw_version: fields.text("fw_version"),
        sw_version: fields.text("sw_version"),
        status: fields.text("status"),
        extension_info: fields.text("extension_info"),
        ..named_device(value)
    }
}

/// The members by which a device is known, which are all that one deleted has.
fn named_device(value: Value<'_>) -> DeviceInfo {
    let fields = Fields(Some(value));
    DeviceInfo {
        parent_device_id: fields.text("parent_device_id"),
        node_id: fields.text("node_id"),
        device_id: fields.text("device_id"),
        ..DeviceInfo::default()
    }
}

/// Code and text of a failure.
fn why(failure: Fields<'_>) -> (Text, Text) {
    (failure.text("error_code"), failure.text("error_msg"))
}

fn add_device_response(paras: Fields<'_>) -> AddDeviceResponse {
    let failure = |value| {
        let fields = Fields(Some(value));
        let (error_code, error_msg) = why(fields);
        AddDeviceFailure {
            node_id: fields.text("node_id"),
            product_id: fields.text("product_id"),
            error_code,
            error_msg,
        }
    };
    AddDeviceResponse {
        successful: paras.list(SUCCESSFUL).map(device_info).collect(),
        failed: paras.list(FAILED).map(failure).collect(),
    }
}

fn device_failures(paras: Fields<'_>) -> Vec<DeviceFailure> {
    let failure = |value| {
        let fields = Fields(Some(value));
        let (error_code, error_msg) = why(fields);
        DeviceFailure {
            device_id: fields.text("device_id"),
            error_code,
            error_msg,
        }
    };
    paras.list(FAILED).map(failure).collect()
}

fn delete_device_response(paras: Fields<'_>) -> DeleteDeviceResponse {
    DeleteDeviceResponse {
        successful: paras.list(SUCCESSFUL).map(read::text).collect(),
        failed: device_failures(paras),
    }
}

fn status_response(paras: Fields<'_>) -> StatusResponse {
    let status = |value: Value<'_>| match read::text(value) {
        None => {
            let fields = Fields(Some(value));
            DeviceStatus {
                device_id: fields.text("device_id"),
                status: fields.text("status"),
            }
        }
        device_id => DeviceStatus {
            device_id,
            status: None,
        },
    };
    StatusResponse {
        successful: paras.list(SUCCESSFUL).map(status).collect(),
        failed: device_failures(paras),
    }
}

fn ota_paras(paras: Fields<'_>) -> OtaParas {
    OtaParas {
        version: paras.text("version"),
        url: paras.text("url"),
        file_size: paras.int("file_size", -1),
        file_name: paras.text("file_name"),
        task_id: paras.text("task_id"),
        sub_device_count: paras.int("sub_device_count", -1),
        task_ext_info: paras.text("task_ext_info"),
        access_token: paras.text("access_token"),
        expires: paras.int("expires", -1),
        sign: paras.text("sign"),
    }
}

/// The mean of the two one-way estimates, truncated toward zero.
fn real_time(paras: Fields<'_>, now: UnixMs) -> Result<i64, &'static str> {
    let time = |name: &'static str| {
        let value = paras.get(name).ok_or(name)?;
        // beyond 64 bits it is no time
        whole_number(value)
            .filter(|ms| *ms < i64::MAX)
            .map(i128::from)
            .ok_or(name)
    };
    const RECEIVED: &str = "server_recv_time";
    let device_send = time("device_send_time")?;
    let server_recv = time(RECEIVED)?;
    let server_send = time("server_send_time")?;
    let twice = server_recv + server_send + i128::from(now.0) - device_send;
    i64::try_from(twice / 2).map_err(|_| RECEIVED)
}

/// A number (truncated) or decimal text that is not negative; exact in 64 bits, saturating.
fn whole_number(value: Value<'_>) -> Option<i64> {
    if let Some(number) = value.as_number() {
        return Some(number).filter(|n| n.as_f64() >= 0.0).map(Number::as_i64);
    }
    let text = value.as_bytes()?;
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |n: i64, digit: &u8| n.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    Some(text.iter().fold(0, digit))
}
