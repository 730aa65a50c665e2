//! An unchangeable copy of all buses with the look-ups over it (docs/spec/softbus.md#lookups).
//! Look-ups use every bus and device the platform listed, except buses whose group was deleted.

use std::sync::Arc;

use once_cell::sync::OnceCell;
use zeroize::Zeroizing;

use super::bus::{Bus, Key, Member};
use ::nearlink::{keys, view as nearlink};

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
    /// Made by the first look-up that needs it: many a registry is replaced without one.
    index: OnceCell<Index>,
}

struct Index {
    /// Members of live buses by device id, equal ids in bus order.
    by_id: Vec<Place>,
    /// Members of live buses with an address, by address text.
    by_ip: Vec<Place>,
}

impl Index {
    fn new(buses: &[Arc<Bus>]) -> Index {
        let live = || (0..).zip(buses).filter(|(_, bus)| bus.live());
        let members = || {
            live().flat_map(|(bus, entry)| {
                (0..)
                    .zip(entry.devices.iter())
                    .map(move |(at, member)| (Place { bus, member: at }, member))
            })
        };
        // sorted with the texts beside the places, which is faster than looking them up; stable: keeps the bus order
        let sorted = |text: for<'a> fn(Member<'a>) -> &'a [u8]| {
            let mut list: Vec<(&[u8], Place)> = members().map(|(place, member)| (text(member), place)).collect();
            list.sort_by_key(|(text, _)| *text);
            list
        };
        let by_id = sorted(|member| member.device_id)
            .into_iter()
            .map(|(_, place)| place)
            .collect();
        let by_ip = sorted(|member| member.device_ip).into_iter();
        let by_ip = by_ip.filter(|(ip, _)| !ip.is_empty()).map(|(_, place)| place).collect();
        Index { by_id, by_ip }
    }
}

impl Registry {
    pub fn new(buses: Vec<Arc<Bus>>) -> Registry {
        Registry {
            buses,
            index: OnceCell::new(),
        }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.buses))
    }

    /// All buses in the platform's order, deleted ones too.
    pub fn buses(&self) -> &[Arc<Bus>] {
        &self.buses
    }

    /// The first bus with this id, deleted or not.
    pub fn bus(&self, bus_id: &[u8]) -> Option<&Arc<Bus>> {
        self.buses.iter().find(|bus| *bus.bus_id == *bus_id)
    }

    /// The registry without these buses; `None` when it has none of them.
    pub fn without(&self, deleted: &[&[u8]]) -> Option<Registry> {
        let stays = |bus: &&Arc<Bus>| !deleted.contains(&&*bus.bus_id);
        let left: Vec<_> = self.buses.iter().filter(stays).cloned().collect();
        (left.len() < self.buses.len()).then(|| Registry::new(left))
    }

    /// Whether a live bus lists this device id.
    pub fn has_device(&self, device_id: &[u8]) -> bool {
        !self.places(device_id).is_empty()
    }

    /// Whether a live bus lists exactly this address text.
    pub fn has_address(&self, device_ip: &[u8]) -> bool {
        self.index()
            .by_ip
            .binary_search_by(|place| self.ip_at(place).cmp(device_ip))
            .is_ok()
    }

    /// The address of a device: the first one known, in bus order.
    pub fn address_of(&self, device_id: &[u8]) -> Option<&[u8]> {
        self.places(device_id)
            .iter()
            .map(|place| self.ip_at(place))
            .find(|ip| !ip.is_empty())
    }

    /// The live buses that list a device, in bus order, each once.
    fn buses_of<'a>(&'a self, device_id: &[u8]) -> impl Iterator<Item = &'a Arc<Bus>> + 'a + use<'a> {
        let mut last = None;
        self.places(device_id).iter().filter_map(move |place| {
            (last.replace(place.bus) != Some(place.bus))
                .then(|| self.buses.get(place.bus as usize))
                .flatten()
        })
    }

    /// The usable keys of the live buses that list a device, in bus order; equal keys of two buses appear twice.
    fn keys_of<'a>(&'a self, device_id: &[u8]) -> impl Iterator<Item = &'a Key> + 'a + use<'a> {
        self.buses_of(device_id).map(|bus| &bus.key).filter(|key| key.usable())
    }

    /// The keys of a device joined with `,`; `None` when there is none or `source` is not the own device.
    pub fn auth_key(&self, own: &[u8], source: &[u8], target: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if own != source {
            return None;
        }
        let joined = keys::join(|| self.keys_of(target).map(Key::bytes));
        (!joined.is_empty()).then_some(joined)
    }

    fn places(&self, device_id: &[u8]) -> &[Place] {
        let by_id = &self.index().by_id;
        let start = by_id.partition_point(|place| self.id_at(place) < device_id);
        let rest = by_id.get(start..).unwrap_or_default();
        let length = rest.partition_point(|place| self.id_at(place) == device_id);
        rest.get(..length).unwrap_or_default()
    }

    fn member_at(&self, place: &Place) -> Option<Member<'_>> {
        self.buses.get(place.bus as usize)?.devices.get(place.member as usize)
    }

    fn id_at(&self, place: &Place) -> &[u8] {
        self.member_at(place).map_or(b"", |member| member.device_id)
    }

    fn ip_at(&self, place: &Place) -> &[u8] {
        self.member_at(place).map_or(b"", |member| member.device_ip)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.buses).finish()
    }
}

/// For the near-field link: live buses only; text that is not UTF-8 names no device and opens nothing.
impl From<&Registry> for nearlink::View {
    fn from(registry: &Registry) -> nearlink::View {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
        let member = |member: Member<'_>| {
            Some(nearlink::Member {
                id: text(member.device_id)?,
                address: text(member.device_ip).unwrap_or_default(),
            })
        };
        let bus = |bus: &Arc<Bus>| nearlink::Bus {
            id: String::from_utf8_lossy(&bus.bus_id).into_owned(),
            key: text(bus.key.bytes()).filter(|_| bus.key.usable()).map(Zeroizing::new),
            members: bus.devices.iter().filter_map(member).collect(),
        };
        nearlink::View {
            buses: registry.buses.iter().filter(|bus| bus.live()).map(bus).collect(),
        }
    }
}
