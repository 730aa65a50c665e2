//! The platform's strictness and its bounds, met over real sockets by a client that writes its packets byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[path = "../../tests/support/alone.rs"]
mod alone;

use alone::ran_alone;
use iotda_sim::{Config, End, Fault, Kind, Limits, Platform, Port};

const WAIT: Duration = Duration::from_secs(10);

fn platform(configure: impl FnOnce(&mut Config)) -> Platform {
    let mut config = Config {
        plain: Port::Ephemeral,
        check_login: false,
        ..Config::default()
    };
    configure(&mut config);
    Platform::start(config).unwrap()
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let (mut out, mut length) = (vec![first], body.len());
    loop {
        let byte = (length % 128) as u8;
        length /= 128;
        out.push(if length > 0 { byte | 0x80 } else { byte });
        if length == 0 {
            break;
        }
    }
    out.extend(body);
    out
}

fn connect_packet(level: u8, flags: u8, properties: &[u8], id: &str) -> Vec<u8> {
    let mut body = b"\0\x04MQTT".to_vec();
    body.extend([level, flags, 0, 60]);
    if level == 5 {
        body.push(properties.len() as u8);
        body.extend(properties);
    }
    body.extend((id.len() as u16).to_be_bytes());
    body.extend(id.as_bytes());
    packet(0x10, &body)
}

fn publish(topic: &str, id: u16, level: u8, payload: &[u8]) -> Vec<u8> {
    publish_at(0x32, topic, id, level, payload)
}

fn publish_at(first: u8, topic: &str, id: u16, level: u8, payload: &[u8]) -> Vec<u8> {
    let mut body = (topic.len() as u16).to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(id.to_be_bytes());
    if level == 5 {
        body.push(0);
    }
    body.extend(payload);
    packet(first, &body)
}

struct Raw(TcpStream);

impl Raw {
    fn open(platform: &Platform) -> Raw {
        let socket = TcpStream::connect(platform.plain_addr().unwrap()).unwrap();
        socket.set_read_timeout(Some(WAIT)).unwrap();
        Raw(socket)
    }

    fn login(platform: &Platform, level: u8, properties: &[u8], id: &str) -> Raw {
        let mut raw = Raw::open(platform);
        raw.0.write_all(&connect_packet(level, 2, properties, id)).unwrap();
        let answer = raw.packet().expect("CONNACK");
        assert_eq!((answer[0], answer[3]), (0x20, 0), "{answer:x?}");
        raw
    }

    /// The next packet; None when the connection is closed.
    fn packet(&mut self) -> Option<Vec<u8>> {
        let mut byte = [0];
        let mut out = Vec::new();
        self.0.read_exact(&mut byte).ok()?;
        out.push(byte[0]);
        let (mut length, mut shift) = (0usize, 0);
        loop {
            self.0.read_exact(&mut byte).ok()?;
            out.push(byte[0]);
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let head = out.len();
        out.resize(head + length, 0);
        self.0.read_exact(&mut out[head..]).ok()?;
        Some(out)
    }

    /// DISCONNECT's reason, or None if the connection was closed without it.
    fn refused(&mut self) -> Option<u8> {
        loop {
            match self.packet() {
                Some(packet) if packet[0] == 0xe0 => return packet.get(2).copied(),
                Some(_) => {}
                None => return None,
            }
        }
    }
}

#[test]
fn protocol_errors_are_answered_with_their_reason_and_end_the_connection() {
    let platform = platform(|_| {});
    for (bytes, reason) in [
        (&b"\x80\x07\0\x01\0\0\x01a\0"[..], 0x81),  // SUBSCRIBE with flags 0
        (b"\x82\x07\0\0\0\0\x01a\0", 0x82),         // SUBSCRIBE with packet id 0
        (b"\x60\x02\0\x01", 0x81),                  // PUBREL with flags 0
        (b"\xc0\x01\0", 0x81),                      // PINGREQ with payload
        (b"\x10\x00", 0x82),                        // a second CONNECT
        (b"\xf0\x00", 0x82),                        // AUTH
        (b"\x30\x08\0\x01a\x04\x01\0\x01\0", 0x82), // a property twice
    ] {
        let mut raw = Raw::login(&platform, 5, b"", "strict");
        raw.0.write_all(bytes).unwrap();
        assert_eq!(raw.refused(), Some(reason), "{bytes:x?}");
        let mut old = Raw::login(&platform, 4, b"", "strict-old");
        old.0.write_all(bytes).unwrap();
        // 3.1.1 has no word for it (a PUBLISH has no properties there and is one like any other).
        if bytes[0] != 0x30 {
            assert_eq!(old.packet(), None, "{bytes:x?}");
        }
    }
    for (level, flags, properties, code) in [
        (5, 3, &b""[..], Some(0x81)),
        (5, 2, b"\x21\0\0", Some(0x82)),
        (5, 2, b"\x21\0\x01\x21\0\x01", Some(0x82)),
        (4, 3, b"", None),
    ] {
        let mut raw = Raw::open(&platform);
        raw.0.write_all(&connect_packet(level, flags, properties, "c")).unwrap();
        assert_eq!(
            raw.packet().map(|p| p[3]),
            code,
            "level {level} flags {flags} {properties:x?}"
        );
        assert_eq!(raw.packet(), None);
    }
}

#[test]
fn the_clients_limits_are_kept() {
    let platform = platform(|_| {});
    // Maximum packet size 200, receive maximum 2.
    let mut raw = Raw::login(&platform, 5, b"\x27\0\0\0\xc8\x21\0\x02", "small");
    let topic = "$oc/devices/small/sys/messages/down";
    platform.publish_to("small", topic, "x".repeat(300), 1).unwrap();
    platform.publish_to("small", topic, "x".repeat(100), 1).unwrap();
    assert!(raw.packet().unwrap().len() <= 200);
    let dropped = platform.wait_for(
        |e| matches!(&e.kind, Kind::Undelivered { reason, .. } if reason.contains("takes 200 at most")),
        WAIT,
    );
    assert!(dropped.is_some());
    for n in 0..5 {
        platform.publish_to("small", topic, format!("{n}"), 1).unwrap();
    }
    assert!(raw.packet().is_some());
    raw.0.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert_eq!(raw.packet(), None, "two are open: the window is full");
    raw.0.set_read_timeout(Some(WAIT)).unwrap();
    raw.0.write_all(b"\x40\x02\0\x02").unwrap();
    assert!(raw.packet().is_some(), "one is acknowledged: one more comes");
}

#[test]
fn the_largest_packet_is_announced_and_enforced() {
    let platform = platform(|c| c.max_packet = 1000);
    let topic = "$oc/devices/big/sys/messages/up";
    for (level, reason) in [(5, Some(0x95)), (4, None)] {
        let mut raw = Raw::open(&platform);
        raw.0.write_all(&connect_packet(level, 2, b"", "big")).unwrap();
        let answer = raw.packet().unwrap();
        match level {
            5 => assert!(answer.ends_with(b"\x27\0\0\x03\xe8"), "{answer:x?}"),
            _ => assert_eq!(answer, b"\x20\x02\0\0"),
        }
        let head = publish(topic, 1, level, b"").len() + 1; // the length takes one byte more
        raw.0
            .write_all(&publish(topic, 1, level, &vec![b'x'; 1000 - head]))
            .unwrap();
        assert_eq!(raw.packet().map(|p| p[0]), Some(0x40), "1000 bytes are taken");
        raw.0
            .write_all(&publish(topic, 2, level, &vec![b'x'; 1001 - head]))
            .unwrap();
        assert_eq!(raw.refused(), reason, "level {level}");
    }
}

#[test]
fn a_client_that_exceeds_our_receive_maximum_is_told_so() {
    let platform = platform(|c| c.receive_maximum = 2);
    let topic = "$oc/devices/eager/sys/messages/up";
    // QoS 2, which the client leaves without PUBREL.
    let mut raw = Raw::login(&platform, 5, b"", "eager");
    for id in 1..=2 {
        raw.0.write_all(&publish_at(0x34, topic, id, 5, b"m")).unwrap();
        assert_eq!(raw.packet().map(|p| p[0]), Some(0x50));
    }
    // A repetition of one that is open is none more, and one that is released makes room.
    raw.0.write_all(&publish_at(0x3c, topic, 2, 5, b"m")).unwrap();
    assert_eq!(raw.packet().map(|p| p[0]), Some(0x50));
    raw.0.write_all(b"\x62\x02\0\x01").unwrap();
    assert_eq!(raw.packet().map(|p| p[0]), Some(0x70));
    raw.0.write_all(&publish_at(0x34, topic, 3, 5, b"m")).unwrap();
    assert_eq!(raw.packet().map(|p| p[0]), Some(0x50));
    raw.0.write_all(&publish_at(0x34, topic, 4, 5, b"m")).unwrap();
    assert_eq!(raw.refused(), Some(0x93));
    // QoS 1, whose acknowledgements are withheld; the first of them is acknowledged at its repetition.
    platform.fault(Fault {
        times: 1,
        withhold_puback: 2,
        ..Fault::default()
    });
    let mut raw = Raw::login(&platform, 5, b"", "eager");
    for id in 1..=2 {
        raw.0.write_all(&publish(topic, id, 5, b"m")).unwrap();
    }
    raw.0.write_all(&publish_at(0x3a, topic, 1, 5, b"m")).unwrap();
    assert_eq!(raw.packet(), Some(b"\x40\x02\0\x01".to_vec()));
    platform
        .fault_now(
            "eager",
            Fault {
                withhold_puback: u32::MAX,
                ..Fault::default()
            },
        )
        .unwrap();
    raw.0.write_all(&publish(topic, 3, 5, b"m")).unwrap();
    raw.0.write_all(&publish(topic, 4, 5, b"m")).unwrap();
    assert_eq!(raw.refused(), Some(0x93));
    // A client of 3.1.1 was never told a number.
    let mut old = Raw::login(&platform, 4, b"", "eager");
    for id in 1..=5 {
        old.0.write_all(&publish_at(0x34, topic, id, 4, b"m")).unwrap();
        assert_eq!(old.packet().map(|p| p[0]), Some(0x50));
    }
}

/// How long this thread and the platform's were ready to run and another process had the processor. For tests that are alone
/// in their process.
fn without_processor() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    // SAFETY: no arguments, no memory.
    let own = unsafe { libc::gettid() }.to_string();
    let waited = tasks.flatten().filter_map(|task| {
        let read = |name: &str| std::fs::read_to_string(task.path().join(name));
        let counts = task.file_name() == *own || read("comm").ok()?.trim() == "iotda-sim";
        let waited = read("schedstat").ok()?.split(' ').nth(1)?.parse().ok()?;
        counts.then(|| Duration::from_nanos(waited))
    });
    waited.sum()
}

/// The good client's round trip, less the time for which the machine was another's.
fn round_trip(good: &mut Raw) -> Duration {
    let (asked, before) = (Instant::now(), without_processor());
    good.0.write_all(b"\xc0\0").unwrap();
    assert_eq!(good.packet().unwrap(), b"\xd0\0");
    let took = asked.elapsed();
    took.saturating_sub(without_processor() - before)
}

#[test]
fn slow_clients_and_half_packets_are_ended_in_time() {
    if ran_alone("slow_clients_and_half_packets_are_ended_in_time") {
        return;
    }
    let platform = platform(|c| (c.connect_ms, c.packet_ms) = (1000, 1000));
    let mut good = Raw::login(&platform, 4, b"", "good");
    // Byte by byte, 20 ms each; the second number: bytes that go at once. Keep-alive 0 would let all of them live for ever.
    let login = |level| {
        let mut packet = connect_packet(level, 2, b"", "slow");
        packet[10] = 0;
        packet[11] = 0;
        packet
    };
    let report = |level| publish("$oc/devices/slow/sys/messages/up", 1, level, &[b'x'; 200]);
    let cases: Vec<(&str, Vec<u8>, usize, usize)> = vec![
        ("no byte", vec![], 0, 0),
        (
            "CONNECT byte by byte",
            connect_packet(4, 2, b"", &"x".repeat(200)),
            0,
            0,
        ),
        ("half a CONNECT", login(4)[..9].to_vec(), 9, 0),
        (
            "a request byte by byte",
            b"GET /mqtt HTTP/1.1\r\nHost: a.b.c\r\nUpgrade: websocket\r\n".to_vec(),
            0,
            0,
        ),
        (
            "PUBLISH byte by byte",
            [login(4), report(4)].concat(),
            login(4).len(),
            4,
        ),
        ("the same by MQTT 5", [login(5), report(5)].concat(), login(5).len(), 13),
        ("half a PUBLISH", [login(4), report(4)[..50].to_vec()].concat(), 1000, 4),
        ("one byte of a packet", [login(4), vec![0x32]].concat(), 1000, 4),
    ];
    let clients: Vec<_> = cases
        .into_iter()
        .enumerate()
        .map(|(n, (name, mut bytes, at_once, answer))| {
            // Each is a device of its own.
            if let Some(at) = bytes.windows(4).position(|b| b == b"slow") {
                bytes[at + 3] = b'a' + n as u8;
            }
            let mut raw = Raw::open(&platform);
            std::thread::spawn(move || {
                let start = Instant::now();
                let (first, rest) = bytes.split_at(at_once.min(bytes.len()));
                raw.0.write_all(first).unwrap();
                for byte in rest {
                    std::thread::sleep(Duration::from_millis(20));
                    if raw.0.write_all(&[*byte]).is_err() {
                        break;
                    }
                }
                let mut all = Vec::new();
                let _ = raw.0.read_to_end(&mut all);
                let reason = all
                    .len()
                    .checked_sub(answer)
                    .filter(|more| *more > 0)
                    .map(|_| all[answer + 2]);
                (name, start.elapsed(), reason, all.len() >= answer)
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    while !clients.iter().all(|c| c.is_finished()) {
        slowest = slowest.max(round_trip(&mut good));
        std::thread::sleep(Duration::from_millis(5));
    }
    for client in clients {
        let (name, took, reason, answered) = client.join().unwrap();
        assert!(took > Duration::from_millis(900), "{name}: {took:?}");
        // A byte that was written after the end meets a reset at once, so that nothing waits longer.
        assert!(took < Duration::from_millis(8000), "{name}: {took:?}");
        assert!(answered, "{name}");
        let by_5 = name == "the same by MQTT 5" && reason.is_some();
        assert!(reason.is_none() || (by_5 && reason == Some(0x83)), "{name}: {reason:?}");
    }
    let ends = platform.events();
    let ends = ends.iter().filter_map(|e| e.ended().map(|end| format!("{end:?}")));
    let (mut whole, mut connect) = (0, 0);
    for end in ends {
        whole += u32::from(end.contains("not whole after 1000 ms"));
        connect += u32::from(end.contains("no CONNECT in time"));
    }
    assert_eq!((connect, whole), (4, 4));
    println!("the slowest answer took {slowest:?}");
    assert!(slowest < Duration::from_millis(50), "{slowest:?}");
    // Slow, but in time.
    let mut raw = Raw::login(&platform, 4, b"", "patient");
    for piece in publish("$oc/devices/patient/sys/messages/up", 1, 4, b"").chunks(5) {
        raw.0.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(raw.packet().map(|p| p[0]), Some(0x40));
    // Nothing begun, nothing to end.
    std::thread::sleep(Duration::from_millis(1300));
    raw.0.write_all(b"\xc0\0").unwrap();
    assert_eq!(raw.packet().as_deref(), Some(&b"\xd0\0"[..]));
}

#[test]
fn a_packet_with_very_many_filters_is_refused() {
    let platform = platform(|_| {});
    let mut raw = Raw::login(&platform, 5, b"", "filters");
    let mut body = vec![0, 1, 0];
    for n in 0..1001 {
        let filter = format!("$oc/devices/filters/user/{n:04}");
        body.extend((filter.len() as u16).to_be_bytes());
        body.extend(filter.as_bytes());
        body.push(1);
    }
    raw.0.write_all(&packet(0x82, &body)).unwrap();
    assert_eq!(raw.refused(), Some(0x97));
}

#[test]
fn the_platforms_limits_are_selectable() {
    let platform = platform(|c| c.max_packet = 100_000);
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        platform.set_limits(limits);
    };
    limits(|l| l.messages_per_second = 50);
    let mut raw = Raw::login(&platform, 5, b"", "fast");
    let all: Vec<u8> = (1..=60)
        .flat_map(|id| publish("$oc/devices/fast/sys/messages/up", id, 5, b"m"))
        .collect();
    raw.0.write_all(&all).unwrap();
    let answers: Vec<Vec<u8>> = (0..60).map(|_| raw.packet().unwrap()).collect();
    let over = answers.iter().filter(|a| a.get(4) == Some(&0x97)).count();
    assert_eq!(over, 10, "all within one second");
    let reported = platform
        .events()
        .iter()
        .filter(|e| e.is_from("fast") && e.uplink().is_some())
        .count();
    assert_eq!(reported, 50);

    limits(|l| l.max_payload = 1000);
    raw.0
        .write_all(&publish("$oc/devices/fast/sys/messages/up", 99, 5, &[b'x'; 1001]))
        .unwrap();
    assert_eq!(raw.refused(), Some(0x95));
    let mut raw = Raw::login(&platform, 5, b"", "large");
    raw.0.write_all(b"\x30\xff\xff\x7f").unwrap();
    assert_eq!(raw.refused(), Some(0x95), "a packet beyond max_packet");

    limits(|l| l.logins_per_second = 5);
    std::thread::sleep(Duration::from_millis(1100));
    let mut closed = 0;
    for n in 0..20 {
        let mut raw = Raw::open(&platform);
        raw.0
            .write_all(&connect_packet(4, 2, b"", &format!("login-{n}")))
            .unwrap();
        closed += u32::from(raw.packet().is_none());
    }
    assert_eq!(closed, 15);

    limits(|_| {});
    let mut first = Raw::login(&platform, 5, b"", "twice");
    let _second = Raw::login(&platform, 5, b"", "twice");
    assert_eq!(first.refused(), Some(0x8e), "a newer login ends the older");
}

#[test]
fn a_killed_client_is_one_line_in_our_words() {
    let platform = platform(|_| {});
    let raw = Raw::login(&platform, 4, b"", "killed");
    let topic = "$oc/devices/killed/sys/messages/down";
    platform.publish_to("killed", topic, "unread", 0).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    // Closed with unread bytes: the kernel resets the connection, as for a process that was killed.
    drop(raw);
    let ended = platform
        .wait_for(|e| e.is_from("killed") && e.ended().is_some(), WAIT)
        .unwrap();
    let gone = End::Error("the client is gone without closing it".into());
    assert!(
        matches!(ended.ended(), Some(end) if *end == gone || *end == End::Closed),
        "{ended}"
    );
    assert!(!ended.to_string().contains("os error"), "{ended}");
}

/// Resident memory of this process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How long a run with load takes: `IOTDA_SIM_SECONDS`, or a short form.
fn seconds() -> u64 {
    std::env::var("IOTDA_SIM_SECONDS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(3)
}

#[test]
fn large_messages_for_a_long_time_leave_memory_flat() {
    if ran_alone("large_messages_for_a_long_time_leave_memory_flat") {
        return;
    }
    let platform = platform(|c| c.max_packet = 5 * 1024 * 1024);
    let mut raw = Raw::login(&platform, 4, b"", "heavy");
    let message = publish(
        "$oc/devices/heavy/sys/messages/up",
        1,
        4,
        &vec![b'x'; 4 * 1024 * 1024 - 100],
    );
    let mut round = 0;
    let mut send = |count: usize| {
        for _ in 0..count {
            raw.0.write_all(&message).unwrap();
            assert_eq!(raw.packet().unwrap()[0], 0x40);
        }
        // Properties under an ever new name: the shadow is bounded, too.
        round += 1;
        let text = "x".repeat(4 * 1024 * 1024 - 200);
        let report = format!(r#"{{"services":[{{"service_id":"s","properties":{{"p{round}":"{text}"}}}}]}}"#);
        let topic = "$oc/devices/heavy/sys/properties/report";
        raw.0.write_all(&publish(topic, 2, 4, report.as_bytes())).unwrap();
        assert_eq!(raw.packet().unwrap()[0], 0x40);
    };
    (0..5).for_each(|_| send(4)); // ledger and shadow are full: 64 and 16 MiB
    let full = resident();
    let (deadline, mut sent, mut most) = (Instant::now() + Duration::from_secs(seconds()), 0, full);
    while Instant::now() < deadline {
        send(4);
        sent += 5;
        most = most.max(resident());
    }
    println!("{sent} messages of 4 MiB: {full} KiB with a full ledger, {most} KiB at most");
    assert!(platform.ledger().bytes() <= 64 * 1024 * 1024);
    assert!(most < full + 40 * 1024, "{full} KiB grew to {most} KiB");
}

#[test]
fn hostile_connections_leave_others_their_answers() {
    if ran_alone("hostile_connections_leave_others_their_answers") {
        return;
    }
    let platform = platform(|_| {});
    let mut good = Raw::login(&platform, 4, b"", "good");
    let (mut held, mut slowest, mut opened) = (Vec::new(), Duration::ZERO, 0u64);
    let deadline = Instant::now() + Duration::from_secs(seconds());
    let start = Instant::now();
    while Instant::now() < deadline {
        let mut raw = Raw::open(&platform);
        opened += 1;
        let _ = match opened % 6 {
            0 => raw.0.write_all(b""),                                     // says nothing
            1 => raw.0.write_all(&connect_packet(4, 2, b"", "half")[..9]), // half a packet
            2 => raw.0.write_all(b"GET /mqtt HTTP/1.1\r\n"),               // half a request
            3 => raw.0.write_all(&[0xff; 64]),                             // no MQTT
            4 => raw.0.write_all(b"\x10\xff\xff\xff\x7f"),                 // 256 MiB announced
            _ => raw.0.write_all(&connect_packet(4, 2, b"", "x")),         // comes and goes
        };
        held.push(raw);
        if held.len() > 300 {
            held.remove(0);
        }
        if opened % 10 == 0 {
            slowest = slowest.max(round_trip(&mut good));
        }
        // 12,000 connections a minute, so that 10,000 are certain.
        let due = start + Duration::from_millis(opened * 5);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    println!("{opened} connections, the slowest answer took {slowest:?}");
    assert!(opened >= seconds() * 10_000 / 60, "{opened}");
    assert!(slowest < Duration::from_millis(50), "{slowest:?}");
    assert!(Raw::login(&platform, 4, b"", "after").0.write_all(b"\xc0\0").is_ok());
}
