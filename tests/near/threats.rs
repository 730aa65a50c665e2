//! The threat table (docs/spec/nearlink.md#threats): each attack on a real loopback socket.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use crate::node::peer::{Peer, Surprise, psk, random};
use crate::node::{self, KEY, Node, eventually, free_port, settings, view};
use nearlink::code;
use nearlink::settings::Settings;

const MEMBERS: &[(&str, &str)] = &[("A", "127.0.0.1"), ("B", "127.0.0.2"), ("C", "127.0.0.3")];

/// Many failed handshakes from one address are part of these tests.
fn patient(port: u16) -> Settings {
    let mut settings = settings(port);
    settings.limits.admission.failures = usize::MAX;
    settings
}

fn server(port: u16) -> Node {
    let node = Node::new("A", patient(port));
    node.near.set_view(view(KEY, MEMBERS));
    node.serve("127.0.0.1");
    node
}

fn from_b(port: u16) -> Peer {
    Peer::dial("127.0.0.2", "127.0.0.1", port)
}

fn nothing_happened(node: &Node) {
    node.log
        .read(|r| assert!(r.received.is_empty() && r.results.is_empty()));
}

/// What a man in the middle does with a piece of one direction: pass it on, or end the connection.
type Middle = Arc<dyn Fn(bool, &mut Vec<u8>) -> bool + Send + Sync>;

/// Listens at `at` and passes everything to and from `to`; `true` is towards the server.
fn in_the_middle(at: &str, to: &'static str, port: u16, middle: Middle) {
    let listener = Peer::listen(at, port);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let Ok(server) = Peer::try_dial("127.0.0.2", to, port) else {
                continue;
            };
            let server = server.stream;
            server.set_read_timeout(None).unwrap();
            for (mut from, mut into, towards_server) in [
                (client.try_clone().unwrap(), server.try_clone().unwrap(), true),
                (server.try_clone().unwrap(), client.try_clone().unwrap(), false),
            ] {
                let middle = middle.clone();
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(count @ 1..) = from.read(&mut buffer) {
                        let mut piece = buffer[..count].to_vec();
                        if !middle(towards_server, &mut piece) || into.write_all(&piece).is_err() {
                            break;
                        }
                    }
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = into.shutdown(Shutdown::Both);
                });
            }
        }
    });
}

fn behind_the_middle(port: u16, middle: Middle) -> (Node, Node) {
    let a = Node::new("A", patient(port));
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.4");
    in_the_middle("127.0.0.1", "127.0.0.4", port, middle);
    let b = Node::with_group("B", port, MEMBERS);
    (a, b)
}

#[test]
fn an_eavesdropper_sees_no_plain_text() {
    let port = free_port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let copy = seen.clone();
    let (a, b) = behind_the_middle(
        port,
        Arc::new(move |_, piece| {
            copy.lock().unwrap().extend_from_slice(piece);
            true
        }),
    );
    assert_eq!(b.connect("127.0.0.1").0, 0);
    let secret = b"the plain text of a message";
    b.send_when_connected("A", secret);
    a.send_when_connected("B", secret);
    a.log.wait("the message", |r| r.received.len() == 1);
    let seen = seen.lock().unwrap();
    assert!(seen.len() > 300, "the capture holds the session");
    for text in [&secret[..8], KEY.as_bytes()] {
        assert!(!seen.windows(text.len()).any(|w| w == text));
    }
}

#[test]
fn without_the_key_nobody_is_a_member() {
    let port = free_port();
    let a = server(port);
    let failed = Err(Surprise::Error(code::AUTH_FAILED));
    assert_eq!(from_b(port).client("B", "another group key"), failed);
    let b = Node::new("B", settings(port));
    b.near.set_view(view("another group key", MEMBERS));
    assert_eq!(b.connect("127.0.0.1"), (code::AUTH_FAILED, "127.0.0.1".into()));
    nothing_happened(&a);
    nothing_happened(&b);

    // A false server: the client notices at NOISE_2, whatever the server makes up.
    a.near.close();
    let listener = Peer::listen("127.0.0.1", port);
    let c = Node::with_group("B", port, MEMBERS);
    std::thread::scope(|s| {
        let init = s.spawn(|| c.connect("127.0.0.1"));
        let mut client = Peer::over(listener.accept().unwrap().0);
        client.frame(1).unwrap();
        client.raw(&node::peer::hello(2, "A", random()));
        client.frame(3).unwrap();
        client.raw(&node::peer::frame(4, &random::<51>()));
        assert_eq!(init.join().unwrap().0, code::AUTH_FAILED);
    });
    nothing_happened(&c);
}

#[test]
fn a_member_cannot_pose_as_another_from_its_own_address() {
    let port = free_port();
    let a = server(port);
    assert_eq!(
        from_b(port).client("C", KEY),
        Err(Surprise::Error(code::DEVICE_NOT_AUTHORIZED))
    );
    assert_eq!(
        from_b(port).client("X", KEY),
        Err(Surprise::Error(code::DEVICE_NOT_AUTHORIZED))
    );
    assert_eq!(from_b(port).client("A", KEY), Err(Surprise::Error(code::AUTH_FAILED)));
    assert_eq!(
        Peer::dial("127.0.0.9", "127.0.0.1", port).client("B", KEY),
        Err(Surprise::Closed)
    );
    nothing_happened(&a);
}

#[test]
fn a_recorded_session_cannot_be_played_again() {
    let port = free_port();
    let a = server(port);
    let mut b = from_b(port);
    let mut sent = Vec::new();
    b.client_with("B", &psk(KEY), &mut |n, frame| {
        if n % 2 == 1 {
            sent.push(frame.clone());
        }
        frame
    })
    .unwrap();
    let data = b.sealed(&Peer::data_record(1, b"once"));
    b.raw(&data);
    a.log.wait("the message", |r| r.received.len() == 1);
    drop(b);
    sent.push(data);
    let mut again = from_b(port);
    again.raw(&sent[0]);
    again.frame(2).unwrap();
    again.raw(&sent[1]);
    assert_eq!(again.frame(4).unwrap_err(), Surprise::Error(code::AUTH_FAILED));
    // All at once, without waiting for answers.
    let mut again = from_b(port);
    again.raw(&sent.concat());
    while again.any_frame().is_ok() {}
    std::thread::sleep(Duration::from_millis(50));
    a.log.read(|r| assert_eq!(r.received.len(), 1));
}

#[test]
fn records_cannot_be_repeated_reordered_or_left_out() {
    let port = free_port();
    let a = server(port);
    for case in 0..5 {
        let mut b = from_b(port);
        b.client("B", KEY).unwrap();
        let (one, two) = (
            b.sealed(&Peer::data_record(1, b"1")),
            b.sealed(&Peer::data_record(2, b"2")),
        );
        match case {
            0 => b.raw(&[one.clone(), one].concat()),
            1 => b.raw(&[two, one].concat()),
            2 => b.raw(&two),
            3 => {
                // Sealed properly, but the sequence numbers have a gap.
                b.raw(&[one, two].concat());
                b.record(&Peer::data_record(4, b"4"));
            }
            _ => {
                let mut bent = one;
                *bent.last_mut().unwrap() ^= 1;
                b.raw(&bent);
            }
        }
        let answers = b.until_closed();
        let expected: &[&[u8]] = match case {
            0 => &[&[0x11, 0, 0, 0, 1, 0]],
            3 => &[&[0x11, 0, 0, 0, 1, 0], &[0x11, 0, 0, 0, 2, 0], &[0x30, 0, 3]],
            _ => &[],
        };
        assert_eq!(answers, expected, "case {case}");
    }
    a.log.wait("three messages", |r| r.received.len() == 3);
}

#[test]
fn rules_inside_a_session_are_enforced() {
    let port = free_port();
    let a = server(port);
    let close = vec![0x30, 0, 3];
    type Act = fn(&mut Peer);
    let cases: [(&str, Act, bool); 12] = [
        ("ACK of nothing", |b| b.record(&[0x11, 0, 0, 0, 1, 0]), true),
        ("ACK of 0", |b| b.record(&[0x11, 0, 0, 0, 0, 0]), true),
        ("CONFIRM again", |b| b.record(&[1]), true),
        ("READY", |b| b.record(&[2]), true),
        ("HELLO", |b| b.raw(&node::peer::hello(1, "B", [0; 16])), true),
        ("ERROR", |b| b.raw(&node::peer::frame(0x7F, &[0, 0, 0x70, 1])), true),
        ("DATA 0", |b| b.record(&Peer::data_record(0, b"x")), true),
        ("unknown kind", |b| b.record(&[0x44]), false),
        ("empty DATA", |b| b.record(&Peer::data_record(1, b"")), false),
        ("long DATA", |b| b.record(&Peer::data_record(1, &[0; 2019])), false),
        ("empty record", |b| b.record(&[]), false),
        ("garbage", |b| b.raw(b"GET / HTTP/1.1\r\n\r\n"), false),
    ];
    for (what, act, told) in cases {
        let mut b = from_b(port);
        b.client("B", KEY).unwrap();
        act(&mut b);
        assert_eq!(
            b.until_closed(),
            if told { vec![close.clone()] } else { vec![] },
            "{what}"
        );
    }
    // An acknowledgement that was given already, and a status that does not exist.
    for bad in [[0x11, 0, 0, 0, 1, 0], [0x11, 0, 0, 0, 2, 3]] {
        let mut b = from_b(port);
        b.client("B", KEY).unwrap();
        assert_eq!((a.send("B", b"x"), a.send("B", b"y")), (0, 0));
        b.receive(0).unwrap();
        b.read_record().unwrap();
        b.record(&bad);
        assert_eq!(b.until_closed(), std::slice::from_ref(&close));
    }
    a.log.wait("results", |r| r.results.len() == 4);
    a.log.read(|r| {
        let codes: Vec<u32> = r.results.iter().map(|(_, code)| *code).collect();
        assert_eq!(codes, [0, code::SEND_FAILED, 0, code::SEND_FAILED]);
    });
}

/// Every byte of every handshake frame, with every bit of it flipped in turn over the bytes.
#[test]
fn a_changed_handshake_byte_ends_it() {
    let port = free_port();
    let a = server(port);
    let key = psk(KEY);
    let mut ends = std::collections::BTreeMap::<String, usize>::new();
    for (frame_number, length) in [(1u8, 28usize), (3, 57)] {
        for at in 0..length {
            let mut b = from_b(port);
            b.stream.set_read_timeout(Some(Duration::from_millis(2500))).unwrap();
            let end = b.client_with("B", &key, &mut |n, mut frame| {
                if n == frame_number {
                    assert_eq!(frame.len(), length);
                    frame[at] ^= 1 << (at % 8);
                    if at == 4 || at == 5 {
                        frame.resize(700, 0); // a larger length: let it be there
                    }
                }
                frame
            });
            let end = end.expect_err(&format!(
                "frame {frame_number} byte {at} was changed and nobody noticed"
            ));
            if frame_number == 1 && (6..27).contains(&at) {
                let refused = matches!(
                    end,
                    Surprise::Error(
                        code::AUTH_FAILED
                            | code::AUTH_INIT_FAILED
                            | code::PROCESS_AUTH_DATA
                            | code::DEVICE_NOT_AUTHORIZED
                    )
                );
                assert!(refused, "byte {at}: {end:?}");
            }
            *ends.entry(format!("{end:?}")).or_default() += 1;
        }
    }
    a.near.close();
    nothing_happened(&a);

    let listener = Peer::listen("127.0.0.1", port);
    let mut client = patient(port);
    client.reconnect = false;
    client.limits.client_step = Duration::from_millis(400);
    let b = Node::new("B", client);
    b.near.set_view(view(KEY, MEMBERS));
    for (frame_number, length) in [(2u8, 28usize), (4, 57)] {
        for at in 0..length {
            let code = std::thread::scope(|s| {
                let init = s.spawn(|| b.connect("127.0.0.1").0);
                let mut server = Peer::over(listener.accept().unwrap().0);
                let _ = server.server_with("A", &key, &mut |n, mut frame| {
                    if n == frame_number {
                        assert_eq!(frame.len(), length);
                        frame[at] ^= 1 << (at % 8);
                    }
                    frame
                });
                init.join().unwrap()
            });
            let possible = [
                code::AUTH_FAILED,
                code::HEADER_INVALID,
                code::INVALID_AUTH_STAT,
                code::PROCESS_AUTH_DATA,
                code::CONNECTION_REFUSED,
                code::INVALID_DEVICE_ID,
            ];
            assert!(possible.contains(&code), "frame {frame_number} byte {at}: 0x{code:04x}");
        }
    }
    nothing_happened(&b);
}

/// A changed CONFIRM or READY ends the handshake too.
#[test]
fn a_changed_confirmation_ends_it() {
    let port = free_port();
    let target = Arc::new(AtomicUsize::new(0));
    let (count, wanted) = (Arc::new(AtomicUsize::new(0)), target.clone());
    let (a, b) = behind_the_middle(
        port,
        Arc::new(move |_, piece| {
            // HELLO, ACK, NOISE_1, NOISE_2, CONFIRM, READY come one by one.
            if count.fetch_add(1, Ordering::SeqCst) == wanted.load(Ordering::SeqCst) {
                *piece.last_mut().unwrap() ^= 0x80;
            }
            true
        }),
    );
    target.store(4, Ordering::SeqCst);
    assert_eq!(b.connect("127.0.0.1").0, code::CONNECTION_REFUSED);
    nothing_happened(&a);
    b.near.close();
}

#[test]
fn reflected_frames_are_noticed() {
    let port = free_port();
    let listener = Peer::listen("127.0.0.1", port);
    let b = Node::with_group("B", port, MEMBERS);
    type Change = fn(&mut Vec<u8>);
    let cases: [(Change, u32); 3] = [
        (|_| {}, code::INVALID_AUTH_STAT),
        (|f| f[3] = 2, code::PROCESS_AUTH_DATA),
        (|f| (f[3], f[8]) = (2, 0), code::AUTH_FAILED),
    ];
    for (change, wanted) in cases {
        let got = std::thread::scope(|s| {
            let init = s.spawn(|| b.connect("127.0.0.1").0);
            let mut mirror = Peer::over(listener.accept().unwrap().0);
            let (_, mut hello) = mirror.frame(1).unwrap();
            change(&mut hello);
            mirror.raw(&hello);
            init.join().unwrap()
        });
        assert_eq!(got, wanted);
        b.near.close();
    }
}

#[test]
fn a_flood_of_connections_does_not_keep_members_out() {
    if ran_alone("threats::a_flood_of_connections_does_not_keep_members_out") {
        return;
    }
    let port = free_port();
    let a = Node::bare("A", settings(port));
    // A program whose address check lets everybody in.
    a.near.register(a.own_callbacks(&["A", "B"], KEY));
    a.serve("127.0.0.1");
    let files = node::open_files();
    let mut held = Vec::new();
    for n in 0..1000u32 {
        let from = format!("127.0.1.{}", 1 + n % 4);
        if let Ok(peer) = Peer::try_dial(&from, "127.0.0.1", port) {
            held.push(peer);
        }
    }
    // Ours are in this process too: each connection that the server keeps costs it one more.
    eventually("the closing", || node::open_files() <= files + held.len() + 16 + 8);
    assert_eq!(from_b(port).client("B", KEY), Ok(()));
    // An address whose handshakes keep failing is shut out for a while; the others are not.
    drop(held);
    for _ in 0..8 {
        let mut failing = Peer::dial("127.0.2.1", "127.0.0.1", port);
        let _ = failing.client("X", KEY);
    }
    let mut failing = Peer::dial("127.0.2.1", "127.0.0.1", port);
    assert_eq!(failing.client("B", KEY), Err(Surprise::Closed));
    assert_eq!(from_b(port).client("B", KEY), Ok(()));
}

/// A local user at a member's address, or a neighbour behind its NAT, connects and sends junk, again and again.
#[test]
fn five_junk_connections_do_not_shut_a_member_out() {
    let port = free_port();
    let mut settings = settings(port);
    settings.limits.admission.trial = Duration::from_secs(2);
    let a = Node::new("A", settings);
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.1");
    let junk = || {
        let mut junk = from_b(port);
        junk.raw(b"GET / HTTP/1.1\r\n\r\n");
        let _ = junk.frame(0);
        drop(junk);
        std::thread::sleep(Duration::from_millis(50)); // until the server has counted it
    };
    (0..5).for_each(|_| junk());
    assert_eq!(from_b(port).client("B", KEY), Err(Surprise::Closed));
    std::thread::sleep(Duration::from_millis(2100));
    assert_eq!(
        from_b(port).client("B", KEY),
        Ok(()),
        "one connection in this time is let through"
    );
    assert_eq!(from_b(port).client("B", KEY), Ok(()), "it has ended the pause");
    // One that fails ends nothing.
    (0..5).for_each(|_| junk());
    std::thread::sleep(Duration::from_millis(2100));
    junk();
    assert_eq!(from_b(port).client("B", KEY), Err(Surprise::Closed));
}

#[test]
fn a_slow_handshake_is_ended() {
    let port = free_port();
    let mut quick = patient(port);
    quick.limits.server_step = Duration::from_millis(400);
    let a = Node::new("A", quick);
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.1");
    let start = Instant::now();
    let mut slow = from_b(port);
    slow.stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut closed = false;
    for byte in node::peer::hello(1, "B", random()) {
        slow.raw(&[byte]);
        if slow.any_frame() == Err(Surprise::Closed) {
            closed = true;
            break;
        }
    }
    assert!(closed || slow.any_frame() == Err(Surprise::Closed));
    assert!(
        (300..2000).contains(&start.elapsed().as_millis()),
        "{:?}",
        start.elapsed()
    );
    // Silence from the first moment, and after HELLO.
    for hello in [vec![], node::peer::hello(1, "B", random())] {
        let start = Instant::now();
        let mut silent = from_b(port);
        silent.raw(&hello);
        while silent.any_frame().is_ok() {}
        assert!((300..2000).contains(&start.elapsed().as_millis()));
    }
}

#[test]
fn a_member_that_never_reads_hurts_only_itself() {
    if ran_alone("threats::a_member_that_never_reads_hurts_only_itself") {
        return;
    }
    let port = free_port();
    let a = server(port);
    let small = |socket: &socket2::Socket| {
        socket.set_recv_buffer_size(4096).unwrap();
        socket.set_send_buffer_size(4096).unwrap();
    };
    let mut flood = Peer::try_dial_with("127.0.0.2", "127.0.0.1", port, small).unwrap();
    flood.client("B", KEY).unwrap();
    flood.stream.set_nonblocking(true).unwrap();
    // Until the sockets' buffers are full, or for three seconds.
    let (start, before) = (Instant::now(), node::memory());
    'outer: for token in 0u32.. {
        let ping = flood.sealed(&[[0x20].as_slice(), &token.to_be_bytes()].concat());
        let mut rest = &ping[..];
        while !rest.is_empty() {
            if start.elapsed() > Duration::from_secs(3) {
                break 'outer;
            }
            match flood.stream.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(_) => std::thread::yield_now(),
            }
        }
    }
    assert!(node::memory() < before + (16 << 20));
    let mut c = Peer::dial("127.0.0.3", "127.0.0.1", port);
    c.client("C", KEY).unwrap();
    assert_eq!(a.send("C", b"x"), 0);
    assert_eq!(c.receive(0).unwrap(), b"x");
}

#[test]
fn garbage_from_the_network_does_no_harm() {
    let port = free_port();
    let a = server(port);
    let mut state = 0x1234_5678_9abc_def0u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..200 {
        let mut bytes: Vec<u8> = match next() % 3 {
            0 => vec![],
            1 => node::peer::hello(1, "B", random()),
            _ => b"HD\x01\x10\x07\xfa".to_vec(),
        };
        let length = next() % 3000;
        bytes.extend((0..length).map(|_| next() as u8));
        bytes.truncate((next() % 3100) as usize + 1);
        let mut peer = from_b(port);
        peer.raw(&bytes);
        let _ = peer.stream.shutdown(Shutdown::Write);
        let mut rest = Vec::new();
        let _ = peer.stream.read_to_end(&mut rest);
    }
    assert_eq!(from_b(port).client("B", KEY), Ok(()));
    nothing_happened(&a);
}

#[test]
fn no_key_reaches_the_log() {
    if ran_alone("threats::no_key_reaches_the_log") {
        return;
    }
    let lines = Arc::new(Mutex::new(Vec::new()));
    let copy = lines.clone();
    base::log::set_sink(Some(Arc::new(move |_, line| {
        copy.lock().unwrap().push(line.to_owned())
    })));
    let port = free_port();
    let a = server(port);
    let _ = from_b(port).client("B", "a key that nobody has");
    let _ = from_b(port).client("B", KEY);
    a.near.set_view(view("another key of the group", MEMBERS));
    a.near.close();
    base::log::set_sink(None);
    let lines = lines.lock().unwrap();
    assert!(!lines.is_empty());
    for line in lines.iter() {
        for key in [KEY, "another key of the group", "a key that nobody has"] {
            assert!(!line.contains(key), "{line}");
        }
    }
}

/// The connection is cut again and again: nothing is delivered twice or out of order, and every accepted message has exactly one
/// result.
#[test]
fn cuts_lose_nothing_silently_and_repeat_nothing() {
    let port = free_port();
    let bytes = Arc::new(AtomicUsize::new(0));
    let count = bytes.clone();
    let (a, b) = behind_the_middle(
        port,
        Arc::new(move |_, piece| {
            count.fetch_add(piece.len(), Ordering::SeqCst) / 6000 % 2 == 0 || {
                count.store(0, Ordering::SeqCst);
                false
            }
        }),
    );
    let mut accepted = 0u32;
    let start = Instant::now();
    let _ = b.connect("127.0.0.1");
    while start.elapsed() < Duration::from_secs(6) {
        if b.send("A", &accepted.to_be_bytes()) == 0 {
            accepted += 1;
        } else {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    b.near.close();
    let results = b.log.read(|r| r.results.clone());
    assert_eq!(
        results.len(),
        accepted as usize,
        "one result for each accepted message, when Close returns"
    );
    let succeeded = results.iter().filter(|(_, code)| *code == 0).count();
    assert!(
        results
            .iter()
            .all(|(id, code)| id == "A" && [0, code::SEND_FAILED].contains(code))
    );
    assert!(succeeded < results.len(), "some were cut");
    a.near.close();
    a.log.read(|r| {
        let got: Vec<u32> = r
            .received
            .iter()
            .map(|(_, m)| u32::from_be_bytes(m[..].try_into().unwrap()))
            .collect();
        assert!(got.windows(2).all(|pair| pair[0] < pair[1]), "once and in order");
        assert!(got.len() > 100);
    });
}

/// Connecting and closing over and over: descriptors, threads and memory stay where they were.
#[test]
fn churn_leaks_nothing() {
    if ran_alone("threats::churn_leaks_nothing") {
        return;
    }
    let port = free_port();
    let round = || {
        let (a, b) = (
            Node::with_group("A", port, MEMBERS),
            Node::with_group("B", port, MEMBERS),
        );
        a.serve("127.0.0.1");
        assert_eq!(b.connect("127.0.0.1").0, 0);
        b.send_when_connected("A", b"x");
        a.near.close();
        b.near.close();
    };
    round();
    eventually("helper threads' end", || node::threads() <= 2);
    let before = (node::open_files(), node::threads());
    for _ in 0..10 {
        round();
    }
    assert_eq!(node::open_files(), before.0);
    eventually("helper threads' end", || node::threads() == before.1);
}
