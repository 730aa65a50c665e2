//! The callbacks of `IOTA_DefaultCallbackInit`: ordinary callbacks in the ordinary slots, so that a program can replace each.

use std::ffi::c_int;

use super::agentlite::iota_init::*;
use super::callbacks::SLOTS;
use super::{boundary, state};

/// Puts the built-in callbacks into their slots.
pub fn install() {
    let items: [(c_int, PFN_PROTOCOL_CALLBACK_HANDLER); 7] = [
        (EN_IOTA_CALLBACK_CONNECT_SUCCESS, Some(logged)),
        (EN_IOTA_CALLBACK_CONNECT_FAILURE, Some(reconnect)),
        (EN_IOTA_CALLBACK_CONNECTION_LOST, Some(reconnect)),
        (EN_IOTA_CALLBACK_DISCONNECT_SUCCESS, Some(logged)),
        (EN_IOTA_CALLBACK_DISCONNECT_FAILURE, Some(logged)),
        (EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE, Some(logged)),
        (EN_IOTA_CALLBACK_PUBLISH_FAILURE, Some(logged)),
    ];
    for (item, callback) in items {
        SLOTS.set_protocol(item, callback);
    }
}

/// The device logs each outcome before it calls; there is nothing to add.
unsafe extern "C" fn logged(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {}

unsafe extern "C" fn reconnect(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    boundary::guard("default reconnect", (), || {
        if let Ok(device) = state::device() {
            device.connect_after_backoff();
        }
    });
}
