//! What a device is told, as values of Rust.

use std::ffi::CStr;

use serde_json::Value;

use super::failure::Failure;
use super::group::SoftBus;
use crate::protocol::downlink;
use crate::protocol::json::Json;
use crate::protocol::text::Text;

/// Something that has happened to a device, or that the platform sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The platform has accepted the connection.
    Connected,
    /// An attempt to connect failed. The next one follows by itself.
    ConnectFailed(Failure),
    /// The connection is lost. What was not acknowledged is sent again on the next one, which follows by itself.
    Lost(Failure),
    /// Disconnected, as asked for.
    Disconnected,
    /// A command that no handler answers: [`Device::answer_command`](super::Device::answer_command) does.
    Command(Command),
    /// A property set that no handler answers: [`Device::answer_set`](super::Device::answer_set) does.
    PropertySet(PropertySet),
    /// A request for properties that no handler answers: [`Device::answer_get`](super::Device::answer_get) does.
    PropertyGet(PropertyGet),
    /// A message.
    Message(Message),
    /// The shadow that was asked for.
    Shadow(Shadow),
    /// The groups of this device have changed: members, keys or versions.
    SoftBus(SoftBus),
    /// The answer to [`Device::request_time`](super::Device::request_time): this moment in milliseconds of Unix time.
    Time(i64),
    /// The platform wants to know the versions of software and firmware:
    /// [`Device::report_version`](super::Device::report_version) says them.
    VersionQuery,
    /// A newer version is there; [`Device::follow_upgrade`](super::Device::follow_upgrade) fetches it.
    Upgrade(Upgrade),
    /// The address for a file that was asked for.
    FileUrl(FileUrl),
    /// The platform wants logs, or no more.
    LogConfig {
        /// Whether logs are wanted.
        on: bool,
        /// Until when, as the platform writes it.
        until: Option<String>,
    },
    /// A configuration for this device. The handler of [`Builder::on_configuration`](super::Builder::on_configuration)
    /// decides about it; without one it is taken.
    Configuration(Value),
    /// Sub-devices of this gateway were added.
    SubDevicesAdded(Vec<SubDevice>),
    /// Sub-devices of this gateway were deleted.
    SubDevicesDeleted(Vec<SubDevice>),
    /// The answer to [`Device::add_sub_devices`](super::Device::add_sub_devices).
    AddAnswer {
        /// Those that exist now.
        added: Vec<SubDevice>,
        /// Those that do not: node id and reason.
        refused: Vec<(String, Failure)>,
    },
    /// The answer to [`Device::delete_sub_devices`](super::Device::delete_sub_devices).
    DeleteAnswer {
        /// Those that are gone.
        deleted: Vec<String>,
        /// Those that are not: device id and reason.
        refused: Vec<(String, Failure)>,
    },
    /// The answer to [`Device::update_sub_devices`](super::Device::update_sub_devices).
    UpdateAnswer {
        /// Device id and state.
        updated: Vec<(String, String)>,
        /// Those whose state is as before: device id and reason.
        refused: Vec<(String, Failure)>,
    },
    /// A linked device sent a message over the near link.
    NearReceived {
        /// Its device id.
        from: String,
        /// The message.
        data: Vec<u8>,
    },
    /// What became of a message over the near link.
    NearSent {
        /// The device that it was for.
        to: String,
        /// 0: its library has it; else why not (docs/spec/nearlink.md#codes).
        code: u32,
    },
    /// A rule of this device commands another one: the program passes it on.
    RuleMessage {
        /// The device to command.
        to: String,
        /// The command.
        message: Vec<u8>,
    },
    /// What no other event describes: topic-independent content of a message of the platform.
    Other(Vec<u8>),
}

/// A command for this device or one of its sub-devices.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The sub-device that is meant; `None`: this device, or the platform does not say.
    pub device_id: Option<String>,
    /// The service that it belongs to; `-1` where the platform names none.
    pub service: String,
    /// What is to be done; `-1` where the platform does not say.
    pub name: String,
    /// Its parameters; `null` without.
    pub paras: Value,
    pub(super) request_id: String,
}

/// Properties that the platform wants to be set.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertySet {
    /// The sub-device that is meant; `None`: this device, or the platform does not say.
    pub device_id: Option<String>,
    /// Services and the properties to set in them. Those that the library itself answers are left out.
    pub services: Vec<(String, Value)>,
    pub(super) request_id: String,
}

/// A request for properties.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyGet {
    /// The sub-device that is meant; `None`: this device, or the platform does not say.
    pub device_id: Option<String>,
    /// The service whose properties are wanted; `None`: all services.
    pub service: Option<String>,
    pub(super) request_id: String,
}

/// A message of the platform, or of a user topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What follows `/user/` in the topic; `None`: the system topic.
    pub topic: Option<String>,
    /// The payload as it came.
    pub payload: Vec<u8>,
    /// What is in it, if it has the platform's standard form.
    pub standard: Option<StandardMessage>,
}

/// The parts of a message in the platform's standard form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardMessage {
    /// The sub-device that is meant.
    pub device_id: Option<String>,
    /// The message's name.
    pub name: Option<String>,
    /// The message's id.
    pub id: Option<String>,
    /// Its content.
    pub content: Option<String>,
}

/// The platform's copy of this device's properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    /// The device that was asked about.
    pub device_id: Option<String>,
    /// The copy of each service.
    pub services: Vec<ServiceShadow>,
}

/// The platform's copy of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceShadow {
    /// The service.
    pub service: Option<String>,
    /// What was reported last; `null` if nothing was.
    pub reported: Value,
    /// What is wanted; `null` if nothing is.
    pub desired: Value,
    /// Counts the changes.
    pub version: i32,
}

/// A newer version of the device's software or firmware.
#[derive(Clone, PartialEq)]
pub struct Upgrade {
    /// Firmware, not software.
    pub firmware: bool,
    /// The version on offer.
    pub version: Option<String>,
    /// Where the package is.
    pub url: Option<String>,
    /// Its length in bytes.
    pub file_size: i32,
    /// Its name.
    pub file_name: Option<String>,
    /// Its SHA-256 digest.
    pub sha256: Option<String>,
    pub(super) object_device_id: Option<Vec<u8>>,
    pub(super) second_generation: bool,
    pub(super) access_token: Option<Vec<u8>>,
}

/// Without the token, and without the address, which may hold one.
impl std::fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upgrade")
            .field("firmware", &self.firmware)
            .field("version", &self.version)
            .field("file_name", &self.file_name)
            .field("file_size", &self.file_size)
            .finish_non_exhaustive()
    }
}

/// Where a file goes, or comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct FileUrl {
    /// For an upload, not a download.
    pub upload: bool,
    /// The address; it gives access to the file.
    pub url: Option<String>,
}

/// Without the address, which gives access.
impl std::fmt::Debug for FileUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileUrl")
            .field("upload", &self.upload)
            .finish_non_exhaustive()
    }
}

/// A sub-device of a gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubDevice {
    /// Its id on the platform.
    pub device_id: Option<String>,
    /// Its own id, for example a serial number.
    pub node_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What kind of device it is.
    pub product_id: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// `ONLINE`, `OFFLINE` or another state of the platform's.
    pub status: Option<String>,
}

fn owned(text: &CStr) -> String {
    String::from_utf8_lossy(text.to_bytes()).into_owned()
}

fn text(text: &Text) -> Option<String> {
    text.as_deref().map(owned)
}

/// A device that the platform names; its word for "none" is -1.
pub(super) fn named(id: &Text, own: &str) -> Option<String> {
    text(id).filter(|id| id != "-1" && id != own)
}

/// JSON text that this library has written itself.
fn json(printed: &Text) -> Value {
    let printed = printed.as_deref().map(CStr::to_bytes).unwrap_or_default();
    serde_json::from_slice(printed).unwrap_or(Value::Null)
}

pub(super) fn value(json: &Json) -> Value {
    serde_json::from_slice(&json.value().print()).unwrap_or(Value::Null)
}

impl Command {
    pub(super) fn of(command: &downlink::Command, own: &str) -> Command {
        Command {
            device_id: named(&command.object_device_id, own),
            service: text(&command.service_id).unwrap_or_default(),
            name: text(&command.command_name).unwrap_or_default(),
            paras: json(&command.paras),
            request_id: owned(&command.request_id),
        }
    }
}

impl PropertySet {
    pub(super) fn of(set: &downlink::PropertySet, own: &str) -> PropertySet {
        let services = set
            .services
            .iter()
            .filter(|s| s.service_id.to_bytes() != b"$oh_soft_bus");
        PropertySet {
            device_id: named(&set.object_device_id, own),
            services: services.map(|s| (owned(&s.service_id), json(&s.properties))).collect(),
            request_id: owned(&set.request_id),
        }
    }
}

impl PropertyGet {
    pub(super) fn of(get: &downlink::PropertyGet, own: &str) -> PropertyGet {
        PropertyGet {
            device_id: named(&get.object_device_id, own),
            service: text(&get.service_id).filter(|service| service != "-1"),
            request_id: owned(&get.request_id),
        }
    }
}

impl Message {
    pub(super) fn of(topic: Option<&CStr>, payload: &[u8], standard: Option<&downlink::StandardMessage>) -> Message {
        Message {
            topic: topic.map(owned),
            payload: payload.to_vec(),
            standard: standard.map(|message| StandardMessage {
                device_id: named(&message.object_device_id, ""),
                name: text(&message.name),
                id: text(&message.id),
                content: text(&message.content),
            }),
        }
    }
}

impl Shadow {
    pub(super) fn of(shadow: &downlink::Shadow) -> Shadow {
        let service = |data: &downlink::ShadowData| ServiceShadow {
            service: text(&data.service_id),
            reported: json(&data.reported_properties),
            desired: json(&data.desired_properties),
            version: data.version,
        };
        Shadow {
            device_id: named(&shadow.object_device_id, ""),
            services: shadow.shadows.iter().map(service).collect(),
        }
    }
}

impl Upgrade {
    fn of(kind: downlink::EventType, ota: &downlink::OtaParas, object: &Text) -> Upgrade {
        use downlink::EventType::{FirmwareUpgrade, FirmwareUpgradeV2, SoftwareUpgradeV2};
        Upgrade {
            firmware: matches!(kind, FirmwareUpgrade | FirmwareUpgradeV2),
            version: text(&ota.version),
            url: text(&ota.url),
            file_size: ota.file_size,
            file_name: text(&ota.file_name),
            sha256: text(&ota.sign),
            object_device_id: object.as_deref().map(|id| id.to_bytes().to_vec()),
            second_generation: matches!(kind, FirmwareUpgradeV2 | SoftwareUpgradeV2),
            access_token: ota.access_token.as_deref().map(|token| token.to_bytes().to_vec()),
        }
    }
}

impl SubDevice {
    fn of(info: &downlink::DeviceInfo) -> SubDevice {
        SubDevice {
            device_id: text(&info.device_id),
            node_id: text(&info.node_id),
            name: text(&info.name),
            product_id: text(&info.product_id),
            description: text(&info.description),
            status: text(&info.status),
        }
    }
}

fn refusal(code: &Text, message: &Text) -> Failure {
    let code = text(code).unwrap_or_default();
    let message = text(message).unwrap_or_default();
    Failure::new(-1, format!("{code} {message}").trim())
}

fn refused(failures: &[downlink::DeviceFailure]) -> Vec<(String, Failure)> {
    let of = |failure: &downlink::DeviceFailure| {
        let id = text(&failure.device_id).unwrap_or_default();
        (id, refusal(&failure.error_code, &failure.error_msg))
    };
    failures.iter().map(of).collect()
}

/// What one service of an events message is; `None` for what the device itself sees to, and for what is not known.
pub(super) fn of_service(service: &downlink::ServiceEvent, object: &Text) -> Option<Event> {
    use downlink::{EventParas, EventType};
    Some(match (&service.paras, service.event_type) {
        (EventParas::TimeSync(now), _) => Event::Time(*now),
        (_, EventType::VersionQuery) => Event::VersionQuery,
        (EventParas::Ota(ota), kind) => Event::Upgrade(Upgrade::of(kind, ota, object)),
        (EventParas::File(url), kind) => Event::FileUrl(FileUrl {
            upload: kind == EventType::UploadUrlResponse,
            url: text(url),
        }),
        (EventParas::DeviceLog(log), EventType::LogConfig) => Event::LogConfig {
            on: log.switch.as_deref().is_some_and(|switch| switch.to_bytes() == b"on"),
            until: text(&log.end_time),
        },
        (EventParas::DeviceNotify(notify), kind) => {
            let devices = notify.devices.iter().map(SubDevice::of).collect();
            match kind {
                EventType::DeleteSubDeviceNotify => Event::SubDevicesDeleted(devices),
                _ => Event::SubDevicesAdded(devices),
            }
        }
        (EventParas::AddDeviceResponse(answer), _) => Event::AddAnswer {
            added: answer.successful.iter().map(SubDevice::of).collect(),
            refused: (answer.failed.iter())
                .map(|failure| {
                    let node = text(&failure.node_id).unwrap_or_default();
                    (node, refusal(&failure.error_code, &failure.error_msg))
                })
                .collect(),
        },
        (EventParas::DeleteDeviceResponse(answer), _) => Event::DeleteAnswer {
            deleted: answer.successful.iter().filter_map(text).collect(),
            refused: refused(&answer.failed),
        },
        (EventParas::StatusResponse(answer), _) => Event::UpdateAnswer {
            updated: (answer.successful.iter())
                .map(|s| {
                    (
                        text(&s.device_id).unwrap_or_default(),
                        text(&s.status).unwrap_or_default(),
                    )
                })
                .collect(),
            refused: refused(&answer.failed),
        },
        (EventParas::DeviceConfig(content), _) => Event::Configuration(value(content)),
        (EventParas::SoftBus(_) | EventParas::Tunnel(_) | EventParas::DeviceLog(_) | EventParas::None, _) => {
            return None;
        }
    })
}
