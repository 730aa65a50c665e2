//! The shell's output cut into the texts of answers: at most 2048 bytes each, split between
//! characters, what is not UTF-8 as U+FFFD (docs/spec/services.md#tunnel-shell). Pure.

/// Bytes of one text.
pub const MAX_TEXT: usize = 2048;

const INVALID: &str = "\u{fffd}";

/// Keeps the beginning of a character until its end has come.
#[derive(Default)]
pub struct Output {
    begun: Vec<u8>,
}

impl Output {
    /// What these bytes complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let joined;
        let mut rest = bytes;
        if !self.begun.is_empty() {
            joined = [&std::mem::take(&mut self.begun), bytes].concat();
            rest = &joined;
        }
        let mut texts = Texts::default();
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    texts.add(text);
                    break;
                }
                Err(e) => {
                    let (good, bad) = rest.split_at_checked(e.valid_up_to()).unwrap_or_default();
                    texts.add(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = e.error_len() else {
                        self.begun = bad.to_vec();
                        break;
                    };
                    texts.add(INVALID);
                    rest = bad.get(length..).unwrap_or_default();
                }
            }
        }
        texts.done
    }

    /// What is left when no more bytes come.
    pub fn finish(&mut self) -> Option<String> {
        let begun = std::mem::take(&mut self.begun);
        (!begun.is_empty()).then(|| INVALID.to_owned())
    }
}

#[derive(Default)]
struct Texts {
    done: Vec<String>,
}

impl Texts {
    fn add(&mut self, mut text: &str) {
        while !text.is_empty() {
            let last = match self.done.last_mut() {
                Some(last) if fits(text, MAX_TEXT.saturating_sub(last.len())) > 0 => last,
                _ => {
                    self.done.push(String::new());
                    continue;
                }
            };
            let (some, rest) = text.split_at(fits(text, MAX_TEXT - last.len()));
            last.push_str(some);
            text = rest;
        }
    }
}

/// How many bytes of whole characters fit.
fn fits(text: &str, room: usize) -> usize {
    if text.len() <= room {
        return text.len();
    }
    (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_read_is_one_text_up_to_2048_bytes() {
        let mut output = Output::default();
        let line = "A".repeat(3000) + "\r\n$ ";
        let texts = output.push(line.as_bytes());
        assert_eq!(texts.iter().map(String::len).collect::<Vec<_>>(), [2048, 956]);
        assert_eq!(texts.concat(), line);
        assert_eq!(output.push(&[b'x'; 2048]).len(), 1);
        assert_eq!(output.push(b""), Vec::<String>::new());
        assert_eq!(output.push(b"a\0b"), ["a\0b"]);
        assert_eq!(output.finish(), None);
    }

    #[test]
    fn characters_stay_whole() {
        let mut output = Output::default();
        let word = "Welcome \u{4e2d}\u{6587}";
        let bytes = word.as_bytes();
        assert_eq!(output.push(&bytes[..9]), ["Welcome "]);
        assert_eq!(output.push(&bytes[9..10]), Vec::<String>::new());
        assert_eq!(output.push(&bytes[10..]), ["\u{4e2d}\u{6587}"]);
        let line = "x".repeat(2047) + "\u{4e2d}";
        let texts = output.push(line.as_bytes());
        assert_eq!(texts.iter().map(String::len).collect::<Vec<_>>(), [2047, 3]);
    }

    #[test]
    fn what_is_no_utf8_shows() {
        let mut output = Output::default();
        assert_eq!(output.push(b"a\xffb\xc0\xafc"), ["a\u{fffd}b\u{fffd}\u{fffd}c"]);
        assert_eq!(output.push(b"x\xe4\xb8"), ["x"]);
        assert_eq!(output.push(b"y"), ["\u{fffd}y"]);
        assert_eq!(output.push(b"\xe4\xb8"), Vec::<String>::new());
        assert_eq!(output.finish(), Some("\u{fffd}".to_owned()));
        assert_eq!(output.finish(), None);
        assert!(output.push(&[0xff; 2000]).iter().all(|text| text.len() <= MAX_TEXT));
    }

    proptest! {
        #[test]
        fn together_they_are_the_lossy_text(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..6)) {
            let mut output = Output::default();
            let mut texts: Vec<String> = pieces.iter().flat_map(|piece| output.push(piece)).collect();
            texts.extend(output.finish());
            prop_assert!(texts.iter().all(|text| (1..=MAX_TEXT).contains(&text.len())));
            let whole = pieces.concat();
            prop_assert_eq!(texts.concat(), String::from_utf8_lossy(&whole));
        }

        #[test]
        fn valid_text_survives_any_cut(text in "\\PC{0,2000}", at in any::<prop::sample::Index>()) {
            let mut output = Output::default();
            let (before, after) = text.as_bytes().split_at(at.index(text.len() + 1));
            let texts = [output.push(before), output.push(after)].concat();
            prop_assert_eq!(output.finish(), None);
            prop_assert_eq!(texts.concat(), text);
        }
    }
}
