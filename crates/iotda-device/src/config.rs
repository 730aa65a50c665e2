//! What a device is told about itself and its platform: the numbered items of `IOTA_ConfigSetStr`/`IOTA_ConfigSetUint`,
//! their validation and what survives `IOTA_Destroy` (spec/connection.md 2.4, 2.5, 2.12).

use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The items of `EN_IOTA_CFG_TYPE` and, from 100, this library's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Item {
    DeviceId = 0,
    DeviceSecret = 1,
    Address = 2,
    Port = 3,
    AuthMode = 4,
    LogLocalNumber = 5,
    LogLevel = 6,
    KeepAlive = 7,
    ConnectTimeout = 8,
    RetryInterval = 9,
    ResetSecretInProgress = 10,
    Qos = 11,
    PrivateKeyPassword = 12,
    ScopeId = 13,
    BootstrapMode = 14,
    CheckStampMethod = 15,
    GroupSecret = 16,
    BridgeMode = 17,
    MqttVersion = 100,
    QueueMessages = 101,
    QueueBytes = 102,
    Window = 103,
    FailAtLoss = 104,
    HostNameCheck = 105,
    AutoReconnect = 106,
    SpoolDirectory = 107,
    SpoolSync = 108,
    SpoolBytes = 109,
    Overflow = 110,
    SystemRoots = 111,
    Transport = 112,
    ServerName = 113,
    Alpn = 114,
}

impl Item {
    /// The item of this number, if there is one.
    pub fn from_number(number: i32) -> Option<Item> {
        use Item::*;
        const ALL: [Item; 33] = [
            DeviceId,
            DeviceSecret,
            Address,
            Port,
            AuthMode,
            LogLocalNumber,
            LogLevel,
            KeepAlive,
            ConnectTimeout,
            RetryInterval,
            ResetSecretInProgress,
            Qos,
            PrivateKeyPassword,
            ScopeId,
            BootstrapMode,
            CheckStampMethod,
            GroupSecret,
            BridgeMode,
            MqttVersion,
            QueueMessages,
            QueueBytes,
            Window,
            FailAtLoss,
            HostNameCheck,
            AutoReconnect,
            SpoolDirectory,
            SpoolSync,
            SpoolBytes,
            Overflow,
            SystemRoots,
            Transport,
            ServerName,
            Alpn,
        ];
        ALL.into_iter().find(|item| *item as i32 == number)
    }
}

/// Everything configurable. Text items hold `None` when unset; an empty text unsets.
///
/// Texts are bytes: C programs may pass any; what must be UTF-8 is checked when a connection is made.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceConfig {
    pub device_id: Option<Vec<u8>>,
    pub secret: Option<Zeroizing<Vec<u8>>>,
    pub address: Option<Vec<u8>>,
    pub port: Option<Vec<u8>>,
    /// Certificate mode (any non-zero authentication mode).
    pub certificate: bool,
    /// Seconds, 1…65535.
    pub keep_alive: u16,
    /// Seconds from the attempt to CONNACK.
    pub connect_timeout: u32,
    /// Seconds; an acknowledgement deadline when larger than 30 (spec 18.31).
    pub retry_interval: u32,
    /// QoS of reports, 0…2.
    pub qos: u8,
    pub key_password: Option<Zeroizing<Vec<u8>>>,
    pub scope_id: Option<Vec<u8>>,
    pub group_bootstrap: bool,
    /// 0 off, 1 SHA-256, 2 and above SM3; also the digit in the client id.
    pub stamp_method: i32,
    pub group_secret: Option<Zeroizing<Vec<u8>>>,
    pub bridge: bool,
    /// MQTT 5 instead of 3.1.1; `None`: as the environment or the program's headers say.
    pub mqtt5: Option<bool>,
    pub queue_messages: u32,
    pub queue_bytes: u32,
    pub window: u16,
    /// Unacknowledged reports fail when the connection is lost, as in the C SDK, instead of being sent again.
    pub fail_at_loss: bool,
    /// Host name in the server's certificate is checked; `None`: unless the environment says otherwise.
    pub host_name_check: Option<bool>,
    /// The library reconnects by itself until told otherwise.
    pub auto_reconnect: bool,
    /// Where accepted reports are kept on disk until their end.
    pub spool_directory: Option<Vec<u8>>,
    /// 0 never synced, 1 within a second, 2 before the call returns.
    pub spool_sync: u8,
    pub spool_bytes: u32,
    /// What a full queue does with a new report: 0 refuses it, 1 drops the oldest unsent, 2 drops unsent ones of QoS 0.
    pub overflow: u8,
    /// The system's certificate authorities are trusted besides `rootcert.pem`, which may be absent then.
    pub system_roots: bool,
    /// MQTT over WebSocket.
    pub websocket: bool,
    /// The name sent and verified in TLS where it is not the address.
    pub server_name: Option<Vec<u8>>,
    /// Protocol names offered in TLS, in order; see [`protocol_names`].
    pub alpn: Vec<Vec<u8>>,
}

impl Default for DeviceConfig {
    fn default() -> Self {
        DeviceConfig {
            device_id: None,
            secret: None,
            address: None,
            port: None,
            certificate: false,
            keep_alive: 120,
            connect_timeout: 30,
            retry_interval: 10,
            qos: 1,
            key_password: None,
            scope_id: None,
            group_bootstrap: false,
            stamp_method: 0,
            group_secret: None,
            bridge: false,
            mqtt5: None,
            queue_messages: 5000,
            queue_bytes: 8 << 20,
            window: 20,
            fail_at_loss: false,
            host_name_check: None,
            auto_reconnect: false,
            spool_directory: None,
            spool_sync: 1,
            spool_bytes: 64 << 20,
            overflow: 0,
            system_roots: false,
            websocket: false,
            server_name: None,
            alpn: Vec::new(),
        }
    }
}

/// Secrets stay out of every debug output.
impl fmt::Debug for DeviceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceConfig")
            .field("device_id", &self.device_id.as_deref().map(String::from_utf8_lossy))
            .field("address", &self.address.as_deref().map(String::from_utf8_lossy))
            .field("port", &self.port.as_deref().map(String::from_utf8_lossy))
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// `atoi`: optional blanks and sign, then leading digits; anything else counts 0; out of range saturates.
fn leading_number(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let value = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0i64, |sum, byte| {
            sum.saturating_mul(10).saturating_add(i64::from(byte - b'0'))
        });
    if negative { -value } else { value }
}

/// Whether a numeric item's text means 0.
pub fn is_zero(value: &[u8]) -> bool {
    leading_number(value) == 0
}

/// Most bytes of all protocol names together: they have to fit into the first TLS message.
const PROTOCOL_NAMES: usize = 2048;

/// The names of an ALPN text: separated by commas, blanks around them ignored, each of 1 to 255 bytes.
fn protocol_names(value: &[u8]) -> Result<Vec<Vec<u8>>> {
    if value.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<Vec<u8>> = value
        .split(|byte| *byte == b',')
        .map(|name| name.trim_ascii().to_vec())
        .collect();
    if value.len() > PROTOCOL_NAMES || names.iter().any(|name| !(1..=255).contains(&name.len())) {
        return Err(Error::Invalid(
            "the ALPN names (1 to 255 bytes each, separated by commas, at most 2048 in all)",
        ));
    }
    Ok(names)
}

fn text(value: &[u8]) -> Option<Vec<u8>> {
    (!value.is_empty()).then(|| value.to_vec())
}

fn secret(value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    text(value).map(Zeroizing::new)
}

impl DeviceConfig {
    /// Sets one item from its text, by `atoi` rules where it is a number. `Err` leaves everything as it was. Never logs: its
    /// callers hold locks.
    pub fn set(&mut self, item: Item, value: &[u8]) -> Result<()> {
        let number = leading_number(value);
        let seconds = |now: u32| u32::try_from(number).ok().filter(|s| *s > 0).unwrap_or(now);
        let bounded = |low: i64, high: i64, what: &'static str| {
            (low..=high)
                .contains(&number)
                .then_some(number)
                .ok_or(Error::Invalid(what))
        };
        match item {
            Item::DeviceId => self.device_id = text(value),
            Item::DeviceSecret => self.secret = secret(value),
            Item::Address => self.address = text(value),
            Item::Port => self.port = text(value),
            Item::AuthMode => self.certificate = number != 0,
            Item::LogLocalNumber | Item::LogLevel => {}
            Item::KeepAlive => {
                self.keep_alive = seconds(u32::from(self.keep_alive)).min(u32::from(u16::MAX)) as u16;
            }
            Item::ConnectTimeout => self.connect_timeout = seconds(self.connect_timeout),
            Item::RetryInterval => self.retry_interval = seconds(self.retry_interval),
            Item::ResetSecretInProgress => {}
            Item::Qos => self.qos = bounded(0, 2, "the QoS (0, 1 or 2)")? as u8,
            Item::PrivateKeyPassword => self.key_password = secret(value),
            Item::ScopeId => self.scope_id = text(value),
            Item::BootstrapMode => self.group_bootstrap = number != 0,
            Item::CheckStampMethod => self.stamp_method = number.clamp(0, i64::from(i32::MAX)) as i32,
            Item::GroupSecret => self.group_secret = secret(value),
            Item::BridgeMode => self.bridge = number != 0,
            Item::MqttVersion => self.mqtt5 = Some(bounded(3, 5, "the MQTT version (3, 4 for 3.1.1, or 5)")? == 5),
            Item::QueueMessages => {
                self.queue_messages = bounded(1, 1_000_000, "the queue limit in messages (1…1000000)")? as u32;
            }
            Item::QueueBytes => {
                self.queue_bytes = bounded(1024, 1 << 30, "the queue limit in bytes (1024…1073741824)")? as u32;
            }
            Item::Window => self.window = bounded(1, 65535, "the window of unacknowledged messages (1…65535)")? as u16,
            Item::FailAtLoss => self.fail_at_loss = number != 0,
            Item::HostNameCheck => self.host_name_check = Some(number != 0),
            Item::AutoReconnect => self.auto_reconnect = number != 0,
            Item::SpoolDirectory => self.spool_directory = text(value),
            Item::SpoolSync => self.spool_sync = bounded(0, 2, "the spool's sync rule (0, 1 or 2)")? as u8,
            Item::SpoolBytes => {
                self.spool_bytes = bounded(65_536, 1 << 30, "the spool's size in bytes (65536…1073741824)")? as u32;
            }
            Item::Overflow => self.overflow = bounded(0, 2, "the rule for a full queue (0, 1 or 2)")? as u8,
            Item::SystemRoots => self.system_roots = number != 0,
            Item::Transport => {
                self.websocket = bounded(0, 1, "the transport (0 for TCP, 1 for WebSocket)")? == 1;
            }
            Item::ServerName => self.server_name = text(value),
            Item::Alpn => self.alpn = protocol_names(value)?,
        }
        Ok(())
    }

    /// `IOTA_Init`: address, port, identity, secrets and modes go; what spec 2.12 lists survives, as do this library's own items.
    pub fn reset_for_init(&mut self) {
        let fresh = DeviceConfig::default();
        *self = DeviceConfig {
            keep_alive: self.keep_alive,
            connect_timeout: self.connect_timeout,
            retry_interval: self.retry_interval,
            qos: self.qos,
            stamp_method: self.stamp_method,
            mqtt5: self.mqtt5,
            queue_messages: self.queue_messages,
            queue_bytes: self.queue_bytes,
            window: self.window,
            fail_at_loss: self.fail_at_loss,
            host_name_check: self.host_name_check,
            auto_reconnect: self.auto_reconnect,
            spool_directory: self.spool_directory.take(),
            spool_sync: self.spool_sync,
            spool_bytes: self.spool_bytes,
            overflow: self.overflow,
            system_roots: self.system_roots,
            websocket: self.websocket,
            server_name: self.server_name.take(),
            alpn: std::mem::take(&mut self.alpn),
            ..fresh
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_atoi() {
        for (given, value) in [("12abc", 12), ("x", 0), ("", 0), ("-3", -3), (" 7", 7), ("+5", 5)] {
            assert_eq!(leading_number(given.as_bytes()), value, "{given:?}");
        }
        assert_eq!(leading_number(b"99999999999999999999"), i64::MAX);
    }

    #[test]
    fn empty_text_unsets_and_bad_numbers_keep_the_old_value() {
        let mut c = DeviceConfig::default();
        c.set(Item::DeviceId, b"dev").unwrap();
        c.set(Item::DeviceId, b"").unwrap();
        assert_eq!(c.device_id, None);
        c.set(Item::KeepAlive, b"0").unwrap();
        assert_eq!(c.keep_alive, 120);
        c.set(Item::KeepAlive, b"65536").unwrap();
        assert_eq!(c.keep_alive, 65535);
        assert_eq!(c.set(Item::Qos, b"3").unwrap_err().code(), -111);
        assert_eq!(c.qos, 1);
    }

    #[test]
    fn init_keeps_only_what_the_c_sdk_keeps() {
        let mut c = DeviceConfig::default();
        for (item, value) in [
            (Item::DeviceId, "d"),
            (Item::DeviceSecret, "s"),
            (Item::Qos, "0"),
            (Item::KeepAlive, "9"),
            (Item::CheckStampMethod, "2"),
            (Item::BridgeMode, "1"),
        ] {
            c.set(item, value.as_bytes()).unwrap();
        }
        c.reset_for_init();
        assert_eq!((c.device_id, c.secret, c.bridge), (None, None, false));
        assert_eq!((c.qos, c.keep_alive, c.stamp_method), (0, 9, 2));
    }

    #[test]
    fn protocol_names_of_alpn() {
        let mut c = DeviceConfig::default();
        let long = |n: usize| "x".repeat(n);
        for (given, names) in [
            ("", vec![]),
            (" ", vec![]),
            ("mqtt", vec!["mqtt"]),
            ("x-amzn-mqtt-ca, mqtt", vec!["x-amzn-mqtt-ca", "mqtt"]),
            (&long(255), vec![long(255).as_str()]),
        ] {
            c.set(Item::Alpn, given.as_bytes()).unwrap();
            assert_eq!(c.alpn, names.iter().map(|name| name.as_bytes()).collect::<Vec<_>>());
        }
        let before = c.alpn.clone();
        let many = vec!["mqtt"; 500].join(",");
        for bad in [",", "mqtt,", "a,,b", &long(256), &many] {
            assert_eq!(c.set(Item::Alpn, bad.as_bytes()).unwrap_err().code(), -111, "{bad:?}");
            assert_eq!(c.alpn, before);
        }
    }

    #[test]
    fn connection_options_survive_init() {
        let mut c = DeviceConfig::default();
        for (item, value) in [
            (Item::Overflow, "2"),
            (Item::SystemRoots, "1"),
            (Item::Transport, "1"),
            (Item::ServerName, "iot.example"),
            (Item::Alpn, "mqtt"),
        ] {
            c.set(item, value.as_bytes()).unwrap();
        }
        assert_eq!(c.set(Item::Overflow, b"3").unwrap_err().code(), -111);
        assert_eq!(c.set(Item::Transport, b"2").unwrap_err().code(), -111);
        c.reset_for_init();
        assert_eq!((c.overflow, c.system_roots, c.websocket), (2, true, true));
        assert_eq!(c.server_name.as_deref(), Some(b"iot.example".as_slice()));
        assert_eq!(c.alpn, [b"mqtt"]);
        c.set(Item::ServerName, b"").unwrap();
        assert_eq!(c.server_name, None);
        assert_eq!(Item::from_number(115), None);
    }

    #[test]
    fn no_secret_in_debug_output() {
        let mut c = DeviceConfig::default();
        c.set(Item::DeviceSecret, b"topsecret").unwrap();
        assert!(!format!("{c:?}").contains("topsecret"));
    }
}
