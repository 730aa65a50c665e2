//! Property reports of the device and of sub-devices, and answers to property requests.

use super::{Arg, Encoding, Message, counted, json_member, object};
use crate::error::{Error, Result};
use crate::protocol::json::Writer;
use crate::protocol::topics::Origin;

/// `MaxServiceReportNum`: devices in one batch, and services of one device in it.
pub const MAX_BATCH: i32 = 10;

/// The properties of one service.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServiceData<'a> {
    pub service_id: Arg<'a>,
    pub event_time: Arg<'a>,
    /// JSON text.
    pub properties: Arg<'a>,
}

/// The services of one sub-device.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceData<'a> {
    pub device_id: Arg<'a>,
    pub services: &'a [ServiceData<'a>],
    /// How many of them to send; zero or less: none.
    pub service_count: i32,
}

/// The services that a property report is given as an array and their number.
pub fn given<'a>(services: Option<&'a [ServiceData<'a>]>, count: i32) -> Result<&'a [ServiceData<'a>]> {
    let services = services.ok_or(Error::Argument("pServiceData is NULL"))?;
    counted(services, count).ok_or(NO_SERVICES)
}

const NO_SERVICES: Error = Error::Argument("serviceNum must be 1 or more");

/// `IOTA_PropertiesReport(V5)`; with a bridged origin `IOTA_BridgeDevicePropertiesReport`, which goes plain.
pub fn report(origin: Origin<'_>, services: &[ServiceData<'_>], encoding: Encoding) -> Result<Message> {
    encoding.message(origin.topic("sys/properties/report")?, report_payload(services)?)
}

/// The payload of a property report.
fn report_payload(services: &[ServiceData<'_>]) -> Result<Vec<u8>> {
    if services.is_empty() {
        return Err(NO_SERVICES);
    }
    let size: usize = services
        .iter()
        .map(|s| 96 + s.properties.map_or(0, |p| p.len() + p.len() / 2))
        .sum();
    let mut w = Writer::with_capacity(32 + size);
    w.begin_object();
    service_list(&mut w, services)?;
    w.end_object();
    w.finish().ok_or(Error::Memory)
}

fn service_list(w: &mut Writer, services: &[ServiceData<'_>]) -> Result<()> {
    w.key(b"services");
    w.begin_array();
    for service in services {
        w.element();
        w.begin_object();
        w.text_member("service_id", service.service_id);
        w.text_member("event_time", service.event_time);
        let properties = service.properties.ok_or(Error::Argument("properties is NULL"))?;
        json_member(w, "properties", properties, Error::Argument("properties is not JSON"))?;
        w.end_object();
    }
    w.end_array();
    Ok(())
}

/// `IOTA_BatchPropertiesReport(V5)`. `devices` is `None` if either of the C arrays is NULL.
pub fn batch_report(own: &str, devices: Option<&[DeviceData<'_>]>, count: i32, compress_flag: i32) -> Result<Message> {
    let encoding = Encoding::from_flag(compress_flag)?;
    let topic = Origin::Device(own).topic("sys/gateway/sub_devices/properties/report")?;
    encoding.message(topic, batch_payload(devices, count)?)
}

/// The payload of a batch report.
pub fn batch_payload(devices: Option<&[DeviceData<'_>]>, count: i32) -> Result<Vec<u8>> {
    let devices = devices.ok_or(Error::Argument("pDeviceData or serviceLenList is NULL"))?;
    if !(1..=MAX_BATCH).contains(&count) {
        return Err(Error::Argument("deviceNum must be 1 to 10"));
    }
    let devices = counted(devices, count).ok_or(Error::Argument("deviceNum exceeds the devices given"))?;
    object(|w| {
        w.key(b"devices");
        w.begin_array();
        for device in devices {
            if device.service_count > MAX_BATCH {
                return Err(Error::Argument("serviceLenList must not exceed 10"));
            }
            let services = counted(device.services, device.service_count.max(0));
            w.element();
            w.begin_object();
            w.text_member("device_id", device.device_id);
            service_list(
                w,
                services.ok_or(Error::Argument("serviceLenList exceeds the services given"))?,
            )?;
            w.end_object();
        }
        w.end_array();
        Ok(())
    })
}

/// `IOTA_PropertiesSetResponse`, and its bridge form.
pub fn set_response(
    origin: Origin<'_>,
    request_id: Arg<'_>,
    result_code: i32,
    result_desc: Arg<'_>,
) -> Result<Message> {
    let request_id = request_id.ok_or(Error::Missing("requestId"))?;
    Ok(Message {
        topic: origin.request_topic("sys/properties/set/response", request_id)?,
        payload: set_response_payload(result_code, result_desc)?,
    })
}

/// The payload of an answer to a property set.
fn set_response_payload(result_code: i32, result_desc: Arg<'_>) -> Result<Vec<u8>> {
    object(|w| {
        w.int_member("result_code", result_code.into());
        w.text_member("result_desc", result_desc);
        Ok(())
    })
}

/// `IOTA_PropertiesGetResponse`, and its bridge form.
pub fn get_response(
    origin: Origin<'_>,
    request_id: Arg<'_>,
    services: Option<&[ServiceData<'_>]>,
    count: i32,
) -> Result<Message> {
    let request_id = request_id.ok_or(Error::Missing("requestId"))?;
    if count < 1 {
        return Err(Error::Missing("serviceNum"));
    }
    let services = services.ok_or(Error::Missing("serviceProp"))?;
    Ok(Message {
        topic: origin.request_topic("sys/properties/get/response", request_id)?,
        payload: get_response_payload(services, count)?,
    })
}

/// The payload of an answer to a property request. An unfilled first entry means "no such service": an empty list.
fn get_response_payload(services: &[ServiceData<'_>], count: i32) -> Result<Vec<u8>> {
    let services = counted(services, count).ok_or(Error::Argument("serviceNum exceeds the services given"))?;
    let filled = |s: &ServiceData<'_>| s.service_id.is_some() && s.properties.is_some();
    object(|w| {
        if !services.first().is_some_and(filled) {
            return service_list(w, &[]);
        }
        if !services.iter().all(filled) {
            return Err(Error::Argument("a service lacks service_id or properties"));
        }
        service_list(w, services)
    })
}
