//! The library's face: start a platform, act as its operator, read its ledger.

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::broker;
use crate::config::{Config, DeviceEntry};
use crate::core::{Command, Core};
use crate::error::{Error, Result};
use crate::faults::{Cut, Fault};
use crate::iotda::devices::Info;
use crate::iotda::gateway::Child;
use crate::iotda::groups::{Change, Group};
use crate::iotda::messages::DeviceMessage;
use crate::iotda::requests::{Request, State};
use crate::iotda::services::Services;
use crate::iotda::softbus::Rules;
use crate::ledger::{End, Event, Kind, Ledger};
use crate::limits::Limits;
use crate::message::Message;
use crate::tls::{Issued, Pki};

/// How long a connection may take to carry out an order.
const ORDER_PATIENCE: Duration = Duration::from_secs(10);

/// A running platform. Dropping it cuts all connections and ends its thread.
pub struct Platform {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What an operator can do; cheap to clone, usable from every thread.
#[derive(Clone)]
pub struct Handle {
    core: Arc<Core>,
    pki: Arc<Pki>,
    plain: Option<SocketAddr>,
    tls: Option<SocketAddr>,
}

impl Deref for Platform {
    type Target = Handle;
    fn deref(&self) -> &Handle {
        &self.handle
    }
}

fn invalid(e: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, e)
}

impl Platform {
    pub fn start(config: Config) -> io::Result<Platform> {
        let pki = Arc::new(Pki::new().map_err(invalid)?);
        let acceptor = TlsAcceptor::from(pki.server(&config.certificates).map_err(invalid)?);
        let plain = broker::listen(config.host, config.plain, false)?;
        let tls = broker::listen(config.host, config.tls, true)?;
        let address = |listener: &Option<std::net::TcpListener>| listener.as_ref().map(|l| l.local_addr()).transpose();
        let (plain_addr, tls_addr) = (address(&plain)?, address(&tls)?);
        let provisioned = config.bootstrap.address.clone();
        let provisioned = provisioned.or_else(|| plain_addr.or(tls_addr).map(|a| a.to_string()));
        let core = Arc::new(Core::new(config).map_err(invalid)?);
        core.with(|state| state.iotda.bootstrap.address = provisioned.unwrap_or_default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let (plain, tls) = {
            let _inside = runtime.enter();
            let into = |l: Option<std::net::TcpListener>| l.map(tokio::net::TcpListener::from_std).transpose();
            (into(plain)?, into(tls)?)
        };
        let shared = core.clone();
        let thread = std::thread::Builder::new().name("iotda-sim".into()).spawn(move || {
            runtime.block_on(async {
                let numbers = Arc::new(AtomicU64::new(1));
                if let Some(listener) = plain {
                    tokio::spawn(broker::accept(shared.clone(), listener, None, numbers.clone()));
                }
                if let Some(listener) = tls {
                    tokio::spawn(broker::accept(shared.clone(), listener, Some(acceptor), numbers));
                }
                tokio::select! {
                    () = shared.run_timers() => {}
                    _ = stopped => {}
                }
            });
        })?;
        let handle = Handle {
            core,
            pki,
            plain: plain_addr,
            tls: tls_addr,
        };
        Ok(Platform {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.core.ended();
    }
}

/// Address, certificates.
impl Handle {
    pub fn plain_addr(&self) -> Option<SocketAddr> {
        self.plain
    }
    pub fn tls_addr(&self) -> Option<SocketAddr> {
        self.tls
    }
    /// Port of the plain listener, 0 without one.
    pub fn plain_port(&self) -> u16 {
        self.plain.map_or(0, |a| a.port())
    }
    /// Port of the TLS listener, 0 without one.
    pub fn tls_port(&self) -> u16 {
        self.tls.map_or(0, |a| a.port())
    }
    /// The CA that devices put into `conf/rootcert.pem`.
    pub fn ca_pem(&self) -> String {
        self.pki.ca_pem()
    }
    /// A certificate for a device, signed by the platform's client CA.
    pub fn issue_client_certificate(&self, common_name: &str) -> Result<Issued> {
        self.pki.issue_client(common_name)
    }
    /// Prepares a device's work directory: `conf/rootcert.pem`, and `ports` with the two port numbers.
    pub fn write_work_dir(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir.join("conf"))?;
        std::fs::write(dir.join("conf/rootcert.pem"), self.ca_pem())?;
        std::fs::write(
            dir.join("ports"),
            format!("plain={}\ntls={}\n", self.plain_port(), self.tls_port()),
        )
    }
}

/// The ledger.
impl Handle {
    pub fn ledger(&self) -> &Ledger {
        &self.core.ledger
    }
    pub fn events(&self) -> Vec<Arc<Event>> {
        self.core.ledger.events()
    }
    /// The number the next event will get.
    pub fn mark(&self) -> u64 {
        self.core.ledger.mark()
    }
    /// The first event, past ones included, that `wanted` accepts; waits for it up to `timeout`.
    pub fn wait_for(&self, wanted: impl Fn(&Event) -> bool, timeout: Duration) -> Option<Arc<Event>> {
        self.core.ledger.wait_after(0, wanted, timeout)
    }
    /// The same among the events from `mark` on.
    pub fn wait_after(&self, mark: u64, wanted: impl Fn(&Event) -> bool, timeout: Duration) -> Option<Arc<Event>> {
        self.core.ledger.wait_after(mark, wanted, timeout)
    }
    pub fn wait_online(&self, device: &str, timeout: Duration) -> bool {
        let online = |e: &Event| e.is_from(device) && matches!(e.kind, Kind::Online { .. });
        let mark = self.mark();
        self.core.is_online(device) || self.wait_after(mark, online, timeout).is_some()
    }
    /// Waits for a publish of `device` on `topic`.
    pub fn wait_uplink(&self, device: &str, topic: &str, timeout: Duration) -> Option<Arc<Event>> {
        self.wait_for(
            |e| e.is_from(device) && e.uplink().is_some_and(|(t, _)| t == topic),
            timeout,
        )
    }
    fn operator(&self, text: String) {
        self.core.ledger.add(0, None, Kind::Operator { text });
    }
}

/// Devices and logins.
impl Handle {
    pub fn add_device(&self, id: &str, secret: &str) -> Result<()> {
        self.register(&DeviceEntry::with_secret(id, secret))
    }
    /// `fingerprint` None: every certificate of the client CA.
    pub fn add_certificate_device(&self, id: &str, fingerprint: Option<&str>) -> Result<()> {
        let certificate = Some(fingerprint.unwrap_or("any").to_string());
        self.register(&DeviceEntry {
            id: id.to_string(),
            certificate,
            ..DeviceEntry::default()
        })
    }
    /// Registers a device, bridge or child; an existing registration is replaced.
    pub fn register(&self, entry: &DeviceEntry) -> Result<()> {
        let device = entry.device()?;
        self.core.with(|state| state.iotda.devices.add(device));
        self.operator(format!("device {} registered", entry.id));
        Ok(())
    }
    /// Removes a device from the register and ends its session.
    pub fn remove_device(&self, id: &str) -> Result<()> {
        if !self.core.with(|state| state.iotda.devices.remove(id)) {
            return Err(Error(format!("no device {id:?}")));
        }
        self.operator(format!("device {id} removed"));
        let _ = self
            .core
            .command(id, Command::End(Cut::Close, End::Platform("device removed".into())));
        Ok(())
    }
    /// A frozen device is refused with "not authorised".
    pub fn freeze(&self, id: &str, frozen: bool) -> Result<()> {
        self.core.with(|state| {
            let device = state
                .iotda
                .devices
                .get_mut(id)
                .ok_or_else(|| Error(format!("no device {id:?}")))?;
            device.frozen = frozen;
            Ok(())
        })
    }
    /// What the device last reported with `$sdk_info`.
    pub fn device_info(&self, id: &str) -> Option<Info> {
        self.core
            .with(|state| state.iotda.devices.get(id).map(|d| d.info.clone()))
    }
    pub fn device_ids(&self) -> Vec<String> {
        self.core
            .with(|state| state.iotda.devices.iter().map(|d| d.id.clone()).collect())
    }
    pub fn is_online(&self, device: &str) -> bool {
        self.core.is_online(device)
    }
    pub fn online_devices(&self) -> Vec<String> {
        self.core.online_devices()
    }
    /// A scope for group bootstrap with its Base64 group secret.
    pub fn add_scope(&self, scope: &str, group_secret: &str) {
        self.core
            .with(|state| state.scopes.insert(scope.to_string(), group_secret.to_string()));
    }
    /// Off: every login is accepted.
    pub fn set_check_login(&self, check: bool) {
        self.core.with(|state| state.check_login = check);
    }
    pub fn limits(&self) -> Limits {
        self.core.with(|state| state.limiter.limits.clone())
    }
    /// How much the platform takes from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.core.with(|state| state.limiter.limits = limits);
    }
    /// Off: system topics need a SUBSCRIBE.
    pub fn set_implicit(&self, implicit: bool) {
        self.core.with(|state| state.implicit = implicit);
    }
    /// Seconds added to the clock that time stamps are compared with.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.core
            .with(|state| state.clock_offset = time::Duration::seconds(seconds));
    }
}

/// Messages, connections, faults.
impl Handle {
    /// Publishes to a device that gets this topic implicitly or has subscribed to it.
    pub fn publish_to(&self, device: &str, topic: &str, payload: impl Into<Vec<u8>>, qos: u8) -> Result<()> {
        let message = Message {
            topic: topic.to_string(),
            payload: payload.into(),
            qos,
            ..Message::default()
        };
        self.core.push(device, message)
    }
    /// The same with retain flag and MQTT 5 properties.
    pub fn publish_message(&self, device: &str, message: Message) -> Result<()> {
        self.core.push(device, message)
    }
    /// Publishes whatever the device's rights and subscriptions are.
    pub fn publish_unasked(&self, device: &str, message: Message) -> Result<()> {
        self.core.push_anyway(device, message)
    }
    /// Ends the device's connection.
    pub fn disconnect(&self, device: &str, cut: Cut) -> Result<()> {
        self.core
            .command(device, Command::End(cut, End::Platform("by the operator".into())))
    }
    /// A fault plan for connections to come.
    pub fn fault(&self, fault: Fault) {
        self.core.with(|state| state.faults.add(fault));
    }
    /// Puts a fault plan on the live connection of a device, in place of the one it has; counts start anew.
    /// It is in force when this returns.
    pub fn fault_now(&self, device: &str, fault: Fault) -> Result<()> {
        let (tx, in_force) = sync_channel(1);
        self.core.command(device, Command::Fault(Box::new(fault), tx))?;
        in_force
            .recv_timeout(ORDER_PATIENCE)
            .map_err(|_| Error(format!("{device:?} is just going offline")))
    }
    pub fn clear_faults(&self) {
        self.core.with(|state| state.faults.clear());
    }
    pub fn faults(&self) -> Vec<Fault> {
        self.core.with(|state| state.faults.list().to_vec())
    }
}

/// Requests, which a device has to answer. Each returns the request's id once it is sent; [`Handle::wait_request`] gives
/// what became of it. A device that is not online is not asked.
impl Handle {
    pub fn command(&self, device: &str, service: &str, name: &str, paras: &Value, timeout: Duration) -> Result<String> {
        self.core.operate(String::new(), |iotda, now, out| {
            iotda.command(device, (service, name, paras), timeout, now, out)
        })
    }
    /// Over the V3 topic; the id is the message number.
    pub fn command_v3(
        &self,
        device: &str,
        service: &str,
        cmd: &str,
        paras: &Value,
        timeout: Duration,
    ) -> Result<String> {
        self.core.operate(String::new(), |iotda, now, out| {
            iotda.command_v3(device, (service, cmd, paras), timeout, now, out)
        })
    }
    /// Each service with its properties.
    pub fn property_set(&self, device: &str, services: &Services, timeout: Duration) -> Result<String> {
        self.core.operate(String::new(), |iotda, now, out| {
            iotda.property_set(device, services, timeout, now, out)
        })
    }
    /// Of one service or, without one, of all.
    pub fn property_get(&self, device: &str, service: Option<&str>, timeout: Duration) -> Result<String> {
        self.core.operate(String::new(), |iotda, now, out| {
            iotda.property_get(device, service, timeout, now, out)
        })
    }
    pub fn request(&self, request_id: &str) -> Option<Request> {
        self.core.with(|state| state.iotda.requests.get(request_id).cloned())
    }
    /// All that are remembered, the oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.core.with(|state| state.iotda.requests.iter().cloned().collect())
    }
    /// The request when it is answered, timed out or undelivered; waits for that up to `patience`.
    pub fn wait_request(&self, request_id: &str, patience: Duration) -> Option<Request> {
        let mark = self.mark();
        let through = |r: &Request| r.request_id == request_id && r.state() != State::Sent;
        match self.request(request_id) {
            Some(request) if through(&request) => Some(request),
            _ => self
                .wait_after(mark, |e| e.request().is_some_and(through), patience)
                .and_then(|e| e.request().cloned()),
        }
    }
}

/// Shadow, messages, events, V3.
impl Handle {
    /// The device's shadow: a list of services with desired, reported and version.
    pub fn shadow(&self, device: &str) -> Value {
        self.core.with(|state| state.iotda.shadow.list(device, None))
    }
    /// Changes the desired part of a service's shadow, and asks the device to set it if it is online, else as soon as it
    /// comes. The shadow's version and the request's id.
    pub fn desire(
        &self,
        device: &str,
        service: &str,
        properties: &Map<String, Value>,
    ) -> Result<(u64, Option<String>)> {
        let text = format!("shadow of {device}: desires properties of service {service}");
        self.core.operate(text, |iotda, now, out| {
            iotda.known(device)?;
            iotda.desire(device, service, properties, now, out)
        })
    }
    /// Sends a message, or keeps it until the device can get it; false if it is kept.
    pub fn message(&self, device: &str, message: DeviceMessage) -> Result<bool> {
        self.core.operate(format!("message to {device}"), |iotda, _, out| {
            iotda.known(device)?;
            iotda.message(device, message, out);
            Ok(())
        })?;
        Ok(self.messages_waiting(device) == 0)
    }
    /// Messages kept for a device.
    pub fn messages_waiting(&self, device: &str) -> usize {
        self.core.with(|state| state.iotda.messages.waiting(device))
    }
    /// Sends an event of any service, for example `$log` and `log_config`.
    pub fn event(&self, device: &str, service: &str, event_type: &str, paras: Value) -> Result<()> {
        let text = format!("event {service} {event_type} to {device}");
        self.core.operate(text, |iotda, _, out| {
            iotda.event(device, (service, event_type), paras, out)
        })
    }
    /// Bytes on the binary V3 command topic.
    pub fn binary_v3(&self, device: &str, payload: &[u8]) -> Result<()> {
        self.core
            .operate(format!("binary V3 command to {device}"), |iotda, _, out| {
                iotda.binary_v3(device, payload, out)
            })
    }
}

/// Gateways and bridges.
impl Handle {
    /// The children of a gateway.
    pub fn children(&self, gateway: &str) -> Value {
        self.core.with(|state| state.iotda.children(gateway))
    }
    /// Registers a child and notifies the gateway; the child's device id.
    pub fn child_add(&self, gateway: &str, child: Child) -> Result<String> {
        let text = format!("child {} added to {gateway}", child.node_id);
        self.core.operate(text, |iotda, _, out| {
            iotda.gateways.operator_add(&mut iotda.devices, gateway, child, out)
        })
    }
    /// Removes a child and notifies its gateway.
    pub fn child_delete(&self, device: &str) -> Result<()> {
        self.core.operate(format!("child {device} deleted"), |iotda, _, out| {
            iotda.gateways.operator_delete(&mut iotda.devices, device, out)
        })
    }
    /// Devices logged in through a bridge.
    pub fn bridged(&self, bridge: &str) -> Vec<String> {
        self.core.with(|state| state.iotda.bridges.devices_of(bridge))
    }
    /// Ends the session of a bridged device and tells its bridge.
    pub fn bridge_disconnect(&self, device: &str) -> Result<()> {
        self.core
            .operate(format!("bridged device {device} disconnected"), |iotda, _, out| {
                iotda.bridge_disconnect(device, out)
            })
    }
}

/// Groups and their soft bus. Every change reaches the online members at once.
impl Handle {
    pub fn groups(&self) -> Vec<Group> {
        self.core.with(|state| state.iotda.groups.iter().cloned().collect())
    }
    pub fn group(&self, name: &str) -> Option<Group> {
        self.core.with(|state| state.iotda.groups.get(name).cloned())
    }
    pub fn group_add(&self, name: &str) -> Result<()> {
        self.core.change(format!("group {name} added"), |iotda| {
            iotda.groups.add(name).map(|()| Change::default())
        })
    }
    /// Removes a group; its soft bus is deleted.
    pub fn group_remove(&self, name: &str) -> Result<()> {
        self.core
            .change(format!("group {name} removed"), |iotda| iotda.groups.remove(name))
    }
    pub fn bind(&self, group: &str, device: &str) -> Result<()> {
        self.core.change(format!("{device} bound to group {group}"), |iotda| {
            iotda.registered(device)?;
            let key = iotda.softbus.rules.key_of_update();
            iotda.groups.bind(group, device, key)
        })
    }
    pub fn unbind(&self, group: &str, device: &str) -> Result<()> {
        self.core
            .change(format!("{device} unbound from group {group}"), |iotda| {
                let key = iotda.softbus.rules.key_of_update();
                iotda.groups.unbind(group, device, key)
            })
    }
    /// Creates the group's soft bus; returns its id.
    pub fn softbus_create(&self, group: &str, bus_name: &str) -> Result<String> {
        let mut created = String::new();
        self.core
            .change(format!("soft bus {bus_name} created for group {group}"), |iotda| {
                let key = iotda.softbus.rules.fresh_key();
                let (id, change) = iotda.groups.bus_create(group, bus_name, key)?;
                created = id;
                Ok(change)
            })?;
        Ok(created)
    }
    pub fn softbus_delete(&self, group: &str) -> Result<()> {
        self.core.change(format!("soft bus of group {group} deleted"), |iotda| {
            iotda.groups.bus_delete(group)
        })
    }
    /// Pushes the list to the members again; nothing changes.
    pub fn softbus_sync(&self, group: &str) -> Result<()> {
        self.core
            .change(format!("soft bus of group {group} synchronised"), |iotda| {
                iotda.groups.bus_sync(group)
            })
    }
    /// Counts an update without any other change (a new key if the rules say so).
    pub fn softbus_update(&self, group: &str) -> Result<()> {
        self.core.change(format!("soft bus of group {group} updated"), |iotda| {
            let key = iotda.softbus.rules.key_of_update();
            iotda.groups.bus_update(group, key, None)
        })
    }
    /// Gives the bus this key; an update.
    pub fn set_key(&self, group: &str, key: &str) -> Result<()> {
        self.core
            .change(format!("soft bus of group {group} got a key"), |iotda| {
                iotda.groups.bus_update(group, Some(key.to_string()), None)
            })
    }
    /// Gives the bus a fresh random key; an update.
    pub fn rotate_key(&self, group: &str) -> Result<()> {
        self.core
            .change(format!("soft bus of group {group} got a fresh key"), |iotda| {
                let key = iotda.softbus.rules.fresh_key();
                iotda.groups.bus_update(group, Some(key), None)
            })
    }
    /// Has the device answered its latest group list with success?
    pub fn is_synchronised(&self, device: &str) -> bool {
        self.core.with(|state| state.iotda.softbus.is_synchronised(device))
    }
    pub fn softbus_rules(&self) -> Rules {
        self.core.with(|state| state.iotda.softbus.rules.clone())
    }
    pub fn set_softbus_rules(&self, rules: Rules) {
        self.core.with(|state| state.iotda.softbus.rules = rules);
    }
}
