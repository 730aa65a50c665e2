//! What becomes of reports and subscriptions when the link goes.

use super::*;

#[test]
fn unacknowledged_reports_are_sent_again_with_their_context() {
    let (harness, peer, mut conn) = connected(|settings| settings.limits.window = 3);
    assert_eq!(harness.session.subscribe("s", 1).unwrap(), 1);
    for n in 1..=5 {
        harness.report(1, n); // ids 2..=6; the window lets three out
    }
    conn.packet();
    for id in 2..=4 {
        assert_eq!(conn.publish().1, id);
    }
    conn.puback(3);
    assert_eq!(harness.published(), (3, 2, 0));
    assert_eq!(conn.publish().1, 5);
    drop(conn);
    assert!(matches!(harness.next(), Event::Subscribed { id: 1, code: -11 }));
    harness.lost();
    assert_eq!(harness.session.state(), SessionState::Lost);
    let late = harness.report(1, 6);
    harness.session.connect(settings(peer.port));
    let mut conn = peer.session();
    harness.connected();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let (_, wire, payload, dup) = conn.publish();
        assert!(!dup);
        conn.puback(wire);
        let (id, context, code) = harness.published();
        assert_eq!((payload, code), (context.to_string().into_bytes(), 0));
        seen.push((id, context));
    }
    assert_eq!(seen, [(2, 1), (4, 3), (5, 4), (6, 5), (late, 6)]);
    harness.quiet(Duration::from_millis(50));
}

#[test]
fn the_c_sdk_way_fails_them_before_the_loss() {
    let (harness, peer, mut conn) = connected(|settings| {
        settings.fail_at_loss = true;
        settings.limits.window = 2;
    });
    for n in 1..=3 {
        harness.report(1, n);
    }
    conn.publish();
    conn.publish();
    drop(conn);
    assert_eq!(harness.published(), (1, 1, -11));
    assert_eq!(harness.published(), (2, 2, -11));
    harness.lost();
    harness.session.connect(settings(peer.port));
    let mut conn = peer.session();
    harness.connected();
    assert_eq!(conn.publish(), ("up".into(), 3, b"3".to_vec(), false));
}

#[test]
fn the_queue_holds_as_many_as_configured() {
    let peer = Peer::new();
    let harness = Harness::new();
    let mut three = settings(peer.port);
    three.limits.messages = 3;
    harness.session.connect(three.clone());
    drop(peer.accept());
    assert!(matches!(harness.next(), Event::ConnectFailed { .. }));
    for n in 1..=3 {
        assert_eq!(harness.report(1, n), n as u16);
    }
    assert_eq!(
        harness.session.publish(Publish::new("t", "", 1, 4)).unwrap_err().code(),
        -1
    );
    harness.session.connect(three);
    let mut conn = peer.session();
    harness.connected();
    for n in 1..=3 {
        assert_eq!(conn.publish().1, n);
    }
    assert_eq!(harness.session.disconnect(), Ok(()));
}

#[test]
fn dropped_messages_are_reported() {
    let peer = Peer::new();
    let harness = Harness::new();
    let mut two = settings(peer.port);
    two.limits.messages = 2;
    two.limits.overflow = crate::config::Overflow::DropOldest;
    harness.session.connect(two);
    let _conn = peer.accept();
    for n in 1..=3 {
        harness.report(1, n);
    }
    assert_eq!(harness.published(), (1, 1, -11));
}

/// Every report of several threads ends exactly once, whatever the server does to its connections.
#[test]
fn nothing_is_lost_or_doubled_over_many_losses() {
    const EACH: usize = 300;
    let peer = Peer::new();
    let harness = Harness::new();
    harness.session.connect(settings(peer.port));
    let port = peer.port;
    let server = std::thread::spawn(move || {
        let mut life = 7usize;
        loop {
            let mut conn = peer.session();
            let mut count = 0;
            while count < life {
                let Ok((first, body)) = conn.try_packet() else { break };
                if first == 0xe0 {
                    return;
                }
                count += 1;
                if first >> 4 == 3 && count != life {
                    let at = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
                    conn.puback(u16::from_be_bytes([body[at], body[at + 1]]));
                }
            }
            life = life * 5 % 83 + 3;
        }
    });
    let mut ends = vec![0; 3 * EACH];
    std::thread::scope(|scope| {
        let session = &harness.session;
        for thread in 0..3 {
            scope.spawn(move || {
                for n in 0..EACH {
                    session
                        .publish(Publish::new(format!("t{thread}"), "x", 1, thread * EACH + n))
                        .unwrap();
                }
            });
        }
        let mut open = 3 * EACH;
        while open > 0 {
            match harness.next() {
                Event::Published { context, code: 0, .. } => {
                    ends[context] += 1;
                    open -= 1;
                }
                Event::Lost { .. } | Event::ConnectFailed { .. } => session.connect(settings(port)),
                Event::Connected { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    });
    assert!(ends.iter().all(|&n| n == 1));
    let stats = harness.session.stats();
    assert_eq!((stats.delivered, stats.failed, stats.waiting), (3 * EACH as u64, 0, 0));
    assert!(stats.losses > 10);
    // the server may be between two connections
    while harness.session.disconnect().is_err() {
        harness.session.connect(settings(port));
        std::thread::sleep(Duration::from_millis(1));
    }
    server.join().unwrap();
}

/// IoTDA closes the connection at a topic it does not allow: such a report must not stop the others for ever.
#[test]
fn a_forbidden_report_does_not_block_the_rest() {
    let (harness, peer, mut conn) = connected(|settings| settings.limits.rejections = 3);
    harness.session.publish(Publish::new("forbidden", "", 1, 1)).unwrap();
    harness.report(1, 2);
    for time in 1..=3 {
        assert_eq!(conn.publish().0, "forbidden");
        drop(conn);
        if time == 3 {
            assert_eq!(harness.published(), (1, 1, -11));
        }
        harness.lost();
        let mut again = settings(peer.port);
        again.limits.rejections = 3;
        harness.session.connect(again);
        conn = peer.session();
        harness.connected();
    }
    let (topic, id, ..) = conn.publish();
    assert_eq!(topic, "up");
    conn.puback(id);
    assert_eq!(harness.published(), (2, 2, 0));
}

/// CONNECT arrived; CONNACK with this session present flag. The CONNECT's flags.
fn resume(peer: &Peer, present: u8) -> (u8, peer::Conn) {
    let mut conn = peer.accept();
    let (_, body) = conn.packet();
    conn.send(&[0x20, 2, present, 0]);
    (body[7], conn)
}

fn kept(port: u16) -> Settings {
    let mut settings = settings(port);
    settings.clean_session = false;
    settings.limits.rejections = 4; // two losses make no suspect
    settings
}

fn session_present(harness: &Harness, present: bool) {
    match harness.next() {
        Event::Connected { session_present } => assert_eq!(session_present, present),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_kept_session_is_resumed_with_dup_and_the_same_packet_ids() {
    let (peer, harness) = (Peer::new(), Harness::new());
    harness.session.connect(kept(peer.port));
    let (flags, mut conn) = resume(&peer, 0);
    assert_eq!(flags & 2, 0, "clean session 0");
    session_present(&harness, false);
    for (qos, n) in [(1, 1), (2, 2), (2, 3), (1, 4)] {
        assert_eq!(harness.report(qos, n), n as u16);
        assert_eq!(conn.publish().1, n as u16);
    }
    conn.puback(1);
    assert_eq!(harness.published(), (1, 1, 0));
    conn.send(&[0x50, 2, 0, 2]);
    assert_eq!(conn.packet(), (0x62, vec![0, 2]));
    drop(conn);
    harness.lost();
    assert_eq!(harness.report(1, 5), 5);

    harness.session.connect(kept(peer.port));
    let (_, mut conn) = resume(&peer, 1);
    session_present(&harness, true);
    assert_eq!(conn.packet(), (0x62, vec![0, 2]), "PUBREC had come");
    for (id, again) in [(3, true), (4, true), (5, false)] {
        let (_, wire, payload, dup) = conn.publish();
        assert_eq!((wire, payload, dup), (id, id.to_string().into_bytes(), again));
    }
    conn.send(&[0x70, 2, 0, 2]);
    assert_eq!(harness.published(), (2, 2, 0));
    conn.puback(4);
    assert_eq!(harness.published(), (4, 4, 0));
    drop(conn);
    harness.lost();

    // The platform has lost the session: everything is new, in order.
    harness.session.connect(kept(peer.port));
    let (_, mut conn) = resume(&peer, 0);
    session_present(&harness, false);
    for context in [3, 5] {
        let (_, _, payload, dup) = conn.publish();
        assert_eq!((payload, dup), (context.to_string().into_bytes(), false));
    }
    harness.quiet(Duration::from_millis(50));
}

/// The platform may hold a message of QoS 2 of an earlier process, and would take ours for its repetition.
#[test]
fn an_unknown_session_is_cleared_before_a_message_of_qos_2() {
    let (peer, harness) = (Peer::new(), Harness::new());
    harness.session.connect(kept(peer.port));
    let (_, mut conn) = resume(&peer, 1);
    session_present(&harness, true);
    harness.report(2, 1);
    assert_eq!(conn.packet(), (0x62, vec![0, 1]));
    assert_eq!(conn.publish().1, 1);
    conn.send(&[0x70, 2, 0, 1, 0x50, 2, 0, 1]);
    assert_eq!(conn.packet(), (0x62, vec![0, 1]));
    conn.send(&[0x70, 2, 0, 1]);
    assert_eq!(harness.published(), (1, 1, 0));
}

#[test]
fn a_clean_session_is_not_taken_over_from_the_platform() {
    let (harness, peer, mut conn) = connected(|_| {});
    harness.report(1, 1);
    conn.publish();
    drop(conn);
    harness.lost();
    harness.session.connect(settings(peer.port));
    let (flags, mut conn) = resume(&peer, 1);
    assert_eq!(flags & 2, 2);
    assert!(conn.closed());
    match harness.next() {
        Event::ConnectFailed { code: -1, detail, .. } => assert!(detail.contains("old session"), "{detail}"),
        other => panic!("{other:?}"),
    }
    harness.session.connect(settings(peer.port));
    let mut conn = peer.session();
    harness.connected();
    assert!(!conn.publish().3);
}
