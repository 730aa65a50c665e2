//! Remote login: a web socket to the platform, and a shell of this machine behind it
//! (docs/spec/services.md#tunnel).
//!
//! - `url`: what the platform's notice says; always there
//! - `hosts`, `logins`: where a tunnel may lead, and what failed logins mean; pure
//! - `message`, `output`, `retry`, `known_hosts`: what is said, in which pieces, when again, to whom; pure
//! - `websocket`, `ssh`: the two connections
//! - `worker`: what happens between them
//!
//! A `Tunnel` has one thread, `iota-tunnel`, which ends with it. `Tunnels` holds the one that a device may have.

mod url;

#[cfg(feature = "tunnel")]
mod hosts;
#[cfg(feature = "tunnel")]
mod known_hosts;
#[cfg(feature = "tunnel")]
mod logins;
#[cfg(feature = "tunnel")]
pub mod message;
#[cfg(feature = "tunnel")]
mod output;
#[cfg(feature = "tunnel")]
mod retry;
#[cfg(feature = "tunnel")]
mod ssh;
#[cfg(feature = "tunnel")]
mod thread;
#[cfg(feature = "tunnel")]
mod websocket;
#[cfg(feature = "tunnel")]
mod worker;

pub use url::{Endpoint, split};

#[cfg(feature = "tunnel")]
pub use hosts::is_permitted;
#[cfg(feature = "tunnel")]
pub use ssh::Host;
#[cfg(feature = "tunnel")]
pub use thread::Tunnels;
#[cfg(feature = "tunnel")]
pub use websocket::{BadTarget, Target, Trust};
