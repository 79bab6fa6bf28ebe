//! Times as `Chart.lock` has them: Go's `time.Time` in JSON.

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// A time that was read.
struct Time {
    /// Everything down to the seconds, as two (or four) digits each.
    year: u32,
    month: u32,
    day: u32,
    clock: [u32; 3],
    /// The digits behind the seconds, at most nine.
    fraction: String,
    /// Minutes east of Greenwich; nothing for `Z`.
    zone: Option<(char, u32, u32)>,
}

/// Checks a time as Go's `time.Time.UnmarshalJSON` does, and gives the error in Go's words.
/// The text is that of the JSON string, its escapes included, for Go takes it so.
pub(crate) fn check(text: &str) -> Result<(), String> {
    parse(text).map(|_| ())
}

/// The time as Go writes it after having read it: no zeros at the end of the fraction.
/// A text that is no time stands for Go's zero time.
pub(crate) fn normalize(text: &str) -> String {
    let Ok(time) = parse(text) else { return "0001-01-01T00:00:00Z".into() };
    let [hour, minute, second] = time.clock;
    let fraction = time.fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    let zone = match time.zone {
        None | Some((_, 0, 0)) => "Z".into(),
        Some((sign, hours, minutes)) => format!("{sign}{hours:02}:{minutes:02}"),
    };
    let Time { year, month, day, .. } = time;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}{zone}")
}

/// The time in seconds since 1970, rounded; nothing for what is no time and for Go's zero time.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let time = parse(text).ok()?;
    let [hour, minute, second] = time.clock.map(i64::from);
    // Days since 0000-03-01 in the Gregorian calendar; years begin in March, so that leap days end them.
    let (year, month) = (i64::from(time.year), i64::from(time.month));
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(time.day) - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468;
    let east = match time.zone {
        None => 0,
        Some((sign, hours, minutes)) => {
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
            if sign == '-' { -seconds } else { seconds }
        }
    };
    let half_up = i64::from(time.fraction.starts_with(['5', '6', '7', '8', '9']));
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - east;
    // 0001-01-01 is Go's zero time.
    if seconds == -62_135_596_800 && half_up == 0 { None } else { Some(seconds + half_up) }
}

struct Reader<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn cannot(&self, at: &str, element: &str) -> String {
        let (whole, layout) = (quote(self.whole), quote(LAYOUT));
        format!("parsing time {whole} as {layout}: cannot parse {} as {}", quote(at), quote(element))
    }

    fn out_of_range(&self, what: &str) -> String {
        format!("parsing time {}: {what} out of range", quote(self.whole))
    }

    fn literal(&mut self, prefix: &str) -> Result<(), String> {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(self.cannot(self.rest, prefix)),
        }
    }

    fn digits(&self, count: usize) -> Option<(u32, &'a str)> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        let all = head.bytes().all(|byte| byte.is_ascii_digit());
        if all { head.parse().ok().map(|number| (number, rest)) } else { None }
    }

    fn number(&mut self, count: usize, element: &str) -> Result<u32, String> {
        let Some((number, rest)) = self.digits(count) else { return Err(self.cannot(self.rest, element)) };
        self.rest = rest;
        Ok(number)
    }

    /// The fraction behind the seconds, where there is one.
    fn fraction(&mut self) -> String {
        let Some(rest) = self.rest.strip_prefix(['.', ',']) else { return String::new() };
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let Some((digits, rest)) = rest.split_at_checked(end) else { return String::new() };
        if digits.is_empty() {
            return String::new();
        }
        self.rest = rest;
        digits.chars().take(9).collect()
    }

    fn zone(&mut self) -> Result<Option<(char, u32, u32)>, String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(None);
        }
        let hold = self.rest;
        let bad = |reader: &Reader<'a>| reader.cannot(hold, "Z07:00");
        let bytes = hold.as_bytes();
        if bytes.len() < 6 || bytes.get(3) != Some(&b':') {
            return Err(bad(self));
        }
        let two = |from: usize| hold.get(from..from + 2).and_then(|digits| digits.parse::<u32>().ok());
        let (hours, minutes) = (two(1), two(4));
        self.rest = hold.get(6..).unwrap_or_default();
        if hours.is_some_and(|hours| hours > 24) {
            return Err(self.out_of_range("time zone offset hour"));
        }
        if hours.is_some() && minutes.is_some_and(|minutes| minutes > 60) {
            return Err(self.out_of_range("time zone offset minute"));
        }
        match (hold.chars().next(), hours, minutes) {
            (Some(sign @ ('+' | '-')), Some(hours), Some(minutes)) => Ok(Some((sign, hours, minutes))),
            _ => Err(bad(self)),
        }
    }
}

/// Helm's Go reads `2006-01-02T15:04:05Z07:00`, one element after the other.
fn parse(text: &str) -> Result<Time, String> {
    let mut reader = Reader { whole: text, rest: text };
    let year = reader.number(4, "2006")?;
    reader.literal("-")?;
    let month = reader.number(2, "01")?;
    if !(1..=12).contains(&month) {
        return Err(reader.out_of_range("month"));
    }
    reader.literal("-")?;
    let day = reader.number(2, "02")?;
    reader.literal("T")?;
    let hour = match reader.digits(2) {
        Some((hour, rest)) => {
            reader.rest = rest;
            hour
        }
        None => reader.number(1, "15")?,
    };
    if hour > 23 {
        return Err(reader.out_of_range("hour"));
    }
    reader.literal(":")?;
    let minute = reader.number(2, "04")?;
    if minute > 59 {
        return Err(reader.out_of_range("minute"));
    }
    reader.literal(":")?;
    let second = reader.number(2, "05")?;
    if second > 59 {
        return Err(reader.out_of_range("second"));
    }
    let fraction = reader.fraction();
    let zone = reader.zone()?;
    if !reader.rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quote(text), quote(reader.rest)));
    }
    if day < 1 || day > days(month, year) {
        return Err(reader.out_of_range("day"));
    }
    Ok(Time { year, month, day, clock: [hour, minute, second], fraction, zone })
}

fn days(month: u32, year: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Go's `time` package quotes by itself: bytes beyond ASCII become `\x..`.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(byte));
            }
            0x20..=0x7f => quoted.push(char::from(byte)),
            other => quoted.push_str(&format!("\\x{other:02x}")),
        }
    }
    quoted.push('"');
    quoted
}
