//! What one connection attempt needs to know.

use std::time::Duration;

use super::auth::Identity;
use super::pacing::{self, Pace};
use super::reconnect::Policy;
use super::spool;
use super::tls;
use crate::config::Overflow;

/// Protocol version of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1 (level 4).
    V4,
    /// MQTT 5.
    V5,
}

/// What carries the MQTT packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP, or TLS over it.
    Tcp,
    /// WebSocket over the same, path `/mqtt` (MQTT 3.1.1 section 6).
    WebSocket,
}

/// Bounds of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Accepted messages without an end.
    pub messages: usize,
    /// Their topics and payloads together.
    pub bytes: usize,
    pub overflow: Overflow,
    /// QoS 1 and 2 messages on the wire without their last acknowledgement; at least 1.
    pub window: u16,
    /// So many connections may be lost while a message is unacknowledged. At the last of them it goes after everything
    /// else; if the platform closes that one, too, the message is what it objects to, and ends with -11. 0: it is sent
    /// for ever.
    pub rejections: u32,
    /// How long a connection has to stand before such a message goes; ten times as long if others keep coming, a tenth after
    /// a connection that ended at one.
    pub trial_after: Duration,
    /// Messages and bytes given to the sink whose token has not come back: above, the socket is not read.
    pub incoming_messages: usize,
    pub incoming_bytes: usize,
    /// The largest packet taken from the platform, in bytes, fixed header included: a larger message is skipped. `None`:
    /// [`Limits::INCOMING`]. MQTT 5 platforms are told of what is set.
    pub incoming_packet: Option<u32>,
    /// Most messages sent in a second; 0: no limit.
    pub rate: u32,
}

impl Limits {
    /// Unless something else is set.
    pub const INCOMING: u32 = 4 << 20;

    pub(crate) fn incoming(&self) -> usize {
        self.incoming_packet.unwrap_or(Self::INCOMING) as usize
    }

    pub(crate) fn announce_incoming(&self) -> Option<u32> {
        self.incoming_packet
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            messages: 5_000,
            bytes: 8 << 20,
            overflow: Overflow::RejectNew,
            window: 20,
            rejections: 3,
            trial_after: Duration::from_secs(1),
            incoming_messages: 256,
            incoming_bytes: 4 << 20,
            incoming_packet: None,
            rate: 0,
        }
    }
}

/// How to connect, and the rules of the session that follows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name, IPv4 literal, or IPv6 literal in brackets.
    pub host: String,
    pub port: u16,
    pub transport: Transport,
    /// `None`: not protected.
    pub tls: Option<tls::Settings>,
    /// What was configured for TLS although there is none, for the log.
    pub unused_for_tls: Vec<&'static str>,
    pub identity: Identity,
    pub version: Version,
    /// Seconds; 0 switches pings off.
    pub keep_alive: u16,
    /// For name resolution, TCP, TLS and CONNACK together.
    pub connect_timeout: Duration,
    /// No acknowledgement for a message for so long ends the connection.
    pub ack_deadline: Duration,
    pub limits: Limits,
    /// The platform keeps nothing of the session. `false`: what is unacknowledged at a loss is repeated with its packet id,
    /// and subscriptions and messages for us survive.
    pub clean_session: bool,
    /// The C SDK's way: what is unacknowledged at a loss fails with -11 instead of being sent again.
    pub fail_at_loss: bool,
    /// A message that still waits in the queue after so long (again, after a loss) ends with -11. One that is on the
    /// wire is left to its acknowledgement.
    pub expiry: Option<Duration>,
    /// Attempts wait for their time after losses and failures, whoever asks for them: see `transport::pacing`.
    pub pacing: bool,
    /// The subscriptions of the connection before are asked for again before this one is announced.
    pub restore: bool,
    /// Full automatic reconnect; `None` leaves every further attempt to the device layer.
    pub reconnect: Option<Policy>,
    /// Where accepted QoS 1 and 2 messages are kept on disk until their end. That of the session's first attempt counts.
    pub spool: Option<spool::Options>,
}

impl Settings {
    /// The defaults of the C SDK for everything but the address and the identity.
    pub fn new(host: impl Into<String>, port: u16, identity: Identity) -> Self {
        Settings {
            host: host.into(),
            port,
            transport: Transport::Tcp,
            tls: None,
            unused_for_tls: Vec::new(),
            identity,
            version: Version::V4,
            keep_alive: 120,
            connect_timeout: Duration::from_secs(30),
            ack_deadline: Duration::from_secs(30),
            limits: Limits::default(),
            clean_session: true,
            fail_at_loss: false,
            expiry: None,
            pacing: true,
            restore: false,
            reconnect: None,
            spool: None,
        }
    }

    /// Works on the record of this device's attempts at this address, with the time on its clock; `None` without pacing.
    pub(crate) fn pace<R>(&self, work: impl FnOnce(&mut Pace, Duration) -> R) -> Option<R> {
        let key = pacing::Key {
            device_id: self.identity.device_id().to_owned(),
            host: self.host.clone(),
            port: self.port,
        };
        let now = pacing::now();
        self.pacing
            .then(|| pacing::with(&key, self.identity.login_mark(), |pace| work(pace, now)))
    }

    /// How it is reached, in words for the log.
    pub fn scheme(&self) -> &'static str {
        match (self.transport, self.tls.is_some()) {
            (Transport::Tcp, false) => "plain TCP",
            (Transport::Tcp, true) => "TLS",
            (Transport::WebSocket, false) => "plain WebSocket",
            (Transport::WebSocket, true) => "WebSocket over TLS",
        }
    }
}
