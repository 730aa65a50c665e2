//! Both sides of the handshake as state machines (docs/spec/nearlink.md#handshake,
//! docs/spec/nearlink.md#server-states, docs/spec/nearlink.md#client-states): bytes in, bytes and
//! steps out. They own no socket, no clock and no callback; whoever drives them answers each step.

use crate::code::{self, Code};
use crate::frame::{Decoder, HEADER, Header, Kind, NOISE_BODY};
use crate::hello;
use crate::noise::{self, Cipher, Initiator, Prologue, Psk};
use crate::record::{MAX_DATA, Reason, Record};

const OWN_LIMIT: u16 = MAX_DATA as u16;

/// Fresh random bytes of one connection; `ephemeral` is fixed in the vector test only.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    pub nonce: [u8; 16],
    pub ephemeral: Option<[u8; 32]>,
}

impl Seed {
    /// `None` when the system has no randomness.
    pub fn random() -> Option<Self> {
        let mut seed = Seed::default();
        getrandom::fill(&mut seed.nonce).ok()?;
        Some(seed)
    }
}

/// What the driver does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Feed more bytes, or call `timed_out`/`closed`.
    Read,
    /// The peer's id is known: judge it, then answer.
    Peer(String),
    /// Server: NOISE_1 has come, try the candidate keys.
    Keys,
    /// Server: CONFIRM has come, judge the peer again.
    Confirmed,
    /// Client: the session is authenticated.
    Ready,
    /// It is over. Send what is in the output, then close.
    Failed(Code),
}

/// What an authenticated session starts with.
pub struct Established {
    pub peer: String,
    pub cipher: Cipher,
    /// Largest DATA body the peer takes.
    pub send_limit: usize,
    /// Holds what has arrived behind the handshake.
    pub decoder: Decoder,
    /// What goes out before anything else: the server's READY.
    pub output: Vec<u8>,
}

struct Refusal {
    code: Code,
    /// Whether the server says so in an ERROR frame.
    told: bool,
}

const fn told(code: Code) -> Refusal {
    Refusal { code, told: true }
}

const fn silent(code: Code) -> Refusal {
    Refusal { code, told: false }
}

enum ServerState {
    /// HELLO awaited.
    Accepted,
    /// The driver judges the peer.
    Judging,
    /// NOISE_1 awaited.
    HelloDone(Prologue),
    /// The driver tries keys.
    Trying(Prologue, Vec<u8>),
    /// CONFIRM awaited.
    Keys(Cipher),
    Confirmed(Cipher),
    Over(Code),
}

/// The server's side of one connection.
pub struct Server {
    own_id: String,
    seed: Seed,
    state: ServerState,
    decoder: Decoder,
    output: Vec<u8>,
    hello: Vec<u8>,
    peer: String,
    send_limit: usize,
}

impl Server {
    pub fn new(own_id: &str, seed: Seed) -> Self {
        Server {
            own_id: own_id.to_owned(),
            seed,
            state: ServerState::Accepted,
            decoder: Decoder::default(),
            output: Vec::new(),
            hello: Vec::new(),
            peer: String::new(),
            send_limit: 0,
        }
    }

    /// Where arriving bytes go; see [`Decoder`].
    pub fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// Bytes to send now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Looks at what has arrived.
    pub fn step(&mut self) -> Step {
        match self.advance() {
            Ok(step) => step,
            Err(refusal) => self.end(&refusal),
        }
    }

    fn advance(&mut self) -> Result<Step, Refusal> {
        let wanted = match &self.state {
            ServerState::Accepted => Kind::Hello,
            ServerState::HelloDone(_) => Kind::Noise1,
            ServerState::Keys(_) => Kind::Record,
            ServerState::Judging => return Ok(Step::Peer(self.peer.clone())),
            ServerState::Trying(..) => return Ok(Step::Keys),
            ServerState::Confirmed(_) => return Ok(Step::Confirmed),
            ServerState::Over(code) => return Ok(Step::Failed(*code)),
        };
        let Some(header) = self.decoder.header() else {
            return Ok(Step::Read);
        };
        let header = header.map_err(|_| silent(code::HEADER_INVALID))?;
        let late = matches!(self.state, ServerState::Keys(_));
        judge(header, wanted, code::INVALID_AUTH_STAT).map_err(|code| if late { silent(code) } else { told(code) })?;
        let Some(Ok((_, frame))) = self.decoder.take() else {
            return Ok(Step::Read);
        };
        let body = frame.get(HEADER..).unwrap_or_default();
        match std::mem::replace(&mut self.state, ServerState::Over(code::ERROR)) {
            ServerState::Accepted => {
                self.peer = hello::read_hello(body, &self.own_id).map_err(told)?;
                self.hello = frame.to_vec();
                self.state = ServerState::Judging;
                Ok(Step::Peer(self.peer.clone()))
            }
            ServerState::HelloDone(prologue) => {
                self.state = ServerState::Trying(prologue, body.to_vec());
                Ok(Step::Keys)
            }
            ServerState::Keys(mut cipher) => {
                let mut plain = [0; 1 + noise::TAG];
                let confirm = (body.len() == plain.len())
                    .then(|| cipher.open(body, &mut plain))
                    .and_then(Result::ok);
                let Some(length) = confirm else {
                    return Err(silent(code::DECRYPT));
                };
                if Record::parse(plain.get(..length).unwrap_or_default()) != Some(Record::Confirm) {
                    return Err(silent(code::INVALID_AUTH_STAT));
                }
                self.state = ServerState::Confirmed(cipher);
                Ok(Step::Confirmed)
            }
            _ => Err(silent(code::BRANCH)),
        }
    }

    /// The id in HELLO.
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// After [`Step::Peer`]: the peer may try; HELLO_ACK goes out.
    pub fn accept(&mut self) {
        if matches!(self.state, ServerState::Judging) {
            let ack = hello::hello_ack(&self.own_id, &self.seed.nonce);
            self.state = ServerState::HelloDone(Prologue::new(&self.hello, &ack));
            self.output.extend_from_slice(&ack);
        }
    }

    /// After [`Step::Peer`] or [`Step::Keys`]: the peer is refused with an ERROR frame.
    pub fn refuse(&mut self, code: Code) -> Step {
        self.end(&told(code))
    }

    /// After [`Step::Keys`]: whether this key fits; on success NOISE_2 goes out.
    pub fn try_key(&mut self, psk: &Psk) -> bool {
        let ServerState::Trying(prologue, noise1) = &self.state else {
            return false;
        };
        match noise::respond(prologue, psk, noise1, OWN_LIMIT, self.seed.ephemeral.as_ref()) {
            Err(noise::Refused) => false,
            Ok(None) => {
                self.end(&told(code::PROCESS_AUTH_DATA));
                true
            }
            Ok(Some(answer)) => {
                self.send_limit = usize::from(answer.peer_limit.min(OWN_LIMIT));
                self.output.extend_from_slice(&answer.noise2);
                self.state = ServerState::Keys(answer.cipher);
                true
            }
        }
    }

    /// After [`Step::Confirmed`]: READY goes out and the session begins.
    pub fn ready(mut self) -> Option<Established> {
        let ServerState::Confirmed(mut cipher) = self.state else {
            return None;
        };
        put(&mut cipher, &Record::Ready, &mut self.output)?;
        let Server {
            peer,
            send_limit,
            decoder,
            output,
            ..
        } = self;
        Some(Established {
            peer,
            cipher,
            send_limit,
            decoder,
            output,
        })
    }

    /// After [`Step::Confirmed`]: CLOSE takes the place of READY.
    pub fn close(&mut self, reason: Reason, code: Code) {
        if let ServerState::Confirmed(cipher) = &mut self.state {
            put(cipher, &Record::Close(reason as u16), &mut self.output);
        }
        self.state = ServerState::Over(code);
    }

    fn end(&mut self, refusal: &Refusal) -> Step {
        if refusal.told {
            self.output
                .extend_from_slice(&crate::frame::frame(Kind::Error, &refusal.code.to_be_bytes()));
        }
        self.state = ServerState::Over(refusal.code);
        Step::Failed(refusal.code)
    }
}

/// Whether a frame may come now, told by its header alone.
fn judge(header: Header, wanted: Kind, out_of_place: Code) -> Result<(), Code> {
    if header.kind != wanted {
        return Err(out_of_place);
    }
    let fits = match header.kind {
        Kind::Hello | Kind::HelloAck => hello::BODY.contains(&header.length),
        Kind::Noise1 | Kind::Noise2 => header.length == NOISE_BODY,
        Kind::Record | Kind::Error => true,
    };
    fits.then_some(()).ok_or(code::PROCESS_AUTH_DATA)
}

fn put(cipher: &mut Cipher, record: &Record<'_>, out: &mut Vec<u8>) -> Option<()> {
    let mut plain = Vec::new();
    record.put(&mut plain);
    cipher.seal(&plain, out).ok()
}

enum ClientState {
    /// HELLO_ACK awaited.
    HelloSent,
    /// The driver judges the server.
    Judging(Prologue),
    /// NOISE_2 awaited.
    NoiseSent(Initiator),
    /// READY awaited.
    ConfirmSent(Cipher),
    Ready(Cipher),
    Over(Code),
}

/// The client's side of one connection.
pub struct Client {
    own_id: String,
    seed: Seed,
    state: ClientState,
    decoder: Decoder,
    output: Vec<u8>,
    hello: Vec<u8>,
    peer: String,
    send_limit: usize,
    refused: bool,
}

impl Client {
    /// HELLO is in the output at once.
    pub fn new(own_id: &str, seed: Seed) -> Self {
        let hello = hello::hello(own_id, &seed.nonce);
        Client {
            own_id: own_id.to_owned(),
            seed,
            state: ClientState::HelloSent,
            decoder: Decoder::default(),
            output: hello.clone(),
            hello,
            peer: String::new(),
            send_limit: 0,
            refused: false,
        }
    }

    /// Where arriving bytes go; see [`Decoder`].
    pub fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// Bytes to send now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Looks at what has arrived.
    pub fn step(&mut self) -> Step {
        match self.advance() {
            Ok(step) => step,
            Err(code) => self.fail(code),
        }
    }

    fn advance(&mut self) -> Result<Step, Code> {
        let wanted = match &self.state {
            ClientState::HelloSent => Kind::HelloAck,
            ClientState::NoiseSent(_) => Kind::Noise2,
            ClientState::ConfirmSent(_) => Kind::Record,
            ClientState::Judging(_) => return Ok(Step::Peer(self.peer.clone())),
            ClientState::Ready(_) => return Ok(Step::Ready),
            ClientState::Over(code) => return Ok(Step::Failed(*code)),
        };
        let Some(header) = self.decoder.header() else {
            return Ok(Step::Read);
        };
        let header = header.map_err(|_| code::HEADER_INVALID)?;
        let error = header.kind == Kind::Error && wanted != Kind::Record;
        if !error {
            judge(header, wanted, code::INVALID_AUTH_STAT)?;
        } else if header.length != 4 {
            return Err(code::PROCESS_AUTH_DATA);
        }
        let Some(Ok((_, frame))) = self.decoder.take() else {
            return Ok(Step::Read);
        };
        let body = frame.get(HEADER..).unwrap_or_default();
        if error {
            self.refused = true;
            return Err(error_code(body));
        }
        match std::mem::replace(&mut self.state, ClientState::Over(code::ERROR)) {
            ClientState::HelloSent => {
                self.peer = hello::read_hello_ack(body, &self.own_id)?;
                self.state = ClientState::Judging(Prologue::new(&self.hello, frame));
                Ok(Step::Peer(self.peer.clone()))
            }
            ClientState::NoiseSent(initiator) => {
                let verified = initiator.finish(body).map_err(|noise::Refused| code::AUTH_FAILED)?;
                let (mut cipher, limit) = verified.ok_or(code::PROCESS_AUTH_DATA)?;
                self.send_limit = usize::from(limit.min(OWN_LIMIT));
                put(&mut cipher, &Record::Confirm, &mut self.output).ok_or(code::ENCRYPT)?;
                self.state = ClientState::ConfirmSent(cipher);
                self.advance()
            }
            ClientState::ConfirmSent(mut cipher) => {
                let mut plain = [0; crate::frame::MAX_BODY];
                let length = cipher
                    .open(body, &mut plain)
                    .map_err(|noise::Refused| code::AUTH_FAILED)?;
                match Record::parse(plain.get(..length).unwrap_or_default()) {
                    Some(Record::Ready) => {
                        self.state = ClientState::Ready(cipher);
                        Ok(Step::Ready)
                    }
                    Some(Record::Close(1)) => Err(code::DEVICE_NOT_AUTHORIZED),
                    Some(Record::Close(_)) => Err(code::CONNECTION_REFUSED),
                    _ => Err(code::INVALID_AUTH_STAT),
                }
            }
            _ => Err(code::BRANCH),
        }
    }

    /// After [`Step::Peer`]: goes on with this key; NOISE_1 goes out.
    pub fn start(&mut self, psk: &Psk) {
        let ClientState::Judging(prologue) = &self.state else {
            return;
        };
        self.state = match Initiator::start(prologue, psk, OWN_LIMIT, self.seed.ephemeral.as_ref()) {
            Ok((initiator, noise1)) => {
                self.output.extend_from_slice(&noise1);
                ClientState::NoiseSent(initiator)
            }
            Err(noise::Refused) => ClientState::Over(code::GEN_RANDOM),
        };
    }

    /// Ends the attempt: the driver's judgement, a timeout, a lost connection.
    pub fn fail(&mut self, code: Code) -> Step {
        self.state = ClientState::Over(code);
        Step::Failed(code)
    }

    /// Whether it failed by an ERROR frame of the server.
    pub fn refused_by_server(&self) -> bool {
        self.refused
    }

    /// After [`Step::Ready`].
    pub fn established(self) -> Option<Established> {
        let ClientState::Ready(cipher) = self.state else {
            return None;
        };
        let Client {
            peer,
            send_limit,
            decoder,
            output,
            ..
        } = self;
        Some(Established {
            peer,
            cipher,
            send_limit,
            decoder,
            output,
        })
    }
}

/// The code an ERROR frame stands for: never success, never one that has no place there.
fn error_code(body: &[u8]) -> Code {
    match body.try_into().map(u32::from_be_bytes) {
        Ok(code) if code::allowed_on_wire(code) => code,
        _ => code::PROCESS_AUTH_DATA,
    }
}
