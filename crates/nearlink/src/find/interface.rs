//! Interfaces of a LAN, and which addresses are reached through one without a router.

use std::net::{IpAddr, Ipv4Addr};

/// Most interfaces that are used.
pub const MAX_INTERFACES: usize = 8;

/// One address of an interface with its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subnet {
    pub address: IpAddr,
    pub prefix: u8,
}

impl Subnet {
    fn contains(&self, other: IpAddr) -> bool {
        let same = |a: u128, b: u128, bits: u32| {
            let rest = bits.saturating_sub(self.prefix.into());
            rest >= bits || (a ^ b) >> rest == 0
        };
        match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }

    /// The address of all devices in an IPv4 network that has room for some.
    pub fn broadcast(&self) -> Option<Ipv4Addr> {
        match self.address {
            IpAddr::V4(v4) if self.prefix < 31 => {
                Some(Ipv4Addr::from_bits(v4.to_bits() | u32::MAX >> self.prefix.min(31)))
            }
            _ => None,
        }
    }
}

/// Whether an address means something on its own link only, so that it says nothing without the interface.
pub fn needs_zone(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    pub index: u32,
    pub subnets: Vec<Subnet>,
}

impl Interface {
    /// Whether the address is one of a device on this LAN.
    pub fn on_link(&self, address: IpAddr) -> bool {
        let somebody = match address {
            IpAddr::V4(v4) => {
                !(v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast())
                    && self.subnets.iter().all(|subnet| subnet.broadcast() != Some(v4))
            }
            IpAddr::V6(v6) => !(v6.is_unspecified() || v6.is_multicast()),
        };
        somebody && (needs_zone(address) || self.subnets.iter().any(|subnet| subnet.contains(address)))
    }
}

/// What the system says of one address of an interface.
#[derive(Clone, Debug)]
pub struct Listed {
    pub index: u32,
    pub up: bool,
    pub loopback: bool,
    pub point_to_point: bool,
    /// Whether it carries packets for several devices at once.
    pub for_many: bool,
    pub subnet: Subnet,
}

/// The interfaces that are a LAN. Those of this machine alone only where tests want it.
pub fn lan(all: &[Listed], loopback_too: bool) -> Vec<Interface> {
    let mut found: Vec<Interface> = Vec::new();
    for one in all {
        let lan = one.up && !one.point_to_point && (one.for_many || one.loopback) && (loopback_too || !one.loopback);
        if !lan {
            continue;
        }
        let known = found.iter_mut().find(|interface| interface.index == one.index);
        if let Some(known) = known {
            known.subnets.push(one.subnet);
        } else if found.len() < MAX_INTERFACES {
            found.push(Interface {
                index: one.index,
                subnets: vec![one.subnet],
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(address: &str, prefix: u8) -> Subnet {
        Subnet {
            address: address.parse().unwrap(),
            prefix,
        }
    }

    #[test]
    fn on_link() {
        let interface = Interface {
            index: 2,
            subnets: vec![subnet("192.168.7.10", 24), subnet("2001:db8:1::5", 64)],
        };
        for (address, wanted) in [
            ("192.168.7.1", true),
            ("192.168.8.1", false),
            ("192.168.7.255", false),
            ("255.255.255.255", false),
            ("239.255.28.177", false),
            ("0.0.0.0", false),
            ("2001:db8:1::77", true),
            ("2001:db8:2::77", false),
            ("fe80::1", true),
            ("ff02::28:177", false),
            ("::", false),
        ] {
            assert_eq!(interface.on_link(address.parse().unwrap()), wanted, "{address}");
        }
        assert!(subnet("10.0.0.1", 0).contains("192.168.1.1".parse().unwrap()));
        assert_eq!(subnet("10.1.2.3", 20).broadcast(), Some(Ipv4Addr::new(10, 1, 15, 255)));
        assert_eq!(subnet("10.1.2.3", 0).broadcast(), Some(Ipv4Addr::BROADCAST));
        assert_eq!(
            (subnet("10.1.2.3", 31).broadcast(), subnet("fe80::1", 64).broadcast()),
            (None, None)
        );
    }

    #[test]
    fn what_a_lan_is() {
        let plain = Listed {
            index: 1,
            up: true,
            loopback: false,
            point_to_point: false,
            for_many: true,
            subnet: subnet("10.0.0.1", 24),
        };
        let indexes = |change: fn(&mut Listed), loopback_too| {
            let mut one = plain.clone();
            change(&mut one);
            lan(&[one], loopback_too).len()
        };
        assert_eq!(indexes(|_| (), false), 1);
        assert_eq!(indexes(|one| one.up = false, true), 0);
        assert_eq!(indexes(|one| one.point_to_point = true, true), 0);
        assert_eq!(indexes(|one| one.for_many = false, true), 0);
        let local = |one: &mut Listed| (one.loopback, one.for_many) = (true, false);
        assert_eq!((indexes(local, false), indexes(local, true)), (0, 1));
        let many: Vec<Listed> = (0..20)
            .map(|n| Listed {
                index: n / 2,
                ..plain.clone()
            })
            .collect();
        let found = lan(&many, false);
        assert_eq!((found.len(), found[0].subnets.len()), (8, 2));
    }
}
