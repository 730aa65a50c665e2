//! The callbacks of `IOTA_DefaultCallbackInit`: ordinary callbacks in the ordinary slots, so that a program can replace each.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::agentlite::iota_init::*;
use super::callbacks::SLOTS;
use super::{state, transfers};
use c_library::boundary;
use iotda_device::device::workers::Lane;
use iotda_device::error::{Error, Result};
use iotda_device::protocol::uplink::event::{OtaVersion, UpgradeStatus, ota_status, ota_version};
use iotda_device::protocol::uplink::file::Direction;
use iotda_device::services::http::Stop;
use iotda_device::services::ota::{Expected, Source};

/// For how long a package download may stand still.
const PACKAGE_STALL: Duration = Duration::from_secs(1000);
/// The platform sees success this long after the download.
const BEFORE_SUCCESS: Duration = Duration::from_secs(3);

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
    unsafe { boundary::bytes(id).filter(|id| *id != b"-1") }
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

/// What an upgrade needs, beyond the callback.
struct Offer {
    object_device_id: Option<Vec<u8>>,
    version: Option<Vec<u8>>,
    url: Option<Zeroizing<Vec<u8>>>,
    token: Option<Zeroizing<Vec<u8>>>,
    sign: Option<Vec<u8>>,
    size: u64,
}

/// How an upgrade ended, as the platform is told.
struct Verdict {
    result_code: i32,
    progress: i32,
    description: &'static [u8],
}

const SUCCESS: Verdict = Verdict {
    result_code: 0,
    progress: 100,
    description: b"success",
};
const NO_PACKAGE: Verdict = Verdict {
    result_code: 1,
    progress: 0,
    description: b"failed",
};
const WRONG_PACKAGE: Verdict = Verdict {
    result_code: 7,
    progress: 0,
    description: b"failed",
};

impl Offer {
    /// # Safety
    /// The pointers are NULL or lead to C strings.
    unsafe fn copy(object_device_id: *mut c_char, paras: *const EN_IOTA_OTA_PARAS) -> Offer {
        unsafe {
            let paras = paras.as_ref();
            let secret = |text: Option<*mut c_char>| {
                let text = text.and_then(|text| boundary::bytes(text));
                text.map(|text| Zeroizing::new(text.to_vec()))
            };
            let owned = |text: Option<*mut c_char>| text.and_then(|text| boundary::bytes(text)).map(<[u8]>::to_vec);
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

    fn follow(&self, stop: &Stop) -> Verdict {
        if self.sign.as_ref().is_none_or(Vec::is_empty) {
            base::warn!("default upgrade: the package has no sign: only TLS vouches for it");
        }
        match self.fetch(stop) {
            Ok(()) => {
                stop.sleep(BEFORE_SUCCESS);
                SUCCESS
            }
            Err(cause) => {
                base::error!("default upgrade: {cause}");
                match cause {
                    Error::Refused(_) => WRONG_PACKAGE,
                    _ => NO_PACKAGE,
                }
            }
        }
    }

    fn fetch(&self, stop: &Stop) -> Result<()> {
        let directory = transfers::package_directory()?;
        let source = Source {
            url: self.url.as_ref().ok_or(Error::Missing("the URL"))?,
            token: self.token.as_ref().map(|token| token.as_slice()),
            directory: Some(directory.as_deref().unwrap_or(b".")),
            expected: Expected {
                sign: self.sign.as_deref(),
                size: self.size,
            },
        };
        transfers::package(&source, PACKAGE_STALL, stop, &mut |_| {})
    }

    fn report(&self, verdict: &Verdict) {
        let info = UpgradeStatus {
            result_code: verdict.result_code,
            progress: verdict.progress,
            description: Some(verdict.description),
            object_device_id: self.object_device_id.as_deref(),
            version: self.version.as_deref(),
            ..UpgradeStatus::default()
        };
        state::report("default upgrade", null_mut(), |own| ota_status(own, &info));
    }
}

/// Downloads the package into the working directory; to install it is left to the program.
unsafe extern "C" fn upgrade(object_device_id: *mut c_char, _: c_int, paras: *mut EN_IOTA_OTA_PARAS) {
    boundary::guard("default upgrade", (), || {
        // SAFETY: the library passes NULL or C strings that live until this returns.
        let offer = Arc::new(unsafe { Offer::copy(object_device_id, paras) });
        let followed = offer.clone();
        let transfer = move |stop: &Stop| {
            boundary::guard("default upgrade", (), || {
                let verdict = followed.follow(stop);
                if !stop.is_set() {
                    followed.report(&verdict);
                }
            });
        };
        if let Err(cause) = state::transfer(Lane::Upgrades, Box::new(transfer)) {
            base::error!("default upgrade: {cause}");
            offer.report(&NO_PACKAGE);
        }
    });
}

/// Moves the file that this device asked an address for, to or from the working directory.
unsafe extern "C" fn transfer_file(
    object_device_id: *mut c_char,
    _: *mut EN_IOTA_MQTT_MSG_INFO,
    message: *mut EN_IOTA_SERVICE_EVENT,
) {
    boundary::guard("default file transfer", (), || {
        // SAFETY: the library passes NULL or an event whose pointers are NULL or valid until this returns.
        let (event_type, url) = unsafe {
            let Some(event) = message.as_ref() else {
                return;
            };
            let url = event
                .file_mgr_paras
                .as_ref()
                .and_then(|paras| boundary::bytes(paras.url));
            (event.event_type, url)
        };
        let (name, direction) = match event_type {
            EN_IOTA_EVENT_GET_UPLOAD_URL_RESPONSE => ("default upload", Direction::Upload),
            EN_IOTA_EVENT_GET_DOWNLOAD_URL_RESPONSE => ("default download", Direction::Download),
            _ => return,
        };
        let Some(url) = url else {
            base::warn!("{name}: the answer has no URL");
            return;
        };
        // SAFETY: the library passes NULL or a C string.
        let object = unsafe { object(object_device_id) };
        let file = match state::device().map(|device| device.claim_file(direction, object, url)) {
            Ok(Ok(file)) => file,
            Ok(Err(why)) => return base::warn!("{name}: the answer is ignored: {why}"),
            Err(_) => return, // destroyed meanwhile
        };
        let url = Zeroizing::new(url.to_vec());
        let transfer = move |stop: &Stop| {
            boundary::guard(name, (), || {
                state::code(name, transfers::claimed_file(direction, &file, &url, stop));
            });
        };
        if let Err(cause) = state::transfer(Lane::Files, Box::new(transfer)) {
            base::error!("{name}: {cause}");
        }
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
                _ => return base::warn!("{NAME}: the event has no URL or no token"),
            }
        };
        let Some(endpoint) =
            iotda_device::services::tunnel::split(url, token, TUNNEL_WSSCLIENT_DEFAULT_PORT.to_bytes())
        else {
            return base::error!("{NAME}: the URL does not have the form wss://HOST[:PORT]/PATH");
        };
        state::code(
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
