//! An authenticated session as a state machine (docs/spec/nearlink.md#records,
//! docs/spec/nearlink.md#timers): records in, events and bytes out, time as an argument. It keeps
//! sequence numbers, acknowledgements and heartbeats; queues and sockets are its driver's.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::code::{self, Code};
use crate::frame::{Decoder, HEADER, Kind, MAX_BODY};
use crate::handshake::Established;
use crate::noise::Cipher;
use crate::record::{Reason, Record, Status};

/// Times of a session.
#[derive(Clone, Debug)]
pub struct Timers {
    /// A message without acknowledgement for so long is lost.
    pub acknowledge: Duration,
    /// PING after so long without a record in either direction; the membership check runs as often.
    pub heartbeat: Duration,
    /// The peer is gone after so long without any record from it.
    pub silence: Duration,
    /// So long a peer that was asked for a sign of life may take; more than it stops reading for a full queue.
    pub probe: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            acknowledge: Duration::from_secs(10),
            heartbeat: Duration::from_secs(30),
            silence: Duration::from_secs(90),
            probe: Duration::from_secs(6),
        }
    }
}

/// A record of this age proves that the peer is there.
const JUST_NOW: Duration = Duration::from_secs(1);

/// What has arrived.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// No whole frame is waiting.
    Idle,
    /// A message, followed by one NUL byte; answer with [`Session::acknowledge`].
    Data { seq: u32, message: Vec<u8> },
    /// One of our messages was answered.
    Answered(Status),
    /// The session is over.
    End(Ending),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// For the log; `SUCCESS` when the peer closed in good order.
    pub code: Code,
    /// The reason in the CLOSE that the peer sent.
    pub received: Option<u16>,
}

impl Ending {
    pub fn because(code: Code) -> Self {
        Ending { code, received: None }
    }
}

/// One session.
pub struct Session {
    cipher: Cipher,
    decoder: Decoder,
    output: Vec<u8>,
    scratch: Vec<u8>,
    timers: Timers,
    /// When each unanswered message was accepted, from sequence number `first_unanswered` on; `None` = answered out of order.
    unanswered: VecDeque<Option<Instant>>,
    first_unanswered: u32,
    last_received_seq: u32,
    /// Received, not acknowledged yet.
    open_seq: Option<u32>,
    last_sent: Instant,
    last_received: Instant,
    token: u32,
    /// The PING that must be answered, and until when.
    probe: Option<(u32, Instant)>,
}

impl Session {
    pub fn new(start: Established, timers: Timers, now: Instant) -> Self {
        Session {
            cipher: start.cipher,
            decoder: start.decoder,
            output: start.output,
            scratch: Vec::new(),
            timers,
            unanswered: VecDeque::new(),
            first_unanswered: 1,
            last_received_seq: 0,
            open_seq: None,
            last_sent: now,
            last_received: now,
            token: 0,
            probe: None,
        }
    }

    /// Room for arriving bytes, and the bytes to send.
    pub fn buffers(&mut self) -> (&mut [u8], &[u8]) {
        (self.decoder.room(), &self.output)
    }

    /// `count` bytes have arrived in the room.
    pub fn filled(&mut self, count: usize) {
        self.decoder.filled(count);
    }

    /// Bytes waiting to be sent.
    pub fn pending_output(&self) -> usize {
        self.output.len()
    }

    /// The first `count` bytes of the output have been sent.
    pub fn sent(&mut self, count: usize) {
        self.output.drain(..count.min(self.output.len()));
        if self.output.is_empty() && self.output.capacity() > MAX_BODY {
            self.output = Vec::new();
        }
    }

    /// Messages sent and not answered.
    pub fn unanswered(&self) -> usize {
        self.unanswered.iter().filter(|m| m.is_some()).count()
    }

    fn put(&mut self, record: &Record<'_>, now: Instant) -> Result<(), Code> {
        self.scratch.clear();
        record.put(&mut self.scratch);
        self.last_sent = now;
        self.cipher
            .seal(&self.scratch, &mut self.output)
            .map_err(|_| code::ENCRYPT)
    }

    /// Encrypts one message that the program handed over at `accepted`.
    pub fn send(&mut self, message: &[u8], accepted: Instant, now: Instant) -> Result<(), Code> {
        let count = u32::try_from(self.unanswered.len()).map_err(|_| code::ERROR)?;
        let seq = self.first_unanswered.checked_add(count).ok_or(code::SEND_FAILED)?;
        self.put(&Record::Data { seq, body: message }, now)?;
        self.unanswered.push_back(Some(accepted));
        Ok(())
    }

    /// Answers the message of [`Event::Data`].
    pub fn acknowledge(&mut self, status: Status, now: Instant) -> Result<(), Code> {
        let Some(seq) = self.open_seq.take() else { return Ok(()) };
        let status = match status {
            Status::Queued => 0,
            Status::Full => 1,
            Status::NoReceiver => 2,
        };
        self.put(&Record::Ack { seq, status }, now)
    }

    /// Appends CLOSE to the output.
    pub fn close(&mut self, reason: Reason, now: Instant) {
        if self.put(&Record::Close(reason as u16), now).is_err() {
            self.output.clear();
        }
    }

    /// Takes the next frame. PINGs are answered on the way.
    pub fn next(&mut self, now: Instant) -> Event {
        loop {
            match self.take(now) {
                Ok(Some(event)) => return event,
                Ok(None) => {}
                Err(code) => return Event::End(Ending::because(code)),
            }
        }
    }

    fn take(&mut self, now: Instant) -> Result<Option<Event>, Code> {
        let (header, frame) = match self.decoder.take() {
            None => {
                if let Some(Err(_)) = self.decoder.header() {
                    return Err(code::HEADER_INVALID);
                }
                return Ok(Some(Event::Idle));
            }
            Some(next) => next.map_err(|_| code::HEADER_INVALID)?,
        };
        if header.kind != Kind::Record {
            return Err(self.violation(code::INVALID_AUTH_STAT, now));
        }
        let mut plain = [0; MAX_BODY];
        let body = frame.get(HEADER..).unwrap_or_default();
        let length = self.cipher.open(body, &mut plain).map_err(|_| code::DECRYPT)?;
        let record = Record::parse(plain.get(..length).unwrap_or_default()).ok_or(code::HEADER_INVALID)?;
        self.last_received = now;
        match record {
            Record::Data { seq, body } => {
                if self.last_received_seq.checked_add(1) != Some(seq) {
                    return Err(self.violation(code::HEADER_INVALID, now));
                }
                self.last_received_seq = seq;
                self.open_seq = Some(seq);
                let mut message = Vec::with_capacity(body.len() + 1);
                message.extend_from_slice(body);
                message.push(0);
                Ok(Some(Event::Data { seq, message }))
            }
            Record::Ack { seq, status } => match self.answered(seq, status) {
                Some(status) => Ok(Some(Event::Answered(status))),
                None => Err(self.violation(code::INVALID_REQUEST_ID, now)),
            },
            Record::Ping(token) => self.put(&Record::Pong(token), now).map(|()| None),
            Record::Pong(token) => {
                self.probe.take_if(|(asked, _)| *asked == token);
                Ok(None)
            }
            Record::Close(reason) => Ok(Some(Event::End(Ending {
                code: code::SUCCESS,
                received: Some(reason),
            }))),
            Record::Confirm | Record::Ready => Err(self.violation(code::INVALID_AUTH_STAT, now)),
        }
    }

    fn violation(&mut self, code: Code, now: Instant) -> Code {
        self.close(Reason::Protocol, now);
        code
    }

    fn answered(&mut self, seq: u32, status: u8) -> Option<Status> {
        let status = match status {
            0 => Status::Queued,
            1 => Status::Full,
            2 => Status::NoReceiver,
            _ => return None,
        };
        let index = usize::try_from(seq.checked_sub(self.first_unanswered)?).ok()?;
        self.unanswered.get_mut(index)?.take()?;
        while let Some(None) = self.unanswered.front() {
            self.unanswered.pop_front();
            self.first_unanswered = self.first_unanswered.wrapping_add(1);
        }
        Some(status)
    }

    /// When [`Session::tick`] has something to do.
    pub fn deadline(&self) -> Instant {
        let quiet = self.last_sent.max(self.last_received) + self.timers.heartbeat;
        let mut deadline = quiet.min(self.last_received + self.timers.silence);
        if let Some((_, until)) = self.probe {
            deadline = deadline.min(until);
        }
        match self.unanswered.front() {
            Some(Some(accepted)) => deadline.min(*accepted + self.timers.acknowledge),
            _ => deadline,
        }
    }

    /// Heartbeat and timeouts.
    pub fn tick(&mut self, now: Instant) -> Option<Ending> {
        let unproven = self.probe.is_some_and(|(_, until)| now >= until);
        if unproven || now >= self.last_received + self.timers.silence {
            self.close(Reason::Idle, now);
            return Some(Ending::because(code::SEND_FAILED));
        }
        if let Some(Some(accepted)) = self.unanswered.front() {
            if now >= *accepted + self.timers.acknowledge {
                self.close(Reason::Idle, now);
                return Some(Ending::because(code::SEND_FAILED));
            }
        }
        if now >= self.last_sent.max(self.last_received) + self.timers.heartbeat {
            if let Err(code) = self.ping(now) {
                return Some(Ending::because(code));
            }
        }
        None
    }

    fn ping(&mut self, now: Instant) -> Result<(), Code> {
        self.token = self.token.wrapping_add(1);
        self.put(&Record::Ping(self.token), now)
    }

    /// There is reason to think that the peer is no longer there: unless something of it came just now, or it answers a PING
    /// soon, the session is over.
    pub fn probe(&mut self, now: Instant) -> Result<(), Code> {
        if self.probe.is_none() && now >= self.last_received + JUST_NOW {
            self.ping(now)?;
            self.probe = Some((self.token, now + self.timers.probe));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::HEADER;
    use crate::noise::{self, Psk};
    use proptest::prelude::*;

    fn pair(now: Instant) -> (Session, Session) {
        let (psk, prologue) = (Psk::new([3; 32]), noise::Prologue::new(b"hello", b"ack"));
        let (initiator, noise1) = noise::Initiator::start(&prologue, &psk, 2018, None).unwrap();
        let answer = noise::respond(&prologue, &psk, &noise1[HEADER..], 2018, None)
            .unwrap()
            .unwrap();
        let (client, _) = initiator.finish(&answer.noise2[HEADER..]).unwrap().unwrap();
        let session = |cipher, peer: &str| {
            let start = Established {
                peer: peer.into(),
                cipher,
                send_limit: 2018,
                decoder: Decoder::default(),
                output: Vec::new(),
            };
            Session::new(start, Timers::default(), now)
        };
        (session(client, "server"), session(answer.cipher, "client"))
    }

    /// Passes at most `count` bytes on.
    fn pass(from: &mut Session, to: &mut Session, count: usize) -> usize {
        let bytes = from.buffers().1.to_vec();
        let (room, _) = to.buffers();
        let count = count.min(bytes.len()).min(room.len());
        room[..count].copy_from_slice(&bytes[..count]);
        to.filled(count);
        from.sent(count);
        count
    }

    fn seconds(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn heartbeat_and_silence() {
        let t0 = Instant::now();
        let (mut a, mut b) = pair(t0);
        assert_eq!(a.deadline(), t0 + seconds(30));
        assert_eq!((a.tick(t0 + seconds(29)), a.pending_output()), (None, 0));
        assert_eq!(a.tick(t0 + seconds(30)), None);
        assert!(a.pending_output() > 0, "PING");
        pass(&mut a, &mut b, 4096);
        assert_eq!(b.next(t0 + seconds(31)), Event::Idle);
        pass(&mut b, &mut a, 4096);
        assert_eq!(a.next(t0 + seconds(32)), Event::Idle, "PONG");
        assert_eq!(a.deadline(), t0 + seconds(62));
        // From now on nothing comes back.
        for s in [62, 92] {
            assert_eq!(a.tick(t0 + seconds(s)), None);
        }
        assert_eq!(a.deadline(), t0 + seconds(122));
        assert_eq!(a.tick(t0 + seconds(122)), Some(Ending::because(code::SEND_FAILED)));
    }

    #[test]
    fn a_probe_wants_its_own_answer() {
        let t0 = Instant::now();
        let (mut a, mut b) = pair(t0);
        a.probe(t0).unwrap();
        assert_eq!(a.pending_output(), 0, "something came just now");
        a.probe(t0 + seconds(1)).unwrap();
        a.probe(t0 + seconds(2)).unwrap();
        assert_eq!(a.deadline(), t0 + seconds(7));
        pass(&mut a, &mut b, 4096);
        assert_eq!(b.next(t0), Event::Idle);
        pass(&mut b, &mut a, 4096);
        assert_eq!(a.next(t0 + seconds(3)), Event::Idle, "PONG");
        assert_eq!(a.tick(t0 + seconds(8)), None);
        // What the peer had sent before is no answer.
        a.probe(t0 + seconds(10)).unwrap();
        b.send(b"sent long ago", t0, t0).unwrap();
        pass(&mut b, &mut a, 4096);
        assert!(matches!(a.next(t0 + seconds(11)), Event::Data { .. }));
        assert_eq!(a.tick(t0 + seconds(15)), None);
        assert_eq!(a.tick(t0 + seconds(16)), Some(Ending::because(code::SEND_FAILED)));
    }

    #[test]
    fn acknowledgements_in_any_order_and_their_timeout() {
        let t0 = Instant::now();
        let (mut a, mut b) = pair(t0);
        for n in 0..3 {
            a.send(b"x", t0 + seconds(n), t0 + seconds(n)).unwrap();
        }
        for seq in [2u32, 1] {
            b.put(&Record::Ack { seq, status: 0 }, t0).unwrap();
            pass(&mut b, &mut a, 4096);
            assert_eq!(a.next(t0), Event::Answered(Status::Queued));
            assert_eq!(a.deadline(), t0 + seconds(if seq == 2 { 10 } else { 12 }));
        }
        assert_eq!(a.unanswered(), 1);
        assert_eq!(a.tick(t0 + seconds(11)), None);
        assert_eq!(a.tick(t0 + seconds(12)), Some(Ending::because(code::SEND_FAILED)));
        b.put(&Record::Ack { seq: 1, status: 0 }, t0).unwrap();
        pass(&mut b, &mut a, 4096);
        assert_eq!(a.next(t0), Event::End(Ending::because(code::INVALID_REQUEST_ID)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Whatever the pieces in which bytes arrive: every message once, in order, each answered once.
        #[test]
        fn both_directions_deliver(actions in prop::collection::vec((0u8..4, 1usize..3000), 1..120)) {
            let now = Instant::now();
            let (mut a, mut b) = pair(now);
            let (mut sent, mut got, mut answered) = ([0u32; 2], [0u32; 2], [0u32; 2]);
            let mut take = |session: &mut Session, side: usize| loop {
                match session.next(now) {
                    Event::Idle => return,
                    Event::Data { seq, message } => {
                        got[side] += 1;
                        assert_eq!((seq, message), (got[side], format!("{seq}\0").into_bytes()));
                        session.acknowledge(Status::Queued, now).unwrap();
                    }
                    Event::Answered(_) => answered[side] += 1,
                    Event::End(ending) => panic!("{ending:?}"),
                }
            };
            for (action, count) in actions {
                match action {
                    0 => { sent[0] += 1; a.send(sent[0].to_string().as_bytes(), now, now).unwrap(); }
                    1 => { sent[1] += 1; b.send(sent[1].to_string().as_bytes(), now, now).unwrap(); }
                    2 => { pass(&mut a, &mut b, count); take(&mut b, 1); }
                    _ => { pass(&mut b, &mut a, count); take(&mut a, 0); }
                }
            }
            while pass(&mut a, &mut b, 700) + pass(&mut b, &mut a, 700) > 0 {
                take(&mut a, 0);
                take(&mut b, 1);
            }
            prop_assert_eq!(got, [sent[1], sent[0]]);
            prop_assert_eq!(answered, sent);
            prop_assert_eq!(a.unanswered() + b.unanswered(), 0);
        }
    }
}
