use super::*;

fn message(topic: &str, qos: u8, context: usize) -> Publish {
    Publish::new(topic, "x", qos, context)
}

fn outbox(messages: usize, overflow: Overflow) -> Outbox {
    Outbox::new(Limits {
        messages,
        overflow,
        ..Limits::default()
    })
}

fn accept(outbox: &mut Outbox, qos: u8, context: usize) -> u16 {
    outbox
        .publish(message("t", qos, context), false, None, &mut Vec::new())
        .unwrap()
}

/// Hands over and writes the head; its packet id and DUP.
fn send(outbox: &mut Outbox, position: u64, ends: &mut Vec<End>) -> Option<(u16, bool)> {
    let head = outbox.head(20, Trial::No)?;
    let seen = (head.packet_id, head.dup);
    outbox.hand_over(position);
    outbox.written(position, 0, ends);
    Some(seen)
}

fn loss(fail: bool, keep: bool) -> Loss {
    Loss {
        fail,
        keep,
        blame: Blame::Link,
        stable: false,
    }
}

fn contexts(ends: &[End]) -> Vec<(Option<usize>, i32)> {
    ends.iter().map(|end| (end.context, end.outcome.code())).collect()
}

#[test]
fn ids_at_acceptance_are_packet_ids() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    assert_eq!(outbox.subscribe("a/#".into(), 1).unwrap(), 1);
    assert_eq!(accept(&mut outbox, 1, 10), 2);
    assert_eq!(accept(&mut outbox, 0, 11), 0);
    assert_eq!(accept(&mut outbox, 2, 12), 3);
    let mut ends = Vec::new();
    let wire: Vec<u16> = (1..5).map(|n| send(&mut outbox, n, &mut ends).unwrap().0).collect();
    assert_eq!(wire, [1, 2, 0, 3]);
    assert_eq!(contexts(&ends), [(Some(11), 0)]);
    assert_eq!(outbox.puback(2, ReasonCode::from(0)).unwrap().context, Some(10));
    assert_eq!(outbox.puback(2, ReasonCode::from(0)), None);
    assert_eq!(
        outbox.puback(3, ReasonCode::from(0)),
        None,
        "QoS 2 does not end at a PUBACK"
    );
    assert_eq!(outbox.pubcomp(3, ReasonCode::from(0)), None, "nor before PUBREC");
    assert_eq!(outbox.pubrec(3, ReasonCode::from(0), 1), Received::Release);
    assert_eq!(
        outbox.pubcomp(3, ReasonCode::from(0)).unwrap().outcome,
        Outcome::Delivered
    );
    assert_eq!(
        outbox.suback(1, ReasonCode::from(128)).unwrap(),
        End {
            id: 1,
            context: None,
            outcome: Outcome::Refused(ReasonCode::from(128))
        }
    );
    assert_eq!(outbox.load(), Load::default());
}

#[test]
fn the_window_holds_back_qos_1_only_when_full() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    for n in 0..3 {
        accept(&mut outbox, 1, n);
    }
    assert!(outbox.head(2, Trial::No).is_some());
    outbox.hand_over(1);
    assert!(outbox.head(2, Trial::No).is_some());
    outbox.hand_over(2);
    assert!(outbox.head(2, Trial::No).is_none());
    assert!(
        outbox.puback(1, ReasonCode::from(0)).is_some(),
        "acknowledged before the flush was noticed"
    );
    assert_eq!(outbox.head(2, Trial::No).unwrap().packet_id, 3);
}

#[test]
fn a_lost_session_sends_again_in_order_with_fresh_ids() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    let mut ends = Vec::new();
    outbox.subscribe("s".into(), 0).unwrap();
    for n in 1..5 {
        accept(&mut outbox, 1, n);
    }
    for n in 1..4 {
        send(&mut outbox, n, &mut ends);
    }
    assert!(outbox.suback(1, ReasonCode::from(0)).is_some());
    assert!(outbox.puback(2, ReasonCode::from(0)).is_some());
    outbox.lost(loss(false, false), &mut ends);
    outbox.resume(false);
    assert!(ends.is_empty());
    // accepted as 3 and on the wire before: fresh; 4 and 5 were never sent and keep theirs
    let wire: Vec<(u16, bool)> = (1..4).map(|n| send(&mut outbox, n, &mut ends).unwrap()).collect();
    assert_eq!(wire, [(1, false), (4, false), (5, false)]);
    assert_eq!(accept(&mut outbox, 1, 9), 2, "3 is still owed to the program");
    assert_eq!(outbox.puback(1, ReasonCode::from(0)).unwrap().id, 3);
}

#[test]
fn a_kept_session_repeats_with_dup() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    let mut ends = Vec::new();
    for n in 1..4 {
        accept(&mut outbox, 1 + (n == 2) as u8, n);
    }
    send(&mut outbox, 1, &mut ends);
    send(&mut outbox, 2, &mut ends);
    outbox.pubrec(2, ReasonCode::from(0), 0);
    outbox.lost(loss(false, true), &mut ends);
    outbox.resume(true);
    let first = outbox.head(20, Trial::No).unwrap();
    assert_eq!((first.packet_id, first.dup, first.release), (1, true, false));
    outbox.hand_over(1);
    let second = outbox.head(20, Trial::No).unwrap();
    assert_eq!((second.packet_id, second.dup, second.release), (2, false, true));
    outbox.hand_over(2);
    let third = outbox.head(20, Trial::No).unwrap();
    assert_eq!((third.packet_id, third.dup, third.release), (3, false, false));
    assert!(outbox.pubcomp(2, ReasonCode::from(0)).is_some());
}

#[test]
fn failing_at_the_loss_spares_what_was_not_written() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    let mut ends = Vec::new();
    for n in 1..4 {
        accept(&mut outbox, 1, n);
    }
    send(&mut outbox, 1, &mut ends);
    outbox.subscribe("s".into(), 0).unwrap();
    outbox.lost(loss(true, false), &mut ends);
    assert_eq!(contexts(&ends), [(Some(1), -11), (None, -11)]);
    assert_eq!(outbox.load().messages, 2);
    outbox.cancel_all(&mut ends);
    assert_eq!(contexts(&ends[2..]), [(Some(2), -11), (Some(3), -11)]);
}

#[test]
fn limits_and_overflow_rules() {
    let mut ends = Vec::new();
    let mut full = outbox(3, Overflow::RejectNew);
    for n in 0..3 {
        accept(&mut full, 1, n);
    }
    assert_eq!(
        full.publish(message("t", 1, 9), false, None, &mut ends),
        Err(Error::QueueFull)
    );

    let mut oldest = outbox(2, Overflow::DropOldest);
    for n in 0..2 {
        accept(&mut oldest, 1, n);
    }
    assert_eq!(oldest.publish(message("t", 1, 9), false, None, &mut ends), Ok(3));
    assert_eq!(contexts(&ends), [(Some(0), -11)]);

    ends.clear();
    let mut qos0 = outbox(2, Overflow::DropQos0First);
    accept(&mut qos0, 1, 1);
    accept(&mut qos0, 0, 2);
    assert_eq!(qos0.publish(message("t", 1, 3), false, None, &mut ends), Ok(2));
    assert_eq!(contexts(&ends), [(Some(2), -11)]);
    assert_eq!(
        qos0.publish(message("t", 1, 4), false, None, &mut ends),
        Err(Error::QueueFull)
    );

    let mut bytes = Outbox::new(Limits {
        bytes: 10,
        overflow: Overflow::DropOldest,
        ..Limits::default()
    });
    assert_eq!(
        bytes.publish(Publish::new("t", vec![0; 10], 1, 0), false, None, &mut ends),
        Err(Error::QueueFull)
    );
    assert_eq!(
        bytes.publish(Publish::new("t", vec![0; 8], 1, 0), false, None, &mut ends),
        Ok(1)
    );
    bytes.head(1, Trial::No);
    bytes.hand_over(1);
    assert_eq!(
        bytes.publish(message("t", 0, 5), false, None, &mut ends),
        Err(Error::QueueFull),
        "what is sent stays"
    );
    assert_eq!(bytes.load().bytes, 9);
}

#[test]
fn expiry_ends_what_is_queued() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    let mut ends = Vec::new();
    outbox.publish(message("t", 1, 1), false, Some(100), &mut ends).unwrap();
    outbox.publish(message("t", 1, 2), false, Some(200), &mut ends).unwrap();
    outbox.publish(message("t", 1, 3), false, None, &mut ends).unwrap();
    assert_eq!(outbox.next_expiry(), Some(100));
    send(&mut outbox, 1, &mut ends);
    assert_eq!(outbox.next_expiry(), Some(200));
    outbox.expire(150, &mut ends);
    assert!(ends.is_empty());
    outbox.lost(loss(false, false), &mut ends);
    outbox.expire(200, &mut ends);
    assert_eq!(
        ends.iter().map(|e| e.outcome).collect::<Vec<_>>(),
        [Outcome::Expired; 2]
    );
    assert_eq!(outbox.next_expiry(), None);
}

#[test]
fn a_refused_head_ends_and_the_next_goes_on() {
    let mut outbox = outbox(10, Overflow::RejectNew);
    accept(&mut outbox, 1, 1);
    accept(&mut outbox, 1, 2);
    outbox.head(20, Trial::No);
    assert_eq!(
        outbox.refuse_head(ReasonCode::from(149)).unwrap().outcome,
        Outcome::Refused(ReasonCode::from(149))
    );
    assert_eq!(outbox.head(20, Trial::No).unwrap().packet_id, 2);
}

#[test]
fn a_queue_without_a_free_id_is_full_by_the_overflow_rule() {
    let full = |overflow| {
        let mut outbox = Outbox::new(Limits {
            messages: 100_000,
            bytes: usize::MAX,
            overflow,
            ..Limits::default()
        });
        let mut ends = Vec::new();
        outbox.publish(message("t", 0, 7), false, None, &mut ends).unwrap();
        for n in 0..usize::from(u16::MAX) {
            outbox.publish(message("t", 1, n), false, None, &mut ends).unwrap();
        }
        assert!(ends.is_empty());
        outbox
    };
    let mut ends = Vec::new();
    let mut oldest = full(Overflow::DropOldest);
    assert_eq!(oldest.publish(message("t", 1, 9), false, None, &mut ends), Ok(1));
    assert_eq!(contexts(&ends), [(Some(0), -11)], "the oldest with an id, no other");
    ends.clear();
    assert_eq!(
        oldest.publish(message("t", 0, 9), false, None, &mut ends),
        Ok(0),
        "QoS 0 needs no id"
    );
    assert!(ends.is_empty());
    for overflow in [Overflow::RejectNew, Overflow::DropQos0First] {
        let refused = full(overflow).publish(message("t", 1, 9), false, None, &mut ends);
        assert_eq!((refused, ends.len()), (Err(Error::QueueFull), 0));
    }
}
