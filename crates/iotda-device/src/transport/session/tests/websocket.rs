//! MQTT over WebSocket against a server that writes its frames by hand: refusals, frames cut as a server may cut them, and
//! servers that break the rules.

use std::io::{Read, Write};

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::peer::Conn;
use super::*;
use crate::transport::Transport;

const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// What becomes of a connection over WebSocket.
fn over_websocket(change: impl FnOnce(&mut Settings)) -> (Harness, Peer, Conn) {
    let peer = Peer::new();
    let harness = Harness::new();
    let mut settings = Settings {
        transport: Transport::WebSocket,
        ..settings(peer.port)
    };
    change(&mut settings);
    harness.session.connect(settings);
    let conn = peer.accept();
    (harness, peer, conn)
}

/// The request's text up to the empty line.
fn request(conn: &mut Conn) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        conn.0.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let found = request.lines().filter_map(|line| line.split_once(": "));
    found.into_iter().find(|(given, _)| *given == name).unwrap().1
}

/// An upgrade as it should be.
fn upgrade(request: &str) -> String {
    let accept = derive_accept_key(header(request, "Sec-WebSocket-Key").as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
    )
}

/// A frame as a server sends it: without a mask.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(short as u8),
        long => {
            bytes.push(127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

/// The next frame of the client, which must be masked: first byte and payload.
fn take(conn: &mut Conn) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    conn.0.read_exact(&mut head).unwrap();
    assert_ne!(head[1] & 0x80, 0, "a client's frame has a mask");
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        conn.0.read_exact(&mut bytes).unwrap();
        bytes
    };
    let length = match head[1] & 0x7f {
        126 => bytes(2),
        127 => bytes(8),
        short => vec![short],
    };
    let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let mask = bytes(4);
    let mut payload = bytes(length);
    payload
        .iter_mut()
        .zip(mask.iter().cycle())
        .for_each(|(byte, mask)| *byte ^= mask);
    (head[0], payload)
}

/// A connection after CONNECT and CONNACK 0.
fn session(change: impl FnOnce(&mut Settings)) -> (Harness, Peer, Conn) {
    let (harness, peer, mut conn) = over_websocket(change);
    let answer = upgrade(&request(&mut conn));
    conn.send(answer.as_bytes());
    let (first, connect) = take(&mut conn);
    assert_eq!((first, connect[0]), (BINARY, 0x10));
    conn.send(&frame(BINARY, &[0x20, 2, 0, 0]));
    harness.connected();
    (harness, peer, conn)
}

#[test]
fn the_request() {
    let (_harness, peer, mut conn) = over_websocket(|_| {});
    let request = request(&mut conn);
    assert!(request.starts_with("GET /mqtt HTTP/1.1\r\n"), "{request}");
    assert_eq!(header(&request, "Host"), format!("127.0.0.1:{}", peer.port));
    assert_eq!(header(&request, "Sec-WebSocket-Protocol"), "mqtt");
    assert_eq!(header(&request, "Sec-WebSocket-Version"), "13");
    assert!(!request.contains("secret123"));
}

#[test]
fn refusals_say_what_to_check() {
    let status = |line: &str| format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n");
    let good = |key: &str| upgrade(&format!("Sec-WebSocket-Key: {key}\r\n"));
    type Answer<'a> = Box<dyn Fn(&str) -> String + 'a>;
    let cases: Vec<(Answer, &str)> = vec![
        (
            Box::new(|_| status("403 Forbidden")),
            "HTTP 403 Forbidden: access is denied",
        ),
        (
            Box::new(|_| status("404 Not Found")),
            "HTTP 404 Not Found: nothing for MQTT",
        ),
        (
            Box::new(|_| status("400 Bad Request")),
            "HTTP 400 Bad Request: it does not like",
        ),
        (Box::new(|_| status("426 Upgrade Required")), "HTTP 426"),
        (Box::new(|_| status("429 Too Many Requests")), "too many connections"),
        (Box::new(|_| status("302 Found")), "sends us elsewhere"),
        (Box::new(|_| status("200 OK")), "a web server, not an MQTT platform"),
        (
            Box::new(|_| status("503 Service Unavailable")),
            "HTTP 503 Service Unavailable: the server",
        ),
        (
            Box::new(|key| good(key).replace("websocket", "h2c")),
            "no upgrade to WebSocket",
        ),
        (
            Box::new(|key| good(key).replace("Connection: Upgrade", "Connection: close")),
            "no upgrade",
        ),
        (Box::new(|_| good("another")), "no upgrade to WebSocket"),
        (
            Box::new(|key| good(key).replace("Sec-WebSocket-Protocol: mqtt\r\n", "")),
            "sub-protocol",
        ),
        (
            Box::new(|key| good(key).replace("Protocol: mqtt", "Protocol: soap")),
            "sub-protocol",
        ),
        (Box::new(|_| "\x20\x02\0\0\r\n\r\n".into()), "not HTTP"),
        (Box::new(|_| String::new()), "closed the connection"),
    ];
    for (answer, expected) in cases {
        let (harness, _peer, mut conn) = over_websocket(|_| {});
        let request = request(&mut conn);
        conn.send(answer(header(&request, "Sec-WebSocket-Key")).as_bytes());
        drop(conn);
        match harness.next() {
            Event::ConnectFailed {
                code: -1,
                message: Some("TCP/TLS connect failure"),
                detail,
                ..
            } => assert!(
                detail.contains(expected) && detail.contains("/mqtt"),
                "{expected}: {detail}"
            ),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn a_server_that_says_nothing_runs_into_the_timeout() {
    let (harness, _peer, _conn) = over_websocket(|settings| settings.connect_timeout = Duration::from_millis(200));
    assert!(matches!(
        harness.next(),
        Event::ConnectFailed {
            message: Some("TCP connect timeout"),
            ..
        }
    ));
}

#[test]
fn packets_and_frames_are_cut_anywhere() {
    let (harness, _peer, mut conn) = session(|_| {});
    let downlink = |text: &[u8]| [&[0x30, 3 + text.len() as u8, 0, 1, b't'], text].concat();
    // Two packets and a half, a ping, the rest in fragments and single bytes, an empty frame.
    let packets = [
        downlink(b"one"),
        downlink(b"two"),
        downlink(b"three"),
        downlink(b"four"),
    ]
    .concat();
    let (head, tail) = packets.split_at(20);
    let mut bytes = frame(BINARY, head);
    bytes.extend(frame(PING, b"are you there"));
    bytes.extend(frame(0x02, &tail[..3]));
    bytes.extend(frame(PING, b""));
    bytes.extend(frame(0x80, &tail[3..5]));
    bytes.extend(frame(BINARY, b""));
    tail[5..].iter().for_each(|byte| bytes.extend(frame(BINARY, &[*byte])));
    for byte in bytes {
        conn.0.write_all(&[byte]).unwrap();
    }
    for expected in ["one", "two", "three", "four"] {
        let Event::Message(message) = harness.next() else {
            panic!("{expected}")
        };
        assert_eq!(&message.payload[..], expected.as_bytes());
        harness.session.ack(message.ack);
    }
    assert_eq!(take(&mut conn), (PONG, b"are you there".to_vec()));
    assert_eq!(take(&mut conn), (PONG, vec![]));

    // A long report comes in frames of a bounded size.
    harness
        .session
        .publish(Publish::new("up", vec![7; 100_000], 1, 5))
        .unwrap();
    let mut sent = Vec::new();
    while sent.len() < 100_000 + 4 + 4 + 2 {
        let (first, payload) = take(&mut conn);
        assert_eq!(first, BINARY);
        assert!(payload.len() <= 16 << 10);
        sent.extend(payload);
    }
    conn.send(&frame(BINARY, &[0x40, 2, 0, 1]));
    assert_eq!(harness.published(), (1, 5, 0));

    harness.session.disconnect().unwrap();
    assert_eq!(take(&mut conn), (BINARY, vec![0xe0, 0]));
    assert_eq!(take(&mut conn).0, CLOSE);
    assert!(matches!(harness.next(), Event::Disconnected));
}

#[test]
fn ends_of_a_connection() {
    let masked = [&[BINARY, 0x80 | 4, 1, 2, 3, 4][..], b"data"].concat();
    let too_long = [&[BINARY, 127][..], &(1u64 << 40).to_be_bytes()].concat();
    for (bytes, expected) in [
        (
            frame(CLOSE, &[&1001u16.to_be_bytes()[..], b"restart"].concat()),
            "closed by the platform",
        ),
        (frame(CLOSE, b""), "closed by the platform"),
        (vec![BINARY, 100, 0x30], "closed by the platform"),
        (frame(0x81, b"hello"), "text frame"),
        (frame(0x83, b""), "breaks the WebSocket protocol"),
        (frame(0x80, b"nothing to continue"), "breaks the WebSocket protocol"),
        (frame(0xc2, b"compressed"), "a compression nobody asked for"),
        (masked, "breaks the WebSocket protocol"),
        (too_long, "breaks the WebSocket protocol"),
    ] {
        let (harness, _peer, mut conn) = session(|_| {});
        harness.report(1, 1);
        assert_eq!(take(&mut conn).0, BINARY);
        conn.send(&bytes);
        if expected == "closed by the platform" {
            conn.0.shutdown(std::net::Shutdown::Write).unwrap();
        }
        let detail = harness.lost();
        assert!(detail.contains(expected), "{expected}: {detail}");
        harness.session.shutdown(Duration::from_secs(1));
        assert_eq!(harness.published(), (1, 1, -11), "kept until the end");
    }
}

#[test]
fn a_frame_may_hold_the_largest_packet_and_no_more() {
    for (size, fits) in [(1 << 20, true), ((1 << 20) + (64 << 10) + 1, false)] {
        let (harness, _peer, mut conn) = session(|settings| settings.limits.incoming_bytes = 1 << 20);
        let mut bytes = vec![BINARY, 127];
        bytes.extend((size as u64).to_be_bytes());
        let _ = conn.0.write_all(&bytes);
        if fits {
            harness.quiet(Duration::from_millis(100));
        } else {
            assert!(harness.lost().contains("too long"));
        }
    }
}

#[test]
fn a_server_that_stops_reading_holds_up_no_reading() {
    let (harness, _peer, mut conn) = session(|settings| settings.limits.window = 1000);
    for n in 0..400 {
        harness
            .session
            .publish(Publish::new("up", vec![7; 20_000], 1, n))
            .unwrap();
    }
    std::thread::sleep(Duration::from_millis(300)); // the socket is full now
    conn.send(&frame(PING, b"still there?"));
    conn.send(&frame(BINARY, &[0x30, 3, 0, 1, b't']));
    let Event::Message(message) = harness.next() else {
        panic!()
    };
    harness.session.ack(message.ack);
    let mut sent = 0;
    let mut pong = false;
    while sent < 400 * 20_000 {
        let (first, payload) = take(&mut conn);
        pong |= first == PONG;
        sent += if first == BINARY { payload.len() } else { 0 };
    }
    assert!(pong);
}
