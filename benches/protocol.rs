//! What one message costs in CPU time of the calling thread, through the C functions and the C callbacks, against its limit.
//!
//! `cargo bench --bench protocol`; status 1 if a limit is not kept. Without `--bench` (as `cargo test --benches` runs it)
//! everything is done a few times and nothing is judged.

use std::ffi::{CString, c_char, c_void};
use std::hint::black_box;
use std::process::ExitCode;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use HWMQTT::agentlite::iota_datatrans::{IOTA_PropertiesReport, ST_IOTA_SERVICE_DATA_INFO};
use HWMQTT::agentlite::iota_init::*;
use HWMQTT::agentlite::iota_login::{IOTA_Connect, IOTA_IsConnected};
use HWMQTT::process;
use HWMQTT::service::soft_bus_datatrans::getSoftBusTotal;
use iotda_sim::{Config, Platform};

const DEVICE: &str = "64f1c0a2_bench-01";
const SECRET: &str = "0c6f1e52a9d84b37";
const PATIENCE: Duration = Duration::from_secs(30);

static DELIVERED: AtomicUsize = AtomicUsize::new(0);
static COMMANDS: AtomicUsize = AtomicUsize::new(0);
static BUSES: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn delivered(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    DELIVERED.fetch_add(1, SeqCst);
}

unsafe extern "C" fn command(command: *mut EN_IOTA_COMMAND) {
    unsafe {
        black_box((*command).paras);
        COMMANDS.fetch_add(1, SeqCst);
    }
}

unsafe extern "C" fn soft_bus(_: *mut c_char, _: *mut EN_IOTA_MQTT_MSG_INFO, _: *mut EN_IOTA_SERVICE_EVENT) {
    unsafe {
        BUSES.store(usize::try_from((*getSoftBusTotal()).count).unwrap_or_default(), SeqCst);
    }
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is written by the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) };
    assert_eq!(result, 0);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

struct Bench {
    judged: bool,
    over: usize,
}

impl Bench {
    /// Median of `batches` batches of `count` calls. `after` is not measured.
    fn measure(&mut self, what: &str, limit: Duration, count: u32, mut call: impl FnMut(), mut after: impl FnMut()) {
        let (batches, count) = if self.judged { (15, count) } else { (1, 3) };
        let mut times: Vec<Duration> = (0..batches)
            .map(|_| {
                let start = cpu();
                (0..count).for_each(|_| call());
                let time = (cpu() - start) / count;
                after();
                time
            })
            .collect();
        times.sort_unstable();
        let median = times[times.len() / 2].as_secs_f64() * 1e6;
        let ratio = median / (limit.as_secs_f64() * 1e6);
        let verdict = if ratio <= 1.0 { "within" } else { "OVER" };
        self.over += usize::from(self.judged && ratio > 1.0);
        println!(
            "{what:<52} {median:>8.2} µs of {:>4} µs  {ratio:>5.2}  {verdict}",
            limit.as_micros()
        );
    }
}

fn wait(what: &str, mut until: impl FnMut() -> bool) {
    let start = Instant::now();
    while !until() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn connect(platform: &Platform) {
    let dir = std::env::temp_dir().to_string_lossy().into_owned();
    let port = platform.plain_port().to_string();
    let texts = [dir.as_str(), "127.0.0.1", &port, DEVICE, SECRET].map(|t| CString::new(t).unwrap_or_default());
    let [dir, host, port, id, secret] = texts.each_ref().map(|t| t.as_ptr().cast_mut());
    // SAFETY: the texts outlive the calls; the functions have the registered types.
    unsafe {
        assert_eq!(IOTA_Init(dir), 0);
        IOTA_ConnectConfigSet(host, port, id, secret);
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, Some(delivered));
        IOTA_SetCmdCallback(Some(command));
        IOTA_SetEvenSoftBusCallback(Some(soft_bus));
        assert_eq!(IOTA_Connect(), 0);
    }
    // SAFETY: no argument.
    wait("the device connects", || unsafe { IOTA_IsConnected() } == 1);
}

/// `groups` buses of `members` devices each.
fn bus_info(groups: usize, members: usize) -> Vec<u8> {
    let infos: Vec<_> = (0..groups)
        .map(|g| {
            let devices: Vec<_> = (0..members)
                .map(|m| {
                    serde_json::json!({"device_id": format!("64f1c0a2_dev-{g}-{m}"), "device_ip": format!("192.168.{g}.{m}")})
                })
                .collect();
            serde_json::json!({"bus_id": format!("{g:032x}"), "version": 7, "bus_name": "workshop",
                "bus_key": "3c9a5b7de1f20846", "device_count": members, "devices_info": devices})
        })
        .collect();
    serde_json::json!({"object_device_id": DEVICE, "services": [{"service_id": "$oh_soft_bus",
        "event_type": "soft_bus_config_response", "event_time": "20240601T081500Z", "event_id": "1",
        "paras": {"bus_count": groups, "bus_infos": infos}}]})
    .to_string()
    .into_bytes()
}

fn main() -> ExitCode {
    let judged = std::env::args().any(|a| a == "--bench");
    let mut bench = Bench { judged, over: 0 };
    let platform = Platform::start(Config::default().device(DEVICE, SECRET)).expect("the platform starts");
    connect(&platform);
    let device = process::device().expect("initialised");

    let properties = format!(
        "{{\"temperature\":21.5,\"humidity\":40,\"note\":\"{}\"}}",
        "x".repeat(56)
    );
    let texts = ["climate", properties.as_str()].map(|t| CString::new(t).unwrap_or_default());
    let mut service = ST_IOTA_SERVICE_DATA_INFO {
        service_id: texts[0].as_ptr().cast_mut(),
        event_time: null_mut(),
        properties: texts[1].as_ptr().cast_mut(),
    };
    let sent = AtomicUsize::new(0);
    bench.measure(
        &format!("property report of {} bytes, C call to outbox", properties.len()),
        Duration::from_micros(3),
        2000,
        || {
            // SAFETY: one service, as the count says.
            let code = unsafe { IOTA_PropertiesReport(&mut service, 1, 0, null_mut::<c_void>()) };
            assert_eq!(code, 0);
            sent.fetch_add(1, SeqCst);
        },
        || {
            wait("everything is delivered", || {
                DELIVERED.load(SeqCst) == sent.load(SeqCst)
            })
        },
    );

    let payload = format!(
        "{{\"object_device_id\":\"{DEVICE}\",\"command_name\":\"switch\",\"service_id\":\"lamp\",\
         \"paras\":{{\"on\":true,\"level\":75}}}}"
    );
    let topic = format!("$oc/devices/{DEVICE}/sys/commands/request_id=6a1f0c7e-42d5-4b0e-9d5f-2f1b9c7d4e5a");
    bench.measure(
        &format!("command of {} bytes, bytes to callback", payload.len()),
        Duration::from_micros(5),
        5000,
        || device.deliver(&topic, payload.as_bytes(), None),
        || assert!(COMMANDS.load(SeqCst) > 0),
    );

    let payload = bus_info(10, 50);
    let topic = format!("$oc/devices/{DEVICE}/sys/events/down");
    bench.measure(
        &format!("soft bus answer of 10 x 50 devices, {} bytes", payload.len()),
        Duration::from_micros(200),
        100,
        || device.deliver(&topic, &payload, None),
        || assert_eq!(BUSES.load(SeqCst), 10),
    );
    drop(platform);
    ExitCode::from(u8::from(bench.over > 0))
}
