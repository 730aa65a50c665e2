//! The ledger: every event of the platform in order, for tests to wait on and for people to read.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};
use serde::Serialize;

use crate::broker::wire::Properties;
use crate::iotda::request::{Request, State, What};
use crate::text::{mask, readable};

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

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = time::OffsetDateTime::from(self.time);
        write!(
            f,
            "{:02}:{:02}:{:02}.{:03} ",
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )?;
        match (&self.device, self.conn) {
            (Some(device), 0) => write!(f, "{device} ")?,
            (Some(device), conn) => write!(f, "#{conn} {device} ")?,
            (None, 0) => {}
            (None, conn) => write!(f, "#{conn} ")?,
        }
        match &self.kind {
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

#[derive(Debug)]
struct Inner {
    events: VecDeque<Arc<Event>>,
    next: u64,
    limit: usize,
    followers: Vec<Sender<Arc<Event>>>,
}

/// Shared by all connections; cheap to lock.
#[derive(Debug)]
pub struct Ledger {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Ledger {
    /// Keeps the last `limit` events.
    pub fn new(limit: usize) -> Ledger {
        let inner = Inner {
            events: VecDeque::new(),
            next: 0,
            limit: limit.max(1),
            followers: Vec::new(),
        };
        Ledger {
            inner: Mutex::new(inner),
            changed: Condvar::new(),
        }
    }

    pub fn add(&self, conn: u64, device: Option<&str>, kind: Kind) {
        let mut inner = self.inner.lock();
        let event = Arc::new(Event {
            seq: inner.next,
            at: Instant::now(),
            time: SystemTime::now(),
            conn,
            device: device.map(str::to_string),
            kind,
        });
        inner.next += 1;
        if inner.events.len() == inner.limit {
            inner.events.pop_front();
        }
        inner.events.push_back(event.clone());
        inner.followers.retain(|follower| follower.send(event.clone()).is_ok());
        drop(inner);
        self.changed.notify_all();
    }

    /// The number the next event will get: a mark for [`Ledger::wait_after`].
    pub fn mark(&self) -> u64 {
        self.inner.lock().next
    }

    pub fn events(&self) -> Vec<Arc<Event>> {
        self.inner.lock().events.iter().cloned().collect()
    }

    pub fn clear(&self) {
        self.inner.lock().events.clear();
    }

    /// Events from now on, and before them the last `past` ones.
    pub fn follow(&self, past: usize) -> Receiver<Arc<Event>> {
        let (tx, rx) = channel();
        let mut inner = self.inner.lock();
        for event in inner.events.iter().skip(inner.events.len().saturating_sub(past)) {
            let _ = tx.send(event.clone());
        }
        inner.followers.push(tx);
        rx
    }

    /// The first event not older than `mark` that `wanted` accepts; waits for it up to `timeout`.
    pub fn wait_after(&self, mark: u64, wanted: impl Fn(&Event) -> bool, timeout: Duration) -> Option<Arc<Event>> {
        let deadline = Instant::now() + timeout;
        let mut from = mark;
        let mut inner = self.inner.lock();
        loop {
            let first = inner.next - inner.events.len() as u64;
            let skip = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
            if let Some(event) = inner.events.iter().skip(skip).find(|event| wanted(event)) {
                return Some(event.clone());
            }
            from = inner.next;
            if self.changed.wait_until(&mut inner, deadline).timed_out() && inner.next == from {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_sees_past_and_future_events_and_keeps_to_the_limit() {
        let ledger = Arc::new(Ledger::new(3));
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
}
