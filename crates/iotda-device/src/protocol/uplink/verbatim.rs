//! Payloads that the program made itself, on the system's topics (`data_trans.h`, `bridge_topic_data.h`).

use super::{Arg, Encoding, Message};
use crate::error::{Error, Result};
use crate::protocol::topics::{self, Origin};

fn required(payload: Arg<'_>) -> Result<Vec<u8>> {
    payload.map(<[u8]>::to_vec).ok_or(Error::Refused("payload is NULL"))
}

/// `ReportDeviceData`.
pub fn device_data(own: &str, payload: Arg<'_>, topic_paras: Arg<'_>, compress_flag: i32) -> Result<Message> {
    let payload = required(payload)?;
    match topic_paras {
        Some(paras) => Ok(Message {
            topic: topics::user(own, paras)?,
            payload,
        }),
        None => Encoding::from_flag(compress_flag)?.message(Origin::Device(own).topic("sys/messages/up")?, payload),
    }
}

/// `ReportDeviceProperties`.
pub fn properties(own: &str, payload: Arg<'_>, compress_flag: i32) -> Result<Message> {
    Encoding::from_flag(compress_flag)?.message(Origin::Device(own).topic("sys/properties/report")?, required(payload)?)
}

/// `ReportBatchDeviceProperties`.
pub fn batch_properties(own: &str, payload: Arg<'_>, compress_flag: i32) -> Result<Message> {
    let topic = Origin::Device(own).topic("sys/gateway/sub_devices/properties/report")?;
    Encoding::from_flag(compress_flag)?.message(topic, required(payload)?)
}

/// What answers or asks with a request id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `ReportCommandReponse`
    CommandResponse,
    /// `ReportPropSetReponse`
    PropertySetResponse,
    /// `ReportPropGetReponse`
    PropertyGetResponse,
    /// `GetPropertiesRequest`
    Shadow,
}

/// The four senders with a request id.
pub fn request(own: &str, request: Request, request_id: Arg<'_>, payload: Arg<'_>) -> Result<Message> {
    let request_id = request_id.ok_or(Error::Refused("requestId is NULL"))?;
    let tail = match request {
        Request::CommandResponse => "sys/commands/response",
        Request::PropertySetResponse => "sys/properties/set/response",
        Request::PropertyGetResponse => "sys/properties/get/response",
        Request::Shadow => "sys/shadow/get",
    };
    Ok(Message {
        topic: Origin::Device(own).request_topic(tail, request_id)?,
        payload: required(payload)?,
    })
}

/// `EventUp`.
pub fn event(own: &str, payload: Arg<'_>) -> Result<Message> {
    Ok(Message {
        topic: Origin::Device(own).topic("sys/events/up")?,
        payload: required(payload)?,
    })
}

/// `ReportDevicePropertiesV3`: codec mode 0 is JSON, any other binary.
pub fn legacy(own: &str, payload: Arg<'_>, codec_mode: i32) -> Result<Message> {
    let tail = if codec_mode == 0 { "data/json" } else { "data/binary" };
    Ok(Message {
        topic: topics::legacy(own, tail)?,
        payload: required(payload)?,
    })
}

/// `Bootstrap`: NULL is an empty payload.
pub fn bootstrap(own: &str, payload: Arg<'_>) -> Result<Message> {
    Ok(Message {
        topic: Origin::Device(own).topic("sys/bootstrap/up")?,
        payload: payload.unwrap_or_default().to_vec(),
    })
}

/// `OCM2MSendMsg`.
pub fn m2m(to: Arg<'_>, from: Arg<'_>, payload: Arg<'_>, request_id: Arg<'_>) -> Result<Message> {
    let to = to.ok_or(Error::Refused("to is NULL"))?;
    let from = from.ok_or(Error::Refused("from is NULL"))?;
    Ok(Message {
        topic: topics::m2m(to, from, request_id.unwrap_or_default())?,
        payload: required(payload)?,
    })
}

/// `ReportData`, and `ReportDataSetQos` after its check of the QoS.
pub fn any(topic: Arg<'_>, payload: Arg<'_>) -> Result<Message> {
    let topic = topic.ok_or(Error::Refused("topic is NULL"))?;
    Ok(Message {
        topic: topics::check_name(topic.to_vec())?,
        payload: required(payload)?,
    })
}

/// `Bridge_ReportDeviceData`: the number of a `BRIDGE_DEVICE_TYPE` decides the topic.
pub fn bridge(bridge: &str, payload: Arg<'_>, kind: i32, device_id: Arg<'_>, request_id: Arg<'_>) -> Result<Message> {
    let device = device_id.ok_or(Error::Refused("deviceId is NULL"))?;
    let origin = Origin::Bridged { bridge, device };
    let request = |tail| origin.request_topic(tail, request_id.unwrap_or_default());
    let topic = match kind {
        0 => request("sys/login"),
        1 => request("sys/logout"),
        2 => request("sys/reset_secret"),
        3 => origin.topic("sys/messages/up"),
        4 => request("sys/commands/response"),
        5 => origin.topic("sys/properties/report"),
        6 => origin.topic("gateway/sub_devices/properties/report"),
        7 => request("sys/properties/set/response"),
        8 => request("sys/properties/get/response"),
        9 => request("sys/shadow/get"),
        10 => origin.topic("sys/events/up"),
        _ => Err(Error::Refused("the message type is unknown")),
    }?;
    Ok(Message {
        topic,
        payload: payload.unwrap_or_default().to_vec(),
    })
}
