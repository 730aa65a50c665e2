//! Finding members on the LAN: packets made by an independent implementation (find_packet.py), byte for byte.

use std::net::IpAddr;

use nearlink::find::packet::{Body, Keys, Kind, Packet, seal};
use nearlink::noise;
use serde_json::Value;

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn packets_of_the_second_implementation() {
    let all: Value = serde_json::from_str(include_str!("../vectors/find.json")).unwrap();
    let all = all["packets"].as_array().unwrap();
    assert_eq!(all.len(), 4);
    for v in all {
        let keys = Keys::new(&noise::stretch(v["bus_key"].as_str().unwrap().as_bytes())).unwrap();
        let tag = keys.tag(v["half_hour"].as_u64().unwrap() as u32);
        assert_eq!(tag.to_vec(), hex(&v["tag"]));
        let addresses = v["addresses"].as_array().unwrap().iter();
        let body = Body {
            challenge: hex(&v["challenge"]).try_into().unwrap(),
            port: v["port"].as_u64().unwrap() as u16,
            roles: v["roles"].as_u64().unwrap() as u8,
            id: v["id"].as_str().unwrap().to_owned(),
            addresses: addresses
                .map(|a| a.as_str().unwrap().parse::<IpAddr>().unwrap())
                .collect(),
        };
        let kind = if v["type"] == 1 { Kind::Probe } else { Kind::Here };
        let bytes = hex(&v["packet"]);
        let nonce = hex(&v["nonce"]).try_into().unwrap();
        assert_eq!(seal(&keys, kind, &tag, &nonce, &body), Some(bytes.clone()));
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.kind, packet.tag, packet.nonce), (kind, tag, nonce));
        assert_eq!(packet.open(&keys), Some(Some(body)));
    }
}
