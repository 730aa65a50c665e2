//! The client role at its edge: one task per server address that connects, stays with the session
//! and comes back after it (docs/spec/nearlink.md#callbacks, docs/spec/nearlink.md#client-states,
//! docs/spec/nearlink.md#reconnect).

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{sleep, sleep_until, timeout, timeout_at};

use crate::code::{self, Code};
use crate::drive;
use crate::dsoftbus;
use crate::dsoftbus::bus::Reached;
use crate::handshake::{Client, Seed, Step};
use crate::keys::Stretched;
use crate::net::{Net, Role};
use crate::peers::{Attempt, Handle};
use crate::reconnect::Schedule;
use crate::record::Reason;
use crate::session::Ending;
use crate::settings::BackendKind;
use crate::targets::Target;
use crate::wire::Wire;

/// A session with the server at this address: there is one, or the outcome of the next attempt.
pub async fn connect(net: &Rc<Net>, address: IpAddr) -> Code {
    let known = net.targets.borrow().get(&address).cloned();
    let at = known.as_ref().map_or(address, |target| target.at.get());
    let sessions = net.peers.sessions();
    let live = sessions
        .iter()
        .any(|s| !s.inbound && s.remote == at && s.ordered_close().is_none());
    if live && known.as_ref().is_none_or(|t| t.live.get()) {
        return code::SUCCESS;
    }
    let target = known.unwrap_or_else(|| {
        let target = Rc::new(Target::new(address));
        net.targets.borrow_mut().insert(address, Rc::clone(&target));
        net.background(keep(Rc::clone(net), Rc::clone(&target)));
        target
    });
    let (sender, answer) = oneshot::channel();
    target.waiting.borrow_mut().push(sender);
    target.wake.notify_one();
    answer.await.unwrap_or(code::ERROR)
}

/// How a target's session ended, as far as the next attempt is concerned.
enum Next {
    Pause,
    AtOnce,
    /// Its peer is no longer there, as after a dial that failed.
    Lost,
    /// A newer session took its place: only the next init call tries again.
    Stop,
}

async fn keep(net: Rc<Net>, target: Rc<Target>) {
    let mut schedule = Schedule::default();
    let mut failures = 0u32;
    loop {
        let mut stopped = false;
        match reach(&net, &target).await {
            Ok(None) => {
                schedule.reset();
                failures = 0;
                net.observe(|observer| observer.settled(Some(target.address.get())));
                while dsoftbus::theirs(&net, target.address.get()) {
                    target.answer(code::SUCCESS);
                    dsoftbus::look_again(&target.wake).await;
                }
            }
            Ok(Some(live)) => {
                schedule.reset();
                failures = 0;
                net.observe(|observer| observer.settled(Some(target.address.get())));
                target.live.set(true);
                target.answer(code::SUCCESS);
                let next = stay(&net, &target, live).await;
                target.live.set(false);
                match next {
                    Next::Pause => {}
                    Next::Lost => {
                        failures = 1;
                        let address = target.address.get();
                        net.look(|finder| finder.dial_failed(address, false));
                        if !elsewhere(&net, &target).is_empty() {
                            schedule.hurry();
                        }
                    }
                    Next::AtOnce => schedule.hurry(),
                    Next::Stop => stopped = true,
                }
            }
            Err(code) => {
                base::info!("near link: {} cannot be reached: 0x{code:04x}", target.address.get());
                target.answer(code);
                failures = failures.saturating_add(1);
                let address = target.address.get();
                net.look(|finder| finder.dial_failed(address, failures >= 2));
                if failures >= 2 && net.program.view().lists_address(address) {
                    net.observe(|observer| observer.unreachable(address));
                }
            }
        }
        if !net.settings.reconnect && target.waiting.borrow().is_empty() {
            break;
        }
        target.now.set(false);
        let pause = sleep(schedule.pause(random()));
        tokio::pin!(pause);
        while target.waiting.borrow().is_empty() {
            tokio::select! {
                () = &mut pause, if !stopped => break,
                () = target.wake.notified() => {
                    if target.now.take() && !stopped {
                        break;
                    }
                }
            }
        }
        if target.waiting.borrow().is_empty() && !follow(&net, &target) {
            break;
        }
    }
    net.observe(|observer| observer.settled(Some(target.address.get())));
    let mut targets = net.targets.borrow_mut();
    if targets
        .get(&target.address.get())
        .is_some_and(|t| Rc::ptr_eq(t, &target))
    {
        targets.remove(&target.address.get());
    }
}

/// The view may list the device last met here only at other addresses now: its first one takes this one's place. `false` when
/// another target has that address already.
fn follow(net: &Net, target: &Rc<Target>) -> bool {
    let met = target.met.borrow();
    let Some(id) = met.as_deref() else { return true };
    let listed = net.program.view().addresses_of(id);
    let old = target.address.get();
    let Some(&new) = listed.first() else { return true };
    if listed.contains(&old) {
        return true;
    }
    base::info!("near link: {id} has moved from {old} to {new}");
    net.observe(|observer| observer.settled(Some(old)));
    let mut targets = net.targets.borrow_mut();
    if targets.contains_key(&new) {
        return false;
    }
    targets.remove(&old);
    target.address.set(new);
    targets.insert(new, Rc::clone(target));
    true
}

/// A session of our own with the target, or `None`: the one that the other side has opened is all there can be.
async fn reach(net: &Rc<Net>, target: &Target) -> Result<Option<Live>, Code> {
    let theirs = || net.settings.backend == BackendKind::DSoftBus && dsoftbus::theirs(net, target.address.get());
    if theirs() {
        return Ok(None);
    }
    match call(net, target, None).await {
        Err(_) if theirs() => Ok(None),
        live => live.map(Some),
    }
}

fn random() -> u16 {
    let mut bytes = [0; 2];
    // Without randomness the middle of the range is as good as any.
    getrandom::fill(&mut bytes).map_or(0x8000, |()| u16::from_be_bytes(bytes))
}

struct Live {
    handle: Arc<Handle>,
    ended: oneshot::Receiver<Ending>,
    since: Instant,
}

/// Stays with the session until its end; replaces it by a new one when it has grown old.
async fn stay(net: &Rc<Net>, target: &Target, mut live: Live) -> Next {
    let mut renew_at = live.since + net.settings.limits.rekey;
    let mut renewing = false;
    loop {
        tokio::select! {
            ended = &mut live.ended => {
                let ended = ended.ok();
                let received = ended.and_then(|e| e.received);
                let changed = Reason::Changed as u16;
                if received == Some(changed) || live.handle.ordered_close() == Some(Reason::Changed) {
                    target.key.take();
                    return Next::AtOnce;
                }
                return match ended {
                    _ if received == Some(Reason::Replaced as u16) && !renewing => Next::Stop,
                    Some(Ending { code: code::SEND_FAILED, .. }) => Next::Lost,
                    _ => Next::Pause,
                };
            }
            () = sleep_until(renew_at.into()) => {}
        }
        // The server closes the old session as soon as the new one is authenticated. So messages wait for the new one, and
        // those under way are given time for their answers.
        renewing = true;
        let held = Held::new(net, &live.handle);
        for _ in 0..20 {
            if live.handle.peer.unanswered() == live.handle.waiting() {
                break;
            }
            sleep(net.settings.limits.linger / 3).await;
        }
        // A medium with one session per pair of devices: the old one goes first, and what waits goes over to the new one.
        let alone = net.settings.backend == BackendKind::DSoftBus;
        if alone {
            live.handle.close(Reason::Replaced);
            let _ = (&mut live.ended).await;
        }
        match call(net, target, Some(&live.handle)).await {
            Ok(new) => {
                live.handle.close(Reason::Replaced);
                drop(held);
                live = new;
                renewing = false;
                renew_at = live.since + net.settings.limits.rekey;
            }
            Err(_) if alone => return Next::Pause,
            Err(_) => renew_at = Instant::now() + net.settings.limits.session.silence,
        }
    }
}

/// Keeps a session's messages waiting for its successor; whatever waits in vain at the end gets its result.
struct Held {
    net: Rc<Net>,
    handle: Arc<Handle>,
}

impl Held {
    fn new(net: &Rc<Net>, handle: &Arc<Handle>) -> Self {
        handle.hold();
        Held {
            net: Rc::clone(net),
            handle: Arc::clone(handle),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for _ in 0..self.handle.release() {
            self.net.events.result(&self.handle.peer, code::SEND_FAILED);
        }
    }
}

/// Where a call goes.
struct Place {
    address: SocketAddr,
    /// Only this device will do: it was found there.
    found: Option<String>,
}

/// Where members that are listed at this address were found, if that address has failed.
fn elsewhere(net: &Net, target: &Target) -> Vec<Place> {
    let (known, view) = (net.program.known(), net.program.view());
    let listed = target.address.get();
    let here = known
        .0
        .iter()
        .filter(|one| view.addresses_of(&one.id).contains(&listed));
    here.map(|one| Place {
        address: one.address,
        found: Some(one.id.clone()),
    })
    .collect()
}

/// One call: to wherever the server was found, else to where it is listed, unless it is found elsewhere meanwhile.
async fn call(net: &Rc<Net>, target: &Target, replaces: Option<&Handle>) -> Result<Live, Code> {
    let listed = Place {
        address: SocketAddr::new(target.address.get(), net.settings.port),
        found: None,
    };
    loop {
        // Created before the question, so that what is found in between is not lost.
        let found = target.found.notified();
        for place in elsewhere(net, target) {
            match call_at(net, target, &place, replaces).await {
                Ok(live) => return Ok(live),
                Err(code) => {
                    let address = place.address;
                    base::info!("near link: a member was found at {address}, but there: 0x{code:04x}");
                    net.look(|finder| finder.found_failed(address.ip()));
                }
            }
        }
        let live = tokio::select! {
            live = call_at(net, target, &listed, replaces) => live?,
            () = found => continue,
        };
        net.look(|finder| finder.reached(live.handle.peer.id(), listed.address.ip()));
        return Ok(live);
    }
}

/// A connection per candidate key until one fits.
async fn call_at(net: &Rc<Net>, target: &Target, place: &Place, replaces: Option<&Handle>) -> Result<Live, Code> {
    let (mut index, mut device) = (0, 0);
    let mut said = None; // by a device that was reached: more than that another one was not
    loop {
        match attempt(net, target, place, (index, device), replaces).await {
            Ok(live) => {
                target.at.set(place.address.ip());
                return Ok(live);
            }
            Err(Missed::NextKey) => index += 1,
            Err(Missed::NextDevice(code)) => {
                (index, device) = (0, device + 1);
                said = said.or((code != code::CONNECTION_REFUSED).then_some(code));
            }
            Err(Missed::Because(code::CONNECTION_REFUSED)) => return Err(said.unwrap_or(code::CONNECTION_REFUSED)),
            Err(Missed::Because(code)) => return Err(code),
        }
    }
}

enum Missed {
    /// The server refused this key, and there is another candidate.
    NextKey,
    /// The medium does not tell addresses: this device was not the one for this reason, and there is another.
    NextDevice(Code),
    Because(Code),
}

impl From<Code> for Missed {
    fn from(code: Code) -> Self {
        Missed::Because(code)
    }
}

async fn attempt(
    net: &Rc<Net>,
    target: &Target,
    place: &Place,
    (index, device): (usize, usize),
    replaces: Option<&Handle>,
) -> Result<Live, Missed> {
    let listed = target.address.get();
    let met = target.met.borrow().clone();
    let mut _counted: Option<Attempt> = met.map(|id| net.peers.attempt(&id));
    let seed = Seed::random().ok_or(code::GEN_RANDOM)?;
    let expected = net.program.view().keys_at(&net.own_id(), listed);
    net.prepare(expected.iter().map(|key| key.as_bytes())).await;
    let reached = match net.settings.backend {
        BackendKind::DSoftBus => dsoftbus::connect(net, listed, device).await?,
        _ => Reached::sure(dial(net, place.address).await?),
    };
    let more = reached.more;
    match greet(net, target, place, index, replaces, reached, seed).await {
        Err(Missed::Because(code)) if more => Err(Missed::NextDevice(code)),
        result => result,
    }
}

/// The handshake.
async fn greet(
    net: &Rc<Net>,
    target: &Target,
    place: &Place,
    index: usize,
    replaces: Option<&Handle>,
    reached: Reached,
    seed: Seed,
) -> Result<Live, Missed> {
    let remote = place.address.ip();
    let Reached { mut wire, guessed, .. } = reached;
    let mut _counted: Option<Attempt> = None;
    let mut client = Client::new(&net.own_id(), seed);
    let mut key = None;
    let mut more = false;
    let mut judged_under = 0;
    let patience = net.settings.limits.client_step;
    let mut deadline = Instant::now() + patience;
    loop {
        let step = client.step();
        let output = client.take_output();
        if !output.is_empty() {
            if !matches!(timeout(patience, wire.write_all(&output)).await, Ok(Ok(()))) {
                return Err(code::CONNECTION_REFUSED.into());
            }
            deadline = Instant::now() + patience;
        }
        match step {
            Step::Read => match timeout_at(deadline.into(), wire.read(client.decoder().room())).await {
                Ok(Ok(count)) if count > 0 => client.decoder().filled(count),
                _ => return Err(code::CONNECTION_REFUSED.into()),
            },
            Step::Peer(id) => {
                judged_under = net.view_number.get();
                if place.found.as_ref().is_some_and(|found| *found != id) {
                    return Err(code::INVALID_DEVICE_ID.into());
                }
                let view = net.program.view();
                if guessed && view.lists_address(remote) && !view.addresses_of(&id).contains(&remote) {
                    return Err(code::CONNECTION_REFUSED.into());
                }
                target.met.replace(Some(id.clone()));
                _counted = Some(net.peers.attempt(&id));
                let keys = judge(net, &id).await?;
                let chosen = keys.get(index).cloned().ok_or(code::AUTH_FAILED)?;
                more = index + 1 < keys.len();
                net.stretch(&chosen).await;
                client.start(chosen.ready().ok_or(code::ERROR)?);
                target.key.replace(Some(Arc::clone(&chosen)));
                key = Some(chosen);
            }
            Step::Ready => break,
            Step::Failed(code::AUTH_FAILED) if more && client.refused_by_server() => return Err(Missed::NextKey),
            Step::Failed(code) => return Err(code.into()),
            Step::Keys | Step::Confirmed => return Err(code::BRANCH.into()),
        }
    }
    let (Some(start), Some(key)) = (client.established(), key) else {
        return Err(code::BRANCH.into());
    };
    let started = drive::start(net, start, wire, Role::Client, remote, key, judged_under, replaces);
    let (handle, ended) = started.ok_or(code::ERROR)?;
    Ok(Live {
        handle,
        ended,
        since: Instant::now(),
    })
}

/// Connects from the address under which the groups list us, where that is possible.
async fn dial(net: &Net, remote: SocketAddr) -> Result<Wire, Code> {
    let stream = timeout(net.settings.connect_timeout, open(net, remote)).await;
    let stream = stream.ok().and_then(Result::ok).ok_or(code::CONNECTION_REFUSED)?;
    Ok(Wire::over(stream))
}

async fn open(net: &Net, remote: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = || {
        if remote.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        }
    };
    let mut chosen = socket()?;
    let own = net.program.view().own_address(&net.own_id(), remote.ip());
    if let Some(own) = own.filter(|own| own.is_ipv4() == remote.is_ipv4()) {
        if chosen.bind(SocketAddr::new(own, 0)).is_err() {
            chosen = socket()?;
        }
    }
    let stream = chosen.connect(remote).await?.into_std()?;
    TcpStream::from_std(base::process::above_standard(stream)?)
}

/// What the client decides when it knows the server's id: the candidate keys, or why not.
async fn judge(net: &Net, id: &str) -> Result<Vec<Arc<Stretched>>, Code> {
    let own = net.own_id();
    let peer = id.to_owned();
    let shortest = net.settings.min_key_len;
    let found = net
        .ask(move |ask| {
            if !ask.is_valid_device_id(&peer) {
                return Err(code::INVALID_DEVICE_ID);
            }
            let found = Net::candidates(ask, &own, &peer, Role::Client, shortest);
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
