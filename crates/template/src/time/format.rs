//! Writes times by layouts. Go: `time/format.go`.

use super::{
    Time,
    civil::Civil,
    layout::{Element, Fraction, Offset, Padding, next_chunk},
    location::Period,
    names::{Month, Weekday},
};

impl Time {
    /// Writes it by a layout. Go: `Time.Format`.
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let period = self.location.period(self.seconds);
        let civil = Civil::from_seconds(i128::from(self.seconds) + i128::from(period.offset));
        let mut out = Vec::with_capacity(layout.len() + 10);
        let mut rest = layout;
        loop {
            let chunk = next_chunk(rest);
            out.extend_from_slice(chunk.prefix);
            let Some(element) = chunk.element else { return out };
            rest = chunk.suffix;
            match element {
                Element::Zone if period.name.is_empty() => {
                    let plain = Offset { z: false, minutes: true, seconds: false, colon: false };
                    append_offset(&mut out, period.offset, plain);
                }
                Element::Zone => out.extend_from_slice(period.name.as_bytes()),
                Element::Offset(offset) => append_offset(&mut out, period.offset, offset),
                Element::Fraction(fraction) => append_fraction(&mut out, self.nanoseconds, fraction),
                element => append_civil(&mut out, element, &civil),
            }
        }
    }

    /// Go: `Time.String`.
    pub(super) fn text(&self) -> String {
        let text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if let Some(reading) = self.monotonic {
            let sign = if reading < 0 { '-' } else { '+' };
            let reading = reading.unsigned_abs();
            text.push_str(&format!(" m={sign}{}.{:09}", reading / 1_000_000_000, reading % 1_000_000_000));
        }
        text
    }

    /// Go: `Time.GoString`.
    pub(super) fn go_text(&self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let zone = match &self.location {
            location if std::rc::Rc::ptr_eq(location, &self.local) => "time.Local".to_owned(),
            location if location.name == "UTC" => "time.UTC".to_owned(),
            location => format!("time.Location({})", value::duration::quote(location.name.as_bytes())),
        };
        let nanosecond = self.nanoseconds;
        format!("time.Date({year}, time.{}, {day}, {hour}, {minute}, {second}, {nanosecond}, {zone})", Month(month))
    }

    /// Its place in the zone's year.
    pub(super) fn zone_period(&self) -> Period {
        self.location.period(self.seconds)
    }
}

fn append_civil(out: &mut Vec<u8>, element: Element, civil: &Civil) {
    let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    let width = |padded: bool| if padded { 2 } else { 0 };
    let (number, width) = match element {
        Element::LongMonth => return out.extend_from_slice(Month(civil.month).to_string().as_bytes()),
        Element::ShortMonth => return out.extend(Month(civil.month).to_string().bytes().take(3)),
        Element::LongWeekday => return out.extend_from_slice(Weekday(civil.weekday).to_string().as_bytes()),
        Element::ShortWeekday => return out.extend(Weekday(civil.weekday).to_string().bytes().take(3)),
        Element::Noon { upper } => {
            let [morning, afternoon] = if upper { ["AM", "PM"] } else { ["am", "pm"] };
            return out.extend_from_slice(if civil.hour >= 12 { afternoon } else { morning }.as_bytes());
        }
        Element::Day(Padding::Blank) => return append_blank(out, civil.day, 2),
        Element::DayOfYear(Padding::Blank) => return append_blank(out, civil.year_day, 3),
        Element::Day(padding) => (civil.day, width(padding == Padding::Zero)),
        Element::DayOfYear(_) => (civil.year_day, 3),
        Element::Month { padded } => (civil.month, width(padded)),
        Element::Hour24 => (civil.hour, 2),
        Element::Hour12 { padded } => (hour12, width(padded)),
        Element::Minute { padded } => (civil.minute, width(padded)),
        Element::Second { padded } => (civil.second, width(padded)),
        Element::LongYear => (civil.year, 4),
        Element::ShortYear => (civil.year.abs() % 100, 2),
        Element::Zone | Element::Offset(_) | Element::Fraction(_) => return,
    };
    append_padded(out, number, width);
}

/// Writes a number with zeros up to a width, which does not count the sign.
fn append_padded(out: &mut Vec<u8>, number: i64, width: usize) {
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(format!("{:0width$}", number.unsigned_abs()).as_bytes());
}

fn append_blank(out: &mut Vec<u8>, number: i64, width: usize) {
    out.extend_from_slice(format!("{number:width$}").as_bytes());
}

fn append_offset(out: &mut Vec<u8>, seconds: i64, offset: Offset) {
    if offset.z && seconds == 0 {
        return out.push(b'Z');
    }
    let minutes = seconds / 60;
    out.push(if minutes < 0 { b'-' } else { b'+' });
    append_padded(out, minutes.abs() / 60, 2);
    let colon = if offset.colon { ":" } else { "" };
    out.extend_from_slice(colon.as_bytes());
    if offset.minutes {
        append_padded(out, minutes.abs() % 60, 2);
    }
    if offset.seconds {
        out.extend_from_slice(colon.as_bytes());
        // Where the whole minutes are none, Go takes the sign from them and leaves it in the seconds.
        append_padded(out, (if minutes < 0 { -seconds } else { seconds }) % 60, 2);
    }
}

fn append_fraction(out: &mut Vec<u8>, nanoseconds: u32, fraction: Fraction) {
    if fraction.trim && (fraction.digits == 0 || nanoseconds == 0) {
        return;
    }
    let digits = format!("{nanoseconds:09}");
    let digits = digits.get(..fraction.digits.min(9)).unwrap_or(&digits);
    let digits = if fraction.trim { digits.trim_end_matches('0') } else { digits };
    if !fraction.trim || !digits.is_empty() {
        out.push(fraction.separator);
        out.extend_from_slice(digits.as_bytes());
    }
}
