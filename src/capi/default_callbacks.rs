//! The callbacks of `IOTA_DefaultCallbackInit`: ordinary callbacks in the ordinary slots, so that a program can replace each.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::agentlite::iota_init::*;
use super::callbacks::SLOTS;
use super::{boundary, state};
use crate::protocol::uplink::event::{ota_version, OtaVersion};

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
    SLOTS.ota_version.set(Some(report_version));
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

/// The library knows no version of the program's, so it says the C SDK's.
unsafe extern "C" fn report_version(object_device_id: *mut c_char) {
    const NAME: &str = "default OTA version report";
    boundary::guard(NAME, (), || {
        // SAFETY: the text that the callback gets.
        let device = unsafe { boundary::bytes(object_device_id) };
        let version = OtaVersion {
            sw_version: Some(b"v1.0"),
            fw_version: Some(b"v1.0"),
            object_device_id: device.filter(|id| *id != b"-1"), // the platform refuses that
            ..OtaVersion::default()
        };
        state::report(NAME, null_mut(), |own| ota_version(own, &version));
    });
}
