//! Numbers with cJSON's two views (a double, and an integer that saturates) plus the exact 64-bit integer, and their printed form.

use std::fmt::Write as _;

/// A JSON number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    value: f64,
    integer: i64,
}

impl Number {
    /// The value as a double.
    pub fn as_f64(self) -> f64 {
        self.value
    }

    /// cJSON's `valueint`: truncated toward zero, saturated.
    pub fn as_i32(self) -> i32 {
        self.value as i32
    }

    /// Truncated toward zero, saturated; exact for integers that a double cannot hold.
    pub fn as_i64(self) -> i64 {
        self.integer
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number {
            value,
            integer: value as i64,
        }
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Number {
            value: integer as f64,
            integer,
        }
    }
}

fn digits_from(text: &[u8], from: usize) -> usize {
    text.get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .count()
}

/// Reads the longest prefix that C's `strtod` reads out of the run of number characters (of at most `limit` bytes).
pub(super) fn scan(text: &[u8], limit: usize) -> Option<(Number, usize)> {
    let run = text
        .iter()
        .take(limit)
        .take_while(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .count();
    let text = text.get(..run)?;
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let whole = digits_from(text, start);
    let mut end = start + whole;
    let mut fraction = 0;
    let pointed = text.get(end) == Some(&b'.');
    if pointed {
        fraction = digits_from(text, end + 1);
    }
    if whole + fraction == 0 {
        return None;
    }
    if pointed {
        end += 1 + fraction;
    }
    let mut exponent = false;
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let digits = digits_from(text, end + 1 + signed);
        if digits > 0 {
            exponent = true;
            end += 1 + signed + digits;
        }
    }
    let literal = text.get(..end)?;
    if pointed || exponent {
        return Some((Number::from(decimal(literal)?), end));
    }
    let mut integer = 0i64;
    let mut exact = true;
    for digit in literal.get(start..)? {
        let step = i64::from(digit - b'0');
        match integer.checked_mul(10).and_then(|n| {
            if negative {
                n.checked_sub(step)
            } else {
                n.checked_add(step)
            }
        }) {
            Some(next) => integer = next,
            None => {
                exact = false;
                break;
            }
        }
    }
    let number = match exact {
        true => Number::from(integer),
        false => Number {
            value: decimal(literal)?,
            integer: if negative { i64::MIN } else { i64::MAX },
        },
    };
    Some((number, end))
}

fn decimal(literal: &[u8]) -> Option<f64> {
    std::str::from_utf8(literal).ok()?.parse().ok()
}

/// Longer than any printed number.
pub(super) const LONGEST: usize = 64;

/// Appends the text that the C SDK prints: integers as such, else 15 significant digits, or 17 if 15 read back differently.
pub(super) fn print(value: f64, out: &mut Vec<u8>) {
    if !value.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    if value.trunc() == value && value.abs() < 1e15 {
        // 15 digits are exact here, so `%1.15g` prints the integer as well
        print_integer(value as i64, out);
        return;
    }
    let start = out.len();
    general(value, 15, out);
    let text = out.get(start..).unwrap_or_default();
    let back = decimal(text).unwrap_or(f64::NAN);
    if (back - value).abs() <= back.abs().max(value.abs()) * f64::EPSILON {
        return;
    }
    out.truncate(start);
    general(value, 17, out);
}

pub(super) fn print_integer(value: i64, out: &mut Vec<u8>) {
    let mut text = Stack::default();
    // the buffer holds every i64, so writing cannot fail
    let _ = write!(text, "{value}");
    out.extend_from_slice(text.bytes());
}

/// C's `%.{precision}g` in the C locale.
fn general(value: f64, precision: usize, out: &mut Vec<u8>) {
    let mut text = Stack::default();
    // sign, 17 digits, point, `e`, sign and three digits fit
    let _ = write!(text, "{:.*e}", precision - 1, value.abs());
    let text = text.bytes();
    let split = text.iter().position(|b| *b == b'e').unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(split);
    let exponent: i32 = exponent
        .get(1..)
        .and_then(|e| std::str::from_utf8(e).ok())
        .and_then(|e| e.parse().ok())
        .unwrap_or(0);
    let digits = mantissa.iter().copied().filter(u8::is_ascii_digit);
    let significant = {
        let zeros = mantissa
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'0' | b'.'))
            .filter(|b| **b == b'0')
            .count();
        (precision - zeros.min(precision - 1)) as i32
    };
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if exponent < -4 || exponent >= precision as i32 {
        for (i, digit) in digits.take(significant as usize).enumerate() {
            if i == 1 {
                out.push(b'.');
            }
            out.push(digit);
        }
        let mut text = Stack::default();
        let _ = write!(text, "e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
        out.extend_from_slice(text.bytes());
        return;
    }
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', (-exponent - 1) as usize));
        out.extend(digits.take(significant as usize));
        return;
    }
    let whole = exponent + 1;
    for (i, digit) in digits.take(significant.max(whole) as usize).enumerate() {
        if i as i32 == whole {
            out.push(b'.');
        }
        out.push(digit);
    }
}

/// A short text on the stack.
#[derive(Default)]
struct Stack {
    buffer: [u8; 32],
    len: usize,
}

impl Stack {
    fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

impl std::fmt::Write for Stack {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        self.buffer
            .get_mut(self.len..end)
            .ok_or(std::fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let (number, end) = scan(text.as_bytes(), usize::MAX).unwrap();
        assert_eq!(end, text.len(), "{text}");
        let mut out = Vec::new();
        print(number.as_f64(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_as_the_specification_lists() {
        for (text, want) in [
            ("2147483648", "2147483648"),
            ("1732312345678", "1732312345678"),
            ("1732312345678901", "1732312345678901"),
            ("1000000000000000", "1e+15"),
            ("123456789012345", "123456789012345"),
            ("3.141592653589793", "3.1415926535897931"),
            ("0.3333333333333333", "0.33333333333333331"),
            ("123456789.123456789", "123456789.12345679"),
            ("9007199254740993", "9.00719925474099e+15"),
            ("9007199254740994", "9007199254740994"),
            ("9223372036854775807", "9.2233720368547758e+18"),
            ("12345678901234567890", "1.2345678901234567e+19"),
            ("1e-7", "1e-07"),
            ("1e-5", "1e-05"),
            ("0.0001", "0.0001"),
            ("0.00012", "0.00012"),
            ("0.30000000000000004", "0.3"),
            ("1.7976931348623157e308", "1.79769313486232e+308"),
            ("1e999", "null"),
            ("5e-324", "4.94065645841247e-324"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("1e3", "1000"),
            ("25.55", "25.55"),
            ("-12.5", "-12.5"),
            ("100.25", "100.25"),
            ("1e100", "1e+100"),
            ("-1.5e-9", "-1.5e-09"),
        ] {
            assert_eq!(shown(text), want, "{text}");
        }
    }

    #[test]
    fn reads_what_strtod_reads() {
        for (text, end) in [
            ("-.5", 3),
            ("1.", 2),
            ("1.e2", 4),
            ("007", 3),
            ("-01", 3),
            ("1-2", 1),
            ("1e", 1),
            ("1e+", 1),
            ("1.2.3", 3),
        ] {
            assert_eq!(scan(text.as_bytes(), 63).map(|(_, n)| n), Some(end), "{text}");
        }
        for text in ["-", "-.", "--1", "-+1", "-e5"] {
            assert_eq!(scan(text.as_bytes(), 63), None, "{text}");
        }
    }

    #[test]
    fn keeps_64_bit_integers_exact() {
        let read = |t: &str| scan(t.as_bytes(), 63).unwrap().0;
        assert_eq!(read("9223372036854775807").as_i64(), i64::MAX);
        assert_eq!(read("9007199254740993").as_i64(), 9007199254740993);
        assert_eq!(read("99999999999999999999").as_i64(), i64::MAX);
        assert_eq!(read("5000000000").as_i32(), i32::MAX);
        assert_eq!(read("-5000000000.7").as_i32(), i32::MIN);
    }
}
