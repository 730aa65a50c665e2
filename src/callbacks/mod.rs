//! Calling the program: the registered callbacks, and the C structures they get.
//!
//! Everything a callback sees lives in values that its caller owns until it has returned; nothing of it is shared.

mod config_tree;
mod events;
mod messages;
mod mqtt5;
pub mod numbers;
mod older;
mod slots;
mod texts;

use std::ffi::{CStr, CString};
use std::ptr::null_mut;

pub use mqtt5::lends_list;
pub use slots::SLOTS;

use self::texts::text;
use super::agentlite::iota_init::structs::{EN_IOTA_MQTT_MSG_INFO, EN_IOTA_MQTT_PROTOCOL_RSP};
use super::service::sys_hal::sys_hal;
use c_library::boundary::into_program;
use iotda_device::device::{Arrival, EventCalls, Listener, ProtocolEvent, ProtocolItem};
use iotda_device::protocol::downlink::{Command, Downlink, Event};
use iotda_device::services::anomaly::Board;

/// The listener of the process's device: calls what is in [`SLOTS`].
pub struct ToProgram;

impl Listener for ToProgram {
    fn protocol(&self, event: ProtocolEvent) {
        if event.item == ProtocolItem::ConnectSuccess {
            sys_hal::install_default();
        }
        let item = numbers::setting(event.item);
        let message = event.message.and_then(|text| CString::new(text).ok());
        older::protocol(item, &event, text(message.as_deref()));
        let Some(call) = SLOTS.protocol(item) else {
            return;
        };
        let mut info = EN_IOTA_MQTT_MSG_INFO {
            context: event.context as *mut _,
            messageId: event.message_id.into(),
            code: event.code,
        };
        let mut response = EN_IOTA_MQTT_PROTOCOL_RSP {
            mqtt_msg_info: &mut info,
            message: text(message.as_deref()),
            deviceSecret: null_mut(),
        };
        // SAFETY: the structure and what it points to outlive the call.
        into_program(|| unsafe { call(&mut response) });
    }

    fn wants_everything(&self) -> bool {
        SLOTS.any_older()
    }

    fn arrived(&self, topic: &str, payload: &[u8], about: &Arrival<'_>) {
        if SLOTS.any_older() {
            older::deliver(topic, payload, about);
        }
    }

    fn downlink(&self, message: Downlink, about: &Arrival<'_>) {
        messages::deliver(message, about);
    }

    fn event<'a>(&self, event: &'a Event, about: &'a Arrival<'_>) -> Box<dyn EventCalls + 'a> {
        Box::new(events::Calls::new(event, about))
    }

    fn rule_command(&self, command: Command) {
        if SLOTS.command.get().is_none() {
            base::lines::rule_command_unheard();
            return;
        }
        let about = Arrival {
            packet_id: 0,
            properties: None,
        };
        messages::deliver(Downlink::Command(command), &about);
    }

    fn rule_message(&self, device_id: &CStr, message: &CStr) {
        match SLOTS.rule_send.get() {
            // SAFETY: the texts outlive the call.
            Some(callback) => unsafe {
                into_program(|| callback(text(Some(device_id)), text(Some(message))));
            },
            None => base::lines::rule_message_unheard(),
        }
    }

    fn board(&self) -> &dyn Board {
        &sys_hal::Installed
    }
}
