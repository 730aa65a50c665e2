//! A LAN of finders in virtual time, and every row of the threat table in docs/spec/lan-finding.md#threats.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::finder::{Finder, Group, Moment, Outgoing, To};
use super::interface::{Interface, Subnet};
use super::packet::{self, Body, Keys, Kind, Packet, Tag, UNASKED};
use crate::noise::Psk;

const PORT: u16 = 28177;
const YEAR_2026: u64 = 1_767_225_600;

fn random(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn at(text: &str) -> SocketAddr {
    SocketAddr::new(ip(text), PORT)
}

fn keys(byte: u8) -> Arc<Keys> {
    Arc::new(Keys::new(&Psk::new([byte; 32])).unwrap())
}

fn interface(address: &str) -> Interface {
    Interface {
        index: 2,
        subnets: vec![Subnet {
            address: ip(address),
            prefix: 24,
        }],
    }
}

struct Device {
    finder: Finder,
    address: String,
    /// How far its clock is off, and whether it believes it.
    behind: u64,
    trusted: bool,
    online: bool,
}

/// Who sent what, when, and to whom.
struct Sent {
    at: Duration,
    from: usize,
    to: To,
    packet: Vec<u8>,
}

struct Lan {
    began: Instant,
    now: Instant,
    keys: Arc<Keys>,
    devices: Vec<Device>,
    sent: Vec<Sent>,
}

const IDS: [&str; 4] = ["A", "B", "C", "D"];

impl Lan {
    /// Devices A, B … at 10.0.0.1, 10.0.0.2 …; each is given the same list.
    fn new(listed: &[(&str, &str)]) -> Lan {
        let now = Instant::now();
        let mut lan = Lan {
            began: now,
            now,
            keys: keys(1),
            devices: Vec::new(),
            sent: Vec::new(),
        };
        for (number, (id, _)) in listed.iter().enumerate() {
            let mut finder = Finder::new(random);
            finder.is(id, PORT, PORT);
            let address = format!("10.0.0.{}", number + 1);
            lan.devices.push(Device {
                finder,
                address,
                behind: 0,
                trusted: true,
                online: false,
            });
        }
        for device in 0..lan.devices.len() {
            lan.list(device, listed);
        }
        lan
    }

    fn list(&mut self, device: usize, listed: &[(&str, &str)]) {
        let group = self.group("bus", device, listed);
        self.devices[device].finder.set_groups(vec![group]);
    }

    fn group(&self, bus: &str, device: usize, listed: &[(&str, &str)]) -> Group {
        let others = listed.iter().filter(|(id, _)| *id != IDS[device]);
        let members: HashMap<String, Vec<IpAddr>> = others
            .map(|(id, address)| ((*id).to_owned(), address.parse().into_iter().collect()))
            .collect();
        Group {
            id: bus.into(),
            keys: Arc::clone(&self.keys),
            members,
        }
    }

    fn start(&mut self, device: usize) {
        let one = &mut self.devices[device];
        one.online = true;
        one.finder.set_interfaces(vec![interface(&one.address)]);
        one.finder.start(packet::LISTENS);
    }

    fn moves(&mut self, device: usize, address: &str) {
        self.devices[device].address = address.into();
        assert!(self.devices[device].finder.set_interfaces(vec![interface(address)]));
    }

    fn moment(&self, device: usize) -> Moment {
        let unix = YEAR_2026 + (self.now - self.began).as_secs();
        Moment {
            now: self.now,
            unix: unix - self.devices[device].behind,
            trusted: self.devices[device].trusted,
        }
    }

    fn receive(&mut self, device: usize, source: SocketAddr, packet: &[u8]) {
        let moment = self.moment(device);
        self.devices[device].finder.receive(moment, 2, source, packet);
    }

    fn poll(&mut self, device: usize) -> Vec<Outgoing> {
        let moment = self.moment(device);
        self.devices[device].finder.poll(moment)
    }

    /// Everything that happens in this time.
    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            for from in 0..self.devices.len() {
                if !self.devices[from].online {
                    continue;
                }
                let source = at(&self.devices[from].address);
                for Outgoing { to, packet } in self.poll(from) {
                    for device in 0..self.devices.len() {
                        let there = match to {
                            To::Everyone4 => device != from,
                            To::Everyone6 => false,
                            To::One(one) => one == at(&self.devices[device].address),
                        };
                        if there && self.devices[device].online {
                            self.receive(device, source, &packet);
                        }
                    }
                    let at = self.now - self.began;
                    self.sent.push(Sent { at, from, to, packet });
                }
            }
            if self.now >= until {
                return;
            }
            let online = self.devices.iter().filter(|one| one.online);
            let due = online.filter_map(|one| one.finder.due()).min().unwrap_or(until);
            self.now = due.clamp(
                self.now + Duration::from_millis(1),
                until.max(self.now + Duration::from_millis(1)),
            );
        }
    }

    fn seconds(&mut self, seconds: f64) {
        self.run(Duration::from_secs_f64(seconds));
    }

    /// What a device would use.
    fn known(&self, device: usize) -> Vec<(String, String)> {
        let known = self.devices[device].finder.known();
        let mut all: Vec<_> = known
            .0
            .iter()
            .map(|one| (one.id.clone(), one.address.ip().to_string()))
            .collect();
        all.sort();
        all
    }

    fn tag(&self) -> Tag {
        self.keys.tag(packet::half_hour(self.moment(0).unix))
    }

    fn made(&self, kind: Kind, body: &Body) -> Vec<u8> {
        self.made_under(kind, &self.tag(), body)
    }

    fn made_under(&self, kind: Kind, tag: &Tag, body: &Body) -> Vec<u8> {
        let mut nonce = [0; 24];
        random(&mut nonce);
        packet::seal(&self.keys, kind, tag, &nonce, body).unwrap()
    }

    fn sent_by(&self, device: usize, since: Duration) -> impl Iterator<Item = &Sent> {
        self.sent
            .iter()
            .filter(move |sent| sent.from == device && sent.at >= since)
    }

    fn elapsed(&self) -> Duration {
        self.now - self.began
    }
}

fn body(id: &str, challenge: [u8; 16]) -> Body {
    let mut body = Body {
        challenge,
        port: PORT,
        roles: packet::DIALS,
        id: id.into(),
        addresses: vec![ip("10.0.0.9")],
    };
    body.lengthen();
    body
}

fn is(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(id, address)| ((*id).into(), (*address).into()))
        .collect()
}

const BOTH: &[(&str, &str)] = &[("A", "10.0.0.1"), ("B", "10.0.0.2")];
const MASTER_ONLY: &[(&str, &str)] = &[("A", "10.0.0.1"), ("B", "")];

#[test]
fn a_member_without_a_listed_address_is_found() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.seconds(3.0);
    lan.start(1);
    lan.seconds(3.0);
    assert_eq!(lan.known(0), is(&[("B", "10.0.0.2")]));
    assert_eq!(lan.known(1), [], "A is where it is listed");
    // Without new proofs it is forgotten.
    lan.devices[1].online = false;
    lan.seconds(601.0);
    assert_eq!(lan.known(0), []);
}

#[test]
fn right_lists_are_all_that_is_used() {
    let mut lan = Lan::new(BOTH);
    lan.start(0);
    lan.start(1);
    lan.seconds(10.0);
    assert_eq!((lan.known(0), lan.known(1)), (vec![], vec![]));
    assert_eq!(lan.devices[0].finder.proven("B"), [ip("10.0.0.2")]);
}

#[test]
fn a_server_that_begins_where_it_is_listed_is_dialled_at_once() {
    let mut lan = Lan::new(BOTH);
    lan.start(1);
    lan.seconds(2.0);
    lan.devices[1].finder.dial_failed(ip("10.0.0.1"), true);
    lan.seconds(2.3);
    assert_eq!(lan.devices[1].finder.take_there(), [] as [IpAddr; 0], "nobody is there");
    lan.start(0);
    lan.seconds(1.0);
    assert_eq!(lan.devices[1].finder.take_there(), [ip("10.0.0.1")]);
    assert_eq!(lan.known(1), [], "it is where it is listed");
    // Proofs in a row are one, and a client is not dialled.
    lan.seconds(10.0);
    assert!(lan.devices[1].finder.take_there().len() <= 5);
    lan.devices[0].finder.start(packet::DIALS);
    lan.devices[1].finder.take_there();
    lan.devices[1].finder.dial_failed(ip("10.0.0.1"), true);
    lan.seconds(5.0);
    assert_eq!(lan.devices[1].finder.take_there(), [] as [IpAddr; 0]);
}

#[test]
fn whoever_moves_is_found_within_seconds() {
    for (mover, other, id) in [(0, 1, "A"), (1, 0, "B")] {
        let mut lan = Lan::new(BOTH);
        lan.start(0);
        lan.start(1);
        lan.seconds(30.0);
        lan.moves(mover, "10.0.0.71");
        lan.seconds(5.0);
        assert_eq!(lan.known(other), is(&[(id, "10.0.0.71")]));
        // Back again: the list is right again.
        lan.moves(mover, if mover == 0 { "10.0.0.1" } else { "10.0.0.2" });
        lan.seconds(5.0);
        assert_eq!(lan.known(other), []);
    }
}

#[test]
fn two_failed_dials_count_like_two_missed_probes_and_a_session_like_an_answer() {
    let mut lan = Lan::new(BOTH);
    lan.start(0);
    lan.start(1);
    lan.seconds(5.0);
    let finder = &mut lan.devices[1].finder;
    finder.dial_failed(ip("10.0.0.1"), false);
    lan.devices[0].online = false;
    lan.devices[0].address = "10.0.0.50".into();
    lan.devices[0].online = true;
    lan.devices[0].finder.set_interfaces(vec![interface("10.0.0.50")]);
    lan.devices[1].finder.dial_failed(ip("10.0.0.1"), true);
    lan.seconds(1.0);
    assert_eq!(lan.known(1), is(&[("A", "10.0.0.50")]));
    lan.devices[1].finder.reached("A", ip("10.0.0.1"));
    assert_eq!(lan.known(1), []);
    lan.devices[1].finder.dial_failed(ip("10.0.0.1"), true);
    lan.devices[1].finder.found_failed(ip("10.0.0.50"));
    assert_eq!(lan.known(1), [], "its proof is gone");
}

#[test]
fn a_knock_of_a_neighbour_is_asked_who_it_is() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.start(1);
    lan.seconds(1.0);
    lan.moves(1, "10.0.0.60");
    lan.devices[1].finder.poll(Moment {
        now: lan.now,
        unix: YEAR_2026,
        trusted: true,
    }); // its announcement is lost
    lan.seconds(2.0);
    assert!(!lan.devices[0].finder.knock(ip("192.168.1.1")), "no neighbour");
    assert!(lan.devices[0].finder.knock(ip("10.0.0.60")));
    lan.seconds(2.5);
    assert!(lan.known(0).contains(&("B".into(), "10.0.0.60".into())));
}

#[test]
fn changes_of_the_groups() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.start(1);
    lan.seconds(3.0);
    assert_eq!(lan.known(0).len(), 1);
    lan.list(0, MASTER_ONLY);
    assert_eq!(lan.known(0).len(), 1, "the same list again");
    lan.list(0, BOTH);
    assert_eq!(lan.known(0), [], "listed now");
    lan.list(0, MASTER_ONLY);
    assert_eq!(lan.known(0).len(), 1);
    lan.list(0, &[("A", "10.0.0.1")]);
    lan.list(0, MASTER_ONLY);
    assert_eq!(lan.known(0), [], "no member for a while");
    lan.seconds(3.0);
    assert_eq!(lan.known(0).len(), 1);
    lan.keys = keys(2);
    lan.list(0, MASTER_ONLY);
    assert_eq!(lan.known(0), [], "a proof by the key before");
}

#[test]
fn nothing_is_sent_without_an_interface_or_a_group() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.devices[0].finder.start(packet::LISTENS);
    assert_eq!(lan.poll(0), []);
    assert_eq!(lan.devices[0].finder.due(), None);
    lan.start(0);
    lan.devices[0].finder.set_groups(Vec::new());
    assert_eq!(lan.poll(0), []);
}

#[test]
fn probes_keep_to_their_budget() {
    let mut lan = Lan::new(BOTH);
    let groups = (0..20).map(|n| lan.group(&format!("bus {n}"), 0, BOTH)).collect();
    lan.devices[0].finder.set_groups(groups);
    lan.start(0);
    for _ in 0..600 {
        lan.devices[0].finder.dial_failed(ip("10.0.0.2"), false);
        lan.devices[0].finder.knock(ip("10.0.0.77"));
        lan.seconds(0.1);
    }
    let probes = lan.devices[0].finder.statistics().probes;
    assert!((290..=305).contains(&probes), "5 a second: {probes}");
    lan.list(0, BOTH);
    let before = lan.devices[0].finder.statistics().probes;
    for _ in 0..100 {
        lan.devices[0].finder.dial_failed(ip("10.0.0.2"), false);
        lan.seconds(0.1);
    }
    let probes = lan.devices[0].finder.statistics().probes - before;
    assert!((5..=6).contains(&probes), "one in 2 s: {probes}");
}

/// Threat: forged packets, and a flood of unknown tags.
#[test]
fn forged_packets_with_unknown_tags_change_nothing() {
    let mut lan = Lan::new(BOTH);
    lan.start(0);
    lan.seconds(40.0);
    let before = lan.devices[0].finder.statistics();
    let mut forged = lan.made(Kind::Probe, &body("B", [3; 16]));
    for number in 0..10_000u32 {
        forged[5..9].copy_from_slice(&number.to_be_bytes());
        forged[13..17].copy_from_slice(&number.to_be_bytes());
        lan.receive(0, at("10.0.0.66"), &forged);
    }
    lan.seconds(1.0);
    let after = lan.devices[0].finder.statistics();
    assert_eq!(
        (after.probes, after.answers),
        (before.probes + 1, 0),
        "one probe in 30 s"
    );
    assert_eq!((after.opened, after.forged, after.over_budget), (before.opened, 0, 0));
    lan.start(1);
    lan.seconds(3.0);
    assert_eq!(lan.devices[0].finder.proven("B"), [ip("10.0.0.2")]);
}

/// Threat: a flood of packets under a known tag, of one source and of many.
#[test]
fn a_flood_with_a_known_tag_is_opened_within_its_budget() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.seconds(2.0);
    let mut forged = lan.made(Kind::Here, &body("B", [3; 16]));
    let end = forged.len();
    for second in 0..5u32 {
        for number in 0..10_000u32 {
            forged[13..17].copy_from_slice(&number.to_be_bytes());
            forged[end - 4..].copy_from_slice(&second.to_be_bytes());
            lan.receive(0, at("10.0.0.66"), &forged);
        }
        lan.seconds(1.0);
    }
    let one = lan.devices[0].finder.statistics();
    assert!((200..=300).contains(&one.forged), "{one:?}");
    for number in 0..20_000u32 {
        forged[13..17].copy_from_slice(&number.to_be_bytes());
        let source = SocketAddr::new(IpAddr::from([10, 0, 0, (number % 200) as u8 + 3]), PORT);
        lan.receive(0, source, &forged);
    }
    let many = lan.devices[0].finder.statistics();
    assert!((1_900..=2_000).contains(&(many.forged - one.forged)), "{many:?}");
    // While one source floods, a member is found.
    lan.seconds(1.0);
    lan.start(1);
    for _ in 0..300 {
        for number in 0..100u32 {
            forged[13..17].copy_from_slice(&number.to_be_bytes());
            lan.receive(0, at("10.0.0.66"), &forged);
        }
        lan.seconds(0.01);
    }
    assert_eq!(lan.known(0), is(&[("B", "10.0.0.2")]));
}

/// Threat: a recorded packet is sent again, at once or a year later.
#[test]
fn replayed_packets_get_no_answer() {
    let mut lan = Lan::new(BOTH);
    lan.start(0);
    lan.seconds(2.0);
    let probe = lan.made(Kind::Probe, &body("B", [3; 16]));
    for _ in 0..10 {
        lan.receive(0, at("10.0.0.66"), &probe);
        lan.seconds(1.0);
    }
    let statistics = lan.devices[0].finder.statistics();
    assert_eq!((statistics.answers, statistics.replayed), (1, 9));
    let old = lan.keys.tag(packet::half_hour(YEAR_2026 - 365 * 86_400));
    let last_year = lan.made_under(Kind::Probe, &old, &body("B", [4; 16]));
    lan.receive(0, at("10.0.0.66"), &last_year);
    lan.seconds(1.0);
    assert_eq!(lan.devices[0].finder.statistics().answers, 1);
    // The half hours beside the present one are good.
    for (number, tag) in [(5, -1i64), (6, 1), (7, 2)] {
        let tag = lan
            .keys
            .tag((i64::from(packet::half_hour(lan.moment(0).unix)) + tag) as u32);
        let packet = lan.made_under(Kind::Probe, &tag, &body("B", [number; 16]));
        lan.receive(0, at("10.0.0.66"), &packet);
        lan.seconds(1.0);
    }
    assert_eq!(lan.devices[0].finder.statistics().answers, 3);
    // An answer that was recorded proves nothing to whoever did not ask for it.
    let here = lan.made(Kind::Here, &body("B", [8; 16]));
    lan.receive(0, at("10.0.0.66"), &here);
    lan.receive(0, at("10.0.0.66"), &lan.made(Kind::Here, &body("B", UNASKED)));
    lan.seconds(3.0);
    assert_eq!(lan.devices[0].finder.statistics().proofs, 0);
}

/// Threat: a probe's type byte is changed so that it looks like an answer.
#[test]
fn a_swapped_type_does_not_open() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.seconds(0.1);
    // The device's own probe comes back as an answer; so does one of another member.
    let own = lan.sent.iter().find(|sent| sent.packet[4] == 1).unwrap().packet.clone();
    let other = lan.made(
        Kind::Probe,
        &body(
            "B",
            Packet::parse(&own).unwrap().open(&lan.keys).unwrap().unwrap().challenge,
        ),
    );
    for packet in [own, other] {
        let mut swapped = packet.clone();
        swapped[4] = 2;
        lan.receive(0, at("10.0.0.66"), &swapped);
    }
    let statistics = lan.devices[0].finder.statistics();
    assert_eq!((statistics.forged, statistics.proofs), (2, 0));
}

/// Threat: a small packet makes a device send many bytes to somebody else.
#[test]
fn answers_are_few_and_hardly_longer_than_probes() {
    let mut lan = Lan::new(BOTH);
    lan.devices[0].finder.is(&"A".repeat(128), PORT, PORT);
    lan.start(0);
    lan.seconds(1.0);
    let since = lan.elapsed();
    let mut asked = 0;
    for number in 0..250u8 {
        let mut challenge = [7; 16];
        challenge[0] = number;
        let probe = lan.made(Kind::Probe, &body("B", challenge));
        asked = probe.len();
        lan.receive(0, at("10.0.0.66"), &probe);
        lan.seconds(0.02);
    }
    lan.seconds(1.0);
    let answers: Vec<&Sent> = lan.sent_by(0, since).filter(|sent| sent.packet[4] == 2).collect();
    assert!(
        (90..=120).contains(&answers.len()),
        "20 a second in 5 s: {}",
        answers.len()
    );
    assert!(answers.iter().all(|sent| sent.packet.len() <= asked * 3 / 2));
    // One that is too short for any answer gets none.
    let mut short = body("B", [1; 16]);
    short.addresses.clear();
    lan.receive(0, at("10.0.0.66"), &lan.made(Kind::Probe, &short));
    let before = lan.devices[0].finder.statistics().answers;
    lan.seconds(1.0);
    assert_eq!(lan.devices[0].finder.statistics().answers, before);
}

/// Threat: somebody follows a device by the bytes that do not change.
#[test]
fn captures_an_hour_apart_share_nothing() {
    let mut lan = Lan::new(BOTH);
    lan.start(0);
    lan.start(1);
    let mut captures: Vec<Vec<Vec<u8>>> = Vec::new();
    for _ in 0..2 {
        let from = lan.sent.len();
        lan.devices[0].finder.dial_failed(ip("10.0.0.2"), false);
        lan.devices[1].finder.dial_failed(ip("10.0.0.1"), false);
        lan.seconds(5.0);
        captures.push(lan.sent[from..].iter().map(|sent| sent.packet.clone()).collect());
        lan.seconds(3600.0);
    }
    assert!(captures.iter().all(|capture| capture.len() > 6));
    for packet in captures.iter().flatten() {
        for clear in [&b"bus"[..], &[10, 0, 0, 1], &[10, 0, 0, 2]] {
            assert!(!packet.windows(clear.len()).any(|bytes| bytes == clear) || clear.len() < 4);
        }
    }
    let tags = |capture: &[Vec<u8>]| capture.iter().map(|packet| packet[5..13].to_vec()).collect::<Vec<_>>();
    assert!(tags(&captures[0]).iter().all(|tag| !tags(&captures[1]).contains(tag)));
}

/// Threat: the own clock is wrong.
#[test]
fn a_device_in_1970_is_found_and_believes_no_old_packet() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.devices[1].behind = YEAR_2026 - 100;
    lan.devices[1].trusted = false;
    lan.start(0);
    lan.seconds(31.0);
    lan.start(1);
    lan.seconds(10.0);
    assert_eq!(lan.known(0), is(&[("B", "10.0.0.2")]));
    assert_eq!(lan.devices[1].finder.proven("A"), [ip("10.0.0.1")]);
    // What was recorded last year makes it ask, not answer; and it still knows the time.
    let old = lan.keys.tag(packet::half_hour(YEAR_2026 - 365 * 86_400));
    let since = lan.elapsed();
    lan.receive(
        1,
        at("10.0.0.66"),
        &lan.made_under(Kind::Probe, &old, &body("A", [4; 16])),
    );
    lan.seconds(3.0);
    assert!(
        lan.sent_by(1, since)
            .all(|sent| sent.packet[4] == 1 && sent.to == To::One(at("10.0.0.66")))
    );
    lan.devices[0].finder.found_failed(ip("10.0.0.2"));
    lan.seconds(3.0);
    assert_eq!(lan.known(0), is(&[("B", "10.0.0.2")]));
    // Hours later, too.
    lan.seconds(3.0 * 3600.0);
    assert_eq!(lan.known(0), []);
    lan.devices[1].finder.start(packet::DIALS);
    lan.seconds(40.0);
    assert_eq!(lan.known(0), is(&[("B", "10.0.0.2")]));
    // Keys are tried on few packets.
    let before = lan.devices[1].finder.statistics();
    for number in 0..200u8 {
        lan.receive(
            1,
            at("10.0.0.66"),
            &lan.made_under(Kind::Probe, &[number; 8], &body("A", [number; 16])),
        );
    }
    let after = lan.devices[1].finder.statistics();
    assert!(after.over_budget - before.over_budget >= 195, "{after:?}");
}

/// Threat: a member says that it is another one.
#[test]
fn a_hostile_member_poses_only_as_one_whose_listed_address_is_missing_or_dead() {
    let listed = &[("A", "10.0.0.1"), ("B", "10.0.0.2"), ("C", "10.0.0.3")];
    for (alive, believed) in [(true, false), (false, true)] {
        let mut lan = Lan::new(listed);
        lan.start(0);
        if alive {
            lan.start(1);
        }
        lan.seconds(5.0);
        // C becomes B, too, and answers every probe as B.
        lan.devices[2].finder.is("B", PORT, PORT);
        let group = lan.group("bus", 1, listed);
        lan.devices[2].finder.set_groups(vec![group]);
        lan.start(2);
        lan.seconds(20.0);
        assert_eq!(!lan.known(0).is_empty(), believed, "B alive: {alive}");
    }
}

/// Threat: a packet from another network, or from a port of a system's service.
#[test]
fn only_neighbours_are_answered_and_believed() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.seconds(0.1);
    let probe = lan.sent.iter().find(|sent| sent.packet[4] == 1).unwrap();
    let asked = Packet::parse(&probe.packet)
        .unwrap()
        .open(&lan.keys)
        .unwrap()
        .unwrap()
        .challenge;
    lan.receive(0, at("192.0.2.1"), &lan.made(Kind::Here, &body("B", asked)));
    lan.receive(0, at("192.0.2.1"), &lan.made(Kind::Probe, &body("B", [4; 16])));
    lan.receive(
        0,
        SocketAddr::new(ip("10.0.0.9"), 53),
        &lan.made(Kind::Probe, &body("B", [5; 16])),
    );
    lan.seconds(3.0);
    let statistics = lan.devices[0].finder.statistics();
    assert_eq!((statistics.proofs, statistics.answers), (0, 0));
    // A challenge is good for ten seconds.
    lan.seconds(8.0);
    lan.receive(0, at("10.0.0.9"), &lan.made(Kind::Here, &body("B", asked)));
    assert_eq!(lan.devices[0].finder.statistics().proofs, 0);
    // An interface that is not known says nothing.
    let moment = lan.moment(0);
    let probe = lan.made(Kind::Probe, &body("B", [6; 16]));
    lan.devices[0].finder.receive(moment, 3, at("10.0.0.9"), &probe);
    lan.seconds(1.0);
    assert_eq!(lan.devices[0].finder.statistics().answers, 0);
}

/// A member that is heard by its link-local address is asked at an address that can be given to a program.
#[test]
fn a_link_local_source_leads_to_the_hints() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.seconds(3.0);
    let since = lan.elapsed();
    let mut body = body("B", UNASKED);
    body.addresses = vec![
        ip("10.0.0.2"),
        ip("10.0.0.2"),
        ip("192.0.2.9"),
        ip("10.0.0.1"),
        ip("fe80::2"),
    ];
    lan.receive(0, "[fe80::2%2]:28177".parse().unwrap(), &lan.made(Kind::Here, &body));
    lan.seconds(0.1);
    let to: Vec<IpAddr> = lan
        .sent_by(0, since)
        .map(|sent| match sent.to {
            To::One(one) => one.ip(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(to, [ip("10.0.0.2")]);
    // Without such an address it is asked where it was heard.
    lan.seconds(3.0);
    body.addresses.clear();
    lan.receive(0, "[fe80::2%2]:28177".parse().unwrap(), &lan.made(Kind::Here, &body));
    let since = lan.elapsed();
    lan.seconds(0.1);
    assert!(
        lan.sent_by(0, since)
            .any(|sent| sent.to == To::One("[fe80::2%2]:28177".parse().unwrap()))
    );
    assert_eq!(lan.known(0), []);
}

#[test]
fn two_addresses_of_a_member_are_kept() {
    let mut lan = Lan::new(MASTER_ONLY);
    lan.start(0);
    lan.seconds(0.1);
    let probe = lan.sent.iter().find(|sent| sent.packet[4] == 1).unwrap();
    let asked = Packet::parse(&probe.packet)
        .unwrap()
        .open(&lan.keys)
        .unwrap()
        .unwrap()
        .challenge;
    for last in [2, 3, 4, 4] {
        lan.receive(
            0,
            at(&format!("10.0.0.{last}")),
            &lan.made(Kind::Here, &body("B", asked)),
        );
    }
    assert_eq!(lan.known(0), is(&[("B", "10.0.0.3"), ("B", "10.0.0.4")]));
}

/// Whatever arrives: no panic, bounded tables, nothing believed. HWMQTT_SOAK=1: a million packets.
#[test]
fn no_packet_is_too_strange() {
    let mut lan = Lan::new(BOTH);
    lan.start(0);
    lan.seconds(3.0);
    let count = if std::env::var_os("HWMQTT_SOAK").is_some() {
        1_000_000
    } else {
        20_000
    };
    let good: Vec<Vec<u8>> = [Kind::Probe, Kind::Here]
        .into_iter()
        .flat_map(|kind| [UNASKED, [5; 16]].map(|challenge| (kind, challenge)))
        .map(|(kind, challenge)| lan.made(kind, &body("B", challenge)))
        .collect();
    let mut noise = [0u8; 64];
    for number in 0..count {
        random(&mut noise);
        let mut packet = good[usize::from(noise[0]) % good.len()].clone();
        match noise[1] % 4 {
            0 => packet.truncate(usize::from(noise[2]) * 2),
            1 => packet.extend_from_slice(&noise[..usize::from(noise[2]) % 64]),
            2 => packet = noise[..usize::from(noise[2]) % 64].to_vec(),
            _ => {}
        }
        for change in 0..usize::from(noise[3] % 4) + 1 {
            let at = usize::from(u16::from_be_bytes([noise[4 + 2 * change], noise[5 + 2 * change]]));
            let length = packet.len().max(1);
            if let Some(byte) = packet.get_mut(at % length) {
                *byte ^= noise[20 + change] | 1;
            }
        }
        if good.contains(&packet) {
            continue; // the changes undid one another
        }
        let source = SocketAddr::new(
            IpAddr::from([10, 0, noise[30] % 2, noise[31]]),
            1024 + u16::from(noise[32]),
        );
        lan.receive(0, source, &packet);
        if number % 97 == 0 {
            lan.seconds(0.05);
        }
    }
    let statistics = lan.devices[0].finder.statistics();
    assert_eq!(
        (statistics.opened, statistics.proofs, statistics.answers),
        (0, 0, 0),
        "{statistics:?}"
    );
}
