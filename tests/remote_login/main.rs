//! Remote login from the web socket's server to the shell, over real sockets; the pauses and pings are tested on a virtual
//! clock in `src/services/tunnel/worker`.

mod c_functions;
mod c_program;
mod platform;
mod shell;
#[path = "../support/program.rs"]
mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::sync::Mutex;
use iotda_device::services::tunnel::{Host, Target, Trust, Tunnels};
use iotda_device::transport::tls::web_client;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::timeout;

use platform::{Platform, WAIT, failed, shell_ended};
use shell::Shell;

/// A device that can be logged in to.
struct Device {
    tunnels: Arc<Tunnels>,
    home: tempfile::TempDir,
    shell: u16,
}

impl Device {
    fn new(platform: &Platform, shell: u16) -> Device {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("rootcert.pem"), &platform.ca).unwrap();
        Device {
            tunnels: Arc::default(),
            home,
            shell,
        }
    }

    /// As in a process where no login has failed.
    fn forget(&mut self) {
        self.tunnels = Arc::default();
    }

    fn known_hosts(&self) -> PathBuf {
        self.home.path().join(".ssh/known_hosts")
    }

    fn open(&self, port: u16) {
        self.attempt(port).unwrap();
    }

    fn attempt(&self, port: u16) -> iotda_device::error::Result<()> {
        let root = self.home.path().join("rootcert.pem");
        let trust: Trust = Arc::new(move || web_client(Some(&root)));
        let header = b"\r\ntunnel_access_token:TOKEN";
        let port = port.to_string();
        let target = Target::new(b"localhost", port.as_bytes(), b"/v5/iot/tunnels/t?a=b", header, trust).unwrap();
        let host = Host {
            name: "localhost".to_owned(),
            port: self.shell,
            known_hosts: Some(self.known_hosts()),
        };
        self.tunnels.open(target, host)
    }

    /// Ends the tunnel; that must not take long.
    async fn end(&self) {
        let tunnels = self.tunnels.clone();
        let begun = Instant::now();
        tokio::task::spawn_blocking(move || tunnels.join()).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    }
}

/// Ticks of processor time that the tunnel's threads have used.
fn processor_time() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let ticks = tasks.filter_map(|task| {
        let stat = std::fs::read_to_string(task.unwrap().path().join("stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        let field = |n: usize| rest.split(' ').nth(n)?.parse::<u64>().ok();
        (name == "iota-tunnel").then(|| field(12).unwrap() + field(13).unwrap())
    });
    ticks.sum()
}

/// What must not be in the log: tokens, users, passwords, commands, what the shell shows.
const UNSEEN: &[&str] = &["TOKEN", "u1", "good", "no such", "hello", "Welcome", "you said"];

/// Takes the lines of the log; the test fails if one tells a secret.
fn watch_the_log() -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    base::log::set_sink(Some(Arc::new(move |_, line: &str| kept.lock().push(line.to_owned()))));
    lines
}

/// One after the other: the log, the threads' names and their processor time are the process's.
static ONE: Mutex<()> = Mutex::new(());

fn run(test: impl std::future::Future<Output = ()>) {
    run_watching(|_| test);
}

fn run_watching<T: std::future::Future<Output = ()>>(test: impl FnOnce(Arc<Mutex<Vec<String>>>) -> T) {
    let _one = ONE.lock();
    let lines = watch_the_log();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(test(lines.clone()));
    let lines = lines.lock();
    assert!(lines.iter().any(|line| line.contains("remote login")));
    for line in lines.iter() {
        assert!(!UNSEEN.iter().any(|secret| line.contains(secret)), "{line}");
    }
}

#[test]
fn a_session() {
    run(async {
        let (platform, mut shell) = (Platform::start().await, Shell::start().await);
        let device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        assert_eq!(
            peer.request,
            "GET /v5/iot/tunnels/t?a=b HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: KEY\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n\
             tunnel_access_token:TOKEN\r\n\r\n"
        );
        peer.connect("one", "u1", "good").await;
        assert_eq!(
            peer.output("one", "$ ").await.concat(),
            "Welcome \u{4e2d}\u{6587}\r\n$ "
        );
        for seen in ["password of u1", "terminal xterm", "size 128 30"] {
            shell.sees(seen).await;
        }
        let known = device.known_hosts();
        assert_eq!(std::fs::read_to_string(&known).unwrap(), shell.known);
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&known), mode(known.parent().unwrap())), (0o600, 0o700));

        peer.command("two", "hello\n").await;
        assert_eq!(peer.output("two", "$ ").await.concat(), "you said: hello\r\n$ ");
        peer.command("three", "big3000\n").await;
        let texts = peer.output("three", "$ ").await;
        assert_eq!(texts.iter().map(String::len).collect::<Vec<_>>(), [2048, 956]);
        peer.command("four", "split\n").await;
        assert_eq!(peer.output("four", "$ ").await, ["\u{4e2d}", "\u{6587}\r\n$ "]);
        peer.command("five", "invalid\n").await;
        assert_eq!(peer.output("five", "$ ").await.concat(), "a\u{fffd}b\r\n$ ");

        let before = processor_time();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let used = processor_time() - before;
        assert!(used <= 2, "{used} ticks without anything to do");

        peer.command("six", "exit\n").await;
        assert_eq!(peer.hear().await, shell_ended());
        shell.sees("gone").await;
        peer.command("seven", "note nobody is there\n").await;
        peer.connect("eight", "u1", "good").await;
        peer.output("eight", "$ ").await;
        for seen in ["password of u1", "terminal xterm", "size 128 30"] {
            shell.sees(seen).await;
        }
        assert_eq!(std::fs::read_to_string(&known).unwrap(), shell.known);
        // A login in between replaces the session.
        peer.connect("nine", "u1", "good").await;
        peer.output("nine", "$ ").await;
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(timeout(WAIT, shell.seen.recv()).await.unwrap().unwrap());
        }
        seen.sort();
        assert_eq!(seen, ["gone", "password of u1", "size 128 30", "terminal xterm"]);
        peer.close(1000).await;
        shell.sees("gone").await;
        device.end().await;
    });
}

#[test]
fn logins_that_fail() {
    run(async {
        let (platform, mut shell) = (Platform::start().await, Shell::start().await);
        let mut device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("one", "u1", "bad").await;
        assert_eq!(peer.hear().await, failed("one"));
        shell.sees("password of u1").await;
        shell.sees("gone").await;
        peer.ask(json!({"operation_type": "connect", "tunnel_service_type": "ssh", "request_id": "two"}))
            .await;
        assert_eq!(peer.hear().await["operation_type"], "connect_response");
        assert_eq!(peer.hear().await, failed("two"));

        // Another key, another kind of key, a revoked one: no password is sent.
        let own = std::fs::read_to_string(device.known_hosts()).unwrap();
        assert_eq!(own, shell.known);
        let host = format!("[localhost]:{}", shell.port);
        let key = own.split(' ').nth(2).unwrap().trim_end();
        for line in [
            format!("{host} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"),
            format!("{host} ssh-rsa {key}\n"),
            format!("{host} ecdsa-sha2-nistp256 {key}\n"),
            format!("{own}@revoked * ssh-ed25519 {key}\n"),
        ] {
            peer.close(1000).await;
            device.end().await;
            device.forget();
            device.open(platform.port());
            peer = platform.accept().await;
            std::fs::write(device.known_hosts(), &line).unwrap();
            peer.connect("three", "u1", "good").await;
            assert_eq!(peer.hear().await, failed("three"), "{line}");
            shell.sees("gone").await;
            assert_eq!(std::fs::read_to_string(device.known_hosts()).unwrap(), line);
        }
        std::fs::write(device.known_hosts(), &own).unwrap();
        peer.connect("four", "u1", "good").await;
        peer.output("four", "$ ").await;
        peer.close(1002).await;
        device.end().await;

        // Nobody there; somebody who is no SSH server.
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = nobody.local_addr().unwrap().port();
        let device = Device::new(&platform, port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("five", "u1", "good").await;
        let (mut socket, _) = nobody.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut socket, b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        drop(socket);
        assert_eq!(peer.hear().await, failed("five"));
        drop(nobody);
        peer.connect("six", "u1", "good").await;
        assert_eq!(peer.hear().await, failed("six"));
        peer.close(4000).await;
        device.end().await;
    });
}

/// An evil platform tries passwords: three, then the tunnel is over, and another is refused for a minute.
#[test]
fn passwords_cannot_be_tried_out() {
    run(async {
        let (platform, mut shell) = (Platform::start().await, Shell::start().await);
        let device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        for id in ["one", "two"] {
            peer.connect(id, "u1", "bad").await;
            assert_eq!(peer.hear().await, failed(id));
        }
        // Neither a password that is right nor a new tunnel starts the count again.
        peer.connect("good", "u1", "good").await;
        peer.output("good", "$ ").await;
        peer.close(1000).await;
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("three", "u1", "bad").await;
        assert_eq!(peer.hear().await, failed("three"));
        assert_eq!(peer.ended().await, Some(1000));
        drop(peer);
        let refused = device.attempt(platform.port()).unwrap_err().to_string();
        assert!(
            refused.contains("too many logins have failed: no tunnel for "),
            "{refused}"
        );
        let another = timeout(Duration::from_millis(500), platform.listener.accept()).await;
        assert!(another.is_err(), "a tunnel in the pause");
        device.end().await;
        let mut passwords = 0;
        while let Ok(seen) = shell.seen.try_recv() {
            passwords += usize::from(seen.starts_with("password"));
        }
        assert_eq!(passwords, 4);
    });
}

/// An evil platform asks for tunnels without end, and lets none of them close.
#[test]
fn asking_for_tunnels_without_end_costs_few_threads() {
    run(async {
        let platform = Platform::start().await;
        let device = Device::new(&platform, 1);
        device.open(platform.port());
        let silent = platform.accept().await;
        let opened = (0..200).filter(|_| device.attempt(platform.port()).is_ok()).count();
        assert!(opened < 20, "{opened} tunnels at once");
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
        let tunnels = names.filter(|name| name.trim() == "iota-tunnel").count();
        assert!(tunnels <= 8, "{tunnels} threads");
        drop(silent);
        let last = platform.accept().await;
        last.close(1000).await;
        device.end().await;
    });
}

/// Each is said when it begins and when it ends, with its length, at a level that programs show.
#[test]
fn every_session_is_in_the_log() {
    run_watching(|lines| async move {
        let (platform, shell) = (Platform::start().await, Shell::start().await);
        let device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("one", "u1", "good").await;
        peer.output("one", "$ ").await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        peer.command("two", "exit\n").await;
        assert_eq!(peer.hear().await, shell_ended());
        peer.connect("three", "u1", "good").await;
        peer.output("three", "$ ").await;
        peer.connect("four", "u1", "bad").await;
        assert_eq!(peer.hear().await, failed("four"));
        peer.close(1000).await;
        device.end().await;
        let lines = lines.lock();
        let warnings: Vec<&String> = lines.iter().filter(|line| line.contains("[HWM-W")).collect();
        let count = |start: &str| warnings.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(count("remote login: a session of the platform begins"), 2, "{lines:?}");
        let lasted = warnings.iter().filter_map(|line| {
            let seconds = line.strip_prefix("remote login: the session has ended after ")?;
            seconds.split(' ').next()?.parse::<u64>().ok()
        });
        let lasted: Vec<u64> = lasted.collect();
        assert!(lasted.len() == 2 && lasted[0] >= 1, "{lines:?}");
        assert_eq!(count("remote login: no shell"), 1, "{lines:?}");
    });
}

#[test]
fn much_in_both_directions() {
    run(async {
        let (platform, shell) = (Platform::start().await, Shell::start().await);
        let device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("one", "u1", "good").await;
        peer.output("one", "$ ").await;
        let pasted = "x".repeat(16 << 10);
        for _ in 0..100 {
            peer.command("paste", &pasted).await;
        }
        let mut back = 0;
        while back < 100 * pasted.len() {
            let message = peer.hear().await;
            assert_eq!(message["request_id"], "paste");
            back += message["data"].as_str().unwrap().matches('x').count();
        }
        assert_eq!(back, 100 * pasted.len());
        peer.command("two", "flood\n").await;
        let mut read = 0;
        while read < 4 << 20 {
            read += peer.hear().await["data"].as_str().unwrap().len();
        }
        // The platform reads no more: when all buffers are full the shell waits, and the tunnel can still be ended.
        let until = Instant::now() + WAIT;
        loop {
            let before = processor_time();
            tokio::time::sleep(Duration::from_millis(500)).await;
            if processor_time() - before <= 2 {
                break;
            }
            assert!(Instant::now() < until, "busy while nobody reads");
        }
        device.end().await;
    });
}

#[test]
fn a_lost_connection_is_opened_again() {
    run(async {
        let (platform, mut shell) = (Platform::start().await, Shell::start().await);
        let device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("one", "u1", "good").await;
        peer.output("one", "$ ").await;
        for seen in ["password of u1", "terminal xterm", "size 128 30"] {
            shell.sees(seen).await;
        }
        drop(peer);
        shell.sees("gone").await;
        let lost = Instant::now();
        let mut peer = platform.accept().await;
        assert!(lost.elapsed() > Duration::from_millis(900), "{:?}", lost.elapsed());
        assert!(peer.request.contains("\r\ntunnel_access_token:TOKEN\r\n"));
        peer.connect("two", "u1", "good").await;
        peer.output("two", "$ ").await;
        peer.close(1000).await;
        device.end().await;
    });
}

#[test]
fn a_certificate_that_is_not_trusted() {
    run(async {
        let (platform, other) = (Platform::start().await, Platform::start().await);
        let device = Device::new(&other, 1);
        device.open(platform.port());
        for _ in 0..2 {
            assert!(platform.connection().await.is_err());
        }
        device.end().await;
    });
}

#[test]
fn a_second_tunnel_replaces_the_first() {
    run(async {
        let (platform, mut shell) = (Platform::start().await, Shell::start().await);
        let device = Device::new(&platform, shell.port);
        device.open(platform.port());
        let mut first = platform.accept().await;
        first.connect("one", "u1", "good").await;
        first.output("one", "$ ").await;
        for seen in ["password of u1", "terminal xterm", "size 128 30"] {
            shell.sees(seen).await;
        }
        device.open(platform.port());
        assert_eq!(first.ended().await, Some(1000));
        drop(first);
        shell.sees("gone").await;
        let mut second = platform.accept().await;
        second.connect("two", "u1", "good").await;
        second.output("two", "$ ").await;
        // Many at once: the last one stays.
        for _ in 0..5 {
            device.open(platform.port());
        }
        assert_eq!(second.ended().await, Some(1000));
        drop(second);
        let last = loop {
            let mut peer = platform.accept().await;
            if timeout(Duration::from_millis(1500), peer.ended()).await.is_err() {
                break peer;
            }
        };
        last.close(1000).await;
        device.end().await;
    });
}

#[test]
fn an_end_at_any_time() {
    run(async {
        let platform = Platform::start().await;
        // Nobody listens: it waits between attempts.
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let device = Device::new(&platform, 1);
        device.open(port);
        tokio::time::sleep(Duration::from_millis(200)).await;
        device.end().await;
        // At once.
        device.open(platform.port());
        device.end().await;
        while timeout(Duration::from_millis(100), platform.listener.accept())
            .await
            .is_ok()
        {}
        // Within TLS, and within the upgrade.
        device.open(platform.port());
        let (mut silent, _) = platform.listener.accept().await.unwrap();
        silent.read_u8().await.unwrap();
        device.end().await;
        device.open(platform.port());
        let mut silent = platform.connection().await.unwrap();
        silent.read_u8().await.unwrap();
        device.end().await;
        // Within the login.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let device = Device::new(&platform, listener.local_addr().unwrap().port());
        device.open(platform.port());
        let mut peer = platform.accept().await;
        peer.connect("one", "u1", "good").await;
        let (mut silent, _) = listener.accept().await.unwrap();
        silent.read_u8().await.unwrap();
        device.end().await;
        // Twice, and without a tunnel.
        device.end().await;
        assert!(device.tunnels.send("x".to_owned()).is_err());
    });
}
