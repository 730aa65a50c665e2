//! The two time formats that the library itself puts into messages; the moment is an argument.

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMs(pub i64);

/// A date and the seconds of its day, UTC.
pub struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub second_of_day: i64,
}

impl UnixMs {
    /// The date of this moment.
    pub fn civil(self) -> Civil {
        let seconds = self.0.div_euclid(1000);
        // Howard Hinnant's days-to-civil: eras of 400 years that start on 1 March
        let days = seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
            second_of_day: seconds.rem_euclid(86_400),
        }
    }

    /// `yyyyMMddTHHmmssZ`, UTC.
    pub fn event_time(self) -> String {
        let c = self.civil();
        let s = c.second_of_day;
        format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            c.year,
            c.month,
            c.day,
            s / 3600,
            s / 60 % 60,
            s % 60
        )
    }

    /// `yyyyMMddHH`, UTC: the time stamp of authentications.
    pub fn hour(self) -> String {
        let c = self.civil();
        format!("{:04}{:02}{:02}{:02}", c.year, c.month, c.day, c.second_of_day / 3600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        assert_eq!(UnixMs(1_704_067_200_123).event_time(), "20240101T000000Z");
        assert_eq!(UnixMs(1_795_391_870_658).event_time(), "20261122T235750Z");
        assert_eq!(UnixMs(1_709_208_000_000).event_time(), "20240229T120000Z");
        assert_eq!(UnixMs(951_868_799_999).hour(), "2000022923");
        assert_eq!(UnixMs(0).hour(), "1970010100");
        assert_eq!(UnixMs(-1).event_time(), "19691231T235959Z");
    }
}
