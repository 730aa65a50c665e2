use proptest::prelude::*;

use super::message::MessageReport;
use super::properties::{DeviceData, ServiceData};
use super::*;
use crate::protocol::json::{Dialect, Value, parse};
use crate::protocol::time::UnixMs;
use crate::protocol::topics::Origin;

const DEVICE: Origin<'_> = Origin::Device("dev");

fn content_of(text: &[u8]) -> Vec<u8> {
    let message = MessageReport {
        content: Some(text),
        ..MessageReport::default()
    };
    let payload = message::report("dev", &message, 0).unwrap().payload;
    payload
        .strip_prefix(b"{\n\t\"content\":\t")
        .unwrap()
        .strip_suffix(b"\n}")
        .unwrap()
        .to_vec()
}

#[test]
fn content_is_json_only_if_all_of_it_is() {
    for text in [
        "12 apples",
        "2024-05-01T00:00:00",
        "192.168.0.1",
        "00ff10",
        "nullable value",
        "007",
        "-01",
        " 007 ",
        "1e999",
        "-1e999",
        "",
        "   ",
        "{",
        "1,2",
    ] {
        assert_eq!(content_of(text.as_bytes()), serde_json::to_vec(text).unwrap(), "{text}");
    }
    assert_eq!(content_of(br#""a" and "b""#), br#""\"a\" and \"b\"""#);
    assert_eq!(content_of(br#"{"a":1} {"b":2}"#), br#""{\"a\":1} {\"b\":2}""#);
    for (text, want) in [
        ("123", "123"),
        (" true ", "true"),
        ("null", "null"),
        ("\"x\"", "\"x\""),
        ("0.5", "0.5"),
        ("-0", "0"),
        ("0", "0"),
        ("1e3\n", "1000"),
    ] {
        assert_eq!(content_of(text.as_bytes()), want.as_bytes(), "{text}");
    }
}

#[test]
fn compresses_the_shortest_payload() {
    let message = MessageReport {
        content: Some(b""),
        ..MessageReport::default()
    };
    let sent = message::report("dev", &message, 1).unwrap();
    assert_eq!(sent.topic, "$oc/devices/dev/sys/messages/up?encoding=gzip");
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&sent.payload[..]), &mut out).unwrap();
    assert_eq!(out, b"{\n\t\"content\":\t\"\"\n}");
}

#[test]
fn refuses_what_the_c_sdk_crashes_on() {
    let service = ServiceData {
        properties: Some(b"{}"),
        ..ServiceData::default()
    };
    let device = DeviceData {
        device_id: None,
        services: &[service; 10],
        service_count: 11,
    };
    assert_eq!(
        properties::batch_report("dev", Some(&[device]), 1, 0)
            .unwrap_err()
            .code(),
        -1
    );
    assert_eq!(properties::given(Some(&[service]), -1).unwrap_err().code(), -1);
    assert_eq!(properties::report(DEVICE, &[], Encoding::Plain).unwrap_err().code(), -1);
    assert_eq!(
        v3::properties_report("dev", Some(&[service]), -1).unwrap_err().code(),
        -101
    );
    assert_eq!(
        properties::get_response(DEVICE, Some(b"r"), None, 1)
            .unwrap_err()
            .code(),
        -101
    );
    assert_eq!(
        event::device_config_result(DEVICE, None, UnixMs(0)).unwrap_err().code(),
        -1
    );
    assert_eq!(anomaly::files("dev", None, 1, UnixMs(0)).unwrap_err().code(), -1);
    let deleted = gateway::DeletedDevices {
        devices: &[Some(b"a"), None],
        ..Default::default()
    };
    assert_eq!(gateway::delete(DEVICE, Some(&deleted), 2).unwrap_err().code(), -1);
    let of = bridge::Bridged {
        bridge: "b",
        device_id: None,
    };
    assert_eq!(
        bridge::login(of, Some(b"p"), None, || 1, UnixMs(0)).unwrap_err().code(),
        -101
    );
    let of = bridge::Bridged {
        bridge: "b",
        device_id: Some(b"d"),
    };
    assert_eq!(bridge::login(of, None, None, || 1, UnixMs(0)).unwrap_err().code(), -101);
    assert_eq!(
        bridge::logout(of, None, || 65535).unwrap().topic,
        "$oc/bridges/b/devices/d/sys/logout/request_id=65535"
    );
}

#[test]
fn uses_at_most_100_bytes_of_a_description() {
    let result = event::DeviceConfigResult {
        description: &[b'x'; 130],
        ..Default::default()
    };
    let payload = event::device_config_result(DEVICE, Some(&result), UnixMs(0))
        .unwrap()
        .payload;
    assert_eq!(payload.iter().filter(|b| **b == b'x').count(), 100);
}

#[test]
fn refuses_topics_that_would_break_the_connection() {
    for id in [&b"a+"[..], b"#", b"\xFF", b"\0", &[b'a'; 65536]] {
        assert_eq!(
            properties::set_response(DEVICE, Some(id), 0, None).unwrap_err().code(),
            -1
        );
    }
    assert_eq!(message::raw(Some(b""), Some(b""), 0).unwrap_err().code(), -1);
    assert_eq!(message::raw(Some(b"a"), Some(b""), 2).unwrap_err().code(), -1);
}

fn member<'a>(root: Value<'a>, path: &[&str]) -> Option<Value<'a>> {
    path.iter().try_fold(root, |value, name| match *name {
        "0" => value.items().next(),
        name => value.get_exact(name),
    })
}

type Bytes = Option<Vec<u8>>;

fn bytes() -> impl Strategy<Value = Bytes> {
    proptest::option::of(prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..60),
        ".{0,30}".prop_map(String::into_bytes),
        Just(vec![b'"'; 3000]),
        Just(Vec::new()),
    ])
}

proptest! {
    /// Every string comes back as it was given; a NULL leaves its member out.
    #[test]
    fn strings_come_back(a in bytes(), b in bytes(), c in bytes(), d in bytes(), e in bytes()) {
        let info = event::DeviceInfoReport {
            object_device_id: a.as_deref(), event_time: b.as_deref(), sw_version: c.as_deref(), fw_version: d.as_deref(),
            device_ip: e.as_deref(), device_sdk_version: None,
        };
        let sent = event::device_info(DEVICE, Some(&info)).unwrap();
        let json = parse(&sent.payload, Dialect::Program).unwrap();
        let at = |path: &[&str]| member(json.value(), path).and_then(Value::as_bytes).map(<[u8]>::to_vec);
        prop_assert_eq!(at(&["object_device_id"]), a.clone());
        prop_assert_eq!(at(&["services", "0", "event_time"]), b.clone());
        prop_assert_eq!(at(&["services", "0", "paras", "sw_version"]), c);
        prop_assert_eq!(at(&["services", "0", "paras", "fw_version"]), d);
        prop_assert_eq!(at(&["services", "0", "paras", "device_ip"]), e);
        prop_assert!(member(json.value(), &["services", "0", "paras", "device_sdk_version"]).is_none());
        if let Ok(text) = String::from_utf8(sent.payload) {
            let other: serde_json::Value = serde_json::from_str(&text).unwrap();
            let wanted = b.map(|b| String::from_utf8(b).unwrap());
            prop_assert_eq!(other["services"][0]["event_time"].as_str(), wanted.as_deref());
        }
    }

    /// Content is the value it stands for, or the text itself.
    #[test]
    fn content_is_never_shortened(text in prop_oneof![".{0,30}", r#"[0-9{}\[\]",:.\-e nul]{0,12}"#]) {
        let got: serde_json::Value = serde_json::from_slice(&content_of(text.as_bytes())).unwrap();
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) if value.is_string() || value.is_boolean() || value.is_null() => prop_assert_eq!(got, value),
            Ok(value) if value.is_number() => prop_assert_eq!(got.as_f64(), value.as_f64()),
            // raw control bytes in a string: JSON only for the lenient parser
            _ => prop_assert!(
                got.as_str().is_none_or(|t| {
                    let lenient = parse(text.as_bytes(), Dialect::Program);
                    t == text || lenient.is_some_and(|json| json.value().as_bytes() == Some(t.as_bytes()))
                }),
                "{} {}",
                got,
                text
            ),
        }
    }

    #[test]
    fn any_arguments_are_answered(a in bytes(), b in bytes(), c in bytes(), n in any::<i32>()) {
        let (a, b, c) = (a.as_deref(), b.as_deref(), c.as_deref());
        let of = bridge::Bridged { bridge: "br", device_id: a };
        let service = ServiceData { service_id: a, event_time: b, properties: c };
        let _ = message::report("dev", &MessageReport { content: a, topic_paras: b, ..Default::default() }, n);
        let _ = message::raw(a, b, n);
        let _ = properties::given(Some(&[service]), n).and_then(|s| properties::report(DEVICE, s, Encoding::Gzip));
        let _ = properties::get_response(DEVICE, a, Some(&[service]), n);
        let _ = command::response(DEVICE, a, n, b, c);
        let _ = m2m::send(a, b, c, a);
        let _ = v3::command_response("dev", Some(&v3::CommandResponse { mid: n, errcode: n, body: a }));
        let _ = bridge::reset_secret(of, b, c, None, || 1);
        let _ = file::url_request(DEVICE, file::Direction::Upload, Some(&file::File { file_name: a, hash_code: b, size: n.into() }), UnixMs(n.into()));
    }

    #[test]
    fn any_downlink_is_answered(tail in "(sys/|user/|devices/|events/down|properties/set/|request_id=|commands/|[a-z]|=){0,6}", payload in proptest::collection::vec(any::<u8>(), 0..100)) {
        crate::protocol::downlink::parse(&format!("$oc/bridges/{tail}"), &payload, UnixMs(0));
        crate::protocol::downlink::parse(&tail, &payload, UnixMs(i64::MAX));
    }
}
