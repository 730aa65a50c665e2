//! What the string helpers of the C SDK compute, on bytes: number prefixes, joining, gzip, Base64; and texts cut to a buffer.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use iotda_device::config::leading_number;

/// The value of a decimal prefix as `atoi` reads it with a 64-bit `strtol`: cut to 32 bits after saturating at 64.
pub fn decimal_prefix(text: &[u8]) -> i32 {
    leading_number(text) as i32
}

/// The first run of ASCII digits: 0 without digits, -1 for more than 20 of them, at most `i64::MAX`.
pub fn first_number(text: &[u8]) -> i64 {
    let digits = text
        .iter()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit());
    let (mut value, mut count) = (0i64, 0);
    for digit in digits {
        count += 1;
        if count > 20 {
            return -1;
        }
        value = value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    }
    value
}

/// `first` and what `next` yields, `amount` strings in all, absent ones skipped; `None` when `first` is absent or empty.
pub fn combine<'a>(amount: i32, first: Option<&[u8]>, mut next: impl FnMut() -> Option<&'a [u8]>) -> Option<Vec<u8>> {
    let mut result = first.filter(|first| !first.is_empty())?.to_vec();
    for _ in 1..amount {
        result.extend_from_slice(next().unwrap_or_default());
    }
    Some(result)
}

/// One gzip member with the C SDK's header at the start of `room`: its length, or `None` when it does not fit.
pub fn gzip(source: &[u8], mut room: &mut [u8]) -> Option<usize> {
    let size = room.len();
    let mut encoder = GzBuilder::new()
        .operating_system(3)
        .write(&mut room, Compression::new(6));
    encoder.write_all(source).ok()?;
    encoder.try_finish().ok()?;
    let left = encoder.get_ref().len();
    Some(size - left)
}

/// At most `bytes` of the text, without cutting a character in two.
pub fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Standard Base64 with padding.
pub fn base64_encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_prefixes() {
        for (text, value) in [
            ("", 0),
            ("  42x", 42),
            ("\x0b-7", -7),
            ("+5", 5),
            ("+-5", 0),
            ("--5", 0),
            ("2147483648", i32::MIN),
            ("99999999999", 1_215_752_191),
            ("99999999999999999999", -1),
            ("-99999999999999999999", 0),
        ] {
            assert_eq!(decimal_prefix(text.as_bytes()), value, "{text}");
        }
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(
            (cut("abc", 255), cut("abc", 2), cut("aé", 2), cut("", 0)),
            ("abc", "ab", "a", "")
        );
    }

    #[test]
    fn first_numbers() {
        for (text, value) in [
            ("", 0),
            ("abc", 0),
            ("x:-12", 12),
            ("1.5e3", 1),
            ("9223372036854775808", i64::MAX),
            ("99999999999999999999", i64::MAX),
            ("000000000000000000001", -1),
            ("00000000000000000001", 1),
        ] {
            assert_eq!(first_number(text.as_bytes()), value, "{text}");
        }
    }

    #[test]
    fn gzip_fits_or_fails() {
        let source = b"hello";
        let mut room = [0xAA; 64];
        let length = gzip(source, &mut room).unwrap();
        assert_eq!(&room[..10], b"\x1f\x8b\x08\0\0\0\0\0\0\x03");
        assert!(room[length..].iter().all(|byte| *byte == 0xAA));
        for size in 0..length {
            assert_eq!(gzip(source, &mut room[..size]), None, "{size}");
        }
        assert_eq!(gzip(source, &mut room[..length]), Some(length));
    }

    #[test]
    fn gzip_of_noise_needs_little_more_room() {
        let mut x = 7u32;
        for length in [1usize, 100, 16_383, 16_384, 70_000, 200_000] {
            let noise: Vec<u8> = (0..length)
                .map(|_| {
                    x = x.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                    (x >> 16) as u8
                })
                .collect();
            let mut room = vec![0; length + length / 1000 + 64];
            let packed = gzip(&noise, &mut room).unwrap();
            let mut back = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&room[..packed]), &mut back).unwrap();
            assert_eq!(back, noise);
        }
    }
}
