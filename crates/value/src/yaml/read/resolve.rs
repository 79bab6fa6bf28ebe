//! What a scalar means: go-yaml v2's `resolve`.

use std::borrow::Cow;

use super::{
    node::{Document, Node, Tag},
    timestamp::is_timestamp,
};
use crate::number;

/// A scalar's value, before the round trip through JSON makes every number a float.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::yaml) enum Resolved<'d> {
    Nil,
    Bool(bool),
    Int(i64),
    /// Only what does not fit an `int64`.
    Uint(u64),
    Float(f64),
    String(Cow<'d, [u8]>),
}

impl<'d> Resolved<'d> {
    fn text(text: &'d [u8]) -> Resolved<'d> {
        Resolved::String(Cow::Borrowed(text))
    }

    /// The tag that go-yaml finds for it.
    fn tag(&self) -> Tag {
        match self {
            Resolved::Nil => Tag::Null,
            Resolved::Bool(_) => Tag::Bool,
            Resolved::Int(_) | Resolved::Uint(_) => Tag::Int,
            Resolved::Float(_) => Tag::Float,
            Resolved::String(_) => Tag::Str,
        }
    }
}

/// What a scalar node means.
#[inline]
pub(super) fn resolve<'d>(document: &'d Document<'_>, node: &Node) -> Result<Resolved<'d>, String> {
    let text = document.text_of(node);
    match node.tag {
        Tag::None if node.implicit => Ok(resolve_plain(text)),
        Tag::None | Tag::Str | Tag::Merge | Tag::Other => Ok(Resolved::text(text)),
        tag => resolve_tagged(tag, text),
    }
}

fn resolve_tagged(tag: Tag, text: &[u8]) -> Result<Resolved<'_>, String> {
    if tag == Tag::Binary {
        return match decode_base64(text) {
            Some(bytes) => Ok(Resolved::String(Cow::Owned(bytes))),
            None => Err("yaml: !!binary value contains invalid base64 data".into()),
        };
    }
    if tag == Tag::Timestamp && is_timestamp(text) {
        return Ok(Resolved::text(text));
    }
    let resolved = resolve_plain(text);
    match (tag, &resolved) {
        (Tag::Float, &Resolved::Int(number)) => Ok(Resolved::Float(number as f64)),
        _ if resolved.tag() == tag => Ok(resolved),
        _ => Err(format!(
            "yaml: cannot decode {} `{}` as a {}",
            resolved.tag().short_name(),
            String::from_utf8_lossy(text),
            tag.short_name()
        )),
    }
}

/// What a plain scalar without a tag means; a timestamp is a string.
#[inline]
pub(in crate::yaml) fn resolve_plain(text: &[u8]) -> Resolved<'_> {
    match text.first() {
        None => Resolved::Nil,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text).unwrap_or(Resolved::text(text))
        }
        Some(b'.') => match text {
            b".nan" | b".NaN" | b".NAN" => Resolved::Float(f64::NAN),
            b".inf" | b".Inf" | b".INF" => Resolved::Float(f64::INFINITY),
            _ => number::float(text, 64).map_or(Resolved::text(text), Resolved::Float),
        },
        Some(b'0'..=b'9' | b'+' | b'-') => resolve_number(text).unwrap_or(Resolved::text(text)),
        Some(_) => Resolved::text(text),
    }
}

fn word(text: &[u8]) -> Option<Resolved<'static>> {
    Some(match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On" | b"ON" => {
            Resolved::Bool(true)
        }
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off" | b"OFF" => {
            Resolved::Bool(false)
        }
        b"~" | b"null" | b"Null" | b"NULL" => Resolved::Nil,
        _ => return None,
    })
}

/// Reads what begins with a digit or a sign.
fn resolve_number(text: &[u8]) -> Option<Resolved<'static>> {
    if let Some(number) = small_int(text) {
        return Some(Resolved::Int(number));
    }
    match text {
        b"+.inf" | b"+.Inf" | b"+.INF" => return Some(Resolved::Float(f64::INFINITY)),
        b"-.inf" | b"-.Inf" | b"-.INF" => return Some(Resolved::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    if !text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')) {
        return None;
    }
    let without_underscores: Vec<u8>;
    let plain = if text.contains(&b'_') {
        without_underscores = text.iter().copied().filter(|&byte| byte != b'_').collect();
        &without_underscores
    } else {
        text
    };
    if let Ok(number) = number::signed(plain, 0, 64) {
        return Some(Resolved::Int(number));
    }
    if let Ok(number) = number::unsigned(plain, 0, 64) {
        return Some(Resolved::Uint(number));
    }
    if is_decimal_float(plain)
        && let Ok(number) = number::float(plain, 64)
    {
        return Some(Resolved::Float(number));
    }
    // A sign may follow the prefix: `0b-11` is -3.
    if let Some(digits) = plain.strip_prefix(b"0b") {
        let int = number::signed(digits, 2, 64).map(Resolved::Int);
        return int.or_else(|_| number::unsigned(digits, 2, 64).map(Resolved::Uint)).ok();
    }
    let digits = plain.strip_prefix(b"-0b")?;
    number::signed(&[b"-", digits].concat(), 2, 64).map(Resolved::Int).ok()
}

/// Reads a decimal integer of few digits.
#[inline]
fn small_int(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        _ => (false, text),
    };
    match digits {
        [b'0'] => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 18 => {}
        _ => return None,
    }
    let mut number = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if negative { -number } else { number })
}

/// Whether a text matches `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
fn is_decimal_float(text: &[u8]) -> bool {
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let split = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let integer = split(text);
    let mut rest = text.get(integer..).unwrap_or_default();
    if let [b'.', fraction @ ..] = rest {
        let digits = split(fraction);
        if integer == 0 && digits == 0 {
            return false;
        }
        rest = fraction.get(digits..).unwrap_or_default();
    } else if integer == 0 {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// Decodes standard base64 with padding; line breaks are passed over (`base64.StdEncoding`).
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut digits = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    loop {
        let Some(first) = digits.next() else { return Some(out) };
        let quad = [first, digits.next()?, digits.next()?, digits.next()?];
        let (used, last) = match quad {
            [_, _, b'=', b'='] => (2, true),
            [_, _, _, b'='] => (3, true),
            _ => (4, false),
        };
        let mut bits = 0_u32;
        for (index, &byte) in quad.iter().enumerate() {
            bits = bits << 6 | if index < used { base64_digit(byte)? } else { 0 };
        }
        out.extend(bits.to_be_bytes().into_iter().skip(1).take(used - 1));
        if last {
            return digits.next().is_none().then_some(out);
        }
    }
}

fn base64_digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
