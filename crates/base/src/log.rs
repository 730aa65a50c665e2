//! The log slot: the library never prints by itself; every line goes to the one sink that the program installed.
//!
//! A line never holds a secret, a password or a bus key: build it from redacted values (see the redaction of `iotda-device`).

mod flow;
mod level;
mod shape;

use std::borrow::Cow;
use std::fmt::Arguments;
use std::sync::Arc;
use std::time::Instant;

use crate::sync::{Mutex, MutexGuard, RwLock};
use once_cell::sync::Lazy;

use crate::fork::{self, PerProcess};
use flow::{Flow, Verdict};
pub use level::Level;
pub use shape::{cut, escaped};

/// Receives each line, without a line end, on the thread that logs it.
pub type Sink = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// A forked child keeps the parent's sink; it waits for no lock of the parent's.
static SINK: PerProcess<RwLock<Option<Sink>>> = PerProcess::new(|parents| {
    let kept = parents.and_then(|sink| sink.try_read().and_then(|sink| sink.clone()));
    RwLock::new(kept)
});

fn sink() -> Option<Sink> {
    let slot = SINK.get();
    match fork::orphaned() {
        true => slot.try_read()?.clone(),
        false => slot.read().clone(),
    }
}

/// Installs the sink of the process; `None` discards all lines.
pub fn set_sink(sink: Option<Sink>) {
    let slot = SINK.get();
    match fork::orphaned() {
        // Nobody else is left to hold it but a thread that does not exist here.
        true => slot.try_write().map(|mut slot| *slot = sink).unwrap_or_default(),
        false => *slot.write() = sink,
    }
}

/// Whether a line would reach anybody: guards costly formatting.
pub fn enabled() -> bool {
    sink().is_some()
}

/// The flow of lines, and the moment that its times count from.
static FLOW: PerProcess<(Mutex<Flow>, Instant)> = PerProcess::new(|_| (Mutex::new(Flow::new()), Instant::now()));

/// `HWMQTT_TRACE=1` in the environment: every line is written, whole.
static TRACE: Lazy<bool> = Lazy::new(|| crate::process::variable("HWMQTT_TRACE").is_some_and(|value| value == "1"));

/// Whether the environment asks for every line, whole, and for a line for each call of an exported function.
pub fn trace() -> bool {
    *TRACE
}

/// Writes one line; use the macros [`debug!`](crate::debug), [`info!`](crate::info), [`warn!`](crate::warn), [`error!`](crate::error).
///
/// What came from outside is made harmless here: characters that a terminal would obey are escaped, a line above DEBUG is
/// cut at 1,024 bytes, equal lines are summed, and more than 100 a second are counted only.
pub fn write(level: Level, line: Arguments<'_>) {
    let Some(sink) = sink() else {
        return; // no lock is held while the program's code runs
    };
    let text = match line.as_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(line.to_string()),
    };
    let mut shown = escaped(&text);
    if trace() {
        return sink(level, &shown);
    }
    if level > Level::Debug {
        shown = cut(shown);
    }
    let verdict = {
        let (flow, start) = FLOW.get();
        let line = |mut flow: MutexGuard<'_, Flow>| flow.line(start.elapsed(), level, &shown);
        match fork::orphaned() {
            true => flow.try_lock().map_or_else(Verdict::written, line),
            false => line(flow.lock()),
        }
    };
    if verdict.repeated > 0 {
        sink(
            verdict.repeated_level.unwrap_or(level),
            &format!("repeated {} times", verdict.repeated),
        );
    }
    if verdict.dropped > 0 {
        let text = format!("{} lines were left out: more than 100 in a second", verdict.dropped);
        sink(Level::Warning, &text);
    }
    if verdict.write {
        sink(level, &shown);
    }
}

/// Logs at DEBUG: payloads and details for tracing a problem.
#[macro_export]
macro_rules! debug { ($($arg:tt)*) => { $crate::log::write($crate::log::Level::Debug, format_args!($($arg)*)) }; }
/// Logs at INFO: what happened.
#[macro_export]
macro_rules! info { ($($arg:tt)*) => { $crate::log::write($crate::log::Level::Info, format_args!($($arg)*)) }; }
/// Logs at WARNING: handled, but worth a look.
#[macro_export]
macro_rules! warn { ($($arg:tt)*) => { $crate::log::write($crate::log::Level::Warning, format_args!($($arg)*)) }; }
/// Logs at ERROR: a request failed; the line says what to do.
#[macro_export]
macro_rules! error { ($($arg:tt)*) => { $crate::log::write($crate::log::Level::Error, format_args!($($arg)*)) }; }
