//! The format language of the printing functions, checked as a whole before anything is printed, and rewritten
//! directive by directive for the C library.

/// A piece of a format.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// Units of the format that are printed as they are: from, to.
    Literal(usize, usize),
    Directive(Directive),
}

#[derive(Debug, PartialEq)]
pub struct Directive {
    pub flags: Vec<u8>,
    pub width: Amount,
    pub precision: Amount,
    /// Length modifier for the C library.
    pub modifier: &'static str,
    pub conversion: u8,
    pub argument: Argument,
}

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    None,
    Fixed(u32),
    /// The next `int` argument.
    Given,
}

/// The type of the argument after promotion; the letters are those of securec.c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    Pointer,
    Text,
    Other(u8),
}

/// Widths and precisions from here on are invalid.
const MOST: u32 = 214_748_360;
/// Digits that an integer's precision can ask for.
pub const MOST_DIGITS: u32 = 512;

/// The pieces of a format given as character codes; `None` when it is invalid.
pub fn pieces(format: &[u32]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut reader = Reader { format, at: 0 };
    while reader.at < format.len() {
        let start = reader.at;
        while reader.peek().is_some_and(|byte| byte != b'%') {
            reader.at += 1;
        }
        if reader.at > start {
            pieces.push(Piece::Literal(start, reader.at));
        }
        if reader.at == format.len() {
            break;
        }
        reader.at += 1;
        if reader.peek() == Some(b'%') {
            pieces.push(Piece::Literal(reader.at, reader.at + 1));
            reader.at += 1;
        } else {
            pieces.push(Piece::Directive(reader.directive()?));
        }
    }
    Some(pieces)
}

struct Reader<'a> {
    format: &'a [u32],
    at: usize,
}

impl Reader<'_> {
    /// The next character; those outside ASCII are all alike to the format language.
    fn peek(&self) -> Option<u8> {
        let code = self.format.get(self.at)?;
        Some(u8::try_from(*code).ok().filter(u8::is_ascii).unwrap_or(0x80))
    }

    fn directive(&mut self) -> Option<Directive> {
        let mut flags = Vec::new();
        while let Some(flag @ (b'-' | b'+' | b' ' | b'#' | b'0')) = self.peek() {
            if !flags.contains(&flag) {
                flags.push(flag);
            }
            self.at += 1;
        }
        let width = self.amount()?;
        let mut precision = Amount::None;
        if self.peek() == Some(b'.') {
            self.at += 1;
            precision = match self.amount()? {
                Amount::None => Amount::Fixed(0),
                given => given,
            };
        }
        let modifier = self.modifier();
        let conversion = self.peek()?;
        self.at += 1;
        let (modifier, conversion, argument) = classify(modifier, conversion)?;
        Some(Directive {
            flags,
            width,
            precision,
            modifier,
            conversion,
            argument,
        })
    }

    fn amount(&mut self) -> Option<Amount> {
        if self.peek() == Some(b'*') {
            self.at += 1;
            return Some(Amount::Given);
        }
        let mut amount = Amount::None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let before = if let Amount::Fixed(value) = amount { value } else { 0 };
            let value = before * 10 + u32::from(digit - b'0');
            if value > MOST {
                return None;
            }
            amount = Amount::Fixed(value);
            self.at += 1;
        }
        Some(amount)
    }

    fn modifier(&mut self) -> &'static str {
        const ALL: [&str; 13] = ["I64", "I32", "hh", "ll", "h", "l", "L", "q", "j", "z", "Z", "t", "w"];
        let found = ALL.into_iter().chain(["I"]).find(|modifier| {
            let codes = self.format.get(self.at..self.at + modifier.len());
            codes.is_some_and(|codes| codes.iter().copied().eq(modifier.bytes().map(u32::from)))
        });
        self.at += found.map_or(0, str::len);
        found.unwrap_or_default()
    }
}

/// Modifier and conversion as C's printf has them, and the argument they take.
fn classify(modifier: &'static str, conversion: u8) -> Option<(&'static str, u8, Argument)> {
    Some(match conversion {
        b'd' | b'i' | b'o' | b'u' | b'x' | b'X' => {
            let (modifier, argument) = match modifier {
                "hh" | "h" => (modifier, b'i'),
                "l" => ("l", b'l'),
                "ll" | "L" | "q" | "I64" => ("ll", b'L'),
                "j" => ("j", b'j'),
                "z" | "Z" => ("z", b'z'),
                "t" | "I" => ("t", b't'),
                _ => ("", b'i'),
            };
            (modifier, conversion, Argument::Other(argument))
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => match modifier {
            "L" | "ll" | "q" => ("L", conversion, Argument::Other(b'D')),
            _ => ("", conversion, Argument::Other(b'd')),
        },
        b'c' | b's' | b'C' | b'S' => {
            let wide = conversion.is_ascii_uppercase() || !matches!(modifier, "" | "h" | "hh" | "I32");
            let conversion = conversion.to_ascii_lowercase();
            let argument = if conversion == b's' {
                Argument::Text
            } else {
                Argument::Other(b'i')
            };
            (if wide { "l" } else { "" }, conversion, argument)
        }
        b'p' => ("", b'p', Argument::Pointer),
        _ => return None,
    })
}

impl Directive {
    /// The directive for C's printf with its amounts, which replace `*`; a negative width pads on the right, a negative
    /// precision counts as none.
    pub fn for_c(&self, width: Option<i32>, precision: Option<i32>, modifier: &str, conversion: u8) -> Vec<u8> {
        let mut text = b"%".to_vec();
        text.extend_from_slice(&self.flags);
        if let Some(width) = width {
            if width < 0 {
                text.push(b'-');
            }
            if width != 0 {
                text.extend_from_slice(width.unsigned_abs().to_string().as_bytes());
            }
        }
        if let Some(precision) = precision.filter(|precision| *precision >= 0 && conversion != b'p') {
            let integer = matches!(conversion, b'd' | b'i' | b'o' | b'u' | b'x' | b'X');
            let precision = precision.unsigned_abs();
            let precision = if integer { precision.min(MOST_DIGITS) } else { precision };
            text.push(b'.');
            text.extend_from_slice(precision.to_string().as_bytes());
        }
        text.extend_from_slice(modifier.as_bytes());
        text.push(conversion);
        text
    }
}

/// Whether a width or precision from an argument is one.
pub fn is_amount(value: i32) -> bool {
    value.unsigned_abs() <= MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(format: &str) -> Option<Vec<Piece>> {
        pieces(&format.bytes().map(u32::from).collect::<Vec<_>>())
    }

    #[test]
    fn invalid_formats() {
        for format in [
            "%",
            "abc%",
            "%n",
            "%a",
            "%A",
            "%1$d",
            "%'d",
            "%5%",
            "%y",
            "%-",
            "%5.",
            "%l",
            "%lln",
            "%I6d",
            "%214748361d",
            "%.214748361d",
            "%.5.5d",
            "%m",
        ] {
            assert_eq!(parsed(format), None, "{format}");
        }
    }

    #[test]
    fn directives_for_c() {
        for (format, width, precision, expected) in [
            ("%d", None, None, "%d"),
            ("%-+05.3lld", Some(5), Some(3), "%-+05.3lld"),
            ("%*d", Some(-7), None, "%-7d"),
            ("%.*d", None, Some(-1), "%d"),
            ("%.600d", None, Some(600), "%.512d"),
            ("%.600f", None, Some(600), "%.600f"),
            ("%I64u", None, None, "%llu"),
            ("%I32u", None, None, "%u"),
            ("%Zd", None, None, "%zd"),
            ("%.9p", None, Some(9), "%p"),
            ("%S", None, None, "%ls"),
            ("%ws", None, None, "%ls"),
            ("%qd", None, None, "%lld"),
        ] {
            let pieces = parsed(format).unwrap();
            let [Piece::Directive(d)] = &pieces[..] else {
                panic!("{format}")
            };
            let text = d.for_c(width, precision, d.modifier, d.conversion);
            assert_eq!(String::from_utf8(text).unwrap(), expected, "{format}");
        }
    }

    #[test]
    fn literals_and_percent() {
        assert_eq!(
            parsed("a%%b").unwrap(),
            [Piece::Literal(0, 1), Piece::Literal(2, 3), Piece::Literal(3, 4)]
        );
        assert_eq!(parsed("").unwrap(), []);
    }
}
