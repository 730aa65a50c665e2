//! One device: owns its configuration, its session and its roster; decides what a call may do in which state, and hands
//! what arrives to the [`Listener`] on the callback thread.
//!
//! The states of docs/spec/connection.md#states are the session's: it alone knows whether an
//! attempt runs, a connection stands, and whether reports are accepted.

mod client;
mod dispatch;
mod kept;
mod links;
mod listener;
mod near;
mod offline;
mod pool;
#[cfg(feature = "tunnel")]
mod remote_login;
pub mod runner;
mod services;
mod transfers;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ::nearlink::component::Component;
use ::nearlink::settings::Settings as NearSettings;
use base::sync::Mutex;
use once_cell::sync::OnceCell;

pub use links::*;
pub use listener::{Arrival, ConfigAnswer, EventCalls, Listener, ProtocolEvent, ProtocolItem};
use runner::{Runner, inside_callback};

use crate::config::{DeviceConfig, Item};
use crate::error::{Error, Result};
use crate::protocol::json::Json;
use crate::protocol::time::UnixMs;
use crate::protocol::topics::{self, Origin};
use crate::protocol::uplink::event::DeviceInfoReport;
use crate::protocol::uplink::properties::ServiceData;
use crate::protocol::uplink::{self, Encoding, Message};
use crate::services::anomaly::Detection;
use crate::services::requests::FileRequests;
use crate::services::rules::Rules;
use crate::services::workers::Workers;
use crate::softbus::Roster;
use crate::softbus::kept::{Kept, Waiting};
use crate::softbus::refresh::Refresh;
use crate::transport::backoff::DefaultBackoff;
use crate::transport::pacing;
use crate::transport::{Event, Properties, Publish, Session, SessionState, SessionStats};
pub use client::Access;
use client::Client;
use offline::History;
pub use offline::{Attempt, WhyOffline};

struct Core {
    config: DeviceConfig,
    client: Option<Client>,
    /// Whether the last connection that was asked for is over TLS; `None` before the first.
    over_tls: Option<bool>,
    rebuild: bool,
    backoff: DefaultBackoff,
}

/// One device. Dropping it without [`Device::destroy`] ends the session without callbacks.
pub struct Device {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    access: Access,
    core: Mutex<Core>,
    session: Session,
    runner: Arc<Runner>,
    roster: Arc<Roster>,
    listener: Arc<dyn Listener>,
    rules: Rules,
    detection: Detection,
    files: FileRequests,
    workers: Workers,
    refresh: Mutex<Refresh>,
    told_time: Mutex<Option<(Instant, i64)>>,
    waiting: Mutex<Waiting>,
    kept: Mutex<Kept>,
    /// The near link of a Rust program; the C face has its own.
    links: OnceCell<Arc<Component>>,
    near_settings: Mutex<Option<NearSettings>>,
    history: Mutex<History>,
    /// Counts the program's decisions about the connection, so that the automatic attempt after a loss can tell
    /// whether the program already decided.
    decisions: AtomicU64,
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The moment that the library itself puts into messages.
pub fn unix_ms() -> UnixMs {
    UnixMs(i64::try_from(now().as_millis()).unwrap_or(i64::MAX))
}

/// For the jitter of waits; without a working generator the clock must do.
fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now().subsec_nanos().into())
}

/// Who wants to connect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// The program, or the default callbacks in its place. It asks for its subscriptions again.
    Program,
    /// The program has no part in it: the subscriptions that it had are restored.
    Nobody,
}

/// How long ending a session may wait for the DISCONNECT packet to be written.
const DISCONNECT_WITHIN: Duration = Duration::from_secs(2);

/// The token of the timer of the default callbacks' reconnect.
const RECONNECT: u64 = 1;
/// The token of the timer for the next second that rules wait for.
const RULE_TICK: u64 = 2;
/// The token of the timer for the next cycle of the security detection.
const DETECTION_CYCLE: u64 = 3;
/// The token of the timer for the next query for group data.
const REFRESH: u64 = 4;
/// The token of the timer for the next look at the own address.
const ADDRESS_CHECK: u64 = 5;
/// The token of the timer for the use of kept group data.
const KEPT: u64 = 6;

impl Device {
    /// A device that is not connected yet. `access` may be the work directory, which holds `conf/` with the certificates; it is
    /// looked at when connecting.
    pub fn new(
        config: DeviceConfig,
        access: impl Into<Access>,
        roster: Arc<Roster>,
        runner: Arc<Runner>,
        listener: Arc<dyn Listener>,
    ) -> Device {
        let target = Arc::new(OnceCell::<Weak<Shared>>::new());
        let sink = target.clone();
        let session = Session::new(Box::new(move |event| {
            if let Some(shared) = sink.get().and_then(Weak::upgrade) {
                shared.arrived(event);
            }
        }));
        let core = Core {
            config,
            client: None,
            over_tls: None,
            rebuild: false,
            backoff: DefaultBackoff::default(),
        };
        let decisions = AtomicU64::new(0);
        let core = Mutex::new(core);
        let shared = Arc::new(Shared {
            access: access.into(),
            core,
            session,
            runner,
            roster,
            listener,
            rules: Rules::default(),
            detection: Detection::default(),
            files: FileRequests::default(),
            workers: Workers::default(),
            refresh: Mutex::default(),
            told_time: Mutex::default(),
            waiting: Mutex::default(),
            kept: Mutex::default(),
            links: OnceCell::new(),
            near_settings: Mutex::default(),
            history: Mutex::default(),
            decisions,
        });
        let _ = target.set(Arc::downgrade(&shared)); // set once, here
        Device { shared }
    }

    /// The directory that holds `conf/`.
    pub fn work_dir(&self) -> &Path {
        &self.shared.access.work_dir
    }

    /// Sets one configuration item; most take effect at the next connect.
    pub fn configure(&self, item: Item, value: &[u8]) -> Result<()> {
        if item == Item::ResetSecretInProgress {
            match crate::config::is_zero(value) {
                true => self.shared.core.lock().rebuild = true,
                false => base::lines::reset_secret_ignored(),
            }
            return Ok(());
        }
        let corrected = crate::config::corrected(item, value);
        let value = corrected.as_deref().map_or(value, Vec::as_slice);
        let (before, after) = {
            let config = &mut self.shared.core.lock().config;
            let before = config.qos;
            config.set(item, value)?;
            (before, config.qos)
        };
        if before != after {
            base::info!("the QoS of reports changes from {before} to {after}");
        }
        Ok(())
    }

    /// A copy of the configuration, for the next device after this one is destroyed.
    pub fn config(&self) -> DeviceConfig {
        self.shared.core.lock().config.clone()
    }

    /// One value of the configuration.
    pub fn with_config<R>(&self, read: impl FnOnce(&DeviceConfig) -> R) -> R {
        read(&self.shared.core.lock().config)
    }

    /// Starts one attempt to connect and returns; its outcome comes as an event. Nothing happens while connecting or connected.
    pub fn connect(&self) -> Result<()> {
        self.shared.connect()
    }

    /// The default callbacks' reconnect: waits on a timer (never in the callback), then makes one attempt.
    pub fn connect_after_backoff(&self) {
        let shared = &self.shared;
        let wait = shared.core.lock().backoff.next(pacing::now(), random());
        shared.decisions.fetch_add(1, Ordering::SeqCst);
        base::info!("reconnecting in {} ms", wait.as_millis());
        shared.session.timer(wait, RECONNECT);
    }

    /// Whether a CONNACK was received and the link still stands. Never blocks.
    pub fn is_connected(&self) -> bool {
        self.shared.session.is_connected()
    }

    /// Sends what is queued, then DISCONNECT. Without a connection: [`Error::NotConnected`], and reports are refused from now on.
    pub fn disconnect(&self) -> Result<()> {
        let shared = &self.shared;
        shared.decisions.fetch_add(1, Ordering::SeqCst);
        shared.session.cancel_timer(RECONNECT);
        shared.session.disconnect()
    }

    /// Queues one message with the configured QoS (or `qos`); its id, 0 for QoS 0.
    pub fn publish(
        &self,
        message: Message,
        qos: Option<u8>,
        context: usize,
        properties: Option<Box<Properties>>,
    ) -> Result<u16> {
        self.shared.publish(message, qos, context, properties)
    }

    /// Subscribes to one filter; its message id.
    pub fn subscribe(&self, filter: String, qos: u8) -> Result<u16> {
        let qos = topics::check_qos(qos.into())?;
        topics::filter_is_valid(&filter)?;
        base::info!("subscribing to {filter} with QoS {qos}");
        self.shared.session.subscribe(filter, qos)
    }

    /// Asks the platform for the newest soft bus information, of one bus or of all.
    pub fn query_soft_bus(&self, bus_id: Option<&[u8]>, event_id: Option<&[u8]>, context: usize) -> Result<u16> {
        let own = self.shared.device_id()?;
        self.shared
            .query_soft_bus(Origin::Device(&own), bus_id, event_id, context)
    }

    /// Reports properties of this device, or with `bridged` of that one behind this bridge. The device rules follow them,
    /// whether the report can be sent or not.
    pub fn report_properties(
        &self,
        bridged: Option<&[u8]>,
        services: &[ServiceData<'_>],
        encoding: Encoding,
        context: usize,
        properties: Option<Box<Properties>>,
    ) -> Result<u16> {
        let message = self.shared.property_report(bridged, services, encoding)?;
        self.shared.publish(message, None, context, properties)
    }

    /// Reports what this device is, and the address at which other members of its soft buses find it.
    pub fn report_device_info(&self, info: &DeviceInfoReport<'_>, context: usize) -> Result<u16> {
        let own = self.shared.device_id()?;
        let message = uplink::event::device_info(Origin::Device(&own), Some(info))?;
        let id = self.shared.publish(message, None, context, None)?;
        self.address_reported(info.device_ip);
        Ok(id)
    }

    /// Keeps the rules in this file, too, and takes over those in it; `None` keeps them in no file any more.
    pub fn store_rules_in(&self, path: Option<PathBuf>) {
        self.shared.rules.store_in(path);
        self.shared.follow_rules();
    }

    /// Stores the configuration of the security detection there, not in `detectConfig.json` of the current directory.
    pub fn store_detection_in(&self, path: PathBuf) {
        self.shared.detection.store_in(path);
    }

    /// A configuration of the security detection: JSON properties.
    pub fn configure_detection(&self, properties: Option<&Json>) {
        self.shared.configure_detection(properties);
    }

    /// What the session has done since [`Device::new`] and holds now; code and reason of its last failure.
    pub fn statistics(&self) -> (SessionStats, Option<(i32, String)>) {
        (self.shared.session.stats(), self.shared.session.last_error())
    }

    /// Why there is no connection: its state, the last failures, the next attempt. Never waits.
    pub fn why_offline(&self) -> WhyOffline {
        let session = &self.shared.session;
        let (state, next) = (session.state(), session.next_attempt(RECONNECT));
        self.shared.history.lock().answer(state, next, Instant::now())
    }

    /// Dispatches a message as if it had arrived, but on the calling thread and without a connection: for fuzz targets and
    /// measurements.
    #[doc(hidden)]
    pub fn deliver(&self, topic: &str, payload: &[u8], properties: Option<&Properties>) {
        let about = Arrival {
            packet_id: 1,
            properties,
        };
        self.shared.dispatch(topic, payload, &about);
    }

    /// The device id that topics carry now.
    pub fn device_id(&self) -> Result<String> {
        self.shared.device_id()
    }

    /// Ends the session: DISCONNECT if connected, failure callbacks for what is still queued. Outside callbacks, every
    /// callback has returned when this returns, and no transfer runs; inside one, they follow after it.
    pub fn destroy(&self) {
        let shared = &self.shared;
        shared.workers.stop();
        if let Some(links) = shared.links.get() {
            links.end(); // its last results still need the callback thread
        }
        shared.decisions.fetch_add(1, Ordering::SeqCst);
        shared.session.shutdown(DISCONNECT_WITHIN);
        if inside_callback() {
            base::info!("destroyed inside a callback: the session ends when the callback returns");
        }
        if !base::thread::is_ours() {
            shared.workers.join();
        }
    }
}

impl Shared {
    /// Queues work for the callback thread; once the device is destroyed, nobody is there to be told.
    fn post(&self, job: runner::Job) {
        if self.runner.post(job).is_err() {
            base::debug!("the callback thread has ended: nothing more is delivered");
        }
    }

    fn connect(&self) -> Result<()> {
        self.connect_as(Asker::Program)
    }

    fn connect_as(&self, asker: Asker) -> Result<()> {
        self.decisions.fetch_add(1, Ordering::SeqCst);
        self.session.cancel_timer(RECONNECT);
        let active = matches!(self.session.state(), SessionState::Connecting | SessionState::Connected);
        let (config, kept, replace) = {
            let mut core = self.core.lock();
            let replace = std::mem::take(&mut core.rebuild);
            (core.config.clone(), core.client.take().filter(|_| !replace), replace)
        };
        // without the lock: it reads files and logs, and a log callback may call anything
        let client = match kept {
            Some(client) if active => client,
            kept => Client::build(config, &self.access, kept, now())?,
        };
        let mut settings = client.settings();
        settings.restore = asker == Asker::Nobody;
        {
            let mut core = self.core.lock();
            core.over_tls = Some(client.over_tls());
            core.client = Some(client);
        }
        self.session.start()?;
        self.runner.start();
        self.follow_rules();
        self.await_platform();
        match replace {
            true => self.session.replace(settings),
            false => self.session.connect(settings),
        }
        Ok(())
    }

    fn device_id(&self) -> Result<String> {
        let core = self.core.lock();
        let id = core
            .config
            .device_id
            .as_deref()
            .ok_or(Error::State("the device id is not configured"))?;
        String::from_utf8(id.to_vec()).map_err(|_| Error::Text("the device id"))
    }

    fn publish(
        &self,
        message: Message,
        qos: Option<u8>,
        context: usize,
        properties: Option<Box<Properties>>,
    ) -> Result<u16> {
        let (configured, most) = {
            let config = &self.core.lock().config;
            (config.qos, config.max_payload as usize)
        };
        let topic = message.topic;
        if most > 0 && message.payload.len() > most && topic.starts_with("$oc/") {
            return Err(Error::State(
                "the payload is larger than the platform takes (EN_IOTA_CFG_EXT_MAX_PAYLOAD)",
            ));
        }
        let id = self.session.publish(Publish {
            topic,
            payload: message.payload.into(),
            qos: qos.unwrap_or(configured),
            context,
            properties,
        })?;
        Ok(id)
    }

    fn query_soft_bus(
        &self,
        origin: Origin<'_>,
        bus_id: Option<&[u8]>,
        event_id: Option<&[u8]>,
        context: usize,
    ) -> Result<u16> {
        let message = uplink::event::soft_bus_query(origin, bus_id, event_id)?;
        let own = matches!(origin, Origin::Device(_));
        if own {
            self.roster.query_sent(bus_id); // before its answer can arrive
        }
        let sent = self.publish(message, None, context, None);
        if own && sent.is_err() {
            self.roster.query_withdrawn(bus_id);
        }
        sent
    }

    fn over_tls(&self) -> bool {
        self.core.lock().over_tls == Some(true)
    }

    /// On `iota-mqtt`: only queues for the callback thread, but for timers, which a blocked callback must not delay.
    fn arrived(self: &Arc<Self>, event: Event) {
        self.history.lock().follow(&event, Instant::now());
        self.follow_attempts(&event);
        match event {
            Event::Timer { token: RECONNECT } => {
                if let Err(cause) = self.connect() {
                    base::lines::retry_refused(&cause);
                }
                return;
            }
            Event::Timer { token: RULE_TICK } => return self.rule_tick(),
            Event::Timer { token: DETECTION_CYCLE } => {
                if let Some(run) = self.detection.run() {
                    self.queue_detection(run);
                }
                return;
            }
            Event::Timer { token: REFRESH } => return self.refresh(),
            Event::Timer { token: ADDRESS_CHECK } => return self.check_address(),
            Event::Timer { token: KEPT } => return,
            Event::Connected { .. } => {
                self.roster.forget_queries();
                self.group_data_may_be_old();
            }
            Event::ConnectFailed { .. } | Event::Lost { .. } | Event::Disconnected => {
                self.refresh.lock().disconnected();
            }
            Event::Published { id, context, code } if self.listener.ended(context, code) => {
                return Self::log_end(id, code);
            }
            _ => {}
        }
        let decisions = self.decisions.load(Ordering::SeqCst);
        let shared = self.clone();
        self.post(Box::new(move || shared.deliver(event, decisions)));
    }
}
