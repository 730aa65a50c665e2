//! Deadlines and keep-alive, on a virtual clock and a stream in memory.

use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use super::*;
use crate::transport::packet::Server;
use crate::transport::session::SessionTask;
use crate::transport::session::attempt::Opened;
use crate::transport::session::driver::Driver;
use crate::transport::session::shared::SessionShared;
use crate::transport::socket::Stream;

struct Virtual {
    session: Session,
    events: UnboundedReceiver<Event>,
    peer: DuplexStream,
    start: Instant,
}

/// A connection just after CONNACK.
fn live(buffer: usize, change: impl FnOnce(&mut Settings)) -> Virtual {
    live_with(buffer, Box::new(|| Duration::ZERO), change)
}

fn live_with(
    buffer: usize,
    slept: Box<dyn Fn() -> Duration + Send + Sync>,
    change: impl FnOnce(&mut Settings),
) -> Virtual {
    let (sender, events) = unbounded_channel();
    let shared = Arc::new(SessionShared::new());
    let mut driver = Driver::new(shared.clone(), Box::new(move |event| drop(sender.send(event))));
    driver.context.slept = slept;
    let mut settings = settings(1);
    change(&mut settings);
    shared.core.lock().begin_attempt(&settings);
    let (ours, peer) = tokio::io::duplex(buffer);
    let opened = Opened {
        stream: Stream::Memory(ours),
        input: BytesMut::new(),
        session_present: false,
        server: Server::default(),
        traffic: (0, 0),
    };
    tokio::spawn(async move { driver.run_connection(&settings, opened).await });
    let session = Session {
        shared,
        task: base::sync::Mutex::new(SessionTask::Over),
    };
    Virtual {
        session,
        events,
        peer,
        start: Instant::now(),
    }
}

impl Virtual {
    async fn event(&mut self) -> Event {
        self.events.recv().await.expect("an event")
    }

    async fn connected(&mut self) {
        assert!(matches!(self.event().await, Event::Connected { .. }));
    }

    async fn lost(&mut self) -> String {
        match self.event().await {
            Event::Lost { detail } => detail,
            other => panic!("{other:?}"),
        }
    }

    async fn packet(&mut self) -> (u8, Vec<u8>) {
        let first = self.peer.read_u8().await.unwrap();
        let length = self.peer.read_u8().await.unwrap();
        assert!(length < 128);
        let mut body = vec![0; length.into()];
        self.peer.read_exact(&mut body).await.unwrap();
        (first, body)
    }

    fn elapsed(&self) -> f32 {
        (self.start.elapsed().as_secs_f32() * 10.0).round() / 10.0
    }
}

const PING: (u8, Vec<u8>) = (0xc0, Vec::new());
const DISCONNECT: (u8, Vec<u8>) = (0xe0, Vec::new());

#[tokio::test(start_paused = true)]
async fn pings_when_idle() {
    let mut v = live(1024, |_| {});
    v.connected().await;
    for n in 1..=3 {
        assert_eq!(v.packet().await, PING);
        assert_eq!(v.elapsed(), 120.0 * n as f32);
        v.peer.write_all(&[0xd0, 0]).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_ping_ends_the_link() {
    for (keep_alive, end) in [(120, 150.0), (3, 6.0)] {
        let mut v = live(1024, |settings| settings.keep_alive = keep_alive);
        v.connected().await;
        assert_eq!(v.packet().await, PING);
        assert_eq!(v.lost().await, "no answer to a ping");
        assert_eq!(v.elapsed(), end);
        assert_eq!(v.packet().await, DISCONNECT);
        assert_eq!(v.peer.read(&mut [0]).await.unwrap(), 0);
        assert!(!v.session.is_connected());
    }
}

#[tokio::test(start_paused = true)]
async fn pings_when_only_one_side_talks() {
    let mut v = live(1024, |settings| settings.keep_alive = 10);
    v.connected().await;
    let mut pings = 0;
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        v.session.publish(Publish::new("t", "", 0, 0)).unwrap();
        loop {
            let packet = v.packet().await;
            if packet != PING {
                break;
            }
            pings += 1;
            v.peer.write_all(&[0xd0, 0]).await.unwrap();
        }
    }
    assert_eq!(
        pings, 2,
        "nothing was received for 10 s, twice; the third falls due now"
    );
}

#[tokio::test(start_paused = true)]
async fn keep_alive_0_is_off() {
    let mut v = live(1024, |settings| settings.keep_alive = 0);
    v.connected().await;
    tokio::time::sleep(Duration::from_secs(100_000)).await;
    assert!(v.session.is_connected());
}

#[tokio::test(start_paused = true)]
async fn no_acknowledgement_ends_the_link_and_nothing_is_repeated() {
    let mut v = live(1024, |_| {});
    v.connected().await;
    v.session.subscribe("a", 0).unwrap(); // may wait for ever
    tokio::time::sleep(Duration::from_secs(40)).await;
    v.session.publish(Publish::new("t", "x", 1, 7)).unwrap();
    assert_eq!(v.packet().await.0, 0x82);
    assert_eq!(v.packet().await.0, 0x32);
    assert!(matches!(v.event().await, Event::Subscribed { id: 1, code: -11 }));
    assert_eq!(v.lost().await, "no acknowledgement within the deadline");
    assert_eq!(v.elapsed(), 70.0);
    assert_eq!(v.packet().await, DISCONNECT);
    assert_eq!(v.session.stats().waiting, 1, "kept for the next connection");
}

#[tokio::test(start_paused = true)]
async fn a_qos_2_message_gets_its_time_for_each_step() {
    let mut v = live(1024, |settings| settings.ack_deadline = Duration::from_secs(5));
    v.connected().await;
    v.session.publish(Publish::new("t", "x", 2, 7)).unwrap();
    v.packet().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    v.peer.write_all(&[0x50, 2, 0, 1]).await.unwrap();
    assert_eq!(v.packet().await, (0x62, vec![0, 1]));
    v.lost().await;
    assert_eq!(v.elapsed(), 9.0);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_is_noticed() {
    let mut v = live(64, |_| {});
    v.connected().await;
    v.session.publish(Publish::new("t", vec![0; 200], 0, 7)).unwrap();
    assert_eq!(v.lost().await, "nothing can be written any more");
    assert_eq!(v.elapsed(), 31.0, "30 s, and one for the attempt to say goodbye");
    assert_eq!(v.session.stats().waiting, 1);
}

#[tokio::test(start_paused = true)]
async fn slow_progress_is_progress() {
    let mut v = live(64, |settings| settings.keep_alive = 0);
    v.connected().await;
    v.session.publish(Publish::new("t", vec![0; 640], 0, 7)).unwrap();
    let mut buffer = [0; 64];
    for _ in 0..11 {
        tokio::time::sleep(Duration::from_secs(29)).await;
        let _ = v.peer.read(&mut buffer).await.unwrap();
    }
    assert!(matches!(
        v.event().await,
        Event::Published {
            id: 0,
            context: 7,
            code: 0
        }
    ));
}

/// A program that is busy: pings, writes and acknowledgements go on, and the deadlines that need reading rest.
#[tokio::test(start_paused = true)]
async fn a_busy_program_stops_the_reading_only() {
    let mut v = live(1024, |settings| {
        settings.keep_alive = 10;
        settings.limits.incoming_messages = 2;
    });
    v.connected().await;
    for id in 1..=3 {
        v.peer.write_all(&[0x32, 6, 0, 1, b't', 0, id, b'x']).await.unwrap();
    }
    let Event::Message(first) = v.event().await else {
        panic!()
    };
    let Event::Message(second) = v.event().await else {
        panic!()
    };
    assert_eq!((first.packet_id, second.packet_id), (1, 2));
    v.session.publish(Publish::new("t", "x", 1, 7)).unwrap();
    assert_eq!(v.packet().await.0, 0x32);
    v.peer.write_all(&[0x40, 2, 0, 1]).await.unwrap(); // behind the third message
    for n in 1..=6 {
        assert_eq!(v.packet().await, PING);
        assert_eq!(v.elapsed(), 10.0 * n as f32);
        v.peer.write_all(&[0xd0, 0]).await.unwrap();
    }
    assert!(v.events.try_recv().is_err());
    v.session.ack(first.ack);
    assert_eq!(v.packet().await, (0x40, vec![0, 1]));
    let Event::Message(third) = v.event().await else {
        panic!()
    };
    assert!(matches!(
        v.event().await,
        Event::Published {
            id: 1,
            context: 7,
            code: 0
        }
    ));
    v.session.ack(third.ack);
    v.session.ack(second.ack);
    assert_eq!(v.packet().await, (0x40, vec![0, 2]), "in the order of arrival");
    assert_eq!(v.packet().await, (0x40, vec![0, 3]));
    assert!(v.session.is_connected());
}

#[tokio::test(start_paused = true)]
async fn a_stalled_disconnect_gives_up() {
    let mut v = live(16, |_| {});
    v.connected().await;
    v.session.publish(Publish::new("t", vec![0; 200], 1, 7)).unwrap();
    v.session.disconnect().unwrap();
    assert!(matches!(
        v.event().await,
        Event::Published {
            id: 1,
            context: 7,
            code: -11
        }
    ));
    assert!(matches!(v.event().await, Event::Disconnected));
    assert!(v.elapsed() < 7.0);
}

#[tokio::test(start_paused = true)]
async fn messages_expire_in_the_queue() {
    let mut v = live(1024, |settings| {
        settings.limits.window = 1;
        settings.expiry = Some(Duration::from_secs(5));
    });
    v.connected().await;
    for n in 1..=2 {
        v.session.publish(Publish::new("t", "", 1, n)).unwrap();
    }
    assert!(matches!(
        v.event().await,
        Event::Published {
            id: 2,
            context: 2,
            code: -11
        }
    ));
    assert_eq!(v.elapsed(), 5.0);
    v.peer.write_all(&[0x40, 2, 0, 1]).await.unwrap();
    assert!(matches!(
        v.event().await,
        Event::Published {
            id: 1,
            context: 1,
            code: 0
        }
    ));
}

#[tokio::test(start_paused = true)]
async fn what_queued_up_goes_at_the_rate() {
    let mut v = live(1 << 16, |settings| {
        settings.limits.rate = 50;
        settings.limits.window = 65_535;
    });
    for n in 0..500 {
        v.session.publish(Publish::new("t", "", (n % 2) as u8, n)).unwrap();
    }
    v.connected().await;
    let mut seconds = [0; 10];
    for _ in 0..500 {
        assert_eq!(v.packet().await.0 >> 4, 3);
        seconds[(v.start.elapsed().as_millis() as usize / 1000).min(9)] += 1;
    }
    assert!(seconds.iter().all(|&count| (49..=51).contains(&count)), "{seconds:?}");
    v.session.subscribe("s", 0).unwrap();
    assert_eq!(v.packet().await.0, 0x82, "subscriptions do not wait");
}

/// While the system sleeps no timer runs, and the platform may have dropped us meanwhile.
#[tokio::test(start_paused = true)]
async fn a_sleep_of_the_system_is_followed_by_a_ping() {
    for keep_alive in [1200, 0] {
        let slept = Arc::new(std::sync::atomic::AtomicU64::new(5));
        let read = slept.clone();
        let sleeps = Box::new(move || Duration::from_secs(read.load(std::sync::atomic::Ordering::SeqCst)));
        let mut v = live_with(1024, sleeps, |settings| settings.keep_alive = keep_alive);
        v.connected().await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        for (sleep, answered) in [(3600, true), (7200, false)] {
            slept.store(sleep, std::sync::atomic::Ordering::SeqCst);
            let woken = v.elapsed();
            v.session.shared.wake.notify_one();
            assert_eq!(v.packet().await, PING);
            assert_eq!(v.elapsed(), woken, "at once");
            if answered {
                v.peer.write_all(&[0xd0, 0]).await.unwrap();
                tokio::time::sleep(Duration::from_secs(100)).await;
                assert!(v.session.is_connected());
            } else {
                assert_eq!(v.lost().await, "no answer to a ping");
                assert_eq!(v.elapsed(), woken + 30.0);
            }
        }
    }
}

/// The platform takes the connection, or even the CONNECT, and says nothing: noticed when the connect timeout is over.
#[tokio::test(start_paused = true)]
async fn a_silent_platform_is_noticed_within_the_connect_timeout() {
    let (listener, start) = (std::net::TcpListener::bind("127.0.0.1:0").unwrap(), Instant::now());
    let settings = settings(listener.local_addr().unwrap().port());
    let refusal = crate::transport::session::attempt::open(&settings).await.err().unwrap();
    assert_eq!(refusal.message, Some(crate::transport::message::TIMED_OUT));
    assert_eq!(start.elapsed().as_secs(), settings.connect_timeout.as_secs());
}
