//! The helper surface as C programs use it: `tests/c/util_*.c` with the shared library of this build, in several time zones
//! and with a decimal comma, and beside another cJSON. `HWMQTT_C_UNDER=valgrind` or `asan` runs them that way.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const ZONES: [&str; 3] = ["UTC", "CST-8", "EST5EDT,M3.2.0,M11.1.0"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo puts the libraries of this build.
fn libraries() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().to_owned()
}

/// Where the programs go.
fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("util_c");
        fs::create_dir_all(&path).unwrap();
        path
    })
}

fn include_directories(directory: &Path, flags: &mut Vec<String>) {
    flags.push(format!("-I{}", directory.display()));
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            include_directories(&path, flags);
        }
    }
}

fn under(tool: &str) -> bool {
    std::env::var("HWMQTT_C_UNDER").is_ok_and(|name| name == tool)
}

fn run(command: &mut Command) -> String {
    command.env_remove("LD_LIBRARY_PATH"); // cargo's may name an older build first
    let output = command.output().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    text
}

/// Compiles a file of `tests/c`; the program's path.
fn compile<A: AsRef<OsStr>>(source: &str, program: &str, arguments: &[A]) -> PathBuf {
    let program = scratch().join(program);
    let mut flags = Vec::new();
    include_directories(&root().join("include"), &mut flags);
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
        .args(flags);
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
        let source = scratch().join("comma.src");
        let numeric = "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n";
        fs::write(&source, numeric).unwrap();
        let locale = scratch().join("comma");
        // Its status tells of the categories that are not defined; what counts is the result.
        let localedef = Command::new("localedef")
            .args(["-c", "-f", "ANSI_X3.4-1968", "-i"])
            .args([&source, &locale])
            .output();
        assert!(locale.join("LC_NUMERIC").exists(), "{localedef:?}");
        scratch().to_owned()
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
    let path = scratch().display().to_string();
    let own = || [format!("-L{path}"), "-lown".into(), format!("-Wl,-rpath,{path}")].into_iter();
    build("own_before", &["MAIN"], 1, own().chain(shared()).collect());
    build("own_behind", &["MAIN"], 0, shared().into_iter().chain(own()).collect());

    // The other cJSON in an archive: the linker takes what comes first.
    compile("util_own_cjson.c", "own.o", &["-DOWN_CJSON", "-c"]);
    let own_archive = scratch().join("libown_archive.a");
    let _ = fs::remove_file(&own_archive);
    run(Command::new("ar")
        .arg("rcs")
        .arg(&own_archive)
        .arg(scratch().join("own.o")));
    let own_archive = || [own_archive.display().to_string()].into_iter();
    let before = own_archive().chain(shared()).collect();
    build("own_archive_before", &["MAIN"], 1, before);
    let behind = shared().into_iter().chain(own_archive()).collect();
    build("own_archive_behind", &["MAIN"], 0, behind);

    // The archive as it is installed: these symbols give way to the program's.
    let archive = scratch().join("weakened.a");
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
