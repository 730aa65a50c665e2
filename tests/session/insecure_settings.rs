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
