//! `iotda-sim run`: a platform that prints what happens.

use std::io::Write;
use std::path::PathBuf;

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
            while let Ok(event) = events.recv() {
                if events.missed() > missed {
                    let lost = events.missed() - missed;
                    missed = events.missed();
                    let _ = writeln!(
                        std::io::stdout(),
                        "iotda-sim: {lost} events are not shown: the output is too slow"
                    );
                }
                if writeln!(std::io::stdout(), "{event}").is_err() {
                    return;
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
