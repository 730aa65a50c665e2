//! What a gateway does for its sub-devices.

use serde_json::Value;

use super::delivery::Delivery;
use super::device::{Device, data};
use crate::device::unix_ms;
use crate::error::{Error, Result};
use crate::protocol::topics::Origin;
use crate::protocol::uplink;
use crate::protocol::uplink::gateway::{DeletedDevices, DeviceStatus, DeviceStatuses, NewDevice, NewDevices};
use crate::protocol::uplink::properties::DeviceData;

/// A sub-device that does not exist on the platform yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSubDevice {
    /// Its own id, for example a serial number.
    pub node_id: String,
    /// What kind of device it is.
    pub product_id: String,
    /// The id it shall have; the platform chooses one otherwise.
    pub device_id: Option<String>,
    /// A name.
    pub name: Option<String>,
    /// In words.
    pub description: Option<String>,
}

/// Properties of one sub-device: its id, and for each service the properties as JSON.
pub type ChildReport<'a> = (&'a str, Vec<(&'a str, Value)>);

fn count(length: usize) -> Result<i32> {
    i32::try_from(length).map_err(|_| Error::Argument("too many devices at once"))
}

impl Device {
    /// Reports properties of sub-devices in one message, at most ten.
    pub fn report_children(&self, children: &[ChildReport<'_>]) -> Result<Delivery> {
        let texts: Vec<Vec<(&str, String)>> = (children.iter())
            .map(|(_, services)| {
                services
                    .iter()
                    .map(|(service, value)| (*service, value.to_string()))
                    .collect()
            })
            .collect();
        let services: Vec<Vec<_>> = (texts.iter())
            .map(|services| services.iter().map(|(service, text)| data(service, text)).collect())
            .collect();
        let devices: Vec<_> = (children.iter().zip(&services))
            .map(|((id, _), services)| {
                Ok(DeviceData {
                    device_id: Some(id.as_bytes()),
                    services,
                    service_count: count(services.len())?,
                })
            })
            .collect::<Result<_>>()?;
        let number = count(devices.len())?;
        self.send(|own| uplink::properties::batch_report(own, Some(&devices), number, 0))
    }

    /// Asks for sub-devices to be added, at most 50; [`Event::AddAnswer`](super::Event::AddAnswer) answers.
    pub fn add_sub_devices(&self, devices: &[NewSubDevice]) -> Result<Delivery> {
        let bytes = |text: &'_ Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
        let owned: Vec<_> = devices
            .iter()
            .map(|d| [bytes(&d.device_id), bytes(&d.name), bytes(&d.description)])
            .collect();
        let new: Vec<_> = (devices.iter().zip(&owned))
            .map(|(device, [id, name, description])| NewDevice {
                node_id: Some(device.node_id.as_bytes()),
                product_id: Some(device.product_id.as_bytes()),
                device_id: id.as_deref(),
                name: name.as_deref(),
                description: description.as_deref(),
                ..NewDevice::default()
            })
            .collect();
        let request = NewDevices {
            devices: &new,
            ..NewDevices::default()
        };
        let number = count(new.len())?;
        self.send(|own| uplink::gateway::add(Origin::Device(own), Some(&request), number))
    }

    /// Asks for sub-devices to be deleted, at most 50; [`Event::DeleteAnswer`](super::Event::DeleteAnswer) answers.
    pub fn delete_sub_devices(&self, ids: &[&str]) -> Result<Delivery> {
        let devices: Vec<_> = ids.iter().map(|id| Some(id.as_bytes())).collect();
        let request = DeletedDevices {
            devices: &devices,
            ..DeletedDevices::default()
        };
        let number = count(devices.len())?;
        self.send(|own| uplink::gateway::delete(Origin::Device(own), Some(&request), number))
    }

    /// Tells the platform the states of sub-devices, such as `ONLINE`, at most 100;
    /// [`Event::UpdateAnswer`](super::Event::UpdateAnswer) answers.
    pub fn update_sub_devices(&self, states: &[(&str, &str)]) -> Result<Delivery> {
        let statuses: Vec<_> = (states.iter())
            .map(|(id, status)| DeviceStatus {
                device_id: Some(id.as_bytes()),
                status: Some(status.as_bytes()),
            })
            .collect();
        let time = unix_ms().event_time();
        let update = DeviceStatuses {
            event_time: Some(time.as_bytes()),
            device_statuses: &statuses,
        };
        let number = count(statuses.len())?;
        self.send(|own| uplink::gateway::update_status(Origin::Device(own), Some(&update), number))
    }
}
