//! Events of a gateway about its sub-devices.

use super::event::{payload, up};
use super::{Arg, Message, counted};
use crate::error::{Error, Result};
use crate::protocol::service_ids;
use crate::protocol::topics::Origin;

/// `MaxSubDeviceCount`: states in one update.
pub const MAX_STATUSES: i32 = 100;
/// `MaxAddedSubDevCount`: sub-devices in one request to add.
pub const MAX_ADDED: i32 = 50;
/// `MaxDelSubDevCount`: sub-devices in one request to delete.
pub const MAX_DELETED: i32 = 50;

/// A sub-device and its state, e.g. `ONLINE`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceStatus<'a> {
    pub device_id: Arg<'a>,
    pub status: Arg<'a>,
}

/// States of sub-devices.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceStatuses<'a> {
    pub event_time: Arg<'a>,
    pub device_statuses: &'a [DeviceStatus<'a>],
}

/// `IOTA_UpdateSubDeviceStatus`, and its bridge form. Entry 0 must be filled even if `count` is 0.
pub fn update_status(origin: Origin<'_>, update: Option<&DeviceStatuses<'_>>, count: i32) -> Result<Message> {
    let update = update.ok_or(Error::Argument("device_statuses is NULL"))?;
    if !(0..=MAX_STATUSES).contains(&count) {
        return Err(Error::Argument("deviceNum must be 0 to 100"));
    }
    let statuses =
        counted(update.device_statuses, count).ok_or(Error::Argument("deviceNum exceeds the states given"))?;
    let filled = |s: &DeviceStatus<'_>| s.device_id.is_some() && s.status.is_some();
    if !update.device_statuses.first().is_some_and(filled) || !statuses.iter().all(filled) {
        return Err(Error::Argument("an entry lacks device_id or status"));
    }
    let payload = payload(None, |service| {
        service
            .of(service_ids::SUB_DEVICE_MANAGER)
            .event_type(b"sub_device_update_status");
        service.event_time(update.event_time).paras(|w| {
            w.key(b"device_statuses");
            w.begin_array();
            for status in statuses {
                w.element();
                w.begin_object();
                w.text_member("device_id", status.device_id);
                w.text_member("status", status.status);
                w.end_object();
            }
            w.end_array();
        });
    })?;
    up(origin, payload)
}

/// A sub-device to add.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewDevice<'a> {
    pub parent_device_id: Arg<'a>,
    pub node_id: Arg<'a>,
    pub device_id: Arg<'a>,
    pub name: Arg<'a>,
    pub description: Arg<'a>,
    pub product_id: Arg<'a>,
    /// Sent as a string.
    pub extension_info: Arg<'a>,
}

/// Sub-devices to add.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewDevices<'a> {
    pub event_time: Arg<'a>,
    pub event_id: Arg<'a>,
    pub devices: &'a [NewDevice<'a>],
}

/// `IOTA_AddSubDevice`, and its bridge form.
pub fn add(origin: Origin<'_>, request: Option<&NewDevices<'_>>, count: i32) -> Result<Message> {
    let request = request.ok_or(Error::Argument("subDevicesInfo is NULL"))?;
    if !(0..=MAX_ADDED).contains(&count) {
        return Err(Error::Argument("deviceNum must be 0 to 50"));
    }
    let devices = counted(request.devices, count).ok_or(Error::Argument("deviceNum exceeds the devices given"))?;
    if !devices.iter().all(|d| d.node_id.is_some() && d.product_id.is_some()) {
        return Err(Error::Argument("an entry lacks node_id or product_id"));
    }
    let payload = payload(None, |service| {
        service
            .of(service_ids::SUB_DEVICE_MANAGER)
            .event_type(b"add_sub_device_request");
        service
            .event_time(request.event_time)
            .event_id(request.event_id)
            .paras(|w| {
                w.key(b"devices");
                w.begin_array();
                for device in devices {
                    w.element();
                    w.begin_object();
                    w.text_member("parent_device_id", device.parent_device_id);
                    w.text_member("node_id", device.node_id);
                    w.text_member("device_id", device.device_id);
                    w.text_member("name", device.name);
                    w.text_member("description", device.description);
                    w.text_member("product_id", device.product_id);
                    w.text_member("extension_info", device.extension_info);
                    w.end_object();
                }
                w.end_array();
            });
    })?;
    up(origin, payload)
}

/// Sub-devices to delete.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeletedDevices<'a> {
    pub event_time: Arg<'a>,
    pub event_id: Arg<'a>,
    pub devices: &'a [Arg<'a>],
}

/// `IOTA_DelSubDevice`, and its bridge form. Entry 0 must be filled even if `count` is 0.
pub fn delete(origin: Origin<'_>, request: Option<&DeletedDevices<'_>>, count: i32) -> Result<Message> {
    let request = request.ok_or(Error::Argument("delSubDevices is NULL"))?;
    if !(0..=MAX_DELETED).contains(&count) {
        return Err(Error::Argument("deviceNum must be 0 to 50"));
    }
    let devices = counted(request.devices, count).ok_or(Error::Argument("deviceNum exceeds the devices given"))?;
    if !request.devices.first().is_some_and(Option::is_some) || !devices.iter().all(Option::is_some) {
        return Err(Error::Argument("an entry is NULL"));
    }
    let payload = payload(None, |service| {
        service
            .of(service_ids::SUB_DEVICE_MANAGER)
            .event_type(b"delete_sub_device_request");
        service
            .event_time(request.event_time)
            .event_id(request.event_id)
            .paras(|w| {
                w.key(b"devices");
                w.begin_array();
                for device in devices.iter().flatten() {
                    w.element();
                    w.string(device);
                }
                w.end_array();
            });
    })?;
    up(origin, payload)
}
