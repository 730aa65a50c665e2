//! Faults, keep-alive, kept sessions and MQTT 5, seen byte by byte through a plain socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use iotda_sim::{Config, Cut, End, Event, Fault, Kind, Message, Platform, Port, Properties};

const WAIT: Duration = Duration::from_secs(10);
const UP: &str = "$oc/devices/d/sys/messages/up";
const DOWN: &str = "$oc/devices/d/sys/messages/down";

fn platform() -> Platform {
    let config = Config {
        plain: Port::Ephemeral,
        check_login: false,
        ..Config::default()
    };
    Platform::start(config).unwrap()
}

struct Raw(TcpStream);

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u16).to_be_bytes());
    out.extend(text.as_bytes());
}

fn framed(first: u8, body: Vec<u8>) -> Vec<u8> {
    assert!(body.len() < 128);
    [vec![first, body.len() as u8], body].concat()
}

fn publish(level: u8, first: u8, topic: &str, id: u16, properties: &[u8], payload: &str) -> Vec<u8> {
    let mut body = Vec::new();
    text(&mut body, topic);
    if first & 6 != 0 {
        body.extend(id.to_be_bytes());
    }
    if level == 5 {
        body.push(properties.len() as u8);
        body.extend(properties);
    }
    body.extend(payload.as_bytes());
    framed(first, body)
}

impl Raw {
    /// A connection whose CONNECT has been sent. `properties` are MQTT 5's.
    fn open(platform: &Platform, level: u8, clean: bool, keep_alive: u8, properties: &[u8]) -> Raw {
        let socket = TcpStream::connect(platform.plain_addr().unwrap()).unwrap();
        socket.set_read_timeout(Some(WAIT)).unwrap();
        let mut body = b"\0\x04MQTT".to_vec();
        body.extend([level, 0x80 | u8::from(clean) << 1, 0, keep_alive]);
        if level == 5 {
            body.push(properties.len() as u8);
            body.extend(properties);
        }
        text(&mut body, "client");
        text(&mut body, "d");
        let mut raw = Raw(socket);
        raw.send(&framed(0x10, body));
        raw
    }

    fn connected(platform: &Platform) -> Raw {
        let mut raw = Raw::open(platform, 4, true, 60, &[]);
        assert_eq!(raw.packet(), [0x20, 2, 0, 0]);
        raw
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    fn packet(&mut self) -> Vec<u8> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        let mut packet = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut packet).unwrap();
        [head.to_vec(), packet].concat()
    }

    /// What is left until the end of the connection: bytes, or how it broke.
    fn rest(&mut self) -> Result<Vec<u8>, ErrorKind> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).map(|_| rest).map_err(|e| e.kind())
    }

    fn is_quiet(&mut self) -> bool {
        self.0.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let result = self.0.read(&mut [0]).map_err(|e| e.kind());
        self.0.set_read_timeout(Some(WAIT)).unwrap();
        result == Err(ErrorKind::WouldBlock)
    }
}

fn once() -> Fault {
    Fault {
        times: 1,
        ..Fault::default()
    }
}

#[test]
fn before_connack() {
    let platform = platform();
    platform.fault(Fault {
        refuse: Some(9),
        ..once()
    });
    platform.fault(Fault {
        no_connack: true,
        ..once()
    });
    platform.fault(Fault {
        session_present: Some(true),
        delay_connack_ms: Some(120),
        ..once()
    });
    assert_eq!(Raw::open(&platform, 4, true, 60, &[]).packet(), [0x20, 2, 0, 9]);
    assert_eq!(Raw::open(&platform, 4, true, 60, &[]).rest(), Ok(vec![]));
    let begun = Instant::now();
    assert_eq!(Raw::open(&platform, 4, true, 60, &[]).packet(), [0x20, 2, 1, 0]);
    assert!(begun.elapsed() >= Duration::from_millis(120));
    platform.fault(Fault { silent: true, ..once() });
    assert!(Raw::open(&platform, 4, true, 60, &[]).is_quiet());
    platform.fault(Fault {
        close_on_accept: true,
        ..once()
    });
    let mut raw = Raw(TcpStream::connect(platform.plain_addr().unwrap()).unwrap());
    assert_eq!(raw.rest(), Ok(vec![]));
    // All plans are used up.
    Raw::connected(&platform);
    assert!(platform.faults().is_empty());
}

#[test]
fn cuts() {
    let platform = platform();
    let ping = [0xc0, 0];
    platform.fault(Fault {
        cut_after_packets_out: Some(2),
        ..once()
    });
    let mut raw = Raw::connected(&platform);
    raw.send(&ping);
    assert_eq!(raw.rest(), Ok(vec![0xd0, 0]));

    platform.fault(Fault {
        cut_after_bytes_out: Some(5),
        ..once()
    });
    let mut raw = Raw::connected(&platform);
    raw.send(&ping);
    assert_eq!(raw.rest(), Ok(vec![0xd0]));

    platform.fault(Fault {
        cut_after_packets_in: Some(3),
        cut: Cut::Reset,
        ..once()
    });
    let mut raw = Raw::connected(&platform);
    raw.send(&ping);
    assert_eq!(raw.packet(), [0xd0, 0]);
    raw.send(&ping);
    assert_eq!(raw.rest(), Err(ErrorKind::ConnectionReset));

    let mut raw = Raw::connected(&platform);
    platform.wait_online("d", WAIT);
    platform
        .fault_now(
            "d",
            Fault {
                cut_after_bytes_in: Some(1),
                ..Fault::default()
            },
        )
        .unwrap();
    let mark = platform.mark();
    raw.send(&ping);
    let ended = platform.wait_after(mark, |e| e.ended().is_some(), WAIT).unwrap();
    assert_eq!(
        ended.ended(),
        Some(&End::Platform("fault: cut after 1 bytes in".into()))
    );
    assert!(!platform.events().iter().any(|e| e.seq >= mark && e.kind == Kind::Ping));

    let mut raw = Raw::connected(&platform);
    platform.wait_online("d", WAIT);
    platform.disconnect("d", Cut::Half).unwrap();
    assert_eq!(raw.rest(), Ok(vec![]));
    raw.send(&ping);
}

#[test]
fn acknowledgements() {
    let platform = platform();
    platform.fault(Fault {
        withhold_puback: 1,
        duplicate_puback: true,
        ..once()
    });
    let mut raw = Raw::connected(&platform);
    raw.send(&publish(4, 0x32, UP, 1, &[], "a"));
    assert!(raw.is_quiet());
    raw.send(&publish(4, 0x3a, UP, 1, &[], "a"));
    assert_eq!((raw.packet(), raw.packet()), (vec![0x40, 2, 0, 1], vec![0x40, 2, 0, 1]));
    let dups = platform
        .events()
        .iter()
        .filter(|e| matches!(e.kind, Kind::Uplink { dup: true, .. }))
        .count();
    assert_eq!(dups, 1);

    platform.fault(Fault {
        stop_reading_after: Some(2),
        garbage_after: Some(2),
        ..once()
    });
    let mut raw = Raw::connected(&platform);
    raw.send(&[0xc0, 0]);
    assert_eq!(raw.packet(), [0xd0, 0]);
    let mut garbage = [0; 8];
    raw.0.read_exact(&mut garbage).unwrap();
    assert_eq!(garbage, [0xff; 8]);
    raw.send(&[0xc0, 0]);
    assert!(raw.is_quiet());
}

#[test]
fn exactly_once_is_routed_once() {
    let platform = platform();
    let mut raw = Raw::connected(&platform);
    let packet = publish(4, 0x34, UP, 7, &[], "a");
    raw.send(&[packet.clone(), packet].concat());
    assert_eq!((raw.packet(), raw.packet()), (vec![0x50, 2, 0, 7], vec![0x50, 2, 0, 7]));
    raw.send(&[0x62, 2, 0, 7]);
    assert_eq!(raw.packet(), [0x70, 2, 0, 7]);
    assert_eq!(platform.events().iter().filter(|e| e.uplink().is_some()).count(), 1);
}

#[test]
fn keep_alive_is_enforced() {
    let platform = platform();
    let begun = Instant::now();
    let mut raw = Raw::open(&platform, 4, true, 1, &[]);
    raw.packet();
    assert_eq!(raw.rest(), Ok(vec![]));
    assert!(begun.elapsed() >= Duration::from_millis(1450), "{:?}", begun.elapsed());
    assert!(
        platform
            .wait_for(|e| e.ended() == Some(&End::KeepAlive), WAIT)
            .is_some()
    );
}

#[test]
fn a_session_survives_only_if_asked_for() {
    let platform = platform();
    let mut raw = Raw::open(&platform, 4, false, 60, &[]);
    assert_eq!(raw.packet(), [0x20, 2, 0, 0]);
    platform.wait_online("d", WAIT);
    platform.publish_to("d", DOWN, "x", 1).unwrap();
    let first = raw.packet();
    assert_eq!(first[0], 0x32);
    drop(raw);
    assert!(platform.wait_for(|e| e.ended() == Some(&End::Closed), WAIT).is_some());
    let mut raw = Raw::open(&platform, 4, false, 60, &[]);
    assert_eq!(raw.packet(), [0x20, 2, 1, 0]);
    let again = raw.packet();
    assert_eq!((again[0], &again[1..]), (0x3a, &first[1..]));
    raw.send(&[0x40, 2, 0, 1]);
    raw.send(&[0xe0, 0]);
    assert!(
        platform
            .wait_for(|e| e.ended() == Some(&End::Disconnect(0)), WAIT)
            .is_some()
    );
    let mut raw = Raw::open(&platform, 4, true, 60, &[]);
    assert_eq!(raw.packet(), [0x20, 2, 0, 0]);
    assert!(raw.is_quiet());
}

#[test]
fn version_5() {
    let platform = platform();
    // Receive maximum 1.
    let mut raw = Raw::open(&platform, 5, true, 60, &[0x21, 0, 1]);
    assert_eq!(raw.packet(), [0x20, 11, 0, 0, 8, 0x22, 0, 10, 0x27, 0, 0x40, 0, 0]);
    platform.wait_online("d", WAIT);
    for payload in ["1", "2"] {
        let properties = Properties {
            user: vec![("k".into(), "v".into())],
            ..Properties::default()
        };
        let message = Message {
            topic: DOWN.into(),
            payload: payload.into(),
            qos: 1,
            ..Message::default()
        };
        platform
            .publish_message(
                "d",
                Message {
                    properties: Some(Box::new(properties)),
                    ..message
                },
            )
            .unwrap();
    }
    let first = raw.packet();
    assert!(first.ends_with(b"\0\x01\x07\x26\0\x01k\0\x01v1"), "{first:02x?}");
    assert!(raw.is_quiet());
    raw.send(&[0x40, 4, 0, 1, 0x10, 0]);
    assert!(raw.packet().ends_with(b"v2"));
    assert!(
        platform
            .wait_for(
                |e| e.kind
                    == Kind::PubAck {
                        packet_id: 1,
                        reason: 0x10
                    },
                WAIT
            )
            .is_some()
    );

    raw.send(&publish(5, 0x32, UP, 1, &[0x23, 0, 2], "announced"));
    raw.send(&publish(5, 0x32, "", 2, &[0x23, 0, 2], "by alias"));
    assert_eq!((raw.packet(), raw.packet()), (vec![0x40, 2, 0, 1], vec![0x40, 2, 0, 2]));
    let by_alias = |e: &Event| e.uplink() == Some((UP, b"by alias"));
    assert!(platform.wait_for(by_alias, WAIT).is_some());
    platform
        .fault_now(
            "d",
            Fault {
                puback_reason: Some(0x97),
                ..Fault::default()
            },
        )
        .unwrap();
    raw.send(&publish(5, 0x32, UP, 3, &[], "too much"));
    assert_eq!(raw.packet(), [0x40, 4, 0, 3, 0x97, 0]);
    platform.disconnect("d", Cut::Disconnect(0x8b)).unwrap();
    assert_eq!(raw.rest(), Ok(vec![0xe0, 2, 0x8b, 0]));
}

#[test]
fn a_broken_packet_ends_the_connection() {
    let platform = platform();
    let mut raw = Raw::connected(&platform);
    raw.send(&[0x36, 2, 0, 0]);
    assert_eq!(raw.rest(), Ok(vec![]));
    assert!(
        platform
            .wait_for(|e| matches!(e.ended(), Some(End::Error(_))), WAIT)
            .is_some()
    );
    // The platform goes on.
    Raw::connected(&platform);
}
