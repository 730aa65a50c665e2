//! How a device begins.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::answer::Answer;
use super::device::{Device, Inner};
use super::event::{Command, Event, PropertyGet, PropertySet};
use super::hub::Hub;
use super::program::{Handlers, Program};
use crate::config::{DeviceConfig, Item};
use crate::device::runner::Runner;
use crate::device::{self, Access};
use crate::error::Result;
use crate::softbus::Roster;

/// What a device is told before it connects; made by [`Device::builder`].
///
/// Without more it connects to port 8883, checks the platform's certificate against the authorities of the system, connects
/// again by itself whenever the connection is lost, and keeps reports meanwhile.
pub struct Builder {
    settings: Vec<(Item, Vec<u8>)>,
    access: Access,
    port: Option<u16>,
    handlers: Handlers,
}

impl Builder {
    fn new(id: &str) -> Builder {
        let mut builder = Builder {
            settings: Vec::new(),
            access: Access {
                protected: Some(true),
                ..Access::default()
            },
            port: None,
            handlers: Handlers::default(),
        };
        builder.set(Item::DeviceId, id);
        builder.set(Item::AutoReconnect, "1");
        builder
    }

    fn set(&mut self, item: Item, value: impl AsRef<[u8]>) {
        self.settings.push((item, value.as_ref().to_vec()));
    }

    fn with(mut self, item: Item, value: impl AsRef<[u8]>) -> Builder {
        self.set(item, value);
        self
    }

    fn secret(self, secret: &str) -> Builder {
        self.with(Item::DeviceSecret, secret)
    }

    /// Host name or address of the platform, as its console shows it.
    pub fn address(self, host: &str) -> Builder {
        self.with(Item::Address, host)
    }

    /// The platform's port; otherwise 8883, or 1883 without TLS.
    pub fn port(mut self, port: u16) -> Builder {
        self.port = Some(port);
        self
    }

    /// Connects without TLS: everything, bus keys among it, goes readable over the network. For tests.
    pub fn plain(mut self) -> Builder {
        self.access.protected = Some(false);
        self
    }

    /// A PEM file with the authorities whose certificates the platform may have; otherwise those of the system.
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Builder {
        self.access.root_certificates = Some(file.into());
        self
    }

    /// Logs in by a certificate and its key, PEM files both, not by the secret.
    pub fn certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Builder {
        self.access.certificate = Some((certificate.into(), key.into()));
        self.with(Item::AuthMode, "1")
    }

    /// The password of the key.
    pub fn key_password(self, password: &str) -> Builder {
        self.with(Item::PrivateKeyPassword, password)
    }

    /// Speaks MQTT 5, not 3.1.1.
    pub fn mqtt5(self) -> Builder {
        self.with(Item::MqttVersion, "5")
    }

    /// Connects through WebSocket.
    pub fn websocket(self) -> Builder {
        self.with(Item::Transport, "1")
    }

    /// Keeps accepted reports in this directory until they are delivered, so that they survive the process.
    pub fn spool(self, directory: impl Into<PathBuf>) -> Builder {
        use std::os::unix::ffi::OsStrExt;
        let directory = directory.into();
        self.with(Item::SpoolDirectory, directory.as_os_str().as_bytes())
    }

    /// A silent connection is asked for a sign of life after this time, in whole seconds; otherwise two minutes.
    pub fn keep_alive(self, every: Duration) -> Builder {
        self.with(Item::KeepAlive, every.as_secs().to_string())
    }

    /// Any other configuration item, as docs/configuration.md lists them.
    pub fn item(self, item: Item, value: &str) -> Builder {
        self.with(item, value)
    }

    /// Answers commands. Without it they are events.
    pub fn on_command<A: Into<Answer>>(
        mut self,
        handler: impl Fn(&Device, &Command) -> A + Send + Sync + 'static,
    ) -> Builder {
        self.handlers.command = Some(Box::new(move |device, command| handler(device, command).into()));
        self
    }

    /// Answers property sets. Without it they are events.
    pub fn on_property_set<A: Into<Answer>>(
        mut self,
        handler: impl Fn(&Device, &PropertySet) -> A + Send + Sync + 'static,
    ) -> Builder {
        self.handlers.set = Some(Box::new(move |device, set| handler(device, set).into()));
        self
    }

    /// Answers requests for properties with services and their properties. Without it they are events.
    pub fn on_property_get(
        mut self,
        handler: impl Fn(&Device, &PropertyGet) -> Vec<(String, Value)> + Send + Sync + 'static,
    ) -> Builder {
        self.handlers.get = Some(Box::new(handler));
        self
    }

    /// Decides about configurations of the platform. Without it they are taken.
    pub fn on_configuration<A: Into<Answer>>(
        mut self,
        handler: impl Fn(&Device, &Value) -> A + Send + Sync + 'static,
    ) -> Builder {
        self.handlers.configuration = Some(Box::new(move |device, content| handler(device, content).into()));
        self
    }

    /// Called for every event, from the first one on. [`Device::events`] gives the same as a stream.
    pub fn on_event(mut self, handler: impl Fn(&Device, &Event) + Send + Sync + 'static) -> Builder {
        self.handlers.event = Some(Box::new(handler));
        self
    }

    /// The device, which begins to connect. What cannot be right, a missing file among it, is an error here; an attempt that
    /// fails is an event, and is repeated. Handlers run on a thread of the library, one at a time.
    pub fn connect(self) -> Result<Device> {
        let device = self.build()?;
        device.connect()?;
        Ok(device)
    }

    /// The device, not connected yet.
    pub fn build(mut self) -> Result<Device> {
        let port = self.port.unwrap_or(match self.access.protected {
            Some(false) => 1883,
            _ => 8883,
        });
        self.set(Item::Port, port.to_string());
        if self.access.root_certificates.is_none() {
            self.set(Item::SystemRoots, "1");
        }
        let mut config = DeviceConfig::default();
        for (item, value) in &self.settings {
            config.set(*item, value)?;
        }
        let roster = Arc::new(Roster::new());
        let runner = Arc::new(Runner::new(None));
        let hub = Arc::new(Hub {
            streams: Default::default(),
            deliveries: Default::default(),
            roster: roster.clone(),
        });
        let program = Program::new(self.handlers, hub.clone());
        let listener = Arc::new(program.clone());
        let device = device::Device::new(config, self.access, roster, runner.clone(), listener);
        let inner = Arc::new(Inner { device, runner, hub });
        program.belongs_to(&inner);
        Ok(Device(inner))
    }
}

impl Device {
    /// A device by its id and secret, as the platform's console shows them.
    pub fn builder(id: &str, secret: &str) -> Builder {
        Builder::new(id).secret(secret)
    }

    /// A device that logs in by a certificate, see [`Builder::certificate`].
    pub fn builder_by_certificate(id: &str) -> Builder {
        Builder::new(id)
    }
}
