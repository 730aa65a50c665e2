//! Sessions against the simulated platform, which shares no code with them: logins, TLS, and storms of faults after
//! which every report has been confirmed exactly once and has reached the platform in its order.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iotda_device::transport::auth::{Identity, Login, decode_group_secret};
use iotda_device::transport::reconnect::Policy;
use iotda_device::transport::{Event, Limits, Publish, Secret, Session, Settings, Version, tls};
use iotda_sim::{Config, Cut, Fault, Handle, Kind, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(20);

fn platform() -> Platform {
    let config = Config {
        plain: Port::Ephemeral,
        ..Config::default()
    }
    .with_tls();
    Platform::start(config.device("dev", SECRET)).unwrap()
}

fn session() -> (Session, Receiver<Event>) {
    let (sender, events) = channel();
    (Session::new(Box::new(move |event| drop(sender.send(event)))), events)
}

fn identity(login: Login, stamp_method: u32) -> Identity {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    Identity::new("dev", login, false, i64::from(stamp_method).into(), now)
}

fn settings(platform: &Handle, version: Version) -> Settings {
    let secret = Login::Secret(Secret::new(SECRET));
    Settings {
        version,
        pacing: false, // the storms are faster than any
        // A report that waits alone because it was there at two losses leaves its order, which is looked at here.
        limits: Limits {
            rejections: 0,
            ..Limits::default()
        },
        ..Settings::new("127.0.0.1", platform.plain_port(), identity(secret, 1))
    }
}

/// Settings over TLS with the platform's CA in a work directory.
fn secure(platform: &Handle, dir: &tempfile::TempDir, version: Version) -> Settings {
    platform.write_work_dir(dir.path()).unwrap();
    Settings {
        tls: Some(tls::Settings::from_work_dir(dir.path(), None)),
        port: platform.tls_port(),
        ..settings(platform, version)
    }
}

#[test]
fn every_way_to_log_in() {
    let platform = platform();
    platform.add_scope("scope", "Z3JvdXAtc2VjcmV0");
    let dir = tempfile::tempdir().unwrap();
    for version in [Version::V4, Version::V5] {
        for stamp_method in 0..=2 {
            let (session, events) = session();
            let login = Login::Secret(Secret::new(SECRET));
            let settings = Settings {
                identity: identity(login, stamp_method),
                ..secure(&platform, &dir, version)
            };
            session.connect(settings);
            assert!(
                matches!(events.recv_timeout(WAIT).unwrap(), Event::Connected { .. }),
                "{stamp_method}"
            );
            assert!(platform.is_online("dev"));
        }
        let (session, events) = session();
        let login = Login::Secret(Secret::new("wrong"));
        session.connect(Settings {
            identity: identity(login, 1),
            ..settings(&platform, version)
        });
        match events.recv_timeout(WAIT).unwrap() {
            Event::ConnectFailed {
                code,
                message: Some("CONNACK return code"),
                ..
            } => {
                assert_eq!(code, if version == Version::V5 { 134 } else { 4 });
            }
            other => panic!("{other:?}"),
        }
        let secret = decode_group_secret("Z3JvdXAtc2VjcmV0").unwrap();
        let login = Login::GroupSecret {
            scope: "scope".into(),
            secret,
        };
        session.connect(Settings {
            identity: identity(login, 0),
            ..settings(&platform, version)
        });
        assert!(matches!(events.recv_timeout(WAIT).unwrap(), Event::Connected { .. }));
    }
}

#[test]
fn a_device_certificate() {
    let platform = platform();
    let issued = platform.issue_client_certificate("dev").unwrap();
    platform.remove_device("dev").unwrap();
    platform
        .add_certificate_device("dev", Some(&issued.fingerprint))
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut settings = secure(&platform, &dir, Version::V4);
    std::fs::write(dir.path().join("conf/deviceCert.pem"), &issued.certificate_pem).unwrap();
    std::fs::write(dir.path().join("conf/deviceCert.key"), &issued.key_pem).unwrap();
    settings.tls = Some(tls::Settings::from_work_dir(dir.path(), Some(None)));
    settings.identity = identity(Login::Certificate, 0);
    let (session, events) = session();
    session.connect(settings);
    assert!(matches!(events.recv_timeout(WAIT).unwrap(), Event::Connected { .. }));
}

#[test]
fn both_directions() {
    let platform = platform();
    for version in [Version::V4, Version::V5] {
        let (session, events) = session();
        session.connect(settings(&platform, version));
        assert!(matches!(events.recv_timeout(WAIT).unwrap(), Event::Connected { .. }));
        session.subscribe("$oc/devices/dev/user/#", 1).unwrap();
        assert!(matches!(
            events.recv_timeout(WAIT).unwrap(),
            Event::Subscribed { code: 0, .. }
        ));
        for qos in 0..=2 {
            let topic = "$oc/devices/dev/sys/messages/up";
            session.publish(Publish::new(topic, "up", qos, qos.into())).unwrap();
            let Event::Published { context, code: 0, .. } = events.recv_timeout(WAIT).unwrap() else {
                panic!()
            };
            assert_eq!(context, usize::from(qos));
            assert!(platform.wait_uplink("dev", topic, WAIT).is_some());
            platform
                .publish_to("dev", "$oc/devices/dev/user/x", "down", qos)
                .unwrap();
            let Event::Message(message) = events.recv_timeout(WAIT).unwrap() else {
                panic!()
            };
            assert_eq!((&message.payload[..], message.qos), (&b"down"[..], qos.min(1)));
            session.ack(message.ack);
        }
        session.disconnect().unwrap();
        assert!(matches!(events.recv_timeout(WAIT).unwrap(), Event::Disconnected));
    }
}

/// A small generator, so that a failing run can be repeated.
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

fn fault(random: &mut Random, connections: u32) -> Fault {
    let cut = [Cut::Close, Cut::Reset, Cut::Half, Cut::Disconnect(0x8b)];
    let mut fault = Fault {
        device: Some("dev".into()),
        times: connections,
        cut: cut[random.below(4) as usize],
        ..Fault::default()
    };
    match random.below(7) {
        0 => fault.cut_after_packets_in = Some(2 + random.below(30)),
        1 => fault.cut_after_packets_out = Some(2 + random.below(30)),
        2 => fault.cut_after_bytes_in = Some(200 + random.below(4_000)),
        3 => fault.cut_after_bytes_out = Some(5 + random.below(60)),
        4 => fault.garbage_after = Some(2 + random.below(20)),
        5 => {
            fault.withhold_puback = 1 + random.below(3) as u32;
            fault.cut_after_packets_in = Some(30);
        }
        _ => {
            fault.duplicate_puback = true;
            fault.cut_after_publishes_in = Some(1 + random.below(20));
        }
    }
    fault
}

fn storm(version: Version, over_tls: bool, qos: u8, clean_session: bool, seed: u64) {
    const MESSAGES: usize = 300;
    let platform = platform();
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random(seed);
    for _ in 0..25 {
        let plan = fault(&mut random, 1);
        platform.fault(plan);
    }
    let ms = Duration::from_millis;
    let policy = Policy {
        base: ms(1),
        cap: ms(3),
        tired_wait: ms(3),
        refused_wait: ms(3),
        ..Policy::default()
    };
    let mut settings = match over_tls {
        true => secure(&platform, &dir, version),
        false => settings(&platform, version),
    };
    settings.reconnect = Some(policy);
    settings.clean_session = clean_session;
    settings.ack_deadline = Duration::from_secs(2); // withheld acknowledgements
    let (session, events) = session();
    session.connect(settings);
    let topic = |n: usize| format!("$oc/devices/dev/user/t{}", n % 3);
    for n in 0..MESSAGES {
        session.publish(Publish::new(topic(n), n.to_string(), qos, n)).unwrap();
    }
    let mut confirmed = [0; MESSAGES];
    let mut losses = 0;
    while confirmed.contains(&0) {
        match events.recv_timeout(WAIT).expect("the storm passes") {
            Event::Published { context, code: 0, .. } => confirmed[context] += 1,
            Event::Lost { .. } => losses += 1,
            Event::Connected { .. } | Event::ConnectFailed { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(confirmed.iter().all(|&count| count == 1), "seed {seed}");
    assert!(losses >= 3, "seed {seed}: {losses} losses");
    let mut first = [const { Vec::new() }; 3];
    let mut resumed = 0;
    let mut seen = [false; MESSAGES];
    for event in platform.events() {
        if let Kind::Online { session_present } = event.kind {
            assert!(!(clean_session && session_present));
            resumed += usize::from(session_present);
        }
        if let Some((_, payload)) = event.uplink() {
            let n: usize = std::str::from_utf8(payload).unwrap().parse().unwrap();
            if !std::mem::replace(&mut seen[n], true) {
                first[n % 3].push(n);
            }
        }
    }
    assert!(clean_session || resumed >= 3, "seed {seed}: {resumed} resumed sessions");
    assert!(
        seen.iter().all(|&seen| seen),
        "seed {seed}: confirmed, but never arrived"
    );
    assert!(
        first.iter().all(|order| order.is_sorted()),
        "seed {seed}: order within a topic"
    );
}

#[test]
fn storms_over_plain_tcp() {
    for seed in 1..=4 {
        storm(Version::V4, false, 1, true, seed);
        storm(Version::V5, false, 1, true, seed + 100);
    }
}

#[test]
fn storms_over_tls() {
    for seed in 1..=2 {
        storm(Version::V4, true, 1, true, seed);
        storm(Version::V5, true, 1, true, seed + 100);
    }
}

#[test]
fn storms_with_qos_2() {
    for seed in 1..=2 {
        storm(Version::V4, false, 2, true, seed);
        storm(Version::V5, false, 2, true, seed + 100);
    }
}

#[test]
fn storms_in_kept_sessions() {
    for (qos, seed) in [(1, 1), (1, 2), (2, 3), (2, 4)] {
        storm(Version::V4, false, qos, false, seed);
        storm(Version::V5, false, qos, false, seed + 100);
    }
}
