//! What the vectors do not show: files, arbitrary rules, time that jumps.

use proptest::prelude::*;

use super::*;
use crate::protocol::json::parse;

fn json(text: &str) -> Json {
    parse(text.as_bytes(), Dialect::Platform).unwrap()
}

fn rule(id: &str, version: i32, conditions: &str) -> String {
    format!(
        r#"{{"ruleId":"{id}","ruleName":"n","logic":"and","status":"active","ruleVersionInShadow":{version},"conditions":[{conditions}],
        "actions":[{{"type":"DEVICE_CMD","status":"enable","deviceId":"d","command":{{"commandName":"{id}","serviceId":"s","commandBody":null}}}}]}}"#
    )
}

fn infos(rules: &[String]) -> Json {
    json(&format!("{{\"rulesInfos\":[{}]}}", rules.join(",")))
}

const EVERY_MINUTE: &str =
    r#"{"type":"SIMPLE_TIMER","startTime":"2024-01-01 00:00:00","repeatInterval":60,"repeatCount":1000}"#;
const START: i64 = 1_704_067_200;

fn names(actions: &[Action]) -> Vec<String> {
    actions
        .iter()
        .map(|a| String::from_utf8(a.command_name.clone()).unwrap())
        .collect()
}

#[test]
fn late_ticks_make_up_for_a_minute() {
    let mut engine = Engine::default();
    engine.load(infos(&[rule("a", 1, EVERY_MINUTE)]).value());
    assert!(engine.needs_ticks());
    assert_eq!(engine.tick(START).len(), 1);
    assert!(engine.tick(START).is_empty());
    assert_eq!(engine.tick(START + 61).len(), 1);
    assert_eq!(engine.tick(START + 600).len(), 1);
    assert_eq!(engine.tick(START + 660).len(), 1);
    assert_eq!(engine.tick(START + 120).len(), 1); // set back
    assert!(engine.tick(START + 121).is_empty());
    engine.ticks_end();
    assert!(engine.tick(START + 181).is_empty());
}

#[test]
fn rules_keep_their_order_and_their_older_version() {
    let mut engine = Engine::default();
    let loaded = engine.load(infos(&[rule("a", 1, ""), rule("b", 1, ""), "7".into(), rule("c", 1, "{}")]).value());
    assert_eq!(loaded.rejected, [(String::new(), "ruleId"), ("c".into(), "type")]);
    let none = || std::iter::empty();
    assert_eq!(names(&engine.report(none(), 0)), ["a", "b"]);
    assert_eq!(
        engine
            .load(infos(&[rule("a", 2, ""), rule("b", 1, "")]).value())
            .not_newer,
        ["b"]
    );
    assert_eq!(names(&engine.report(none(), 0)), ["b", "a"]);
    engine.load(infos(&[rule("a", 3, "{}")]).value());
    assert_eq!(names(&engine.report(none(), 0)), ["b", "a"]);
}

#[test]
fn lists() {
    let mut engine = Engine::default();
    engine.load(infos(&[rule("a", 2, ""), rule("b", 2, "")]).value());
    let mut list = |text: &str| engine.list(Some(json(text).value()));
    let usable = |wanted: &[&str], removed, skipped: &[&str]| Listed::Usable {
        wanted: wanted.iter().map(|id| id.as_bytes().to_vec()).collect(),
        removed,
        skipped: skipped.iter().map(|id| id.to_string()).collect(),
    };
    assert_eq!(list("[{\"version\":1}]"), Listed::Unusable);
    assert_eq!(list("{\"a\":{\"version\":\"3\"},\"b\":5}"), Listed::Unusable);
    assert_eq!(list("{}"), usable(&[], false, &[]));
    assert_eq!(
        list(r#"{"a":{"version":2},"z":{"version":1},"b":{"version":3.9},"q":{}}"#),
        usable(&["z", "b"], false, &["q"])
    );
    assert_eq!(
        list(r#"{"a":{"version":-1},"y":{"version":-1}}"#),
        usable(&[], true, &[])
    );
    assert_eq!(engine.list(None), usable(&[], false, &[]));
}

#[test]
fn the_file_follows_every_change() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rules.txt");
    let rules = Rules::default();
    rules.load(&infos(&[rule("early", 1, "")]));
    rules.store_in(Some(path.clone()));
    assert!(!path.exists());
    rules.load(&infos(&[rule("late", 1, EVERY_MINUTE)]));
    assert!(rules.start_ticks() && !rules.start_ticks());
    let ids = || {
        let content = json(std::str::from_utf8(&std::fs::read(&path).unwrap()).unwrap());
        let infos = content.value().get("rulesInfos").unwrap();
        let id = |rule: json::Value<'_>| String::from_utf8(rule.get("ruleId").unwrap().as_bytes().unwrap().to_vec());
        infos.items().map(|rule| id(rule).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(), ["early", "late"]);
    assert!(
        rules
            .list(Some(&json(r#"{"late":{"version":-1}}"#)))
            .unwrap()
            .wanted
            .is_empty()
    );
    assert_eq!(ids(), ["early"]);
    assert!(rules.tick(0).is_none());

    let next = Rules::default();
    next.store_in(Some(path.clone()));
    assert_eq!(names(&next.reported(&[], 0)), ["early"]);
    std::fs::write(&path, "{\"rulesInfos\":[{").unwrap();
    let broken = Rules::default();
    broken.store_in(Some(path.clone()));
    broken.load(&infos(&[rule("x", 1, "")]));
    assert_eq!(ids(), ["x"]);
    broken.store_in(None);
    broken.load(&infos(&[rule("y", 1, "")]));
    assert_eq!(ids(), ["x"]);
}

/// Any scalar, or one of the texts that mean something in a rule.
fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".into()),
        Just("true".into()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>()
            .prop_filter("JSON", |n| n.is_finite())
            .prop_map(|n| format!("{n:e}")),
        prop::sample::select(vec![
            "active",
            "and",
            "or",
            "DEVICE_DATA",
            "SIMPLE_TIMER",
            "DAILY_TIMER",
            "DEVICE_CMD",
            "enable",
            "between",
            "<",
            "=",
            "S/v",
            "5,10",
            "10:00",
            "1,2,3",
            "2024-01-01 00:00:00",
            "r1",
        ])
        .prop_map(|text| format!("\"{text}\"")),
        "[ -!#-\\[\\]-~]{0,12}".prop_map(|text| format!("\"{text}\"")),
    ]
}

const NAMES: [&str; 26] = [
    "rulesInfos",
    "ruleId",
    "ruleName",
    "ruleVersionInShadow",
    "status",
    "logic",
    "timeRange",
    "startTime",
    "endTime",
    "daysOfWeek",
    "conditions",
    "type",
    "operator",
    "value",
    "deviceInfo",
    "path",
    "repeatInterval",
    "repeatCount",
    "time",
    "actions",
    "deviceId",
    "command",
    "commandName",
    "serviceId",
    "commandBody",
    "version",
];

fn any_json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(5, 64, 8, |inner| {
        let member = (prop::sample::select(NAMES.to_vec()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..8).prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// A rule of the right shape with arbitrary values in it.
fn any_rule() -> impl Strategy<Value = String> {
    (prop::collection::vec(scalar(), 14), any_json()).prop_map(|(v, body)| {
        format!(
            r#"{{"ruleId":"r","ruleName":"n","logic":{},"status":"active","ruleVersionInShadow":{},
            "timeRange":{{"startTime":{},"endTime":{},"daysOfWeek":"1,2,3,4,5,6,7"}},
            "conditions":[{{"type":"DEVICE_DATA","operator":{},"value":{},"deviceInfo":{{"deviceId":"d","path":"S/v"}}}},
            {{"type":"SIMPLE_TIMER","startTime":{},"repeatInterval":{},"repeatCount":{}}},{{"type":"DAILY_TIMER","time":{},"daysOfWeek":{}}}],
            "actions":[{{"type":"DEVICE_CMD","status":{},"deviceId":{},"command":{{"commandName":{},"serviceId":"s","commandBody":{body}}}}}]}}"#,
            v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13]
        )
    })
}

proptest! {
    #[test]
    fn no_input_panics(
        texts in prop::collection::vec(prop_oneof![any_json(), any_rule()], 0..6),
        properties in any_json(),
        list in any_json(),
        seconds in prop::collection::vec(any::<i32>(), 0..6),
    ) {
        let mut engine = Engine::default();
        engine.load(json(&format!("{{\"rulesInfos\":[{}]}}", texts.join(","))).value());
        for text in &texts {
            engine.load(json(text).value());
        }
        for now in seconds.into_iter().map(i64::from) {
            engine.report([(&b"S"[..], properties.as_bytes())].into_iter(), now);
            for action in engine.tick(now) {
                action.message();
            }
        }
        let printed = engine.print();
        engine.list(Some(json(&list).value()));
        let mut again = Engine::default();
        let loaded = again.load(json(std::str::from_utf8(&printed).unwrap()).value());
        prop_assert!(loaded.rejected.is_empty());
        prop_assert_eq!(again.print(), printed);
    }
}
