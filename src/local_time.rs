//! The wall clock, and local time as C programs see it: what libc makes of `TZ` at this very call. Reentrant; a moment that libc
//! cannot represent is `None` (where its seconds have 32 bits, those after January 2038 are).

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use iotda_device::protocol::time::{self, UnixMs};

unsafe extern "C" {
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

/// The wall clock in milliseconds.
pub fn now_utc() -> UnixMs {
    let (seconds, micros) = now();
    UnixMs(seconds.saturating_mul(1000).saturating_add(micros / 1000))
}

/// What local time is ahead of UTC, in seconds, when the C library was asked last.
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// `seconds` in the process's time zone; `TZ` is read anew. In a child that was forked while another thread asked the C library,
/// which would wait for that thread, local time stays as far from UTC as it was.
pub fn local(seconds: impl Into<i64>) -> Option<Civil> {
    let seconds = seconds.into();
    let time = libc::time_t::try_from(seconds).ok()?;
    match base::fork::in_clock(|| by_libc(time)) {
        Some(tm) => {
            let tm = tm?;
            AHEAD.store(ahead(&tm), Ordering::Relaxed);
            Some(Civil {
                year: i64::from(tm.tm_year) + 1900,
                month: tm.tm_mon + 1,
                day: tm.tm_mday,
                hour: tm.tm_hour,
                minute: tm.tm_min,
                second: tm.tm_sec,
            })
        }
        None => Civil::at(seconds.checked_add(AHEAD.load(Ordering::Relaxed))?),
    }
}

fn ahead(tm: &libc::tm) -> i64 {
    #[allow(clippy::useless_conversion)] // a `long`
    tm.tm_gmtoff.into()
}

fn by_libc(time: libc::time_t) -> Option<libc::tm> {
    let mut out = MaybeUninit::<libc::tm>::uninit();
    // SAFETY: tzset has no arguments; localtime_r gets two valid pointers and fills the second, unless it returns NULL.
    unsafe {
        tzset();
        match libc::localtime_r(&time, out.as_mut_ptr()).is_null() {
            true => None,
            false => Some(out.assume_init()),
        }
    }
}

impl Civil {
    /// The UTC date of a moment.
    fn at(seconds: i64) -> Option<Civil> {
        let time::Civil {
            year,
            month,
            day,
            second_of_day,
        } = UnixMs(seconds.checked_mul(1000)?).civil();
        let part = |value: i64| i32::try_from(value).ok();
        Some(Civil {
            year,
            month: part(month)?,
            day: part(day)?,
            hour: part(second_of_day / 3600)?,
            minute: part(second_of_day / 60 % 60)?,
            second: part(second_of_day % 60)?,
        })
    }

    /// `yyyyMMddHHmmss`
    pub fn second_stamp(&self) -> String {
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
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

    fn civil(year: i64) -> Civil {
        Civil {
            year,
            month: 1,
            day: 28,
            hour: 15,
            minute: 38,
            second: 29,
        }
    }

    #[test]
    fn stamps() {
        assert_eq!(civil(2023).second_stamp(), "20230128153829");
        assert_eq!(civil(2023).with_millis(609_999).unwrap(), "2023-01-28 15:38:29.609");
    }

    #[test]
    fn odd_microseconds_and_years() {
        assert_eq!(civil(2023).with_millis(-1000).unwrap(), "2023-01-28 15:38:29.-01");
        assert_eq!(civil(2023).with_millis(-999).unwrap(), "2023-01-28 15:38:29.000");
        assert!(civil(2023).with_millis(-100_000).is_none());
        assert!(civil(2023).with_millis(1_000_000).is_none());
        assert_eq!(civil(1).with_millis(0).unwrap(), "1-01-28 15:38:29.000");
        assert!(civil(10_000).with_millis(0).is_none());
        assert!(local(67_768_036_191_676_800_i64).is_none());
    }

    #[test]
    fn what_is_known_without_the_c_library_is_what_it_says() {
        for moment in [0_i64, 1_674_920_309, 1_709_164_799, 1_709_251_200, 4_102_444_799] {
            let theirs = local(moment).unwrap();
            let ours = Civil::at(moment + AHEAD.load(Ordering::Relaxed)).unwrap();
            assert_eq!(ours.second_stamp(), theirs.second_stamp());
        }
    }
}
