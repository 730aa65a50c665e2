//! Answers one command, `switch` of the service `lamp`, by returning a value, and reports the new state.
//!
//! `cargo run --example command -- HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]`

mod arguments;

use std::sync::mpsc::channel;

use iotda_device::{Answer, Command, Device};
use serde_json::json;

fn switch(device: &Device, command: &Command) -> Result<Answer, String> {
    match (command.name.as_str(), command.paras["on"].as_bool()) {
        ("switch", Some(on)) => {
            let report = device.report("lamp", &json!({ "on": on }));
            drop(report.map_err(|cause| cause.to_string())?);
            Ok(Answer::of(&json!({ "on": on })))
        }
        ("switch", None) => Err("on is missing".into()),
        (other, _) => Err(format!("{other} is no command of this device")),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (done, wait) = channel();
    let device = arguments::device()?
        .on_command(move |device, command| {
            let answer = switch(device, command);
            println!("command {}: {answer:?}", command.name);
            let _ = done.send(()); // nobody waits after the first
            answer
        })
        .connect()?;
    println!("waiting for a command");
    wait.recv()?;
    device.disconnect()?; // what is queued goes first
    for event in device.events().take(1) {
        println!("{event:?}");
    }
    Ok(())
}
