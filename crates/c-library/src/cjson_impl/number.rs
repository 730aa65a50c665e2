//! Numbers of JSON texts, independent of the locale: the prefix `strtod` would read, and C's `%g`.

/// `value` cut to an `int`, saturating; NaN is `INT_MIN`, as x86-64 converts it.
pub fn to_int(value: f64) -> i32 {
    if value.is_nan() { i32::MIN } else { value as i32 }
}

/// Whether two values differ by no more than the last bit of the larger one.
pub fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= a.abs().max(b.abs()) * f64::EPSILON || a == b
}

/// The number at the start of `input` and its length, without a limit on its digits. The caller has seen a digit or `-`.
pub fn prefix(input: &[u8]) -> Option<(f64, usize)> {
    let digits = |from: usize| {
        let rest = input.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut end = usize::from(input.first() == Some(&b'-'));
    let whole = digits(end);
    end += whole;
    if input.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if whole + fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(input.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(input.get(end + 1), Some(b'+' | b'-')));
        match digits(end + 1 + sign) {
            0 => {}
            exponent => end += 1 + sign + exponent,
        }
    }
    let text = std::str::from_utf8(input.get(..end)?).ok()?;
    Some((text.parse().ok()?, end))
}

/// Appends `value` as cJSON prints it; `int` is the item's `valueint`.
pub fn write(value: f64, int: i32, out: &mut String) {
    if !value.is_finite() {
        out.push_str("null");
    } else if value == f64::from(int) {
        out.push_str(&int.to_string());
    } else {
        let short = general(value, 15);
        match short.parse::<f64>() {
            Ok(back) if same(back, value) => out.push_str(&short),
            _ => out.push_str(&general(value, 17)),
        }
    }
}

/// C's `%.<precision>g` of a finite value.
fn general(value: f64, precision: usize) -> String {
    let scientific = format!("{value:.*e}", precision - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(positive) => ("-", positive),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let (lead, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };

    if exponent < -4 || exponent >= precision as i32 {
        let direction = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{lead}{point}{rest}e{direction}{:02}", exponent.abs())
    } else if exponent < 0 {
        format!("{sign}0.{}{digits}", "0".repeat(-exponent as usize - 1))
    } else {
        let whole = exponent as usize + 1;
        match digits.split_at_checked(whole) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(whole - digits.len())),
        }
    }
}
