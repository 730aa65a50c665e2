//! The listener behind a Rust program: events become values, handlers answer.

use std::ffi::CStr;
use std::sync::{Arc, OnceLock, Weak};

use serde_json::Value;

use super::answer::Answer;
use super::device::{Device, Inner};
use super::event::{self, Command, Event, Message, PropertyGet, PropertySet, Shadow};
use super::failure::Failure;
use super::group::SoftBus;
use super::hub::Hub;
use crate::device::{Arrival, ConfigAnswer, EventCalls, Listener, ProtocolEvent, ProtocolItem};
use crate::protocol::downlink::{self, Downlink, EventParas};
use crate::protocol::json::Json;

type Handler<T, R = Answer> = Box<dyn Fn(&Device, &T) -> R + Send + Sync>;

/// What a program does about what it is asked.
#[derive(Default)]
pub(super) struct Handlers {
    pub(super) command: Option<Handler<Command>>,
    pub(super) set: Option<Handler<PropertySet>>,
    pub(super) get: Option<Handler<PropertyGet, Vec<(String, Value)>>>,
    pub(super) configuration: Option<Handler<Value>>,
    pub(super) event: Option<Handler<Event, ()>>,
}

struct State {
    handlers: Handlers,
    hub: Arc<Hub>,
    /// Set once, as soon as there is a device.
    device: OnceLock<Weak<Inner>>,
}

/// Listens for a program.
#[derive(Clone)]
pub(super) struct Program(Arc<State>);

impl Program {
    pub(super) fn new(handlers: Handlers, hub: Arc<Hub>) -> Program {
        Program(Arc::new(State {
            handlers,
            hub,
            device: OnceLock::new(),
        }))
    }

    /// Handlers are called with this device.
    pub(super) fn belongs_to(&self, device: &Arc<Inner>) {
        let _ = self.0.device.set(Arc::downgrade(device)); // set once, when it is built
    }

    fn device(&self) -> Option<Device> {
        self.0.device.get()?.upgrade().map(Device)
    }

    fn emit(&self, event: Event) {
        if let (Some(handler), Some(device)) = (&self.0.handlers.event, self.device()) {
            handler(&device, &event);
        }
        if self.0.hub.streams.wanted() {
            self.0.hub.streams.push(&event);
        }
    }

    fn failure(&self, code: i32) -> Failure {
        let last = self.device().and_then(|device| device.0.device.statistics().1);
        Failure::new(code, last.map(|(_, reason)| reason).unwrap_or_default())
    }

    fn command(&self, device: &Device, command: Command) {
        let Some(handler) = &self.0.handlers.command else {
            return self.emit(Event::Command(command));
        };
        let answer = handler(device, &command);
        if let Err(cause) = device.answer_command(&command, answer) {
            base::lines::unanswered(&"a command", &cause);
        }
    }

    fn set(&self, device: &Device, set: PropertySet) {
        if set.services.is_empty() {
            return; // all of it is the library's to answer
        }
        let Some(handler) = &self.0.handlers.set else {
            return self.emit(Event::PropertySet(set));
        };
        let answer = handler(device, &set);
        if let Err(cause) = device.answer_set(&set, answer) {
            base::lines::unanswered(&"a property set", &cause);
        }
    }

    fn get(&self, device: &Device, get: PropertyGet) {
        let Some(handler) = &self.0.handlers.get else {
            return self.emit(Event::PropertyGet(get));
        };
        let services = handler(device, &get);
        if let Err(cause) = device.answer_get(&get, &services) {
            base::lines::unanswered(&"a request for properties", &cause);
        }
    }
}

impl Listener for Program {
    fn protocol(&self, event: ProtocolEvent) {
        self.emit(match event.item {
            ProtocolItem::ConnectSuccess => Event::Connected,
            ProtocolItem::ConnectFailure => Event::ConnectFailed(self.failure(event.code)),
            ProtocolItem::ConnectionLost => Event::Lost(self.failure(event.code)),
            ProtocolItem::DisconnectSuccess => Event::Disconnected,
            _ => return, // reports have their deliveries; a refused subscription is in the log
        });
    }

    fn ended(&self, context: usize, code: i32) -> bool {
        let ended = match code {
            0 => Ok(()),
            code => Err(Failure::new(code, "the report did not reach the platform")),
        };
        self.0.hub.deliveries.end(context, ended)
    }

    fn wants_everything(&self) -> bool {
        true
    }

    fn downlink(&self, message: Downlink, _about: &Arrival<'_>) {
        let Some(device) = self.device() else { return };
        let own = device.id();
        match message {
            Downlink::Command(command) => self.command(&device, Command::of(&command, &own)),
            Downlink::PropertySet(set) => self.set(&device, PropertySet::of(&set, &own)),
            Downlink::PropertyGet(get) => self.get(&device, PropertyGet::of(&get, &own)),
            Downlink::Shadow(shadow) => self.emit(Event::Shadow(Shadow::of(&shadow))),
            Downlink::Message(m) => self.emit(Event::Message(Message::of(
                None,
                m.payload.bytes(),
                m.standard.as_ref(),
            ))),
            Downlink::UserMessage(m) => self.emit(Event::Message(Message::of(
                Some(&m.topic_para),
                m.payload.bytes(),
                m.standard.as_ref(),
            ))),
            Downlink::Undefined(other) => self.emit(Event::Other(other.payload.bytes().to_vec())),
            _ => {} // of bridges, provisioning and the legacy topics, which a program of this API does not use
        }
    }

    fn event<'a>(&self, event: &'a downlink::Event, _about: &'a Arrival<'_>) -> Box<dyn EventCalls + 'a> {
        Box::new(Calls {
            program: self.clone(),
            event,
        })
    }

    fn rule_command(&self, command: downlink::Command) {
        if let Some(device) = self.device() {
            let own = device.id();
            let command = Command::of(&command, &own);
            match &self.0.handlers.command {
                Some(handler) => drop(handler(&device, &command)), // nobody waits for an answer
                None => self.emit(Event::Command(command)),
            }
        }
    }

    fn rule_message(&self, device_id: &CStr, message: &CStr) {
        self.emit(Event::RuleMessage {
            to: device_id.to_string_lossy().into_owned(),
            message: message.to_bytes().to_vec(),
        });
    }

    fn near_received(&self, device_id: &str, data: &[u8]) {
        self.emit(Event::NearReceived {
            from: device_id.to_owned(),
            data: data.to_vec(),
        });
    }

    fn near_sent(&self, device_id: &str, code: u32) {
        self.emit(Event::NearSent {
            to: device_id.to_owned(),
            code,
        });
    }
}

struct Calls<'a> {
    program: Program,
    event: &'a downlink::Event,
}

impl EventCalls for Calls<'_> {
    fn service(&mut self, at: usize) {
        let Some(service) = self.event.services.get(at) else {
            return;
        };
        if let EventParas::SoftBus(_) = service.paras {
            let groups = SoftBus::of(&self.program.0.hub.roster.registry());
            self.program.emit(Event::SoftBus(groups));
        } else if let Some(event) = event::of_service(service, &self.event.object_device_id) {
            self.program.emit(event);
        }
    }

    fn device_config(&mut self, content: &Json) -> ConfigAnswer {
        let program = &self.program;
        let content = event::value(content);
        let answer = match (&program.0.handlers.configuration, program.device()) {
            (Some(handler), Some(device)) => handler(&device, &content),
            _ => Answer::success(),
        };
        program.emit(Event::Configuration(content));
        ConfigAnswer {
            result: answer.code(),
            description: answer.reason().unwrap_or_default().as_bytes().to_vec(),
        }
    }
}
