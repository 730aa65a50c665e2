//! An unchangeable copy of all buses with the look-ups over it (spec/softbus.md 2.3). Look-ups use every bus and device the
//! platform listed, except buses whose group was deleted.

use std::net::IpAddr;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::bus::{Bus, Key, Member};

/// Where a member is: sorted lists of places are the index, so no text is stored twice.
#[derive(Clone, Copy)]
struct Place {
    bus: u32,
    member: u32,
}

/// The buses of one moment.
#[derive(Default)]
pub struct Registry {
    buses: Vec<Arc<Bus>>,
    /// Members of live buses by device id, equal ids in bus order.
    by_id: Vec<Place>,
    /// Members of live buses with an address, by address text.
    by_ip: Vec<Place>,
    /// The addresses of live buses that are IP addresses, sorted.
    addresses: Vec<IpAddr>,
}

impl Registry {
    pub fn new(buses: Vec<Arc<Bus>>) -> Registry {
        let mut by_id = Vec::new();
        for (bus, entry) in (0..).zip(&buses).filter(|(_, bus)| bus.live()) {
            by_id.extend((0..).zip(&entry.devices).map(|(member, _)| Place { bus, member }));
        }
        let mut registry = Registry {
            buses,
            by_id: Vec::new(),
            by_ip: Vec::new(),
            addresses: Vec::new(),
        };
        let mut by_ip = by_id.clone();
        by_ip.retain(|place| !registry.ip_at(place).is_empty());
        by_id.sort_by_key(|place| registry.id_at(place)); // stable: keeps the bus order
        by_ip.sort_by_key(|place| registry.ip_at(place));
        let mut addresses: Vec<IpAddr> = by_ip.iter().filter_map(|place| parsed(registry.ip_at(place))).collect();
        addresses.sort_unstable();
        addresses.dedup();
        registry.by_id = by_id;
        registry.by_ip = by_ip;
        registry.addresses = addresses;
        registry
    }

    /// All buses in the platform's order, deleted ones too.
    pub fn buses(&self) -> &[Arc<Bus>] {
        &self.buses
    }

    /// The first bus with this id, deleted or not.
    pub fn bus(&self, bus_id: &[u8]) -> Option<&Arc<Bus>> {
        self.buses.iter().find(|bus| *bus.bus_id == *bus_id)
    }

    /// Whether a live bus lists this device id.
    pub fn has_device(&self, device_id: &[u8]) -> bool {
        !self.places(device_id).is_empty()
    }

    /// Whether a live bus lists exactly this address text.
    pub fn has_address(&self, device_ip: &[u8]) -> bool {
        self.by_ip
            .binary_search_by(|place| self.ip_at(place).cmp(device_ip))
            .is_ok()
    }

    /// Whether a live bus lists this address, in whatever spelling.
    pub fn has_ip(&self, address: IpAddr) -> bool {
        self.addresses.binary_search(&address.to_canonical()).is_ok()
    }

    /// The addresses listed for a device in live buses, in bus order; those that are not known are left out.
    pub fn addresses_of<'a>(&'a self, device_id: &[u8]) -> impl Iterator<Item = &'a [u8]> + 'a {
        self.places(device_id)
            .iter()
            .map(|place| self.ip_at(place))
            .filter(|ip| !ip.is_empty())
    }

    /// The address of a device: the first one known, in bus order.
    pub fn address_of(&self, device_id: &[u8]) -> Option<&[u8]> {
        self.addresses_of(device_id).next()
    }

    /// The live buses that list a device, in bus order, each once.
    pub fn buses_of<'a>(&'a self, device_id: &[u8]) -> impl Iterator<Item = &'a Arc<Bus>> + 'a {
        let mut last = None;
        self.places(device_id).iter().filter_map(move |place| {
            (last.replace(place.bus) != Some(place.bus))
                .then(|| self.buses.get(place.bus as usize))
                .flatten()
        })
    }

    /// The usable keys of the live buses that list a device, in bus order; equal keys of two buses appear twice.
    pub fn keys_of<'a>(&'a self, device_id: &[u8]) -> impl Iterator<Item = &'a Key> + 'a {
        self.buses_of(device_id).map(|bus| &bus.key).filter(|key| key.usable())
    }

    /// The usable keys of the live buses that list both devices, in bus order.
    pub fn shared_keys<'a>(&'a self, own: &'a [u8], peer: &[u8]) -> impl Iterator<Item = &'a Key> + 'a {
        self.buses_of(peer)
            .filter(|bus| bus.lists(own))
            .map(|bus| &bus.key)
            .filter(|key| key.usable())
    }

    /// The keys of a device joined with `,`; `None` when there is none or `source` is not the own device.
    pub fn auth_key(&self, own: &[u8], source: &[u8], target: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if own != source {
            return None;
        }
        let length: usize = self.keys_of(target).map(|key| key.bytes().len() + 1).sum();
        let mut joined = Zeroizing::new(Vec::with_capacity(length)); // growing would leave an unwiped copy
        for key in self.keys_of(target) {
            if !joined.is_empty() {
                joined.push(b',');
            }
            joined.extend_from_slice(key.bytes());
        }
        (!joined.is_empty()).then_some(joined)
    }

    fn places(&self, device_id: &[u8]) -> &[Place] {
        let start = self.by_id.partition_point(|place| self.id_at(place) < device_id);
        let rest = self.by_id.get(start..).unwrap_or_default();
        let length = rest.partition_point(|place| self.id_at(place) == device_id);
        rest.get(..length).unwrap_or_default()
    }

    fn member_at(&self, place: &Place) -> Option<&Member> {
        self.buses.get(place.bus as usize)?.devices.get(place.member as usize)
    }

    fn id_at(&self, place: &Place) -> &[u8] {
        self.member_at(place).map_or(b"", |member| &member.device_id)
    }

    fn ip_at(&self, place: &Place) -> &[u8] {
        self.member_at(place).map_or(b"", |member| &member.device_ip)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.buses).finish()
    }
}

fn parsed(ip: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(ip)
        .ok()?
        .parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}
