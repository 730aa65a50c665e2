//! The near-field link on loopback: `cargo bench --bench nearlink` measures, `cargo bench --bench nearlink -- soak 600` connects,
//! sends and closes for 600 s. Exits with 1 when a target is missed, or when descriptors, threads or memory grow.

#[path = "../tests/near/node/mod.rs"]
mod near;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use near::{KEY, Node, free_port, settings, view};
use nearlink::code;

const PEERS: usize = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "clients") {
        return clients(arguments[at + 1].parse().unwrap());
    }
    if arguments.iter().any(|a| a == "server") {
        let (alone, with_peers) = server_with_many_peers();
        println!("{alone} {with_peers}");
        return;
    }
    if let Some(at) = arguments.iter().position(|a| a == "soak") {
        return soak(Duration::from_secs(arguments[at + 1].parse().unwrap()));
    }
    let mut met = true;
    let mut report = |what: &str, value: f64, unit: &str, target: f64, at_most: bool| {
        let good = if at_most { value <= target } else { value >= target };
        let sign = if at_most { "at most" } else { "at least" };
        println!(
            "{what}: {value:.1} {unit} (target {sign} {target} {unit}){}",
            if good { "" } else { " MISSED" }
        );
        met &= good;
    };

    let stretching = {
        let start = Instant::now();
        nearlink::noise::stretch(KEY.as_bytes());
        start.elapsed()
    };
    println!("key stretching, once per key: {:.1} ms", stretching.as_secs_f64() * 1e3);
    let handshake = handshakes();
    report("connect and handshake beyond it, p50", handshake[0], "ms", 5.0, true);
    println!("connect and handshake beyond it, slowest of 75: {:.1} ms", handshake[1]);
    let (p50, p99, rate) = messages();
    report("64-byte message until its acknowledgement, p50", p50, "us", 150.0, true);
    report("64-byte message until its acknowledgement, p99", p99, "us", 500.0, true);
    report("acknowledged messages, 64 in flight", rate, "/s", 20_000.0, false);
    let (alone, with_peers) = memory_of_many();
    println!("resident memory before: {alone:.1} MiB");
    report("resident memory with 100 peers", with_peers, "MiB", 16.0, true);
    std::process::exit(i32::from(!met));
}

fn percentile(samples: &mut [Duration], percent: usize) -> f64 {
    samples.sort();
    samples[(samples.len() * percent / 100).min(samples.len() - 1)].as_secs_f64()
}

/// Sessions to a server with four addresses, the key stretched already on both sides. The program's own callbacks are asked.
fn handshakes() -> [f64; 2] {
    let mut samples = Vec::new();
    for _ in 0..25 {
        let port = free_port();
        let a = Node::bare("A", settings(port));
        a.near.register(a.own_callbacks(&["A", "B"], KEY));
        for n in 1..=4 {
            a.serve(&format!("127.0.0.{n}"));
        }
        let b = Node::bare("B", settings(port));
        b.near.register(b.own_callbacks(&["A", "B"], KEY));
        assert_eq!(b.connect("127.0.0.1").0, 0);
        for n in 2..=4 {
            let start = Instant::now();
            assert_eq!(b.connect(&format!("127.0.0.{n}")).0, 0);
            samples.push(start.elapsed());
        }
    }
    [percentile(&mut samples, 50) * 1e3, percentile(&mut samples, 99) * 1e3]
}

fn messages() -> (f64, f64, f64) {
    let port = free_port();
    let members = &[("A", "127.0.0.1"), ("B", "127.0.0.2")];
    let a = Node::with_group("A", port, members);
    a.serve("127.0.0.1");
    let b = Node::bare("B", settings(port));
    b.near.set_view(view(KEY, members));
    let done = Arc::new(AtomicU32::new(0));
    let (count, waiting) = (done.clone(), std::thread::current());
    let mut callbacks = b.callbacks();
    callbacks.send_result = Some(Arc::new(move |_, code| {
        assert_eq!(code, 0);
        count.fetch_add(1, Ordering::Release);
        waiting.unpark();
    }));
    b.near.register(callbacks);
    let mut silent = a.callbacks();
    silent.received = Some(Arc::new(|_, _| {}));
    a.near.register(silent);
    assert_eq!(b.connect("127.0.0.1").0, 0);
    let message = [7; 64];
    let mut samples = Vec::new();
    for n in 0..11_000 {
        let before = done.load(Ordering::Acquire);
        let start = Instant::now();
        assert_eq!(b.send("A", &message), 0);
        while done.load(Ordering::Acquire) == before {
            std::thread::park();
        }
        if n >= 1000 {
            samples.push(start.elapsed());
        }
    }
    let (before, start) = (done.load(Ordering::Acquire), Instant::now());
    let mut sent = 0;
    while start.elapsed() < Duration::from_secs(5) {
        match b.send("A", &message) {
            0 => sent += 1,
            code::THRESHOLD_EXCEED => std::thread::park_timeout(Duration::from_millis(1)),
            other => panic!("0x{other:04x}"),
        }
    }
    while done.load(Ordering::Acquire) != before + sent {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let rate = f64::from(sent) / start.elapsed().as_secs_f64();
    (
        percentile(&mut samples, 50) * 1e6,
        percentile(&mut samples, 99) * 1e6,
        rate,
    )
}

fn everybody() -> Vec<(String, &'static str)> {
    (0..=PEERS).map(|n| (format!("device-{n:03}"), "127.0.0.1")).collect()
}

/// Mebibytes before the first link and with all peers; server and clients in processes of their own.
fn memory_of_many() -> (f64, f64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("server")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.lines().last().unwrap().split(' ').map(|n| n.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

fn server_with_many_peers() -> (f64, f64) {
    let mebibytes = || near::memory() as f64 / 1048576.0;
    let alone = mebibytes();
    let port = free_port();
    let everybody = everybody();
    let members: Vec<(&str, &str)> = everybody.iter().map(|(id, ip)| (id.as_str(), *ip)).collect();
    let node = Node::with_group("device-000", port, &members);
    node.serve("127.0.0.1");
    let mut clients = Command::new(std::env::current_exe().unwrap())
        .args(["clients", &port.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(clients.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line.trim(), "connected");
    for (id, _) in &members[1..] {
        node.send_when_connected(id, &[1; 64]);
    }
    let with_peers = mebibytes();
    drop(clients.stdin.take());
    clients.wait().unwrap();
    (alone, with_peers)
}

fn clients(port: u16) {
    let everybody = everybody();
    let members: Vec<(&str, &str)> = everybody.iter().map(|(id, ip)| (id.as_str(), *ip)).collect();
    let nodes: Vec<Node> = members[1..]
        .iter()
        .map(|(id, _)| Node::with_group(id, port, &members))
        .collect();
    for node in &nodes {
        assert_eq!(node.connect("127.0.0.1").0, 0);
    }
    println!("connected");
    std::io::stdout().flush().unwrap();
    let mut end = String::new();
    let _ = std::io::stdin().read_line(&mut end);
}

/// Connect, 100 messages each way, close, again and again.
fn soak(time: Duration) {
    let port = free_port();
    let members = &[("A", "127.0.0.1"), ("B", "127.0.0.2")];
    let round = || {
        let (a, b) = (
            Node::with_group("A", port, members),
            Node::with_group("B", port, members),
        );
        a.serve("127.0.0.1");
        assert_eq!(b.connect("127.0.0.1").0, 0);
        for _ in 0..100 {
            b.send_when_connected("A", &[1; 512]);
            a.send_when_connected("B", &[2; 512]);
        }
        a.near.close();
        b.near.close();
    };
    // Counts right after Close: nothing may be left behind by then.
    let look = || (near::open_files(), near::threads(), near::memory() as f64 / 1048576.0);
    let warm_up = Instant::now();
    while warm_up.elapsed() < Duration::from_secs(5) {
        round();
    }
    let first = look();
    let (start, mut shown, mut rounds) = (Instant::now(), Instant::now(), 0);
    let mut last = first;
    while start.elapsed() < time {
        round();
        rounds += 1;
        last = look();
        if shown.elapsed() > Duration::from_secs(10) {
            shown = Instant::now();
            println!(
                "{rounds} rounds: {} descriptors, {} threads, {:.2} MiB",
                last.0, last.1, last.2
            );
        }
    }
    println!(
        "soak of {} s: {rounds} rounds, first {first:?}, last {last:?}",
        time.as_secs()
    );
    assert!(last.0 <= first.0 && last.1 <= first.1 && last.2 <= first.2 + 1.0);
}
