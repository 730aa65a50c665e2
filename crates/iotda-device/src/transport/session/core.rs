//! What the callers' threads and `iota-mqtt` share, behind one lock that is never held during I/O or a callback.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::inbox::Inbox;
use crate::error::{Error, Result};
use crate::protocol::topics;
use crate::transport::message::{Event, Publish};
use crate::transport::outbox::{End, Outbox, Outcome};
use crate::transport::packet::Server;
use crate::transport::settings::{Limits, Settings, Version};
use crate::transport::spool::{Found, News, Opened, Spool};

/// Where a session stands (docs/spec/connection.md#states).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Never connected.
    Idle,
    /// An attempt runs.
    Connecting,
    Connected,
    /// Sending what is queued, then DISCONNECT.
    Closing,
    Lost,
    Failed,
    Disconnected,
}

/// What the callers want from `iota-mqtt`.
#[derive(Default)]
pub(super) struct Orders {
    pub(super) connect: Option<Box<Settings>>,
    /// End the present connection or attempt silently before `connect`.
    pub(super) replace: bool,
    pub(super) disconnect: bool,
    /// Leave; until then the queue may be flushed.
    pub(super) shutdown: Option<Instant>,
}

/// Counters since the session was started, and what it holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionStats {
    /// Messages accepted by `publish`.
    pub accepted: u64,
    /// Ends with code 0.
    pub delivered: u64,
    /// Ends with another code, and those of them whose time was over.
    pub failed: u64,
    pub expired: u64,
    /// Messages without an end, their bytes, and those of them waiting for an acknowledgement.
    pub waiting: usize,
    pub waiting_bytes: usize,
    pub in_flight: usize,
    /// Subscriptions without an answer.
    pub subscribing: usize,
    /// Incoming messages, and those whose token has not come back.
    pub received: u64,
    pub unfinished: usize,
    pub connects: u64,
    pub losses: u64,
    /// Acknowledgements for nothing we sent.
    pub stray_acks: u64,
    /// MQTT bytes of accepted connections.
    pub bytes_sent: u64,
    pub bytes_received: u64,
}

pub(super) struct Core {
    pub(super) state: SessionState,
    /// Whether reports are taken: from the first `connect` until `disconnect`.
    pub(super) accepting: bool,
    pub(super) outbox: Outbox,
    pub(super) inbox: Inbox,
    pub(super) orders: Orders,
    /// A connect that waits for its time.
    pub(super) scheduled: Option<(Instant, Box<Settings>)>,
    /// The next one first.
    pub(super) timers: Vec<(Instant, u64)>,
    /// Ends made on callers' threads, for `iota-mqtt` to report.
    pub(super) ends: Vec<End>,
    pub(super) limits: Limits,
    pub(super) version: Version,
    pub(super) expiry: Option<Duration>,
    /// Limits of the platform while connected.
    pub(super) server: Option<Server>,
    /// This device's address on the last connection.
    pub(super) local: Option<std::net::IpAddr>,
    /// Topic aliases announced by accepted messages on this connection.
    pub(super) aliases: HashMap<u16, String>,
    pub(super) stats: SessionStats,
    /// Why the last attempt failed or the last connection was lost.
    pub(super) last_error: Option<(i32, String)>,
    pub(super) spool: Option<Spool>,
    /// There was an attempt to open a spool.
    pub(super) spool_tried: bool,
    /// When the spool has to be on the disk, by the outbox's clock.
    pub(super) sync_due: Option<u64>,
}

impl Core {
    pub(super) fn new() -> Self {
        let limits = Limits::default();
        Core {
            state: SessionState::Idle,
            accepting: false,
            outbox: Outbox::new(limits),
            inbox: Inbox::default(),
            orders: Orders::default(),
            scheduled: None,
            timers: Vec::new(),
            ends: Vec::new(),
            limits,
            version: Version::V4,
            expiry: None,
            server: None,
            local: None,
            aliases: HashMap::new(),
            stats: SessionStats::default(),
            last_error: None,
            spool: None,
            spool_tried: false,
            sync_due: None,
        }
    }

    /// `connect` from any state; `false`: nothing to do, an attempt runs or a connection stands.
    pub(super) fn order_connect(&mut self, settings: Box<Settings>) -> bool {
        self.scheduled = None;
        if matches!(self.state, SessionState::Connecting | SessionState::Connected) {
            return false;
        }
        self.queue_connect(settings);
        true
    }

    /// `connect` before its time. Whether there is something new to do: no attempt runs, and none was scheduled.
    pub(super) fn order_connect_at(&mut self, settings: Box<Settings>, at: Instant) -> bool {
        if matches!(self.state, SessionState::Connecting | SessionState::Connected) {
            self.scheduled = None;
            return false;
        }
        if self.state == SessionState::Closing {
            self.orders.connect = Some(settings);
            return false;
        }
        self.take_settings(&settings);
        self.scheduled.replace((at, settings)).is_none()
    }

    /// The attempt is next; while a connection is being closed, after that.
    pub(super) fn queue_connect(&mut self, settings: Box<Settings>) {
        if self.state != SessionState::Closing {
            self.begin_attempt(&settings);
        }
        self.orders.connect = Some(settings);
    }

    /// From here on reports are accepted, under the limits of these settings.
    pub(super) fn begin_attempt(&mut self, settings: &Settings) {
        self.state = SessionState::Connecting;
        self.take_settings(settings);
    }

    fn take_settings(&mut self, settings: &Settings) {
        self.accepting = true;
        self.limits = settings.limits;
        self.outbox.set_limits(settings.limits);
        self.version = settings.version;
        self.expiry = settings.expiry;
    }

    pub(super) fn publish(&mut self, mut publish: Publish, expires: Option<u64>) -> Result<u16> {
        if !self.accepting {
            return Err(Error::State("not connected: a report needs IOTA_Connect first"));
        }
        if !topics::is_qos(publish.qos) {
            return Err(Error::State("the QoS is outside 0..2"));
        }
        let alias = self.server.and_then(|server| alias_of(&publish, self.version, &server));
        let by_alias = publish.topic.is_empty();
        if by_alias {
            let known = alias.and_then(|alias| self.aliases.get(&alias));
            publish.topic = known.cloned().ok_or(Error::Text("topic"))?;
        }
        topics::name_is_valid(&publish.topic)?;
        if let Some(properties) = publish.properties.as_deref() {
            let user = properties.user.iter().flat_map(|(key, value)| [key, value]);
            let texts = [&properties.content_type, &properties.response_topic]
                .into_iter()
                .flatten();
            for text in user.chain(texts) {
                if !topics::is_mqtt_string(text) {
                    return Err(Error::Text("MQTT 5 property"));
                }
            }
            if properties
                .correlation_data
                .as_ref()
                .is_some_and(|data| data.len() > usize::from(u16::MAX))
            {
                return Err(Error::Text("MQTT 5 correlation data"));
            }
        }
        let size = publish.topic.len() + publish.payload.len() + 16;
        if size
            > self
                .server
                .map_or(Server::default().max_packet, |server| server.max_packet)
        {
            return Err(Error::State("the message is larger than the platform accepts"));
        }
        let topic = alias.map(|alias| (alias, publish.topic.clone()));
        let copy = (self.spool.is_some() && publish.qos > 0).then(|| publish.clone());
        let id = self.outbox.publish(publish, by_alias, expires, &mut self.ends)?;
        if let Some(key) = self
            .spool
            .as_mut()
            .zip(copy)
            .and_then(|(spool, copy)| spool.accept(&copy))
        {
            self.outbox.mark_spooled(key);
        }
        self.aliases.extend(topic);
        self.stats.accepted += 1;
        Ok(id)
    }

    pub(super) fn subscribe(&mut self, filter: String, qos: u8) -> Result<u16> {
        if !self.accepting || self.state != SessionState::Connected {
            return Err(Error::State("not connected: a subscription needs a connection"));
        }
        if !topics::is_qos(qos) {
            return Err(Error::State("the QoS is outside 0..2"));
        }
        topics::filter_is_valid(&filter)?;
        self.outbox.subscribe(filter, qos)
    }

    /// Counts ends and turns them into events.
    pub(super) fn settle(&mut self, ends: &mut Vec<End>, events: &mut Vec<Event>) {
        for End { id, context, outcome } in ends.drain(..) {
            let code = outcome.code();
            events.push(match context {
                Some(context) => {
                    let counter = if code == 0 {
                        &mut self.stats.delivered
                    } else {
                        &mut self.stats.failed
                    };
                    *counter += 1;
                    self.stats.expired += u64::from(outcome == Outcome::Expired);
                    Event::Published { id, context, code }
                }
                None => Event::Subscribed { id, code },
            });
        }
        let ended = self.outbox.take_spooled();
        if let Some(spool) = self.spool.as_mut().filter(|_| !ended.is_empty()) {
            spool.ended(&ended);
        }
    }

    /// Takes over what an earlier process left. What finds no free id stays on disk for the next one.
    /// They have lived for a time already: `expires` says when one of this age ends.
    pub(super) fn restore(&mut self, opened: Opened, expires: impl Fn(Duration) -> Option<u64>) -> usize {
        let mut restored = 0;
        for Found { key, publish, age } in opened.messages {
            if self.outbox.restore(publish, key, expires(age)).is_none() {
                break;
            }
            restored += 1;
        }
        self.stats.accepted += restored as u64;
        self.spool = Some(opened.spool);
        restored
    }

    /// What the spool has to say, for the log, once the lock is released.
    pub(super) fn spool_news(&mut self) -> Option<News> {
        let news = self.spool.as_mut()?.take_news()?;
        if let News::Failing(why) = &news {
            self.last_error = Some((-1, format!("spool {why}")));
        }
        Some(news)
    }

    pub(super) fn stats(&self) -> SessionStats {
        let load = self.outbox.load();
        SessionStats {
            waiting: load.messages,
            waiting_bytes: load.bytes,
            in_flight: load.in_flight,
            subscribing: load.subscriptions,
            unfinished: self.inbox.unfinished(),
            ..self.stats
        }
    }
}

/// The alias that a message may use on this connection: 1..=65534 and up to the server's maximum
/// (docs/spec/connection.md#topic-alias).
pub(super) fn alias_of(publish: &Publish, version: Version, server: &Server) -> Option<u16> {
    let wanted = publish
        .properties
        .as_deref()
        .filter(|_| version == Version::V5)?
        .topic_alias?;
    let alias = u16::try_from(wanted).ok()?;
    (1..=server.topic_alias_max.min(u16::MAX - 1))
        .contains(&alias)
        .then_some(alias)
}
