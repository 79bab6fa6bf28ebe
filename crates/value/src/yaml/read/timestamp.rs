//! Whether a text is one of go-yaml v2's timestamps; it matters only under the tag `!!timestamp`.

/// Whether go-yaml v2's `parseTimestamp` accepts a text: a date, alone or followed by `T`, `t` or a blank and a time;
/// after the letters a time zone must follow.
pub(in crate::yaml) fn is_timestamp(text: &[u8]) -> bool {
    let mut rest = Rest(text);
    let Some(year) = rest.digits(4, 4) else { return false };
    let Some(date) = rest.date(year) else { return false };
    match rest.0 {
        [] => date,
        [b'T' | b't', time @ ..] => date && Rest(time).time(true),
        // Go's layout has one blank, and takes any number of them.
        [b' ', ..] => {
            let blanks = rest.0.iter().take_while(|&&byte| byte == b' ').count();
            date && Rest(rest.0.get(blanks..).unwrap_or_default()).time(false)
        }
        _ => false,
    }
}

/// What is left to be read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// Reads a number of so many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        (count >= least).then(|| digits.iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0')))
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    /// Reads `-month-day`; tells whether there is such a day.
    fn date(&mut self, year: u32) -> Option<bool> {
        self.expect(b'-')?;
        let month = self.digits(1, 2)?;
        self.expect(b'-')?;
        let day = self.digits(1, 2)?;
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        Some((1..=days).contains(&day))
    }

    /// Reads a time to its end.
    fn time(&mut self, with_zone: bool) -> bool {
        self.clock().is_some() && if with_zone { self.zone().is_some() } else { self.0.is_empty() }
    }

    fn clock(&mut self) -> Option<()> {
        let hour = self.digits(1, 2)?;
        self.expect(b':')?;
        let minute = self.digits(1, 2)?;
        self.expect(b':')?;
        let second = self.digits(1, 2)?;
        if let [b'.' | b',', digit, ..] = self.0
            && digit.is_ascii_digit()
        {
            self.0 = self.0.get(1..)?;
            self.digits(1, usize::MAX)?;
        }
        (hour < 24 && minute < 60 && second < 60).then_some(())
    }

    /// Reads `Z` or `+hh:mm` to the end.
    fn zone(&mut self) -> Option<()> {
        if self.0 == b"Z" {
            return Some(());
        }
        let [b'+' | b'-', rest @ ..] = self.0 else { return None };
        self.0 = rest;
        let hours = self.digits(2, 2)?;
        self.expect(b':')?;
        let minutes = self.digits(2, 2)?;
        (hours <= 24 && minutes <= 60 && self.0.is_empty()).then_some(())
    }
}
