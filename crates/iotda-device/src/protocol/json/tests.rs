use proptest::prelude::*;

use super::*;

fn printed(text: &str, dialect: Dialect) -> Option<String> {
    parse(text.as_bytes(), dialect).map(|json| String::from_utf8(json.value().print()).unwrap())
}

fn written(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut writer = Writer::default();
    let end = writer.json(text)?;
    Some((writer.finish()?, end))
}

#[test]
fn prints_in_the_formatted_form() {
    let text = r#"{"a":{"b":1},"d":[{"e":1},{"f":[]}],"g":{},"a":"\/\u4e2d"}"#;
    let want = "{\n\t\"a\":\t{\n\t\t\"b\":\t1\n\t},\n\t\"d\":\t[{\n\t\t\t\"e\":\t1\n\t\t}, {\n\t\t\t\"f\":\t[]\n\t\t}],\n\t\"g\":\t{\n\t},\n\t\"a\":\t\"/中\"\n}";
    assert_eq!(printed(text, Dialect::Platform).unwrap(), want);
    assert_eq!(written(text.as_bytes()).unwrap().0, want.as_bytes());
    assert_eq!(printed("{}", Dialect::Platform).unwrap(), "{\n}");
    assert_eq!(
        printed("[1,\"x\",[true,null]]", Dialect::Platform).unwrap(),
        "[1, \"x\", [true, null]]"
    );
}

#[test]
fn accepts_what_the_lenient_parser_accepts() {
    for (text, want) in [
        ("\u{1}\u{1f} 1", "1"),
        ("\u{feff}true", "true"),
        ("nullx", "null"),
        ("1 garbage", "1"),
        ("{\"a\":007}", "{\n\t\"a\":\t7\n}"),
        ("[-.5,1.,1.e2]", "[-0.5, 1, 100]"),
        ("\"\\uD83D\\uDE00\"", "\"😀\""),
        ("\"a\nb\"", "\"a\\nb\""),
    ] {
        for dialect in [Dialect::Program, Dialect::Platform] {
            assert_eq!(printed(text, dialect).as_deref(), Some(want), "{text}");
        }
    }
}

#[test]
fn refuses_the_malformed() {
    for text in [
        "",
        " ",
        "\u{feff}",
        " \u{feff}1",
        "TRUE",
        "NaN",
        "[truex]",
        ".5",
        "+1",
        "-",
        "[1-2]",
        "[1e]",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\uD800\"",
        "\"\\uDC00\"",
        "\"\\uD800\\u0041\"",
        "\"\\u12\"",
        "[",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "[1 2]",
        "// c\n1",
        "{\"a\" 1}",
        "]",
        ",",
    ] {
        for dialect in [Dialect::Program, Dialect::Platform] {
            assert_eq!(printed(text, dialect), None, "{text}");
        }
    }
}

#[test]
fn dialects_differ_where_the_specifications_do() {
    assert_eq!(printed("\"\\uZZZZ\"", Dialect::Program), None);
    assert_eq!(printed("\"a\\uZZZZ\"", Dialect::Platform).as_deref(), Some("\"a\""));
    assert_eq!(written(br#""x\u0000y""#).unwrap().0, br#""x\u0000y""#);
    assert_eq!(
        printed("{\"a\\u0000b\":\"c\\u0000d\"}", Dialect::Platform).as_deref(),
        Some("{\n\t\"a\":\t\"c\"\n}")
    );
    assert_eq!(
        parse(b"1\0[", Dialect::Platform).unwrap().value().kind(),
        Kind::Number(Number::from(1i64))
    );
    assert!(parse(b"[1\0]", Dialect::Program).is_none());
    let long = format!("[{}]", "1".repeat(64));
    assert!(parse(long.as_bytes(), Dialect::Platform).is_some());
    assert!(parse(long.as_bytes(), Dialect::Program).is_none());
}

#[test]
fn nests_1000_deep() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text = |n: usize| open.repeat(n) + "1" + &close.repeat(n);
        for dialect in [Dialect::Program, Dialect::Platform] {
            assert!(printed(&text(1000), dialect).is_some());
            assert!(printed(&text(1001), dialect).is_none());
        }
    }
}

#[test]
fn looks_up_without_case_first_match() {
    let json = parse(br#"{"A":1,"a":2,"b":[3,4],"c":null}"#, Dialect::Platform).unwrap();
    let root = json.value();
    let int = |v: Value<'_>| v.as_number().map(Number::as_i32);
    assert_eq!(root.get("a").and_then(int), Some(1));
    assert_eq!(root.get_exact("a").and_then(int), Some(2));
    assert_eq!(
        root.get("B").unwrap().items().filter_map(int).collect::<Vec<_>>(),
        [3, 4]
    );
    assert_eq!(root.items().count(), 4);
    assert!(root.get("d").is_none());
    assert!(root.get("b").unwrap().get("x").is_none());
    assert_eq!(root.get("c").unwrap().kind(), Kind::Null);
    let inner = root.get("b").unwrap().to_json();
    assert_eq!(inner.value().print(), b"[3, 4]");
}

#[test]
fn builds_deep_trees_without_recursion() {
    let mut builder = Builder::default();
    for _ in 0..100_000 {
        builder.begin(false);
    }
    builder.string(b"x");
    for _ in 0..100_000 {
        builder.end();
    }
    let json = builder.finish().unwrap();
    assert_eq!(json.value().print().len(), 200_003);
}

#[test]
fn builder_wants_a_whole_value() {
    assert!(Builder::default().finish().is_none());
    let mut open = Builder::default();
    open.begin(true);
    assert!(open.finish().is_none());
}

/// A JSON value whose numbers a double holds exactly.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        (-1_000_000i64..1_000_000, 0u32..6).prop_map(|(n, shift)| serde_json::json!(n as f64 / f64::from(1 << shift))),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::hash_map(".{0,8}", inner, 0..6)
                .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

fn equal(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (a, b) {
        (Number(a), Number(b)) => a.as_f64() == b.as_f64(),
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Object(a), Object(b)) => a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| equal(a, b))),
        _ => a == b,
    }
}

proptest! {
    #[test]
    fn reads_all_json_and_writes_the_same_values(value in value()) {
        let text = value.to_string();
        let (out, end) = written(text.as_bytes()).unwrap();
        prop_assert_eq!(end, text.len());
        prop_assert!(equal(&serde_json::from_slice(&out).unwrap(), &value));
        let json = parse(text.as_bytes(), Dialect::Program).unwrap();
        let mut tree = Writer::default();
        json.value().write_to(&mut tree);
        prop_assert_eq!(tree.finish().unwrap(), out);
    }

    #[test]
    fn survives_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for dialect in [Dialect::Program, Dialect::Platform] {
            let _ = parse(&bytes, dialect);
        }
        let _ = written(&bytes);
    }

    /// What is accepted prints to a text that reads and prints the same again.
    #[test]
    fn printing_is_stable(text in r#"[\[\]{},:"\\u0-9a-fA-F+\-.eE ntrl\x00]{0,40}"#) {
        for dialect in [Dialect::Program, Dialect::Platform] {
            if let Some(once) = parse(text.as_bytes(), dialect).map(|j| j.value().print()) {
                let twice = parse(&once, Dialect::Program).map(|j| j.value().print());
                prop_assert_eq!(Some(once), twice);
            }
        }
    }

    #[test]
    fn any_double_reads_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
        let mut writer = Writer::default();
        writer.number(value);
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        let back: f64 = text.parse().unwrap();
        prop_assert!((back - value).abs() <= value.abs().max(back.abs()) * f64::EPSILON, "{} {}", value, text);
    }

    #[test]
    fn any_string_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut writer = Writer::default();
        writer.string(&bytes);
        let json = parse(&writer.finish().unwrap(), Dialect::Program).unwrap();
        prop_assert_eq!(json.value().as_bytes(), Some(&bytes[..]));
    }
}
