//! Upgrade and rollback: what is on disk carries the version of its format, and a library reads what former releases wrote and leaves alone
//! what later ones wrote. `tests/fixtures/formats/VERSION` has the files of each release: `WRITE_FORMATS=1` makes those of this one,
//! to be kept when it is released. The group data's file is tested in `kept`.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use iotda_device::config::{SpoolSync, StampMethod};
use iotda_device::protocol::json::{self, Dialect};
use iotda_device::protocol::uplink::properties::ServiceData;
use iotda_device::services::rules::Rules;
use iotda_device::transport::auth::{Identity, Login};
use iotda_device::transport::{Event, Publish, Secret, Session, Settings, spool};
use iotda_sim::{Config, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const TOPIC: &str = "$oc/devices/dev/user/t";
const RULE: &str = r#"{"rulesInfos":[{"ruleId":"kept","ruleName":"kept","logic":"and","status":"active","ruleVersionInShadow":3,
    "conditions":[{"type":"DEVICE_DATA","operator":">","deviceInfo":{"deviceId":"dev","path":"lamp/level"},"value":"5"}],
    "actions":[{"type":"DEVICE_CMD","status":"enable","deviceId":"dev",
    "command":{"commandName":"switch","serviceId":"lamp","commandBody":null}}]}]}"#;

/// The files of each release, this one's too where they are written.
pub fn releases() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    if std::env::var_os("WRITE_FORMATS").is_some() {
        std::fs::create_dir_all(top.join(env!("CARGO_PKG_VERSION"))).unwrap();
    }
    let releases = std::fs::read_dir(&top).unwrap().map(|entry| entry.unwrap().path());
    let releases: Vec<PathBuf> = releases.filter(|path| path.is_dir()).collect();
    assert!(!releases.is_empty());
    releases
}

/// Where this release's files go, when they are to be written.
pub fn written() -> Option<PathBuf> {
    std::env::var_os("WRITE_FORMATS")?;
    releases()
        .into_iter()
        .find(|path| path.ends_with(env!("CARGO_PKG_VERSION")))
}

fn private(directory: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory).unwrap();
}

/// A copy that nobody else can write in.
pub fn copied(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(to)
        .unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.ends_with("lock") {
            continue; // of a session that uses it
        }
        if path.is_dir() {
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn session(port: u16, directory: &Path) -> (Session, std::sync::mpsc::Receiver<Event>) {
    let (sender, events) = channel();
    let session = Session::new(Box::new(move |event| drop(sender.send(event))));
    let identity = Identity::new(
        "dev",
        Login::Secret(Secret::new(SECRET)),
        false,
        StampMethod::Unchecked,
        0,
    );
    session.connect(Settings {
        spool: Some(spool::Options {
            directory: directory.to_owned(),
            sync: SpoolSync::Each,
            bytes: 1 << 20,
        }),
        ..Settings::new("127.0.0.1", port, identity)
    });
    (session, events)
}

fn payloads(platform: &Platform) -> Vec<String> {
    let events = platform.events();
    let uplinks = events.iter().filter_map(|event| event.uplink());
    uplinks
        .map(|(_, payload)| String::from_utf8_lossy(payload).into_owned())
        .collect()
}

fn wait_for(platform: &Platform, count: usize) -> Vec<String> {
    let end = Instant::now() + Duration::from_secs(20);
    while payloads(platform).len() < count && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    payloads(platform)
}

fn start() -> Platform {
    let config = Config {
        plain: Port::Ephemeral,
        ..Config::default()
    };
    Platform::start(config.device("dev", SECRET)).unwrap()
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut record = (body.len() as u32).to_le_bytes().to_vec();
    record.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    record.extend_from_slice(body);
    record
}

/// Two reports that have no end and one that has, in this release's format.
fn write_spool(directory: &Path) {
    let (session, _events) = session(9, directory); // nobody listens there
    for text in ["one without an end", "another one"] {
        session.publish(Publish::new(TOPIC, text, 1, 0)).unwrap();
    }
    std::mem::forget(session); // as a process that is killed: what it said last is not written
    let _ = std::fs::remove_file(directory.join("dev/lock"));
}

#[test]
fn the_spool_of_each_former_release_is_sent() {
    if let Some(place) = written() {
        write_spool(&place.join("spool"));
    }
    for release in releases() {
        let directory = tempfile::tempdir().unwrap();
        copied(&release.join("spool"), directory.path());
        let platform = start();
        let (_session, _events) = session(platform.plain_port(), directory.path());
        let sent = wait_for(&platform, 2);
        assert_eq!(sent, ["one without an end", "another one"], "{}", release.display());
    }
}

/// Records without a time are of the first format that there was.
#[test]
fn records_of_the_first_format_are_sent() {
    let directory = tempfile::tempdir().unwrap();
    let mut body = vec![1];
    body.extend_from_slice(&5u64.to_le_bytes());
    body.push(1);
    body.extend_from_slice(&(TOPIC.len() as u32).to_le_bytes());
    body.extend_from_slice(TOPIC.as_bytes());
    body.push(0);
    body.extend_from_slice(b"of old");
    let place = directory.path().join("dev");
    private(&place);
    std::fs::write(place.join("00000000000000000001.log"), framed(&body)).unwrap();
    let platform = start();
    let (_session, _events) = session(platform.plain_port(), directory.path());
    assert_eq!(wait_for(&platform, 1), ["of old"]);
}

fn content(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .filter(|path| !path.ends_with("lock"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    found.sort();
    found
}

#[test]
fn the_spool_of_a_later_release_stays_and_reports_go_all_the_same() {
    for release in releases() {
        let directory = tempfile::tempdir().unwrap();
        copied(&release.join("spool"), directory.path());
        let place = directory.path().join("dev");
        let segment = place.join("00000000000000000077.log");
        std::fs::write(&segment, framed(b"\x09a format that nobody knows yet")).unwrap();
        let before = content(&place);
        let platform = start();
        let (session, _events) = session(platform.plain_port(), directory.path());
        session.publish(Publish::new(TOPIC, "meanwhile", 1, 0)).unwrap();
        assert_eq!(wait_for(&platform, 1), ["meanwhile"]);
        session.shutdown(Duration::from_secs(1));
        assert!(content(&place) == before, "{}", release.display());
        // The later release is back: it finds everything, here without its own record.
        std::fs::remove_file(&segment).unwrap();
        let (_session, _events) = self::session(platform.plain_port(), directory.path());
        assert_eq!(wait_for(&platform, 3).len(), 3);
    }
}

fn fires(rules: &Rules) -> bool {
    let services = [ServiceData {
        service_id: Some(b"lamp"),
        event_time: None,
        properties: Some(b"{\"level\":9}"),
    }];
    !rules.reported(&services, 0).is_empty()
}

fn rules(path: &Path) -> Rules {
    let rules = Rules::default();
    rules.store_in(Some(path.to_owned()));
    rules
}

#[test]
fn the_rule_file_of_each_former_release_is_read() {
    if let Some(place) = written() {
        let path = place.join("rules.json");
        let _ = std::fs::remove_file(&path);
        rules(&path).load(&json::parse(RULE.as_bytes(), Dialect::Platform).unwrap());
    }
    for release in releases() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rules.json");
        std::fs::copy(release.join("rules.json"), &path).unwrap();
        let read = rules(&path);
        assert!(fires(&read), "{}", release.display());
        // And the other way: what is written now is of the same format.
        read.load(&json::parse(RULE.as_bytes(), Dialect::Platform).unwrap());
        let again = std::fs::read_to_string(&path).unwrap();
        assert!(
            !again.contains("hwmqtt_format"),
            "a new format needs a test of the way back: {again}"
        );
        assert_eq!(std::fs::read_to_string(release.join("rules.json")).unwrap(), again);
    }
}

#[test]
fn the_rule_file_of_a_later_release_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rules.json");
    let later = RULE.replacen('{', "{\"hwmqtt_format\":2,", 1);
    std::fs::write(&path, &later).unwrap();
    let unread = rules(&path);
    assert!(!fires(&unread));
    unread.load(&json::parse(RULE.as_bytes(), Dialect::Platform).unwrap());
    assert!(fires(&unread), "rules of the platform are followed without a file");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), later);
    std::fs::write(&path, later.replace("format\":2", "format\":1")).unwrap();
    assert!(fires(&rules(&path)));
}
