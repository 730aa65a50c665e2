//! Identifiers and keys.

/// Random bytes of the operating system.
fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0u8; N];
    // The platform cannot make keys without the system's generator; there is nothing sensible to go on with.
    getrandom::fill(&mut buffer).expect("the system gives random bytes");
    buffer
}

/// `N` bytes in lower-case hexadecimal.
pub fn hex<const N: usize>() -> String {
    bytes::<N>().iter().map(|b| format!("{b:02x}")).collect()
}

/// A hyphenated UUID (version 4): request and event ids, 36 characters.
pub fn uuid() -> String {
    let mut raw = bytes::<16>();
    raw[6] = raw[6] & 0x0f | 0x40;
    raw[8] = raw[8] & 0x3f | 0x80;
    let h: String = raw.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
}

/// `count` letters and digits, each equally likely.
pub fn alphanumeric(count: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(count);
    while text.len() < count {
        // 248 is the largest multiple of 62 in a byte; the rest is thrown away to keep the choice even.
        let usable = bytes::<32>().into_iter().filter(|b| *b < 248);
        text.extend(
            usable
                .take(count - text.len())
                .map(|b| LETTERS[usize::from(b) % 62] as char),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn shapes() {
        let id = super::uuid();
        assert_eq!((id.len(), id.matches('-').count()), (36, 4));
        assert_eq!(super::hex::<8>().len(), 16);
        assert!(super::alphanumeric(20).chars().all(|c| c.is_ascii_alphanumeric()));
        assert_eq!(super::alphanumeric(20).len(), 20);
    }
}
