//! What a platform may do and ours does by default not: take few logins a second, end the older of two sessions, take few
//! messages a second and small payloads, announce its limits, have another clock. Each rule is one of the simulator's, and
//! each test fails without what the session does about it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use iotda_device::config::StampMethod;
use iotda_device::transport::auth::{Identity, Login};
use iotda_device::transport::reconnect::Policy;
use iotda_device::transport::{Event, Limits, Publish, Secret, Session, Settings, Version};
use iotda_sim::{Config, End, Kind, Limits as PlatformLimits, Platform, Port};

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(30);
const UP: &str = "$oc/devices/dev/sys/messages/up";

fn platform(configure: impl FnOnce(&mut Config)) -> Platform {
    let mut config = Config {
        plain: Port::Ephemeral,
        ..Config::default()
    }
    .device("dev", SECRET);
    configure(&mut config);
    Platform::start(config).unwrap()
}

fn session() -> (Session, Receiver<Event>) {
    let (sender, events) = channel();
    (Session::new(Box::new(move |event| drop(sender.send(event)))), events)
}

fn settings(platform: &Platform, device: &str, version: Version) -> Settings {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let identity = Identity::new(
        device,
        Login::Secret(Secret::new(SECRET)),
        false,
        StampMethod::Sha256,
        now,
    );
    Settings {
        version,
        pacing: false,
        ..Settings::new("127.0.0.1", platform.plain_port(), identity)
    }
}

/// Attempts in quick succession.
fn eager() -> Policy {
    let ms = Duration::from_millis;
    Policy {
        base: ms(20),
        cap: ms(400),
        tired_after: u32::MAX,
        ..Policy::default()
    }
}

fn uplinks(platform: &Platform) -> usize {
    platform.events().iter().filter(|e| e.uplink().is_some()).count()
}

/// The ends of so many reports, and how many connections were lost meanwhile.
fn ends(events: &Receiver<Event>, count: usize) -> (Vec<(usize, i32)>, usize) {
    let (mut ends, mut losses) = (Vec::new(), 0);
    while ends.len() < count {
        match events.recv_timeout(WAIT).expect("every report has an end") {
            Event::Published { context, code, .. } => ends.push((context, code)),
            Event::Lost { .. } => losses += 1,
            _ => {}
        }
    }
    (ends, losses)
}

#[test]
fn a_fleet_gets_in_although_few_logins_a_second_are_taken() {
    const FLEET: usize = 40;
    let platform = platform(|config| {
        config.limits.logins_per_second = 10;
        for n in 0..FLEET {
            config
                .devices
                .push(iotda_sim::DeviceEntry::with_secret(&format!("d{n}"), SECRET));
        }
    });
    let fleet: Vec<_> = (0..FLEET)
        .map(|n| {
            let (session, events) = session();
            let version = if n % 2 == 0 { Version::V4 } else { Version::V5 };
            session.connect(Settings {
                reconnect: Some(eager()),
                ..settings(&platform, &format!("d{n}"), version)
            });
            (session, events)
        })
        .collect();
    let mut refused = 0;
    for (_, events) in &fleet {
        loop {
            match events.recv_timeout(WAIT).expect("each of them gets in") {
                Event::Connected { .. } => break,
                Event::ConnectFailed { code, detail, .. } => {
                    assert!(detail.contains("closed"), "{code} {detail}");
                    refused += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(platform.online_devices().len(), FLEET);
    assert!(refused > 0, "the platform closed what was above its limit");
}

#[test]
fn of_two_sessions_the_newer_one_stays_and_they_do_not_fight_for_ever() {
    for version in [Version::V4, Version::V5] {
        let platform = platform(|_| {});
        let (older, older_events) = session();
        older.connect(settings(&platform, "dev", version));
        assert!(matches!(
            older_events.recv_timeout(WAIT).unwrap(),
            Event::Connected { .. }
        ));
        let (newer, newer_events) = session();
        newer.connect(settings(&platform, "dev", version));
        assert!(matches!(
            newer_events.recv_timeout(WAIT).unwrap(),
            Event::Connected { .. }
        ));
        match older_events.recv_timeout(WAIT).unwrap() {
            Event::Lost { detail } if version == Version::V5 => assert!(detail.contains("0x8e"), "{detail}"),
            Event::Lost { .. } => {}
            other => panic!("{other:?}"),
        }
        let ended = platform.wait_for(|e| e.ended() == Some(&End::TakenOver), WAIT);
        assert!(ended.is_some());
        newer.publish(Publish::new(UP, "here", 1, 7)).unwrap();
        assert_eq!(ends(&newer_events, 1).0, [(7, 0)]);

        // Both come back by themselves: after three kicks each of them gives the other its peace.
        let mark = platform.mark();
        let both: Vec<_> = (0..2)
            .map(|_| {
                let (session, events) = session();
                session.connect(Settings {
                    reconnect: Some(eager()),
                    ..settings(&platform, "dev", version)
                });
                (session, events)
            })
            .collect();
        let logins = || {
            let events = platform.events();
            let logins = events
                .iter()
                .filter(|e| e.seq >= mark && matches!(e.kind, Kind::Online { .. }));
            logins.count()
        };
        let (mut count, mut changed) = (0, Instant::now());
        while changed.elapsed() < Duration::from_millis(1500) {
            std::thread::sleep(Duration::from_millis(20));
            if logins() != count {
                (count, changed) = (logins(), Instant::now());
            }
            assert!(count <= 12, "{count} logins");
        }
        assert!(count >= 3, "{count} logins");
        assert!(platform.is_online("dev"));
        drop(both);
    }
}

#[test]
fn at_fifty_messages_a_second_a_rate_below_it_loses_nothing() {
    let limited = || {
        platform(|config| {
            config.limits = PlatformLimits {
                messages_per_second: 50,
                ..PlatformLimits::default()
            }
        })
    };
    let run = |version: Version, rate: u32, count: usize| {
        let platform = limited();
        let (session, events) = session();
        session.connect(Settings {
            limits: Limits {
                rate,
                ..Limits::default()
            },
            ..settings(&platform, "dev", version)
        });
        for n in 0..count {
            session.publish(Publish::new(UP, n.to_string(), 1, n)).unwrap();
        }
        let (ends, losses) = ends(&events, count);
        assert_eq!(losses, 0);
        let dropped = ends.iter().filter(|(_, code)| *code == 0x97).count();
        assert!(ends.iter().all(|(_, code)| [0, 0x97].contains(code)), "{ends:?}");
        (uplinks(&platform), dropped)
    };
    // Without a rate what is too much is dropped, and a session of MQTT 5 says so of each.
    let (arrived, dropped) = run(Version::V5, 0, 300);
    assert!(dropped > 0 && arrived + dropped == 300, "{arrived} {dropped}");
    let (arrived, dropped) = run(Version::V4, 0, 300);
    assert!(dropped == 0 && arrived < 300, "{arrived} {dropped}");
    std::thread::scope(|scope| {
        let runs = [Version::V4, Version::V5].map(|version| scope.spawn(move || run(version, 40, 90)));
        for run in runs {
            assert_eq!(run.join().unwrap(), (90, 0));
        }
    });
}

#[test]
fn a_payload_that_the_platform_does_not_take_holds_nothing_up() {
    for version in [Version::V4, Version::V5] {
        let platform = platform(|config| config.limits.max_payload = 1000);
        let (session, events) = session();
        session.connect(Settings {
            reconnect: Some(Policy {
                kicks: u32::MAX,
                ..eager()
            }),
            limits: Limits {
                trial_after: Duration::from_millis(50),
                ..Limits::default()
            },
            ..settings(&platform, "dev", version)
        });
        let payload = |size: usize| "x".repeat(size);
        session.publish(Publish::new(UP, payload(1000), 1, 1)).unwrap();
        session.publish(Publish::new(UP, payload(1001), 1, 2)).unwrap();
        for n in 3..=20 {
            session.publish(Publish::new(UP, payload(n), 1, n)).unwrap();
        }
        let (mut ends, losses) = ends(&events, 20);
        ends.sort();
        let expected: Vec<(usize, i32)> = (1..=20).map(|n| (n, if n == 2 { -11 } else { 0 })).collect();
        assert_eq!(ends, expected);
        assert!(losses >= 2, "{losses}");
        let ended = platform.events();
        let too_large = |e: &End| matches!(e, End::Error(text) if text.contains("1001 bytes"));
        assert!(ended.iter().any(|e| e.ended().is_some_and(too_large)));
    }
}

#[test]
fn announced_limits_are_kept() {
    let platform = platform(|config| {
        config.receive_maximum = 2;
        config.max_packet = 2000;
    });
    let (session, events) = session();
    session.connect(settings(&platform, "dev", Version::V5));
    assert!(matches!(events.recv_timeout(WAIT).unwrap(), Event::Connected { .. }));
    assert!(session.publish(Publish::new(UP, "x".repeat(2000), 1, 1)).is_err());
    for n in 0..100 {
        let qos = 1 + (n % 2) as u8;
        session.publish(Publish::new(UP, n.to_string(), qos, n)).unwrap();
    }
    let (ends, losses) = ends(&events, 100);
    assert!(
        losses == 0 && ends.iter().all(|(_, code)| *code == 0),
        "{losses} {ends:?}"
    );
    assert_eq!(uplinks(&platform), 100);
    assert!(matches!(
        events.recv_timeout(Duration::from_millis(50)),
        Err(RecvTimeoutError::Timeout)
    ));
}

#[test]
fn a_clock_that_is_two_hours_off_is_a_refused_login() {
    for (version, expected) in [(Version::V4, 4), (Version::V5, 134)] {
        let platform = platform(|config| config.clock_offset_s = 2 * 3600);
        let (session, events) = session();
        let checked = settings(&platform, "dev", version);
        session.connect(checked.clone());
        match events.recv_timeout(WAIT).unwrap() {
            Event::ConnectFailed { code, .. } => assert_eq!(code, expected),
            other => panic!("{other:?}"),
        }
        // Sign type 0: the stamp is not compared.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        session.connect(Settings {
            identity: Identity::new(
                "dev",
                Login::Secret(Secret::new(SECRET)),
                false,
                StampMethod::Unchecked,
                now,
            ),
            ..checked
        });
        assert!(matches!(events.recv_timeout(WAIT).unwrap(), Event::Connected { .. }));
    }
}
