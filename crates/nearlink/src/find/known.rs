//! What finding has proven and may be used: members at addresses that the groups do not list for them.

use std::net::{IpAddr, SocketAddr};

/// A member and where it proved to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    pub id: String,
    pub address: SocketAddr,
}

/// Members without a listed address, or whose listed addresses have failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Known(pub Vec<Proven>);

impl Known {
    /// Whether some member is there.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.0.iter().any(|one| one.address.ip() == address)
    }

    /// Address binding: whether this member may come from there.
    pub fn allows(&self, id: &str, from: IpAddr) -> bool {
        self.0.iter().any(|one| one.id == id && one.address.ip() == from)
    }

    /// Where to dial this member.
    pub fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Proven> + 'a {
        self.0.iter().filter(move |one| one.id == id)
    }
}
