//! What the platform's tunnel notice says about the web socket to open
//! (docs/spec/services.md#tunnel-api).

/// Where the web socket connects to.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    pub host: &'a [u8],
    /// Digits; what the URL says, or the default.
    pub port: &'a [u8],
    /// With the query.
    pub path: &'a [u8],
    /// The header line that proves who connects, as raw text behind the other headers.
    pub header: Vec<u8>,
}

const SCHEME: &[u8] = b"wss://";
const HEADER: &[u8] = b"\r\ntunnel_access_token:";

/// Splits `wss://HOST[:PORT]/PATH`; `None` when it is not of this form, or has characters that would end the request line or
/// the header.
pub fn split<'a>(url: &'a [u8], token: &[u8], default_port: &'a [u8]) -> Option<Endpoint<'a>> {
    let rest = url.strip_prefix(SCHEME)?;
    if url.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) || token.iter().any(|byte| byte.is_ascii_control()) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.iter().position(|byte| *byte == b'/')?);
    // The colons of an IPv6 address stand in brackets.
    let name_end = authority.iter().rposition(|byte| *byte == b']').unwrap_or(0);
    let colon = authority
        .iter()
        .skip(name_end)
        .position(|byte| *byte == b':')
        .map(|at| at + name_end);
    let (host, port) = match colon {
        Some(at) => (authority.get(..at)?, authority.get(at + 1..)?),
        None => (authority, &b""[..]),
    };
    if host.is_empty() {
        return None;
    }
    Some(Endpoint {
        host,
        port: if port.is_empty() { default_port } else { port },
        path,
        header: [HEADER, token].concat(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn vectors() {
        let all: Value = serde_json::from_str(include_str!("../../../../../tests/vectors/services.json")).unwrap();
        let cases = all["tunnel_url"].as_array().unwrap();
        assert!(cases.len() > 10);
        for case in cases {
            let bytes = |name: &str| case[name].as_str().unwrap().as_bytes();
            let endpoint = split(bytes("url"), bytes("token"), b"443");
            assert_eq!(endpoint.is_some(), case["return"] == 0, "{case}");
            if let Some(endpoint) = endpoint {
                assert_eq!(endpoint.host, bytes("site"), "{case}");
                assert_eq!(endpoint.port, bytes("port"), "{case}");
                assert_eq!(endpoint.path, bytes("path"), "{case}");
                assert_eq!(endpoint.header, bytes("extra_headers"), "{case}");
            }
        }
    }

    #[test]
    fn addresses_and_injected_lines() {
        let endpoint = split(b"wss://[2001:db8::1]:8443/x", b"t", b"443").unwrap();
        assert_eq!((endpoint.host, endpoint.port), (&b"[2001:db8::1]"[..], &b"8443"[..]));
        let endpoint = split(b"wss://[::1]/x", b"t", b"443").unwrap();
        assert_eq!((endpoint.host, endpoint.port), (&b"[::1]"[..], &b"443"[..]));
        assert_eq!(split(b"wss://h/x\r\nevil: 1", b"t", b"443"), None);
        assert_eq!(split(b"wss://h/x y", b"t", b"443"), None);
        assert_eq!(split(b"wss://h/x", b"t\r\nevil: 1", b"443"), None);
    }

    proptest! {
        #[test]
        fn parts_make_up_the_url(url in "(wss://)?[a-z\\[\\]:/?\\x00-\\x20]{0,24}", token in "[ -~]{0,8}") {
            if let Some(found) = split(url.as_bytes(), token.as_bytes(), b"443") {
                let parts = |port: &[u8]| [SCHEME, found.host, port, found.path].concat();
                let explicit = [b":", found.port].concat();
                let possible = [parts(&explicit), parts(b":"), parts(b"")];
                prop_assert!(possible.iter().any(|whole| whole == url.as_bytes()));
                prop_assert!(!found.host.is_empty() && found.path.starts_with(b"/"));
            }
        }
    }
}
