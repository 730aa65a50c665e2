//! Civil time as C programs see it: local time is what libc makes of `TZ` at this very call, UTC never depends on it.
//! Reentrant; a moment that libc cannot represent is `None`.

use std::mem::MaybeUninit;
use std::time::{SystemTime, UNIX_EPOCH};

extern "C" {
    fn tzset();
}

/// A date and a time of day.
pub struct Civil {
    year: i64,
    month: i32,
    day: i32,
    hour: i32,
    minute: i32,
    second: i32,
}

/// The wall clock: seconds since 1970 and microseconds.
pub fn now() -> (i64, i64) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        i64::from(since.subsec_micros()),
    )
}

/// `seconds` in the process's time zone; `TZ` is read anew.
pub fn local(seconds: impl Into<i64>) -> Option<Civil> {
    // SAFETY: tzset has no arguments; localtime_r gets two valid pointers.
    convert(seconds.into(), |time, out| unsafe {
        tzset();
        libc::localtime_r(time, out)
    })
}

/// `seconds` in UTC.
pub fn utc(seconds: i64) -> Option<Civil> {
    // SAFETY: gmtime_r gets two valid pointers.
    convert(seconds, |time, out| unsafe { libc::gmtime_r(time, out) })
}

fn convert(seconds: i64, by: impl FnOnce(*const libc::time_t, *mut libc::tm) -> *mut libc::tm) -> Option<Civil> {
    let time = libc::time_t::try_from(seconds).ok()?;
    let mut out = MaybeUninit::<libc::tm>::uninit();
    if by(&time, out.as_mut_ptr()).is_null() {
        return None;
    }
    // SAFETY: libc filled it, as it returned its address.
    let tm = unsafe { out.assume_init() };
    Some(Civil {
        year: i64::from(tm.tm_year) + 1900,
        month: tm.tm_mon + 1,
        day: tm.tm_mday,
        hour: tm.tm_hour,
        minute: tm.tm_min,
        second: tm.tm_sec,
    })
}

impl Civil {
    /// `yyyyMMddHH`
    pub fn hour_stamp(&self) -> String {
        format!("{:04}{:02}{:02}{:02}", self.year, self.month, self.day, self.hour)
    }

    /// `yyyyMMddHHmmss`
    pub fn second_stamp(&self) -> String {
        format!("{}{:02}{:02}", self.hour_stamp(), self.minute, self.second)
    }

    /// `yyyyMMddTHHmmssZ`
    pub fn event_stamp(&self) -> String {
        format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// `yyyy-MM-dd HH:mm:ss.mmm`; small years are not padded. `None` when it is longer than that.
    pub fn with_millis(&self, micros: impl Into<i64>) -> Option<String> {
        let micros = micros.into();
        let text = format!(
            "{}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
            self.year,
            self.month,
            self.day,
            self.hour,
            self.minute,
            self.second,
            micros / 1000
        );
        (micros < 1_000_000 && text.len() <= 23).then_some(text)
    }
}

/// Now, in local time with milliseconds.
pub fn now_with_millis() -> Option<String> {
    let (seconds, micros) = now();
    local(seconds)?.with_millis(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_stamps() {
        let civil = utc(1_674_920_309).unwrap();
        assert_eq!(civil.hour_stamp(), "2023012815");
        assert_eq!(civil.second_stamp(), "20230128153829");
        assert_eq!(civil.event_stamp(), "20230128T153829Z");
        assert_eq!(civil.with_millis(609_999).unwrap(), "2023-01-28 15:38:29.609");
    }

    #[test]
    fn odd_microseconds_and_years() {
        let civil = utc(1_674_920_309).unwrap();
        assert_eq!(civil.with_millis(-1000).unwrap(), "2023-01-28 15:38:29.-01");
        assert_eq!(civil.with_millis(-999).unwrap(), "2023-01-28 15:38:29.000");
        assert!(civil.with_millis(-100_000).is_none());
        assert!(civil.with_millis(1_000_000).is_none());
        assert_eq!(
            utc(-62_135_596_800).unwrap().with_millis(0).unwrap(),
            "1-01-01 00:00:00.000"
        );
        assert!(utc(253_402_300_800).unwrap().with_millis(0).is_none());
        assert!(utc(67_768_036_191_676_800).is_none());
    }
}
