//! Vectors of the near link, byte for byte, through the pure state machines.

use std::time::Instant;

use nearlink::code;
use nearlink::frame::{Kind, frame};
use nearlink::handshake::{Client, Seed, Server, Step};
use nearlink::noise::{self, Psk};
use nearlink::record::Status;
use nearlink::session::{Event, Session, Timers};
use serde_json::Value;

fn vectors(section: &str) -> Vec<Value> {
    let text = include_str!("../vectors/softbus.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all[section].as_array().unwrap().clone()
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().unwrap()
}

fn seed(v: &Value, side: &str) -> Seed {
    Seed {
        nonce: array(&v[format!("{side}_nonce")]),
        ephemeral: Some(array(&v[format!("{side}_ephemeral_private")])),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn handshakes_byte_for_byte() {
    let all = vectors("dconn_handshakes");
    assert!(!all.is_empty());
    for v in all {
        let psk = noise::stretch(text(&v["group_key"]).as_bytes());
        assert_eq!(psk.to_vec(), hex(&v["psk"]));
        let mut client = Client::new(text(&v["client_id"]), seed(&v, "client"));
        let mut server = Server::new(text(&v["server_id"]), seed(&v, "server"));

        let hello = client.take_output();
        assert_eq!(hello, hex(&v["hello_frame"]));
        server.decoder().fill(&hello);
        assert_eq!(server.step(), Step::Peer(text(&v["client_id"]).into()));
        server.accept();
        let ack = server.take_output();
        assert_eq!(ack, hex(&v["hello_ack_frame"]));
        client.decoder().fill(&ack);
        assert_eq!(client.step(), Step::Peer(text(&v["server_id"]).into()));
        client.start(&psk);
        let noise1 = client.take_output();
        assert_eq!(noise1, hex(&v["noise1_frame"]));
        server.decoder().fill(&noise1);
        assert_eq!(server.step(), Step::Keys);
        assert!(!server.try_key(&noise::stretch(b"some other candidate")));
        assert!(server.try_key(&psk));
        let noise2 = server.take_output();
        assert_eq!(noise2, hex(&v["noise2_frame"]));
        client.decoder().fill(&noise2);
        assert_eq!(client.step(), Step::Read);
        let mut wire = vec![client.take_output()];
        server.decoder().fill(&wire[0]);
        assert_eq!(server.step(), Step::Confirmed);
        let start = server.ready().unwrap();
        client.decoder().fill(&start.output);
        wire.push(start.output.clone());
        assert_eq!(client.step(), Step::Ready);

        let now = Instant::now();
        let mut server = Session::new(start, Timers::default(), now);
        server.sent(wire[1].len());
        let mut client = Session::new(client.established().unwrap(), Timers::default(), now);
        server.send(b"hello!", now, now).unwrap();
        wire.push(pass(&mut server, &mut client));
        assert_eq!(
            client.next(now),
            Event::Data {
                seq: 1,
                message: b"hello!\0".to_vec()
            }
        );
        client.acknowledge(Status::Queued, now).unwrap();
        wire.push(pass(&mut client, &mut server));
        assert_eq!(server.next(now), Event::Answered(Status::Queued));
        for (n, record) in v["records"].as_array().unwrap().iter().enumerate().take(wire.len()) {
            assert_eq!(wire[n], hex(&record["frame"]), "record {n}");
        }
    }
}

fn pass(from: &mut Session, to: &mut Session) -> Vec<u8> {
    let (_, output) = from.buffers();
    let bytes = output.to_vec();
    from.sent(bytes.len());
    let (room, _) = to.buffers();
    room[..bytes.len()].copy_from_slice(&bytes);
    to.filled(bytes.len());
    bytes
}

/// Every record of the vector, sealed by our cipher in the vector's order.
#[test]
fn records_byte_for_byte() {
    for v in vectors("dconn_handshakes") {
        let (mut client, mut server) = ciphers(&v);
        for (n, record) in v["records"].as_array().unwrap().iter().enumerate() {
            let from_client = text(&record["sender"]) == "client";
            let (from, to) = if from_client {
                (&mut client, &mut server)
            } else {
                (&mut server, &mut client)
            };
            let mut sealed = Vec::new();
            from.seal(&hex(&record["plaintext"]), &mut sealed).unwrap();
            assert_eq!(sealed, hex(&record["frame"]), "record {n}");
            let mut plain = [0; 2048];
            let length = to.open(&sealed[6..], &mut plain).unwrap();
            assert_eq!(plain[..length], hex(&record["plaintext"]));
        }
    }
}

fn ciphers(v: &Value) -> (noise::Cipher, noise::Cipher) {
    let psk: Psk = Psk::new(array(&v["psk"]));
    let prologue = noise::Prologue::new(&hex(&v["hello_frame"]), &hex(&v["hello_ack_frame"]));
    let (client, noise1) =
        noise::Initiator::start(&prologue, &psk, 2018, Some(&array(&v["client_ephemeral_private"]))).unwrap();
    let answer = noise::respond(
        &prologue,
        &psk,
        &noise1[6..],
        2018,
        Some(&array(&v["server_ephemeral_private"])),
    )
    .unwrap()
    .unwrap();
    let (client, limit) = client.finish(&answer.noise2[6..]).unwrap().unwrap();
    assert_eq!((limit, answer.peer_limit), (2018, 2018));
    (client, answer.cipher)
}

#[test]
fn malformed_input_is_refused_as_required() {
    let psk = noise::stretch(b"3c9a07e51b6df248");
    let all = vectors("dconn_malformed");
    assert!(!all.is_empty());
    for v in all {
        let id = text(&v["id"]);
        let mut server = Server::new("dev_A", Seed::random().unwrap());
        let mut end = None;
        let mut sent = Vec::new();
        for input in v["client_sends"].as_array().unwrap() {
            server.decoder().fill(&hex(input));
            loop {
                match server.step() {
                    Step::Peer(peer) if peer == "dev_B" => server.accept(),
                    Step::Peer(_) => end = Some(server.refuse(code::DEVICE_NOT_AUTHORIZED)),
                    Step::Keys if server.try_key(&psk) => {}
                    Step::Keys => end = Some(server.refuse(code::AUTH_FAILED)),
                    Step::Read => break,
                    step => {
                        end = Some(step);
                        break;
                    }
                }
            }
            sent = server.take_output();
        }
        let code = u32::try_from(v["error_code"].as_u64().unwrap()).unwrap();
        assert_eq!(end, Some(Step::Failed(code)), "{id}");
        let wanted = match v["server_replies_error"].as_bool().unwrap() {
            true => frame(Kind::Error, &code.to_be_bytes()),
            false => Vec::new(),
        };
        assert_eq!(sent, wanted, "{id}");
    }
}
