//! Device rules and security detection on whole devices, two in one process, against the simulated platform.

use std::ffi::CStr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use base::sync::Mutex;
use iotda_device::config::{DeviceConfig, Item};
use iotda_device::device::runner::Runner;
use iotda_device::device::{Arrival, ConfigAnswer, Device, EventCalls, Listener, ProtocolEvent, ProtocolItem};
use iotda_device::protocol::downlink::{Command, Downlink, Event};
use iotda_device::protocol::json::Json;
use iotda_device::protocol::uplink::Encoding;
use iotda_device::protocol::uplink::properties::ServiceData;
use iotda_device::services::anomaly::Board;
use iotda_device::softbus::Roster;
use iotda_sim::{Config, Handle, Message, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(20);

/// Notes what it is called for.
struct Notes(Mutex<Sender<String>>, Arc<Roster>);

impl Notes {
    fn add(&self, note: String) {
        let _ = self.0.lock().send(note); // the test may have ended
    }
}

impl Listener for Notes {
    fn protocol(&self, event: ProtocolEvent) {
        if event.item == ProtocolItem::ConnectSuccess {
            self.add("connected".into());
        }
    }
    fn downlink(&self, message: Downlink, _: &Arrival<'_>) {
        if let Downlink::PropertySet(set) = message {
            self.add(format!("set {}", set.request_id.to_str().unwrap()));
        }
    }
    fn event<'a>(&self, event: &'a Event, _: &'a Arrival<'_>) -> Box<dyn EventCalls + 'a> {
        Box::new(EventNotes {
            sender: self.0.lock().clone(),
            roster: self.1.clone(),
            event,
        })
    }
    fn rule_command(&self, command: Command) {
        let text = |text: Option<std::ffi::CString>| text.unwrap().into_string().unwrap();
        self.add(format!(
            "command {} {}",
            text(command.command_name),
            text(command.object_device_id)
        ));
    }
    fn rule_message(&self, device_id: &CStr, _: &CStr) {
        self.add(format!("message for {}", device_id.to_str().unwrap()));
    }
    fn board(&self) -> &dyn Board {
        self
    }
}

/// Notes what it is called for by an events message.
struct EventNotes<'a> {
    sender: Sender<String>,
    roster: Arc<Roster>,
    event: &'a Event,
}

impl EventCalls for EventNotes<'_> {
    fn service(&mut self, at: usize) {
        let id = self.event.services[at].event_id.clone().unwrap_or_default();
        let buses = self.roster.registry().buses().len();
        let _ = self
            .sender
            .send(format!("service {at} {}, {buses} buses", id.to_str().unwrap()));
    }
    fn device_config(&mut self, content: &Json) -> ConfigAnswer {
        let text = String::from_utf8(content.value().print()).unwrap();
        let _ = self.sender.send(format!("configuration {text}"));
        ConfigAnswer {
            result: 7,
            description: b"not today".to_vec(),
        }
    }
    fn general(&mut self) {
        let _ = self.sender.send("event".into());
    }
}

impl Board for Notes {
    fn memory_used(&self) -> i64 {
        81
    }
    fn total_memory(&self) -> i64 {
        100
    }
    fn ports(&self) -> Option<Vec<i32>> {
        None
    }
    fn cpu_usage(&self) -> i32 {
        0
    }
    fn disk_space_used(&self) -> i64 {
        0
    }
    fn total_disk_space(&self) -> i64 {
        0
    }
    fn battery_percentage(&self) -> i32 {
        0
    }
}

struct Subject {
    id: &'static str,
    device: Device,
    runner: Arc<Runner>,
    notes: Receiver<String>,
    dir: tempfile::TempDir,
    platform: Handle,
}

impl Subject {
    fn new(platform: &Platform, id: &'static str) -> Subject {
        let mut config = DeviceConfig::default();
        for (item, value) in [
            (Item::Address, "127.0.0.1"),
            (Item::Port, &platform.handle().plain_port().to_string()),
            (Item::DeviceId, id),
            (Item::DeviceSecret, SECRET),
        ] {
            config.set(item, value.as_bytes()).unwrap();
        }
        let dir = tempfile::tempdir().unwrap();
        let runner = Arc::new(Runner::new(None));
        let (sender, notes) = channel();
        let roster = Arc::new(Roster::new());
        let listener = Arc::new(Notes(Mutex::new(sender), roster.clone()));
        let device = Device::new(config, dir.path().to_path_buf(), roster, runner.clone(), listener);
        device.store_rules_in(Some(dir.path().join("rules")));
        device.store_detection_in(dir.path().join("detection"));
        let platform = platform.handle();
        let subject = Subject {
            id,
            device,
            runner,
            notes,
            dir,
            platform,
        };
        subject.device.connect().unwrap();
        subject.expect("connected");
        subject
    }

    fn expect(&self, note: &str) {
        assert_eq!(self.notes.recv_timeout(WAIT).unwrap(), note, "{}", self.id);
    }

    fn arrive(&self, tail: &str, payload: &str) {
        let message = Message {
            topic: format!("$oc/devices/{}/sys/{tail}", self.id),
            payload: payload.into(),
            ..Message::default()
        };
        self.platform.publish_unasked(self.id, message).unwrap();
    }

    fn rule(&self, name: &str, condition: &str, device: &str) {
        let rule = format!(
            r#"{{"services":[{{"service_id":"$device_rule","event_type":"device_rule_config_response","paras":{{"rulesInfos":[
            {{"ruleId":"{name}","ruleName":"n","logic":"and","status":"active","ruleVersionInShadow":1,"conditions":[{condition}],
            "actions":[{{"type":"DEVICE_CMD","status":"enable","deviceId":"{device}",
            "command":{{"commandName":"{name}","serviceId":"s","commandBody":{{}}}}}}]}}]}}}}]}}"#
        );
        self.arrive("events/down", &rule);
        self.expect("event");
    }

    fn report(&self, value: i32) {
        let properties = format!("{{\"v\":{value}}}");
        let services = [ServiceData {
            service_id: Some(b"S"),
            event_time: None,
            properties: Some(properties.as_bytes()),
        }];
        self.device
            .report_properties(None, &services, Encoding::Plain, 0, None)
            .unwrap();
    }

    fn sent(&self, topic: &str, part: &str) {
        let found = self.platform.wait_for(
            |event| {
                event.is_from(self.id)
                    && event.uplink().is_some_and(|(t, payload)| {
                        t.ends_with(topic) && String::from_utf8_lossy(payload).contains(part)
                    })
            },
            WAIT,
        );
        assert!(found.is_some(), "{} did not send {part}", self.id);
    }

    fn end(self) {
        self.device.destroy();
        assert!(self.runner.close().is_none());
        drop(self.device);
    }
}

const ABOVE_5: &str = r#"{"type":"DEVICE_DATA","operator":">","value":"5","deviceInfo":{"deviceId":"x","path":"S/v"}}"#;
const EVERY_SECOND: &str =
    r#"{"type":"SIMPLE_TIMER","startTime":"2024-01-01 00:00:00","repeatInterval":1,"repeatCount":2000000000}"#;

fn platform() -> Platform {
    let config = Config {
        plain: Port::Auto,
        ..Config::default()
    };
    Platform::start(config.device("one", SECRET).device("two", SECRET)).unwrap()
}

#[test]
fn devices_follow_their_own_rules() {
    let platform = platform();
    let [one, two] = ["one", "two"].map(|id| Subject::new(&platform, id));
    one.arrive(
        "properties/set/request_id=1",
        r#"{"services":[{"service_id":"$device_rule","properties":{"a":{"version":1}}}]}"#,
    );
    one.expect("set 1");
    one.sent("properties/report", "\"a\"");
    one.sent("events/up", "device_rule_config_request");
    one.rule("a", ABOVE_5, "one");
    one.rule("b", ABOVE_5, "two");
    two.rule("c", ABOVE_5, "two");
    one.report(5);
    one.report(6);
    one.expect("command a one");
    one.expect("message for two");
    two.report(7);
    two.expect("command c two");
    assert!(one.notes.try_recv().is_err());

    two.rule("tick", EVERY_SECOND, "two");
    two.expect("command tick two");
    two.expect("command tick two");
    two.arrive(
        "properties/set/request_id=2",
        r#"{"services":[{"service_id":"$device_rule","properties":{"tick":{"version":-1}}}]}"#,
    );
    while two.notes.recv_timeout(WAIT).unwrap() != "set 2" {}
    assert!(two.notes.recv_timeout(Duration::from_millis(1500)).is_err());
    let stored = std::fs::read_to_string(two.dir.path().join("rules")).unwrap();
    assert!(stored.contains("\"c\"") && !stored.contains("tick"));

    two.rule("last", EVERY_SECOND, "two");
    two.expect("command last two");
    let Subject {
        device, runner, notes, ..
    } = two;
    device.destroy();
    assert!(runner.close().is_none());
    while notes.try_recv().is_ok() {}
    assert!(notes.recv_timeout(Duration::from_millis(1500)).is_err());
    one.end();
}

#[test]
fn the_device_does_its_part_of_an_event_whatever_the_listener_does() {
    let platform = platform();
    let one = Subject::new(&platform, "one");
    let bus = |id| format!(r#"{{"bus_id":"{id}","version":1,"bus_key":"k","devices_info":[]}}"#);
    let response = |event_id, buses: String| {
        format!(
            r#"{{"service_id":"$oh_soft_bus","event_type":"x","event_id":"{event_id}","paras":{{"bus_infos":[{buses}],"bus_count":0}}}}"#
        )
    };
    let services = [
        response("first", bus("b1")),
        r#"{"service_id":"$device_config","event_type":"config_update","paras":{"config_content":{"a":1}}}"#.into(),
        response("second", format!("{},{}", bus("b1"), bus("b2"))),
    ];
    one.arrive(
        "events/down",
        &format!(r#"{{"object_device_id":"one","services":[{}]}}"#, services.join(",")),
    );
    one.expect("service 0 first, 1 buses");
    one.expect("configuration {\n\t\"a\":\t1\n}");
    one.expect("service 2 second, 2 buses");
    one.expect("event");
    one.sent("events/up", "\"result_code\":\t7");
    one.sent("events/up", "not today");
    one.end();
}

#[test]
fn detection_reports_what_the_board_measures() {
    let platform = platform();
    let one = Subject::new(&platform, "one");
    let configuration = r#"{"services":[{"service_id":"$security_detection_config","properties":{"memoryThreshold":80,"memoryCheck":1}}]}"#;
    one.arrive("properties/set/request_id=1", configuration);
    one.expect("set 1");
    one.sent("properties/report", "\"memoryThreshold\":\t80");
    one.sent("events/up", "\"leak_alarm\":\t1");
    assert!(
        std::fs::read_to_string(one.dir.path().join("detection"))
            .unwrap()
            .contains("\"memoryCheck\":\t1")
    );
    one.end();
}
