//! The ledger: every event of the platform in order, for tests to wait on and for people to read.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};
use serde::Serialize;

use crate::broker::wire::Properties;
use crate::iotda::request::{Request, State, What};
use crate::iotda::weight::weight;
use crate::text::{line, mask, readable};

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The client sent DISCONNECT (reason code of MQTT 5, 0 in 3.1.1).
    Disconnect(u8),
    /// The client closed the connection without DISCONNECT.
    Closed,
    /// Nothing arrived for one and a half keep-alive periods.
    KeepAlive,
    /// A newer login of the same device.
    TakenOver,
    /// The operator or a fault ended it.
    Platform(String),
    /// The login was refused.
    Refused,
    /// The client broke the protocol, or the socket failed.
    Error(String),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A TCP connection was accepted.
    Accepted {
        peer: SocketAddr,
        tls: bool,
    },
    TlsFailed {
        reason: String,
    },
    /// A CONNECT packet, before it is judged.
    Connect {
        client_id: String,
        username: Option<String>,
        has_password: bool,
        keep_alive: u16,
        clean: bool,
        /// Protocol level: 4 is MQTT 3.1.1.
        level: u8,
        flags: u8,
        tls: bool,
        websocket: bool,
    },
    Refused {
        code: u8,
        reason: String,
    },
    /// CONNACK 0 was sent.
    Online {
        session_present: bool,
    },
    Subscribe {
        packet_id: u16,
        filters: Vec<(String, u8)>,
        codes: Vec<u8>,
    },
    Unsubscribe {
        packet_id: u16,
        filters: Vec<String>,
    },
    /// A device published.
    Uplink {
        topic: String,
        #[serde(serialize_with = "as_text")]
        payload: Vec<u8>,
        qos: u8,
        dup: bool,
        retain: bool,
        packet_id: u16,
        properties: Option<Box<Properties>>,
    },
    /// A device published where it may not; the message goes nowhere.
    Illegal {
        topic: String,
    },
    /// The platform published to a device.
    Push {
        topic: String,
        #[serde(serialize_with = "as_text")]
        payload: Vec<u8>,
        qos: u8,
        dup: bool,
        packet_id: u16,
    },
    /// The platform had something for a device that could not be delivered.
    Undelivered {
        topic: String,
        reason: String,
    },
    /// PUBACK of the device for a push.
    PubAck {
        packet_id: u16,
        reason: u8,
    },
    PubRec {
        packet_id: u16,
    },
    PubRel {
        packet_id: u16,
    },
    PubComp {
        packet_id: u16,
    },
    Ping,
    Ended(End),
    /// A request of the platform (command, property set or get): sent, answered, timed out or undelivered.
    Request(Box<Request>),
    /// Something a platform service noticed.
    Note {
        text: String,
    },
    /// What the operator did.
    Operator {
        text: String,
    },
}

fn as_text<S: serde::Serializer>(payload: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&mask(&String::from_utf8_lossy(payload)))
}

#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// Position in the ledger, from 0.
    pub seq: u64,
    #[serde(skip)]
    pub at: Instant,
    #[serde(serialize_with = "as_ms")]
    pub time: SystemTime,
    /// Number of the TCP connection, from 1; 0 where none is concerned.
    pub conn: u64,
    /// Known from the login on.
    pub device: Option<String>,
    pub kind: Kind,
}

fn as_ms<S: serde::Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    to.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

impl Event {
    pub fn is_from(&self, device: &str) -> bool {
        self.device.as_deref() == Some(device)
    }
    /// Topic and payload, if a device published this.
    pub fn uplink(&self) -> Option<(&str, &[u8])> {
        match &self.kind {
            Kind::Uplink { topic, payload, .. } => Some((topic, payload)),
            _ => None,
        }
    }
    /// Topic and payload, if the platform published this.
    pub fn push(&self) -> Option<(&str, &[u8])> {
        match &self.kind {
            Kind::Push { topic, payload, .. } => Some((topic, payload)),
            _ => None,
        }
    }
    /// Return code, if this is a refused login.
    pub fn refused(&self) -> Option<u8> {
        match self.kind {
            Kind::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
    /// A request of the platform and what became of it.
    pub fn request(&self) -> Option<&Request> {
        match &self.kind {
            Kind::Request(request) => Some(request),
            _ => None,
        }
    }
    pub fn ended(&self) -> Option<&End> {
        match &self.kind {
            Kind::Ended(end) => Some(end),
            _ => None,
        }
    }
}

/// One line, safe for a terminal.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line(&Raw(self).to_string()))
    }
}

/// An event in words, with whatever the device has sent in them.
struct Raw<'a>(&'a Event);

impl fmt::Display for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Raw(event) = self;
        let at = time::OffsetDateTime::from(event.time);
        write!(
            f,
            "{:02}:{:02}:{:02}.{:03} ",
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )?;
        match (&event.device, event.conn) {
            (Some(device), 0) => write!(f, "{device} ")?,
            (Some(device), conn) => write!(f, "#{conn} {device} ")?,
            (None, 0) => {}
            (None, conn) => write!(f, "#{conn} ")?,
        }
        match &event.kind {
            Kind::Accepted { peer, tls } => {
                write!(f, "connection from {peer} ({})", if *tls { "TLS" } else { "plain" })
            }
            Kind::TlsFailed { reason } => write!(f, "TLS handshake failed: {reason}"),
            Kind::Connect {
                client_id,
                username,
                has_password,
                keep_alive,
                clean,
                level,
                tls,
                websocket,
                ..
            } => write!(
                f,
                "CONNECT client id {client_id:?}, user {}, {}, keep-alive {keep_alive} s, clean {clean}, level {level}{}{}",
                username.as_deref().unwrap_or("(none)"),
                if *has_password { "with password" } else { "no password" },
                if *websocket { ", WebSocket" } else { "" },
                if *tls { ", TLS" } else { "" },
            ),
            Kind::Refused { code, reason } => write!(f, "<- CONNACK {code}: refused, {reason}"),
            Kind::Online { session_present } => {
                write!(
                    f,
                    "<- CONNACK 0: online{}",
                    if *session_present { ", session present" } else { "" }
                )
            }
            Kind::Subscribe {
                packet_id,
                filters,
                codes,
            } => {
                write!(f, "SUBSCRIBE {packet_id}")?;
                filters
                    .iter()
                    .zip(codes)
                    .try_for_each(|((filter, qos), code)| match code {
                        0..=2 => write!(f, " {filter} (QoS {qos}, granted {code})"),
                        _ => write!(f, " {filter} (QoS {qos}, refused {code:#04x})"),
                    })
            }
            Kind::Unsubscribe { packet_id, filters } => write!(f, "UNSUBSCRIBE {packet_id} {}", filters.join(" ")),
            Kind::Uplink {
                topic,
                payload,
                qos,
                dup,
                packet_id,
                properties,
                ..
            } => write!(
                f,
                "-> {topic} (QoS {qos}{}{}{}) {}",
                if *packet_id == 0 {
                    String::new()
                } else {
                    format!(", id {packet_id}")
                },
                if *dup { ", DUP" } else { "" },
                properties.as_ref().map_or(String::new(), |p| format!(", {p}")),
                readable(payload)
            ),
            Kind::Illegal { topic } => write!(f, "may not publish on {topic:?}: dropped"),
            Kind::Push {
                topic,
                payload,
                qos,
                dup,
                packet_id,
            } => write!(
                f,
                "<- {topic} (QoS {qos}{}{}) {}",
                if *packet_id == 0 {
                    String::new()
                } else {
                    format!(", id {packet_id}")
                },
                if *dup { ", DUP" } else { "" },
                readable(payload)
            ),
            Kind::Undelivered { topic, reason } => write!(f, "<- {topic} not delivered: {reason}"),
            Kind::PubAck { packet_id, reason } => match reason {
                0 => write!(f, "PUBACK {packet_id}"),
                _ => write!(f, "PUBACK {packet_id} with reason {reason:#04x}"),
            },
            Kind::PubRec { packet_id } => write!(f, "PUBREC {packet_id}"),
            Kind::PubRel { packet_id } => write!(f, "PUBREL {packet_id}"),
            Kind::PubComp { packet_id } => write!(f, "PUBCOMP {packet_id}"),
            Kind::Ping => f.write_str("PINGREQ"),
            Kind::Ended(end) => match end {
                End::Disconnect(0) => f.write_str("DISCONNECT"),
                End::Disconnect(reason) => write!(f, "DISCONNECT with reason {reason:#04x}"),
                End::Closed => f.write_str("closed the connection without DISCONNECT"),
                End::KeepAlive => f.write_str("silent for 1.5 keep-alive periods: cut"),
                End::TakenOver => f.write_str("cut: the device has logged in again"),
                End::Platform(why) => write!(f, "cut by the platform: {why}"),
                End::Refused => f.write_str("closed after the refusal"),
                End::Error(why) => write!(f, "connection failed: {why}"),
            },
            Kind::Request(request) => {
                let what = match request.what {
                    What::Command => "command",
                    What::CommandV3 => "V3 command",
                    What::PropertySet => "property set",
                    What::PropertyGet => "property get",
                };
                write!(f, "{what} {} ({}): ", request.request_id, request.name)?;
                match request.state() {
                    State::Sent => f.write_str("sent"),
                    State::Answered(code) => write!(f, "answered with code {code}"),
                    State::TimedOut => f.write_str("timed out"),
                    State::Undelivered => f.write_str("undelivered"),
                }
            }
            Kind::Note { text } => f.write_str(text),
            Kind::Operator { text } => write!(f, "operator: {text}"),
        }
    }
}

impl Kind {
    /// About how many bytes of memory an event of this kind takes.
    fn weight(&self) -> usize {
        let properties = |p: &Option<Box<Properties>>| {
            p.as_ref().map_or(0, |p| {
                let user: usize = p.user.iter().map(|(k, v)| k.len() + v.len() + 48).sum();
                user + p.correlation_data.as_ref().map_or(0, Vec::len)
            })
        };
        let filters = |list: &[(String, u8)]| list.iter().map(|(f, _)| f.len() + 33).sum::<usize>();
        let own = match self {
            Kind::Uplink {
                topic,
                payload,
                properties: p,
                ..
            } => topic.len() + payload.len() + properties(p),
            Kind::Push { topic, payload, .. } => topic.len() + payload.len(),
            Kind::Subscribe { filters: list, .. } => filters(list),
            Kind::Unsubscribe { filters, .. } => filters.iter().map(|f| f.len() + 32).sum(),
            Kind::Connect {
                client_id, username, ..
            } => client_id.len() + username.as_ref().map_or(0, String::len),
            Kind::TlsFailed { reason } | Kind::Refused { reason, .. } => reason.len(),
            Kind::Illegal { topic } => topic.len(),
            Kind::Undelivered { topic, reason } => topic.len() + reason.len(),
            Kind::Request(request) => request.topic.len() + request.answer.as_ref().map_or(0, weight),
            Kind::Note { text } | Kind::Operator { text } => text.len(),
            Kind::Ended(End::Error(text) | End::Platform(text)) => text.len(),
            _ => 0,
        };
        own + OVERHEAD
    }
}

/// What every event takes besides its own texts.
const OVERHEAD: usize = 256;

#[derive(Debug)]
struct Inner {
    events: VecDeque<Arc<Event>>,
    next: u64,
    /// Sum of the weights of `events`.
    bytes: usize,
    ended: bool,
}

impl Inner {
    /// Number of the oldest event that is still there.
    fn first(&self) -> u64 {
        self.next - self.events.len() as u64
    }

    fn drop_oldest(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.bytes -= event.kind.weight();
        }
    }
}

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

/// Shared by all connections; cheap to lock. Bounded by the number of events and by their bytes.
#[derive(Debug)]
pub struct Ledger {
    shared: Arc<Shared>,
    limit: usize,
    limit_bytes: usize,
}

/// Reads the ledger on, event by event. It holds nothing itself: whoever follows too slowly misses events.
#[derive(Debug)]
pub struct Follower {
    shared: Arc<Shared>,
    next: AtomicU64,
    missed: AtomicU64,
}

impl Follower {
    /// The next event; waits for it up to `timeout`.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Arc<Event>, RecvTimeoutError> {
        self.recv_until(Some(Instant::now() + timeout))
    }

    /// The next event; waits for it until the platform ends.
    pub fn recv(&self) -> Result<Arc<Event>, RecvTimeoutError> {
        self.recv_until(None)
    }

    fn recv_until(&self, deadline: Option<Instant>) -> Result<Arc<Event>, RecvTimeoutError> {
        let mut inner = self.shared.inner.lock();
        loop {
            let (wanted, first) = (self.next.load(Ordering::Relaxed), inner.first());
            let from = wanted.max(first);
            if let Some(event) = usize::try_from(from - first).ok().and_then(|at| inner.events.get(at)) {
                self.missed.fetch_add(from - wanted, Ordering::Relaxed);
                self.next.store(from + 1, Ordering::Relaxed);
                return Ok(event.clone());
            }
            if inner.ended {
                return Err(RecvTimeoutError::Disconnected);
            }
            match deadline {
                None => self.shared.changed.wait(&mut inner),
                Some(deadline) => {
                    if Instant::now() >= deadline {
                        return Err(RecvTimeoutError::Timeout);
                    }
                    self.shared.changed.wait_until(&mut inner, deadline);
                }
            }
        }
    }

    /// How many events were gone before they could be read.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

/// Ends with the platform.
impl Iterator for Follower {
    type Item = Arc<Event>;
    fn next(&mut self) -> Option<Arc<Event>> {
        self.recv_until(None).ok()
    }
}

impl Ledger {
    /// Keeps the last `limit` events, and of them no more than about `limit_bytes` bytes.
    pub fn new(limit: usize, limit_bytes: usize) -> Ledger {
        let inner = Inner {
            events: VecDeque::new(),
            next: 0,
            bytes: 0,
            ended: false,
        };
        Ledger {
            shared: Arc::new(Shared {
                inner: Mutex::new(inner),
                changed: Condvar::new(),
            }),
            limit: limit.max(1),
            limit_bytes,
        }
    }

    pub fn add(&self, conn: u64, device: Option<&str>, kind: Kind) {
        let mut inner = self.shared.inner.lock();
        inner.bytes += kind.weight();
        let event = Arc::new(Event {
            seq: inner.next,
            at: Instant::now(),
            time: SystemTime::now(),
            conn,
            device: device.map(str::to_string),
            kind,
        });
        inner.next += 1;
        inner.events.push_back(event);
        // The newest event stays, however large it is.
        while inner.events.len() > self.limit || (inner.bytes > self.limit_bytes && inner.events.len() > 1) {
            inner.drop_oldest();
        }
        drop(inner);
        self.shared.changed.notify_all();
    }

    /// The number the next event will get: a mark for [`Ledger::wait_after`].
    pub fn mark(&self) -> u64 {
        self.shared.inner.lock().next
    }

    pub fn events(&self) -> Vec<Arc<Event>> {
        self.shared.inner.lock().events.iter().cloned().collect()
    }

    /// About how many bytes the events take.
    pub fn bytes(&self) -> usize {
        self.shared.inner.lock().bytes
    }

    pub fn clear(&self) {
        let mut inner = self.shared.inner.lock();
        inner.events.clear();
        inner.bytes = 0;
    }

    /// Events from now on, and before them the last `past` ones.
    pub fn follow(&self, past: usize) -> Follower {
        let inner = self.shared.inner.lock();
        let past = past.min(inner.events.len()) as u64;
        Follower {
            shared: self.shared.clone(),
            next: AtomicU64::new(inner.next - past),
            missed: AtomicU64::new(0),
        }
    }

    /// The first event not older than `mark` that `wanted` accepts; waits for it up to `timeout`.
    pub fn wait_after(&self, mark: u64, wanted: impl Fn(&Event) -> bool, timeout: Duration) -> Option<Arc<Event>> {
        let deadline = Instant::now() + timeout;
        let mut from = mark;
        let mut inner = self.shared.inner.lock();
        loop {
            let skip = usize::try_from(from.saturating_sub(inner.first())).unwrap_or(usize::MAX);
            if let Some(event) = inner.events.iter().skip(skip).find(|event| wanted(event)) {
                return Some(event.clone());
            }
            from = inner.next;
            if self.shared.changed.wait_until(&mut inner, deadline).timed_out() && inner.next == from {
                return None;
            }
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.shared.inner.lock().ended = true;
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_sees_past_and_future_events_and_keeps_to_the_limit() {
        let ledger = Arc::new(Ledger::new(3, usize::MAX));
        for packet_id in 0..5 {
            ledger.add(1, Some("d"), Kind::PubRec { packet_id });
        }
        let is = |id: u16| move |e: &Event| e.kind == Kind::PubRec { packet_id: id };
        let short = Duration::from_millis(5);
        assert_eq!(ledger.events().len(), 3);
        assert_eq!(ledger.wait_after(0, is(4), short).unwrap().seq, 4);
        assert!(ledger.wait_after(0, is(1), short).is_none());
        assert!(ledger.wait_after(ledger.mark(), is(4), short).is_none());
        let other = ledger.clone();
        let thread = std::thread::spawn(move || other.wait_after(5, is(9), Duration::from_secs(10)).is_some());
        ledger.add(1, None, Kind::PubRec { packet_id: 9 });
        assert!(thread.join().unwrap());
    }

    #[test]
    fn bytes_are_bounded_and_a_slow_follower_misses_events() {
        let ledger = Ledger::new(1000, 10_000);
        let slow = ledger.follow(0);
        let note = |size: usize| Kind::Note { text: "x".repeat(size) };
        for _ in 0..100 {
            ledger.add(0, None, note(1000));
        }
        assert!(
            ledger.bytes() <= 10_000 && ledger.events().len() == 7,
            "{}",
            ledger.bytes()
        );
        let short = Duration::from_millis(5);
        assert_eq!(slow.recv_timeout(short).unwrap().seq, 93);
        assert_eq!(slow.missed(), 93);
        ledger.add(0, None, note(1_000_000));
        assert_eq!(ledger.events().len(), 1);
        ledger.add(0, None, note(1));
        assert_eq!(ledger.events().len(), 1);
        assert_eq!((slow.recv_timeout(short).unwrap().seq, slow.missed()), (101, 100));
        assert_eq!(slow.recv_timeout(short).unwrap_err(), RecvTimeoutError::Timeout);
        ledger.clear();
        assert_eq!(ledger.bytes(), 0);
        drop(ledger);
        assert_eq!(slow.recv_timeout(short).unwrap_err(), RecvTimeoutError::Disconnected);
    }

    #[test]
    fn an_event_is_one_line_a_terminal_does_not_obey() {
        let ledger = Ledger::new(3, usize::MAX);
        let topic = "a\x1b]0;owned\x07\u{202e}".to_string();
        ledger.add(1, Some("d\x1b[2J"), Kind::Illegal { topic });
        let text = ledger.events()[0].to_string();
        assert!(!text.chars().any(crate::text::is_unsafe), "{text:?}");
        ledger.add(
            1,
            None,
            Kind::Note {
                text: "x\n".repeat(50_000),
            },
        );
        assert!(ledger.events()[1].to_string().len() < 1100);
    }
}
