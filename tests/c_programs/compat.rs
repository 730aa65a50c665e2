//! The programs of `c_demo/compat`, one per generation of the C SDK's interface: compiled unchanged, linked with the library
//! alone and with the link line of the C SDK's Makefile, and run against the simulator.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use iotda_sim::{Config, DeviceMessage, Platform, Properties, State};
use serde_json::{Map, Value, json};

use crate::support::{Running, command, libraries, root, scratch, successful, under};

const DEVICE: &str = "5f0c9a_compat-01";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(60);

/// As existing builds do: the default dialect, without warnings; newer compilers need to be told to accept undeclared functions.
const FLAGS: &[&str] = &[
    "-w",
    "-Wno-error=implicit-function-declaration",
    "-Wno-error=int-conversion",
    "-Wno-error=incompatible-pointer-types",
];

/// What the C SDK's Makefile links besides the library itself.
const OLD_LINK_LINE: &[&str] = &[
    "paho-mqtt3as",
    "ssl",
    "crypto",
    "z",
    "boundscheck",
    "pthread",
    "curl",
    "m",
];

struct Generation {
    name: &'static str,
    includes: &'static [&'static str],
    switches: &'static [&'static str],
    /// What happens on the platform while the program runs.
    operator: fn(&Platform),
    /// Texts that the program must have published.
    published: &'static [&'static str],
}

const GENERATIONS: &[Generation] = &[
    Generation {
        name: "generation_1_1_2",
        includes: &[
            "agentlite",
            "service",
            "util",
            "third_party/cjson",
            "third_party/libboundscheck",
            "",
        ],
        switches: &[],
        operator: operate_1_1_2,
        published: &[
            "hello from 1.1.2",
            "\"brightness\":40",
            "\"temperature\":21",
            "192.0.2.12",
        ],
    },
    Generation {
        name: "generation_1_1_5",
        includes: &["agentlite", "service", "util", "third_party/cjson", ""],
        switches: &["-DMQTTV5"],
        operator: operate_1_1_5,
        published: &["hello from 1.1.5", "\"level\":5", "\"progress\":100", "taken over"],
    },
    Generation {
        name: "generation_1_2_1",
        includes: &[
            "agentlite",
            "service",
            "util",
            "third_party/cjson",
            "base",
            "service/sys_hal",
            "service/detect_anomaly",
            "tunnel",
            "",
        ],
        switches: &["-DSECURITY_AWARENESS_ENABLE"],
        operator: operate_1_2_1,
        published: &[
            "hello from 1.2.1",
            "raw from 1.2.1",
            "\"SupWh\":\"aaa\"",
            "/tmp/x",
            "DEVICE_STATUS",
        ],
    },
];

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Sends a command, a set and a get, and waits for the answers.
fn ask(platform: &Platform) {
    let ids = [
        platform
            .command(DEVICE, "lamp", "switch", &json!({"on": 1}), WAIT)
            .unwrap(),
        platform
            .property_set(DEVICE, &vec![("lamp".into(), object(json!({"on": true})))], WAIT)
            .unwrap(),
    ];
    for id in ids {
        let answered = platform.wait_request(&id, WAIT).unwrap();
        assert_eq!(answered.state(), State::Answered(0), "{answered:?}");
    }
}

fn message(content: &str) -> DeviceMessage {
    DeviceMessage {
        content: content.into(),
        ..DeviceMessage::default()
    }
}

fn soft_bus(platform: &Platform) {
    platform.group_add("group").unwrap();
    platform.bind("group", DEVICE).unwrap();
    platform.softbus_create("group", "bus").unwrap();
}

fn operate_1_1_2(platform: &Platform) {
    ask(platform);
    let id = platform.property_get(DEVICE, Some("lamp"), WAIT).unwrap();
    let answered = platform.wait_request(&id, WAIT).unwrap();
    assert!(answered.answer.unwrap().to_string().contains("\"on\":\"yes\""));
    let standard = DeviceMessage {
        standard: true,
        ..message("to all")
    };
    platform.message(DEVICE, standard.clone()).unwrap();
    let topic = Some("line/1".into());
    platform.message(DEVICE, DeviceMessage { topic, ..standard }).unwrap();
    soft_bus(platform);
}

fn operate_1_1_5(platform: &Platform) {
    let properties = Properties {
        user: vec![("a".into(), "1".into()), ("a".into(), "2".into())],
        content_type: Some("text/plain".into()),
        ..Properties::default()
    };
    let properties = Some(Box::new(properties));
    let raw = DeviceMessage {
        properties,
        ..message("bytes")
    };
    platform.message(DEVICE, raw).unwrap();
    let topic = Some("line/1".into());
    let message = DeviceMessage {
        topic,
        ..message("for the line")
    };
    platform.message(DEVICE, message).unwrap();
    let notice = json!({"version": "v2", "url": "https://192.0.2.1/x?y", "file_size": 10, "file_name": "app.bin", "task_id": "T1",
        "sub_device_count": 3, "access_token": "t", "expires": 10, "sign": "s"});
    platform.event(DEVICE, "$ota", "firmware_upgrade_v2", notice).unwrap();
    let config = json!({"config_content": {"interval": 5}});
    platform
        .event(DEVICE, "$device_config", "config_update", config)
        .unwrap();
}

fn operate_1_2_1(platform: &Platform) {
    ask(platform);
    let standard = DeviceMessage {
        standard: true,
        ..message("to all")
    };
    platform.message(DEVICE, standard).unwrap();
    let unknown = format!("$oc/devices/{DEVICE}/sys/unknown/down");
    platform.publish_to(DEVICE, &unknown, "{}", 1).unwrap();
    platform
        .event(DEVICE, "$log", "log_config", json!({"switch": "on"}))
        .unwrap();
    let tunnel = json!({"tunnel_uri": "wss://192.0.2.1:8443/v5/x", "tunnel_access_token": "t", "expires_in": 10});
    platform
        .event(DEVICE, "$tunnel_manager", "tunnel_notify", tunnel)
        .unwrap();
    soft_bus(platform);
}

/// The old link line's libraries; an empty one takes the place of each that is not installed.
fn old_link_line(compiler: &str) -> Vec<String> {
    let standins = scratch("compat/standins");
    for name in OLD_LINK_LINE {
        let file = format!("lib{name}.so");
        let found = successful(Command::new(compiler).arg(format!("-print-file-name={file}")));
        let archive = successful(Command::new(compiler).arg(format!("-print-file-name=lib{name}.a")));
        let standin = standins.join(&file);
        if !found.contains('/') && !archive.contains('/') && !standin.is_file() {
            let empty = standins.join(format!("empty-{}.c", std::process::id()));
            std::fs::write(&empty, "").unwrap();
            let soname = format!("-Wl,-soname,{file}");
            successful(
                Command::new(compiler)
                    .args(["-shared", "-fPIC", &soname, "-o"])
                    .args([&standin, &empty]),
            );
        }
    }
    let mut line = vec![
        format!("-L{}", standins.display()),
        format!("-Wl,-rpath,{}", standins.display()),
    ];
    line.extend(OLD_LINK_LINE.iter().map(|name| format!("-l{name}")));
    line
}

fn build(generation: &Generation, compiler: &str, with: &str, more: &[String]) -> PathBuf {
    let program = scratch("compat").join(format!("{}-{compiler}-{with}", generation.name));
    let directory = libraries();
    let mut command = Command::new(compiler);
    command.args(FLAGS).args(generation.switches);
    if under("asan") {
        command.args(["-fsanitize=address", "-g"]);
    }
    for include in generation.includes {
        command.arg("-I").arg(root().join("include").join(include));
    }
    command
        .arg(root().join("c_demo/compat").join(generation.name).with_extension("c"))
        .arg("-o")
        .arg(&program)
        .arg(format!("-L{}", directory.display()))
        .arg(format!("-Wl,-rpath,{}", directory.display()))
        .args(["-Wl,--no-as-needed", "-lHWMQTT"])
        .args(more);
    successful(&mut command);
    program
}

fn start(program: &Path, platform: &Platform, directory: &Path) -> Running {
    let address = platform.plain_addr().unwrap();
    Running::start(
        command(program)
            .args([address.ip().to_string(), address.port().to_string(), DEVICE.to_string()])
            .env("DEVICE_SECRET", SECRET)
            .current_dir(directory)
            .stdin(Stdio::null()),
    )
}

/// Without the blanks that printed JSON may have.
fn packed(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect()
}

fn play(generation: &Generation, program: &Path) {
    let platform = Platform::start(Config::default().device(DEVICE, SECRET)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut running = start(program, &platform, directory.path());
    running.wait("ready", |line| line == "ready");
    (generation.operator)(&platform);
    running.wait("done", |line| line == "done");
    running.end();
    let events = platform.events();
    for text in generation.published {
        let wanted = packed(text.as_bytes());
        let has = |(_, payload): (&str, &[u8])| packed(payload).contains(&wanted);
        assert!(
            events.iter().filter_map(|e| e.uplink()).any(has),
            "{}: {text}",
            generation.name
        );
    }
    let said = running.said.join("\n");
    assert!(!said.contains(SECRET), "the secret was logged");
}

fn with_all(run: impl Fn(&Generation) + Sync) {
    std::thread::scope(|scope| {
        let threads: HashMap<&str, _> = GENERATIONS.iter().map(|g| (g.name, scope.spawn(|| run(g)))).collect();
        for (name, thread) in threads {
            assert!(thread.join().is_ok(), "{name}");
        }
    });
}

#[test]
fn each_generation_with_the_library_alone() {
    with_all(|generation| play(generation, &build(generation, "gcc", "alone", &[])));
}

#[test]
fn each_generation_with_the_old_link_line() {
    let line = old_link_line("gcc");
    with_all(|generation| play(generation, &build(generation, "gcc", "old", &line)));
}

#[test]
fn each_generation_by_clang() {
    with_all(|generation| drop(build(generation, "clang", "alone", &[])));
}
