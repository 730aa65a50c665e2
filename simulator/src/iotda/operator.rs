//! What the platform does unasked: the operator's requests, messages and events, and desired properties of the shadow.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::messages::DeviceMessage;
use super::outcome::{Downlink, Outcome, event_time};
use super::requests::{Ask, What};
use super::services::Iotda;
use super::{commands, event, properties, v3};
use crate::error::Result;
use crate::random;

impl Iotda {
    pub fn command(
        &mut self,
        device: &str,
        (service, name, paras): (&str, &str, &Value),
        timeout: Duration,
        now: Instant,
        out: &mut Outcome,
    ) -> Result<String> {
        let via = self.via_online(device)?;
        let request_id = random::uuid();
        let ask = Ask {
            topic: commands::topic(&via, &request_id),
            body: commands::body(device, service, name, paras),
            request_id: request_id.clone(),
            device,
            via: &via,
            what: What::Command,
            name,
            timeout,
        };
        self.requests.ask(ask, now, out);
        Ok(request_id)
    }

    /// The message number is the request id.
    pub fn command_v3(
        &mut self,
        device: &str,
        (service, name, paras): (&str, &str, &Value),
        timeout: Duration,
        now: Instant,
        out: &mut Outcome,
    ) -> Result<String> {
        self.via_online(device)?;
        let mid = self.v3.next_mid();
        let ask = Ask {
            topic: v3::topic(device, false),
            body: v3::body(service, name, paras, mid),
            request_id: mid.to_string(),
            device,
            via: device,
            what: What::CommandV3,
            name,
            timeout,
        };
        self.requests.ask(ask, now, out);
        Ok(mid.to_string())
    }

    pub fn binary_v3(&self, device: &str, payload: &[u8], out: &mut Outcome) -> Result<()> {
        self.via_online(device)?;
        out.downlinks.push(Downlink {
            device: device.to_string(),
            topic: v3::topic(device, true),
            payload: payload.to_vec(),
            properties: None,
        });
        Ok(())
    }

    /// Of one service or, without one, of all.
    pub fn property_get(
        &mut self,
        device: &str,
        service: Option<&str>,
        timeout: Duration,
        now: Instant,
        out: &mut Outcome,
    ) -> Result<String> {
        let via = self.via_online(device)?;
        let request_id = random::uuid();
        let ask = Ask {
            topic: properties::get_topic(&via, &request_id),
            body: properties::get_body(device, service),
            request_id: request_id.clone(),
            device,
            via: &via,
            what: What::PropertyGet,
            name: service.unwrap_or("all services"),
            timeout,
        };
        self.requests.ask(ask, now, out);
        Ok(request_id)
    }

    /// Changes the desired part of the shadow; a device that is online is asked to set it. The shadow's version and,
    /// if there is one, the request.
    pub fn desire(
        &mut self,
        device: &str,
        service: &str,
        wanted: &Map<String, Value>,
        now: Instant,
        out: &mut Outcome,
    ) -> Result<(u64, Option<String>)> {
        let version = self.shadow.desire(device, service, wanted, &event_time(), out)?;
        Ok((version, self.push_desired(device, now, out)))
    }

    /// Sends a message, or keeps it for later; false if it is kept.
    pub fn message(&mut self, device: &str, message: DeviceMessage, out: &mut Outcome) -> bool {
        let via = self.via(device);
        let online = self.online.contains(&via);
        let down = message.downlink(&via, device);
        match online {
            true => out.downlinks.push(down),
            false => self.messages.keep(down),
        }
        online
    }

    /// An event with any content.
    pub fn event(&self, device: &str, what: (&str, &str), paras: Value, out: &mut Outcome) -> Result<()> {
        let via = self.via_online(device)?;
        event::send(&via, device, what, None, paras, out);
        Ok(())
    }

    /// Ends a bridged device's session.
    pub fn bridge_disconnect(&mut self, device: &str, out: &mut Outcome) -> Result<()> {
        self.bridges.disconnect(device, out)?;
        self.went_offline(device);
        Ok(())
    }

    /// Registered children of a gateway, with what is known of them.
    pub fn children(&self, gateway: &str) -> Value {
        let children = self.devices.iter().filter(|d| d.gateway.as_deref() == Some(gateway));
        children
            .map(|d| {
                let mut line = json!(self.gateways.child(&d.id));
                match line.as_object_mut() {
                    Some(members) => members.insert("device".into(), d.id.clone().into()),
                    None => {
                        line = json!({ "device": d.id });
                        None
                    }
                };
                line
            })
            .collect()
    }
}
