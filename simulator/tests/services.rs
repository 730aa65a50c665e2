//! Each platform service over real sockets, with rumqttc's own client as the device.

use std::time::Duration;

use iotda_sim::login::{Sign, group_password, password};
use iotda_sim::{Child, Config, DeviceEntry, DeviceMessage, Handle, Kind, Platform, Port, Properties, State};
use rumqttc::{AsyncClient, Event as Mqtt, EventLoop, MqttOptions, Packet, Publish, QoS};
use serde_json::{Map, Value, json};

const WAIT: Duration = Duration::from_secs(10);
const STAMP: &str = "2024060108";

struct Device {
    id: String,
    client: AsyncClient,
    events: EventLoop,
}

impl Device {
    async fn login(platform: &Handle, id: &str, client_id: String, password: String) -> Device {
        let mut options = MqttOptions::new(client_id, "127.0.0.1", platform.plain_port());
        options.set_credentials(id, password);
        options.set_keep_alive(Duration::from_secs(60));
        let (client, events) = AsyncClient::new(options, 10);
        let mut device = Device {
            id: id.to_string(),
            client,
            events,
        };
        device.until(|packet| matches!(packet, Packet::ConnAck(_))).await;
        device
    }

    async fn new(platform: &Handle, id: &str) -> Device {
        let client_id = format!("{id}_0_0_{STAMP}");
        Device::login(platform, id, client_id, password(Sign::Unchecked, STAMP, "secret")).await
    }

    async fn until(&mut self, wanted: impl Fn(&Packet) -> bool) -> Packet {
        loop {
            let event = tokio::time::timeout(WAIT, self.events.poll()).await;
            if let Mqtt::Incoming(packet) = event.expect("something within the time").unwrap() {
                if wanted(&packet) {
                    return packet;
                }
            }
        }
    }

    async fn next(&mut self) -> (String, Vec<u8>) {
        match self.until(|packet| matches!(packet, Packet::Publish(_))).await {
            Packet::Publish(Publish { topic, payload, .. }) => (topic, payload.to_vec()),
            _ => unreachable!(),
        }
    }

    /// The next message: what follows the device's prefix in its topic, and its JSON.
    async fn json(&mut self) -> (String, Value) {
        let (topic, payload) = self.next().await;
        let own = format!("$oc/devices/{}/", self.id);
        let rest = topic.strip_prefix(&own).unwrap_or(&topic).to_string();
        (rest, serde_json::from_slice(&payload).unwrap())
    }

    async fn send(&mut self, topic: &str, payload: impl ToString) {
        let topic = match topic.starts_with(['$', '/']) {
            true => topic.to_string(),
            false => format!("$oc/devices/{}/{topic}", self.id),
        };
        let payload = payload.to_string();
        self.client
            .publish(topic, QoS::AtLeastOnce, false, payload)
            .await
            .unwrap();
    }

    async fn event(&mut self, service: &str, event_type: &str, paras: Value) -> Value {
        let service = json!({"service_id": service, "event_type": event_type, "event_id": "e-7", "paras": paras});
        self.send("sys/events/up", json!({"services": [service]})).await;
        let (topic, body) = self.json().await;
        assert_eq!(topic, "sys/events/down");
        body["services"][0].clone()
    }

    async fn subscribe(&mut self, filter: &str) {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        self.until(|packet| matches!(packet, Packet::SubAck(_))).await;
    }

    /// Keeps the connection going until the platform has noted something.
    async fn until_noted(&mut self, platform: &Handle, text: &str) {
        for _ in 0..500 {
            let noted = |e: &iotda_sim::Event| matches!(&e.kind, Kind::Note { text: t } if t.contains(text));
            if platform.events().iter().any(|e| noted(e)) {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), self.events.poll()).await;
        }
        panic!("{text:?} was not noted");
    }
}

fn run(test: impl std::future::Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(test);
}

fn platform() -> Platform {
    let mut config = Config {
        plain: Port::Ephemeral,
        ..Config::default()
    }
    .device("gate", "secret")
    .device("cam", "secret");
    config.devices.push(DeviceEntry {
        bridge: true,
        ..DeviceEntry::with_secret("span", "secret")
    });
    Platform::start(config).unwrap()
}

fn members(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn commands() {
    run(async {
        let platform = platform();
        let ask = |timeout| platform.command("cam", "lamp", "switch", &json!({"on": true}), timeout);
        assert!(ask(WAIT).unwrap_err().to_string().contains("not online"));
        let mut cam = Device::new(&platform, "cam").await;
        let id = ask(WAIT).unwrap();
        let (topic, body) = cam.json().await;
        assert_eq!(topic, format!("sys/commands/request_id={id}"));
        assert_eq!(
            body,
            json!({"object_device_id": "cam", "service_id": "lamp", "command_name": "switch", "paras": {"on": true}})
        );
        assert_eq!(platform.request(&id).unwrap().state(), State::Sent);
        cam.send(
            &format!("sys/commands/response/request_id={id}"),
            r#"{"result_code":3,"paras":{"x":1}}"#,
        )
        .await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        let answered = platform.wait_request(&id, WAIT).unwrap();
        assert_eq!(answered.state(), State::Answered(3));
        assert_eq!(answered.answer.unwrap()["paras"]["x"], 1);

        let late = ask(Duration::from_millis(30)).unwrap();
        assert_eq!(platform.wait_request(&late, WAIT).unwrap().state(), State::TimedOut);
        cam.send(&format!("sys/commands/response/request_id={late}"), "{}")
            .await;
        cam.until_noted(&platform, "too late").await;

        platform.set_implicit(false);
        let lost = ask(WAIT).unwrap();
        assert_eq!(platform.wait_request(&lost, WAIT).unwrap().state(), State::Undelivered);
        let texts: Vec<String> = platform.events().iter().map(|e| e.to_string()).collect();
        for expected in [
            "(switch): sent",
            "(switch): answered with code 3",
            "(switch): timed out",
            "(switch): undelivered",
        ] {
            assert!(texts.iter().any(|t| t.contains(expected)), "{expected}");
        }
    });
}

#[test]
fn properties_and_shadow() {
    run(async {
        let platform = platform();
        let mut cam = Device::new(&platform, "cam").await;
        cam.send(
            "sys/properties/report",
            json!({"services": [{"service_id": "lamp", "properties": {"on": false}}]}),
        )
        .await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(
            platform.shadow("cam")[0]["reported"]["properties"],
            json!({"on": false})
        );

        let id = platform
            .property_set("cam", &vec![("lamp".into(), members(json!({"on": true})))], WAIT)
            .unwrap();
        let (topic, body) = cam.json().await;
        assert_eq!(topic, format!("sys/properties/set/request_id={id}"));
        assert_eq!(
            body["services"],
            json!([{"service_id": "lamp", "properties": {"on": true}}])
        );
        cam.send(
            &format!("sys/properties/set/response/request_id={id}"),
            r#"{"result_code":0}"#,
        )
        .await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(platform.wait_request(&id, WAIT).unwrap().state(), State::Answered(0));

        let id = platform.property_get("cam", Some("lamp"), WAIT).unwrap();
        let (topic, body) = cam.json().await;
        assert_eq!(topic, format!("sys/properties/get/request_id={id}"));
        assert_eq!(body, json!({"object_device_id": "cam", "service_id": "lamp"}));
        let now = json!({"services": [{"service_id": "lamp", "properties": {"on": true}}]});
        cam.send(&format!("sys/properties/get/response/request_id={id}"), now)
            .await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(platform.wait_request(&id, WAIT).unwrap().state(), State::Answered(0));

        let (version, request) = platform.desire("cam", "lamp", &members(json!({"dim": 5}))).unwrap();
        assert_eq!(version, 3);
        let (topic, body) = cam.json().await;
        assert_eq!(topic, format!("sys/properties/set/request_id={}", request.unwrap()));
        assert_eq!(body["services"][0]["properties"], json!({"dim": 5}));
        cam.send("sys/shadow/get/request_id=mine", r#"{"service_id":"lamp"}"#)
            .await;
        let (topic, body) = cam.json().await;
        assert_eq!(topic, "sys/shadow/get/response/request_id=mine");
        let lamp = &body["shadow"][0];
        assert_eq!(
            (&lamp["version"], &lamp["desired"]["properties"]),
            (&json!(3), &json!({"dim": 5}))
        );
        assert_eq!(lamp["reported"]["properties"], json!({"on": true}));

        drop(cam);
        let gone = |e: &iotda_sim::Event| e.is_from("cam") && e.ended().is_some();
        platform.wait_for(gone, WAIT).unwrap();
        let mut again = Device::new(&platform, "cam").await;
        let (topic, body) = again.json().await;
        assert!(topic.starts_with("sys/properties/set/request_id="), "{topic}");
        assert_eq!(body["services"][0]["properties"], json!({"dim": 5}));
    });
}

#[test]
fn messages_wait_for_the_device() {
    run(async {
        let platform = platform();
        let to_user_topic = DeviceMessage {
            topic: Some("line/1".into()),
            ..DeviceMessage::raw("on its own topic")
        };
        assert!(
            !platform
                .message("cam", DeviceMessage::standard("first", Some("n"), Some("1")))
                .unwrap()
        );
        assert!(!platform.message("cam", to_user_topic).unwrap());
        let mut cam = Device::new(&platform, "cam").await;
        let (topic, body) = cam.json().await;
        assert_eq!(topic, "sys/messages/down");
        assert_eq!(
            body,
            json!({"object_device_id": "cam", "name": "n", "id": "1", "content": "first"})
        );
        assert_eq!(platform.messages_waiting("cam"), 1);
        cam.client
            .subscribe("$oc/devices/cam/user/line/1", QoS::AtLeastOnce)
            .await
            .unwrap();
        assert_eq!(
            cam.next().await,
            ("$oc/devices/cam/user/line/1".into(), b"on its own topic".to_vec())
        );
        assert!(platform.message("cam", DeviceMessage::raw("at once")).unwrap());
        assert_eq!(cam.next().await.1, b"at once");
        cam.send("sys/messages/up", "hello").await;
        cam.send("user/line/1", "world").await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert!(
            platform
                .wait_uplink("cam", "$oc/devices/cam/sys/messages/up", WAIT)
                .is_some()
        );
    });
}

#[test]
fn a_gateway_and_its_children() {
    run(async {
        let platform = platform();
        let mut gate = Device::new(&platform, "gate").await;
        let nodes = json!({"devices": [{"node_id": "n1", "product_id": "p"}, {"node_id": "n2", "product_id": ""}]});
        let added = gate.event("$sub_device_manager", "add_sub_device_request", nodes).await;
        assert_eq!(
            (&added["event_type"], &added["event_id"]),
            (&"add_sub_device_response".into(), &"e-7".into())
        );
        assert_eq!(added["paras"]["successful_devices"][0]["device_id"], "p_n1");
        assert_eq!(added["paras"]["failed_devices"][0]["product_id"], "");
        let online = json!({"device_statuses": [{"device_id": "p_n1", "status": "ONLINE"}]});
        let status = gate
            .event("$sub_device_manager", "sub_device_update_status", online)
            .await;
        assert_eq!(status["event_type"], "sub_device_update_status_response");
        assert_eq!(platform.children("gate")[0]["status"], "ONLINE");

        let report = json!({"devices": [{"device_id": "p_n1",
            "services": [{"service_id": "lamp", "properties": {"on": true}}]}]});
        gate.send("sys/gateway/sub_devices/properties/report", report).await;
        gate.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(platform.shadow("p_n1")[0]["version"], 1);
        let id = platform.command("p_n1", "lamp", "off", &json!({}), WAIT).unwrap();
        let (topic, body) = gate.json().await;
        assert_eq!(
            (topic, &body["object_device_id"]),
            (format!("sys/commands/request_id={id}"), &json!("p_n1"))
        );

        let child = Child {
            node_id: "n3".into(),
            product_id: "p".into(),
            ..Child::default()
        };
        assert_eq!(platform.child_add("gate", child).unwrap(), "p_n3");
        let (_, body) = gate.json().await;
        assert_eq!(body["services"][0]["event_type"], "add_sub_device_notify");
        assert_eq!(body["services"][0]["paras"]["version"], 2);
        platform.child_delete("p_n3").unwrap();
        assert_eq!(
            gate.json().await.1["services"][0]["event_type"],
            "delete_sub_device_notify"
        );
        let ids = json!({"devices": ["p_n1"]});
        let deleted = gate
            .event("$sub_device_manager", "delete_sub_device_request", ids)
            .await;
        assert_eq!(deleted["paras"]["successful_devices"], json!(["p_n1"]));
        assert_eq!(platform.children("gate"), json!([]));
    });
}

#[test]
fn a_bridge_speaks_for_a_device() {
    run(async {
        let platform = platform();
        let client_id = format!("span_3_0_{STAMP}");
        let mut span = Device::login(&platform, "span", client_id, password(Sign::Unchecked, STAMP, "secret")).await;
        let base = "$oc/bridges/span/devices/cam/";
        span.send(&format!("{base}sys/messages/up"), "too early").await;
        span.until_noted(&platform, "not logged in through bridge span").await;

        for (secret, code) in [("wrong", 1), ("secret", 0)] {
            let login =
                json!({"sign_type": 0, "timestamp": STAMP, "password": password(Sign::Unchecked, STAMP, secret)});
            span.send(&format!("{base}sys/login/request_id=1"), login).await;
            let (topic, body) = span.json().await;
            assert_eq!(topic, format!("{base}sys/login/response/request_id=1"));
            assert_eq!(body, json!({"result_code": code}));
        }
        assert_eq!(platform.bridged("span"), ["cam"]);
        let id = platform.command("cam", "lamp", "on", &json!({}), WAIT).unwrap();
        let (topic, _) = span.json().await;
        assert_eq!(topic, format!("{base}sys/commands/request_id={id}"));
        span.send(&format!("{base}sys/commands/response/request_id={id}"), "{}")
            .await;
        span.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(platform.wait_request(&id, WAIT).unwrap().state(), State::Answered(0));
        let ask = json!({"services": [{"service_id": "$time_sync", "event_type": "time_sync_request",
            "paras": {"device_send_time": 1}}]});
        span.send(&format!("{base}sys/events/up"), ask).await;
        assert_eq!(span.json().await.0, format!("{base}sys/events/down"));

        let reset = json!({"old_secret": "secret", "new_secret": "another"});
        span.send(&format!("{base}sys/reset_secret/request_id=2"), reset).await;
        let (topic, body) = span.json().await;
        assert_eq!(topic, format!("{base}sys/reset_secret/response/request_id=2"));
        assert_eq!(
            (&body["result_code"], &body["new_secret"]),
            (&json!(0), &json!("another"))
        );
        let shown = platform.events().iter().any(|e| e.to_string().contains("another"));
        assert!(!shown, "secrets are masked");

        platform.bridge_disconnect("cam").unwrap();
        assert_eq!(span.json().await.0, format!("{base}sys/disconnect"));
        assert!(platform.command("cam", "lamp", "on", &json!({}), WAIT).is_err());
        span.send(&format!("{base}sys/logout/request_id=3"), "").await;
        assert_eq!(span.json().await.1, json!({"result_code": 1}));
    });
}

#[test]
fn provisioning() {
    run(async {
        let platform = platform();
        platform.add_scope("scope", "c2VjcmV0");
        let mut cam = Device::new(&platform, "cam").await;
        cam.send("sys/bootstrap/up", "").await;
        let address = platform.plain_addr().unwrap().to_string();
        assert_eq!(
            cam.json().await,
            ("sys/bootstrap/down".into(), json!({"address": address}))
        );

        let secret = group_password(Sign::Unchecked, STAMP, "newcomer", "c2VjcmV0").unwrap();
        let client_id = format!("newcomer_0_scope_0_{STAMP}");
        let mut new = Device::login(&platform, "newcomer", client_id, secret).await;
        new.send("sys/bootstrap/up", "").await;
        let (topic, body) = new.json().await;
        assert_eq!(
            (topic.as_str(), &body["address"]),
            ("sys/bootstrap/down", &json!(address))
        );
        let issued = body["deviceSecret"].as_str().unwrap().to_string();
        let client_id = format!("newcomer_0_0_{STAMP}");
        Device::login(
            &platform,
            "newcomer",
            client_id,
            password(Sign::Unchecked, STAMP, &issued),
        )
        .await;
        assert!(
            platform.events().iter().all(|e| !e.to_string().contains(&issued)),
            "masked"
        );
    });
}

#[test]
fn device_to_device() {
    run(async {
        let platform = platform();
        let mut gate = Device::new(&platform, "gate").await;
        let mut cam = Device::new(&platform, "cam").await;
        gate.subscribe("$oc/m2m/to/gate/#").await;
        let topic = "$oc/m2m/to/gate/from/cam/request_id=4";
        cam.send(topic, "{\"content\":\"hi\"}").await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(gate.next().await, (topic.to_string(), b"{\"content\":\"hi\"}".to_vec()));
        cam.send("$oc/m2m/to/nobody/from/cam/request_id=5", "x").await;
        cam.until_noted(&platform, "nobody, which is not registered").await;
    });
}

#[test]
fn v3_topics() {
    run(async {
        let platform = platform();
        let mut cam = Device::new(&platform, "cam").await;
        cam.subscribe("/huawei/v1/devices/cam/command/json").await;
        cam.subscribe("/huawei/v1/devices/cam/command/binary").await;
        let report = json!({"msgType": "deviceReq", "data": [{"serviceId": "lamp", "serviceData": {"on": true}}]});
        cam.send("/huawei/v1/devices/cam/data/json", report).await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        let mid = platform
            .command_v3("cam", "lamp", "off", &json!({"in": 3}), WAIT)
            .unwrap();
        let (topic, body) = cam.json().await;
        assert_eq!(
            (topic.as_str(), mid.as_str()),
            ("/huawei/v1/devices/cam/command/json", "1")
        );
        assert_eq!(
            (&body["msgType"], &body["mid"], &body["cmd"]),
            (&"cloudReq".into(), &1.into(), &"off".into())
        );
        let answer = json!({"mid": 1, "errcode": 0, "msgType": "deviceRsp", "body": {}});
        cam.send("/huawei/v1/devices/cam/data/json", answer).await;
        cam.until(|packet| matches!(packet, Packet::PubAck(_))).await;
        assert_eq!(platform.wait_request(&mid, WAIT).unwrap().state(), State::Answered(0));
        assert_eq!(platform.shadow("cam")[0]["reported"]["properties"], json!({"on": true}));
        platform.binary_v3("cam", b"\x01\x02").unwrap();
        assert_eq!(
            cam.next().await,
            ("/huawei/v1/devices/cam/command/binary".into(), b"\x01\x02".to_vec())
        );
    });
}

#[test]
fn time_files_and_events() {
    run(async {
        let platform = platform();
        let mut cam = Device::new(&platform, "cam").await;
        let time = cam
            .event("$time_sync", "time_sync_request", json!({"device_send_time": 12}))
            .await;
        assert_eq!(time["paras"]["device_send_time"], 12);
        let url = cam
            .event("$file_manager", "get_upload_url", json!({"file_name": "a.jpg"}))
            .await;
        assert_eq!(url["event_type"], "get_upload_url_response");
        assert!(
            url["paras"]["url"]
                .as_str()
                .unwrap()
                .starts_with("https://127.0.0.1:9/files/cam/a.jpg?")
        );
        platform
            .event("cam", "$log", "log_config", json!({"switch": "on"}))
            .unwrap();
        let (topic, body) = cam.json().await;
        assert_eq!(
            (topic.as_str(), &body["services"][0]["paras"]["switch"]),
            ("sys/events/down", &json!("on"))
        );
    });
}

/// MQTT 5: a message's properties reach the device as they are.
#[test]
fn properties_of_mqtt_5() {
    use rumqttc::v5::{
        AsyncClient as Client5, Event as Event5, MqttOptions as Options5, mqttbytes::v5::Packet as Packet5,
    };
    run(async {
        let platform = platform();
        let mut options = Options5::new(format!("cam_0_0_{STAMP}"), "127.0.0.1", platform.plain_port());
        options.set_credentials("cam", password(Sign::Unchecked, STAMP, "secret"));
        let (_client, mut events) = Client5::new(options, 10);
        loop {
            match tokio::time::timeout(WAIT, events.poll()).await.unwrap().unwrap() {
                Event5::Incoming(Packet5::ConnAck(_)) => {
                    let mut message = DeviceMessage::raw("with properties");
                    message.properties = Some(Box::new(Properties {
                        user: vec![("k".into(), "v".into()), ("k".into(), "w".into())],
                        content_type: Some("text/plain".into()),
                        ..Properties::default()
                    }));
                    platform.wait_online("cam", WAIT);
                    assert!(platform.message("cam", message).unwrap());
                }
                Event5::Incoming(Packet5::Publish(publish)) => {
                    let properties = publish.properties.unwrap();
                    assert_eq!(properties.user_properties.len(), 2);
                    assert_eq!(properties.content_type.as_deref(), Some("text/plain"));
                    return;
                }
                _ => {}
            }
        }
    });
}
