//! Go's `strconv` for numbers: floats and integers as text.

mod parse;

use std::io::Write;

pub use self::parse::{ParseError, ParseErrorKind, atoi, parse_float, parse_int, parse_uint};
pub(crate) use self::parse::{float, signed, unsigned};

/// The largest magnitude below which every integral `f64` has its own decimal digits as its shortest text.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// Formats as `strconv.FormatFloat(number, format, precision, bits)`: `format` is one of `e E f g G`,
/// `precision` is nothing for the shortest text that reads back, `bits` is 32 or 64.
///
/// As in Go, an unknown `format` gives `%` and that letter.
pub fn format_float(number: f64, format: u8, precision: Option<usize>, bits: u32) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, number, format, precision, bits);
    into_text(out)
}

/// Formats as `encoding/json` does: the shortest digits, with an exponent below 1e-6 and from 1e21 on.
/// NaN and infinities, which JSON has not, come out as `NaN`, `+Inf` and `-Inf`; `bits` is 32 or 64.
pub fn format_json_float(number: f64, bits: u32) -> String {
    let mut out = Vec::with_capacity(24);
    append_json_float(&mut out, number, bits);
    into_text(out)
}

/// Appends what [`format_float`] gives.
pub fn append_float(out: &mut Vec<u8>, number: f64, format: u8, precision: Option<usize>, bits: u32) {
    let number = if bits == 32 { f64::from(number as f32) } else { number };
    if !number.is_finite() {
        out.extend_from_slice(non_finite(number));
        return;
    }
    // Most numbers of charts are whole: their digits are the shortest text.
    let whole_below = match (format, precision) {
        (b'f', None) if bits == 64 => EXACT_INTEGERS,
        (b'g', None) => 1e6,
        _ => 0.0,
    };
    if number.abs() < whole_below && number.trunc() == number {
        append_whole(out, number);
        return;
    }
    match (format, precision) {
        (b'f', Some(precision)) => write_to(out, format_args!("{number:.precision$}")),
        (b'e' | b'E', Some(precision)) => {
            Digits::rounded(number, precision.saturating_add(1)).exponent(out, format, precision)
        }
        (b'g' | b'G', Some(precision)) => {
            let precision = precision.max(1);
            let digits = Digits::rounded(number, precision);
            let count = digits.trimmed();
            let limit = if precision > count && count as i64 >= digits.point { count } else { precision };
            digits.general(out, format, precision.min(count), limit as i64);
        }
        (b'f', None) => Digits::shortest(number, bits).plain(out),
        (b'e' | b'E', None) => {
            let digits = Digits::shortest(number, bits);
            let precision = digits.trimmed().saturating_sub(1);
            digits.exponent(out, format, precision);
        }
        (b'g' | b'G', None) => {
            let digits = Digits::shortest(number, bits);
            let count = digits.trimmed();
            digits.general(out, format, count, 6);
        }
        _ => {
            out.push(b'%');
            out.push(format);
        }
    }
}

/// Appends what [`format_json_float`] gives.
pub fn append_json_float(out: &mut Vec<u8>, number: f64, bits: u32) {
    if number.abs() < EXACT_INTEGERS && bits == 64 && number.trunc() == number {
        append_whole(out, number);
        return;
    }
    let number = if bits == 32 { f64::from(number as f32) } else { number };
    if !number.is_finite() {
        out.extend_from_slice(non_finite(number));
        return;
    }
    // Go compares a float32 with the bounds as float32.
    let magnitude = number.abs();
    let (low, high) = if bits == 32 { (f64::from(1e-6_f32), f64::from(1e21_f32)) } else { (1e-6, 1e21) };
    let digits = Digits::shortest(number, bits);
    if magnitude != 0.0 && (magnitude < low || magnitude >= high) {
        digits.json_exponent(out);
    } else {
        digits.plain(out);
    }
}

/// Appends an integer in decimal.
pub fn append_int(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    append_uint(out, number.unsigned_abs());
}

/// Appends an unsigned integer in decimal.
pub fn append_uint(out: &mut Vec<u8>, number: u64) {
    if number < 10 {
        out.push(b'0' + number as u8);
        return;
    }
    let mut digits = [0; 20];
    let mut rest = number;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    let (_, digits) = digits.split_at(digits.len() - used);
    out.extend_from_slice(digits);
}

/// Appends a whole number below [`EXACT_INTEGERS`].
fn append_whole(out: &mut Vec<u8>, number: f64) {
    if number.is_sign_negative() {
        out.push(b'-');
    }
    append_uint(out, number.abs() as u64);
}

fn non_finite(number: f64) -> &'static [u8] {
    if number.is_nan() {
        b"NaN"
    } else if number > 0.0 {
        b"+Inf"
    } else {
        b"-Inf"
    }
}

fn into_text(bytes: Vec<u8>) -> String {
    // Only ASCII is ever appended.
    String::from_utf8(bytes).unwrap_or_default()
}

fn write_to(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a vector cannot fail.
    let _ = out.write_fmt(text);
}

/// The decimal digits of a finite number: 0.d1d2d3… × 10^point. Zero has the one digit 0 and the point 1.
struct Digits {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// The fewest digits that read back as the number.
    fn shortest(number: f64, bits: u32) -> Digits {
        let mut buffer = zmij::Buffer::new();
        if bits == 64 {
            return Digits::parse(buffer.format_finite(number).as_bytes());
        }
        let number = number as f32;
        let mut digits = Digits::parse(buffer.format_finite(number).as_bytes());
        // The one float32 that lies halfway between its two shortest texts and which Go rounds up.
        if number.abs() == 2.0_f32.powi(-12) {
            digits.digits = b"24414063".to_vec();
        }
        digits
    }

    /// The number rounded to `count` digits, halves of the exact value to even, with trailing zeros.
    fn rounded(number: f64, count: usize) -> Digits {
        // Beyond its 767th digit a float has only zeros.
        let count = count.clamp(1, 800);
        let mut text = Vec::with_capacity(count + 8);
        write_to(&mut text, format_args!("{number:.0$e}", count - 1));
        let mut digits = Digits::parse(&text);
        digits.digits.resize(count, b'0');
        digits
    }

    /// Reads `-12.5e-7`, `0.001`, `100.0`; drops leading and trailing zeros.
    fn parse(text: &[u8]) -> Digits {
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let mut digits = Vec::with_capacity(text.len());
        let (mut point, mut exponent) = (0, 0_i64);
        let mut fraction = false;
        let mut bytes = text.iter();
        while let Some(&byte) = bytes.next() {
            match byte {
                b'0'..=b'9' => {
                    if byte != b'0' || !digits.is_empty() {
                        digits.push(byte);
                        point += i64::from(!fraction);
                    } else {
                        point -= i64::from(fraction);
                    }
                }
                b'.' => fraction = true,
                _ => {
                    exponent =
                        std::str::from_utf8(bytes.as_slice()).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
                    break;
                }
            }
        }
        while let Some(b'0') = digits.last() {
            digits.pop();
        }
        if digits.is_empty() {
            return Digits { negative, digits: vec![b'0'], point: 1 };
        }
        Digits { negative, digits, point: point + exponent }
    }

    /// How many digits there are without trailing zeros.
    fn trimmed(&self) -> usize {
        self.digits.iter().rposition(|digit| *digit != b'0').map_or(1, |last| last + 1)
    }

    fn sign(&self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
    }

    /// `-ddd.ddd`, with all the digits without trailing zeros.
    fn plain(&self, out: &mut Vec<u8>) {
        self.sign(out);
        let digits = self.digits.get(..self.trimmed()).unwrap_or_default();
        match usize::try_from(self.point) {
            Ok(0) | Err(_) => {
                out.extend_from_slice(b"0.");
                out.resize(out.len() + self.point.unsigned_abs() as usize, b'0');
                out.extend_from_slice(digits);
            }
            Ok(point) => match digits.split_at_checked(point) {
                Some((whole, fraction)) => {
                    out.extend_from_slice(whole);
                    if !fraction.is_empty() {
                        out.push(b'.');
                        out.extend_from_slice(fraction);
                    }
                }
                None => {
                    out.extend_from_slice(digits);
                    out.resize(out.len() + point - digits.len(), b'0');
                }
            },
        }
    }

    /// `-d.dde±dd` with `precision` digits after the point.
    fn exponent(&self, out: &mut Vec<u8>, letter: u8, precision: usize) {
        self.mantissa(out, precision);
        out.push(letter);
        out.push(if self.point > 0 { b'+' } else { b'-' });
        let exponent = (self.point - 1).unsigned_abs();
        if exponent < 10 {
            out.push(b'0');
        }
        append_uint(out, exponent);
    }

    fn mantissa(&self, out: &mut Vec<u8>, precision: usize) {
        self.sign(out);
        let (first, rest) = self.digits.split_first().unwrap_or((&b'0', &[]));
        out.push(*first);
        if precision > 0 {
            out.push(b'.');
            let rest = rest.get(..precision).unwrap_or(rest);
            out.extend_from_slice(rest);
            out.resize(out.len() + precision - rest.len(), b'0');
        }
    }

    /// As Go's `%e` with a one-digit negative exponent written in one digit.
    fn json_exponent(&self, out: &mut Vec<u8>) {
        let exponent = self.point - 1;
        if !(-9..0).contains(&exponent) {
            self.exponent(out, b'e', self.trimmed() - 1);
            return;
        }
        self.mantissa(out, self.trimmed() - 1);
        out.extend_from_slice(b"e-");
        append_uint(out, exponent.unsigned_abs());
    }

    /// Go's `%g` with `count` digits: an exponent below -4 and from `limit` on.
    fn general(&self, out: &mut Vec<u8>, format: u8, count: usize, limit: i64) {
        let exponent = self.point - 1;
        if exponent < -4 || exponent >= limit {
            self.exponent(out, if format == b'g' { b'e' } else { b'E' }, count.saturating_sub(1));
        } else {
            self.plain(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_laid_out_as_go_does() {
        // Number, format, precision, bits, and what strconv.FormatFloat of Go 1.26 gave.
        let cases = [
            (780_830_758_393_541.0 / 8.0, b'g', None, 64, "9.760384479919262e+13"),
            (1e6, b'g', None, 64, "1e+06"),
            (-0.0, b'g', None, 64, "-0"),
            (123_456_789.0, b'f', None, 64, "123456789"),
            (1e21, b'f', None, 64, "1000000000000000000000"),
            (0.5, b'f', Some(0), 64, "0"),
            (2.5, b'f', Some(0), 64, "2"),
            (0.0, b'e', Some(3), 64, "0.000e+00"),
            (1e-7, b'E', None, 64, "1E-07"),
            (100_000.0, b'G', Some(3), 64, "1E+05"),
            (0.1, b'g', None, 32, "0.1"),
            (0.000_244_140_625, b'e', None, 32, "2.4414063e-04"),
            (f64::NEG_INFINITY, b'f', Some(2), 64, "-Inf"),
            (f64::NAN, b'f', None, 64, "NaN"),
            (1.0, b'q', None, 64, "%q"),
        ];
        for (number, format, precision, bits, want) in cases {
            assert_eq!(format_float(number, format, precision, bits), want);
        }
    }

    #[test]
    fn json_floats_use_exponents_only_at_the_ends() {
        let cases = [
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-10, "1.5e-10"),
            (-0.0, "-0"),
            (8080.0, "8080"),
        ];
        for (number, want) in cases {
            assert_eq!(format_json_float(number, 64), want);
        }
    }

    #[test]
    fn integers_have_all_their_digits() {
        for number in [0, 7, 10, -1, 1234567890, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            append_int(&mut out, number);
            assert_eq!(out, number.to_string().into_bytes());
        }
    }
}
