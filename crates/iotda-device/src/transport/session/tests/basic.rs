//! Connect, report, subscribe, disconnect against a scripted peer.

use super::*;
use crate::transport::message::{CLOSED_EARLY, REFUSED, TIMED_OUT, UNREACHABLE};

#[test]
fn a_plain_session() {
    let peer = Peer::new();
    let harness = Harness::new();
    harness.session.connect(settings(peer.port));
    let mut conn = peer.accept();
    let (first, body) = conn.packet();
    assert_eq!(
        (first, &body[..10]),
        (0x10, &[0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, 120][..])
    );
    assert_eq!(&body[12..31], b"dev1_0_0_2024060108");
    assert!(body.ends_with(b"0485cf6c80fe3dcef6ea3ea76ef5ecb3f76408d82dd4f8605c1f78b06e072611"));
    assert_eq!(harness.session.state(), SessionState::Connecting);
    assert_eq!(
        harness.session.subscribe("a", 1).unwrap_err().code(),
        -1,
        "never buffered"
    );
    let buffered = harness.report(1, 1);
    conn.send(&[0x20, 2, 0, 0]);
    harness.connected();
    harness.session.connect(settings(1)); // without effect
    assert_eq!(conn.publish(), ("up".into(), buffered, b"1".to_vec(), false));
    conn.puback(buffered);
    assert_eq!(harness.published(), (1, 1, 0));

    assert_eq!(
        harness.session.subscribe("a/#", 1).unwrap(),
        1,
        "ids start again after CONNACK"
    );
    assert_eq!(harness.report(1, 3), 2);
    assert_eq!(harness.report(0, 4), 0);
    assert_eq!(harness.report(2, 5), 3);
    assert_eq!(conn.packet(), (0x82, vec![0, 1, 0, 3, b'a', b'/', b'#', 1]));
    assert_eq!(conn.publish(), ("up".into(), 2, b"3".to_vec(), false));
    assert_eq!(conn.publish(), ("up".into(), 0, b"4".to_vec(), false));
    assert_eq!(conn.publish(), ("up".into(), 3, b"5".to_vec(), false));
    assert_eq!(harness.published(), (0, 4, 0));
    conn.send(&[0x50, 2, 0, 3]);
    assert_eq!(conn.packet(), (0x62, vec![0, 3]));
    conn.send(&[0x70, 2, 0, 3]);
    assert_eq!(harness.published(), (3, 5, 0));
    conn.suback(1, 1);
    assert!(matches!(harness.next(), Event::Subscribed { id: 1, code: 0 }));

    harness.session.disconnect().unwrap();
    assert_eq!(
        harness.session.publish(Publish::new("t", "", 1, 0)).unwrap_err().code(),
        -1
    );
    assert_eq!(harness.session.disconnect().unwrap_err().code(), -109);
    assert_eq!(conn.packet(), (0xe0, vec![]));
    assert!(conn.closed());
    assert_eq!(harness.published(), (2, 3, -11));
    assert!(matches!(harness.next(), Event::Disconnected));
    assert!(!harness.session.is_connected());
    assert_eq!(harness.session.state(), SessionState::Disconnected);

    harness.session.connect(settings(peer.port));
    let mut conn = peer.session();
    harness.connected();
    assert_eq!(harness.report(1, 7), 1, "ids start again");
    assert_eq!(conn.publish().1, 1);
    let stats = harness.session.stats();
    assert_eq!(
        (stats.accepted, stats.delivered, stats.failed, stats.in_flight),
        (5, 3, 1, 1)
    );
    harness.session.shutdown(Duration::from_secs(1));
    assert_eq!(conn.packet(), (0xe0, vec![]));
    assert_eq!(harness.published(), (1, 7, -11));
    assert!(matches!(harness.next(), Event::Disconnected));
    assert!(harness.events.recv().is_err());
}

#[test]
fn disconnect_sends_what_is_queued_first() {
    let (harness, _peer, mut conn) = connected(|settings| settings.limits.window = 2);
    for n in 1..=50 {
        harness.report(1, n);
    }
    harness.session.disconnect().unwrap();
    for n in 1..=50 {
        assert_eq!(conn.publish().1, n);
    }
    assert_eq!(conn.packet().0, 0xe0);
    for n in 1..=50 {
        assert_eq!(harness.published(), (n, n.into(), -11));
    }
    assert!(matches!(harness.next(), Event::Disconnected));
}

fn failure(harness: &Harness) -> (i32, Option<&'static str>, String) {
    match harness.next() {
        Event::ConnectFailed {
            code, message, detail, ..
        } => (code, message, detail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn failures_have_their_codes_and_texts() {
    let peer = Peer::new();
    let harness = Harness::new();
    for code in [1, 5, 6, 0x86] {
        harness.session.connect(settings(peer.port));
        let mut conn = peer.accept();
        conn.packet();
        conn.send(&[0x20, 2, 0, code]);
        let (got, message, _) = failure(&harness);
        assert_eq!((got, message), (code.into(), Some(REFUSED)));
        assert_eq!(harness.session.state(), SessionState::Failed);
        assert!(conn.closed());
    }
    harness.session.connect(settings(peer.port));
    drop(peer.accept());
    assert_eq!(failure(&harness).1, Some(CLOSED_EARLY));

    harness.session.connect(settings(peer.port));
    let mut conn = peer.accept();
    conn.packet();
    conn.send(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_eq!(failure(&harness).1, Some(CLOSED_EARLY));

    let mut slow = settings(peer.port);
    slow.connect_timeout = Duration::from_millis(50);
    harness.session.connect(slow);
    assert_eq!(failure(&harness).1, Some(TIMED_OUT));

    let mut nowhere = settings(peer.port);
    nowhere.host = "no-such-host.invalid".into();
    harness.session.connect(nowhere);
    let (code, message, _) = failure(&harness);
    assert_eq!((code, message), (-1, None));

    drop(peer);
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    harness.session.connect(settings(free));
    assert_eq!(failure(&harness).1, Some(UNREACHABLE));
    harness.quiet(Duration::from_millis(50));
}

#[test]
fn ipv6_literals_stand_in_brackets() {
    let Ok(listener) = std::net::TcpListener::bind("[::1]:0") else {
        return;
    };
    let harness = Harness::new();
    let mut settings = settings(listener.local_addr().unwrap().port());
    settings.host = "[::1]".into();
    harness.session.connect(settings);
    let (stream, _) = listener.accept().unwrap();
    let mut conn = peer::Conn(stream);
    conn.packet();
    conn.send(&[0x20, 2, 0, 0]);
    harness.connected();
}

#[test]
fn shutdown_during_an_attempt_is_silent_but_for_reports() {
    let peer = Peer::new();
    let harness = Harness::new();
    harness.session.connect(settings(peer.port));
    let mut conn = peer.accept();
    conn.packet();
    let id = harness.report(1, 9);
    harness.session.shutdown(Duration::from_secs(1));
    assert_eq!(harness.published(), (id, 9, -11));
    assert!(harness.events.recv().is_err());
    assert!(conn.closed());
}

#[test]
fn timers() {
    let harness = Harness::new();
    harness.session.timer(Duration::from_millis(60), 1);
    harness.session.timer(Duration::from_millis(30), 2);
    harness.session.timer(Duration::from_millis(45), 3);
    harness.session.cancel_timer(3);
    assert!(matches!(harness.next(), Event::Timer { token: 2 }));
    assert!(matches!(harness.next(), Event::Timer { token: 1 }));
}

#[test]
fn disconnect_during_an_attempt_does_not_abort_it() {
    let peer = Peer::new();
    let harness = Harness::new();
    harness.session.connect(settings(peer.port));
    let mut conn = peer.accept();
    conn.packet();
    assert_eq!(harness.session.disconnect().unwrap_err().code(), -109);
    assert_eq!(
        harness.session.publish(Publish::new("t", "", 1, 0)).unwrap_err().code(),
        -1
    );
    conn.send(&[0x20, 2, 0, 0]);
    harness.connected();
    assert_eq!(harness.report(1, 1), 1);
}

#[test]
fn replacing_a_connection_is_silent() {
    let (harness, peer, mut conn) = connected(|_| {});
    harness.report(1, 5);
    assert_eq!(conn.publish().1, 1);
    harness.session.replace(settings(peer.port));
    assert_eq!(conn.packet().0, 0xe0);
    let mut conn = peer.session();
    harness.connected();
    assert_eq!(conn.publish(), ("up".into(), 1, b"5".to_vec(), false));
}

#[test]
fn what_mqtt_forbids_is_refused_at_once() {
    let (harness, _peer, _conn) = connected(|_| {});
    let long = "t".repeat(65_536);
    for topic in ["", "a/+", "#", "a\0b", &long] {
        let refused = harness.session.publish(Publish::new(topic, "", 1, 0));
        assert_eq!(refused.unwrap_err().code(), -1, "{:?}", topic.get(..5));
    }
    for filter in ["", "a#", "a/#/b", "a\0b"] {
        assert_eq!(harness.session.subscribe(filter, 1).unwrap_err().code(), -1);
    }
    assert!(harness.session.publish(Publish::new("t", "", 3, 0)).is_err());
    assert!(
        harness
            .session
            .publish(Publish::new("t", vec![0; 9 << 20], 1, 0))
            .is_err()
    );
    assert!(
        harness
            .session
            .publish(Publish::new("t".repeat(65_535), "", 1, 0))
            .is_ok()
    );
}

#[test]
fn a_panic_in_the_sink_costs_the_connection_only() {
    let (sender, events) = std::sync::mpsc::channel();
    let sink = move |event| {
        if matches!(event, Event::Message(_)) {
            panic!("on purpose");
        }
        drop(sender.send(event));
    };
    let harness = Harness {
        session: Session::new(Box::new(sink)),
        events,
    };
    let peer = Peer::new();
    for _ in 0..2 {
        harness.session.connect(settings(peer.port));
        let mut conn = peer.session();
        harness.connected();
        conn.downlink(0, 0, b"x");
        assert_eq!(harness.lost(), "internal error");
        assert!(conn.closed());
    }
}

#[test]
fn absurd_durations_are_no_reason_to_panic() {
    let (harness, _peer, mut conn) = connected(|settings| {
        settings.ack_deadline = Duration::MAX;
        settings.expiry = Some(Duration::MAX);
        settings.connect_timeout = Duration::MAX;
    });
    harness.session.timer(Duration::MAX, 1);
    harness.report(1, 1);
    conn.publish();
    conn.puback(1);
    assert_eq!(harness.published(), (1, 1, 0));
}
