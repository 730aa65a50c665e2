//! Faults: what goes wrong with a connection, ordered in advance for the next connections or at once for a live one.

use serde::{Deserialize, Serialize};

/// How a connection is ended from the platform's side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Orderly close of the socket, without an MQTT packet.
    #[default]
    Close,
    /// TCP reset.
    Reset,
    /// The platform's sending side only; what the device sends is still read.
    Half,
    /// MQTT 5: DISCONNECT with this reason code, then close. In 3.1.1, which has no such packet, just close.
    Disconnect(u8),
}

/// One fault plan. All parts are independent; the default one does nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Only connections of this device. Faults that act before CONNECT has been read need None here.
    pub device: Option<String>,
    /// Number of connections this plan is for; 0: every one until cleared.
    pub times: u32,

    /// Accept TCP, read nothing, answer nothing.
    pub silent: bool,
    /// Close right after accepting TCP.
    pub close_on_accept: bool,

    /// Refuse the login with this code.
    pub refuse: Option<u8>,
    pub delay_connack_ms: Option<u64>,
    /// Close in place of CONNACK.
    pub no_connack: bool,
    /// Session-present flag in CONNACK, whatever is true.
    pub session_present: Option<bool>,

    /// Cut after this many packets or bytes, counted with CONNECT and CONNACK.
    pub cut_after_packets_in: Option<u64>,
    /// The same, counting only the device's PUBLISH packets.
    pub cut_after_publishes_in: Option<u64>,
    pub cut_after_packets_out: Option<u64>,
    pub cut_after_bytes_in: Option<u64>,
    pub cut_after_bytes_out: Option<u64>,
    pub cut: Cut,

    /// Do not acknowledge the next n publishes of the device (PUBACK, PUBREC); u32::MAX: none any more.
    pub withhold_puback: u32,
    pub duplicate_puback: bool,
    /// MQTT 5: reason code of the acknowledgements.
    pub puback_reason: Option<u8>,
    /// Return code of every SUBACK filter.
    pub suback_code: Option<u8>,
    pub withhold_suback: bool,
    pub withhold_pingresp: bool,
    /// Read nothing more after this many packets from the device; the socket stays open.
    pub stop_reading_after: Option<u64>,
    /// Send bytes that are no MQTT packet after this many packets from the device.
    pub garbage_after: Option<u64>,
}

impl Fault {
    fn before_connect(&self) -> bool {
        self.device.is_none() && (self.silent || self.close_on_accept)
    }
}

/// Plans that wait for connections.
#[derive(Debug, Default)]
pub struct Faults {
    plans: Vec<Fault>,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.plans.push(fault);
    }

    pub fn clear(&mut self) {
        self.plans.clear();
    }

    pub fn list(&self) -> &[Fault] {
        &self.plans
    }

    /// The plan for a connection just accepted, if one acts that early.
    pub fn at_accept(&mut self) -> Option<Fault> {
        self.take(Fault::before_connect)
    }

    /// The plan for a connection whose CONNECT has been read.
    pub fn at_connect(&mut self, device: &str) -> Option<Fault> {
        self.take(|f| !f.before_connect() && f.device.as_deref().is_none_or(|d| d == device))
    }

    fn take(&mut self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let at = self.plans.iter().position(fits)?;
        let plan = self.plans[at].clone();
        match plan.times {
            0 => {}
            1 => drop(self.plans.remove(at)),
            _ => self.plans[at].times -= 1,
        }
        Some(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_used_up_in_order() {
        let mut faults = Faults::default();
        faults.add(Fault {
            silent: true,
            times: 1,
            ..Fault::default()
        });
        faults.add(Fault {
            refuse: Some(3),
            times: 2,
            device: Some("a".into()),
            ..Fault::default()
        });
        assert!(faults.at_connect("b").is_none());
        assert!(faults.at_accept().unwrap().silent);
        assert!(faults.at_accept().is_none());
        assert_eq!(faults.at_connect("a").unwrap().refuse, Some(3));
        assert_eq!(faults.at_connect("a").unwrap().refuse, Some(3));
        assert!(faults.at_connect("a").is_none());
        faults.add(Fault {
            no_connack: true,
            ..Fault::default()
        });
        assert!((0..5).all(|_| faults.at_connect("x").is_some()));
    }
}
