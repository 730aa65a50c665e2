//! Transfers as the exported functions and the default callbacks both make them.

use std::ffi::{OsStr, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;
use std::time::Duration;

use super::state;
use iotda_device::device::unix_ms;
use iotda_device::error::{Error, Result};
use iotda_device::protocol::uplink::file::{self, Direction, TransferResult};
use iotda_device::services::files::{self, Outcome};
use iotda_device::services::http::{Stop, Terms};
use iotda_device::services::ota;
use iotda_device::transport::tls::web_client;

/// The total time of a file download.
const DOWNLOAD_WITHIN: Duration = Duration::from_secs(1200);
/// For how long an upload may stand still.
const UPLOAD_STALL: Duration = Duration::from_secs(60);

/// Downloads an upgrade package; the server's certificate may also come from `conf/rootcert.pem`.
pub fn package(
    url: &[u8],
    token: Option<&[u8]>,
    timeout: Duration,
    directory: Option<&[u8]>,
    stop: &Stop,
    named: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    let root = state::device()
        .ok()
        .map(|device| device.work_dir().join("conf/rootcert.pem"));
    let terms = Terms {
        trust: &|| web_client(root.as_deref()),
        stall: timeout,
        total: None,
        stop,
    };
    ota::download(url, token, directory, &terms, named)
}

/// Uploads or downloads a file and reports the result if the URL has an object name.
pub fn file(direction: Direction, path: Option<&[u8]>, url: Option<&[u8]>, stop: &Stop) -> Result<()> {
    let url = url.ok_or(Error::Missing("the URL"))?;
    let name = files::object_name(url);
    let path = path
        .or(name)
        .ok_or_else(|| Error::NotAvailable("a file name in the URL".to_owned()))?;
    let path = Path::new(OsStr::from_bytes(path));
    let (stall, total) = match direction {
        Direction::Upload => (UPLOAD_STALL, None),
        Direction::Download => (DOWNLOAD_WITHIN, Some(DOWNLOAD_WITHIN)),
    };
    let terms = Terms {
        trust: &|| web_client(None),
        stall,
        total,
        stop,
    };
    let outcome = match direction {
        Direction::Upload => files::upload(path, url, &terms)?,
        Direction::Download => files::download(path, url, &terms)?,
    };
    if !stop.is_set() {
        report(direction, name, &outcome);
    }
    match &outcome.failure {
        None if outcome.is_success() => Ok(()),
        None => Err(Error::System(format!(
            "the server answers with status {}",
            outcome.status
        ))),
        Some(cause) => Err(Error::System(format!("the transfer failed: {cause}"))),
    }
}

fn report(direction: Direction, name: Option<&[u8]>, outcome: &Outcome) {
    if name.is_none() {
        return;
    }
    let result = TransferResult {
        object_device_id: None,
        object_name: name,
        result_code: c_int::from(!outcome.is_success()),
        status_code: c_int::from(outcome.status),
        status_description: Some(outcome.description().as_bytes()),
    };
    state::report("file transfer", null_mut(), |own| {
        file::result_report(own, direction, &result, unix_ms())
    });
}
