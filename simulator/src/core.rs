//! What all connections and all operator calls share: the services, the sessions, the faults, the ledger.
//! Everything is under one lock; nothing waits while holding it.

use std::collections::HashMap;
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use parking_lot::Mutex;
use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::broker::kept::Kept;
use crate::broker::wire::{Connect, Publish};
use crate::config::Config;
use crate::error::{Error, Result, refuse};
use crate::faults::{Cut, Fault, Faults};
use crate::iotda::groups::Change;
use crate::iotda::outcome::Outcome;
use crate::iotda::{services::Iotda, topics};
use crate::ledger::{End, Kind, Ledger};
use crate::limits::Limiter;
use crate::login::{self, Refusal};
use crate::message::Message;

/// Subscriptions of one device; more are refused.
const MOST_FILTERS: usize = 1000;
/// Bytes of one of them.
const LONGEST_FILTER: usize = 1024;
/// Sessions that wait for their device; the one that ends first is dropped for a new one.
const MOST_KEPT: usize = 1000;

/// Orders for a connection's task.
#[derive(Debug)]
pub enum Command {
    Push(Message),
    End(Cut, End),
    /// A new fault plan; the connection says when it is in force.
    Fault(Box<Fault>, SyncSender<()>),
}

/// What a connection brings when its session starts.
#[derive(Debug)]
pub struct Start {
    pub client_id: String,
    /// Subscriptions of a kept session.
    pub filters: Vec<(String, u8)>,
    pub session_present: bool,
    pub tx: UnboundedSender<Command>,
}

#[derive(Debug)]
struct Session {
    conn: u64,
    client_id: String,
    tx: UnboundedSender<Command>,
    filters: Vec<(String, u8)>,
}

#[derive(Debug)]
pub struct State {
    pub iotda: Iotda,
    pub faults: Faults,
    pub limiter: Limiter,
    pub scopes: HashMap<String, String>,
    pub check_login: bool,
    pub implicit: bool,
    pub clock_offset: Duration,
    sessions: HashMap<String, Session>,
    /// Sessions that outlive their connection, by client id.
    kept: HashMap<String, Kept>,
}

pub struct Core {
    pub config: Config,
    pub ledger: Ledger,
    state: Mutex<State>,
    timers: Notify,
}

impl Core {
    pub fn new(config: Config) -> Result<Core> {
        let mut iotda = Iotda::default();
        iotda.softbus.rules = config.softbus.clone();
        iotda.shadow.limit = config.shadow_bytes;
        iotda.bootstrap.strategies.clone_from(&config.bootstrap.strategies);
        for entry in &config.devices {
            iotda.devices.add(entry.device()?);
        }
        for entry in &config.groups {
            for member in &entry.members {
                iotda.registered(member)?;
            }
            let groups = &mut iotda.groups;
            groups.add(&entry.name)?;
            for member in &entry.members {
                groups.bind(&entry.name, member, None)?;
            }
            if let Some(bus) = &entry.bus {
                let key = entry.bus_key.clone().unwrap_or_else(|| config.softbus.fresh_key());
                match &entry.bus_id {
                    Some(id) => groups.bus_create_with_id(&entry.name, bus, key, id.clone())?,
                    None => groups.bus_create(&entry.name, bus, key)?,
                };
            }
        }
        let state = State {
            iotda,
            faults: Faults::default(),
            limiter: Limiter::new(config.limits.clone()),
            scopes: config.scopes.iter().map(|s| (s.id.clone(), s.secret.clone())).collect(),
            check_login: config.check_login,
            implicit: config.implicit,
            clock_offset: Duration::seconds(config.clock_offset_s),
            sessions: HashMap::new(),
            kept: HashMap::new(),
        };
        Ok(Core {
            ledger: Ledger::new(config.ledger_limit, config.ledger_bytes),
            config,
            state: Mutex::new(state),
            timers: Notify::new(),
        })
    }

    /// Reads or changes the state under the lock.
    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock())
    }

    /// Judges a login; the id under which the device is known from then on.
    pub fn login(&self, connect: &Connect, certificate: Option<&str>) -> std::result::Result<String, Refusal> {
        let mut state = self.state.lock();
        let username = connect.username.as_deref().unwrap_or_default();
        if !state.check_login {
            let id = if username.is_empty() {
                &connect.client_id
            } else {
                username
            };
            return match id {
                "" => Err(Refusal::client_id("neither user name nor client id")),
                id => Ok(id.to_string()),
            };
        }
        let attempt = login::Attempt {
            client_id: &connect.client_id,
            username,
            password: connect.password.as_deref(),
            certificate,
            now: OffsetDateTime::now_utc() + state.clock_offset,
        };
        let find_scope = |scope: &str| state.scopes.get(scope).map(String::as_str);
        let form = login::check(attempt, |id| state.iotda.devices.get(id), find_scope)?;
        state.iotda.bootstrap.on_login(&form.id, form.scope.is_some());
        Ok(form.id)
    }

    /// Session of an earlier connection. It is dropped if the device wants a clean one.
    pub fn resume(&self, connect: &Connect) -> Option<Kept> {
        let kept = self.state.lock().kept.remove(&connect.client_id);
        kept.filter(|kept| !connect.clean && kept.valid_until > Instant::now())
    }

    /// A login has been accepted and CONNACK queued: the device is online. An older session of it is ended.
    pub fn online(&self, conn: u64, device: &str, start: Start) {
        let mut state = self.state.lock();
        let Start {
            client_id,
            filters,
            session_present,
            tx,
        } = start;
        let session = Session {
            conn,
            client_id,
            tx,
            filters,
        };
        if let Some(old) = state.sessions.insert(device.to_string(), session) {
            let _ = old.tx.send(Command::End(Cut::Disconnect(0x8e), End::TakenOver));
        }
        // Whoever waits for this event may publish to the device at once: the session is there.
        self.ledger.add(conn, Some(device), Kind::Online { session_present });
        let outcome = state.iotda.on_online(device, Instant::now());
        self.carry_out(&mut state, outcome);
    }

    /// A connection has ended. `kept` is what its session leaves behind.
    pub fn offline(&self, conn: u64, device: &str, kept: Option<Kept>) {
        let mut state = self.state.lock();
        if state.sessions.get(device).is_some_and(|s| s.conn == conn) {
            if let Some(session) = state.sessions.remove(device) {
                if let Some(mut kept) = kept {
                    kept.filters = session.filters;
                    let now = Instant::now();
                    state.kept.retain(|_, kept| kept.valid_until > now);
                    if state.kept.len() >= MOST_KEPT {
                        let oldest = state.kept.iter().min_by_key(|(_, kept)| kept.valid_until);
                        if let Some(client_id) = oldest.map(|(client_id, _)| client_id.clone()) {
                            state.kept.remove(&client_id);
                        }
                    }
                    state.kept.insert(session.client_id, kept);
                }
            }
            state.limiter.forget(device);
            state.iotda.on_offline(device);
        }
    }

    /// A device published.
    pub fn uplink(&self, conn: u64, device: &str, publish: &Publish) {
        let legal = topics::uplink(device, &publish.topic).is_some();
        self.ledger.add(
            conn,
            Some(device),
            Kind::Uplink {
                topic: publish.topic.clone(),
                payload: publish.payload.to_vec(),
                qos: publish.qos,
                dup: publish.dup,
                retain: publish.retain,
                packet_id: publish.packet_id,
                properties: publish.properties.clone(),
            },
        );
        if !legal {
            self.ledger.add(
                conn,
                Some(device),
                Kind::Illegal {
                    topic: publish.topic.clone(),
                },
            );
            return;
        }
        let mut state = self.state.lock();
        let outcome = state
            .iotda
            .on_uplink(device, &publish.topic, &publish.payload, Instant::now());
        self.carry_out(&mut state, outcome);
    }

    /// Grants or refuses filters; the SUBACK codes.
    pub fn subscribe(&self, conn: u64, device: &str, wanted: &[(String, u8)]) -> Vec<u8> {
        let mut state = self.state.lock();
        let Some(session) = state.sessions.get_mut(device).filter(|s| s.conn == conn) else {
            return vec![0x80; wanted.len()];
        };
        let mut codes = Vec::with_capacity(wanted.len());
        for (filter, qos) in wanted {
            let full = session.filters.len() >= MOST_FILTERS && session.filters.iter().all(|(old, _)| old != filter);
            if full || filter.len() > LONGEST_FILTER || !topics::may_subscribe(device, filter) {
                codes.push(0x80);
                continue;
            }
            session.filters.retain(|(old, _)| old != filter);
            session.filters.push((filter.clone(), *qos));
            codes.push(*qos);
        }
        codes
    }

    /// The device has been told what it may get; what waited for that is sent.
    pub fn subscribed(&self, device: &str) {
        let mut state = self.state.lock();
        let outcome = state.iotda.on_subscribed(device);
        self.carry_out(&mut state, outcome);
    }

    pub fn unsubscribe(&self, conn: u64, device: &str, filters: &[String]) {
        let mut state = self.state.lock();
        if let Some(session) = state.sessions.get_mut(device).filter(|s| s.conn == conn) {
            session.filters.retain(|(filter, _)| !filters.contains(filter));
        }
    }

    /// Sends a message of the platform, if the device gets that topic unasked or has subscribed to it.
    pub fn push(&self, device: &str, message: Message) -> Result<()> {
        self.deliver(&mut self.state.lock(), device, message)
    }

    /// Sends a message whatever the device's rights and subscriptions are.
    pub fn push_anyway(&self, device: &str, message: Message) -> Result<()> {
        self.command(device, Command::Push(message))
    }

    pub fn command(&self, device: &str, command: Command) -> Result<()> {
        let state = self.state.lock();
        let session = state.sessions.get(device).ok_or_else(|| state.iotda.absent(device))?;
        session
            .tx
            .send(command)
            .map_err(|_| Error(format!("{device:?} is just going offline")))
    }

    /// The platform has ended, and all sessions with it.
    pub fn ended(&self) {
        self.state.lock().sessions.clear();
    }

    pub fn is_online(&self, device: &str) -> bool {
        self.state.lock().sessions.contains_key(device)
    }

    pub fn online_devices(&self) -> Vec<String> {
        let mut list: Vec<String> = self.state.lock().sessions.keys().cloned().collect();
        list.sort();
        list
    }

    fn deliver(&self, state: &mut State, device: &str, mut message: Message) -> Result<()> {
        let undelivered = |reason: &str| {
            self.ledger.add(
                0,
                Some(device),
                Kind::Undelivered {
                    topic: message.topic.clone(),
                    reason: reason.to_string(),
                },
            );
            refuse(format!("{}: {reason}", message.topic))
        };
        let Some(session) = state.sessions.get(device) else {
            return match state.iotda.registered(device) {
                Ok(()) => undelivered("the device is not online"),
                Err(_) => undelivered("there is no such device"),
            };
        };
        if !(state.implicit && topics::is_implicit(device, &message.topic)) {
            let granted = session
                .filters
                .iter()
                .filter(|(f, _)| topics::matches(f, &message.topic))
                .map(|(_, qos)| *qos);
            match granted.max() {
                None => return undelivered("the device has not subscribed to it"),
                Some(granted) => message.qos = message.qos.min(granted),
            }
        }
        let topic = message.topic.clone();
        session
            .tx
            .send(Command::Push(message))
            .map_err(|_| Error(format!("{topic}: the device is just going offline")))
    }

    fn carry_out(&self, state: &mut State, outcome: Outcome) {
        let mut undelivered = Outcome::default();
        self.record(&outcome);
        for down in outcome.downlinks {
            let mut sent = down.clone();
            state.iotda.bridges.reroute(&mut sent);
            let message = Message {
                topic: sent.topic,
                payload: sent.payload,
                qos: 1,
                properties: sent.properties,
                ..Message::default()
            };
            // What cannot be delivered is in the ledger, and comes again by the service's own rules.
            if self.deliver(state, &sent.device, message).is_err() {
                state.iotda.undelivered(down, &mut undelivered);
            }
        }
        self.record(&undelivered);
        self.timers.notify_one();
    }

    fn record(&self, outcome: &Outcome) {
        for note in &outcome.notes {
            let text = note.text.clone();
            self.ledger.add(0, Some(&note.device), Kind::Note { text });
        }
        for request in &outcome.requests {
            self.ledger
                .add(0, Some(&request.device), Kind::Request(Box::new(request.clone())));
        }
    }

    /// An operator's act, and what follows from it.
    pub fn operate<T>(
        &self,
        text: String,
        work: impl FnOnce(&mut Iotda, Instant, &mut Outcome) -> Result<T>,
    ) -> Result<T> {
        let mut state = self.state.lock();
        let mut outcome = Outcome::default();
        let result = work(&mut state.iotda, Instant::now(), &mut outcome)?;
        if !text.is_empty() {
            self.ledger.add(0, None, Kind::Operator { text });
        }
        self.carry_out(&mut state, outcome);
        Ok(result)
    }

    /// An operator's change of groups, and what follows from it.
    pub fn change(&self, text: String, work: impl FnOnce(&mut Iotda) -> Result<Change>) -> Result<()> {
        self.operate(text, |iotda, now, out| {
            let change = work(iotda)?;
            let Iotda { softbus, groups, .. } = iotda;
            softbus.on_change(groups, &change, now, out);
            Ok(())
        })
    }

    /// Sends again what is unanswered; runs for ever.
    pub async fn run_timers(&self) {
        loop {
            let next = {
                let mut state = self.state.lock();
                let outcome = state.iotda.due(Instant::now());
                if outcome != Outcome::default() {
                    self.carry_out(&mut state, outcome);
                }
                state.iotda.next_due()
            };
            match next {
                Some(at) => {
                    let _ = tokio::time::timeout_at(at.into(), self.timers.notified()).await;
                }
                None => self.timers.notified().await,
            }
        }
    }
}
