//! The groups that a device belongs to, as the platform described them last.

use std::fmt;

use zeroize::Zeroizing;

use crate::softbus::{self, Registry};

/// All soft buses of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoftBus {
    /// In the platform's order.
    pub buses: Vec<Bus>,
}

/// A soft bus: a group of devices and its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bus {
    /// Its id.
    pub id: String,
    /// The name given in the console; may be empty.
    pub name: String,
    /// Counts its changes.
    pub version: i64,
    /// The group's secret.
    pub key: BusKey,
    /// Its devices, this one among them.
    pub members: Vec<Member>,
}

/// A device of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub device_id: String,
    /// The address that it reported; `None` while none is known.
    pub address: Option<String>,
}

/// The secret of a group: wiped when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct BusKey(Zeroizing<Vec<u8>>);

impl BusKey {
    /// The secret's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for BusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl SoftBus {
    pub(super) fn of(registry: &Registry) -> SoftBus {
        let member = |member: softbus::Member<'_>| Member {
            device_id: text(member.device_id),
            address: (!member.device_ip.is_empty()).then(|| text(member.device_ip)),
        };
        let bus = |bus: &std::sync::Arc<softbus::Bus>| Bus {
            id: text(&bus.bus_id),
            name: text(&bus.bus_name),
            version: bus.version,
            key: BusKey(Zeroizing::new(bus.key.bytes().to_vec())),
            members: bus.devices.iter().map(member).collect(),
        };
        SoftBus {
            buses: registry.buses().iter().map(bus).collect(),
        }
    }
}
