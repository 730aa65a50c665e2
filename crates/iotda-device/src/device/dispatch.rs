//! On the callback thread: what an event of the session means for the device, and for the program.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::listener::{Arrival, ConfigAnswer, ProtocolEvent, ProtocolItem};
use super::{Asker, Shared, unix_ms};
use crate::error::Result;
use crate::protocol::downlink::{
    self, Downlink, Duty, Event as DownEvent, EventParas, Problem, PropertySet, SoftBusInfo,
};
use crate::protocol::json::Json;
use crate::protocol::redact;
use crate::protocol::text::Text;
use crate::protocol::topics::{Origin, Subscription};
use crate::protocol::uplink::{self, event::DeviceConfigResult};
use crate::softbus::{self, DELETED};
use crate::transport::pacing;
use crate::transport::{Event, Incoming};

impl Shared {
    /// One event, in order of arrival. `decisions` is the count at that moment.
    pub(super) fn deliver(self: &Arc<Self>, event: Event, decisions: u64) {
        match event {
            Event::Connected { .. } => {
                self.core.lock().backoff.connected(pacing::now());
                base::info!("connected");
                if self.listener.wants_everything() {
                    self.subscribe_all();
                }
                self.tell(ProtocolItem::ConnectSuccess, 0, 0, None, 0);
            }
            Event::ConnectFailed {
                code, message, detail, ..
            } => {
                base::lines::connect_failed(&detail, &code);
                self.tell(ProtocolItem::ConnectFailure, 0, code, message, 0);
            }
            Event::Lost { detail } => {
                base::lines::connection_lost(&detail);
                self.tell(ProtocolItem::ConnectionLost, 0, -1, None, 0);
                self.reconnect_unless_decided(decisions);
            }
            Event::Disconnected => {
                base::info!("disconnected");
                self.tell(ProtocolItem::DisconnectSuccess, 0, 0, None, 0);
            }
            Event::Published { id, context, code } => {
                let item = if code == 0 {
                    ProtocolItem::PublishSuccess
                } else {
                    ProtocolItem::PublishFailure
                };
                Self::log_end(id, code);
                self.tell(item, id, code, None, context);
            }
            Event::Subscribed { id, code } => {
                let item = if code == 0 {
                    ProtocolItem::SubscribeSuccess
                } else {
                    ProtocolItem::SubscribeFailure
                };
                match code {
                    0 => base::info!("subscription {id} accepted"),
                    _ => base::lines::subscription_failed(&id, &code),
                }
                self.tell(item, id, code, None, 0);
            }
            Event::Message(message) => self.message(message),
            Event::Timer { .. } => {} // taken on iota-mqtt
        }
    }

    /// What the log says of the end of a report.
    pub(super) fn log_end(id: u16, code: i32) {
        match code {
            0 => base::debug!("message {id} delivered"),
            _ => base::lines::undelivered(&id, &code),
        }
    }

    /// The subscriptions of `SubscribeAll`.
    fn subscribe_all(&self) {
        for one in Subscription::ALL {
            let subscribe = || self.session.subscribe(one.filter(&self.device_id()?)?, 0);
            if let Err(cause) = subscribe() {
                base::lines::call_refused(&"SubscribeAll", &cause, &cause.id());
            }
        }
    }

    fn tell(&self, item: ProtocolItem, message_id: u16, code: i32, message: Option<&'static str>, context: usize) {
        self.listener.protocol(ProtocolEvent {
            item,
            message_id,
            code,
            message,
            context,
        });
    }

    /// docs/spec/connection.md#automatic-attempt: programs without a loss handler stay alive by one
    /// automatic attempt.
    fn reconnect_unless_decided(self: &Arc<Self>, decisions: u64) {
        if self.decisions.load(Ordering::SeqCst) != decisions || self.core.lock().config.auto_reconnect {
            return;
        }
        base::info!("nobody reconnects: one automatic attempt");
        if let Err(cause) = self.connect_as(Asker::Nobody) {
            base::lines::reconnect_refused(&cause);
        }
    }

    fn message(self: &Arc<Self>, message: Incoming) {
        let about = Arrival {
            packet_id: message.packet_id,
            properties: message.properties.as_deref(),
        };
        let bytes = message.payload.len();
        // The text as a tree, and as the structs of a callback.
        if bytes < base::memory::LARGE || base::memory::room_for(bytes.saturating_mul(8)) {
            self.dispatch(&message.topic, &message.payload, &about);
        } else {
            base::lines::message_without_memory(&message.topic, &bytes);
        }
        self.session.ack(message.ack);
    }

    /// What a message means for the device, and for the program. Runs the callbacks on the calling thread.
    pub(super) fn dispatch(self: &Arc<Self>, topic: &str, payload: &[u8], about: &Arrival<'_>) {
        if base::log::enabled() {
            base::info!("message on {topic}: {}", redact::payload(payload));
        }
        self.listener.arrived(topic, payload, about);
        let arrival = downlink::parse(topic, payload, unix_ms());
        for problem in &arrival.problems {
            match problem {
                Problem::NotJson { bytes } => base::lines::downlink_not_json(&topic, bytes),
                Problem::NoRequestId => base::lines::downlink_without_id(&topic),
                Problem::Event { service, member } => base::lines::event_left_out(&topic, service, member),
            }
        }
        match arrival.message {
            Downlink::OwnEcho => base::debug!("own message on {topic} came back: ignored"),
            Downlink::Dropped => {}
            Downlink::PropertySet(set) => self.property_set(topic, set, about),
            Downlink::Event(event) => self.event(topic, event, about, true),
            Downlink::Shadow(shadow) => {
                self.follow(&shadow.duties);
                self.listener.downlink(Downlink::Shadow(shadow), about);
            }
            other => self.listener.downlink(other, about),
        }
    }

    /// Rules and detection first, then the program's callback, then the library's answer and query for each soft bus list.
    fn property_set(self: &Arc<Self>, topic: &str, set: PropertySet, about: &Arrival<'_>) {
        let origin = Source::of(topic, &set.bridge_device_id);
        let request_id = set.request_id.clone();
        let lists: Vec<_> = set
            .duties
            .iter()
            .filter_map(|duty| match duty {
                Duty::SoftBus(groups) => Some(groups.clone()),
                _ => None,
            })
            .collect();
        if self.is_own(&origin, &set.object_device_id) {
            for groups in &lists {
                self.roster.group_list(groups);
            }
            if !lists.is_empty() {
                self.follow_group_data();
                let groups = lists.iter().flatten();
                let deleted = groups.filter(|group| group.version == Some(DELETED));
                let deleted: Vec<&[u8]> = deleted.map(|group| group.bus_id.to_bytes()).collect();
                if !deleted.is_empty() {
                    self.forget_deleted_buses(&deleted);
                }
            }
        }
        self.follow(&set.duties);
        self.listener.downlink(Downlink::PropertySet(set), about);
        for _ in lists {
            self.answer_soft_bus(&origin, request_id.as_bytes());
        }
    }

    fn answer_soft_bus(&self, origin: &Source, request_id: &[u8]) {
        let answer = || -> Result<()> {
            let own = self.device_id()?;
            let message = uplink::properties::set_response(origin.origin(&own), Some(request_id), 0, Some(b"success"))?;
            self.publish(message, None, 0, None)?;
            self.query_soft_bus(origin.origin(&own), None, None, 0)?;
            if matches!(origin, Source::Own) {
                self.list_followed();
            }
            Ok(())
        };
        if let Err(cause) = answer() {
            base::lines::buses_unanswered(&cause);
        }
    }

    /// For each service what the device has to do, then the program's specific callback; last the general one. Group data
    /// that is `fresh` is kept.
    pub(super) fn event(self: &Arc<Self>, topic: &str, event: DownEvent, about: &Arrival<'_>, fresh: bool) {
        let source = Source::of(topic, &event.bridge_device_id);
        let own = self.is_own(&source, &event.object_device_id);
        if own && self.is_repeated(&event) {
            return base::debug!("soft bus: the same answer once more");
        }
        let refreshed = if own { self.refreshed(&event) } else { None };
        let keep = |at: usize| {
            let service = event.services.get(at).filter(|_| own && fresh);
            if let Some((service, EventParas::SoftBus(info))) = service.map(|service| (service, &service.paras)) {
                if !info.is_failure() {
                    let time = service.event_time.as_deref();
                    self.keep_group_data(time.map(std::ffi::CStr::to_bytes));
                }
            }
        };
        if refreshed.is_some() {
            keep(0);
        }
        if refreshed == Some(false) {
            return;
        }
        let mut calls = self.listener.event(&event, about);
        for (at, service) in event.services.iter().enumerate() {
            self.load_rules(&event, at);
            match &service.paras {
                EventParas::SoftBus(info) => {
                    if refreshed.is_none() {
                        self.soft_bus_response(info, own);
                        keep(at);
                    }
                    calls.service(at);
                }
                EventParas::DeviceConfig(content) => {
                    let answer = calls.device_config(content);
                    self.answer_device_config(&source, &event, &answer);
                }
                EventParas::TimeSync(ms) => {
                    if own && *ms > 0 {
                        self.time_told(*ms);
                    }
                    calls.service(at);
                }
                _ => calls.service(at),
            }
        }
        self.load_rules(&event, event.services.len());
        if event.general {
            calls.general();
        }
    }

    /// The rules that stand in the message before the service at this place.
    fn load_rules(&self, event: &DownEvent, at: usize) {
        for infos in event.rules.iter().filter(|infos| infos.before == at) {
            self.rules.load(&infos.paras);
            self.follow_rules();
        }
    }

    fn soft_bus_response(&self, info: &SoftBusInfo, own: bool) {
        let tls = self.over_tls();
        let origin = softbus::Origin { own, tls };
        self.roster.response(info.paras.as_ref().map(Json::value), origin);
        if own {
            self.refresh.lock().answered();
        }
        self.follow_group_data();
    }

    /// docs/spec/downlink.md#config-answer.
    fn answer_device_config(&self, source: &Source, event: &DownEvent, answer: &ConfigAnswer) {
        let send = || {
            let own = self.device_id()?;
            let result = DeviceConfigResult {
                object_device_id: event.named_device(),
                result_code: answer.result,
                description: &answer.description,
            };
            let message = uplink::event::device_config_result(source.origin(&own), Some(&result), unix_ms())?;
            self.publish(message, None, 0, None)
        };
        if let Err(cause) = send() {
            base::lines::configuration_unanswered(&cause);
        }
    }

    /// Whether a message is about this device itself, not about a child or a bridged device.
    fn is_own(&self, source: &Source, object_device_id: &Text) -> bool {
        let own = self.device_id().unwrap_or_default();
        let object = object_device_id.as_deref().map(|id| id.to_bytes());
        matches!(source, Source::Own) && object.is_some_and(|id| id == b"-1" || id == own.as_bytes())
    }
}

/// Where a message came from, and where its answer goes.
enum Source {
    Own,
    Bridged { bridge: String, device: Vec<u8> },
}

impl Source {
    fn of(topic: &str, bridge_device_id: &Text) -> Source {
        let bridge = topic
            .strip_prefix("$oc/bridges/")
            .and_then(|rest| rest.split('/').next());
        match (bridge, bridge_device_id) {
            (Some(bridge), Some(device)) => Source::Bridged {
                bridge: bridge.to_owned(),
                device: device.to_bytes().to_vec(),
            },
            _ => Source::Own,
        }
    }

    fn origin<'a>(&'a self, own: &'a str) -> Origin<'a> {
        match self {
            Source::Own => Origin::Device(own),
            Source::Bridged { bridge, device } => Origin::Bridged { bridge, device },
        }
    }
}
