//! Go's `time.Duration`.

use super::parse::quote;

/// A span of time in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

impl Duration {
    pub(crate) const SECOND: Duration = Duration(1_000_000_000);

    /// Reads a text such as `1h15m30.5s`. Go: `time.ParseDuration`, with its error text.
    pub(crate) fn parse(text: &[u8]) -> Result<Duration, String> {
        let invalid = || format!("time: invalid duration {}", quote(text));
        let negative = text.first() == Some(&b'-');
        let mut rest = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        if rest == b"0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut sum: u64 = 0;
        while !rest.is_empty() {
            let (part, after) = read_part(rest, text)?;
            rest = after;
            sum = sum.checked_add(part).filter(|sum| *sum <= 1 << 63).ok_or_else(invalid)?;
        }
        match negative {
            true => Ok(Duration((sum as i64).wrapping_neg())),
            false => i64::try_from(sum).map(Duration).map_err(|_| invalid()),
        }
    }

    /// Go: `Duration.Truncate`.
    pub(crate) fn truncate(self, step: Duration) -> Duration {
        if step.0 <= 0 { self } else { Duration(self.0 - self.0 % step.0) }
    }

    /// Rounds halves away from zero. Go: `Duration.Round`.
    pub(crate) fn round(self, step: Duration) -> Duration {
        if step.0 <= 0 {
            return self;
        }
        let rest = (self.0 % step.0).unsigned_abs();
        let down = self.truncate(step);
        match rest.wrapping_mul(2) < step.0 as u64 {
            true => down,
            false if self.0 < 0 => Duration(down.0.saturating_sub(step.0)),
            false => Duration(down.0.saturating_add(step.0)),
        }
    }

    /// Whole and broken units, as Go adds them up.
    pub(crate) fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

/// Reads a number and a unit, as nanoseconds.
fn read_part<'t>(rest: &'t [u8], text: &[u8]) -> Result<(u64, &'t [u8]), String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (digits, after) = split_digits(rest);
    let whole = digits.iter().try_fold(0_u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|number| *number <= 1 << 63)
    });
    let whole = whole.ok_or_else(invalid)?;
    let (fraction, after) = match after.strip_prefix(b".") {
        Some(after) => split_digits(after),
        None => (&b""[..], after),
    };
    if digits.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let unit_end = after.iter().position(|byte| *byte == b'.' || byte.is_ascii_digit()).unwrap_or(after.len());
    let (name, after) = after.split_at_checked(unit_end).unwrap_or((after, b""));
    if name.is_empty() {
        return Err(format!("time: missing unit in duration {}", quote(text)));
    }
    let Some(unit) = unit(name) else {
        return Err(format!("time: unknown unit {} in duration {}", quote(name), quote(text)));
    };
    let mut part = whole.checked_mul(unit).filter(|part| *part <= 1 << 63).ok_or_else(invalid)?;
    let (fraction, scale) = read_fraction(fraction);
    if fraction > 0 {
        part = part.wrapping_add((fraction as f64 * (unit as f64 / scale)) as u64);
        if part > 1 << 63 {
            return Err(invalid());
        }
    }
    Ok((part, after))
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, b""))
}

/// The digits of a fraction as a number, and by how much it is too great; digits that do not fit are dropped.
fn read_fraction(digits: &[u8]) -> (u64, f64) {
    let (mut number, mut scale) = (0_u64, 1.0);
    for digit in digits {
        let Some(next) = number.checked_mul(10).map(|number| number + u64::from(digit - b'0')) else { break };
        if number > i64::MAX as u64 / 10 || next > 1 << 63 {
            break;
        }
        number = next;
        scale *= 10.0;
    }
    (number, scale)
}

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => 1_000_000_000,
        b"m" => 60_000_000_000,
        b"h" => 3_600_000_000_000,
        _ => return None,
    })
}

impl std::fmt::Display for Duration {
    /// Go: `Duration.String`, such as `1h15m30.5s`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let nanoseconds = self.0.unsigned_abs();
        let fraction = |number: u64, digits: usize| {
            let text = format!("{number:0digits$}");
            let text = text.trim_end_matches('0');
            if text.is_empty() { String::new() } else { format!(".{text}") }
        };
        match nanoseconds {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanoseconds}ns"),
            1_000..1_000_000 => write!(f, "{}{}µs", nanoseconds / 1_000, fraction(nanoseconds % 1_000, 3)),
            1_000_000..1_000_000_000 => {
                write!(f, "{}{}ms", nanoseconds / 1_000_000, fraction(nanoseconds % 1_000_000, 6))
            }
            _ => {
                let seconds = nanoseconds / 1_000_000_000;
                if seconds >= 3600 {
                    write!(f, "{}h", seconds / 3600)?;
                }
                if seconds >= 60 {
                    write!(f, "{}m", seconds / 60 % 60)?;
                }
                write!(f, "{}{}s", seconds % 60, fraction(nanoseconds % 1_000_000_000, 9))
            }
        }
    }
}
