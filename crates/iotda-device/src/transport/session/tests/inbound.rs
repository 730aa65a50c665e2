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

/// A PUBLISH with a topic of one byte; the payload is left out.
fn begin(qos: u8, id: u16, payload: usize) -> Vec<u8> {
    let length = payload + if qos > 0 { 5 } else { 3 };
    let mut bytes = vec![0x30 | (qos << 1)];
    let mut rest = length;
    while rest > 127 {
        bytes.push((rest & 127) as u8 | 128);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes.extend([0, 1, b't']);
    if qos > 0 {
        bytes.extend(id.to_be_bytes());
    }
    bytes
}

/// The platform's retained message is too large for us: it is read past and acknowledged in its turn, so that it does not
/// come again, and nothing of it stays in memory.
#[test]
fn too_large_messages_are_skipped_and_others_pass() {
    let (harness, _peer, mut conn) = connected(|settings| settings.limits.incoming_packet = Some(1 << 20));
    conn.send(&begin(0, 0, 1_000_000));
    conn.send(&vec![7; 1_000_000]);
    let big = message(&harness);
    assert_eq!(big.payload.len(), 1_000_000);
    harness.session.ack(big.ack);
    for (qos, id) in [(0, 0), (1, 5), (2, 6), (1, 7)] {
        let bytes = [begin(qos, id, 5 << 20), vec![7; 5 << 20]].concat();
        let (head, rest) = bytes.split_at(id.into());
        conn.send(head); // cut at odd places
        std::thread::sleep(Duration::from_millis(20));
        conn.send(rest);
        match qos {
            1 => assert_eq!(conn.packet(), (0x40, vec![0, id as u8])),
            2 => {
                assert_eq!(conn.packet(), (0x50, vec![0, id as u8]));
                conn.send(&[0x62, 2, 0, id as u8]);
                assert_eq!(conn.packet(), (0x70, vec![0, id as u8]));
            }
            _ => {}
        }
    }
    assert_eq!(harness.session.stats().unfinished, 0);
    conn.downlink(1, 8, b"small");
    let small = message(&harness);
    assert_eq!(small.payload[..], b"small"[..]);
    harness.session.ack(small.ack);
    assert_eq!(conn.packet(), (0x40, vec![0, 8]));
    // other packets have no such size
    conn.send(&[0x40, 0x80, 0x80, 0x80, 0x01]);
    assert!(harness.lost().contains("more than"));
}

#[test]
fn a_skipped_message_is_acknowledged_in_its_turn() {
    let (harness, _peer, mut conn) = connected(|settings| settings.limits.incoming_packet = Some(2000));
    conn.downlink(1, 1, b"first");
    conn.send(&[begin(1, 2, 3000), vec![7; 3000]].concat());
    conn.downlink(1, 3, b"third");
    let (first, third) = (message(&harness), message(&harness));
    harness.session.ack(third.ack);
    harness.session.ack(first.ack);
    for id in 1..=3 {
        assert_eq!(conn.packet(), (0x40, vec![0, id]));
    }
}

#[test]
fn what_breaks_the_rules_ends_the_link() {
    for (bytes, why) in [
        (&[0x30, 2, 0, 0][..], "without a topic"),
        (&[0x42, 2, 0, 1], "wrong flags"),
        (&[0xd0, 1, 0], "body"),
    ] {
        let (harness, _peer, mut conn) = connected(|_| {});
        conn.send(bytes);
        let detail = harness.lost();
        assert!(detail.contains(why), "{detail}");
        assert!(conn.closed());
    }
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
