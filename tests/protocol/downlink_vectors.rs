//! Plays `vectors/downlink.json`, and time sync and events of `vectors/services.json`, as far as they are pure: which callbacks run,
//! in which order, with which texts; and the automatic answers that need no state.

use HWMQTT::callbacks::numbers;
use base64::Engine as _;
use iotda_device::protocol::downlink::{self, Arrival, Downlink, Duty, EventParas, ServiceEvent, StandardMessage};
use iotda_device::protocol::text::{Payload, Text};
use iotda_device::protocol::time::UnixMs;
use iotda_device::protocol::topics::Origin;
use iotda_device::protocol::uplink::event::DeviceConfigResult;
use iotda_device::protocol::uplink::{Message, event, properties};
use serde_json::{Map, Value, json};
use std::ffi::CString;

const NOW: UnixMs = UnixMs(1_704_067_200_123);

fn bytes(raw: &[u8]) -> Value {
    match std::str::from_utf8(raw) {
        Ok(text) => json!(text),
        Err(_) => json!({ "b64": base64::engine::general_purpose::STANDARD.encode(raw) }),
    }
}

fn c(text: &CString) -> Value {
    bytes(text.as_bytes())
}

fn t(text: &Text) -> Value {
    text.as_ref().map_or(Value::Null, c)
}

fn p(payload: &Payload) -> Value {
    bytes(payload.bytes())
}

/// One callback: the setter's name and the arguments by name.
type Call = (&'static str, Value);

fn standard(message: &StandardMessage) -> Map<String, Value> {
    let value = json!({
        "object_device_id": t(&message.object_device_id),
        "name": t(&message.name),
        "id": t(&message.id),
        "content": t(&message.content),
    });
    value.as_object().unwrap().clone()
}

fn service(event: &ServiceEvent) -> Value {
    let mut out = json!({
        "servie_id": numbers::service(event.service),
        "event_type": numbers::event_type(event.event_type),
        "event_time": t(&event.event_time),
        "event_id": t(&event.event_id),
    });
    let device = |d: &downlink::DeviceInfo| {
        json!({
            "parent_device_id": t(&d.parent_device_id), "node_id": t(&d.node_id), "device_id": t(&d.device_id), "name": t(&d.name),
            "description": t(&d.description), "manufacturer_id": t(&d.manufacturer_id), "model": t(&d.model),
            "product_id": t(&d.product_id), "fw_version": t(&d.fw_version), "sw_version": t(&d.sw_version),
            "status": t(&d.status), "extension_info": t(&d.extension_info),
        })
    };
    let failure = |f: &downlink::DeviceFailure| json!({ "device_id": t(&f.device_id), "error_code": t(&f.error_code), "error_msg": t(&f.error_msg) });
    let lists = |successful: Vec<Value>, failed: Vec<Value>| {
        json!({
            "successful_devices_count": successful.len(), "successful_devices": successful,
            "failed_devices_count": failed.len(), "failed_devices": failed,
        })
    };
    let (member, content) = match &event.paras {
        EventParas::None | EventParas::DeviceConfig(_) => return out,
        EventParas::DeviceNotify(n) => {
            let devices: Vec<Value> = n.devices.iter().map(device).collect();
            (
                "paras",
                json!({ "devices_count": devices.len(), "devices": devices, "version": n.version }),
            )
        }
        EventParas::AddDeviceResponse(r) => {
            let failed = |f: &downlink::AddDeviceFailure| {
                json!({
                    "node_id": t(&f.node_id), "product_id": t(&f.product_id),
                    "error_code": t(&f.error_code), "error_msg": t(&f.error_msg),
                })
            };
            let lists = lists(
                r.successful.iter().map(device).collect(),
                r.failed.iter().map(failed).collect(),
            );
            ("gtw_add_device_paras", lists)
        }
        EventParas::DeleteDeviceResponse(r) => {
            let lists = lists(
                r.successful.iter().map(t).collect(),
                r.failed.iter().map(failure).collect(),
            );
            ("gtw_del_device_paras", lists)
        }
        EventParas::StatusResponse(r) => {
            let status = |s: &downlink::DeviceStatus| json!({ "device_id": t(&s.device_id), "status": t(&s.status) });
            let lists = lists(
                r.successful.iter().map(status).collect(),
                r.failed.iter().map(failure).collect(),
            );
            ("gtw_update_status_paras", lists)
        }
        EventParas::Ota(o) => ("ota_paras", ota(o)),
        EventParas::TimeSync(ms) => ("ntp_paras", json!({ "device_real_time": ms })),
        EventParas::DeviceLog(l) => (
            "device_log_paras",
            json!({ "log_switch": t(&l.switch), "end_time": t(&l.end_time) }),
        ),
        EventParas::File(url) => ("file_mgr_paras", json!({ "url": t(url) })),
        EventParas::Tunnel(n) => (
            "tunnel_mgr_paras",
            json!({ "tunnel_url": t(&n.url), "tunnel_access_token": t(&n.access_token) }),
        ),
        EventParas::SoftBus(s) => ("soft_bus_paras", json!({ "bus_infos": t(&s.bus_infos) })),
    };
    out[member] = content;
    out
}

fn ota(o: &downlink::OtaParas) -> Value {
    json!({
        "version": t(&o.version), "url": t(&o.url), "file_size": o.file_size, "file_name": t(&o.file_name), "task_id": t(&o.task_id),
        "sub_device_count": o.sub_device_count, "task_ext_info": t(&o.task_ext_info), "access_token": t(&o.access_token),
        "expires": o.expires, "sign": t(&o.sign),
    })
}

fn event_calls(event: &downlink::Event) -> Vec<Call> {
    let object = t(&event.object_device_id);
    let mut calls = Vec::new();
    for item in &event.services {
        let specific = |name| (name, json!({ "objectDeviceId": object, "message": service(item) }));
        match (
            &item.paras,
            numbers::service(item.service),
            numbers::event_type(item.event_type),
        ) {
            (EventParas::DeviceConfig(content), ..) => {
                let printed = bytes(&content.value().print());
                calls.push((
                    "IOTA_SetDeviceConfigCallback",
                    json!({ "cfg_printed": printed, "description_on_entry": "" }),
                ));
            }
            (_, 0, _) => calls.push(specific("IOTA_SetEvenSubDeviceCallback")),
            (_, 1, 2) => calls.push(("IOTA_SetEvenOtaVersionUpCallback", json!({ "objectDeviceId": object }))),
            (EventParas::Ota(paras), 1, kind) if kind > 0 => {
                let fields = json!({ "objectDeviceId": object, "event_type": kind, "ota_paras": ota(paras) });
                calls.push(("IOTA_SetEvenOtaUrlResponseCallback", fields));
            }
            (_, 2, _) => calls.push(specific("IOTA_SetNtpCallback")),
            (_, 3, _) => calls.push(specific("IOTA_SetEvenDeviceLogCallback")),
            (_, 4, _) => calls.push(specific("IOTA_SetEvenFileManagerCallback")),
            (_, 7, _) => calls.push(specific("IOTA_SetEvenTunnelManagerCallback")),
            (_, 9, _) => calls.push(specific("IOTA_SetEvenSoftBusCallback")),
            _ => {}
        }
    }
    if event.general {
        let services: Vec<Value> = event.services.iter().map(service).collect();
        let fields = json!({
            "object_device_id": object, "services_count": services.len(), "services": services,
            "bridge_device_id": t(&event.bridge_device_id),
        });
        calls.push(("IOTA_SetEventCallback", json!({ "message": fields })));
    }
    calls
}

fn undefined(u: &downlink::Undefined) -> Call {
    let fields =
        json!({ "payload": p(&u.payload), "object_device_id": null, "bridge_device_id": t(&u.bridge_device_id) });
    ("IOTA_SetUndefinedMessageCallback", json!({ "message": fields }))
}

fn calls(message: &Downlink) -> Vec<Call> {
    let one = |name, fields: Value| vec![(name, json!({ "message": fields }))];
    match message {
        Downlink::Message(m) => {
            let raw =
                json!({ "objectDeviceId": null, "payloadLength": m.payload.bytes().len(), "payload": p(&m.payload) });
            let mut calls = one("IOTA_SetRawMessageCallback", raw);
            calls.extend(m.standard.iter().map(|s| {
                let mut fields = standard(s);
                fields.insert("bridge_device_id".into(), t(&m.bridge_device_id));
                ("IOTA_SetMessageCallback", json!({ "message": fields }))
            }));
            calls
        }
        Downlink::UserMessage(m) => {
            let raw = json!({
                "objectDeviceId": null, "payloadLength": m.payload.bytes().len(), "payload": p(&m.payload),
                "topicPara": c(&m.topic_para),
            });
            let mut calls = one("IOTA_SetUserTopicRawMsgCallback", raw);
            calls.extend(m.standard.iter().map(|s| {
                let mut fields = standard(s);
                fields.insert("topic_para".into(), c(&m.topic_para));
                ("IOTA_SetUserTopicMsgCallback", json!({ "message": fields }))
            }));
            calls
        }
        Downlink::Command(m) => one(
            "IOTA_SetCmdCallback",
            json!({
                "object_device_id": t(&m.object_device_id), "service_id": t(&m.service_id), "command_name": t(&m.command_name),
                "paras": t(&m.paras), "request_id": c(&m.request_id), "bridge_device_id": t(&m.bridge_device_id),
            }),
        ),
        Downlink::CommandV3(m) => {
            let fields = json!({
                "msgType": "cloudReq", "serviceId": t(&m.service_id), "cmd": t(&m.cmd), "paras": t(&m.paras), "mid": m.mid,
            });
            one("IOTA_SetCmdCallbackV3", fields)
        }
        Downlink::PropertySet(m) => {
            let services: Vec<Value> = m
                .services
                .iter()
                .map(|s| json!({ "service_id": c(&s.service_id), "properties": t(&s.properties) }))
                .collect();
            one(
                "IOTA_SetPropSetCallback",
                json!({
                    "object_device_id": t(&m.object_device_id), "request_id": c(&m.request_id), "services_count": services.len(),
                    "services": services, "bridge_device_id": t(&m.bridge_device_id),
                }),
            )
        }
        Downlink::PropertyGet(m) => one(
            "IOTA_SetPropGetCallback",
            json!({
                "object_device_id": t(&m.object_device_id), "request_id": c(&m.request_id), "service_id": t(&m.service_id),
                "bridge_device_id": t(&m.bridge_device_id),
            }),
        ),
        Downlink::Shadow(m) => {
            let shadow = |s: &downlink::ShadowData| {
                json!({
                    "service_id": t(&s.service_id), "desired_event_time": t(&s.desired_event_time),
                    "desired_properties": t(&s.desired_properties), "reported_event_time": t(&s.reported_event_time),
                    "reported_properties": t(&s.reported_properties), "version": s.version,
                })
            };
            let shadows: Vec<Value> = m.shadows.iter().map(shadow).collect();
            one(
                "IOTA_SetShadowGetCallback",
                json!({
                    "object_device_id": t(&m.object_device_id), "request_id": c(&m.request_id), "shadow_data_count": shadows.len(),
                    "shadow": shadows, "bridge_device_id": t(&m.bridge_device_id),
                }),
            )
        }
        Downlink::Event(m) => event_calls(m),
        Downlink::Bootstrap(m) => one(
            "IOTA_SetBootstrapCallback",
            json!({ "message": t(&m.address), "deviceSecret": t(&m.device_secret) }),
        ),
        Downlink::M2m(m) => one(
            "IOTA_SetM2mCallback",
            json!({ "request_id": t(&m.request_id), "to": t(&m.to), "from": t(&m.from), "content": t(&m.content) }),
        ),
        Downlink::BridgeLogin(m) | Downlink::BridgeLogout(m) => {
            let name = match message {
                Downlink::BridgeLogin(_) => "IOTA_SetBridgesDeviceLoginCallback",
                _ => "IOTA_SetBridgesDeviceLogoutCallback",
            };
            one(
                name,
                json!({
                    "result_code": m.result_code, "bridge_device_id": t(&m.bridge_device_id), "request_id": c(&m.request_id),
                }),
            )
        }
        Downlink::BridgeResetSecret(m) => one(
            "IOTA_SetBridgesDeviceResetSecretCallback",
            json!({
                "result_code": m.result_code, "bridge_device_id": t(&m.bridge_device_id), "paras": t(&m.paras),
                "request_id": c(&m.request_id), "new_secret": t(&m.new_secret),
            }),
        ),
        Downlink::BridgeDisconnect { bridge_device_id } => one(
            "IOTA_SetBridgesDeviceDisConnCallback",
            json!({ "bridge_device_id": t(bridge_device_id) }),
        ),
        Downlink::Undefined(m) => vec![undefined(m)],
        Downlink::OwnEcho | Downlink::Dropped => Vec::new(),
    }
}

/// Members that the pure layer does not make: they come from the packet or the session.
fn outside(name: &str) -> bool {
    matches!(name, "mqtt_msg_info" | "mqttMsgInfo" | "mqttv5")
}

fn expand(value: &Value) -> Option<Value> {
    let parts = value.get("$repeat")?;
    let part = |i: usize| parts[i].as_str().unwrap();
    let n = usize::try_from(parts[2].as_u64().unwrap()).unwrap();
    Some(json!([part(0), &part(1).repeat(n), part(3)].concat()))
}

/// Everything that `want` names is in `got`.
fn subset(at: &str, want: &Value, got: &Value) {
    if let Some(text) = expand(want) {
        assert!(&text == got, "{at}: long text differs");
        return;
    }
    if let Some(ntp) = want.get("$ntp") {
        assert_eq!(*got, json!((ntp["k"].as_i64().unwrap() + NOW.0) / 2), "{at}");
        return;
    }
    match (want, got) {
        (Value::Object(want), Value::Object(got)) if !want.contains_key("b64") => {
            for (name, want) in want.iter().filter(|(name, _)| !outside(name)) {
                let got = got.get(name).unwrap_or_else(|| panic!("{at}/{name} is missing"));
                subset(&format!("{at}/{name}"), want, got);
            }
        }
        (Value::Array(want), Value::Array(got)) => {
            assert_eq!(want.len(), got.len(), "{at}");
            for (i, (want, got)) in want.iter().zip(got).enumerate() {
                subset(&format!("{at}/{i}"), want, got);
            }
        }
        _ => assert_eq!(want, got, "{at}"),
    }
}

fn payload_of(v: &Value) -> Vec<u8> {
    if let Some(text) = v["payload"].as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(text) = v["payload_b64"].as_str() {
        return base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    }
    expand(&json!({ "$repeat": v["payload_repeat"] }))
        .unwrap()
        .as_str()
        .unwrap()
        .as_bytes()
        .to_vec()
}

/// The automatic answers that depend on nothing but the message; `None` where the rule engine or the detection is involved.
fn answers(message: &Downlink, setup: &Value) -> Option<Vec<Message>> {
    let own = setup["device_id"].as_str().unwrap();
    let mut sent = Vec::new();
    match message {
        Downlink::PropertySet(set) => {
            for duty in &set.duties {
                if !matches!(duty, Duty::SoftBus(_)) {
                    return None;
                }
                let origin = Origin::Device(own);
                sent.push(
                    properties::set_response(origin, Some(set.request_id.as_bytes()), 0, Some(b"success")).unwrap(),
                );
                sent.push(event::soft_bus_query(origin, None, None).unwrap());
            }
        }
        Downlink::Shadow(shadow) if !shadow.duties.is_empty() => return None,
        Downlink::Event(event) => {
            let configs = event
                .services
                .iter()
                .filter(|s| matches!(s.paras, EventParas::DeviceConfig(_)));
            let callback = setup.get("device_config_callback");
            for _ in configs {
                let text = callback.and_then(|c| c["writes_description"].as_str()).unwrap_or("");
                let code = callback.and_then(|c| c["returns"].as_i64()).unwrap_or(0);
                let result = DeviceConfigResult {
                    object_device_id: event.named_device(),
                    result_code: i32::try_from(code).unwrap(),
                    description: text.as_bytes(),
                };
                sent.push(event::device_config_result(Origin::Device(own), Some(&result), NOW).unwrap());
            }
        }
        _ => {}
    }
    Some(sent)
}

fn arrival(v: &Value) -> Arrival {
    downlink::parse(v["topic"].as_str().unwrap(), &payload_of(v), NOW)
}

#[test]
fn downlink_vectors() {
    let all: Value = serde_json::from_str(include_str!("../vectors/downlink.json")).unwrap();
    let all = all.as_array().unwrap();
    let mut answered = 0;
    for v in all {
        let id = v["id"].as_str().unwrap();
        let setup = &v["setup"];
        let set = |name: &str| match &setup["callbacks"] {
            Value::Array(names) => names.iter().any(|n| n == name),
            _ => true,
        };
        let defaults = setup["default_callbacks"] == true;
        let user = |name: &str| {
            !(defaults
                && matches!(
                    name,
                    "IOTA_SetEvenOtaVersionUpCallback"
                        | "IOTA_SetEvenOtaUrlResponseCallback"
                        | "IOTA_SetEvenFileManagerCallback"
                ))
        };
        let arrival = arrival(v);
        let got: Vec<Call> = calls(&arrival.message)
            .into_iter()
            .filter(|(name, _)| set(name) && user(name))
            .collect();
        let want = v["expect"]["callbacks"].as_array().unwrap();
        let names: Vec<&str> = got.iter().map(|(name, _)| *name).collect();
        let wanted: Vec<&str> = want.iter().map(|w| w["name"].as_str().unwrap()).collect();
        assert_eq!(names, wanted, "{id}");
        for (want, (name, fields)) in want.iter().zip(&got) {
            subset(&format!("{id}/{name}"), &want["fields"], fields);
        }
        let program = !setup["properties_set_callback_replies"].is_null() || defaults;
        let sent = answers(&arrival.message, setup).filter(|_| !program);
        if let (Some(sent), Some(want)) = (sent, v["expect"]["publishes"].as_array()) {
            assert_eq!(sent.len(), want.len(), "{id}: {sent:?}");
            for (sent, want) in sent.iter().zip(want) {
                answered += 1;
                assert_eq!(sent.topic, want["topic"].as_str().unwrap(), "{id}");
                let text = want["payload"]
                    .as_str()
                    .unwrap()
                    .replace("${EVENT_TIME}", &NOW.event_time());
                assert_eq!(String::from_utf8_lossy(&sent.payload), text, "{id}");
            }
        }
    }
    assert_eq!(all.len(), 254);
    assert!(answered > 0);
}

#[test]
fn time_sync() {
    let all: Value = serde_json::from_str(include_str!("../vectors/services.json")).unwrap();
    for v in all["time_sync"].as_array().unwrap() {
        let now = UnixMs(v["now_ms"].as_i64().unwrap());
        let arrival = downlink::parse(
            "$oc/devices/d/sys/events/down",
            v["payload"].as_str().unwrap().as_bytes(),
            now,
        );
        let Downlink::Event(event) = arrival.message else {
            panic!("{v}");
        };
        match v["device_real_time"].as_i64() {
            Some(ms) => assert_eq!(event.services[0].paras, EventParas::TimeSync(ms), "{v}"),
            None => {
                assert!(event.services.is_empty() && !event.general, "{v}");
                assert_eq!(arrival.problems.len(), 1, "{v}");
            }
        }
    }
}
