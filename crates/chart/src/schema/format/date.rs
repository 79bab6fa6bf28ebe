//! Dates, times, durations and periods.

use super::quoted_rune;

pub(super) fn duration(text: &str) -> Result<(), String> {
    let Some(rest) = text.strip_prefix('P') else { return Err("must start with P".into()) };
    if rest.is_empty() {
        return Err("nothing after P".into());
    }
    if let Some(weeks) = rest.strip_suffix('W') {
        if weeks.is_empty() {
            return Err("no number in week".into());
        }
        return if weeks.bytes().all(|byte| byte.is_ascii_digit()) { Ok(()) } else { Err("invalid week".into()) };
    }
    for (number, part) in rest.split('T').enumerate() {
        if number > 0 && part.is_empty() {
            return Err("no time elements".into());
        }
        let all = match number {
            0 => "YMD",
            1 => "HMS",
            _ => return Err("more than one T".into()),
        };
        duration_part(part.as_bytes(), all.as_bytes())?;
    }
    Ok(())
}

fn duration_part(part: &[u8], all: &[u8]) -> Result<(), String> {
    let mut units = all;
    let mut rest = part;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Err("missing number".into());
        }
        let Some((unit, after)) = rest.get(digits..).and_then(<[u8]>::split_first) else {
            return Err("missing unit".into());
        };
        match units.iter().position(|known| known == unit) {
            Some(at) => units = units.get(at + 1..).unwrap_or_default(),
            None if all.contains(unit) => {
                return Err(format!("unit {} out of order", quoted_rune(char::from(*unit))));
            }
            None => return Err(format!("invalid unit {}", quoted_rune(char::from(*unit)))),
        }
        rest = after;
    }
    Ok(())
}

/// A date as Go's `time.Parse("2006-01-02", text)` takes it.
pub(super) fn date(text: &str) -> Result<(), String> {
    let quoted = |part: &[u8]| quote(part);
    let whole = quoted(text.as_bytes());
    let cannot = |rest: &[u8], element: &str| {
        Err(format!("parsing time {whole} as \"2006-01-02\": cannot parse {} as \"{element}\"", quoted(rest)))
    };
    let out_of_range = |part: &str| Err(format!("parsing time {whole}: {part} out of range"));
    let bytes = text.as_bytes();
    let two = |rest: &[u8]| match rest {
        [tens, ones, ..] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    };
    let Some((year, rest)) = bytes.split_at_checked(4).filter(|(year, _)| year.iter().all(u8::is_ascii_digit)) else {
        return cannot(bytes, "2006");
    };
    let year = year.iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    let Some(rest) = rest.strip_prefix(b"-") else { return cannot(rest, "-") };
    let Some(month) = two(rest) else { return cannot(rest, "01") };
    if !(1..=12).contains(&month) {
        return out_of_range("month");
    }
    let rest = rest.get(2..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b"-") else { return cannot(rest, "-") };
    let Some(day) = two(rest) else { return cannot(rest, "02") };
    let rest = rest.get(2..).unwrap_or_default();
    if !rest.is_empty() {
        return Err(format!("parsing time {whole}: extra text: {}", quoted(rest)));
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if (1..=days).contains(&day) { Ok(()) } else { out_of_range("day") }
}

/// The time package's own quoting: what is not printable ASCII byte by byte.
fn quote(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..0x80 => text.push(char::from(byte)),
            byte => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

fn two_digits(text: &[u8], what: &str) -> Result<u32, String> {
    let number = std::str::from_utf8(text).ok().and_then(|text| super::atoi(text).ok());
    match number {
        None => Err(format!("invalid {what}")),
        Some(number) => u32::try_from(number).map_err(|_| format!("non-positive {what}")),
    }
}

pub(super) fn time(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    if bytes.len() < 9 {
        return Err("less than 9 characters long".into());
    }
    let [h1, h2, c1, m1, m2, c2, s1, s2, rest @ ..] = bytes else { return Ok(()) };
    if (*c1, *c2) != (b':', b':') {
        return Err("missing colon in correct place".into());
    }
    let part = |high: &u8, low: &u8| two_digits(&[*high, *low], "hour/min/sec");
    let (hour, minute, second) = (part(h1, h2)?, part(m1, m2)?, part(s1, s2)?);
    if hour > 23 || minute > 59 || second > 60 {
        return Err("hour/min/sec out of range".into());
    }
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return Err("no digits in second fraction".into());
            }
            fraction.get(digits..).unwrap_or_default()
        }
        None => rest,
    };
    let mut minutes = i64::from(hour * 60 + minute);
    if !matches!(rest, b"z" | b"Z") {
        minutes += offset(rest)?;
        if minutes < 0 {
            minutes += 24 * 60;
        }
    }
    if second >= 60 && minutes != 23 * 60 + 59 {
        return Err("invalid leap second".into());
    }
    Ok(())
}

/// The minutes to add for UTC.
fn offset(text: &[u8]) -> Result<i64, String> {
    let [sign, h1, h2, colon, m1, m2] = text else { return Err("offset must be 6 characters long".into()) };
    let sign = match sign {
        b'+' => -1,
        b'-' => 1,
        _ => return Err("offset must begin with plus/minus".into()),
    };
    if *colon != b':' {
        return Err("missing colon in offset in correct place".into());
    }
    let (hour, minute) =
        (two_digits(&[*h1, *h2], "hour/min in offset")?, two_digits(&[*m1, *m2], "hour/min in offset")?);
    if hour > 23 || minute > 59 {
        return Err("hour/min in offset out of range".into());
    }
    Ok(sign * i64::from(hour * 60 + minute))
}

pub(super) fn date_time(text: &str) -> Result<(), String> {
    if text.len() < 20 {
        return Err("less than 20 characters long".into());
    }
    let bytes = text.as_bytes();
    if !matches!(bytes.get(10), Some(b't' | b'T')) {
        return Err("11th character must be t or T".into());
    }
    // A cut within a rune leaves what Go shows as escaped bytes: such a date is wrong anyway.
    let part = |range: Option<&[u8]>| String::from_utf8_lossy(range.unwrap_or_default()).into_owned();
    date(&part(bytes.get(..10))).map_err(|reason| format!("invalid date element: {reason}"))?;
    time(&part(bytes.get(11..))).map_err(|reason| format!("invalid time element: {reason}"))
}

pub(super) fn period(text: &str) -> Result<(), String> {
    let Some((start, end)) = text.split_once('/') else { return Err("missing slash".into()) };
    let wrong = |what: &'static str| move |reason: String| format!("invalid {what}: {reason}");
    if start.starts_with('P') {
        duration(start).map_err(wrong("start duration"))?;
        return date_time(end).map_err(wrong("end date-time"));
    }
    date_time(start).map_err(wrong("start date-time"))?;
    if end.starts_with('P') {
        duration(end).map_err(wrong("end duration"))
    } else {
        date_time(end).map_err(wrong("end date-time"))
    }
}
