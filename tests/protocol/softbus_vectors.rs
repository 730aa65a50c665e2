//! Plays vectors/softbus.json without a network: message text → protocol → roster → the C table and the look-ups.
//! `group_list_cases` and `uplink_cases` as a whole belong to the device layer; what the roster needs of them is here.

use std::ffi::CStr;
use std::sync::Arc;

use base::sync::Mutex;
use serde_json::{Value, json};

use crate::alone::ran_alone;
use HWMQTT::process;
use HWMQTT::service::soft_bus_datatrans::{getSoftBusTotal, releaseSoftBusCache};
use base::log::{self, Level};
use iotda_device::protocol::downlink::{self, Downlink, Duty, EventParas, PropertySet};
use iotda_device::protocol::json::{Dialect, parse};
use iotda_device::protocol::time::UnixMs;
use iotda_device::softbus::{Origin, Roster, paras};

/// The table belongs to the process.
static PROCESS: Mutex<()> = Mutex::new(());

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/softbus.json")).unwrap()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn deliver(roster: &Roster, payload: &str) {
    let arrival = downlink::parse("$oc/devices/dev_A/sys/events/down", payload.as_bytes(), UnixMs(0));
    let Downlink::Event(event) = arrival.message else {
        return;
    };
    let own = event
        .object_device_id
        .is_none_or(|id| matches!(id.to_bytes(), b"-1" | b"dev_A"));
    for service in event.services {
        if let EventParas::SoftBus(info) = service.paras {
            roster.response(
                info.paras.as_ref().map(|paras| paras.value()),
                Origin { own, tls: true },
            );
        }
    }
}

fn text(pointer: *mut std::ffi::c_char) -> String {
    assert!(!pointer.is_null());
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap().to_owned()
}

fn table() -> Value {
    let total = unsafe { &*getSoftBusTotal() };
    let buses = total.g_soft_bus_info.iter().take(total.count as usize).map(|bus| {
        let devices = bus.g_device_soft_bus_info.iter().take(bus.count as usize);
        let devices: Vec<_> = devices
            .map(|d| json!({"device_id": text(d.device_id), "device_ip": text(d.device_ip)}))
            .collect();
        json!({"bus_id": text(bus.bus_id), "bus_key": text(bus.bus_key), "version": bus.version, "count": bus.count,
            "devices": devices})
    });
    json!({"count": total.count, "buses": buses.collect::<Vec<_>>()})
}

fn all_pointers_are_strings() {
    for bus in unsafe { &*getSoftBusTotal() }.g_soft_bus_info {
        drop((text(bus.bus_id), text(bus.bus_key)));
        bus.g_device_soft_bus_info
            .iter()
            .for_each(|d| drop((text(d.device_id), text(d.device_ip))));
    }
}

fn look_up(roster: &Roster, lookup: &Value) -> Value {
    let arguments: Vec<Option<&[u8]>> = list(lookup, "args")
        .iter()
        .map(|argument| argument.as_str().map(str::as_bytes))
        .collect();
    let answer = |text: &[u8]| Value::from(String::from_utf8(text.to_vec()).unwrap());
    match (lookup["fn"].as_str().unwrap(), arguments.as_slice()) {
        ("isValidIP", [ip]) => ip.is_some_and(|ip| roster.has_address(ip)).into(),
        ("isValidDeviceID", [id]) => id.is_some_and(|id| roster.has_device(id)).into(),
        ("getIpAddr", [id]) => id
            .and_then(|id| roster.address_of(id))
            .map_or(Value::Null, |ip| answer(&ip)),
        ("getAuthKey", [source, target]) => {
            let key = source
                .zip(*target)
                .and_then(|(source, target)| roster.auth_key(b"dev_A", source, target));
            key.map_or(Value::Null, |key| answer(&key))
        }
        other => panic!("unknown look-up {other:?}"),
    }
}

#[test]
fn cases() {
    let _process = PROCESS.lock();
    let (vectors, roster) = (vectors(), process::roster());
    let mut lookups = 0;
    for case in list(&vectors, "cases") {
        let name = &case["id"];
        assert_eq!(unsafe { releaseSoftBusCache() }, 0);
        all_pointers_are_strings();
        for payload in list(case, "payloads") {
            match payload.as_str() {
                Some(payload) => deliver(roster, payload),
                None => assert_eq!(
                    (&payload["call"], unsafe { releaseSoftBusCache() }),
                    (&json!("releaseSoftBusCache"), 0)
                ),
            }
            all_pointers_are_strings();
        }
        assert_eq!(table(), case["expect"]["total"], "{name}");
        for lookup in list(case, "lookups") {
            assert_eq!(look_up(roster, lookup), lookup["returns"], "{name}: {lookup}");
            lookups += 1;
        }
    }
    assert!(list(&vectors, "cases").len() >= 65 && lookups > 200, "{lookups}");
}

#[test]
fn paras_cases() {
    let _process = PROCESS.lock();
    let (vectors, roster) = (vectors(), process::roster());
    assert_eq!(unsafe { releaseSoftBusCache() }, 0);
    for case in list(&vectors, "paras_cases") {
        let tree = case["paras"]
            .as_str()
            .map(|text| parse(text.as_bytes(), Dialect::Program).unwrap());
        let taken = tree.is_some_and(|tree| roster.assign(&paras::read(tree.value())));
        assert_eq!(case["returns"], if taken { 0 } else { -1 }, "{}", case["id"]);
        assert_eq!(table(), case["total"], "{}", case["id"]);
    }
    assert_eq!(list(&vectors, "paras_cases").len(), 6);
}

#[test]
fn group_list_cases() {
    let vectors = vectors();
    for case in list(&vectors, "group_list_cases") {
        let (topic, payload) = (case["topic"].as_str().unwrap(), case["payload"].as_str().unwrap());
        let lists = match downlink::parse(topic, payload.as_bytes(), UnixMs(0)).message {
            Downlink::PropertySet(PropertySet { duties, .. }) => duties,
            _ => Vec::new(),
        };
        let mut wanted = 2 * lists.iter().filter(|duty| matches!(duty, Duty::SoftBus(_))).count(); // answer and query
        wanted += usize::from(case["application_answers_too"] == true);
        assert_eq!(list(&case["expect"], "published").len(), wanted, "{}", case["id"]);

        let roster = Roster::new();
        let bus = br#"{"bus_infos":[{"bus_id":"b1","devices_info":[{"device_id":"dev_B","device_ip":""}]}]}"#;
        roster.assign(&paras::read(parse(bus, Dialect::Platform).unwrap().value()));
        for duty in lists {
            if let Duty::SoftBus(groups) = duty {
                roster.group_list(&groups);
            }
        }
        assert_eq!(
            roster.view().has_device(b"dev_B"),
            case["id"] != "gl-deleted",
            "{}",
            case["id"]
        );
        assert!(roster.has_device(b"dev_B"), "{}", case["id"]);
    }
}

/// The log lines of `run`, which must hold none of the secrets.
fn lines_of(secrets: &[&str], run: impl FnOnce()) -> Vec<(Level, String)> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    log::set_sink(Some(Arc::new(move |level, line: &str| {
        sink.lock().push((level, line.to_owned()))
    })));
    run();
    log::set_sink(None);
    let lines = std::mem::take(&mut *lines.lock());
    for (_, line) in &lines {
        assert!(!secrets.iter().any(|secret| line.contains(secret)), "{line}");
    }
    lines
}

fn respond(tls: bool, bus_infos: Value, error_info: Value) {
    let text = json!({"bus_infos": bus_infos, "error_info": error_info}).to_string();
    let paras = parse(text.as_bytes(), Dialect::Platform).unwrap();
    process::roster().response(Some(paras.value()), Origin { own: true, tls });
}

#[test]
fn log_lines() {
    if ran_alone("softbus_vectors::log_lines") {
        return;
    }
    let _process = PROCESS.lock();
    let device = |n: usize| json!({"device_id": format!("d{n}"), "device_ip": ""});
    let bus = |n: usize| {
        json!({"bus_id": format!("b{n}"), "bus_key": format!("secret-{n}"),
            "devices_info": (0..60).map(device).collect::<Vec<_>>()})
    };
    let twelve: Value = (0..12).map(bus).collect();
    let count = |lines: &[(Level, String)], wanted| lines.iter().filter(|(level, _)| *level == wanted).count();

    let lines = lines_of(&["secret-"], || respond(true, twelve.clone(), Value::Null));
    assert_eq!(
        (count(&lines, Level::Error), count(&lines, Level::Warning)),
        (2, 0),
        "{lines:?}"
    ); // buses, devices

    let lines = lines_of(&["secret-"], || respond(false, json!([bus(1)]), Value::Null));
    assert!(
        lines
            .iter()
            .any(|(level, line)| *level == Level::Warning && line.contains("without TLS")),
        "{lines:?}"
    );

    let lines = lines_of(&[], || {
        respond(
            false,
            json!([{"bus_key": "-1", "devices_info": [{"device_id": 1, "device_ip": ""}]}]),
            Value::Null,
        )
    });
    assert_eq!(count(&lines, Level::Warning), 1, "{lines:?}"); // the device; there is no key

    let refused = json!({"error_code": "IOTDA.003002", "error_msg": "no such\ngroup"});
    let lines = lines_of(&["\n"], || respond(true, json!([]), refused));
    assert!(
        lines
            .iter()
            .any(|(_, line)| line.contains(r"IOTDA.003002: no such\ngroup")),
        "{lines:?}"
    );
}
