//! A process with a spool is killed at random moments, again and again: whatever it had accepted reaches the platform.
//!
//! Usual form: 20 kills. `HWMQTT_SOAK=1`: 200. The process is this test once more, told by its environment what to do.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use iotda_device::config::{SpoolSync, StampMethod};
use iotda_device::transport::auth::{Identity, Login};
use iotda_device::transport::reconnect::Policy;
use iotda_device::transport::{Event, Publish, Secret, Session, Settings, spool};
use iotda_sim::{Config, Cut, Fault, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const DIRECTORY: &str = "HWMQTT_SPOOL_TEST_DIRECTORY";
const PORT: &str = "HWMQTT_SPOOL_TEST_PORT";
const FIRST: &str = "HWMQTT_SPOOL_TEST_FIRST";
const TOPIC: &str = "$oc/devices/dev/user/t";

fn session(port: u16, directory: PathBuf) -> (Session, Receiver<Event>) {
    let (sender, events) = channel();
    let session = Session::new(Box::new(move |event| drop(sender.send(event))));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let identity = Identity::new(
        "dev",
        Login::Secret(Secret::new(SECRET)),
        false,
        StampMethod::Sha256,
        now,
    );
    let ms = Duration::from_millis;
    session.connect(Settings {
        reconnect: Some(Policy {
            base: ms(1),
            cap: ms(3),
            tired_wait: ms(3),
            ..Policy::default()
        }),
        spool: Some(spool::Options {
            directory,
            sync: SpoolSync::Interval,
            bytes: 64 << 20,
        }),
        ..Settings::new("127.0.0.1", port, identity)
    });
    (session, events)
}

/// Reports for ever, and says which reports were accepted.
fn child(directory: PathBuf) -> ! {
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (session, _events) = session(number(PORT) as u16, directory);
    let mut out = std::io::stdout();
    for n in number(FIRST).. {
        while session.publish(Publish::new(TOPIC, n.to_string(), 1, 7)).is_err() {
            std::thread::sleep(Duration::from_millis(1)); // the queue is full
        }
        writeln!(out, "accepted {n}").unwrap();
        out.flush().unwrap();
        if n % 16 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    unreachable!()
}

fn random(bound: u64) -> u64 {
    getrandom::u64().unwrap() % bound
}

/// Runs the child until some time after its first report; what it had accepted.
fn killed(directory: &Path, port: u16, first: u64) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "spool_kill::what_was_accepted_survives_kill_9",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .env(PORT, port.to_string())
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let accepted = std::thread::spawn(move || {
        let number = |line: String| line.strip_prefix("accepted ")?.parse::<u64>().ok();
        // The last line may be cut off; then it is too small a number, which was accepted as well.
        lines.map_while(Result::ok).filter_map(number).collect::<Vec<u64>>()
    });
    std::thread::sleep(Duration::from_millis(20 + random(150)));
    child.kill().unwrap();
    child.wait().unwrap();
    accepted.join().unwrap()
}

#[test]
fn what_was_accepted_survives_kill_9() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        child(directory.into());
    }
    let kills = if std::env::var_os("HWMQTT_SOAK").is_some() {
        200
    } else {
        20
    };
    let config = Config {
        plain: Port::Ephemeral,
        ledger_limit: 10_000_000,
        ..Config::default()
    };
    let platform = Platform::start(config.device("dev", SECRET)).unwrap();
    let port = platform.plain_port();
    let directory = tempfile::tempdir().unwrap();
    let mut accepted = Vec::new();
    let mut next = 0;
    for round in 0..kills {
        platform.clear_faults();
        let fault = Fault {
            device: Some("dev".into()),
            cut: Cut::Reset,
            ..Fault::default()
        };
        match round % 4 {
            0 => platform.fault(Fault {
                refuse: Some(3),
                ..fault
            }),
            1 => platform.fault(Fault {
                withhold_puback: u32::MAX,
                ..fault
            }),
            2 => platform.fault(Fault {
                cut_after_bytes_in: Some(500 + random(5_000)),
                ..fault
            }),
            _ => {}
        }
        let some = killed(directory.path(), port, next);
        next = some.iter().max().map_or(next, |last| last + 2); // one more may have been accepted and not said so
        accepted.extend(some);
    }
    platform.clear_faults();
    assert!(accepted.len() > 10 * kills, "only {} reports", accepted.len());

    let (session, events) = session(port, directory.path().to_path_buf());
    let restored = session.stats().accepted;
    let start = Instant::now();
    while session.stats().waiting > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{} wait",
            session.stats().waiting
        );
        drop(events.recv_timeout(Duration::from_millis(50)));
    }
    session.shutdown(Duration::from_secs(5));
    let mut arrived = vec![0u32; next as usize + 1];
    for event in platform.events() {
        if let Some((TOPIC, payload)) = event.uplink() {
            let n: usize = std::str::from_utf8(payload).unwrap().parse().unwrap();
            arrived[n] += 1;
        }
    }
    let lost: Vec<u64> = accepted.iter().copied().filter(|n| arrived[*n as usize] == 0).collect();
    let repeated = arrived.iter().filter(|count| **count > 1).count();
    println!(
        "{kills} kills, {} accepted, {restored} restored at the end, {repeated} more than once",
        accepted.len()
    );
    assert!(
        lost.is_empty(),
        "{} lost: {:?}",
        lost.len(),
        &lost[..lost.len().min(20)]
    );
    let (left, _events) = self::session(port, directory.path().to_path_buf());
    assert_eq!(left.stats().accepted, 0, "all had their end");
}
