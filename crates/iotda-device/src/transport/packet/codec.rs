//! One protocol version, and what both read alike.

use bytes::{BufMut, Bytes, BytesMut};

use super::field::{Malformed, take_u8};
use super::frame::Frame;
use super::vocabulary::{Hello, Outgoing, Packet, Reply};
use crate::transport::auth::Credentials;
use crate::transport::numbers::{PacketType, ReasonCode};

/// One protocol version.
pub(crate) trait Codec: Sync {
    /// `clean`: nothing of an earlier session is wanted, and nothing of this one is kept.
    fn connect(&self, out: &mut BytesMut, hello: &Hello<'_>) -> Result<(), Malformed>;
    fn subscribe(&self, out: &mut BytesMut, id: u16, filter: &str, qos: u8) -> Result<(), Malformed>;
    /// Size of the whole packet that [`Codec::publish`] would append.
    fn publish_size(&self, outgoing: &Outgoing<'_>) -> usize;
    fn publish(&self, out: &mut BytesMut, outgoing: &Outgoing<'_>);
    fn ack(&self, out: &mut BytesMut, ack: Reply, id: u16, reason: ReasonCode);
    /// The session ends with the connection if it is `clean`.
    fn disconnect(&self, out: &mut BytesMut, clean: bool);
    /// The last packet after one of the server's that breaks the rules; 3.1.1 has none.
    fn reject(&self, out: &mut BytesMut, reason: ReasonCode);
    fn decode(&self, frame: Frame) -> Result<Packet, Malformed>;

    fn ping(&self, out: &mut BytesMut) {
        out.put_slice(&[PacketType::PingReq.first_byte(), 0]);
    }
}

/// The flags of every packet but PUBLISH are fixed.
pub(super) fn check_flags(frame: &Frame) -> Result<(), Malformed> {
    match frame.kind() {
        None | Some(PacketType::Publish) => Ok(()),
        Some(kind) if kind.first_byte() == frame.first => Ok(()),
        Some(kind) => Err(Malformed::new(format!(
            "a {} with wrong flags ({:#04x})",
            kind.name(),
            frame.first
        ))),
    }
}

/// Flags of a CONNACK: session present, and that only with an acceptance.
pub(super) fn take_session_present(body: &mut Bytes) -> Result<(bool, ReasonCode), Malformed> {
    let flags = take_u8(body)?;
    let reason = ReasonCode::from(take_u8(body)?);
    if flags > 1 {
        return Err(Malformed::new(format!("a CONNACK with reserved flags ({flags:#04x})")));
    }
    if flags == 1 && reason != ReasonCode::Success {
        return Err(Malformed::forbidden("a CONNACK that refuses and has a session"));
    }
    Ok((flags == 1, reason))
}

pub(super) fn check_ping_response(body: &Bytes) -> Result<Packet, Malformed> {
    if body.is_empty() {
        Ok(Packet::PingResp)
    } else {
        Err(Malformed::new("a PINGRESP with a body"))
    }
}

pub(super) fn no_codes() -> Malformed {
    Malformed::forbidden("a SUBACK without a code")
}

/// The password as the codecs want it; empty means absent to them.
pub(super) fn password_text(who: &Credentials) -> Result<&str, Malformed> {
    let bytes = who.password.as_ref().map_or(&[][..], |password| password.expose());
    std::str::from_utf8(bytes).map_err(|_| Malformed::new("the password is not UTF-8"))
}
