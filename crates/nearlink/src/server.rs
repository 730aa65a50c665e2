//! The server role at its edge: listeners, and each accepted connection up to READY
//! (docs/spec/nearlink.md#callbacks, docs/spec/nearlink.md#server-states).

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio::time::{timeout, timeout_at};

use crate::address;
use crate::admission::Outcome;
use crate::code::{self, Code};
use crate::drive::{self, say_goodbye};
use crate::handshake::{Seed, Server, Step};
use crate::keys::Stretched;
use crate::net::{Net, Role};
use crate::program::Waiting;
use crate::record::Reason;
use crate::wire::Wire;

/// How long a connection from an unknown address waits for newer group data.
const HELD: Duration = Duration::from_secs(5);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    Address(IpAddr),
    /// A device whose address the medium does not tell; this one stands for it and is in no group.
    Unknown(IpAddr),
}

impl Origin {
    fn address(self) -> IpAddr {
        match self {
            Origin::Address(address) | Origin::Unknown(address) => address,
        }
    }

    fn is_known(self) -> bool {
        matches!(self, Origin::Address(_))
    }
}

/// The answer to an address that needs no new listener, or for which there is no room.
pub fn already_listening(net: &Net, address: IpAddr) -> Option<Code> {
    let listening = net.listening.borrow();
    if listening.contains(&address) {
        return Some(code::SUCCESS);
    }
    (listening.len() >= net.settings.limits.listeners).then_some(code::THRESHOLD_EXCEED)
}

/// Listens on one more address.
pub fn listen(net: &Rc<Net>, address: IpAddr) -> Code {
    if let Some(code) = already_listening(net, address) {
        return code;
    }
    let any = net.settings.bind_any;
    let mut listening = net.listening.borrow_mut();
    if any && listening.iter().any(|a| a.is_ipv4() == address.is_ipv4()) {
        listening.push(address);
        return code::SUCCESS;
    }
    let bound = SocketAddr::new(
        if any { address::wildcard(address) } else { address },
        net.settings.port,
    );
    match open(bound) {
        Ok(listener) => {
            base::info!("near link: listening on {bound}");
            listening.push(address);
            net.background(accept(Rc::clone(net), listener));
            take_over(net);
            code::SUCCESS
        }
        Err(why) => {
            base::lines::near_listen(&bound, &why);
            code::BIND_PORT
        }
    }
}

fn open(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    let socket = base::process::above_standard(socket)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    TcpListener::from_std(socket.into())
}

async fn accept(net: Rc<Net>, listener: TcpListener) {
    loop {
        let accepted = listener.accept().await.and_then(|(stream, from)| {
            let stream = base::process::above_standard(stream.into_std()?)?;
            Ok((TcpStream::from_std(stream)?, from))
        });
        match accepted {
            Ok((stream, from)) => {
                welcome(&net, Wire::over(stream), Origin::Address(from.ip().to_canonical()));
            }
            Err(why) => {
                base::lines::near_accept(&why);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Connections that knocked at the link before this one go on here.
fn take_over(net: &Rc<Net>) {
    for waiting in net.program.take_over(Instant::now()) {
        if let Ok(stream) = TcpStream::from_std(waiting.stream) {
            welcome(net, Wire::over(stream), Origin::Address(waiting.from));
        }
    }
}

/// Takes up one connection if the limits allow.
pub fn welcome(net: &Rc<Net>, wire: Wire, origin: Origin) {
    let from = origin.address();
    if net.admission.borrow_mut().enter(from, Instant::now()) {
        let place = Place {
            net: Rc::clone(net),
            from,
            outcome: Outcome::Failed,
        };
        spawn_local(serve(place, wire, origin.is_known()));
    }
}

/// A place among the unauthenticated connections; given back when dropped.
struct Place {
    net: Rc<Net>,
    from: IpAddr,
    outcome: Outcome,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.net
            .admission
            .borrow_mut()
            .leave(self.from, self.outcome, Instant::now());
    }
}

async fn serve(mut place: Place, mut wire: Wire, known_address: bool) {
    let net = Rc::clone(&place.net);
    let from = place.from;
    if known_address && net.ask(move |ask| ask.is_valid_ip(from)).await != Some(true) {
        let Some(known) = knock(&net, wire, from).await else {
            base::info!("near link: {from} is no member's address: connection closed");
            place.outcome = Outcome::Refused;
            return;
        };
        wire = known;
    }
    let Some(seed) = Seed::random() else { return };
    let mut server = Server::new(&net.own_id(), seed);
    let mut keys: Vec<Arc<Stretched>> = Vec::new();
    let mut fitting: Option<Arc<Stretched>> = None;
    let mut attempt = None;
    let mut judged_under = 0;
    let patience = net.settings.limits.server_step;
    let mut deadline = Instant::now() + patience;
    loop {
        let step = server.step();
        let output = server.take_output();
        if !output.is_empty() {
            if !matches!(timeout(patience, wire.write_all(&output)).await, Ok(Ok(()))) {
                return;
            }
            deadline = Instant::now() + patience;
        }
        match step {
            Step::Read => match timeout_at(deadline.into(), wire.read(server.decoder().room())).await {
                Ok(Ok(count)) if count > 0 => {
                    server.decoder().filled(count);
                }
                Ok(_) => return,
                Err(_) => {
                    base::info!("near link: {from} did not finish its handshake in time");
                    return;
                }
            },
            Step::Peer(id) => {
                judged_under = net.view_number.get();
                match judge(&net, &id, from, known_address).await {
                    Ok(found) => {
                        keys = found;
                        attempt = Some(net.peers.attempt(&id));
                        server.accept();
                        if let Some(first) = keys.first().cloned() {
                            let net = Rc::clone(&net);
                            spawn_local(async move { net.stretch(&first).await });
                        }
                    }
                    Err(code) if code == code::PEER_NUM_EXCEED => {
                        place.outcome = Outcome::Refused;
                        server.refuse(code);
                    }
                    Err(code) => {
                        server.refuse(code);
                    }
                }
            }
            Step::Keys => {
                for key in &keys {
                    net.stretch(key).await;
                    if key.ready().is_some_and(|psk| server.try_key(psk)) {
                        fitting = Some(Arc::clone(key));
                        break;
                    }
                }
                if fitting.is_none() {
                    server.refuse(code::AUTH_FAILED);
                }
            }
            Step::Confirmed => {
                let id = server.peer().to_owned();
                let asked = id.clone();
                if net.ask(move |ask| ask.is_valid_device_id(&asked)).await != Some(true) {
                    server.close(Reason::Changed, code::DEVICE_NOT_AUTHORIZED);
                } else if !net.peers.has_room_for(&id, net.settings.max_peers) {
                    place.outcome = Outcome::Refused;
                    server.close(Reason::Idle, code::PEER_NUM_EXCEED);
                } else {
                    break;
                }
            }
            Step::Ready => return,
            Step::Failed(code) => {
                base::lines::near_refused(&from, &format_args!("{code:04x}"));
                say_goodbye(&mut wire, net.settings.limits.linger).await;
                return;
            }
        }
    }
    let (Some(start), Some(key)) = (server.ready(), fitting) else {
        return;
    };
    place.outcome = Outcome::Authenticated;
    let listed = || net.program.view().addresses_of(&start.peer).first().copied();
    let remote = if known_address { from } else { listed().unwrap_or(from) };
    drive::start(&net, start, wire, Role::Server, remote, key, judged_under, None);
    drop(attempt);
}

/// A place among the held connections; given back when dropped.
struct Knock {
    net: Rc<Net>,
    from: IpAddr,
    unknown: bool,
}

impl Drop for Knock {
    fn drop(&mut self) {
        self.net
            .program
            .knocks()
            .release(self.from, self.unknown, Instant::now());
        self.net.knock_over();
    }
}

/// Holds a connection from an unknown address while newer group data is asked for. `None`: it is closed, or the next link
/// goes on with it.
async fn knock(net: &Rc<Net>, wire: Wire, from: IpAddr) -> Option<Wire> {
    let now = Instant::now();
    if net.program.view().buses.is_empty() || net.is_closing() || !net.program.knocks().hold(from, now) {
        return None;
    }
    let mut knock = Knock {
        net: Rc::clone(net),
        from,
        unknown: false,
    };
    // Who it is can be asked of the platform, and of itself.
    let answers = net.look(|finder| finder.knock(from)) == Some(true);
    if net.observe(|observer| observer.knock()) != Some(true) && !answers {
        return None;
    }
    base::info!("near link: {from} is no member's address: waiting for newer data");
    let until = now + HELD;
    // Created before the question, so that an answer in between is not lost.
    let mut news = Box::pin(net.news.notified());
    loop {
        let answered = timeout_at(until.into(), &mut news).await.is_ok();
        news = Box::pin(net.news.notified());
        if net.is_closing() {
            if let Some(stream) = wire.into_std() {
                net.program.hand_over(Waiting { stream, from, until });
            }
            return None;
        }
        let known = net.ask(move |ask| ask.is_valid_ip(from)).await;
        // Without an answer from the program the link is closing, and the loop sees it.
        if known == Some(true) || !answered || (known == Some(false) && !answers) {
            knock.unknown = known == Some(false);
            return known.filter(|known| *known).map(|_| wire);
        }
    }
}

/// Everything the server decides at HELLO beyond its form (docs/spec/nearlink.md#hello): the
/// candidate keys, or the refusal.
async fn judge(net: &Net, id: &str, from: IpAddr, known_address: bool) -> Result<Vec<Arc<Stretched>>, Code> {
    let own = net.own_id();
    let peer = id.to_owned();
    let shortest = net.settings.min_key_len;
    let strict = net.settings.strict_ip && known_address;
    let found = net
        .ask(move |ask| {
            if !ask.is_valid_device_id(&peer) || (strict && !ask.allows(&peer, from)) {
                return Err(code::DEVICE_NOT_AUTHORIZED);
            }
            let found = Net::candidates(ask, &own, &peer, Role::Server, shortest);
            if found.is_empty() {
                return Err(code::INVALID_AUTH_KEY);
            }
            Ok(found.into_keys())
        })
        .await
        .unwrap_or(Err(code::ERROR))?;
    if !net.peers.has_room_for(id, net.settings.max_peers) {
        return Err(code::PEER_NUM_EXCEED);
    }
    Ok(found.iter().map(|key| net.keys.get(key)).collect())
}
