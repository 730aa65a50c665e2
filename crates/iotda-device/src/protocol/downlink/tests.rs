//! What the recordings cannot show: where this library must differ from the C SDK
//! (docs/spec/downlink.md#differences).

use super::*;

const NOW: UnixMs = UnixMs(1_704_067_200_123);

fn arrive(topic: &str, payload: &[u8]) -> Arrival {
    parse(topic, payload, NOW)
}

fn event(payload: &str) -> (Event, Vec<Problem>) {
    let arrival = arrive("$oc/devices/d/sys/events/down", payload.as_bytes());
    match arrival.message {
        Downlink::Event(event) => (event, arrival.problems),
        other => panic!("{other:?}"),
    }
}

fn text(text: &Text) -> Option<&str> {
    text.as_ref().map(|t| t.to_str().unwrap())
}

#[test]
fn drops_what_lacks_a_request_id() {
    for tail in [
        "commands/",
        "properties/set/x",
        "properties/get/",
        "shadow/get/response/",
    ] {
        let arrival = arrive(&format!("$oc/devices/a=b/sys/{tail}"), b"{}");
        assert_eq!(arrival.message, Downlink::Dropped, "{tail}");
        assert_eq!(arrival.problems.len(), 1, "{tail}");
    }
}

#[test]
fn takes_ids_from_their_own_place_in_the_topic() {
    let Downlink::Command(command) = arrive("$oc/devices/a=b/sys/commands/request_id=7", b"{}").message else {
        panic!()
    };
    assert_eq!(command.request_id.to_str(), Ok("7"));
    let Downlink::UserMessage(user) = arrive("$oc/devices/myuser/user/foo", b"").message else {
        panic!()
    };
    assert_eq!(user.topic_para.to_str(), Ok("foo"));
    let Downlink::Message(message) = arrive("$oc/bridges/sys/devices/sys/sys/messages/down", b"").message else {
        panic!()
    };
    assert_eq!(text(&message.bridge_device_id), Some("sys"));
    let Downlink::Message(message) = arrive("$oc/bridges/b/sys/messages/down", b"").message else {
        panic!()
    };
    assert_eq!(message.bridge_device_id, None);
}

#[test]
fn keeps_all_bytes_of_a_raw_payload() {
    let Downlink::Message(mut message) =
        arrive("$oc/devices/d/sys/messages/down", b"{\"name\":\"a\"}\0\xFFrest").message
    else {
        panic!()
    };
    assert_eq!(message.payload.bytes(), b"{\"name\":\"a\"}\0\xFFrest");
    assert_eq!(message.payload.bytes_with_zero_mut().last(), Some(&0));
    assert!(message.standard.is_some());
    let Downlink::Message(mut message) = arrive("$oc/devices/d/sys/messages/down", b"").message else {
        panic!()
    };
    assert_eq!(message.payload.bytes_with_zero_mut(), b"\0");
}

#[test]
fn undefined_is_what_nothing_claims() {
    let Downlink::Undefined(message) = arrive("$oc/bridges/b/devices/d/sys/new", b"x").message else {
        panic!()
    };
    assert_eq!(text(&message.bridge_device_id), Some("d"));
    assert_eq!(
        arrive("$oc/devices/d/sys/properties/set/response/request_id=1", b"{}").message,
        Downlink::OwnEcho
    );
    let binary = arrive("/huawei/v1/devices/d/command/binary", b"\x01\x00\x02").message;
    assert!(matches!(binary, Downlink::CommandV3(_)));
}

#[test]
fn loses_no_service_to_a_count() {
    let log = r#"{"service_id":"$log","event_type":"log_config","paras":{"switch":"on"}}"#;
    let (event, problems) = event(&format!("{{\"services\":[{}]}}", vec![log; 60].join(",")));
    assert_eq!((event.services.len(), problems.len()), (60, 0));
    let payload = format!(
        "{{\"services\":[{}{{\"service_id\":\"$oh_soft_bus\"}}]}}",
        r#"{"service_id":"s"},"#.repeat(70)
    );
    let Downlink::PropertySet(set) =
        arrive("$oc/devices/d/sys/properties/set/request_id=1", payload.as_bytes()).message
    else {
        panic!()
    };
    assert_eq!((set.services.len(), set.duties.len()), (71, 1));
    let payload = format!("{{\"shadow\":[{}]}}", vec!["{}"; 80].join(","));
    let Downlink::Shadow(shadow) = arrive("$oc/devices/d/sys/shadow/get/response/r=1", payload.as_bytes()).message
    else {
        panic!()
    };
    assert_eq!(shadow.shadows.len(), 80);
}

#[test]
fn leaves_out_only_what_cannot_be_decoded() {
    let bad = r#"{"service_id":"$time_sync","event_type":"time_sync_response","paras":{}}"#;
    let good = r#"{"service_id":"$file_manager","event_type":"x","paras":{"url":"u"}}"#;
    let (both, problems) = event(&format!("{{\"services\":[{bad},{good}]}}"));
    assert_eq!((both.services.len(), both.general, problems.len()), (1, true, 1));
    let (none, problems) = event(&format!("{{\"services\":[{bad}]}}"));
    assert_eq!((none.services.len(), none.general, problems.len()), (0, false, 1));
    let (rule, problems) = event(r#"{"services":[{"service_id":"$device_rule","event_type":"x"}]}"#);
    assert_eq!((rule.rules.len(), rule.general, problems.len()), (0, false, 1));
}

#[test]
fn reads_versions_from_the_own_paras_only() {
    let notify = |version: &str| {
        let service = format!(
            r#"{{"service_id":"$sub_device_manager","event_type":"add_sub_device_notify","paras":{{"devices":[{{"node_id":"version"}}],"version":{version}}}}}"#
        );
        let (event, _) = event(&format!("{{\"version\":77,\"services\":[{service}]}}"));
        match event.services.first().map(|s| &s.paras) {
            Some(EventParas::DeviceNotify(notify)) => Some(notify.version),
            None => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(notify("5"), Some(5));
    assert_eq!(notify("\"12\""), Some(12));
    assert_eq!(notify("9007199254740993"), Some(9_007_199_254_740_993));
    assert_eq!(notify("99999999999999999999"), Some(i64::MAX));
    for bad in ["null", "-1", "\"-1\"", "\"\"", "\"1x\"", "true", "{}"] {
        assert_eq!(notify(bad), None, "{bad}");
    }
}

#[test]
fn delivers_more_than_ten_devices_and_clears_what_a_delete_does_not_carry() {
    let devices = vec![r#"{"node_id":"n","name":"x"}"#; 30].join(",");
    let (event, _) = event(&format!(
        r#"{{"services":[{{"service_id":"$sub_device_manager","event_type":"delete_sub_device_notify","paras":{{"version":1,"devices":[{devices}]}}}}]}}"#
    ));
    let EventParas::DeviceNotify(notify) = &event.services[0].paras else {
        panic!()
    };
    assert_eq!(notify.devices.len(), 30);
    assert_eq!(
        (text(&notify.devices[0].node_id), text(&notify.devices[0].name)),
        (Some("n"), None)
    );
}

#[test]
fn reads_status_responses() {
    let (event, _) = event(
        r#"{"services":[{"service_id":"$sub_device_manager","event_type":"sub_device_update_status_response","event_id":"e",
        "paras":{"successful_devices":[{"device_id":"a","status":"ONLINE"},"b",5],"failed_devices":[{"device_id":"c","error_code":"x"}]}}]}"#,
    );
    assert_eq!(
        (event.services[0].event_type, text(&event.services[0].event_id)),
        (EventType::StatusResponse, Some("e"))
    );
    let EventParas::StatusResponse(response) = &event.services[0].paras else {
        panic!()
    };
    let shown: Vec<_> = response
        .successful
        .iter()
        .map(|s| (text(&s.device_id), text(&s.status)))
        .collect();
    assert_eq!(shown, [(Some("a"), Some("ONLINE")), (Some("b"), None), (None, None)]);
    assert_eq!(text(&response.failed[0].error_code), Some("x"));
}

#[test]
fn shadow_times_have_their_own_members() {
    let payload = br#"{"shadow":[{"service_id":5,"desired":{"event_time":"d"},"reported":{"event_time":"r"}},{"service_id":"x"}]}"#;
    let Downlink::Shadow(shadow) = arrive("$oc/devices/d/sys/shadow/get/response/r=1", payload).message else {
        panic!()
    };
    let first = &shadow.shadows[0];
    assert_eq!(text(&first.service_id), Some("-1"));
    assert_eq!(
        (text(&first.desired_event_time), text(&first.reported_event_time)),
        (Some("d"), Some("r"))
    );
    assert_eq!(shadow.shadows[1].desired_event_time, None);
}

#[test]
fn bridged_devices_do_not_configure_the_bridge() {
    let payload = br#"{"services":[{"service_id":"$device_rule","properties":{"r":{"version":1}}},{"service_id":"$oh_soft_bus"}]}"#;
    let topic = "$oc/bridges/b/devices/d/sys/properties/set/request_id=1";
    let Downlink::PropertySet(set) = arrive(topic, payload).message else {
        panic!()
    };
    assert_eq!(set.duties, [Duty::SoftBus(Vec::new())]);
    let payload = br#"{"shadow":[{"service_id":"$device_rule","desired":{"properties":{}}}]}"#;
    let topic = "$oc/bridges/b/devices/d/sys/shadow/get/response/request_id=1";
    let Downlink::Shadow(shadow) = arrive(topic, payload).message else {
        panic!()
    };
    assert_eq!((shadow.shadows.len(), shadow.duties.len()), (1, 0));
}

#[test]
fn reads_group_lists() {
    let payload = br#"{"services":[{"service_id":"$oh_soft_bus","properties":{"b1":{"version":4},"b2":{"version":"-1"},"b3":{"version":null},"b4":{}}}]}"#;
    let Downlink::PropertySet(set) = arrive("$oc/devices/d/sys/properties/set/request_id=1", payload).message else {
        panic!()
    };
    let Duty::SoftBus(groups) = &set.duties[0] else {
        panic!()
    };
    let shown: Vec<_> = groups.iter().map(|g| (g.bus_id.to_str().unwrap(), g.version)).collect();
    assert_eq!(shown, [("b1", Some(4)), ("b2", Some(-1)), ("b3", None), ("b4", None)]);
}

#[test]
fn soft_bus_values_keep_u0000_but_texts_end_there() {
    let (event, _) = event(
        r#"{"services":[{"service_id":"$oh_soft_bus","event_type":"x","paras":{"bus_infos":[{"bus_id":"a\u0000b","bus_key":"k"}]}}]}"#,
    );
    let EventParas::SoftBus(info) = &event.services[0].paras else {
        panic!()
    };
    let paras = info.paras.as_ref().unwrap().value();
    let bus = paras.get("BUS_INFOS").unwrap().items().next().unwrap();
    assert_eq!(bus.get("bus_id").unwrap().as_bytes(), Some(&b"a\0b"[..]));
    assert_eq!(
        text(&info.bus_infos),
        Some("{\n\t\"bus_infos\":\t[{\n\t\t\t\"bus_id\":\t\"a\",\n\t\t\t\"bus_key\":\t\"k\"\n\t\t}]\n}")
    );
}

#[test]
fn notes_payloads_that_must_be_json() {
    for topic in [
        "$oc/devices/d/sys/commands/request_id=1",
        "$oc/devices/d/sys/properties/set/request_id=1",
        "$oc/devices/d/sys/events/down",
        "$oc/m2m/to/a/from/b/request_id=1",
        "$oc/bridges/b/devices/d/sys/login/response/request_id=1",
    ] {
        assert_eq!(arrive(topic, b"nonsense").problems.len(), 1, "{topic}");
    }
    for topic in ["$oc/devices/d/sys/messages/down", "$oc/devices/d/user/x"] {
        assert_eq!(arrive(topic, b"nonsense").problems.len(), 0, "{topic}");
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let payloads = [
        ("$oc/devices/d/sys/bootstrap/down", r#"{"deviceSecret":"hidden"}"#),
        (
            "$oc/bridges/b/devices/d/sys/reset_secret/response/request_id=1",
            r#"{"new_secret":"hidden"}"#,
        ),
        ("$oc/devices/d/sys/messages/down", "hidden"),
        (
            "$oc/devices/d/sys/events/down",
            r#"{"services":[{"service_id":"$oh_soft_bus","event_type":"x","paras":{"bus_key":"hidden"}},
            {"service_id":"$ota","event_type":"firmware_upgrade","paras":{"access_token":"hidden"}},
            {"service_id":"$tunnel_manager","event_type":"tunnel_notify","paras":{"tunnel_access_token":"hidden"}},
            {"service_id":"$device_config","event_type":"config_update","paras":{"config_content":"hidden"}}]}"#,
        ),
    ];
    for (topic, payload) in payloads {
        let shown = format!("{:?}", arrive(topic, payload.as_bytes()));
        assert!(!shown.contains("hidden"), "{shown}");
    }
}
