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
use iotda_device::services::files::{self, Outcome, Which};
use iotda_device::services::http::{Stop, Terms};
use iotda_device::services::ota::{self, Source};
use iotda_device::services::place::Directory;
use iotda_device::transport::tls::web_client;

/// The total time of a file download.
const DOWNLOAD_WITHIN: Duration = Duration::from_secs(1200);
/// For how long an upload may stand still.
const UPLOAD_STALL: Duration = Duration::from_secs(60);

/// For how long a package may take in all.
const PACKAGE_WITHIN: Duration = Duration::from_secs(6 * 3600);

/// Where packages go unless the call says so: item 125, made if it is missing, or the current directory.
pub fn package_directory() -> Result<Option<Vec<u8>>> {
    let Some(directory) = state::with_config(|config| config.download_directory.clone()) else {
        return Ok(None);
    };
    let failed = |e| Error::NotAvailable(format!("the download directory of item 125 ({e})"));
    Directory::create(Path::new(OsStr::from_bytes(&directory))).map_err(failed)?;
    Ok(Some(directory))
}

/// Downloads an upgrade package; the server's certificate may also come from `conf/rootcert.pem`.
pub fn package(source: &Source<'_>, timeout: Duration, stop: &Stop, named: &mut dyn FnMut(&[u8])) -> Result<()> {
    let root = state::device()
        .ok()
        .map(|device| device.work_dir().join("conf/rootcert.pem"));
    let terms = Terms {
        trust: &|| web_client(root.as_deref()),
        stall: timeout,
        total: Some(PACKAGE_WITHIN.max(timeout)),
        stop,
    };
    ota::download(source, &terms, named)
}

/// Uploads or downloads a file for a call of the program's, and reports the result if the URL has an object name. Without a
/// path it is the file of the object's name in the current directory.
pub fn file(direction: Direction, path: Option<&[u8]>, url: Option<&[u8]>, stop: &Stop) -> Result<()> {
    let url = url.ok_or(Error::Missing("the URL"))?;
    if url
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"http://"))
    {
        base::warn!("a file is moved over plain http: whoever is on the way can read and change it");
    }
    let which = match (path, files::object_name(url)) {
        (Some(path), _) => Which::Path(Path::new(OsStr::from_bytes(path))),
        (None, Some(name)) => Which::Named(Path::new("."), name),
        (None, None) => return Err(Error::NotAvailable("a file name in the URL".to_owned())),
    };
    moved(direction, which, url, stop)
}

/// Moves the file that the device asked an address for, see `Device::claim_file`.
pub fn claimed_file(direction: Direction, name: &[u8], url: &[u8], stop: &Stop) -> Result<()> {
    moved(direction, Which::Named(Path::new("."), name), url, stop)
}

fn moved(direction: Direction, which: Which<'_>, url: &[u8], stop: &Stop) -> Result<()> {
    let name = files::object_name(url);
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
        Direction::Upload => files::upload(which, url, &terms)?,
        Direction::Download => files::download(which, url, &terms)?,
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
