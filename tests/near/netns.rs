//! The near link over a real network that is cut, restored and renumbered: two network namespaces joined by a virtual cable.
//! Needs no privileges where user namespaces are allowed; where they are not, it says so and NEARLINK_NETNS=required fails it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::node::{KEY, Node, eventually, settings, view};
use nearlink::code;
use nearlink::settings::Settings;

const NAME: &str = "netns::cut_restored_and_renumbered";
const PORT: u16 = 28177;

fn quick() -> Settings {
    let mut settings = settings(PORT);
    settings.limits.session.acknowledge = Duration::from_millis(800);
    settings.limits.session.heartbeat = Duration::from_millis(500);
    settings.limits.session.silence = Duration::from_millis(1500);
    settings.connect_timeout = Duration::from_millis(500);
    settings
}

fn node(id: &str, master: &str) -> Node {
    let node = Node::new(id, quick());
    node.near.set_view(view(KEY, &[("A", master), ("B", "10.77.0.2")]));
    node
}

fn run(command: &str) {
    let status = Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(status.success(), "{command}");
}

fn this_test(wrapper: &[&str], role: &str) -> Command {
    let mut command = Command::new(wrapper[0]);
    command
        .args(&wrapper[1..])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env("NEARLINK_ROLE", role);
    command
}

#[test]
fn cut_restored_and_renumbered() {
    match std::env::var("NEARLINK_ROLE").as_deref() {
        Ok("master") => master(),
        Ok(_) => slave(),
        Err(_) => {
            let allowed = Command::new("unshare")
                .args(["-Urn", "ip", "link", "add", "va", "type", "veth"])
                .status();
            if !allowed.is_ok_and(|status| status.success()) {
                eprintln!("NOT RUN: no network namespaces with veth here");
                assert_ne!(std::env::var("NEARLINK_NETNS").as_deref(), Ok("required"));
                return;
            }
            assert!(this_test(&["unshare", "-Urn"], "master").status().unwrap().success());
        }
    }
}

/// Has a namespace of its own inside the master's; does what it is told line by line.
fn slave() {
    println!("\nslave is there");
    let mut lines = std::io::stdin().lines().map_while(Result::ok);
    assert_eq!(lines.next().as_deref(), Some("go"));
    let b = node("B", "10.77.0.1");
    println!("connected {:x}", b.connect("10.77.0.1").0);
    for line in lines {
        match line.as_str() {
            "moved" => b.near.set_view(view(KEY, &[("A", "10.77.0.9"), ("B", "10.77.0.2")])),
            "report" => {
                let got = b.log.read(|r| {
                    r.received
                        .iter()
                        .map(|(_, m)| String::from_utf8(m.clone()).unwrap())
                        .collect::<Vec<_>>()
                });
                println!("got {}", got.join(" "));
            }
            other => panic!("{other}"),
        }
    }
}

struct Slave {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Slave {
    fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&mut self, word: &str) -> String {
        loop {
            let line = self.lines.next().unwrap().unwrap();
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
    }
}

fn master() {
    let mut child = this_test(&["unshare", "-n"], "slave")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut slave = Slave { child, lines };
    slave.hear("slave is there");
    let pid = slave.child.id();
    run(&format!(
        "ip link add va type veth peer name vb && ip link set vb netns {pid} && ip addr add 10.77.0.1/24 dev va && \
         ip link set va up && nsenter -t {pid} -n sh -c 'ip addr add 10.77.0.2/24 dev vb && ip link set vb up'"
    ));
    let a = node("A", "10.77.0.1");
    a.serve("10.77.0.1");
    slave.tell("go");
    assert_eq!(slave.hear("connected"), "0");

    let (mut number, mut accepted) = (0u32, 0usize);
    let mut send_for = |a: &Node, time: Duration| {
        let start = Instant::now();
        while start.elapsed() < time {
            number += 1;
            accepted += usize::from(a.send("B", format!("{number:06}").as_bytes()) == 0);
            std::thread::sleep(Duration::from_millis(5));
        }
        accepted
    };
    let results = |a: &Node| a.log.read(|r| r.results.clone());
    let succeeded = |a: &Node| results(a).iter().filter(|(_, code)| *code == 0).count();

    send_for(&a, Duration::from_millis(500));
    assert!(succeeded(&a) > 20);
    run("ip link set va down");
    send_for(&a, Duration::from_secs(3));
    let before = succeeded(&a);
    run("ip link set va up");
    eventually("the link's return", || {
        send_for(&a, Duration::from_millis(50));
        succeeded(&a) > before + 20
    });
    // A short cut that no timer notices: TCP repeats what was lost, nothing else happens.
    run("ip link set va down; sleep 0.2; ip link set va up");
    let accepted = send_for(&a, Duration::from_secs(2));
    eventually("all results", || results(&a).len() == accepted);
    assert!(
        results(&a)
            .iter()
            .all(|(id, code)| id == "B" && [0, code::SEND_FAILED].contains(code))
    );

    // The master gets another address; the group data tell the slave.
    a.near.close();
    let first = succeeded(&a);
    run(
        "ip addr add 10.77.0.9/24 dev va && ip addr del 10.77.0.1/24 dev va && ip addr add 10.77.0.9/24 dev va || true",
    );
    a.near.set_view(view(KEY, &[("A", "10.77.0.9"), ("B", "10.77.0.2")]));
    slave.tell("moved");
    a.serve("10.77.0.9");
    eventually("the link at the new address", || {
        send_for(&a, Duration::from_millis(50));
        succeeded(&a) > first + 5
    });
    a.near.close();
    let all = results(&a);
    assert!(
        all.iter().any(|(_, code)| *code == code::SEND_FAILED),
        "the long cut lost something"
    );

    slave.tell("report");
    let got = slave.hear("got");
    let got: Vec<&str> = got.split(' ').collect();
    assert!(got.windows(2).all(|pair| pair[0] < pair[1]), "in order and never twice");
    assert!(
        got.len() >= succeeded(&a),
        "everything that was reported as received has arrived"
    );
    drop(slave.child.stdin.take());
    assert!(slave.child.wait().unwrap().success());
}
