//! Reports without a network: what is accepted is kept on disk, survives the process, and is sent by the next one.
//!
//! `cargo run --example offline_spool -- HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]`, with the directory in `SPOOL`.

mod arguments;

use std::time::Duration;

use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::var_os("SPOOL").ok_or("SPOOL names the directory")?;
    let device = arguments::device()?.spool(directory).connect()?;
    let delivery = device.report("meter", &json!({ "kwh": 1200 }))?;
    match delivery.wait(Duration::from_secs(3)) {
        Some(Ok(())) => println!("delivered"),
        _ => println!("kept on disk"),
    }
    if device.is_connected() {
        while device.statistics().waiting > 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        println!("nothing is left, {} delivered", device.statistics().delivered);
        return Ok(());
    }
    // As a power cut would: without an end for what waits.
    std::process::exit(0)
}
