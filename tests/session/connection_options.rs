//! The configuration items 110 to 118 through the C ABI, against the simulated platform: MQTT over WebSocket with cuts in the
//! middle of frames, system roots, the server name, what a full queue does, a kept session, and expiry. Alone in its process: it uses the one device
//! of the C ABI, and the environment.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr::{null_mut, without_provenance_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use HWMQTT::agentlite::iota_cfg::*;
use HWMQTT::agentlite::iota_datatrans::*;
use HWMQTT::agentlite::iota_init::*;
use HWMQTT::agentlite::iota_login::{IOTA_Connect, IOTA_IsConnected};
use HWMQTT::agentlite::iota_stats_ext::{IOTA_GetStatistics, IOTA_STATISTICS};
use iotda_sim::{Config, Cut, Fault, Kind, Platform, State};
use serde_json::json;

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(60);

/// Callbacks with their context and code, in order.
static CALLS: Mutex<Vec<(&str, usize, i32)>> = Mutex::new(Vec::new());

unsafe fn note(name: &'static str, message: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    unsafe {
        let info = *(*message).mqtt_msg_info;
        CALLS.lock().unwrap().push((name, info.context.addr(), info.code));
    }
}

/// Whether the program connects again at once.
static PERSISTENT: AtomicBool = AtomicBool::new(false);

unsafe extern "C" fn connect_failed(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    unsafe {
        note("no connection", message);
        if PERSISTENT.load(Ordering::Acquire) {
            IOTA_Connect();
        }
    }
}

unsafe extern "C" fn lost(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    unsafe {
        note("lost", message);
        if PERSISTENT.load(Ordering::Acquire) {
            IOTA_Connect();
        }
    }
}

unsafe extern "C" fn published(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    unsafe {
        note("published", message);
    }
}

unsafe extern "C" fn publish_failed(message: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    unsafe {
        note("failed", message);
    }
}

unsafe extern "C" fn command(message: *mut EN_IOTA_COMMAND) {
    unsafe {
        let id = (*message).request_id;
        IOTA_CommandResponse(id, 0, null_mut(), c"{}".as_ptr().cast_mut(), null_mut());
    }
}

fn calls(name: &str) -> Vec<(usize, i32)> {
    let calls = CALLS.lock().unwrap();
    let wanted = calls.iter().filter(|call| call.0 == name);
    wanted.map(|call| (call.1, call.2)).collect()
}

fn until(what: &str, reached: impl Fn() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < WAIT, "{what}: {:?}", CALLS.lock().unwrap());
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn set(item: i32, value: &str) -> i32 {
    let value = CString::new(value).unwrap();
    unsafe { IOTA_ConfigSetStr(item, value.as_ptr().cast_mut()) }
}

/// `IOTA_Init` and the address; the items of this library stay as they are.
fn init(work_dir: &Path, port: impl ToString) {
    CALLS.lock().unwrap().clear();
    let path = CString::new(work_dir.to_str().unwrap()).unwrap();
    assert_eq!(unsafe { IOTA_Init(path.as_ptr().cast_mut()) }, 0);
    for (item, value) in [
        (EN_IOTA_CFG_MQTT_ADDR, "127.0.0.1"),
        (EN_IOTA_CFG_MQTT_PORT, &port.to_string()),
        (EN_IOTA_CFG_DEVICEID, "dev"),
        (EN_IOTA_CFG_DEVICESECRET, SECRET),
    ] {
        assert_eq!(set(item, value), 0);
    }
}

fn connect() -> i32 {
    unsafe { IOTA_Connect() }
}

fn connected() {
    until("no connection", || unsafe { IOTA_IsConnected() } == 1);
}

fn destroy() {
    assert_eq!(unsafe { IOTA_Destroy() }, 0);
}

fn report(context: usize, qos: i32) -> i32 {
    let payload = CString::new(format!("{context}")).unwrap();
    let topic = c"$oc/devices/dev/user/t".as_ptr().cast_mut();
    unsafe { IOTA_RawTopicMessageReport(topic, payload.as_ptr().cast_mut(), qos, without_provenance_mut(context)) }
}

fn report_properties(context: usize) -> i32 {
    let properties = CString::new(format!("{{\"n\":{context}}}")).unwrap();
    let mut data = ST_IOTA_SERVICE_DATA_INFO {
        service_id: c"meter".as_ptr().cast_mut(),
        event_time: null_mut(),
        properties: properties.as_ptr().cast_mut(),
    };
    unsafe { IOTA_PropertiesReport(&mut data, 1, 0, without_provenance_mut(context)) }
}

fn platform(names: &[&str]) -> Platform {
    let mut config = Config::default().device("dev", SECRET).with_tls();
    config.certificates.names = names.iter().map(ToString::to_string).collect();
    Platform::start(config).unwrap()
}

/// Reports over connections that are cut in CONNECT, CONNACK, between and within frames: each arrives and is confirmed once.
fn websocket(mqtt_version: &str, tls: bool) {
    const REPORTS: usize = 400;
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    platform.write_work_dir(dir.path()).unwrap();
    let cuts = [Cut::Half, Cut::Reset, Cut::Half, Cut::Close];
    for n in 0..16 {
        let (bytes_in, bytes_out) = match n % 2 {
            0 => (Some(90 + 331 * n as u64), None),
            _ => (None, Some(1 + 5 * n as u64)),
        };
        platform.fault(Fault {
            device: Some("dev".into()),
            times: 1,
            cut: cuts[n % cuts.len()],
            cut_after_bytes_in: bytes_in,
            cut_after_bytes_out: bytes_out,
            ..Fault::default()
        });
    }
    let port = if tls {
        platform.tls_port()
    } else {
        platform.plain_port()
    };
    init(dir.path(), port);
    assert_eq!(set(EN_IOTA_CFG_EXT_MQTT_VERSION, mqtt_version), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_TRANSPORT, "1"), 0);
    PERSISTENT.store(true, Ordering::Release);
    assert_eq!(connect(), 0);
    for n in 1..=REPORTS {
        assert_eq!(report_properties(n), 0);
        if n % 40 == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    until("cuts", || {
        if unsafe { IOTA_IsConnected() } == 1 && calls("published").len() == REPORTS {
            let _ = report(0, 1); // something for a cut that waits for bytes
            std::thread::sleep(Duration::from_millis(20));
        }
        platform.faults().is_empty()
    });
    connected();
    until("reports", || {
        calls("published").iter().filter(|(context, _)| *context != 0).count() >= REPORTS
    });
    assert_eq!(calls("failed"), []);
    let mut confirmed: Vec<usize> = calls("published")
        .iter()
        .map(|call| call.0)
        .filter(|n| *n != 0)
        .collect();
    confirmed.sort();
    assert!(confirmed.iter().copied().eq(1..=REPORTS), "each is confirmed once");
    assert!(!calls("lost").is_empty());

    let mut arrived = vec![false; REPORTS + 1];
    for event in platform.events() {
        if let Some((_, payload)) = event.uplink().filter(|(topic, _)| topic.ends_with("properties/report")) {
            let json: serde_json::Value = serde_json::from_slice(payload).unwrap();
            arrived[json["services"][0]["properties"]["n"].as_u64().unwrap() as usize] = true;
        }
        if let Kind::Connect {
            websocket,
            tls: secured,
            level,
            ..
        } = event.kind
        {
            assert!(websocket && secured == tls);
            assert_eq!(level, if mqtt_version == "5" { 5 } else { 4 });
        }
    }
    assert!(
        arrived.iter().skip(1).all(|arrived| *arrived),
        "confirmed and never arrived"
    );

    assert!(platform.wait_online("dev", WAIT));
    let long = "x".repeat(100_000); // several frames in each direction
    let id = platform
        .command(
            "dev",
            "meter",
            "echo",
            &json!({ "text": long }),
            Duration::from_secs(20),
        )
        .unwrap();
    assert_eq!(platform.wait_request(&id, WAIT).unwrap().state(), State::Answered(0));
    let mark = platform.mark();
    assert_eq!(report(7, 0), 0);
    let last = platform.wait_after(mark, |e| e.uplink().is_some_and(|(_, payload)| payload == b"7"), WAIT);
    assert!(last.is_some());
    PERSISTENT.store(false, Ordering::Release);
    destroy();
    assert_eq!(set(EN_IOTA_CFG_EXT_TRANSPORT, "0"), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_MQTT_VERSION, "3"), 0);
}

/// Which port means what, and which files it needs.
fn ports_and_files() {
    let dir = tempfile::tempdir().unwrap();
    for (websocket, alpn, port, code) in [
        ("0", "", "443", -106),
        ("0", "", "8443", -106),
        ("0", "", "8883", -108),
        ("0", "", "18838883", -108),
        ("0", "", "80", -106),
        ("0", "mqtt", "443", -108),
        ("0", "mqtt", "80", -108),
        ("1", "", "443", -108),
        ("1", "", "28883", -108),
        ("1", "", "9999", -108),
    ] {
        assert_eq!(set(EN_IOTA_CFG_EXT_TRANSPORT, websocket), 0);
        assert_eq!(set(EN_IOTA_CFG_EXT_ALPN, alpn), 0);
        init(dir.path(), port);
        assert_eq!(connect(), code, "{port}, {websocket}, {alpn}");
        destroy();
    }
    assert_eq!(set(EN_IOTA_CFG_EXT_TRANSPORT, "0"), 0);
    for (item, bad) in [
        (EN_IOTA_CFG_EXT_OVERFLOW, "3"),
        (EN_IOTA_CFG_EXT_TRANSPORT, "2"),
        (EN_IOTA_CFG_EXT_ALPN, "mqtt,,x"),
    ] {
        assert_eq!(set(item, bad), -111);
    }
}

/// The platform's CA is only in the system's bundle.
fn system_roots(bundle: &Path) {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(bundle, platform.ca_pem()).unwrap();
    init(dir.path(), platform.tls_port());
    assert_eq!(connect(), -108, "conf/rootcert.pem is missing");
    assert_eq!(set(EN_IOTA_CFG_EXT_SYSTEM_ROOTS, "1"), 0);
    assert_eq!(connect(), 0);
    connected();
    destroy();

    // Certificate mode still needs its files.
    init(dir.path(), platform.tls_port());
    assert_eq!(set(EN_IOTA_CFG_AUTH_MODE, "1"), 0);
    assert_eq!(connect(), -108);
    destroy();

    // Another CA in the file does not take the system's away.
    let other = self::platform(&["127.0.0.1"]);
    other.write_work_dir(dir.path()).unwrap();
    for port in [platform.tls_port(), other.tls_port()] {
        init(dir.path(), port);
        assert_eq!(connect(), 0);
        connected();
        destroy();
    }
    assert_eq!(set(EN_IOTA_CFG_EXT_SYSTEM_ROOTS, "0"), 0);
}

/// The address is not in the certificate.
fn server_name() {
    let platform = platform(&["iot.example"]);
    let dir = tempfile::tempdir().unwrap();
    platform.write_work_dir(dir.path()).unwrap();
    for transport in ["0", "1"] {
        assert_eq!(set(EN_IOTA_CFG_EXT_TRANSPORT, transport), 0);
        init(dir.path(), platform.tls_port());
        assert_eq!(connect(), 0);
        until("a refusal", || calls("no connection") == [(0, -1)]);
        assert_eq!(set(EN_IOTA_CFG_EXT_SERVER_NAME, "iot.example"), 0);
        assert_eq!(set(EN_IOTA_CFG_EXT_ALPN, "x-mqtt"), 0);
        assert_eq!(connect(), 0);
        connected();
        destroy();
        assert_eq!(set(EN_IOTA_CFG_EXT_SERVER_NAME, ""), 0);
        assert_eq!(set(EN_IOTA_CFG_EXT_ALPN, ""), 0);
    }
    assert_eq!(set(EN_IOTA_CFG_EXT_TRANSPORT, "0"), 0);
}

/// Three reports fill the queue while CONNACK is awaited; what becomes of the next ones.
fn overflow(rule: &str, more: &[(i32, i32)], dropped: &[usize], sent: &[usize]) {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    platform.fault(Fault {
        device: Some("dev".into()),
        times: 1,
        delay_connack_ms: Some(1500),
        ..Fault::default()
    });
    init(dir.path(), platform.plain_port());
    assert_eq!(set(EN_IOTA_CFG_EXT_OVERFLOW, rule), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_QUEUE_MESSAGES, "3"), 0);
    assert_eq!(connect(), 0);
    for (context, qos) in [(1, 1), (2, 0), (3, 1)] {
        assert!(report(context, qos) >= 0);
    }
    for (context, (qos, code)) in (4..).zip(more) {
        assert_eq!(report(context, *qos).min(0), *code, "rule {rule}, report {context}");
    }
    until("drops", || calls("failed").len() == dropped.len());
    let failed: Vec<_> = dropped.iter().map(|context| (*context, -11)).collect();
    assert_eq!(calls("failed"), failed, "rule {rule}");
    assert_eq!(unsafe { IOTA_IsConnected() }, 0, "all of this was before CONNACK");
    until("reports", || calls("published").len() == sent.len());
    let mut confirmed: Vec<usize> = calls("published").iter().map(|call| call.0).collect();
    confirmed.sort();
    assert_eq!(confirmed, sent, "rule {rule}");
    destroy();
    assert_eq!(calls("failed"), failed, "one end each");
    assert_eq!(set(EN_IOTA_CFG_EXT_OVERFLOW, "0"), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_QUEUE_MESSAGES, "5000"), 0);
}

/// Item 117: the platform keeps the session, and what it did not acknowledge comes again with its packet id.
fn kept_session(mqtt_version: &str) {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    platform.fault(Fault {
        device: Some("dev".into()),
        times: 1,
        withhold_puback: 1,
        cut_after_publishes_in: Some(2),
        ..Fault::default()
    });
    init(dir.path(), platform.plain_port());
    assert_eq!(set(EN_IOTA_CFG_EXT_CLEAN_SESSION, "2"), -111);
    assert_eq!(set(EN_IOTA_CFG_EXT_CLEAN_SESSION, "0"), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_MQTT_VERSION, mqtt_version), 0);
    PERSISTENT.store(true, Ordering::Release);
    assert_eq!(connect(), 0);
    connected();
    for context in 1..=2 {
        assert!(report(context, 1) > 0);
    }
    until("reports", || calls("published").len() == 2);
    assert_eq!((calls("failed"), calls("lost").len()), (vec![], 1));
    let (mut sessions, mut arrived) = (Vec::new(), Vec::new());
    for event in platform.events() {
        match &event.kind {
            Kind::Connect { clean, .. } => assert!(!clean),
            Kind::Online { session_present } => sessions.push(*session_present),
            Kind::Uplink {
                payload,
                dup,
                packet_id,
                ..
            } if payload == b"1" => arrived.push((*dup, *packet_id)),
            _ => {}
        }
    }
    assert_eq!(sessions, [false, true]);
    let [(false, first), (true, again)] = arrived[..] else {
        panic!("{arrived:?}")
    };
    assert_eq!(first, again, "the packet id of the repetition");
    PERSISTENT.store(false, Ordering::Release);
    destroy();
    assert_eq!(calls("published").len(), 2, "one end each");
    assert_eq!(set(EN_IOTA_CFG_EXT_CLEAN_SESSION, "1"), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_MQTT_VERSION, "3"), 0);
}

/// Item 118: a report that could not be sent in its time ends in the failure callback and is counted.
fn message_expiry() {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    platform.fault(Fault {
        device: Some("dev".into()),
        times: 1,
        delay_connack_ms: Some(1500),
        ..Fault::default()
    });
    init(dir.path(), platform.plain_port());
    assert_eq!(set(EN_IOTA_CFG_EXT_MESSAGE_EXPIRY, "-1"), -111);
    assert_eq!(set(EN_IOTA_CFG_EXT_MESSAGE_EXPIRY, "1"), 0);
    assert_eq!(connect(), 0);
    assert!(report(1, 1) > 0);
    assert_eq!(report(2, 0), 0);
    let start = Instant::now();
    until("expiry", || calls("failed").len() == 2);
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    assert_eq!(calls("failed"), [(1, -11), (2, -11)]);
    assert!(report(3, 1) > 0);
    until("the report that is young enough", || {
        calls("published").len() == 1 || calls("failed").len() > 2
    });
    let mut statistics = MaybeUninit::<IOTA_STATISTICS>::uninit();
    assert_eq!(unsafe { IOTA_GetStatistics(statistics.as_mut_ptr()) }, 0);
    let statistics = unsafe { statistics.assume_init() };
    assert_eq!((statistics.expired, statistics.failed), (2, 2));
    destroy();
    assert_eq!(set(EN_IOTA_CFG_EXT_MESSAGE_EXPIRY, "0"), 0);
}

/// Item 120: what the platform would answer by closing the connection is refused at the call.
fn payload_limit() {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), platform.plain_port());
    assert_eq!(connect(), 0);
    connected();
    let send = |topic: &str, size: usize| {
        let topic = CString::new(topic).unwrap();
        let payload = CString::new("x".repeat(size)).unwrap();
        unsafe {
            IOTA_RawTopicMessageReport(
                topic.as_ptr().cast_mut(),
                payload.as_ptr().cast_mut(),
                1,
                without_provenance_mut(size),
            )
        }
    };
    let own = "$oc/devices/dev/user/big";
    assert!(send(own, 1 << 20) > 0, "1 MiB is the default");
    assert_eq!(send(own, (1 << 20) + 1), -1);
    assert!(send("elsewhere", (1 << 20) + 1) > 0, "another platform's topic");
    assert_eq!(set(EN_IOTA_CFG_EXT_MAX_PAYLOAD, "1000"), 0);
    assert_eq!(send(own, 1001), -1);
    assert!(send(own, 1000) > 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_MAX_PAYLOAD, "0"), 0);
    assert!(send(own, (1 << 20) + 2) > 0);
    until("four reports", || calls("published").len() == 4);
    assert_eq!(set(EN_IOTA_CFG_EXT_MAX_PAYLOAD, "-1"), -111);
    assert_eq!(set(EN_IOTA_CFG_EXT_MAX_PAYLOAD, "1048576"), 0);
    destroy();
}

/// Item 121: a message above the limit is not fatal; under MQTT 5 the platform is told and does not send it.
fn incoming_limit(mqtt_version: &str) {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), platform.plain_port());
    assert_eq!(set(EN_IOTA_CFG_EXT_INCOMING_LIMIT, "1023"), -111);
    assert_eq!(set(EN_IOTA_CFG_EXT_INCOMING_LIMIT, "2000"), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_MQTT_VERSION, mqtt_version), 0);
    assert_eq!(connect(), 0);
    connected();
    let message = |size: usize| iotda_sim::message::Message {
        topic: "$oc/devices/dev/sys/commands/request_id=1".into(),
        payload: format!(r#"{{"command_name":"c","paras":{{"x":"{}"}}}}"#, "x".repeat(size)).into(),
        qos: 1,
        ..Default::default()
    };
    if mqtt_version != "5" {
        platform.publish_unasked("dev", message(3000)).unwrap();
    }
    platform.publish_unasked("dev", message(100)).unwrap();
    until("the answer to the small one", || {
        platform.events().iter().any(|event| {
            event
                .uplink()
                .is_some_and(|(topic, _)| topic.contains("commands/response"))
        })
    });
    assert_eq!(calls("lost"), []);
    destroy();
    assert_eq!(set(EN_IOTA_CFG_EXT_INCOMING_LIMIT, "4194304"), 0);
    assert_eq!(set(EN_IOTA_CFG_EXT_MQTT_VERSION, "3"), 0);
}

/// Item 122: what queued up goes at the rate.
fn rate() {
    let platform = platform(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    platform.fault(Fault {
        device: Some("dev".into()),
        times: 1,
        delay_connack_ms: Some(300),
        ..Fault::default()
    });
    init(dir.path(), platform.plain_port());
    assert_eq!(set(EN_IOTA_CFG_EXT_MAX_RATE, "50"), 0);
    assert_eq!(connect(), 0);
    for context in 1..=100 {
        assert!(report(context, 1) > 0);
    }
    connected();
    let start = Instant::now();
    until("reports", || calls("published").len() == 100);
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(1900), "{took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    destroy();
    assert_eq!(set(EN_IOTA_CFG_EXT_MAX_RATE, "0"), 0);
}

#[test]
fn connection_options() {
    if ran_alone("connection_options::connection_options") {
        return;
    }
    let bundle = tempfile::NamedTempFile::new().unwrap();
    // SAFETY: in a process of its own, before anything starts that reads the environment.
    unsafe { std::env::set_var("SSL_CERT_FILE", bundle.path()) };
    unsafe { std::env::set_var("HWMQTT_PACING", "off") }; // it cuts faster than any
    unsafe {
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, Some(connect_failed));
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECTION_LOST, Some(lost));
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, Some(published));
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, Some(publish_failed));
        IOTA_SetCmdCallback(Some(command));
    }
    ports_and_files();
    system_roots(bundle.path());
    server_name();
    overflow("0", &[(1, -1), (0, -1)], &[], &[1, 2, 3]);
    overflow("1", &[(1, 0), (0, 0)], &[1, 2], &[3, 4, 5]);
    overflow("2", &[(1, 0), (1, -1), (0, -1)], &[2], &[1, 3, 4]);
    kept_session("3");
    kept_session("5");
    message_expiry();
    payload_limit();
    incoming_limit("3");
    incoming_limit("5");
    rate();
    websocket("3", true);
    websocket("5", true);
    websocket("3", false);
}
