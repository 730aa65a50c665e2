//! The helper surface as C programs use it: `tests/c/util_*.c` with the shared library of this build, in several time zones
//! and with a decimal comma, and beside another cJSON. `HWMQTT_C_UNDER=valgrind` or `asan` runs them that way.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::{include_flags, libraries, root, scratch, successful, under};

const ZONES: [&str; 3] = ["UTC", "CST-8", "EST5EDT,M3.2.0,M11.1.0"];

/// With the libraries of this build: cargo's LD_LIBRARY_PATH may name an older one first.
fn run(command: &mut Command) -> String {
    successful(command.env_remove("LD_LIBRARY_PATH"))
}

/// Compiles a file of `tests/c`; the program's path.
fn compile<A: AsRef<OsStr>>(source: &str, program: &str, arguments: &[A]) -> PathBuf {
    let program = scratch("util_c").join(program);
    let mut command = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    command
        .args([
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Wno-unused-function",
            "-g",
        ])
        .args(include_flags());
    if under("asan") {
        command.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]);
    }
    command
        .arg(root().join("tests/c").join(source))
        .arg("-o")
        .arg(&program)
        .args(arguments);
    run(&mut command);
    program
}

fn shared() -> Vec<String> {
    let path = libraries().display().to_string();
    [
        format!("-L{path}"),
        "-lHWMQTT".into(),
        format!("-Wl,-rpath,{path}"),
        "-lpthread".into(),
        "-lm".into(),
    ]
    .into()
}

fn start(program: &Path, settings: &[(&str, &OsStr)]) {
    let mut command = match under("valgrind") {
        true => {
            let mut valgrind = Command::new("valgrind");
            valgrind
                .args(["-q", "--error-exitcode=9", "--leak-check=full"])
                .arg(program);
            valgrind
        }
        false => Command::new(program),
    };
    let text = run(command.env_remove("LC_ALL").envs(settings.iter().copied()));
    let last = text.lines().last().unwrap_or_default();
    assert!(last.ends_with(" passed, 0 failed") && !last.starts_with("0 "), "{text}");
}

fn everywhere(name: &str) {
    let program = compile(&format!("{name}.c"), name, &shared());
    let zones = if under("valgrind") { 1 } else { ZONES.len() };
    for zone in ZONES.iter().take(zones) {
        start(&program, &[("TZ", zone.as_ref())]);
    }
    let locales = decimal_comma();
    let settings = [
        ("LOCPATH", locales.as_os_str()),
        ("LC_ALL", "comma".as_ref()),
        ("UTIL_DECIMAL_POINT", ",".as_ref()),
    ];
    start(&program, &settings);
}

/// A directory with the locale `comma`, made by glibc's localedef.
fn decimal_comma() -> &'static Path {
    static LOCALES: OnceLock<PathBuf> = OnceLock::new();
    LOCALES.get_or_init(|| {
        let source = scratch("util_c").join("comma.src");
        let numeric = "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n";
        fs::write(&source, numeric).unwrap();
        let locale = scratch("util_c").join("comma");
        // Its status tells of the categories that are not defined; what counts is the result.
        let localedef = Command::new("localedef")
            .args(["-c", "-f", "ANSI_X3.4-1968", "-i"])
            .args([&source, &locale])
            .output();
        assert!(locale.join("LC_NUMERIC").exists(), "{localedef:?}");
        scratch("util_c").to_owned()
    })
}

#[test]
fn string_time_and_digest_helpers() {
    everywhere("util_string");
}

#[test]
fn log_callback() {
    everywhere("util_log");
}

#[test]
fn cjson_and_json_helpers() {
    everywhere("util_json");
}

#[test]
fn bounds_checked_functions() {
    everywhere("util_securec");
}

#[test]
fn the_programs_own_cjson_wins() {
    let build = |program: &str, parts: &[&str], expect: u8, libraries: Vec<String>| {
        let mut arguments: Vec<String> = parts.iter().map(|part| format!("-D{part}")).collect();
        arguments.push(format!("-DEXPECT_OWN={expect}"));
        arguments.extend(libraries);
        start(&compile("util_own_cjson.c", program, &arguments), &[]);
    };
    build("own_compiled_in", &["MAIN", "OWN_CJSON"], 1, shared());

    compile("util_own_cjson.c", "libown.so", &["-DOWN_CJSON", "-shared", "-fPIC"]);
    let path = scratch("util_c").display().to_string();
    let own = || [format!("-L{path}"), "-lown".into(), format!("-Wl,-rpath,{path}")].into_iter();
    build("own_before", &["MAIN"], 1, own().chain(shared()).collect());
    build("own_behind", &["MAIN"], 0, shared().into_iter().chain(own()).collect());

    // The other cJSON in an archive: the linker takes what comes first.
    compile("util_own_cjson.c", "own.o", &["-DOWN_CJSON", "-c"]);
    let own_archive = scratch("util_c").join("libown_archive.a");
    let _ = fs::remove_file(&own_archive);
    run(Command::new("ar")
        .arg("rcs")
        .arg(&own_archive)
        .arg(scratch("util_c").join("own.o")));
    let own_archive = || [own_archive.display().to_string()].into_iter();
    let before = own_archive().chain(shared()).collect();
    build("own_archive_before", &["MAIN"], 1, before);
    let behind = shared().into_iter().chain(own_archive()).collect();
    build("own_archive_behind", &["MAIN"], 0, behind);

    // The archive as it is installed: these symbols give way to the program's.
    let archive = scratch("util_c").join("weakened.a");
    fs::copy(libraries().join("libHWMQTT.a"), &archive).unwrap();
    let symbols = root().join("crates/c-library/src/third_party/weak_symbols.txt");
    run(Command::new("objcopy")
        .arg("--wildcard")
        .arg(format!("--weaken-symbols={}", symbols.display()))
        .arg(&archive));
    let linked = || {
        vec![
            archive.display().to_string(),
            "-lpthread".into(),
            "-ldl".into(),
            "-lm".into(),
        ]
    };
    build("own_static", &["MAIN", "OWN_CJSON"], 1, linked());
    build("none_static", &["MAIN"], 0, linked());
    let before = own_archive().chain(linked()).collect();
    build("own_archive_before_static", &["MAIN"], 1, before);
    let behind = linked().into_iter().chain(own_archive()).collect();
    build("own_archive_behind_static", &["MAIN"], 0, behind);
}
