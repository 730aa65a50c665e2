//! The register of devices: credentials, kind, and what each device last reported about itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a device proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    Secret(String),
    /// A client certificate: the one with this SHA-256 fingerprint, or any that the client CA has signed.
    Certificate(Option<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: String,
    pub credential: Credential,
    pub bridge: bool,
    /// Refused with "not authorised" while set.
    pub frozen: bool,
    /// The directly connected device this one is a child of.
    pub gateway: Option<String>,
    pub info: Info,
}

/// The last `$sdk_info` report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    pub device_ip: Option<String>,
    pub sw_version: Option<String>,
    pub fw_version: Option<String>,
    pub device_sdk_version: Option<String>,
}

impl Device {
    pub fn new(id: &str, credential: Credential) -> Device {
        Device {
            id: id.to_string(),
            credential,
            bridge: false,
            frozen: false,
            gateway: None,
            info: Info::default(),
        }
    }

    pub fn with_secret(id: &str, secret: &str) -> Device {
        Device::new(id, Credential::Secret(secret.to_string()))
    }
}

#[derive(Debug, Default)]
pub struct Devices {
    list: BTreeMap<String, Device>,
}

impl Devices {
    /// Registers a device, or replaces its registration; what it reported is kept.
    pub fn add(&mut self, mut device: Device) {
        if let Some(old) = self.list.remove(&device.id) {
            device.info = old.info;
        }
        self.list.insert(device.id.clone(), device);
    }
    pub fn remove(&mut self, id: &str) -> bool {
        self.list.remove(id).is_some()
    }
    pub fn get(&self, id: &str) -> Option<&Device> {
        self.list.get(id)
    }
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Device> {
        self.list.get_mut(id)
    }
    /// Is `id` registered as a child of this gateway?
    pub fn is_child(&self, gateway: &str, id: &str) -> bool {
        self.get(id).is_some_and(|d| d.gateway.as_deref() == Some(gateway))
    }
    pub fn iter(&self) -> impl Iterator<Item = &Device> {
        self.list.values()
    }
}
