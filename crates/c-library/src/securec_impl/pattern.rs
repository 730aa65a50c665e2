//! The format language of the scanning functions.

/// A piece of a format.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// Any amount of white space.
    Space,
    /// This character.
    Literal(u32),
    Directive(Directive),
    /// A set without its end: nothing matches it, its text becomes empty.
    OpenSet {
        suppressed: bool,
    },
    /// No directive; scanning fails here.
    Invalid,
}

#[derive(Debug, PartialEq)]
pub struct Directive {
    /// `*`: matched, not stored.
    pub suppressed: bool,
    pub width: Option<usize>,
    pub size: Size,
    pub conversion: Conversion,
}

/// The size of the variable, from the length modifier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    Char,
    Short,
    Int,
    Long,
    LongLong,
    Word,
}

#[derive(Debug, PartialEq)]
pub enum Conversion {
    /// `%`
    Percent,
    /// `d`, `i`, `u`, `o`, `x`: the base, 0 to find it out.
    Integer {
        base: u32,
        signed: bool,
    },
    Pointer,
    Float,
    /// `n`
    Count,
    /// `c`, `s` and sets.
    Text {
        kind: Text,
        wide: bool,
    },
}

#[derive(Debug, PartialEq)]
pub enum Text {
    Characters,
    Word,
    Set(Set),
}

/// The characters of `%[…]`.
#[derive(Debug, PartialEq)]
pub struct Set {
    negated: bool,
    ranges: Vec<(u32, u32)>,
}

impl Set {
    pub fn contains(&self, code: u32) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&code)) != self.negated
    }
}

/// White space, as the C locale has it.
pub fn is_space(code: u32) -> bool {
    matches!(code, 9..=13 | 32)
}

/// Reads a format given as character codes piece by piece.
pub struct Pieces<'a> {
    rest: &'a [u32],
}

impl<'a> Pieces<'a> {
    pub fn of(format: &'a [u32]) -> Pieces<'a> {
        Pieces { rest: format }
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest.len() >= text.len()
            && self
                .rest
                .iter()
                .copied()
                .zip(text.bytes())
                .all(|(a, b)| a == u32::from(b));
        if found {
            self.rest = self.rest.get(text.len()..).unwrap_or_default();
        }
        found
    }

    fn next_code(&mut self) -> Option<u32> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn directive(&mut self) -> Piece {
        let suppressed = self.take("*");
        let mut width = None;
        while let Some(digit) = self.rest.first().and_then(|code| char::from_u32(*code)?.to_digit(10)) {
            width = Some(
                width
                    .unwrap_or(0usize)
                    .saturating_mul(10)
                    .saturating_add(digit as usize),
            );
            self.next_code();
        }
        const MODIFIERS: [(&str, Size); 14] = [
            ("I64", Size::LongLong),
            ("I32", Size::Int),
            ("hh", Size::Char),
            ("ll", Size::LongLong),
            ("h", Size::Short),
            ("l", Size::Long),
            ("w", Size::Long),
            ("L", Size::LongLong),
            ("q", Size::LongLong),
            ("j", Size::LongLong),
            ("z", Size::Word),
            ("Z", Size::Word),
            ("t", Size::Word),
            ("I", Size::Word),
        ];
        let size = MODIFIERS
            .into_iter()
            .find(|(text, _)| self.take(text))
            .map_or(Size::Int, |(_, size)| size);
        let integer = |base, signed| Conversion::Integer { base, signed };
        let text = |kind, capital: bool| Conversion::Text {
            kind,
            wide: capital || matches!(size, Size::Long | Size::LongLong),
        };
        let conversion = match self.next_code().and_then(char::from_u32) {
            Some('%') => Conversion::Percent,
            Some('d') => integer(10, true),
            Some('i') => integer(0, true),
            Some('u') => integer(10, false),
            Some('o') => integer(8, false),
            Some('x' | 'X') => integer(16, false),
            Some('p') => Conversion::Pointer,
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => Conversion::Float,
            Some('n') => Conversion::Count,
            Some(letter @ ('c' | 'C')) => text(Text::Characters, letter == 'C'),
            Some(letter @ ('s' | 'S')) => text(Text::Word, letter == 'S'),
            Some('[') => match self.set() {
                Some(set) => text(Text::Set(set), false),
                None => return Piece::OpenSet { suppressed },
            },
            _ => return Piece::Invalid,
        };
        Piece::Directive(Directive {
            suppressed,
            width,
            size,
            conversion,
        })
    }

    fn set(&mut self) -> Option<Set> {
        let negated = self.take("^");
        let mut ranges = Vec::new();
        if self.take("]") {
            ranges.push((']'.into(), ']'.into()));
        }
        loop {
            let from = self.next_code()?;
            if from == u32::from(']') {
                return Some(Set { negated, ranges });
            }
            match self.rest {
                [dash, to, ..] if *dash == u32::from('-') && *to != u32::from(']') => {
                    ranges.push((from.min(*to), from.max(*to)));
                    self.next_code();
                    self.next_code();
                }
                _ => ranges.push((from, from)),
            }
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        match self.next_code()? {
            code if is_space(code) => {
                while self.rest.first().is_some_and(|code| is_space(*code)) {
                    self.next_code();
                }
                Some(Piece::Space)
            }
            code if code == u32::from('%') => Some(self.directive()),
            code => Some(Piece::Literal(code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(format: &str) -> Vec<Piece> {
        let codes: Vec<u32> = format.chars().map(u32::from).collect();
        Pieces::of(&codes).collect()
    }

    fn set(format: &str) -> Set {
        match parsed(format).pop() {
            Some(Piece::Directive(Directive {
                conversion: Conversion::Text {
                    kind: Text::Set(set), ..
                },
                ..
            })) => set,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sets() {
        let members = |set: Set| {
            (33..127)
                .filter(|code| set.contains(*code))
                .filter_map(char::from_u32)
                .collect::<String>()
        };
        assert_eq!(members(set("%[a-c]")), "abc");
        assert_eq!(members(set("%[]x]")), "]x");
        assert_eq!(members(set("%[x-]")), "-x");
        assert_eq!(members(set("%[c-a]")), "abc");
        assert!(set("%[^]x]").contains('a'.into()) && !set("%[^]x]").contains(']'.into()));
        assert_eq!(parsed("%[abc"), [Piece::OpenSet { suppressed: false }]);
        assert_eq!(parsed("%*[^"), [Piece::OpenSet { suppressed: true }]);
    }

    #[test]
    fn directives() {
        assert_eq!(
            parsed(" \t%*3hhd%%x%y"),
            [
                Piece::Space,
                Piece::Directive(Directive {
                    suppressed: true,
                    width: Some(3),
                    size: Size::Char,
                    conversion: Conversion::Integer { base: 10, signed: true },
                }),
                Piece::Directive(Directive {
                    suppressed: false,
                    width: None,
                    size: Size::Int,
                    conversion: Conversion::Percent,
                }),
                Piece::Literal('x'.into()),
                Piece::Invalid,
            ]
        );
    }
}
