//! One attempt: from the host name to CONNACK, within one budget of time, and why it failed
//! (docs/spec/connection.md#connect-failure).

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroize;

use crate::transport::message::{CLOSED_EARLY, REFUSED, TIMED_OUT, UNREACHABLE};
use crate::transport::numbers::{PacketType, ReasonCode};
use crate::transport::packet::{Hello, Packet, Server, codec, frame};
use crate::transport::reconnect::Cause;
use crate::transport::settings::Settings;
use crate::transport::socket::{Stream, Unopened};
use crate::transport::tls::{self, describe};

/// A session that the platform has accepted.
pub(super) struct Opened {
    pub(super) stream: Stream,
    /// What came after CONNACK.
    pub(super) input: BytesMut,
    pub(super) session_present: bool,
    pub(super) server: Server,
    /// Bytes sent and received so far.
    pub(super) traffic: (usize, usize),
}

#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: i32,
    pub(super) message: Option<&'static str>,
    pub(super) detail: String,
    pub(super) cause: Cause,
    /// The platform, or something in its place, answered.
    pub(super) answered: bool,
}

impl Refusal {
    fn new(message: Option<&'static str>, detail: impl Into<String>) -> Self {
        Refusal {
            code: -1,
            message,
            detail: detail.into(),
            cause: Cause::Network,
            answered: true,
        }
    }

    /// Nobody answered.
    fn silence(message: Option<&'static str>, detail: impl Into<String>) -> Self {
        Refusal {
            answered: false,
            ..Refusal::new(message, detail)
        }
    }
}

/// How long a DISCONNECT with a reason may take.
const REJECT_TIME: Duration = Duration::from_secs(1);
/// More bytes than any CONNACK has.
const CONNACK_LIMIT: usize = 64 << 10;

pub(super) async fn open(settings: &Settings) -> Result<Opened, Refusal> {
    let opening = async {
        let stream = Stream::open(settings).await.map_err(|why| match why {
            Unopened::Tcp(why) if why.is_of_the_name() => Refusal::silence(None, why.to_string()),
            Unopened::Tcp(why) => Refusal::silence(Some(UNREACHABLE), why.to_string()),
            why => Refusal::new(Some(UNREACHABLE), why.to_string()),
        })?;
        handshake(stream, settings).await
    };
    match tokio::time::timeout(settings.connect_timeout, opening).await {
        Ok(result) => result,
        Err(_) => {
            let detail = format!("no CONNACK within {} s", settings.connect_timeout.as_secs_f32());
            Err(Refusal::silence(Some(TIMED_OUT), detail))
        }
    }
}

/// CONNECT and CONNACK on an open stream.
pub(super) async fn handshake(mut stream: Stream, settings: &Settings) -> Result<Opened, Refusal> {
    let codec = codec(settings.version);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let who = settings.identity.credentials(i64::try_from(now).unwrap_or(0));
    base::info!(
        "connecting to {}:{} as {} (client id {}, {}, {})",
        settings.host,
        settings.port,
        who.user,
        who.client_id,
        if who.password.is_some() {
            "secret"
        } else {
            "certificate"
        },
        settings.scheme(),
    );
    // Sized once: growing would leave a copy of the password behind.
    let mut connect_packet = BytesMut::with_capacity(256 + who.client_id.len() + who.user.len());
    let hello = Hello {
        keep_alive: settings.keep_alive,
        clean: settings.clean_session,
        max_packet: settings.limits.announce_incoming(),
        who: &who,
    };
    let encoded = codec.connect(&mut connect_packet, &hello);
    let sent = match encoded {
        Ok(()) => send(&mut stream, &connect_packet).await,
        Err(why) => return Err(Refusal::new(Some(UNREACHABLE), why.text)),
    };
    connect_packet.as_mut().zeroize();
    let mut traffic = (connect_packet.len(), 0);
    sent.map_err(|e| early(&e))?;

    let mut input = BytesMut::with_capacity(1 << 10);
    let packet = loop {
        if !input.is_empty() && frame::next_kind(&input) != Some(PacketType::ConnAck) {
            return Err(Refusal::new(Some(CLOSED_EARLY), "the answer is not an MQTT CONNACK"));
        }
        match frame::take(&mut input, CONNACK_LIMIT).and_then(|frame| frame.map(|f| codec.decode(f)).transpose()) {
            Ok(Some(packet)) => break packet,
            Ok(None) => {}
            Err(why) => {
                reject(&mut stream, settings, why.reason).await;
                return Err(Refusal::new(
                    Some(CLOSED_EARLY),
                    format!("not an MQTT answer: {}", why.text),
                ));
            }
        }
        match stream.read_buf(&mut input).await {
            Ok(0) => {
                return Err(Refusal::silence(
                    Some(CLOSED_EARLY),
                    "closed by the platform before CONNACK",
                ));
            }
            Ok(count) => traffic.1 += count,
            Err(e) => return Err(early(&e)),
        }
    };
    match packet {
        Packet::ConnAck {
            reason: ReasonCode::Success,
            session_present: true,
            ..
        } if settings.clean_session => {
            reject(&mut stream, settings, ReasonCode::ProtocolError).await;
            let detail = "the platform goes on with an old session where a new one was asked for";
            Err(Refusal::new(Some(CLOSED_EARLY), detail))
        }
        Packet::ConnAck {
            reason: ReasonCode::Success,
            session_present,
            server,
        } => Ok(Opened {
            stream,
            input,
            session_present,
            server,
            traffic,
        }),
        Packet::ConnAck { reason, .. } => {
            let code = reason.code();
            let why = reason.of_connack();
            let detail = format!(
                "refused with code {code}{why}{}",
                keep_alive_hint(reason, settings.keep_alive)
            );
            Err(Refusal {
                code: code.into(),
                message: Some(REFUSED),
                detail,
                cause: Cause::Refused(reason),
                answered: true,
            })
        }
        _ => Err(Refusal::new(Some(CLOSED_EARLY), "the answer is not an MQTT CONNACK")),
    }
}

/// Tells an MQTT 5 server why we leave. What becomes of it does not matter.
async fn reject(stream: &mut Stream, settings: &Settings, reason: ReasonCode) {
    let mut packet = BytesMut::new();
    codec(settings.version).reject(&mut packet, reason);
    let _ = tokio::time::timeout(REJECT_TIME, send(stream, &packet)).await;
}

async fn send(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// Under TLS 1.3 a refused device certificate shows only now.
fn early(error: &io::Error) -> Refusal {
    match tls::explain(error) {
        Some(why) => Refusal::new(Some(UNREACHABLE), why),
        None => Refusal::silence(Some(CLOSED_EARLY), describe(error)),
    }
}

/// The platform answers a keep-alive that it does not accept as if the client id were wrong.
fn keep_alive_hint(reason: ReasonCode, keep_alive: u16) -> String {
    match reason {
        ReasonCode::OldClientId if !(30..=1200).contains(&keep_alive) => {
            format!("; or the keep-alive of {keep_alive} s (item 7): the platform takes 30 to 1200 s")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ReasonCode, keep_alive_hint};

    #[test]
    fn a_keep_alive_out_of_range_is_named() {
        for outside in [0, 29, 1201] {
            assert!(keep_alive_hint(ReasonCode::OldClientId, outside).contains(&format!("{outside} s")));
        }
        for (code, keep_alive) in [(2, 30), (2, 1200), (4, 5)] {
            assert_eq!(keep_alive_hint(ReasonCode::from(code), keep_alive), "");
        }
    }
}
