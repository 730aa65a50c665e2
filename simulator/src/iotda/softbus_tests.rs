use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::devices::Device;
use super::super::groups::Change;
use super::super::outcome::{Downlink, Outcome};
use super::super::services::Iotda;
use super::{KeyForm, MissingIp};

/// A platform with group "g" of devices a and b, soft bus created; nobody online.
fn platform() -> (Iotda, String, Instant) {
    let mut iotda = Iotda::default();
    for id in ["a", "b", "c"] {
        iotda.devices.add(Device::with_secret(id, "s"));
    }
    iotda.groups.add("g").unwrap();
    iotda.groups.bind("g", "a", None).unwrap();
    iotda.groups.bind("g", "b", None).unwrap();
    let (bus, _) = iotda
        .groups
        .bus_create("g", "workshop", "00ff00ff00ff00ff".into())
        .unwrap();
    (iotda, bus, Instant::now())
}

fn change(iotda: &mut Iotda, change: &Change, now: Instant) -> Vec<Downlink> {
    let mut out = Outcome::default();
    iotda.softbus.on_change(&iotda.groups, change, now, &mut out);
    out.downlinks
}

fn request_id(down: &Downlink) -> &str {
    down.topic.split("request_id=").nth(1).unwrap()
}

fn body(down: &Downlink) -> Value {
    serde_json::from_slice(&down.payload).unwrap()
}

fn versions(down: &Downlink) -> Value {
    body(down)["services"][0]["properties"].clone()
}

fn answer(iotda: &mut Iotda, device: &str, id: &str, payload: &str, now: Instant) {
    let topic = format!("$oc/devices/{device}/sys/properties/set/response/request_id={id}");
    let out = iotda.on_uplink(device, &topic, payload.as_bytes(), now);
    assert!(out.downlinks.is_empty());
}

fn query(iotda: &mut Iotda, device: &str, body: Value) -> Value {
    let topic = format!("$oc/devices/{device}/sys/events/up");
    let out = iotda.on_uplink(device, &topic, body.to_string().as_bytes(), Instant::now());
    assert_eq!(out.downlinks.len(), 1);
    assert_eq!(out.downlinks[0].topic, format!("$oc/devices/{device}/sys/events/down"));
    serde_json::from_slice::<Value>(&out.downlinks[0].payload).unwrap()["services"][0].clone()
}

fn ask(paras: Value) -> Value {
    json!({"services": [{"service_id": "$oh_soft_bus", "event_type": "soft_bus_config_request", "paras": paras}]})
}

#[test]
fn list_is_repeated_with_the_same_id_until_answered() {
    let (mut iotda, bus, t) = platform();
    let first = iotda.on_online("a", t).downlinks;
    assert_eq!(versions(&first[0]), json!({ bus: { "version": 0 } }));
    let id = request_id(&first[0]).to_string();
    assert_eq!(id.len(), 36);
    assert!(iotda.due(t + Duration::from_millis(4999)).downlinks.is_empty());
    assert_eq!(iotda.due(t + Duration::from_secs(5)).downlinks, first);
    assert_eq!(iotda.next_due(), Some(t + Duration::from_secs(10)));
    assert_eq!(iotda.due(t + Duration::from_secs(10)).downlinks, first);
    answer(&mut iotda, "a", "another", "{}", t);
    assert!(!iotda.softbus.is_synchronised("a"));
    answer(&mut iotda, "a", &id, r#"{"result_code":0,"result_desc":"success"}"#, t);
    assert!(iotda.softbus.is_synchronised("a"));
    assert_eq!(iotda.next_due(), None);
}

#[test]
fn a_failed_answer_keeps_the_list_coming() {
    let (mut iotda, _, t) = platform();
    let id = request_id(&iotda.on_online("a", t).downlinks[0]).to_string();
    for bad in [r#"{"result_code":1}"#, r#"{"result_code":"7"}"#, "not JSON"] {
        answer(&mut iotda, "a", &id, bad, t);
        assert!(!iotda.softbus.is_synchronised("a"), "{bad}");
        assert_eq!(iotda.due(t + Duration::from_secs(6)).downlinks.len(), 1);
    }
    answer(&mut iotda, "a", &id, r#"{"result_desc":"no code means success"}"#, t);
    assert!(iotda.softbus.is_synchronised("a"));
}

#[test]
fn redelivery_with_new_ids_accepts_each_of_them() {
    let (mut iotda, _, t) = platform();
    iotda.softbus.rules.new_request_id = true;
    let first = iotda.on_online("a", t).downlinks;
    let second = iotda.due(t + Duration::from_secs(5)).downlinks;
    assert_ne!(request_id(&first[0]), request_id(&second[0]));
    assert_eq!(body(&first[0]), body(&second[0]));
    answer(&mut iotda, "a", request_id(&first[0]), "{}", t);
    assert!(iotda.softbus.is_synchronised("a"));
}

#[test]
fn nothing_is_sent_to_devices_that_are_offline_or_without_a_bus() {
    let (mut iotda, _, t) = platform();
    assert!(iotda.on_online("c", t).downlinks.is_empty());
    iotda.on_online("a", t);
    iotda.on_offline("a");
    assert_eq!(iotda.next_due(), None);
    let sync = iotda.groups.bus_sync("g").unwrap();
    assert!(change(&mut iotda, &sync, t).is_empty());
    assert_eq!(iotda.on_online("a", t).downlinks.len(), 1);
}

#[test]
fn a_deleted_bus_is_listed_with_minus_one_until_answered() {
    let (mut iotda, bus, t) = platform();
    iotda.on_online("a", t);
    let deleted = iotda.groups.bus_delete("g").unwrap();
    let list = change(&mut iotda, &deleted, t);
    assert_eq!(list.len(), 1);
    assert_eq!(versions(&list[0]), json!({ &bus: { "version": -1 } }));
    answer(&mut iotda, "a", request_id(&list[0]), "{}", t);
    assert!(iotda.on_online("a", t).downlinks.is_empty());
    // b was offline: it hears of the deletion when it comes.
    let late = iotda.on_online("b", t).downlinks;
    assert_eq!(versions(&late[0]), json!({ &bus: { "version": -1 } }));
}

#[test]
fn a_removed_member_loses_the_bus_and_the_others_get_a_new_version() {
    let (mut iotda, bus, t) = platform();
    iotda.on_online("a", t);
    iotda.on_online("b", t);
    let unbound = iotda.groups.unbind("g", "a", Some("new".into())).unwrap();
    let lists = change(&mut iotda, &unbound, t);
    let of = |device: &str| versions(lists.iter().find(|d| d.device == device).unwrap());
    assert_eq!(of("a"), json!({ &bus: { "version": -1 } }));
    assert_eq!(of("b"), json!({ &bus: { "version": 1 } }));
    // Bound again before it has answered: the bus is no longer gone.
    let bound = iotda.groups.bind("g", "a", None).unwrap();
    let lists = change(&mut iotda, &bound, t);
    let again = lists.iter().find(|d| d.device == "a").unwrap();
    assert_eq!(versions(again), json!({ &bus: { "version": 2 } }));
    let members = query(&mut iotda, "b", ask(json!({})))["paras"]["bus_infos"][0]["devices_info"].clone();
    assert_eq!(members[0]["device_id"], "b");
    assert_eq!(members[1]["device_id"], "a");
}

#[test]
fn a_query_brings_keys_members_and_reported_addresses() {
    let (mut iotda, bus, t) = platform();
    let report = json!({"services": [{"service_id": "$sdk_info", "event_type": "sdk_info_report",
        "paras": {"device_ip": "127.0.0.2", "sw_version": "1"}}]});
    iotda.on_uplink("b", "$oc/devices/b/sys/events/up", report.to_string().as_bytes(), t);
    let mut request = ask(json!({}));
    request["services"][0]["event_id"] = json!("my-event");
    let service = query(&mut iotda, "a", request);
    assert_eq!(service["event_type"], "soft_bus_config_response");
    assert_eq!(service["event_id"], "my-event");
    let expected = json!({"bus_count": 1, "bus_infos": [{"bus_id": bus, "version": 0, "bus_name": "workshop",
        "bus_key": "00ff00ff00ff00ff", "device_count": 2,
        "devices_info": [{"device_id": "a", "device_ip": ""}, {"device_id": "b", "device_ip": "127.0.0.2"}]}]});
    assert_eq!(service["paras"], expected);
    iotda.softbus.rules.missing_ip = MissingIp::Absent;
    let service = query(&mut iotda, "a", ask(json!({ "bus_id": bus })));
    assert_eq!(
        service["paras"]["bus_infos"][0]["devices_info"][0],
        json!({"device_id": "a"})
    );
    assert_eq!(service["event_id"].as_str().unwrap().len(), 36);
}

#[test]
fn an_unknown_or_foreign_bus_is_an_error() {
    let (mut iotda, bus, _) = platform();
    for (device, wanted) in [("a", "nope"), ("c", bus.as_str())] {
        let paras = query(&mut iotda, device, ask(json!({ "bus_id": wanted })))["paras"].clone();
        assert_eq!(paras["bus_infos"], json!([]));
        assert_eq!(paras["bus_count"], 0);
        assert_eq!(paras["error_info"]["error_code"], "IOTDA.003002");
    }
    let paras = query(&mut iotda, "c", ask(json!({})))["paras"].clone();
    assert_eq!(paras, json!({"bus_infos": [], "bus_count": 0}));
}

#[test]
fn a_gateway_may_ask_for_its_child_only() {
    let (mut iotda, _, _) = platform();
    let mut request = ask(json!({}));
    request["object_device_id"] = json!("a");
    let stranger = query(&mut iotda, "c", request.clone());
    assert_eq!(stranger["paras"]["error_info"]["error_code"], "IOTDA.003002");
    iotda.devices.get_mut("a").unwrap().gateway = Some("c".into());
    assert_eq!(query(&mut iotda, "c", request)["paras"]["bus_count"], 1);
}

#[test]
fn keys() {
    let mut rules = super::Rules::default();
    assert_eq!(rules.key_of_update(), None);
    rules.rotate_key = true;
    let key = rules.key_of_update().unwrap();
    assert_eq!(key.len(), 16);
    assert!(key.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    rules.key = KeyForm::Alnum20;
    assert_eq!(rules.fresh_key().len(), 20);
}

#[test]
fn answers_come_late_old_or_again_or_not_at_all() {
    let (mut iotda, _, now) = platform();
    let topic = "$oc/devices/a/sys/events/up";
    let asked = ask(json!({})).to_string();
    let report = |iotda: &mut Iotda, ip: &str| {
        let body = json!({"services": [{"service_id": "$sdk_info", "event_type": "sdk_info_report",
            "paras": {"device_ip": ip}}]});
        iotda.on_uplink("b", "$oc/devices/b/sys/events/up", body.to_string().as_bytes(), now)
    };
    let ip =
        |down: &Downlink| body(down)["services"][0]["paras"]["bus_infos"][0]["devices_info"][1]["device_ip"].clone();

    // A member's report reaches nobody else by itself.
    iotda.on_online("a", now);
    assert!(report(&mut iotda, "10.0.0.1").downlinks.is_empty());
    let first = iotda.on_uplink("a", topic, asked.as_bytes(), now).downlinks;
    assert_eq!((first.len(), ip(&first[0])), (1, json!("10.0.0.1")));

    iotda.softbus.rules.answer_old_list = true;
    report(&mut iotda, "10.0.0.2");
    let old = iotda.on_uplink("a", topic, asked.as_bytes(), now).downlinks;
    assert_eq!(ip(&old[0]), json!("10.0.0.1"));
    iotda.softbus.rules.answer_old_list = false;
    let new = iotda.on_uplink("a", topic, asked.as_bytes(), now).downlinks;
    assert_eq!(ip(&new[0]), json!("10.0.0.2"));

    iotda.softbus.rules.answer_times = 3;
    assert_eq!(iotda.on_uplink("a", topic, asked.as_bytes(), now).downlinks.len(), 3);
    iotda.softbus.rules.answer_times = 1;

    iotda.softbus.rules.answer_delay_ms = 700;
    assert!(iotda.on_uplink("a", topic, asked.as_bytes(), now).downlinks.is_empty());
    assert_eq!(iotda.next_due(), Some(now + Duration::from_millis(700)));
    assert!(iotda.due(now + Duration::from_millis(699)).downlinks.is_empty());
    let late = iotda.due(now + Duration::from_millis(700)).downlinks;
    assert_eq!((late.len(), ip(&late[0])), (1, json!("10.0.0.2")));
    assert!(iotda.due(now + Duration::from_millis(800)).downlinks.is_empty());
    iotda.softbus.rules.answer_delay_ms = 0;

    iotda.softbus.rules.answer_queries = false;
    assert!(iotda.on_uplink("a", topic, asked.as_bytes(), now).downlinks.is_empty());
}
