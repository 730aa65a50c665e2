//! The request for the device shadow.

use super::{Arg, Message, object_about};
use crate::error::{Error, Result};
use crate::protocol::topics::Origin;

/// `IOTA_GetDeviceShadow`, and its bridge form.
pub fn get(origin: Origin<'_>, request_id: Arg<'_>, object_device_id: Arg<'_>, service_id: Arg<'_>) -> Result<Message> {
    let request_id = request_id.ok_or(Error::Missing("requestId"))?;
    Ok(Message {
        topic: origin.request_topic("sys/shadow/get", request_id)?,
        payload: get_payload(object_device_id, service_id)?,
    })
}

/// The payload of the request.
fn get_payload(object_device_id: Arg<'_>, service_id: Arg<'_>) -> Result<Vec<u8>> {
    object_about(object_device_id, |w| {
        w.text_member("service_id", service_id);
        Ok(())
    })
}
