//! Reading numbers as Go's `strconv` does.

use std::borrow::Cow;

/// What `strconv.ParseInt` finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integer {
    Exact(i64),
    /// The number that is nearest to the one that does not fit.
    OutOfRange(i64),
    Malformed,
}

/// Go's `strconv.ParseInt(text, base, 64)`; base 0 goes by the prefix and allows underscores between digits.
pub(super) fn integer(text: &[u8], base: u32) -> Integer {
    let (negative, digits) = sign(text);
    let (base, digits) = match base {
        0 if !digits.contains(&b'_') => prefixed(digits),
        0 if underscores_are_well_placed(digits) => {
            let plain = without_underscores(digits);
            let (base, digits) = prefixed(&plain);
            return signed(negative, digits, base);
        }
        0 => return Integer::Malformed,
        base => (base, digits),
    };
    signed(negative, digits, base)
}

fn signed(negative: bool, digits: &[u8], base: u32) -> Integer {
    if digits.is_empty() {
        return Integer::Malformed;
    }
    let mut number = 0_u64;
    for byte in digits {
        let Some(digit) = char::from(*byte).to_digit(base) else { return Integer::Malformed };
        let next = number.checked_mul(u64::from(base)).and_then(|number| number.checked_add(u64::from(digit)));
        match next {
            Some(next) => number = next,
            // Go looks no further, whatever follows.
            None => return Integer::OutOfRange(if negative { i64::MIN } else { i64::MAX }),
        }
    }
    match (negative, i64::try_from(number)) {
        (false, Ok(number)) => Integer::Exact(number),
        (false, Err(_)) => Integer::OutOfRange(i64::MAX),
        (true, _) => 0_i64.checked_sub_unsigned(number).map_or(Integer::OutOfRange(i64::MIN), Integer::Exact),
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// The base that a prefix gives, and the digits behind it.
fn prefixed(digits: &[u8]) -> (u32, &[u8]) {
    match digits {
        [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
        [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    }
}

/// Whether every underscore stands between digits, or a base prefix and a digit.
fn underscores_are_well_placed(number: &[u8]) -> bool {
    let (prefix, digits) = match number {
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (Some(10), rest),
        [b'0', b'x' | b'X', rest @ ..] => (Some(16), rest),
        _ => (None, number),
    };
    let is_digit = |byte: u8| char::from(byte).is_digit(prefix.unwrap_or(10));
    let mut after_digit = prefix.is_some();
    let mut after_underscore = false;
    for &byte in digits {
        match byte {
            b'_' if !after_digit => return false,
            b'_' => {}
            _ if after_underscore && !is_digit(byte) => return false,
            _ => {}
        }
        after_digit = is_digit(byte);
        after_underscore = byte == b'_';
    }
    !after_underscore
}

fn without_underscores(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|&byte| byte != b'_').collect()
}

/// Go's `strconv.ParseFloat(text, 64)`; nothing where it fails, being out of range included.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    let (negative, number) = sign(text);
    let is_signed = number.len() < text.len();
    let magnitude = match number {
        _ if number.eq_ignore_ascii_case(b"inf") || number.eq_ignore_ascii_case(b"infinity") => f64::INFINITY,
        _ if number.eq_ignore_ascii_case(b"nan") && !is_signed => f64::NAN,
        _ => finite(number)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn finite(number: &[u8]) -> Option<f64> {
    let plain = if number.contains(&b'_') {
        Cow::Owned(underscores_are_well_placed(number).then(|| without_underscores(number))?)
    } else {
        Cow::Borrowed(number)
    };
    let magnitude = match &*plain {
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => hexadecimal(digits)?,
        digits => {
            if !digits.iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte)) {
                return None;
            }
            std::str::from_utf8(digits).ok()?.parse::<f64>().ok()?
        }
    };
    magnitude.is_finite().then_some(magnitude)
}

/// `1.8p-3`: a hexadecimal mantissa and a binary exponent, which must be there.
fn hexadecimal(text: &[u8]) -> Option<f64> {
    let split = text.iter().position(|byte| matches!(byte, b'p' | b'P'))?;
    let (mantissa, exponent) = text.split_at_checked(split)?;
    let mut bits = 0_u64;
    // A one in the lowest bit stands for everything that did not fit.
    let mut scale = 0_i64;
    let (mut in_fraction, mut any) = (false, false);
    for &byte in mantissa {
        if byte == b'.' && !in_fraction {
            in_fraction = true;
            continue;
        }
        let digit = char::from(byte).to_digit(16)?;
        any = true;
        if bits >> 60 == 0 {
            bits = bits << 4 | u64::from(digit);
            scale -= if in_fraction { 4 } else { 0 };
        } else {
            bits |= u64::from(digit != 0);
            scale += if in_fraction { 0 } else { 4 };
        }
    }
    let (negative, digits) = sign(exponent.get(1..)?);
    if !any || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // Beyond some ten thousand it is all the same.
    let power = digits.iter().fold(0_i64, |power, byte| (power * 10 + i64::from(byte - b'0')).min(100_000));
    Some(scaled(bits, scale + if negative { -power } else { power }))
}

/// `bits` times two to the power of `exponent`, rounded once, to even.
fn scaled(bits: u64, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let zeros = bits.leading_zeros();
    let bits = bits << zeros;
    let exponent = exponent - i64::from(zeros);
    // The number is bits * 2^exponent with bits in [2^63, 2^64): of 64 bits a normal float keeps 53.
    let dropped = (11_i64).max(-1074 - exponent);
    if dropped > 64 {
        return 0.0;
    }
    let (kept, rest) = if dropped == 64 { (0, bits) } else { (bits >> dropped, bits << (64 - dropped)) };
    let round_up = rest > 1 << 63 || rest == 1 << 63 && kept & 1 == 1;
    let kept = kept + u64::from(round_up);
    let exponent = exponent + dropped;
    if exponent > 971 || exponent == 971 && kept >= 1 << 53 {
        return f64::INFINITY;
    }
    // A subnormal number has the least exponent and no hidden bit; carrying into it makes it normal.
    let biased = if kept < 1 << 52 { 0 } else { (exponent + 1075) as u64 };
    if kept == 1 << 53 {
        return f64::from_bits((biased + 1) << 52);
    }
    f64::from_bits(biased << 52 | kept & ((1 << 52) - 1))
}
