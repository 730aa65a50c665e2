//! The deprecated sub-device messages.

use super::{Arg, Message, object};
use crate::error::{Error, Result};
use crate::protocol::json::Json;
use crate::protocol::topics::Origin;

fn up(own: &str, payload: Vec<u8>) -> Result<Message> {
    Ok(Message {
        topic: Origin::Device(own).topic("sys/sub_device_manage/messages/up")?,
        payload,
    })
}

/// `IOTA_ReportSubDeviceInfo`: the payload as it is.
pub fn info(own: &str, payload: Arg<'_>) -> Result<Message> {
    up(own, payload.ok_or(Error::Argument("pcPayload is NULL"))?.to_vec())
}

/// `IOTA_SubDeviceVersionReport`.
pub fn version_report(own: &str, version: Arg<'_>) -> Result<Message> {
    let version = version.ok_or(Error::Argument("version is NULL"))?;
    let payload = object(|w| {
        w.text_member("message_name", Some(b"sub_device_list_version_report"));
        w.text_member("version", Some(version));
        Ok(())
    })?;
    up(own, payload)
}

/// `IOTA_SubDeviceProductGetReport`.
pub fn product_request(own: &str, product_id_list: Option<&Json>) -> Result<Message> {
    tree(
        own,
        b"get_products",
        "product_id_list",
        product_id_list.ok_or(Error::Argument("product_id_list is NULL"))?,
    )
}

/// `IOTA_SubDeviceScanReport`.
pub fn scan_report(own: &str, device_list: Option<&Json>) -> Result<Message> {
    tree(
        own,
        b"scan_result",
        "device_list",
        device_list.ok_or(Error::Argument("device_list is NULL"))?,
    )
}

fn tree(own: &str, message_name: &[u8], member: &str, value: &Json) -> Result<Message> {
    let payload = object(|w| {
        w.text_member("message_name", Some(message_name));
        w.key(member.as_bytes());
        value.value().write_to(w);
        Ok(())
    })?;
    up(own, payload)
}
