//! The near link between our own nodes and with the independent peer, over loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::node::peer::{Peer, Surprise};
use crate::node::{self, KEY, Node, bus, eventually, free_port, settings, view};
use nearlink::code;
use nearlink::component::{INIT_CLIENT, INIT_SERVICE};
use nearlink::program::Observer;
use nearlink::settings::Settings;
use nearlink::view::View;

const MEMBERS: &[(&str, &str)] = &[("A", "127.0.0.1"), ("B", "127.0.0.2"), ("C", "127.0.0.3")];

#[test]
fn two_nodes_exchange_messages() {
    let port = free_port();
    let (a, b) = (
        Node::with_group("A", port, MEMBERS),
        Node::with_group("B", port, MEMBERS),
    );
    a.serve("127.0.0.1");
    a.serve("127.0.0.1");
    assert_eq!(b.connect("127.0.0.1"), (0, String::new()));
    assert_eq!(
        b.connect(" 127.0.0.1 ,127.0.0.1"),
        (0, String::new()),
        "a live session succeeds at once"
    );
    a.send_when_connected("B", b"hello!");
    b.log
        .wait("the message", |r| r.received == [("A".to_owned(), b"hello!".to_vec())]);
    let long = vec![b'x'; 2018];
    b.send_when_connected("A", &long);
    a.log
        .wait("the message", |r| r.received == [("B".to_owned(), long.clone())]);
    b.near.close();
    eventually("the end of the session", || {
        a.send("B", b"x") == code::DEVICE_ID_NOT_FOUND
    });
}

#[test]
fn results_of_init_in_their_order() {
    let port = free_port();
    let node = Node::bare("A", settings(port));
    let init = |role, list: Option<&str>| {
        node.near
            .init(role, list.map(str::as_bytes))
            .map_err(|e| (e.code, e.token))
    };
    let none = Vec::new;
    assert_eq!(init(2, None), Err((code::INVALID_INIT_TYPE, none())));
    assert_eq!(init(INIT_SERVICE, None), Err((code::NULLPTR, none())));
    assert_eq!(init(INIT_SERVICE, Some("x")), Err((code::CB_NOT_REGISTER, none())));
    let mut callbacks = node.callbacks();
    callbacks.is_valid_ip = None;
    node.near.register(callbacks);
    assert_eq!(init(INIT_CLIENT, Some("x")), Err((code::CB_NOT_REGISTER, none())));
    for id in ["", "bad\u{7}id", &"x".repeat(129)] {
        let id = id.to_owned();
        let mut callbacks = node.callbacks();
        callbacks.device_id = Some(Arc::new(move || Some(id.clone())));
        node.near.register(callbacks);
        assert_eq!(init(INIT_SERVICE, Some("x")), Err((code::INVALID_DEVICE_ID, none())));
    }
    node.near.register(node.callbacks());
    assert_eq!(init(INIT_SERVICE, Some("")), Err((code::IP_FORMAT, none())));
    assert_eq!(
        init(INIT_CLIENT, Some("127.0.0.1, host ,y")),
        Err((code::IP_FORMAT, b"host".to_vec()))
    );
    assert_eq!(
        init(INIT_SERVICE, Some("127.0.0.1,127.0.0.2")),
        Err((code::IP_FORMAT, b"127.0.0.2".to_vec()))
    );
    assert_eq!(
        init(INIT_SERVICE, Some("192.0.2.7")),
        Err((code::BIND_PORT, b"192.0.2.7".to_vec()))
    );
    assert_eq!(
        init(INIT_CLIENT, Some("127.0.0.9,x")),
        Err((code::IP_FORMAT, b"x".to_vec()))
    );
    assert_eq!(
        init(INIT_CLIENT, Some("127.0.0.9")),
        Err((code::CONNECTION_REFUSED, b"127.0.0.9".to_vec()))
    );
    for n in 1..=4 {
        assert_eq!(init(INIT_SERVICE, Some(&format!("127.0.0.{n}"))), Ok(()));
    }
    assert_eq!(
        init(INIT_SERVICE, Some("127.0.0.5")),
        Err((code::THRESHOLD_EXCEED, b"127.0.0.5".to_vec()))
    );
    assert_eq!(init(INIT_SERVICE, Some("::ffff:127.0.0.2")), Ok(()));
    let other = Node::new("B", settings(port));
    assert_eq!(
        other.near.init(INIT_SERVICE, Some(b"127.0.0.1")).map_err(|e| e.code),
        Err(code::BIND_PORT)
    );
}

#[test]
fn results_of_send_in_their_order() {
    let port = free_port();
    let a = Node::bare("A", settings(port));
    a.near.set_view(view(KEY, MEMBERS));
    assert_eq!(a.near.send(None, Some(b"")), code::NULLPTR);
    assert_eq!(a.near.send(Some(b""), None), code::NULLPTR);
    assert_eq!(a.send("", b""), code::INVALID_DEVICE_ID);
    assert_eq!(a.send(&"x".repeat(129), b""), code::INVALID_DEVICE_ID);
    assert_eq!(a.send("B", b""), code::ERROR);
    assert_eq!(a.send("B", &[0; 2019]), code::SEND_DATA_EXCEED);
    assert_eq!(a.send("B", b"x"), code::CB_NOT_REGISTER);
    a.near.register(a.callbacks());
    assert_eq!(a.send("B", b"x"), code::DEVICE_ID_NOT_FOUND);
    a.serve("127.0.0.1");
    assert_eq!(a.send("B", b"x"), code::DEVICE_ID_NOT_FOUND);

    // During the handshake the id is known, but not authenticated.
    let mut half = Peer::dial("127.0.0.2", "127.0.0.1", port);
    half.raw(&node::peer::hello(1, "B", [0; 16]));
    half.frame(2).unwrap();
    assert_eq!(a.send("B", b"x"), code::DEVICE_NOT_AUTHORIZED);
    drop(half);
    eventually("the attempt's end", || a.send("B", b"x") == code::DEVICE_ID_NOT_FOUND);

    // 64 unacknowledged messages, then the window is closed; the peer's statuses become results.
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.client("B", KEY).unwrap();
    for _ in 0..64 {
        assert_eq!(a.send("B", b"x"), 0);
    }
    assert_eq!(a.send("B", b"x"), code::THRESHOLD_EXCEED);
    let mut wanted = Vec::new();
    for (n, (status, result)) in [(0, 0), (1, code::THRESHOLD_EXCEED), (2, code::CB_NOT_REGISTER)]
        .into_iter()
        .cycle()
        .take(63)
        .enumerate()
    {
        assert_eq!(b.receive(status).unwrap(), b"x", "{n}");
        wanted.push(("B", result));
    }
    a.log.wait_results(&wanted);
    assert_eq!(a.send("B", b"y"), 0);
    // Acknowledgements may come in any order; then the rest is lost with the connection.
    b.receive(0).unwrap();
    drop(b);
    wanted.extend([("B", 0), ("B", code::SEND_FAILED)]);
    a.log.wait_results(&wanted);
}

#[test]
fn the_peers_limit_counts() {
    let port = free_port();
    let a = Node::with_group("A", port, MEMBERS);
    a.serve("127.0.0.1");
    let key = node::peer::psk(KEY);
    // A peer that takes 5 bytes at most: the payload of NOISE_1 is inside the authenticated part, so it is made by hand.
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.limit = 5;
    b.client_with("B", &key, &mut |_, f| f).unwrap();
    assert_eq!(a.send("B", b"12345"), 0);
    assert_eq!(a.send("B", b"123456"), code::SEND_DATA_EXCEED);
    let mut c = Peer::dial("127.0.0.3", "127.0.0.1", port);
    c.limit = 0;
    assert_eq!(
        c.client_with("C", &key, &mut |_, f| f),
        Err(Surprise::Error(code::PROCESS_AUTH_DATA))
    );
}

#[test]
fn independent_peer_as_server_and_the_clients_results() {
    let port = free_port();
    let node = Node::with_group("B", port, MEMBERS);
    let listener = Peer::listen("127.0.0.1", port);
    let accept = || {
        let mut peer = Peer::over(listener.accept().unwrap().0);
        assert_eq!(
            peer.stream.peer_addr().unwrap().ip().to_string(),
            "127.0.0.2",
            "the listed own address is bound"
        );
        peer.stream.set_nodelay(true).unwrap();
        peer.capture.clear();
        peer
    };
    let ack = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut frame = node::peer::hello(2, "A", [9; 16]);
        change(&mut frame);
        frame
    };
    let error = |body: &[u8]| node::peer::frame(0x7F, body);
    let cases: Vec<(&str, Vec<u8>, u32)> = vec![
        ("bad magic", ack(&|f| f[0] = b'X'), code::HEADER_INVALID),
        ("unknown type", ack(&|f| f[3] = 0x55), code::HEADER_INVALID),
        ("another type", ack(&|f| f[3] = 0x10), code::INVALID_AUTH_STAT),
        ("wrong role", ack(&|f| f[8] = 1), code::PROCESS_AUTH_DATA),
        ("version not offered", ack(&|f| f[6] = 2), code::PROCESS_AUTH_DATA),
        ("own id", node::peer::hello(2, "B", [9; 16]), code::AUTH_FAILED),
        (
            "not a member",
            node::peer::hello(2, "X", [9; 16]),
            code::INVALID_DEVICE_ID,
        ),
        (
            "peer limit",
            error(&code::PEER_NUM_EXCEED.to_be_bytes()),
            code::PEER_NUM_EXCEED,
        ),
        (
            "no key there",
            error(&code::INVALID_AUTH_KEY.to_be_bytes()),
            code::INVALID_AUTH_KEY,
        ),
        (
            "not authorized",
            error(&code::DEVICE_NOT_AUTHORIZED.to_be_bytes()),
            code::DEVICE_NOT_AUTHORIZED,
        ),
        (
            "no common version",
            error(&code::AUTH_INIT_FAILED.to_be_bytes()),
            code::AUTH_INIT_FAILED,
        ),
        ("never success", error(&0u32.to_be_bytes()), code::PROCESS_AUTH_DATA),
        (
            "a code without a place there",
            error(&code::BIND_PORT.to_be_bytes()),
            code::PROCESS_AUTH_DATA,
        ),
        ("short error", error(&[0, 0, 1]), code::PROCESS_AUTH_DATA),
        ("closed", vec![], code::CONNECTION_REFUSED),
    ];
    for (what, answer, wanted) in cases {
        let got = std::thread::scope(|s| {
            let init = s.spawn(|| node.connect("127.0.0.1"));
            let mut peer = accept();
            peer.frame(1).unwrap();
            peer.raw(&answer);
            peer.stream.shutdown(std::net::Shutdown::Write).unwrap();
            init.join().unwrap()
        });
        assert_eq!(got, (wanted, "127.0.0.1".to_owned()), "{what}");
        node.near.close();
    }
    let got = std::thread::scope(|s| {
        let init = s.spawn(|| node.connect("127.0.0.1"));
        let mut peer = accept();
        peer.server("A", KEY).unwrap();
        assert_eq!(peer.id, "B");
        let got = init.join().unwrap();
        assert_eq!(node.send("A", b"ok"), 0);
        assert_eq!(peer.receive(0).unwrap(), b"ok");
        peer.data(b"back");
        assert_eq!(peer.read_record().unwrap(), [0x11, 0, 0, 0, 1, 0]);
        peer.record(&[0x20, 0, 0, 0, 7]);
        assert_eq!(peer.read_record().unwrap(), [0x21, 0, 0, 0, 7]);
        node.near.close();
        assert_eq!(peer.until_closed(), [vec![0x30, 0, 0]]);
        got
    });
    assert_eq!(got.0, 0);
    node.log.wait_results(&[("A", 0)]);
    node.log
        .wait("the message", |r| r.received == [("A".to_owned(), b"back".to_vec())]);
}

#[test]
fn callbacks_are_asked_at_their_points() {
    let port = free_port();
    let a = Node::bare("A", settings(port));
    a.near.register(a.own_callbacks(&["A", "B"], KEY));
    a.serve("127.0.0.1");
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.client("B", KEY).unwrap();
    a.log
        .read(|r| assert_eq!(r.asked, ["ip 127.0.0.2", "id B", "key B", "id B"]));
    let c = Node::bare("B", settings(port));
    c.near.register(c.own_callbacks(&["A", "B"], KEY));
    assert_eq!(c.connect("127.0.0.1").0, 0);
    c.log.read(|r| assert_eq!(r.asked, ["id A", "key A"]));
    assert_eq!(
        b.until_closed(),
        [vec![0x30, 0, 2]],
        "the newer inbound session takes its place"
    );
}

#[test]
fn the_demos_key_callback_works() {
    // It knows a key only under the master's id, also on the master itself.
    let port = free_port();
    let demo = |node: &Node| {
        let mut callbacks = node.callbacks();
        callbacks.auth_key = Some(nearlink::program::KeySource::Program(Arc::new(|target| {
            (target == "A").then(|| KEY.as_bytes().to_vec().into())
        })));
        node.near.register(callbacks);
        let mut group = view("the view's own key", MEMBERS);
        group.buses[0].key = None;
        node.near.set_view(group);
    };
    let (a, b) = (Node::bare("A", settings(port)), Node::bare("B", settings(port)));
    demo(&a);
    demo(&b);
    a.serve("127.0.0.1");
    assert_eq!(b.connect("127.0.0.1").0, 0);
    b.send_when_connected("A", b"x");
}

#[test]
fn several_keys_are_tried_on_both_sides() {
    let port = free_port();
    let two = |own_first: &str, second: &str| View {
        buses: vec![bus(own_first, MEMBERS), bus(second, MEMBERS)],
    };
    let (a, b) = (Node::new("A", settings(port)), Node::new("B", settings(port)));
    a.near.set_view(two("key only A knows", KEY));
    b.near.set_view(two("key only B knows", KEY));
    a.serve("127.0.0.1");
    assert_eq!(
        b.connect("127.0.0.1").0,
        0,
        "the client goes on after 0x7001, the server tries all"
    );
    let c = Node::new("C", settings(port));
    c.near.set_view(two("key only C knows", "another of the C"));
    assert_eq!(c.connect("127.0.0.1").0, code::AUTH_FAILED);
    let d = Node::new("C", settings(port));
    d.near.set_view(view("short", MEMBERS));
    assert_eq!(d.connect("127.0.0.1").0, code::INVALID_AUTH_KEY);
}

#[test]
fn group_changes_cut_members_off_and_rekey_the_rest() {
    let port = free_port();
    let nodes: Vec<Node> = ["A", "B", "C"]
        .iter()
        .map(|id| Node::with_group(id, port, MEMBERS))
        .collect();
    let [a, b, c] = &nodes[..] else { unreachable!() };
    a.serve("127.0.0.1");
    assert_eq!(b.connect("127.0.0.1").0, 0);
    assert_eq!(c.connect("127.0.0.1").0, 0);
    a.send_when_connected("B", b"1");
    a.send_when_connected("C", b"2");

    // C is removed: cut off within a second, and refused with the key it still has.
    let start = Instant::now();
    a.near.set_view(view(KEY, &MEMBERS[..2]));
    eventually("the cut", || a.send("C", b"x") == code::DEVICE_NOT_AUTHORIZED);
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(
        c.near.init(INIT_CLIENT, Some(b"127.0.0.1")).map_err(|e| e.code),
        Err(code::CONNECTION_REFUSED)
    );
    a.send_when_connected("B", b"3");

    // A new key: B's session ends at once and comes back under the new key.
    let new = "a new group key!";
    b.near.set_view(view(new, &MEMBERS[..2]));
    a.near.set_view(view(new, &MEMBERS[..2]));
    a.send_until_received("B", b"4");
    b.log.wait("the last message", |r| {
        r.received.last().is_some_and(|(_, m)| m == b"4")
    });
    b.log.read(|r| {
        let mut got: Vec<_> = r.received.iter().map(|(_, m)| m.as_slice()).collect();
        got.dedup(); // the last one may have been sent on the old session already
        assert_eq!(got, [b"1", b"3", b"4"]);
    });
}

#[test]
fn a_slave_started_before_its_master_connects_by_itself() {
    let port = free_port();
    let b = Node::with_group("B", port, MEMBERS);
    assert_eq!(
        b.connect("127.0.0.1,127.0.0.3"),
        (code::CONNECTION_REFUSED, "127.0.0.1".into())
    );
    let a = Node::with_group("A", port, MEMBERS);
    a.serve("127.0.0.1");
    a.send_when_connected("B", b"hello!");
    // And again when the master is restarted: nothing is delivered twice.
    a.near.close();
    drop(a);
    let a = Node::with_group("A", port, MEMBERS);
    a.serve("127.0.0.1");
    a.send_when_connected("B", b"again!");
    b.log.wait("both messages", |r| r.received.len() == 2);
    b.log
        .read(|r| assert!(r.received.iter().map(|(_, m)| m.as_slice()).eq([b"hello!", b"again!"])));
}

#[test]
fn a_master_that_moved_is_found_at_its_new_address() {
    let port = free_port();
    let (a, b) = (
        Node::with_group("A", port, MEMBERS),
        Node::with_group("B", port, MEMBERS),
    );
    a.serve("127.0.0.1");
    assert_eq!(b.connect("127.0.0.1").0, 0);
    a.near.close();
    let moved = &[("A", "127.0.0.7"), ("B", "127.0.0.2")];
    b.near.set_view(view(KEY, moved));
    a.near.set_view(view(KEY, moved));
    a.serve("127.0.0.7");
    a.send_when_connected("B", b"from here");
}

/// A server that goes without a word, as one whose address changes does: its members need not wait for the silence limit once
/// the group's data, or a session that it makes itself, says that it is elsewhere.
#[test]
fn a_silent_session_is_replaced_when_the_peer_is_said_to_be_elsewhere() {
    let port = free_port();
    let listeners = [Peer::listen("127.0.0.1", port), Peer::listen("127.0.0.3", port)];
    let mut settings = settings(port);
    settings.limits.session.probe = Duration::from_millis(300);
    let b = Node::new("B", settings);
    b.near.set_view(view(KEY, &[("A", "127.0.0.1"), ("B", "127.0.0.2")]));
    let accept = |listener: &std::net::TcpListener| {
        let mut peer = Peer::over(listener.accept().unwrap().0);
        peer.server("A", KEY).unwrap();
        peer
    };
    let (mut old, mut new) = std::thread::scope(|scope| {
        let old = scope.spawn(|| accept(&listeners[0]));
        assert_eq!(b.connect("127.0.0.1").0, 0);
        let old = old.join().unwrap();
        std::thread::sleep(Duration::from_millis(1100));
        let began = Instant::now();
        b.near.set_view(view(KEY, &[("A", "127.0.0.3"), ("B", "127.0.0.2")]));
        let new = accept(&listeners[1]);
        assert!(began.elapsed() < Duration::from_secs(4));
        (old, new)
    });
    let kinds = |records: Vec<Vec<u8>>| records.iter().map(|record| record[0]).collect::<Vec<_>>();
    assert_eq!(kinds(old.until_closed()), [0x20, 0x30], "PING, CLOSE");
    // A session from the other side says the same of the one that stands.
    std::thread::sleep(Duration::from_millis(1100));
    b.serve("127.0.0.2");
    b.near.set_view(view(KEY, &[("A", "127.0.0.3"), ("B", "127.0.0.2")]));
    let mut inbound = Peer::dial("127.0.0.3", "127.0.0.2", port);
    inbound.client("A", KEY).unwrap();
    assert_eq!(kinds(new.until_closed()), [0x20, 0x30]);
}

/// Connections from an address that no member has: they outlive the link that held them, not the component; and an address that
/// stays unknown is not held again, by the next link neither.
#[test]
fn knocks_from_link_to_link() {
    struct Always(AtomicUsize);
    impl Observer for Always {
        fn role_asked(&self) {}
        fn knock(&self) -> bool {
            self.0.fetch_add(1, Ordering::Relaxed);
            true
        }
        fn unreachable(&self, _: std::net::IpAddr) {}
        fn settled(&self, _: Option<std::net::IpAddr>) {}
    }
    let port = free_port();
    let a = Node::with_group("A", port, MEMBERS);
    let asked = Arc::new(Always(AtomicUsize::new(0)));
    a.near.set_observer(Some(asked.clone()));
    let knocks = |count| eventually("the knock", || asked.0.load(Ordering::Relaxed) == count);
    a.serve("127.0.0.1");
    let mut stranger = Peer::dial("127.0.0.9", "127.0.0.1", port);
    knocks(1);
    a.near.close();
    a.serve("127.0.0.1");
    knocks(2);
    let mut other = Peer::dial("127.0.0.8", "127.0.0.1", port);
    knocks(3);
    // Newer data, in which neither has a place.
    a.near.set_view(view(KEY, MEMBERS));
    assert_eq!(stranger.any_frame(), Err(Surprise::Closed));
    assert_eq!(other.any_frame(), Err(Surprise::Closed));
    a.near.close();
    a.serve("127.0.0.1");
    assert_eq!(
        Peer::dial("127.0.0.9", "127.0.0.1", port).any_frame(),
        Err(Surprise::Closed)
    );
    assert_eq!(asked.0.load(Ordering::Relaxed), 3, "muted");
    let mut third = Peer::dial("127.0.0.7", "127.0.0.1", port);
    knocks(4);
    a.near.close();
    third.stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert_eq!(third.any_frame(), Err(Surprise::Silence));
    a.near.end();
    assert_eq!(third.any_frame(), Err(Surprise::Closed));
}

#[test]
fn without_reconnect_a_failed_address_is_forgotten() {
    let port = free_port();
    let b = Node::new(
        "B",
        Settings {
            reconnect: false,
            ..settings(port)
        },
    );
    b.near.set_view(view(KEY, MEMBERS));
    assert_eq!(b.connect("127.0.0.1").0, code::CONNECTION_REFUSED);
    let listener = Peer::listen("127.0.0.1", port);
    listener.set_nonblocking(true).unwrap();
    std::thread::sleep(Duration::from_millis(1600));
    assert!(listener.accept().is_err());
}

#[test]
fn peer_limit() {
    let port = free_port();
    let a = Node::new(
        "A",
        Settings {
            max_peers: 1,
            ..settings(port)
        },
    );
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.1");
    let b = Node::with_group("B", port, MEMBERS);
    assert_eq!(b.connect("127.0.0.1").0, 0);
    let c = Node::with_group("C", port, MEMBERS);
    assert_eq!(c.connect("127.0.0.1").0, code::PEER_NUM_EXCEED);
    b.near.close();
    eventually("room", || c.connect("127.0.0.1").0 == 0);
}

#[test]
fn both_directions_are_kept_and_the_older_one_sends() {
    let port = free_port();
    let (a, b) = (
        Node::with_group("A", port, MEMBERS),
        Node::with_group("B", port, MEMBERS),
    );
    a.serve("127.0.0.1");
    b.serve("127.0.0.2");
    assert_eq!(b.connect("127.0.0.1").0, 0);
    assert_eq!(a.connect("127.0.0.2").0, 0);
    for n in 0..50u8 {
        a.send_when_connected("B", &[n]);
        b.send_when_connected("A", &[n]);
    }
    for node in [&a, &b] {
        node.log.wait("all messages", |r| r.received.len() == 50);
        node.log
            .read(|r| assert!(r.received.iter().map(|(_, m)| m[0]).eq(0..50)));
    }
}

#[test]
fn a_full_receive_queue_pushes_back_then_drops() {
    let port = free_port();
    let mut slow = settings(port);
    slow.limits.queue_patience = Duration::from_millis(400);
    let a = Node::new("A", slow);
    a.near.set_view(view(KEY, MEMBERS));
    let hold = Arc::new(Mutex::new(()));
    let mut callbacks = a.callbacks();
    let (inner, blocked) = (callbacks.received.clone().unwrap(), hold.clone());
    callbacks.received = Some(Arc::new(move |id, message| {
        drop(blocked.lock().unwrap());
        inner(id, message);
    }));
    a.near.register(callbacks);
    a.serve("127.0.0.1");
    let held = hold.lock().unwrap();
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.client("B", KEY).unwrap();
    let start = Instant::now();
    for _ in 0..70 {
        b.data(b"x");
    }
    let mut statuses = Vec::new();
    for seq in 1..=70u32 {
        let ack = b.read_record().unwrap();
        assert_eq!(ack[..5], [&[0x11], seq.to_be_bytes().as_slice()].concat());
        statuses.push(ack[5]);
        if seq == 66 {
            assert!(start.elapsed() >= Duration::from_millis(400));
        }
    }
    // One is inside the callback, 64 wait, five are gone.
    assert_eq!(statuses, [vec![0; 65], vec![1; 5]].concat());
    drop(held);
    a.log.wait("65 messages", |r| r.received.len() == 65);
    b.data(b"y");
    assert_eq!(b.read_record().unwrap()[5], 0);
}

#[test]
fn nothing_is_received_without_a_receiver() {
    let port = free_port();
    let a = Node::bare("A", settings(port));
    let mut callbacks = a.callbacks();
    callbacks.received = None;
    a.near.register(callbacks);
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.1");
    let b = Node::with_group("B", port, MEMBERS);
    assert_eq!(b.connect("127.0.0.1").0, 0);
    assert_eq!(b.send("A", b"x"), 0);
    b.log.wait_results(&[("A", code::CB_NOT_REGISTER)]);
}

#[test]
fn acknowledgement_and_silence_time_out() {
    let port = free_port();
    let mut quick = settings(port);
    quick.limits.session.acknowledge = Duration::from_millis(300);
    let a = Node::new("A", quick.clone());
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.1");
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.client("B", KEY).unwrap();
    assert_eq!(a.send("B", b"x"), 0);
    a.log.wait_results(&[("B", code::SEND_FAILED)]);
    assert_eq!(b.until_closed(), [Peer::data_record(1, b"x"), vec![0x30, 0, 4]]);
    a.near.close();

    quick.limits.session.heartbeat = Duration::from_millis(100);
    quick.limits.session.silence = Duration::from_millis(350);
    let a = Node::new("A", quick);
    a.near.set_view(view(KEY, MEMBERS));
    a.serve("127.0.0.1");
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.client("B", KEY).unwrap();
    let records = b.until_closed();
    assert_eq!(records.first(), Some(&vec![0x20, 0, 0, 0, 1]));
    assert_eq!(records.last(), Some(&vec![0x30, 0, 4]));
    assert!((2..=4).contains(&records.len()), "three heartbeats at most");
}

#[test]
fn an_old_session_is_renewed_without_a_break() {
    let port = free_port();
    let a = Node::with_group("A", port, MEMBERS);
    a.serve("127.0.0.1");
    let mut renewing = settings(port);
    renewing.limits.rekey = Duration::from_millis(150);
    let b = Node::new("B", renewing);
    b.near.set_view(view(KEY, MEMBERS));
    assert_eq!(b.connect("127.0.0.1").0, 0);
    for n in 0..100u8 {
        b.send_when_connected("A", &[n]);
        std::thread::sleep(Duration::from_millis(10));
    }
    a.log.wait("all messages", |r| r.received.len() == 100);
    a.log.read(|r| assert!(r.received.iter().map(|(_, m)| m[0]).eq(0..100)));
}

#[test]
fn replaced_by_a_newer_session_the_client_stays_away() {
    let port = free_port();
    let a = Node::with_group("A", port, MEMBERS);
    a.serve("127.0.0.1");
    let (b, twin) = (
        Node::with_group("B", port, MEMBERS),
        Node::with_group("B", port, MEMBERS),
    );
    assert_eq!(b.connect("127.0.0.1").0, 0);
    assert_eq!(twin.connect("127.0.0.1").0, 0);
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(b.send("A", b"x"), code::DEVICE_ID_NOT_FOUND);
    twin.send_when_connected("A", b"x");
    assert_eq!(b.connect("127.0.0.1").0, 0, "the next init call connects again");
}

#[test]
fn close_reports_every_unanswered_message_and_leaves_nothing_behind() {
    let (files, threads) = (node::open_files(), node::threads());
    let _ = (files, threads);
    let port = free_port();
    let a = Node::with_group("A", port, MEMBERS);
    a.serve("127.0.0.1");
    let mut b = Peer::dial("127.0.0.2", "127.0.0.1", port);
    b.client("B", KEY).unwrap();
    for _ in 0..20 {
        assert_eq!(a.send("B", b"x"), 0);
    }
    a.near.close();
    a.log.read(|r| {
        assert_eq!(
            r.results,
            vec![("B".to_owned(), code::SEND_FAILED); 20],
            "all there when Close returns"
        )
    });
    assert_eq!(a.send("B", b"x"), code::DEVICE_ID_NOT_FOUND);
    let records = b.until_closed();
    assert_eq!(records.last(), Some(&vec![0x30, 0, 0]));
    a.near.close();
    a.near.unregister();
    assert_eq!(a.send("B", b"x"), code::CB_NOT_REGISTER);
}

#[test]
fn every_function_from_inside_every_callback() {
    let port = free_port();
    let (a, b) = (
        Arc::new(Node::bare("A", settings(port))),
        Node::with_group("B", port, MEMBERS),
    );
    a.near.set_view(view(KEY, MEMBERS));
    // The data callback closes the component, starts it again, connects back and sends; so do the check callbacks once.
    let mut callbacks = a.own_callbacks(&["A", "B"], KEY);
    let (node, inner) = (Arc::downgrade(&a), callbacks.received.clone().unwrap());
    callbacks.received = Some(Arc::new(move |id, message| {
        inner(id, message);
        let node = node.upgrade().unwrap();
        if message.data() == b"close" {
            node.near.close();
            node.near.close();
            node.serve("127.0.0.1");
            node.log.note(|r| r.asked.push("restarted".into()));
        }
        if message.data() == b"call back" {
            assert_eq!(node.connect("127.0.0.2").0, 0);
            assert_eq!(node.send("B", b"called"), 0);
        }
    }));
    let calls = Arc::new(AtomicUsize::new(0));
    let (node, count) = (Arc::downgrade(&a), calls.clone());
    callbacks.is_valid_device_id = Some(nearlink::program::Check::Program(Arc::new(move |id| {
        let node = node.upgrade().unwrap();
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            assert_eq!(node.connect("127.0.0.2").0, 0, "an init call inside a check callback");
            assert_eq!(node.send(id, b"early"), 0);
        }
        true
    })));
    a.near.register(callbacks);
    a.serve("127.0.0.1");
    b.serve("127.0.0.2");
    assert_eq!(b.connect("127.0.0.1").0, 0);
    b.log.wait("the message from inside the check", |r| {
        r.received.iter().any(|(_, m)| m == b"early")
    });
    b.send_when_connected("A", b"call back");
    b.log
        .wait("the answer", |r| r.received.iter().any(|(_, m)| m == b"called"));
    b.send_when_connected("A", b"close");
    // What the old link still acknowledges is gone with it.
    a.log
        .wait("the restart", |r| r.asked.iter().any(|asked| asked == "restarted"));
    b.send_until_received("A", b"still there");
    a.log.wait("the message after the restart", |r| {
        r.received.iter().any(|(_, m)| m == b"still there")
    });
}

#[test]
fn closing_from_a_check_callback_and_from_two_threads() {
    let port = free_port();
    let a = Arc::new(Node::bare("A", settings(port)));
    let mut callbacks = a.own_callbacks(&["A", "B"], KEY);
    let node = Arc::downgrade(&a);
    callbacks.is_valid_device_id = Some(nearlink::program::Check::Program(Arc::new(move |_| {
        node.upgrade().unwrap().near.close();
        true
    })));
    a.near.register(callbacks);
    a.serve("127.0.0.1");
    let b = Node::with_group("B", port, MEMBERS);
    assert_eq!(b.connect("127.0.0.1").0, code::CONNECTION_REFUSED);
    b.near.close();
    a.near.register(a.callbacks());
    a.near.set_view(view(KEY, MEMBERS));
    for _ in 0..5 {
        a.serve("127.0.0.1");
        std::thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| a.near.close());
            }
        });
    }
}

#[test]
fn init_is_cancelled_by_close() {
    let port = free_port();
    let b = Node::with_group("B", port, MEMBERS);
    let _silent = Peer::listen("127.0.0.1", port);
    std::thread::scope(|s| {
        let init = s.spawn(|| b.connect("127.0.0.1").0);
        std::thread::sleep(Duration::from_millis(200));
        let start = Instant::now();
        b.near.close();
        assert_ne!(init.join().unwrap(), 0);
        assert!(start.elapsed() < Duration::from_secs(2));
    });
}

#[test]
fn wildcard_binding_and_ipv6() {
    let port = free_port();
    let members = &[("A", "::1"), ("B", "::1"), ("C", "127.0.0.3")];
    let a = Node::new(
        "A",
        Settings {
            bind_any: true,
            ..settings(port)
        },
    );
    a.near.set_view(view(KEY, members));
    a.serve("::1");
    a.serve("127.0.0.1");
    a.serve("127.0.0.2");
    let (b, c) = (
        Node::with_group("B", port, members),
        Node::with_group("C", port, members),
    );
    assert_eq!(b.connect("::1").0, 0);
    assert_eq!(c.connect("127.0.0.77").0, 0);
}
