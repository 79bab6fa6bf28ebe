//! Go's `time`: points in time, durations, zones, layouts.

mod civil;
mod duration;
mod format;
mod layout;
mod location;
mod names;
mod object;
mod parse;
mod rule;
mod stored;
mod tzfile;

use std::rc::Rc;

pub use self::stored::{print_time, time_value};
use self::{
    civil::{Civil, days_from_civil},
    names::{Month, Weekday},
};
pub(crate) use self::{duration::Duration, location::Location};
use crate::Surroundings;

/// A point in time, and the zone that it is shown in. Go: `time.Time`.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// Seconds since 1970.
    seconds: i64,
    nanoseconds: u32,
    location: Rc<Location>,
    /// What `Local` means.
    local: Rc<Location>,
    /// The reading of the clock that never jumps, which only `now` takes.
    monotonic: Option<i64>,
}

/// Go counts from the first of January of the year 1.
const TO_INTERNAL: i64 = 62_135_596_800;
const BILLION: i64 = 1_000_000_000;

/// What `time.Date` takes; everything may be out of its range.
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
}

impl Time {
    /// The time that it is, in the local zone.
    pub(crate) fn now(surroundings: &dyn Surroundings) -> Time {
        let now = surroundings.now();
        let seconds = now.div_euclid(i128::from(BILLION)) as i64;
        let nanoseconds = now.rem_euclid(i128::from(BILLION)) as u32;
        // Go's reading counts from the start of the process; a render knows of no earlier point than this one.
        Time { nanoseconds, monotonic: Some(1), ..Time::unix(seconds, &Location::local(&surroundings.time_zone())) }
    }

    /// So many seconds after 1970, in the local zone. Go: `time.Unix`.
    pub(crate) fn unix(seconds: i64, local: &Rc<Location>) -> Time {
        Time { seconds, nanoseconds: 0, location: Rc::clone(local), local: Rc::clone(local), monotonic: None }
    }

    /// The first of January of the year 1, in UTC: Go's zero value.
    pub(crate) fn zero(local: &Rc<Location>) -> Time {
        Time { location: Location::utc(), ..Time::unix(-TO_INTERNAL, local) }
    }

    /// The local time zone.
    pub(crate) fn local_zone(surroundings: &dyn Surroundings) -> Rc<Location> {
        Location::local(&surroundings.time_zone())
    }

    /// Go: `time.Date`.
    fn date(fields: Fields, location: &Rc<Location>, local: &Rc<Location>) -> Time {
        let Fields { year, month, day, hour, minute, second, nanosecond } = fields;
        let month = i128::from(month) - 1;
        let year = i128::from(year) + month.div_euclid(12);
        let days = days_from_civil(year, month.rem_euclid(12) + 1, i128::from(day));
        let billion = i128::from(BILLION);
        let seconds = i128::from(hour) * 3600 + i128::from(minute) * 60 + i128::from(second);
        let seconds = days * 86_400 + seconds + i128::from(nanosecond).div_euclid(billion);
        let mut unix = seconds as i64;
        // The zone is looked up as if the time were UTC, and once more if that crossed a change.
        let mut period = location.period(unix);
        if period.offset != 0 {
            let utc = unix.wrapping_sub(period.offset);
            if utc < period.start || utc >= period.end {
                period = location.period(utc);
            }
            unix = unix.wrapping_sub(period.offset);
        }
        let nanoseconds = i128::from(nanosecond).rem_euclid(billion) as u32;
        Time { nanoseconds, location: Rc::clone(location), ..Time::unix(unix, local) }
    }

    /// The same time in another zone.
    pub(crate) fn within(&self, location: &Rc<Location>) -> Time {
        Time { location: Rc::clone(location), monotonic: None, ..self.clone() }
    }

    /// The same time where `Local` means another zone.
    pub(crate) fn with_local(&self, local: &Rc<Location>) -> Time {
        Time { local: Rc::clone(local), ..self.clone() }
    }

    /// The name of the location, such as `Local` or `Europe/Berlin`.
    pub(crate) fn zone_name(&self) -> &str {
        &self.location.name
    }

    /// How many seconds its zone is east of UTC at that time.
    pub(crate) fn offset(&self) -> i64 {
        self.location.period(self.seconds).offset
    }

    /// The same time in UTC.
    pub(crate) fn in_utc(&self) -> Time {
        self.within(&Location::utc())
    }

    /// The year, in the zone that it is shown in.
    pub(crate) fn year(&self) -> i64 {
        self.civil().year
    }

    /// Seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> i64 {
        self.seconds
    }

    fn civil(&self) -> Civil {
        Civil::from_seconds(i128::from(self.seconds) + i128::from(self.location.period(self.seconds).offset))
    }

    /// What two times are compared by.
    fn order(&self, other: &Time) -> [(i64, u32); 2] {
        match (self.monotonic, other.monotonic) {
            (Some(one), Some(other)) => [(one, 0), (other, 0)],
            _ => [self, other].map(|time| (time.seconds.wrapping_add(TO_INTERNAL), time.nanoseconds)),
        }
    }

    fn before(&self, other: &Time) -> bool {
        let [one, other] = self.order(other);
        one < other
    }

    fn equal(&self, other: &Time) -> bool {
        let [one, other] = self.order(other);
        one == other
    }

    /// Moves it; the ends of time are not passed. Go: `Time.Add`.
    pub(crate) fn add(&self, duration: Duration) -> Time {
        let nanoseconds = i64::from(self.nanoseconds) + duration.0 % BILLION;
        let mut moved = self.clone();
        moved.nanoseconds = nanoseconds.rem_euclid(BILLION) as u32;
        moved.add_seconds(duration.0 / BILLION + nanoseconds.div_euclid(BILLION));
        moved.monotonic = self.monotonic.and_then(|reading| reading.checked_add(duration.0));
        moved
    }

    fn add_seconds(&mut self, seconds: i64) {
        let internal = self.seconds.wrapping_add(TO_INTERNAL);
        self.seconds = internal.saturating_add(seconds).wrapping_sub(TO_INTERNAL);
    }

    /// The time between the two. Go: `Time.Sub`.
    pub(crate) fn sub(&self, other: &Time) -> Duration {
        if let (Some(one), Some(other)) = (self.monotonic, other.monotonic) {
            return Duration(one.saturating_sub(other));
        }
        let [one, other] = self
            .order(other)
            .map(|(seconds, nanoseconds)| i128::from(seconds) * i128::from(BILLION) + i128::from(nanoseconds));
        let bounded = (one - other).clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Duration(bounded as i64)
    }

    /// What is left of it after whole steps since the year 1. Go: `time.div`.
    fn rest(&self, step: Duration) -> i64 {
        let seconds = self.seconds.wrapping_add(TO_INTERNAL);
        let whole = i128::from(seconds) * i128::from(BILLION) + i128::from(self.nanoseconds);
        whole.rem_euclid(i128::from(step.0)) as i64
    }

    fn truncate(&self, step: Duration) -> Time {
        let time = Time { monotonic: None, ..self.clone() };
        if step.0 <= 0 { time } else { time.add(Duration(-self.rest(step))) }
    }

    fn round(&self, step: Duration) -> Time {
        let time = Time { monotonic: None, ..self.clone() };
        match step.0 {
            ..=0 => time,
            _ => {
                let rest = self.rest(step);
                let down = (rest as u64).wrapping_mul(2) < step.0 as u64;
                time.add(Duration(if down { -rest } else { step.0 - rest }))
            }
        }
    }

    fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let civil = self.civil();
        let fields = Fields {
            year: civil.year.wrapping_add(years),
            month: civil.month.wrapping_add(months),
            day: civil.day.wrapping_add(days),
            hour: civil.hour,
            minute: civil.minute,
            second: civil.second,
            nanosecond: i64::from(self.nanoseconds),
        };
        Time::date(fields, &self.location, &self.local)
    }
}
