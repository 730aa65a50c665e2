//! One connection: reads and writes its socket, keeps the keep-alive, and does to it what a fault plan says.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

use super::session::Session;
use super::stream::{Socket, Stream, lost};
use super::transport::Transport;
use super::websocket;
use super::wire::{Connect, FirstPacket, Packet, Reply, Version};
use super::{decode, encode};
use crate::core::{Command, Core, Start};
use crate::faults::{Cut, Fault};
use crate::ledger::{End, Kind};
use crate::login::Refusal;

/// MQTT 5: a reason that the standard leaves to the server.
const IMPLEMENTATION: u8 = 0x83;
/// Time for the last bytes to leave before a connection is dropped.
const LINGER: Duration = Duration::from_secs(3);
/// Above this much unsent output nothing more is read.
const OUTPUT_LIMIT: usize = 8 * 1024 * 1024;
/// Above this much unsent output the platform's messages are dropped.
const UNREAD_LIMIT: usize = 64 * 1024 * 1024;
/// No MQTT packet has this type and these flags.
const GARBAGE: &[u8] = b"\xff\xff\xff\xff\xff\xff\xff\xff";

/// Serves a connection from accept to close.
///
/// `known` is set once the connection is no longer one of those that have said nothing yet.
pub async fn serve(
    core: Arc<Core>,
    (stream, peer): (TcpStream, SocketAddr),
    tls: Option<TlsAcceptor>,
    number: u64,
    known: Arc<AtomicBool>,
) {
    core.ledger.add(
        number,
        None,
        Kind::Accepted {
            peer,
            tls: tls.is_some(),
        },
    );
    let deadline = Instant::now() + Duration::from_millis(core.config.connect_ms);
    let early = core.with(|state| state.faults.at_accept());
    match early {
        Some(fault) if fault.silent => {
            // The socket stays open, unread, until the platform ends.
            let _held = stream;
            known.store(true, Ordering::Release);
            std::future::pending::<()>().await;
        }
        Some(fault) => {
            if let (Cut::Reset, Ok((_stream, socket))) = (fault.cut, Socket::split_off(stream)) {
                socket.reset_on_close();
            }
            core.ledger
                .add(number, None, Kind::Ended(End::Platform("closed on accept".into())));
        }
        None => {
            let _ = stream.set_nodelay(true);
            let Ok((stream, socket)) = Socket::split_off(stream) else {
                return;
            };
            let secured = tls.is_some();
            let stream = match tls {
                None => Transport::Plain(stream),
                Some(acceptor) => match timeout_at(deadline, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => Transport::Tls(Box::new(stream)),
                    Ok(Err(e)) => return core.ledger.add(number, None, Kind::TlsFailed { reason: e.to_string() }),
                    Err(_) => {
                        return core.ledger.add(
                            number,
                            None,
                            Kind::TlsFailed {
                                reason: "no handshake in time".into(),
                            },
                        );
                    }
                },
            };
            let certificate = stream.certificate();
            let mut input = BytesMut::with_capacity(4096);
            let ready = async {
                let mut stream = stream;
                stream.read_buf(&mut input).await.map_err(|e| e.to_string())?;
                match websocket::wanted(&input) {
                    true => websocket::accept(stream, std::mem::take(&mut input))
                        .await
                        .map(|s| Stream::WebSocket(Box::new(s))),
                    false => Ok(Stream::Direct(stream)),
                }
            };
            let ready = timeout_at(deadline, ready);
            let stream = match ready.await.unwrap_or_else(|_| Err("no CONNECT in time".into())) {
                Ok(stream) => stream,
                Err(why) => return core.ledger.add(number, None, Kind::Ended(End::Error(why))),
            };
            let tear = match &stream {
                Stream::WebSocket(stream) => Some(stream.tear()),
                _ => None,
            };
            let (reader, writer) = tokio::io::split(stream);
            let conn = Conn {
                core,
                number,
                secured,
                socket,
                reader,
                writer,
                count: Count {
                    bytes_in: input.len() as u64,
                    ..Count::default()
                },
                input,
                tear,
                output: BytesMut::with_capacity(4096),
                unflushed: false,
                version: Version::V4,
                fault: Fault::default(),
                partial: None,
                ending: None,
            };
            conn.run(certificate, deadline, &known).await;
        }
    }
}

#[derive(Default)]
struct Count {
    packets_in: u64,
    publishes_in: u64,
    packets_out: u64,
    bytes_in: u64,
    bytes_out: u64,
}

struct Ending {
    end: End,
    cut: Cut,
    deadline: Instant,
}

struct Conn {
    core: Arc<Core>,
    number: u64,
    secured: bool,
    /// WebSocket: makes the next flush leave a frame unfinished.
    tear: Option<Arc<AtomicBool>>,
    socket: Socket,
    reader: ReadHalf<Stream>,
    writer: WriteHalf<Stream>,
    input: BytesMut,
    output: BytesMut,
    unflushed: bool,
    version: Version,
    fault: Fault,
    count: Count,
    /// Since when the beginning of a packet waits for its rest.
    partial: Option<Instant>,
    /// Set: nothing more is read or queued; what is queued goes out, then the connection ends.
    ending: Option<Ending>,
}

/// Writes what is queued. Safe to drop at any await: each step records what it has done.
async fn flush(writer: &mut WriteHalf<Stream>, output: &mut BytesMut, unflushed: &mut bool) -> io::Result<()> {
    while !output.is_empty() {
        if writer.write_buf(output).await? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        *unflushed = true;
    }
    writer.flush().await?;
    *unflushed = false;
    Ok(())
}

impl Conn {
    async fn run(mut self, certificate: Option<String>, deadline: Instant, known: &AtomicBool) {
        let Some(connect) = self.read_connect(deadline).await else {
            return;
        };
        known.store(true, Ordering::Release);
        self.core.ledger.add(
            self.number,
            None,
            Kind::Connect {
                client_id: connect.client_id.clone(),
                username: connect.username.clone(),
                has_password: connect.password.is_some(),
                keep_alive: connect.keep_alive,
                clean: connect.clean,
                level: connect.level,
                flags: connect.flags,
                tls: self.secured,
                websocket: self.tear.is_some(),
            },
        );
        let named = connect.username.clone().unwrap_or_default();
        if let Some(fault) = self.core.with(|state| state.faults.at_connect(&named)) {
            self.fault = fault;
        }
        self.count.packets_in = 1;
        let verdict = match self.fault.refuse {
            Some(code) => Err(Refusal {
                code,
                code_v5: code,
                reason: "ordered by a fault".into(),
            }),
            None => self.core.login(&connect, certificate.as_deref()),
        };
        if let Some(delay) = self.fault.delay_connack_ms {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let counted = self.core.with(|state| {
            let in_time = state.limiter.login(std::time::Instant::now());
            in_time.then_some(()).ok_or(state.limiter.limits.logins_per_second)
        });
        if let Err(most) = counted {
            let end = End::Platform(format!("more than {most} logins in this second"));
            return self.finish(None, end, Cut::Close).await;
        }
        if self.fault.no_connack {
            return self
                .finish(None, End::Platform("closed in place of CONNACK".into()), self.fault.cut)
                .await;
        }
        match verdict {
            Ok(device) => self.session(device, connect).await,
            Err(refusal) => self.refuse(&refusal).await,
        }
    }

    async fn read_connect(&mut self, deadline: Instant) -> Option<Connect> {
        let end = loop {
            match decode::read_connect(&mut self.input, self.core.config.max_packet) {
                Ok(Some((version, connect))) => {
                    self.version = version;
                    return Some(connect);
                }
                Ok(None) => {}
                Err(FirstPacket::Unserved { name, level }) => {
                    self.refuse(&Refusal::version(level, &name)).await;
                    return None;
                }
                Err(FirstPacket::Refused(refused)) => {
                    self.version = Version::V5;
                    self.refuse(&Refusal {
                        code: refused.reason,
                        code_v5: refused.reason,
                        reason: refused.text,
                    })
                    .await;
                    return None;
                }
                Err(FirstPacket::Broken(why)) => break End::Error(why),
            }
            match timeout_at(deadline, self.reader.read_buf(&mut self.input)).await {
                Ok(Ok(0)) => break End::Closed,
                Ok(Ok(read)) => self.count.bytes_in += read as u64,
                Ok(Err(e)) => break lost(&e),
                Err(_) => break End::Error("no CONNECT in time".into()),
            }
        };
        self.core.ledger.add(self.number, None, Kind::Ended(end));
        None
    }

    async fn refuse(&mut self, refusal: &Refusal) {
        let code = if self.version == Version::V5 {
            refusal.code_v5
        } else {
            refusal.code
        };
        self.core.ledger.add(
            self.number,
            None,
            Kind::Refused {
                code,
                reason: refusal.reason.clone(),
            },
        );
        self.send(&Reply::ConnAck {
            code,
            session_present: false,
            receive_maximum: 0,
            topic_alias_maximum: 0,
            maximum_packet: 0,
        });
        self.finish(None, End::Refused, Cut::Close).await;
    }

    /// Queues a packet, as far as the fault plan lets it through.
    fn send(&mut self, reply: &Reply) {
        if self.ending.is_some() {
            return;
        }
        let before = self.output.len();
        if let Err(why) = encode::write(self.version, reply, &mut self.output) {
            self.output.truncate(before);
            self.core.ledger.add(
                self.number,
                None,
                Kind::Note {
                    text: format!("cannot be sent: {why}"),
                },
            );
            return;
        }
        self.count.packets_out += 1;
        let added = self.output.len() - before;
        self.count.bytes_out += added as u64;
        if let Some(limit) = self
            .fault
            .cut_after_bytes_out
            .filter(|limit| self.count.bytes_out >= *limit)
        {
            let surplus = usize::try_from(self.count.bytes_out - limit)
                .unwrap_or(added)
                .min(added);
            self.output.truncate(before + added - surplus);
            self.end(
                End::Platform(format!("fault: cut after {limit} bytes out")),
                self.fault.cut,
            );
        } else if let Some(limit) = self
            .fault
            .cut_after_packets_out
            .filter(|limit| self.count.packets_out >= *limit)
        {
            self.end(
                End::Platform(format!("fault: cut after {limit} packets out")),
                self.fault.cut,
            );
        }
    }

    fn send_all(&mut self, replies: &mut Vec<Reply>) {
        for reply in replies.drain(..) {
            self.send(&reply);
        }
    }

    fn end(&mut self, end: End, cut: Cut) {
        if self.ending.is_none() {
            self.ending = Some(Ending {
                end,
                cut,
                deadline: Instant::now() + LINGER,
            });
        }
    }

    async fn session(mut self, device: String, connect: Connect) {
        let (tx, mut orders) = unbounded_channel();
        let mut session = Session::new(
            self.core.clone(),
            self.number,
            device.clone(),
            self.version,
            (connect.receive_maximum, connect.maximum_packet),
        );
        let mut replies = Vec::new();
        let mut kept = self.core.resume(&connect);
        let session_present = self.fault.session_present.unwrap_or(kept.is_some());
        self.send(&Reply::ConnAck {
            code: 0,
            session_present,
            receive_maximum: self.core.config.receive_maximum,
            topic_alias_maximum: self.core.config.topic_alias_maximum,
            maximum_packet: u32::try_from(self.core.config.max_packet).unwrap_or(u32::MAX),
        });
        let filters = kept
            .as_mut()
            .map(|kept| std::mem::take(&mut kept.filters))
            .unwrap_or_default();
        let start = Start {
            client_id: connect.client_id.clone(),
            filters,
            session_present,
            tx,
        };
        self.core.online(self.number, &device, start);
        if let Some(kept) = kept {
            session.resume(kept, &mut replies);
            self.send_all(&mut replies);
        }
        let silence = match connect.keep_alive {
            0 => None,
            seconds => Some(Duration::from_millis(u64::from(seconds) * 1500)),
        };
        let (end, cut) = self.exchange(&mut session, &mut orders, silence).await;
        let kept = match connect.session_expiry {
            0 => None,
            // Some date beyond any run of a simulator.
            u32::MAX => Some(session.keep(std::time::Instant::now() + Duration::from_secs(86_400 * 365))),
            seconds => Some(session.keep(std::time::Instant::now() + Duration::from_secs(u64::from(seconds)))),
        };
        self.core.offline(self.number, &device, kept);
        self.finish(Some(&device), end, cut).await;
    }

    /// The life of a session, from CONNACK to its end.
    async fn exchange(
        &mut self,
        session: &mut Session,
        orders: &mut UnboundedReceiver<Command>,
        silence: Option<Duration>,
    ) -> (End, Cut) {
        let mut heard = Instant::now();
        let mut replies = Vec::new();
        let packet_time = Duration::from_millis(self.core.config.packet_ms);
        loop {
            let taken = self.count.packets_in;
            self.take_packets(session, &mut replies);
            if let Some(ending) = &self.ending {
                let hard = ending.cut == Cut::Reset;
                if hard || (self.output.is_empty() && !self.unflushed) || Instant::now() >= ending.deadline {
                    return self.ending.take().map_or((End::Closed, Cut::Close), |e| (e.end, e.cut));
                }
            }
            let ending = self.ending.as_ref().map(|e| e.deadline);
            let deaf = self.deaf();
            let reads = ending.is_none() && !deaf && self.output.len() < OUTPUT_LIMIT;
            self.partial = match self.partial {
                _ if self.input.is_empty() || !reads => None,
                Some(since) if self.count.packets_in == taken => Some(since),
                _ => Some(Instant::now()),
            };
            let whole = self.partial.map(|since| since + packet_time);
            let silent = silence.filter(|_| !deaf).map(|silence| heard + silence);
            let deadline = ending.or(silent.into_iter().chain(whole).min());
            let writes = !self.output.is_empty() || self.unflushed;
            tokio::select! {
                read = self.reader.read_buf(&mut self.input), if reads => match read {
                    Ok(0) => return (End::Closed, Cut::Close),
                    Ok(read) => {
                        heard = Instant::now();
                        self.count_input(read);
                    }
                    Err(e) => return (lost(&e), Cut::Close),
                },
                written = flush(&mut self.writer, &mut self.output, &mut self.unflushed), if writes => {
                    if let Err(e) = written {
                        return (lost(&e), Cut::Close);
                    }
                }
                order = orders.recv() => match order {
                    Some(Command::Push(message)) if self.output.len() > UNREAD_LIMIT => {
                        let reason = "the device does not read".to_string();
                        let topic = message.topic;
                        self.core.ledger.add(self.number, Some(&session.device), Kind::Undelivered { topic, reason });
                    }
                    Some(Command::Push(message)) => {
                        session.push(message, &mut replies);
                        self.send_all(&mut replies);
                    }
                    Some(Command::End(cut, end)) => {
                        if let Cut::Disconnect(reason) = cut {
                            self.send(&Reply::Disconnect(reason));
                        }
                        self.end(end, cut);
                    }
                    Some(Command::Fault(fault, in_force)) => {
                        self.fault = *fault;
                        self.count = Count::default();
                        let _ = in_force.send(());
                    }
                    None => self.end(End::TakenOver, Cut::Close),
                },
                () = until(deadline) => {
                    if ending.is_some() {
                    } else if silent.is_some_and(|silent| whole.is_none_or(|whole| silent <= whole)) {
                        self.send(&Reply::Disconnect(0x8d));
                        self.end(End::KeepAlive, Cut::Close);
                    } else {
                        self.send(&Reply::Disconnect(IMPLEMENTATION));
                        let text = format!("a packet that is not whole after {} ms", packet_time.as_millis());
                        self.end(End::Error(text), Cut::Close);
                    }
                }
            }
        }
    }

    /// Has a fault made the platform stop reading?
    fn deaf(&self) -> bool {
        self.fault
            .stop_reading_after
            .is_some_and(|limit| self.count.packets_in >= limit)
    }

    /// The limit on the device's packets that has been reached, in words.
    fn input_limit(&self) -> Option<String> {
        let reached = |limit: Option<u64>, count: u64| limit.filter(|limit| count >= *limit);
        let packets = reached(self.fault.cut_after_packets_in, self.count.packets_in).map(|n| format!("{n} packets"));
        packets.or_else(|| {
            reached(self.fault.cut_after_publishes_in, self.count.publishes_in).map(|n| format!("{n} publishes"))
        })
    }

    fn count_input(&mut self, read: usize) {
        self.count.bytes_in += read as u64;
        let Some(limit) = self.fault.cut_after_bytes_in else {
            return;
        };
        if self.count.bytes_in >= limit {
            let surplus = usize::try_from(self.count.bytes_in - limit).unwrap_or(read).min(read);
            self.input.truncate(self.input.len() - surplus);
        }
    }

    /// Handles the complete packets of the input. A cut after n packets or bytes in comes before the reply to the
    /// packet that reached the limit: the platform has it, the device does not know.
    fn take_packets(&mut self, session: &mut Session, replies: &mut Vec<Reply>) {
        while self.ending.is_none() && !self.deaf() {
            let packet = match decode::read(self.version, &mut self.input, self.core.config.max_packet) {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(refused) => {
                    self.send(&Reply::Disconnect(refused.reason));
                    return self.end(End::Error(refused.text), Cut::Close);
                }
            };
            self.count.packets_in += 1;
            self.count.publishes_in += u64::from(matches!(packet, Packet::Publish(_)));
            let result = session.on_packet(packet, &mut self.fault, replies);
            if let Err((end, reason)) = result {
                self.send_all(replies);
                if reason != 0 {
                    self.send(&Reply::Disconnect(reason));
                }
                return self.end(end, Cut::Close);
            }
            if let Some(what) = self.input_limit() {
                replies.clear();
                return self.end(End::Platform(format!("fault: cut after {what} in")), self.fault.cut);
            }
            self.send_all(replies);
            if self
                .fault
                .garbage_after
                .is_some_and(|limit| self.count.packets_in >= limit)
            {
                self.fault.garbage_after = None;
                self.output.extend_from_slice(GARBAGE);
            }
        }
        if let Some(limit) = self
            .fault
            .cut_after_bytes_in
            .filter(|limit| self.count.bytes_in >= *limit)
        {
            self.end(
                End::Platform(format!("fault: cut after {limit} bytes in")),
                self.fault.cut,
            );
        }
    }

    /// Ends the connection and records how.
    async fn finish(&mut self, device: Option<&str>, end: End, cut: Cut) {
        if cut != Cut::Reset {
            let _ = timeout(LINGER, flush(&mut self.writer, &mut self.output, &mut self.unflushed)).await;
        }
        if let (Cut::Reset | Cut::Half, Some(tear)) = (cut, &self.tear) {
            tear.store(true, Ordering::Release);
            let _ = timeout(LINGER, self.writer.flush()).await;
        }
        match cut {
            Cut::Reset => self.socket.reset_on_close(),
            Cut::Half => self.socket.shut_down_sending(),
            Cut::Close | Cut::Disconnect(_) => {
                let _ = timeout(LINGER, self.writer.shutdown()).await;
            }
        }
        self.core.ledger.add(self.number, device, Kind::Ended(end));
        if cut == Cut::Half {
            while matches!(self.reader.read_buf(&mut self.input).await, Ok(read) if read > 0) {
                self.input.clear();
            }
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
