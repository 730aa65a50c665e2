//! HMAC, hexadecimal digits and Base64 as login, bridges and the helper functions need them.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use hmac::digest::typenum::U32;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sm3::Sm3;
use zeroize::Zeroizing;

/// HMAC-SHA256.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Zeroizing<[u8; 32]> {
    hmac(<Hmac<Sha256> as Mac>::new_from_slice(key), message)
}

/// HMAC-SM3.
pub fn hmac_sm3(key: &[u8], message: &[u8]) -> Zeroizing<[u8; 32]> {
    hmac(<Hmac<Sm3> as Mac>::new_from_slice(key), message)
}

/// HMAC takes keys of any length, so the error arm cannot be reached.
fn hmac<M: Mac<OutputSize = U32>, E>(state: Result<M, E>, message: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(match state {
        Ok(state) => state.chain_update(message).finalize().into_bytes().into(),
        Err(_) => [0; 32],
    })
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    // Sized once: growing would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Standard Base64; missing padding and stray padding bits are accepted, nothing else.
pub fn base64_decode(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn hmac_of_the_standard() {
        let digest = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            *hex(&*digest),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn base64_is_lenient_about_padding_only() {
        assert_eq!(base64_decode(b"YR==").unwrap(), b"a");
        assert_eq!(base64_decode(b"QUI").unwrap(), b"AB");
        assert_eq!(base64_decode(b"").unwrap(), b"");
        for bad in ["Q", "QUI=QUI=", "QU I", "QU-_", "QUI*", "=", "QUI\n"] {
            assert_eq!(base64_decode(bad.as_bytes()), None, "{bad}");
        }
    }
}
