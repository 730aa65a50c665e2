//! The back-ends through the C ABI: C programs linked with the shared library, a mock of a vendor's library, and a program
//! that brings its own near link functions.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::node::peer::{Peer, Surprise};
use crate::node::{KEY, eventually, free_port};
use crate::program::{libraries, root};
use nearlink::code;

pub fn compile(source: &str, output: &Path, extra: &[&str]) {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let include = root().join("include");
    let folders = ["", "agentlite", "base", "service", "util", "third_party/cjson"];
    let folders = folders.map(|folder| format!("-I{}", include.join(folder).display()));
    let status = Command::new(compiler)
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-cast-function-type"])
        .args(folders)
        .arg(root().join("tests/near").join(source))
        .arg("-o")
        .arg(output)
        .args(extra)
        .status()
        .unwrap();
    assert!(status.success(), "{source} does not compile");
}

/// What a program needs to be linked with the library.
fn linked() -> [String; 3] {
    let library = libraries().display().to_string();
    // Not RUNPATH: cargo's LD_LIBRARY_PATH may name an older build first.
    let run_path = format!("-Wl,--disable-new-dtags,-rpath,{library}");
    [format!("-L{library}"), run_path, "-lHWMQTT".into()]
}

/// A program of `tests/near`, linked with the library.
pub fn program(source: &str, directory: &Path, extra: &[&str]) -> PathBuf {
    let output = directory.join(source.trim_end_matches(".c"));
    let linked = linked();
    compile(
        source,
        &output,
        &[&linked.each_ref().map(String::as_str), extra].concat(),
    );
    output
}

/// A program that stands anywhere, linked with the library.
pub fn compile_at(source: &Path, output: &Path) {
    compile(
        source.to_str().unwrap(),
        output,
        &linked().each_ref().map(String::as_str),
    );
}

fn check(program: &Path, case: &str, variables: &[(&str, &str)]) {
    let output = Command::new(program)
        .arg(case)
        .env("HWMQTT_DCONN_FIND", "0") // not beyond this machine
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{case}: {} {}",
        output.status,
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn stub_and_vendor() {
    let place = tempfile::tempdir().unwrap();
    let program = program("backends.c", place.path(), &["-no-pie", "-fno-pie"]);
    check(&program, "stub", &[("HWMQTT_DCONN_BACKEND", "stub")]);

    let mock = place.path().join("vendor.so");
    compile(
        "vendor_mock.c",
        &mock,
        &["-shared", "-fPIC", "-fvisibility=hidden", "-lpthread"],
    );
    let mock = mock.to_str().unwrap();
    for case in ["vendor", "vendor-own-key", "vendor-own-binding"] {
        check(
            &program,
            case,
            &[("HWMQTT_DCONN_BACKEND", "vendor"), ("HWMQTT_DCONN_VENDOR_LIB", mock)],
        );
    }
    let incomplete = place.path().join("incomplete.so");
    compile(
        "vendor_mock.c",
        &incomplete,
        &["-shared", "-fPIC", "-fvisibility=hidden", "-lpthread", "-DMISSING"],
    );
    let open_to_all = place.path().join("open.so");
    std::fs::copy(mock, &open_to_all).unwrap();
    std::fs::set_permissions(&open_to_all, std::fs::Permissions::from_mode(0o777)).unwrap();
    for broken in [
        incomplete.to_str().unwrap(),
        open_to_all.to_str().unwrap(),
        "vendor.so",
        "/nowhere/vendor.so",
        "",
    ] {
        check(
            &program,
            "vendor-broken",
            &[("HWMQTT_DCONN_BACKEND", "vendor"), ("HWMQTT_DCONN_VENDOR_LIB", broken)],
        );
    }
}

#[test]
fn a_programs_own_functions_replace_ours() {
    let place = tempfile::tempdir().unwrap();
    check(&program("replaced.c", place.path(), &[]), "", &[]);

    // The static library as `make install` leaves it: the functions are weak.
    let archive = place.path().join("libHWMQTT.a");
    std::fs::copy(libraries().join("libHWMQTT.a"), &archive).unwrap();
    let symbols = root().join("crates/c-library/src/third_party/weak_symbols.txt");
    let weaken = format!("--weaken-symbols={}", symbols.display());
    let status = Command::new("objcopy")
        .args(["--wildcard", &weaken])
        .arg(&archive)
        .status();
    assert!(status.unwrap().success());
    let linked = place.path().join("linked");
    let libraries = [archive.to_str().unwrap(), "-lpthread", "-ldl", "-lm"];
    compile("replaced.c", &linked, &libraries);
    check(&linked, "", &[]);
}

#[test]
fn builtin_with_the_librarys_own_check_functions() {
    let place = tempfile::tempdir().unwrap();
    for (name, flags) in [("no-pie", ["-no-pie", "-fno-pie"]), ("pie", ["-pie", "-fPIE"])] {
        let program = program("backends.c", place.path(), &flags);
        let port = free_port();
        let mut child = Command::new(program)
            .arg("builtin")
            .env("HWMQTT_DCONN_PORT", port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut input, mut output) = (
            child.stdin.take().unwrap(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        let mut ask = move |order: &str| {
            input.write_all(order.as_bytes()).unwrap();
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        assert_eq!(ask(""), "ready", "{name}");
        let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
        b.client("dev_B", KEY).unwrap();
        assert_eq!(ask("s\n"), "0");
        assert_eq!(b.receive(0).unwrap(), b"abc");
        let mut stranger = Peer::dial("127.0.0.9", "127.0.0.1", port);
        assert_eq!(
            stranger.client("dev_B", KEY),
            Err(Surprise::Closed),
            "no member's address"
        );
        assert_eq!(ask("r\n"), "removed");
        assert_eq!(b.until_closed(), [vec![0x30, 0, 1]]);
        eventually("the removal", || {
            ask("s\n") == format!("{:x}", code::DEVICE_NOT_AUTHORIZED)
        });
        assert_eq!(ask("d\n"), "destroyed");
        assert!(
            Peer::try_dial("127.0.0.2", "127.0.0.1", port).is_err(),
            "IOTA_Destroy closes the component"
        );
        assert_eq!(ask("i\n"), "0");
        assert!(Peer::try_dial("127.0.0.2", "127.0.0.1", port).is_ok());
        drop(ask);
        assert!(child.wait().unwrap().success(), "{name}");
    }
}
