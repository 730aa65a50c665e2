//! Group data kept on disk: what a device does that cannot reach the platform from the start, against the simulated platform.

use std::ffi::{CStr, CString};
use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use base::sync::Mutex;
use iotda_device::config::{DeviceConfig, Item};
use iotda_device::device::runner::Runner;
use iotda_device::device::{Arrival, ConfigAnswer, Device, EventCalls, Listener, ProtocolEvent};
use iotda_device::protocol::downlink::{Command, Downlink, Event, EventParas};
use iotda_device::protocol::json::Json;
use iotda_device::services::anomaly::Board;
use iotda_device::softbus::Roster;
use iotda_sim::{Config, Message, Platform, Port, Rules};
use serde_json::Value;

const ID: &str = "dev_A";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(20);
/// Kept data comes 3 s after the start; within this time nothing else happens either.
const NOTHING: Duration = Duration::from_millis(4500);

/// What a soft bus event told: event time and paras.
type Told = (CString, Value);

struct Notes(Mutex<Sender<Told>>);

impl Listener for Notes {
    fn protocol(&self, _: ProtocolEvent) {}
    fn downlink(&self, _: Downlink, _: &Arrival<'_>) {}
    fn event<'a>(&self, event: &'a Event, _: &'a Arrival<'_>) -> Box<dyn EventCalls + 'a> {
        Box::new(Calls(self.0.lock().clone(), event))
    }
    fn rule_command(&self, _: Command) {}
    fn rule_message(&self, _: &CStr, _: &CStr) {}
    fn board(&self) -> &dyn Board {
        unreachable!("no detection is configured")
    }
}

struct Calls<'a>(Sender<Told>, &'a Event);

impl EventCalls for Calls<'_> {
    fn service(&mut self, at: usize) {
        let service = &self.1.services[at];
        if let EventParas::SoftBus(info) = &service.paras {
            let text = serde_json::from_slice(info.bus_infos.as_deref().unwrap().to_bytes()).unwrap();
            let _ = self.0.send((service.event_time.clone().unwrap(), text));
        }
    }
    fn device_config(&mut self, _: &Json) -> ConfigAnswer {
        ConfigAnswer::default()
    }
    fn general(&mut self) {}
}

struct Subject {
    device: Device,
    roster: Arc<Roster>,
    told: Receiver<Told>,
    _work: tempfile::TempDir,
}

impl Subject {
    fn start(host: IpAddr, port: u16, state: &Path, more: &[(Item, &str)]) -> Subject {
        let mut config = DeviceConfig::default();
        let (host, port) = (host.to_string(), port.to_string());
        let usual = [
            (Item::Address, host.as_str()),
            (Item::Port, &port),
            (Item::DeviceId, ID),
            (Item::DeviceSecret, SECRET),
            (Item::StateDirectory, state.to_str().unwrap()),
        ];
        for (item, value) in usual.iter().chain(more) {
            config.set(*item, value.as_bytes()).unwrap();
        }
        let work = tempfile::tempdir().unwrap();
        let (sender, told) = channel();
        let roster = Arc::new(Roster::new());
        let device = Device::new(
            config,
            work.path().to_owned(),
            roster.clone(),
            Arc::new(Runner::new(None)),
            Arc::new(Notes(Mutex::new(sender))),
        );
        device.connect().unwrap();
        Subject {
            device,
            roster,
            told,
            _work: work,
        }
    }

    fn next(&self) -> Told {
        self.told.recv_timeout(WAIT).unwrap()
    }

    fn hears_nothing(&self) {
        assert_eq!(self.told.recv_timeout(NOTHING).ok(), None);
        assert!(self.roster.view().buses().is_empty());
    }

    fn keys(&self) -> Vec<String> {
        let view = self.roster.view();
        let key = |bus: &Arc<iotda_device::softbus::Bus>| String::from_utf8(bus.key.bytes().to_vec()).unwrap();
        view.buses().iter().map(key).collect()
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.device.destroy();
    }
}

/// An address for each test, so that no other test's platform answers where one is gone.
fn host(test: u8) -> IpAddr {
    IpAddr::from([127, 3, 7, test])
}

fn platform(host: IpAddr, port: Port, secret: &str) -> Platform {
    let config = Config {
        host,
        plain: port,
        ..Config::default()
    };
    let config = config
        .device(ID, secret)
        .device("dev_B", SECRET)
        .bus("hall", "hall", &[ID, "dev_B"]);
    Platform::start(config).unwrap()
}

/// The group data of a platform that is gone, on disk.
struct Kept {
    state: tempfile::TempDir,
    host: IpAddr,
    port: u16,
    told: Told,
}

impl Kept {
    fn new(test: u8) -> Kept {
        let (state, host) = (tempfile::tempdir().unwrap(), host(test));
        let platform = platform(host, Port::Auto, SECRET);
        let port = platform.handle().plain_port();
        let told = Subject::start(host, port, &state.path().join("state"), &[]).next();
        Kept {
            state,
            host,
            port,
            told,
        }
    }

    fn file(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(self.state.path().join("state")).unwrap();
        let path = entries.next().expect("a file").unwrap().path();
        assert!(entries.next().is_none(), "one file");
        path
    }

    fn restart(&self, more: &[(Item, &str)]) -> Subject {
        Subject::start(self.host, self.port, &self.state.path().join("state"), more)
    }

    fn platform(&self, secret: &str) -> Platform {
        platform(self.host, Port::Fixed(self.port), secret)
    }
}

const RECONNECT: (Item, &str) = (Item::AutoReconnect, "1");

#[test]
fn comes_as_it_was_and_gives_way_to_what_the_platform_says_later() {
    let kept = Kept::new(1);
    let start = Instant::now();
    let subject = kept.restart(&[RECONNECT]);
    assert_eq!(subject.next(), kept.told);
    assert!(
        (2800..5000).contains(&start.elapsed().as_millis()),
        "{:?}",
        start.elapsed()
    );
    let keys = subject.keys();
    assert!(kept.told.1.to_string().contains(&keys[0]) && subject.roster.registry().has_device(b"dev_B"));
    let platform = kept.platform(SECRET); // which makes another key
    let later = subject.next();
    let fresh = subject.keys();
    assert_ne!(fresh, keys);
    assert!(later.1.to_string().contains(&fresh[0]));
    drop((subject, platform));
    let again = kept.restart(&[]);
    assert_eq!((again.next(), again.keys()), (later, fresh), "the newer data was kept");
}

#[test]
fn not_after_a_refused_login() {
    let kept = Kept::new(2);
    let _refusing = kept.platform("another secret");
    kept.restart(&[RECONNECT]).hears_nothing();
}

#[test]
fn not_after_a_failed_handshake() {
    let kept = Kept::new(3);
    let port = |number: u16| TcpListener::bind((kept.host, number * 10_000 + 8883)).ok();
    let listener = (1..6).find_map(port).expect("a free port with 8883 in it");
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut &stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let state = kept.state.path().join("state");
    Subject::start(kept.host, port, &state, &[(Item::SystemRoots, "1"), RECONNECT]).hears_nothing();
}

#[test]
fn a_mistyped_secret_opens_nothing_and_loses_nothing() {
    let kept = Kept::new(4);
    let before = std::fs::read(kept.file()).unwrap();
    let mistyped = (Item::DeviceSecret, "2f1b9c7d4e5a6f708192a3b4c5d6e7f9");
    kept.restart(&[mistyped]).hears_nothing();
    assert_eq!(std::fs::read(kept.file()).unwrap(), before);
    assert_eq!(kept.restart(&[]).next(), kept.told);
}

#[test]
fn a_newer_format_is_not_used_and_stays() {
    let kept = Kept::new(5);
    let mut newer = std::fs::read(kept.file()).unwrap();
    newer[4] = 2;
    std::fs::write(kept.file(), &newer).unwrap();
    kept.restart(&[]).hears_nothing();
    let _platform = kept.platform(SECRET);
    kept.restart(&[]).next();
    assert_eq!(std::fs::read(kept.file()).unwrap(), newer);
}

#[test]
fn nothing_of_a_deleted_bus_stays() {
    let kept = Kept::new(6);
    let platform = kept.platform(SECRET);
    let subject = kept.restart(&[]);
    subject.next();
    assert!(kept.file().exists());
    platform.handle().softbus_delete("hall").unwrap();
    subject.next();
    assert_eq!(std::fs::read_dir(kept.state.path().join("state")).unwrap().count(), 0);
}

/// The deletion comes with the first list after a start, before anything else is known, and the query has no answer.
#[test]
fn nothing_of_a_bus_that_was_deleted_meanwhile_stays() {
    let kept = Kept::new(7);
    let bus = kept.told.1["bus_infos"][0]["bus_id"].as_str().unwrap();
    let running = kept.platform(SECRET);
    let platform = running.handle();
    platform.group_remove("hall").unwrap();
    let rules = platform.softbus_rules();
    platform.set_softbus_rules(Rules {
        answer_queries: false,
        ..rules
    });
    let subject = kept.restart(&[]);
    assert!(platform.wait_online(ID, WAIT));
    let list = format!(r#"{{"services":[{{"service_id":"$oh_soft_bus","properties":{{"{bus}":{{"version":-1}}}}}}]}}"#);
    let message = Message {
        topic: format!("$oc/devices/{ID}/sys/properties/set/request_id=1"),
        payload: list.into(),
        ..Message::default()
    };
    platform.publish_unasked(ID, message).unwrap();
    let answered = "$oc/devices/dev_A/sys/properties/set/response/request_id=1";
    assert!(platform.wait_uplink(ID, answered, WAIT).is_some());
    assert_eq!(std::fs::read_dir(kept.state.path().join("state")).unwrap().count(), 0);
    drop((subject, running));
}

/// Upgrade and rollback: see `formats`.
#[test]
fn the_file_of_each_former_release_is_read() {
    use crate::formats::{copied, releases, written};
    const PORT: u16 = 18839;
    if let Some(place) = written() {
        let _ = std::fs::remove_dir_all(place.join("state"));
        let _platform = platform(host(9), Port::Fixed(PORT), SECRET);
        Subject::start(host(9), PORT, &place.join("state"), &[]).next();
    }
    for release in releases() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        copied(&release.join("state"), &state);
        let file = std::fs::read_dir(&state).unwrap().next().unwrap().unwrap().path();
        assert_eq!(
            std::fs::read(file).unwrap()[..5],
            *b"HWGD\x01",
            "another format needs a test of the way back"
        );
        let subject = Subject::start(host(9), PORT, &state, &[(Item::StateDays, "36500")]);
        let (_, told) = subject.next();
        assert!(told.to_string().contains("dev_B") && told.to_string().contains(&subject.keys()[0]));
    }
}
