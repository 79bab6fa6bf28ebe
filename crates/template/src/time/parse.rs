//! Reads times by layouts. Go: `time/format.go`.

use std::rc::Rc;

use value::duration::quote;

use super::{
    Fields, Location, Time,
    civil::{days_before, days_in, is_leap},
    layout::{Element, Fraction, Offset, Padding, next_chunk},
    names::{MONTHS, WEEKDAYS},
};

/// Why an element could not be read.
enum Problem {
    /// It is not what the element stands for.
    Bad,
    /// The named number is out of its range.
    Range(&'static str),
}

/// What has been read, and what is left.
struct Parser<'v> {
    rest: &'v [u8],
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    /// The noon marks that were seen.
    morning: bool,
    afternoon: bool,
    utc: bool,
    offset: Option<i64>,
    zone: Vec<u8>,
}

impl Time {
    /// Reads a text by a layout, in the local zone where it names none. Go: `time.ParseInLocation`, with its error
    /// text.
    pub(crate) fn parse(layout: &[u8], value: &[u8], local: &Rc<Location>) -> Result<Time, String> {
        let mut parser = Parser::new(value);
        let mut left = layout;
        let cannot = |element: &[u8], rest: &[u8]| {
            let [value, layout, rest, element] = [value, layout, rest, element].map(quote);
            format!("parsing time {value} as {layout}: cannot parse {rest} as {element}")
        };
        let fault = |fault: &str| format!("parsing time {}: {fault}", quote(value));
        loop {
            let chunk = next_chunk(left);
            parser.skip(chunk.prefix).map_err(|rest| cannot(chunk.prefix, rest))?;
            let Some(element) = chunk.element else { break };
            left = chunk.suffix;
            let start = parser.rest;
            match parser.read(element, left) {
                Ok(()) => {}
                Err(Problem::Range(name)) => return Err(fault(&format!("{name} out of range"))),
                Err(Problem::Bad) => return Err(cannot(chunk.text, start)),
            }
        }
        if !parser.rest.is_empty() {
            return Err(fault(&format!("extra text: {}", quote(parser.rest))));
        }
        parser.finish(local).map_err(fault)
    }
}

impl<'v> Parser<'v> {
    fn new(value: &'v [u8]) -> Parser<'v> {
        Parser {
            rest: value,
            year: 0,
            month: None,
            day: None,
            year_day: None,
            hour: 0,
            minute: 0,
            second: 0,
            nanosecond: 0,
            morning: false,
            afternoon: false,
            utc: false,
            offset: None,
            zone: Vec::new(),
        }
    }

    /// Takes a literal part of the layout; blanks match any number of blanks. Fails with what is left.
    fn skip(&mut self, prefix: &[u8]) -> Result<(), &'v [u8]> {
        let mut prefix = prefix;
        while let Some((&wanted, after)) = prefix.split_first() {
            match (wanted, self.rest.split_first()) {
                (b' ', Some((found, _))) if *found != b' ' => return Err(self.rest),
                (b' ', _) => {
                    prefix = trim_blanks(prefix);
                    self.rest = trim_blanks(self.rest);
                }
                (_, Some((found, rest))) if *found == wanted => (prefix, self.rest) = (after, rest),
                _ => return Err(self.rest),
            }
        }
        Ok(())
    }

    /// Takes so many bytes.
    fn take(&mut self, count: usize) -> Result<&'v [u8], Problem> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Problem::Bad)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Takes one or two digits; two where it is padded.
    fn number(&mut self, padded: bool) -> Result<i64, Problem> {
        let digit = |byte: u8| i64::from(byte - b'0');
        match *self.rest {
            [first, second, ref rest @ ..] if first.is_ascii_digit() && second.is_ascii_digit() => {
                self.rest = rest;
                Ok(digit(first) * 10 + digit(second))
            }
            [first, ref rest @ ..] if first.is_ascii_digit() && !padded => {
                self.rest = rest;
                Ok(digit(first))
            }
            _ => Err(Problem::Bad),
        }
    }

    /// Takes a number below `end`.
    fn bounded(&mut self, padded: bool, end: i64, name: &'static str) -> Result<i64, Problem> {
        let number = self.number(padded)?;
        if number < end { Ok(number) } else { Err(Problem::Range(name)) }
    }

    /// Takes one of these names, or its first three letters, whatever their case; gives its place.
    fn name(&mut self, names: &[&str], long: bool) -> Result<i64, Problem> {
        for (index, name) in names.iter().enumerate() {
            let length = if long { name.len() } else { 3 };
            let (Some(name), Some((head, rest))) = (name.get(..length), self.rest.split_at_checked(length)) else {
                continue;
            };
            if head.eq_ignore_ascii_case(name.as_bytes()) {
                self.rest = rest;
                return Ok(index as i64);
            }
        }
        Err(Problem::Bad)
    }

    /// Reads an element; `layout` is what comes after it.
    fn read(&mut self, element: Element, layout: &[u8]) -> Result<(), Problem> {
        match element {
            Element::ShortYear => {
                let year = signed(self.take(2)?).ok_or(Problem::Bad)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Element::LongYear => {
                if !self.rest.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Problem::Bad);
                }
                self.year = signed(self.take(4)?).ok_or(Problem::Bad)?;
            }
            Element::ShortMonth => self.month = Some(self.name(&MONTHS, false)? + 1),
            Element::LongMonth => self.month = Some(self.name(&MONTHS, true)? + 1),
            Element::Month { padded } => {
                let month = self.number(padded)?;
                self.month = Some(month);
                if !(1..=12).contains(&month) {
                    return Err(Problem::Range("month"));
                }
            }
            Element::ShortWeekday => drop(self.name(&WEEKDAYS, false)?),
            Element::LongWeekday => drop(self.name(&WEEKDAYS, true)?),
            Element::Day(padding) => {
                self.blanks(padding, 1);
                self.day = Some(self.number(padding == Padding::Zero)?);
            }
            Element::DayOfYear(padding) => {
                self.blanks(padding, 2);
                self.year_day = Some(self.day_of_year(padding == Padding::Zero)?);
            }
            Element::Hour24 => self.hour = self.bounded(false, 24, "hour")?,
            Element::Hour12 { padded } => self.hour = self.bounded(padded, 13, "hour")?,
            Element::Minute { padded } => self.minute = self.bounded(padded, 60, "minute")?,
            Element::Second { padded } => self.seconds(padded, layout)?,
            Element::Noon { upper } => {
                let marks: [&[u8]; 2] = if upper { [b"AM", b"PM"] } else { [b"am", b"pm"] };
                let mark = self.take(2)?;
                self.morning |= mark == marks[0];
                self.afternoon |= mark == marks[1];
                if !marks.contains(&mark) {
                    return Err(Problem::Bad);
                }
            }
            Element::Offset(offset) => self.numeric_zone(offset)?,
            Element::Zone => self.zone()?,
            Element::Fraction(fraction) => self.fraction(fraction)?,
        }
        Ok(())
    }

    /// Takes blanks in the place of digits.
    fn blanks(&mut self, padding: Padding, most: usize) {
        for _ in 0..most {
            if padding == Padding::Blank {
                self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
            }
        }
    }

    /// Takes up to three digits, or exactly three.
    fn day_of_year(&mut self, padded: bool) -> Result<i64, Problem> {
        let count = self.rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || padded && count != 3 {
            return Err(Problem::Bad);
        }
        signed(self.take(count)?).ok_or(Problem::Bad)
    }

    /// Takes seconds, and a fraction that the layout does not mention.
    fn seconds(&mut self, padded: bool, layout: &[u8]) -> Result<(), Problem> {
        self.second = self.bounded(padded, 60, "second")?;
        let [b'.' | b',', digit, ..] = self.rest else { return Ok(()) };
        if !digit.is_ascii_digit() || matches!(next_chunk(layout).element, Some(Element::Fraction(_))) {
            return Ok(());
        }
        let digits = self.rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        self.nanoseconds(digits + 1)
    }

    /// Takes a point and digits, in `length` bytes.
    fn nanoseconds(&mut self, length: usize) -> Result<(), Problem> {
        let text = self.take(length)?;
        let [b'.' | b',', digits @ ..] = text else { return Err(Problem::Bad) };
        let digits = digits.get(..9).unwrap_or(digits);
        let number = signed(digits).ok_or(Problem::Bad)?;
        if number < 0 {
            return Err(Problem::Range("fractional second"));
        }
        self.nanosecond = (digits.len()..9).fold(number, |number, _| number * 10);
        Ok(())
    }

    fn fraction(&mut self, fraction: Fraction) -> Result<(), Problem> {
        if !fraction.trim {
            return self.nanoseconds(fraction.digits + 1);
        }
        match self.rest {
            [b'.' | b',', digits @ ..] if digits.first().is_some_and(u8::is_ascii_digit) => {
                let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
                self.nanoseconds(count + 1)
            }
            _ => Ok(()),
        }
    }

    fn numeric_zone(&mut self, offset: Offset) -> Result<(), Problem> {
        if offset.z
            && let Some(rest) = self.rest.strip_prefix(b"Z")
        {
            (self.rest, self.utc) = (rest, true);
            return Ok(());
        }
        let length = 3 + 2 * usize::from(offset.minutes) + 2 * usize::from(offset.seconds);
        let colons = if offset.colon { usize::from(offset.minutes) + usize::from(offset.seconds) } else { 0 };
        let text = self.take(length + colons)?;
        let (step, colon_at) = if offset.colon { (3, [text.get(3), text.get(6)]) } else { (2, [None, None]) };
        if colon_at.into_iter().flatten().any(|byte| *byte != b':') {
            return Err(Problem::Bad);
        }
        let mut numbers = [0; 3];
        let wanted = [true, offset.minutes, offset.seconds];
        let mut bad = false;
        for (index, number) in numbers.iter_mut().enumerate().filter(|(index, _)| wanted.get(*index) == Some(&true)) {
            let start = 1 + index * step;
            let digits = text.get(start..start + 2).filter(|digits| digits.iter().all(u8::is_ascii_digit));
            // What comes after a bad number is not read.
            match digits.and_then(signed).filter(|_| !bad) {
                Some(digits) => *number = digits,
                None => bad = true,
            }
        }
        let [hours, minutes, seconds] = numbers;
        let ranges = [("hour", hours > 24), ("minute", minutes > 60), ("second", seconds > 60)];
        let range = ranges.iter().rev().find(|(_, beyond)| *beyond);
        let total = (hours * 60 + minutes) * 60 + seconds;
        match (range, text.first()) {
            (Some(("hour", _)), _) => Err(Problem::Range("time zone offset hour")),
            (Some(("minute", _)), _) => Err(Problem::Range("time zone offset minute")),
            (Some(_), _) => Err(Problem::Range("time zone offset second")),
            _ if bad => Err(Problem::Bad),
            (None, Some(b'+')) => {
                self.offset = Some(total);
                Ok(())
            }
            (None, Some(b'-')) => {
                self.offset = Some(-total);
                Ok(())
            }
            _ => Err(Problem::Bad),
        }
    }

    fn zone(&mut self) -> Result<(), Problem> {
        if let Some(rest) = self.rest.strip_prefix(b"UTC") {
            (self.rest, self.utc) = (rest, true);
            return Ok(());
        }
        let length = abbreviation(self.rest).ok_or(Problem::Bad)?;
        self.zone = self.take(length)?.to_vec();
        Ok(())
    }

    /// Puts together what was read.
    fn finish(self, local: &Rc<Location>) -> Result<Time, &'static str> {
        let (month, day) = self.month_and_day()?;
        let hour = match self.hour {
            hour if self.afternoon && hour < 12 => hour + 12,
            12 if self.morning => 0,
            hour => hour,
        };
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let Parser { year, minute, second, nanosecond, .. } = self;
        let fields = Fields { year, month, day, hour, minute, second, nanosecond };
        let utc = Location::utc();
        if self.utc {
            return Ok(Time::date(fields, &utc, local));
        }
        let zone = String::from_utf8_lossy(&self.zone);
        let mut time = Time::date(fields, &utc, local);
        // Go marks "no offset" by -1, so that -00:00:01 is none.
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            time.add_seconds(-offset);
            let period = local.period(time.seconds);
            let is_local = period.offset == offset && (zone.is_empty() || *period.name == *zone);
            time.location = if is_local { Rc::clone(local) } else { Location::fixed(&zone, offset) };
            return Ok(time);
        }
        if zone.is_empty() {
            return Ok(Time::date(fields, local, local));
        }
        match local.offset_of(&zone, time.seconds) {
            Some(offset) => {
                time.add_seconds(-offset);
                time.location = Rc::clone(local);
            }
            None => {
                let hours = zone.strip_prefix("GMT").and_then(|hours| signed(hours.as_bytes())).unwrap_or(0);
                time.location = Location::fixed(&zone, hours * 3600);
            }
        }
        Ok(time)
    }

    /// The date, which may be given as a day of the year.
    fn month_and_day(&self) -> Result<(i64, i64), &'static str> {
        let Some(year_day) = self.year_day else { return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1))) };
        let (month, day) = match year_day {
            60 if is_leap(self.year) => (2, 29),
            _ => {
                let year_day = if is_leap(self.year) && year_day > 60 { year_day - 1 } else { year_day };
                if !(1..=365).contains(&year_day) {
                    return Err("day-of-year out of range");
                }
                let month = (1..=12).rev().find(|month| days_before(*month) < year_day).unwrap_or(1);
                (month, year_day - days_before(month))
            }
        };
        if self.month.is_some_and(|given| given != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|given| given != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }
}

fn trim_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(blanks..).unwrap_or_default()
}

/// Reads a whole number with or without a sign. Go: `time.atoi`.
fn signed(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let number = match digits {
        [] => 0,
        digits if digits.iter().all(u8::is_ascii_digit) => std::str::from_utf8(digits).ok()?.parse::<i64>().ok()?,
        _ => return None,
    };
    Some(if text.first() == Some(&b'-') { -number } else { number })
}

/// How long the abbreviation of a zone is that the text starts with. Go: `parseTimeZone`.
fn abbreviation(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset(rest));
    }
    if text.starts_with(b"+") || text.starts_with(b"-") {
        return Some(signed_offset(text)).filter(|length| *length > 0);
    }
    let capitals = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match capitals {
        5 if text.get(4) == Some(&b'T') => Some(5),
        4 if text.get(3) == Some(&b'T') || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// How long a sign and hours up to 23 are; 0 where they are not there.
fn signed_offset(text: &[u8]) -> usize {
    let [b'+' | b'-', rest @ ..] = text else { return 0 };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours = rest.get(..digits).filter(|digits| !digits.is_empty()).and_then(signed);
    if hours.is_some_and(|hours| hours <= 23) { digits + 1 } else { 0 }
}
