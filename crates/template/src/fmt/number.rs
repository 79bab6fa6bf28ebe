//! Integers as text: digits in a base, with precision, prefix and sign.

use value::unicode::is_print;

use super::flags::Flags;

/// An integer that is to be printed.
#[derive(Clone, Copy)]
pub(super) struct Integer {
    pub(super) magnitude: u64,
    pub(super) negative: bool,
}

impl Integer {
    pub(super) fn signed(number: i64) -> Integer {
        Integer { magnitude: number.unsigned_abs(), negative: number < 0 }
    }

    pub(super) fn unsigned(number: u64) -> Integer {
        Integer { magnitude: number, negative: false }
    }

    /// The bits of the number, as Go hands them to `%c`, `%q` and `%U`.
    pub(super) fn bits(self) -> u64 {
        if self.negative { self.magnitude.wrapping_neg() } else { self.magnitude }
    }
}

/// How a verb writes integers.
#[derive(Clone, Copy)]
pub(super) enum Base {
    Two,
    Eight,
    /// `%O`: octal with `0o` in front.
    EightPrefixed,
    Ten,
    Sixteen,
    SixteenUpper,
}

impl Base {
    fn digits(self, out: &mut Vec<u8>, magnitude: u64) {
        let text = match self {
            Base::Two => format!("{magnitude:b}"),
            Base::Eight | Base::EightPrefixed => format!("{magnitude:o}"),
            Base::Ten => {
                let mut buffer = [0; 20];
                out.extend_from_slice(decimal(&mut buffer, magnitude));
                return;
            }
            Base::Sixteen => format!("{magnitude:x}"),
            Base::SixteenUpper => format!("{magnitude:X}"),
        };
        out.extend_from_slice(text.as_bytes());
    }

    fn prefix(self, sharp: bool, leads_with_zero: bool) -> &'static [u8] {
        match self {
            Base::Two if sharp => b"0b",
            Base::Eight if sharp && !leads_with_zero => b"0",
            Base::EightPrefixed if sharp && !leads_with_zero => b"0o0",
            Base::EightPrefixed => b"0o",
            Base::Sixteen if sharp => b"0x",
            Base::SixteenUpper if sharp => b"0X",
            _ => b"",
        }
    }
}

/// The decimal digits of a number, written to the end of `buffer`.
pub(super) fn decimal(buffer: &mut [u8; 20], mut magnitude: u64) -> &[u8] {
    let mut count = 0;
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + (magnitude % 10) as u8;
        magnitude /= 10;
        count += 1;
        if magnitude == 0 {
            break;
        }
    }
    buffer.get(20 - count..).unwrap_or_default()
}

/// The text of an integer without padding; nothing where precision 0 asks for no digits of a zero.
pub(super) fn integer_text(flags: &Flags, number: Integer, base: Base) -> Option<Vec<u8>> {
    let sign = if number.negative { Some(b'-') } else { flags.positive_sign() };
    let least = match (flags.precision, flags.width) {
        (Some(0), _) if number.magnitude == 0 => return None,
        (Some(precision), _) => precision,
        (None, Some(width)) if flags.zero && !flags.minus => width.saturating_sub(usize::from(sign.is_some())),
        _ => 0,
    };
    let mut digits = Vec::with_capacity(24);
    base.digits(&mut digits, number.magnitude);
    let zeros = least.saturating_sub(digits.len());
    let leads_with_zero = zeros > 0 || digits.first() == Some(&b'0');
    let mut text = Vec::with_capacity(zeros + digits.len() + 4);
    text.extend(sign);
    text.extend_from_slice(base.prefix(flags.sharp, leads_with_zero));
    text.resize(text.len() + zeros, b'0');
    text.extend_from_slice(&digits);
    Some(text)
}

/// The text of `%U`: `U+0078`, with `#` also the character.
pub(super) fn unicode_text(flags: &Flags, bits: u64) -> Vec<u8> {
    let precision = flags.precision.map_or(4, |precision| precision.max(4));
    let digits = format!("{bits:X}");
    let mut text = b"U+".to_vec();
    text.resize(text.len() + precision.saturating_sub(digits.len()), b'0');
    text.extend_from_slice(digits.as_bytes());
    if flags.sharp
        && let Some(rune) = u32::try_from(bits).ok().and_then(char::from_u32)
        && is_print(rune)
    {
        text.extend_from_slice(b" '");
        text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        text.push(b'\'');
    }
    text
}

/// The rune of `%c` and `%q`; U+FFFD for what is none.
pub(super) fn rune_of(bits: u64) -> char {
    u32::try_from(bits).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}
