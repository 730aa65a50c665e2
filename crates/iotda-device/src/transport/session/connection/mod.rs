//! A connection from CONNACK to its end: orders, writing, deadlines; what comes in is in [`incoming`]. The order of work in each round is: what is due,
//! orders, what came in, what goes out, then wait.

mod incoming;

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use super::attempt::Opened;
use super::context::{GivenUp, SessionContext};
use super::core::{SessionState, alias_of};
use super::inbox::Arrival;
use super::shared::{later, millis};
use super::suspend::Suspend;
use crate::transport::message::Event;
use crate::transport::numbers::ReasonCode;
use crate::transport::outbox::{Blame, End, OutboxItem, Trial};
use crate::transport::packet::{Codec, Outgoing, Reply, Server, codec};
use crate::transport::rate::Rate;
use crate::transport::reconnect::Cause;
use crate::transport::settings::Settings;
use crate::transport::socket::Stream;
use crate::transport::tls::describe;

/// How a connection ended.
pub(super) enum ConnectionEnd {
    Lost {
        detail: String,
        cause: Cause,
        blame: Blame,
    },
    /// As ordered; DISCONNECT is written, if it could be.
    Closed,
    /// As ordered, in favour of another.
    Replaced,
}

/// Encode no more while so much waits to be written.
const OUTPUT: usize = 32 << 10;
/// Size of a reading, and what an idle session keeps for it.
const INPUT: usize = 4 << 10;
/// How long `disconnect` may take to send what is queued.
/// After so long a report is tried again that there was no memory for.
const MEMORY_AGAIN: Duration = Duration::from_secs(1);
const FLUSH: Duration = Duration::from_secs(5);
/// How long the DISCONNECT packet itself may take.
const DISCONNECT_TIME: Duration = Duration::from_secs(1);
/// How long a broken stream is read to its end.
const DRAIN_TIME: Duration = Duration::from_millis(20);

pub(super) struct Connection<'a> {
    context: &'a mut SessionContext,
    settings: &'a Settings,
    codec: &'static dyn Codec,
    server: Server,
    session_present: bool,
    stream: Stream,
    input: BytesMut,
    output: BytesMut,
    /// Bytes of this connection encoded, and given to the stream and flushed.
    encoded: u64,
    flushed: u64,
    dirty: bool,
    /// Topic aliases that the platform knows.
    aliases: HashMap<u16, String>,
    /// Subscriptions on their way, for the table of an automatic attempt: packet id → filter, QoS.
    asked: HashMap<u16, (String, u8)>,
    /// Those of them that have to be answered before the connection is announced.
    restoring: usize,
    pub(super) announced: bool,
    /// No reading: the program has too much to do. Deadlines that need reading rest as well.
    held: bool,
    last_sent: Instant,
    last_received: Instant,
    ping_sent: Option<Instant>,
    /// Last progress in writing, and in being able to read.
    progress: Instant,
    readable_since: Instant,
    closing: Option<Instant>,
    /// When the platform accepted the connection.
    since: Instant,
    /// Messages that were given up and still count against the platform's receive maximum.
    abandoned: u16,
    /// The platform broke the rules: what it is told at the end.
    rejection: Option<ReasonCode>,
    /// A message that is too large and read past: bytes still to come, and what its end acknowledges.
    skipped: Option<(usize, Arrival)>,
    rate: Rate,
    /// When a report that there was no memory for is tried again.
    memory_at: Option<Instant>,
    /// How long this connection has to stand before suspects go.
    trial_after: Duration,
    suspend: Suspend,
}

/// Whether there is memory for a packet of so many bytes; small ones are not asked for.
fn has_room(bytes: usize) -> bool {
    bytes < base::memory::LARGE || base::memory::room_for(bytes)
}

impl<'a> Connection<'a> {
    pub(super) fn new(context: &'a mut SessionContext, settings: &'a Settings, opened: Opened) -> Self {
        let now = Instant::now();
        context.shared.traffic.add(opened.traffic.0, opened.traffic.1);
        let suspend = Suspend::new((context.slept)());
        Connection {
            context,
            settings,
            codec: codec(settings.version),
            server: opened.server,
            session_present: opened.session_present,
            stream: opened.stream,
            input: opened.input,
            output: BytesMut::new(),
            encoded: 0,
            flushed: 0,
            dirty: false,
            aliases: HashMap::new(),
            asked: HashMap::new(),
            restoring: 0,
            announced: false,
            held: false,
            last_sent: now,
            last_received: now,
            ping_sent: None,
            progress: now,
            readable_since: now,
            closing: None,
            since: now,
            abandoned: 0,
            rejection: None,
            skipped: None,
            rate: Rate::new(settings.limits.rate),
            memory_at: None,
            trial_after: settings.limits.trial_after,
            suspend,
        }
    }

    pub(super) async fn run(&mut self) -> ConnectionEnd {
        self.begin();
        loop {
            let next = self.context.housekeeping();
            if let Some(ended) = self.apply_commands().await {
                return ended;
            }
            if let Err(ended) = self.read_packets() {
                if let Some(reason) = self.rejection {
                    let codec = self.codec;
                    self.finish(|out| codec.reject(out, reason)).await;
                }
                return ended;
            }
            self.encode_pending();
            if self.closing.is_some() && self.output.is_empty() && !self.dirty && !self.queued() {
                self.send_disconnect().await;
                return ConnectionEnd::Closed;
            }
            if let Some((detail, blame)) = self.overdue() {
                self.send_disconnect().await;
                return ConnectionEnd::Lost {
                    detail: detail.to_owned(),
                    cause: Cause::Network,
                    blame,
                };
            }
            if let Err(error) = self.step(next).await {
                return self.drain().await.unwrap_or_else(|| broken(&error));
            }
        }
    }

    /// What the platform said before it closed: acknowledgements that spare a repetition, or why it did.
    async fn drain(&mut self) -> Option<ConnectionEnd> {
        if self.held {
            return None;
        }
        let before = self.input.len();
        let Connection { stream, input, .. } = self;
        let rest = async { while let Ok(1..) = stream.read_buf(input).await {} };
        // What has arrived is read at once; the time is for the system to say so.
        let _ = tokio::time::timeout(DRAIN_TIME, rest).await;
        self.context.shared.traffic.add(0, self.input.len() - before);
        self.read_packets().err()
    }

    /// Packet ids taken for subscriptions that were to be restored and have no answer.
    pub(super) fn unanswered(&self) -> Vec<u16> {
        if self.announced {
            return Vec::new(); // those belong to the outbox
        }
        self.asked.keys().copied().collect()
    }

    /// The session is ours: go on with the one that the platform has kept, or forget it and restore the subscriptions. Says at
    /// once that we are connected where there are none.
    fn begin(&mut self) {
        // A platform that has a session although we wanted a clean one does not keep it for us.
        let kept = self.session_present && !self.settings.clean_session;
        let other_device = self.context.other_device(self.settings);
        {
            let core = &mut *self.context.shared.core.lock();
            if other_device {
                core.outbox.abandon_session();
                core.inbox.reset(false);
            }
            core.outbox.resume(kept);
            core.inbox.reset(kept);
            core.server = Some(self.server);
            if core.outbox.ended_at_a_trial() {
                self.trial_after /= 10;
            }
            if kept {
                // They are the session's, and stand.
            } else if self.settings.reconnect.is_none() && !self.settings.restore {
                self.context.subscriptions.clear(); // the program asks for its own
            } else {
                for (filter, qos) in &self.context.subscriptions {
                    let Some(id) = core.outbox.reserve_id() else { break };
                    let mut packet = BytesMut::new();
                    let encoded = self.codec.subscribe(&mut packet, id, filter, *qos);
                    if encoded.is_ok() && packet.len() <= self.server.max_packet {
                        self.output.extend_from_slice(&packet);
                        self.asked.insert(id, (filter.clone(), *qos));
                    } else {
                        core.outbox.release_id(id);
                    }
                }
            }
        }
        self.encoded = self.output.len() as u64;
        self.restoring = self.asked.len();
        if self.restoring == 0 {
            self.announce();
        }
    }

    fn announce(&mut self) {
        self.announced = true;
        {
            let core = &mut *self.context.shared.core.lock();
            core.state = SessionState::Connected;
            core.accepting = true;
            core.stats.connects += 1;
            self.context.shared.connected.store(true, Ordering::Release);
        }
        self.context.note_connected();
        base::info!("connected to {}:{}", self.settings.host, self.settings.port);
        self.context.emit([Event::Connected {
            session_present: self.session_present,
        }]);
    }

    async fn apply_commands(&mut self) -> Option<ConnectionEnd> {
        let now = Instant::now();
        let (replace, overdue) = {
            let core = &mut *self.context.shared.core.lock();
            if let Some(deadline) = core.orders.shutdown {
                core.state = SessionState::Closing;
                self.closing = Some(self.closing.map_or(deadline, |at| at.min(deadline)));
            } else if core.orders.disconnect && self.closing.is_none() {
                self.closing = Some(now + FLUSH);
            }
            (
                std::mem::take(&mut core.orders.replace),
                self.closing.is_some_and(|at| at <= now),
            )
        };
        if replace || overdue {
            self.send_disconnect().await;
            return Some(if replace {
                ConnectionEnd::Replaced
            } else {
                ConnectionEnd::Closed
            });
        }
        None
    }

    fn queued(&self) -> bool {
        self.announced && self.context.shared.core.lock().outbox.has_queued()
    }

    fn append(&mut self, encode: impl FnOnce(&mut BytesMut)) {
        let before = self.output.len();
        encode(&mut self.output);
        self.encoded += (self.output.len() - before) as u64;
    }

    /// Encodes acknowledgements, then what is queued, as far as the window and the buffer allow.
    fn encode_pending(&mut self) {
        let shared = self.context.shared.clone();
        let mut events = Vec::new();
        {
            let core = &mut *shared.core.lock();
            let codec = self.codec;
            while let Some((ack, id, reason)) = core.inbox.next_due() {
                self.append(|out| codec.ack(out, ack, id, reason));
            }
            // Before DISCONNECT everything queued is sent; only MQTT 5 servers bound what may be on the way.
            let window = if self.closing.is_some() {
                u16::MAX
            } else {
                core.limits.window
            };
            let window = usize::from(window.min(self.server.receive_maximum.saturating_sub(self.abandoned)));
            let trial = self.trial();
            self.memory_at.take_if(|at| *at <= Instant::now());
            while self.announced && self.output.len() < OUTPUT && self.memory_at.is_none() {
                if !self.rate.may_send(Instant::now()) && !core.outbox.next_is_subscribe() {
                    break;
                }
                let Some(head) = core.outbox.head(window, trial) else {
                    break;
                };
                let refused = match head.item {
                    OutboxItem::Subscribe { filter, qos } => {
                        let mut packet = BytesMut::new();
                        let encoded = codec.subscribe(&mut packet, head.packet_id, filter, *qos);
                        if encoded.is_ok() && packet.len() <= self.server.max_packet {
                            self.asked.insert(head.packet_id, (filter.clone(), *qos));
                            self.append(|out| out.extend_from_slice(&packet));
                            None
                        } else {
                            Some(ReasonCode::PacketTooLarge)
                        }
                    }
                    OutboxItem::Publish { .. } if head.release => {
                        self.append(|out| codec.ack(out, Reply::Rel, head.packet_id, ReasonCode::Success));
                        None
                    }
                    OutboxItem::Publish { publish, by_alias } => {
                        let clear_first = head.clear_first;
                        let alias = alias_of(publish, self.settings.version, &self.server);
                        let known = alias.is_some_and(|alias| self.aliases.get(&alias) == Some(&publish.topic));
                        let outgoing = Outgoing {
                            publish,
                            packet_id: head.packet_id,
                            dup: head.dup,
                            alias,
                            alias_only: *by_alias && known,
                        };
                        if publish.qos > self.server.max_qos {
                            Some(ReasonCode::QosNotSupported)
                        } else if codec.publish_size(&outgoing) > self.server.max_packet {
                            Some(ReasonCode::PacketTooLarge)
                        } else if !has_room(codec.publish_size(&outgoing)) {
                            self.memory_at = Some(Instant::now() + MEMORY_AGAIN);
                            break;
                        } else {
                            if clear_first {
                                self.append(|out| codec.ack(out, Reply::Rel, outgoing.packet_id, ReasonCode::Success));
                            }
                            self.append(|out| codec.publish(out, &outgoing));
                            self.rate.sent(Instant::now());
                            self.aliases.extend(alias.map(|alias| (alias, publish.topic.clone())));
                            None
                        }
                    }
                };
                match refused {
                    Some(reason) => {
                        let mut ends: Vec<End> = core.outbox.refuse_head(reason).into_iter().collect();
                        core.settle(&mut ends, &mut events);
                    }
                    None => core.outbox.hand_over(self.encoded),
                }
            }
        }
        self.context.emit(events);
    }

    /// Whether messages may go that may be what earlier connections were lost for.
    fn trial(&self) -> Trial {
        let [alone, beside] = self.trials();
        let now = Instant::now();
        if self.closing.is_some() {
            Trial::Last
        } else if now >= beside {
            Trial::Beside
        } else if now >= alone {
            Trial::Alone
        } else {
            Trial::No
        }
    }

    /// From when on they may go alone, and beside others.
    fn trials(&self) -> [Instant; 2] {
        let moment = self.trial_after;
        [moment, moment.saturating_mul(10)].map(|wait| later(self.since, wait))
    }

    fn keep_alive(&self) -> Option<Duration> {
        let seconds = self.server.keep_alive.unwrap_or(self.settings.keep_alive);
        (seconds > 0).then(|| Duration::from_secs(seconds.into()))
    }

    /// When the next PINGREQ is due: nothing sent or nothing received for the keep-alive time
    /// (docs/spec/connection.md#keep-alive). While we do not read, only our own silence counts, or
    /// the platform would drop us.
    fn ping_due(&self) -> Option<Instant> {
        let keep_alive = self.keep_alive()?;
        if self.held {
            return Some(self.last_sent + keep_alive);
        }
        match self.ping_sent {
            Some(_) => None,
            None => Some(self.last_sent.min(self.last_received) + keep_alive),
        }
    }

    /// Deadlines whose passing ends the connection.
    fn limits(&self) -> [(Option<Instant>, &'static str); 3] {
        let patience = self.settings.ack_deadline;
        let waits = !self.output.is_empty() || self.dirty;
        let stalled = waits.then(|| later(self.progress, patience));
        if self.held {
            return [(stalled, STALLED), (None, ""), (None, "")];
        }
        let pong = self.ping_sent.map(|at| {
            later(
                at,
                self.keep_alive()
                    .map_or(patience, |keep_alive| keep_alive.min(patience)),
            )
        });
        let restored = (!self.announced).then(|| later(self.readable_since, patience));
        [
            (stalled, STALLED),
            (pong, "no answer to a ping"),
            (restored, "no answer to a subscription that is restored"),
        ]
    }

    /// Of the outbox's clock: how long an acknowledgement may take, and since when one could be read. `None` while we do
    /// not read.
    fn patience(&self) -> Option<(u64, u64)> {
        let readable = self
            .readable_since
            .saturating_duration_since(self.context.shared.started);
        (!self.held).then(|| (millis(self.settings.ack_deadline), millis(readable)))
    }

    /// When the next message may go that only the rate holds back.
    fn rate_due(&self) -> Option<Instant> {
        let next = self.rate.next(Instant::now())?;
        self.queued().then_some(next)
    }

    /// When the outbox has something to do: an acknowledgement is overdue, or a suspect may go.
    fn outbox_due(&self) -> Option<Instant> {
        let core = self.context.shared.core.lock();
        let overdue = self
            .patience()
            .and_then(|(patience, readable)| core.outbox.next_overdue(patience, readable))
            .map(|at| self.context.shared.instant(at));
        let now = Instant::now();
        let trial = self
            .trials()
            .into_iter()
            .find(|at| *at > now && core.outbox.has_suspects());
        overdue.into_iter().chain(trial).min()
    }

    /// Ends messages that only the platform ignores; whether there are others without an acknowledgement for too long.
    fn unacknowledged(&mut self) -> Option<(&'static str, Blame)> {
        let (patience, readable) = self.patience()?;
        let mut ends = Vec::new();
        let mut events = Vec::new();
        let given_up;
        let shared = self.context.shared.clone();
        let late = {
            let core = &mut *shared.core.lock();
            let late = core.outbox.overdue(shared.now(), patience, readable, &mut ends);
            if ends.is_empty() && !late {
                return None;
            }
            given_up = GivenUp::among(&ends);
            core.settle(&mut ends, &mut events);
            late
        };
        self.abandoned = self
            .abandoned
            .saturating_add(u16::try_from(events.len()).unwrap_or(u16::MAX));
        given_up.tell();
        self.context.emit(events);
        if late {
            return Some(("no acknowledgement within the deadline", Blame::Overdue));
        }
        (self.abandoned >= self.server.receive_maximum).then_some((EXHAUSTED, Blame::Nobody))
    }

    /// What has taken too long; a due ping is sent.
    fn overdue(&mut self) -> Option<(&'static str, Blame)> {
        let now = Instant::now();
        let passed = self.limits().into_iter().find(|(at, _)| at.is_some_and(|at| at <= now));
        if let Some((_, why)) = passed {
            return Some((why, Blame::Link));
        }
        if let Some(late) = self.unacknowledged() {
            return Some(late);
        }
        let slept = self.suspend.noticed((self.context.slept)());
        if let Some(slept) = slept {
            base::info!(
                "the system slept for {} s: asking the platform for a sign of life",
                slept.as_secs()
            );
        }
        let probe = slept.is_some() && self.ping_sent.is_none();
        if probe || self.ping_due().is_some_and(|at| at <= now) {
            let codec = self.codec;
            self.append(|out| codec.ping(out));
            self.last_sent = now;
            self.ping_sent = Some(now);
        }
        None
    }

    /// Writes and reads what the stream takes and has; otherwise waits for it, for a call, or for the time.
    async fn step(&mut self, next: Option<Instant>) -> io::Result<()> {
        let limits = self.limits().map(|(at, _)| at);
        let until = limits
            .into_iter()
            .chain([
                next,
                self.ping_due(),
                self.closing,
                self.outbox_due(),
                self.rate_due(),
                self.memory_at,
            ])
            .flatten()
            .min();
        let shared = self.context.shared.clone();
        let mut woken = pin!(shared.woken(until));
        self.input.reserve(if self.input.capacity() - self.input.len() < 512 {
            INPUT
        } else {
            0
        });
        let (mut wrote, mut read) = (0, 0);
        let Connection {
            stream,
            input,
            output,
            dirty,
            held,
            suspend,
            ..
        } = self;
        poll_fn(|cx| {
            let mut progress = false;
            while !output.is_empty() {
                match Pin::new(&mut *stream).poll_write(cx, output) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    Poll::Ready(Ok(count)) => {
                        output.advance(count);
                        wrote += count;
                        *dirty = true;
                        progress = true;
                    }
                    Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                    Poll::Pending => break,
                }
            }
            if *dirty && output.is_empty() {
                match Pin::new(&mut *stream).poll_flush(cx) {
                    Poll::Ready(Ok(())) => {
                        *dirty = false;
                        progress = true;
                    }
                    Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                    Poll::Pending => {}
                }
            }
            if !*held {
                match pin!(stream.read_buf(input)).poll(cx) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                    Poll::Ready(Ok(count)) => {
                        read += count;
                        progress = true;
                    }
                    Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                    Poll::Pending => {}
                }
            }
            if progress || woken.as_mut().poll(cx).is_ready() || suspend.poll_woken(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            Poll::Pending
        })
        .await?;
        self.account(wrote, read);
        Ok(())
    }

    /// Notes progress, and reports what ends by being written.
    fn account(&mut self, wrote: usize, read: usize) {
        self.context.shared.traffic.add(wrote, read);
        let now = Instant::now();
        if read > 0 {
            self.last_received = now;
        }
        if wrote > 0 {
            self.last_sent = now;
        }
        let before = self.flushed;
        // Under TLS the last record may still be in our hands until the flush; plain TCP holds nothing back.
        if !self.dirty || matches!(self.stream, Stream::Plain(_)) {
            self.flushed = self.encoded - self.output.len() as u64;
        }
        let idle = self.output.is_empty() && !self.dirty;
        if wrote > 0 || self.flushed != before || idle {
            self.progress = now;
        }
        if self.output.is_empty() && self.output.capacity() > OUTPUT {
            self.output = BytesMut::new();
        }
        if self.flushed != before {
            let mut events = Vec::new();
            {
                let core = &mut *self.context.shared.core.lock();
                let mut ends = Vec::new();
                core.outbox.written(self.flushed, self.context.shared.now(), &mut ends);
                core.settle(&mut ends, &mut events);
            }
            self.context.emit(events);
        }
    }

    /// DISCONNECT and the end of the stream, within a moment: the platform may not be listening any more.
    async fn send_disconnect(&mut self) {
        let codec = self.codec;
        let clean = self.settings.clean_session;
        self.finish(|out| codec.disconnect(out, clean)).await;
    }

    /// The last packet, what waits before it, and the end of the stream.
    async fn finish(&mut self, last: impl FnOnce(&mut BytesMut)) {
        self.append(last);
        let bounded = match self.closing {
            Some(at) => DISCONNECT_TIME.min(at.saturating_duration_since(Instant::now()).max(DISCONNECT_TIME / 10)),
            None => DISCONNECT_TIME,
        };
        let before = self.output.len();
        let Connection { stream, output, .. } = self;
        let closing_stream = async {
            stream.write_all_buf(output).await?;
            stream.flush().await?;
            stream.shutdown().await
        };
        // Failure or not, the stream is dropped next.
        let _ = tokio::time::timeout(bounded, closing_stream).await;
        self.context.shared.traffic.add(before - self.output.len(), 0);
        self.output.clear();
    }
}

const STALLED: &str = "nothing can be written any more";
const EXHAUSTED: &str = "messages without an acknowledgement use up all that the platform takes at a time";

fn broken(error: &io::Error) -> ConnectionEnd {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof, WriteZero};
    let (cause, blame) = match error.kind() {
        UnexpectedEof | ConnectionReset | BrokenPipe | ConnectionAborted | WriteZero => {
            (Cause::ClosedByPeer, Blame::Platform)
        }
        _ => (Cause::Network, Blame::Link),
    };
    ConnectionEnd::Lost {
        detail: describe(error),
        cause,
        blame,
    }
}
