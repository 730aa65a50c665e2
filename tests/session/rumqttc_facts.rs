//! Why `transport` does not use rumqttc's event loop, shown with the real one against a scripted socket. When one of
//! these tests fails after an update of rumqttc, that reason has gone.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

/// Answers CONNECT with `connack`, then acknowledges every PUBLISH; returns the packets after CONNECT.
fn server(connack: &'static [u8]) -> (u16, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        packet(&mut stream).unwrap();
        stream.write_all(connack).unwrap();
        let mut seen = Vec::new();
        while let Some(packet) = packet(&mut stream) {
            if packet[0] >> 4 == 3 {
                let id = publish_id(&packet);
                stream.write_all(&[0x40, 2, id[0], id[1]]).unwrap();
            }
            seen.push(packet);
        }
        seen
    });
    (port, thread)
}

/// One packet of fewer than 128 bytes.
fn packet(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut header = [0; 2];
    stream.read_exact(&mut header).ok()?;
    let mut body = vec![0; header[1].into()];
    stream.read_exact(&mut body).ok()?;
    Some([&header[..], &body].concat())
}

fn publish_id(packet: &[u8]) -> [u8; 2] {
    let topic = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
    [packet[4 + topic], packet[5 + topic]]
}

/// Packet ids start again at the in-flight limit, so an id given to the program when it hands a message over cannot
/// be the packet id.
#[tokio::test]
async fn packet_ids_wrap_at_the_in_flight_limit() {
    let (port, seen) = server(&[0x20, 2, 0, 0]);
    let mut options = rumqttc::MqttOptions::new("id", "127.0.0.1", port);
    options.set_inflight(3);
    let (client, mut events) = rumqttc::AsyncClient::new(options, 10);
    for _ in 0..5 {
        client.try_publish("t", rumqttc::QoS::AtLeastOnce, false, "x").unwrap();
    }
    let mut acknowledged = 0;
    while acknowledged < 5 {
        if let rumqttc::Event::Incoming(rumqttc::Packet::PubAck(_)) = events.poll().await.unwrap() {
            acknowledged += 1;
        }
    }
    drop((client, events));
    let ids: Vec<u8> = seen
        .join()
        .unwrap()
        .iter()
        .map(|packet| publish_id(packet)[1])
        .collect();
    assert_eq!(ids, [1, 2, 3, 1, 2]);
}

/// The MQTT 5 DISCONNECT has neither reason nor session expiry; the C SDK sends `e0 07 00 05 11 00000000`.
#[tokio::test]
async fn disconnect_of_mqtt_5_has_no_properties() {
    use rumqttc::v5;
    let (port, seen) = server(&[0x20, 3, 0, 0, 0]);
    let options = v5::MqttOptions::new("id", "127.0.0.1", port);
    let (client, mut events) = v5::AsyncClient::new(options, 10);
    client.try_disconnect().unwrap();
    while events
        .poll()
        .await
        .is_ok_and(|event| event != v5::Event::Outgoing(rumqttc::Outgoing::Disconnect))
    {}
    drop((client, events));
    assert_eq!(seen.join().unwrap(), [[0xe0, 0]]);
}
