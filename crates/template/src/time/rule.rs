//! The rule at the end of a time zone file, such as `CET-1CEST,M3.5.0,M10.5.0/3`. Go: `tzset` in `time/zoneinfo.go`.

use super::{
    civil::{Civil, DAY, days_before, days_from_civil, days_in, is_leap},
    location::Period,
};

const HOUR: i64 = 3600;

/// The period that `seconds` falls in, where the rule is well-formed; `last` is the last transition of the file.
pub(super) fn period(rule: &str, last: i64, seconds: i64) -> Option<Period> {
    let (standard, rest) = name(rule)?;
    let (west, rest) = offset(rest)?;
    let mut first = (standard, -west, false);
    if rest.is_empty() || rest.starts_with(',') {
        return Some(Period { name: standard.into(), offset: -west, dst: false, start: last, end: i64::MAX });
    }
    let (summer, rest) = name(rest)?;
    let (east, rest) = match rest.chars().next() {
        None | Some(',') => (-west + HOUR, rest),
        Some(_) => offset(rest).map(|(west, rest)| (-west, rest))?,
    };
    let mut second = (summer, east, true);
    let rest = if rest.is_empty() { ",M3.2.0,M11.1.0" } else { rest };
    let (start, rest) = change(rest.strip_prefix([',', ';'])?)?;
    let (end, rest) = change(rest.strip_prefix(',')?)?;
    if !rest.is_empty() {
        return None;
    }
    let civil = Civil::from_seconds(i128::from(seconds));
    let second_of_year = (civil.year_day - 1) * DAY + seconds % DAY;
    let year_start = seconds - second_of_year;
    let mut from = start.second_of_year(civil.year) - first.1;
    let mut to = end.second_of_year(civil.year) - second.1;
    if to < from {
        std::mem::swap(&mut from, &mut to);
        std::mem::swap(&mut first, &mut second);
    }
    let ((name, offset, dst), start, end) = match second_of_year {
        now if now < from => (first, year_start, from + year_start),
        now if now >= to => (first, to + year_start, year_start + 365 * DAY),
        _ => (second, from + year_start, to + year_start),
    };
    Some(Period { name: name.into(), offset, dst, start, end })
}

/// Reads an abbreviation, which may be in angle brackets.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>');
    }
    let end = text.find(|letter: char| letter.is_ascii_digit() || ",-+".contains(letter)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|_| end >= 3)
}

/// Reads `[+-]hh[:mm[:ss]]` as seconds.
fn offset(text: &str) -> Option<(i64, &str)> {
    let negative = text.starts_with('-');
    let (hours, mut rest) = number(text.strip_prefix(['+', '-']).unwrap_or(text), 0, 24 * 7)?;
    let mut seconds = hours * HOUR;
    for unit in [60, 1] {
        let Some(after) = rest.strip_prefix(':') else { break };
        let (count, after) = number(after, 0, 59)?;
        seconds += count * unit;
        rest = after;
    }
    Some((if negative { -seconds } else { seconds }, rest))
}

fn number(text: &str, min: i64, max: i64) -> Option<(i64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let number = digits.parse().ok().filter(|number| (min..=max).contains(number))?;
    Some((number, rest))
}

/// A day of the year.
enum Day {
    /// 1 to 365; the leap day is not counted.
    Julian(i64),
    /// 0 to 365; the leap day is counted.
    OfYear(i64),
    /// A weekday of a week of a month; week 5 is the last.
    OfMonth { month: i64, week: i64, weekday: i64 },
}

/// When the clocks change.
struct Change {
    day: Day,
    second: i64,
}

/// Reads a change.
fn change(text: &str) -> Option<(Change, &str)> {
    let (day, rest) = if let Some(text) = text.strip_prefix('J') {
        let (day, rest) = number(text, 1, 365)?;
        (Day::Julian(day), rest)
    } else if let Some(text) = text.strip_prefix('M') {
        let (month, rest) = number(text, 1, 12)?;
        let (week, rest) = number(rest.strip_prefix('.')?, 1, 5)?;
        let (weekday, rest) = number(rest.strip_prefix('.')?, 0, 6)?;
        (Day::OfMonth { month, week, weekday }, rest)
    } else {
        let (day, rest) = number(text, 0, 365)?;
        (Day::OfYear(day), rest)
    };
    let (second, rest) = match rest.strip_prefix('/') {
        Some(rest) => offset(rest)?,
        None => (2 * HOUR, rest),
    };
    Some((Change { day, second }, rest))
}

impl Change {
    /// The second of the year, by the clock that is in use until then.
    fn second_of_year(&self, year: i64) -> i64 {
        let leap = is_leap(year);
        let day = match self.day {
            Day::Julian(day) => day - 1 + i64::from(leap && day >= 60),
            Day::OfYear(day) => day,
            Day::OfMonth { month, week, weekday } => {
                let before = days_before(month) + i64::from(leap && month > 2);
                let first = days_from_civil(i128::from(year), i128::from(month), 1) as i64;
                let mut day = (weekday - (first + 4)).rem_euclid(7);
                for _ in 1..week {
                    if day + 7 >= days_in(month, year) {
                        break;
                    }
                    day += 7;
                }
                before + day
            }
        };
        day * DAY + self.second
    }
}
