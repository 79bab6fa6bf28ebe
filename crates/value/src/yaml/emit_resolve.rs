//! Whether a text, written plain, would be read back as something else than a string.

use super::emit::Dialect;

/// Whether the plain text would be a number, a boolean, a null, a timestamp or one of the forms that are quoted
/// for the sake of YAML 1.1 readers (go-yaml: `resolve`, `isBase60Float`, `isOldBool`).
///
/// This says nothing about text that cannot be written plain at all.
pub(super) fn needs_quotes(text: &[u8], dialect: Dialect) -> bool {
    let Some(first) = text.first() else { return true };
    match first {
        b'0'..=b'9' | b'+' | b'-' => is_number(text, dialect) || is_base_60(text),
        b'.' => is_named(text) || is_dotted_float(text),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => is_named(text),
        _ => false,
    }
}

/// The words of YAML 1.1 for true, false, null, infinity and "not a number" (those with a sign are in `is_number`).
fn is_named(text: &[u8]) -> bool {
    matches!(
        text,
        b"~" | b"y"
            | b"Y"
            | b"n"
            | b"N"
            | b"yes"
            | b"Yes"
            | b"YES"
            | b"no"
            | b"No"
            | b"NO"
            | b"on"
            | b"On"
            | b"ON"
            | b"off"
            | b"Off"
            | b"OFF"
            | b"true"
            | b"True"
            | b"TRUE"
            | b"false"
            | b"False"
            | b"FALSE"
            | b"null"
            | b"Null"
            | b"NULL"
            | b".nan"
            | b".NaN"
            | b".NAN"
            | b".inf"
            | b".Inf"
            | b".INF"
    )
}

fn is_number(text: &[u8], dialect: Dialect) -> bool {
    if matches!(text, b"+.inf" | b"+.Inf" | b"+.INF" | b"-.inf" | b"-.Inf" | b"-.INF") || is_timestamp(text) {
        return true;
    }
    // No number holds a byte beyond these, and most texts that start like a number do.
    if !text
        .iter()
        .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'_' | b'+' | b'-' | b'.' | b'x' | b'X' | b'o' | b'O'))
    {
        return false;
    }
    if text.contains(&b'_') {
        let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
        return is_plain_number(&plain, dialect);
    }
    is_plain_number(text, dialect)
}

fn is_plain_number(text: &[u8], dialect: Dialect) -> bool {
    if is_integer(text, None) || is_float(text) {
        return true;
    }
    // `0b-1` is read as a number by a quirk; version 3 has it for octals too.
    match text {
        [b'0', b'b', rest @ ..] => is_integer(rest, Some(2)),
        [b'0', b'o', rest @ ..] => dialect == Dialect::V3 && is_integer(rest, Some(8)),
        _ => false,
    }
}

/// Whether `strconv.ParseInt` or `ParseUint` reads the text into 64 bits; no radix is Go's radix 0.
fn is_integer(text: &[u8], radix: Option<u32>) -> bool {
    let (limit, digits) = match text {
        [b'-', rest @ ..] => (1 << 63, rest),
        [b'+', rest @ ..] => ((1 << 63) - 1, rest),
        _ => (u64::MAX, text),
    };
    let (radix, digits) = match (radix, digits) {
        (Some(radix), digits) => (radix, digits),
        (None, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (16, rest),
        (None, [b'0', b'o' | b'O', rest @ ..]) if !rest.is_empty() => (8, rest),
        (None, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (2, rest),
        (None, [b'0', ..]) => (8, digits),
        (None, _) => (10, digits),
    };
    let number = digits.iter().try_fold(0_u64, |number, digit| {
        number.checked_mul(u64::from(radix))?.checked_add(u64::from(char::from(*digit).to_digit(radix)?))
    });
    !digits.is_empty() && number.is_some_and(|number| number <= limit)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, and not beyond the range of a `float64`.
fn is_float(text: &[u8]) -> bool {
    let (b"" | b"+" | b"-", rest) = split_while(text, |byte| matches!(byte, b'+' | b'-')) else { return false };
    let (whole, rest) = split_while(rest, |byte| byte.is_ascii_digit());
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => split_while(rest, |byte| byte.is_ascii_digit()),
        _ => (&b""[..], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    is_exponent(rest) && is_finite(text)
}

fn is_exponent(text: &[u8]) -> bool {
    let [b'e' | b'E', rest @ ..] = text else { return text.is_empty() };
    let ([] | [_], digits) = split_while(rest, |byte| matches!(byte, b'+' | b'-')) else { return false };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// `strconv.ParseFloat` of a text that starts with a point: there underscores may stand between digits.
fn is_dotted_float(text: &[u8]) -> bool {
    let mut previous = b'.';
    for &byte in text {
        if (byte == b'_' && !previous.is_ascii_digit()) || (previous == b'_' && !byte.is_ascii_digit()) {
            return false;
        }
        previous = byte;
    }
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
    let [b'.', rest @ ..] = plain.as_slice() else { return false };
    let (fraction, rest) = split_while(rest, |byte| byte.is_ascii_digit());
    previous != b'_' && !fraction.is_empty() && is_exponent(rest) && is_finite(&plain)
}

fn is_finite(text: &[u8]) -> bool {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    number.is_some_and(f64::is_finite)
}

/// `[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?`
fn is_base_60(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    if !text.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let (_, mut rest) = split_while(text, |byte| byte.is_ascii_digit() || byte == b'_');
    let mut groups = 0;
    while let [b':', after @ ..] = rest {
        rest = match after {
            [b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b'0'..=b'9', rest @ ..] => rest,
            _ => return false,
        };
        groups += 1;
    }
    let rest = match rest {
        [b'.', rest @ ..] => split_while(rest, |byte| byte.is_ascii_digit() || byte == b'_').1,
        _ => rest,
    };
    groups > 0 && rest.is_empty()
}

/// Whether go-yaml's four time layouts read the text: `2006-1-2` alone, with a blank and a time, or with a `T` or
/// `t`, a time and a zone.
fn is_timestamp(text: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', rest @ ..] = text else { return false };
    if ![y1, y2, y3, y4].iter().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    let year = [y1, y2, y3, y4].iter().fold(0, |year, digit| year * 10 + u32::from(**digit - b'0'));
    let Some((month @ 1..=12, [b'-', rest @ ..])) = short_number(rest) else { return false };
    let Some((day, rest)) = short_number(rest) else { return false };
    if day == 0 || day > days_in(month, year) {
        return false;
    }
    match rest {
        [] => true,
        [b'T' | b't', rest @ ..] => after_clock(rest).is_some_and(is_zone),
        [b' ', ..] => after_clock(split_while(rest, |byte| byte == b' ').1).is_some_and(<[u8]>::is_empty),
        _ => false,
    }
}

/// What follows `15:4:5.999999999`; nothing where there is no time of day.
fn after_clock(text: &[u8]) -> Option<&[u8]> {
    let (0..=23, [b':', rest @ ..]) = short_number(text)? else { return None };
    let (0..=59, [b':', rest @ ..]) = short_number(rest)? else { return None };
    let (0..=59, rest) = short_number(rest)? else { return None };
    match rest {
        [b'.' | b',', b'0'..=b'9', ..] => Some(split_while(rest.get(1..)?, |byte| byte.is_ascii_digit()).1),
        _ => Some(rest),
    }
}

/// `Z` or `+07:00`. Go takes 24 hours and 60 minutes.
fn is_zone(text: &[u8]) -> bool {
    let [b'+' | b'-', h1, h2, b':', m1, m2] = text else { return text == b"Z" };
    let number = |a: &u8, b: &u8| {
        let both = a.is_ascii_digit() && b.is_ascii_digit();
        both.then(|| (a - b'0') * 10 + (b - b'0'))
    };
    number(h1, h2).is_some_and(|hours| hours <= 24) && number(m1, m2).is_some_and(|minutes| minutes <= 60)
}

/// A number of one or two digits, and what follows it.
fn short_number(text: &[u8]) -> Option<(u32, &[u8])> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0') * 10 + u32::from(b - b'0'), rest)),
        [a @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0'), rest)),
        _ => None,
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

fn split_while(text: &[u8], accept: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !accept(*byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}
