//! `Noise_NNpsk0_25519_ChaChaPoly_SHA256` as this protocol uses it
//! (docs/spec/nearlink.md#handshake): the prologue binds both HELLO frames, the pre-shared key is
//! the stretched group key. Only this module knows the crate behind it.

use std::num::NonZeroU32;

use snow::{Builder, HandshakeState, TransportState};
use zeroize::Zeroizing;

use crate::frame::{self, Kind, NOISE_BODY};

const PATTERN: &str = "Noise_NNpsk0_25519_ChaChaPoly_SHA256";
const LABEL: &[u8] = b"hwmqtt dconn v1";
const ITERATIONS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
const PAYLOAD_FORMAT: u8 = 1;
/// Bytes that a record adds to its plain text.
pub const TAG: usize = 16;

/// A stretched group key.
pub type Psk = Zeroizing<[u8; 32]>;

/// PBKDF2-HMAC-SHA256 over the key's bytes; takes tens of milliseconds, so it runs once per key and off the network thread.
pub fn stretch(key: &[u8]) -> Psk {
    let mut psk = Psk::default();
    // ring's is fast in every build profile, which decides how long a small device takes for a new key.
    ring::pbkdf2::derive(ring::pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, LABEL, key, &mut *psk);
    psk
}

/// The crate refused: a message that cannot be verified, or an exhausted nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl From<snow::Error> for Refused {
    fn from(_: snow::Error) -> Self {
        Refused
    }
}

/// The two HELLO frames, exactly as sent.
pub struct Prologue(Vec<u8>);

impl Prologue {
    pub fn new(hello: &[u8], hello_ack: &[u8]) -> Self {
        Prologue([LABEL, hello, hello_ack].concat())
    }
}

fn builder<'a>(prologue: &'a Prologue, psk: &'a Psk, ephemeral: Option<&'a [u8; 32]>) -> Result<Builder<'a>, Refused> {
    let builder = Builder::new(PATTERN.parse()?).prologue(&prologue.0)?.psk(0, psk)?;
    Ok(match ephemeral {
        Some(fixed) => builder.fixed_ephemeral_key_for_testing_only(fixed),
        None => builder,
    })
}

fn payload(limit: u16) -> [u8; 3] {
    let [high, low] = limit.to_be_bytes();
    [PAYLOAD_FORMAT, high, low]
}

/// The peer's largest DATA body; `None` for another payload format or 0.
fn limit(payload: &[u8]) -> Option<u16> {
    match payload {
        &[PAYLOAD_FORMAT, high, low] => Some(u16::from_be_bytes([high, low])).filter(|&limit| limit > 0),
        _ => None,
    }
}

fn write(state: &mut HandshakeState, kind: Kind, own_limit: u16) -> Result<Vec<u8>, Refused> {
    let mut body = [0; NOISE_BODY];
    let length = state.write_message(&payload(own_limit), &mut body)?;
    Ok(frame::frame(kind, body.get(..length).ok_or(Refused)?))
}

fn read(state: &mut HandshakeState, body: &[u8]) -> Result<Option<u16>, Refused> {
    let mut plain = [0; NOISE_BODY];
    let length = state.read_message(body, &mut plain)?;
    Ok(limit(plain.get(..length).ok_or(Refused)?))
}

/// The client's half: NOISE_1 sent, NOISE_2 awaited.
pub struct Initiator(Box<HandshakeState>);

impl Initiator {
    /// The complete NOISE_1 frame.
    pub fn start(
        prologue: &Prologue,
        psk: &Psk,
        own_limit: u16,
        ephemeral: Option<&[u8; 32]>,
    ) -> Result<(Self, Vec<u8>), Refused> {
        let mut state = builder(prologue, psk, ephemeral)?.build_initiator()?;
        let noise1 = write(&mut state, Kind::Noise1, own_limit)?;
        Ok((Initiator(Box::new(state)), noise1))
    }

    /// Verifies NOISE_2; the inner `None` is a payload that is verified but not understood.
    pub fn finish(mut self, body: &[u8]) -> Result<Option<(Cipher, u16)>, Refused> {
        let Some(limit) = read(&mut self.0, body)? else {
            return Ok(None);
        };
        Ok(Some((Cipher::new(*self.0)?, limit)))
    }
}

/// The server's answer to NOISE_1 under one candidate key.
pub struct Answer {
    pub cipher: Cipher,
    pub peer_limit: u16,
    /// The complete NOISE_2 frame.
    pub noise2: Vec<u8>,
}

/// `Err`: this key does not fit NOISE_1. Inner `None`: it fits, but the payload is not understood.
pub fn respond(
    prologue: &Prologue,
    psk: &Psk,
    noise1: &[u8],
    own_limit: u16,
    ephemeral: Option<&[u8; 32]>,
) -> Result<Option<Answer>, Refused> {
    let mut state = builder(prologue, psk, ephemeral)?.build_responder()?;
    let Some(peer_limit) = read(&mut state, noise1)? else {
        return Ok(None);
    };
    let noise2 = write(&mut state, Kind::Noise2, own_limit)?;
    Ok(Some(Answer {
        cipher: Cipher::new(state)?,
        peer_limit,
        noise2,
    }))
}

/// The transport keys of one session, one direction each.
pub struct Cipher(Box<TransportState>);

impl Cipher {
    fn new(state: HandshakeState) -> Result<Self, Refused> {
        Ok(Cipher(Box::new(state.into_transport_mode()?)))
    }

    /// Appends a whole RECORD frame.
    pub fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
        let length = plain.len() + TAG;
        frame::put_header(out, Kind::Record, length);
        let at = out.len();
        out.resize(at + length, 0);
        let written = self.0.write_message(plain, out.get_mut(at..).ok_or(Refused)?)?;
        (written == length).then_some(()).ok_or(Refused)
    }

    /// Decrypts a record's body into `plain`; the length of the plain text.
    pub fn open(&mut self, body: &[u8], plain: &mut [u8]) -> Result<usize, Refused> {
        if body.len() <= TAG {
            return Err(Refused);
        }
        Ok(self.0.read_message(body, plain)?)
    }
}
