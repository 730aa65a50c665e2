//! The Rust SDK against the simulated platform, and its examples, each as its own process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use iotda_device::{Answer, Device, Event, PropertyGet};
use iotda_sim::{Config, Platform};
use serde_json::json;

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(30);

fn platform(ids: &[&str]) -> Platform {
    let config = ids
        .iter()
        .fold(Config::default(), |config, id| config.device(id, SECRET));
    Platform::start(config).unwrap()
}

fn device(platform: &Platform, id: &str) -> iotda_device::Builder {
    let port = platform.handle().plain_port();
    Device::builder(id, SECRET).address("127.0.0.1").port(port).plain()
}

/// The next event that is wanted.
fn next<T>(events: &mut iotda_device::Events, wanted: impl Fn(&Event) -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        let event = events
            .next_within(WAIT.saturating_sub(begin.elapsed()))
            .expect("the event comes in time");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

#[test]
fn a_report_has_its_end_as_a_future_and_by_waiting() {
    let platform = platform(&["reporter"]);
    let device = device(&platform, "reporter").connect().unwrap();
    assert!(device.wait_connected(WAIT));
    assert_eq!(device.report("s", &json!({"v": 1})).unwrap().wait(WAIT), Some(Ok(())));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let report = device
        .report_services(&[("s", json!({"v": 2})), ("t", json!({"w": 3}))])
        .unwrap();
    runtime.block_on(report).unwrap();
    assert_eq!(
        platform.handle().shadow("reporter")[1]["reported"]["properties"]["w"],
        3
    );
    assert_eq!(device.statistics().delivered, 2);
    assert_eq!(device.last_failure(), None);
}

#[test]
fn a_report_that_ends_with_its_device_says_so() {
    let platform = platform(&["brief"]);
    let device = device(&platform, "brief").port(9).connect().unwrap();
    let report = device.report("s", &json!({"v": 1})).unwrap();
    let mut events = device.events();
    assert_eq!(report.ended(), None);
    drop(device);
    assert_eq!(report.wait(WAIT).unwrap().unwrap_err().code(), -11);
    assert_eq!(events.find(|event| *event == Event::Connected), None, "the stream ends");
}

#[test]
fn a_report_that_becomes_no_json_is_refused() {
    let platform = platform(&["odd"]);
    let device = device(&platform, "odd").connect().unwrap();
    let odd = std::collections::HashMap::from([((1, 2), 3)]);
    assert_eq!(
        device.report("s", &odd).unwrap_err().id(),
        iotda_device::Error::Argument("").id()
    );
}

#[test]
fn handlers_answer_by_what_they_return() {
    let platform = platform(&["servant"]);
    let device = device(&platform, "servant")
        .on_command(|_, command| match command.name.as_str() {
            "add" => Ok(Answer::of(
                &json!({"sum": command.paras["a"].as_i64().unwrap_or(0) + 1}),
            )),
            other => Err(format!("no {other} here")),
        })
        .on_property_set(|_, set| assert_eq!(set.services[0], ("lamp".into(), json!({"on": true}))))
        .on_property_get(|_, get: &PropertyGet| vec![(get.service.clone().unwrap_or_default(), json!({"on": false}))])
        .connect()
        .unwrap();
    assert!(device.wait_connected(WAIT));
    let handle = platform.handle();
    let done = |id: String| handle.wait_request(&id, WAIT).unwrap();
    let added = done(
        handle
            .command("servant", "calc", "add", &json!({"a": 41}), WAIT)
            .unwrap(),
    );
    assert!(format!("{added:?}").contains("42"), "{added:?}");
    let refused = done(handle.command("servant", "calc", "fly", &json!({}), WAIT).unwrap());
    assert!(format!("{refused:?}").contains("no fly here"), "{refused:?}");
    let wanted = vec![("lamp".to_owned(), json!({"on": true}).as_object().unwrap().clone())];
    done(handle.property_set("servant", &wanted, WAIT).unwrap());
    let got = done(handle.property_get("servant", Some("lamp"), WAIT).unwrap());
    assert!(format!("{got:?}").contains("false"), "{got:?}");
}

#[test]
fn without_handlers_requests_are_events() {
    let platform = platform(&["listener"]);
    let device = device(&platform, "listener").build().unwrap();
    let mut events = device.events();
    device.connect().unwrap();
    next(&mut events, |event| matches!(event, Event::Connected).then_some(()));
    let handle = platform.handle();
    let id = handle
        .command("listener", "lamp", "switch", &json!({"on": true}), WAIT)
        .unwrap();
    let command = next(&mut events, |event| match event {
        Event::Command(command) => Some(command.clone()),
        _ => None,
    });
    assert_eq!((command.service.as_str(), command.name.as_str()), ("lamp", "switch"));
    assert_eq!(
        (command.paras.clone(), command.device_id.clone()),
        (json!({"on": true}), None)
    );
    device
        .answer_command(&command, ())
        .unwrap()
        .wait(WAIT)
        .unwrap()
        .unwrap();
    handle.wait_request(&id, WAIT).unwrap();
    drop(device.request_time().unwrap());
    let now = next(&mut events, |event| match event {
        Event::Time(now) => Some(*now),
        _ => None,
    });
    assert!(now > 1_600_000_000_000);
    drop(device.report("s", &json!({"v": 5})).unwrap());
    drop(device.request_shadow(None).unwrap());
    let shadow = next(&mut events, |event| match event {
        Event::Shadow(shadow) => Some(shadow.clone()),
        _ => None,
    });
    assert_eq!(shadow.services[0].reported, json!({"v": 5}));
    device.disconnect().unwrap();
    next(&mut events, |event| matches!(event, Event::Disconnected).then_some(()));
}

#[test]
fn a_lost_connection_comes_back_by_itself_and_nothing_is_lost() {
    let platform = platform(&["steady"]);
    let device = device(&platform, "steady").build().unwrap();
    let mut events = device.events();
    device.connect().unwrap();
    next(&mut events, |event| matches!(event, Event::Connected).then_some(()));
    platform.handle().disconnect("steady", iotda_sim::Cut::Reset).unwrap();
    next(&mut events, |event| matches!(event, Event::Lost(_)).then_some(()));
    let report = device.report("s", &json!({"v": 1})).unwrap();
    next(&mut events, |event| matches!(event, Event::Connected).then_some(()));
    assert_eq!(report.wait(WAIT), Some(Ok(())));
}

#[test]
fn a_handler_may_report_wait_and_drop_the_last_handle() {
    let platform = platform(&["brave"]);
    let (give, take) = std::sync::mpsc::channel();
    let device = device(&platform, "brave")
        .on_event(move |device, event| {
            if *event == Event::Connected {
                let report = device.report("s", &json!({"v": 1})).unwrap();
                give.send(report.wait(WAIT)).unwrap();
            }
        })
        .connect()
        .unwrap();
    assert_eq!(take.recv_timeout(WAIT).unwrap(), Some(Ok(())));
    drop(device);
}

#[test]
fn fifty_devices_share_the_threads() {
    let ids: Vec<String> = (0..50).map(|n| format!("many-{n}")).collect();
    let platform = platform(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let devices: Vec<Device> = ids.iter().map(|id| device(&platform, id).connect().unwrap()).collect();
    assert!(devices.iter().all(|device| device.wait_connected(WAIT)));
    let names = std::fs::read_dir("/proc/self/task").unwrap();
    let names = names.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    let ours = names.filter(|name| name.trim() == "iota-mqtt").count();
    assert_eq!(ours, 1);
    let reports: Vec<_> = devices
        .iter()
        .map(|device| device.report("s", &json!({"v": 1})).unwrap())
        .collect();
    assert!(reports.iter().all(|report| report.wait(WAIT) == Some(Ok(()))));
}

/// Where the examples are built; `cargo test --test sdk` alone does not build them.
fn examples() -> &'static Path {
    static EXAMPLES: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let place = test.ancestors().nth(2).unwrap().join("examples");
        let changed = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
        let sources = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
        let mut sources = sources.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        if sources.any(|source| changed(&place.join(source.file_stem().unwrap())) < changed(&source)) {
            let cargo = [env!("CARGO"), "build", "--quiet", "-p", "iotda-device", "--examples"];
            assert!(Command::new(cargo[0]).args(&cargo[1..]).status().unwrap().success());
        }
        place
    })
}

fn example(name: &str, arguments: &[&str], variables: &[(&str, &Path)]) -> Child {
    let built = examples().join(name);
    let mut command = Command::new(&built);
    command
        .args(arguments)
        .env("PAUSE_MS", "10")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    variables.iter().for_each(|(name, value)| {
        command.env(name, value);
    });
    command
        .spawn()
        .unwrap_or_else(|cause| panic!("{}: {cause}", built.display()))
}

fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn examples_that_report() {
    let platform = platform(&["one", "two", "three", "four"]);
    let port = platform.handle().plain_port().to_string();
    let reports = output(example("report", &["127.0.0.1", &port, "one", SECRET], &[]));
    assert_eq!(reports.matches("the platform has it").count(), 10, "{reports}");
    let several = output(example(
        "several_devices",
        &["127.0.0.1", &port, SECRET, "two", "three", "four"],
        &[],
    ));
    assert_eq!(several.matches("the platform has its report").count(), 3, "{several}");
}

#[test]
fn the_example_of_commands() {
    let platform = platform(&["lamp"]);
    let handle = platform.handle();
    let running = example(
        "command",
        &["127.0.0.1", &handle.plain_port().to_string(), "lamp", SECRET],
        &[],
    );
    assert!(handle.wait_online("lamp", WAIT));
    let id = handle
        .command("lamp", "lamp", "switch", &json!({"on": true}), WAIT)
        .unwrap();
    handle.wait_request(&id, WAIT).unwrap();
    assert!(output(running).contains("command switch"));
    assert_eq!(handle.shadow("lamp")[0]["reported"]["properties"]["on"], true);
}

#[test]
fn the_example_of_groups() {
    let platform = platform(&["hall"]);
    let handle = platform.handle();
    handle.group_add("g").unwrap();
    handle.bind("g", "hall").unwrap();
    handle.softbus_create("g", "workshop").unwrap();
    let text = output(example(
        "groups",
        &["127.0.0.1", &handle.plain_port().to_string(), "hall", SECRET],
        &[],
    ));
    assert!(
        text.contains("(workshop)") && text.contains("hall at 192.168.1.10"),
        "{text}"
    );
}

#[test]
fn the_example_of_a_gateway() {
    let platform = platform(&["gateway"]);
    let port = platform.handle().plain_port().to_string();
    let text = output(example("gateway", &["127.0.0.1", &port, "gateway", SECRET], &[]));
    assert!(text.contains("the platform has its report"), "{text}");
}

#[test]
fn the_example_of_the_spool() {
    let place = tempfile::tempdir().unwrap();
    let platform = platform(&["meter"]);
    let offline = output(example(
        "offline_spool",
        &["127.0.0.1", "9", "meter", SECRET],
        &[("SPOOL", place.path())],
    ));
    assert!(offline.contains("kept on disk"), "{offline}");
    let port = platform.handle().plain_port().to_string();
    let online = output(example(
        "offline_spool",
        &["127.0.0.1", &port, "meter", SECRET],
        &[("SPOOL", place.path())],
    ));
    assert!(online.contains("2 delivered"), "{online}");
}
