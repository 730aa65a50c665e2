//! The roster as its callers use it.

use std::ffi::CString;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::protocol::json::{Dialect, Json, parse};

const OWN: Origin = Origin { own: true, tls: true };
const CHILD: Origin = Origin { own: false, tls: true };

fn json(text: &str) -> Json {
    parse(text.as_bytes(), Dialect::Platform).unwrap()
}

/// A bus with dev_A and one device named like the bus.
fn bus(id: &str, key: &str) -> String {
    format!(
        r#"{{"bus_id":"{id}","version":1,"bus_name":"hall","bus_key":"{key}","devices_info":[
            {{"device_id":"dev_A","device_ip":"10.0.0.1"}},{{"device_id":"dev_{id}","device_ip":"10.0.0.2"}}]}}"#
    )
}

fn deliver(roster: &Roster, origin: Origin, paras: &str) -> bool {
    roster.response(Some(json(paras).value()), origin)
}

fn answer(buses: &[String]) -> String {
    format!(r#"{{"bus_infos":[{}],"bus_count":0}}"#, buses.join(","))
}

const REFUSED: &str = r#"{"bus_infos":[],"error_info":{"error_code":"IOTDA.003002","error_msg":"no such group"}}"#;

fn ids(registry: &Registry) -> Vec<String> {
    registry
        .buses()
        .iter()
        .map(|bus| String::from_utf8_lossy(&bus.bus_id).into_owned())
        .collect()
}

fn deleted(bus_id: &str) -> GroupVersion {
    GroupVersion {
        bus_id: CString::new(bus_id).unwrap(),
        version: Some(-1),
    }
}

#[test]
fn a_full_response_replaces_registry_and_view() {
    let roster = Roster::new();
    assert!(deliver(&roster, OWN, &answer(&[bus("b1", "k1"), bus("b2", "k2")])));
    assert!(deliver(&roster, OWN, &answer(&[bus("b2", "k3")])));
    assert_eq!(
        (ids(&roster.registry()), ids(&roster.view())),
        (vec!["b2".into()], vec!["b2".to_owned()])
    );
    assert!(deliver(&roster, OWN, &answer(&[])));
    assert!(roster.view().buses().is_empty());
}

#[test]
fn the_answer_to_a_query_for_one_bus_changes_that_bus_of_the_view_only() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1"), bus("b2", "k2")]));
    roster.query_sent(Some(b"b2"));
    roster.query_sent(Some(b"b3"));
    roster.query_sent(None);
    deliver(&roster, OWN, &answer(&[bus("b2", "k9")]));
    assert_eq!(ids(&roster.registry()), ["b2"]);
    assert_eq!(ids(&roster.view()), ["b1", "b2"]);
    assert_eq!(roster.view().bus(b"b2").unwrap().key, Key::new(b"k9"));
    deliver(&roster, OWN, &answer(&[bus("b3", "k3")]));
    assert_eq!(ids(&roster.view()), ["b1", "b2", "b3"]);
    deliver(&roster, OWN, &answer(&[bus("b3", "k3")])); // answers the query for all
    assert_eq!(ids(&roster.view()), ["b3"]);
}

#[test]
fn a_new_connection_forgets_queries() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1"), bus("b2", "k2")]));
    roster.query_sent(Some(b"b2"));
    roster.forget_queries();
    deliver(&roster, OWN, &answer(&[bus("b2", "k2")]));
    assert_eq!(ids(&roster.view()), ["b2"]);
}

#[test]
fn a_query_that_was_not_sent_does_not_count() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1")]));
    roster.query_sent(Some(b"b2"));
    roster.query_withdrawn(Some(b"b2"));
    deliver(&roster, OWN, &answer(&[bus("b2", "k2")]));
    assert_eq!(ids(&roster.view()), ["b2"]);
}

#[test]
fn an_error_empties_the_registry_and_leaves_the_view() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1")]));
    roster.query_sent(Some(b"b7"));
    assert!(deliver(&roster, OWN, REFUSED));
    assert!(roster.registry().buses().is_empty());
    assert_eq!(ids(&roster.view()), ["b1"]);
    deliver(&roster, OWN, &answer(&[bus("b2", "k2")])); // the error answered the query for one bus
    assert_eq!(ids(&roster.view()), ["b2"]);
}

#[test]
fn an_error_without_list_answers_a_query_too() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1")]));
    roster.query_sent(Some(b"b2"));
    assert!(!deliver(&roster, OWN, r#"{"error_info":{"error_code":"busy"}}"#));
    assert!(!roster.response(None::<crate::protocol::json::Value<'_>>, OWN));
    assert_eq!(
        (ids(&roster.registry()), ids(&roster.view())),
        (vec!["b1".into()], vec!["b1".to_owned()])
    );
    deliver(&roster, OWN, &answer(&[bus("b2", "k2")]));
    assert_eq!(ids(&roster.view()), ["b2"]);
}

#[test]
fn a_childs_answer_changes_the_registry_only_and_answers_no_query() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1")]));
    roster.query_sent(Some(b"b1"));
    deliver(&roster, CHILD, &answer(&[bus("b5", "k5")]));
    assert_eq!(
        (ids(&roster.registry()), ids(&roster.view())),
        (vec!["b5".into()], vec!["b1".to_owned()])
    );
    deliver(&roster, OWN, &answer(&[bus("b2", "k2")]));
    assert_eq!(ids(&roster.view()), ["b1", "b2"]);
}

#[test]
fn a_deleted_group_leaves_the_view_at_once() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1"), bus("b2", "k2")]));
    let changes = count_changes(&roster);
    let kept = GroupVersion {
        bus_id: CString::new("b1").unwrap(),
        version: Some(2),
    };
    roster.group_list(&[kept, deleted("b2"), deleted("b9")]);
    assert_eq!(
        (ids(&roster.registry()).len(), ids(&roster.view())),
        (2, vec!["b1".to_owned()])
    );
    roster.group_list(&[deleted("b2")]);
    assert_eq!(changes.load(Ordering::Relaxed), 1);
}

#[test]
fn the_programs_paras_count_as_a_full_response_and_answer_no_query() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1"), bus("b2", "k2")]));
    roster.query_sent(Some(b"b2"));
    assert!(roster.assign(&paras::read(json(&answer(&[bus("b3", "k3")])).value())));
    assert_eq!(ids(&roster.view()), ["b3"]);
    deliver(&roster, OWN, &answer(&[bus("b2", "k2")]));
    assert_eq!(ids(&roster.view()), ["b3", "b2"]);
    assert!(!roster.assign(&paras::read(json("[1]").value())));
}

#[test]
fn a_release_leaves_the_view() {
    let roster = Roster::new();
    deliver(&roster, OWN, &answer(&[bus("b1", "k1")]));
    roster.release();
    assert!(!roster.has_device(b"dev_A") && roster.view().has_device(b"dev_A"));
    assert_eq!(roster.version(b"b1"), None);
}

#[test]
fn the_link_gets_live_buses_with_usable_keys() {
    let roster = Roster::new();
    let gone = bus("b3", "k3").replace(r#""version":1"#, r#""version":"-1""#);
    deliver(&roster, OWN, &answer(&[bus("b1", "k1"), bus("b2", "-1"), gone]));
    let view = nearlink::view::View::from(&*roster.view());
    let keys: Vec<_> = view
        .buses
        .iter()
        .map(|bus| (&*bus.id, bus.key.as_ref().map(|key| key.as_str())))
        .collect();
    assert_eq!(keys, [("b1", Some("k1")), ("b2", None)]);
    assert_eq!(view.buses[0].members[1].id, "dev_b1");
    assert_eq!(roster.version(b"b3"), Some(DELETED));
}

fn count_changes(roster: &Roster) -> Arc<AtomicUsize> {
    let changes = Arc::new(AtomicUsize::new(0));
    let counter = changes.clone();
    roster.watch(Arc::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    }));
    changes
}

#[test]
fn watchers_run_without_locks() {
    let roster = Arc::new(Roster::new());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (inner, log) = (Arc::downgrade(&roster), seen.clone());
    roster.watch(Arc::new(move || {
        let roster = inner.upgrade().unwrap();
        log.lock().push(roster.registry().buses().len());
        if roster.has_device(b"dev_b1") {
            roster.release(); // a watcher may do anything
        }
    }));
    deliver(&roster, OWN, &answer(&[bus("b1", "k1")]));
    assert_eq!(*seen.lock(), [1, 0]);
}

#[test]
fn unanswered_queries_do_not_pile_up() {
    let roster = Roster::new();
    (0..100_000).for_each(|_| roster.query_sent(Some(b"b1")));
    let mut left = 0;
    while roster.queries.lock().answered() == Asked::OneBus {
        left += 1;
    }
    assert!(left <= 256);
}

#[test]
fn versions_are_numbers_or_decimal_strings() {
    let cases = [
        ("7", 7),
        ("7.9", 7),
        ("-1.5", -1),
        (r#""12""#, 12),
        (r#""-1""#, -1),
        (r#""1.5""#, 0),
        (r#""x""#, 0),
        ("null", 0),
        ("true", 0),
        ("[3]", 0),
        ("1e300", i64::MAX),
    ];
    for (text, version) in cases {
        let roster = Roster::new();
        deliver(
            &roster,
            OWN,
            &format!(r#"{{"bus_infos":[{{"bus_id":"b","version":{text}}}]}}"#),
        );
        assert_eq!(roster.version(b"b"), Some(version), "{text}");
    }
}

/// What the reader looks for, in some letter cases.
const NAMES: &[&str] = &[
    "bus_infos",
    "BUS_ID",
    "bus_key",
    "version",
    "devices_info",
    "device_id",
    "device_IP",
    "error_info",
    "x",
];

/// JSON text made of the names and shapes that the reader looks for.
fn any_paras() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("-1".to_owned()),
        Just("1e999".to_owned()),
        Just(r#""""#.to_owned()),
        Just(r#""-1""#.to_owned()),
        Just(r#""a\u0000b""#.to_owned()),
        Just(r#""dev_A""#.to_owned()),
    ];
    scalar.prop_recursive(5, 64, 6, |inner| {
        let member =
            (prop::sample::select(NAMES), inner.clone()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn any_paras_are_read_and_looked_up(payloads in prop::collection::vec((any_paras(), any::<bool>()), 1..6)) {
        let roster = Roster::new();
        for (paras, own) in payloads {
            roster.query_sent(own.then_some(b"b1"));
            let before = ids(&roster.registry());
            let taken = deliver(&roster, Origin { own, tls: own }, &paras);
            prop_assert!(taken || ids(&roster.registry()) == before);
            let registry = roster.registry();
            for bus in registry.buses() {
                let texts = [&*bus.bus_id, bus.key.bytes()].into_iter()
                    .chain(bus.devices.iter().flat_map(|device| [device.device_id, device.device_ip]));
                prop_assert!(texts.into_iter().all(|text| !text.contains(&0)));
                for device in bus.devices.iter() {
                    prop_assert!(!device.device_id.is_empty() && *device.device_id != *ABSENT);
                    prop_assert_eq!(roster.has_device(device.device_id), registry.buses().iter().any(|b| b.live() && b.lists(device.device_id)));
                }
            }
            prop_assert!(!roster.has_device(b"") && !roster.has_address(b""));
            prop_assert_eq!(roster.auth_key(b"own", b"other", b"dev_A"), None);
        }
    }

    #[test]
    fn any_bytes_are_survived(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(tree) = parse(&payload, Dialect::Platform) {
            Roster::new().response(Some(tree.value()), OWN);
        }
    }
}

const COMPLETE: &str = r#"{"bus_infos":[{"bus_id":"b1","bus_key":"k","version":1,"devices_info":[
    {"device_id":"A","device_ip":"10.0.0.1"},{"device_id":"B","device_ip":"10.0.0.2"}]}]}"#;

fn refreshed(roster: &Roster, text: &str, id: Option<&[u8]>, may_tell: bool) -> Option<bool> {
    roster.refreshed(json(text).value(), id, || may_tell)
}

fn known(text: &str) -> Roster {
    let roster = Roster::new();
    roster.assign(&paras::read(json(text).value()));
    roster
}

#[test]
fn an_answer_to_the_librarys_own_query_that_changes_nothing_is_quiet() {
    let roster = known(COMPLETE);
    let before = roster.registry();
    roster.refresh_sent(b"b1", b"id-1");
    assert_eq!(refreshed(&roster, COMPLETE, Some(b"id-1"), true), Some(false));
    assert!(Arc::ptr_eq(&before, &roster.registry()), "the table stays");
    assert_eq!(
        refreshed(&roster, COMPLETE, Some(b"other"), true),
        None,
        "nobody asked: the program hears of it"
    );
}

#[test]
fn one_that_says_something_new_is_told_unless_it_comes_too_soon() {
    let roster = known(&COMPLETE.replace("10.0.0.2", ""));
    assert_eq!(roster.own_buses(b"A"), [(b"b1"[..].into(), true)]);
    roster.refresh_sent(b"b1", b"id-1");
    assert_eq!(refreshed(&roster, COMPLETE, Some(b"id-1"), false), Some(false));
    assert!(roster.view().has_address(b"10.0.0.2") && !roster.has_address(b"10.0.0.2"));
    roster.refresh_sent(b"b1", b"id-2");
    assert_eq!(refreshed(&roster, COMPLETE, Some(b"id-2"), true), Some(true));
    assert!(roster.has_address(b"10.0.0.2"));
    assert_eq!(roster.own_buses(b"A"), [(b"b1"[..].into(), false)]);
}

#[test]
fn a_new_address_of_a_linked_member_changes_the_table_without_an_event() {
    let roster = known(COMPLETE);
    roster.set_linked(Arc::new(|id| id == b"B"));
    roster.refresh_sent(b"b1", b"id-1");
    let moved = COMPLETE.replace("10.0.0.2", "10.0.0.9");
    assert_eq!(refreshed(&roster, &moved, Some(b"id-1"), true), Some(false));
    assert!(roster.has_address(b"10.0.0.9"));
    roster.refresh_sent(b"b1", b"id-2");
    let other = moved.replace("10.0.0.1", "10.0.0.8");
    assert_eq!(refreshed(&roster, &other, Some(b"id-2"), true), Some(true));
}

#[test]
fn the_answer_for_one_bus_leaves_the_others_in_the_table() {
    let two = COMPLETE.replace(
        r#""bus_infos":["#,
        r#""bus_infos":[{"bus_id":"b0","bus_key":"q","devices_info":[]},"#,
    );
    let roster = known(&two);
    roster.refresh_sent(b"b1", b"id-1");
    let moved = COMPLETE.replace("10.0.0.2", "10.0.0.9");
    assert_eq!(refreshed(&roster, &moved, Some(b"id-1"), true), Some(true));
    assert_eq!(roster.registry().buses().len(), 2);
}

#[test]
fn the_programs_query_gets_its_answer_whatever_the_library_asks_meanwhile() {
    let roster = known(COMPLETE);
    roster.refresh_sent(b"b1", b"id-1");
    roster.query_sent(None);
    assert_eq!(refreshed(&roster, COMPLETE, Some(b"x"), true), None);
    roster.queries.lock().answered();
    // A platform that repeats no ids: what is left can only be the library's.
    assert_eq!(refreshed(&roster, COMPLETE, Some(b"y"), true), Some(false));
    assert_eq!(refreshed(&roster, COMPLETE, Some(b"z"), true), None);
}

#[test]
fn a_refusal_of_the_librarys_query_changes_nothing() {
    let roster = known(COMPLETE);
    roster.refresh_sent(b"b1", b"id-1");
    let refusal = r#"{"bus_infos":[],"error_info":{"error_code":"IOTDA.1","error_msg":"no"}}"#;
    assert_eq!(refreshed(&roster, refusal, Some(b"id-1"), true), Some(false));
    assert!(roster.has_address(b"10.0.0.2"));
}
