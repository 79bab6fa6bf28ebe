//! Floats as text: the layouts of `strconv`, and what the flags make of them.

use value::number::format_float;

use super::flags::Flags;

/// More digits than this no `f64` has: what a larger precision asks for beyond them are zeros.
const MOST_DIGITS: usize = 1_100;

/// One float under one verb.
#[derive(Clone, Copy)]
pub(super) struct Float {
    pub(super) number: f64,
    pub(super) bits: u32,
    /// One of `b e E f g G x X`, or `v`, which is laid out as `g`.
    pub(super) verb: u8,
    /// Where the directive has none; nothing for the shortest text.
    pub(super) precision: Option<usize>,
}

/// What is to be padded, and whether zeros may do it.
pub(super) struct Laid {
    pub(super) text: Vec<u8>,
    /// Infinities and NaN are never padded with zeros.
    pub(super) zeros_allowed: bool,
}

/// The text of a float, sign included, without padding.
pub(super) fn float_text(flags: &Flags, float: Float) -> Laid {
    let precision = flags.precision.or(float.precision);
    let layout = if float.verb == b'v' { b'g' } else { float.verb };
    let mut text = digits(float, layout, precision);
    if !matches!(text.first(), Some(b'-' | b'+')) {
        text.insert(0, b'+');
    }
    if flags.space && text.first() == Some(&b'+') && !flags.plus {
        set_first(&mut text, b' ');
    }
    if let Some(b'I' | b'N') = text.get(1) {
        let is_nan = text.get(1) == Some(&b'N');
        if is_nan && !flags.space && !flags.plus {
            text.remove(0);
        }
        return Laid { text, zeros_allowed: false };
    }
    if flags.sharp && float.verb != b'b' {
        text = with_point(text, float.verb, precision);
    }
    if !flags.plus && text.first() == Some(&b'+') {
        text.remove(0);
    }
    Laid { text, zeros_allowed: true }
}

fn set_first(text: &mut [u8], byte: u8) {
    if let Some(first) = text.first_mut() {
        *first = byte;
    }
}

fn digits(float: Float, layout: u8, precision: Option<usize>) -> Vec<u8> {
    match layout {
        b'b' => binary(float),
        b'x' | b'X' => hexadecimal(float, layout, precision),
        _ => match precision {
            Some(precision) if precision > MOST_DIGITS && matches!(layout, b'e' | b'E' | b'f') => {
                let text = format_float(float.number, layout, Some(MOST_DIGITS), float.bits).into_bytes();
                with_zeros(text, precision - MOST_DIGITS)
            }
            Some(precision) => {
                format_float(float.number, layout, Some(precision.min(MOST_DIGITS)), float.bits).into_bytes()
            }
            None => format_float(float.number, layout, None, float.bits).into_bytes(),
        },
    }
}

/// Puts zeros behind the digits, before the exponent; infinities stay as they are.
fn with_zeros(text: Vec<u8>, count: usize) -> Vec<u8> {
    if !text.contains(&b'.') {
        return text;
    }
    let at = text.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(text.len());
    let (head, tail) = text.split_at(at);
    let mut out = Vec::with_capacity(text.len() + count);
    out.extend_from_slice(head);
    out.resize(out.len() + count, b'0');
    out.extend_from_slice(tail);
    out
}

/// `#`: always a decimal point, and trailing zeros kept under `g`.
fn with_point(text: Vec<u8>, verb: u8, precision: Option<usize>) -> Vec<u8> {
    let mut wanted = match verb {
        b'v' | b'g' | b'G' | b'x' => precision.unwrap_or(6) as i64,
        _ => 0,
    };
    let is_tail = |byte: u8| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !matches!(verb, b'x' | b'X'),
        _ => false,
    };
    let at = text.iter().skip(1).position(|&byte| is_tail(byte)).map_or(text.len(), |at| at + 1);
    let (head, tail) = text.split_at(at);
    let mut has_point = false;
    let mut significant = false;
    for &byte in head.iter().skip(1) {
        if byte == b'.' {
            has_point = true;
            continue;
        }
        significant |= byte != b'0';
        wanted -= i64::from(significant);
    }
    let mut out = head.to_vec();
    if !has_point {
        if head.len() == 2 && head.get(1) == Some(&b'0') {
            wanted -= 1;
        }
        out.push(b'.');
    }
    out.resize(out.len() + usize::try_from(wanted).unwrap_or(0), b'0');
    out.extend_from_slice(tail);
    out
}

/// Mantissa and exponent, with the number being `mantissa * 2^exponent`.
fn parts(number: f64, bits: u32) -> (u64, i32) {
    let (raw, mantissa_bits, bias) =
        if bits == 32 { (u64::from((number as f32).to_bits()), 23, 127) } else { (number.to_bits(), 52, 1023) };
    let exponent_mask = if bits == 32 { 0xff } else { 0x7ff };
    let exponent = ((raw >> mantissa_bits) & exponent_mask) as i32;
    let mantissa = raw & ((1 << mantissa_bits) - 1);
    if exponent == 0 {
        (mantissa, 1 - bias - mantissa_bits)
    } else {
        (mantissa | (1 << mantissa_bits), exponent - bias - mantissa_bits)
    }
}

/// `%b`: decimal mantissa, `p`, binary exponent.
fn binary(float: Float) -> Vec<u8> {
    if !float.number.is_finite() {
        return format_float(float.number, b'g', None, float.bits).into_bytes();
    }
    let (mantissa, exponent) = parts(float.number, float.bits);
    let sign = if float.number.is_sign_negative() { "-" } else { "" };
    format!("{sign}{mantissa}p{exponent:+}").into_bytes()
}

/// `%x`: `-0x1.8p+01`.
fn hexadecimal(float: Float, layout: u8, precision: Option<usize>) -> Vec<u8> {
    if !float.number.is_finite() {
        return format_float(float.number, b'g', None, float.bits).into_bytes();
    }
    let (mut mantissa, exponent) = parts(float.number, float.bits);
    let mut exponent = exponent + 60;
    if mantissa == 0 {
        exponent = 0;
    } else {
        // One bit before the point at bit 60, fifteen digits behind it.
        while mantissa & (1 << 60) == 0 {
            mantissa <<= 1;
            exponent -= 1;
        }
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let shift = precision * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if (extra | (mantissa & 1)) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        Some(precision) if precision <= 15 => fraction.get(..precision).unwrap_or_default().to_owned(),
        Some(precision) => fraction + &"0".repeat(precision - 15),
        None => fraction.trim_end_matches('0').to_owned(),
    };
    let sign = if float.number.is_sign_negative() { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("{sign}0x{}{point}{fraction}p{exponent_sign}{:02}", mantissa >> 60, exponent.abs());
    if layout == b'X' { text.to_uppercase().into_bytes() } else { text.into_bytes() }
}
