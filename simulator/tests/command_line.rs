//! The program as people and scripts use it: run, ctl, signals.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_iotda-sim");
const CONFIG: &str = r#"
plain = "ephemeral"
tls = "ephemeral"
check_login = false
[[device]]
id = "gate"
secret = "s"
[[group]]
name = "hall"
members = ["gate"]
bus = "workshop"
bus_key = "5ec4e7c0de5ec4e7"
"#;

struct Run {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Run {
    fn start(dir: &Path) -> Run {
        std::fs::write(dir.join("sim.toml"), CONFIG).unwrap();
        // The most careless umask: what is private is private by itself.
        let mut child = Command::new("sh")
            .current_dir(dir)
            .args([
                "-c",
                "umask 0 && exec \"$0\" \"$@\"",
                PROGRAM,
                "run",
                "--config",
                "sim.toml",
                "--work-dir",
                "work",
                "--control",
                "sim.sock",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut run = Run { child, lines };
        run.line_with("iotda-sim: plain 127.0.0.1:");
        run
    }

    fn line_with(&mut self, text: &str) -> String {
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(text))
            .expect("the line comes")
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ctl(dir: &Path, words: &[&str]) -> Output {
    Command::new(PROGRAM)
        .current_dir(dir)
        .args(["ctl", "--control", "sim.sock"])
        .args(words)
        .output()
        .unwrap()
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn connect(dir: &Path, device: &str) -> TcpStream {
    let ports = std::fs::read_to_string(dir.join("work/ports")).unwrap();
    let port: u16 = ports
        .lines()
        .find_map(|l| l.strip_prefix("plain="))
        .unwrap()
        .parse()
        .unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut packet = b"\0\x04MQTT\x04\x82\0\x3c\0\x01c".to_vec();
    packet.extend((device.len() as u16).to_be_bytes());
    packet.extend(device.as_bytes());
    packet.splice(0..0, [0x10, packet.len() as u8]);
    socket.write_all(&packet).unwrap();
    socket
}

#[test]
fn a_session_with_the_operator() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut run = Run::start(dir);
    assert!(
        std::fs::read_to_string(dir.join("work/conf/rootcert.pem"))
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE")
    );
    let mut gate = connect(dir, "gate");
    run.line_with("gate <- $oc/devices/gate/sys/properties/set/request_id=");

    let query = br#"{"services":[{"service_id":"$oh_soft_bus","event_type":"soft_bus_config_request","paras":{}}]}"#;
    let topic = b"$oc/devices/gate/sys/events/up";
    let length = 2 + topic.len() + query.len();
    assert!(length < 128, "one byte of remaining length");
    let mut packet = vec![0x30, length as u8, 0, topic.len() as u8];
    packet.extend(topic);
    packet.extend(query);
    gate.write_all(&packet).unwrap();
    let info = run.line_with("soft_bus_config_response");
    assert!(
        info.contains(r#""bus_key":"***""#) && !info.contains("5ec4e7"),
        "{info}"
    );

    text(ctl(dir, &["device", "add", "cam", "another secret"]));
    text(ctl(dir, &["group", "bind", "hall", "cam"]));
    run.line_with(r#"{"version":1}"#);
    let list = text(ctl(dir, &["group", "list"]));
    assert!(list.contains(r#""version":1"#) && !list.contains("5ec4e7"), "{list}");
    let refused = ctl(dir, &["softbus", "create", "hall", "second"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has a soft bus already"));
    text(ctl(dir, &["group", "add", "yard"]));
    assert_eq!(text(ctl(dir, &["softbus", "create", "yard", "two"])).trim().len(), 32);
    assert!(text(ctl(dir, &["rules", "redelivery_ms=250"])).contains("\"redelivery_ms\": 250"));
    text(ctl(dir, &["fault", "add", "refuse=3", "device=cam", "times=1"]));
    assert!(text(ctl(dir, &["fault", "list"])).contains(r#""refuse":3"#));
    connect(dir, "cam");
    run.line_with("CONNACK 3: refused");
    assert_eq!(text(ctl(dir, &["certificate", "gate", "work"])).trim().len(), 64);
    assert!(
        std::fs::read_to_string(dir.join("work/conf/deviceCert.key"))
            .unwrap()
            .contains("PRIVATE KEY")
    );
    text(ctl(
        dir,
        &["publish", "gate", "$oc/devices/gate/sys/messages/down", "hello"],
    ));
    run.line_with("messages/down (QoS 1, id");
    assert!(text(ctl(dir, &["message", "cam", "later"])).contains("kept"));
    // Unknown, offline and broken are three different sentences.
    for (words, expected) in [
        (
            &["command", "nobody", "lamp", "on", "{}"][..],
            "no device \"nobody\" is registered",
        ),
        (&["message", "nobody", "hello"], "no device \"nobody\" is registered"),
        (
            &["group", "bind", "hall", "nobody"],
            "no device \"nobody\" is registered",
        ),
        (&["publish", "nobody", "t", "hello"], "there is no such device"),
        (&["command", "cam", "lamp", "on", "{}"], "\"cam\" is not online"),
        (&["publish", "cam", "t", "hello"], "the device is not online"),
        (&["command", "gate", "lamp", "on", "{\"on\":"], "is broken JSON"),
    ] {
        let output = ctl(dir, words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected), "{words:?}: {said}");
    }
    let mode = std::fs::metadata(dir.join("sim.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    assert_eq!(text(ctl(dir, &["message", "gate", "now"])).trim(), "sent");
    run.line_with("messages/down (QoS 1, id");
    let unanswered = ctl(dir, &["command", "gate", "lamp", "on", "{}", "--timeout", "1"]);
    assert!(String::from_utf8_lossy(&unanswered.stderr).contains("was not answered within 1 s"));
    run.line_with("(on): timed out");
    assert!(text(ctl(dir, &["requests"])).contains("timed_out"));
    let desired = text(ctl(dir, &["shadow", "desire", "gate", "lamp", r#"{"on":true}"#]));
    assert!(desired.contains("\"version\": 1"), "{desired}");
    assert!(text(ctl(dir, &["shadow", "show", "gate"])).contains("desired"));
    assert_eq!(text(ctl(dir, &["child", "add", "gate", "n", "p"])).trim(), "p_n");
    assert!(text(ctl(dir, &["child", "list", "gate"])).contains("INACTIVE"));
    text(ctl(dir, &["event", "gate", "$log", "log_config", r#"{"switch":"on"}"#]));
    run.line_with("log_config");
    assert!(!ctl(dir, &["bridge", "disconnect", "gate"]).status.success());
    assert!(text(ctl(dir, &["events", "--last", "3"])).lines().count() == 3);
    assert!(text(ctl(dir, &["status"])).contains("\"gate\""));

    text(ctl(dir, &["stop"]));
    run.line_with("iotda-sim: stopped");
    assert!(run.child.wait().unwrap().success());
    assert!(!dir.join("sim.sock").exists());
    assert!(String::from_utf8_lossy(&ctl(dir, &["status"]).stderr).contains("no platform answers"));
}

#[test]
fn signals_stop_it() {
    for signal in ["-INT", "-TERM"] {
        let dir = tempfile::tempdir().unwrap();
        let mut run = Run::start(dir.path());
        let pid = run.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        run.line_with("iotda-sim: stopped");
        assert!(run.child.wait().unwrap().success());
    }
}

#[test]
fn mistakes_are_explained() {
    let run = |words: &[&str]| Command::new(PROGRAM).args(words).output().unwrap();
    assert!(String::from_utf8_lossy(&run(&["--help"]).stdout).contains("iotda-sim run"));
    let help = run(&["ctl", "message", "--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("--content-type <TEXT>"));
    let completion = run(&["completion", "bash"]);
    assert!(String::from_utf8_lossy(&completion.stdout).contains("-F _iotda"));
    let version = concat!("iotda-sim ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8_lossy(&run(&["--version"]).stdout), version);
    for (words, expected) in [
        (&["run", "--config", "/nonexistent.toml"][..], "/nonexistent.toml"),
        (&["run", "--plain", "many"], "\"many\" is no port"),
        (&["run", "--tsl", "8883"], "unexpected argument '--tsl'"),
        (&["walk"], "unrecognized subcommand"),
        (&[], "Usage: iotda-sim <COMMAND>"),
        (
            &["ctl", "--control", "/nonexistent.sock", "group", "bind", "hall"],
            "<DEVICE>...",
        ),
        (
            &["ctl", "--control", "/nonexistent.sock", "fault", "add", "refuze=3"],
            "unknown field `refuze`",
        ),
    ] {
        let output = run(words);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(expected), "{words:?}: {text}");
    }
}
