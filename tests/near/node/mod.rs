//! What the near-link tests share: a node (one component with recorded callbacks) and an independent peer.
#![allow(dead_code)]

pub mod peer;

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use nearlink::component::{Component, INIT_CLIENT, INIT_SERVICE};
use nearlink::program::{Callbacks, Check, KeySource};
use nearlink::settings::Settings;
use nearlink::view::{Bus, Member, View};

pub const KEY: &str = "3c9a07e51b6df248";
pub const PATIENCE: Duration = Duration::from_secs(8);

/// A port nobody uses; below the ephemeral range, different in every test of every process.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed) as u32 + std::process::id() * 149;
        let port = 20_000 + (offset % 8_000) as u16;
        if std::net::TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port;
        }
    }
}

#[derive(Default)]
pub struct Record {
    pub results: Vec<(String, u32)>,
    pub received: Vec<(String, Vec<u8>)>,
    pub asked: Vec<String>,
}

#[derive(Default)]
pub struct Log {
    record: Mutex<Record>,
    changed: Condvar,
}

impl Log {
    pub fn note(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.record.lock().unwrap());
        self.changed.notify_all();
    }

    pub fn read<R>(&self, read: impl FnOnce(&Record) -> R) -> R {
        read(&self.record.lock().unwrap())
    }

    /// Waits until `test` holds; fails the test after [`PATIENCE`].
    pub fn wait(&self, what: &str, test: impl Fn(&Record) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut record = self.record.lock().unwrap();
        while !test(&record) {
            let left = until.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| {
                panic!(
                    "{what} did not happen: results {:?}, {} received",
                    record.results,
                    record.received.len()
                )
            });
            record = self.changed.wait_timeout(record, left).unwrap().0;
        }
    }

    pub fn wait_results(&self, wanted: &[(&str, u32)]) {
        self.wait("results", |r| r.results.len() >= wanted.len());
        let got = self.read(|r| r.results.clone());
        assert_eq!(
            got.iter().map(|(id, code)| (id.as_str(), *code)).collect::<Vec<_>>(),
            wanted
        );
    }
}

/// One device.
pub struct Node {
    pub id: String,
    pub near: Arc<Component>,
    pub log: Arc<Log>,
}

pub fn bus(key: &str, members: &[(&str, &str)]) -> Bus {
    Bus {
        id: "bus".into(),
        key: Some(key.to_owned().into()),
        members: members
            .iter()
            .map(|(id, ip)| Member {
                id: (*id).into(),
                address: (*ip).into(),
            })
            .collect(),
    }
}

pub fn view(key: &str, members: &[(&str, &str)]) -> View {
    View {
        buses: vec![bus(key, members)],
    }
}

pub fn settings(port: u16) -> Settings {
    Settings {
        port,
        find: false, // not beyond this machine
        ..Settings::default()
    }
}

impl Node {
    /// A device whose checks are answered by the view, as with the library's own functions.
    pub fn new(id: &str, settings: Settings) -> Node {
        let node = Node::bare(id, settings);
        node.near.register(node.callbacks());
        node
    }

    pub fn bare(id: &str, settings: Settings) -> Node {
        Node {
            id: id.into(),
            near: Arc::new(Component::new(move || settings.clone())),
            log: Arc::default(),
        }
    }

    pub fn with_group(id: &str, port: u16, members: &[(&str, &str)]) -> Node {
        let node = Node::new(id, settings(port));
        node.near.set_view(view(KEY, members));
        node
    }

    pub fn callbacks(&self) -> Callbacks {
        let (results, received, own) = (self.log.clone(), self.log.clone(), self.id.clone());
        Callbacks {
            send_result: Some(Arc::new(move |id, code| {
                results.note(|r| r.results.push((id.into(), code)))
            })),
            received: Some(Arc::new(move |id, message| {
                assert_eq!(message.with_nul().last(), Some(&0));
                received.note(|r| r.received.push((id.into(), message.data().to_vec())));
            })),
            is_valid_ip: Some(Check::View),
            is_valid_device_id: Some(Check::View),
            auth_key: Some(KeySource::View),
            device_id: Some(Arc::new(move || Some(own.clone()))),
        }
    }

    /// Callbacks of the program's own: a fixed set of ids and one key; every question is recorded.
    pub fn own_callbacks(&self, members: &[&str], key: &str) -> Callbacks {
        let members: HashSet<String> = members.iter().map(|m| (*m).to_owned()).collect();
        let (ips, ids, keys) = (self.log.clone(), self.log.clone(), self.log.clone());
        let (known, key) = (members.clone(), key.to_owned());
        Callbacks {
            is_valid_ip: Some(Check::Program(Arc::new(move |ip| {
                ips.note(|r| r.asked.push(format!("ip {ip}")));
                true
            }))),
            is_valid_device_id: Some(Check::Program(Arc::new(move |id| {
                ids.note(|r| r.asked.push(format!("id {id}")));
                members.contains(id)
            }))),
            auth_key: Some(KeySource::Program(Arc::new(move |id| {
                keys.note(|r| r.asked.push(format!("key {id}")));
                known.contains(id).then(|| key.as_bytes().to_vec().into())
            }))),
            ..self.callbacks()
        }
    }

    pub fn serve(&self, address: &str) {
        assert_eq!(
            self.near.init(INIT_SERVICE, Some(address.as_bytes())),
            Ok(()),
            "server {address}"
        );
    }

    /// Result code and errorIp token of a client init.
    pub fn connect(&self, list: &str) -> (u32, String) {
        match self.near.init(INIT_CLIENT, Some(list.as_bytes())) {
            Ok(()) => (0, String::new()),
            Err(error) => (error.code, String::from_utf8(error.token).unwrap()),
        }
    }

    pub fn send(&self, target: &str, data: &[u8]) -> u32 {
        self.near.send(Some(target.as_bytes()), Some(data))
    }

    /// Sends a message and waits for its success.
    #[track_caller]
    pub fn send_when_connected(&self, target: &str, data: &[u8]) {
        assert_eq!(self.send_once(target, data), 0);
    }

    /// Waits until a message to `target` is accepted; its result.
    pub fn send_once(&self, target: &str, data: &[u8]) -> u32 {
        let before = self.log.read(|r| r.results.len());
        eventually("a session", || self.send(target, data) == 0);
        self.log.wait("the result", |r| r.results.len() > before);
        self.log.read(|r| {
            assert_eq!(r.results[before].0, target);
            r.results[before].1
        })
    }

    /// Sends a message again and again, through sessions that are about to end, until it has arrived.
    pub fn send_until_received(&self, target: &str, data: &[u8]) {
        eventually("a success", || self.send_once(target, data) == 0);
    }
}

pub fn eventually(what: &str, mut test: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !test() {
        assert!(Instant::now() < until, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

pub fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// Resident bytes of this process.
pub fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
