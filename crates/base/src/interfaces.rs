//! Addresses of this machine's network interfaces, and the news that they have changed.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::io;
use std::mem::size_of;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// One address of one interface.
#[derive(Clone, Debug)]
pub struct Address {
    /// The interface's number.
    pub index: u32,
    pub up: bool,
    pub loopback: bool,
    pub point_to_point: bool,
    /// Whether it knows multicast or broadcast.
    pub for_many: bool,
    pub address: IpAddr,
    /// Bits of the network in the address.
    pub prefix: u8,
}

/// The list as the C library made it; freed when dropped.
struct List(*mut libc::ifaddrs);

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: from getifaddrs, not freed before.
        unsafe { libc::freeifaddrs(self.0) };
    }
}

/// The IP address in a socket address of either family.
///
/// # Safety
/// `socket` is NULL or points to a whole socket address of its family.
unsafe fn ip(socket: *const libc::sockaddr) -> Option<IpAddr> {
    if socket.is_null() {
        return None;
    }
    // SAFETY: as the caller says, read without assuming alignment.
    unsafe {
        match i32::from((*socket).sa_family) {
            libc::AF_INET => {
                let v4 = socket.cast::<libc::sockaddr_in>().read_unaligned();
                Some(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)).into())
            }
            libc::AF_INET6 => {
                let v6 = socket.cast::<libc::sockaddr_in6>().read_unaligned();
                Some(Ipv6Addr::from(v6.sin6_addr.s6_addr).into())
            }
            _ => None,
        }
    }
}

/// All addresses at this moment.
pub fn addresses() -> io::Result<Vec<Address>> {
    let mut first = std::ptr::null_mut();
    // SAFETY: an out parameter.
    if unsafe { libc::getifaddrs(&mut first) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let list = List(first);
    let mut all = Vec::new();
    let mut next = list.0;
    // SAFETY: the list's elements, as the C library linked them.
    while let Some(one) = unsafe { next.as_ref() } {
        next = one.ifa_next;
        // SAFETY: pointers of the list.
        let (address, mask) = unsafe { (ip(one.ifa_addr), ip(one.ifa_netmask)) };
        let Some(address) = address else { continue };
        let prefix = match mask {
            Some(IpAddr::V4(mask)) => mask.to_bits().leading_ones(),
            Some(IpAddr::V6(mask)) => mask.to_bits().leading_ones(),
            None => 128,
        };
        // SAFETY: the element's name, a C string.
        let index = unsafe { libc::if_nametoindex(CStr::from_ptr(one.ifa_name).as_ptr()) };
        let flag = |flag: libc::c_int| one.ifa_flags & flag as libc::c_uint != 0;
        if index != 0 {
            all.push(Address {
                index,
                up: flag(libc::IFF_UP),
                loopback: flag(libc::IFF_LOOPBACK),
                point_to_point: flag(libc::IFF_POINTOPOINT),
                for_many: flag(libc::IFF_MULTICAST) || flag(libc::IFF_BROADCAST),
                address,
                prefix: prefix as u8,
            });
        }
    }
    Ok(all)
}

/// A socket, not blocking, that has something to read after interfaces or their addresses have changed.
pub fn changes() -> io::Result<OwnedFd> {
    const LINK: u32 = 0x1;
    const IPV4_ADDRESS: u32 = 0x10;
    const IPV6_ADDRESS: u32 = 0x100;
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: numbers only; the result is owned by nobody else.
    let socket = unsafe {
        let number = libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_ROUTE);
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(number)
    };
    // SAFETY: a C struct for which zeros are a value.
    let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address.nl_groups = LINK | IPV4_ADDRESS | IPV6_ADDRESS;
    let length = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
    // SAFETY: a struct of the given size.
    match unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) } {
        0 => crate::process::above_standard(socket),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_there() {
        let all = addresses().unwrap();
        let local = all
            .iter()
            .find(|one| one.address == IpAddr::from(Ipv4Addr::LOCALHOST))
            .unwrap();
        assert!(local.up && local.loopback && !local.point_to_point && local.index > 0);
        assert_eq!(local.prefix, 8);
    }

    #[test]
    fn nothing_has_changed_yet() {
        let socket = std::fs::File::from(changes().unwrap());
        let result = io::Read::read(&mut &socket, &mut [0; 512]);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
