//! Durations as Go reads and writes them: `1h15m30.918s`.

use std::time::Duration;

const LIMIT: u64 = 1 << 63;

/// Reads a duration such as `-1.5h3m`, in nanoseconds.
///
/// Go: time/format.go `ParseDuration`, with its errors.
pub fn parse(text: impl AsRef<[u8]>) -> Result<i64, String> {
    let text = text.as_ref();
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (number, after) = leading_integer(rest).ok_or_else(invalid)?;
        let mut digits = rest.len() - after.len();
        rest = after;
        let mut fraction = None;
        if let [b'.', after @ ..] = rest {
            let tail = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (places, after) = after.split_at(tail);
            digits += tail;
            fraction = Some(places);
            rest = after;
        }
        if digits == 0 {
            return Err(invalid());
        }
        let length = rest.iter().take_while(|byte| **byte != b'.' && !byte.is_ascii_digit()).count();
        let (unit, after) = rest.split_at(length);
        rest = after;
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quote(text)));
        }
        let scale = nanoseconds(unit)
            .ok_or_else(|| format!("time: unknown unit {} in duration {}", quote(unit), quote(text)))?;
        let mut part = number.checked_mul(scale).filter(|part| *part <= LIMIT).ok_or_else(invalid)?;
        if let Some(places) = fraction {
            part = part.checked_add(scaled(places, scale)).filter(|part| *part <= LIMIT).ok_or_else(invalid)?;
        }
        total = total.checked_add(part).filter(|total| *total <= LIMIT).ok_or_else(invalid)?;
    }
    match (negative, i64::try_from(total)) {
        (true, Ok(total)) => Ok(-total),
        (true, Err(_)) => Ok(i64::MIN),
        (false, Ok(total)) => Ok(total),
        (false, Err(_)) => Err(invalid()),
    }
}

/// A time as flags take it: `5m0s`.
pub fn format(time: Duration) -> String {
    let (seconds, fraction) = (time.as_secs(), time.subsec_nanos());
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let digits = format!("{fraction:09}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    let seconds = format!("{}{point}{digits}s", seconds % 60);
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, minutes) => format!("{minutes}m{seconds}"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
    }
}

/// Quotes as Go's package `time` does, which escapes every byte beyond ASCII. Go: time/format.go `quote`.
pub fn quote(text: &[u8]) -> String {
    let mut quoted = "\"".to_owned();
    for &byte in text {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=0x7f => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted + "\""
}

fn nanoseconds(unit: &[u8]) -> Option<u64> {
    Some(match unit {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => 1_000_000_000,
        b"m" => 60_000_000_000,
        b"h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// The number at the start, zero where there are no digits; nothing if it is too large.
fn leading_integer(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at(count);
    let mut number = 0_u64;
    for digit in digits {
        number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        if number > LIMIT {
            return None;
        }
    }
    Some((number, rest))
}

/// The decimal places times the unit; places beyond what 63 bits hold are dropped, as in Go.
fn scaled(places: &[u8], unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1_f64);
    for place in places {
        let next = number.checked_mul(10).and_then(|next| next.checked_add(u64::from(place - b'0')));
        match next {
            Some(next) if next <= LIMIT => number = next,
            _ => break,
        }
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, nanoseconds) in [
            ("5m", 300_000_000_000),
            ("1h15m30.918s", 4_530_918_000_000),
            ("-1.5h", -5_400_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("100us", 100_000),
            ("0", 0),
            ("9223372036854775807ns", i64::MAX),
        ] {
            assert_eq!(parse(text), Ok(nanoseconds), "{text}");
        }
    }

    #[test]
    fn bad_durations_say_why() {
        for (text, error) in [
            ("", "time: invalid duration \"\""),
            ("5", "time: missing unit in duration \"5\""),
            ("5x", "time: unknown unit \"x\" in duration \"5x\""),
            (".s", "time: invalid duration \".s\""),
            ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
        ] {
            assert_eq!(parse(text), Err(error.to_owned()), "{text}");
        }
    }

    #[test]
    fn times_are_written_as_flags_take_them() {
        let texts = [(0, "0s"), (300_000, "5m0s"), (3_601_500, "1h0m1.5s"), (20, "0.02s")];
        for (milliseconds, text) in texts {
            assert_eq!(format(Duration::from_millis(milliseconds)), text);
        }
    }
}
