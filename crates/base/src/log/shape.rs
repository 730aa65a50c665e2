//! What a line may look like: one line of text, whatever a topic, a reason or a name from outside holds.

use std::borrow::Cow;
use std::fmt::Write;

/// The longest line, in bytes, before the note of what was cut.
pub const LONGEST: usize = 1024;

/// Characters that a terminal or a viewer obeys instead of showing: C0, DEL, C1, and the marks of writing direction.
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `text` with such characters written as escapes.
pub fn escaped(text: &str) -> Cow<'_, str> {
    // Nearly all lines are plain ASCII: one look decides.
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) || !text.chars().any(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if u32::from(c) < 0x100 && obeyed(c) => {
                let _ = write!(shown, "\\x{:02x}", u32::from(c));
            }
            c if obeyed(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// `text` up to `LONGEST` bytes, and how many more there were.
pub fn cut(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return text;
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (shown, rest) = text.split_at(end);
    Cow::Owned(format!("{shown}… {} more", grouped(rest.len())))
}

/// A count with its thousands set apart.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        for (given, shown) in [
            ("plain text", "plain text"),
            ("主机 °C", "主机 °C"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[2J\u{7f}\u{0}", "\\x1b[2J\\x7f\\x00"),
            ("\u{85}\u{9b}", "\\x85\\x9b"),
            ("user\u{202e}gpj.exe", "user\\u{202e}gpj.exe"),
            ("\u{2066}x\u{2069}\u{2028}", "\\u{2066}x\\u{2069}\\u{2028}"),
        ] {
            assert_eq!(escaped(given), shown);
        }
    }

    #[test]
    fn a_long_line_says_how_much_is_missing() {
        let whole = "x".repeat(LONGEST);
        assert_eq!(cut(whole.as_str().into()), whole);
        let long = "x".repeat(LONGEST + 3211);
        assert_eq!(cut(long.as_str().into()), format!("{whole}… 3,211 more"));
        let wide = "é".repeat(LONGEST); // no character is split
        assert_eq!(
            cut(wide.as_str().into()),
            format!("{}… 1,024 more", "é".repeat(LONGEST / 2))
        );
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
