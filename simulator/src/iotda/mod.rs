//! The platform's services, without sockets: each module takes what a device published and answers with downlinks.
//! A further service (commands, shadow, sub-devices, bootstrap, …) is one more module called from [`Iotda`].

pub mod devices;
pub mod groups;
pub mod sdk_info;
pub mod softbus;
pub mod topics;

use std::time::Instant;

use serde_json::Value;

use self::devices::Devices;
use self::groups::Groups;
use self::softbus::SoftBus;

/// A message of the platform for one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downlink {
    pub device: String,
    pub topic: String,
    pub payload: Vec<u8>,
}

/// Something a service noticed and the ledger should show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub device: String,
    pub text: String,
}

/// What a call into the services leads to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub downlinks: Vec<Downlink>,
    pub notes: Vec<Note>,
}

impl Outcome {
    fn down(&mut self, device: &str, topic: String, payload: &Value) {
        let payload = payload.to_string().into_bytes();
        self.downlinks.push(Downlink {
            device: device.to_string(),
            topic,
            payload,
        });
    }
    fn note(&mut self, device: &str, text: impl Into<String>) {
        self.notes.push(Note {
            device: device.to_string(),
            text: text.into(),
        });
    }
}

/// Everything registered and the state of each service.
#[derive(Debug, Default)]
pub struct Iotda {
    pub devices: Devices,
    pub groups: Groups,
    pub softbus: SoftBus,
}

impl Iotda {
    /// A device has logged in.
    pub fn on_online(&mut self, device: &str, now: Instant) -> Outcome {
        let mut out = Outcome::default();
        self.softbus.on_online(&self.groups, device, now, &mut out);
        out
    }

    /// A device's session has ended.
    pub fn on_offline(&mut self, device: &str) {
        self.softbus.on_offline(device);
    }

    /// A device published on a topic it may publish on.
    pub fn on_uplink(&mut self, device: &str, topic: &str, payload: &[u8], now: Instant) -> Outcome {
        let mut out = Outcome::default();
        match topics::uplink(device, topic) {
            Some(topics::Uplink::PropertiesSetResponse(request_id)) => {
                self.softbus.on_answer(device, request_id, payload, now, &mut out);
            }
            Some(topics::Uplink::EventsUp) => self.on_events(device, payload, now, &mut out),
            _ => {}
        }
        out
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
                    let child = self
                        .devices
                        .get(object)
                        .is_some_and(|d| d.gateway.as_deref() == Some(device));
                    let concerned = if child { object } else { device };
                    let changed = sdk_info::on_report(&mut self.devices, concerned, service, out);
                    if changed {
                        self.softbus.on_address(&self.groups, concerned, now, out);
                    }
                }
                ("$oh_soft_bus", "soft_bus_config_request") => {
                    self.softbus
                        .on_query(&self.groups, &self.devices, device, object, service, out);
                }
                _ => {}
            }
        }
    }

    /// What is to be sent again by now.
    pub fn due(&mut self, now: Instant) -> Outcome {
        let mut out = Outcome::default();
        self.softbus.due(now, &mut out);
        out
    }

    /// When [`Iotda::due`] has to be called next.
    pub fn next_due(&self) -> Option<Instant> {
        self.softbus.next_due()
    }
}
