//! Finding at its edge: sockets, the interfaces as they come and go, and what follows for dialling, address binding and sessions
//! that stand. One task of the network thread, from the first role that was asked for to Close.

use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use socket2::{Domain, InterfaceIndexOrAddress, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::sleep_until;

use crate::find::finder::{Finder, Group, Moment, Outgoing, To};
use crate::find::interface::{self, Interface, Listed, Subnet};
use crate::find::packet;
use crate::net::Net;

const GROUP4: Ipv4Addr = Ipv4Addr::new(239, 255, 28, 177);
const GROUP6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0x28, 0x177);
/// A wall clock before 2025 is not believed.
const YEAR_2025: u64 = 1_735_689_600;
/// News of interfaces come in swarms.
const SETTLE: Duration = Duration::from_millis(200);
/// How often interfaces are looked at where the system gives no news.
const LOOK: Duration = Duration::from_secs(5);
/// Shortest key in bytes.
const SHORTEST: usize = 16;
/// Packets taken in before others on the thread have their turn.
const BATCH: usize = 64;

/// What the present wall clock says: the system's, or the platform's where the system's cannot be right.
fn moment(net: &Net) -> Moment {
    let system = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let told = || net.observe(|observer| observer.platform_time()).flatten();
    let platform = if system < YEAR_2025 { told() } else { None };
    Moment {
        now: Instant::now(),
        unix: platform.unwrap_or(system),
        trusted: system >= YEAR_2025 || platform.is_some(),
    }
}

/// The sockets of one link.
struct Sockets {
    port: u16,
    v4: Option<UdpSocket>,
    v6: Option<UdpSocket>,
    interfaces: Vec<Interface>,
}

fn open(port: u16, v6: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(if v6 { Domain::IPV6 } else { Domain::IPV4 }, Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    let any: IpAddr = if v6 {
        socket.set_only_v6(true)?;
        socket.set_multicast_hops_v6(1)?;
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        socket.set_broadcast(true)?;
        socket.set_multicast_ttl_v4(1)?;
        Ipv4Addr::UNSPECIFIED.into()
    };
    base::datagram::tell_interface(socket.as_fd(), v6)?;
    socket.bind(&SocketAddr::new(any, port).into())?;
    UdpSocket::from_std(base::process::above_standard(socket)?.into())
}

impl Sockets {
    fn open(port: u16) -> Option<Sockets> {
        let v4 = open(port, false).inspect_err(|why| base::info!("near link: no finding by IPv4: {why}"));
        let v6 = open(port, true).inspect_err(|why| base::debug!("near link: no finding by IPv6: {why}"));
        let (v4, v6) = (v4.ok(), v6.ok());
        (v4.is_some() || v6.is_some()).then_some(Sockets {
            port,
            v4,
            v6,
            interfaces: Vec::new(),
        })
    }

    /// Joins the groups on interfaces that are new; those that are gone have left by themselves.
    fn follow(&mut self, interfaces: Vec<Interface>) {
        for one in &interfaces {
            // Joining twice is refused, and does no harm.
            if let Some(v4) = &self.v4 {
                let _ = SockRef::from(v4).join_multicast_v4_n(&GROUP4, &InterfaceIndexOrAddress::Index(one.index));
            }
            if let Some(v6) = &self.v6 {
                let _ = SockRef::from(v6).join_multicast_v6(&GROUP6, one.index);
            }
        }
        self.interfaces = interfaces;
    }

    fn send(&self, outgoing: &Outgoing) {
        // What cannot be sent is lost, as on the way: everything is repeated.
        let bytes = &outgoing.packet;
        let to = |socket: &Option<UdpSocket>, address: SocketAddr| {
            if let Some(socket) = socket {
                let _ = SockRef::from(socket).send_to(bytes, &address.into());
            }
        };
        match outgoing.to {
            To::One(address) if address.is_ipv4() => to(&self.v4, address),
            To::One(address) => to(&self.v6, address),
            To::Everyone4 => {
                for subnet in self.interfaces.iter().flat_map(|one| &one.subnets) {
                    let (IpAddr::V4(own), Some(v4)) = (subnet.address, &self.v4) else {
                        continue;
                    };
                    if SockRef::from(v4).set_multicast_if_v4(&own).is_ok() {
                        to(&self.v4, SocketAddr::new(GROUP4.into(), self.port));
                    }
                    if let Some(all) = subnet.broadcast() {
                        to(&self.v4, SocketAddr::new(all.into(), self.port));
                    }
                }
            }
            To::Everyone6 => {
                for one in self
                    .interfaces
                    .iter()
                    .filter(|one| one.subnets.iter().any(|s| s.address.is_ipv6()))
                {
                    to(&self.v6, SocketAddrV6::new(GROUP6, self.port, 0, one.index).into());
                }
            }
        }
    }
}

async fn readable(socket: Option<&UdpSocket>) {
    match socket {
        // An error shows when it is read from.
        Some(socket) => drop(socket.readable().await),
        None => pending().await,
    }
}

/// Gives what has arrived to the finder.
fn take(net: &Net, socket: &UdpSocket) {
    let moment = moment(net);
    let mut buffer = [0; packet::MAX + 1];
    for _ in 0..BATCH {
        let next = || base::datagram::receive(socket.as_fd(), &mut buffer);
        match socket.try_io(Interest::READABLE, next) {
            Ok(one) => {
                let bytes = buffer.get(..one.length).unwrap_or_default();
                net.program.finder().receive(moment, one.interface, one.from, bytes);
            }
            Err(why) if why.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) => {} // of an earlier send
        }
    }
}

fn lan(net: &Net) -> Vec<Interface> {
    let all = base::interfaces::addresses().unwrap_or_default();
    let all: Vec<Listed> = all
        .into_iter()
        .map(|one| Listed {
            index: one.index,
            up: one.up,
            loopback: one.loopback,
            point_to_point: one.point_to_point,
            for_many: one.for_many,
            subnet: Subnet {
                address: one.address,
                prefix: one.prefix,
            },
        })
        .collect();
    interface::lan(&all, net.settings.limits.find_loopback)
}

/// The groups of the view in which this device is, with the keys for finding.
async fn groups(net: &Net) -> Vec<Group> {
    let (view, own) = (net.program.view(), net.own_id());
    let mut groups = Vec::new();
    for bus in view.buses.iter().filter(|bus| bus.members.iter().any(|m| m.id == own)) {
        let Some(key) = bus
            .key
            .as_ref()
            .filter(|key| key.len() >= SHORTEST && key.len() <= crate::keys::MAX_KEY)
        else {
            continue;
        };
        let stretched = net.keys.get(key.as_bytes());
        net.stretch(&stretched).await;
        let Some(keys) = stretched.for_finding() else { continue };
        let others = bus.members.iter().filter(|member| member.id != own);
        groups.push(Group {
            id: bus.id.clone(),
            keys,
            members: others
                .map(|member| (member.id.clone(), view.addresses_of(&member.id)))
                .collect(),
        });
    }
    groups
}

/// Runs until it is aborted.
pub async fn run(net: Rc<Net>) {
    let settings = &net.settings;
    // A socket like any other once it is open.
    let news = base::interfaces::changes().and_then(|socket| UdpSocket::from_std(Socket::from(socket).into()));
    let news = news.ok();
    let mut sockets = match settings.find && !settings.listed_only {
        true => Sockets::open(settings.limits.find_port),
        false => None,
    };
    net.finding.set(sockets.is_some());
    {
        let mut finder = net.program.finder();
        finder.is(&net.own_id(), settings.port, settings.limits.find_port);
        if sockets.is_none() {
            finder.set_groups(Vec::new());
        }
    }
    let mut known_addresses: Option<Vec<Interface>> = None;
    let mut look_at = Instant::now();
    let (mut view, mut roles) = (None, None);
    loop {
        if Instant::now() >= look_at {
            look_at += if news.is_some() {
                Duration::from_secs(3600)
            } else {
                LOOK
            };
            let interfaces = lan(&net);
            if let Some(sockets) = &mut sockets {
                sockets.follow(interfaces.clone());
                net.program.finder().set_interfaces(interfaces.clone());
            }
            if known_addresses.as_ref().is_some_and(|known| *known != interfaces) {
                base::info!("near link: the network's interfaces or their addresses have changed");
                net.peers.sessions().iter().for_each(|session| session.doubt());
            }
            known_addresses = Some(interfaces);
        }
        if let Some(sockets) = &sockets {
            if view.replace(net.view_number.get()) != Some(net.view_number.get()) {
                let groups = groups(&net).await;
                net.program.finder().set_groups(groups);
            }
            if roles.replace(net.roles()) != Some(net.roles()) {
                net.program.finder().start(net.roles());
            }
            let outgoing = net.program.finder().poll(moment(&net));
            outgoing.iter().for_each(|one| sockets.send(one));
            follow(&net);
        }
        let due = net.program.finder().due().filter(|_| sockets.is_some());
        let due = due.map_or(look_at, |due| due.min(look_at));
        let (v4, v6) = sockets
            .as_ref()
            .map_or((None, None), |sockets| (sockets.v4.as_ref(), sockets.v6.as_ref()));
        tokio::select! {
            () = sleep_until(due.into()) => {}
            () = net.find.notified() => {}
            () = readable(news.as_ref()) => {
                let mut rest = [0; 4096];
                while news.as_ref().is_some_and(|news| news.try_recv(&mut rest).is_ok()) {}
                look_at = Instant::now() + SETTLE;
            }
            () = readable(v4) => if let Some(v4) = v4 { take(&net, v4) },
            () = readable(v6) => if let Some(v6) = v6 { take(&net, v6) },
        }
    }
}

/// What has been found since the last time is used.
fn follow(net: &Rc<Net>) {
    let Some(known) = net.program.finder().take_news() else {
        return;
    };
    let before = net.program.known();
    for one in known.0.iter().filter(|one| !before.0.contains(one)) {
        base::info!(
            "near link: {} proved to be at {}, where the group data do not list it",
            one.id,
            one.address
        );
    }
    if *before != known {
        net.program.set_known(Arc::new(known));
        net.news.notify_waiters();
        for target in net.targets.borrow().values() {
            target.try_now();
            target.found.notify_waiters();
        }
    }
    let there = net.program.finder().take_there();
    for address in there {
        if let Some(target) = net.targets.borrow().get(&address).filter(|target| !target.live.get()) {
            target.try_now();
        }
    }
    for session in net.peers.sessions() {
        let proven = net.program.finder().proven(session.peer.id());
        if proven.last().is_some_and(|newest| *newest != session.remote) {
            session.doubt();
        }
    }
}

/// The end of the link: how it went.
pub fn report(finder: &Finder) {
    let count = finder.statistics();
    base::info!(
        "near link: finding sent {} probes, {} answers and {} announcements; {} packets of members, {} forged, {} repeated, {} too many; {} proofs",
        count.probes,
        count.answers,
        count.announcements,
        count.opened,
        count.forged,
        count.replayed,
        count.over_budget,
        count.proofs
    );
}
