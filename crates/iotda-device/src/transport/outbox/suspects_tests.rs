use std::collections::BTreeSet;

use super::*;

const PATIENCE: u64 = 30_000;

fn outbox() -> Outbox {
    Outbox::new(Limits::default())
}

fn accept(outbox: &mut Outbox, qos: u8, context: usize) -> u16 {
    let publish = Publish::new("t", "x", qos, context);
    outbox.publish(publish, false, None, &mut Vec::new()).unwrap()
}

/// Hands over and writes all that may go; packet ids and contexts.
fn send(outbox: &mut Outbox, trial: Trial, now: u64) -> Vec<(u16, usize)> {
    let mut sent = Vec::new();
    while let Some(head) = outbox.head(20, trial) {
        if let OutboxItem::Publish { publish, .. } = head.item {
            sent.push((head.packet_id, publish.context));
        }
        outbox.hand_over(1);
    }
    outbox.written(1, now, &mut Vec::new());
    sent
}

fn lose(outbox: &mut Outbox, blame: Blame) -> (Vec<(Option<usize>, Outcome)>, bool) {
    let mut ends = Vec::new();
    let loss = Loss {
        fail: false,
        keep: false,
        blame,
        stable: false,
    };
    let explained = outbox.lost(loss, &mut ends);
    outbox.resume(false);
    (ends.iter().map(|end| (end.context, end.outcome)).collect(), explained)
}

fn contexts(sent: &[(u16, usize)]) -> Vec<usize> {
    sent.iter().map(|(_, context)| *context).collect()
}

#[test]
fn a_message_that_the_platform_closes_on_costs_three_connections() {
    for qos in [0, 1, 2] {
        let mut outbox = outbox();
        outbox.resume(false);
        accept(&mut outbox, qos, 7);
        accept(&mut outbox, 1, 1);
        accept(&mut outbox, 1, 2);
        for time in 1..=2 {
            if qos == 0 {
                // its beginning is written, and what follows it is not
                outbox.head(20, Trial::No).unwrap();
                outbox.hand_over(1);
                assert_eq!(lose(&mut outbox, Blame::Platform), (vec![], time == 2));
            } else {
                assert_eq!(contexts(&send(&mut outbox, Trial::No, 0)), [7, 1, 2]);
                assert_eq!(lose(&mut outbox, Blame::Platform), (vec![], time == 2));
            }
        }
        accept(&mut outbox, 1, 3);
        let innocent = send(&mut outbox, Trial::No, 0);
        assert_eq!(contexts(&innocent), if qos == 0 { vec![1, 2, 3] } else { vec![3] });
        assert!(send(&mut outbox, Trial::Alone, 0).is_empty(), "after everything else");
        for (id, _) in innocent {
            outbox.puback(id, ReasonCode::from(0)).unwrap();
        }
        let head = outbox.head(20, Trial::Alone).unwrap();
        assert!(head.suspect && matches!(head.item, OutboxItem::Publish { publish, .. } if publish.context == 7));
        outbox.hand_over(1);
        assert!(outbox.head(20, Trial::Alone).is_none(), "one at a time");
        assert_eq!(
            lose(&mut outbox, Blame::Platform),
            (vec![(Some(7), Outcome::Rejected)], true)
        );
        if qos > 0 {
            for context in [1, 2] {
                let sent = send(&mut outbox, Trial::Alone, 0);
                assert_eq!(contexts(&sent), [context], "the others pass their trials");
                outbox.puback(sent[0].0, ReasonCode::Success).unwrap();
            }
            assert!(!outbox.has_queued());
        }
    }
}

#[test]
fn nothing_is_given_up_for_closings_with_other_reasons() {
    // the link breaks, or another client kicks us, whatever we send
    for blame in [Blame::Link, Blame::Nobody] {
        let mut outbox = outbox();
        accept(&mut outbox, 1, 1);
        for _ in 0..50 {
            outbox.resume(false);
            send(&mut outbox, Trial::Alone, 0);
            assert_eq!(lose(&mut outbox, blame).0, []);
        }
    }
    // closed just after CONNACK: suspects are not sent so soon, and what is sent in time arrives
    let mut outbox = outbox();
    for n in 0..50 {
        outbox.resume(false);
        accept(&mut outbox, 1, n);
        send(&mut outbox, Trial::No, 0);
        assert_eq!(lose(&mut outbox, Blame::Platform).0, []);
    }
    let mut arrived = BTreeSet::new();
    outbox.resume(false);
    loop {
        let sent = send(&mut outbox, Trial::Alone, 0);
        if sent.is_empty() {
            break;
        }
        for (id, context) in sent {
            outbox.puback(id, ReasonCode::from(0)).unwrap();
            arrived.insert(context);
        }
    }
    assert_eq!(arrived.len(), 50);
    // and once more: three closings with nothing on the way call for more trials
    for n in [1, 2] {
        accept(&mut outbox, 1, 100 + n);
        send(&mut outbox, Trial::No, 0);
    }
    for _ in 0..2 {
        lose(&mut outbox, Blame::Platform);
        send(&mut outbox, Trial::No, 0);
    }
    for _ in 0..9 {
        assert_eq!(lose(&mut outbox, Blame::Platform).0, []);
    }
    let mut trials = 0;
    while send(&mut outbox, Trial::Alone, 0).len() == 1 && lose(&mut outbox, Blame::Platform).0.is_empty() {
        trials += 1;
        assert!(trials < 20);
    }
    assert!(trials >= 3);
}

#[test]
fn a_message_that_is_ignored_ends_on_its_second_connection() {
    let mut outbox = outbox();
    let mut ends = Vec::new();
    outbox.resume(false);
    accept(&mut outbox, 1, 7);
    send(&mut outbox, Trial::No, 0);
    accept(&mut outbox, 1, 1);
    let other = send(&mut outbox, Trial::No, 10);
    outbox.puback(other[0].0, ReasonCode::Success).unwrap();
    assert_eq!(outbox.next_overdue(PATIENCE, 0), Some(30_000));
    assert_eq!(outbox.next_overdue(PATIENCE, 500), Some(30_500));
    assert!(!outbox.overdue(29_999, PATIENCE, 0, &mut ends));
    assert!(
        outbox.overdue(30_000, PATIENCE, 0, &mut ends),
        "a fresh connection first"
    );
    assert_eq!(lose(&mut outbox, Blame::Overdue), (vec![], false));
    let again = send(&mut outbox, Trial::No, 40_000);
    assert_eq!(contexts(&again), [7]);
    accept(&mut outbox, 1, 2);
    let other = send(&mut outbox, Trial::No, 40_001);
    outbox.puback(other[0].0, ReasonCode::Success).unwrap();
    assert!(!outbox.overdue(69_999, PATIENCE, 0, &mut ends) && ends.is_empty());
    assert!(!outbox.overdue(70_000, PATIENCE, 0, &mut ends), "the link stays");
    assert_eq!(ends.len(), 1);
    assert_eq!((ends[0].context, ends[0].outcome), (Some(7), Outcome::Ignored));
    assert_eq!(outbox.load(), Load::default());
}

#[test]
fn a_window_of_one_does_not_save_it() {
    let mut outbox = outbox();
    let mut ends = Vec::new();
    outbox.resume(false);
    accept(&mut outbox, 1, 7);
    accept(&mut outbox, 1, 1);
    let mut now = 0;
    for _ in 0..2 {
        assert!(outbox.head(1, Trial::No).is_some());
        outbox.hand_over(1);
        outbox.written(1, now, &mut ends);
        assert!(outbox.head(1, Trial::No).is_none());
        now += PATIENCE;
        assert!(outbox.overdue(now, PATIENCE, 0, &mut ends));
        lose(&mut outbox, Blame::Overdue);
    }
    let first = outbox.head(1, Trial::No).unwrap().packet_id;
    outbox.hand_over(1);
    outbox.puback(first, ReasonCode::from(0)).unwrap();
    assert!(outbox.head(1, Trial::Alone).unwrap().suspect);
    outbox.hand_over(2);
    outbox.written(2, now, &mut ends);
    assert!(!outbox.overdue(now + PATIENCE, PATIENCE, 0, &mut ends));
    assert_eq!(ends[0].outcome, Outcome::Ignored);
    assert_eq!(now + PATIENCE, 90_000, "of connected time");
}

#[test]
fn a_platform_that_acknowledges_nothing_costs_no_message() {
    let mut outbox = outbox();
    let mut ends = Vec::new();
    accept(&mut outbox, 1, 7);
    let mut now = 0;
    let mut lived = Vec::new();
    for _ in 0..8 {
        outbox.resume(false);
        assert_eq!(contexts(&send(&mut outbox, Trial::Alone, now)), [7]);
        let due = outbox.next_overdue(PATIENCE, 0).unwrap();
        lived.push((due - now) / 1000);
        now = due;
        assert!(outbox.overdue(now, PATIENCE, 0, &mut ends) && ends.is_empty());
        assert_eq!(lose(&mut outbox, Blame::Overdue).0, []);
    }
    assert_eq!(lived, [30, 30, 60, 120, 240, 240, 240, 240], "not again and again");
}

#[test]
fn others_that_keep_coming_do_not_put_a_trial_off_for_ever() {
    let mut outbox = outbox();
    outbox.resume(false);
    accept(&mut outbox, 1, 7);
    for _ in 0..2 {
        send(&mut outbox, Trial::No, 0);
        lose(&mut outbox, Blame::Platform);
    }
    accept(&mut outbox, 1, 1);
    accept(&mut outbox, 1, 2);
    assert_eq!(contexts(&send(&mut outbox, Trial::Beside, 0)), [7, 1, 2]);
    let (ends, _) = lose(&mut outbox, Blame::Platform);
    assert_eq!(ends, [(Some(7), Outcome::Rejected)]);
    assert_eq!(
        contexts(&send(&mut outbox, Trial::No, 0)),
        [1, 2],
        "one loss makes no suspect"
    );
}

#[test]
fn before_a_disconnect_suspects_go_last() {
    let mut outbox = outbox();
    outbox.resume(false);
    accept(&mut outbox, 1, 7);
    accept(&mut outbox, 1, 8);
    for _ in 0..2 {
        send(&mut outbox, Trial::No, 0);
        lose(&mut outbox, Blame::Platform);
    }
    accept(&mut outbox, 1, 1);
    assert_eq!(contexts(&send(&mut outbox, Trial::Last, 0)), [1, 7, 8]);
}

/// Some messages are poison, in one of the ways that platforms have; connections also end for no reason. Every good
/// message arrives, every bad one ends, and nothing else does.
#[test]
fn every_bad_message_ends_and_every_good_one_arrives() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    const EXTRA: usize = usize::MAX;
    for round in 0..200 {
        let mut outbox = outbox();
        let (count, form, cuts) = (50 + random(200), round % 3, round % 2 == 1);
        let bad: BTreeSet<usize> = (0..count / 40).map(|_| random(count)).collect();
        for n in 0..count {
            accept(&mut outbox, 1, n);
        }
        let (mut delivered, mut ended, mut now, mut connections) = (BTreeSet::new(), BTreeSet::new(), 0, 0);
        while delivered.len() + ended.len() < count {
            connections += 1;
            assert!(
                connections < 60 + 12 * bad.len(),
                "round {round}: {} left",
                outbox.load().messages
            );
            outbox.resume(false);
            let life = if cuts { 10 + random(120) } else { usize::MAX };
            let (mut age, mut blame, mut fuse) = (0, None, None);
            let mut wire: Vec<(u16, usize)> = Vec::new();
            let mut ends = Vec::new();
            while blame.is_none() {
                age += 1;
                now += 500;
                if age % 20 == 0 {
                    accept(&mut outbox, 1, EXTRA); // the program goes on
                }
                wire.extend(send(&mut outbox, if age > 2 { Trial::Alone } else { Trial::No }, now));
                let poison = wire.iter().position(|(_, context)| bad.contains(context));
                match (poison, form) {
                    // at once: what came before it is acknowledged, what came after it is not
                    (Some(at), 0) => {
                        wire.truncate(at);
                        blame = Some(Blame::Platform);
                    }
                    (Some(_), 1) => {
                        let fuse = fuse.get_or_insert(age + 3);
                        blame = (age >= *fuse).then_some(Blame::Platform);
                    }
                    _ => {}
                }
                if age >= life && random(12) == 0 {
                    blame = blame.or(Some(Blame::Platform));
                    wire.truncate(random(wire.len() + 1));
                }
                for (id, context) in std::mem::take(&mut wire) {
                    if bad.contains(&context) {
                        wire.push((id, context));
                    } else {
                        ends.extend(outbox.puback(id, ReasonCode::from(0)));
                    }
                }
                if outbox.overdue(now, PATIENCE, 0, &mut ends) {
                    blame = blame.or(Some(Blame::Overdue));
                }
                if age > 400 {
                    break;
                }
            }
            let loss = Loss {
                fail: false,
                keep: false,
                blame: blame.unwrap_or(Blame::Nobody),
                stable: age > 60,
            };
            outbox.lost(loss, &mut ends);
            for end in ends {
                let context = end.context.unwrap();
                if context == EXTRA {
                    assert_eq!(end.outcome, Outcome::Delivered);
                } else if end.outcome == Outcome::Delivered {
                    assert!(delivered.insert(context));
                } else {
                    assert!(bad.contains(&context), "round {round}: {context} was good");
                    assert!(ended.insert(context));
                }
            }
        }
        assert_eq!(ended, bad);
    }
}
