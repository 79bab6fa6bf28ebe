//! Base 64 and base 32, with the standard alphabets and padding.

use value::{Signature, Type, Value};

use super::arguments::{Outcome, made, text};
use crate::{Call, Function};

const BASE_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The family's functions. The decoders give the error's text for what they cannot decode.
pub(crate) fn functions() -> Vec<Function> {
    const TEXT: Signature = Signature::fixed(&[Type::String]);
    vec![
        Function::native("b64enc", TEXT, |call, args| encode(call, &base_64(text(args, 0)))),
        Function::native("b64dec", TEXT, |call, args| decode(call, from_base_64(text(args, 0)), "base64")),
        Function::native("b32enc", TEXT, |call, args| encode(call, &base_32(text(args, 0)))),
        Function::native("b32dec", TEXT, |call, args| decode(call, from_base_32(text(args, 0)), "base32")),
    ]
}

fn encode(call: &Call<'_>, encoded: &str) -> Outcome {
    call.budget.bytes(encoded.len())?;
    Ok(Value::from(encoded))
}

fn decode(call: &Call<'_>, decoded: Result<Vec<u8>, usize>, name: &str) -> Outcome {
    match decoded {
        Ok(bytes) => made(call, bytes),
        Err(place) => Ok(format!("illegal {name} data at input byte {place}").into()),
    }
}

/// Go's `base64.StdEncoding.EncodeToString`.
pub(crate) fn base_64(bytes: &[u8]) -> String {
    encoded(bytes, 3, BASE_64)
}

fn base_32(bytes: &[u8]) -> String {
    encoded(bytes, 5, BASE_32)
}

/// Each group of bytes in as many characters as the alphabet needs, the last one padded.
fn encoded(bytes: &[u8], group: usize, alphabet: &[u8]) -> String {
    let width = alphabet.len().ilog2();
    let characters = (group * 8).div_ceil(width as usize);
    let mut out = String::with_capacity(bytes.len().div_ceil(group) * characters);
    for chunk in bytes.chunks(group) {
        let bits = chunk.iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte)) << (8 * (group - chunk.len()));
        let used = (chunk.len() * 8).div_ceil(width as usize);
        for index in 0..characters {
            let shift = width as usize * (characters - 1 - index);
            let letter = alphabet.get((bits >> shift) as usize & (alphabet.len() - 1));
            out.push(letter.filter(|_| index < used).map_or('=', |&letter| char::from(letter)));
        }
    }
    out
}

fn is_line_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// Go's `base64.StdEncoding.DecodeString`; an error is the place that Go names.
pub(crate) fn from_base_64(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut filled) = (0_u32, 0_usize);
    for (place, &byte) in text.iter().enumerate() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                end_of_base_64(text, place, filled)?;
                let bytes = (bits << (6 * (4 - filled))).to_be_bytes();
                out.extend_from_slice(bytes.get(1..filled).unwrap_or_default());
                return Ok(out);
            }
            _ if is_line_break(byte) => continue,
            _ => return Err(place),
        };
        bits = bits << 6 | u32::from(digit);
        filled += 1;
        if filled == 4 {
            out.extend_from_slice(bits.to_be_bytes().get(1..).unwrap_or_default());
            (bits, filled) = (0, 0);
        }
    }
    if filled == 0 { Ok(out) } else { Err(text.len() - filled) }
}

/// Checks the padding, which starts at `place`, and that nothing comes after it.
fn end_of_base_64(text: &[u8], place: usize, filled: usize) -> Result<(), usize> {
    let skip_line_breaks = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|&&byte| is_line_break(byte)).count()
    };
    let mut next = place + 1;
    match filled {
        0 | 1 => return Err(place),
        2 => {
            next = skip_line_breaks(next);
            match text.get(next) {
                None => return Err(text.len()),
                Some(b'=') => next += 1,
                Some(_) => return Err(next - 1),
            }
        }
        _ => {}
    }
    next = skip_line_breaks(next);
    if next < text.len() { Err(next) } else { Ok(()) }
}

/// Go's `base32.StdEncoding.DecodeString`; places are counted without line breaks.
fn from_base_32(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|&byte| !is_line_break(byte)).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5 + 5);
    let (mut bits, mut filled) = (0_u64, 0_usize);
    for (place, &byte) in text.iter().enumerate() {
        let left = text.len() - place - 1;
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            b'=' if filled >= 2 && left < 8 => {
                end_of_base_32(&text, place, filled)?;
                let bytes = (bits << (5 * (8 - filled))).to_be_bytes();
                out.extend_from_slice(bytes.get(3..3 + filled * 5 / 8).unwrap_or_default());
                return Ok(out);
            }
            _ => return Err(place),
        };
        bits = bits << 5 | u64::from(digit);
        filled += 1;
        if filled == 8 {
            out.extend_from_slice(bits.to_be_bytes().get(3..).unwrap_or_default());
            (bits, filled) = (0, 0);
        }
    }
    if filled == 0 { Ok(out) } else { Err(text.len() - filled) }
}

fn end_of_base_32(text: &[u8], place: usize, filled: usize) -> Result<(), usize> {
    let rest = text.get(place + 1..).unwrap_or_default();
    if rest.len() + filled < 7 {
        return Err(text.len());
    }
    if let Some(wrong) = rest.iter().take(7 - filled).position(|&byte| byte != b'=') {
        return Err(place + wrong);
    }
    if matches!(filled, 1 | 3 | 6) { Err(place) } else { Ok(()) }
}
