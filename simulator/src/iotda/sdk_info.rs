//! Device information reports. The reported address is what the other members of a soft bus receive as device_ip.

use serde_json::Value;

use super::devices::Devices;
use super::outcome::Outcome;

/// Characters of a reported text that are kept.
const LONGEST: usize = 256;

/// Stores a report; true when the address has changed.
pub fn on_report(devices: &mut Devices, device: &str, service: &Value, out: &mut Outcome) -> bool {
    let Some(registered) = devices.get_mut(device) else {
        out.note(device, "device information of a device that is not registered");
        return false;
    };
    let field = |name: &str| {
        let text = service.get("paras")?.get(name)?.as_str()?;
        Some(text.chars().take(LONGEST).collect::<String>())
    };
    let old = registered.info.device_ip.clone();
    let info = &mut registered.info;
    for (slot, name) in [
        (&mut info.device_ip, "device_ip"),
        (&mut info.sw_version, "sw_version"),
        (&mut info.fw_version, "fw_version"),
        (&mut info.device_sdk_version, "device_sdk_version"),
    ] {
        if let Some(value) = field(name) {
            *slot = Some(value);
        }
    }
    let address = info.device_ip.clone();
    out.note(
        device,
        format!("reported its address {}", address.as_deref().unwrap_or("(none)")),
    );
    address != old
}
