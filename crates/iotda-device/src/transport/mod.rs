//! One MQTT session with the platform: who we are, how we reach it, and what became of every message.
//!
//! Why an own connection loop: the ids a program gets when a report is accepted must be the packet ids on the wire, a
//! stalled consumer must stop the reading but not the pings, and MQTT 5 needs a DISCONNECT with properties. rumqttc's
//! event loop can do none of these (`tests/session/rumqttc_facts.rs` shows it), so only its packet codecs are used.
//!
//! - [`auth`]: client id, timestamp, password
//! - [`tls`]: certificates and keys, what is verified, and why a handshake failed
//! - `tcp`, `socket`, `upgrade`, `websocket`: the byte stream under a session
//! - [`outbox`]: pure state machine: every accepted message ends exactly once
//! - [`spool`]: the part of the outbox that survives the process
//! - `numbers`: packet types and reason codes; `packet`: MQTT 3.1.1 and 5 behind one neutral vocabulary
//! - [`session`]: the `iota-mqtt` thread
//! - [`backoff`], [`reconnect`]: pure policies for trying again

pub mod auth;
pub mod backoff;
pub(crate) mod http_head;
pub mod message;
pub(crate) mod numbers;
pub mod outbox;
pub mod pacing;
mod packet;
mod rate;
pub mod reconnect;
pub mod secret;
pub mod session;
pub mod settings;
mod socket;
pub mod spool;
pub(crate) mod tcp;
pub mod tls;
pub(crate) mod upgrade;
mod websocket;

pub use message::{AckToken, Event, Incoming, Properties, Publish, Sink};
pub use secret::Secret;
pub use session::{Session, SessionState, SessionStats};
pub use settings::{Limits, Settings, Transport, Version};
