//! Tells the platform its address, asks for its groups, and shows them whenever they change.
//!
//! `cargo run --example groups -- HOST PORT DEVICE_ID SECRET [ROOT_CERTIFICATES]`

mod arguments;

use iotda_device::Event;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = arguments::device()?.build()?;
    let events = device.events(); // before anything can happen
    device.connect()?;
    for event in events {
        match event {
            Event::Connected => {
                drop(device.report_info(Some("192.168.1.10"), None, None)?);
                drop(device.query_soft_bus(None)?);
            }
            Event::SoftBus(groups) => {
                for bus in &groups.buses {
                    println!("bus {} ({}), version {}", bus.id, bus.name, bus.version);
                    for member in &bus.members {
                        println!("  {} at {}", member.device_id, member.address.as_deref().unwrap_or("-"));
                    }
                }
                let members: Vec<_> = groups.buses.iter().flat_map(|bus| &bus.members).collect();
                if !members.is_empty() && members.iter().all(|member| member.address.is_some()) {
                    return Ok(()); // all can be reached: the near link could begin
                }
            }
            Event::ConnectFailed(why) => println!("not connected: {why}"),
            other => println!("{other:?}"),
        }
    }
    Ok(())
}
