//! Answers to commands.

use super::{Arg, Message, json_member, object};
use crate::error::{Error, Result};
use crate::protocol::topics::Origin;

/// `IOTA_CommandResponse(V5)`, and its bridge form. `paras` is JSON text.
pub fn response(
    origin: Origin<'_>,
    request_id: Arg<'_>,
    result_code: i32,
    name: Arg<'_>,
    paras: Arg<'_>,
) -> Result<Message> {
    let request_id = request_id.ok_or(Error::Missing("requestId"))?;
    Ok(Message {
        topic: origin.request_topic("sys/commands/response", request_id)?,
        payload: response_payload(result_code, name, paras)?,
    })
}

/// The payload of an answer to a command.
fn response_payload(result_code: i32, name: Arg<'_>, paras: Arg<'_>) -> Result<Vec<u8>> {
    object(|w| {
        w.int_member("result_code", result_code.into());
        w.text_member("response_name", name);
        match paras {
            Some(text) => json_member(w, "paras", text, Error::Argument("pcCommandResponse is not JSON")),
            None => Ok(()),
        }
    })
}
