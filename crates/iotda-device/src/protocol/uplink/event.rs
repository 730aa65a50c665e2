//! Events of the device itself. A new event is a function here; sub-device and file events are in [`super::gateway`] and [`super::file`].

use super::{Arg, Message, object_about};
use crate::error::{Error, Result};
use crate::protocol::json::Writer;
use crate::protocol::service_ids;
use crate::protocol::time::UnixMs;
use crate::protocol::topics::Origin;

/// One service in an event payload, in the order in which its members are called for.
pub(super) struct Service<'w>(&'w mut Writer);

impl Service<'_> {
    /// The service that it is an event of, one of [`service_ids`].
    pub fn of(&mut self, service_id: &[u8]) -> &mut Self {
        self.0.text_member("service_id", Some(service_id));
        self
    }

    pub fn event_type(&mut self, event_type: &[u8]) -> &mut Self {
        self.0.text_member("event_type", Some(event_type));
        self
    }

    pub fn event_time(&mut self, time: Arg<'_>) -> &mut Self {
        self.0.text_member("event_time", time);
        self
    }

    pub fn event_id(&mut self, id: Arg<'_>) -> &mut Self {
        self.0.text_member("event_id", id);
        self
    }

    /// The `paras` object.
    pub fn paras(&mut self, fill: impl FnOnce(&mut Writer)) {
        self.0.key(b"paras");
        self.0.begin_object();
        fill(self.0);
        self.0.end_object();
    }
}

/// `{ object_device_id?, services: [ service ] }`.
pub(super) fn payload(object_device_id: Arg<'_>, fill: impl FnOnce(&mut Service<'_>)) -> Result<Vec<u8>> {
    object_about(object_device_id, |w| {
        w.key(b"services");
        w.begin_array();
        w.element();
        w.begin_object();
        fill(&mut Service(w));
        w.end_object();
        w.end_array();
        Ok(())
    })
}

/// The message for an event payload.
pub(super) fn up(origin: Origin<'_>, payload: Vec<u8>) -> Result<Message> {
    Ok(Message {
        topic: origin.topic("sys/events/up")?,
        payload,
    })
}

/// Software and firmware versions.
#[derive(Clone, Copy, Debug, Default)]
pub struct OtaVersion<'a> {
    pub event_time: Arg<'a>,
    pub sw_version: Arg<'a>,
    pub fw_version: Arg<'a>,
    pub object_device_id: Arg<'a>,
}

fn versions(w: &mut Writer, software: Arg<'_>, firmware: Arg<'_>) {
    w.text_member("sw_version", software);
    w.text_member("fw_version", firmware);
}

/// `IOTA_OTAVersionReport`.
pub fn ota_version(own: &str, info: &OtaVersion<'_>) -> Result<Message> {
    if info.sw_version.is_none() && info.fw_version.is_none() {
        return Err(Error::Argument("sw_version and fw_version are both NULL"));
    }
    let payload = payload(info.object_device_id, |service| {
        service.of(service_ids::OTA).event_time(info.event_time);
        service.event_type(b"version_report").paras(|w| {
            versions(w, info.sw_version, info.fw_version);
        });
    })?;
    up(Origin::Device(own), payload)
}

/// Progress of an upgrade.
#[derive(Clone, Copy, Debug, Default)]
pub struct UpgradeStatus<'a> {
    pub event_time: Arg<'a>,
    /// 0 to 10, or 255.
    pub result_code: i32,
    /// Per cent.
    pub progress: i32,
    pub description: Arg<'a>,
    pub object_device_id: Arg<'a>,
    pub version: Arg<'a>,
}

/// `IOTA_OTAStatusReport`.
pub fn ota_status(own: &str, info: &UpgradeStatus<'_>) -> Result<Message> {
    if !(0..=100).contains(&info.progress) {
        return Err(Error::Argument("progress must be 0 to 100"));
    }
    if !matches!(info.result_code, 0..=10 | 255) {
        return Err(Error::Argument("result_code must be 0 to 10 or 255"));
    }
    let payload = payload(info.object_device_id, |service| {
        service.of(service_ids::OTA).event_time(info.event_time);
        service.event_type(b"upgrade_progress_report").paras(|w| {
            w.int_member("result_code", info.result_code.into());
            w.int_member("progress", info.progress.into());
            w.text_member("version", info.version);
            w.text_member("description", info.description);
        });
    })?;
    up(Origin::Device(own), payload)
}

/// `IOTA_GetLatestSoftBusInfo`, and its bridge form: asks for one bus, or for all.
pub fn soft_bus_query(origin: Origin<'_>, bus_id: Arg<'_>, event_id: Arg<'_>) -> Result<Message> {
    let payload = payload(None, |service| {
        service.of(service_ids::SOFT_BUS).event_type(b"soft_bus_config_request");
        service.event_id(event_id).paras(|w| w.text_member("bus_id", bus_id));
    })?;
    up(origin, payload)
}

/// `IOTA_GetNTPTime`, and its bridge form.
pub fn time_request(origin: Origin<'_>, now: UnixMs) -> Result<Message> {
    let payload = payload(None, |service| {
        service.of(service_ids::TIME_SYNC).event_type(b"time_sync_request");
        service.event_time(Some(now.event_time().as_bytes()));
        service.paras(|w| w.int_member("device_send_time", now.0));
    })?;
    up(origin, payload)
}

/// `IOTA_ReportDeviceLog`, and its bridge form.
pub fn device_log(origin: Origin<'_>, kind: Arg<'_>, content: Arg<'_>, timestamp: Arg<'_>) -> Result<Message> {
    let payload = payload(None, |service| {
        service.of(service_ids::LOG).event_type(b"log_report").paras(|w| {
            w.text_member("content", content);
            w.text_member("type", kind);
            w.text_member("timestamp", timestamp);
        });
    })?;
    up(origin, payload)
}

/// What a device tells about itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceInfoReport<'a> {
    pub object_device_id: Arg<'a>,
    pub event_time: Arg<'a>,
    pub device_sdk_version: Arg<'a>,
    pub sw_version: Arg<'a>,
    pub fw_version: Arg<'a>,
    /// What other members of a soft bus group will use to connect.
    pub device_ip: Arg<'a>,
}

/// `IOTA_ReportDeviceInfo`, and its bridge form.
pub fn device_info(origin: Origin<'_>, info: Option<&DeviceInfoReport<'_>>) -> Result<Message> {
    let info = info.ok_or(Error::Argument("device_info_report is NULL"))?;
    let payload = payload(info.object_device_id, |service| {
        service.of(service_ids::SDK_INFO).event_type(b"sdk_info_report");
        service.event_time(info.event_time).paras(|w| {
            w.text_member("device_sdk_version", info.device_sdk_version);
            versions(w, info.sw_version, info.fw_version);
            w.text_member("device_ip", info.device_ip);
        });
    })?;
    up(origin, payload)
}

/// How a remote configuration was taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceConfigResult<'a> {
    pub object_device_id: Arg<'a>,
    pub result_code: i32,
    /// Up to its first zero byte, at most 100 bytes.
    pub description: &'a [u8],
}

/// `IOTA_RptDeviceConfigRst`, and the automatic answer to a configuration; that one goes to the bridged device's topic if it has one.
pub fn device_config_result(
    origin: Origin<'_>,
    result: Option<&DeviceConfigResult<'_>>,
    now: UnixMs,
) -> Result<Message> {
    let result = result.ok_or(Error::Argument("device_config_report is NULL"))?;
    let description = result.description.split(|b| *b == 0).next().unwrap_or_default();
    let description = description.get(..100).unwrap_or(description);
    let payload = payload(result.object_device_id, |service| {
        service
            .of(service_ids::DEVICE_CONFIG)
            .event_type(b"config_update_response");
        service.event_time(Some(now.event_time().as_bytes())).paras(|w| {
            w.int_member("result_code", result.result_code.into());
            w.text_member("description", Some(description));
        });
    })?;
    up(origin, payload)
}
