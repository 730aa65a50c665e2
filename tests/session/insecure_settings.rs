//! What weakens a connection is said once for each connection, with the item or the variable that did it; and nothing of the
//! environment weakens a program that has rights its caller does not have.

use std::ffi::CString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use HWMQTT::agentlite::iota_cfg::*;
use HWMQTT::agentlite::iota_init::{IOTA_Destroy, IOTA_Init};
use HWMQTT::agentlite::iota_login::{IOTA_Connect, IOTA_IsConnected};
use base::log::{Level, set_sink};
use iotda_sim::{Config, Handle, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

type Lines = Arc<Mutex<Vec<(Level, String)>>>;

fn watch() -> Lines {
    let lines = Lines::default();
    let kept = lines.clone();
    set_sink(Some(Arc::new(move |level, line: &str| {
        kept.lock().unwrap().push((level, line.to_owned()));
    })));
    lines
}

/// The warnings since the last look that say this.
fn warnings(lines: &Lines, of: &str) -> Vec<String> {
    let lines = lines.lock().unwrap();
    let warnings = lines.iter().filter(|(level, _)| *level == Level::Warning);
    warnings
        .map(|(_, line)| line.clone())
        .filter(|line| line.contains(of))
        .collect()
}

fn set(item: i32, value: &str) {
    let value = CString::new(value).unwrap();
    assert_eq!(unsafe { IOTA_ConfigSetStr(item, value.as_ptr().cast_mut()) }, 0);
}

/// One connection; the lines that it makes are all there are then.
fn connect(lines: &Lines, work: &Path, port: u16, items: &[(i32, &str)]) {
    lines.lock().unwrap().clear();
    let path = CString::new(work.to_str().unwrap()).unwrap();
    unsafe { assert_eq!(IOTA_Init(path.as_ptr().cast_mut()), 0) };
    for (item, value) in [
        (EN_IOTA_CFG_MQTT_ADDR, "127.0.0.1"),
        (EN_IOTA_CFG_MQTT_PORT, &port.to_string()),
        (EN_IOTA_CFG_DEVICEID, "dev"),
    ] {
        set(item, value);
    }
    for (item, value) in items {
        set(*item, value);
    }
    unsafe { assert_eq!(IOTA_Connect(), 0) };
    let begun = Instant::now();
    while unsafe { IOTA_IsConnected() } != 1 {
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", lines.lock().unwrap());
        std::thread::sleep(Duration::from_millis(5));
    }
    unsafe { IOTA_Destroy() };
}

/// Connection by certificate: a work directory whose key has this mode.
fn with_certificate(platform: &Handle, mode: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    platform.write_work_dir(dir.path()).unwrap();
    let issued = platform.issue_client_certificate("dev").unwrap();
    let _ = platform.remove_device("dev"); // there is one from the second time on
    platform
        .add_certificate_device("dev", Some(&issued.fingerprint))
        .unwrap();
    let key = dir.path().join("conf/deviceCert.key");
    std::fs::write(dir.path().join("conf/deviceCert.pem"), &issued.certificate_pem).unwrap();
    std::fs::write(&key, &issued.key_pem).unwrap();
    std::fs::set_permissions(&key, PermissionsExt::from_mode(mode)).unwrap();
    dir
}

#[test]
fn each_is_a_warning_that_names_what_did_it() {
    if ran_alone("insecure_settings::each_is_a_warning_that_names_what_did_it") {
        return;
    }
    let config = Config {
        plain: Port::Auto,
        ..Config::default()
    };
    let platform = Platform::start(config.device("dev", SECRET).with_tls()).unwrap();
    let handle = platform.handle();
    let dir = tempfile::tempdir().unwrap();
    handle.write_work_dir(dir.path()).unwrap();
    let lines = watch();
    let secret = (EN_IOTA_CFG_DEVICESECRET, SECRET);

    // Nothing to say.
    connect(&lines, dir.path(), handle.plain_port(), &[secret]);
    connect(&lines, dir.path(), handle.tls_port(), &[secret]);
    for of in ["without TLS", "not checked", "private key"] {
        assert_eq!(warnings(&lines, of), [""; 0], "{of}");
    }

    // The port means plain, while items are set that only TLS has a use for.
    let items = [
        secret,
        (EN_IOTA_CFG_EXT_SYSTEM_ROOTS, "1"),
        (EN_IOTA_CFG_EXT_ALPN, "mqtt"),
    ];
    connect(&lines, dir.path(), handle.plain_port(), &items);
    let said = warnings(&lines, "without TLS");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("111 EN_IOTA_CFG_EXT_SYSTEM_ROOTS, 114 EN_IOTA_CFG_EXT_ALPN"),
        "{said:?}"
    );
    assert!(said[0].contains(&handle.plain_port().to_string()), "{said:?}");
    set(EN_IOTA_CFG_EXT_SYSTEM_ROOTS, "0");
    set(EN_IOTA_CFG_EXT_ALPN, "");

    // The check of the name is off, by the variable, by the item, and on by the item whatever the variable says.
    // SAFETY: nothing runs that reads the environment meanwhile.
    unsafe { std::env::set_var("IOTDA_TLS_NO_HOSTNAME_CHECK", "1") };
    connect(&lines, dir.path(), handle.tls_port(), &[secret]);
    let said = warnings(&lines, "not checked");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("IOTDA_TLS_NO_HOSTNAME_CHECK"), "{said:?}");
    connect(
        &lines,
        dir.path(),
        handle.tls_port(),
        &[secret, (EN_IOTA_CFG_EXT_HOST_NAME_CHECK, "0")],
    );
    let said = warnings(&lines, "not checked");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("item 105") && !said[0].contains("IOTDA_"), "{said:?}");
    connect(
        &lines,
        dir.path(),
        handle.tls_port(),
        &[secret, (EN_IOTA_CFG_EXT_HOST_NAME_CHECK, "1")],
    );
    assert_eq!(warnings(&lines, "not checked"), [""; 0]);

    // The key of a certificate.
    for (mode, exposed) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o620, true),
    ] {
        let dir = with_certificate(&handle, mode);
        connect(&lines, dir.path(), handle.tls_port(), &[(EN_IOTA_CFG_AUTH_MODE, "1")]);
        let said = warnings(&lines, "private key");
        assert_eq!(said.len(), usize::from(exposed), "{mode:o}: {said:?}");
        assert!(
            said.iter()
                .all(|line| line.contains("item 4") && line.contains(&format!("{mode:04o}"))),
            "{said:?}"
        );
    }
}

/// Every variable that the library reads, with a value that redirects or weakens it.
const VARIABLES: [(&str, &str); 20] = [
    ("IOTDA_MQTTC_ADDRESS", "evil.example"),
    ("IOTDA_MQTTC_PORT", "1883"),
    ("IOTDA_MQTTC_DEVICEID", "other"),
    ("IOTDA_MQTTC_PASSWOROD", "other"),
    ("IOTDA_TLS_NO_HOSTNAME_CHECK", "1"),
    ("IOTDA_MQTT_VERSION", "5"),
    ("SSL_CERT_FILE", "/tmp/evil.pem"),
    ("HOME", "/tmp"),
    ("HWMQTT_PACING", "off"),
    ("HWMQTT_TRACE", "1"),
    ("HWMQTT_DCONN_BACKEND", "vendor"),
    ("HWMQTT_DCONN_VENDOR_LIB", "/tmp/evil.so"),
    ("HWMQTT_DCONN_DSOFTBUS_LIB", "/tmp/evil.so"),
    ("HWMQTT_DCONN_STRICT_IP", "0"),
    ("HWMQTT_DCONN_MIN_KEY_LEN", "8"),
    ("HWMQTT_DCONN_BIND", "any"),
    ("HWMQTT_DCONN_PORT", "1"),
    ("HWMQTT_DCONN_FIND", "0"),
    ("HWMQTT_DCONN_RECONNECT", "0"),
    ("HWMQTT_DCONN_MAX_PEERS", "1"),
];

/// A local user starts a set-uid program with an environment of theirs: a copy of this test, owned by root.
#[test]
fn a_set_uid_program_obeys_no_variable() {
    use std::os::unix::process::CommandExt;
    const NAME: &str = "insecure_settings::a_set_uid_program_obeys_no_variable";
    const ROLE: &str = "HWMQTT_TEST_ROLE";
    match std::env::var(ROLE).as_deref() {
        Ok("set-uid") => return what_counts_in_it(true),
        Ok(_) => return what_counts_in_it(false),
        Err(_) => {}
    }
    if !is_root() {
        eprintln!("NOT RUN: only root can make a set-uid program of another user");
        assert_ne!(std::env::var("HWMQTT_ROOT").as_deref(), Ok("required"));
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    mode(place.path(), 0o755);
    for (role, bits) in [("set-uid", 0o4755), ("plain", 0o755)] {
        mode(&program, bits);
        let output = std::process::Command::new(&program)
            .args(["--exact", NAME, "--nocapture"])
            .env_clear()
            .envs(VARIABLES)
            .env(ROLE, role)
            .uid(65534)
            .gid(65534)
            .current_dir("/")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && text.contains("1 passed"), "{role}: {text}");
    }
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    ids.split_whitespace().nth(1) == Some("0")
}

/// What the library makes of the variables, in a process that has its caller's rights and in one that has more.
fn what_counts_in_it(privileged: bool) {
    use HWMQTT::agentlite::iota_init::IOTA_ConnectConfigSet;
    use iotda_device::transport::{pacing, tls};

    assert_eq!(
        base::process::is_privileged(),
        privileged,
        "is this file system nosuid?"
    );
    for (name, value) in VARIABLES {
        let read = base::process::variable(name);
        let wanted = (!privileged).then_some(value);
        assert_eq!(read.as_deref().and_then(|read| read.to_str()), wanted, "{name}");
    }
    let text = |text: &str| CString::new(text).unwrap().into_raw();
    unsafe {
        assert_eq!(IOTA_Init(text("/")), 0);
        let set = IOTA_ConnectConfigSet(text("good.example"), text("8883"), text("dev"), text("secret"));
        assert_eq!(set, 0);
    }
    let own = |own: &'static str, theirs: &'static str| Some(if privileged { own } else { theirs }.as_bytes().to_vec());
    HWMQTT::process::with_config(|config| {
        assert_eq!(config.address, own("good.example", "evil.example"));
        assert_eq!(config.port, own("8883", "1883"));
        assert_eq!(config.device_id, own("dev", "other"));
        assert_eq!(
            config.secret.as_ref().map(|secret| secret.to_vec()),
            own("secret", "other")
        );
    });
    unsafe { IOTA_Destroy() };
    let tls = tls::Settings::from_work_dir(Path::new("/"), None);
    assert_eq!(tls.verify_host, privileged);
    assert_eq!(pacing::wanted(), privileged);
    assert_eq!(base::log::trace(), !privileged);
    #[cfg(feature = "tunnel")]
    assert_eq!(
        iotda_device::services::tunnel::Host::default().known_hosts.is_none(),
        privileged
    );
}

/// Nothing reads the environment but the one function that knows set-uid programs.
#[test]
fn one_place_reads_the_environment() {
    fn search(directory: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                if name != "tests" && name != "target" {
                    search(&path, found);
                }
            } else if (name.ends_with(".rs") && !name.ends_with("tests.rs")) || name.ends_with(".c") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                let reads = |line: &&str| {
                    let words = [
                        "env::var",
                        "env::vars",
                        "home_dir(",
                        "temp_dir(",
                        "getenv",
                        "libc::environ",
                        "extern char **environ",
                    ];
                    let comment = line.trim_start().starts_with("//");
                    !comment && words.iter().any(|word| line.contains(word))
                };
                found.extend(
                    code.lines()
                        .filter(reads)
                        .map(|line| format!("{name}: {}", line.trim())),
                );
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    search(&root.join("src"), &mut found);
    for name in ["base", "nearlink", "iotda-device", "c-library"] {
        search(&root.join("crates").join(name).join("src"), &mut found);
    }
    found.sort();
    assert_eq!(
        found,
        [
            // of_user, which asks base::process::is_privileged first
            "known_hosts.rs: let home = std::env::home_dir().filter(|home| home.is_absolute())?;",
            "process.rs: false => std::env::var_os(name).filter(|value| !value.is_empty()),",
        ]
    );
}
