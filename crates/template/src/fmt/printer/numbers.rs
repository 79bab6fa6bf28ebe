//! Prints numbers, each under its verb.

use value::{
    Kind, Value,
    quote::{quote_rune, quote_rune_to_ascii},
};

use super::{
    super::{
        flags::Flags,
        float::{Float, float_text},
        number::{Base, Integer, decimal, integer_text, rune_of, unicode_text},
    },
    Printer,
};
use crate::complex::Complex;

impl Printer {
    /// Hexadecimal, with or without `0x`.
    pub(super) fn prefixed(&mut self, number: Integer, prefix: bool) {
        let flags = Flags { sharp: prefix, ..self.flags };
        self.padded_integer(&flags, number, Base::Sixteen);
    }

    pub(super) fn integer(&mut self, number: Integer, verb: char, value: &Value) {
        let unsigned = matches!(value.kind(), Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64);
        let base = match verb {
            'v' if self.flags.sharp_v && unsigned => return self.prefixed(number, true),
            'v' | 'd' => {
                if self.flags.width.is_none() && self.flags.precision.is_none() && !self.flags.plus && !self.flags.space
                {
                    return self.plain_decimal(number);
                }
                Base::Ten
            }
            'b' => Base::Two,
            'o' => Base::Eight,
            'O' => Base::EightPrefixed,
            'x' => Base::Sixteen,
            'X' => Base::SixteenUpper,
            'c' => return self.pad(rune_of(number.bits()).encode_utf8(&mut [0; 4]).as_bytes()),
            'q' => {
                let rune = u32::from(rune_of(number.bits()));
                let quoted = if self.flags.plus { quote_rune_to_ascii(rune) } else { quote_rune(rune) };
                return self.pad(quoted.as_bytes());
            }
            'U' => {
                let text = unicode_text(&self.flags, number.bits());
                return self.pad_with(&text, b' ');
            }
            _ => return self.bad_verb(value, verb),
        };
        let flags = self.flags;
        self.padded_integer(&flags, number, base);
    }

    fn plain_decimal(&mut self, number: Integer) {
        if number.negative {
            self.write(b"-");
        }
        let mut buffer = [0; 20];
        self.write(decimal(&mut buffer, number.magnitude));
    }

    fn padded_integer(&mut self, flags: &Flags, number: Integer, base: Base) {
        let text = integer_text(flags, number, base).unwrap_or_default();
        self.pad_with(&text, b' ');
    }

    pub(super) fn float(&mut self, number: f64, bits: u32, verb: char, value: &Value) {
        let (verb, precision) = match verb {
            'v' => (b'v', None),
            'b' => (b'b', None),
            'g' => (b'g', None),
            'G' => (b'G', None),
            'x' => (b'x', None),
            'X' => (b'X', None),
            'e' => (b'e', Some(6)),
            'E' => (b'E', Some(6)),
            'f' | 'F' => (b'f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let laid = float_text(&self.flags, Float { number, bits, verb, precision });
        self.padded_float(&laid.text, laid.zeros_allowed);
    }

    fn padded_float(&mut self, text: &[u8], zeros_allowed: bool) {
        let zeros = self.flags.zero && !self.flags.minus && zeros_allowed;
        if !zeros {
            return self.pad_with(text, b' ');
        }
        // The sign goes before the zeros.
        let signed = matches!(text.first(), Some(b'+' | b'-' | b' '));
        let (sign, digits) = text.split_at(usize::from(signed && self.flags.width.is_some()));
        self.write(sign);
        self.repeat(b'0', self.flags.width.unwrap_or(0).saturating_sub(text.len()));
        self.write(digits);
    }

    pub(super) fn complex(&mut self, complex: &Complex, verb: char, value: &Value) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        let plus = self.flags.plus;
        self.write(b"(");
        self.float(complex.real, 64, verb, value);
        self.flags.plus = true;
        self.float(complex.imaginary, 64, verb, value);
        self.write(b"i)");
        self.flags.plus = plus;
    }
}
