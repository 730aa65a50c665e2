//! An independent peer, written from the document alone: Noise NNpsk0 by hand over X25519, ChaCha20-Poly1305 and SHA-256,
//! blocking sockets. It shares no code with the library and can be made to misbehave.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use curve25519_dalek::montgomery::MontgomeryPoint;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

pub const LABEL: &[u8] = b"hwmqtt dconn v1";

pub fn psk(key: &str) -> [u8; 32] {
    let mut out = [0; 32];
    let iterations = 100_000.try_into().unwrap();
    ring::pbkdf2::derive(
        ring::pbkdf2::PBKDF2_HMAC_SHA256,
        iterations,
        LABEL,
        key.as_bytes(),
        &mut out,
    );
    out
}

fn hmac(key: &[u8], data: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).unwrap();
    data.iter().for_each(|d| mac.update(d));
    mac.finalize().into_bytes().into()
}

fn hkdf(chain: &[u8; 32], input: &[u8]) -> [[u8; 32]; 3] {
    let secret = hmac(chain, &[input]);
    let one = hmac(&secret, &[&[1]]);
    let two = hmac(&secret, &[&one, &[2]]);
    let three = hmac(&secret, &[&two, &[3]]);
    [one, two, three]
}

pub fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![b'H', b'D', 1, kind];
    out.extend_from_slice(&(body.len() as u16).to_be_bytes());
    out.extend_from_slice(body);
    out
}

pub fn hello(kind: u8, id: &str, nonce: [u8; 16]) -> Vec<u8> {
    let role = u8::from(kind == 1);
    let mut body = vec![1, 1, role, 0];
    body.extend_from_slice(&nonce);
    body.push(id.len() as u8);
    body.extend_from_slice(id.as_bytes());
    frame(kind, &body)
}

pub struct Cipher {
    key: [u8; 32],
    counter: u64,
}

impl Cipher {
    fn nonce(&mut self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.counter.to_le_bytes());
        self.counter += 1;
        nonce
    }

    pub fn seal(&mut self, ad: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = self.nonce();
        let cipher = ChaCha20Poly1305::new(&self.key.into());
        cipher.encrypt(&nonce.into(), Payload { msg: plain, aad: ad }).unwrap()
    }

    pub fn open(&mut self, ad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let nonce = self.nonce();
        let cipher = ChaCha20Poly1305::new(&self.key.into());
        cipher.decrypt(&nonce.into(), Payload { msg: sealed, aad: ad }).ok()
    }
}

struct Symmetric {
    chain: [u8; 32],
    hash: [u8; 32],
    cipher: Cipher,
}

impl Symmetric {
    fn new(prologue: &[u8]) -> Self {
        let name: [u8; 32] = Sha256::digest(b"Noise_NNpsk0_25519_ChaChaPoly_SHA256").into();
        let mut s = Symmetric {
            chain: name,
            hash: name,
            cipher: Cipher {
                key: [0; 32],
                counter: 0,
            },
        };
        s.mix_hash(prologue);
        s
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = Sha256::new()
            .chain_update(self.hash)
            .chain_update(data)
            .finalize()
            .into();
    }

    fn mix_key(&mut self, input: &[u8]) {
        let [chain, key, _] = hkdf(&self.chain, input);
        self.chain = chain;
        self.cipher = Cipher { key, counter: 0 };
    }

    fn mix_psk(&mut self, psk: &[u8; 32]) {
        let [chain, hash, key] = hkdf(&self.chain, psk);
        self.chain = chain;
        self.mix_hash(&hash);
        self.cipher = Cipher { key, counter: 0 };
    }

    fn ephemeral(&mut self, public: &[u8; 32]) {
        self.mix_hash(public);
        self.mix_key(public);
    }

    fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let hash = self.hash;
        let out = self.cipher.seal(&hash, plain);
        self.mix_hash(&out);
        out
    }

    fn open(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        let hash = self.hash;
        let out = self.cipher.open(&hash, sealed)?;
        self.mix_hash(sealed);
        Some(out)
    }

    fn split(&self) -> (Cipher, Cipher) {
        let [a, b, _] = hkdf(&self.chain, &[]);
        (Cipher { key: a, counter: 0 }, Cipher { key: b, counter: 0 })
    }
}

fn key_pair() -> ([u8; 32], [u8; 32]) {
    let mut private = [0; 32];
    getrandom::fill(&mut private).unwrap();
    (private, MontgomeryPoint::mul_base_clamped(private).to_bytes())
}

fn shared(private: [u8; 32], public: [u8; 32]) -> [u8; 32] {
    MontgomeryPoint(public).mul_clamped(private).to_bytes()
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// What the other side did instead of what was expected.
#[derive(Debug, PartialEq, Eq)]
pub enum Surprise {
    /// An ERROR frame with this code.
    Error(u32),
    Closed,
    Silence,
    Frame(u8),
    Unverifiable,
    Record(Vec<u8>),
}

pub struct Peer {
    pub stream: TcpStream,
    pub tx: Option<Cipher>,
    pub rx: Option<Cipher>,
    pub id: String,
    seq: u32,
    /// Every byte of the connection in either direction.
    pub capture: Vec<u8>,
    /// Announced as the largest DATA body.
    pub limit: u16,
}

pub type Outcome<T> = Result<T, Surprise>;

impl Peer {
    pub fn over(stream: TcpStream) -> Peer {
        stream.set_read_timeout(Some(Duration::from_secs(6))).unwrap();
        stream.set_nodelay(true).unwrap();
        Peer {
            stream,
            tx: None,
            rx: None,
            id: String::new(),
            seq: 0,
            capture: Vec::new(),
            limit: 2018,
        }
    }

    /// Connects from a loopback address of choice.
    pub fn dial(from: &str, to: &str, port: u16) -> Peer {
        Peer::try_dial(from, to, port).unwrap()
    }

    pub fn try_dial(from: &str, to: &str, port: u16) -> std::io::Result<Peer> {
        Peer::try_dial_with(from, to, port, |_| {})
    }

    pub fn try_dial_with(
        from: &str,
        to: &str,
        port: u16,
        prepare: impl FnOnce(&socket2::Socket),
    ) -> std::io::Result<Peer> {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        prepare(&socket);
        socket.bind(&SocketAddr::new(from.parse().unwrap(), 0).into())?;
        socket.connect(&SocketAddr::new(to.parse().unwrap(), port).into())?;
        Ok(Peer::over(socket.into()))
    }

    pub fn listen(address: &str, port: u16) -> TcpListener {
        TcpListener::bind((address, port)).unwrap()
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.capture.extend_from_slice(bytes);
        let _ = self.stream.write_all(bytes);
    }

    fn exact(&mut self, count: usize) -> Outcome<Vec<u8>> {
        let mut out = vec![0; count];
        match self.stream.read_exact(&mut out) {
            Ok(()) => {
                self.capture.extend_from_slice(&out);
                Ok(out)
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Err(Surprise::Silence),
            Err(_) => Err(Surprise::Closed),
        }
    }

    /// Type, body, whole frame.
    pub fn any_frame(&mut self) -> Outcome<(u8, Vec<u8>, Vec<u8>)> {
        let header = self.exact(6)?;
        assert_eq!(header[..3], *b"HD\x01");
        let body = self.exact(u16::from_be_bytes([header[4], header[5]]).into())?;
        Ok((header[3], body.clone(), [header, body].concat()))
    }

    pub fn frame(&mut self, wanted: u8) -> Outcome<(Vec<u8>, Vec<u8>)> {
        match self.any_frame()? {
            (kind, body, whole) if kind == wanted => Ok((body, whole)),
            (0x7F, body, _) => Err(Surprise::Error(u32::from_be_bytes(body.try_into().unwrap()))),
            (kind, ..) => Err(Surprise::Frame(kind)),
        }
    }

    /// The whole handshake as a client.
    pub fn client(&mut self, own: &str, key: &str) -> Outcome<()> {
        self.client_with(own, &psk(key), &mut |_, frame| frame)
    }

    /// `change` sees each frame before it is sent or used (1 … 4) and may alter it.
    pub fn client_with(
        &mut self,
        own: &str,
        psk: &[u8; 32],
        change: &mut dyn FnMut(u8, Vec<u8>) -> Vec<u8>,
    ) -> Outcome<()> {
        let hello = hello(1, own, random());
        let sent = change(1, hello.clone());
        self.raw(&sent);
        let (_, ack) = self.frame(2)?;
        let ack = change(2, ack);
        self.id = String::from_utf8_lossy(&ack[27..]).into_owned();
        let mut noise = Symmetric::new(&[LABEL, &hello, &ack].concat());
        let (private, public) = key_pair();
        noise.mix_psk(psk);
        noise.ephemeral(&public);
        let noise1 = frame(
            3,
            &[
                public.to_vec(),
                noise.seal(&[&[1], self.limit.to_be_bytes().as_slice()].concat()),
            ]
            .concat(),
        );
        self.raw(&change(3, noise1));
        let (_, noise2) = self.frame(4)?;
        let noise2 = &change(4, noise2)[6..];
        assert_eq!(noise2.len(), 51);
        let theirs: [u8; 32] = noise2[..32].try_into().unwrap();
        noise.ephemeral(&theirs);
        noise.mix_key(&shared(private, theirs));
        let payload = noise.open(&noise2[32..]).ok_or(Surprise::Unverifiable)?;
        assert_eq!(payload, [1, 0x07, 0xe2]);
        let (tx, rx) = noise.split();
        (self.tx, self.rx) = (Some(tx), Some(rx));
        self.record(&[1]);
        match self.read_record()? {
            ready if ready == [2] => Ok(()),
            other => Err(Surprise::Record(other)),
        }
    }

    /// The whole handshake as a server.
    pub fn server(&mut self, own: &str, key: &str) -> Outcome<()> {
        self.server_with(own, &psk(key), &mut |_, frame| frame)
    }

    pub fn server_with(
        &mut self,
        own: &str,
        psk: &[u8; 32],
        change: &mut dyn FnMut(u8, Vec<u8>) -> Vec<u8>,
    ) -> Outcome<()> {
        let (body, hello_frame) = self.frame(1)?;
        assert_eq!(
            (body[0], body[1], body[2], usize::from(body[20])),
            (1, 1, 1, body.len() - 21)
        );
        self.id = String::from_utf8(body[21..].to_vec()).unwrap();
        let ack = hello(2, own, random());
        self.raw(&change(2, ack.clone()));
        let mut noise = Symmetric::new(&[LABEL, &hello_frame, &ack].concat());
        let (noise1, _) = self.frame(3)?;
        assert_eq!(noise1.len(), 51);
        let theirs: [u8; 32] = noise1[..32].try_into().unwrap();
        noise.mix_psk(psk);
        noise.ephemeral(&theirs);
        let payload = noise.open(&noise1[32..]).ok_or(Surprise::Unverifiable)?;
        assert_eq!(payload, [1, 0x07, 0xe2]);
        let (private, public) = key_pair();
        noise.ephemeral(&public);
        noise.mix_key(&shared(private, theirs));
        let noise2 = frame(4, &[public.to_vec(), noise.seal(&[1, 0x07, 0xe2])].concat());
        self.raw(&change(4, noise2));
        let (rx, tx) = noise.split();
        (self.tx, self.rx) = (Some(tx), Some(rx));
        match self.read_record()? {
            confirm if confirm == [1] => {}
            other => return Err(Surprise::Record(other)),
        }
        self.record(&[2]);
        Ok(())
    }

    pub fn sealed(&mut self, plain: &[u8]) -> Vec<u8> {
        frame(0x10, &self.tx.as_mut().unwrap().seal(&[], plain))
    }

    pub fn record(&mut self, plain: &[u8]) {
        let sealed = self.sealed(plain);
        self.raw(&sealed);
    }

    pub fn read_record(&mut self) -> Outcome<Vec<u8>> {
        let (body, _) = self.frame(0x10)?;
        self.rx.as_mut().unwrap().open(&[], &body).ok_or(Surprise::Unverifiable)
    }

    pub fn data_record(seq: u32, data: &[u8]) -> Vec<u8> {
        [&[0x10], seq.to_be_bytes().as_slice(), data].concat()
    }

    /// Sends the next DATA; its sequence number.
    pub fn data(&mut self, data: &[u8]) -> u32 {
        self.seq += 1;
        let record = Peer::data_record(self.seq, data);
        self.record(&record);
        self.seq
    }

    /// Reads one DATA and acknowledges it.
    pub fn receive(&mut self, status: u8) -> Outcome<Vec<u8>> {
        let record = self.read_record()?;
        if record[0] != 0x10 {
            return Err(Surprise::Record(record));
        }
        let ack = [&[0x11], &record[1..5], &[status]].concat();
        self.record(&ack);
        Ok(record[5..].to_vec())
    }

    /// Reads until the connection ends; the records before that.
    pub fn until_closed(&mut self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            match self.read_record() {
                Ok(record) => all.push(record),
                Err(Surprise::Closed) => return all,
                Err(other) => panic!("not closed but {other:?} after {all:?}"),
            }
        }
    }
}
