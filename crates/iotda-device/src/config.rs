//! What a device is told about itself and its platform: the numbered items of
//! `IOTA_ConfigSetStr`/`IOTA_ConfigSetUint`, their validation and what survives `IOTA_Destroy`
//! (docs/spec/connection.md#config-set, docs/spec/connection.md#items,
//! docs/spec/connection.md#kept). The table is `items`.

use std::fmt;

use zeroize::Zeroizing;

#[macro_use]
mod table;
mod choice;
mod items;
mod rules;
pub mod typed;

pub use choice::{Overflow, SpoolSync, StampMethod};
pub use items::{DeviceConfig, Item};
pub use rules::leading_number;
use typed::Note;

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

/// What was meant where `value` is a typing mistake; says so in the log. For callers that hold no lock.
pub fn corrected(item: Item, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    typed::correct(item, value).map(|correction| {
        correction.notes.iter().for_each(tell);
        Zeroizing::new(correction.value)
    })
}

fn tell(note: &Note) {
    match note {
        Note::Blanks(what, typed) => base::lines::blanks_around(what, &typed.escape_debug()),
        Note::SecretBlanks => base::lines::blanks_around_secret(),
        Note::Invisible(what, c) => base::lines::invisible_inside(what, &c.escape_unicode()),
        Note::Scheme(scheme) => base::lines::address_with_scheme(scheme),
        Note::Path(path) => base::lines::address_with_path(path),
        Note::Port(port) => base::lines::address_with_port(port),
    }
}

/// Whether a numeric item's text means 0.
pub fn is_zero(value: &[u8]) -> bool {
    leading_number(value) == 0
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
        assert_eq!((c.qos, c.keep_alive, c.stamp_method), (0, 9, StampMethod::Sm3));
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
        assert_eq!(
            (c.overflow, c.system_roots, c.websocket),
            (Overflow::DropQos0First, true, true)
        );
        assert_eq!(c.server_name.as_deref(), Some(b"iot.example".as_slice()));
        assert_eq!(c.alpn, [b"mqtt"]);
        c.set(Item::ServerName, b"").unwrap();
        assert_eq!(c.server_name, None);
        assert_eq!(Item::from_number(99), None);
    }

    #[test]
    fn no_secret_in_debug_output() {
        let mut c = DeviceConfig::default();
        c.set(Item::DeviceSecret, b"topsecret").unwrap();
        assert!(!format!("{c:?}").contains("topsecret"));
    }
}
