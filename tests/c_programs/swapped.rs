//! Compiled programs whose library is swapped, and swapped back: `tests/c/swapped.c`, which knows no header of ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compat::{Generation, arguments, play_as};
use crate::support::{libraries, root, scratch, successful};

/// Stands for the C SDK: a library with the same names, which says 77 to everything.
fn other_library(directory: &Path, program: &str) -> PathBuf {
    let names = program
        .lines()
        .filter(|line| line.ends_with(");") && !line.starts_with(' '));
    let functions: String = names
        .filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next())
        .map(|name| format!("int {name}() {{ return 77; }}\n"))
        .collect();
    let source = directory.join("other.c");
    std::fs::write(&source, functions).unwrap();
    let library = directory.join("other.so");
    successful(
        Command::new("gcc")
            .args(["-w", "-shared", "-fPIC", "-o"])
            .args([&library, &source]),
    );
    library
}

fn put(library: &Path, place: &Path) {
    let _ = std::fs::remove_file(place);
    std::fs::copy(library, place).unwrap();
}

/// Compiles against the other library, runs with it, with this one in its place, and with the other one again.
fn swapped_and_put_back(then: &str, level: &str) {
    let directory = scratch(&format!("swapped-{then}"));
    let source = root().join("tests/c/swapped.c");
    let other = other_library(&directory, &std::fs::read_to_string(&source).unwrap());
    let (place, program) = (directory.join("libHWMQTT.so"), directory.join("program"));
    put(&other, &place);
    successful(
        Command::new("gcc")
            .args(["-Wall", "-Wextra", "-Werror", &format!("-DTHEN={then}"), "-o"])
            .args([&program, &source])
            .arg(format!("-L{}", directory.display()))
            .arg(format!("-Wl,-rpath,{}", directory.display()))
            .arg("-lHWMQTT"),
    );
    let others = || {
        let status = Command::new(&program)
            .args(["a", "b", "c"])
            .env_remove("LD_LIBRARY_PATH") // cargo's
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(77));
    };
    others();
    put(&libraries().join("libHWMQTT.so"), &place);
    let level = format!(" {level} level of then DEBUG");
    let generation = Generation::foreign(
        &["as it was compiled", "\"swapped\":1", "\"swapped\":true"],
        &["message to all", "command lamp switch"],
    );
    let said = play_as(&generation, Command::new(&program), arguments);
    assert!(
        said.iter().any(|line| line.ends_with(&level)),
        "{level}\n{}",
        said.join("\n")
    );
    assert!(
        said.iter().any(|line| line.ends_with(" ERROR level of then ERROR")),
        "{}",
        said.join("\n")
    );
    put(&other, &place);
    others();
}

#[test]
fn a_program_of_1_2_1_is_swapped_and_put_back() {
    swapped_and_put_back("0x0102", "DEBUG");
}

/// Its structures are shorter, and the numbers of its log levels are others.
#[test]
fn a_program_of_1_1_is_swapped_and_put_back() {
    swapped_and_put_back("0x0101", "U");
}
