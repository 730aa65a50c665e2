//! The tunnel of the process, for the exported functions and the default callback.

use std::sync::Arc;

use super::process;
use base::fork::PerProcess;
use iotda_device::error::Result;
use iotda_device::services::tunnel::{Host, Target, Trust, Tunnels};
use iotda_device::transport::tls::web_client;

static TUNNELS: PerProcess<Tunnels> = PerProcess::new(|_| Tunnels::new());

/// Where the web socket goes, as `URL_INFO` has it.
pub struct Parts<'a> {
    pub site: &'a [u8],
    pub port: &'a [u8],
    pub path: &'a [u8],
    /// Header lines, each with CR LF in front.
    pub header: &'a [u8],
}

/// Opens a tunnel instead of the one there may be, if the device permits it. The server's certificate may also come from
/// `conf/rootcert.pem`.
pub fn open(parts: &Parts<'_>) -> Result<()> {
    let device = process::device().ok();
    if let Some(device) = &device {
        device.permit_tunnel(parts.site)?;
    }
    let root = device.map(|device| device.work_dir().join("conf/rootcert.pem"));
    let trust: Trust = Arc::new(move || web_client(root.as_deref()));
    let target = Target::new(parts.site, parts.port, parts.path, parts.header, trust)?;
    TUNNELS.get().open(target, Host::default())
}

/// Sends a text over the open tunnel.
pub fn send(text: String) -> Result<()> {
    TUNNELS.get().send(text)
}

/// Ends the tunnel; does not wait for it.
pub fn stop() {
    TUNNELS.get().stop();
}

/// Ends the tunnel and waits for its thread.
pub fn join() {
    TUNNELS.get().join();
}
