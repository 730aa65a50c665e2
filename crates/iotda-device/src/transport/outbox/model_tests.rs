//! Random histories against a model that knows only the promises.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Publish {
        topic: u8,
        qos: u8,
        size: usize,
        life: Option<u64>,
    },
    Subscribe,
    HandOver {
        trial: u8,
    },
    Write {
        share: u8,
    },
    Acknowledge {
        pick: usize,
        reason: u8,
    },
    Stray {
        id: u16,
    },
    Lose {
        keep: bool,
        kept: bool,
        blame: u8,
    },
    Pass {
        time: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u8..3, 0u8..3, 0usize..40, proptest::option::of(0u64..50))
            .prop_map(|(topic, qos, size, life)| Step::Publish { topic, qos, size, life }),
        1 => Just(Step::Subscribe),
        6 => (0u8..8).prop_map(|trial| Step::HandOver { trial }),
        4 => any::<u8>().prop_map(|share| Step::Write { share }),
        6 => (any::<usize>(), prop_oneof![4 => Just(0u8), 1 => Just(0x87)])
            .prop_map(|(pick, reason)| Step::Acknowledge { pick, reason }),
        1 => any::<u16>().prop_map(|id| Step::Stray { id }),
        1 => (any::<(bool, bool)>(), 0u8..4)
            .prop_map(|((keep, kept), blame)| Step::Lose { keep, kept: kept && keep, blame }),
        1 => (0u64..30).prop_map(|time| Step::Pass { time }),
    ]
}

#[derive(Debug)]
struct Wire {
    context: Option<usize>,
    qos: u8,
    released: bool,
    suspect: bool,
}

#[derive(Default)]
struct Model {
    /// Unfinished messages: context → (topic, QoS, id at acceptance, bytes).
    open: BTreeMap<usize, (u8, u8, u16, usize)>,
    open_subscriptions: BTreeSet<u16>,
    ended: BTreeSet<usize>,
    /// Packet ids that the platform may acknowledge on this connection.
    wire: BTreeMap<u16, Wire>,
    /// Packet ids of a kept session that still have to be repeated.
    owed: BTreeMap<u16, usize>,
    /// Highest context seen on this connection, by topic.
    last: BTreeMap<u8, usize>,
    /// Messages that were on the way at a loss.
    struck: BTreeSet<usize>,
    /// Messages of QoS 0 that were handed over on this connection.
    handed_0: BTreeSet<usize>,
}

impl Model {
    fn end(&mut self, ends: &mut Vec<End>) {
        for end in ends.drain(..) {
            match end.context {
                Some(context) => {
                    let (_, _, id, _) = self.open.remove(&context).expect("an end for something open");
                    assert_eq!(id, end.id);
                    assert!(self.ended.insert(context), "one end only");
                    self.wire.retain(|_, w| w.context != Some(context));
                    self.owed.retain(|_, owed| *owed != context);
                }
                None => {
                    assert!(self.open_subscriptions.remove(&end.id));
                    self.wire.retain(|wire, w| w.context.is_some() || *wire != end.id);
                }
            }
        }
    }
}

fn run(steps: Vec<Step>, limits: Limits, fail: bool) {
    let mut outbox = Outbox::new(limits);
    let mut model = Model::default();
    let mut ends = Vec::new();
    let (mut now, mut position, mut next) = (0u64, 0u64, 0usize);
    for step in steps {
        match step {
            Step::Publish { topic, qos, size, life } => {
                let publish = Publish::new(topic.to_string(), vec![0; size], qos, next);
                let before = outbox.load();
                match outbox.publish(publish, false, life.map(|l| now + l), &mut ends) {
                    Ok(id) => {
                        model.end(&mut ends);
                        assert_eq!(id == 0, qos == 0);
                        assert!(id == 0 || model.open.values().all(|open| open.2 != id), "id in use");
                        assert!(!model.wire.contains_key(&id) && !model.owed.contains_key(&id));
                        assert!(!model.open_subscriptions.contains(&id));
                        model.open.insert(next, (topic, qos, id, size + 1));
                        next += 1;
                    }
                    Err(_) => {
                        assert!(ends.is_empty());
                        assert_eq!(outbox.load(), before);
                        assert!(before.messages >= limits.messages || before.bytes + size + 1 > limits.bytes);
                    }
                }
            }
            Step::Subscribe => {
                let id = outbox.subscribe("f".into(), 1).unwrap();
                assert!(model.open_subscriptions.insert(id));
                assert!(model.open.values().all(|open| open.2 != id) && !model.wire.contains_key(&id));
            }
            Step::HandOver { trial } => {
                let in_flight = outbox.load().in_flight;
                let trial = [Trial::No, Trial::Alone, Trial::Beside, Trial::Last]
                    .get(usize::from(trial))
                    .map_or(Trial::Alone, |trial| *trial);
                let on_trial = model.wire.values().filter(|wire| wire.suspect).count();
                let Some(head) = outbox.head(limits.window.into(), trial) else {
                    continue;
                };
                if head.suspect {
                    assert!(limits.rejections > 0 && trial != Trial::No);
                    assert!(on_trial == 0 || trial == Trial::Last, "one at a time");
                    assert!(in_flight == 0 || trial != Trial::Alone);
                }
                let suspect = head.suspect;
                let id = head.packet_id;
                match head.item {
                    OutboxItem::Publish { publish: p, .. } => {
                        let (topic, qos, accepted, _) = model.open[&p.context];
                        assert!(qos == 0 || in_flight < usize::from(limits.window));
                        assert_eq!(qos == 0, id == 0);
                        let repeated = model.owed.remove(&id) == Some(p.context);
                        assert_eq!(head.dup || head.release, repeated);
                        if suspect {
                            assert!(model.struck.contains(&p.context));
                        } else if !repeated {
                            let last = model.last.insert(topic, p.context);
                            assert!(last.is_none_or(|last| last < p.context), "order per topic");
                            assert!(id == accepted || model.open.values().all(|open| open.2 != id));
                        }
                        let wire = Wire {
                            context: Some(p.context),
                            qos,
                            released: head.release,
                            suspect,
                        };
                        if qos == 0 {
                            model.handed_0.insert(p.context);
                        } else {
                            assert!(model.wire.insert(id, wire).is_none(), "packet id in use");
                        }
                    }
                    OutboxItem::Subscribe { .. } => {
                        assert!(model.open_subscriptions.contains(&id));
                        let wire = Wire {
                            context: None,
                            qos: 9,
                            released: false,
                            suspect: false,
                        };
                        assert!(model.wire.insert(id, wire).is_none());
                    }
                }
                position += 1;
                outbox.hand_over(position);
            }
            Step::Write { share } => {
                outbox.written(position * u64::from(share) / 255, now, &mut ends);
                assert!(ends.iter().all(|end| end.id == 0 && end.outcome == Outcome::Delivered));
                model.end(&mut ends);
            }
            Step::Acknowledge { pick, reason } => {
                let pick = pick % model.wire.len().max(1);
                let Some((&id, wire)) = model.wire.iter_mut().nth(pick) else {
                    continue;
                };
                let end = match (wire.qos, wire.released) {
                    (1, _) => outbox.puback(id, reason.into()),
                    (9, _) => outbox.suback(id, reason.into()),
                    (_, true) => outbox.pubcomp(id, reason.into()),
                    (_, false) => match outbox.pubrec(id, ReasonCode::from(reason), now) {
                        Received::Release => {
                            wire.released = true;
                            continue;
                        }
                        Received::Ended(end) => Some(end),
                        Received::Unknown => None,
                    },
                };
                let end = end.expect("a packet on the wire can be acknowledged");
                assert_eq!(end.outcome.code(), i32::from(reason));
                ends.push(end);
                model.end(&mut ends);
            }
            Step::Stray { id } => {
                if !model.wire.contains_key(&id) {
                    assert_eq!(outbox.puback(id, ReasonCode::from(0)), None);
                    assert_eq!(outbox.pubcomp(id, ReasonCode::from(0)), None);
                    assert_eq!(outbox.suback(id, ReasonCode::from(0)), None);
                    assert_eq!(outbox.pubrec(id, ReasonCode::from(0), now), Received::Unknown);
                }
            }
            Step::Lose { keep, kept, blame } => {
                let blame = [Blame::Nobody, Blame::Link, Blame::Platform, Blame::Overdue][usize::from(blame)];
                model.struck.extend(model.wire.values().filter_map(|wire| wire.context));
                model.struck.extend(model.handed_0.iter());
                model.handed_0.clear();
                let loss = Loss {
                    fail,
                    keep,
                    blame,
                    stable: false,
                };
                outbox.lost(loss, &mut ends);
                let convicted = ends.iter().filter(|end| end.outcome == Outcome::Rejected);
                assert!(convicted.clone().count() <= usize::from(blame == Blame::Platform && limits.rejections > 0));
                for end in convicted {
                    assert!(model.struck.contains(&end.context.unwrap()));
                }
                model.end(&mut ends);
                assert!(model.open_subscriptions.is_empty());
                let wire = std::mem::take(&mut model.wire);
                if kept {
                    model
                        .owed
                        .extend(wire.into_iter().filter_map(|(id, w)| Some((id, w.context?))));
                } else {
                    model.owed.clear();
                }
                model.last.clear();
                outbox.resume(kept);
                position = 0;
            }
            Step::Pass { time } => {
                now += time;
                outbox.expire(now, &mut ends);
                assert!(ends.iter().all(|end| end.outcome == Outcome::Expired));
                model.end(&mut ends);
            }
        }
        let load = outbox.load();
        assert_eq!(load.messages, model.open.len());
        assert_eq!(load.bytes, model.open.values().map(|open| open.3).sum::<usize>());
        assert!(load.messages <= limits.messages && load.bytes <= limits.bytes);
        assert!(load.in_flight <= usize::from(limits.window));
        assert_eq!(load.subscriptions, model.open_subscriptions.len());
        let waiting = outbox.queue.iter().chain(&outbox.suspects.waiting);
        let next = waiting.filter_map(|entry| entry.expires).min();
        assert_eq!(outbox.next_expiry(), next, "as a look through the queue finds it");
    }
    outbox.cancel_all(&mut ends);
    let order: Vec<usize> = ends.iter().filter_map(|end| end.context).collect();
    assert!(order.is_sorted());
    model.end(&mut ends);
    assert!(model.open.is_empty() && model.open_subscriptions.is_empty());
    assert_eq!(model.ended.len(), next, "every accepted message has ended");
    assert_eq!(outbox.load(), Load::default());
    assert!(!outbox.has_queued() && outbox.next_overdue(1, 0).is_none() && outbox.next_expiry().is_none());
}

/// Random histories: hundreds in a usual run, a million with `HWMQTT_SOAK=1`.
fn histories() -> u32 {
    match std::env::var_os("HWMQTT_SOAK") {
        Some(_) => 1_000_000,
        None => 500,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(histories()))]
    #[test]
    fn every_message_ends_exactly_once(
        steps in proptest::collection::vec(step(), 1..250),
        messages in 1usize..40,
        bytes in 40usize..600,
        window in 1u16..8,
        rejections in 0u32..4,
        overflow in prop_oneof![
            Just(Overflow::RejectNew), Just(Overflow::DropOldest), Just(Overflow::DropQos0First)
        ],
        fail: bool,
    ) {
        run(steps, Limits { messages, bytes, overflow, window, rejections, ..Limits::default() }, fail);
    }
}
