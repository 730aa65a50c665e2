//! An evil platform and a local user who plants files, against a program with the default callbacks (docs/spec/security.md#platform).
//! Each test has a process of its own: the device of the C ABI, the log's sink and the current directory are the process's.
//! `HWMQTT_SOAK=1` plays the long forms.

use std::ffi::CString;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use HWMQTT::agentlite::iota_cfg::*;
use HWMQTT::agentlite::iota_defaultCallback::IOTA_DefaultCallbackInit;
use HWMQTT::agentlite::iota_init::*;
use HWMQTT::agentlite::iota_login::{IOTA_Connect, IOTA_IsConnected};
use base::log::{Level, set_sink};
use iotda_device::protocol::uplink::file::Direction;
use iotda_sim::{Config, Handle, Platform, Port};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const ID: &str = "dev";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(30);

fn long_form() -> bool {
    std::env::var_os("HWMQTT_SOAK").is_some()
}

/// The lines of the log with their levels.
type Lines = Arc<Mutex<Vec<(Level, String)>>>;

fn watch() -> Lines {
    let lines = Lines::default();
    let kept = lines.clone();
    set_sink(Some(Arc::new(move |level, line: &str| {
        kept.lock().unwrap().push((level, line.to_owned()));
    })));
    lines
}

fn says(lines: &Lines, what: &str) -> bool {
    lines.lock().unwrap().iter().any(|(_, line)| line.contains(what))
}

fn set(item: i32, value: &str) {
    let value = CString::new(value).unwrap();
    assert_eq!(unsafe { IOTA_ConfigSetStr(item, value.as_ptr().cast_mut()) }, 0);
}

/// A platform, and a program in the current directory that is connected to it.
fn platform() -> Platform {
    let config = Config {
        plain: Port::Auto,
        ..Config::default()
    };
    Platform::start(config.device(ID, SECRET)).unwrap()
}

fn prepare(work: &Path, port: u16) {
    let work = CString::new(work.to_str().unwrap()).unwrap();
    unsafe { assert_eq!(IOTA_Init(work.as_ptr().cast_mut()), 0) };
    for (item, value) in [
        (EN_IOTA_CFG_MQTT_ADDR, "127.0.0.1"),
        (EN_IOTA_CFG_MQTT_PORT, &port.to_string()),
        (EN_IOTA_CFG_DEVICEID, ID),
        (EN_IOTA_CFG_DEVICESECRET, SECRET),
    ] {
        set(item, value);
    }
}

fn connect() {
    unsafe { assert_eq!(IOTA_Connect(), 0) };
    let begun = Instant::now();
    while unsafe { IOTA_IsConnected() } != 1 {
        assert!(begun.elapsed() < WAIT, "no connection");
        thread::sleep(Duration::from_millis(2));
    }
}

/// As if it had arrived from the platform, on this thread.
fn deliver(topic: &str, payload: &[u8]) {
    HWMQTT::process::device().unwrap().deliver(topic, payload, None);
}

/// What a terminal or a viewer would obey.
fn is_obeyed(c: char) -> bool {
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{feff}'];
    c.is_control() || marks.contains(&c) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn hostile_texts_stay_one_line_each() {
    if ran_alone("attacks::hostile_texts_stay_one_line_each") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    std::env::set_current_dir(place.path()).unwrap(); // a directory will have such a name
    let lines = watch();
    prepare(place.path(), 1883);
    let evil =
        "\u{1b}[2J\u{1b}]0;x\u{7}\r\nERROR all is well\n\u{85}\u{9b}31m\u{202e}gpj\u{2066}\u{2028}\u{feff}\u{7f}";
    let long = format!("{evil}{}", "A".repeat(5_000));
    let topics = [
        format!("$oc/devices/{ID}/user/{evil}"),
        format!("$oc/devices/{ID}/sys/commands/request_id={evil}"),
        format!("$oc/devices/{ID}/sys/properties/set/request_id={evil}"),
        format!("$oc/devices/{ID}/sys/events/down"),
        format!("$oc/devices/{ID}/sys/messages/down"),
        format!("$oc/devices/{ID}/sys/shadow/get/response/request_id={evil}"),
        format!("$oc/bridges/{evil}/devices/{evil}/sys/login/response/request_id={evil}"),
        evil.to_owned(),
    ];
    let file = |kind: &str| {
        json!({"object_device_id": evil, "services": [{"service_id": "$file_manager", "event_type": kind,
               "event_time": evil, "paras": {"url": format!("https://{evil}/{evil}?{evil}")}}]})
    };
    let payloads = [
        evil.as_bytes().to_vec(),
        long.clone().into_bytes(),
        json!({"object_device_id": evil, "command_name": evil, "service_id": evil, "paras": {evil: evil}})
            .to_string()
            .into(),
        json!({"services": [{"service_id": evil, "properties": {evil: long}}]})
            .to_string()
            .into(),
        json!({"services": [{"service_id": "$sdk_rule", "event_type": evil, "paras": {evil: [evil]}}]})
            .to_string()
            .into(),
        file("get_upload_url_response").to_string().into(),
        file(evil).to_string().into(),
        b"{\"a\":\"\\u001b[2J\\u202e\xff\xfe\x9b\"}".to_vec(),
    ];
    unsafe { IOTA_DefaultCallbackInit() };
    for topic in &topics {
        for payload in &payloads {
            deliver(topic, payload);
        }
    }
    // What the program passes may be from outside, too.
    set(EN_IOTA_CFG_MQTT_ADDR, evil);
    set(EN_IOTA_CFG_EXT_SPOOL_DIRECTORY, evil);
    unsafe { IOTA_Connect() };
    thread::sleep(Duration::from_millis(200));
    unsafe { IOTA_Destroy() };
    let lines = lines.lock().unwrap();
    assert!(lines.len() > topics.len() * payloads.len(), "{}", lines.len());
    for (level, line) in lines.iter() {
        assert!(!line.contains(is_obeyed), "{line:?}");
        assert!(
            *level == Level::Debug || line.len() <= 1024 + 20,
            "{}: {line}",
            line.len()
        );
    }
    let all: Vec<&String> = lines.iter().map(|(_, line)| line).collect();
    assert!(all.iter().any(|line| line.contains("\\x1b[2J")), "it is shown, escaped");
    assert!(all.iter().any(|line| line.ends_with(" more")), "a long one is cut");
}

/// Equal lines are summed, and a flood of different ones is bounded, with its count.
#[test]
fn a_flood_of_messages_is_no_flood_of_lines() {
    if ran_alone("attacks::a_flood_of_messages_is_no_flood_of_lines") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let lines = watch();
    prepare(place.path(), 1883);
    let topic = format!("$oc/devices/{ID}/user/x");
    let begun = Instant::now();
    for _ in 0..832 {
        deliver(&topic, b"the same");
    }
    deliver(&topic, b"another");
    let repeated = |times: u64| says(&lines, &format!("repeated {times} times"));
    assert!(repeated(812), "{:?}", lines.lock().unwrap().last());
    let until = match long_form() {
        true => Duration::from_secs(25),
        false => Duration::from_secs(2),
    };
    let mut n = 0;
    while begun.elapsed() < until {
        deliver(&topic, format!("number {n}").as_bytes());
        n += 1;
    }
    let count = lines.lock().unwrap().len();
    let most = 1_000 + 60 * (begun.elapsed().as_secs() as usize + 1);
    assert!(
        n > 2 * most && count <= most,
        "{count} lines of {n} messages, {most} allowed"
    );
    assert!(says(&lines, "lines were left out: more than 100 in a second"));
}

static CONNECTS: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn connect_again(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    CONNECTS.fetch_add(1, Ordering::Relaxed);
    unsafe { IOTA_Connect() };
}

/// A platform that takes each connection and closes it, a program that connects again at once, and nobody who paces them.
#[test]
fn a_reconnect_loop_is_no_flood_of_lines() {
    if ran_alone("attacks::a_reconnect_loop_is_no_flood_of_lines") {
        return;
    }
    // SAFETY: nothing runs yet that reads the environment.
    unsafe { std::env::set_var("HWMQTT_PACING", "off") };
    let place = tempfile::tempdir().unwrap();
    let lines = watch();
    let listener = TcpListener::bind("127.0.0.1:1883")
        .or_else(|_| TcpListener::bind("127.0.0.1:11883"))
        .unwrap();
    prepare(place.path(), listener.local_addr().unwrap().port());
    let seconds = if long_form() { 25 } else { 3 };
    let begun = Instant::now();
    thread::spawn(move || {
        for (n, socket) in listener.incoming().enumerate() {
            let Ok(mut socket) = socket else { continue };
            let _ = socket.read(&mut [0; 512]);
            // Refused, accepted and closed, or closed at once.
            let answer: &[u8] = [&b"\x20\x02\0\x05"[..], b"\x20\x02\0\0", b""][n % 3];
            let _ = socket.write_all(answer);
        }
    });
    unsafe {
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, Some(connect_again));
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECTION_LOST, Some(connect_again));
        assert_eq!(IOTA_Connect(), 0);
    }
    thread::sleep(Duration::from_secs(seconds));
    unsafe { IOTA_Destroy() };
    let lines = lines.lock().unwrap();
    let bytes: usize = lines.iter().map(|(_, line)| line.len()).sum();
    let most = 1_000 + 60 * (begun.elapsed().as_secs() as usize + 1);
    assert!(
        lines.len() <= most && bytes < 200 * most,
        "{} lines, {bytes} bytes",
        lines.len()
    );
    assert!(CONNECTS.load(Ordering::Relaxed) > 20, "it was a loop");
}

/// What is planted in the spool directory neither holds IOTA_Connect up nor is followed, and a directory that somebody else can
/// write is refused with a line; reports go all the same.
#[test]
fn a_planted_spool() {
    if ran_alone("attacks::a_planted_spool") {
        return;
    }
    let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let platform = platform();
    let port = platform.handle().plain_port();
    let at = |name: &str| place.path().join("spool").join(ID).join(name);
    let session = |spool: &Path, refused: bool, why: &str| {
        let lines = watch();
        prepare(place.path(), port);
        set(EN_IOTA_CFG_EXT_SPOOL_DIRECTORY, spool.to_str().unwrap());
        let begun = Instant::now();
        connect();
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{why}: {:?}",
            begun.elapsed()
        );
        unsafe { IOTA_Destroy() };
        assert_eq!(
            says(&lines, "messages are now kept in memory only"),
            refused,
            "{why}: {:?}",
            lines.lock().unwrap()
        );
    };
    let spool = place.path().join("spool");
    session(&spool, false, "as it is made");
    assert_eq!(std::fs::metadata(&spool).unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::write(elsewhere.path().join("file"), "kept").unwrap();
    std::fs::write(at("5.log"), "stray").unwrap();
    std::fs::write(at("00000000000000000005.log.bak"), "stray").unwrap();
    symlink(elsewhere.path().join("file"), at("00000000000000000002.log")).unwrap();
    let fifo = CString::new(at("00000000000000000003.log").to_str().unwrap()).unwrap();
    unsafe extern "C" {
        fn mkfifo(path: *const std::ffi::c_char, mode: u32) -> i32;
    }
    assert_eq!(unsafe { mkfifo(fifo.as_ptr(), 0o600) }, 0);
    std::fs::File::create(at("00000000000000000004.log"))
        .unwrap()
        .set_len(3 << 30)
        .unwrap();
    std::fs::create_dir(at("00000000000000000006.log")).unwrap();
    let before = peak_kib();
    session(&spool, false, "with what was planted");
    assert!(peak_kib() - before < 300 << 10, "{} KiB more", peak_kib() - before);
    assert_eq!(std::fs::read(elsewhere.path().join("file")).unwrap(), b"kept");

    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    for (path, bits) in [
        (&spool, 0o770),
        (&spool, 0o707),
        (&spool, 0o1777),
        (&spool.join(ID), 0o722),
    ] {
        mode(path, bits);
        session(&spool, true, &format!("{} {bits:o}", path.display()));
        mode(path, 0o700);
    }
    let link = place.path().join("linked");
    std::fs::create_dir(&link).unwrap();
    mode(&link, 0o700);
    symlink(elsewhere.path(), link.join(ID)).unwrap();
    session(&link, true, "the device's directory is a link");
    if std::os::unix::fs::chown(&spool, Some(65534), None).is_ok() {
        session(&spool, true, "somebody else's"); // only root can play this
    }
}

fn peak_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A web server of the evil platform: takes what is uploaded, and gives "evil" to who downloads. What it got comes back.
fn store() -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = Arc::new(Mutex::new(Vec::new()));
    let kept = got.clone();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let (mut socket, kept) = (socket.unwrap(), kept.clone());
            thread::spawn(move || {
                let mut request = Vec::new();
                socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
                let mut piece = [0; 4096];
                while let Ok(count @ 1..) = socket.read(&mut piece) {
                    request.extend_from_slice(&piece[..count]);
                    let text = String::from_utf8_lossy(&request);
                    let Some((head, body)) = text.split_once("\r\n\r\n") else {
                        continue;
                    };
                    let length = head
                        .split("Content-Length: ")
                        .nth(1)
                        .and_then(|rest| rest.lines().next());
                    if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                        break;
                    }
                }
                kept.lock().unwrap().push(request);
                let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
            });
        }
    });
    (port, got)
}

/// The evil platform's words.
struct Evil<'a> {
    handle: &'a Handle,
    store: u16,
}

impl Evil<'_> {
    fn offer(&self, direction: Direction, object: Option<&str>, url: &str) {
        let kind = match direction {
            Direction::Upload => "get_upload_url_response",
            Direction::Download => "get_download_url_response",
        };
        let mut message = json!({"services": [{"service_id": "$file_manager", "event_type": kind,
                                 "event_time": "20260101T000000Z", "paras": {"url": url}}]});
        if let Some(object) = object {
            message["object_device_id"] = object.into();
        }
        let topic = format!("$oc/devices/{ID}/sys/events/down");
        self.handle.publish_to(ID, &topic, message.to_string(), 1).unwrap();
    }

    fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/dir/{name}?sign=1", self.store)
    }

    /// Everything said before was looked at, and what followed from it has been tried.
    fn barrier(&self) {
        let mark = self.handle.mark();
        self.handle.event(ID, "$ota", "version_query", json!({})).unwrap();
        let answered = |event: &iotda_sim::Event| {
            let uplink = event.uplink();
            uplink.is_some_and(|(_, payload)| String::from_utf8_lossy(payload).contains("version_report"))
        };
        assert!(self.handle.wait_after(mark, answered, WAIT).is_some());
        thread::sleep(Duration::from_millis(300));
    }
}

fn asks(direction: Direction, name: &str) {
    HWMQTT::process::device()
        .unwrap()
        .file_requested(direction, name.as_bytes());
}

/// Names, answers and links by which an evil platform and a local user try to have files that nobody asked for.
#[test]
fn the_platform_gets_and_replaces_no_file_of_its_choice() {
    if ran_alone("attacks::the_platform_gets_and_replaces_no_file_of_its_choice") {
        return;
    }
    let (place, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::env::set_current_dir(place.path()).unwrap();
    let platform = platform();
    let handle = platform.handle();
    let lines = watch();
    prepare(place.path(), handle.plain_port());
    set(EN_IOTA_CFG_EXT_PLAIN_TRANSFERS, "1"); // the rest of the rules must do without this one
    unsafe { IOTA_DefaultCallbackInit() };
    connect();
    let (store, got) = store();
    let evil = Evil { handle: &handle, store };

    std::fs::create_dir("conf").unwrap();
    std::fs::write("conf/deviceCert.key", "SECRET").unwrap();
    std::fs::write("key.pem", "SECRET").unwrap();
    std::fs::write(".netrc", "SECRET").unwrap();
    std::fs::write(outside.path().join("secret"), "SECRET").unwrap();
    symlink(outside.path(), "linked").unwrap();
    symlink(outside.path().join("secret"), "link").unwrap();
    std::fs::hard_link(outside.path().join("secret"), "second").unwrap();
    std::fs::write("a b", "SECRET").unwrap();
    let outer = outside.path().display();
    let names = [
        "key.pem",
        "conf/deviceCert.key",
        "conf%2fdeviceCert.key",
        "conf%5cdeviceCert.key",
        ".netrc",
        "%2enetrc",
        "..",
        "%2e%2e",
        ".",
        "",
        "link",
        "linked/secret",
        "second",
        "%00key.pem",
        "key.pem%00",
        "key.pem%0a",
        "a%20b%7f",
        "%ff",
        "%c2%85",
        "key.pem%2f",
        "../key.pem",
        "linked%2fsecret",
    ];
    for direction in [Direction::Upload, Direction::Download] {
        for name in names {
            evil.offer(direction, None, &evil.url(name)); // nobody asked
        }
        // Asked, with a name that is none: as the program may have it from outside.
        for name in [
            ".netrc",
            "..",
            ".",
            "conf/deviceCert.key",
            "linked/secret",
            "link",
            "second",
            "conf",
            "key.pem\n",
            "\u{85}x",
            "a\\b",
            &format!("{outer}/secret"),
        ] {
            if matches!(direction, Direction::Download) && name == "second" {
                continue; // replaced is the name alone, which is not the library's either way
            }
            asks(direction, name);
            evil.offer(direction, None, &evil.url(name));
            evil.offer(
                direction,
                None,
                &evil.url(&name.replace('/', "%2f").replace('\n', "%0a")),
            );
        }
        // The right name, for another device, in the other direction, by another scheme.
        let (other, name) = match direction {
            Direction::Upload => (Direction::Download, "upload.pem"),
            Direction::Download => (Direction::Upload, "download.pem"),
        };
        std::fs::write(name, "SECRET").unwrap();
        asks(direction, name);
        evil.offer(direction, Some("another"), &evil.url(name));
        evil.offer(direction, Some(&format!("{ID}_child")), &evil.url(name));
        evil.offer(other, None, &evil.url(name));
        for scheme in ["file:///", "ftp://127.0.0.1/", "https:/", "//127.0.0.1/", ""] {
            asks(direction, name);
            evil.offer(direction, None, &format!("{scheme}{name}?x"));
        }
        evil.barrier();
    }
    for request in got.lock().unwrap().iter() {
        let text = String::from_utf8_lossy(request);
        assert!(!text.contains("SECRET"), "{text}");
    }
    assert!(says(&lines, "the answer is ignored"));
    for name in ["key.pem", "download.pem", "conf/deviceCert.key", ".netrc", "a b"] {
        assert_eq!(std::fs::read(name).unwrap(), b"SECRET", "{name}");
    }
    assert_eq!(std::fs::read(outside.path().join("secret")).unwrap(), b"SECRET");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);

    // One answer for one request; and what comes is not put over a file that the program has.
    std::fs::write("up.txt", "CONTENT").unwrap();
    got.lock().unwrap().clear();
    asks(Direction::Upload, "up.txt");
    for _ in 0..3 {
        evil.offer(Direction::Upload, Some(ID), &evil.url("up.txt"));
    }
    evil.barrier();
    assert_eq!(got.lock().unwrap().len(), 1, "once");
    assert!(String::from_utf8_lossy(&got.lock().unwrap()[0]).ends_with("CONTENT"));

    // A local user exchanges the file for a link to a secret, all the time.
    got.lock().unwrap().clear();
    let over = Arc::new(AtomicBool::new(false));
    let swapper = {
        let (over, target) = (over.clone(), outside.path().join("secret"));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let _ = std::fs::remove_file("next");
                symlink(&target, "next").unwrap();
                std::fs::rename("next", "up.txt").unwrap();
                std::fs::write("next", "CONTENT").unwrap();
                std::fs::rename("next", "up.txt").unwrap();
            }
        })
    };
    let rounds = if long_form() { 2_000 } else { 100 };
    for _ in 0..rounds {
        asks(Direction::Upload, "up.txt");
        evil.offer(Direction::Upload, None, &evil.url("up.txt"));
        asks(Direction::Download, "up.txt");
        evil.offer(Direction::Download, None, &evil.url("up.txt"));
    }
    evil.barrier();
    over.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    for request in got.lock().unwrap().iter() {
        assert!(!String::from_utf8_lossy(request).contains("SECRET"));
    }
    assert_eq!(std::fs::read(outside.path().join("secret")).unwrap(), b"SECRET");
    unsafe { IOTA_Destroy() };
}

/// The server of an upgrade chooses the name and the content.
#[test]
fn an_evil_package_replaces_nothing() {
    if ran_alone("attacks::an_evil_package_replaces_nothing") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    std::env::set_current_dir(place.path()).unwrap();
    let platform = platform();
    let handle = platform.handle();
    prepare(place.path(), handle.plain_port());
    unsafe { IOTA_DefaultCallbackInit() };
    connect();
    let (url, served) = package_store(place.path());
    std::fs::write("program", "theirs").unwrap();
    std::fs::write("config.json", "theirs").unwrap();
    symlink("/etc/hwmqtt-evil", "dangling").unwrap();
    let right: String = Sha256::digest(b"evil")
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let offers: Vec<Value> = [
        json!({"url": format!("{url}program?x")}),
        json!({"url": format!("{url}disposition-program?x"), "access_token": "t"}),
        json!({"url": format!("{url}disposition-.profile?x"), "access_token": "t"}),
        json!({"url": format!("{url}disposition-dangling?x"), "access_token": "t"}),
        json!({"url": format!("{url}p.bin?x"), "sign": "0".repeat(64)}),
        json!({"url": format!("{url}p.bin?x"), "file_size": 3}),
        json!({"url": format!("{url}p.bin?x"), "file_size": 5}),
        json!({"url": format!("{url}endless?x"), "file_size": 4}),
        json!({"url": format!("{url}p.bin?x"), "sign": &right, "file_size": 5}),
    ]
    .into_iter()
    .collect();
    let follow = |mut offer: Value, result: &str| {
        offer["version"] = "v2".into();
        let mark = handle.mark();
        let kind = match offer.get("access_token") {
            Some(_) => "firmware_upgrade",
            None => "firmware_upgrade_v2",
        };
        handle.event(ID, "$ota", kind, offer.clone()).unwrap();
        let reported = |event: &iotda_sim::Event| {
            let uplink = event.uplink();
            uplink.is_some_and(|(_, payload)| {
                let text = String::from_utf8_lossy(payload).replace(['\t', '\n', ' '], "");
                text.contains("upgrade_progress_report") && text.contains(result)
            })
        };
        assert!(
            handle.wait_after(mark, reported, WAIT).is_some(),
            "{offer}: not {result}"
        );
    };
    for offer in offers {
        let result = match offer.get("sign").or(offer.get("file_size")) {
            Some(_) => "\"result_code\":7",
            None => "\"result_code\":1",
        };
        follow(offer, result);
    }
    // The right one arrives, and is replaced by a right one only.
    follow(
        json!({"url": format!("{url}p.bin?x"), "sign": &right, "file_size": 4}),
        "\"result_code\":0",
    );
    follow(
        json!({"url": format!("{url}p.bin?x"), "sign": "0".repeat(64)}),
        "\"result_code\":7",
    );
    assert_eq!(std::fs::read("p.bin").unwrap(), b"evil");
    std::fs::remove_file("p.bin").unwrap();
    unsafe { IOTA_Destroy() };
    assert!(served.load(Ordering::Relaxed) >= 9, "each was asked for");
    let mut left: Vec<String> = std::fs::read_dir(".")
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["conf", "config.json", "dangling", "program"]);
    assert_eq!(std::fs::read("program").unwrap(), b"theirs");
    assert!(!Path::new("/etc/hwmqtt-evil").exists());
}

/// A store over TLS whose certificate the work directory trusts; its packages are "evil".
fn package_store(work: &Path) -> (String, Arc<AtomicUsize>) {
    let issued = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    std::fs::create_dir(work.join("conf")).unwrap();
    std::fs::write(work.join("conf/rootcert.pem"), issued.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(issued.key_pair.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/a/", listener.local_addr().unwrap());
    let served = Arc::new(AtomicUsize::new(0));
    let count = served.clone();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let (config, count) = (config.clone(), count.clone());
            thread::spawn(move || {
                let tls = rustls::ServerConnection::new(config).unwrap();
                let mut stream = rustls::StreamOwned::new(tls, socket.unwrap());
                let mut request = Vec::new();
                let mut piece = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut piece) {
                        Ok(read @ 1..) => request.extend_from_slice(&piece[..read]),
                        _ => return,
                    }
                }
                count.fetch_add(1, Ordering::Relaxed);
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(['/', '?']).nth(2).unwrap_or_default();
                let mut answer = "HTTP/1.1 200 OK\r\n".to_owned();
                if let Some(name) = path.strip_prefix("disposition-") {
                    answer += &format!("Content-Disposition: attachment;filename={name}\r\n");
                }
                if path == "endless" {
                    let _ = stream.write_all((answer + "\r\n").as_bytes());
                    while stream.write_all(&[b'x'; 4096]).is_ok() {}
                } else {
                    let _ = stream.write_all((answer + "Content-Length: 4\r\n\r\nevil").as_bytes());
                }
            });
        }
    });
    (url, served)
}

/// A queue larger than there are message ids, on a platform that never answers: by item 110 the oldest give way, and no call
/// fails.
#[test]
fn more_reports_than_message_ids() {
    use HWMQTT::agentlite::iota_datatrans::IOTA_RawTopicMessageReport;
    if ran_alone("attacks::more_reports_than_message_ids") {
        return;
    }
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    unsafe extern "C" fn dropped(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
    let place = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:1883")
        .or_else(|_| TcpListener::bind("127.0.0.1:21883"))
        .unwrap();
    prepare(place.path(), silent.local_addr().unwrap().port());
    set(EN_IOTA_CFG_EXT_QUEUE_MESSAGES, "100000");
    set(EN_IOTA_CFG_EXT_QUEUE_BYTES, "1000000000");
    set(EN_IOTA_CFG_EXT_OVERFLOW, "1");
    unsafe {
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, Some(dropped));
        assert_eq!(IOTA_Connect(), 0);
    }
    let topic = c"$oc/devices/dev/user/t".as_ptr().cast_mut();
    let payload = c"x".as_ptr().cast_mut();
    for n in 0..66_000 {
        let id = unsafe { IOTA_RawTopicMessageReport(topic, payload, 1, std::ptr::null_mut()) };
        assert!(id > 0, "report {n}: {id}");
    }
    let begun = Instant::now();
    while DROPPED.load(Ordering::Relaxed) < 66_000 - 65_535 {
        assert!(begun.elapsed() < WAIT, "{} dropped", DROPPED.load(Ordering::Relaxed));
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(DROPPED.load(Ordering::Relaxed), 66_000 - 65_535);
    unsafe { IOTA_Destroy() };
}
