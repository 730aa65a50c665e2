//! Which hosts a tunnel may lead to: those of the platform's domain, and what the program adds (item 126). Pure.

use std::net::IpAddr;

/// Whether a tunnel may go to `site`, the host of its URL: one of the names that the platform is known by, a host in the
/// domain of one of these, or one on the list, where `example.com` means this host and every one below that name,
/// `.example.com` and `*.example.com` those below it only, and `example` this host only.
pub fn is_permitted(site: &[u8], platform: &[&[u8]], list: &[Vec<u8>]) -> bool {
    let Some(site) = Host::of(site) else {
        return false;
    };
    let mut own = platform.iter().filter_map(|name| Host::of(name));
    let is_own = |own: Host| {
        let domain = own.domain().map(Host::Name);
        site == own || domain.is_some_and(|domain| site == domain || site.is_below(&domain))
    };
    let is_listed = |entry: &Vec<u8>| {
        let below = entry.strip_prefix(b"*.").or_else(|| entry.strip_prefix(b"."));
        match below {
            Some(domain) => Host::of(domain).is_some_and(|domain| site.is_below(&domain)),
            None => Host::of(entry).is_some_and(|host| site == host || (entry.contains(&b'.') && site.is_below(&host))),
        }
    };
    own.any(is_own) || list.iter().any(is_listed)
}

/// A host as it is compared.
#[derive(Debug, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// In small letters, without the dot at the end.
    Name(String),
}

impl Host {
    /// `None`: no host can have this name.
    fn of(text: &[u8]) -> Option<Host> {
        let text = std::str::from_utf8(text).ok()?.trim().to_ascii_lowercase();
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(&text).parse() {
            return Some(Host::Address(address));
        }
        let name = text.strip_suffix('.').unwrap_or(&text);
        let is_label = |label: &str| {
            let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !label.is_empty() && label.bytes().all(usual)
        };
        name.split('.').all(is_label).then(|| Host::Name(name.to_owned()))
    }

    /// The part of a name that its owner has registered: the last two labels, or three where the country has domains of its
    /// own for kinds of owners (`com.cn`, `co.uk`). An address, a name of one label and one that ends in a number have none.
    fn domain(&self) -> Option<String> {
        let Host::Name(name) = self else {
            return None;
        };
        let mut from_the_end = name.rsplit('.');
        let (last, second) = (from_the_end.next()?, from_the_end.next()?);
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        match last.len() == 2 && second.len() <= 3 {
            true => from_the_end.next().map(|third| format!("{third}.{second}.{last}")),
            false => Some(format!("{second}.{last}")),
        }
    }

    /// Whether it is a name below that one.
    fn is_below(&self, domain: &Host) -> bool {
        match (self, domain) {
            (Host::Name(name), Host::Name(domain)) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.ends_with('.')),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(site: &str, address: &str, list: &[&str]) -> bool {
        let list: Vec<Vec<u8>> = list.iter().map(|entry| entry.as_bytes().to_vec()).collect();
        is_permitted(site.as_bytes(), &[address.as_bytes()], &list)
    }

    const CLOUD: &str = "0123.st1.iotda-device.cn-north-4.myhuaweicloud.com";

    #[test]
    fn the_platforms_domain() {
        for (site, address) in [
            ("tunnel.cn-north-4.myhuaweicloud.com", CLOUD),
            ("MyHuaweiCloud.COM.", CLOUD),
            (CLOUD, CLOUD),
            ("t.iot.example", "mqtt.iot.example"),
            ("t.example.co.uk", "mqtt.example.co.uk"),
            ("t.example.com.cn", "example.com.cn"),
            ("localhost", "LOCALHOST"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:db8::1]", "2001:DB8:0::1"),
        ] {
            assert!(permitted(site, address, &[]), "{site} for {address}");
        }
    }

    #[test]
    fn other_hosts() {
        for (site, address) in [
            ("evil.example", CLOUD),
            ("myhuaweicloud.com.evil.example", CLOUD),
            ("evilmyhuaweicloud.com", CLOUD),
            ("com", CLOUD),
            ("x.myhuaweicloud.com@evil.example", CLOUD),
            ("x\0.myhuaweicloud.com", CLOUD),
            ("x/.myhuaweicloud.com", CLOUD),
            ("x#.myhuaweicloud.com", CLOUD),
            (".myhuaweicloud.com", CLOUD),
            ("x..myhuaweicloud.com", CLOUD),
            ("xn\u{ff0e}myhuaweicloud.com", CLOUD),
            ("myhuaweicloud.com..", CLOUD),
            ("127.0.0.1", CLOUD),
            ("localhost", "127.0.0.1"),
            ("192.0.2.8", "192.0.2.7"),
            ("9.0.2.7", "8.0.2.7"),
            ("x.0.2.7", "192.0.2.7"),
            ("192.0.2.7.", "10.0.2.7"),
            ("[::ffff:192.0.2.8]", "192.0.2.7"),
            ("other.co.uk", "example.co.uk"),
            ("co.uk", "example.co.uk"),
            ("other.com.cn", "com.cn"),
            ("a.localhost", "localhost"),
            ("", CLOUD),
            ("", ""),
            ("x", ""),
            ("x", "not a host"),
        ] {
            assert!(!permitted(site, address, &[]), "{site} for {address}");
        }
        assert!(!is_permitted(b"x", &[], &[]));
        assert!(!is_permitted(b"\xff.com", &[b"\xff.com"], &[b"\xff.com".to_vec()]));
    }

    #[test]
    fn the_list_widens() {
        let list = [
            "tunnel.other.example",
            ".lab.example",
            "*.stars.example",
            "192.0.2.9",
            "gate",
            "*",
            ".",
            "",
        ];
        for site in [
            "tunnel.other.example",
            "x.tunnel.other.example",
            "gate",
            "a.lab.example",
            "a.b.stars.example",
            "192.0.2.9",
            "a.myhuaweicloud.com",
        ] {
            assert!(permitted(site, CLOUD, &list), "{site}");
        }
        for site in [
            "xtunnel.other.example",
            "x.gate",
            "1.192.0.2.9",
            "other.example",
            "lab.example",
            "stars.example",
            "alab.example",
            "192.0.2.1",
            "evil.example",
            "com",
        ] {
            assert!(!permitted(site, CLOUD, &list), "{site}");
        }
    }
}
