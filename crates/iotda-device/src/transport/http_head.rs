//! The lines of an HTTP/1 response before its body, without their ends: for upgrades to WebSocket and for transfers.

/// The status code of a first line; `None`: that is no HTTP/1.
pub(crate) fn status(line: &[u8]) -> Option<u16> {
    let rest = line
        .strip_prefix(b"HTTP/1.1 ")
        .or_else(|| line.strip_prefix(b"HTTP/1.0 "))?;
    let (digits, after) = rest.split_at_checked(3)?;
    let whole = digits.iter().all(u8::is_ascii_digit) && (after.is_empty() || after.starts_with(b" "));
    let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (whole && status >= 100).then_some(status)
}

/// The values of all headers of this name.
pub(crate) fn values<'a>(headers: impl Iterator<Item = &'a [u8]>, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    headers.filter_map(move |line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (key, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default();
        key.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines() {
        for (line, code) in [
            ("HTTP/1.1 101 Switching Protocols", Some(101)),
            ("HTTP/1.0 200", Some(200)),
            ("HTTP/1.1 2000 OK", None),
            ("HTTP/1.1 099 OK", None),
            ("HTTP/1.1 +20 OK", None),
            ("HTTP/2 200 OK", None),
            ("SSH-2.0", None),
            ("", None),
        ] {
            assert_eq!(status(line.as_bytes()), code, "{line}");
        }
    }

    #[test]
    fn headers_by_name() {
        let lines = ["Upgrade:  a ", "upgrade:b:c", "upgrades: d", "nothing"];
        let found: Vec<&[u8]> = values(lines.iter().map(|line| line.as_bytes()), "UPGRADE").collect();
        assert_eq!(found, [&b"a"[..], b"b:c"]);
    }
}
