//! Remote login of a device: to whom it opens a tunnel.

use super::Device;
use crate::error::{Error, Result};
use crate::services::tunnel::is_permitted;

impl Device {
    /// Whether a tunnel may lead to this host, with the reason if not: whoever sends its address could otherwise have anybody
    /// log in. The device must not be connected without TLS, and the host must be in the platform's domain or on the list of
    /// [`Item::TunnelHosts`](crate::config::Item::TunnelHosts). Before an address is configured there is no platform that
    /// could ask: any host is the program's own choice.
    pub fn permit_tunnel(&self, site: &[u8]) -> Result<()> {
        let core = self.shared.core.lock();
        if core.over_tls == Some(false) {
            return Err(Error::State("no remote login: the platform is connected without TLS"));
        }
        let config = &core.config;
        let platform: Vec<&[u8]> = [&config.address, &config.server_name]
            .into_iter()
            .flatten()
            .map(Vec::as_slice)
            .collect();
        if config.address.is_some() && !is_permitted(site, &platform, &config.tunnel_hosts) {
            let why = format!(
                "no remote login through {}: it is not in the platform's domain (EN_IOTA_CFG_EXT_TUNNEL_HOSTS adds hosts)",
                String::from_utf8_lossy(site)
            );
            return Err(Error::Connect(why.into()));
        }
        Ok(())
    }
}
