//! All services together: what a device's coming, going and publishing means to each of them.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::bootstrap::Bootstrap;
use super::bridge::Bridges;
use super::devices::Devices;
use super::gateway::Gateways;
use super::groups::Groups;
use super::messages::Messages;
use super::outcome::{Downlink, Outcome};
use super::requests::{Ask, Requests, What};
use super::shadow::Shadow;
use super::softbus::SoftBus;
use super::topics::{Route, Uplink};
use super::v3::V3;
use super::{commands, files, m2m, properties, sdk_info, time_sync, topics, v3};
use crate::error::{Error, Result, refuse};
use crate::random;
use crate::text::readable;

/// Largest text a compressed payload may hold.
const UNPACKED_MAX: u64 = 16 * 1024 * 1024;

fn unpack(payload: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(payload)
        .take(UNPACKED_MAX)
        .read_to_end(&mut text)?;
    Ok(text)
}

/// Services and their properties.
pub type Services = Vec<(String, Map<String, Value>)>;

/// How long a device has for its answer to a property set that the shadow causes.
const SHADOW_PATIENCE: Duration = Duration::from_secs(20);

/// Everything registered and the state of each service.
#[derive(Debug, Default)]
pub struct Iotda {
    pub devices: Devices,
    pub groups: Groups,
    pub softbus: SoftBus,
    pub requests: Requests,
    pub shadow: Shadow,
    pub messages: Messages,
    pub gateways: Gateways,
    pub bridges: Bridges,
    pub bootstrap: Bootstrap,
    pub v3: V3,
    /// Bridged devices included.
    pub(super) online: BTreeSet<String>,
}

impl Iotda {
    /// A device has logged in, by itself or through a bridge.
    pub fn on_online(&mut self, device: &str, now: Instant) -> Outcome {
        let mut out = Outcome::default();
        self.came_online(device, now, &mut out);
        out
    }

    fn came_online(&mut self, device: &str, now: Instant, out: &mut Outcome) {
        self.online.insert(device.to_string());
        self.softbus.on_online(&self.groups, device, now, out);
        out.downlinks.extend(self.messages.take(device));
        self.push_desired(device, now, out);
    }

    /// Refuses what concerns a device that nobody has registered.
    pub fn registered(&self, device: &str) -> Result<()> {
        match self.devices.get(device) {
            Some(_) => Ok(()),
            None => refuse(format!("no device {device:?} is registered")),
        }
    }

    /// The same, but a device that is online counts as known: with `check_login` off anyone may be.
    pub fn known(&self, device: &str) -> Result<()> {
        match self.online.contains(device) {
            true => Ok(()),
            false => self.registered(device),
        }
    }

    /// Why a device cannot be reached.
    pub fn absent(&self, device: &str) -> Error {
        match self.registered(device) {
            Ok(()) => Error(format!("{device:?} is not online")),
            Err(unknown) => unknown,
        }
    }

    /// Whose topics reach a device: its own, or its gateway's.
    pub(super) fn via(&self, device: &str) -> String {
        let gateway = self.devices.get(device).and_then(|d| d.gateway.clone());
        match gateway {
            Some(gateway) if !self.online.contains(device) => gateway,
            _ => device.to_string(),
        }
    }

    pub(super) fn via_online(&self, device: &str) -> Result<String> {
        let via = self.via(device);
        match self.online.contains(&via) {
            true => Ok(via),
            false => Err(self.absent(device)),
        }
    }

    pub fn property_set(
        &mut self,
        device: &str,
        services: &Services,
        timeout: Duration,
        now: Instant,
        out: &mut Outcome,
    ) -> Result<String> {
        let via = self.via_online(device)?;
        let request_id = random::uuid();
        let names: Vec<&str> = services.iter().map(|(id, _)| id.as_str()).collect();
        let ask = Ask {
            topic: properties::set_topic(&via, &request_id),
            body: properties::set_body(device, services),
            request_id: request_id.clone(),
            device,
            via: &via,
            what: What::PropertySet,
            name: &names.join(", "),
            timeout,
        };
        self.requests.ask(ask, now, out);
        Ok(request_id)
    }

    /// Asks a device to set what is desired and not reported yet.
    pub(super) fn push_desired(&mut self, device: &str, now: Instant, out: &mut Outcome) -> Option<String> {
        let open = self.shadow.difference(device);
        if open.is_empty() {
            return None;
        }
        self.property_set(device, &open, SHADOW_PATIENCE, now, out).ok()
    }

    /// A device's session has ended.
    pub fn on_offline(&mut self, device: &str) {
        for gone in self.bridges.on_offline(device) {
            self.went_offline(&gone);
        }
        self.went_offline(device);
    }

    pub(super) fn went_offline(&mut self, device: &str) {
        self.online.remove(device);
        self.softbus.on_offline(device);
    }

    /// A device can get more topics than before.
    pub fn on_subscribed(&mut self, device: &str) -> Outcome {
        let mut out = Outcome::default();
        out.downlinks.extend(self.messages.take(device));
        out
    }

    /// What could not be delivered.
    pub fn undelivered(&mut self, down: Downlink, out: &mut Outcome) {
        match Messages::is_message(&down) {
            true => self.messages.keep(down),
            false => self.requests.undelivered(&down.topic, out),
        }
    }

    /// A device published on a topic it may publish on.
    pub fn on_uplink(&mut self, session: &str, topic: &str, payload: &[u8], now: Instant) -> Outcome {
        let mut out = Outcome::default();
        let Some(Route { device, bridged, what }) = topics::uplink(session, topic) else {
            return out;
        };
        let unpacked;
        let payload = match topic.ends_with(topics::GZIP) {
            false => payload,
            true => match unpack(payload) {
                Ok(text) => {
                    out.note(device, format!("unpacked: {}", readable(&text)));
                    unpacked = text;
                    &unpacked
                }
                Err(e) => {
                    out.note(device, format!("the payload is not compressed as its topic says: {e}"));
                    return out;
                }
            },
        };
        if bridged && self.on_bridge(session, device, what, payload, now, &mut out) {
            return out;
        }
        self.on_service(device, what, (topic, payload), now, &mut out);
        out
    }

    /// What a bridge does about a device. False for what the device itself says, which a bridge may pass on only
    /// between login and logout.
    fn on_bridge(
        &mut self,
        bridge: &str,
        device: &str,
        what: Uplink<'_>,
        payload: &[u8],
        now: Instant,
        out: &mut Outcome,
    ) -> bool {
        match what {
            Uplink::Login(id) => {
                if self.bridges.on_login(&self.devices, (bridge, device, id), payload, out) {
                    self.came_online(device, now, out);
                }
            }
            Uplink::Logout(id) => {
                if self.bridges.on_logout((bridge, device, id), out) {
                    self.went_offline(device);
                }
            }
            Uplink::ResetSecret(id) => {
                self.bridges
                    .on_reset_secret(&mut self.devices, (bridge, device, id), payload, out);
            }
            _ if self.bridges.bridge_of(device) == Some(bridge) => return false,
            _ => out.note(device, format!("is not logged in through bridge {bridge}: dropped")),
        }
        true
    }

    fn on_service(
        &mut self,
        device: &str,
        what: Uplink<'_>,
        (topic, payload): (&str, &[u8]),
        now: Instant,
        out: &mut Outcome,
    ) {
        let Iotda {
            devices,
            requests,
            shadow,
            ..
        } = self;
        let is_child = |id: &str| devices.is_child(device, id);
        match what {
            Uplink::PropertiesSetResponse(id) => {
                if !properties::on_set_answer(requests, device, id, payload, out) {
                    self.softbus.on_answer(device, id, payload, now, out);
                }
            }
            Uplink::PropertiesGetResponse(id) => {
                properties::on_get_answer((requests, shadow), device, id, payload, out);
            }
            Uplink::CommandResponse(id) => commands::on_answer(requests, device, id, payload, out),
            Uplink::PropertiesReport => properties::on_report(shadow, device, payload, out),
            Uplink::BatchReport => properties::on_batch(shadow, device, payload, is_child, out),
            Uplink::ShadowGet(id) => shadow.on_get(device, id, payload, is_child, out),
            Uplink::BootstrapUp => self.bootstrap.on_request(devices, device, payload, out),
            Uplink::V3Json => v3::on_json((requests, shadow), device, payload, out),
            Uplink::M2m(to) => m2m::on_message(devices, device, to, topic, payload, out),
            Uplink::EventsUp => self.on_events(device, payload, now, out),
            Uplink::MessagesUp
            | Uplink::User(_)
            | Uplink::V3Binary
            | Uplink::Login(_)
            | Uplink::Logout(_)
            | Uplink::ResetSecret(_)
            | Uplink::Other => {}
        }
    }

    fn on_events(&mut self, device: &str, payload: &[u8], now: Instant, out: &mut Outcome) {
        let Ok(body) = serde_json::from_slice::<Value>(payload) else {
            out.note(device, "events/up is not JSON");
            return;
        };
        let object = body.get("object_device_id").and_then(Value::as_str).unwrap_or(device);
        for service in body.get("services").and_then(Value::as_array).into_iter().flatten() {
            let text = |key| service.get(key).and_then(Value::as_str).unwrap_or_default();
            match (text("service_id"), text("event_type")) {
                ("$sdk_info", "sdk_info_report") => {
                    let concerned = if self.devices.is_child(device, object) {
                        object
                    } else {
                        device
                    };
                    let changed = sdk_info::on_report(&mut self.devices, concerned, service, out);
                    if changed {
                        self.softbus.on_address(&self.groups, concerned, now, out);
                    }
                }
                ("$oh_soft_bus", "soft_bus_config_request") => {
                    let lists = (&self.groups, &self.devices);
                    self.softbus.on_query(lists, (device, object), service, now, out);
                }
                ("$sub_device_manager", _) => self.gateways.on_request(&mut self.devices, device, service, out),
                ("$time_sync", "time_sync_request") => time_sync::on_request(device, service, out),
                ("$file_manager", _) => files::on_request(device, service, out),
                _ => {}
            }
        }
    }

    /// What is to be sent again by now, or has waited too long for an answer.
    pub fn due(&mut self, now: Instant) -> Outcome {
        let mut out = Outcome::default();
        self.softbus.due(now, &mut out);
        self.requests.due(now, &mut out);
        out
    }

    /// When [`Iotda::due`] has to be called next.
    pub fn next_due(&self) -> Option<Instant> {
        [self.softbus.next_due(), self.requests.next_due()]
            .into_iter()
            .flatten()
            .min()
    }
}
