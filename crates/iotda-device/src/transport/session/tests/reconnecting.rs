//! A session that looks after itself.

use super::*;
use crate::transport::reconnect::Policy;

fn policy() -> Policy {
    let ms = Duration::from_millis;
    Policy {
        base: ms(5),
        cap: ms(20),
        tired_wait: ms(30),
        refused_wait: ms(40),
        ..Policy::default()
    }
}

#[test]
fn restores_subscriptions_before_it_says_connected() {
    let (harness, peer, mut conn) = connected(|settings| settings.reconnect = Some(policy()));
    for (filter, code) in [("a", 1), ("b", 0x80), ("c", 0)] {
        let id = harness.session.subscribe(filter, 1).unwrap();
        conn.packet();
        conn.suback(id, code);
        harness.next();
    }
    harness.report(1, 9);
    conn.publish();
    drop(conn);
    harness.lost();
    let mut conn = peer.session();
    assert_eq!(conn.packet(), (0x82, vec![0, 1, 0, 1, b'a', 1]));
    assert_eq!(conn.packet(), (0x82, vec![0, 2, 0, 1, b'c', 1]));
    harness.quiet(Duration::from_millis(30));
    assert!(!harness.session.is_connected());
    conn.suback(1, 1);
    conn.suback(2, 1);
    harness.connected();
    assert_eq!(conn.publish().2, b"9");
}

#[test]
fn retries_until_it_works_and_stops_when_told() {
    let peer = Peer::new();
    let harness = Harness::new();
    let settings = Settings {
        reconnect: Some(policy()),
        ..settings(peer.port)
    };
    harness.session.connect(settings);
    for _ in 0..3 {
        let mut conn = peer.accept();
        conn.packet();
        conn.send(&[0x20, 2, 0, 4]);
        assert!(matches!(harness.next(), Event::ConnectFailed { code: 4, .. }));
    }
    let conn = peer.session();
    harness.connected();
    drop(conn);
    harness.lost();
    assert_eq!(harness.session.disconnect().unwrap_err().code(), -109);
    harness.quiet(Duration::from_millis(100));
    assert!(peer.no_connection());
}

#[test]
fn gives_up_when_the_budget_is_spent() {
    let peer = Peer::new();
    let harness = Harness::new();
    let budget = Some(Duration::from_millis(1));
    let settings = Settings {
        reconnect: Some(Policy { budget, ..policy() }),
        ..settings(peer.port)
    };
    harness.session.connect(settings);
    drop(peer.accept());
    assert!(matches!(harness.next(), Event::ConnectFailed { .. }));
    harness.quiet(Duration::from_millis(100));
}

#[test]
fn an_interrupted_restoration_starts_over() {
    let (harness, peer, mut conn) = connected(|settings| settings.reconnect = Some(policy()));
    harness.session.subscribe("a", 1).unwrap();
    conn.packet();
    conn.suback(1, 1);
    harness.next();
    drop(conn);
    harness.lost();
    for _ in 0..3 {
        let mut conn = peer.session();
        assert_eq!(conn.packet(), (0x82, vec![0, 1, 0, 1, b'a', 1]), "the id is free again");
        drop(conn);
        assert!(matches!(harness.next(), Event::ConnectFailed { code: -1, .. }));
    }
    let mut conn = peer.session();
    conn.packet();
    conn.suback(1, 1);
    harness.connected();
}
