//! The legacy topics.

use super::properties::ServiceData;
use super::{Arg, Message, counted, json_member, object};
use crate::error::{Error, Result};
use crate::protocol::topics;

/// `IOTA_PropertiesReportV3`.
pub fn properties_report(own: &str, services: Option<&[ServiceData<'_>]>, count: i32) -> Result<Message> {
    let services = services.ok_or(Error::Missing("pServiceData"))?;
    let services = counted(services, count)
        .filter(|s| !s.is_empty())
        .ok_or(Error::Missing("serviceNum"))?;
    let payload = object(|w| {
        w.key(b"data");
        w.begin_array();
        for service in services {
            w.element();
            w.begin_object();
            w.text_member("serviceId", service.service_id);
            w.text_member("eventTime", service.event_time);
            let properties = service.properties.ok_or(Error::Json("properties"))?;
            json_member(w, "serviceData", properties, Error::Json("properties"))?;
            w.end_object();
        }
        w.end_array();
        w.text_member("msgType", Some(b"deviceReq"));
        Ok(())
    })?;
    Ok(Message {
        topic: topics::legacy(own, "data/json")?,
        payload,
    })
}

/// `IOTA_BinaryReportV3`: the payload as it is.
pub fn binary_report(own: &str, payload: Arg<'_>) -> Result<Message> {
    let payload = payload.ok_or(Error::Missing("payload"))?.to_vec();
    Ok(Message {
        topic: topics::legacy(own, "data/binary")?,
        payload,
    })
}

/// An answer to a legacy command.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandResponse<'a> {
    pub mid: i32,
    pub errcode: i32,
    /// JSON text; left out if it is not JSON.
    pub body: Arg<'a>,
}

/// `IOTA_CmdRspV3`.
pub fn command_response(own: &str, response: Option<&CommandResponse<'_>>) -> Result<Message> {
    let response = response.ok_or(Error::Missing("cmdRspV3"))?;
    let payload = object(|w| {
        w.int_member("mid", response.mid.into());
        w.int_member("errcode", response.errcode.into());
        w.text_member("msgType", Some(b"deviceRsp"));
        if let Some(body) = response.body {
            let mark = w.mark();
            if json_member(w, "body", body, Error::Json("body")).is_err() {
                w.rollback(mark);
            }
        }
        Ok(())
    })?;
    Ok(Message {
        topic: topics::legacy(own, "data/json")?,
        payload,
    })
}
