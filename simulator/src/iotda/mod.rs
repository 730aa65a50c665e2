//! The platform's services, without sockets: each module takes what a device published and answers with downlinks.
//! All of them speak of a device by its own topics; what a bridged device gets is turned round in one place,
//! [`bridge::Bridges::reroute`], just before it is sent. `operator` has what the platform does unasked.

pub mod bootstrap;
pub mod bridge;
pub mod commands;
pub mod devices;
mod event;
pub mod files;
pub mod gateway;
pub mod groups;
pub mod m2m;
pub mod messages;
mod operator;
pub mod properties;
pub mod requests;
pub mod sdk_info;
pub mod shadow;
pub mod softbus;
pub mod time_sync;
pub mod topics;
pub mod v3;

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Instant;

use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

use self::bootstrap::Bootstrap;
use self::bridge::Bridges;
use self::devices::Devices;
use self::gateway::Gateways;
use self::groups::Groups;
use self::messages::Messages;
pub use self::operator::Services;
use self::requests::{Request, Requests};
use self::shadow::Shadow;
use self::softbus::SoftBus;
use self::topics::{Route, Uplink};
use self::v3::V3;
use crate::broker::wire::Properties;
use crate::ledger::readable;

/// Largest text a compressed payload may hold.
const UNPACKED_MAX: u64 = 16 * 1024 * 1024;

/// A message of the platform for one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Downlink {
    pub device: String,
    pub topic: String,
    pub payload: Vec<u8>,
    /// MQTT 5 only.
    pub properties: Option<Box<Properties>>,
}

/// Something a service noticed and the ledger should show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub device: String,
    pub text: String,
}

/// What a call into the services leads to.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    pub notes: Vec<Note>,
    /// Requests that were sent, or are through.
    pub requests: Vec<Request>,
    pub downlinks: Vec<Downlink>,
}

impl Outcome {
    fn down(&mut self, device: &str, topic: String, payload: &Value) {
        let payload = payload.to_string().into_bytes();
        self.downlinks.push(Downlink {
            device: device.to_string(),
            topic,
            payload,
            properties: None,
        });
    }
    fn note(&mut self, device: &str, text: impl Into<String>) {
        self.notes.push(Note {
            device: device.to_string(),
            text: text.into(),
        });
    }
}

/// `yyyyMMddTHHmmssZ`
fn event_time() -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    OffsetDateTime::now_utc().format(&format).unwrap_or_default()
}

fn unpack(payload: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(payload)
        .take(UNPACKED_MAX)
        .read_to_end(&mut text)?;
    Ok(text)
}

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
    online: BTreeSet<String>,
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

    /// A device's session has ended.
    pub fn on_offline(&mut self, device: &str) {
        for gone in self.bridges.on_offline(device) {
            self.went_offline(&gone);
        }
        self.went_offline(device);
    }

    fn went_offline(&mut self, device: &str) {
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
                    self.softbus
                        .on_query(&self.groups, &self.devices, device, object, service, out);
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
