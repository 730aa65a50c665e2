//! MQTT 3.1.1 and 5 behind one vocabulary: rumqttc's packet codecs where they are right, own code where they are not.
//!
//! Written around (rumqttc 0.25.1): unknown CONNACK, SUBACK and PUBACK codes make a packet unreadable, although a code is
//! all we want of them; the order of outgoing MQTT 5 properties differs from the C SDK's; incoming properties with a
//! subscription identifier are cut wrongly; an empty MQTT 5 DISCONNECT is refused; each PUBLISH would copy its topic.

mod codec;
mod field;
pub(crate) mod frame;
mod properties;
mod publish;
#[cfg(test)]
mod tests;
mod v4;
mod v5;
mod vocabulary;

pub(crate) use self::codec::Codec;
pub(crate) use self::field::Malformed;
pub(crate) use self::vocabulary::{Hello, Inbound, Outgoing, Packet, Reply, Server};
use super::settings::Version;

/// The codec of a version.
pub(crate) fn codec(version: Version) -> &'static dyn Codec {
    match version {
        Version::V4 => &v4::V4,
        Version::V5 => &v5::V5,
    }
}
