//! Device messages: the standard form, and any payload on any topic.

use super::{Arg, Encoding, Message, object_about};
use crate::error::{Error, Result};
use crate::protocol::json::Writer;
use crate::protocol::topics::{self, Origin};

/// A message of the standard form.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageReport<'a> {
    pub object_device_id: Arg<'a>,
    pub name: Arg<'a>,
    pub id: Arg<'a>,
    pub content: Arg<'a>,
    /// What follows `/user/` in the topic; `None`: the system topic.
    pub topic_paras: Arg<'a>,
}

/// `IOTA_MessageReport`, `IOTA_MessageDataReport` (flag 0), `IOTA_MessageReportV5`.
pub fn report(own: &str, message: &MessageReport<'_>, compress_flag: i32) -> Result<Message> {
    if message.content.is_none() {
        return Err(Error::Missing("content"));
    }
    match message.topic_paras {
        Some(paras) => Ok(Message {
            topic: topics::user(own, paras)?,
            payload: payload(message)?,
        }),
        None => {
            let encoding = Encoding::from_flag(compress_flag)?;
            encoding.message(Origin::Device(own).topic("sys/messages/up")?, payload(message)?)
        }
    }
}

/// The payload alone; without `content` if that is `None` (the bridge form sends it so).
pub fn payload(message: &MessageReport<'_>) -> Result<Vec<u8>> {
    object_about(message.object_device_id, |w| {
        w.text_member("name", message.name);
        w.text_member("id", message.id);
        if let Some(text) = message.content {
            w.key(b"content");
            content(w, text);
        }
        Ok(())
    })
}

/// JSON text as the value it is, any other text as a string. Text that only begins like JSON, and numbers that would change, are text.
fn content(w: &mut Writer, text: &[u8]) {
    let mark = w.mark();
    let is_json = !reshaped_number(text)
        && w.json(text).is_some_and(|end| {
            text.get(end..)
                .is_some_and(|rest| rest.iter().all(|b| matches!(b, 1..=0x20)))
        });
    if !is_json {
        w.rollback(mark);
        w.string(text);
    }
}

/// A bare number with superfluous leading zeros or beyond a double's range.
fn reshaped_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let start = text.iter().position(|b| *b > b' ').unwrap_or(0);
    let end = text.iter().rposition(|b| *b > b' ').map_or(0, |n| n + 1);
    let number = text.get(start..end).unwrap_or_default();
    if !matches!(number.first(), Some(b'-' | b'0'..=b'9')) {
        return false;
    }
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let zero_first = digits.first() == Some(&b'0') && digits.get(1).is_some_and(u8::is_ascii_digit);
    let value = std::str::from_utf8(number).ok().and_then(|n| n.parse::<f64>().ok());
    zero_first || value.is_some_and(f64::is_infinite)
}

/// `IOTA_RawTopicMessageReport(V5)`: topic and payload as they are; the QoS is the argument's, checked here.
pub fn raw(topic: Arg<'_>, payload: Arg<'_>, qos: i32) -> Result<(Message, u8)> {
    let topic = topic.ok_or(Error::Missing("topic"))?;
    let payload = payload.ok_or(Error::Missing("payload"))?;
    let qos = topics::check_qos(qos)?;
    Ok((
        Message {
            topic: topics::check_name(topic.to_vec())?,
            payload: payload.to_vec(),
        },
        qos,
    ))
}

/// `IOTA_RawTopicMessageReportV5` with an empty topic: its alias stands for it.
pub fn by_alias(payload: Arg<'_>, qos: i32) -> Result<(Message, u8)> {
    let payload = payload.ok_or(Error::Missing("payload"))?.to_vec();
    let topic = String::new();
    Ok((Message { topic, payload }, topics::check_qos(qos)?))
}
