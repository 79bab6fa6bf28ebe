//! Days and the proleptic Gregorian calendar.

pub(super) const DAY: i64 = 86_400;

/// The days of each month of a common year.
const MONTH_DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the month (1 to 12) has.
pub(super) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        _ => {
            usize::try_from(month - 1).ok().and_then(|month| MONTH_DAYS.get(month)).map_or(31, |&days| i64::from(days))
        }
    }
}

/// How many days of a common year come before the month (1 to 13).
pub(super) fn days_before(month: i64) -> i64 {
    let months = usize::try_from(month - 1).unwrap_or(0);
    MONTH_DAYS.iter().take(months).map(|&days| i64::from(days)).sum()
}

/// Days since 1970-01-01 of a date; the month is 1 to 12, the day may be any.
pub(super) fn days_from_civil(year: i128, month: i128, day: i128) -> i128 {
    // Years start in March, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The year, month and day of a day since 1970-01-01.
pub(super) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    /// 1 on the first of January.
    pub(super) year_day: i64,
    /// 0 on Sundays.
    pub(super) weekday: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
}

impl Civil {
    /// The date and time of day so many seconds after 1970.
    ///
    /// Go counts from the year -292277022399 on with wrapping 64-bit numbers, which tells at the ends of time.
    pub(super) fn from_seconds(seconds: i128) -> Civil {
        const ORIGIN: i128 = 9_223_372_028_715_321_600;
        let wrapped = (seconds + ORIGIN).rem_euclid(1 << 64) - ORIGIN;
        let days = wrapped.div_euclid(i128::from(DAY)) as i64;
        let second = wrapped.rem_euclid(i128::from(DAY)) as i64;
        let (year, month, day) = civil_from_days(days);
        let leap = i64::from(month > 2 && is_leap(year));
        Civil {
            year,
            month,
            day,
            year_day: days_before(month) + day + leap,
            weekday: (days + 4).rem_euclid(7),
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }
}
