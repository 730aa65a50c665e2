//! The IoTDA platform on this machine: for tests and demos of a device SDK.
//!
//! - [`platform`]: start a platform, act as its operator, read its ledger
//! - [`config`]: what it serves; [`tls`]: its certificates, right or wrong on purpose
//! - [`login`], [`iotda`]: the platform's rules without sockets: who may connect, topics, devices, groups, soft bus
//! - [`broker`], [`core`]: MQTT 3.1.1 and 5, connections, sessions
//! - [`limits`]: how much a platform takes
//! - [`faults`]: what goes wrong with a connection; [`ledger`]: everything that happened
//! - [`control`], [`cli`]: the same for people and scripts
//!
//! It shares no code with the SDK, so that both cannot share one mistake.

pub mod broker;
pub mod cli;
pub mod config;
pub mod control;
pub mod core;
pub mod error;
pub mod faults;
pub mod iotda;
pub mod ledger;
pub mod limits;
pub mod login;
pub mod message;
pub mod platform;
mod random;
pub mod text;
pub mod tls;

pub use broker::wire::Properties;
pub use config::{Config, DeviceEntry, GroupEntry, Port};
pub use error::{Error, Result};
pub use faults::{Cut, Fault};
pub use iotda::gateway::Child;
pub use iotda::messages::DeviceMessage;
pub use iotda::requests::{Request, State, What};
pub use iotda::softbus::{KeyForm, MissingIp, Rules};
pub use ledger::{End, Event, Kind};
pub use limits::Limits;
pub use message::Message;
pub use platform::{Handle, Platform};
pub use tls::{Chain, ClientAuth, TlsConfig, Validity, Versions};
