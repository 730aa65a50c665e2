//! Configuration of a platform: from a TOML or JSON file, or built by a test.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, refuse};
use crate::iotda::devices::{Credential, Device};
use crate::iotda::shadow;
use crate::iotda::softbus::Rules;
use crate::limits::Limits;
use crate::tls::TlsConfig;

/// Which port to listen on. Devices choose TLS by the text of the port ("1883" in it is plain, "8883" is TLS), so
/// the automatic choice is a free port that contains those digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    None,
    Auto,
    /// Any free port, without regard to its digits.
    Ephemeral,
    #[serde(untagged)]
    Fixed(u16),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub host: IpAddr,
    pub plain: Port,
    pub tls: Port,
    pub certificates: TlsConfig,
    /// Off: every login with a user name is accepted, registered or not.
    pub check_login: bool,
    /// Deliver `$oc/devices/{id}/sys/#` without a SUBSCRIBE.
    pub implicit: bool,
    /// Seconds added to the clock that time stamps are compared with.
    pub clock_offset_s: i64,
    /// MQTT 5: largest topic alias a device may use.
    pub topic_alias_maximum: u16,
    /// MQTT 5: receive maximum announced to devices; 0 announces none.
    pub receive_maximum: u16,
    /// Largest packet read from a device; MQTT 5: announced to it.
    pub max_packet: usize,
    /// Events kept in the ledger.
    pub ledger_limit: usize,
    /// Bytes of memory for them, about; the oldest go first.
    pub ledger_bytes: usize,
    /// Bytes of memory for the shadows of all devices, about; the services that changed longest ago go first.
    pub shadow_bytes: usize,
    /// Time from accepting a connection to the end of its CONNECT, TLS handshake and upgrade included.
    pub connect_ms: u64,
    /// Time from the first byte of a packet to its last.
    pub packet_ms: u64,
    pub limits: Limits,
    pub softbus: Rules,
    pub bootstrap: BootstrapEntry,
    #[serde(rename = "device")]
    pub devices: Vec<DeviceEntry>,
    #[serde(rename = "group")]
    pub groups: Vec<GroupEntry>,
    #[serde(rename = "scope")]
    pub scopes: Vec<ScopeEntry>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            host: IpAddr::from([127, 0, 0, 1]),
            plain: Port::Auto,
            tls: Port::None,
            certificates: TlsConfig::default(),
            check_login: true,
            implicit: true,
            clock_offset_s: 0,
            topic_alias_maximum: 10,
            receive_maximum: 0,
            max_packet: 4 * 1024 * 1024,
            ledger_limit: 100_000,
            ledger_bytes: 64 * 1024 * 1024,
            shadow_bytes: shadow::LIMIT,
            connect_ms: 20_000,
            packet_ms: 60_000,
            limits: Limits::default(),
            softbus: Rules::default(),
            bootstrap: BootstrapEntry::default(),
            devices: Vec::new(),
            groups: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceEntry {
    pub id: String,
    pub secret: Option<String>,
    /// SHA-256 of the certificate in DER, hexadecimal; "any": every certificate of the client CA.
    pub certificate: Option<String>,
    pub bridge: bool,
    pub gateway: Option<String>,
}

impl DeviceEntry {
    pub fn with_secret(id: &str, secret: &str) -> DeviceEntry {
        DeviceEntry {
            id: id.to_string(),
            secret: Some(secret.to_string()),
            ..DeviceEntry::default()
        }
    }

    pub(crate) fn device(&self) -> Result<Device> {
        if self.id.is_empty() || self.id.contains(['/', '+', '#']) {
            return refuse(format!("{:?} is no device id", self.id));
        }
        let credential = match (&self.secret, self.certificate.as_deref()) {
            (Some(secret), None) => Credential::Secret(secret.clone()),
            (None, Some("any")) => Credential::Certificate(None),
            (None, Some(print)) => Credential::Certificate(Some(print.replace(':', "").to_lowercase())),
            _ => return refuse(format!("device {:?} needs either secret or certificate", self.id)),
        };
        let mut device = Device::new(&self.id, credential);
        device.bridge = self.bridge;
        device.gateway.clone_from(&self.gateway);
        Ok(device)
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupEntry {
    pub name: String,
    pub members: Vec<String>,
    /// Name of the soft bus; absent: the group has none.
    pub bus: Option<String>,
    pub bus_id: Option<String>,
    pub bus_key: Option<String>,
}

/// Where provisioned devices are to connect.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BootstrapEntry {
    /// `host:port`; absent: this platform's own.
    pub address: Option<String>,
    /// Addresses by static strategy keyword.
    pub strategies: BTreeMap<String, String>,
}

/// A provisioning scope and its group secret in Base64.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeEntry {
    pub id: String,
    pub secret: String,
}

impl Config {
    /// Reads a file: JSON if its name ends in `.json`, else TOML.
    pub fn load(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).map_err(|e| Error(format!("{}: {e}", path.display())))?;
        let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        let parsed = if json {
            serde_json::from_str(&text).map_err(|e| e.to_string())
        } else {
            toml::from_str(&text).map_err(|e| e.to_string())
        };
        parsed.map_err(|e| Error(format!("{}: {e}", path.display())))
    }

    pub fn device(mut self, id: &str, secret: &str) -> Config {
        self.devices.push(DeviceEntry::with_secret(id, secret));
        self
    }

    /// A group with a soft bus.
    pub fn bus(mut self, group: &str, bus: &str, members: &[&str]) -> Config {
        self.groups.push(GroupEntry {
            name: group.to_string(),
            members: members.iter().map(|m| m.to_string()).collect(),
            bus: Some(bus.to_string()),
            ..GroupEntry::default()
        });
        self
    }

    pub fn with_tls(mut self) -> Config {
        self.tls = Port::Auto;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_valid() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/workshop.toml");
        let config = Config::load(&path).unwrap();
        assert_eq!(config.groups[0].members.len(), 2);
        assert!(config.devices.iter().all(|d| d.device().is_ok()));
    }

    #[test]
    fn ports_and_mistakes() {
        let ports = |text: &str| toml::from_str::<Config>(text).map(|c| c.plain);
        assert_eq!(ports("plain = 1883").unwrap(), Port::Fixed(1883));
        assert_eq!(ports("plain = \"auto\"").unwrap(), Port::Auto);
        assert_eq!(ports("plain = \"none\"").unwrap(), Port::None);
        assert!(ports("plian = 1883").is_err());
        assert!(
            DeviceEntry {
                id: "x".into(),
                ..DeviceEntry::default()
            }
            .device()
            .is_err()
        );
    }
}
