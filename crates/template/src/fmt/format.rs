//! Format strings: finds the directives and hands each its operand.

use value::{Value, decode_rune};

use super::{
    flags::Flags,
    printer::{Printer, type_name},
};

/// Widths and precisions beyond this are taken for mistakes.
const TOO_LARGE: i64 = 1_000_000;

/// Where the reading of a format string is.
struct Directives<'a> {
    format: &'a [u8],
    at: usize,
    operands: &'a [Value],
    next: usize,
    reordered: bool,
    /// The index of the directive that is read points to an operand.
    good_index: bool,
}

impl Printer {
    /// `Sprintf`.
    pub(super) fn print_format(&mut self, format: &[u8], operands: &[Value]) {
        let mut directives = Directives { format, at: 0, operands, next: 0, reordered: false, good_index: true };
        loop {
            let rest = directives.rest();
            let plain = rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            let (text, rest) = rest.split_at(plain);
            self.write(text);
            if rest.is_empty() || self.exceeded() {
                break;
            }
            directives.at += plain + 1;
            if !self.directive(&mut directives) {
                break;
            }
        }
        if !directives.reordered {
            self.extra(operands.get(directives.next..).unwrap_or_default());
        }
    }

    /// One directive behind its `%`. False where the format ends in it.
    fn directive(&mut self, directives: &mut Directives<'_>) -> bool {
        directives.good_index = true;
        self.flags = directives.flags();
        let mut after_index = directives.index();
        self.width(directives, &mut after_index);
        self.precision(directives, &mut after_index);
        if !after_index {
            directives.index();
        }
        let Some((verb, size)) = decode_rune(directives.rest()) else {
            self.write(b"%!(NOVERB)");
            return false;
        };
        directives.at += size;
        match directives.operands.get(directives.next) {
            _ if verb == '%' => self.write(b"%"),
            _ if !directives.good_index => self.complain(verb, b"(BADINDEX)"),
            None => self.complain(verb, b"(MISSING)"),
            Some(operand) => {
                if matches!(verb, 'v' | 'w') {
                    self.flags.note_v();
                }
                self.operand(operand, verb);
                directives.next += 1;
            }
        }
        true
    }

    fn width(&mut self, directives: &mut Directives<'_>, after_index: &mut bool) {
        if directives.skip(b'*') {
            match directives.number_operand() {
                Some(width) => {
                    self.flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        self.flags.minus = true;
                        self.flags.zero = false;
                    }
                }
                None => self.write(b"%!(BADWIDTH)"),
            }
            *after_index = false;
        } else {
            self.flags.width = directives.number();
            if *after_index && self.flags.width.is_some() {
                directives.good_index = false;
            }
        }
    }

    fn precision(&mut self, directives: &mut Directives<'_>, after_index: &mut bool) {
        if directives.rest().len() < 2 || !directives.skip(b'.') {
            return;
        }
        if *after_index {
            directives.good_index = false;
        }
        *after_index = directives.index();
        if directives.skip(b'*') {
            match directives.number_operand() {
                Some(precision) if precision >= 0 => self.flags.precision = Some(precision as usize),
                _ => self.write(b"%!(BADPREC)"),
            }
            *after_index = false;
        } else {
            self.flags.precision = Some(directives.number().unwrap_or(0));
        }
    }

    fn complain(&mut self, verb: char, what: &[u8]) {
        self.write(b"%!");
        self.write_rune(verb);
        self.write(what);
    }

    fn extra(&mut self, operands: &[Value]) {
        if operands.is_empty() {
            return;
        }
        self.flags = Flags::default();
        self.write(b"%!(EXTRA ");
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.write(b", ");
            }
            if operand.is_nil() {
                self.write(b"<nil>");
            } else {
                self.write(type_name(operand).as_bytes());
                self.write(b"=");
                self.operand(operand, 'v');
            }
        }
        self.write(b")");
    }
}

impl Directives<'_> {
    fn rest(&self) -> &[u8] {
        self.format.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.rest().first() == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.rest().first() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => return flags,
            }
            self.at += 1;
        }
    }

    /// A number of decimal digits; nothing where there is none. One too long swallows the rest of the format.
    fn number(&mut self) -> Option<usize> {
        let (number, length) = leading_number(self.rest())?;
        self.at += length;
        number
    }

    /// Reads `[n]`, where it is there: the operand that comes next. True where it was a number in brackets.
    fn index(&mut self) -> bool {
        if self.rest().first() != Some(&b'[') {
            return false;
        }
        self.reordered = true;
        let (index, length) = bracketed(self.rest());
        self.at += length;
        match index {
            Some(index) => {
                match index.checked_sub(1).filter(|&index| index < self.operands.len()) {
                    Some(index) => self.next = index,
                    None => self.good_index = false,
                }
                true
            }
            None => {
                self.good_index = false;
                false
            }
        }
    }

    /// The value of a `*`.
    fn number_operand(&mut self) -> Option<i64> {
        let operand = self.operands.get(self.next)?;
        self.next += 1;
        let number = match operand {
            Value::Int(number, _) => *number,
            Value::Uint(number, _) => i64::try_from(*number).ok()?,
            Value::Object(object) => match object.underlying() {
                Some(Value::Int(number, _)) => number,
                _ => return None,
            },
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&number).then_some(number)
    }
}

/// A number at the start of `text` and its length; the length is all of the text where the number is too large.
/// Nothing where there is no digit.
fn leading_number(text: &[u8]) -> Option<(Option<usize>, usize)> {
    let mut number: i64 = 0;
    let mut length = 0;
    for &byte in text {
        if !byte.is_ascii_digit() {
            break;
        }
        if number > TOO_LARGE {
            return Some((None, text.len()));
        }
        number = number * 10 + i64::from(byte - b'0');
        length += 1;
    }
    (length > 0).then(|| (usize::try_from(number).ok(), length))
}

/// The number of `[n]` at the start of `text`, and how many bytes it takes.
fn bracketed(text: &[u8]) -> (Option<usize>, usize) {
    let Some(close) = text.iter().position(|&byte| byte == b']') else {
        return (None, 1);
    };
    if text.len() < 3 {
        return (None, 1);
    }
    let inner = text.get(1..close).unwrap_or_default();
    match leading_number(inner) {
        Some((Some(number), length)) if length == inner.len() => (Some(number), close + 1),
        _ => (None, close + 1),
    }
}
