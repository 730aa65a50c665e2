//! The handle of a device, and what it reports and answers.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, not_json};
use super::delivery::Delivery;
use super::event::{Command, FileUrl, PropertyGet, PropertySet, Upgrade};
use super::failure::Failure;
use super::group::SoftBus;
use super::hub::Hub;
use super::stream::Events;
use crate::device::runner::{Runner, inside_callback};
use crate::device::{self, Near, WhyOffline, unix_ms};
use crate::error::{Error, Result};
use crate::protocol::topics::Origin;
use crate::protocol::uplink::event::{DeviceInfoReport, OtaVersion};
use crate::protocol::uplink::file::{Direction, File};
use crate::protocol::uplink::message::MessageReport;
use crate::protocol::uplink::properties::ServiceData;
use crate::protocol::uplink::{self, Encoding};
use crate::services::upgrade::Offer;
use crate::transport::SessionStats;

pub(super) struct Inner {
    pub(super) device: device::Device,
    pub(super) runner: Arc<Runner>,
    pub(super) hub: Arc<Hub>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.hub.streams.close();
        self.device.destroy();
        // inside a callback, or on a thread of the library, what is left ends by itself
        drop(self.runner.close());
    }
}

/// A device of the platform, and its connection. Clones are the same device; it ends with the last of them.
///
/// Calls never wait for the network. Reports are accepted from the first [`Builder::connect`](super::Builder::connect) on, connected or not, and are
/// sent in order; a [`Delivery`] tells what became of one. Handlers and event streams run beside that. All devices of a
/// process share the library's threads.
#[derive(Clone)]
pub struct Device(pub(super) Arc<Inner>);

impl Device {
    /// The device's id.
    pub fn id(&self) -> String {
        self.0.device.device_id().unwrap_or_default()
    }

    /// Begins to connect, if the device is not connected: after [`Device::disconnect`], or at the first time after
    /// [`Builder::build`](super::Builder::build).
    pub fn connect(&self) -> Result<()> {
        self.0.device.connect()
    }

    /// Sends what is queued, then says goodbye; reports are refused until the next [`Device::connect`].
    pub fn disconnect(&self) -> Result<()> {
        self.0.device.disconnect()
    }

    /// Whether the platform has accepted the connection and it stands.
    pub fn is_connected(&self) -> bool {
        self.0.device.is_connected()
    }

    /// Waits until the device is connected; `false` when it is not after `within`. Not for callbacks of the same device.
    pub fn wait_connected(&self, within: Duration) -> bool {
        let mut events = self.events();
        let begin = std::time::Instant::now();
        loop {
            if self.is_connected() {
                return true;
            }
            let left = within.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return false;
            }
            events.next_within(left.min(Duration::from_millis(500)));
        }
    }

    /// The events from now on, as a stream to wait for or to await.
    pub fn events(&self) -> Events {
        self.0.hub.streams.open()
    }

    /// What the session has done and holds.
    pub fn statistics(&self) -> SessionStats {
        self.0.device.statistics().0
    }

    /// Why the last attempt to connect failed or the last connection was lost.
    pub fn last_failure(&self) -> Option<Failure> {
        let (code, reason) = self.0.device.statistics().1?;
        Some(Failure::new(code, reason))
    }

    /// Why there is no connection: its state, the last failures, the next attempt. Its text says it
    /// in words for people.
    pub fn why_offline(&self) -> WhyOffline {
        self.0.device.why_offline()
    }

    pub(super) fn send(&self, build: impl FnOnce(&str) -> Result<uplink::Message>) -> Result<Delivery> {
        self.send_with(|own, context| self.0.device.publish(build(own)?, None, context, None))
    }

    fn send_with(&self, send: impl FnOnce(&str, usize) -> Result<u16>) -> Result<Delivery> {
        let own = self.0.device.device_id()?;
        let (number, delivery) = self.0.hub.deliveries.begin();
        match send(&own, number) {
            Ok(_) => Ok(delivery),
            Err(cause) => {
                self.0.hub.deliveries.forget(number);
                Err(cause)
            }
        }
    }

    /// Reports the properties of a service: a value that becomes a JSON object. Device rules follow it.
    pub fn report(&self, service: &str, properties: &impl Serialize) -> Result<Delivery> {
        self.report_all(&[(service, text(properties)?)])
    }

    /// Reports several services in one message: each with its properties as JSON.
    pub fn report_services(&self, services: &[(&str, Value)]) -> Result<Delivery> {
        let texts: Vec<_> = services
            .iter()
            .map(|(service, value)| (*service, value.to_string()))
            .collect();
        self.report_all(&texts)
    }

    fn report_all(&self, services: &[(&str, String)]) -> Result<Delivery> {
        let services: Vec<_> = services.iter().map(|(service, text)| data(service, text)).collect();
        let device = &self.0.device;
        self.send_with(|_, context| device.report_properties(None, &services, Encoding::Plain, context, None))
    }

    /// Sends a message of the platform's standard form with this content.
    pub fn message(&self, content: &str) -> Result<Delivery> {
        self.send(|own| {
            let message = MessageReport {
                content: Some(content.as_bytes()),
                ..MessageReport::default()
            };
            uplink::message::report(own, &message, 0)
        })
    }

    /// Sends any payload on any topic.
    pub fn publish(&self, topic: &str, payload: &[u8], qos: u8) -> Result<Delivery> {
        let (message, qos) = uplink::message::raw(Some(topic.as_bytes()), Some(payload), qos.into())?;
        self.send_with(|_, context| self.0.device.publish(message, Some(qos), context, None))
    }

    /// Subscribes to a filter beside those of the platform, which are subscribed to by themselves.
    pub fn subscribe(&self, filter: &str, qos: u8) -> Result<()> {
        self.0.device.subscribe(filter.to_owned(), qos).map(drop)
    }

    /// Answers a command that came as an event.
    pub fn answer_command(&self, command: &Command, answer: impl Into<Answer>) -> Result<Delivery> {
        let answer = answer.into();
        let content = answer.text()?;
        self.send(|own| {
            uplink::command::response(
                Origin::Device(own),
                Some(command.request_id.as_bytes()),
                answer.code,
                answer.name.as_deref().map(str::as_bytes),
                content.as_deref().map(str::as_bytes),
            )
        })
    }

    /// Answers a property set that came as an event.
    pub fn answer_set(&self, set: &PropertySet, answer: impl Into<Answer>) -> Result<Delivery> {
        let answer = answer.into();
        let id = Some(set.request_id.as_bytes());
        let reason = answer.reason().map(str::as_bytes);
        self.send(|own| uplink::properties::set_response(Origin::Device(own), id, answer.code, reason))
    }

    /// Answers a request for properties that came as an event.
    pub fn answer_get(&self, get: &PropertyGet, services: &[(String, Value)]) -> Result<Delivery> {
        let texts: Vec<_> = services
            .iter()
            .map(|(service, value)| (service, value.to_string()))
            .collect();
        let mut services: Vec<_> = texts.iter().map(|(service, text)| data(service, text)).collect();
        if services.is_empty() {
            services.push(ServiceData::default()); // there is no such service
        }
        let count = i32::try_from(services.len()).map_err(|_| Error::Argument("too many services"))?;
        let id = Some(get.request_id.as_bytes());
        self.send(|own| uplink::properties::get_response(Origin::Device(own), id, Some(&services), count))
    }

    /// Asks for the platform's copy of the properties, of one service or of all; [`Event::Shadow`](super::Event::Shadow) answers.
    pub fn request_shadow(&self, service: Option<&str>) -> Result<Delivery> {
        let id = unix_ms().0.to_string();
        self.send(|own| {
            let service = service.map(str::as_bytes);
            uplink::shadow::get(Origin::Device(own), Some(id.as_bytes()), Some(own.as_bytes()), service)
        })
    }

    /// Asks for the time; [`Event::Time`](super::Event::Time) answers.
    pub fn request_time(&self) -> Result<Delivery> {
        self.send(|own| uplink::event::time_request(Origin::Device(own), unix_ms()))
    }

    /// Reports a line of the device's log, of a kind such as `DEVICE_STATUS`.
    pub fn report_log(&self, kind: &str, content: &str) -> Result<Delivery> {
        let now = unix_ms().0.to_string();
        self.send(|own| {
            let [kind, content, now] = [kind, content, &now].map(|text| Some(text.as_bytes()));
            uplink::event::device_log(Origin::Device(own), kind, content, now)
        })
    }

    /// Tells the platform about this device: versions, and the address at which the members of its groups reach it.
    pub fn report_info(
        &self,
        address: Option<&str>,
        software: Option<&str>,
        firmware: Option<&str>,
    ) -> Result<Delivery> {
        self.send_with(|own, context| {
            let info = DeviceInfoReport {
                object_device_id: Some(own.as_bytes()),
                device_sdk_version: Some(concat!("Rust_", env!("CARGO_PKG_VERSION")).as_bytes()),
                sw_version: software.map(str::as_bytes),
                fw_version: firmware.map(str::as_bytes),
                device_ip: address.map(str::as_bytes),
                ..DeviceInfoReport::default()
            };
            self.0.device.report_device_info(&info, context)
        })
    }

    /// Reports the versions of software and firmware, for upgrades.
    pub fn report_version(&self, software: Option<&str>, firmware: Option<&str>) -> Result<Delivery> {
        self.send(|own| {
            let version = OtaVersion {
                sw_version: software.map(str::as_bytes),
                fw_version: firmware.map(str::as_bytes),
                ..OtaVersion::default()
            };
            uplink::event::ota_version(own, &version)
        })
    }

    /// Downloads the package of an upgrade, checks it, and reports how that ended; does not wait for it. Where it goes and what
    /// it may replace: docs/spec/services.md#placing.
    pub fn follow_upgrade(&self, upgrade: &Upgrade) {
        let bytes = |text: &Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
        self.0.device.follow_upgrade(Offer {
            object_device_id: upgrade.object_device_id.clone().filter(|id| id != b"-1"),
            version: bytes(&upgrade.version),
            url: bytes(&upgrade.url).map(Into::into),
            token: upgrade.access_token.clone().map(Into::into),
            sign: bytes(&upgrade.sha256),
            size: u64::try_from(upgrade.file_size).unwrap_or(0),
        });
    }

    /// Asks for an address to upload a file to, by its name on the platform; [`Event::FileUrl`](super::Event::FileUrl) answers.
    pub fn request_upload(&self, name: &str) -> Result<Delivery> {
        self.request_file(Direction::Upload, name)
    }

    /// Asks for an address to download a file from, by its name on the platform; [`Event::FileUrl`](super::Event::FileUrl) answers.
    pub fn request_download(&self, name: &str) -> Result<Delivery> {
        self.request_file(Direction::Download, name)
    }

    fn request_file(&self, direction: Direction, name: &str) -> Result<Delivery> {
        let file = File {
            file_name: Some(name.as_bytes()),
            ..File::default()
        };
        self.send_with(|_, context| self.0.device.request_file_url(direction, &file, context))
    }

    /// Uploads this file to, or downloads it from, the address of a [`FileUrl`], and reports the result. Blocks for it.
    pub fn move_file(&self, url: &FileUrl, path: &std::path::Path) -> Result<()> {
        use std::os::unix::ffi::OsStrExt;
        let direction = if url.upload {
            Direction::Upload
        } else {
            Direction::Download
        };
        let address = url
            .url
            .as_deref()
            .ok_or(Error::Argument("the platform gave no address"))?;
        let path = Some(path.as_os_str().as_bytes());
        self.0.device.move_file(direction, path, address.as_bytes())
    }

    /// Asks for the newest data of the groups of this device, of one bus or of all; [`Event::SoftBus`](super::Event::SoftBus) answers.
    pub fn query_soft_bus(&self, bus_id: Option<&str>) -> Result<Delivery> {
        let bus_id = bus_id.map(str::as_bytes);
        self.send_with(|_, context| self.0.device.query_soft_bus(bus_id, None, context))
    }

    /// The groups of this device as the platform described them last.
    pub fn soft_bus(&self) -> SoftBus {
        SoftBus::of(&self.0.hub.roster.registry())
    }

    /// The links with the other members of this device's groups, on the LAN. What comes of them are events:
    /// [`Event::NearReceived`](super::Event::NearReceived) and [`Event::NearSent`](super::Event::NearSent).
    pub fn near(&self) -> Near<'_> {
        self.0.device.near()
    }

    /// Keeps the device rules in this file, too, and takes over those in it.
    pub fn store_rules_in(&self, file: impl Into<std::path::PathBuf>) {
        self.0.device.store_rules_in(Some(file.into()));
    }

    /// Whether the calling code runs in a handler of some device of this process.
    pub fn in_handler() -> bool {
        inside_callback()
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("id", &self.id())
            .field("connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

/// JSON text of a value.
fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| not_json(&cause))
}

pub(super) fn data<'a>(service: &'a str, properties: &'a str) -> ServiceData<'a> {
    ServiceData {
        service_id: Some(service.as_bytes()),
        event_time: None,
        properties: Some(properties.as_bytes()),
    }
}
