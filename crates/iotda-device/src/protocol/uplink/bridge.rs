//! What a bridge sends for a device behind it. Each function checks the device id with its own code and then is the device's form.
//!
//! Where a request id may be NULL, the next number of the bridge's counter is used.

use super::event::DeviceInfoReport;
use super::file::{Direction, File};
use super::gateway::{DeletedDevices, DeviceStatuses, NewDevices};
use super::message::MessageReport;
use super::properties::{self, DeviceData, ServiceData};
use super::{Arg, Message, command, event, file, gateway, message, object, shadow};
use crate::digest;
use crate::error::{Error, Result};
use crate::protocol::time::UnixMs;
use crate::protocol::topics::Origin;

/// A bridge and the device it speaks for.
#[derive(Clone, Copy, Debug)]
pub struct Bridged<'a> {
    pub bridge: &'a str,
    pub device_id: Arg<'a>,
}

impl<'a> Bridged<'a> {
    /// The origin, if there is a device id.
    fn origin(&self, absent: Error) -> Result<Origin<'a>> {
        Ok(Origin::Bridged {
            bridge: self.bridge,
            device: self.device_id.ok_or(absent)?,
        })
    }

    fn or_missing(&self) -> Result<Origin<'a>> {
        self.origin(Error::Missing("deviceId"))
    }

    fn or_refused(&self) -> Result<Origin<'a>> {
        self.origin(Error::Argument("deviceId is NULL"))
    }
}

/// The request id given, or the next of the counter.
fn with_request_id<T>(request_id: Arg<'_>, next: impl FnOnce() -> u32, then: impl FnOnce(&[u8]) -> T) -> T {
    match request_id {
        Some(id) => then(id),
        None => then(next().to_string().as_bytes()),
    }
}

/// `IOTA_BridgeDeviceLogin`. `password` is the device's secret; only its HMAC is sent.
pub fn login(
    of: Bridged<'_>,
    password: Arg<'_>,
    request_id: Arg<'_>,
    next: impl FnOnce() -> u32,
    now: UnixMs,
) -> Result<Message> {
    let origin = of.or_missing()?;
    let secret = password.ok_or(Error::Missing("password"))?;
    let timestamp = now.hour();
    let proof = digest::hex(&*digest::hmac_sha256(timestamp.as_bytes(), secret));
    let payload = object(|w| {
        w.int_member("sign_type", 0);
        w.text_member("timestamp", Some(timestamp.as_bytes()));
        w.text_member("password", Some(proof.as_bytes()));
        Ok(())
    })?;
    with_request_id(request_id, next, |id| {
        Ok(Message {
            topic: origin.request_topic("sys/login", id)?,
            payload,
        })
    })
}

/// `IOTA_BridgeDeviceLogout`.
pub fn logout(of: Bridged<'_>, request_id: Arg<'_>, next: impl FnOnce() -> u32) -> Result<Message> {
    let origin = of.or_missing()?;
    with_request_id(request_id, next, |id| {
        Ok(Message {
            topic: origin.request_topic("sys/logout", id)?,
            payload: Vec::new(),
        })
    })
}

/// `IOTA_BridgeDeviceResetSecret`.
pub fn reset_secret(
    of: Bridged<'_>,
    old: Arg<'_>,
    new: Arg<'_>,
    request_id: Arg<'_>,
    next: impl FnOnce() -> u32,
) -> Result<Message> {
    let origin = of.or_refused()?;
    let old = old.ok_or(Error::Argument("oldSecret is NULL"))?;
    let payload = object(|w| {
        w.text_member("old_secret", Some(old));
        w.text_member("new_secret", new);
        Ok(())
    })?;
    with_request_id(request_id, next, |id| {
        Ok(Message {
            topic: origin.request_topic("sys/reset_secret", id)?,
            payload,
        })
    })
}

/// `IOTA_BridgeDeviceMessagesReport`; without `content` if that is NULL.
pub fn message_report(of: Bridged<'_>, message: &MessageReport<'_>) -> Result<Message> {
    let topic = of.or_refused()?.topic("sys/messages/up")?;
    Ok(Message {
        topic,
        payload: message::payload(message)?,
    })
}

/// `IOTA_BridgeDeviceBatchPropertiesReport`: its topic has no `sys` level.
pub fn batch_properties_report(of: Bridged<'_>, devices: Option<&[DeviceData<'_>]>, count: i32) -> Result<Message> {
    let topic = of.or_refused()?.topic("gateway/sub_devices/properties/report")?;
    Ok(Message {
        topic,
        payload: properties::batch_payload(devices, count)?,
    })
}

/// `IOTA_BridgeDevicePropertiesSetResponse`.
pub fn properties_set_response(
    of: Bridged<'_>,
    request_id: Arg<'_>,
    result_code: i32,
    result_desc: Arg<'_>,
) -> Result<Message> {
    properties::set_response(of.or_missing()?, request_id, result_code, result_desc)
}

/// `IOTA_BridgeDevicePropertiesGetResponse`.
pub fn properties_get_response(
    of: Bridged<'_>,
    request_id: Arg<'_>,
    services: Option<&[ServiceData<'_>]>,
    count: i32,
) -> Result<Message> {
    if count <= 0 {
        return Err(Error::Argument("serviceNum must be 1 or more"));
    }
    properties::get_response(of.or_missing()?, request_id, services, count)
}

/// `IOTA_BridgeDeviceGetDeviceShadow`.
pub fn shadow_get(
    of: Bridged<'_>,
    request_id: Arg<'_>,
    object_device_id: Arg<'_>,
    service_id: Arg<'_>,
    next: impl FnOnce() -> u32,
) -> Result<Message> {
    let origin = of.or_missing()?;
    with_request_id(request_id, next, |id| {
        shadow::get(origin, Some(id), object_device_id, service_id)
    })
}

/// `IOTA_BridgeDeviceCommandResponse`.
pub fn command_response(
    of: Bridged<'_>,
    request_id: Arg<'_>,
    result_code: i32,
    name: Arg<'_>,
    paras: Arg<'_>,
) -> Result<Message> {
    command::response(of.or_missing()?, request_id, result_code, name, paras)
}

/// `IOTA_BridgeDeviceUpdateSubDeviceStatus`.
pub fn update_sub_device_status(of: Bridged<'_>, update: Option<&DeviceStatuses<'_>>, count: i32) -> Result<Message> {
    gateway::update_status(of.or_missing()?, update, count)
}

/// `IOTA_BridgeDeviceAddSubDevice`.
pub fn add_sub_device(of: Bridged<'_>, request: Option<&NewDevices<'_>>, count: i32) -> Result<Message> {
    gateway::add(of.or_missing()?, request, count)
}

/// `IOTA_BridgeDeviceDelSubDevice`.
pub fn delete_sub_device(of: Bridged<'_>, request: Option<&DeletedDevices<'_>>, count: i32) -> Result<Message> {
    gateway::delete(of.or_missing()?, request, count)
}

/// `IOTA_BridgeDeviceGetUploadFileUrl`, `IOTA_BridgeDeviceGetDownloadFileUrl`.
pub fn file_url_request(
    of: Bridged<'_>,
    direction: Direction,
    request: Option<&File<'_>>,
    now: UnixMs,
) -> Result<Message> {
    file::url_request(of.or_missing()?, direction, request, now)
}

/// `IOTA_BridgeDeviceReportDeviceInfo`.
pub fn device_info(of: Bridged<'_>, info: Option<&DeviceInfoReport<'_>>) -> Result<Message> {
    let info = info.ok_or(Error::Argument("device_info_report is NULL"))?;
    event::device_info(of.or_missing()?, Some(info))
}

/// `IOTA_BridgeDeviceGetNTPTime`.
pub fn time_request(of: Bridged<'_>, now: UnixMs) -> Result<Message> {
    event::time_request(of.or_missing()?, now)
}

/// `IOTA_BridgeDeviceGetLatestSoftBusInfo`.
pub fn soft_bus_query(of: Bridged<'_>, bus_id: Arg<'_>, event_id: Arg<'_>) -> Result<Message> {
    event::soft_bus_query(of.or_missing()?, bus_id, event_id)
}

/// `IOTA_BridgeDeviceReportDeviceLog`.
pub fn device_log(of: Bridged<'_>, kind: Arg<'_>, content: Arg<'_>, timestamp: Arg<'_>) -> Result<Message> {
    event::device_log(of.or_missing()?, kind, content, timestamp)
}
