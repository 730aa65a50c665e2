//! A C program under test: plain, under valgrind, or built with AddressSanitizer, as
//! `HWMQTT_C_UNDER` says.
#![allow(dead_code)] // each test uses its part

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);

pub fn under(tool: &str) -> bool {
    std::env::var("HWMQTT_C_UNDER").is_ok_and(|name| name == tool)
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo puts the libraries of this build: beside the test.
pub fn libraries() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let directory = test.parent().unwrap().to_owned();
    assert!(
        directory.join("libHWMQTT.so").is_file(),
        "no libHWMQTT.so in {}",
        directory.display()
    );
    directory
}

/// A directory for the programs of one test.
pub fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// The compiler's flags for every directory of `include/`.
pub fn include_flags() -> Vec<String> {
    fn add(directory: &Path, flags: &mut Vec<String>) {
        flags.push(format!("-I{}", directory.display()));
        let entries = std::fs::read_dir(directory).unwrap();
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            add(&path, flags);
        }
    }
    let mut flags = Vec::new();
    add(&root().join("include"), &mut flags);
    flags
}

/// Runs a command, which must succeed; what it said on both its outputs.
pub fn successful(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    text
}

/// A program under valgrind: errors and definite leaks end it with status 99.
pub fn valgrind(program: &Path) -> Command {
    let suppressions = root().join("tests/support/valgrind.supp");
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args([
            "--quiet",
            "--error-exitcode=99",
            "--leak-check=full",
            "--fair-sched=yes",
        ])
        .args(["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"])
        .arg("--num-callers=30")
        .arg(format!("--suppressions={}", suppressions.display()))
        .arg(program);
    valgrind
}

/// How a program is started.
pub fn command(program: &Path) -> Command {
    if under("valgrind") {
        valgrind(program)
    } else {
        Command::new(program)
    }
}

/// A program that does not outlive its test, and the lines it has said on both its outputs.
pub struct Running {
    pub child: Child,
    pub said: Vec<String>,
    lines: Receiver<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn start(command: &mut Command) -> Running {
        let mut child = command
            .env_remove("LD_LIBRARY_PATH") // cargo's, which would put another build before the one that is meant
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in output {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).split(b'\n') {
                    let text = String::from_utf8_lossy(&line.unwrap_or_default()).into_owned();
                    let _ = sender.send(text); // the test may have ended
                }
            });
        }
        Running {
            child,
            said: Vec::new(),
            lines,
        }
    }

    /// Waits for a line; panics when the program ends, or the patience, before it.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        while self.said.last().is_none_or(|last| !wanted(last)) {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.said.push(line),
                Err(cause) => panic!("no line {what:?}: {cause}\n{}", self.said.join("\n")),
            }
        }
    }

    /// Waits for its end, which must be a success.
    pub fn end(&mut self) {
        drop(self.child.stdin.take());
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.said.push(line);
        }
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.said.join("\n"));
    }
}
