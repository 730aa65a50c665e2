//! The search that reading and writing spend their time in, eight bytes at a time.

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

fn special(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
}

/// Non-zero if one of the bytes is special; the lowest bit set then belongs to the first of them.
fn specials(word: u64) -> u64 {
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, 0x20) | equal(b'"') | equal(b'\\')
}

/// How many bytes at the start need no look: up to the first control character, quote or backslash.
pub(super) fn plain(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, tail)) = rest.split_first_chunk() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return text.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = tail;
    }
    let tail = rest.iter().position(|byte| special(*byte)).unwrap_or(rest.len());
    text.len() - rest.len() + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn simple(text: &[u8]) -> usize {
        text.iter().position(|byte| special(*byte)).unwrap_or(text.len())
    }

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=255 {
            for at in 0..24 {
                let mut text = [b'a'; 24];
                text[at] = byte;
                assert_eq!(plain(&text), simple(&text), "{byte:#04x} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn as_a_search_byte_by_byte(text in proptest::collection::vec(prop_oneof![0x18_u8..0x28, 0x58_u8..0x60, any::<u8>()], 0..40)) {
            prop_assert_eq!(plain(&text), simple(&text));
        }
    }
}
