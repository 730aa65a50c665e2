//! The component's own view of the groups (docs/spec/softbus.md#view): who belongs together, under
//! which key, at which addresses. The floor above hands over a new value whenever it changes; this
//! floor never asks upward.

use std::net::IpAddr;

use zeroize::Zeroizing;

use crate::address;

/// A member of a group; `address` as the platform gave it, "" when it never reported one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: String,
    pub address: String,
}

/// One group. `key` is `None` when the platform gave no usable one ("", "-1", not a text).
#[derive(Clone)]
pub struct Bus {
    pub id: String,
    pub key: Option<Zeroizing<String>>,
    pub members: Vec<Member>,
}

impl Bus {
    fn lists(&self, id: &str) -> bool {
        self.members.iter().any(|m| m.id == id)
    }

    fn addresses_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = IpAddr> + 'a {
        self.members
            .iter()
            .filter(move |m| m.id == id)
            .filter_map(|m| address::parse_text(&m.address))
    }
}

/// All groups of the device, in the platform's order.
#[derive(Clone, Default)]
pub struct View {
    pub buses: Vec<Bus>,
}

impl View {
    /// Whether some group lists this address; compared as addresses, not as texts.
    pub fn lists_address(&self, address: IpAddr) -> bool {
        self.buses
            .iter()
            .flat_map(|b| &b.members)
            .any(|m| address::parse_text(&m.address) == Some(address))
    }

    pub fn lists_device(&self, id: &str) -> bool {
        self.buses.iter().any(|b| b.lists(id))
    }

    /// Keys of the groups that list `id`.
    pub fn keys_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.buses
            .iter()
            .filter(move |b| b.lists(id))
            .filter_map(|b| b.key.as_ref().map(|k| k.as_str()))
    }

    /// Keys of the groups that list both.
    pub fn keys_shared<'a>(&'a self, own: &'a str, peer: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.buses
            .iter()
            .filter(move |b| b.lists(own) && b.lists(peer))
            .filter_map(|b| b.key.as_ref().map(|k| k.as_str()))
    }

    /// Keys of the groups that list `own` and some device at this address.
    pub fn keys_at(&self, own: &str, address: IpAddr) -> Vec<Zeroizing<String>> {
        let there = |b: &&Bus| {
            b.members
                .iter()
                .any(|m| address::parse_text(&m.address) == Some(address))
        };
        let groups = self.buses.iter().filter(|b| b.lists(own)).filter(there);
        groups.filter_map(|b| b.key.clone()).collect()
    }

    /// Whether any group has this key.
    pub fn has_key(&self, key: &[u8]) -> bool {
        self.buses
            .iter()
            .filter_map(|b| b.key.as_ref())
            .any(|k| k.as_bytes() == key)
    }

    /// Addresses at which the groups list a device.
    pub fn addresses_of(&self, id: &str) -> Vec<IpAddr> {
        self.buses.iter().flat_map(|b| b.addresses_of(id)).collect()
    }

    /// Address binding: a device may come from any address when none is listed for it, else from a listed one.
    pub fn allows(&self, id: &str, from: IpAddr) -> bool {
        let mut texts = self
            .buses
            .iter()
            .flat_map(|b| &b.members)
            .filter(|m| m.id == id && !m.address.is_empty())
            .peekable();
        texts.peek().is_none() || texts.any(|m| address::parse_text(&m.address) == Some(from))
    }

    /// The address a client binds before it connects to `server`, so that the server sees the listed one.
    pub fn own_address(&self, own: &str, server: IpAddr) -> Option<IpAddr> {
        let with_server = |b: &&Bus| {
            b.members
                .iter()
                .any(|m| address::parse_text(&m.address) == Some(server))
        };
        let common = self
            .buses
            .iter()
            .filter(with_server)
            .find_map(|b| b.addresses_of(own).next());
        common.or_else(|| {
            self.buses
                .iter()
                .find(|b| b.lists(own))
                .and_then(|b| b.addresses_of(own).next())
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn bus(id: &str, key: &str, members: &[(&str, &str)]) -> Bus {
        Bus {
            id: id.into(),
            key: (!key.is_empty()).then(|| Zeroizing::new(key.into())),
            members: members
                .iter()
                .map(|(id, a)| Member {
                    id: (*id).into(),
                    address: (*a).into(),
                })
                .collect(),
        }
    }

    fn view() -> View {
        View {
            buses: vec![
                bus(
                    "1",
                    "key-of-bus-one-16",
                    &[("A", "10.0.0.1"), ("B", "10.0.0.2"), ("C", "")],
                ),
                bus("2", "", &[("A", "10.0.1.1"), ("D", "::ffff:10.0.1.4")]),
                bus("3", "key-of-bus-three", &[("D", "FE80:0::4"), ("B", "10.0.0.2")]),
            ],
        }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn look_ups() {
        let view = view();
        assert!(
            view.lists_address(ip("10.0.1.4"))
                && view.lists_address(ip("fe80::4"))
                && !view.lists_address(ip("10.0.0.9"))
        );
        assert!(view.lists_device("C") && !view.lists_device("") && !view.lists_device("X"));
        assert_eq!(
            view.keys_of("B").collect::<Vec<_>>(),
            ["key-of-bus-one-16", "key-of-bus-three"]
        );
        assert_eq!(view.keys_shared("A", "B").collect::<Vec<_>>(), ["key-of-bus-one-16"]);
        assert_eq!(view.keys_shared("A", "D").count(), 0);
        assert_eq!(view.keys_at("A", ip("10.0.0.2")).len(), 1);
        assert_eq!(view.keys_at("A", ip("fe80::4")).len(), 0);
    }

    #[test]
    fn address_binding() {
        let view = view();
        assert!(view.allows("B", ip("10.0.0.2")) && !view.allows("B", ip("10.0.0.1")));
        assert!(view.allows("C", ip("1.2.3.4")), "no address listed");
        assert!(view.allows("D", ip("10.0.1.4")) && view.allows("D", ip("fe80::4")));
        let odd = View {
            buses: vec![bus("1", "k", &[("E", "somewhere")])],
        };
        assert!(
            !odd.allows("E", ip("1.2.3.4")),
            "listed, but as nothing that can be an address"
        );
    }

    #[test]
    fn which_own_address_the_client_binds() {
        let view = view();
        assert_eq!(view.own_address("A", ip("10.0.1.4")), Some(ip("10.0.1.1")));
        assert_eq!(view.own_address("A", ip("10.0.0.2")), Some(ip("10.0.0.1")));
        assert_eq!(view.own_address("A", ip("9.9.9.9")), Some(ip("10.0.0.1")));
        assert_eq!(view.own_address("X", ip("10.0.0.2")), None);
    }
}
