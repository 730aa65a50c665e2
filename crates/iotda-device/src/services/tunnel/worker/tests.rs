//! Whole tunnels on a virtual clock, over memory, with a scripted shell.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::*;
use crate::services::tunnel::ssh::NoShell;
use crate::transport::tls::Unusable;

const REQUEST: &str = "GET /v5/iot/tunnels/t?x=1 HTTP/1.1\r\nHost: h.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Key: KEY\r\nSec-WebSocket-Version: 13\r\nOrigin: http://h.example\r\n\
                       tunnel_access_token:TOK\r\n\r\n";

/// What the attempts of a tunnel meet.
enum Meets {
    Nobody,
    Server,
}

#[derive(Default)]
struct Log {
    /// When it was tried to open the web socket.
    attempts: RefCell<Vec<Instant>>,
    /// Sessions that have begun and not ended.
    sessions: Arc<std::sync::atomic::AtomicUsize>,
    logins: Cell<u32>,
}

struct Scripted {
    target: Target,
    meets: RefCell<VecDeque<Meets>>,
    servers: mpsc::UnboundedSender<DuplexStream>,
    log: Rc<Log>,
}

impl Ends for Scripted {
    type Stream = DuplexStream;

    async fn open(&self) -> Result<Socket<DuplexStream>, Unopened> {
        self.log.attempts.borrow_mut().push(Instant::now());
        match self.meets.borrow_mut().pop_front() {
            Some(Meets::Server) => {}
            Some(Meets::Nobody) | None => return Err(Unopened::Closed),
        }
        let (near, far) = tokio::io::duplex(4 << 20);
        self.servers.send(far).unwrap();
        self.target.upgrade(near).await
    }

    fn session(&self, login: Login) -> Session {
        self.log.logins.set(self.log.logins.get() + 1);
        let sessions = self.log.sessions.clone();
        Session::start(|mut input, output| async move {
            sessions.fetch_add(1, Ordering::SeqCst);
            struct Gone(Arc<std::sync::atomic::AtomicUsize>);
            impl Drop for Gone {
                fn drop(&mut self) {
                    self.0.fetch_sub(1, Ordering::SeqCst);
                }
            }
            let _gone = Gone(sessions);
            if login.password.as_str() == "slow" {
                std::future::pending::<()>().await;
            }
            if login.password.as_str() != "good" {
                let _ = output.send(Said::Failed(NoShell::Login)).await;
                return;
            }
            let _ = output.send(Said::Opened).await;
            let _ = output
                .send(Said::Text("Welcome \u{4e2d}\u{6587}\r\n$ ".to_owned()))
                .await;
            while let Some(line) = input.recv().await {
                let line = String::from_utf8(line).unwrap();
                if line == "exit\n" {
                    break;
                }
                while line == "flood\n" && output.send(Said::Text("y".repeat(2048))).await.is_ok() {}
                let text = format!("you said: {}\r\n$ ", line.trim_end());
                let _ = output.send(Said::Text(text)).await;
            }
            let _ = output.send(Said::Ended).await;
        })
    }
}

struct Bench {
    servers: mpsc::UnboundedReceiver<DuplexStream>,
    log: Rc<Log>,
    outgoing: mpsc::Sender<String>,
    open: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    logins: Arc<Mutex<Logins>>,
    worker: JoinHandle<()>,
    begun: Instant,
}

impl Bench {
    fn new(meets: impl IntoIterator<Item = Meets>) -> Bench {
        Bench::after(Arc::default(), meets)
    }

    /// A tunnel of a process where these logins have failed.
    fn after(logins: Arc<Mutex<Logins>>, meets: impl IntoIterator<Item = Meets>) -> Bench {
        let trust = Arc::new(|| Err(Unusable::NoBundle("not used")));
        let header = b"\r\ntunnel_access_token:TOK";
        let (servers, accepted) = mpsc::unbounded_channel();
        let log = Rc::new(Log::default());
        let ends = Scripted {
            target: Target::new(b"h.example", b"8443", b"/v5/iot/tunnels/t?x=1", header, trust).unwrap(),
            meets: RefCell::new(meets.into_iter().collect()),
            servers,
            log: log.clone(),
        };
        let (outgoing, texts) = mpsc::channel(4);
        let open = Arc::new(AtomicBool::new(false));
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = Worker::new(ends, texts, open.clone(), logins.clone());
        let worker = spawn_local(worker.run(async {
            let _ = stopped.await;
        }));
        Bench {
            servers: accepted,
            log,
            outgoing,
            open,
            stop: Some(stop),
            logins,
            worker,
            begun: Instant::now(),
        }
    }

    async fn accept(&mut self) -> Server {
        let stream = timeout(Duration::from_secs(300), self.servers.recv()).await;
        Server::accept(stream.unwrap().expect("the tunnel has ended")).await
    }

    /// Seconds between the attempts.
    fn pauses(&self) -> Vec<u64> {
        let mut last = self.begun;
        let attempts = self.log.attempts.borrow();
        let pause = |at: &Instant| {
            let pause = at.duration_since(last).as_secs();
            last = *at;
            pause
        };
        attempts.iter().map(pause).collect()
    }

    async fn end(self) {
        timeout(Duration::from_secs(600), self.worker).await.unwrap().unwrap();
        assert!(!self.open.load(Ordering::Acquire));
        tokio::task::yield_now().await;
        assert_eq!(self.log.sessions.load(Ordering::SeqCst), 0, "a session is left behind");
    }
}

struct Server(WebSocketStream<DuplexStream>);

impl Server {
    async fn accept(mut stream: DuplexStream) -> Server {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        let request = String::from_utf8(request).unwrap();
        let key = request
            .split("Key: ")
            .nth(1)
            .unwrap()
            .split("\r\n")
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(request.replace(&key, "KEY"), REQUEST);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        Server(WebSocketStream::from_raw_socket(stream, Role::Server, None).await)
    }

    async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::Text(text.into().into())).await.unwrap();
    }

    async fn ask(&mut self, message: Value) {
        self.say(message.to_string()).await;
    }

    /// The next text; pings are let pass.
    async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => {
                    assert!(text.starts_with("{\n\t\"operation_type\":\t"), "{text}");
                    return serde_json::from_str(&text).unwrap();
                }
                Some(Message::Ping(_)) => {}
                other => panic!("{other:?} instead of a text"),
            }
        }
    }

    async fn next(&mut self) -> Option<Message> {
        let message = timeout(Duration::from_secs(100), self.0.next())
            .await
            .expect("nothing comes");
        message.and_then(Result::ok)
    }

    async fn close(&mut self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: "because".into(),
        };
        self.0.close(Some(frame)).await.unwrap();
        loop {
            match self.next().await {
                Some(Message::Close(frame)) => {
                    assert_eq!(u16::from(frame.unwrap().code), code, "the code comes back");
                    return;
                }
                Some(_) => {}
                None => panic!("no answer to the close frame"),
            }
        }
    }

    async fn log_in(&mut self, id: &str) {
        self.ask(connect(id, "good")).await;
        assert_eq!(self.hear().await, response("connect_response", id));
        let mut greeting = response("command_response", id);
        greeting["data"] = "Welcome \u{4e2d}\u{6587}\r\n$ ".into();
        assert_eq!(self.hear().await, greeting);
    }

    async fn command(&mut self, id: &str, line: &str) {
        self.ask(command(id, line)).await;
        let mut answer = response("command_response", &id[..id.len().min(36)]);
        answer["data"] = format!("you said: {}\r\n$ ", line.trim_end()).into();
        assert_eq!(self.hear().await, answer);
    }
}

fn connect(id: &str, password: &str) -> Value {
    json!({"operation_type": "connect", "tunnel_service_type": "ssh", "request_id": id,
           "data": {"username": "u1", "password": password}})
}

fn command(id: &str, line: &str) -> Value {
    json!({"operation_type": "command", "tunnel_service_type": "ssh", "request_id": id, "data": line})
}

fn response(operation: &str, id: &str) -> Value {
    json!({"operation_type": operation, "tunnel_service_type": "ssh", "request_id": id})
}

fn failed(id: &str) -> Value {
    let mut answer = response("disconnect", id);
    answer["data"] = json!({"status_code": "400", "status_msg": "WssClientListenerOnMsg: Create SSH channel failed"});
    answer
}

fn ended() -> Value {
    let mut answer = response("disconnect", "SSH_timeout_disconnect");
    answer["data"] = json!({"status_code": "408", "status_msg": "SSH idles for too long, the session will be closed"});
    answer
}

fn on_a_virtual_clock(test: impl std::future::Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

#[test]
fn a_session() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("11111111-2222-3333-4444-555555555555").await;
        server.command("22222222-2222-3333-4444-555555555555", "hello\n").await;
        server.command(&"x".repeat(60), "hi\n").await;
        server
            .ask(command("33333333-2222-3333-4444-555555555555", "exit\n"))
            .await;
        assert_eq!(server.hear().await, ended());
        server.ask(command("r", "into the void\n")).await;
        server.log_in("again").await;
        server.command("r", "still here\n").await;
        server.close(1000).await;
        assert_eq!(bench.log.logins.get(), 2);
        bench.end().await;
    });
}

#[test]
fn logins_that_fail() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server]);
        let mut server = bench.accept().await;
        server.ask(connect("one", "bad")).await;
        assert_eq!(server.hear().await, response("connect_response", "one"));
        assert_eq!(server.hear().await, failed("one"));
        for (id, data) in [
            ("two", json!(null)),
            ("three", json!({"username": "u1"})),
            ("four", json!("x")),
        ] {
            let mut request = connect(id, "good");
            request["data"] = data;
            server.ask(request).await;
            assert_eq!(server.hear().await, response("connect_response", id));
            assert_eq!(server.hear().await, failed(id));
        }
        assert_eq!(bench.log.logins.get(), 1);
        server.log_in("five").await;
        server.close(1002).await;
        bench.end().await;
    });
}

/// One that was let wait for its answer counts, whether the next one takes its place or the connection is cut.
#[test]
fn three_failed_logins_end_the_tunnel() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server, Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("good ones do not help").await;
        server.ask(connect("one", "slow")).await;
        assert_eq!(server.hear().await, response("connect_response", "one"));
        server.ask(connect("two", "slow")).await;
        assert_eq!(server.hear().await, response("connect_response", "two"));
        drop(server);
        let mut server = bench.accept().await;
        server.log_in("nor do they between").await;
        server.ask(connect("three", "bad")).await;
        assert_eq!(server.hear().await, response("connect_response", "three"));
        assert_eq!(server.hear().await, failed("three"));
        match server.next().await {
            Some(Message::Close(Some(frame))) => assert_eq!(frame.code, CloseCode::Normal),
            other => panic!("{other:?}"),
        }
        let logins = bench.logins.clone();
        bench.end().await;
        assert!(logins.lock().pause(Instant::now()).is_some());

        // The next one does not even connect; after the pause it does.
        let bench = Bench::after(logins.clone(), [Meets::Server]);
        let log = bench.log.clone();
        bench.end().await;
        assert_eq!(log.attempts.borrow().len(), 0);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let mut bench = Bench::after(logins, [Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("again").await;
        server.close(1000).await;
        bench.end().await;
    });
}

/// The third login takes the place of one that is still waiting: it is not even tried.
#[test]
fn the_one_too_many_is_not_tried() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server]);
        let mut server = bench.accept().await;
        for id in ["one", "two", "three"] {
            server.ask(connect(id, "slow")).await;
            assert_eq!(server.hear().await, response("connect_response", id));
        }
        server.ask(connect("four", "good")).await;
        assert_eq!(server.hear().await, response("connect_response", "four"));
        assert_eq!(server.hear().await, failed("four"));
        let log = bench.log.clone();
        bench.end().await;
        assert_eq!(log.logins.get(), 3);
    });
}

#[test]
fn what_is_ignored_and_what_is_joined() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("r").await;
        for text in [
            "not json",
            "",
            "{}",
            "[1,2]",
            "{\"operation_type\":\"connect\",\"request_id\":\"r\"}",
        ] {
            server.say(text).await;
        }
        server.ask(response("foo", "r")).await;
        server.ask(response("disconnect", "r")).await;
        server
            .ask(json!({"operation_type": "command", "tunnel_service_type": "telnet", "request_id": "r", "data": "x"}))
            .await;
        server.0.send(Message::Binary(vec![1, 2, 3].into())).await.unwrap();
        let text = command("f", "frag\n").to_string();
        let (one, rest) = text.split_at(20);
        let (two, three) = rest.split_at(9);
        let frame = |text: &str, kind, last| Message::Frame(Frame::message(text.to_owned(), OpCode::Data(kind), last));
        server.0.send(frame(one, Data::Text, false)).await.unwrap();
        server.0.send(Message::Ping("in between".into())).await.unwrap();
        server.0.send(frame(two, Data::Continue, false)).await.unwrap();
        server.0.send(frame(three, Data::Continue, true)).await.unwrap();
        assert_eq!(server.next().await, Some(Message::Pong("in between".into())));
        assert_eq!(server.hear().await["data"], "you said: frag\r\n$ ");
        let long = "x".repeat((1 << 20) - 200);
        server.command("long", &long).await;
        server.close(4000).await;
        bench.end().await;
    });
}

#[test]
fn too_long_a_message_loses_the_connection() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server, Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("r").await;
        server.ask(command("r", &"x".repeat(1 << 20))).await;
        match server.next().await {
            Some(Message::Close(Some(frame))) => assert_eq!(frame.code, CloseCode::Size),
            other => panic!("{other:?}"),
        }
        drop(server);
        let mut server = bench.accept().await;
        server.log_in("r").await;
        server.close(1000).await;
        bench.end().await;
    });
}

#[test]
fn a_new_login_replaces_the_session() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("one").await;
        server.log_in("two").await;
        assert_eq!(bench.log.sessions.load(Ordering::SeqCst), 1);
        server.command("r", "hello\n").await;
        server.close(1000).await;
        bench.end().await;
    });
}

#[test]
fn ten_attempts_and_no_more() {
    on_a_virtual_clock(async {
        let bench = Bench::new([]);
        let log = bench.log.clone();
        let begun = bench.begun;
        bench.end().await;
        assert_eq!(log.attempts.borrow().len(), 10);
        assert_eq!(begun.elapsed().as_secs(), 45);
    });
}

#[test]
fn pauses_grow_and_start_again() {
    on_a_virtual_clock(async {
        let nobody = |times: usize| std::iter::repeat_with(|| Meets::Nobody).take(times);
        let mut meets: Vec<Meets> = nobody(3).collect();
        meets.push(Meets::Server);
        meets.extend(nobody(2));
        meets.push(Meets::Server);
        let mut bench = Bench::new(meets);
        let server = bench.accept().await;
        assert_eq!(bench.pauses(), [0, 1, 2, 3]);
        drop(server);
        let mut server = bench.accept().await;
        assert_eq!(bench.pauses(), [0, 1, 2, 3, 1, 2, 3]);
        server.log_in("r").await;
        server.close(1001).await;
        drop(server);
        let log = bench.log.clone();
        let rest = |bench: &Bench| bench.pauses().split_off(7);
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(rest(&bench), (1..=10).collect::<Vec<_>>());
        bench.end().await;
        assert_eq!(log.attempts.borrow().len(), 17);
    });
}

#[test]
fn only_three_codes_are_final() {
    for code in [1000, 1002, 4000, 1001, 1011, 3000, 4001] {
        on_a_virtual_clock(async move {
            let mut bench = Bench::new([Meets::Server, Meets::Server]);
            let mut server = bench.accept().await;
            server.log_in("r").await;
            server.close(code).await;
            drop(server);
            if matches!(code, 1000 | 1002 | 4000) {
                assert_eq!(bench.pauses(), [0], "{code}");
            } else {
                bench.accept().await.close(1000).await;
                assert_eq!(bench.pauses(), [0, 1], "{code}");
            }
            bench.end().await;
        });
    }
}

#[test]
fn a_close_frame_without_a_code_is_no_end() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server, Meets::Server]);
        let mut server = bench.accept().await;
        server.0.close(None).await.unwrap();
        bench.accept().await.close(1000).await;
        bench.end().await;
    });
}

#[test]
fn pings_and_the_pongs_they_want() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server, Meets::Server]);
        let mut server = bench.accept().await;
        let opened = Instant::now();
        // The server's side answers a ping when it reads on.
        for n in 1..=10 {
            assert_eq!(server.next().await, Some(Message::Ping(Bytes::new())));
            assert_eq!(opened.elapsed().as_secs(), 20 * n);
        }
        // Now it does not: the ping after 200 s stays without one, and a second after the loss comes the next attempt.
        let mut again = bench.accept().await;
        assert_eq!(opened.elapsed().as_secs(), 200 + 60 + 1);
        again.close(1000).await;
        bench.end().await;
    });
}

#[test]
fn a_platform_that_does_not_read_is_lost() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server, Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("r").await;
        let silent = Instant::now();
        server.ask(command("r", "flood\n")).await;
        let mut again = bench.accept().await;
        assert_eq!(silent.elapsed().as_secs(), 60 + 1);
        assert_eq!(bench.log.sessions.load(Ordering::SeqCst), 0);
        again.log_in("r").await;
        again.close(1000).await;
        bench.end().await;
    });
}

#[test]
fn the_program_sends_only_while_it_is_open() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Nobody, Meets::Server, Meets::Server]);
        bench
            .outgoing
            .send(message::connect_response(b"too early"))
            .await
            .unwrap();
        let mut server = bench.accept().await;
        tokio::task::yield_now().await;
        while !bench.open.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        bench.outgoing.send(message::connect_response(b"one")).await.unwrap();
        assert_eq!(server.hear().await, response("connect_response", "one"));
        drop(server);
        let mut server = bench.accept().await;
        server.close(1000).await;
        bench.end().await;
    });
}

#[test]
fn a_stop_closes_the_web_socket_and_the_shell() {
    on_a_virtual_clock(async {
        let mut bench = Bench::new([Meets::Server]);
        let mut server = bench.accept().await;
        server.log_in("r").await;
        bench.stop = None;
        match server.next().await {
            Some(Message::Close(Some(frame))) => assert_eq!(frame.code, CloseCode::Normal),
            other => panic!("{other:?}"),
        }
        bench.end().await;
        // While it waits for its next attempt, too, and while the server takes nothing.
        let mut bench = Bench::new([]);
        tokio::time::sleep(Duration::from_secs(5)).await;
        bench.stop = None;
        let stopped = Instant::now();
        bench.end().await;
        assert_eq!(stopped.elapsed().as_secs(), 0);
        let mut bench = Bench::new([Meets::Server]);
        let server = bench.accept().await;
        bench.stop = None;
        let stopped = Instant::now();
        bench.end().await;
        assert!(stopped.elapsed() <= Duration::from_secs(2));
        drop(server);
    });
}

#[test]
fn answers_that_do_not_upgrade() {
    for answer in [
        "HTTP/1.1 401 Unauthorized\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
        "",
    ] {
        on_a_virtual_clock(async move {
            let mut bench = Bench::new([Meets::Server, Meets::Server]);
            let mut stream = bench.servers.recv().await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            drop(stream);
            let mut server = bench.accept().await;
            assert_eq!(bench.pauses(), [0, 1]);
            server.close(1000).await;
            bench.end().await;
        });
    }
}
