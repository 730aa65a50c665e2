//! Provisioning: a device asks where to connect. One that is registered gets the address; one that logged in with its
//! group's secret is registered and gets a secret of its own too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::devices::{Credential, Device, Devices};
use super::outcome::Outcome;
use crate::random;

#[derive(Debug, Default)]
pub struct Bootstrap {
    /// `host:port` given to devices.
    pub address: String,
    /// Addresses by static strategy keyword.
    pub strategies: BTreeMap<String, String>,
    /// Devices whose session is a group bootstrap.
    group: BTreeSet<String>,
}

impl Bootstrap {
    pub fn on_login(&mut self, device: &str, group: bool) {
        match group {
            true => self.group.insert(device.to_string()),
            false => self.group.remove(device),
        };
    }

    pub fn on_request(&self, devices: &mut Devices, device: &str, payload: &[u8], out: &mut Outcome) {
        let keyword = serde_json::from_slice::<Value>(payload).ok();
        let keyword = keyword
            .as_ref()
            .and_then(|k| k.get("baseStrategyKeyword"))
            .and_then(Value::as_str);
        let address = match keyword.filter(|k| !k.is_empty()) {
            None => Some(&self.address),
            Some(keyword) => self.strategies.get(keyword),
        };
        let Some(address) = address else {
            out.note(device, "bootstrap not answered: no strategy with this keyword");
            return;
        };
        let mut body = json!({ "address": address });
        if self.group.contains(device) {
            let issued = devices.get(device).and_then(|d| match &d.credential {
                Credential::Secret(secret) => Some(secret.clone()),
                Credential::Certificate(_) => None,
            });
            let secret = issued.unwrap_or_else(random::hex::<16>);
            if devices.get(device).is_none() {
                devices.add(Device::with_secret(device, &secret));
            }
            body["deviceSecret"] = secret.into();
        } else if devices.get(device).is_none() {
            out.note(device, "bootstrap not answered: the device is not registered");
            return;
        }
        out.note(device, format!("provisioned for {address}"));
        out.down(device, format!("$oc/devices/{device}/sys/bootstrap/down"), &body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(bootstrap: &Bootstrap, devices: &mut Devices, device: &str, payload: &str) -> Option<Value> {
        let mut out = Outcome::default();
        bootstrap.on_request(devices, device, payload.as_bytes(), &mut out);
        assert_eq!(out.notes.len(), 1);
        out.downlinks
            .first()
            .map(|d| serde_json::from_slice(&d.payload).unwrap())
    }

    #[test]
    fn registered_devices_get_an_address_and_new_ones_a_secret() {
        let mut devices = Devices::default();
        devices.add(Device::with_secret("old", "s"));
        let mut bootstrap = Bootstrap {
            address: "127.0.0.1:18830".into(),
            ..Bootstrap::default()
        };
        bootstrap.strategies.insert("east".into(), "127.0.0.2:18831".into());
        bootstrap.on_login("new", true);
        assert_eq!(
            ask(&bootstrap, &mut devices, "old", ""),
            Some(json!({"address": "127.0.0.1:18830"}))
        );
        let east = ask(&bootstrap, &mut devices, "old", r#"{"baseStrategyKeyword":"east"}"#);
        assert_eq!(east, Some(json!({"address": "127.0.0.2:18831"})));
        assert_eq!(
            ask(&bootstrap, &mut devices, "old", r#"{"baseStrategyKeyword":"west"}"#),
            None
        );
        assert_eq!(ask(&bootstrap, &mut devices, "stranger", ""), None);
        let first = ask(&bootstrap, &mut devices, "new", "").unwrap();
        assert_eq!(first["deviceSecret"].as_str().unwrap().len(), 32);
        assert_eq!(ask(&bootstrap, &mut devices, "new", "").unwrap(), first);
        bootstrap.on_login("new", false);
        assert_eq!(
            ask(&bootstrap, &mut devices, "new", "").unwrap().get("deviceSecret"),
            None
        );
    }
}
