//! Numbers and booleans as Go's strconv reads them, with its errors.

use value::quote::quote;

fn syntax(function: &str, text: &str) -> String {
    format!("strconv.{function}: parsing {}: invalid syntax", quote(text.as_bytes()))
}

fn range(function: &str, text: &str) -> String {
    format!("strconv.{function}: parsing {}: value out of range", quote(text.as_bytes()))
}

/// `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(syntax("ParseBool", text)),
    }
}

/// `strconv.ParseInt` to 64 bits; with base 0 prefixes and underscores count.
pub(crate) fn parse_int(text: &str, base: u32, bits: u32) -> Result<i64, String> {
    const NAME: &str = "ParseInt";
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let cutoff = 1_u64 << (bits - 1);
    match magnitude(digits, base) {
        Ok(number) if !negative && number < cutoff => Ok(number as i64),
        Ok(number) if negative && number <= cutoff => Ok((number as i64).wrapping_neg()),
        Ok(_) | Err(Bad::Range) => Err(range(NAME, text)),
        Err(Bad::Syntax) => Err(syntax(NAME, text)),
    }
}

/// `strconv.Atoi`.
pub(crate) fn parse_decimal(text: &str) -> Result<i64, String> {
    value::number::atoi(text).map_err(|error| error.to_string())
}

/// `strconv.ParseUint` to 64 bits with base 0.
pub(crate) fn parse_uint(text: &str) -> Result<u64, String> {
    magnitude(text, 0).map_err(|bad| match bad {
        Bad::Range => range("ParseUint", text),
        Bad::Syntax => syntax("ParseUint", text),
    })
}

enum Bad {
    Syntax,
    Range,
}

fn magnitude(text: &str, base: u32) -> Result<u64, Bad> {
    let bytes = text.as_bytes();
    let mut digits = bytes;
    let mut radix = base;
    if base == 0 {
        (radix, digits) = match bytes {
            [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
            [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
            [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
            [b'0', rest @ ..] => (8, rest),
            _ => (10, bytes),
        };
    }
    if bytes.is_empty() {
        return Err(Bad::Syntax);
    }
    let mut number = 0_u64;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(36).filter(|digit| *digit < radix).ok_or(Bad::Syntax)?;
        number = number
            .checked_mul(u64::from(radix))
            .and_then(|number| number.checked_add(u64::from(digit)))
            .ok_or(Bad::Range)?;
    }
    if underscores && !underscores_fit(bytes) {
        return Err(Bad::Syntax);
    }
    Ok(number)
}

/// Whether underscores stand between digits, or between a base prefix and a digit, only.
fn underscores_fit(bytes: &[u8]) -> bool {
    let mut bytes = match bytes {
        [b'-' | b'+', rest @ ..] => rest,
        _ => bytes,
    };
    let (mut last, mut hex) = (b'^', false);
    if let [b'0', prefix, rest @ ..] = bytes
        && matches!(prefix.to_ascii_lowercase(), b'b' | b'o' | b'x')
    {
        (last, hex) = (b'0', prefix.eq_ignore_ascii_case(&b'x'));
        bytes = rest;
    }
    for &byte in bytes {
        last = match byte {
            byte if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() => b'0',
            b'_' if last == b'0' => b'_',
            b'_' => return false,
            _ if last == b'_' => return false,
            _ => b'!',
        };
    }
    last != b'_'
}

/// `strconv.ParseFloat` to 32 bits.
pub(crate) fn parse_float(text: &str) -> Result<f32, String> {
    const NAME: &str = "ParseFloat";
    let plain: String = text.chars().filter(|letter| *letter != '_').collect();
    if plain.len() != text.len() && !underscores_fit(text.as_bytes()) {
        return Err(syntax(NAME, text));
    }
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let named = ["inf", "infinity", "nan"].iter().any(|name| unsigned.eq_ignore_ascii_case(name));
    // Go takes no sign before NaN.
    if unsigned.eq_ignore_ascii_case("nan") && unsigned.len() != plain.len() {
        return Err(syntax(NAME, text));
    }
    let number = match unsigned.get(..2) {
        Some("0x" | "0X") => hexadecimal(unsigned.get(2..).unwrap_or_default())
            .map(|number| if plain.starts_with('-') { -number } else { number }),
        _ => plain.parse::<f32>().ok(),
    };
    match number {
        None => Err(syntax(NAME, text)),
        Some(number) if number.is_infinite() && !named => Err(range(NAME, text)),
        Some(number) => Ok(number),
    }
}

/// The digits of a hexadecimal number with its binary exponent, such as `1.8p3`.
fn hexadecimal(text: &str) -> Option<f32> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let mut exponent: i32 = exponent.parse::<i32>().ok()?.clamp(-10_000, 10_000);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let mut number = 0_f64;
    for letter in whole.chars().chain(fraction.chars()) {
        number = number * 16.0 + f64::from(letter.to_digit(16)?);
    }
    exponent -= 4 * i32::try_from(fraction.len()).ok()?;
    Some((number * 2_f64.powi(exponent)) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_follow_their_prefix() {
        assert_eq!(parse_int("0x1F", 0, 64), Ok(31));
        assert_eq!(parse_int("-0b11", 0, 64), Ok(-3));
        assert_eq!(parse_int("017", 0, 64), Ok(15));
        assert_eq!(parse_int("1_000", 0, 64), Ok(1000));
        assert_eq!(parse_int("-9223372036854775808", 0, 64), Ok(i64::MIN));
        assert!(parse_int("9223372036854775808", 0, 64).is_err_and(|error| error.ends_with("out of range")));
        for bad in ["", "-", "_1", "1_", "1__0", "08", "x", "1 "] {
            assert!(parse_int(bad, 0, 64).is_err(), "{bad}");
        }
    }

    #[test]
    fn floats_are_of_single_precision() {
        assert_eq!(parse_float("2.5"), Ok(2.5));
        assert_eq!(parse_float("0x1p-2"), Ok(0.25));
        assert!(parse_float("1e99").is_err_and(|error| error.ends_with("out of range")));
        assert!(parse_float("+nan").is_err());
    }
}
