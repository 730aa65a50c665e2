//! Everything that arrives: one topic and payload in, one owned value out, with all that the callbacks and the library's own duties need.
//!
//! [`parse`] never fails: what cannot be used becomes [`Downlink::Dropped`], and what deserves an ERROR line is in [`Arrival::problems`].

mod bridge;
mod command;
mod context;
mod event;
mod message;
mod property;
mod read;
#[cfg(test)]
mod tests;

pub use bridge::{BridgeAnswer, BridgeResetSecret};
pub use command::{Bootstrap, Command, CommandV3, M2mMessage};
pub use context::Problem;
pub use event::{
    AddDeviceFailure, AddDeviceResponse, DeleteDeviceResponse, DeviceFailure, DeviceInfo, DeviceLogConfig,
    DeviceNotify, DeviceStatus, Event, EventParas, EventService, EventType, OtaParas, RuleInfos, ServiceEvent,
    SoftBusInfo, StatusResponse, Tunnel,
};
pub use message::{Message, StandardMessage, Undefined, UserMessage};
pub use property::{Duty, GroupVersion, PropertyGet, PropertySet, ServiceProperty, Shadow, ShadowData};

use self::context::Context;
use super::text::{Text, c_text};
use super::time::UnixMs;
use super::topics::{self, Route};

/// One message from the platform.
#[derive(Clone, Debug, PartialEq)]
pub enum Downlink {
    /// The raw callback, then the standard one if the payload has the standard form.
    Message(Message),
    /// The same for a user topic.
    UserMessage(UserMessage),
    Command(Command),
    CommandV3(CommandV3),
    PropertySet(PropertySet),
    PropertyGet(PropertyGet),
    Shadow(Shadow),
    Event(Event),
    Bootstrap(Bootstrap),
    M2m(M2mMessage),
    BridgeLogin(BridgeAnswer),
    BridgeLogout(BridgeAnswer),
    BridgeResetSecret(BridgeResetSecret),
    /// The bridge was told that this device is disconnected; no request id, no result code.
    BridgeDisconnect {
        bridge_device_id: Text,
    },
    /// No topic that is known.
    Undefined(Undefined),
    /// An own uplink sent back by the broker; one DEBUG line, nothing else.
    OwnEcho,
    /// Unusable; the reason is in [`Arrival::problems`].
    Dropped,
}

/// A message, and what is wrong with it, each to be said in the log at ERROR.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    pub message: Downlink,
    pub problems: Vec<Problem>,
}

/// Reads one message. `now` is the moment of arrival; it becomes part of a time-sync result.
pub fn parse(topic: &str, payload: &[u8], now: UnixMs) -> Arrival {
    let mut context = Context {
        topic,
        payload,
        bridged: topics::bridged_device(topic),
        now,
        problems: Vec::new(),
    };
    let message = dispatch(&mut context);
    Arrival {
        message,
        problems: context.problems,
    }
}

fn dispatch(context: &mut Context<'_>) -> Downlink {
    let (route, rest) = topics::route(context.topic);
    let id = match topics::request_id(route, rest) {
        Some(id) => c_text(id.as_bytes()),
        None => match route {
            Route::Command | Route::PropertySet | Route::PropertyGet | Route::Shadow => {
                context.problems.push(Problem::NoRequestId);
                return Downlink::Dropped;
            }
            _ => c_text(b""),
        },
    };
    match route {
        Route::OwnEcho => Downlink::OwnEcho,
        Route::Message => Downlink::Message(message::message(context)),
        Route::User => Downlink::UserMessage(message::user_message(context, rest)),
        Route::Command => Downlink::Command(command::command(context, id)),
        Route::CommandV3 => Downlink::CommandV3(command::command_v3(context)),
        Route::PropertySet => Downlink::PropertySet(property::set(context, id)),
        Route::PropertyGet => Downlink::PropertyGet(property::get(context, id)),
        Route::Shadow => Downlink::Shadow(property::shadow(context, id)),
        Route::Events => event::parse(context).map_or(Downlink::Dropped, Downlink::Event),
        Route::Bootstrap => Downlink::Bootstrap(command::bootstrap(context)),
        Route::M2m => Downlink::M2m(command::m2m(context)),
        Route::BridgeLogin => Downlink::BridgeLogin(bridge::answer(context, id)),
        Route::BridgeLogout => Downlink::BridgeLogout(bridge::answer(context, id)),
        Route::BridgeResetSecret => Downlink::BridgeResetSecret(bridge::reset_secret(context, id)),
        Route::BridgeDisconnect => Downlink::BridgeDisconnect {
            bridge_device_id: context.bridge_device_id(),
        },
        Route::Undefined => Downlink::Undefined(message::undefined(context)),
    }
}
