//! What a stranger, and what a member, can send to find and be found: packets of any bytes, the body that a member sealed, and
//! packets that open. Input: a byte that says which, one for the sender, then the bytes.
#![no_main]

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use nearlink::find::finder::{Finder, Group, Moment};
use nearlink::find::interface::{Interface, Subnet};
use nearlink::find::packet::{self, Body, Keys, Kind};
use nearlink::noise::Psk;

fn random(bytes: &mut [u8]) -> bool {
    bytes.fill(7); // the same input does the same
    true
}

fuzz_target!(|data: &[u8]| {
    let Some((&[how, from], mut bytes)) = data.split_first_chunk() else { return };
    let keys = Arc::new(Keys::new(&Psk::new([1; 32])).unwrap());
    let mut finder = Finder::new(random);
    finder.is("A", 28177, 28177);
    let subnet = Subnet { address: IpAddr::from([10, 0, 0, 1]), prefix: 24 };
    finder.set_interfaces(vec![Interface { index: 2, subnets: vec![subnet] }]);
    let members = HashMap::from([("B".to_owned(), vec![IpAddr::from([10, 0, 0, 2])]), ("C".to_owned(), Vec::new())]);
    finder.set_groups(vec![Group { id: "bus".into(), keys: Arc::clone(&keys), members }]);
    finder.start(packet::LISTENS);
    let mut moment = Moment { now: Instant::now(), unix: 1_767_225_600, trusted: how & 4 == 0 };
    finder.poll(moment);
    let source = SocketAddr::new(IpAddr::from([10, 0, from % 2, from]), 28177);
    let tag = keys.tag(packet::half_hour(moment.unix));
    let mut number = 0u8;
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(bytes.len().min(usize::from(bytes[0]) + 1));
        bytes = rest;
        number = number.wrapping_add(1);
        match how % 4 {
            0 => finder.receive(moment, 2, source, piece),
            1 => {
                if let Some(body) = Body::read(piece) {
                    assert!(body.addresses.len() <= packet::MAX_ADDRESSES && body.port >= packet::LOWEST_PORT);
                }
            }
            kind => {
                let id = String::from_utf8_lossy(piece.get(1..2).unwrap_or(b"B")).into_owned();
                let mut body = Body { challenge: [7; 16], port: 28177, roles: from, id, addresses: vec![IpAddr::from([10, 0, 0, from])] };
                body.challenge[0] ^= piece.get(2).copied().unwrap_or(0);
                body.lengthen();
                let kind = if kind == 2 { Kind::Probe } else { Kind::Here };
                if let Some(sealed) = packet::seal(&keys, kind, &tag, &[number; 24], &body) {
                    finder.receive(moment, 2, source, &sealed);
                }
            }
        }
        moment.now += Duration::from_millis(u64::from(piece[0]) * 8);
        for out in finder.poll(moment) {
            assert!(out.packet.len() <= packet::MAX);
        }
        assert!(finder.statistics().found <= 4);
    }
});
