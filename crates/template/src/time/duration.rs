//! Go's `time.Duration`.

/// A span of time in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

impl Duration {
    pub(crate) const SECOND: Duration = Duration(1_000_000_000);

    /// Reads a text such as `1h15m30.5s`. Go: `time.ParseDuration`, with its error text.
    pub(crate) fn parse(text: &[u8]) -> Result<Duration, String> {
        value::duration::parse(text).map(Duration)
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
