//! How many reports a second go out, and how soon a command is answered, through the C functions and against the platform of
//! this machine, which runs in a process of its own. Throughput is judged against a bare rumqttc loop with the same window in
//! the same run.
//!
//! `cargo bench --bench delivery`; status 1 if a limit is not kept. Without `--bench` (as `cargo test --benches` runs it)
//! everything is done a few times and nothing is judged.

use std::ffi::{CString, c_char, c_void};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use HWMQTT::agentlite::iota_cfg::IOTA_ConfigSetUint;
use HWMQTT::agentlite::iota_datatrans::{IOTA_CommandResponse, IOTA_PropertiesReport, ST_IOTA_SERVICE_DATA_INFO};
use HWMQTT::agentlite::iota_init::*;
use HWMQTT::agentlite::iota_login::{IOTA_Connect, IOTA_IsConnected};
use iotda_sim::{Config, Kind, Platform, State};

const DEVICE: &str = "64f1c0a2_bench-02";
const SECRET: &str = "0c6f1e52a9d84b37";
const TOPIC: &str = "$oc/devices/64f1c0a2_bench-02/sys/properties/report";
const WINDOW: u16 = 20;
const PATIENCE: Duration = Duration::from_secs(60);
/// Outstanding commands where many are sent at once.
const OUTSTANDING: usize = 50;

static DELIVERED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn delivered(_: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    DELIVERED.fetch_add(1, SeqCst);
}

/// Answers as a program does: from the callback, with the request's id.
unsafe extern "C" fn command(command: *mut EN_IOTA_COMMAND) {
    unsafe {
        let (name, response) = (c"switched", c"{\"on\":true,\"level\":75}");
        let id: *mut c_char = (*command).request_id;
        let code = IOTA_CommandResponse(
            id,
            0,
            name.as_ptr().cast_mut(),
            response.as_ptr().cast_mut(),
            null_mut(),
        );
        assert!(code >= 0, "the answer is refused with {code}");
    }
}

/// CPU time of this process, all threads.
fn cpu() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is written by the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    assert_eq!(result, 0);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

fn wait(what: &str, mut until: impl FnMut() -> bool) {
    let start = Instant::now();
    while !until() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// The platform in a process of its own, so that its work is not counted as ours; ends when its input is closed.
struct Server {
    child: Child,
    plain: u16,
    tls: u16,
}

impl Server {
    fn start(directory: &Path) -> Server {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .arg("--platform")
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let mut line = [0; 12];
        let output = child.stdout.as_mut().expect("piped");
        output.read_exact(&mut line).expect("the platform says its ports");
        let text = String::from_utf8_lossy(&line);
        let (plain, tls) = text.trim().split_once(' ').expect("two ports");
        let port = |text: &str| text.trim().parse().expect("a port");
        let (plain, tls) = (port(plain), port(tls));
        Server { child, plain, tls }
    }

    /// What `--platform` does.
    fn run(directory: &Path) {
        let config = Config::default().with_tls().device(DEVICE, SECRET);
        let platform = Platform::start(config).expect("the platform starts");
        platform.set_check_login(false);
        platform
            .write_work_dir(directory)
            .expect("the certificate can be written");
        println!("{:<5} {:<5}", platform.plain_port(), platform.tls_port());
        std::io::stdout().flush().expect("somebody listens");
        let _ = std::io::stdin().read_to_end(&mut Vec::new()); // until it is closed
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The process's device, connected; destroyed at the end.
struct Device;

impl Device {
    fn connect(directory: &Path, port: u16, queue: usize) -> Device {
        let (directory, port) = (directory.to_string_lossy().into_owned(), port.to_string());
        let texts =
            [directory.as_str(), "localhost", &port, DEVICE, SECRET].map(|t| CString::new(t).unwrap_or_default());
        let [directory, host, port, id, secret] = texts.each_ref().map(|t| t.as_ptr().cast_mut());
        // SAFETY: the texts outlive the calls; the functions have the registered types.
        unsafe {
            assert_eq!(IOTA_Init(directory), 0);
            IOTA_ConnectConfigSet(host, port, id, secret);
            IOTA_ConfigSetUint(101, queue as u32);
            IOTA_ConfigSetUint(102, 256 << 20);
            IOTA_ConfigSetUint(103, WINDOW.into());
            IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, Some(delivered));
            IOTA_SetCmdCallback(Some(command));
            assert_eq!(IOTA_Connect(), 0);
        }
        // SAFETY: no argument.
        wait("the device connects", || unsafe { IOTA_IsConnected() } == 1);
        Device
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: no argument.
        unsafe { IOTA_Destroy() };
    }
}

#[derive(Clone, Copy)]
struct Run {
    /// Messages a second.
    rate: f64,
    /// µs of CPU for each.
    cpu: f64,
}

fn timed(count: usize, run: impl FnOnce()) -> Run {
    let (start, before) = (Instant::now(), cpu());
    run();
    let (time, used) = (start.elapsed(), cpu() - before);
    Run {
        rate: count as f64 / time.as_secs_f64(),
        cpu: used.as_secs_f64() * 1e6 / count as f64,
    }
}

/// Properties of 100 bytes.
fn properties() -> String {
    let text = format!(
        "{{\"temperature\":21.5,\"humidity\":40,\"note\":\"{}\"}}",
        "x".repeat(56)
    );
    assert_eq!(text.len(), 100);
    text
}

/// A burst of reports and the wait for their acknowledgements; `call` is given each report to make.
fn reports(count: usize, mut call: impl FnMut(&mut dyn FnMut())) {
    let texts = ["climate", &properties()].map(|t| CString::new(t).unwrap_or_default());
    let mut service = ST_IOTA_SERVICE_DATA_INFO {
        service_id: texts[0].as_ptr().cast_mut(),
        event_time: null_mut(),
        properties: texts[1].as_ptr().cast_mut(),
    };
    let before = DELIVERED.load(SeqCst);
    for _ in 0..count {
        call(&mut || {
            // SAFETY: one service, as the count says.
            let code = unsafe { IOTA_PropertiesReport(&mut service, 1, 0, null_mut::<c_void>()) };
            assert_eq!(code, 0);
        });
    }
    wait("everything is delivered", || DELIVERED.load(SeqCst) == before + count);
}

fn ours(server: &Server, directory: &Path, tls: bool, count: usize) -> Run {
    let _device = Device::connect(directory, if tls { server.tls } else { server.plain }, count);
    timed(count, || reports(count, |report| report()))
}

/// p99.9 and the longest of the calls of a burst, in µs; none is left out, whatever else the machine did meanwhile.
fn burst(server: &Server, directory: &Path, count: usize) -> (f64, f64) {
    let _device = Device::connect(directory, server.plain, count);
    let mut times = Vec::with_capacity(count);
    reports(count, |report| {
        let start = Instant::now();
        report();
        times.push(start.elapsed().as_secs_f64() * 1e6);
    });
    times.sort_by(f64::total_cmp);
    (times[count * 999 / 1000], times[count - 1])
}

/// The least that a program on rumqttc does: a thread that publishes, a loop that polls.
fn bare(server: &Server, count: usize) -> Run {
    let mut options = rumqttc::MqttOptions::new(format!("{DEVICE}_0_0_2024010100"), "localhost", server.plain);
    options.set_credentials(DEVICE, "x").set_inflight(WINDOW);
    let (client, mut connection) = rumqttc::Client::new(options, 100);
    let connected = |event| matches!(event, rumqttc::Event::Incoming(rumqttc::Packet::ConnAck(_)));
    assert!(connection.iter().any(|event| connected(event.expect("a connection"))));
    let payload = format!(
        "{{\"services\":[{{\"service_id\":\"climate\",\"properties\":{}}}]}}",
        properties()
    );
    let run = timed(count, || {
        std::thread::scope(|scope| {
            let (client, payload) = (&client, payload.as_bytes());
            scope.spawn(move || {
                for _ in 0..count {
                    let publish = client.publish(TOPIC, rumqttc::QoS::AtLeastOnce, false, payload);
                    publish.expect("the loop runs");
                }
            });
            let acknowledged = |event| matches!(event, rumqttc::Event::Incoming(rumqttc::Packet::PubAck(_)));
            let mut left = count;
            for event in connection.iter() {
                left -= usize::from(acknowledged(event.expect("the connection stays")));
                if left == 0 {
                    break;
                }
            }
        });
    });
    let _ = client.disconnect();
    connection.iter().find(Result::is_err);
    run
}

struct Verdict {
    judged: bool,
    over: usize,
}

impl Verdict {
    /// One line; `most`: the limit is a maximum, otherwise a minimum.
    fn line(&mut self, what: &str, value: f64, unit: &str, limit: f64, most: bool) {
        let kept = if most { value <= limit } else { value >= limit };
        self.over += usize::from(self.judged && !kept);
        let (bound, word) = (
            if most { "at most" } else { "at least" },
            if kept { "within" } else { "NOT KEPT" },
        );
        println!("{what:<58} {value:>9.2} {unit:<4} {bound} {limit:>7}  {word}");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn throughput(verdict: &mut Verdict, directory: &Path) {
    let (rounds, count) = if verdict.judged { (7, 20_000) } else { (1, 50) };
    let server = Server::start(directory);
    // Side by side in each round, as the machine's speed changes from moment to moment.
    let runs: Vec<[Run; 3]> = (0..rounds)
        .map(|_| {
            [
                bare(&server, count),
                ours(&server, directory, false, count),
                ours(&server, directory, true, count),
            ]
        })
        .collect();
    let of = |value: fn(&[Run; 3]) -> f64| median(runs.iter().map(value).collect());
    for (what, rate, cpu) in [
        ("rumqttc, bare loop", of(|r| r[0].rate), of(|r| r[0].cpu)),
        ("IOTA_PropertiesReport", of(|r| r[1].rate), of(|r| r[1].cpu)),
        ("IOTA_PropertiesReport over TLS", of(|r| r[2].rate), of(|r| r[2].cpu)),
    ] {
        println!("{what:<58} {rate:>9.0} messages/s, {cpu:.2} µs of CPU each");
    }
    verdict.line(
        "rate against the bare loop",
        of(|r| r[1].rate / r[0].rate),
        "",
        0.8,
        false,
    );
    verdict.line("CPU for each message", of(|r| r[1].cpu), "µs", 12.0, true);
    verdict.line(
        "rate over TLS against plain",
        of(|r| r[2].rate / r[1].rate),
        "",
        0.6,
        false,
    );
    let bursts: Vec<_> = (0..rounds).map(|_| burst(&server, directory, count)).collect();
    let (p999, longest) = (
        median(bursts.iter().map(|b| b.0).collect()),
        median(bursts.iter().map(|b| b.1).collect()),
    );
    verdict.line(&format!("call in a burst of {count}, p99.9"), p999, "µs", 1000.0, true);
    println!(
        "{:<58} {longest:>9.2} µs",
        format!("call in a burst of {count}, the longest")
    );
}

/// The platform in this process, so that its clock readings and ours are the same.
fn commands(verdict: &mut Verdict, directory: &Path) {
    let count = if verdict.judged { 5_000 } else { 50 };
    let platform = Platform::start(Config::default().device(DEVICE, SECRET)).expect("the platform starts");
    let _device = Device::connect(directory, platform.plain_port(), 5_000);
    let events = platform.ledger().follow(0);
    let paras = serde_json::json!({"on": true, "level": 75});
    let send = || {
        platform
            .command(DEVICE, "lamp", "switch", &paras, PATIENCE)
            .expect("it is online")
    };
    let answered = || loop {
        let event = events.recv_timeout(PATIENCE).expect("an answer in time");
        if let Kind::Request(request) = &event.kind {
            match request.state() {
                State::Sent => {}
                State::Answered(0) => return request.request_id.clone(),
                other => panic!("command {} ended as {other:?}", request.request_id),
            }
        }
    };
    let mut times: Vec<f64> = (0..count)
        .map(|_| {
            let start = Instant::now();
            let id = send();
            assert_eq!(answered(), id);
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    verdict.line(
        "command, platform to callback to answer, p50",
        times[count / 2],
        "µs",
        250.0,
        true,
    );
    verdict.line(
        "command, platform to callback to answer, p99",
        times[count * 99 / 100],
        "µs",
        1000.0,
        true,
    );

    let mut open: std::collections::HashSet<String> = (0..OUTSTANDING).map(|_| send()).collect();
    let (mut sent, mut answers) = (OUTSTANDING, 0);
    let start = Instant::now();
    while answers < count {
        answers += usize::from(open.remove(&answered()));
        if sent < count {
            open.insert(send());
            sent += 1;
        }
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    assert!(open.is_empty());
    println!("{count} commands with {OUTSTANDING} outstanding: {answers} answers, {rate:.0} a second");
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if let (Some("--platform"), Some(directory)) = (first.as_deref(), arguments.next()) {
        Server::run(Path::new(&directory));
        return ExitCode::SUCCESS;
    }
    let judged = std::env::args().any(|a| a == "--bench");
    let mut verdict = Verdict { judged, over: 0 };
    let directory = tempfile::tempdir().expect("a directory");
    throughput(&mut verdict, directory.path());
    commands(&mut verdict, directory.path());
    ExitCode::from(u8::from(verdict.over > 0))
}
