//! The log slot: the library never prints by itself; every line goes to the one sink that the program installed.
//!
//! A line never holds a secret, a password or a bus key: build it from redacted values (see [`crate::protocol`]).

use std::fmt::Arguments;
use std::sync::Arc;

use parking_lot::RwLock;

/// Severity of a line; the numbers are those of the C SDK's `LOGLEVEL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// Receives each line, without a line end, on the thread that logs it.
pub type Sink = Arc<dyn Fn(Level, &str) + Send + Sync>;

static SINK: RwLock<Option<Sink>> = RwLock::new(None);

/// Installs the sink of the process; `None` discards all lines.
pub fn set_sink(sink: Option<Sink>) {
    *SINK.write() = sink;
}

/// Whether a line would reach anybody: guards costly formatting.
pub fn enabled() -> bool {
    SINK.read().is_some()
}

/// Writes one line; use the macros [`debug!`](crate::debug), [`info!`](crate::info), [`warn!`](crate::warn), [`error!`](crate::error).
pub fn write(level: Level, line: Arguments<'_>) {
    let sink = SINK.read().clone(); // released before the program's code runs
    if let Some(sink) = sink {
        match line.as_str() {
            Some(text) => sink(level, text),
            None => sink(level, &line.to_string()),
        }
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
