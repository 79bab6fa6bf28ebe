//! The time, and identities that are made from it.

use std::time::{SystemTime, UNIX_EPOCH};

/// The caller's clock.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    now: fn() -> SystemTime,
}

impl Clock {
    pub(crate) fn new(now: fn() -> SystemTime) -> Clock {
        Clock { now }
    }

    /// The time in RFC 3339, to the second, in UTC.
    pub(crate) fn text(self) -> String {
        text((self.now)().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// An identity that no other object of this store has: the counter makes it so.
    pub(crate) fn uid(self, counter: u64) -> String {
        let nanoseconds = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mixed = u64::try_from(nanoseconds & u128::from(u64::MAX)).unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let high = (mixed >> 32) & 0xffff_ffff;
        let low = (mixed >> 16) & 0xffff;
        format!(
            "{high:08x}-{low:04x}-4{:03x}-8{:03x}-{:012x}",
            mixed & 0xfff,
            (mixed >> 12) & 0xfff,
            counter & 0xffff_ffff_ffff
        )
    }
}

/// A time in seconds since 1970 in RFC 3339, in UTC.
pub(crate) fn text(seconds: u64) -> String {
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// The date of a day counted from 1970. Howard Hinnant: «chrono-Compatible Low-Level Date Algorithms», `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// The days from 1970 to a date. Howard Hinnant, as above: `days_from_civil`.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Clock;

    #[test]
    fn times_are_written_as_kubernetes_writes_them() {
        let clock = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_795_262_399));
        assert_eq!(clock.text(), "2026-11-21T11:59:59Z");
        assert_ne!(clock.uid(1), clock.uid(2));
    }
}
