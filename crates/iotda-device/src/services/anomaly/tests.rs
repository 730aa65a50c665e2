//! Plays the detection cases of `vectors/services.json`.

use super::*;
use crate::protocol::json::{Value, parse};

const NOW: UnixMs = UnixMs(1_704_067_200_123);

/// Answers as the vectors' HAL; 0 and nothing for what they do not name.
struct Given<'a>(Option<Value<'a>>);

impl Given<'_> {
    fn number(&self, name: &str) -> i64 {
        let value = self
            .0
            .and_then(|given| given.get_exact(name))
            .and_then(Value::as_number);
        value.map_or(0, |number| number.as_i64())
    }
}

impl Board for Given<'_> {
    fn memory_used(&self) -> i64 {
        self.number("getMemoryUsed")
    }
    fn total_memory(&self) -> i64 {
        self.number("getTotalMemory")
    }
    fn ports(&self) -> Option<Vec<i32>> {
        let ports = self.0?.get_exact("getPortUsed")?;
        let list = ports.items().map(|port| port.as_number().unwrap().as_i32());
        (ports.kind() == json::Kind::Array).then(|| list.collect())
    }
    fn cpu_usage(&self) -> i32 {
        self.number("getCpuUsage") as i32
    }
    fn disk_space_used(&self) -> i64 {
        self.number("getDiskSpaceUsed")
    }
    fn total_disk_space(&self) -> i64 {
        self.number("getTotalDiskSpace")
    }
    fn battery_percentage(&self) -> i32 {
        self.number("getBatteryPercentage") as i32
    }
}

fn vectors() -> Json {
    parse(
        include_bytes!("../../../../../tests/vectors/services.json"),
        Dialect::Platform,
    )
    .unwrap()
}

fn title(case: Value<'_>) -> String {
    String::from_utf8_lossy(case.get_exact("title").unwrap().as_bytes().unwrap()).into_owned()
}

/// The texts of numbers and times compare as they are: both sides are printed by the same printer.
fn payloads(messages: Vec<Result<Message>>) -> Vec<Vec<u8>> {
    messages.into_iter().map(|message| message.unwrap().payload).collect()
}

#[test]
fn configurations() {
    let vectors = vectors();
    let mut played = 0;
    for case in vectors.value().get_exact("anomaly_config").unwrap().items() {
        let dir = tempfile::tempdir().unwrap();
        let detection = Detection::new(dir.path().join(CONFIG_FILE), dir.path().into());
        let board = Given(case.get_exact("hal"));
        for step in case.get_exact("steps").unwrap().items() {
            let properties = step.get_exact("properties_set").map(Value::to_json);
            let (text, cycles) = detection.configure(properties.as_ref());
            let expected = step.get_exact("reported_properties").unwrap().print();
            assert_eq!(
                String::from_utf8_lossy(&text),
                String::from_utf8_lossy(&expected),
                "{}",
                title(case)
            );
            assert_eq!(std::fs::read(dir.path().join(CONFIG_FILE)).unwrap(), text);
            let mut got = match cycles {
                Cycles::Start(_) => payloads(detection.cycle("dev1", NOW, &board)),
                _ => Vec::new(),
            };
            let mut expected: Vec<_> = step.get_exact("events_up").unwrap().items().map(Value::print).collect();
            got.sort();
            expected.sort();
            assert_eq!(got, expected, "{}", title(case));
            played += 1;
        }
    }
    assert!(played >= 10);
}

#[test]
fn checks_of_files() {
    let vectors = vectors();
    let mut played = 0;
    for case in vectors.value().get_exact("anomaly_checks").unwrap().items() {
        let dir = tempfile::tempdir().unwrap();
        let write = |files: Option<Value<'_>>, append: bool| {
            for file in files.into_iter().flat_map(Value::items) {
                let name = std::str::from_utf8(file.name().unwrap()).unwrap();
                let path = dir.path().join(name.trim_start_matches('/'));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                let mut content = match append {
                    true => std::fs::read(&path).unwrap_or_default(),
                    false => Vec::new(),
                };
                content.extend_from_slice(file.as_bytes().unwrap());
                std::fs::write(path, content).unwrap();
            }
        };
        write(case.get_exact("files_before_enable"), false);
        let detection = Detection::new(dir.path().join(CONFIG_FILE), dir.path().into());
        let check = String::from_utf8(case.get_exact("check").unwrap().as_bytes().unwrap().to_vec()).unwrap();
        let on = parse(format!("{{\"{check}\":1}}").as_bytes(), Dialect::Platform);
        assert_eq!(detection.configure(on.as_ref()).1, Cycles::Start(1));
        let mut appended = case.get_exact("appended_before_cycle").unwrap().items();
        for (cycle, content) in case.get_exact("contents").unwrap().items().enumerate() {
            if cycle > 0 {
                write(appended.next(), true);
            }
            let got = payloads(detection.cycle("dev1", NOW, &Given(None)));
            let got = parse(&got[0], Dialect::Platform).unwrap();
            let services = got.value().get("services").unwrap().items().next().unwrap();
            let paras = services.get("paras").unwrap();
            assert_eq!(
                paras.get("type").unwrap().as_bytes(),
                case.get_exact("type").unwrap().as_bytes()
            );
            let got = paras.get("content").unwrap().print();
            assert_eq!(
                String::from_utf8_lossy(&got),
                String::from_utf8_lossy(&content.print()),
                "{}, cycle {cycle}",
                title(case)
            );
            played += 1;
        }
    }
    assert!(played >= 11);
}

#[test]
fn runs_are_told_apart_and_the_file_outlives_them() {
    let dir = tempfile::tempdir().unwrap();
    let new = || Detection::new(dir.path().join(CONFIG_FILE), dir.path().into());
    let set = |detection: &Detection, text: &str| {
        detection
            .configure(parse(text.as_bytes(), Dialect::Platform).as_ref())
            .1
    };
    let detection = new();
    assert_eq!((set(&detection, "{}"), detection.run()), (Cycles::Unchanged, None));
    assert_eq!(
        (set(&detection, "{\"memoryCheck\":1}"), detection.run()),
        (Cycles::Start(1), Some(1))
    );
    assert_eq!(set(&detection, "{\"processCheck\":1}"), Cycles::Unchanged);
    assert_eq!(
        (
            set(&detection, "{\"memoryCheck\":0,\"processCheck\":0}"),
            detection.run()
        ),
        (Cycles::Stop, None)
    );
    assert_eq!(set(&detection, "{\"processCheck\":1}"), Cycles::Start(2));
    assert!(detection.cycle("d", NOW, &Given(None)).is_empty());
    let next = new();
    assert_eq!(next.configure(None).1, Cycles::Start(1));
    std::fs::write(dir.path().join(CONFIG_FILE), "{").unwrap();
    assert_eq!(new().configure(None).1, Cycles::Unchanged);
}

#[test]
fn thresholds_in_whole_numbers() {
    assert!(reached(79, 99, 80)); // 79.2 is 79
    assert!(!reached(78, 99, 80));
    assert!(reached(0, 0, 0));
    assert!(!reached(-1, 0, 0));
    assert!(!reached(0, i64::MAX, i32::MAX));
}
