//! The native back-end over a mock of DSoftBus that does what the real library of each generation does: two processes
//! exchange data where that is allowed, and what is refused is explained.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use crate::backends::{compile, compile_at, program};
use crate::node::{KEY, Node, eventually};
use crate::program::root;
use iotda_sim::{Config, Handle, Platform, Port};
use nearlink::code;
use nearlink::settings::{BackendKind, Settings};
use nearlink::view::{Bus, Member, View};

const A: &str = "a0000001";
const B: &str = "b0000002";
const OTHER: &str = "c0000003";
const TOKEN: &str = "ohos.permission.DISTRIBUTED_DATASYNC,ohos.permission.INTERNET";

/// A machine with the library of one generation, and the devices that are online on it.
struct System {
    place: tempfile::TempDir,
    program: PathBuf,
    library: PathBuf,
}

impl System {
    fn new(generation: &str) -> System {
        // One of them checks what the library is given and gives under AddressSanitizer.
        System::built(generation, generation == "60")
    }

    fn built(generation: &str, sanitized: bool) -> System {
        let place = tempfile::tempdir().unwrap();
        let sanitizer: &[&str] = if sanitized { &["-fsanitize=address", "-g"] } else { &[] };
        let program = program("backends.c", place.path(), sanitizer);
        let library = mock(
            place.path(),
            "mock.so",
            &[&format!("-DGENERATION={generation}")],
            sanitizer,
        );
        let system = System {
            place,
            program,
            library,
        };
        system.online(&[(OTHER, "10.9.0.7"), (A, "10.9.0.1"), (B, "10.9.0.2")]);
        system
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn online(&self, devices: &[(&str, &str)]) {
        let text: String = devices.iter().map(|(id, ip)| format!("{id} {ip}\n")).collect();
        std::fs::write(self.path("new"), text).unwrap();
        std::fs::rename(self.path("new"), self.path("online")).unwrap();
    }

    fn variables(&self, own: &str) -> Vec<(&'static str, String)> {
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        vec![
            ("HWMQTT_DCONN_BACKEND", "dsoftbus".into()),
            ("HWMQTT_DCONN_DSOFTBUS_LIB", text(self.library.clone())),
            ("MOCK_DIR", text(self.place.path().to_owned())),
            ("MOCK_SELF", own.into()),
            ("MOCK_ONLINE", text(self.path("online"))),
            (
                "MOCK_PERMISSIONS",
                text(root().join("ohos/softbus_trans_permission.json")),
            ),
            ("MOCK_TOKEN", TOKEN.into()),
            ("MOCK_TRACE", text(self.path("trace"))),
            // What the library keeps for the process's life is no leak.
            ("ASAN_OPTIONS", "detect_leaks=0".into()),
        ]
    }

    fn start(&self, case: &str, own: &str, extra: &[(&str, &str)]) -> Device {
        let mut child = Command::new(&self.program)
            .arg(case)
            .envs(self.variables(own))
            .envs(extra.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Device {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// A client's whole life: what it printed, and its log.
    fn client(&self, extra: &[(&str, &str)]) -> (String, String) {
        let mut client = self.start("native-client", B, extra);
        let code = client.line();
        (code, client.end())
    }

    /// The sessions that were opened since the last look, and how often one was asked for that stood.
    fn opened(&self) -> (usize, usize) {
        let text = std::fs::read_to_string(self.path("trace")).unwrap_or_default();
        let _ = std::fs::remove_file(self.path("trace"));
        let count = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
        (count("open"), count("again"))
    }
}

fn mock(place: &Path, name: &str, flags: &[&str], sanitizer: &[&str]) -> PathBuf {
    let library = place.join(name);
    let shared = ["-shared", "-fPIC", "-fvisibility=hidden", "-lpthread"];
    compile("softbus_mock.c", &library, &[&shared[..], flags, sanitizer].concat());
    library
}

struct Device {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Device {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn ask(&mut self, order: &str) -> String {
        self.order(order);
        self.line()
    }

    fn order(&mut self, order: &str) {
        self.input.as_mut().unwrap().write_all(order.as_bytes()).unwrap();
    }

    /// Lets it end; its log.
    fn end(mut self) -> String {
        drop(self.input.take());
        let (mut log, mut rest) = (String::new(), String::new());
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let _ = self.output.read_to_string(&mut rest);
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {rest}{log}");
        assert!(!log.contains("AddressSanitizer"), "{log}");
        assert!(!log.contains(KEY), "a key in the log: {log}");
        log
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Device {
    /// What a failed test leaves is ended, and its log shown.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(mut stderr) = self.child.stderr.take().filter(|_| std::thread::panicking()) {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            println!("{log}");
        }
    }
}

fn hex(code: u32) -> String {
    format!("{code:x}")
}

fn view(buses: &[(&str, &str)]) -> String {
    let buses: Vec<String> = buses
        .iter()
        .map(|(id, key)| {
            format!(
                r#"{{"bus_id":"{id}","bus_key":"{key}","devices_info":[{{"device_id":"dev_A","device_ip":"10.9.0.1"}},{{"device_id":"dev_B","device_ip":"10.9.0.2"}}]}}"#
            )
        })
        .collect();
    format!(r#"{{"bus_infos":[{}]}}"#, buses.join(","))
}

fn matrix(generation: &str) {
    let system = System::new(generation);
    let tells_addresses = generation != "31";
    let refused = hex(code::CONNECTION_REFUSED);
    let denied = hex(code::DEVICE_NOT_AUTHORIZED);

    // Allowed.
    let mut server = system.start("native-server", A, &[]);
    assert_eq!(server.line(), "0");
    assert_eq!(system.client(&[]).0, "0");
    assert_eq!(system.opened().1, 0, "nothing is opened that stands");

    // Several keys: the server's is the second one the client has. The session that was refused has to go first.
    let [other_key, both] = [
        view(&[("2", "ffffffffffffffff")]),
        view(&[("1", KEY), ("2", "ffffffffffffffff")]),
    ];
    server.end();
    let mut server = system.start("native-server", A, &[("NATIVE_VIEW", &other_key)]);
    assert_eq!(server.line(), "0");
    assert_eq!(system.client(&[("NATIVE_VIEW", &both)]).0, "0");
    let (opened, again) = system.opened();
    assert!(opened >= 2 && again == 0, "{opened} {again}");
    assert_ne!(system.client(&[]).0, "0", "without that key there is no session");
    server.end();
    system.opened();

    // The image does not list the session name; the process lacks the permission.
    let nothing = system.path("nothing.json");
    std::fs::write(
        &nothing,
        r#"[{"SESSION_NAME": "other", "APP_INFO": [{"TYPE": "native_app", "PKG_NAME": "hwmqtt", "ACTIONS": "create,open"}]}]"#,
    )
    .unwrap();
    let create_only = system.path("create_only.json");
    let shipped = std::fs::read_to_string(root().join("ohos/softbus_trans_permission.json")).unwrap();
    std::fs::write(&create_only, shipped.replace("create,open", "create")).unwrap();
    for (variable, value, expected) in [
        ("MOCK_PERMISSIONS", nothing.to_str().unwrap(), &denied),
        ("MOCK_TOKEN", "ohos.permission.INTERNET", &denied),
        ("MOCK_PERMISSIONS", create_only.to_str().unwrap(), &refused),
    ] {
        let (code, log) = system.client(&[(variable, value)]);
        assert_eq!(&code, expected, "{value}");
        for part in [
            "/system/etc/communication/softbus/softbus_trans_permission.json",
            r#""SESSION_NAME": "hwmqtt.dconn""#,
            "ohos.permission.DISTRIBUTED_DATASYNC",
            "-426442743",
        ] {
            assert!(log.contains(part), "{part} in {log}");
        }
    }

    // A server that is not there, a report that says so, one that is late, none at all.
    assert_eq!(system.client(&[]).0, refused);
    let mut server = system.start("native-server", A, &[]);
    assert_eq!(server.line(), "0");
    assert_eq!(system.client(&[("MOCK_OPEN", "error")]).0, refused);
    if generation == "50" {
        for how in ["late", "lost"] {
            let start = Instant::now();
            assert_eq!(system.client(&[("MOCK_OPEN", how)]).0, refused); // takes its 8 s
            assert!(start.elapsed() < Duration::from_secs(20), "{how}");
        }
    }

    // Not online, and online under an address that no group lists.
    system.online(&[(OTHER, "10.9.0.7"), (B, "10.9.0.2")]);
    assert_eq!(system.client(&[]).0, refused);
    if tells_addresses {
        system.online(&[(OTHER, "10.9.0.7"), (A, "10.9.0.1"), (B, "10.9.0.77")]);
        assert_eq!(system.client(&[]).0, refused);
    }
    system.online(&[(OTHER, "10.9.0.7"), (A, "10.9.0.1"), (B, "10.9.0.2")]);
    server.end();
    system.opened();

    // Both are server and client: one session serves both, whoever opened it; or one each, when both did at once.
    let mut both = [
        system.start("native-both-a", A, &[]),
        system.start("native-both-b", B, &[]),
    ];
    for device in &mut both {
        assert_eq!(device.line(), "0");
    }
    if generation == "32" {
        both.iter_mut().for_each(|device| device.order("\n"));
        both.iter_mut().for_each(|device| assert_eq!(device.line(), "0"));
    } else {
        both.iter_mut().for_each(|device| assert_eq!(device.ask("\n"), "0"));
        assert_eq!(system.opened(), (1, 0));
    }
    both.iter_mut().for_each(|device| device.order("\n"));
    both.iter_mut().for_each(|device| assert_eq!(device.line(), "0"));
    assert_eq!(system.opened().1, 0);
    both.into_iter().for_each(|device| drop(device.end()));

    // The peer vanishes, by its process and from the network, and comes back.
    let mut server = system.start("native-server", A, &[]);
    assert_eq!(server.line(), "0");
    let mut client = system.start("native-stay", B, &[]);
    assert_eq!(client.ask("c"), "0");
    assert_eq!(client.ask("s"), "0");
    server.kill();
    eventually("the loss", || client.ask("s") != "0");
    let mut server = system.start("native-server", A, &[]);
    assert_eq!(server.line(), "0");
    eventually("the return", || client.ask("s") == "0");
    system.online(&[(OTHER, "10.9.0.7")]);
    eventually("the second loss", || client.ask("s") != "0");
    system.online(&[(OTHER, "10.9.0.7"), (A, "10.9.0.1"), (B, "10.9.0.2")]);
    eventually("the second return", || client.ask("s") == "0");
    client.end();
    server.end();
}

#[test]
fn release_3_1() {
    matrix("31");
}

#[test]
fn release_3_2() {
    matrix("32");
}

#[test]
fn release_4_1_beta() {
    matrix("41");
}

#[test]
fn release_5_0() {
    matrix("50");
}

#[test]
fn release_6_0() {
    matrix("60");
}

/// A client whose session is too old after a tenth of a second instead of 12 hours, and is renewed that often: each message is delivered, answers come once, in order, and the library is never asked
/// for a session that stands.
fn renewed(generation: &str) {
    let system = System::built(generation, false); // this process is not sanitized
    let mut server = system.start("native-server", A, &[]);
    assert_eq!(server.line(), "0");
    for (name, value) in system.variables(B) {
        // SAFETY: in a process of its own, before anything starts that reads the environment.
        unsafe { std::env::set_var(name, value) };
    }
    let mut settings = Settings {
        backend: BackendKind::DSoftBus,
        dsoftbus_lib: system.library.to_str().unwrap().to_owned(),
        ..Settings::default()
    };
    settings.limits.rekey = Duration::from_millis(100);
    let start = Instant::now();
    let show = move |_, line: &str| println!("{:?} {line}", start.elapsed());
    base::log::set_sink(Some(std::sync::Arc::new(show)));
    let client = Node::new("dev_B", settings);
    let member = |id: &str, address: &str| Member {
        id: id.into(),
        address: address.into(),
    };
    client.near.set_view(View {
        buses: vec![Bus {
            id: "1".into(),
            key: Some(KEY.to_owned().into()),
            members: vec![member("dev_A", "10.9.0.1"), member("dev_B", "10.9.0.2")],
        }],
    });
    assert_eq!(client.connect("10.9.0.1"), (0, String::new()));
    for n in 0..60u8 {
        client.send_when_connected("dev_A", &[b'a', b's', b'k', n]);
        std::thread::sleep(Duration::from_millis(20));
    }
    // Each message of ours was delivered. An answer that meets the end of a session is lost, which its sender is told.
    client.log.wait("answers", |r| r.received.len() >= 40);
    client.log.read(|r| {
        let answers: Vec<u8> = r.received.iter().map(|(_, m)| m[0]).collect();
        assert!(answers.is_sorted_by(|a, b| a < b), "{answers:?}");
    });
    let (opened, again) = system.opened();
    assert!(opened >= 5 && again == 0, "{opened} sessions, {again} asked for again");
    client.near.close();
    server.end();
}

#[test]
fn renewed_on_3_1() {
    if ran_alone("dsoftbus::renewed_on_3_1") {
        return;
    }
    renewed("31");
}

#[test]
fn renewed_on_3_2() {
    if ran_alone("dsoftbus::renewed_on_3_2") {
        return;
    }
    renewed("32");
}

#[test]
fn renewed_on_5_0() {
    if ran_alone("dsoftbus::renewed_on_5_0") {
        return;
    }
    renewed("50");
}

#[test]
fn renewed_on_6_0() {
    if ran_alone("dsoftbus::renewed_on_6_0") {
        return;
    }
    renewed("60");
}

#[test]
fn without_a_usable_library() {
    let system = System::new("50");
    let incomplete = mock(
        system.place.path(),
        "incomplete.so",
        &["-DGENERATION=50", "-DMISSING"],
        &[],
    );
    for library in [incomplete.to_str().unwrap(), "/nowhere/libsoftbus.so"] {
        let (code, log) = system.client(&[("HWMQTT_DCONN_DSOFTBUS_LIB", library)]);
        assert_eq!(code, hex(code::ERROR));
        assert!(log.contains("HWM-E034"), "{log}");
    }
    // Unless a library is named, the one of a small system is as good as that of a standard one.
    mock(system.place.path(), "libsoftbus_client.so", &["-DGENERATION=50"], &[]);
    let mut server = system.start("native-server", A, &[]);
    assert_eq!(server.line(), "0");
    let folder = system.place.path().to_str().unwrap();
    let found = [("HWMQTT_DCONN_DSOFTBUS_LIB", ""), ("LD_LIBRARY_PATH", folder)];
    assert_eq!(system.client(&found).0, "0");
    server.end();
}

/// The demo program as a member of a group of the simulated platform, with its lines.
struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Program {
    fn start(system: &System, platform: &Handle, own: (&str, &str, &str)) -> Program {
        let (device, id, ip) = own;
        let mut child = Command::new(system.path("demo"))
            .args(["--address", "127.0.0.1", "--port", &platform.plain_port().to_string()])
            .args(["--id", id, "--secret", SECRET, "--ip", ip, "--send-every", "1"])
            .envs(system.variables(device))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let all = lines.clone();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .for_each(|line| all.lock().unwrap().push(line))
        });
        Program { child, lines }
    }

    fn count(&self, part: &str) -> usize {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| line.contains(part)).count()
    }

    fn wait(&self, part: &str) {
        let until = Instant::now() + Duration::from_secs(15);
        while self.count(part) == 0 {
            assert!(
                Instant::now() < until,
                "{part} is not in {:#?}",
                self.lines.lock().unwrap()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

/// The member comes first and sees no address of its master; a third member never comes up, so that the library goes on asking,
/// and its answers, which say nothing new, reach nobody.
#[test]
fn group_data_is_kept_fresh_and_quiet() {
    let system = System::new("50");
    let source = root().join("c_demo/soft_bus_demo.c");
    compile_at(&source, &system.path("demo"));
    let config = Config {
        plain: Port::Auto,
        ..Config::default()
    };
    let ids = ["dev_A", "dev_B", "dev_C"];
    let config = ids.iter().fold(config, |config, id| config.device(id, SECRET));
    let platform = Platform::start(config.bus("hall", "hall", &ids)).unwrap();
    let handle = platform.handle();
    let member = Program::start(&system, &handle, (B, "dev_B", "10.9.0.2"));
    member.wait("code 0x5001");
    let master = Program::start(&system, &handle, (A, "dev_A", "10.9.0.1"));
    member.wait("received from dev_A");
    let told = || (master.count("bus info received"), member.count("bus info received"));
    let asked = || {
        let is_query = |event: &iotda_sim::Event| {
            let uplink = event.uplink();
            uplink.is_some_and(|(_, payload)| payload.windows(23).any(|part| part == b"soft_bus_config_request"))
        };
        handle.events().iter().filter(|event| is_query(event)).count()
    };
    let (before, queries, heard) = (told(), asked(), member.count("received from dev_A"));
    std::thread::sleep(Duration::from_secs(9));
    assert!(asked() > queries, "the third member is asked for");
    assert_eq!(told(), before, "nothing new");
    assert!(member.count("received from dev_A") >= heard + 7, "the link stands");
}
