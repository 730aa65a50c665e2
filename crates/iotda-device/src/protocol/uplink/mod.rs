//! Everything that a device sends: from arguments to topic and payload, with the C API's refusals.
//!
//! Strings are `Option<&[u8]>` where the C API allows NULL; bytes, because the C API does not check UTF-8 (topics must be UTF-8).
//! Counts are `i32` as the C API has them; the slice beside a count holds at least that many entries, and at least one if it exists
//! (some calls look at entry 0 of an array whatever its count). Times of the library's own making come from the caller's `now`.
//!
//! The error of each function is the C API's code ([`crate::error::Error::code`]); the state of the connection is not looked at here.

pub mod anomaly;
pub mod bootstrap;
pub mod bridge;
pub mod command;
pub mod event;
pub mod file;
pub mod gateway;
pub mod m2m;
pub mod message;
pub mod properties;
pub mod rules;
pub mod shadow;
pub mod sub_device;
pub mod v3;

#[cfg(test)]
mod tests;

use std::io::Write as _;

use crate::error::{Error, Result};
use crate::protocol::json::Writer;

/// A C string argument that may be NULL.
pub type Arg<'a> = Option<&'a [u8]>;

/// What goes to the MQTT layer.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: Vec<u8>,
}

impl std::fmt::Debug for Message {
    /// The payload's length only: it may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, {} bytes)", self.topic, self.payload.len())
    }
}

/// Writes a payload that is one object.
fn object(fill: impl FnOnce(&mut Writer) -> Result<()>) -> Result<Vec<u8>> {
    let mut writer = Writer::default();
    writer.begin_object();
    fill(&mut writer)?;
    writer.end_object();
    writer.finish().ok_or(Error::Memory)
}

/// The same, about another device than this one if there is an id.
fn object_about(object_device_id: Arg<'_>, fill: impl FnOnce(&mut Writer) -> Result<()>) -> Result<Vec<u8>> {
    object(|w| {
        w.text_member("object_device_id", object_device_id);
        fill(w)
    })
}

/// A member given as JSON text.
fn json_member(writer: &mut Writer, name: &str, text: &[u8], refusal: Error) -> Result<()> {
    writer.key(name.as_bytes());
    writer.json(text).map(drop).ok_or(refusal)
}

/// How a payload goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Gzip,
}

impl Encoding {
    /// As a compress flag says: 0 plain, 1 gzip.
    pub fn from_flag(flag: i32) -> Result<Encoding> {
        match flag {
            0 => Ok(Encoding::Plain),
            1 => Ok(Encoding::Gzip),
            _ => Err(Error::Argument("compressFlag must be 0 or 1")),
        }
    }

    fn message(self, mut topic: String, payload: Vec<u8>) -> Result<Message> {
        if self == Encoding::Plain {
            return Ok(Message { topic, payload });
        }
        topic.push_str("?encoding=gzip");
        let out = Growing(Vec::new());
        // the header says OS 3 and time 0, as the C SDK's does
        let mut gzip = flate2::GzBuilder::new()
            .operating_system(3)
            .write(out, flate2::Compression::default());
        let written = gzip.write_all(&payload).and_then(|()| gzip.finish());
        let Growing(payload) = written.map_err(|_| Error::Memory)?;
        Ok(Message {
            topic: crate::protocol::topics::check_name(topic.into_bytes())?,
            payload,
        })
    }
}

/// Bytes that grow as far as memory goes.
struct Growing(Vec<u8>);

impl std::io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let grown = self.0.try_reserve(bytes.len());
        grown.map_err(|_| std::io::ErrorKind::OutOfMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The first `count` entries; `None` if the slice is shorter.
fn counted<T>(items: &[T], count: i32) -> Option<&[T]> {
    items.get(..usize::try_from(count).ok()?)
}
