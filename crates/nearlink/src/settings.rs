//! Settings of the near link (docs/spec/nearlink.md#settings), under the same names in the
//! environment and here, and its limits (docs/spec/nearlink.md#limits), which only tests change.

use std::time::Duration;

use crate::admission;
use crate::session::Timers;

/// Who makes the near links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendKind {
    /// The library's own secure link over TCP.
    Builtin,
    /// A vendor's library with the six C functions.
    Vendor,
    /// OpenHarmony's DSoftBus client library as the transport.
    DSoftBus,
    /// The answers of the C SDK's stub.
    Stub,
}

/// What one can choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `HWMQTT_DCONN_BACKEND`
    pub backend: BackendKind,
    /// `HWMQTT_DCONN_VENDOR_LIB`: absolute path
    pub vendor_lib: Option<String>,
    /// `HWMQTT_DCONN_DSOFTBUS_LIB`
    pub dsoftbus_lib: String,
    /// `HWMQTT_DCONN_PORT`: the same on all devices
    pub port: u16,
    /// `HWMQTT_DCONN_BIND=any`: listen on the wildcard address
    pub bind_any: bool,
    /// `HWMQTT_DCONN_STRICT_IP`: a listed device must come from a listed address
    pub strict_ip: bool,
    /// `HWMQTT_DCONN_STRICT_IP=2`: addresses that were found are not used, so that none is looked for
    pub listed_only: bool,
    /// `HWMQTT_DCONN_FIND`: members find each other on the LAN
    pub find: bool,
    /// `HWMQTT_DCONN_MIN_KEY_LEN`: 8 … 64
    pub min_key_len: usize,
    /// `HWMQTT_DCONN_MAX_PEERS`: 1 … 1024
    pub max_peers: usize,
    /// `HWMQTT_DCONN_CONNECT_TIMEOUT_MS`
    pub connect_timeout: Duration,
    /// `HWMQTT_DCONN_RECONNECT`
    pub reconnect: bool,
    /// What only tests change.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            backend: BackendKind::Builtin,
            vendor_lib: None,
            dsoftbus_lib: "libsoftbus_client.z.so".into(),
            port: 28177,
            bind_any: false,
            strict_ip: true,
            listed_only: false,
            find: true,
            min_key_len: 16,
            max_peers: 128,
            connect_timeout: Duration::from_millis(3000),
            reconnect: true,
            limits: Limits::default(),
        }
    }
}

/// Limits and timers (docs/spec/nearlink.md#limits, docs/spec/nearlink.md#timers).
#[derive(Clone, Debug)]
pub struct Limits {
    pub admission: admission::Limits,
    pub session: Timers,
    /// Each server state before READY.
    pub server_step: Duration,
    /// Each answer the client waits for.
    pub client_step: Duration,
    /// Unacknowledged messages per peer.
    pub window: usize,
    /// Messages per peer waiting for the callback.
    pub queue: usize,
    /// A receive queue full for so long drops messages.
    pub queue_patience: Duration,
    /// Distinct server addresses.
    pub listeners: usize,
    /// A client replaces a session of this age.
    pub rekey: Duration,
    /// How long `DConnSendData` remembers that a peer was just removed.
    pub removed: Duration,
    /// How long a close waits for its last bytes to leave.
    pub linger: Duration,
    /// The UDP port at which members find each other.
    pub find_port: u16,
    /// Whether the loopback interface counts as a LAN.
    pub find_loopback: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            admission: admission::Limits::default(),
            session: Timers::default(),
            server_step: Duration::from_secs(2),
            client_step: Duration::from_secs(3),
            window: 64,
            queue: 64,
            queue_patience: Duration::from_secs(5),
            listeners: 4,
            rekey: Duration::from_secs(12 * 3600),
            removed: Duration::from_secs(30),
            linger: Duration::from_millis(300),
            find_port: 28177,
            find_loopback: false,
        }
    }
}

impl Settings {
    /// Reads the variables through `get`; a value that cannot be understood keeps the default and is logged.
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Self {
        let mut settings = Settings::default();
        let read = |name: &str| get(name).filter(|value| !value.is_empty());
        if let Some(text) = read("HWMQTT_DCONN_BACKEND") {
            match text.as_str() {
                "builtin" => settings.backend = BackendKind::Builtin,
                "vendor" => settings.backend = BackendKind::Vendor,
                "dsoftbus" => settings.backend = BackendKind::DSoftBus,
                "stub" => settings.backend = BackendKind::Stub,
                _ => rejected("HWMQTT_DCONN_BACKEND", &text, "builtin, vendor, dsoftbus or stub"),
            }
        }
        settings.vendor_lib = read("HWMQTT_DCONN_VENDOR_LIB");
        if let Some(name) = read("HWMQTT_DCONN_DSOFTBUS_LIB") {
            settings.dsoftbus_lib = name;
        }
        if let Some(text) = read("HWMQTT_DCONN_BIND") {
            match text.as_str() {
                "any" => settings.bind_any = true,
                "listed" => settings.bind_any = false,
                _ => rejected("HWMQTT_DCONN_BIND", &text, "listed or any"),
            }
        }
        let number = |name: &str, range: std::ops::RangeInclusive<u64>, set: &mut dyn FnMut(u64)| {
            let Some(text) = read(name) else { return };
            match text.trim().parse() {
                Ok(value) if range.contains(&value) => set(value),
                _ => rejected(
                    name,
                    &text,
                    &format!("a number from {} to {}", range.start(), range.end()),
                ),
            }
        };
        number("HWMQTT_DCONN_PORT", 1..=65535, &mut |v| {
            settings.port = u16::try_from(v).unwrap_or(settings.port)
        });
        number("HWMQTT_DCONN_STRICT_IP", 0..=2, &mut |v| {
            (settings.strict_ip, settings.listed_only) = (v > 0, v == 2)
        });
        number("HWMQTT_DCONN_FIND", 0..=1, &mut |v| settings.find = v == 1);
        number("HWMQTT_DCONN_MIN_KEY_LEN", 8..=64, &mut |v| {
            settings.min_key_len = v as usize
        });
        number("HWMQTT_DCONN_MAX_PEERS", 1..=1024, &mut |v| {
            settings.max_peers = v as usize
        });
        number("HWMQTT_DCONN_CONNECT_TIMEOUT_MS", 1..=600_000, &mut |v| {
            settings.connect_timeout = Duration::from_millis(v)
        });
        number("HWMQTT_DCONN_RECONNECT", 0..=1, &mut |v| settings.reconnect = v == 1);
        settings
    }
}

fn rejected(name: &str, text: &str, wanted: &str) {
    base::lines::setting_ignored(&name, &format_args!("{text:?}"), &wanted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_variables() {
        let s = Settings::from_variables(|name| {
            Some(
                match name {
                    "HWMQTT_DCONN_BACKEND" => "dsoftbus",
                    "HWMQTT_DCONN_VENDOR_LIB" => "/usr/lib/v.so",
                    "HWMQTT_DCONN_DSOFTBUS_LIB" => "x.so",
                    "HWMQTT_DCONN_PORT" => "4000",
                    "HWMQTT_DCONN_BIND" => "any",
                    "HWMQTT_DCONN_STRICT_IP" | "HWMQTT_DCONN_RECONNECT" | "HWMQTT_DCONN_FIND" => "0",
                    "HWMQTT_DCONN_MIN_KEY_LEN" => "8",
                    "HWMQTT_DCONN_MAX_PEERS" => "1024",
                    "HWMQTT_DCONN_CONNECT_TIMEOUT_MS" => "250",
                    other => panic!("unknown variable {other}"),
                }
                .to_owned(),
            )
        });
        assert_eq!(
            (s.backend, s.vendor_lib.as_deref(), s.dsoftbus_lib.as_str()),
            (BackendKind::DSoftBus, Some("/usr/lib/v.so"), "x.so")
        );
        assert_eq!(
            (s.port, s.bind_any, s.strict_ip, s.reconnect),
            (4000, true, false, false)
        );
        assert!(!s.find && !s.listed_only);
        let listed = Settings::from_variables(|name| name.ends_with("STRICT_IP").then(|| "2".to_owned()));
        assert!(listed.find && listed.listed_only && listed.strict_ip);
        assert_eq!(
            (s.min_key_len, s.max_peers, s.connect_timeout),
            (8, 1024, Duration::from_millis(250))
        );
    }

    #[test]
    fn out_of_range_keeps_the_default() {
        let s = Settings::from_variables(|name| {
            Some(if name.ends_with("LIB") {
                String::new()
            } else {
                "7".repeat(7)
            })
        });
        assert_eq!(
            (s.port, s.min_key_len, s.max_peers, s.strict_ip, s.reconnect),
            (28177, 16, 128, true, true)
        );
        assert_eq!(s.backend, BackendKind::Builtin);
        assert_eq!(s.dsoftbus_lib, "libsoftbus_client.z.so");
    }
}
