//! The text forms inside rules, read as leniently as C's `strtod` and `sscanf` do
//! (docs/spec/services.md#rule-grammar), in any locale alike.

/// Seconds of a day.
pub const DAY: i64 = 86_400;

fn without_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|b| matches!(b, 9..=13 | b' ')).count();
    text.get(blanks..).unwrap_or_default()
}

/// The sign, if any, and what follows it.
fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

fn split_while(text: &[u8], belongs: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().take_while(|b| belongs(b)).count();
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// The number at the start of a text and what follows it; `None` if there is none, or it is "nan".
pub fn number(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, rest) = signed(without_blanks(text));
    let (magnitude, rest) = infinity(rest).or_else(|| hexadecimal(rest)).or_else(|| decimal(rest))?;
    Some((if negative { -magnitude } else { magnitude }, rest))
}

fn infinity(text: &[u8]) -> Option<(f64, &[u8])> {
    let word = [b"infinity".as_slice(), b"inf"].into_iter().find(|word| {
        text.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    })?;
    Some((f64::INFINITY, text.get(word.len()..)?))
}

fn hexadecimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let rest = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"))?;
    let value_of = |digits: &[u8], from: f64| {
        digits.iter().fold(from, |value, digit| {
            value * 16.0 + f64::from(char::from(*digit).to_digit(16).unwrap_or_default())
        })
    };
    let (whole, rest) = split_while(rest, u8::is_ascii_hexdigit);
    let (fraction, rest) = match rest.strip_prefix(b".").map(|r| split_while(r, u8::is_ascii_hexdigit)) {
        Some((fraction, after)) if whole.len() + fraction.len() > 0 => (fraction, after),
        _ => (&[][..], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let places = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    let (power, rest) = exponent(rest, b'p').unwrap_or((0, rest));
    let scale = power.saturating_sub(places.saturating_mul(4)).clamp(-4000, 4000);
    Some((value_of(fraction, value_of(whole, 0.0)) * 2f64.powi(scale), rest))
}

/// `e` or `p` with at least one digit.
fn exponent(text: &[u8], letter: u8) -> Option<(i32, &[u8])> {
    let (first, rest) = text.split_first()?;
    if !first.eq_ignore_ascii_case(&letter) {
        return None;
    }
    let (negative, rest) = signed(rest);
    let (digits, rest) = split_while(rest, u8::is_ascii_digit);
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().fold(0i32, |value, digit| {
        value.saturating_mul(10).saturating_add(i32::from(digit - b'0'))
    });
    Some((if negative { -value } else { value }, rest))
}

fn decimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let (whole, mut rest) = split_while(text, u8::is_ascii_digit);
    let mut fraction: &[u8] = &[];
    if let Some((digits, after)) = rest.strip_prefix(b".").map(|r| split_while(r, u8::is_ascii_digit)) {
        if whole.len() + digits.len() > 0 {
            (fraction, rest) = (digits, after);
        }
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let rest = exponent(rest, b'e').map_or(rest, |(_, after)| after);
    let literal = text.get(..text.len() - rest.len())?;
    Some((std::str::from_utf8(literal).ok()?.parse().ok()?, rest))
}

/// Two numbers with exactly one byte between them.
pub fn bounds(text: &[u8]) -> Option<(f64, f64)> {
    let (left, rest) = number(text)?;
    let (_, rest) = rest.split_first()?;
    let (right, _) = number(rest)?;
    Some((left, right))
}

/// What `%d` reads, and what follows it.
fn integer(text: &[u8]) -> Option<(i64, &[u8])> {
    let (negative, rest) = signed(without_blanks(text));
    let (digits, rest) = split_while(rest, u8::is_ascii_digit);
    if digits.is_empty() {
        return None;
    }
    let magnitude = digits.iter().fold(0i64, |value, digit| {
        (value * 10 + i64::from(digit - b'0')).min(i64::from(i32::MAX))
    });
    Some((if negative { -magnitude } else { magnitude }, rest))
}

/// `HH:mm[:ss]` as seconds of the day, not checked for its range; `None` for "".
pub fn time_of_day(text: &[u8]) -> Option<i64> {
    let mut rest = Some(text).filter(|text| !text.is_empty())?;
    let mut seconds = 0;
    for unit in [3600, 60, 1] {
        let Some((value, after)) = integer(rest) else {
            break;
        };
        seconds += value * unit;
        match after.strip_prefix(b":") {
            Some(after) => rest = after,
            None => break,
        }
    }
    Some(seconds)
}

/// `yyyy-MM-dd HH:mm:ss`, UTC, as seconds since 1970; all six numbers must be there, their ranges are not checked.
pub fn moment(text: &[u8]) -> Option<i64> {
    let mut rest = text;
    let mut next = |before: &[u8]| {
        rest = rest.strip_prefix(before)?;
        let (value, after) = integer(rest)?;
        rest = after;
        Some(value)
    };
    let (year, month, day) = (next(b"")?, next(b"-")?, next(b"-")?);
    let (hour, minute, second) = (next(b"")?, next(b":")?, next(b":")?);
    Some(days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// Months outside 1 to 12 and days outside their month count on into the neighbours, as in C's `timegm`.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let month = month - 1;
    let year = year + month.div_euclid(12);
    let month = month.rem_euclid(12) + 1;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year + day - 1 - 719_468
}

/// A second of UTC as rules look at it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Seconds since 1970.
    pub seconds: i64,
    /// 1 (Sunday) to 7 (Saturday).
    pub weekday: usize,
    /// Seconds since midnight.
    pub of_day: i64,
}

impl Moment {
    pub fn new(seconds: i64) -> Moment {
        let weekday = (seconds.div_euclid(DAY) + 4).rem_euclid(7) + 1; // 1970-01-01 was a Thursday, 5
        Moment {
            seconds,
            weekday: usize::try_from(weekday).unwrap_or(1),
            of_day: seconds.rem_euclid(DAY),
        }
    }

    /// The weekday of the next day.
    pub fn tomorrow(self) -> usize {
        self.weekday % 7 + 1
    }
}

/// A set of weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(u8);

impl Days {
    /// A list of 1 to 7, separated by blanks and commas; of longer numbers the first digit counts. `None`: something else is
    /// in it, or a comma is last.
    pub fn parse(text: &[u8]) -> Option<Days> {
        let mut days = 0;
        let mut rest = text;
        loop {
            let (between, after) = split_while(rest, |b| matches!(b, b' ' | b','));
            let Some((digit, after)) = after.split_first() else {
                return (!between.contains(&b',')).then_some(Days(days));
            };
            if !matches!(digit, b'1'..=b'7') {
                return None;
            }
            days |= 1 << (digit - b'0');
            (_, rest) = split_while(after, u8::is_ascii_digit);
        }
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn contains(self, weekday: usize) -> bool {
        weekday < 8 && self.0 & (1 << weekday) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers() {
        for (text, value, rest) in [
            ("5", 5.0, ""),
            (" \t-5.5x", -5.5, "x"),
            ("+.5e1", 5.0, ""),
            ("5.", 5.0, ""),
            ("5.e", 5.0, "e"),
            ("1e+", 1.0, "e+"),
            ("0x1F", 31.0, ""),
            ("0x.8p2", 2.0, ""),
            ("0xg", 0.0, "xg"),
            ("-Infinity!", f64::NEG_INFINITY, "!"),
            ("inf", f64::INFINITY, ""),
            ("1e999", f64::INFINITY, ""),
        ] {
            assert_eq!(number(text.as_bytes()), Some((value, rest.as_bytes())), "{text}");
        }
        for text in ["", "x", ".", "-", "nan", "e5", "+ 5"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn bounds_have_one_separator() {
        for text in ["5,10", "5~10", "5-10", "5, 10", " 5|10x"] {
            assert_eq!(bounds(text.as_bytes()), Some((5.0, 10.0)), "{text}");
        }
        assert_eq!(bounds(b"-5,-1"), Some((-5.0, -1.0)));
        for text in ["5", "5,", "5,,10", "5,x", "x,5", ""] {
            assert_eq!(bounds(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times_of_day() {
        for (text, seconds) in [
            ("10:00", Some(36_000)),
            ("10", Some(36_000)),
            ("10:30:15", Some(37_815)),
            ("24:00", Some(86_400)),
            ("25:99", Some(95_940)),
            ("abc", Some(0)),
            (" +1:x", Some(3600)),
            ("1 :30", Some(3600)),
            ("-1:00", Some(-3600)),
            ("", None),
        ] {
            assert_eq!(time_of_day(text.as_bytes()), seconds, "{text}");
        }
    }

    #[test]
    fn moments() {
        assert_eq!(moment(b"2024-01-01 12:00:00"), Some(1_704_110_400));
        assert_eq!(moment(b"2024-02-30 00:00:60"), moment(b"2024-03-01 00:01:00"));
        assert_eq!(moment(b"2023-13-01 00:00:00"), moment(b"2024-01-01 00:00:00"));
        assert_eq!(moment(b"1969-12-31 23:59:59"), Some(-1));
        for text in ["2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00", "", "x"] {
            assert_eq!(moment(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn day_lists() {
        let days =
            |text: &str| Days::parse(text.as_bytes()).map(|days| (1..=7).filter(|d| days.contains(*d)).collect());
        assert_eq!(days("1,2 , 7"), Some(vec![1, 2, 7]));
        assert_eq!(days("12"), Some(vec![1]));
        assert_eq!(days(""), Some(vec![]));
        for text in ["1,", "0", "8", "a", "1;2", "1,2x"] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn weekdays() {
        assert_eq!(Moment::new(1_704_067_200).weekday, 2); // Monday, 2024-01-01
        assert_eq!(Moment::new(-1).weekday, 4); // Wednesday
        let saturday = Moment::new(1_704_499_200);
        assert_eq!((saturday.weekday, saturday.tomorrow()), (7, 1));
    }

    proptest! {
        #[test]
        fn any_text(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            number(&text);
            bounds(&text);
            time_of_day(&text);
            moment(&text);
            Days::parse(&text);
        }

        #[test]
        fn digits_and_signs(text in "[0-9xXpPeE+:. ,-]{0,30}") {
            number(text.as_bytes());
            bounds(text.as_bytes());
            time_of_day(text.as_bytes());
            moment(text.as_bytes());
        }

        #[test]
        fn as_the_standard_library_reads(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            let text = format!("{value:e}");
            prop_assert_eq!(number(text.as_bytes()), Some((value, &b""[..])));
        }
    }
}
