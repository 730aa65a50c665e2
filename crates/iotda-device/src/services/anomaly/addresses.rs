//! The addresses that the device is connected with, from the kernel's tables.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

const TABLES: [&str; 4] = ["proc/net/tcp", "proc/net/tcp6", "proc/net/udp", "proc/net/udp6"];

/// Each remote address once, in the order of the tables. `root` is `/`.
pub fn remote(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for table in TABLES {
        let Ok(text) = std::fs::read_to_string(root.join(table)) else {
            continue;
        };
        for address in text.lines().skip(1).filter_map(remote_address) {
            if !found.contains(&address) {
                found.push(address);
            }
        }
    }
    found
}

/// The third column without its port; `None` also for the address without a value.
fn remote_address(line: &str) -> Option<String> {
    let (digits, _) = line.split_whitespace().nth(2)?.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(digits.get(8 * at..8 * at + 8)?, 16).ok();
    match digits.len() {
        8 => {
            let word = word(0).filter(|word| *word != 0)?; // in host byte order, as the kernel prints it
            Some(Ipv4Addr::from(word.to_ne_bytes()).to_string())
        }
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(at)?.to_ne_bytes());
            }
            Some(Ipv6Addr::from(bytes)).filter(|a| !a.is_unspecified()).map(v6_text)
        }
        _ => None,
    }
}

/// As C's `inet_ntop`, which shows the last 32 bits of `::a.b.c.d` as IPv4 too.
fn v6_text(address: Ipv6Addr) -> String {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
            let [.., a, b, c, d] = address.octets();
            format!("::{a}.{b}.{c}.{d}")
        }
        _ => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for text in ["2001:db8::1", "::ffff:127.0.0.1", "::1", "::1.2.3.4", "fe80::1:0:0:1"] {
            assert_eq!(v6_text(text.parse().unwrap()), text);
        }
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn lines() {
        let line = |address: &str| remote_address(&format!("   2: 0100007F:1F90 {address} 01 00000000:00000000"));
        assert_eq!(line("0A00A8C0:01BB").as_deref(), Some("192.168.0.10"));
        assert_eq!(
            line("B80D0120000000000000000001000000:01BB").as_deref(),
            Some("2001:db8::1")
        );
        for bad in [
            "00000000:0000",
            "00000000000000000000000000000000:0000",
            "",
            "0A00A8:1",
            "zz00A8C0:1",
            "ééé1:1",
        ] {
            assert_eq!(line(bad), None, "{bad}");
        }
    }
}
