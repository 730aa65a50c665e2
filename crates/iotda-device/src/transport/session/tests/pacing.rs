//! Attempts wait for their time, whoever asks: on a virtual clock, at an address where nobody listens.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep};

use super::*;
use crate::config::StampMethod;
use crate::transport::reconnect::Policy;
use crate::transport::session::SessionTask;
use crate::transport::session::driver::Driver;
use crate::transport::session::shared::SessionShared;

const S: fn(u64) -> Duration = Duration::from_secs;

struct Virtual {
    session: Session,
    events: UnboundedReceiver<Event>,
    start: Instant,
}

impl Virtual {
    fn new() -> Self {
        let (sender, events) = unbounded_channel();
        let shared = Arc::new(SessionShared::new());
        let mut driver = Driver::new(shared.clone(), Box::new(move |event| drop(sender.send(event))));
        tokio::spawn(async move { driver.run().await });
        let session = Session {
            shared,
            task: base::sync::Mutex::new(SessionTask::Over),
        };
        Virtual {
            session,
            events,
            start: Instant::now(),
        }
    }

    /// The end of an attempt, and how long after the start it was.
    async fn failed(&mut self) -> Duration {
        match self.events.recv().await {
            Some(Event::ConnectFailed { .. }) => self.start.elapsed(),
            other => panic!("{other:?}"),
        }
    }
}

/// Of a device of its own: the records are the process's.
fn paced(device: &str) -> Settings {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let login = Login::Secret(Secret::new("secret123"));
    Settings {
        pacing: true,
        identity: Identity::new(device, login, false, StampMethod::Unchecked, 1_717_229_999),
        ..settings(port)
    }
}

/// The longest wait before an attempt with so many failures before it, and what an attempt itself takes.
fn most(failures: u32) -> Duration {
    S(1 << failures.min(10)).min(S(30)) + Duration::from_millis(100)
}

#[tokio::test(start_paused = true)]
async fn a_program_that_connects_in_its_callbacks_waits_until_it_is_due() {
    let mut v = Virtual::new();
    let settings = paced("pacing-program");
    v.session.connect(settings.clone());
    let mut last = v.failed().await;
    assert!(last < Duration::from_millis(100), "the first attempt goes at once");
    let mut attempts = 0;
    while last < S(600) {
        for _ in 0..3 {
            v.session.connect(settings.clone()); // and again, as programs do
        }
        let now = v.failed().await;
        assert!(now - last <= most(attempts), "{attempts}: {:?}", now - last);
        attempts += 1;
        last = now;
    }
    assert!((30..75).contains(&attempts), "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_looks_after_itself_keeps_the_same_pace() {
    let mut v = Virtual::new();
    v.session.connect(Settings {
        reconnect: Some(Policy::default()),
        ..paced("pacing-auto")
    });
    let mut last = v.failed().await;
    for failures in 0..30 {
        let now = v.failed().await;
        assert!(now - last <= most(failures), "{failures}: {:?}", now - last);
        last = now;
    }
}

#[tokio::test(start_paused = true)]
async fn the_programs_own_wait_counts() {
    let mut v = Virtual::new();
    let settings = paced("pacing-own-wait");
    v.session.connect(settings.clone());
    for _ in 0..10 {
        v.failed().await;
        sleep(S(31)).await;
        let asked = v.start.elapsed();
        v.session.connect(settings.clone());
        assert!(v.failed().await - asked < Duration::from_millis(100), "due: at once");
        v.session.connect(settings.clone());
    }
}

#[tokio::test(start_paused = true)]
async fn other_credentials_and_addresses_go_at_once_and_a_new_session_does_not() {
    let settings = paced("pacing-change");
    let mut v = Virtual::new();
    v.session.connect(settings.clone());
    for _ in 0..6 {
        v.failed().await;
        v.session.connect(settings.clone());
    }
    let at_once = |asked: Duration, failed: Duration| failed - asked < Duration::from_millis(100);
    let other = Login::Secret(Secret::new("other"));
    let changed = [
        Settings {
            identity: Identity::new("pacing-change", other, false, StampMethod::Unchecked, 1_717_229_999),
            ..settings.clone()
        },
        Settings {
            port: paced("x").port,
            ..settings.clone()
        },
    ];
    for changed in changed {
        let asked = v.start.elapsed();
        v.session.connect(changed.clone());
        let failed = v.failed().await;
        assert!(at_once(asked, failed), "{:?}", failed - asked);
    }
    // the first credentials again, which took the record's place: fail until the wait is a long one, then start anew
    let mut last = Duration::ZERO;
    for _ in 0..6 {
        v.session.connect(settings.clone());
        last = v.failed().await;
    }
    v.session.disconnect().unwrap_err();
    let due = settings.pace(|pace, now| pace.due().saturating_sub(now)).unwrap();
    let mut fresh = Virtual::new();
    fresh.session.connect(settings.clone());
    let waited = fresh.failed().await;
    assert!(
        waited >= due && waited < due + Duration::from_millis(100),
        "{waited:?} for {due:?} after {last:?}"
    );
}

/// What waits for its time can be called off, and takes reports meanwhile.
#[tokio::test(start_paused = true)]
async fn a_waiting_attempt_takes_reports_and_is_called_off_by_a_disconnect() {
    let mut v = Virtual::new();
    let settings = paced("pacing-off");
    v.session.connect(settings.clone());
    for _ in 0..8 {
        v.failed().await;
        v.session.connect(settings.clone());
    }
    assert!(v.session.publish(Publish::new("t", "", 1, 0)).is_ok());
    assert!(v.session.disconnect().is_err(), "not connected");
    assert!(v.session.publish(Publish::new("t", "", 1, 0)).is_err());
    sleep(S(100)).await;
    assert!(v.events.try_recv().is_err(), "no attempt");
    v.session.connect(settings);
    assert!(v.session.publish(Publish::new("t", "", 1, 0)).is_ok());
}

/// The attempt that nobody asked for brings the subscriptions back; the program's own leaves them to the program.
#[test]
fn the_automatic_attempt_restores_subscriptions() {
    let (harness, peer, mut conn) = connected(|_| {});
    for (id, filter, code) in [(1, "a", 1), (2, "b", 0x80), (3, "c", 0)] {
        assert_eq!(harness.session.subscribe(filter, 1).unwrap(), id);
        conn.packet();
        conn.suback(id, code);
        harness.next();
    }
    drop(conn);
    harness.lost();
    harness.session.connect(Settings {
        restore: true,
        ..settings(peer.port)
    });
    let mut conn = peer.session();
    assert_eq!(conn.packet(), (0x82, vec![0, 1, 0, 1, b'a', 1]));
    assert_eq!(conn.packet(), (0x82, vec![0, 2, 0, 1, b'c', 1]));
    conn.suback(1, 1);
    conn.suback(2, 1);
    harness.connected();
    drop(conn);
    harness.lost();
    harness.session.connect(settings(peer.port));
    let mut conn = peer.session();
    harness.connected();
    harness.report(1, 9);
    assert_eq!(conn.publish().2, b"9", "nothing is asked for");
}
