//! A platform for one C program: registered device, work directory, and what the program may ask to happen.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, Mac};
use iotda_sim::iotda::groups::Bus;
use iotda_sim::{Config, Cut, DeviceEntry, Event, Fault, Kind, Message, Platform, Port, TlsConfig};
use sha2::Sha256;

use super::broken;
use super::run::Answers;

pub const DEVICE: &str = "5f0c9a_harness-01";
pub const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
/// Secret of the devices that report addresses for others.
const REPORTER_SECRET: &str = "0123456789abcdef0123456789abcdef";
const SOON: Duration = Duration::from_secs(10);

/// A loopback address of this process that nothing listens on: the ports 1883 and 8883 are free there.
pub fn fresh_address() -> Ipv4Addr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    let [low, high] = number.to_le_bytes();
    Ipv4Addr::new(
        127,
        1 + (process % 200) as u8,
        (process / 200 % 250) as u8 ^ high,
        1 + low % 250,
    )
}

/// What kind of platform.
pub struct Setting {
    pub certificates: TlsConfig,
    pub tls: bool,
    /// The TLS port speaks plain MQTT.
    pub plain_on_tls_port: bool,
    /// The device logs in by certificate.
    pub by_certificate: bool,
    pub ledger_limit: usize,
}

impl Setting {
    pub fn plain() -> Setting {
        Setting {
            certificates: TlsConfig {
                names: Vec::new(),
                ..TlsConfig::default()
            },
            tls: false,
            plain_on_tls_port: false,
            by_certificate: false,
            ledger_limit: 100_000,
        }
    }

    pub fn tls() -> Setting {
        Setting {
            tls: true,
            ..Setting::plain()
        }
    }
}

pub struct Site {
    pub platform: Platform,
    host: Ipv4Addr,
    tls: bool,
    directory: tempfile::TempDir,
    /// Soft bus ids and the groups they belong to.
    buses: Vec<(String, String)>,
    broken: Vec<broken::Message>,
    /// The ledger when the latest request began.
    mark: u64,
}

impl Site {
    pub fn new(setting: &Setting) -> Site {
        let host = fresh_address();
        let mut config = Config {
            host: host.into(),
            ledger_limit: setting.ledger_limit,
            ..Config::default()
        };
        config.certificates = setting.certificates.clone();
        if config.certificates.names.is_empty() {
            config.certificates.names.push(host.to_string());
        }
        let (plain, tls) = if setting.plain_on_tls_port {
            (8883, None)
        } else {
            (1883, Some(8883))
        };
        config.plain = Port::Fixed(plain);
        config.tls = tls.map_or(Port::None, Port::Fixed);
        let platform = Platform::start(config).unwrap();
        let device = if setting.by_certificate {
            DeviceEntry {
                id: DEVICE.to_string(),
                certificate: Some("any".to_string()),
                ..DeviceEntry::default()
            }
        } else {
            DeviceEntry::with_secret(DEVICE, SECRET)
        };
        platform.register(&device).unwrap();
        let directory = tempfile::tempdir().unwrap();
        platform.write_work_dir(&directory.path().join("work")).unwrap();
        Site {
            platform,
            host,
            tls: setting.tls,
            directory,
            buses: Vec::new(),
            broken: broken::messages(),
            mark: 0,
        }
    }

    pub fn work_dir(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// A new directory that lives as long as the site.
    pub fn dir(&self, name: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    pub fn arguments(&self) -> Vec<(String, String)> {
        let port = if self.tls { "8883" } else { "1883" };
        let work_dir = self.work_dir();
        [
            ("address", self.host.to_string().as_str()),
            ("port", port),
            ("id", DEVICE),
            ("secret", SECRET),
            ("work-dir", path_text(&work_dir)),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .into()
    }

    fn group_of(&self, bus: &str) -> String {
        let found = self.buses.iter().find(|(id, _)| id == bus);
        found.unwrap_or_else(|| panic!("no bus {bus}")).1.clone()
    }

    fn bus(&self, id: &str) -> Bus {
        self.platform
            .group(&self.group_of(id))
            .and_then(|group| group.bus)
            .unwrap()
    }

    /// Binds a device, which is registered for it where it is not yet.
    fn bind(&self, group: &str, id: &str) {
        if !self.platform.device_ids().iter().any(|known| known == id) {
            self.platform.add_device(id, REPORTER_SECRET).unwrap();
        }
        self.platform.bind(group, id).unwrap();
    }

    fn create(&mut self, group: &str, members: &[&str]) -> String {
        self.platform.group_add(group).unwrap();
        for member in members {
            self.bind(group, member);
        }
        let bus = self.platform.softbus_create(group, group).unwrap();
        self.buses.push((bus.clone(), group.to_string()));
        bus
    }

    /// Registers devices and lets a first one report an address for each, as a gateway does for its children.
    fn devices(&self, devices: &[(String, String)]) {
        let reporter = &devices.first().unwrap().0;
        for (id, _) in devices {
            let entry = DeviceEntry {
                gateway: (id != reporter).then(|| reporter.clone()),
                ..DeviceEntry::with_secret(id, REPORTER_SECRET)
            };
            self.platform.register(&entry).unwrap();
        }
        let mut device = RawDevice::connect((self.host, 1883).into(), reporter, REPORTER_SECRET);
        for (id, address) in devices {
            device.publish(
                &format!("$oc/devices/{reporter}/sys/events/up"),
                &format!(
                    r#"{{"object_device_id":"{id}","services":[{{"service_id":"$sdk_info","event_type":"sdk_info_report","paras":{{"device_ip":"{address}"}}}}]}}"#
                ),
            );
        }
        let (last, address) = devices.last().unwrap();
        for _ in 0..500 {
            if self.address(last) == *address {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the platform did not take the address of {last}");
    }

    fn address(&self, id: &str) -> String {
        self.platform
            .device_info(id)
            .and_then(|info| info.device_ip)
            .unwrap_or_default()
    }

    fn crowd(&mut self, buses: usize, devices: usize) {
        let members: Vec<(String, String)> = (0..buses)
            .flat_map(|bus| (0..devices - 1).map(move |k| (format!("crowd_{bus}_{k}"), format!("10.{bus}.0.{k}"))))
            .collect();
        self.devices(&members);
        for (bus, part) in members.chunks(devices - 1).enumerate() {
            let ids: Vec<&str> = part.iter().map(|(id, _)| id.as_str()).chain([DEVICE]).collect();
            self.create(&format!("crowd {bus}"), &ids);
        }
    }

    /// Bus infos of 10 buses with 50 members each, one after the other has been acknowledged.
    fn flood(&self, updates: usize) {
        for update in 0..updates {
            let mark = self.platform.mark();
            let topic = format!("$oc/devices/{DEVICE}/sys/events/down");
            self.platform.publish_to(DEVICE, &topic, bus_info(update), 1).unwrap();
            let acknowledged = |event: &Event| event.is_from(DEVICE) && matches!(event.kind, Kind::PubAck { .. });
            assert!(
                self.platform.wait_after(mark, acknowledged, SOON).is_some(),
                "no PUBACK for update {update}"
            );
        }
    }

    /// All messages of the downlink vectors, then one on the user topic `the-last-one`.
    fn downlink_vectors(&self) {
        let text = std::fs::read_to_string("tests/vectors/downlink.json").unwrap();
        let cases: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in cases.as_array().unwrap() {
            let topic = case["topic"].as_str().unwrap().replace("dev01", DEVICE);
            self.unasked(topic, vector_payload(case));
        }
        self.unasked(format!("$oc/devices/{DEVICE}/user/the-last-one"), b"end".to_vec());
    }

    fn unasked(&self, topic: String, payload: Vec<u8>) {
        let message = Message {
            topic,
            payload,
            qos: 1,
            ..Message::default()
        };
        self.platform.publish_unasked(DEVICE, message).unwrap();
    }

    /// From now on, on the present connection.
    fn fault(&self, fault: Fault) {
        self.platform.fault_now(DEVICE, fault).unwrap();
    }

    fn saw_report(&self) -> bool {
        let topic = format!("$oc/devices/{DEVICE}/sys/properties/report");
        let report = |event: &Event| event.is_from(DEVICE) && event.uplink().is_some_and(|(t, _)| t == topic);
        self.platform.wait_after(self.mark, report, SOON).is_some()
    }

    fn group(&mut self, words: &[&str]) -> String {
        match words {
            ["create", name, members @ ..] => return self.create(name, members),
            ["bind", bus, id] => self.bind(&self.group_of(bus), id),
            ["unbind", bus, id] => self.platform.unbind(&self.group_of(bus), id).unwrap(),
            ["sync", bus] => self.platform.softbus_sync(&self.group_of(bus)).unwrap(),
            ["delete", bus] => self.platform.softbus_delete(&self.group_of(bus)).unwrap(),
            _ => panic!("unknown request group {words:?}"),
        }
        "ok".to_string()
    }
}

impl Answers for Site {
    fn answer(&mut self, request: &str) -> String {
        let words: Vec<&str> = request.split(' ').collect();
        if words != ["saw-report"] {
            self.mark = self.platform.mark();
        }
        match words.as_slice() {
            ["drop"] => self.platform.disconnect(DEVICE, Cut::Close).unwrap(),
            ["publish", suffix, payload @ ..] => {
                let topic = format!("$oc/devices/{DEVICE}/sys/{suffix}");
                self.platform.publish_to(DEVICE, &topic, payload.join(" "), 1).unwrap();
            }
            ["publish-to", topic, payload @ ..] => {
                let message = Message {
                    topic: topic.to_string(),
                    payload: payload.join(" ").into(),
                    qos: 1,
                    ..Message::default()
                };
                self.platform.publish_unasked(DEVICE, message).unwrap();
            }
            ["withhold-acknowledgements"] => self.fault(Fault {
                withhold_puback: u32::MAX,
                ..Fault::default()
            }),
            ["refuse-subscriptions"] => self.fault(Fault {
                suback_code: Some(0x80),
                ..Fault::default()
            }),
            ["saw-report"] => assert!(self.saw_report(), "no report arrived"),
            ["device", id, address] => self.devices(&[(id.to_string(), address.to_string())]),
            ["group", rest @ ..] => return self.group(rest),
            ["key", id] => return self.bus(id).key,
            ["version", id] => return self.bus(id).version.to_string(),
            ["address", id] => return self.address(id),
            ["unanswered"] => {
                return if self.platform.is_synchronised(DEVICE) {
                    "0"
                } else {
                    "1"
                }
                .to_string();
            }
            ["crowd", buses, devices] => self.crowd(buses.parse().unwrap(), devices.parse().unwrap()),
            ["downlink-vectors"] => self.downlink_vectors(),
            ["flood", updates] => self.flood(updates.parse().unwrap()),
            ["broken", number] => {
                let Some((suffix, payload)) = self.broken.get(number.parse::<usize>().unwrap()) else {
                    return "end".to_string();
                };
                let topic = format!("$oc/devices/{DEVICE}/sys/{suffix}");
                let message = Message {
                    topic,
                    payload: payload.clone(),
                    qos: 1,
                    ..Message::default()
                };
                self.platform.publish_unasked(DEVICE, message).unwrap();
            }
            _ => panic!("unknown request {request}"),
        }
        "ok".to_string()
    }

    /// The device's secret, its passwords, and all bus keys.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![SECRET.to_string()];
        secrets.extend(
            self.platform
                .groups()
                .into_iter()
                .filter_map(|group| group.bus)
                .map(|bus| bus.key),
        );
        for event in self.platform.events() {
            if let Kind::Connect { client_id, .. } = &event.kind {
                let stamp = client_id.rsplit('_').next().unwrap_or_default();
                secrets.push(password(stamp, SECRET));
            }
        }
        secrets
    }
}

/// A vector's payload in any of its forms.
fn vector_payload(case: &serde_json::Value) -> Vec<u8> {
    if let Some(text) = case["payload"].as_str() {
        return text.into();
    }
    if let Some(text) = case["payload_b64"].as_str() {
        return base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    }
    let part = |at: usize| case["payload_repeat"][at].as_str().unwrap();
    let times = case["payload_repeat"][2].as_u64().unwrap();
    [part(0), &part(1).repeat(usize::try_from(times).unwrap()), part(3)]
        .concat()
        .into()
}

fn path_text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn password(stamp: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(stamp.as_bytes()).unwrap();
    mac.update(secret.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn bus_info(update: usize) -> String {
    let buses: Vec<String> = (0..10)
        .map(|bus| {
            let devices: Vec<String> = (0..50)
                .map(|k| format!(r#"{{"device_id":"member_{bus}_{k}","device_ip":"10.{bus}.0.{k}"}}"#))
                .collect();
            format!(
                r#"{{"bus_id":"{bus:032x}","version":{update},"bus_name":"bus {bus}","bus_key":"{:016x}","devices_info":[{}],"device_count":50}}"#,
                update * 10 + bus,
                devices.join(",")
            )
        })
        .collect();
    format!(
        r#"{{"services":[{{"service_id":"$oh_soft_bus","event_type":"soft_bus_config_response","paras":{{"bus_infos":[{}],"bus_count":10}}}}]}}"#,
        buses.join(",")
    )
}

/// A device that only logs in and publishes; written from the MQTT specification.
struct RawDevice(TcpStream);

impl RawDevice {
    fn connect(address: SocketAddr, id: &str, secret: &str) -> RawDevice {
        let stamp = "2024060108";
        let mut body = b"\x00\x04MQTT\x04\xc2\x00\x78".to_vec();
        for text in [format!("{id}_0_0_{stamp}"), id.to_string(), password(stamp, secret)] {
            push_text(&mut body, &text);
        }
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&packet(0x10, &body)).unwrap();
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [0x20, 2, 0, 0], "login of {id}");
        RawDevice(stream)
    }

    fn publish(&mut self, topic: &str, payload: &str) {
        let mut body = Vec::new();
        push_text(&mut body, topic);
        body.extend_from_slice(payload.as_bytes());
        self.0.write_all(&packet(0x30, &body)).unwrap();
    }
}

impl Drop for RawDevice {
    fn drop(&mut self) {
        let _ = self.0.write_all(&[0xe0, 0]);
    }
}

fn push_text(body: &mut Vec<u8>, text: &str) {
    body.extend_from_slice(&u16::try_from(text.len()).unwrap().to_be_bytes());
    body.extend_from_slice(text.as_bytes());
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut rest = body.len();
    loop {
        let byte = (rest % 128) as u8;
        rest /= 128;
        packet.push(if rest > 0 { byte | 0x80 } else { byte });
        if rest == 0 {
            break;
        }
    }
    packet.extend_from_slice(body);
    packet
}
