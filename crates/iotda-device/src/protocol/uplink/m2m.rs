//! Messages to other devices.

use super::{Arg, Message, object};
use crate::error::{Error, Result};
use crate::protocol::topics;

/// `IOTA_M2MSendMsg`: the content is always sent as a string.
pub fn send(to: Arg<'_>, from: Arg<'_>, content: Arg<'_>, request_id: Arg<'_>) -> Result<Message> {
    let to = to.ok_or(Error::Argument("to is NULL"))?;
    let from = from.ok_or(Error::Argument("from is NULL"))?;
    let content = content.ok_or(Error::Argument("content is NULL"))?;
    let payload = object(|w| {
        w.text_member("request_id", request_id);
        w.text_member("to", Some(to));
        w.text_member("from", Some(from));
        w.text_member("content", Some(content));
        Ok(())
    })?;
    Ok(Message {
        topic: topics::m2m(to, from, request_id.unwrap_or_default())?,
        payload,
    })
}
