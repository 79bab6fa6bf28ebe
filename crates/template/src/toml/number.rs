//! Reads TOML's numbers, truth values and times.

use std::rc::Rc;

use value::{
    Value,
    number::{ParseErrorKind, parse_float, parse_int},
    quote::{quote, quote_rune},
    unicode::is_letter,
};

use super::scan::{Fault, Scanner};
use crate::{
    Surroundings,
    time::{Location, Time},
};

/// The zones of times; those without a zone have one with a name of its own each, by which they are written again.
pub(super) struct Zones {
    local: Rc<Location>,
    offset: i64,
}

/// The zones of a date with a time, a date, and a time without a zone.
pub(super) const LOCAL: [(&str, &[u8]); 3] = [
    ("datetime-local", b"2006-01-02T15:04:05.999999999"),
    ("date-local", b"2006-01-02"),
    ("time-local", b"15:04:05.999999999"),
];

impl Zones {
    pub(super) fn new(surroundings: &dyn Surroundings) -> Zones {
        Zones { local: Time::local_zone(surroundings), offset: Time::now(surroundings).offset() }
    }
}

impl Scanner<'_> {
    /// A value that begins with a digit.
    pub(super) fn number_or_time(&mut self, zones: &Zones) -> Result<Value, Fault> {
        if self.next()? == '0' {
            match self.next()? {
                '0'..='9' => {}
                '_' => return self.decimal(),
                '.' | 'e' | 'E' => return self.float(),
                'b' => return self.based("a binary", |rune| matches!(rune, '0' | '1')),
                'o' => return self.based("an octal", |rune| matches!(rune, '0'..='7')),
                'x' => return self.based("a hexadecimal", |rune| rune.is_ascii_hexdigit()),
                _ => {
                    self.back();
                    return self.integer_token();
                }
            }
        }
        loop {
            match self.next()? {
                '0'..='9' => {}
                '-' | ':' => return self.time(zones),
                '_' => return self.decimal(),
                '.' | 'e' | 'E' => return self.float(),
                _ => {
                    self.back();
                    return self.integer_token();
                }
            }
        }
    }

    /// A value that begins with a sign, which has been read.
    pub(super) fn signed(&mut self) -> Result<Value, Fault> {
        let named = |scanner: &mut Self, rest: [char; 2]| {
            for rune in rest {
                if !scanner.accept(rune)? {
                    let token = String::from_utf8_lossy(scanner.token()).into_owned();
                    return Err(scanner.fault(format!("invalid float: '{token}'")));
                }
            }
            scanner.float_token()
        };
        match self.next()? {
            'i' => named(self, ['n', 'f']),
            'n' => named(self, ['a', 'n']),
            '.' => Err(self.fault("floats must start with a digit, not '.'")),
            first @ '0'..='9' => {
                let base = self.peek()?;
                if first == '0' && matches!(base, 'b' | 'o' | 'x') {
                    let token = String::from_utf8_lossy(self.token());
                    return Err(self.fault(format!("cannot use sign with non-decimal numbers: '{token}{base}'")));
                }
                self.decimal()
            }
            other => Err(self.fault(format!("expected a digit but got {}", quote_rune(u32::from(other))))),
        }
    }

    fn decimal(&mut self) -> Result<Value, Fault> {
        self.take_while(|rune| matches!(rune, '0'..='9' | '_'))?;
        if matches!(self.peek()?, '.' | 'e' | 'E') {
            return self.float();
        }
        self.integer_token()
    }

    fn based(&mut self, what: &str, digit: fn(char) -> bool) -> Result<Value, Fault> {
        let first = self.peek()?;
        if !digit(first) {
            let token = String::from_utf8_lossy(self.token());
            return Err(self.fault(format!("not {what} number: '{token}{first}'")));
        }
        self.take_while(|rune| digit(rune) || rune == '_')?;
        self.integer_token()
    }

    fn integer_token(&mut self) -> Result<Value, Fault> {
        let token = self.take_token();
        if !has_good_underscores(token) {
            let message = format!("Invalid integer {}: underscores must be surrounded by digits", quote(token));
            return Err(self.here(message));
        }
        if has_leading_zero(token) {
            return Err(self.here(format!("Invalid integer {}: cannot have leading zeroes", quote(token))));
        }
        let text = String::from_utf8_lossy(token);
        parse_int(token, 0, 64).map(Value::int64).map_err(|_| self.here(format!("{text} is out of range for int64")))
    }

    fn float(&mut self) -> Result<Value, Fault> {
        self.take_while(|rune| matches!(rune, '0'..='9' | '_' | '.' | '-' | '+' | 'e' | 'E'))?;
        self.float_token()
    }

    /// The token as a float, which is what the lexer takes it for.
    pub(super) fn float_token(&mut self) -> Result<Value, Fault> {
        let token = self.take_token();
        let invalid = |why: &str| Err(self.here(format!("Invalid float {}: {why}", quote(token))));
        let mut parts = token.split(|byte| matches!(byte, b'.' | b'e' | b'E')).filter(|part| !part.is_empty());
        let first = parts.clone().next().unwrap_or_default();
        if !parts.all(has_good_underscores) {
            return invalid("underscores must be surrounded by digits");
        }
        if has_leading_zero(first) {
            return invalid("cannot have leading zeroes");
        }
        let mut behind = token.split(|byte| *byte == b'.').skip(1);
        if !behind.all(|part| part.first().is_some_and(u8::is_ascii_digit)) {
            return invalid("'.' must be followed by one or more digits");
        }
        let plain: Vec<u8> = token.iter().copied().filter(|byte| *byte != b'_').collect();
        let number = match plain.as_slice() {
            b"+nan" => Ok(f64::NAN),
            b"-nan" => Ok(-f64::NAN),
            plain => parse_float(plain, 64),
        };
        number.map(Value::float).map_err(|error| match error.kind {
            ParseErrorKind::Range => {
                self.here(format!("{} is out of range for float64", String::from_utf8_lossy(token)))
            }
            _ => self.here(format!("Invalid float value: {}", quote(token))),
        })
    }

    /// A word, of which only two are values.
    pub(super) fn truth(&mut self) -> Result<Value, Fault> {
        // What was read before the word, as with `inn`, is no part of it.
        self.begin();
        self.take_while(is_letter)?;
        match self.take_token() {
            b"true" => Ok(Value::Bool(true)),
            b"false" => Ok(Value::Bool(false)),
            other => Err(self.fault(format!("expected value but found {} instead", quote(other)))),
        }
    }

    fn time(&mut self, zones: &Zones) -> Result<Value, Fault> {
        self.take_while(|rune| matches!(rune, '0'..='9' | '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+'))?;
        let runes = self.take_token().trim_ascii().iter().map(|byte| match byte {
            b'z' => b'Z',
            b't' | b' ' => b'T',
            other => *other,
        });
        let text: Vec<u8> = runes.collect();
        let [(datetime, full), (date, day), (time, hours)] = LOCAL;
        let layouts: [(&[u8], Option<&str>); 7] = [
            (b"2006-01-02T15:04:05.999999999Z07:00", None),
            (full, Some(datetime)),
            (day, Some(date)),
            (hours, Some(time)),
            (b"2006-01-02T15:04Z07:00", None),
            (b"2006-01-02T15:04", Some(datetime)),
            (b"15:04", Some(time)),
        ];
        for (layout, name) in layouts {
            let zone = name.map_or_else(|| Rc::clone(&zones.local), |name| Location::fixed(name, zones.offset));
            if let Ok(time) = Time::parse(layout, &text, &zone) {
                if lacks_zero(&text, layout) {
                    break;
                }
                return Ok(Value::Object(Rc::new(time.with_local(&zones.local))));
            }
        }
        Err(self.here(format!("invalid datetime: {}", quote(&text))))
    }
}

/// Whether each underscore stands between digits.
fn has_good_underscores(number: &[u8]) -> bool {
    if matches!(number, b"nan" | b"+nan" | b"-nan" | b"inf" | b"-inf" | b"+inf") {
        return true;
    }
    let mut digit = false;
    for byte in number {
        if *byte == b'_' && !digit {
            return false;
        }
        digit = byte.is_ascii_hexdigit();
    }
    digit
}

fn has_leading_zero(number: &[u8]) -> bool {
    match number {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

/// Whether a number of a time has fewer digits than the layout, which Go's reader allows.
fn lacks_zero(text: &[u8], layout: &[u8]) -> bool {
    let punctuation = layout.iter().take_while(|byte| !matches!(byte, b'.' | b'Z')).enumerate();
    punctuation.filter(|(_, byte)| !byte.is_ascii_digit()).any(|(at, byte)| text.get(at) != Some(byte))
}
