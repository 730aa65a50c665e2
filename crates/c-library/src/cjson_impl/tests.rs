//! Formats against serde_json's values and C's printf, depth, and the list invariants.

use std::ffi::{CStr, CString};

use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use super::node::{Node, Owned};
use super::{build, copy, number, parse, print, text};
use crate::third_party::cjson::cJSON::*;

fn read(text: &str) -> Option<Owned> {
    parse::parse(Some(text.as_bytes()), false).0
}

fn written(node: Node, formatted: bool) -> String {
    String::from_utf8(print::print(node, formatted, usize::MAX).unwrap()).unwrap()
}

fn tree(value: &Value) -> Owned {
    match value {
        Value::Null => Node::create(cJSON_NULL).unwrap(),
        Value::Bool(value) => Node::create(if *value { cJSON_True } else { cJSON_False }).unwrap(),
        Value::Number(value) => build::number(value.as_f64().unwrap()).unwrap(),
        Value::String(value) => build::text(cJSON_String, value.as_bytes()).unwrap(),
        Value::Array(values) => build::array(values, |value| Some(tree(value))).unwrap(),
        Value::Object(members) => {
            let object = Node::create(cJSON_Object).unwrap();
            for (name, value) in members {
                build::append_named(object.node(), name.as_bytes(), tree(value)).unwrap();
            }
            object
        }
    }
}

/// Objects in order of their names, as serde_json keeps them.
fn value(node: Node) -> Value {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    match node.kind() {
        cJSON_NULL => Value::Null,
        cJSON_False => Value::Bool(false),
        cJSON_True => Value::Bool(true),
        cJSON_Number => Value::Number(Number::from_f64(node.double()).unwrap()),
        cJSON_String => Value::String(text(node.text().unwrap())),
        cJSON_Array => Value::Array(node.children().map(value).collect()),
        cJSON_Object => {
            let members = node.children().map(|item| (text(item.name().unwrap()), value(item)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => panic!("type {other}"),
    }
}

/// Equal but for the last bits of numbers: cJSON drops one, and serde_json's default reader may be off by one.
fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a == b || (a - b).abs() <= a.abs().max(b.abs()) * 4.0 * f64::EPSILON || a.abs() < 1e-300
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| close(a, b)))
        }
        _ => a == b,
    }
}

fn check_links(node: Node) {
    let items: Vec<Node> = node.children().collect();
    if let Some(first) = items.first() {
        assert!(first.prev() == items.last().copied());
        assert!(items.windows(2).all(|pair| pair[1].prev() == Some(pair[0])));
    }
    items.into_iter().for_each(check_links);
}

fn any_value() -> impl Strategy<Value = Value> {
    // A NUL ends a C string.
    let string = any::<String>().prop_map(|text| text.replace('\0', ""));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no such number", |value| value.is_finite())
            .prop_map(Value::from),
        string.prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let name = any::<String>().prop_map(|name| name.replace('\0', ""));
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn c_general(value: f64, precision: i32) -> String {
    let mut buffer = [0u8; 64];
    // SAFETY: a number with 17 digits fits.
    unsafe {
        libc::snprintf(
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            c"%1.*g".as_ptr(),
            precision,
            value,
        )
    };
    CStr::from_bytes_until_nul(&buffer)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// The four characters after `\u` may take in one of two backslashes, so that the other stands alone at the end.
#[test]
fn an_escape_cut_off_by_another_one_ends() {
    for text in [r#""\u00f\\""#, r#""\u00f\\"ey":1}"#, r#""\u\"""#] {
        assert!(text::unquote(&text.as_bytes()[1..]).is_err(), "{text}");
        assert!(parse::parse(Some(text.as_bytes()), false).0.is_none(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_printed_is_what_serde_reads(value in any_value()) {
        let tree = tree(&value);
        for formatted in [false, true] {
            let text = written(tree.node(), formatted);
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(close(&back, &value), "{text}");
        }
    }

    #[test]
    fn what_serde_prints_is_read(expected in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&expected) } else { serde_json::to_string(&expected) }.unwrap();
        let (tree, end) = parse::parse(Some(text.as_bytes()), false);
        let tree = tree.unwrap();
        check_links(tree.node());
        prop_assert_eq!(end, text.len());
        prop_assert!(close(&value(tree.node()), &expected), "{}", text);
    }

    #[test]
    fn a_copy_is_equal(value in any_value()) {
        let tree = tree(&value);
        let twin = copy::duplicate(tree.node(), true).unwrap();
        check_links(twin.node());
        prop_assert!(copy::equal(tree.node(), twin.node(), true));
        prop_assert_eq!(written(tree.node(), true), written(twin.node(), true));
    }

    #[test]
    fn minifying_the_formatted_text_gives_the_other_one(value in any_value()) {
        let tree = tree(&value);
        let mut text = written(tree.node(), true).into_bytes();
        let length = text::minify(&mut text);
        text.truncate(length);
        prop_assert_eq!(String::from_utf8(text).unwrap(), written(tree.node(), false));
    }

    #[test]
    fn no_input_breaks_the_parser(input in prop::collection::vec(prop_oneof![
        any::<u8>(), prop::sample::select(br#"[]{}",:\u0e1-+. tfn"#.to_vec())], 0..80), whole in any::<bool>()) {
        let (tree, at) = parse::parse(Some(&input), whole);
        prop_assert!(at <= input.len());
        if let Some(tree) = tree {
            check_links(tree.node());
            print::print(tree.node(), true, usize::MAX);
        }
    }

    #[test]
    fn numbers_print_as_c_prints_them(bits in any::<u64>(), exponent in -30i32..30, digits in 1u64..100_000_000_000) {
        for value in [f64::from_bits(bits), digits as f64 * 10f64.powi(exponent), digits as f64 / 1024.0] {
            if !value.is_finite() || value == f64::from(number::to_int(value)) {
                continue;
            }
            let short = c_general(value, 15);
            let expected = if number::same(short.parse().unwrap(), value) { short } else { c_general(value, 17) };
            let mut text = String::new();
            number::write(value, number::to_int(value), &mut text);
            prop_assert_eq!(text, expected);
        }
    }

    #[test]
    fn number_prefixes_are_those_of_strtod(tail in "[0-9eE+.-]{0,12}", lead in "[0-9-]") {
        let text = format!("{lead}{tail}");
        let c = CString::new(text.clone()).unwrap();
        let mut end = std::ptr::null_mut();
        // SAFETY: a C string and a pointer variable.
        let (value, length) = unsafe { (libc::strtod(c.as_ptr(), &mut end), end.offset_from(c.as_ptr())) };
        match number::prefix(text.as_bytes()) {
            Some((own, own_length)) => prop_assert!(own == value && own_length as isize == length, "{text}"),
            None => prop_assert_eq!(length, 0),
        }
    }
}

#[test]
fn a_thousand_containers_and_no_more() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize, core: &str| open.repeat(depth) + core + &close.repeat(depth);
        assert!(read(&nested(1000, "1")).is_some());
        assert!(read(&nested(999, "[]")).is_some());
        assert!(read(&nested(1000, "[]")).is_none());
        assert!(read(&nested(1001, "1")).is_none());
    }
}

#[test]
fn a_deep_built_tree_needs_no_stack() {
    let work = || {
        let mut root = Node::create(cJSON_Array).unwrap();
        for _ in 0..300_000 {
            let outer = Node::create(cJSON_Array).unwrap();
            outer.node().append(root);
            root = outer;
        }
        let twin = copy::duplicate(root.node(), true).unwrap();
        assert!(copy::equal(root.node(), twin.node(), true));
        assert_eq!(written(twin.node(), true).len(), 600_002);
    };
    let thread = std::thread::Builder::new().stack_size(128 * 1024).spawn(work);
    thread.unwrap().join().unwrap();
}

#[test]
fn printing_stops_at_its_limit() {
    let tree = read("[1,2]").unwrap();
    assert_eq!(print::print(tree.node(), false, 5).unwrap(), b"[1,2]");
    assert!(print::print(tree.node(), false, 4).is_none());
    assert!(print::print(Node::create(cJSON_Invalid).unwrap().node(), false, 99).is_none());
}

#[test]
fn objects_compare_in_any_order_and_by_first_names() {
    let equal = |a: &str, b: &str, exact: bool| copy::equal(read(a).unwrap().node(), read(b).unwrap().node(), exact);
    assert!(equal(r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#, true));
    assert!(!equal(r#"{"a":1}"#, r#"{"a":1,"b":2}"#, true));
    assert!(!equal(r#"{"a":1,"b":2}"#, r#"{"a":1}"#, true));
    assert!(!equal(r#"{"a":1,"a":2}"#, r#"{"a":1}"#, true));
    assert!(!equal(r#"{"a":1}"#, r#"{"a":1,"a":2}"#, true));
    assert!(equal(r#"{"A":1}"#, r#"{"a":1}"#, false));
    assert!(!equal("[1,2]", "[1]", true));
    assert!(!equal("[1]", "[1,2]", true));
}

#[test]
fn escapes_that_fail_say_where() {
    for (text, at) in [
        (r#""ab\x""#, 3),
        (r#""\u12""#, 1),
        (r#""\ud83d\u0041""#, 1),
        (r#""abc\"#, 1),
        (r#""ab\u00"#, 1),
    ] {
        assert_eq!(parse::parse(Some(text.as_bytes()), false).1, at, "{text}");
    }
}

#[test]
fn no_item_gets_two_parents_and_no_circle_forms() {
    let new = || Node::create(cJSON_Array).unwrap().into_ptr();
    // SAFETY: valid items, each deleted once at the end with the tree it is in.
    unsafe {
        let (root, middle, leaf, other) = (new(), new(), new(), new());
        assert_eq!(cJSON_AddItemToArray(root, middle), 1);
        assert_eq!(cJSON_AddItemToArray(middle, leaf), 1);
        for (container, item) in [
            (root, middle),
            (other, middle),
            (other, leaf),
            (leaf, root),
            (middle, root),
            (root, root),
        ] {
            assert_eq!(cJSON_AddItemToArray(container, item), 0);
            assert_eq!(cJSON_AddItemToObject(container, c"n".as_ptr(), item), 0);
            assert_eq!(cJSON_AddItemToObjectCS(container, c"n".as_ptr(), item), 0);
            assert_eq!(cJSON_InsertItemInArray(container, 0, item), 0);
        }
        assert_eq!(cJSON_ReplaceItemInArray(root, 0, leaf), 0);
        assert_eq!(cJSON_ReplaceItemInArray(middle, 0, root), 0);
        for (container, item) in [(root, root), (middle, root), (leaf, root), (leaf, middle)] {
            assert_eq!(cJSON_AddItemReferenceToArray(container, item), 0);
        }
        assert_eq!(
            cJSON_AddItemReferenceToArray(other, root),
            1,
            "a reference is no second parent"
        );
        assert_eq!(cJSON_AddItemToArray(leaf, other), 0, "a circle by a reference");
        assert_eq!(cJSON_AddItemReferenceToArray(root, leaf), 1);
        let detached = cJSON_DetachItemFromArray(root, 0);
        assert_eq!(detached, middle);
        assert_eq!(cJSON_AddItemToArray(root, middle), 1, "what was taken out may go back");
        let printed = cJSON_PrintUnformatted(root);
        assert_eq!(std::ffi::CStr::from_ptr(printed).to_bytes(), b"[[],[[]]]");
        libc::free(printed.cast());
        cJSON_Delete(other);
        cJSON_Delete(root);
    }
}
