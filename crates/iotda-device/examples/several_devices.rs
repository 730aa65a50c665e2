//! Several devices in one process, asynchronously: each reports, and all ends are awaited together.
//!
//! `cargo run --example several_devices -- HOST PORT SECRET DEVICE_ID …`, plain.

use std::time::Duration;

use iotda_device::Device;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, secret, ids @ ..] = arguments.as_slice() else {
        return Err("usage: HOST PORT SECRET DEVICE_ID …".into());
    };
    let connect = |id: &String| -> Result<Device, Box<dyn std::error::Error>> {
        let builder = Device::builder(id, secret).address(host).port(port.parse()?);
        Ok(builder.plain().connect()?)
    };
    let devices: Vec<Device> = ids.iter().map(connect).collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        for device in &devices {
            let delivery = device.report("meter", &json!({ "kwh": 1 }))?;
            tokio::time::timeout(Duration::from_secs(30), delivery).await??;
            println!("{}: the platform has its report", device.id());
        }
        Ok(())
    })
}
