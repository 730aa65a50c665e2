//! Bridges: a connection that speaks for other devices. Each of them is logged in and out by a request of the bridge;
//! between the two its traffic runs over `$oc/bridges/{bridge}/devices/{device}/…`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::devices::{Credential, Devices};
use super::outcome::{Downlink, Outcome};
use crate::error::{Result, refuse};
use crate::login::{Sign, password};
use crate::random;

#[derive(Debug, Default)]
pub struct Bridges {
    /// Bridged device to its bridge.
    logged_in: BTreeMap<String, String>,
}

fn answer(bridge: &str, device: &str, what: &str, id: &str, body: &Value, out: &mut Outcome) {
    out.downlinks.push(Downlink {
        device: bridge.to_string(),
        topic: format!("$oc/bridges/{bridge}/devices/{device}/sys/{what}/response/request_id={id}"),
        payload: body.to_string().into_bytes(),
        properties: None,
    });
}

fn secret<'a>(devices: &'a Devices, device: &str) -> Option<&'a str> {
    match &devices.get(device)?.credential {
        Credential::Secret(secret) => Some(secret),
        Credential::Certificate(_) => None,
    }
}

impl Bridges {
    pub fn bridge_of(&self, device: &str) -> Option<&str> {
        self.logged_in.get(device).map(String::as_str)
    }

    pub fn devices_of(&self, bridge: &str) -> Vec<String> {
        let mine = self.logged_in.iter().filter(|(_, b)| *b == bridge);
        mine.map(|(device, _)| device.clone()).collect()
    }

    /// True if the device is logged in from now on.
    pub fn on_login(
        &mut self,
        devices: &Devices,
        (bridge, device, id): (&str, &str, &str),
        payload: &[u8],
        out: &mut Outcome,
    ) -> bool {
        let body: Value = serde_json::from_slice(payload).unwrap_or_default();
        let text = |key| body.get(key).and_then(Value::as_str).unwrap_or_default();
        let stamp = text("timestamp");
        let known = devices.get(device).filter(|d| !d.frozen && !d.bridge);
        let expected = known.and_then(|_| secret(devices, device));
        let expected = expected.map(|secret| password(Sign::Unchecked, stamp, secret));
        let ok = !stamp.is_empty() && expected.is_some_and(|e| e == text("password"));
        if ok {
            self.logged_in.insert(device.to_string(), bridge.to_string());
        }
        let verdict = if ok { "logged in" } else { "login refused" };
        out.note(device, format!("{verdict} through bridge {bridge}"));
        answer(
            bridge,
            device,
            "login",
            id,
            &json!({ "result_code": i32::from(!ok) }),
            out,
        );
        ok
    }

    /// True if the device was logged in through this bridge.
    pub fn on_logout(&mut self, (bridge, device, id): (&str, &str, &str), out: &mut Outcome) -> bool {
        let mine = self.bridge_of(device) == Some(bridge);
        if mine {
            self.logged_in.remove(device);
            out.note(device, format!("logged out through bridge {bridge}"));
        }
        answer(
            bridge,
            device,
            "logout",
            id,
            &json!({ "result_code": i32::from(!mine) }),
            out,
        );
        mine
    }

    /// Gives a device another secret. The new one is answered at the top and inside paras, as it is not known which of
    /// them the platform does.
    pub fn on_reset_secret(
        &self,
        devices: &mut Devices,
        (bridge, device, id): (&str, &str, &str),
        payload: &[u8],
        out: &mut Outcome,
    ) {
        let body: Value = serde_json::from_slice(payload).unwrap_or_default();
        let text = |key| body.get(key).and_then(Value::as_str);
        let right = secret(devices, device).is_some_and(|old| Some(old) == text("old_secret"));
        if !right {
            out.note(device, "secret not reset: the old one is wrong");
            answer(bridge, device, "reset_secret", id, &json!({ "result_code": 1 }), out);
            return;
        }
        let new = text("new_secret").map_or_else(random::hex::<16>, str::to_string);
        if let Some(registered) = devices.get_mut(device) {
            registered.credential = Credential::Secret(new.clone());
        }
        out.note(device, "secret reset");
        let body = json!({ "result_code": 0, "new_secret": new, "paras": { "new_secret": new } });
        answer(bridge, device, "reset_secret", id, &body, out);
    }

    /// The operator ends a bridged device's session; its bridge is told.
    pub fn disconnect(&mut self, device: &str, out: &mut Outcome) -> Result<()> {
        let Some(bridge) = self.logged_in.remove(device) else {
            return refuse(format!("{device:?} is not logged in through a bridge"));
        };
        out.downlinks.push(Downlink {
            topic: format!("$oc/bridges/{bridge}/devices/{device}/sys/disconnect"),
            device: bridge,
            payload: b"{}".to_vec(),
            properties: None,
        });
        Ok(())
    }

    /// A bridge has gone, and its devices with it; they are returned.
    pub fn on_offline(&mut self, bridge: &str) -> Vec<String> {
        let gone = self.devices_of(bridge);
        self.logged_in.retain(|_, b| b != bridge);
        gone
    }

    /// Turns what is for a bridged device into what its bridge gets.
    pub fn reroute(&self, down: &mut Downlink) {
        let Some(bridge) = self.logged_in.get(&down.device) else {
            return;
        };
        if let Some(rest) = down.topic.strip_prefix(&format!("$oc/devices/{}/", down.device)) {
            down.topic = format!("$oc/bridges/{bridge}/devices/{}/{rest}", down.device);
            down.device.clone_from(bridge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::devices::Device;
    use super::*;

    fn devices() -> Devices {
        let mut devices = Devices::default();
        devices.add(Device::with_secret("d", "s3cret"));
        devices
    }

    fn login(bridges: &mut Bridges, secret: &str) -> Value {
        let mut out = Outcome::default();
        let stamp = "2026010100";
        let body = json!({"sign_type": 0, "timestamp": stamp, "password": password(Sign::Unchecked, stamp, secret)});
        bridges.on_login(&devices(), ("b", "d", "1"), body.to_string().as_bytes(), &mut out);
        assert_eq!(
            out.downlinks[0].topic,
            "$oc/bridges/b/devices/d/sys/login/response/request_id=1"
        );
        assert_eq!(out.downlinks[0].device, "b");
        serde_json::from_slice(&out.downlinks[0].payload).unwrap()
    }

    #[test]
    fn login_logout_and_what_is_between() {
        let mut bridges = Bridges::default();
        let down = || Downlink {
            device: "d".into(),
            topic: "$oc/devices/d/sys/messages/down".into(),
            ..Downlink::default()
        };
        assert_eq!(login(&mut bridges, "wrong"), json!({"result_code": 1}));
        let mut direct = down();
        bridges.reroute(&mut direct);
        assert_eq!(direct, down());
        assert_eq!(login(&mut bridges, "s3cret"), json!({"result_code": 0}));
        let mut bridged = down();
        bridges.reroute(&mut bridged);
        assert_eq!(
            (bridged.device.as_str(), bridged.topic.as_str()),
            ("b", "$oc/bridges/b/devices/d/sys/messages/down")
        );
        let mut out = Outcome::default();
        assert!(!bridges.on_logout(("other", "d", "2"), &mut out));
        assert!(bridges.on_logout(("b", "d", "3"), &mut out));
        assert_eq!(bridges.bridge_of("d"), None);
        login(&mut bridges, "s3cret");
        bridges.disconnect("d", &mut out).unwrap();
        assert!(bridges.disconnect("d", &mut out).is_err());
        login(&mut bridges, "s3cret");
        assert_eq!(bridges.on_offline("b"), ["d"]);
    }

    #[test]
    fn secrets() {
        let (bridges, mut devices) = (Bridges::default(), devices());
        let mut reset = |body: Value| {
            let mut out = Outcome::default();
            bridges.on_reset_secret(&mut devices, ("b", "d", "1"), body.to_string().as_bytes(), &mut out);
            let body: Value = serde_json::from_slice(&out.downlinks[0].payload).unwrap();
            (
                body["result_code"].clone(),
                body["new_secret"].as_str().unwrap_or_default().to_string(),
            )
        };
        assert_eq!(reset(json!({"old_secret": "guess"})).0, 1);
        let made = reset(json!({"old_secret": "s3cret"})).1;
        assert_eq!(made.len(), 32);
        assert_eq!(reset(json!({"old_secret": made, "new_secret": "mine"})).1, "mine");
        assert_eq!(reset(json!({"old_secret": "mine", "new_secret": "x"})).0, 0);
    }
}
