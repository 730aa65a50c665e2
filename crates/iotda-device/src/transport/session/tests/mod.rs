mod basic;
mod clock;
mod inbound;
mod loss;
mod pacing;
pub(crate) mod peer;
mod reconnecting;
mod suspects;
mod tls;
mod tls_matrix;
mod v5;
mod websocket;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use self::peer::Peer;
use crate::config::StampMethod;
use crate::transport::auth::{Identity, Login};
use crate::transport::{Event, Publish, Secret, Session, SessionState, Settings};

/// A session and what it reports.
pub(crate) struct Harness {
    pub(crate) session: Session,
    pub(crate) events: Receiver<Event>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        let (sender, events) = channel();
        let sink = Box::new(move |event| drop(sender.send(event)));
        Harness {
            session: Session::new(sink),
            events,
        }
    }

    pub(crate) fn next(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).expect("an event")
    }

    pub(crate) fn quiet(&self, time: Duration) {
        if let Ok(event) = self.events.recv_timeout(time) {
            panic!("unexpected {event:?}");
        }
    }

    pub(crate) fn connected(&self) {
        match self.next() {
            Event::Connected { session_present: false } => assert!(self.session.is_connected()),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn published(&self) -> (u16, usize, i32) {
        match self.next() {
            Event::Published { id, context, code } => (id, context, code),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn lost(&self) -> String {
        match self.next() {
            Event::Lost { detail } => detail,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn report(&self, qos: u8, context: usize) -> u16 {
        self.session
            .publish(Publish::new("up", format!("{context}"), qos, context))
            .unwrap()
    }
}

pub(crate) fn settings(port: u16) -> Settings {
    let identity = Identity::new(
        "dev1",
        Login::Secret(Secret::new("secret123")),
        false,
        StampMethod::Unchecked,
        1_717_229_999,
    );
    let mut settings = Settings::new("127.0.0.1", port, identity);
    settings.connect_timeout = Duration::from_secs(5);
    settings.pacing = false; // they are cut faster than any pacing
    settings
}

/// A session connected to a peer.
pub(crate) fn connected(change: impl FnOnce(&mut Settings)) -> (Harness, Peer, peer::Conn) {
    let peer = Peer::new();
    let harness = Harness::new();
    let mut settings = settings(peer.port);
    change(&mut settings);
    harness.session.connect(settings);
    let conn = peer.session();
    harness.connected();
    (harness, peer, conn)
}

#[test]
fn states_before_any_connection() {
    let harness = Harness::new();
    assert_eq!(harness.session.state(), SessionState::Idle);
    assert!(!harness.session.is_connected());
    assert_eq!(harness.session.disconnect().unwrap_err().code(), -109);
    assert_eq!(
        harness.session.publish(Publish::new("t", "", 1, 0)).unwrap_err().code(),
        -1
    );
    assert_eq!(harness.session.subscribe("t", 1).unwrap_err().code(), -1);
    harness.session.shutdown(Duration::from_secs(1));
    harness.session.shutdown(Duration::from_secs(1));
    assert!(harness.events.try_recv().is_err());
}
