//! Messages from the platform: order, acknowledgement after the callback, exactly once, back-pressure.

use super::*;
use crate::transport::Incoming;

fn message(harness: &Harness) -> Incoming {
    match harness.next() {
        Event::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn qos_1_is_acknowledged_after_the_callback_and_in_order() {
    let (harness, _peer, mut conn) = connected(|_| {});
    conn.downlink(1, 7, b"one");
    conn.downlink(0, 0, b"two");
    conn.downlink(1, 8, b"three");
    let (one, two, three) = (message(&harness), message(&harness), message(&harness));
    assert_eq!(
        (&one.payload[..], one.qos, one.packet_id, one.topic.as_str()),
        (&b"one"[..], 1, 7, "t")
    );
    assert_eq!((&two.payload[..], two.qos, two.packet_id), (&b"two"[..], 0, 0));
    assert!(one.properties.is_none());
    harness.session.ack(three.ack);
    harness.session.ack(two.ack);
    harness.report(1, 1);
    assert_eq!(conn.publish().1, 1, "no acknowledgement yet");
    harness.session.ack(one.ack);
    assert_eq!(conn.packet(), (0x40, vec![0, 7]));
    assert_eq!(conn.packet(), (0x40, vec![0, 8]));
}

#[test]
fn qos_2_is_delivered_exactly_once() {
    let (harness, _peer, mut conn) = connected(|_| {});
    conn.downlink(2, 9, b"once");
    let once = message(&harness);
    conn.downlink(2, 9, b"once");
    conn.downlink(0, 0, b"after the repetition");
    harness.session.ack(message(&harness).ack);
    harness.session.ack(once.ack);
    assert_eq!(conn.packet(), (0x50, vec![0, 9]));
    conn.downlink(2, 9, b"once");
    assert_eq!(conn.packet(), (0x50, vec![0, 9]));
    conn.send(&[0x62, 2, 0, 9]);
    assert_eq!(conn.packet(), (0x70, vec![0, 9]));
    conn.downlink(2, 9, b"again");
    assert_eq!(&message(&harness).payload[..], b"again");
}

#[test]
fn tokens_of_an_old_connection_are_not_acknowledged() {
    let (harness, peer, mut conn) = connected(|_| {});
    conn.downlink(1, 1, b"old");
    let old = message(&harness);
    drop(conn);
    harness.lost();
    harness.session.connect(settings(peer.port));
    let mut conn = peer.session();
    harness.connected();
    conn.downlink(1, 1, b"new");
    let new = message(&harness);
    harness.session.ack(old.ack);
    harness.report(1, 1);
    assert_eq!(conn.publish().1, 1);
    harness.session.ack(new.ack);
    assert_eq!(conn.packet(), (0x40, vec![0, 1]));
    assert_eq!(harness.session.stats().unfinished, 0);
}

#[test]
fn thousands_of_messages_arrive_in_order_through_a_narrow_gate() {
    let (harness, _peer, mut conn) = connected(|settings| settings.limits.incoming_messages = 8);
    let feeder = std::thread::spawn(move || {
        for n in 0..3_000u32 {
            conn.downlink((n % 2) as u8, (n % 60_000 + 1) as u16, &n.to_be_bytes());
        }
        conn
    });
    for n in 0..3_000u32 {
        let message = message(&harness);
        assert_eq!(message.payload[..], n.to_be_bytes());
        assert!(harness.session.stats().unfinished <= 8);
        harness.session.ack(message.ack);
    }
    let mut conn = feeder.join().unwrap();
    for n in (1..3_000u16).step_by(2) {
        assert_eq!(conn.packet(), (0x40, (n + 1).to_be_bytes().to_vec()));
    }
}

#[test]
fn big_messages_pass_and_too_big_ones_end_the_link() {
    let (harness, _peer, mut conn) = connected(|settings| settings.limits.incoming_bytes = 1 << 20);
    let send = |conn: &mut peer::Conn, size: usize| {
        let length = size + 3;
        let mut bytes = vec![0x30];
        bytes.extend([
            (length & 127) as u8 | 128,
            ((length >> 7) & 127) as u8 | 128,
            (length >> 14) as u8,
        ]);
        bytes.extend([0, 1, b't']);
        bytes.resize(bytes.len() + size, 7);
        conn.send(&bytes);
    };
    send(&mut conn, 1_000_000);
    let big = message(&harness);
    assert_eq!(big.payload.len(), 1_000_000);
    harness.session.ack(big.ack);
    conn.send(&[0x30, 0x80, 0x80, 0x80, 0x01]);
    assert!(harness.lost().contains("more than"));
}

#[test]
fn stray_acknowledgements_are_harmless() {
    let (harness, _peer, mut conn) = connected(|_| {});
    conn.puback(77);
    conn.send(&[0x70, 2, 0, 5]);
    conn.suback(9, 0);
    conn.send(&[0x50, 2, 0, 5]);
    assert_eq!(conn.packet(), (0x62, vec![0, 5]));
    harness.report(1, 1);
    conn.publish();
    conn.puback(1);
    assert_eq!(harness.published(), (1, 1, 0));
    assert_eq!(harness.session.stats().stray_acks, 4);
}
