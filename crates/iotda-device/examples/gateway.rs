//! A gateway: adds a sub-device, says that it is online, and reports a property for it.
//!
//! `cargo run --example gateway -- HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]`

mod arguments;

use std::time::Duration;

use iotda_device::{Event, NewSubDevice};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = arguments::device()?.build()?;
    let mut events = gateway.events();
    gateway.connect()?;
    while let Some(event) = events.next_within(Duration::from_secs(30)) {
        match event {
            Event::Connected => drop(gateway.add_sub_devices(&[NewSubDevice {
                node_id: "sensor-7".into(),
                product_id: "sensor".into(),
                name: Some("window".into()),
                ..NewSubDevice::default()
            }])?),
            Event::AddAnswer { added, refused } => {
                for (node, why) in refused {
                    println!("{node} was not added: {why}");
                }
                let Some(id) = added.first().and_then(|child| child.device_id.clone()) else {
                    return Err("there is no sub-device".into());
                };
                println!("{id} was added");
                drop(gateway.update_sub_devices(&[(&id, "ONLINE")])?);
                let report = gateway.report_children(&[(&id, vec![("window", json!({ "open": true }))])])?;
                report.wait(Duration::from_secs(30)).ok_or("no end within 30 s")??;
                println!("the platform has its report");
                return Ok(());
            }
            other => println!("{other:?}"),
        }
    }
    Err("the platform did not answer".into())
}
