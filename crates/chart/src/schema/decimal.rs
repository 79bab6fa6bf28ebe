//! Exact decimal numbers: what the schema library does with Go's `big.Rat`.

use std::cmp::Ordering;

/// Go reads no number with a larger exponent.
const MAX_EXPONENT: i64 = 1_000_000;
/// Ours: nobody counts that far, and arithmetic on it would take long.
const MAX_DIGITS: usize = 1_000;

/// A decimal number: its digits as an integer without leading and trailing zeros, times ten to a power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number; nothing where it is none or too large for Go.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        if exponent.abs() > MAX_EXPONENT {
            return None;
        }
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, exponent: 0 });
        }
        Some(Decimal { negative, digits, exponent })
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// The number where it is an integer that fits; larger ones are cut to the largest.
    pub(crate) fn to_integer(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        let mut number: i64 = 0;
        let zeros = usize::try_from(self.exponent).ok()?.min(20);
        for digit in
            self.digits.iter().copied().chain(std::iter::repeat_n(b'0', if self.is_zero() { 0 } else { zeros }))
        {
            number = number.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
        }
        Some(if self.negative { number.saturating_neg() } else { number })
    }

    pub(crate) fn to_float(&self) -> f64 {
        let digits = std::str::from_utf8(&self.digits).unwrap_or_default();
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}0{digits}e{}", self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The place of the first digit: the number is 0.ddd times ten to this power.
    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add(i64::try_from(self.digits.len()).unwrap_or(i64::MAX))
    }

    fn compare_magnitude(&self, other: &Decimal) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits)),
        }
    }

    pub(crate) fn compare(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    /// Whether the number is an integer times `unit`; nothing where `unit` is zero.
    pub(crate) fn is_multiple_of(&self, unit: &Decimal) -> Option<bool> {
        if unit.is_zero() {
            return None;
        }
        if self.is_zero() {
            return Some(true);
        }
        // Both are scaled to integers, which are then divided digit by digit.
        let shift = self.exponent - unit.exponent;
        let (zeros, divisor_zeros) = if shift >= 0 { (shift, 0) } else { (0, -shift) };
        if self.magnitude() < unit.magnitude() {
            return Some(false);
        }
        let mut divisor = Natural::from_digits(&unit.digits);
        for _ in 0..divisor_zeros {
            divisor.times_ten_plus(0);
        }
        // As many zeros as the divisor has bits hold all its factors 2 and 5: more of them change nothing.
        let enough = divisor.limbs.len() * 32;
        let zeros = std::iter::repeat_n(b'0', usize::try_from(zeros).map_or(enough, |zeros| zeros.min(enough)));
        let mut rest = Natural::default();
        for digit in self.digits.iter().copied().chain(zeros) {
            rest.times_ten_plus(u32::from(digit - b'0'));
            rest.reduce(&divisor);
        }
        Some(rest.limbs.is_empty())
    }
}

/// A natural number in base 2^32, the lowest limb first, without zeros at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Natural {
    limbs: Vec<u32>,
}

impl Natural {
    fn from_digits(digits: &[u8]) -> Natural {
        let mut number = Natural::default();
        for digit in digits {
            number.times_ten_plus(u32::from(digit - b'0'));
        }
        number
    }

    fn times_ten_plus(&mut self, digit: u32) {
        let mut carry = u64::from(digit);
        for limb in &mut self.limbs {
            let product = u64::from(*limb) * 10 + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
    }

    /// Takes `divisor` away as often as it fits, which is at most nine times.
    fn reduce(&mut self, divisor: &Natural) {
        while self.compare(divisor) != Ordering::Less {
            let mut borrow = 0;
            let others = divisor.limbs.iter().copied().chain(std::iter::repeat(0));
            for (limb, other) in self.limbs.iter_mut().zip(others) {
                let difference = i64::from(*limb) - i64::from(other) - borrow;
                borrow = i64::from(difference < 0);
                *limb = difference as u32;
            }
            while self.limbs.last() == Some(&0) {
                self.limbs.pop();
            }
        }
    }

    fn compare(&self, other: &Natural) -> Ordering {
        let lengths = self.limbs.len().cmp(&other.limbs.len());
        lengths.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let number = |text: &str| Decimal::parse(text).unwrap();
        assert_eq!(number("1.0"), number("1"));
        assert_eq!(number("1e+06"), number("1000000"));
        assert_eq!(number("-0"), number("0"));
        assert_eq!(number("0.1").compare(&number("0.10000000000000001")), Ordering::Less);
        assert_eq!(number("-2").compare(&number("-1")), Ordering::Less);
        assert_eq!(number("0.3").is_multiple_of(&number("0.1")), Some(true));
        assert_eq!(number("7").is_multiple_of(&number("2")), Some(false));
        assert_eq!(number("1e300").is_multiple_of(&number("7")), Some(false));
        assert_eq!(number("1e300").is_multiple_of(&number("12345678901234567890123")), Some(false));
        assert_eq!(number("24691357802469135780246").is_multiple_of(&number("12345678901234567890123")), Some(true));
        assert_eq!(number("25").is_multiple_of(&number("1e1")), Some(false));
        assert_eq!(number("20").is_multiple_of(&number("1e1")), Some(true));
        assert_eq!(Decimal::parse("1e1000001"), None);
        assert_eq!((number("12e2").to_integer(), number("1.5").to_integer()), (Some(1200), None));
        assert_eq!(number("-2.5").to_float(), -2.5);
    }
}
