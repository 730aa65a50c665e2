//! The programs of `c_demo/compat` by newer compilers than the system's own, which take for errors what older ones let pass:
//! gcc of the next Debian release in a root of its own, and the newest clang there is. `scripts/compilers.sh` gets both.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compat::{GENERATIONS, Generation, arguments, build, play_as};
use crate::support::{libraries, root, successful};

/// Inside the other root.
const PLACE: &str = "/compat";

/// The other root; its name is the release's.
fn next_release() -> PathBuf {
    let directory = root().join("target/compilers");
    let entries = std::fs::read_dir(&directory).unwrap_or_else(|_| panic!("run scripts/compilers.sh first"));
    let mut paths = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none());
    paths.next().expect("run scripts/compilers.sh first")
}

fn inside(release: &Path, program: &str) -> Command {
    let mut command = Command::new("chroot");
    command.arg(release).arg(program);
    command
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        let _ = std::fs::remove_file(to); // may be one that is linked
        std::fs::copy(from, to).unwrap();
    }
}

fn version(text: &str) -> u32 {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn each_generation_by_the_next_gcc_and_there() {
    let release = next_release();
    let found = successful(inside(&release, "gcc").arg("-dumpversion"));
    assert!(version(&found) >= 14, "gcc {found}");
    let place = release.join(PLACE.trim_start_matches('/'));
    copy(&root().join("include"), &place.join("include"));
    copy(&root().join("c_demo/compat"), &place.join("source"));
    copy(&libraries().join("libHWMQTT.so"), &place.join("libHWMQTT.so"));
    let one = |generation: &Generation| {
        let program = format!("{PLACE}/{}", generation.name);
        let flags = generation.strict_flags(Path::new(PLACE));
        successful(
            inside(&release, "gcc")
                .args(flags)
                .arg(format!("{PLACE}/source/{}.c", generation.name))
                .args([
                    "-o",
                    &program,
                    &format!("-L{PLACE}"),
                    &format!("-Wl,-rpath,{PLACE}"),
                    "-lHWMQTT",
                ]),
        );
        play_as(generation, inside(&release, &program), arguments);
    };
    std::thread::scope(|scope| {
        for generation in GENERATIONS {
            scope.spawn(|| one(generation));
        }
    });
}

#[test]
fn each_generation_by_the_newest_clang() {
    let entries = std::fs::read_dir("/usr/bin").unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap_or_default());
    let numbers = names.filter_map(|name| name.strip_prefix("clang-")?.parse::<u32>().ok());
    let newest = numbers.max().expect("run scripts/compilers.sh first");
    assert!(newest >= 16, "clang {newest}");
    let compiler = format!("clang-{newest}");
    for generation in GENERATIONS {
        let program = build(generation, &compiler, "strict", &[]);
        play_as(generation, Command::new(program), arguments);
    }
}
