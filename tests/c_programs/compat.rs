//! The programs of `c_demo/compat`, one per generation of the C SDK's interface: compiled unchanged, linked with the library
//! alone and with the link line of the C SDK's Makefile, and run against the simulator. Those that need `iota_compat.h` get it
//! by `-include`.

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

/// With every warning: what `-w` hides above.
const STRICT: &[&str] = &["-Wall", "-Wextra", "-Werror"];

pub struct Generation {
    pub name: &'static str,
    includes: &'static [&'static str],
    switches: &'static [&'static str],
    /// What a build without `-w` has besides.
    strict: &'static [&'static str],
    /// What happens on the platform while the program runs.
    operator: fn(&Platform),
    /// Texts that the program must have published.
    published: &'static [&'static str],
    /// Lines that the program must have printed.
    printed: &'static [&'static str],
}

const OLD_INCLUDES: &[&str] = &["agentlite", "service", "util", "third_party/cjson", ""];

pub const GENERATIONS: &[Generation] = &[
    Generation {
        name: "generation_0_5",
        includes: OLD_INCLUDES,
        switches: &["-DIOTA_COMPAT=0x0005", "-include", "iota_compat.h"],
        strict: &[],
        operator: operate_0_5,
        published: &[
            "hello from 0.5",
            "\"brightness\":5",
            "\"temperature\":5.5",
            "\"sw_version\":\"sw-0.5\"",
            "\"response_name\":\"switch\"",
            "\"state\":2",
        ],
        printed: &[
            "command [id-5] { \"paras\" : {\"on\":1} ,\"service_id\":\"lamp\",\"command_name\":\"switch\",\"more\":[1, 2.50] } with id",
            "set [set-5] {\"services\":[{\"service_id\":\"lamp\",\"properties\":{\"on\":true}}], \"x\":\"\\u00e9\"} with id",
            "message [] {\"content\":{\"a\":1},\"unknown\":null} with id",
            "event [] {\"object_device_id\":null,\"services\":[{\"service_id\":\"$ota\",\"event_type\":\"version_query\",\"paras\":{}}]} with id",
            "user [line/5] not JSON at all without id",
        ],
    },
    Generation {
        name: "generation_0_9",
        includes: OLD_INCLUDES,
        switches: &["-include", "iota_compat.h"],
        strict: &[],
        operator: operate_0_9,
        published: &[
            "\"level\":9",
            "child-9",
            "product-9",
            "scanned-9",
            "list-9",
            "it is, 0.9",
            "\"progress\":90",
            "\"response_name\":\"done\"",
        ],
        printed: &["event version_query"],
    },
    Generation {
        name: "generation_1_0",
        includes: OLD_INCLUDES,
        switches: &["-include", "iota_compat.h"],
        strict: &[],
        operator: operate_1_0,
        published: &["hello from 1.0", "four arguments", "\"state\":\"1.0\""],
        printed: &["message to all", "command lamp switch id-10"],
    },
    Generation {
        name: "generation_1_1_1",
        includes: OLD_INCLUDES,
        switches: &["-DMQTTV5", "-DIOTA_COMPAT=0x0101", "-include", "iota_compat.h"],
        strict: &[],
        operator: operate_1_1_1,
        published: &["hello from 1.1.1", "five arguments", "\"state\":\"1.1.1\""],
        printed: &["message to all"],
    },
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
        strict: &["-include", "iota_compat.h"],
        operator: operate_1_1_2,
        published: &[
            "hello from 1.1.2",
            "\"brightness\":40",
            "\"temperature\":21",
            "192.0.2.12",
        ],
        printed: &[],
    },
    Generation {
        name: "generation_1_1_5",
        includes: OLD_INCLUDES,
        switches: &["-DMQTTV5"],
        strict: &["-include", "iota_compat.h"],
        operator: operate_1_1_5,
        published: &["hello from 1.1.5", "\"level\":5", "\"progress\":100", "taken over"],
        printed: &[],
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
            "third_party/libboundscheck",
            "",
        ],
        switches: &["-DSECURITY_AWARENESS_ENABLE"],
        // usleep() and sprintf_s() are of headers that it does not include.
        strict: &[
            "-include",
            "unistd.h",
            "-include",
            "securec.h",
            "-include",
            "iota_compat.h",
        ],
        operator: operate_1_2_1,
        published: &[
            "hello from 1.2.1",
            "raw from 1.2.1",
            "\"SupWh\":\"aaa\"",
            "/tmp/x",
            "DEVICE_STATUS",
        ],
        printed: &[],
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

/// Payloads with blanks, members and an order of their own: older programs get them as they came.
fn operate_0_5(platform: &Platform) {
    let send = |tail: &str, payload: &str| {
        let topic = format!("$oc/devices/{DEVICE}/{tail}");
        platform.publish_to(DEVICE, &topic, payload, 1).unwrap();
    };
    send(
        "sys/commands/request_id=id-5",
        r#"{ "paras" : {"on":1} ,"service_id":"lamp","command_name":"switch","more":[1, 2.50] }"#,
    );
    send(
        "sys/properties/set/request_id=set-5",
        r#"{"services":[{"service_id":"lamp","properties":{"on":true}}], "x":"\u00e9"}"#,
    );
    send("sys/messages/down", r#"{"content":{"a":1},"unknown":null}"#);
    send(
        "sys/events/down",
        r#"{"object_device_id":null,"services":[{"service_id":"$ota","event_type":"version_query","paras":{}}]}"#,
    );
    send("user/line/5", "not JSON at all");
    let id = platform
        .command(DEVICE, "lamp", "switch", &json!({"on": 1}), WAIT)
        .unwrap();
    let answered = platform.wait_request(&id, WAIT).unwrap();
    assert_eq!(answered.state(), State::Answered(0), "{answered:?}");
    let id = platform.property_get(DEVICE, Some("lamp"), WAIT).unwrap();
    let answered = platform.wait_request(&id, WAIT).unwrap();
    assert!(answered.answer.unwrap().to_string().contains("\"on\":\"yes\""));
}

fn operate_0_9(platform: &Platform) {
    ask(platform);
    platform.event(DEVICE, "$ota", "version_query", json!({})).unwrap();
}

fn command_and_message(platform: &Platform, command: &str) {
    let topic = format!("$oc/devices/{DEVICE}/sys/commands/request_id={command}");
    let payload = r#"{"service_id":"lamp","command_name":"switch","paras":{}}"#;
    platform.publish_to(DEVICE, &topic, payload, 1).unwrap();
    let standard = DeviceMessage {
        standard: true,
        ..message("to all")
    };
    platform.message(DEVICE, standard).unwrap();
}

fn operate_1_0(platform: &Platform) {
    command_and_message(platform, "id-10");
}

fn operate_1_1_1(platform: &Platform) {
    command_and_message(platform, "id-11");
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

impl Generation {
    /// A program of another place that does as `generation_1_0.c` does once it is ready.
    pub fn foreign(published: &'static [&'static str], printed: &'static [&'static str]) -> Generation {
        Generation {
            name: "foreign",
            includes: &[],
            switches: &[],
            strict: &[],
            operator: operate_1_0,
            published,
            printed,
        }
    }

    /// The compiler's flags for a build where each warning is an error, with the headers below `top`.
    pub fn strict_flags(&self, top: &Path) -> Vec<String> {
        let words = [STRICT, self.strict, self.switches].concat();
        let mut flags: Vec<String> = words.into_iter().map(str::to_string).collect();
        flags.extend(self.include_flags(top));
        flags
    }

    fn include_flags(&self, top: &Path) -> impl Iterator<Item = String> + use<'_> {
        let include = top.join("include");
        let directories = self.includes.iter();
        directories.map(move |directory| format!("-I{}", include.join(directory).display()))
    }
}

pub fn build(generation: &Generation, compiler: &str, with: &str, more: &[String]) -> PathBuf {
    let program = scratch("compat").join(format!("{}-{compiler}-{with}", generation.name));
    let directory = libraries();
    let mut command = Command::new(compiler);
    match with {
        "strict" => command.args(generation.strict_flags(root())),
        _ => command
            .args(FLAGS)
            .args(generation.switches)
            .args(generation.include_flags(root())),
    };
    if under("asan") {
        command.args(["-fsanitize=address", "-g"]);
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

/// What the program gets: address, port, device id and secret of the platform.
pub type Arguments = [String; 4];

pub fn arguments(platform: &Platform) -> Arguments {
    let address = platform.plain_addr().unwrap();
    [
        address.ip().to_string(),
        address.port().to_string(),
        DEVICE.into(),
        SECRET.into(),
    ]
}

/// Without the blanks that printed JSON may have.
fn packed(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect()
}

fn play(generation: &Generation, program: &Path) {
    play_as(generation, command(program), arguments);
}

/// Runs a program with arguments and environment of its own; all that it needs beyond stands in `command`.
pub fn play_as(generation: &Generation, mut command: Command, arguments: fn(&Platform) -> Arguments) -> Vec<String> {
    let platform = Platform::start(Config::default().device(DEVICE, SECRET)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let [address, port, device, secret] = arguments(&platform);
    let right = self::arguments(&platform);
    for (name, value) in ["ADDRESS", "PORT", "DEVICEID", "PASSWOROD"].iter().zip(&right) {
        if [&address, &port, &device, &secret].iter().all(|given| *given != value) {
            command.env(format!("IOTDA_MQTTC_{name}"), value);
        }
    }
    command
        .args([address, port, device])
        .env("DEVICE_SECRET", secret)
        .current_dir(directory.path())
        .stdin(Stdio::null());
    let mut running = Running::start(&mut command);
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
    for line in generation.printed {
        assert!(
            running.said.iter().any(|said| said == line),
            "{}: no line {line}\n{}",
            generation.name,
            running.said.join("\n")
        );
    }
    let said = running.said.join("\n");
    assert!(!said.contains(SECRET), "the secret was logged");
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert!(left.is_empty(), "files were left in the work directory: {left:?}");
    running.said.clone()
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

/// The demo programs of this directory with every warning, which are errors: those that need it with `iota_compat.h`.
#[test]
fn each_generation_without_a_warning() {
    for compiler in ["gcc", "clang"] {
        with_all(|generation| drop(build(generation, compiler, "strict", &[])));
    }
}

/// A program that configures by `IOTA_ConfigSetStr` gets all four values from the environment, with `iota_compat.h`.
#[test]
fn the_environment_overrides_with_the_header() {
    let generation = &GENERATIONS[0];
    let program = build(generation, "gcc", "environment", &[]);
    play_as(generation, command(&program), |_| {
        ["192.0.2.1", "8883", "someone-else", "00000000000000000000000000000000"].map(String::from)
    });
}

/// Without it nothing changes: the environment is for `IOTA_ConnectConfigSet` alone.
#[test]
fn the_environment_does_not_override_without_the_header() {
    let generation = GENERATIONS.iter().find(|g| g.name == "generation_1_1_2").unwrap();
    let program = build(generation, "gcc", "environment", &[]);
    let mut command = command(&program);
    command.envs([
        ("IOTDA_MQTTC_ADDRESS", "192.0.2.1"),
        ("IOTDA_MQTTC_PORT", "8883"),
        ("IOTDA_MQTTC_DEVICEID", "someone-else"),
        ("IOTDA_MQTTC_PASSWOROD", "00000000000000000000000000000000"),
    ]);
    play_as(generation, command, arguments);
}
