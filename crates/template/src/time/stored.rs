//! Times that were read from JSON, as Go prints them. Go: `time/format_rfc3339.go`, `parseRFC3339`.

use std::rc::Rc;

use value::Value;

use super::{BILLION, Location, Time};
use crate::Surroundings;

/// A time, so many nanoseconds after 1970 and written so many seconds east of UTC: by a layout of Go's, or as
/// `Time.String` has it.
///
/// Where the local zone was that far east then, Go takes it for local time and prints the zone's name.
pub fn print_time(nanoseconds: i128, offset: i32, layout: Option<&str>, surroundings: &dyn Surroundings) -> String {
    let time = read(nanoseconds, offset, surroundings);
    match layout {
        Some(layout) => String::from_utf8_lossy(&time.format(layout.as_bytes())).into_owned(),
        None => time.text(),
    }
}

/// Such a time, its nanoseconds and its offset, as templates see it; Go's zero value where there is none.
pub fn time_value(time: Option<(i128, i32)>, surroundings: &dyn Surroundings) -> Value {
    Value::Object(Rc::new(match time {
        Some((nanoseconds, offset)) => read(nanoseconds, offset, surroundings),
        None => Time::zero(&Time::local_zone(surroundings)),
    }))
}

fn read(nanoseconds: i128, offset: i32, surroundings: &dyn Surroundings) -> Time {
    let local = Time::local_zone(surroundings);
    let seconds = i64::try_from(nanoseconds.div_euclid(i128::from(BILLION))).unwrap_or_default();
    let location = match i64::from(offset) {
        0 => Location::utc(),
        offset if local.period(seconds).offset == offset => Rc::clone(&local),
        offset => Location::fixed("", offset),
    };
    let fraction = nanoseconds.rem_euclid(i128::from(BILLION)) as u32;
    Time { nanoseconds: fraction, location, ..Time::unix(seconds, &local) }
}

#[cfg(test)]
mod tests {
    use super::print_time;
    use crate::{Fixed, Surroundings};

    struct Berlin;

    impl Surroundings for Berlin {
        fn now(&self) -> i128 {
            0
        }

        fn time_zone(&self) -> String {
            "Europe/Berlin".into()
        }

        fn fill_random(&self, _: &mut [u8]) {}
    }

    #[test]
    fn times_are_local_where_their_offset_is() {
        let summer = 1_782_864_000_123_000_000;
        let print = |offset, layout| print_time(summer, offset, layout, &Berlin);
        assert_eq!(print(7200, None), "2026-07-01 02:00:00.123 +0200 CEST");
        assert_eq!(print(3600, None), "2026-07-01 01:00:00.123 +0100 +0100");
        assert_eq!(print(0, None), "2026-07-01 00:00:00.123 +0000 UTC");
        assert_eq!(print(7200, Some("2006")), "2026");
        assert_eq!(print_time(0, 7200, None, &Fixed::default()), "1970-01-01 02:00:00 +0200 +0200");
    }
}
