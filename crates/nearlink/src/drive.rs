//! Drives one authenticated session: socket, timers, outbox, receive queue. Whatever ends it, every message that was accepted
//! for it gets its one result.

use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio::time::{sleep_until, timeout};

use crate::code;
use crate::handshake::Established;
use crate::keys::Stretched;
use crate::membership::recheck;
use crate::net::{Net, Role};
use crate::peers::Handle;
use crate::record::{Reason, Status};
use crate::session::{Ending, Event, Session};
use crate::wire::Wire;

/// Bytes of output beyond which nothing more is encrypted or read.
const OUTPUT: usize = 8 * 1024;

/// A session in the table of peers; leaves it when dropped, even if the task is cancelled.
struct Running {
    net: Rc<Net>,
    session: Session,
    handle: Arc<Handle>,
    role: Role,
    over: bool,
}

impl Running {
    fn result(&self, code: code::Code) {
        self.net.events.result(&self.handle.peer, code);
    }

    fn finish(&mut self, changed: bool) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let lost = self.handle.finish() + self.session.unanswered();
        self.net.peers.remove(&self.handle, changed);
        for _ in 0..lost {
            self.result(code::SEND_FAILED);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.finish(false);
    }
}

/// Registers an authenticated session and runs it in a task of its own; `None` once the link is closing. The receiver
/// tells how it ended.
#[allow(clippy::too_many_arguments)]
pub fn start(
    net: &Rc<Net>,
    start: Established,
    wire: Wire,
    role: Role,
    remote: IpAddr,
    key: Arc<Stretched>,
    judged_under: u64,
    replaces: Option<&Handle>,
) -> Option<(Arc<Handle>, oneshot::Receiver<Ending>)> {
    if !net.session_begins() {
        return None;
    }
    let peer = net.peers.peer(&start.peer);
    let handle = Handle::new(peer, role == Role::Server, remote, key, start.send_limit);
    let session = Session::new(start, net.settings.limits.session.clone(), Instant::now());
    // A peer that makes a new session may have lost the others without a word.
    let others = net.peers.sessions();
    for other in others.iter().filter(|other| other.peer.id() == handle.peer.id()) {
        other.doubt();
    }
    net.peers.add(&handle, replaces);
    base::info!(
        "near link: {} at {remote} is connected ({role:?} side)",
        handle.peer.id()
    );
    let (ended, receiver) = oneshot::channel();
    let running = Running {
        net: Rc::clone(net),
        session,
        handle: Arc::clone(&handle),
        role,
        over: false,
    };
    let of = Rc::clone(net);
    spawn_local(async move {
        let ending = drive(running, wire).await;
        of.session_over();
        let _ = ended.send(ending);
    });
    if judged_under != net.view_number.get() {
        spawn_local(recheck(Rc::clone(net), Arc::clone(&handle), role));
    }
    Some((handle, receiver))
}

/// Runs the session to its end.
async fn drive(mut running: Running, mut wire: Wire) -> Ending {
    let ending = run(&mut running, &mut wire).await;
    let changed =
        ending.received == Some(Reason::Changed as u16) || running.handle.ordered_close() == Some(Reason::Changed);
    running.finish(changed);
    let peer = running.handle.peer.id();
    match ending {
        Ending {
            code: code::SUCCESS,
            received: Some(reason),
        } => base::info!("near link: {peer} closed, reason {reason}"),
        Ending {
            code: code::SUCCESS, ..
        } => base::info!("near link: closed the session with {peer}"),
        Ending { code, .. } => base::lines::near_session_ended(&peer, &format_args!("{code:04x}")),
    }
    let linger = running.net.settings.limits.linger;
    let (_, output) = running.session.buffers();
    let _ = timeout(linger, wire.write_all(output)).await;
    say_goodbye(&mut wire, linger).await;
    if changed {
        let net = Rc::clone(&running.net);
        drop(running);
        net.keys.retain_used(&net.program.view());
    }
    ending
}

/// Ends our direction with FIN and waits a little for the peer's, so that no reset overtakes the last bytes.
pub async fn say_goodbye(wire: &mut Wire, linger: std::time::Duration) {
    let _ = timeout(linger, async {
        if wire.shutdown().await.is_ok() {
            let mut rest = [0; 512];
            while matches!(wire.read(&mut rest).await, Ok(count) if count > 0) {}
        }
    })
    .await;
}

async fn run(running: &mut Running, wire: &mut Wire) -> Ending {
    let Running {
        net,
        session,
        handle,
        role,
        ..
    } = running;
    let limits = &net.settings.limits;
    let peer = Arc::clone(&handle.peer);
    let result = |code| net.events.result(&peer, code);
    let (mut reader, mut writer) = tokio::io::split(wire);
    let mut next_recheck = Instant::now() + limits.session.heartbeat;
    // Since when the receive queue is full, and whether messages are dropped for it.
    let mut full_since: Option<Instant> = None;
    let mut dropping = false;
    let mut timer = pin!(sleep_until(next_recheck.into()));
    loop {
        let now = Instant::now();
        if let Some(reason) = handle.ordered_close() {
            session.close(reason, now);
            return Ending::because(code::SUCCESS);
        }
        if handle.take_doubt() {
            if let Err(code) = session.probe(now) {
                return Ending::because(code);
            }
        }
        // Created before the queue is looked at, so that a wake-up in between is not lost.
        let room = peer.room().notified();
        let mut blocked = false;
        while session.pending_output() < OUTPUT {
            if peer.waiting() >= limits.queue && !dropping {
                let since = *full_since.get_or_insert(now);
                if now < since + limits.queue_patience {
                    blocked = true;
                    break;
                }
                base::lines::near_messages_dropped(&peer.id());
                dropping = true;
            } else if peer.waiting() < limits.queue {
                full_since = None;
                dropping = false;
            }
            let acknowledged = match session.next(now) {
                Event::Idle => break,
                Event::End(ending) => return ending,
                Event::Answered(Status::Queued) => {
                    result(code::SUCCESS);
                    Ok(())
                }
                Event::Answered(Status::Full) => {
                    result(code::THRESHOLD_EXCEED);
                    Ok(())
                }
                Event::Answered(Status::NoReceiver) => {
                    result(code::CB_NOT_REGISTER);
                    Ok(())
                }
                Event::Data { message, .. } => {
                    let receiver = net.program.callbacks().is_some_and(|c| c.received.is_some());
                    let status = match () {
                        () if !receiver => Status::NoReceiver,
                        () if dropping => Status::Full,
                        () => {
                            net.events.data(&peer, message);
                            Status::Queued
                        }
                    };
                    session.acknowledge(status, now)
                }
            };
            if let Err(code) = acknowledged {
                return Ending::because(code);
            }
        }
        while session.pending_output() < OUTPUT {
            let Some(next) = handle.next() else { break };
            if let Err(code) = session.send(&next.message, next.accepted, now) {
                result(code);
                return Ending::because(code);
            }
        }
        if let Some(ending) = session.tick(now) {
            return ending;
        }
        if handle
            .oldest()
            .is_some_and(|accepted| now >= accepted + limits.session.acknowledge)
        {
            session.close(Reason::Idle, now);
            return Ending::because(code::SEND_FAILED);
        }
        if now >= next_recheck {
            next_recheck = now + limits.session.heartbeat;
            spawn_local(recheck(Rc::clone(net), Arc::clone(handle), *role));
        }

        let deadline = [
            Some(session.deadline()),
            Some(next_recheck),
            handle.oldest().map(|accepted| accepted + limits.session.acknowledge),
            full_since
                .filter(|_| blocked)
                .map(|since| since + limits.queue_patience),
        ];
        let deadline = deadline.into_iter().flatten().min().unwrap_or(next_recheck).into();
        // An early wake-up does no harm; moving the timer on every message would cost more.
        if deadline < timer.deadline() || timer.is_elapsed() {
            timer.as_mut().reset(deadline);
        }
        let reading = !blocked && session.pending_output() < OUTPUT;
        let (space, output) = session.buffers();
        let reading = reading && !space.is_empty();
        let (mut received, mut sent) = (None, None);
        tokio::select! {
            biased;
            count = writer.write(output), if !output.is_empty() => sent = Some(count),
            count = reader.read(space), if reading => received = Some(count),
            () = handle.wake.notified() => {}
            () = room, if blocked => {}
            () = timer.as_mut() => {}
        }
        match (received, sent) {
            (Some(Ok(0) | Err(_)), _) | (_, Some(Ok(0) | Err(_))) => return Ending::because(code::SEND_FAILED),
            (Some(Ok(count)), _) => session.filled(count),
            (_, Some(Ok(count))) => session.sent(count),
            (None, None) => {}
        }
    }
}
