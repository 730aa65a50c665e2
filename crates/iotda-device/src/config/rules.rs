//! How the text of an item becomes its value. A rule gets the text and the present value; numbers follow `atoi`.

use std::ops::RangeInclusive;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// `atoi`: optional blanks and sign, then leading digits; anything else counts 0; out of range saturates.
pub fn leading_number(text: &[u8]) -> i64 {
    let blanks = text.iter().take_while(|byte| matches!(byte, 9..=13 | b' ')).count();
    let text = text.get(blanks..).unwrap_or_default();
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    digits.map(|byte| i64::from(byte - b'0')).fold(0i64, |value, digit| {
        let tens = value.saturating_mul(10);
        if negative {
            tens.saturating_sub(digit)
        } else {
            tens.saturating_add(digit)
        }
    })
}

/// "" unsets.
pub fn text(value: &[u8], _: &Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    Ok((!value.is_empty()).then(|| value.to_vec()))
}

/// A text that is wiped when it goes.
pub fn secret(value: &[u8], _: &Option<Zeroizing<Vec<u8>>>) -> Result<Option<Zeroizing<Vec<u8>>>> {
    Ok((!value.is_empty()).then(|| Zeroizing::new(value.to_vec())))
}

pub fn flag(value: &[u8], _: &bool) -> Result<bool> {
    Ok(leading_number(value) != 0)
}

/// A flag whose default is found elsewhere.
pub fn chosen(value: &[u8], _: &Option<bool>) -> Result<Option<bool>> {
    Ok(Some(leading_number(value) != 0))
}

/// Less than 1 changes nothing; more than fits is the most.
pub fn seconds<T: TryFrom<i64> + Copy + Limit>(value: &[u8], now: &T) -> Result<T> {
    match leading_number(value) {
        number if number < 1 || number > i64::from(u32::MAX) => Ok(*now),
        number => Ok(T::try_from(number).unwrap_or(T::MOST)),
    }
}

/// The most that a number of this type can be.
pub trait Limit {
    const MOST: Self;
}

impl Limit for u16 {
    const MOST: u16 = u16::MAX;
}

impl Limit for u32 {
    const MOST: u32 = u32::MAX;
}

/// What is out of the range is refused.
pub fn number<T: TryFrom<i64>>(value: &[u8], _: &T, range: RangeInclusive<i64>, what: &'static str) -> Result<T> {
    let number = leading_number(value);
    let inside = range.contains(&number).then_some(number);
    inside
        .and_then(|number| T::try_from(number).ok())
        .ok_or(Error::Invalid(what))
}

/// A number whose default is found elsewhere.
pub fn size(value: &[u8], _: &Option<u32>, range: RangeInclusive<i64>, what: &'static str) -> Result<Option<u32>> {
    number::<u32>(value, &0, range, what).map(Some)
}

/// KiB of stack for the threads of the process. They belong to no device, so they are told here; the first one fixes it.
pub fn stack(value: &[u8], now: &Option<u32>, range: RangeInclusive<i64>, what: &'static str) -> Result<Option<u32>> {
    let kib = size(value, now, range, what)?;
    let bytes = usize::try_from(kib.unwrap_or(0)).unwrap_or(0).saturating_mul(1024);
    match base::thread::set_stack(bytes) {
        true => Ok(kib),
        false => Err(Error::State(
            "the stack of the library's threads is fixed since the first one started: set it before",
        )),
    }
}

/// A number that stands for something; what is out of the range is refused.
pub fn choice<T: From<i64>>(value: &[u8], _: &T, range: RangeInclusive<i64>, what: &'static str) -> Result<T> {
    number::<i64>(value, &0, range, what).map(T::from)
}

/// A number that stands for something, whatever it is.
pub fn code<T: From<i64>>(value: &[u8], _: &T) -> Result<T> {
    Ok(T::from(leading_number(value)))
}

/// 0 or 1, nothing else.
pub fn switch(value: &[u8], _: &bool, range: RangeInclusive<i64>, what: &'static str) -> Result<bool> {
    number::<i64>(value, &0, range, what).map(|number| number == 1)
}

/// Whether MQTT 5 is meant.
pub fn version(value: &[u8], _: &Option<bool>, range: RangeInclusive<i64>, what: &'static str) -> Result<Option<bool>> {
    number::<i64>(value, &0, range, what).map(|number| Some(number == 5))
}

/// Most bytes of all protocol names together: they have to fit into the first TLS message.
const PROTOCOL_NAMES: usize = 2048;

/// The names of an ALPN text: separated by commas, blanks around them ignored, each of 1 to 255 bytes.
pub fn names(value: &[u8], _: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
    match list(value) {
        Some(names) if value.len() <= PROTOCOL_NAMES => Ok(names),
        _ => Err(Error::Invalid(
            "the ALPN names (1 to 255 bytes each, separated by commas, at most 2048 in all)",
        )),
    }
}

/// Hosts, separated by commas, blanks around them ignored, each of 1 to 255 bytes.
pub fn hosts(value: &[u8], _: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
    list(value).ok_or(Error::Invalid(
        "the list of hosts (1 to 255 bytes each, separated by commas)",
    ))
}

fn list(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    if value.trim_ascii().is_empty() {
        return Some(Vec::new());
    }
    let parts = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    parts
        .map(|part| (1..=255).contains(&part.len()).then(|| part.to_vec()))
        .collect()
}
