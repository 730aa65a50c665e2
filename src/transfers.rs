//! Transfers that the program calls for. They work before `IOTA_Init` too; without a device nobody reports their result.

use std::time::Duration;

use super::{call, process};
use iotda_device::error::{Error, Result};
use iotda_device::protocol::uplink::file::Direction;
use iotda_device::services::files;
use iotda_device::services::ota::Source;
use iotda_device::services::upgrade::Packages;

/// Downloads an upgrade package.
pub fn package(source: &Source<'_>, stall: Duration, named: &mut dyn FnMut(&[u8])) -> Result<()> {
    let packages = match process::device() {
        Ok(device) => device.packages(),
        Err(_) => Packages {
            directory: process::with_config(|config| config.download_directory.clone()),
            work_dir: None,
        },
    };
    packages.download(source, stall, &process::stop_sign(), named)
}

/// Uploads or downloads a file, see `Device::move_file`.
pub fn file(direction: Direction, path: Option<&[u8]>, url: Option<&[u8]>) -> Result<()> {
    let url = url.ok_or(Error::Missing("the URL"))?;
    match process::device() {
        Ok(device) => device.move_file(direction, path, url),
        Err(cause) => {
            let moved = files::called(direction, path, url, &process::stop_sign())?;
            call::refused("file transfer", &cause);
            moved.result()
        }
    }
}
