//! What a session logs: the program's log callback may call the session, and never sees a secret.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::alone::ran_alone;
use base::log::{Level, set_sink};
use iotda_device::config::StampMethod;
use iotda_device::transport::auth::{Identity, Login};
use iotda_device::transport::{Event, Publish, Secret, Session, Settings};

#[test]
fn log_callbacks_may_call_the_session_and_see_no_secret() {
    if ran_alone("log_callback::log_callbacks_may_call_the_session_and_see_no_secret") {
        return;
    }
    static SESSION: OnceLock<Session> = OnceLock::new();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = lines.clone();
    set_sink(Some(Arc::new(move |level: Level, line: &str| {
        if let Some(session) = SESSION.get() {
            session.is_connected();
            session.stats();
            let _ = session.publish(Publish::new("t", "", 0, 0));
        }
        seen.lock().unwrap().push((level, line.to_owned()));
    })));

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for answer in [&b"\x20\x02\0\x05"[..], b"\x20\x02\0\0"] {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 20]).unwrap();
            stream.write_all(answer).unwrap();
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let (sender, events) = channel();
    let session = SESSION.get_or_init(|| Session::new(Box::new(move |event| drop(sender.send(event)))));
    let connect = || {
        let identity = Identity::new(
            "dev1",
            Login::Secret(Secret::new("s3cretText")),
            false,
            StampMethod::Sha256,
            0,
        );
        session.connect(Settings::new("127.0.0.1", port, identity));
    };
    let next = |wanted: fn(&Event) -> bool| loop {
        if wanted(&events.recv_timeout(Duration::from_secs(10)).expect("no deadlock")) {
            break;
        }
    };
    connect();
    next(|event| matches!(event, Event::ConnectFailed { code: 5, .. }));
    connect();
    next(|event| matches!(event, Event::Connected { .. }));
    next(|event| matches!(event, Event::Lost { .. }));
    session.shutdown(Duration::from_secs(1));

    let lines = lines.lock().unwrap();
    let with = |level, text: &str| lines.iter().any(|(l, line)| *l == level && line.contains(text));
    assert!(with(Level::Info, "client id dev1_0_1_"));
    assert!(with(Level::Warning, "refused with code 5"));
    assert!(with(Level::Warning, "lost: "));
    let hex = |line: &str| {
        line.split(|c: char| !c.is_ascii_hexdigit())
            .any(|word| word.len() >= 64)
    };
    assert!(lines.iter().all(|(_, line)| !line.contains("s3cretText") && !hex(line)));
}
