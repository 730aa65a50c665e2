//! Reports a property once a second, ten times, and says what became of each report.
//!
//! `cargo run --example report -- HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]`; without certificates it connects plain.

mod arguments;

use std::time::Duration;

use serde::Serialize;

#[derive(Serialize)]
struct Climate {
    temperature: f64,
    humidity: u8,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = arguments::device()?.connect()?;
    for second in 0..10 {
        let climate = Climate {
            temperature: 20.0 + f64::from(second) / 10.0,
            humidity: 40,
        };
        match device.report("climate", &climate)?.wait(Duration::from_secs(30)) {
            Some(Ok(())) => println!("report {second}: the platform has it"),
            Some(Err(why)) => println!("report {second}: {why}"),
            None => println!("report {second}: still on its way"),
        }
        std::thread::sleep(arguments::pause());
    }
    Ok(())
}
