//! One bad message never holds up the others: reports that the platform answers by closing, among many good ones, while
//! connections are also cut for no reason.
//!
//! Usual form: 4,000 messages and 40 cuts for each way to close. `HWMQTT_SOAK=1`: 100,000 messages and 1,000 cuts.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::*;
use crate::transport::Version;
use crate::transport::reconnect::Policy;
use crate::transport::spool;

/// How the platform closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Reads what there is and closes.
    Fin,
    /// Resets the connection.
    Rst,
    /// Closes with bytes unread while the device goes on writing: its next write fails.
    Epipe,
    /// Closes a while later, and acknowledges others until then.
    Later,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    form: Form,
    version: Version,
    auto: bool,
    spool: bool,
}

/// The platform: what it has seen of the good messages, and how many connections it took.
fn serve(peer: Peer, case: Case, cuts: usize, over: &AtomicBool) -> (BTreeSet<usize>, usize) {
    let (mut seen, mut connections, mut cut) = (BTreeSet::new(), 0, 0);
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    loop {
        let mut conn = peer.accept();
        if over.load(Ordering::SeqCst) || conn.try_packet().is_err() {
            return (seen, connections);
        }
        connections += 1;
        let v5 = case.version == Version::V5;
        conn.send(if v5 { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] });
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut left = if cut < cuts { 20 + (seed >> 33) % 160 } else { u64::MAX };
        let mut fuse: Option<Instant> = None;
        loop {
            if fuse.is_some_and(|at| at <= Instant::now()) {
                break;
            }
            let Ok((first, body)) = conn.try_packet() else { break };
            if first >> 4 != 3 {
                continue;
            }
            let at = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
            let id = u16::from_be_bytes([body[at], body[at + 1]]);
            let text = std::str::from_utf8(&body[at + 2 + usize::from(v5)..]).unwrap();
            let n: usize = text.trim_end_matches('x').parse().unwrap();
            if is_bad(n) {
                match case.form {
                    Form::Later => {
                        fuse.get_or_insert(Instant::now() + Duration::from_millis(3));
                        conn.0.set_read_timeout(Some(Duration::from_millis(3))).unwrap();
                        continue;
                    }
                    Form::Rst => socket2::SockRef::from(&conn.0)
                        .set_linger(Some(Duration::ZERO))
                        .unwrap(),
                    Form::Fin => {
                        // nothing may stay unread, or the system would reset
                        conn.0.shutdown(std::net::Shutdown::Write).unwrap();
                        conn.0.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
                        while matches!(conn.0.read(&mut [0; 4096]), Ok(1..)) {}
                    }
                    Form::Epipe => {}
                }
                break;
            }
            seen.insert(n);
            left -= 1;
            if left == 0 {
                cut += 1;
                break;
            }
            let [high, low] = id.to_be_bytes();
            if std::io::Write::write_all(&mut conn.0, &[0x40, 2, high, low]).is_err() {
                break;
            }
        }
    }
}

fn is_bad(n: usize) -> bool {
    n % 1000 == 500
}

fn run(case: Case, messages: usize, cuts: usize) {
    let directory = tempfile::tempdir().unwrap();
    let peer = Peer::new();
    let port = peer.port;
    let over = Arc::new(AtomicBool::new(false));
    let ended = over.clone();
    let server = std::thread::spawn(move || serve(peer, case, cuts, &ended));
    let ms = Duration::from_millis;
    let settings = || {
        let mut settings = Settings {
            version: case.version,
            reconnect: case.auto.then(|| Policy {
                base: ms(1),
                cap: ms(2),
                tired_wait: ms(2),
                ..Policy::default()
            }),
            spool: case.spool.then(|| spool::Options {
                directory: directory.path().to_owned(),
                sync: crate::config::SpoolSync::Never,
                bytes: 64 << 20,
            }),
            ..settings(port)
        };
        settings.limits.trial_after = ms(3);
        settings
    };
    let harness = Harness::new();
    harness.session.connect(settings());
    let mut ends = vec![None; messages];
    let (mut sent, mut waiting) = (0, 0);
    while sent < messages || waiting > 0 {
        if sent < messages && waiting < 400 {
            let padding = if case.form == Form::Epipe { 2000 } else { 0 };
            let text = format!("{sent}{}", "x".repeat(padding));
            harness.session.publish(Publish::new("up", text, 1, sent)).unwrap();
            sent += 1;
            waiting += 1;
            continue;
        }
        match harness.next() {
            Event::Published { context, code, .. } => {
                assert_eq!(code == -11, is_bad(context), "{case:?}: {context} ended with {code}");
                assert!(ends[context].replace(code).is_none(), "{case:?}: {context} twice");
                waiting -= 1;
            }
            Event::Lost { .. } | Event::ConnectFailed { .. } if !case.auto => harness.session.connect(settings()),
            _ => {}
        }
    }
    over.store(true, Ordering::SeqCst);
    harness.session.shutdown(Duration::from_secs(1));
    let _ = std::net::TcpStream::connect(("127.0.0.1", port));
    let (seen, connections) = server.join().unwrap();
    let good: BTreeSet<usize> = (0..messages).filter(|n| !is_bad(*n)).collect();
    assert_eq!(seen, good, "{case:?}");
    println!("{case:?}: {messages} messages, {cuts} cuts, {connections} connections");
    let bad = messages / 1000;
    assert!(
        connections <= cuts + 8 * bad + 10,
        "{case:?}: {connections} connections"
    );
    if case.spool {
        let left = spool::Spool::open(
            &spool::Options {
                directory: directory.path().to_owned(),
                sync: crate::config::SpoolSync::Never,
                bytes: 64 << 20,
            },
            "dev1",
        );
        assert!(left.unwrap().messages.is_empty(), "{case:?}: left in the spool");
    }
}

#[test]
fn good_messages_arrive_and_bad_ones_end_whatever_the_platform_does() {
    let soak = std::env::var_os("HWMQTT_SOAK").is_some();
    let (messages, cuts) = if soak { (100_000, 1000) } else { (4000, 40) };
    let case = |form, version, auto, spool| Case {
        form,
        version,
        auto,
        spool,
    };
    for case in [
        case(Form::Fin, Version::V4, false, false),
        case(Form::Rst, Version::V5, false, false),
        case(Form::Epipe, Version::V4, true, false),
        case(Form::Later, Version::V5, true, true),
        case(Form::Rst, Version::V4, false, true),
    ] {
        run(case, messages, cuts);
    }
}
