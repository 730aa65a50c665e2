//! `iotda-sim run`: a platform that prints what happens.

use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::unbounded_channel;

use super::words::Run;
use crate::config::{Config, Port};
use crate::control::Control;
use crate::platform::Platform;

fn port(text: &str) -> Result<Port, String> {
    match text {
        "auto" => Ok(Port::Auto),
        "ephemeral" => Ok(Port::Ephemeral),
        "none" => Ok(Port::None),
        number => number
            .parse()
            .map(Port::Fixed)
            .map_err(|_| format!("{number:?} is no port")),
    }
}

/// The two parts of a word with a colon.
fn parts<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str), String> {
    match text.split_once(':') {
        Some((first, second)) if !first.is_empty() && !second.is_empty() => Ok((first, second)),
        _ => Err(format!("{text:?} does not have the form {form}")),
    }
}

pub fn run(words: Run) -> Result<(), String> {
    let mut config = match &words.config {
        Some(path) => Config::load(path).map_err(|e| e.to_string())?,
        None => Config::default(),
    };
    if let Some(host) = words.host {
        config.host = host.parse().map_err(|_| format!("{host:?} is no IP address"))?;
    }
    if let Some(text) = words.plain {
        config.plain = port(&text)?;
    }
    if let Some(text) = words.tls {
        config.tls = port(&text)?;
    }
    for text in &words.device {
        let (id, secret) = parts(text, "ID:SECRET")?;
        config = config.device(id, secret);
    }
    for text in &words.bus {
        let (name, members) = parts(text, "NAME:ID,ID...")?;
        config = config.bus(name, name, &members.split(',').collect::<Vec<_>>());
    }
    let work_dir = words.work_dir;
    let from_environment = || std::env::var_os("IOTDA_SIM_CONTROL").map(PathBuf::from);
    let control = words.control.or_else(from_environment);
    let quiet = words.quiet;

    let platform = Platform::start(config).map_err(|e| e.to_string())?;
    let (stop, mut stopped) = unbounded_channel();
    let _control = match &control {
        Some(path) => Some(
            Control::start(platform.handle(), path, move || {
                let _ = stop.send(());
            })
            .map_err(|e| e.to_string())?,
        ),
        None => {
            // Without a control socket only signals end the run; the channel must not look closed.
            std::mem::forget(stop);
            None
        }
    };
    if let Some(dir) = &work_dir {
        platform
            .write_work_dir(dir)
            .map_err(|e| format!("{}: {e}", dir.display()))?;
    }
    // Signals are taken before the first line, which tells a script that it may stop the platform again.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| e.to_string())?;
    let (interrupt, terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    };
    let (mut interrupt, mut terminate) = (
        interrupt.map_err(|e| e.to_string())?,
        terminate.map_err(|e| e.to_string())?,
    );
    let events = platform.ledger().follow(0);
    announce(&platform, control.as_deref(), work_dir.as_deref());
    if !quiet {
        std::thread::spawn(move || {
            let mut missed = 0;
            let mut equal = Equal::default();
            loop {
                let event = match events.recv_timeout(TELL_EVERY) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) => {
                        if let Some(sum) = equal.sum() {
                            let _ = writeln!(std::io::stdout(), "{sum}");
                        }
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                if events.missed() > missed {
                    let lost = events.missed() - missed;
                    missed = events.missed();
                    let _ = writeln!(
                        std::io::stdout(),
                        "iotda-sim: {lost} events are not shown: the output is too slow"
                    );
                }
                let line = event.to_string();
                let (sum, shown) = equal.next(&line);
                for line in sum.iter().chain(shown.then_some(&line)) {
                    if writeln!(std::io::stdout(), "{line}").is_err() {
                        return;
                    }
                }
            }
        });
    }
    runtime.block_on(async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = stopped.recv() => {}
        }
    });
    let _ = writeln!(std::io::stdout(), "iotda-sim: stopped");
    Ok(())
}

fn announce(platform: &Platform, control: Option<&std::path::Path>, work_dir: Option<&std::path::Path>) {
    let address = |a: Option<std::net::SocketAddr>| a.map_or("off".to_string(), |a| a.to_string());
    let mut line = format!(
        "iotda-sim: plain {}, TLS {}",
        address(platform.plain_addr()),
        address(platform.tls_addr())
    );
    for (name, path) in [("control", control), ("work directory", work_dir)] {
        if let Some(path) = path {
            line.push_str(&format!(", {name} {}", path.display()));
        }
    }
    let _ = writeln!(std::io::stdout(), "{line}");
    for group in platform.groups() {
        let bus = group
            .bus
            .map_or("no soft bus".to_string(), |b| format!("soft bus {} {:?}", b.id, b.name));
        let _ = writeln!(
            std::io::stdout(),
            "iotda-sim: group {}: {}; {bus}",
            group.name,
            group.members.join(", ")
        );
    }
}

/// So many equal lines in a row are shown before they are only counted.
const EQUAL: u64 = 20;
/// A count is told when nothing happens for so long.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// `HH:MM:SS.mmm ` stands before each event.
const TIME: usize = 13;

/// Sums events that are the same but for their time.
#[derive(Default)]
struct Equal {
    last: String,
    times: u64,
    untold: u64,
}

impl Equal {
    /// What is to be shown before a line, and whether the line itself is.
    fn next(&mut self, line: &str) -> (Option<String>, bool) {
        let text = line.get(TIME..).unwrap_or(line);
        if text == self.last {
            self.times += 1;
            self.untold += u64::from(self.times > EQUAL);
            return (None, self.times <= EQUAL);
        }
        let sum = self.sum();
        text.clone_into(&mut self.last);
        self.times = 1;
        (sum, true)
    }

    /// How often the last line came that was not shown and not told yet.
    fn sum(&mut self) -> Option<String> {
        let untold = std::mem::take(&mut self.untold);
        (untold > 0).then(|| format!("iotda-sim: repeated {untold} times"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_events_are_summed() {
        let mut equal = Equal::default();
        let line = |n: u32, text: &str| format!("12:00:00.{n:03} {text}");
        let shown = (0..832).filter(|n| equal.next(&line(*n, "#1 dev PINGREQ")).1).count();
        assert_eq!(shown, 20);
        let (sum, shown) = equal.next(&line(900, "#1 dev DISCONNECT"));
        assert_eq!((sum.as_deref(), shown), (Some("iotda-sim: repeated 812 times"), true));
        assert_eq!(equal.next(&line(901, "#1 dev DISCONNECT")), (None, true));
        assert_eq!(equal.next("short"), (None, true));
        (0..50).for_each(|n| drop(equal.next(&line(n, "x"))));
        assert_eq!(equal.sum().as_deref(), Some("iotda-sim: repeated 30 times"));
        assert_eq!(equal.sum(), None);
    }
}
