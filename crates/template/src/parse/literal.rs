//! Reads string, character and number constants as Go's `strconv` does.

use std::rc::Rc;

use value::{Str, Value, quote};

use crate::{
    complex::Complex,
    lex::{Kind, Span},
    tree::{Ideal, Number},
};

/// What `strconv` says about anything it cannot read.
const SYNTAX: &str = "invalid syntax";

/// Go's `strconv.Unquote`. Fails with `invalid syntax`.
pub(super) fn unquote(quoted: &[u8]) -> Result<Str, String> {
    quote::unquote(quoted).map(Str::from).ok_or_else(|| SYNTAX.into())
}

/// A number as the lexer found it. Fails with Go's words about it.
///
/// Go: text/template/parse `newNumber`.
pub(super) fn number(text: &[u8], span: Span, kind: Kind) -> Result<Number, String> {
    match kind {
        Kind::CharConstant => character(text, span),
        Kind::Complex => {
            let (real, imaginary) = complex_parts(text)?;
            Ok(complex(span, real, imaginary))
        }
        _ => plain(text, span),
    }
}

fn character(text: &[u8], span: Span) -> Result<Number, String> {
    let (unit, tail) = quote::unquote_char(text.get(1..).unwrap_or_default(), b'\'').ok_or(SYNTAX)?;
    if tail != b"'" {
        return Err(format!("malformed character constant: {}", Str::from(text).to_text()));
    }
    let code = i64::from(unit.value());
    Ok(Number {
        text: span,
        int: Some(code),
        uint: Some(code as u64),
        float: Some(code as f64),
        ideal: Ideal::Value(Value::int(code)),
    })
}

fn complex(span: Span, real: f64, imaginary: f64) -> Number {
    let float = (imaginary == 0.0).then_some(real);
    let ideal = Ideal::Value(Value::Object(Rc::new(Complex { real, imaginary })));
    Number { text: span, int: float.and_then(whole_int), uint: float.and_then(whole_uint), float, ideal }
}

/// The parts of `1+2i`. Fails with the words of Go's `fmt.Sscan`.
fn complex_parts(text: &[u8]) -> Result<(f64, f64), String> {
    const SCANNING: &str = "syntax error scanning complex number";
    let real = float_token(text);
    let (real, rest) = text.split_at_checked(real).ok_or(SCANNING)?;
    if !matches!(rest.first(), Some(b'+' | b'-')) {
        return Err(SCANNING.into());
    }
    let length = 1 + float_token(rest.get(1..).unwrap_or_default());
    let (imaginary, rest) = rest.split_at_checked(length).ok_or(SCANNING)?;
    if rest.first() != Some(&b'i') {
        return Err(SCANNING.into());
    }
    Ok((scanned_float(real)?, scanned_float(imaginary)?))
}

/// How many bytes `fmt.Sscan` takes for a float. It takes an `i` for the start of `Inf`.
fn float_token(text: &[u8]) -> usize {
    let mut at = 0;
    let mut accept = |set: &[u8]| {
        let accepted = text.get(at).is_some_and(|byte| set.contains(byte));
        at += usize::from(accepted);
        accepted
    };
    accept(b"+-");
    if accept(b"iI") && accept(b"nN") && accept(b"fF") {
        return at;
    }
    let hex = accept(b"0") && accept(b"xX");
    let digits: &[u8] = if hex { b"0123456789aAbBcCdDeEfF_" } else { b"0123456789_" };
    while accept(digits) {}
    if accept(b".") {
        while accept(digits) {}
    }
    if accept(if hex { b"pP" } else { b"eEpP" }) {
        accept(b"+-");
        while accept(b"0123456789_") {}
    }
    at
}

/// Go: fmt/scan.go `convertFloat`, which knows decimal digits with a binary exponent, too.
fn scanned_float(text: &[u8]) -> Result<f64, String> {
    let failed =
        |function: &str, reason: &str| Err(format!("strconv.{function}: parsing {}: {reason}", quote::quote(text)));
    let binary = text.iter().position(|&byte| byte == b'p').filter(|_| !text.iter().any(|byte| b"xX".contains(byte)));
    let (digits, exponent) = text.split_at_checked(binary.unwrap_or(text.len())).unwrap_or((text, b""));
    let Some(number) = parse_float(digits) else {
        let shape: Vec<u8> = digits.split(|byte| b"eEpP".contains(byte)).next().unwrap_or_default().to_vec();
        let in_range = parse_float(&shape).is_none() || parse_exponent(digits).is_none();
        return failed("ParseFloat", if in_range { SYNTAX } else { "value out of range" });
    };
    let Some(exponent) = exponent.get(1..) else {
        return Ok(number);
    };
    match std::str::from_utf8(exponent).ok().and_then(|exponent| exponent.parse::<i64>().ok()) {
        Some(exponent) => Ok(number * 2_f64.powi(exponent.clamp(-4_000, 4_000) as i32)),
        None => failed("Atoi", SYNTAX),
    }
}

/// The digits behind `e` or `p`, where there are any.
fn parse_exponent(text: &[u8]) -> Option<()> {
    let at = text.iter().position(|byte| b"eEpP".contains(byte))?;
    let digits = match text.get(at + 1..)? {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    (!digits.is_empty()).then_some(())
}

fn plain(text: &[u8], span: Span) -> Result<Number, String> {
    if let [digits @ .., b'i'] = text
        && let Some(imaginary) = parse_float(digits)
    {
        return Ok(complex(span, 0.0, imaginary));
    }
    let mut uint = parse_uint(text);
    let int = parse_int(text);
    if int == Some(0) {
        uint = Some(0);
    }
    let mut number = Number { text: span, int, uint, float: None, ideal: Ideal::Overflow };
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Some(float) = parse_float(text) {
        if !text.iter().any(|byte| b".eEpP".contains(byte)) {
            return Err(format!("integer overflow: {}", quote::quote(text)));
        }
        number.float = Some(float);
        number.int = whole_int(float);
        number.uint = whole_uint(float);
    } else {
        return Err(format!("illegal number syntax: {}", quote::quote(text)));
    }
    number.ideal = ideal(text, &number);
    Ok(number)
}

/// Go: text/template `idealConstant`.
fn ideal(text: &[u8], number: &Number) -> Ideal {
    let has = |set: &[u8]| text.iter().any(|byte| set.contains(byte));
    let is_hex_int = matches!(text, [b'0', b'x' | b'X', _, ..]) && !has(b"pP");
    match (number.float, number.int) {
        (Some(float), _) if !is_hex_int && has(b".eEpP") => Ideal::Value(Value::float(float)),
        (_, Some(int)) => Ideal::Value(Value::int(int)),
        _ => Ideal::Overflow,
    }
}

fn whole_int(float: f64) -> Option<i64> {
    // Go converts out of range to the least integer, which equals only -2^63.
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    (in_range && float.fract() == 0.0).then_some(float as i64)
}

fn whole_uint(float: f64) -> Option<u64> {
    ((0.0..18_446_744_073_709_551_616.0).contains(&float) && float.fract() == 0.0).then_some(float as u64)
}

/// Go's `strconv.ParseUint(text, 0, 64)`.
fn parse_uint(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !underscores_ok(text) {
        return None;
    }
    let (base, digits) = match text {
        [b'0', b'b' | b'B', digits @ ..] if text.len() >= 3 => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] if text.len() >= 3 => (8, digits),
        [b'0', b'x' | b'X', digits @ ..] if text.len() >= 3 => (16, digits),
        [b'0', digits @ ..] => {
            if digits.is_empty() {
                return Some(0);
            }
            (8, digits)
        }
        _ => (10, text),
    };
    let mut number: u64 = 0;
    let mut any = false;
    for &byte in digits {
        if byte == b'_' {
            continue;
        }
        let digit = char::from(byte).to_digit(base)?;
        number = number.checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
        any = true;
    }
    any.then_some(number)
}

/// Go's `strconv.ParseInt(text, 0, 64)`.
fn parse_int(text: &[u8]) -> Option<i64> {
    match text {
        [b'-', digits @ ..] => 0_i64.checked_sub_unsigned(parse_uint(digits)?),
        [b'+', digits @ ..] => i64::try_from(parse_uint(digits)?).ok(),
        _ => i64::try_from(parse_uint(text)?).ok(),
    }
}

/// Whether underscores stand only between digits, or behind the prefix of a base.
fn underscores_ok(text: &[u8]) -> bool {
    let text = match text {
        [b'-' | b'+', rest @ ..] => rest,
        _ => text,
    };
    let prefixed = matches!(text, [b'0', b'b' | b'B' | b'o' | b'O' | b'x' | b'X', ..]);
    let hex = matches!(text, [b'0', b'x' | b'X', ..]);
    let mut saw = if prefixed { b'0' } else { b'^' };
    for &byte in text.iter().skip(if prefixed { 2 } else { 0 }) {
        if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() {
            saw = b'0';
        } else if byte == b'_' {
            if saw != b'0' {
                return false;
            }
            saw = b'_';
        } else {
            if saw == b'_' {
                return false;
            }
            saw = b'!';
        }
    }
    saw != b'_'
}

/// Go's `strconv.ParseFloat(text, 64)` for what the lexer takes for a number; nothing where it fails or overflows.
fn parse_float(text: &[u8]) -> Option<f64> {
    if text.contains(&b'_') && !underscores_ok(text) {
        return None;
    }
    let text: String = std::str::from_utf8(text).ok()?.chars().filter(|&rune| rune != '_').collect();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let number = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => parse_hex_float(digits)?,
        None => {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
            if !plain {
                return None;
            }
            digits.parse().ok()?
        }
    };
    let number: f64 = if negative { -number } else { number };
    number.is_finite().then_some(number)
}

/// `1.8p-3` behind its `0x`. The exponent is required.
fn parse_hex_float(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let exponent: i64 = exponent.parse::<i64>().ok()?.clamp(-100_000, 100_000);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut mantissa: u64 = 0;
    let mut shift: i64 = 0;
    let mut sticky = false;
    for (index, rune) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(rune.to_digit(16)?);
        let behind_point = index >= whole.len();
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            shift -= if behind_point { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            shift += if behind_point { 0 } else { 4 };
        }
    }
    Some(scale(mantissa, sticky, exponent + shift))
}

/// `mantissa * 2^exponent` rounded to even; `sticky` says that something below the mantissa was cut off.
fn scale(mantissa: u64, sticky: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let zeros = i64::from(mantissa.leading_zeros());
    let mantissa = mantissa << zeros;
    // The value is mantissa * 2^(exponent - zeros), with 64 significant bits.
    let top = exponent - zeros + 63;
    let dropped = if top < -1022 { 11 + (-1022 - top) } else { 11 };
    let kept = if dropped > 64 { 0 } else { u128::from(mantissa) >> dropped };
    let rest = u128::from(mantissa) - if dropped > 64 { 0 } else { kept << dropped };
    let half = if dropped > 64 { u128::MAX } else { 1 << (dropped - 1) };
    let up = rest > half || rest == half && (sticky || kept & 1 == 1);
    let rounded = kept as u64 + u64::from(up);
    let exponent = exponent - zeros + dropped;
    if exponent > 1_000 {
        return f64::INFINITY;
    }
    // Exact: at most 53 bits, and the exponent keeps the result normal or a multiple of the least subnormal.
    let steps = exponent.div_euclid(2);
    rounded as f64 * 2_f64.powi(steps as i32) * 2_f64.powi((exponent - steps) as i32)
}
