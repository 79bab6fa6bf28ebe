//! Times as Go's `time.Time` writes them into records.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// A time with its offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// Nanoseconds since 1970-01-01 UTC.
    pub nanoseconds: i128,
    /// Seconds east of UTC, in which the time is written.
    pub offset: i32,
}

const NANOSECONDS: i128 = 1_000_000_000;

impl Timestamp {
    /// Reads RFC 3339 with any number of digits behind the second. Nothing where the text is something else, and for
    /// Go's zero time, which means that there is none.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let (date, rest) = text.split_once(['T', 't'])?;
        let mut parts = date.splitn(3, '-');
        let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
        let zone_at = rest.find(['Z', 'z', '+', '-'])?;
        let (clock, zone) = rest.split_at_checked(zone_at)?;
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let mut parts = clock.splitn(3, ':');
        let (hour, minute, second) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
        let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
        if !in_range || year == 1 && month == 1 && day == 1 {
            return None;
        }
        let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        let offset = zone_offset(zone)?;
        let days = days_from_civil(year, month, day);
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - i64::from(offset);
        let nanoseconds = i128::from(seconds) * NANOSECONDS + digits.parse::<i128>().ok()?;
        Some(Timestamp { nanoseconds, offset })
    }

    /// A time of the file system, in UTC.
    pub fn from_system_time(time: SystemTime) -> Option<Timestamp> {
        let nanoseconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()).ok()?,
            Err(before) => -i128::try_from(before.duration().as_nanos()).ok()?,
        };
        Some(Timestamp { nanoseconds, offset: 0 })
    }

    /// The time as the file system has it; nothing before 1970.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let nanoseconds = u64::try_from(self.nanoseconds).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds))
    }

    /// Seconds since 1970-01-01 UTC.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.nanoseconds.div_euclid(NANOSECONDS)).unwrap_or_default()
    }

    /// Go's `time.ANSIC`, such as `Mon Jan _2 15:04:05 2006`, which `helm status` prints.
    pub fn ansic(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let parts = self.parts();
        let weekday = usize::try_from(parts.days.rem_euclid(7)).ok().and_then(|day| DAYS.get(day)).unwrap_or(&"");
        let month = usize::try_from(parts.month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
        format!(
            "{weekday} {month} {:2} {:02}:{:02}:{:02} {}",
            parts.day, parts.hour, parts.minute, parts.second, parts.year
        )
    }

    /// Go's `Time.String`, such as `2026-11-21 09:30:00.123456789 +0000 UTC`, which `helm list` prints.
    pub fn go_string(self) -> String {
        let parts = self.parts();
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        let offset = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
        let zone = if self.offset == 0 { "UTC" } else { &offset };
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}{} {offset} {zone}",
            parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.fraction
        )
    }

    fn parts(self) -> Parts {
        let local = self.nanoseconds + i128::from(self.offset) * NANOSECONDS;
        let seconds = i64::try_from(local.div_euclid(NANOSECONDS)).unwrap_or_default();
        let fraction = local.rem_euclid(NANOSECONDS);
        let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let fraction = match fraction {
            0 => String::new(),
            some => format!(".{some:09}").trim_end_matches('0').to_owned(),
        };
        Parts { days, year, month, day, hour: clock / 3_600, minute: clock / 60 % 60, second: clock % 60, fraction }
    }
}

struct Parts {
    days: i64,
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    fraction: String,
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with as many digits behind the second as are needed, as Go's JSON encoder writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
            parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.fraction
        )?;
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let minutes = self.offset.abs() / 60;
        write!(f, "{}{:02}:{:02}", if self.offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn zone_offset(zone: &str) -> Option<i32> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = match zone.strip_prefix('-') {
        Some(clock) => (-1, clock),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = clock.split_once(':')?;
    i32::try_from(number(hours, 2)? * 3_600 + number(minutes, 2)? * 60).ok().map(|seconds| sign * seconds)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, counted in eras of 400 years.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The reverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn times_are_written_as_they_were_read() {
        for text in ["2026-11-21T09:30:00.123456789Z", "1999-12-31T23:59:59+02:00", "2024-02-29T00:00:00.5-07:30"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::parse("0001-01-01T00:00:00Z"), None);
        assert_eq!(Timestamp::parse(""), None);
        let time = Timestamp::parse("2026-11-01T09:30:07.1Z").unwrap();
        assert_eq!(time.ansic(), "Sun Nov  1 09:30:07 2026");
        assert_eq!(time.go_string(), "2026-11-01 09:30:07.1 +0000 UTC");
        assert_eq!(Timestamp::parse("1970-01-02T00:00:00Z").unwrap().seconds(), 86_400);
    }
}
