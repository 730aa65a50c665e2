//! The soft bus flow over real sockets, with rumqttc's own client as the device.

use std::time::Duration;

use iotda_sim::{Config, Cut, Event, Fault, Handle, Kind, Message, Platform, Port, Rules};
use rumqttc::{AsyncClient, Event as Mqtt, EventLoop, MqttOptions, Packet, Publish, QoS};
use serde_json::{Value, json};

const WAIT: Duration = Duration::from_secs(10);
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

/// A device: client, and what it got.
struct Device {
    client: AsyncClient,
    events: EventLoop,
}

fn options(platform: &Handle, id: &str, secret: &str) -> MqttOptions {
    let stamp = "2024060108";
    let client_id = format!("{id}_0_0_{stamp}");
    let mut options = MqttOptions::new(client_id, "127.0.0.1", platform.plain_port());
    options.set_credentials(
        id,
        iotda_sim::login::password(iotda_sim::login::Sign::Unchecked, stamp, secret),
    );
    options.set_keep_alive(Duration::from_secs(60));
    options
}

impl Device {
    fn new(platform: &Handle, id: &str, secret: &str) -> Device {
        let (client, events) = AsyncClient::new(options(platform, id, secret), 10);
        Device { client, events }
    }

    async fn next(&mut self) -> Result<Packet, rumqttc::ConnectionError> {
        loop {
            match tokio::time::timeout(WAIT, self.events.poll())
                .await
                .expect("something within the time")?
            {
                Mqtt::Incoming(packet) => return Ok(packet),
                Mqtt::Outgoing(_) => {}
            }
        }
    }

    async fn publish(&mut self) -> Publish {
        loop {
            if let Packet::Publish(publish) = self.next().await.unwrap() {
                return publish;
            }
        }
    }
}

fn run(test: impl std::future::Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

fn platform(configure: impl FnOnce(&mut Config)) -> Platform {
    let mut config = Config {
        plain: Port::Ephemeral,
        ..Config::default()
    }
    .device("gate", SECRET)
    .device("cam", SECRET)
    .bus("hall", "workshop", &["gate", "cam"]);
    configure(&mut config);
    Platform::start(config).unwrap()
}

fn body(publish: &Publish) -> Value {
    serde_json::from_slice(&publish.payload).unwrap()
}

#[test]
fn the_ten_steps() {
    run(async {
        let platform = platform(|c| {
            c.softbus = Rules {
                redelivery_ms: 100,
                ..Rules::default()
            }
        });
        let mut gate = Device::new(&platform, "gate", SECRET);
        let list = gate.publish().await;
        let request_id = list
            .topic
            .strip_prefix("$oc/devices/gate/sys/properties/set/request_id=")
            .unwrap()
            .to_string();
        let again = gate.publish().await;
        assert_eq!((&again.topic, &again.payload), (&list.topic, &list.payload));
        let buses = body(&list)["services"][0]["properties"].as_object().unwrap().clone();
        let bus_id = buses.keys().next().unwrap();
        assert_eq!(buses[bus_id], json!({"version": 0}));

        let events = "$oc/devices/gate/sys/events/up";
        let report = json!({"services": [{"service_id": "$sdk_info", "event_type": "sdk_info_report",
            "paras": {"device_ip": "127.0.0.1"}}]});
        gate.client
            .publish(events, QoS::AtLeastOnce, false, report.to_string())
            .await
            .unwrap();
        let answer = format!("$oc/devices/gate/sys/properties/set/response/request_id={request_id}");
        gate.client
            .publish(answer, QoS::AtLeastOnce, false, r#"{"result_code":0}"#)
            .await
            .unwrap();
        let query = json!({"services": [{"service_id": "$oh_soft_bus", "event_type": "soft_bus_config_request",
            "paras": {"bus_id": bus_id}}]});
        gate.client
            .publish(events, QoS::ExactlyOnce, false, query.to_string())
            .await
            .unwrap();
        let info = loop {
            let publish = gate.publish().await;
            if publish.topic == "$oc/devices/gate/sys/events/down" {
                break body(&publish)["services"][0]["paras"].clone();
            }
        };
        assert_eq!(info["bus_infos"][0]["bus_id"], bus_id.as_str());
        assert_eq!(
            info["bus_infos"][0]["devices_info"][0],
            json!({"device_id": "gate", "device_ip": "127.0.0.1"})
        );
        assert!(platform.is_synchronised("gate") && !platform.is_synchronised("cam"));

        platform.set_key("hall", "0123456789abcdef").unwrap();
        let list = gate.publish().await;
        assert_eq!(body(&list)["services"][0]["properties"][bus_id], json!({"version": 1}));
    });
}

#[test]
fn refusals_and_take_over() {
    run(async {
        let platform = platform(|_| {});
        let mut wrong = Device::new(&platform, "gate", "another secret");
        assert!(wrong.next().await.is_err());
        assert_eq!(
            platform.wait_for(|e| e.refused().is_some(), WAIT).unwrap().refused(),
            Some(4)
        );
        let mut first = Device::new(&platform, "gate", SECRET);
        assert!(matches!(first.next().await.unwrap(), Packet::ConnAck(_)));
        let mut second = Device::new(&platform, "gate", SECRET);
        assert!(matches!(second.next().await.unwrap(), Packet::ConnAck(_)));
        let taken_over = |e: &Event| e.ended() == Some(&iotda_sim::End::TakenOver);
        assert!(platform.wait_for(taken_over, WAIT).is_some());
        while first.next().await.is_ok() {}
        assert!(platform.is_online("gate"));
    });
}

#[test]
fn rights_and_subscriptions() {
    run(async {
        let platform = platform(|c| (c.implicit, c.softbus.push_on_online) = (false, false));
        let mut gate = Device::new(&platform, "gate", SECRET);
        gate.next().await.unwrap();
        let topic = "$oc/devices/gate/sys/commands/request_id=1";
        assert!(platform.publish_to("gate", topic, "{}", 1).is_err());
        gate.client
            .subscribe("$oc/devices/gate/sys/commands/#", QoS::AtMostOnce)
            .await
            .unwrap();
        gate.next().await.unwrap();
        platform.publish_to("gate", topic, "{}", 1).unwrap();
        assert_eq!(gate.publish().await.qos, QoS::AtMostOnce);
        gate.client
            .publish("$oc/devices/cam/sys/messages/up", QoS::AtLeastOnce, false, "x")
            .await
            .unwrap();
        gate.next().await.unwrap();
        let illegal = |e: &Event| matches!(&e.kind, Kind::Illegal { topic } if topic.contains("cam"));
        assert!(platform.wait_for(illegal, WAIT).is_some());
        let message = Message {
            topic: "any/topic".into(),
            payload: b"x".to_vec(),
            qos: 2,
            ..Message::default()
        };
        platform.publish_unasked("gate", message).unwrap();
        assert_eq!(gate.publish().await.qos, QoS::ExactlyOnce);
        while !platform.events().iter().any(|e| matches!(e.kind, Kind::PubComp { .. })) {
            gate.next().await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
            let _ = tokio::time::timeout(Duration::from_millis(50), gate.events.poll()).await;
        }
    });
}

#[test]
fn cut_before_the_acknowledgement() {
    run(async {
        let platform = platform(|_| {});
        platform.fault(Fault {
            times: 1,
            cut_after_publishes_in: Some(1),
            cut: Cut::Reset,
            ..Fault::default()
        });
        let mut cam = Device::new(&platform, "cam", SECRET);
        cam.next().await.unwrap();
        let topic = "$oc/devices/cam/sys/messages/up";
        cam.client
            .publish(topic, QoS::AtLeastOnce, false, "hello")
            .await
            .unwrap();
        loop {
            match cam.next().await {
                Ok(Packet::PubAck(_)) => panic!("acknowledged in spite of the cut"),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        assert!(platform.wait_uplink("cam", topic, WAIT).is_some());
        assert!(matches!(cam.next().await.unwrap(), Packet::ConnAck(_)));
    });
}
