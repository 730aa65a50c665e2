//! The address list of an init call (docs/spec/nearlink.md#address-list): tokens
//! between commas, plain IPv4/IPv6 only, and which token `errorIp` names when one is wrong.

use std::net::{IpAddr, Ipv6Addr};

/// Most tokens a list may have, counted before duplicates are collapsed.
pub const MAX_TOKENS: usize = 128;

/// One distinct address and the text it was given as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub address: IpAddr,
    pub token: Vec<u8>,
}

/// A token that is no address, or one too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offending(pub Vec<u8>);

impl std::fmt::Display for Offending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        String::from_utf8_lossy(&self.0).fmt(f)
    }
}

impl std::error::Error for Offending {}

/// Splits and checks a list.
pub fn parse_list(list: &[u8]) -> Result<Vec<Listed>, Offending> {
    let mut out: Vec<Listed> = Vec::new();
    for (index, token) in list.split(|&b| b == b',').enumerate() {
        let token = trim(token);
        if index == MAX_TOKENS {
            return Err(Offending(token.to_vec()));
        }
        let address = parse(token).ok_or_else(|| Offending(token.to_vec()))?;
        if !out.iter().any(|seen| seen.address == address) {
            out.push(Listed {
                address,
                token: token.to_vec(),
            });
        }
    }
    Ok(out)
}

fn trim(token: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let from = token.iter().position(|b| !blank(b)).unwrap_or(token.len());
    let to = token.iter().rposition(|b| !blank(b)).map_or(from, |last| last + 1);
    token.get(from..to).unwrap_or_default()
}

fn parse(token: &[u8]) -> Option<IpAddr> {
    let address = parse_text(std::str::from_utf8(token).ok()?)?;
    let unusable = match address {
        IpAddr::V4(v4) => v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast(),
    };
    (!unusable).then_some(address)
}

/// A plain address literal; an IPv4-mapped IPv6 address counts as IPv4.
pub fn parse_text(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|a| a.to_canonical())
}

/// The address as the callbacks see it: dotted IPv4, RFC 5952 IPv6, never mapped, no zone.
pub fn text(address: IpAddr) -> String {
    address.to_canonical().to_string()
}

/// The address to bind for any interface of the same family.
pub fn wildcard(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

/// What goes into the caller's `errorIp`: the token, cut so that it and its NUL fit 46 bytes.
pub fn for_error_ip(token: &[u8]) -> Vec<u8> {
    let mut out = token.get(..45).unwrap_or(token).to_vec();
    out.push(0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &str) -> Result<Vec<String>, String> {
        parse_list(list.as_bytes())
            .map(|all| all.iter().map(|l| l.address.to_string()).collect())
            .map_err(|t| t.to_string())
    }

    #[test]
    fn good_lists() {
        assert_eq!(
            addresses(" 10.0.0.1 ,fe80::1,\t10.0.0.2"),
            Ok(vec!["10.0.0.1".into(), "fe80::1".into(), "10.0.0.2".into()])
        );
        assert_eq!(
            addresses("10.0.0.1,::ffff:10.0.0.1,10.0.0.1"),
            Ok(vec!["10.0.0.1".into()])
        );
    }

    #[test]
    fn offending_tokens() {
        for (list, token) in [
            ("", ""),
            ("   ", ""),
            ("10.0.0.1,", ""),
            ("10.0.0.1,,x", ""),
            ("10.0.0.1, gateway.local ,y", "gateway.local"),
            ("[fe80::1]", "[fe80::1]"),
            ("fe80::1%eth0", "fe80::1%eth0"),
            ("10.0.0.1:80", "10.0.0.1:80"),
            ("010.0.0.1", "010.0.0.1"),
            ("10.0.1", "10.0.1"),
            ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"),
            ("224.0.0.1", "224.0.0.1"),
            ("::", "::"),
            ("ff02::1", "ff02::1"),
            ("::ffff:0.0.0.0", "::ffff:0.0.0.0"),
            ("10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"),
        ] {
            assert_eq!(addresses(list), Err(token.into()), "{list:?}");
        }
        assert_eq!(parse_list(b"10.0.0.1,\xff\xfe"), Err(Offending(b"\xff\xfe".to_vec())));
    }

    #[test]
    fn at_most_128_tokens_before_duplicates_collapse() {
        let list = vec!["10.0.0.1"; 128].join(",");
        assert_eq!(addresses(&list).map(|a| a.len()), Ok(1));
        assert_eq!(addresses(&format!("{list}, 10.0.0.9")), Err("10.0.0.9".into()));
        assert_eq!(addresses(&format!("bad,{list}")), Err("bad".into()));
    }

    #[test]
    fn error_ip_fits_46_bytes() {
        assert_eq!(for_error_ip(b"10.0.0.1"), b"10.0.0.1\0");
        assert_eq!(for_error_ip(&[b'x'; 60]), [[b'x'; 45].as_slice(), b"\0"].concat());
        assert_eq!(for_error_ip(b""), b"\0");
    }
}
