use bytes::BytesMut;

use super::*;
use crate::transport::auth::Credentials;
use crate::transport::numbers::ReasonCode;
use crate::transport::{Properties, Publish, Secret};
use proptest::prelude::*;
use serde_json::Value;

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn decode(version: Version, bytes: &[u8]) -> Result<Packet, Malformed> {
    let mut buffer = BytesMut::from(bytes);
    let frame = frame::take(&mut buffer, 1 << 20)?.expect("one whole packet");
    assert!(buffer.is_empty());
    codec(version).decode(frame)
}

fn outgoing(publish: &Publish, packet_id: u16, alias: Option<u16>) -> Outgoing<'_> {
    Outgoing {
        publish,
        packet_id,
        dup: false,
        alias,
        alias_only: false,
    }
}

/// Encodes what the C SDK was seen to send, and compares byte for byte; decodes what the server answered.
#[test]
fn session_vectors() {
    let scenarios: Vec<Value> =
        serde_json::from_str(include_str!("../../../../../tests/vectors/session.json")).unwrap();
    let mut seen = 0;
    for scenario in &scenarios {
        let version = if scenario["name"] == "mqtt5_plain" {
            Version::V5
        } else {
            Version::V4
        };
        let codec = codec(version);
        for packet in scenario["packets"].as_array().unwrap() {
            let bytes = unhex(packet["hex"].as_str().unwrap());
            let text = |name: &str| packet[name].as_str().unwrap().to_owned();
            let id = packet["packet_id"].as_u64().unwrap_or(0) as u16;
            let kind = packet["packet"].as_str().unwrap();
            seen += 1;
            if packet["from"] == "server" {
                match (kind, decode(version, &bytes).unwrap()) {
                    (
                        "CONNACK",
                        Packet::ConnAck {
                            session_present: false,
                            reason: ReasonCode::Success,
                            server,
                        },
                    ) => {
                        assert_eq!(server, Server::default());
                    }
                    (
                        "SUBACK",
                        Packet::SubAck {
                            id: got,
                            reason: ReasonCode::Success,
                        },
                    )
                    | (
                        "PUBACK",
                        Packet::PubAck {
                            id: got,
                            reason: ReasonCode::Success,
                        },
                    ) => assert_eq!(got, id),
                    ("PINGRESP", Packet::PingResp) => {}
                    other => panic!("{other:?}"),
                }
                continue;
            }
            let mut out = BytesMut::new();
            match kind {
                "CONNECT" => {
                    let who = Credentials {
                        client_id: text("client_id"),
                        user: text("username"),
                        password: Some(Secret::new(text("password"))),
                    };
                    let hello = Hello {
                        keep_alive: packet["keep_alive"].as_u64().unwrap() as u16,
                        clean: true,
                        max_packet: None,
                        who: &who,
                    };
                    codec.connect(&mut out, &hello).unwrap();
                }
                "SUBSCRIBE" => {
                    let filter = &packet["filters"][0];
                    let qos = filter["qos"].as_u64().unwrap() as u8;
                    codec
                        .subscribe(&mut out, id, filter["topic"].as_str().unwrap(), qos)
                        .unwrap();
                }
                "PUBLISH" => {
                    let qos = packet["qos"].as_u64().unwrap() as u8;
                    let mut publish = Publish::new(text("topic"), text("payload"), qos, 0);
                    let mut alias = None;
                    if packet["properties"].is_string() {
                        alias = Some(1);
                        publish.properties = Some(Box::new(Properties {
                            user: vec![("region".into(), "A".into()), ("type".into(), "JSON".into())],
                            content_type: Some("application/json".into()),
                            response_topic: Some("responseTopic".into()),
                            correlation_data: Some("4321".into()),
                            topic_alias: Some(1),
                        }));
                    }
                    let outgoing = outgoing(&publish, id, alias);
                    codec.publish(&mut out, &outgoing);
                    assert_eq!(codec.publish_size(&outgoing), out.len());
                }
                "PINGREQ" => codec.ping(&mut out),
                "DISCONNECT" => codec.disconnect(&mut out, true),
                other => panic!("{other}"),
            }
            assert_eq!(out, bytes, "{} {kind}", scenario["name"]);
        }
    }
    assert!(seen > 50);
}

#[test]
fn certificate_mode_has_no_password() {
    let who = Credentials {
        client_id: "c".into(),
        user: "u".into(),
        password: None,
    };
    for version in [Version::V4, Version::V5] {
        let mut out = BytesMut::new();
        let hello = Hello {
            keep_alive: 120,
            clean: true,
            max_packet: None,
            who: &who,
        };
        codec(version).connect(&mut out, &hello).unwrap();
        assert_eq!(out[9], 0x82);
        assert_eq!(&out[out.len() - 3..], [0, 1, b'u']);
    }
}

#[test]
fn odd_codes_reach_the_caller() {
    let connack = |version, hex: &str| match decode(version, &unhex(hex)).unwrap() {
        Packet::ConnAck { reason, .. } => reason.code(),
        other => panic!("{other:?}"),
    };
    assert_eq!(connack(Version::V4, "20020005"), 5);
    assert_eq!(connack(Version::V4, "20020006"), 6);
    assert_eq!(connack(Version::V4, "20020086"), 0x86);
    assert_eq!(connack(Version::V5, "2003008600"), 0x86);
    assert_eq!(connack(Version::V5, "200300ff00"), 0xff);
    assert_eq!(connack(Version::V5, "20020001"), 1);
    let suback = |version, hex: &str| match decode(version, &unhex(hex)).unwrap() {
        Packet::SubAck { id: 7, reason } => reason.code(),
        other => panic!("{other:?}"),
    };
    assert_eq!(suback(Version::V4, "9003000780"), 0x80);
    assert_eq!(
        suback(Version::V4, "9003000787"),
        0,
        "docs/spec/connection.md#subscribe-outcome"
    );
    assert_eq!(suback(Version::V4, "9003000700"), 0);
    assert_eq!(suback(Version::V5, "900400070087"), 0x87);
    assert_eq!(suback(Version::V5, "900400070002"), 0);
    assert_eq!(suback(Version::V5, "90080007041f000161ee"), 0xee);
    assert_eq!(
        decode(Version::V5, &unhex("4003000797")).unwrap(),
        Packet::PubAck {
            id: 7,
            reason: ReasonCode::QuotaExceeded
        }
    );
    assert_eq!(
        decode(Version::V5, &unhex("40040007fe00")).unwrap(),
        Packet::PubAck {
            id: 7,
            reason: ReasonCode::Other(0xfe)
        }
    );
    assert_eq!(
        decode(Version::V5, &unhex("e000")).unwrap(),
        Packet::Disconnect {
            reason: ReasonCode::Success,
            text: None
        }
    );
    assert_eq!(
        decode(Version::V5, &unhex("e0018e")).unwrap(),
        Packet::Disconnect {
            reason: ReasonCode::SessionTakenOver,
            text: None
        }
    );
    let told = Packet::Disconnect {
        reason: ReasonCode::SessionTakenOver,
        text: Some("a".into()),
    };
    assert_eq!(decode(Version::V5, &unhex("e0068e041f000161")).unwrap(), told);
    assert!(decode(Version::V4, &unhex("e000")).is_err());
}

#[test]
fn server_limits_are_read() {
    let bytes = unhex("20130000102100052200032700001000240113003c");
    match decode(Version::V5, &bytes).unwrap() {
        Packet::ConnAck { server, .. } => {
            let expected = Server {
                receive_maximum: 5,
                max_packet: 4096,
                max_qos: 1,
                topic_alias_max: 3,
                keep_alive: Some(60),
            };
            assert_eq!(server, expected);
        }
        other => panic!("{other:?}"),
    }
}

/// What a lenient reader would take for something else: both versions, the reason that an MQTT 5 server is told, and what
/// the log says.
#[test]
fn packets_that_break_the_rules_are_refused() {
    use ReasonCode::{MalformedPacket as Bad, ProtocolError as Forbidden, TopicNameInvalid as Topic};
    use Version::{V4, V5};
    // first byte and body
    let table: &[(&[Version], &str, ReasonCode, &str)] = &[
        (&[V4], "20 0200", Bad, "reserved flags"),
        (&[V5], "20 ff0000", Bad, "reserved flags"),
        (&[V4], "20 0105", Forbidden, "refuses and has a session"),
        (&[V5], "20 018600", Forbidden, "refuses and has a session"),
        (&[V4, V5], "21 0000", Bad, "CONNACK with wrong flags"),
        (&[V5], "20 0000062100", Bad, "shorter"),
        (&[V5], "20 000003210000", Forbidden, "0x21 out of its range"),
        (&[V5], "20 000006210001210001", Forbidden, "0x21 twice"),
        (&[V5], "20 0000022407", Forbidden, "0x24 out of its range"),
        (&[V5], "20 0000052700000000", Forbidden, "0x27 out of its range"),
        (&[V5], "20 0000022502", Forbidden, "0x25 out of its range"),
        (&[V5], "20 000002ff00", Forbidden, "0xff in a CONNACK"),
        (&[V5], "20 00000000ff", Bad, "longer than its fields"),
        (&[V4], "90 0007", Forbidden, "SUBACK without a code"),
        (&[V5], "90 000700", Forbidden, "SUBACK without a code"),
        (&[V4], "30 0000", Topic, "without a topic"),
        (&[V5], "30 000000", Topic, "without a topic"),
        (&[V4], "30 000261232f", Topic, "wildcard"),
        (&[V5], "30 0002612b0078", Topic, "wildcard"),
        (&[V4, V5], "30 0002610000", Bad, "NUL"),
        (&[V4, V5], "38 000161", Forbidden, "repetition"),
        (&[V5], "30 0001740601000100017a", Forbidden, "0x01 twice"),
        (&[V5], "30 000174020105", Forbidden, "0x01 out of its range"),
        (&[V5], "30 000174020b00", Forbidden, "0x0b out of its range"),
        (&[V4, V5], "42 0007", Bad, "PUBACK with wrong flags"),
        (&[V4, V5], "60 0007", Bad, "PUBREL with wrong flags"),
        (&[V4, V5], "d0 00", Bad, "PINGRESP with a body"),
        (&[V5], "f0 ", Forbidden, "AUTH"),
        (&[V5], "f0 1800", Forbidden, "AUTH"),
    ];
    for (versions, hex, reason, text) in table {
        for version in *versions {
            let mut bytes = unhex(&hex.replace(' ', ""));
            bytes.insert(1, bytes.len() as u8 - 1);
            let refused = decode(*version, &bytes).expect_err(hex);
            assert!(refused.text.contains(text), "{version:?} {hex}: {}", refused.text);
            if !text.starts_with("NUL") || *version == V5 {
                assert_eq!(refused.reason, *reason, "{version:?} {hex}");
            }
        }
    }
    let mut out = BytesMut::new();
    codec(V4).reject(&mut out, Bad);
    assert!(out.is_empty(), "3.1.1 has no reasons");
    codec(V5).reject(&mut out, Bad);
    assert_eq!(out[..], [0xe0, 2, 0x81, 0]);
}

#[test]
fn incoming_properties_keep_their_order_and_the_payload_whole() {
    // subscription identifier first: rumqttc's own reader would cut the rest wrongly
    let mut bytes = unhex("302000017414" /* topic t, 20 bytes of properties */);
    bytes.extend(unhex("0b01260001610001782600016200017903000163"));
    bytes.extend_from_slice(b"payload");
    bytes[1] = (bytes.len() - 2) as u8;
    match decode(Version::V5, &bytes).unwrap() {
        Packet::Publish(inbound) => {
            assert_eq!((inbound.topic.as_str(), &inbound.payload[..]), ("t", &b"payload"[..]));
            let properties = inbound.properties.unwrap();
            assert_eq!(properties.user, [("a".into(), "x".into()), ("b".into(), "y".into())]);
            assert_eq!(properties.content_type.as_deref(), Some("c"));
            assert_eq!(properties.topic_alias, None);
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn no_packet_panics(first: u8, body in proptest::collection::vec(any::<u8>(), 0..120)) {
        let mut bytes = vec![first, body.len() as u8];
        bytes.extend_from_slice(&body);
        for version in [Version::V4, Version::V5] {
            let _ = decode(version, &bytes);
        }
    }

    #[test]
    fn publish_sizes_and_round_trip(topic in "[a-z/]{1,300}", payload: Vec<u8>, qos in 0u8..3, id in 1u16.., v5: bool) {
        let version = if v5 { Version::V5 } else { Version::V4 };
        let publish = Publish::new(topic.clone(), payload.clone(), qos, 0);
        let outgoing = outgoing(&publish, id, None);
        let mut out = BytesMut::new();
        codec(version).publish(&mut out, &outgoing);
        prop_assert_eq!(out.len(), codec(version).publish_size(&outgoing));
        match decode(version, &out).unwrap() {
            Packet::Publish(inbound) => {
                prop_assert_eq!(inbound.topic, topic);
                prop_assert_eq!(inbound.payload, payload);
                prop_assert_eq!(inbound.packet_id, if qos > 0 { id } else { 0 });
                prop_assert_eq!((inbound.qos, inbound.dup, inbound.retain), (qos, false, false));
                prop_assert_eq!(inbound.properties.is_some(), v5);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
