//! `include/` before a C or C++ compiler.
#![allow(dead_code)] // each test uses its part

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn include_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// The headers below a directory by their relative path.
pub fn headers(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut directories = vec![root.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let relative = path.strip_prefix(root).unwrap().to_path_buf();
                found.insert(relative, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The compilers to try: gcc and g++ (or CC and CXX) must be there, clang is used as well where it is installed. HWMQTT_CC names
/// the only one, for C, to check the declarations for another machine.
pub fn compilers() -> Vec<(String, String)> {
    if let Ok(only) = std::env::var("HWMQTT_CC") {
        return vec![(only.clone(), only)];
    }
    let named = |variable: &str, default: &str| std::env::var(variable).unwrap_or_else(|_| default.to_string());
    let mut all = vec![(named("CC", "gcc"), named("CXX", "g++"))];
    let works = |program: &str| {
        Command::new(program)
            .arg("--version")
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if all[0].0 != "clang" && works("clang") && works("clang++") {
        all.push(("clang".to_string(), "clang++".to_string()));
    }
    all
}

/// Compiles the sources (name without extension, text) in every dialect and with every compiler; `Err` has the complaints.
pub fn compile<S: AsRef<OsStr>>(
    sources: &[(String, String)],
    directories: &[PathBuf],
    dialects: &[&str],
    flags: &[S],
) -> Result<(), String> {
    let scratch = tempfile::tempdir().unwrap();
    for (cc, cxx) in compilers() {
        for dialect in dialects {
            let (compiler, extension) = if dialect.contains("++") {
                (&cxx, "cpp")
            } else {
                (&cc, "c")
            };
            let mut command = Command::new(compiler);
            command.arg(format!("-std={dialect}")).arg("-fsyntax-only").args(flags);
            for directory in directories {
                command.arg("-I").arg(directory);
            }
            for (name, text) in sources {
                let file = scratch.path().join(format!("{name}.{extension}"));
                std::fs::write(&file, text).unwrap();
                command.arg(file);
            }
            let output = command.output().unwrap_or_else(|e| panic!("{compiler}: {e}"));
            if !output.status.success() {
                let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(format!("{compiler} -std={dialect}:\n{complaints}"));
            }
        }
    }
    Ok(())
}

/// Every directory with headers below `root`.
pub fn directories(root: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = headers(root)
        .keys()
        .map(|h| root.join(h).parent().unwrap().to_path_buf())
        .collect();
    all.sort();
    all.dedup();
    all
}
