//! The callbacks of `IOTA_DefaultCallbackInit`: ordinary callbacks in the ordinary slots, so that a program can replace each.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::agentlite::iota_init::*;
use super::callbacks::SLOTS;
use super::{boundary, state};
use crate::protocol::uplink::event::{ota_status, ota_version, OtaVersion, UpgradeStatus};

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
    SLOTS.ota_url.set(Some(upgrade));
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

/// The device that an event is about; `None` when it did not say, which the callbacks see as "-1" and the platform refuses.
///
/// # Safety
/// `id` is NULL or a C string that outlives `'a`.
unsafe fn object<'a>(id: *mut c_char) -> Option<&'a [u8]> {
    boundary::bytes(id).filter(|id| *id != b"-1")
}

/// The library knows no version of the program's, so it says the C SDK's.
unsafe extern "C" fn report_version(object_device_id: *mut c_char) {
    boundary::guard("default version report", (), || {
        let info = OtaVersion {
            sw_version: Some(b"v1.0"),
            fw_version: Some(b"v1.0"),
            // SAFETY: the library passes NULL or a C string.
            object_device_id: unsafe { object(object_device_id) },
            ..OtaVersion::default()
        };
        state::report("default version report", null_mut(), |own| ota_version(own, &info));
    });
}

/// Packages cannot be downloaded by the library itself, so the platform is told that the upgrade failed.
unsafe extern "C" fn upgrade(object_device_id: *mut c_char, _: c_int, paras: *mut EN_IOTA_OTA_PARAS) {
    boundary::guard("default upgrade", (), || {
        // SAFETY: the library passes NULL or C strings that live until this returns.
        let (object_device_id, version) = unsafe {
            let version = paras.as_ref().and_then(|paras| boundary::bytes(paras.version));
            (object(object_device_id), version)
        };
        crate::error!(
            "an upgrade is offered, but the library has no download of its own: set IOTA_SetEvenOtaUrlResponseCallback"
        );
        let info = UpgradeStatus {
            result_code: 1,
            progress: 0,
            description: Some(b"failed"),
            object_device_id,
            version,
            ..UpgradeStatus::default()
        };
        state::report("default upgrade", null_mut(), |own| ota_status(own, &info));
    });
}
