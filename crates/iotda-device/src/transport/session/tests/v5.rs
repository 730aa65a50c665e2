//! MQTT 5: limits of the server, reason codes, properties, aliases, and the DISCONNECT bytes.

use super::*;
use crate::transport::{Properties, Version};

fn connected5(properties: &[u8]) -> (Harness, Peer, peer::Conn) {
    let peer = Peer::new();
    let harness = Harness::new();
    harness.session.connect(settings5(peer.port));
    let conn = peer.session5(properties);
    harness.connected();
    (harness, peer, conn)
}

fn settings5(port: u16) -> Settings {
    Settings {
        version: Version::V5,
        ..settings(port)
    }
}

fn with_alias(topic: &str, alias: u32) -> Publish {
    let properties = Properties {
        topic_alias: Some(alias),
        ..Properties::default()
    };
    Publish {
        properties: Some(Box::new(properties)),
        ..Publish::new(topic, "", 0, 0)
    }
}

#[test]
fn disconnects_with_session_expiry_0() {
    let (harness, _peer, mut conn) = connected5(&[]);
    harness.session.disconnect().unwrap();
    assert_eq!(conn.packet(), (0xe0, vec![0, 5, 0x11, 0, 0, 0, 0]));
    assert!(matches!(harness.next(), Event::Disconnected));
}

#[test]
fn reason_codes_reach_the_callbacks() {
    let (harness, _peer, mut conn) = connected5(&[]);
    harness.report(1, 1);
    harness.report(2, 2);
    harness.session.subscribe("s", 1).unwrap();
    (0..3).for_each(|_| drop(conn.packet()));
    conn.send(&[0x40, 3, 0, 1, 0x97]);
    assert_eq!(harness.published(), (1, 1, 0x97));
    conn.send(&[0x50, 4, 0, 2, 0x87, 0]);
    assert_eq!(harness.published(), (2, 2, 0x87));
    conn.send(&[0x90, 4, 0, 3, 0, 0x8f]);
    assert!(matches!(harness.next(), Event::Subscribed { id: 3, code: 0x8f }));
    conn.send(&[0xe0, 1, 0x8e]);
    assert!(harness.lost().contains("0x8e"));
}

#[test]
fn the_receive_maximum_lowers_the_window() {
    let (harness, _peer, mut conn) = connected5(&[0x21, 0, 2]);
    for n in 1..=5 {
        harness.report(1, n);
    }
    conn.packet();
    conn.packet();
    conn.0.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(conn.try_packet().is_err());
    assert_eq!(harness.session.stats().in_flight, 2);
}

#[test]
fn server_limits_are_respected() {
    // maximum packet size 60, maximum QoS 1
    let (harness, _peer, mut conn) = connected5(&[0x27, 0, 0, 0, 60, 0x24, 1]);
    assert_eq!(
        harness
            .session
            .publish(Publish::new("t", vec![0; 60], 1, 0))
            .unwrap_err()
            .code(),
        -1
    );
    let mut fits_only_without_properties = Publish::new("t", vec![0; 30], 1, 1);
    let properties = Properties {
        content_type: Some("x".repeat(30)),
        ..Properties::default()
    };
    fits_only_without_properties.properties = Some(Box::new(properties));
    harness.session.publish(fits_only_without_properties).unwrap();
    assert_eq!(harness.published(), (1, 1, 0x95));
    harness.report(2, 2);
    assert_eq!(harness.published().2, 0x9b);
    harness.report(1, 3);
    assert_eq!(conn.packet().0, 0x32);
}

#[test]
fn aliases_only_within_the_servers_maximum() {
    let (harness, peer, mut conn) = connected5(&[0x22, 0, 5]);
    let send = |publish| harness.session.publish(publish);
    assert!(send(with_alias("", 3)).is_err(), "not announced yet");
    send(with_alias("topic", 3)).unwrap();
    send(with_alias("", 3)).unwrap();
    for alias in [0, 6, 65_535, 70_003, u32::MAX] {
        send(with_alias("other", alias)).unwrap();
        assert!(send(with_alias("", alias)).is_err());
    }
    assert_eq!(conn.packet().1, b"\0\x05topic\x03\x23\0\x03");
    assert_eq!(conn.packet().1, b"\0\0\x03\x23\0\x03");
    for _ in 0..5 {
        assert_eq!(conn.packet().1, b"\0\x05other\0");
    }
    (0..7).for_each(|_| assert_eq!(harness.published().2, 0));

    // An alias does not outlive its connection, a message that relied on it does.
    let mut kept = with_alias("", 3);
    kept.qos = 1;
    send(kept).unwrap();
    assert_eq!(conn.packet().1, b"\0\0\0\x01\x03\x23\0\x03");
    drop(conn);
    harness.lost();
    harness.session.connect(settings5(peer.port));
    let mut conn = peer.session5(&[]);
    harness.connected();
    assert_eq!(conn.packet().1, b"\0\x05topic\0\x01\0");
    assert!(send(with_alias("", 3)).is_err());
}

#[test]
fn incoming_properties_are_always_there() {
    let (harness, _peer, mut conn) = connected5(&[]);
    conn.send(&[0x30, 4, 0, 1, b't', 0]);
    conn.send(&[0x30, 12, 0, 1, b't', 7, 0x26, 0, 1, b'k', 0, 1, b'v', b'p']);
    let Event::Message(plain) = harness.next() else {
        panic!()
    };
    assert_eq!(plain.properties, Some(Box::default()));
    let Event::Message(rich) = harness.next() else { panic!() };
    assert_eq!(rich.properties.unwrap().user, [("k".to_owned(), "v".to_owned())]);
    assert_eq!(&rich.payload[..], b"p");
}

#[test]
fn refusals_carry_the_reason() {
    let peer = Peer::new();
    let harness = Harness::new();
    harness.session.connect(settings5(peer.port));
    let mut conn = peer.accept();
    assert_eq!(conn.packet().1[6], 5);
    conn.send(&[0x20, 3, 0, 0x86, 0]);
    match harness.next() {
        Event::ConnectFailed {
            code: 0x86,
            message: Some("CONNACK return code"),
            ..
        } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_servers_keep_alive_wins() {
    let (_harness, _peer, mut conn) = connected5(&[0x13, 0, 1]);
    assert_eq!(conn.packet().0, 0xc0);
}

/// The reason for the end is read even when it is a write that fails.
#[test]
fn last_words_are_heard() {
    let (harness, _peer, mut conn) = connected5(&[]);
    conn.send(&[0xe0, 1, 0x8e]);
    drop(conn);
    for n in 0..1_000 {
        if harness
            .session
            .publish(Publish::new("t", vec![0; 1_000], 0, n))
            .is_err()
        {
            break;
        }
    }
    loop {
        match harness.next() {
            Event::Lost { detail } => return assert!(detail.contains("0x8e"), "{detail}"),
            Event::Published { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_kept_session_asks_for_its_expiry_and_disconnects_without() {
    let (peer, harness) = (Peer::new(), Harness::new());
    let kept = Settings {
        clean_session: false,
        ..settings5(peer.port)
    };
    harness.session.connect(kept.clone());
    let mut conn = peer.accept();
    let (_, body) = conn.packet();
    assert_eq!(body[6..8], [5, 0xc0], "clean start 0");
    assert_eq!(body[10..16], [5, 0x11, 255, 255, 255, 255]);
    conn.send(&[0x20, 3, 0, 0, 0]);
    assert!(matches!(harness.next(), Event::Connected { session_present: false }));
    harness.report(1, 1);
    assert_eq!(conn.packet().0, 0x32);
    drop(conn);
    harness.lost();
    harness.session.connect(kept);
    let mut conn = peer.accept();
    conn.packet();
    conn.send(&[0x20, 3, 1, 0, 0]);
    assert!(matches!(harness.next(), Event::Connected { session_present: true }));
    assert_eq!(conn.packet().0, 0x3a, "DUP");
    conn.puback(1);
    assert_eq!(harness.published(), (1, 1, 0));
    harness.session.disconnect().unwrap();
    assert_eq!(conn.packet(), (0xe0, vec![]));
}

#[test]
fn the_limit_of_incoming_packets_is_announced_when_set() {
    for limit in [None, Some(2000)] {
        let (peer, harness) = (Peer::new(), Harness::new());
        let mut settings = settings5(peer.port);
        settings.limits.incoming_packet = limit;
        harness.session.connect(settings);
        let mut conn = peer.accept();
        let (_, hello) = conn.packet();
        let announced = [0x27, 0, 0, 0x07, 0xd0];
        assert_eq!(hello.windows(5).any(|window| window == announced), limit.is_some());
        conn.send(&[0x20, 3, 0, 0, 0]);
        harness.connected();
        if limit.is_some() {
            conn.send(&[0x30, 0xd0, 0x0f]); // a packet of 2003 bytes
            assert_eq!(conn.packet(), (0xe0, vec![0x95, 0]));
            assert!(harness.lost().contains("more than the 2000"));
        } else {
            let mut bytes = vec![0x32, 0x86, 0x80, 0x80, 0x03, 0, 1, b't', 0, 9, 0];
            bytes.resize(11 + (6 << 20), 7);
            bytes.truncate(5 + 0x60_0006);
            conn.send(&bytes);
            assert_eq!(conn.packet(), (0x40, vec![0, 9]), "read past and acknowledged");
        }
    }
}

#[test]
fn a_platform_that_breaks_the_rules_is_told_so() {
    for (bytes, reason) in [
        (&[0x30, 3, 0, 0, 0][..], 0x90),
        (&[0x42, 2, 0, 1], 0x81),
        (&[0xf0, 0], 0x82),
        (&[0x90, 3, 0, 1, 0], 0x82),
    ] {
        let (harness, _peer, mut conn) = connected5(&[]);
        conn.send(bytes);
        assert_eq!(conn.packet(), (0xe0, vec![reason, 0]), "{bytes:?}");
        harness.lost();
    }
    for (connack, reason) in [
        (&[0x20, 3, 2, 0, 0][..], 0x81),
        (&[0x20, 3, 1, 0, 0], 0x82),
        (&[0x20, 6, 0, 0, 3, 0x21, 0, 0], 0x82),
        (&[0x20, 5, 0, 0, 2, 0x24, 7], 0x82),
    ] {
        let (peer, harness) = (Peer::new(), Harness::new());
        harness.session.connect(settings5(peer.port));
        let mut conn = peer.accept();
        conn.packet();
        conn.send(connack);
        assert_eq!(conn.packet(), (0xe0, vec![reason, 0]), "{connack:?}");
        assert!(matches!(harness.next(), Event::ConnectFailed { code: -1, .. }));
    }
}

#[test]
fn a_subscription_larger_than_the_platform_takes_fails() {
    let (harness, _peer, mut conn) = connected5(&[0x27, 0, 0, 0, 20]);
    let id = harness.session.subscribe("a/filter/of/many/bytes", 1).unwrap();
    assert!(matches!(harness.next(), Event::Subscribed { id: failed, code: 0x95 } if failed == id));
    harness.session.subscribe("short", 1).unwrap();
    assert_eq!(conn.packet().0, 0x82);
}
