//! The program's callbacks: set at any time from any thread, read anew for each message, kept over `IOTA_Destroy`.

use std::ffi::{c_char, c_int, c_void};

use base::fork::PerProcess;
use base::sync::RwLock;

use crate::agentlite::iota_init::types::*;

/// One registered callback; `F` is an `Option` of a function pointer.
pub struct Slot<F: 'static>(PerProcess<RwLock<F>>);

impl<F: Copy + Default + Send + Sync> Slot<F> {
    /// A forked child that starts afresh keeps the parent's callbacks.
    const fn new() -> Self {
        Slot(PerProcess::new(|parents| {
            let kept = parents.and_then(|slot| slot.try_read().map(|callback| *callback));
            RwLock::new(kept.unwrap_or_default())
        }))
    }

    /// Registers, or with `None` unregisters.
    pub fn set(&'static self, callback: F) {
        *self.0.get().write() = callback;
    }

    /// What is registered now; no lock is held when it returns.
    pub fn get(&'static self) -> F {
        *self.0.get().read()
    }
}

/// `PFN_CALLBACK_HANDLER`.
pub type OlderCallback =
    unsafe extern "C" fn(context: *mut c_void, message_id: c_int, code: c_int, message: *mut c_char);
/// `PFN_CALLBACK_HANDLER_WITH_TOPIC`.
pub type OlderCallbackWithTopic =
    unsafe extern "C" fn(context: *mut c_void, message_id: c_int, code: c_int, message: *mut c_char, last: *mut c_char);

/// What `IOTA_SetCallback` or `IOTA_SetCallbackWithTopic` set for one item.
#[derive(Clone, Copy, Default)]
pub enum Older {
    #[default]
    None,
    Plain(OlderCallback),
    WithTopic(OlderCallbackWithTopic),
}

macro_rules! slots {
    ($($name:ident: $type:ty),* $(,)?) => {
        /// All callbacks of `iota_init.h`.
        pub struct Slots {
            protocol: [Slot<PFN_PROTOCOL_CALLBACK_HANDLER>; 9],
            older: [Slot<Older>; 18],
            $(pub $name: Slot<$type>,)*
        }

        /// The callbacks of the process.
        pub static SLOTS: Slots = Slots {
            protocol: [const { Slot::new() }; 9],
            older: [const { Slot::new() }; 18],
            $($name: Slot::new(),)*
        };
    };
}

slots! {
    event: PFN_EVENT_CALLBACK_HANDLER,
    command: PFN_CMD_CALLBACK_HANDLER,
    command_v3: PFN_CMD_CALLBACK_HANDLER_V3,
    message: PFN_MESSAGE_CALLBACK_HANDLER,
    raw_message: PFN_RAW_MESSAGE_CALLBACK_HANDLER,
    property_set: PFN_PROP_SET_CALLBACK_HANDLER,
    property_get: PFN_PROP_GET_CALLBACK_HANDLER,
    shadow: PFN_SHADOW_GET_CALLBACK_HANDLER,
    user_topic: PFN_USER_TOPIC_MSG_CALLBACK_HANDLER,
    user_topic_raw: PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER,
    bootstrap: PFN_BOOTSTRAP_CALLBACK_HANDLER,
    rule_send: PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER,
    m2m: PFN_M2M_CALLBACK_HANDLER,
    bridge_login: PFN_BRIDGES_DEVICE_LOGIN,
    bridge_logout: PFN_BRIDGES_DEVICE_LOGOUT,
    bridge_reset_secret: PFN_BRIDGES_DEVICE_RESET_SECRET,
    bridge_disconnect: PFN_BRIDGES_DEVICE_PLATE_DISCONNECT,
    undefined: PFN_UNDEFINED_MSG_CALLBACK_HANDLER,
    sub_device: PFN_EVENT_CALLBACK_HANDLER_SPECIFY,
    ntp: PFN_EVENT_CALLBACK_HANDLER_SPECIFY,
    device_log: PFN_EVENT_CALLBACK_HANDLER_SPECIFY,
    soft_bus: PFN_EVENT_CALLBACK_HANDLER_SPECIFY,
    tunnel: PFN_EVENT_CALLBACK_HANDLER_SPECIFY,
    file_manager: PFN_EVENT_CALLBACK_HANDLER_SPECIFY,
    ota_version: PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY,
    ota_url: PFN_OTAURL_CALLBACK_HANDLER_SPECIFY,
    device_config: PFN_DEVICE_CONFIG_CALLBACK_HANDLER,
}

impl Slots {
    /// `IOTA_SetProtocolCallback`.
    pub fn set_protocol(&'static self, item: c_int, callback: PFN_PROTOCOL_CALLBACK_HANDLER) {
        match usize::try_from(item).ok().and_then(|item| self.protocol.get(item)) {
            Some(slot) => slot.set(callback),
            None => base::lines::callback_unknown(&item),
        }
    }

    /// `IOTA_SetCallback`, `IOTA_SetCallbackWithTopic`.
    pub fn set_older(&'static self, item: c_int, callback: Older) {
        if let Some(slot) = usize::try_from(item).ok().and_then(|item| self.older.get(item)) {
            slot.set(callback);
        }
    }

    /// What `IOTA_SetCallback` or `IOTA_SetCallbackWithTopic` set for this number.
    pub fn older(&'static self, item: c_int) -> Older {
        let slot = usize::try_from(item).ok().and_then(|item| self.older.get(item));
        slot.map(Slot::get).unwrap_or_default()
    }

    /// Whether the program has callbacks of 0.5 to 0.9.
    pub fn any_older(&'static self) -> bool {
        self.older.iter().any(|slot| !matches!(slot.get(), Older::None))
    }

    /// The protocol callback of this number.
    pub fn protocol(&'static self, item: c_int) -> PFN_PROTOCOL_CALLBACK_HANDLER {
        self.protocol.get(usize::try_from(item).ok()?)?.get()
    }
}
