//! Who is where (docs/spec/lan-finding.md#rules): probes and answers as a state machine with budgets for everything that a
//! stranger, or a member, can cause.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::interface::{Interface, needs_zone};
use super::known::{Known, Proven};
use super::packet::{self, Body, Challenge, Keys, Kind, Nonce, Packet, Tag, UNASKED, half_hour};

/// Between two probes of a bus; a probe is sent so often, with such pauses.
const SPACING: Duration = Duration::from_secs(2);
const SENDS: u8 = 3;
const PAUSE: Duration = Duration::from_millis(200);
/// Probes of all buses in a second.
const PROBES: u32 = 5;
/// How long a challenge may be answered.
const CHALLENGE: Duration = Duration::from_secs(10);
/// How long a listed address may take to answer a probe, and how often in a row it may miss one.
const LISTED: Duration = Duration::from_secs(1);
const MISSES: u8 = 2;
/// An answer is sent within this time, so that many do not come at once; so many go out in a second.
const DELAY: u64 = 100;
const ANSWERS: u32 = 20;
/// Packets opened in a second: in all, of one source, and where the own clock is not trusted.
const OPENED: u32 = 2_000;
const OPENED_OF_ONE: u32 = 50;
const OPENED_UNTRUSTED: u32 = 5;
/// Nonces, proofs and sources remembered.
const REMEMBERED: usize = 1_024;
const NONCES_FOR: Duration = Duration::from_secs(3600);
/// How long a proof holds.
const PROOF: Duration = Duration::from_secs(600);
/// A packet with an unknown tag makes a device with a trusted clock probe this often.
const UNKNOWN_TAG: Duration = Duration::from_secs(30);
/// Buses, addresses that one probe goes to, hints taken from one packet.
const MAX_BUSES: usize = 64;
const MAX_TARGETS: usize = 8;
const MAX_HINTS: usize = 4;
const MAX_KEYS_TRIED: usize = 16;

/// The time, and whether its wall clock is to be believed.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Instant,
    pub unix: u64,
    pub trusted: bool,
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Multicast and broadcast on all interfaces.
    Everyone4,
    Everyone6,
    One(SocketAddr),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub to: To,
    pub packet: Vec<u8>,
}

/// A bus as finding sees it.
pub struct Group {
    pub id: String,
    pub keys: Arc<Keys>,
    /// Members but this device, with the addresses listed for each in any bus.
    pub members: HashMap<String, Vec<IpAddr>>,
}

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    pub probes: u64,
    pub answers: u64,
    pub announcements: u64,
    /// Packets that a member made.
    pub opened: u64,
    /// Known tag, but not sealed by a member or not understood.
    pub forged: u64,
    pub replayed: u64,
    /// Not looked at or not answered: too many.
    pub over_budget: u64,
    pub proofs: u64,
    /// Addresses with a proof that holds.
    pub found: u64,
}

/// One probe: sent a few times to the same places.
struct Round {
    challenge: Challenge,
    tag: Tag,
    everyone: bool,
    addresses: Vec<SocketAddr>,
    left: u8,
    next: Instant,
}

struct Bus {
    group: Group,
    /// Of the half hour before, the present one, and the next.
    tags: [Tag; 3],
    /// Where the own clock is not trusted: the tag of a packet that answered a challenge, and one to probe under.
    adopted: Option<Tag>,
    heard: Option<Tag>,
    everyone: bool,
    addresses: Vec<SocketAddr>,
    announce: bool,
    not_before: Option<Instant>,
    round: Option<Round>,
    challenges: VecDeque<(Challenge, Instant)>,
}

impl Bus {
    fn wants(&self) -> bool {
        self.everyone || self.announce || !self.addresses.is_empty()
    }

    fn want(&mut self, address: SocketAddr) {
        if self.addresses.len() < MAX_TARGETS && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    fn knows(&self, tag: &Tag) -> bool {
        self.tags.contains(tag) || self.adopted == Some(*tag)
    }

    fn present_tag(&self) -> Tag {
        let [_, present, _] = self.tags;
        self.adopted.unwrap_or(present)
    }

    fn challenged(&self, challenge: &Challenge, now: Instant) -> bool {
        self.challenges
            .iter()
            .any(|(one, until)| one == challenge && now < *until)
    }
}

struct Answer {
    at: Instant,
    to: SocketAddr,
    bus: String,
    challenge: Challenge,
    /// Bytes of the probe.
    asked: usize,
}

struct Found {
    bus: String,
    id: String,
    address: SocketAddr,
    proven: Instant,
}

/// Counts of one second.
struct Second {
    began: Option<Instant>,
    probes: u32,
    answers: u32,
    opened: u32,
    sources: HashMap<IpAddr, u32>,
}

/// The state machine.
pub struct Finder {
    random: fn(&mut [u8]) -> bool,
    own: String,
    port: u16,
    /// The UDP port of all members.
    at: u16,
    roles: u8,
    interfaces: Vec<Interface>,
    buses: Vec<Bus>,
    half_hour: Option<u32>,
    answers: Vec<Answer>,
    found: Vec<Found>,
    /// Listed addresses that were asked and have not answered yet.
    asked: Vec<(String, IpAddr, Instant)>,
    missed: HashMap<(String, IpAddr), u8>,
    /// Listed addresses where a member has proved to accept connections since [`Finder::take_there`].
    there: Vec<IpAddr>,
    nonces: HashSet<Nonce>,
    in_order: VecDeque<(Nonce, Instant)>,
    second: Second,
    last_unknown: Option<Instant>,
    statistics: Statistics,
    /// What [`Finder::known`] gives may have changed.
    news: bool,
}

impl Finder {
    /// `random` fills with random bytes; `false` when there are none.
    pub fn new(random: fn(&mut [u8]) -> bool) -> Self {
        Finder {
            random,
            own: String::new(),
            port: 0,
            at: 0,
            roles: 0,
            interfaces: Vec::new(),
            buses: Vec::new(),
            half_hour: None,
            answers: Vec::new(),
            found: Vec::new(),
            asked: Vec::new(),
            missed: HashMap::new(),
            there: Vec::new(),
            nonces: HashSet::new(),
            in_order: VecDeque::new(),
            second: Second {
                began: None,
                probes: 0,
                answers: 0,
                opened: 0,
                sources: HashMap::new(),
            },
            last_unknown: None,
            statistics: Statistics::default(),
            news: true,
        }
    }

    pub fn statistics(&self) -> Statistics {
        Statistics {
            found: self.found.len() as u64,
            ..self.statistics
        }
    }

    /// Who this device is: id, TCP port of its link, UDP port of all members.
    pub fn is(&mut self, own: &str, port: u16, at: u16) {
        own.clone_into(&mut self.own);
        (self.port, self.at) = (port, at);
    }

    /// A role was asked for: asks around, and says that this device is here.
    pub fn start(&mut self, roles: u8) {
        self.roles = roles;
        self.ask_around(true);
    }

    fn ask_around(&mut self, announce: bool) {
        for bus in &mut self.buses {
            bus.everyone = true;
            bus.announce |= announce;
        }
    }

    /// The interfaces of the LAN; whether they are others than before, in which case it all begins anew.
    pub fn set_interfaces(&mut self, interfaces: Vec<Interface>) -> bool {
        let changed = self.interfaces != interfaces;
        self.interfaces = interfaces;
        if changed {
            self.ask_around(true);
        }
        changed
    }

    /// The groups of the view that this device is in. A bus whose key has changed is another one.
    pub fn set_groups(&mut self, groups: Vec<Group>) {
        self.news = true;
        let mut old = std::mem::take(&mut self.buses);
        self.half_hour = None; // makes the tags
        for group in groups.into_iter().take(MAX_BUSES) {
            let same = |bus: &Bus| bus.group.id == group.id && bus.group.keys.same_as(&group.keys);
            let bus = match old.iter().position(same).map(|at| old.swap_remove(at)) {
                Some(mut bus) => {
                    let more = group.members.keys().any(|id| !bus.group.members.contains_key(id));
                    bus.everyone |= more;
                    bus.group = group;
                    bus
                }
                None => Bus {
                    group,
                    tags: Default::default(),
                    adopted: None,
                    heard: None,
                    everyone: true,
                    addresses: Vec::new(),
                    announce: true,
                    not_before: None,
                    round: None,
                    challenges: VecDeque::new(),
                },
            };
            self.buses.push(bus);
        }
        for gone in old {
            self.found.retain(|one| one.bus != gone.group.id);
        }
        let buses = &self.buses;
        self.found.retain(|one| {
            let mut here = buses.iter().filter(|bus| bus.group.id == one.bus);
            here.any(|bus| bus.group.members.contains_key(&one.id))
        });
        let listed = |id: &str, address: &IpAddr| {
            let mut of = buses.iter().filter_map(|bus| bus.group.members.get(id));
            of.any(|addresses| addresses.contains(address))
        };
        self.missed.retain(|(id, address), _| listed(id, address));
        self.asked.retain(|(id, address, _)| listed(id, address));
    }

    fn ids_at(&self, address: IpAddr) -> Vec<String> {
        let members = self.buses.iter().flat_map(|bus| &bus.group.members);
        let there = members.filter(|(_, addresses)| addresses.contains(&address));
        there.map(|(id, _)| id.clone()).collect()
    }

    /// A dial to a listed address failed; `twice`: not for the first time. Its members are looked for.
    pub fn dial_failed(&mut self, address: IpAddr, twice: bool) {
        if twice {
            for id in self.ids_at(address) {
                self.missed.insert((id, address), MISSES);
            }
            self.news = true;
        }
        for bus in &mut self.buses {
            bus.everyone |= bus.group.members.values().any(|all| all.contains(&address));
        }
    }

    /// A dial to an address that was found failed: its proof is worth nothing any more.
    pub fn found_failed(&mut self, address: IpAddr) {
        self.found.retain(|one| one.address.ip() != address);
        self.news = true;
        self.ask_around(false);
    }

    /// A session with this device stands at that address.
    pub fn reached(&mut self, id: &str, address: IpAddr) {
        self.news |= self.missed.remove(&(id.to_owned(), address)).is_some();
    }

    /// A connection came from an address that no member has. Whether waiting for what that device says makes sense.
    pub fn knock(&mut self, from: IpAddr) -> bool {
        let at = SocketAddr::new(from, self.at);
        let near = self.interfaces.iter().any(|interface| interface.on_link(from)) && !needs_zone(from);
        if near {
            self.buses.iter_mut().for_each(|bus| bus.want(at));
        }
        near && !self.buses.is_empty()
    }

    /// What may be used: members without a listed address, or whose listed addresses have all failed.
    pub fn known(&self) -> Known {
        let mut all: Vec<Proven> = Vec::new();
        for one in &self.found {
            let buses = self.buses.iter().filter_map(|bus| bus.group.members.get(&one.id));
            let mut listed = buses.flatten();
            let failed = |address: &IpAddr| {
                let missed = self.missed.get(&(one.id.clone(), *address));
                *address != one.address.ip() && missed.is_some_and(|count| *count >= MISSES)
            };
            let proven = Proven {
                id: one.id.clone(),
                address: one.address,
            };
            if listed.all(failed) && !all.contains(&proven) {
                all.push(proven);
            }
        }
        Known(all)
    }

    /// The same, when it may have changed since the last call, or a member has proved once more where it is.
    pub fn take_news(&mut self) -> Option<Known> {
        std::mem::take(&mut self.news).then(|| self.known())
    }

    /// Listed addresses where a member accepts connections, as it has proved since the last call: a dial that waits there need
    /// wait no longer. Each at most once in 2 s.
    pub fn take_there(&mut self) -> Vec<IpAddr> {
        std::mem::take(&mut self.there)
    }

    /// Where this member proved to be, used or not; the newest last.
    pub fn proven(&self, id: &str) -> Vec<IpAddr> {
        let all = self.found.iter().filter(|one| one.id == id);
        all.map(|one| one.address.ip()).collect()
    }

    fn set_time(&mut self, moment: Moment) {
        let half_hour = half_hour(moment.unix);
        if self.half_hour.replace(half_hour) != Some(half_hour) {
            for bus in &mut self.buses {
                let numbers = [half_hour.wrapping_sub(1), half_hour, half_hour.wrapping_add(1)];
                bus.tags = numbers.map(|number| bus.group.keys.tag(number));
            }
        }
        if moment.trusted {
            for bus in &mut self.buses {
                (bus.adopted, bus.heard) = (None, None);
            }
        }
        let now = moment.now;
        if self
            .second
            .began
            .is_none_or(|began| now >= began + Duration::from_secs(1))
        {
            self.second = Second {
                began: Some(now),
                probes: 0,
                answers: 0,
                opened: 0,
                sources: HashMap::new(),
            };
        }
    }

    /// Whether one more packet of this source may be opened in this second.
    fn may_open(&mut self, source: IpAddr, trusted: bool) -> bool {
        let second = &mut self.second;
        let room = second.sources.len() < REMEMBERED || second.sources.contains_key(&source);
        let most = if trusted { OPENED } else { OPENED_UNTRUSTED };
        if !room || second.opened >= most {
            self.statistics.over_budget += 1;
            return false;
        }
        let of_one = second.sources.entry(source).or_default();
        if *of_one >= OPENED_OF_ONE {
            self.statistics.over_budget += 1;
            return false;
        }
        *of_one += 1;
        second.opened += 1;
        true
    }

    /// Takes in what arrived at an interface. What follows of it is for [`Finder::poll`].
    pub fn receive(&mut self, moment: Moment, interface: u32, source: SocketAddr, bytes: &[u8]) {
        let Some(packet) = Packet::parse(bytes) else { return };
        let Some(interface) = self.interfaces.iter().find(|one| one.index == interface) else {
            return;
        };
        let on_link = interface.on_link(source.ip());
        if source.port() < packet::LOWEST_PORT {
            return;
        }
        self.set_time(moment);
        let mut all = self.buses.iter();
        let Some(at) = all.position(|bus| bus.knows(&packet.tag)) else {
            return self.unknown_tag(moment, on_link, source, &packet);
        };
        if self.nonces.contains(&packet.nonce) {
            self.statistics.replayed += 1;
            return;
        }
        if !self.may_open(source.ip(), true) {
            return;
        }
        let opened = self.buses.get(at).and_then(|bus| packet.open(&bus.group.keys));
        match opened {
            Some(Some(body)) => self.said(moment, at, on_link, source, &packet, body),
            _ => self.statistics.forged += 1,
        }
    }

    fn is_own(&self, address: IpAddr) -> bool {
        let own = self.interfaces.iter().flat_map(|one| &one.subnets);
        own.filter(|subnet| subnet.address == address).count() > 0
    }

    /// Of another half hour, or of nobody that this device has to do with.
    fn unknown_tag(&mut self, moment: Moment, on_link: bool, source: SocketAddr, packet: &Packet<'_>) {
        if !on_link {
            return;
        }
        if moment.trusted {
            if self.last_unknown.is_none_or(|last| moment.now >= last + UNKNOWN_TAG) {
                self.last_unknown = Some(moment.now);
                self.ask_around(false);
            }
            return;
        }
        if self.nonces.contains(&packet.nonce) || !self.may_open(source.ip(), false) {
            return;
        }
        let tried = self.buses.iter().take(MAX_KEYS_TRIED).enumerate();
        let mut opened = tried.filter_map(|(at, bus)| packet.open(&bus.group.keys).map(|body| (at, body)));
        let Some((at, Some(body))) = opened.next() else { return };
        let Some(bus) = self.buses.get_mut(at) else { return };
        if body.id == self.own || !bus.group.members.contains_key(&body.id) {
            return;
        }
        if packet.kind == Kind::Here && bus.challenged(&body.challenge, moment.now) {
            bus.announce |= bus.adopted.replace(packet.tag) != Some(packet.tag);
            bus.heard = None;
            return self.said(moment, at, on_link, source, packet, body);
        }
        // It may be as old as its tag: its sender must show that it is there.
        bus.heard = Some(packet.tag);
        bus.want(source);
        self.remember(packet.nonce, moment.now);
    }

    fn remember(&mut self, nonce: Nonce, now: Instant) {
        if self.in_order.len() >= REMEMBERED {
            if let Some((oldest, _)) = self.in_order.pop_front() {
                self.nonces.remove(&oldest);
            }
        }
        self.nonces.insert(nonce);
        self.in_order.push_back((nonce, now));
    }

    /// A member says something.
    fn said(&mut self, moment: Moment, at: usize, on_link: bool, source: SocketAddr, packet: &Packet<'_>, body: Body) {
        let now = moment.now;
        self.remember(packet.nonce, now);
        self.statistics.opened += 1;
        let Some(bus) = self.buses.get_mut(at) else { return };
        let Some(listed) = bus.group.members.get(&body.id).cloned() else {
            return;
        };
        let of_listed = listed.contains(&source.ip());
        if body.id == self.own || !(on_link || of_listed) {
            return;
        }
        if packet.kind == Kind::Probe {
            return self.answer(now, at, source, packet, body.challenge);
        }
        let id = body.id;
        if !bus.challenged(&body.challenge, now) {
            // Proves nothing: whoever is there must answer. Is the member still where it is listed, too?
            let fresh = |one: &Found| one.id == id && one.address.ip() == source.ip() && now < one.proven + SPACING;
            if body.challenge == UNASKED && !self.found.iter().any(fresh) {
                if !(self.follow_hints(at, &id, &body.addresses) && needs_zone(source.ip())) {
                    if let Some(bus) = self.buses.get_mut(at) {
                        bus.want(source);
                    }
                }
                if !of_listed {
                    self.ask_at(at, &listed);
                }
            }
            return;
        }
        if of_listed {
            self.news |= self.missed.remove(&(id.clone(), source.ip())).is_some();
            let answered = |(of, address, _): &(String, IpAddr, Instant)| *of == id && *address == source.ip();
            self.asked.retain(|asked| !answered(asked));
        }
        if needs_zone(source.ip()) || !on_link {
            self.follow_hints(at, &id, &body.addresses);
            return;
        }
        if !of_listed {
            self.ask_at(at, &listed);
        }
        let Some(bus) = self.buses.get(at).map(|bus| bus.group.id.clone()) else {
            return;
        };
        self.statistics.proofs += 1;
        self.news = true;
        let address = SocketAddr::new(source.ip(), body.port);
        let same = |one: &Found| one.bus == bus && one.id == id;
        let fresh = |one: &Found| same(one) && one.address.ip() == address.ip() && now < one.proven + SPACING;
        if of_listed && body.roles & packet::LISTENS != 0 && !self.found.iter().any(fresh) {
            self.there.push(address.ip());
        }
        self.found
            .retain(|one| !(same(one) && one.address.ip() == address.ip()));
        // Two addresses of a member are kept, the newest.
        let mut older = self
            .found
            .iter()
            .enumerate()
            .filter(|(_, one)| same(one))
            .map(|(at, _)| at);
        if let (Some(oldest), Some(_)) = (older.next(), older.next()) {
            self.found.remove(oldest);
        }
        if self.found.len() >= REMEMBERED {
            self.found.remove(0);
        }
        self.found.push(Found {
            bus,
            id,
            address,
            proven: now,
        });
    }

    /// Asks at these addresses: of those that are listed it must be known whether they are right before something else is
    /// believed.
    fn ask_at(&mut self, at: usize, listed: &[IpAddr]) {
        let port = self.at;
        let Some(bus) = self.buses.get_mut(at) else { return };
        for address in listed.iter().filter(|address| !needs_zone(**address)) {
            bus.want(SocketAddr::new(*address, port));
        }
    }

    /// Asks a member at the addresses that it names itself; whether one of them is near.
    fn follow_hints(&mut self, at: usize, id: &str, hints: &[IpAddr]) -> bool {
        let near = |hint: &IpAddr| !needs_zone(*hint) && self.interfaces.iter().any(|one| one.on_link(*hint));
        let near: HashSet<IpAddr> = hints
            .iter()
            .filter(|hint| near(hint))
            .copied()
            .take(MAX_HINTS)
            .collect();
        let proven = |hint: &IpAddr| self.found.iter().any(|one| one.id == id && one.address.ip() == *hint);
        let new: Vec<IpAddr> = near
            .iter()
            .filter(|hint| !proven(hint) && !self.is_own(**hint))
            .copied()
            .collect();
        self.ask_at(at, &new);
        !near.is_empty()
    }

    fn answer(&mut self, now: Instant, at: usize, to: SocketAddr, packet: &Packet<'_>, challenge: Challenge) {
        let waits = |one: &Answer| one.challenge == challenge && one.to == to;
        if self.answers.iter().any(waits) {
            return;
        }
        if self.second.answers >= ANSWERS {
            self.statistics.over_budget += 1;
            return;
        }
        self.second.answers += 1;
        let mut delay = [0; 2];
        (self.random)(&mut delay);
        let delay = Duration::from_millis(u64::from(u16::from_be_bytes(delay)) % (DELAY + 1));
        let Some(bus) = self.buses.get(at) else { return };
        self.answers.push(Answer {
            at: now + delay,
            to,
            bus: bus.group.id.clone(),
            challenge,
            asked: packet.size(),
        });
    }

    fn body(&self, challenge: Challenge) -> Body {
        let all = self.interfaces.iter().flat_map(|one| &one.subnets);
        let useful = all.map(|subnet| subnet.address).filter(|address| !needs_zone(*address));
        Body {
            challenge,
            port: self.port,
            roles: self.roles,
            id: self.own.clone(),
            addresses: useful.take(packet::MAX_ADDRESSES / 2).collect(),
        }
    }

    fn seal(&self, bus: &Bus, kind: Kind, tag: &Tag, body: &Body) -> Option<Vec<u8>> {
        let mut nonce = [0; 24];
        if !(self.random)(&mut nonce) {
            return None;
        }
        packet::seal(&bus.group.keys, kind, tag, &nonce, body)
    }

    /// What is to be sent now.
    pub fn poll(&mut self, moment: Moment) -> Vec<Outgoing> {
        self.set_time(moment);
        let now = moment.now;
        let mut out = Vec::new();
        self.expire(now);
        if self.interfaces.is_empty() {
            return out;
        }
        self.answers_due(now, &mut out);
        let mut buses = std::mem::take(&mut self.buses);
        for bus in &mut buses {
            let free = bus.round.is_none() && bus.not_before.is_none_or(|at| now >= at);
            if bus.wants() && free && self.second.probes < PROBES {
                self.begin(bus, now, &mut out);
            }
            self.join(bus, now);
            self.go_on(bus, now, &mut out);
        }
        self.buses = buses;
        out
    }

    fn answers_due(&mut self, now: Instant, out: &mut Vec<Outgoing>) {
        let (due, later) = std::mem::take(&mut self.answers)
            .into_iter()
            .partition(|one: &Answer| one.at <= now);
        self.answers = later;
        for answer in due {
            let Some(bus) = self.buses.iter().find(|bus| bus.group.id == answer.bus) else {
                continue;
            };
            let mut body = self.body(answer.challenge);
            if !body.shorten(answer.asked * 3 / 2) {
                continue;
            }
            if let Some(packet) = self.seal(bus, Kind::Here, &bus.present_tag(), &body) {
                self.statistics.answers += 1;
                let to = To::One(answer.to);
                out.push(Outgoing { to, packet });
            }
        }
    }

    /// Lets a probe go to everybody that the bus is waiting for, too.
    fn join(&mut self, bus: &mut Bus, now: Instant) {
        let Some(round) = &mut bus.round else { return };
        round.everyone |= std::mem::take(&mut bus.everyone);
        for to in std::mem::take(&mut bus.addresses) {
            if round.addresses.contains(&to) || round.addresses.len() >= MAX_TARGETS {
                continue;
            }
            round.addresses.push(to);
            let listed = bus.group.members.iter().filter(|(_, listed)| listed.contains(&to.ip()));
            for (id, _) in listed {
                let already = self
                    .asked
                    .iter()
                    .any(|(of, address, _)| of == id && *address == to.ip());
                if !already && self.asked.len() < REMEMBERED {
                    self.asked.push((id.clone(), to.ip(), now + LISTED));
                }
            }
        }
    }

    fn begin(&mut self, bus: &mut Bus, now: Instant, out: &mut Vec<Outgoing>) {
        bus.not_before = Some(now + SPACING);
        let mut challenge = UNASKED;
        if !(self.random)(&mut challenge) || challenge == UNASKED {
            return;
        }
        self.second.probes += 1;
        self.statistics.probes += 1;
        let tag = bus.heard.take().unwrap_or_else(|| bus.present_tag());
        bus.challenges.push_back((challenge, now + CHALLENGE));
        bus.round = Some(Round {
            challenge,
            tag,
            everyone: false,
            addresses: Vec::new(),
            left: SENDS,
            next: now,
        });
        if std::mem::take(&mut bus.announce) {
            self.statistics.announcements += 1;
            for to in [To::Everyone4, To::Everyone6] {
                if let Some(packet) = self.seal(bus, Kind::Here, &tag, &self.body(UNASKED)) {
                    out.push(Outgoing { to, packet });
                }
            }
        }
    }

    fn go_on(&self, bus: &mut Bus, now: Instant, out: &mut Vec<Outgoing>) {
        let Some(mut round) = bus.round.take_if(|round| round.next <= now) else {
            return;
        };
        let mut body = self.body(round.challenge);
        body.lengthen();
        let everyone = [To::Everyone4, To::Everyone6].into_iter().filter(|_| round.everyone);
        for to in everyone.chain(round.addresses.iter().map(|one| To::One(*one))) {
            if let Some(packet) = self.seal(bus, Kind::Probe, &round.tag, &body) {
                out.push(Outgoing { to, packet });
            }
        }
        round.left -= 1;
        round.next = now + PAUSE;
        bus.round = Some(round).filter(|round| round.left > 0 && (round.everyone || !round.addresses.is_empty()));
    }

    fn expire(&mut self, now: Instant) {
        while self.in_order.front().is_some_and(|(_, at)| now >= *at + NONCES_FOR) {
            if let Some((oldest, _)) = self.in_order.pop_front() {
                self.nonces.remove(&oldest);
            }
        }
        let before = self.found.len();
        self.found.retain(|one| now < one.proven + PROOF);
        self.news |= self.found.len() < before;
        for bus in &mut self.buses {
            bus.challenges.retain(|(_, until)| now < *until);
        }
        let (over, waiting) = std::mem::take(&mut self.asked)
            .into_iter()
            .partition(|(_, _, until)| now >= *until);
        self.asked = waiting;
        let over: Vec<(String, IpAddr, Instant)> = over;
        for (id, address, _) in over {
            let count = self.missed.entry((id.clone(), address)).or_default();
            *count = count.saturating_add(1);
            self.news |= *count == MISSES;
            if *count < MISSES {
                let at = SocketAddr::new(address, self.at);
                for bus in &mut self.buses {
                    if bus
                        .group
                        .members
                        .get(&id)
                        .is_some_and(|listed| listed.contains(&address))
                    {
                        bus.want(at);
                    }
                }
            }
        }
    }

    /// When [`Finder::poll`] has something to do.
    pub fn due(&self) -> Option<Instant> {
        let rounds = self
            .buses
            .iter()
            .filter_map(|bus| bus.round.as_ref().map(|round| round.next));
        let can = !self.interfaces.is_empty();
        let waiting = self
            .buses
            .iter()
            .filter(|bus| can && bus.wants() && bus.round.is_none());
        let next_second = self.second.began.map(|began| began + Duration::from_secs(1));
        let full = next_second.filter(|_| self.second.probes >= PROBES);
        let waiting = waiting.filter_map(|bus| bus.not_before.max(full).or(self.second.began));
        let answers = self.answers.iter().map(|one| one.at);
        let asked = self.asked.iter().map(|(_, _, until)| *until);
        let found = self.found.iter().map(|one| one.proven + PROOF);
        rounds.chain(waiting).chain(answers).chain(asked).chain(found).min()
    }
}
