//! Cuts at random byte positions, in both directions and with both MQTT versions, while reports go on: the platform's
//! ledger and the session's answers agree exactly.
//!
//! Usual form: 50,000 messages, 500 cuts. `HWMQTT_SOAK=1`: 1,000,000 messages, 10,000 cuts.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use iotda_device::config::StampMethod;
use iotda_device::transport::auth::{Identity, Login};
use iotda_device::transport::reconnect::Policy;
use iotda_device::transport::{Event, Limits, Publish, Secret, Session, Settings, Version};
use iotda_sim::{Config, Cut, Fault, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(60);
/// Of one round, with a platform and a session of its own.
const MESSAGES: usize = 12_500;
const CUTS: usize = 125;
const TOPICS: usize = 3;

/// A small generator, so that a failing round can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A cut somewhere in the next 200 messages, in the CONNECT or CONNACK packet at times.
fn cut(random: &mut Random, session_present: bool) -> Fault {
    let kinds = [Cut::Close, Cut::Reset, Cut::Half, Cut::Disconnect(0x8b)];
    let mut fault = Fault {
        device: Some("dev".into()),
        times: 1,
        cut: kinds[random.below(4) as usize],
        session_present: Some(session_present),
        ..Fault::default()
    };
    match random.below(2) {
        0 => fault.cut_after_bytes_in = Some(100 + random.below(10_000)),
        _ => fault.cut_after_bytes_out = Some(1 + random.below(800)),
    }
    fault
}

fn settings(port: u16, version: Version, clean_session: bool) -> Settings {
    let ms = Duration::from_millis;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let identity = Identity::new(
        "dev",
        Login::Secret(Secret::new(SECRET)),
        false,
        StampMethod::Sha256,
        now,
    );
    Settings {
        version,
        clean_session,
        pacing: false, // cuts come faster than any
        // A report that waits alone because it was there at two losses leaves its order, which is looked at here.
        limits: Limits {
            rejections: 0,
            ..Limits::default()
        },
        reconnect: Some(Policy {
            base: ms(1),
            cap: ms(3),
            tired_wait: ms(3),
            refused_wait: ms(3),
            ..Policy::default()
        }),
        ..Settings::new("127.0.0.1", port, identity)
    }
}

struct Round {
    messages: usize,
    cuts: usize,
    repeated: usize,
}

fn round(version: Version, session_present: bool, seed: u64) -> Round {
    let about = format!("{version:?}, session present {session_present}, seed {seed}");
    let config = Config {
        plain: Port::Ephemeral,
        ledger_limit: 1_000_000,
        ..Config::default()
    };
    let platform = Platform::start(config.device("dev", SECRET)).unwrap();
    let mut random = Random(seed);
    for _ in 0..CUTS {
        platform.fault(cut(&mut random, session_present));
    }
    let (sender, events) = channel();
    let session = Session::new(Box::new(move |event| drop(sender.send(event))));
    session.connect(settings(platform.plain_port(), version, !session_present));

    let mut ends: Vec<u8> = Vec::new();
    let (mut waiting, mut cuts) = (0, 0);
    while waiting > 0 || ends.len() < MESSAGES || cuts < CUTS {
        if waiting < 400 && (ends.len() < MESSAGES || cuts < CUTS) {
            let n = ends.len();
            let topic = format!("$oc/devices/dev/user/t{}", n % TOPICS);
            session.publish(Publish::new(topic, n.to_string(), 1, n)).unwrap();
            ends.push(0);
            waiting += 1;
            continue;
        }
        match events.recv_timeout(WAIT).unwrap_or_else(|_| panic!("{about}: stuck")) {
            Event::Published { context, code: 0, .. } => {
                ends[context] += 1;
                waiting -= 1;
            }
            Event::Lost { .. } | Event::ConnectFailed { .. } => cuts += 1,
            Event::Connected { .. } => {}
            other => panic!("{about}: {other:?}"),
        }
    }
    assert!(platform.faults().is_empty(), "{about}: cuts that did not happen");
    session.shutdown(Duration::from_secs(5));
    assert!(
        events.try_iter().all(|event| matches!(event, Event::Disconnected)),
        "{about}: a second end"
    );
    assert!(ends.iter().all(|&count| count == 1), "{about}: other than one end");

    let mut last_seen: Vec<Option<u64>> = vec![None; ends.len()];
    let mut newest = [None; TOPICS];
    let mut repeated = 0;
    for event in platform.events() {
        let Some((_, payload)) = event.uplink() else { continue };
        let n: usize = std::str::from_utf8(payload).unwrap().parse().unwrap();
        match last_seen[n].replace(event.conn) {
            None => {
                let newest = &mut newest[n % TOPICS];
                assert!(newest.is_none_or(|before| before < n), "{about}: {n} out of its order");
                *newest = Some(n);
            }
            Some(conn) => {
                assert_ne!(conn, event.conn, "{about}: {n} came twice on one connection");
                repeated += 1;
            }
        }
    }
    let lost = last_seen.iter().filter(|seen| seen.is_none()).count();
    assert_eq!(lost, 0, "{about}: confirmed and never arrived");
    Round {
        messages: ends.len(),
        cuts,
        repeated,
    }
}

#[test]
fn nothing_is_lost_and_everything_ends_once() {
    let rounds = if std::env::var_os("HWMQTT_SOAK").is_some() {
        20
    } else {
        1
    };
    let start = Instant::now();
    let (mut messages, mut cuts, mut repeated) = (0, 0, 0);
    for seed in 1..=rounds {
        for version in [Version::V4, Version::V5] {
            for session_present in [false, true] {
                let one = round(version, session_present, seed);
                messages += one.messages;
                cuts += one.cuts;
                repeated += one.repeated;
            }
        }
    }
    println!(
        "{messages} messages, {cuts} cuts, {repeated} sent again, {:.1} s",
        start.elapsed().as_secs_f32()
    );
    assert!(messages >= 50_000 * rounds as usize && cuts >= 500 * rounds as usize);
}
