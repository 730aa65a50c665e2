//! Runs a C program: answers its requests, watches the time, checks its result and that its log holds no secret.

use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::compile::Watch;
use crate::support::valgrind;

/// Answers a program's "@request" lines.
pub trait Answers {
    fn answer(&mut self, request: &str) -> String;
    /// Texts that must be in no log line.
    fn secrets(&self) -> Vec<String>;
}

/// For programs that ask nothing.
pub struct Nothing(pub Vec<String>);

impl Answers for Nothing {
    fn answer(&mut self, request: &str) -> String {
        panic!("unexpected request {request}")
    }

    fn secrets(&self) -> Vec<String> {
        self.0.clone()
    }
}

fn command(program: &Path, watch: Watch) -> Command {
    let mut command = match watch {
        Watch::Valgrind => valgrind(program),
        Watch::Plain | Watch::Asan => Command::new(program),
    };
    command.env_remove("LD_LIBRARY_PATH"); // cargo's, which would put another build before the one that is meant
    command.env("ASAN_OPTIONS", "detect_leaks=1:exitcode=98");
    command.env("HWMQTT_PACING", "off"); // they cut connections faster than any
    command.env("HWMQTT_TRACE", "1"); // thousands of refusals, and each is to have its line
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A program that does not outlive its test.
struct Running(Child);

impl Running {
    /// Its exit status, unless it is still running then.
    fn wait(&mut self, until: Instant) -> Option<ExitStatus> {
        while Instant::now() < until {
            if let Some(status) = self.0.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the program with the arguments; panics, with its output, if anything is wrong. Gives the output.
pub fn run(
    program: &Path,
    watch: Watch,
    arguments: &[(&str, &str)],
    environment: &[(&str, &str)],
    limit: Duration,
    answers: &mut dyn Answers,
) -> String {
    let mut command = command(program, watch);
    for (name, value) in arguments {
        command.arg(format!("--{name}")).arg(value);
    }
    command.envs(environment.iter().copied());
    // Some programs leave files in the current directory, as programs of the C SDK do.
    let place = tempfile::tempdir().unwrap();
    command.current_dir(place.path());
    let mut child = Running(command.spawn().unwrap_or_else(|cause| panic!("{command:?}: {cause}")));
    let mut input = child.0.stdin.take().unwrap();
    let output = child.0.stdout.take().unwrap();
    let mut errors = child.0.stderr.take().unwrap();

    let (send, lines) = channel();
    let reader = std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_string();
            if send.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
    let complaints = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = errors.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });

    let until = Instant::now() + limit * watch.slowness();
    let mut transcript = String::new();
    let in_time = loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                transcript += &line;
                transcript.push('\n');
                if let Some(request) = line.strip_prefix('@') {
                    // A request that cannot be met fails the program's check, so that its output is seen.
                    let reply = catch_unwind(AssertUnwindSafe(|| answers.answer(request)))
                        .unwrap_or_else(|_| "the request panicked".to_string());
                    transcript += &format!("    -> {reply}\n");
                    let _ = writeln!(input, "{reply}");
                }
            }
            Err(RecvTimeoutError::Disconnected) => break true,
            Err(RecvTimeoutError::Timeout) => break false,
        }
    };
    let status = if in_time { child.wait(until) } else { None };
    drop(child);
    drop(input);
    let _ = reader.join();
    transcript += &complaints.join().unwrap();
    let _ = std::fs::write(program.with_extension("log"), &transcript); // of the latest run

    let Some(status) = status else {
        panic!("{command:?}\nnot done after {limit:?}:\n{}", tail(&transcript));
    };
    assert!(status.success(), "{command:?}\n{status}:\n{}", tail(&transcript));
    let passed = transcript.lines().any(|line| line.ends_with(" passed, 0 failed"));
    assert!(passed, "{command:?}\nno result line:\n{}", tail(&transcript));
    for secret in answers.secrets() {
        let told = transcript
            .lines()
            .find(|line| line.starts_with("log: ") && line.contains(&secret));
        assert!(told.is_none(), "{command:?}\na secret in the log: {told:?}");
    }
    transcript
}

/// The failed checks, and the end of the output.
fn tail(transcript: &str) -> String {
    let failed: Vec<&str> = transcript.lines().filter(|line| line.starts_with("FAILED")).collect();
    let lines: Vec<&str> = transcript.lines().collect();
    let end = lines.get(lines.len().saturating_sub(80)..).unwrap_or_default();
    format!("{}\n...\n{}", failed.join("\n"), end.join("\n"))
}
