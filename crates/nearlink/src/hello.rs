//! Bodies of HELLO and HELLO_ACK (docs/spec/nearlink.md#hello): protocol versions, role, nonce and
//! device id, in clear but bound into the handshake's prologue.

use crate::code::{self, Code};
use crate::frame::{self, Kind};

/// The only protocol version there is.
pub const VERSION: u8 = 1;
/// Longest device id in bytes.
pub const MAX_ID: usize = 128;
/// Shortest and longest body.
pub const BODY: std::ops::RangeInclusive<usize> = 22..=21 + MAX_ID;

const ROLE_SERVER: u8 = 0;
const ROLE_CLIENT: u8 = 1;

/// Whether a text can be a device id on the wire: 1 … 128 bytes without control characters.
pub fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && !id.bytes().any(|b| b < 0x20 || b == 0x7F)
}

/// A whole HELLO frame.
pub fn hello(id: &str, nonce: &[u8; 16]) -> Vec<u8> {
    build(Kind::Hello, ROLE_CLIENT, id, nonce)
}

/// A whole HELLO_ACK frame.
pub fn hello_ack(id: &str, nonce: &[u8; 16]) -> Vec<u8> {
    build(Kind::HelloAck, ROLE_SERVER, id, nonce)
}

fn build(kind: Kind, role: u8, id: &str, nonce: &[u8; 16]) -> Vec<u8> {
    let mut body = vec![VERSION, VERSION, role, 0];
    body.extend_from_slice(nonce);
    body.push(u8::try_from(id.len()).unwrap_or(0));
    body.extend_from_slice(id.as_bytes());
    frame::frame(kind, &body)
}

/// The client's id out of a HELLO body, or the code it is refused with.
pub fn read_hello(body: &[u8], own_id: &str) -> Result<String, Code> {
    let (first, second, id) = read(body, ROLE_CLIENT)?;
    if first > second {
        return Err(code::PROCESS_AUTH_DATA);
    }
    if !(first..=second).contains(&VERSION) {
        return Err(code::AUTH_INIT_FAILED);
    }
    not_own(id, own_id)
}

/// The server's id out of a HELLO_ACK body, or the code that ends the attempt.
pub fn read_hello_ack(body: &[u8], own_id: &str) -> Result<String, Code> {
    let (chosen, highest, id) = read(body, ROLE_SERVER)?;
    if chosen != VERSION || chosen > highest {
        return Err(code::PROCESS_AUTH_DATA);
    }
    not_own(id, own_id)
}

fn not_own(id: &str, own_id: &str) -> Result<String, Code> {
    if id == own_id {
        return Err(code::AUTH_FAILED);
    }
    Ok(id.to_owned())
}

fn read(body: &[u8], role: u8) -> Result<(u8, u8, &str), Code> {
    const FORM: Code = code::PROCESS_AUTH_DATA;
    let (&[first, second, its_role, _flags], rest) = body.split_first_chunk::<4>().ok_or(FORM)?;
    let (_nonce, rest) = rest.split_first_chunk::<16>().ok_or(FORM)?;
    let (&length, id) = rest.split_first().ok_or(FORM)?;
    let id = std::str::from_utf8(id).map_err(|_| FORM)?;
    if its_role != role || id.len() != usize::from(length) || !is_id(id) {
        return Err(FORM);
    }
    Ok((first, second, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(frame: &[u8]) -> Vec<u8> {
        frame[frame::HEADER..].to_vec()
    }

    #[test]
    fn round_trip_and_own_id() {
        let sent = body(&hello("dev_B", &[7; 16]));
        assert_eq!(read_hello(&sent, "dev_A"), Ok("dev_B".into()));
        assert_eq!(read_hello(&sent, "dev_B"), Err(code::AUTH_FAILED));
        assert_eq!(read_hello_ack(&sent, "dev_A"), Err(code::PROCESS_AUTH_DATA));
        let longest = "é".repeat(64);
        assert_eq!(read_hello_ack(&body(&hello_ack(&longest, &[0; 16])), "x"), Ok(longest));
    }

    #[test]
    fn form_is_judged_before_version() {
        let mut sent = body(&hello("dev_B", &[0; 16]));
        sent[0] = 2;
        sent[1] = 3;
        assert_eq!(read_hello(&sent, "dev_A"), Err(code::AUTH_INIT_FAILED));
        sent[1] = 1;
        assert_eq!(read_hello(&sent, "dev_A"), Err(code::PROCESS_AUTH_DATA));
        sent[0] = 0;
        assert_eq!(read_hello(&sent, "dev_A"), Ok("dev_B".into()), "a range that holds 1");
        sent.push(b'!');
        assert_eq!(read_hello(&sent, "dev_A"), Err(code::PROCESS_AUTH_DATA));
        let mut chosen = body(&hello_ack("dev_A", &[0; 16]));
        chosen[1] = 9;
        assert_eq!(
            read_hello_ack(&chosen, "dev_B"),
            Ok("dev_A".into()),
            "a newer server that chose 1"
        );
        chosen[0] = 2;
        assert_eq!(
            read_hello_ack(&chosen, "dev_B"),
            Err(code::PROCESS_AUTH_DATA),
            "was not offered"
        );
    }

    #[test]
    fn every_truncation_is_refused() {
        let sent = body(&hello("dev_B", &[0; 16]));
        for length in 0..sent.len() {
            assert_eq!(read_hello(&sent[..length], "dev_A"), Err(code::PROCESS_AUTH_DATA));
        }
    }
}
