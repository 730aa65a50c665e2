//! What all examples are told: where the platform is and who they are.

use std::time::Duration;

use iotda_device::{Builder, Device};

/// `HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]`
pub fn device() -> Result<Builder, String> {
    device_of(3, 4)
}

/// As [`device`], with the places of id and secret among the arguments.
pub fn device_of(id: usize, secret: usize) -> Result<Builder, String> {
    let all: Vec<String> = std::env::args().collect();
    let at = |place: usize| {
        all.get(place)
            .cloned()
            .ok_or("usage: HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]")
    };
    let port = at(2)?.parse().map_err(|_| "the port is a number")?;
    let builder = Device::builder(&at(id)?, &at(secret)?).address(&at(1)?).port(port);
    Ok(match all.get(5) {
        Some(roots) if id == 3 => builder.root_certificates(roots),
        _ => builder.plain(),
    })
}

/// Between two steps: a second, or what `PAUSE_MS` says.
#[allow(dead_code)] // not every example waits
pub fn pause() -> Duration {
    let wanted = std::env::var("PAUSE_MS").ok().and_then(|text| text.parse().ok());
    Duration::from_millis(wanted.unwrap_or(1000))
}
