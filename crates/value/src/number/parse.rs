//! Go's `strconv` for reading numbers: `ParseInt`, `ParseUint`, `Atoi` and `ParseFloat`.

use crate::quote;

/// Why a text is no number; displays as Go words it
/// (`strconv.ParseInt: parsing "x": invalid syntax`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("strconv.{function}: parsing {}: {kind}", quote::quote(.text))]
pub struct ParseError {
    /// The name of Go's function.
    pub function: &'static str,
    /// What was to be read.
    pub text: Vec<u8>,
    /// What is wrong with it.
    pub kind: ParseErrorKind,
}

/// What is wrong with a text that should be a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// It does not read as one.
    #[error("invalid syntax")]
    Syntax,
    /// It is too large, or too small.
    #[error("value out of range")]
    Range,
    /// There is no such base.
    #[error("invalid base {0}")]
    Base(u32),
    /// There are no numbers of that size.
    #[error("invalid bit size {0}")]
    Bits(u32),
}

use ParseErrorKind::{Range, Syntax};

/// Reads as `strconv.ParseInt`: in this base (2 to 36), or with base 0 as a Go literal, where a prefix (`0x`, `0o`,
/// `0`, `0b`) gives the base and `_` may stand between digits. `bits` is the size of the number, 0 standing for 64.
pub fn parse_int(text: impl AsRef<[u8]>, base: u32, bits: u32) -> Result<i64, ParseError> {
    let text = text.as_ref();
    signed(text, base, bits).map_err(|kind| failure("ParseInt", text, kind))
}

/// Reads as `strconv.ParseUint`, by the rules of [`parse_int`] without a sign.
pub fn parse_uint(text: impl AsRef<[u8]>, base: u32, bits: u32) -> Result<u64, ParseError> {
    let text = text.as_ref();
    unsigned(text, base, bits).map_err(|kind| failure("ParseUint", text, kind))
}

/// Reads as `strconv.Atoi`.
pub fn atoi(text: impl AsRef<[u8]>) -> Result<i64, ParseError> {
    let text = text.as_ref();
    signed(text, 10, 64).map_err(|kind| failure("Atoi", text, kind))
}

/// Reads as `strconv.ParseFloat`: decimal or hexadecimal, infinities and NaN. `bits` is 32 or 64; with 32 the result
/// is a `float32` widened.
pub fn parse_float(text: impl AsRef<[u8]>, bits: u32) -> Result<f64, ParseError> {
    let text = text.as_ref();
    float(text, bits).map_err(|kind| failure("ParseFloat", text, kind))
}

fn failure(function: &'static str, text: &[u8], kind: ParseErrorKind) -> ParseError {
    ParseError { function, text: text.to_vec(), kind }
}

/// The sign of a number and the rest of its text.
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    }
}

pub(crate) fn signed(text: &[u8], base: u32, bits: u32) -> Result<i64, ParseErrorKind> {
    if text.is_empty() {
        return Err(Syntax);
    }
    let (negative, digits) = split_sign(text);
    let magnitude = match unsigned(digits, base, bits) {
        Err(Range) => u64::MAX,
        other => other?,
    };
    let limit = 1_u64 << (if bits == 0 { 63 } else { bits - 1 });
    match negative {
        false if magnitude < limit => Ok(magnitude as i64),
        true if magnitude <= limit => Ok((magnitude as i64).wrapping_neg()),
        _ => Err(Range),
    }
}

pub(crate) fn unsigned(text: &[u8], base: u32, bits: u32) -> Result<u64, ParseErrorKind> {
    let (base_of_text, digits) = match (base, text) {
        (_, []) => return Err(Syntax),
        (2..=36, _) => (base, text),
        (0, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (2, rest),
        (0, [b'0', b'o' | b'O', rest @ ..]) if !rest.is_empty() => (8, rest),
        (0, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (16, rest),
        (0, [b'0', rest @ ..]) => (8, rest),
        (0, _) => (10, text),
        _ => return Err(ParseErrorKind::Base(base)),
    };
    let largest = match bits {
        0 | 64 => u64::MAX,
        1..=63 => (1 << bits) - 1,
        _ => return Err(ParseErrorKind::Bits(bits)),
    };
    let mut number = 0_u64;
    let mut has_underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            has_underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(base_of_text).ok_or(Syntax)?;
        number = number
            .checked_mul(u64::from(base_of_text))
            .and_then(|number| number.checked_add(u64::from(digit)))
            .filter(|&number| number <= largest)
            .ok_or(Range)?;
    }
    if has_underscores && !underscores_separate_digits(text) { Err(Syntax) } else { Ok(number) }
}

/// Whether each `_` stands between digits, or between the prefix of a base and a digit (`strconv.underscoreOK`).
fn underscores_separate_digits(text: &[u8]) -> bool {
    let (_, text) = split_sign(text);
    let (prefixed, hex, digits) = match text {
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (true, false, rest),
        [b'0', b'x' | b'X', rest @ ..] => (true, true, rest),
        _ => (false, false, text),
    };
    let mut after_digit = prefixed;
    let mut after_underscore = false;
    for &byte in digits {
        let is_digit = byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
        if byte == b'_' && !after_digit || !is_digit && byte != b'_' && after_underscore {
            return false;
        }
        after_digit = is_digit;
        after_underscore = byte == b'_';
    }
    !after_underscore
}

pub(crate) fn float(text: &[u8], bits: u32) -> Result<f64, ParseErrorKind> {
    if let Some(special) = special_float(text) {
        return Ok(special);
    }
    let (negative, digits) = split_sign(text);
    if let [b'0', b'x' | b'X', rest @ ..] = digits
        && !rest.is_empty()
    {
        let magnitude = hex_float(rest, text, bits)?;
        return Ok(if negative { -magnitude } else { magnitude });
    }
    let plain = decimal_float(text, digits)?;
    let plain = plain.as_deref().unwrap_or(text);
    let text = std::str::from_utf8(plain).map_err(|_| Syntax)?;
    let number = match bits {
        32 => f64::from(text.parse::<f32>().map_err(|_| Syntax)?),
        _ => text.parse::<f64>().map_err(|_| Syntax)?,
    };
    if number.is_infinite() { Err(Range) } else { Ok(number) }
}

fn special_float(text: &[u8]) -> Option<f64> {
    if text.eq_ignore_ascii_case(b"nan") {
        return Some(f64::NAN);
    }
    let (negative, name) = split_sign(text);
    let infinite = name.eq_ignore_ascii_case(b"inf") || name.eq_ignore_ascii_case(b"infinity");
    infinite.then_some(if negative { f64::NEG_INFINITY } else { f64::INFINITY })
}

/// Checks that `digits`, the text without its sign, is a decimal number; gives the text without underscores, if
/// it has any.
fn decimal_float(text: &[u8], digits: &[u8]) -> Result<Option<Vec<u8>>, ParseErrorKind> {
    let mantissa_end = digits.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(digits.len());
    let (mantissa, exponent) = digits.split_at_checked(mantissa_end).ok_or(Syntax)?;
    check_mantissa(mantissa, u8::is_ascii_digit)?;
    if let [_, exponent @ ..] = exponent {
        check_exponent(exponent)?;
    }
    if !text.contains(&b'_') {
        return Ok(None);
    }
    if !underscores_separate_digits(text) {
        return Err(Syntax);
    }
    Ok(Some(text.iter().copied().filter(|&byte| byte != b'_').collect()))
}

/// Checks that there are digits, and besides them at most one point, and underscores.
fn check_mantissa(mantissa: &[u8], is_digit: impl Fn(&u8) -> bool) -> Result<(), ParseErrorKind> {
    let points = mantissa.iter().filter(|&&byte| byte == b'.').count();
    let legal = mantissa.iter().all(|byte| matches!(byte, b'.' | b'_') || is_digit(byte));
    if legal && points <= 1 && mantissa.iter().any(is_digit) { Ok(()) } else { Err(Syntax) }
}

/// Checks that an exponent is a sign, if there is one, a digit, and then digits and underscores.
fn check_exponent(exponent: &[u8]) -> Result<(), ParseErrorKind> {
    let (_, digits) = split_sign(exponent);
    let legal = digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_');
    if legal && digits.first().is_some_and(u8::is_ascii_digit) { Ok(()) } else { Err(Syntax) }
}

/// Reads what follows the `0x` of a hexadecimal number.
fn hex_float(rest: &[u8], text: &[u8], bits: u32) -> Result<f64, ParseErrorKind> {
    let point_of_exponent = rest.iter().position(|byte| matches!(byte, b'p' | b'P')).ok_or(Syntax)?;
    let (mantissa_text, exponent_text) = rest.split_at_checked(point_of_exponent).ok_or(Syntax)?;
    let exponent_text = exponent_text.get(1..).unwrap_or_default();
    check_mantissa(mantissa_text, u8::is_ascii_hexdigit)?;
    check_exponent(exponent_text)?;
    if text.contains(&b'_') && !underscores_separate_digits(text) {
        return Err(Syntax);
    }
    let mut mantissa = 0_u64;
    let mut exponent = 0_i64;
    let mut sticky = false;
    let mut fraction = false;
    for &byte in mantissa_text {
        match char::from(byte).to_digit(16) {
            Some(digit) if mantissa >> 60 == 0 => {
                mantissa = mantissa << 4 | u64::from(digit);
                exponent -= if fraction { 4 } else { 0 };
            }
            Some(digit) => {
                sticky |= digit != 0;
                exponent += if fraction { 0 } else { 4 };
            }
            None => fraction |= byte == b'.',
        }
    }
    let (negative, digits) = split_sign(exponent_text);
    // Beyond this the result does not change any more.
    let magnitude = digits
        .iter()
        .filter(|&&byte| byte != b'_')
        .fold(0_i64, |sum, &byte| if sum < 1_000_000_000_000 { sum * 10 + i64::from(byte - b'0') } else { sum });
    round_binary(mantissa, exponent + if negative { -magnitude } else { magnitude }, sticky, bits)
}

/// `mantissa` times two to the power of `exponent`, and a little more if `sticky`, rounded to even.
fn round_binary(mantissa: u64, exponent: i64, sticky: bool, bits: u32) -> Result<f64, ParseErrorKind> {
    if mantissa == 0 {
        return Ok(0.0);
    }
    let (precision, lowest, highest) = if bits == 32 { (24, -149, 127) } else { (53, -1074, 1023) };
    let top = 63 - i64::from(mantissa.leading_zeros()) + exponent;
    let unit = (top - precision + 1).max(lowest);
    let shift = unit - exponent;
    let rounded = match shift {
        ..=0 => mantissa,
        1..=64 => {
            let kept = mantissa.checked_shr(shift as u32).unwrap_or(0);
            let half = 1_u64 << (shift - 1);
            let cut = mantissa & (half | (half - 1));
            let up = cut > half || cut == half && (sticky || kept & 1 == 1);
            kept + u64::from(up)
        }
        _ => 0,
    };
    let unit = if shift <= 0 { exponent } else { unit };
    if rounded == 0 {
        return Ok(0.0);
    }
    if 63 - i64::from(rounded.leading_zeros()) + unit > highest {
        return Err(Range);
    }
    // Both steps are exact: `rounded` has at most `precision` bits, and no bit lies below the smallest number.
    let half_way = unit / 2;
    Ok(rounded as f64 * power_of_two(half_way) * power_of_two(unit - half_way))
}

/// Two to the power of `exponent`, which is a normal number.
fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}
