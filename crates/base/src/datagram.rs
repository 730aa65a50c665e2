//! Datagrams together with the interface they came in by.
#![allow(unsafe_code)]

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd};

/// One datagram, in the buffer that was given.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    pub length: usize,
    /// The interface's number; 0 when the system does not say.
    pub interface: u32,
    pub from: SocketAddr,
}

/// From now on the system says for each datagram where it came in.
pub fn tell_interface(socket: BorrowedFd<'_>, v6: bool) -> io::Result<()> {
    let (level, name) = match v6 {
        false => (libc::IPPROTO_IP, libc::IP_PKTINFO),
        true => (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO),
    };
    let on: libc::c_int = 1;
    let length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: a number of the given size.
    match unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const on).cast(), length) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Room for what comes beside a datagram, aligned for its headers.
#[repr(C, align(8))]
struct Beside([u8; 128]);

/// Takes the next datagram; one that is longer than the buffer is cut. Does not wait on a socket that is not blocking.
pub fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Received> {
    let mut from = MaybeUninit::<libc::sockaddr_storage>::zeroed();
    let mut beside = Beside([0; 128]);
    let mut piece = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // SAFETY: a C struct for which zeros are a value.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_name = from.as_mut_ptr().cast();
    message.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    message.msg_iov = &mut piece;
    message.msg_iovlen = 1;
    message.msg_control = beside.0.as_mut_ptr().cast();
    message.msg_controllen = beside.0.len() as _;
    // SAFETY: buffers of the given sizes, which live until the call returns.
    let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &mut message, 0) };
    let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
    // SAFETY: zeros or what the system wrote; both are values of plain numbers.
    let from = unsafe { address(from.assume_init_ref()) };
    let mut interface = 0;
    // SAFETY: the macros walk through the headers that the system wrote into `beside`.
    unsafe {
        let mut next = libc::CMSG_FIRSTHDR(&message);
        while let Some(header) = next.as_ref() {
            let data = libc::CMSG_DATA(next);
            match (header.cmsg_level, header.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    interface = data.cast::<libc::in_pktinfo>().read_unaligned().ipi_ifindex as u32;
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    interface = data.cast::<libc::in6_pktinfo>().read_unaligned().ipi6_ifindex as u32;
                }
                _ => {}
            }
            next = libc::CMSG_NXTHDR(&message, next);
        }
    }
    let from = from.ok_or(io::ErrorKind::InvalidData)?;
    Ok(Received {
        length,
        interface,
        from,
    })
}

/// # Safety
/// `socket` holds an address of its family.
unsafe fn address(socket: &libc::sockaddr_storage) -> Option<SocketAddr> {
    let pointer = &raw const *socket;
    // SAFETY: the storage is large and aligned enough for either.
    unsafe {
        match i32::from(socket.ss_family) {
            libc::AF_INET => {
                let v4 = &*pointer.cast::<libc::sockaddr_in>();
                let ip = IpAddr::from(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)));
                Some(SocketAddr::new(ip, u16::from_be(v4.sin_port)))
            }
            libc::AF_INET6 => {
                let v6 = &*pointer.cast::<libc::sockaddr_in6>();
                let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
                Some(SocketAddrV6::new(ip, u16::from_be(v6.sin6_port), 0, v6.sin6_scope_id).into())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::os::fd::AsFd;

    #[test]
    fn both_families_say_where_a_datagram_came_in() {
        for local in ["127.0.0.1:0", "[::1]:0"] {
            let (one, other) = (UdpSocket::bind(local).unwrap(), UdpSocket::bind(local).unwrap());
            tell_interface(one.as_fd(), one.local_addr().unwrap().is_ipv6()).unwrap();
            other.send_to(b"hello", one.local_addr().unwrap()).unwrap();
            let mut buffer = [0; 4];
            let got = receive(one.as_fd(), &mut buffer).unwrap();
            assert_eq!((got.length, &buffer), (4, b"hell"));
            assert_eq!(got.from, other.local_addr().unwrap());
            assert!(got.interface > 0);
            one.set_nonblocking(true).unwrap();
            let none = receive(one.as_fd(), &mut buffer).unwrap_err();
            assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        }
    }
}
