//! Device to device: what a device publishes on `$oc/m2m/to/{to}/from/{own id}/…` reaches `to` on the same topic,
//! byte for byte, if that device is registered and has subscribed.

use super::devices::Devices;
use super::outcome::{Downlink, Outcome};

pub fn on_message(devices: &Devices, from: &str, to: &str, topic: &str, payload: &[u8], out: &mut Outcome) {
    if devices.get(to).is_none() {
        out.note(from, format!("sent a message to {to}, which is not registered"));
        return;
    }
    out.downlinks.push(Downlink {
        device: to.to_string(),
        topic: topic.to_string(),
        payload: payload.to_vec(),
        properties: None,
    });
}

#[cfg(test)]
mod tests {
    use super::super::devices::Device;
    use super::*;

    #[test]
    fn only_registered_devices_get_it() {
        let mut devices = Devices::default();
        devices.add(Device::with_secret("b", "s"));
        let mut out = Outcome::default();
        on_message(&devices, "a", "b", "$oc/m2m/to/b/from/a/request_id=1", b"\0x", &mut out);
        on_message(&devices, "a", "c", "$oc/m2m/to/c/from/a/request_id=2", b"x", &mut out);
        assert_eq!(out.downlinks.len(), 1);
        assert_eq!(
            (out.downlinks[0].device.as_str(), &out.downlinks[0].payload[..]),
            ("b", &b"\0x"[..])
        );
        assert_eq!(out.notes.len(), 1);
    }
}
