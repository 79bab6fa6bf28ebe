//! Months and weekdays.

use std::fmt;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Go's `time.Month`: 1 is January.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Month(pub(super) i64);

/// Go's `time.Weekday`: 0 is Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weekday(pub(super) i64);

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match usize::try_from(self.0 - 1).ok().and_then(|index| MONTHS.get(index)) {
            Some(name) => f.write_str(name),
            None => write!(f, "%!Month({})", self.0 as u64),
        }
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match usize::try_from(self.0).ok().and_then(|index| WEEKDAYS.get(index)) {
            Some(name) => f.write_str(name),
            None => write!(f, "%!Weekday({})", self.0 as u64),
        }
    }
}
