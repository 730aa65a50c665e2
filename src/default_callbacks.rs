//! The callbacks of `IOTA_DefaultCallbackInit`: ordinary callbacks in the ordinary slots, so that a program can replace each.

use std::ffi::{c_char, c_int};

use zeroize::Zeroizing;

use super::agentlite::iota_init::{structs::*, types::*};
use super::callbacks::SLOTS;
use super::process;
use c_library::boundary;
use iotda_device::device::Device;
use iotda_device::protocol::uplink::file::Direction;
use iotda_device::services::upgrade::Offer;

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
    SLOTS.file_manager.set(Some(transfer_file));
}

/// Puts the built-in callback of remote login into its slot.
#[cfg(feature = "tunnel")]
pub fn install_tunnel() {
    SLOTS.tunnel.set(Some(open_tunnel));
}

/// The device logs each outcome before it calls; there is nothing to add.
unsafe extern "C" fn logged(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {}

/// The device that an event is about; `None` when it did not say, which the callbacks see as "-1" and the platform refuses.
///
/// # Safety
/// `id` is NULL or a C string that outlives `'a`.
unsafe fn object<'a>(id: *mut c_char) -> Option<&'a [u8]> {
    unsafe { boundary::bytes(id).filter(|id| *id != b"-1") }
}

/// What a default callback has a device do; none of them runs for long.
fn with_device(callback: &str, act: impl FnOnce(&Device)) {
    boundary::guard(callback, (), || {
        if let Ok(device) = process::device() {
            act(&device); // else it was destroyed meanwhile
        }
    });
}

unsafe extern "C" fn reconnect(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    with_device("default reconnect", Device::connect_after_backoff);
}

unsafe extern "C" fn report_version(object_device_id: *mut c_char) {
    with_device("default version report", |device| {
        // SAFETY: the library passes NULL or a C string.
        device.report_default_version(unsafe { object(object_device_id) });
    });
}

/// # Safety
/// The pointers are NULL or lead to C strings.
unsafe fn offer(object_device_id: *mut c_char, paras: *const EN_IOTA_OTA_PARAS) -> Offer {
    unsafe {
        let paras = paras.as_ref();
        let owned = |text: Option<*mut c_char>| text.and_then(|text| boundary::bytes(text)).map(<[u8]>::to_vec);
        let secret = |text: Option<*mut c_char>| owned(text).map(Zeroizing::new);
        Offer {
            object_device_id: object(object_device_id).map(<[u8]>::to_vec),
            version: owned(paras.map(|paras| paras.version)),
            url: secret(paras.map(|paras| paras.url)),
            token: secret(paras.map(|paras| paras.access_token)),
            sign: owned(paras.map(|paras| paras.sign)),
            size: paras.map_or(0, |paras| u64::try_from(paras.file_size).unwrap_or(0)),
        }
    }
}

unsafe extern "C" fn upgrade(object_device_id: *mut c_char, _: c_int, paras: *mut EN_IOTA_OTA_PARAS) {
    with_device("default upgrade", |device| {
        // SAFETY: the library passes NULL or C strings that live until this returns.
        device.follow_upgrade(unsafe { offer(object_device_id, paras) });
    });
}

unsafe extern "C" fn transfer_file(
    object_device_id: *mut c_char,
    _: *mut EN_IOTA_MQTT_MSG_INFO,
    message: *mut EN_IOTA_SERVICE_EVENT,
) {
    with_device("default file transfer", |device| {
        // SAFETY: the library passes NULL, a C string, or an event whose pointers are NULL or valid until this returns.
        let (object, event_type, url) = unsafe {
            let Some(event) = message.as_ref() else {
                return;
            };
            let paras = event.file_mgr_paras.as_ref();
            let url = paras.and_then(|paras| boundary::bytes(paras.url));
            (object(object_device_id), event.event_type, url)
        };
        let direction = match event_type {
            EN_IOTA_EVENT_GET_UPLOAD_URL_RESPONSE => Direction::Upload,
            EN_IOTA_EVENT_GET_DOWNLOAD_URL_RESPONSE => Direction::Download,
            _ => return,
        };
        device.follow_file_answer(direction, object, url);
    });
}

/// Opens the tunnel of the notice.
#[cfg(feature = "tunnel")]
unsafe extern "C" fn open_tunnel(_: *mut c_char, _: *mut EN_IOTA_MQTT_MSG_INFO, message: *mut EN_IOTA_SERVICE_EVENT) {
    use super::remote_login::{Parts, open};
    use super::tunnel::wss_client::TUNNEL_WSSCLIENT_DEFAULT_PORT;

    const NAME: &str = "default remote login";
    boundary::guard(NAME, (), || {
        // SAFETY: the library passes NULL or an event whose pointers are NULL or valid until this returns.
        let (url, token) = unsafe {
            let event = message.as_ref();
            let paras = event.and_then(|event| event.tunnel_mgr_paras.as_ref());
            match paras.map(|paras| {
                (
                    boundary::bytes(paras.tunnel_url),
                    boundary::bytes(paras.tunnel_access_token),
                )
            }) {
                Some((Some(url), Some(token))) => (url, token),
                _ => return base::lines::tunnel_event_incomplete(&NAME),
            }
        };
        let Some(endpoint) =
            iotda_device::services::tunnel::split(url, token, TUNNEL_WSSCLIENT_DEFAULT_PORT.to_bytes())
        else {
            return base::lines::tunnel_event_url(&NAME);
        };
        super::call::code(
            NAME,
            open(&Parts {
                site: endpoint.host,
                port: endpoint.port,
                path: endpoint.path,
                header: &endpoint.header,
            }),
        );
    });
}
