//! Builds a program of `tests/c` as a user would: by gcc or clang, strictly, with the shared or the static library.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{libraries, root};

/// How the programs are watched; chosen by the environment variable `HWMQTT_C_UNDER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    Plain,
    Valgrind,
    Asan,
}

impl Watch {
    pub fn chosen() -> Watch {
        match std::env::var("HWMQTT_C_UNDER").as_deref() {
            Err(_) | Ok("") => Watch::Plain,
            Ok("valgrind") => Watch::Valgrind,
            Ok("asan") => Watch::Asan,
            Ok(other) => panic!("HWMQTT_C_UNDER={other}: valgrind or asan"),
        }
    }

    /// How much longer things take.
    pub fn slowness(self) -> u32 {
        match self {
            Watch::Plain => 1,
            Watch::Asan => 2,
            Watch::Valgrind => 8,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Linking {
    Shared,
    Static,
}

const FLAGS: &[&str] = &["-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror"];
const INCLUDES: &[&str] = &[
    "agentlite",
    "service",
    "util",
    "third_party/cjson",
    "service/detect_anomaly",
    "service/sys_hal",
    "",
];

/// What a static Rust library needs besides libc.
const NATIVE: &[&str] = &["-lpthread", "-ldl", "-lm", "-lgcc_s"];

/// The library beside this test, or the one in `HWMQTT_LIB_DIR`; `HWMQTT_C_LINK` has further words for the linker.
pub fn library_dir() -> PathBuf {
    match std::env::var_os("HWMQTT_LIB_DIR") {
        Some(dir) => root().join(dir),
        None => libraries(),
    }
}

/// Builds `tests/c/NAME.c` with the harness and gives the program's path.
pub fn program(name: &str, compiler: &str, linking: Linking, watch: Watch) -> PathBuf {
    let dir = library_dir();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{compiler}-{linking:?}-{watch:?}"));
    // Two tests may build the same program at once: each makes its own and puts it in place whole.
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let made = out.with_extension(format!(
        "{}-{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    ));
    let mut command = Command::new(compiler);
    command.args(FLAGS).arg("-o").arg(&made);
    if watch == Watch::Asan {
        command.args(["-fsanitize=address", "-fno-omit-frame-pointer"]);
    }
    for include in INCLUDES {
        command.arg("-I").arg(root().join("include").join(include));
    }
    for source in ["harness", "reports", name] {
        command.arg(root().join("tests/c").join(source).with_extension("c"));
    }
    match linking {
        Linking::Shared => {
            assert!(
                dir.join("libHWMQTT.so").is_file(),
                "no libHWMQTT.so in {}",
                dir.display()
            );
            command.arg("-L").arg(&dir).arg("-lHWMQTT").arg("-lpthread");
            command.arg(format!("-Wl,-rpath,{}", dir.display()));
        }
        Linking::Static => {
            command.arg(dir.join("libHWMQTT.a")).args(NATIVE);
        }
    }
    // What an image has in place of a library feature that is off.
    let image = std::env::var("HWMQTT_C_LINK").unwrap_or_default();
    command.args(image.split_whitespace());
    let output = command.output().unwrap_or_else(|cause| panic!("{compiler}: {cause}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::rename(&made, &out).unwrap();
    out
}
