//! A member of a soft bus group: logs in to the platform, reports its address, links with the other members whenever the
//! platform says who they are, and greets those that are linked once a second.
//!
//! ```text
//! cargo run -p iotda-device --example soft_bus -- HOST PORT DEVICE_ID SECRET OWN_ADDRESS WORK_DIR
//! ```
//! The work directory holds `conf/rootcert.pem` for a port with TLS.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use iotda_device::config::{DeviceConfig, Item};
use iotda_device::device::runner::Runner;
use iotda_device::device::{Arrival, Device, EventCalls, Listener, ProtocolEvent, ProtocolItem};
use iotda_device::error::Result;
use iotda_device::protocol::downlink::{Event, EventParas};
use iotda_device::protocol::uplink::event::DeviceInfoReport;
use iotda_device::softbus::Roster;

/// From one greeting to the next.
const GREETING: Duration = Duration::from_secs(1);

/// What the device hears, for the thread that acts on it.
pub enum News {
    Connected,
    GroupData,
    Received(String, Vec<u8>),
    Sent(String, u32),
}

/// Passes on what the device hears.
struct Ears(Sender<News>);

impl Ears {
    fn hear(&self, news: News) {
        let _ = self.0.send(news); // the program may be ending
    }
}

impl Listener for Ears {
    fn protocol(&self, event: ProtocolEvent) {
        if event.item == ProtocolItem::ConnectSuccess {
            self.hear(News::Connected);
        }
    }

    fn event<'a>(&self, event: &'a Event, _: &'a Arrival<'_>) -> Box<dyn EventCalls + 'a> {
        Box::new(Services(self.0.clone(), event))
    }

    fn near_received(&self, device_id: &str, data: &[u8]) {
        self.hear(News::Received(device_id.into(), data.into()));
    }

    fn near_sent(&self, device_id: &str, code: u32) {
        self.hear(News::Sent(device_id.into(), code));
    }
}

/// The services of one events message.
struct Services<'a>(Sender<News>, &'a Event);

impl EventCalls for Services<'_> {
    fn service(&mut self, at: usize) {
        let service = self.1.services.get(at);
        if service.is_some_and(|service| matches!(service.paras, EventParas::SoftBus(_))) {
            let _ = self.0.send(News::GroupData);
        }
    }
}

pub struct Member {
    pub device: Device,
    pub roster: Arc<Roster>,
    pub news: Receiver<News>,
    address: String,
}

impl Member {
    /// A member that begins to connect.
    pub fn start(settings: &[(Item, &str)], address: &str, work_dir: &Path) -> Result<Member> {
        let mut config = DeviceConfig::default();
        for (item, value) in settings {
            config.set(*item, value.as_bytes())?;
        }
        let (sender, news) = channel();
        let roster = Arc::new(Roster::new());
        let runner = Arc::new(Runner::new(None));
        let device = Device::new(
            config,
            work_dir.to_owned(),
            roster.clone(),
            runner,
            Arc::new(Ears(sender)),
        );
        device.connect()?;
        Ok(Member {
            device,
            roster,
            news,
            address: address.into(),
        })
    }

    /// Acts on what the device hears, greets each second, says what happens, until `done`.
    pub fn live(&self, mut say: impl FnMut(String), mut done: impl FnMut() -> bool) -> Result<()> {
        let mut greeting = Instant::now() + GREETING; // by the clock: who listens for a second without a word may wait for ever
        while !done() {
            if Instant::now() >= greeting {
                self.greet();
                greeting = Instant::now() + GREETING;
            }
            match self
                .news
                .recv_timeout(greeting.saturating_duration_since(Instant::now()))
            {
                Ok(News::Connected) => {
                    let info = DeviceInfoReport {
                        device_ip: Some(self.address.as_bytes()),
                        ..DeviceInfoReport::default()
                    };
                    self.device.report_device_info(&info, 0)?;
                    say("connected".into());
                }
                Ok(News::GroupData) => {
                    for joined in self.device.near().join() {
                        let bus = String::from_utf8_lossy(&joined.bus_id).into_owned();
                        let role = if joined.first { "accepts" } else { "connects" };
                        match joined.result {
                            Ok(()) => say(format!("bus {bus}: {role}")),
                            Err(error) => say(format!("bus {bus}: {role}, not yet: 0x{:04x}", error.code)),
                        }
                    }
                }
                Ok(News::Received(from, data)) => say(format!("{from}: {}", String::from_utf8_lossy(&data))),
                Ok(News::Sent(to, 0)) => say(format!("greeted {to}")),
                Ok(News::Sent(to, code)) => say(format!("{to} was not greeted: 0x{code:04x}")),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    fn greet(&self) {
        let view = self.roster.view();
        for member in view.buses().iter().flat_map(|bus| bus.devices.iter()) {
            let id = String::from_utf8_lossy(member.device_id);
            if self.device.near().is_linked(&id) {
                let _ = self.device.near().send(&id, b"hello!"); // not accepted: the next greeting comes soon
            }
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.device.destroy();
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, id, secret, address, work_dir] = arguments.as_slice() else {
        return Err("arguments: HOST PORT DEVICE_ID SECRET OWN_ADDRESS WORK_DIR".into());
    };
    let settings = [
        (Item::Address, host.as_str()),
        (Item::Port, port),
        (Item::DeviceId, id),
        (Item::DeviceSecret, secret),
        (Item::AutoReconnect, "1"),
    ];
    let member = Member::start(&settings, address, Path::new(work_dir))?;
    member.live(|line| println!("{id}: {line}"), || false)?;
    Ok(())
}
