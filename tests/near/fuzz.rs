//! A million random, truncated and nearly right inputs for everything that reads the wire before and after authentication: no
//! panic, no input that is taken for more than it is. Deterministic, so that a failure can be repeated.

use std::time::Instant;

use nearlink::frame::{Decoder, HEADER, Kind, MAX_FRAME, frame};
use nearlink::handshake::{Client, Seed, Server, Step};
use nearlink::hello;
use nearlink::noise;
use nearlink::record::Record;
use nearlink::session::{Event, Session, Timers};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit
    }

    /// Changes some bytes, the length, or both.
    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.below(3) {
            if !bytes.is_empty() {
                let at = self.below(bytes.len());
                bytes[at] = self.next() as u8;
            }
        }
        match self.below(4) {
            0 => bytes.truncate(self.below(bytes.len() + 1)),
            1 => bytes.push(self.next() as u8),
            _ => {}
        }
    }
}

/// Frames as an attacker would make them from good ones.
fn some_frame(random: &mut Random) -> Vec<u8> {
    let mut bytes = match random.below(7) {
        0 => hello::hello("dev_B", &[7; 16]),
        1 => hello::hello_ack("dev_A", &[7; 16]),
        2 => frame(Kind::Noise1, &[9; 51]),
        3 => frame(Kind::Noise2, &[9; 51]),
        4 => frame(Kind::Record, &[9; 17]),
        5 => frame(Kind::Error, &[0, 0, 0x70, 1]),
        _ => {
            let length = random.below(64);
            let mut bytes = b"HD\x01".to_vec();
            bytes.extend((0..length).map(|_| random.next() as u8));
            bytes
        }
    };
    random.spoil(&mut bytes);
    bytes
}

#[test]
fn frames() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut decoder = Decoder::default();
    let mut taken = 0;
    for _ in 0..600_000 {
        let bytes = some_frame(&mut random);
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let count = decoder.fill(rest);
            rest = &rest[count..];
            loop {
                match decoder.take() {
                    None => {
                        assert!(
                            !decoder.room().is_empty(),
                            "a frame that is not complete always has room to become so"
                        );
                        break;
                    }
                    Some(Err(_)) => {
                        decoder = Decoder::default();
                        rest = &[];
                        break;
                    }
                    Some(Ok((header, whole))) => {
                        assert!(whole.len() == HEADER + header.length && whole.len() <= MAX_FRAME);
                        let body = &whole[HEADER..];
                        if let Ok(id) = hello::read_hello(body, "dev_A") {
                            assert!(hello::is_id(&id) && id.len() + 21 == body.len());
                        }
                        let _ = hello::read_hello_ack(body, "dev_A");
                        taken += 1;
                    }
                }
            }
        }
    }
    assert!(taken > 50_000, "{taken}");
}

#[test]
fn records() {
    let mut random = Random(77);
    let mut understood = 0;
    for _ in 0..300_000 {
        let length = random.below(12);
        let mut plain = vec![[1, 2, 0x10, 0x11, 0x20, 0x21, 0x30, 0x31][random.below(8)]];
        plain.extend((0..length).map(|_| random.next() as u8));
        if let Some(record) = Record::parse(&plain) {
            let mut out = Vec::new();
            record.put(&mut out);
            assert_eq!(out, plain);
            understood += 1;
        }
    }
    assert!(understood > 10_000);
}

#[test]
fn handshakes() {
    let mut random = Random(4711);
    let psk = noise::Psk::new([5; 32]);
    let (mut peers, mut keys) = (0, 0);
    for _ in 0..60_000 {
        let mut server = Server::new("dev_A", Seed::default());
        for _ in 0..3 {
            server.decoder().fill(&some_frame(&mut random));
            match server.step() {
                Step::Peer(_) => {
                    server.accept();
                    peers += 1;
                }
                Step::Keys => {
                    keys += 1;
                    assert!(!server.try_key(&psk), "nobody has the key here");
                    server.refuse(nearlink::code::AUTH_FAILED);
                }
                Step::Confirmed | Step::Ready => panic!("authenticated"),
                Step::Failed(_) => break,
                Step::Read => {}
            }
        }
    }
    for _ in 0..60_000 {
        let mut client = Client::new("dev_B", Seed::default());
        for _ in 0..3 {
            client.decoder().fill(&some_frame(&mut random));
            match client.step() {
                Step::Peer(_) if peers % 50 == 0 => {
                    client.start(&psk);
                    peers += 1;
                }
                Step::Peer(_) => {
                    peers += 1;
                    break;
                }
                Step::Confirmed | Step::Ready | Step::Keys => panic!("authenticated"),
                Step::Failed(code) => {
                    assert_ne!(code, 0);
                    break;
                }
                Step::Read => {}
            }
        }
    }
    assert!(peers > 1000 && keys > 10, "{peers} {keys}");
}

/// Records that are sealed properly, but by a member that follows no rules.
#[test]
fn sessions() {
    let mut random = Random(99);
    let now = Instant::now();
    let psk = noise::Psk::new([5; 32]);
    let mut inputs = 0;
    while inputs < 20_000 {
        let prologue = noise::Prologue::new(b"hello", b"ack");
        let (initiator, noise1) = noise::Initiator::start(&prologue, &psk, 2018, None).unwrap();
        let answer = noise::respond(&prologue, &psk, &noise1[HEADER..], 2018, None)
            .unwrap()
            .unwrap();
        let (mut attacker, _) = initiator.finish(&answer.noise2[HEADER..]).unwrap().unwrap();
        let start = nearlink::handshake::Established {
            peer: "dev_B".into(),
            cipher: answer.cipher,
            send_limit: 2018,
            decoder: Decoder::default(),
            output: Vec::new(),
        };
        let mut session = Session::new(start, Timers::default(), now);
        let (mut seq, mut sent) = (0u32, 0u32);
        'session: loop {
            inputs += 1;
            if random.below(3) == 0 {
                session.send(b"message", now, now).unwrap();
                sent += 1;
            }
            let mut plain = Vec::new();
            match random.below(4) {
                0 => Record::Data {
                    seq: seq + 1,
                    body: b"data",
                }
                .put(&mut plain),
                1 => Record::Ack {
                    seq: 1 + random.below(sent as usize + 1) as u32,
                    status: random.below(3) as u8,
                }
                .put(&mut plain),
                2 => Record::Ping(7).put(&mut plain),
                _ => Record::Pong(7).put(&mut plain),
            }
            if random.below(20) == 0 {
                random.spoil(&mut plain);
            }
            let mut sealed = Vec::new();
            if attacker.seal(&plain, &mut sealed).is_err() {
                break;
            }
            if random.below(100) == 0 {
                random.spoil(&mut sealed);
            }
            let (room, _) = session.buffers();
            room[..sealed.len()].copy_from_slice(&sealed);
            session.filled(sealed.len());
            loop {
                match session.next(now) {
                    Event::Idle => break,
                    Event::Data { seq: got, message } => {
                        assert_eq!(got, seq + 1, "in order, once");
                        assert_eq!(message.last(), Some(&0));
                        seq = got;
                        session.acknowledge(nearlink::record::Status::Queued, now).unwrap();
                    }
                    Event::Answered(_) => {}
                    Event::End(_) => break 'session,
                }
            }
            assert!(session.unanswered() <= sent as usize);
            let pending = session.pending_output();
            session.sent(pending);
        }
    }
}
