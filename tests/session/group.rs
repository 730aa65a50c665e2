//! A group forms by itself, whatever the platform's answers are like and whoever starts first: members that link by the Rust API,
//! all links set up again at each soft bus event, against the simulated platform.

use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use iotda_device::config::Item;
use iotda_sim::{Config, Handle, MissingIp, Platform, Port, Rules};
use nearlink::settings::Settings;

#[path = "../../crates/iotda-device/examples/soft_bus.rs"]
#[allow(dead_code)] // its `main`
mod example;
use example::Member;

const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const MASTER: &str = "dev_A";
const MEMBER: &str = "dev_B";
/// From the last start to the link: 15 s on a machine that is not busy with other tests.
const WITHIN: Duration = Duration::from_secs(30);
const GREETING: Duration = Duration::from_secs(2);

/// The addresses of one group on loopback, which no other test uses.
struct Place(u8);

impl Place {
    fn new() -> Place {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        Place(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn address(&self, device: &str) -> IpAddr {
        IpAddr::from([127, 5, self.0, device.as_bytes()[4]])
    }

    fn platform(&self, rules: Rules) -> Platform {
        let config = Config {
            host: IpAddr::from([127, 5, self.0, 250]),
            plain: Port::Auto,
            softbus: rules,
            ..Config::default()
        };
        let ids = [MASTER, MEMBER, "dev_C"];
        let config = ids.iter().fold(config, |config, id| config.device(id, SECRET));
        Platform::start(config.bus("hall", "hall", &ids)).unwrap()
    }

    fn member(&self, platform: &Handle, id: &str) -> Member {
        let host = IpAddr::from([127, 5, self.0, 250]).to_string();
        let port = platform.plain_port().to_string();
        let settings = [
            (Item::Address, host.as_str()),
            (Item::Port, &port),
            (Item::DeviceId, id),
            (Item::DeviceSecret, SECRET),
            (Item::AutoReconnect, "1"),
        ];
        let member = Member::start(&settings, &self.address(id).to_string(), Path::new(".")).unwrap();
        member.device.near().configure(Settings {
            port: 28_177,
            ..Settings::default()
        });
        member
    }
}

/// Lives as the example does, until `over`; whether the greeting of this member has been heard, and how often it was told of group data.
fn live(member: &Member, other: &str, greeted: &AtomicBool, over: &AtomicBool) -> usize {
    let mut told = 0;
    let say = |line: String| {
        told += usize::from(line.starts_with("bus "));
        if line == format!("{other}: hello!") {
            greeted.store(true, Ordering::Relaxed);
        }
    };
    member.live(say, || over.load(Ordering::Relaxed)).unwrap();
    told
}

/// Starts both `gap` apart; how long after the last start each had the other's greeting.
fn forms(rules: &Rules, order: [&str; 2], gap: Duration, meanwhile: impl FnOnce(&Handle) + Send) -> Duration {
    let place = Place::new();
    let platform = place.platform(rules.clone());
    let handle = platform.handle();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let start = |id: &'static str, other: &'static str, greeted: &'static AtomicBool| {
            let member = place.member(&handle, id);
            let over = &over;
            scope.spawn(move || live(&member, other, greeted, over))
        };
        let flag = || -> &'static AtomicBool { Box::leak(Box::default()) };
        let greeted = [flag(), flag()];
        let other = |id: &str| if id == MASTER { MEMBER } else { MASTER };
        let own = |id: &str| if id == MASTER { MASTER } else { MEMBER };
        let first = start(own(order[0]), other(order[0]), greeted[0]);
        std::thread::sleep(gap);
        let begin = Instant::now();
        let second = start(own(order[1]), other(order[1]), greeted[1]);
        meanwhile(&handle);
        let both = || greeted.iter().all(|flag| flag.load(Ordering::Relaxed));
        while !both() && begin.elapsed() < WITHIN + GREETING {
            std::thread::sleep(Duration::from_millis(20));
        }
        let took = begin.elapsed();
        over.store(true, Ordering::Relaxed);
        let told = [first.join().unwrap(), second.join().unwrap()];
        assert!(
            both(),
            "{rules:?}, {order:?} {gap:?} apart: no link; told {told:?} times"
        );
        assert!(
            told.iter().all(|times| *times <= 8),
            "{rules:?}, {order:?}: told {told:?} times"
        );
        took
    })
}

/// Each order of starts at the same time.
fn in_each_order(rules: Rules, meanwhile: impl Fn(&Handle) + Sync) {
    let orders = [
        ([MASTER, MEMBER], Duration::from_millis(2500)),
        ([MEMBER, MASTER], Duration::from_millis(2500)),
        ([MASTER, MEMBER], Duration::ZERO),
        ([MEMBER, MASTER], Duration::from_millis(300)),
    ];
    std::thread::scope(|scope| {
        let plays = orders.map(|(order, gap)| {
            let (rules, meanwhile) = (&rules, &meanwhile);
            scope.spawn(move || forms(rules, order, gap, meanwhile))
        });
        for play in plays {
            play.join().unwrap();
        }
    });
}

fn usual() -> Rules {
    Rules::default()
}

#[test]
fn with_the_platforms_usual_answers() {
    in_each_order(usual(), |_| {});
}

#[test]
fn with_late_answers() {
    in_each_order(
        Rules {
            answer_delay_ms: 1500,
            ..usual()
        },
        |_| {},
    );
}

#[test]
fn with_repeated_answers() {
    in_each_order(
        Rules {
            answer_times: 3,
            ..usual()
        },
        |_| {},
    );
}

#[test]
fn with_late_answers_repeated() {
    in_each_order(
        Rules {
            answer_times: 2,
            answer_delay_ms: 700,
            ..usual()
        },
        |_| {},
    );
}

#[test]
fn with_members_that_are_listed_without_an_address() {
    in_each_order(
        Rules {
            missing_ip: MissingIp::Absent,
            ..usual()
        },
        |_| {},
    );
}

/// For some seconds each answer is as things were before the last change.
#[test]
fn with_old_answers_for_a_while() {
    in_each_order(
        Rules {
            answer_old_list: true,
            ..usual()
        },
        |platform| {
            std::thread::sleep(Duration::from_secs(3));
            platform.set_softbus_rules(usual());
        },
    );
}

/// For some seconds nothing is answered, but the group lists are sent.
#[test]
fn with_missing_answers_for_a_while() {
    in_each_order(
        Rules {
            answer_queries: false,
            ..usual()
        },
        |platform| {
            std::thread::sleep(Duration::from_secs(3));
            platform.set_softbus_rules(usual());
        },
    );
}

#[test]
fn with_a_platform_that_pushes_too() {
    in_each_order(
        Rules {
            push_on_address: true,
            ..usual()
        },
        |_| {},
    );
}
