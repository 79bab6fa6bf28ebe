//! Reading JSON as `encoding/json` does, with its messages.

use crate::{Map, MapType, Str, Value, decode_rune, json::Error, number, quote};

/// How deep JSON may be nested (Go: `encoding/json`'s `maxNestingDepth`).
const MAX_DEPTH: usize = 10_000;

/// What becomes of numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Every one is a `float64`.
    Float,
    /// One without a fraction or an exponent is an `int64`, if it fits.
    Int64,
}

/// A list or map that is being read.
enum Frame {
    Array(Vec<Value>),
    /// The entries, and the key of the one that is being read.
    Object(Vec<(Str, Value)>, Str),
}

/// What comes next.
enum Step {
    /// A value.
    Value,
    /// A value, or the end of an array.
    FirstItem,
    /// A key.
    Key,
    /// A key, or the end of an object.
    FirstKey,
    /// Something that ends a value, which this one is.
    After(Value),
}

struct Decoder<'b> {
    bytes: &'b [u8],
    pos: usize,
    numbers: Numbers,
    stack: Vec<Frame>,
    /// The first number that cannot be had, which is reported only where the syntax is right.
    unfit: Option<String>,
}

/// Reads a text that is one value.
pub(super) fn decode(bytes: &[u8], numbers: Numbers) -> Result<Value, Error> {
    let mut decoder = Decoder { bytes, pos: 0, numbers, stack: Vec::new(), unfit: None };
    let value = decoder.run()?;
    match decoder.unfit {
        Some(number) => Err(Error(format!("json: cannot unmarshal number {number} into Go value of type float64"))),
        None => Ok(value),
    }
}

impl Decoder<'_> {
    fn run(&mut self) -> Result<Value, Error> {
        let mut step = Step::Value;
        loop {
            self.skip_space();
            let next = self.peek();
            step = match step {
                Step::After(value) => match (self.stack.pop(), next) {
                    (None, None) => return Ok(value),
                    (None, _) => return Err(self.invalid("after top-level value")),
                    (Some(_), None) => return Err(unexpected_end()),
                    (Some(frame), Some(byte)) => self.after(frame, value, byte)?,
                },
                Step::Value => self.value(next)?,
                Step::FirstItem if next == Some(b']') => self.close(),
                Step::FirstItem => self.value(next)?,
                Step::FirstKey if next == Some(b'}') => self.close(),
                Step::FirstKey | Step::Key => self.key(next)?,
            };
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.pos += 1;
        }
    }

    /// The error for the byte that stands here; at the end Go takes it for a blank.
    fn invalid(&self, context: &str) -> Error {
        let byte = self.peek().unwrap_or(b' ');
        let quoted = match byte {
            b'\'' => r"\'".to_string(),
            b'"' => "\"".to_string(),
            _ => {
                let quoted = quote::quote(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
                quoted.trim_matches('"').to_string()
            }
        };
        Error(format!("invalid character '{quoted}' {context}"))
    }

    /// Ends the innermost list or map, which is empty.
    fn close(&mut self) -> Step {
        self.pos += 1;
        Step::After(match self.stack.pop() {
            Some(Frame::Array(items)) => Value::list(items),
            Some(Frame::Object(entries, _)) => object(entries),
            None => Value::Nil,
        })
    }

    /// Puts a value where it belongs, and goes on behind it.
    fn after(&mut self, frame: Frame, value: Value, byte: u8) -> Result<Step, Error> {
        match frame {
            Frame::Array(mut items) => {
                items.push(value);
                match byte {
                    b',' => {
                        self.pos += 1;
                        self.stack.push(Frame::Array(items));
                        Ok(Step::Value)
                    }
                    b']' => {
                        self.pos += 1;
                        Ok(Step::After(Value::list(items)))
                    }
                    _ => Err(self.invalid("after array element")),
                }
            }
            Frame::Object(mut entries, key) => {
                entries.push((key, value));
                match byte {
                    b',' => {
                        self.pos += 1;
                        self.stack.push(Frame::Object(entries, Str::default()));
                        Ok(Step::Key)
                    }
                    b'}' => {
                        self.pos += 1;
                        Ok(Step::After(object(entries)))
                    }
                    _ => Err(self.invalid("after object key:value pair")),
                }
            }
        }
    }

    fn key(&mut self, next: Option<u8>) -> Result<Step, Error> {
        match next {
            None => return Err(unexpected_end()),
            Some(b'"') => {}
            Some(_) => return Err(self.invalid("looking for beginning of object key string")),
        }
        let key = self.string()?;
        self.skip_space();
        match self.peek() {
            None => return Err(unexpected_end()),
            Some(b':') => self.pos += 1,
            Some(_) => return Err(self.invalid("after object key")),
        }
        if let Some(Frame::Object(_, place)) = self.stack.last_mut() {
            *place = key;
        }
        Ok(Step::Value)
    }

    fn value(&mut self, next: Option<u8>) -> Result<Step, Error> {
        Ok(Step::After(match next {
            None => return Err(unexpected_end()),
            Some(b'{') => {
                self.open(Frame::Object(Vec::new(), Str::default()))?;
                return Ok(Step::FirstKey);
            }
            Some(b'[') => {
                self.open(Frame::Array(Vec::new()))?;
                return Ok(Step::FirstItem);
            }
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal("true", Value::Bool(true))?,
            Some(b'f') => self.literal("false", Value::Bool(false))?,
            Some(b'n') => self.literal("null", Value::Nil)?,
            Some(_) => return Err(self.invalid("looking for beginning of value")),
        }))
    }

    fn open(&mut self, frame: Frame) -> Result<(), Error> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(self.invalid("exceeded max depth"));
        }
        self.stack.push(frame);
        self.pos += 1;
        Ok(())
    }

    fn literal(&mut self, name: &str, value: Value) -> Result<Value, Error> {
        for expected in name.bytes() {
            if self.peek() != Some(expected) {
                let expected = char::from(expected);
                return Err(self.invalid(&format!("in literal {name} (expecting '{expected}')")));
            }
            self.pos += 1;
        }
        Ok(value)
    }

    fn skip_digits(&mut self) -> usize {
        let start = self.pos;
        while let Some(b'0'..=b'9') = self.peek() {
            self.pos += 1;
        }
        self.pos - start
    }

    fn number(&mut self) -> Result<Value, Error> {
        let start = self.pos;
        if self.peek() == Some(b'-') {
            self.pos += 1;
        }
        if self.peek() == Some(b'0') {
            self.pos += 1;
        } else if self.skip_digits() == 0 {
            return Err(self.invalid("in numeric literal"));
        }
        let mut integral = true;
        if self.peek() == Some(b'.') {
            integral = false;
            self.pos += 1;
            if self.skip_digits() == 0 {
                return Err(self.invalid("after decimal point in numeric literal"));
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            integral = false;
            self.pos += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.pos += 1;
            }
            if self.skip_digits() == 0 {
                return Err(self.invalid("in exponent of numeric literal"));
            }
        }
        let text = self.bytes.get(start..self.pos).unwrap_or_default();
        if integral
            && self.numbers == Numbers::Int64
            && let Ok(number) = number::signed(text, 10, 64)
        {
            return Ok(Value::int64(number));
        }
        Ok(number::float(text, 64).map_or_else(
            |_| {
                self.unfit.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
                Value::Nil
            },
            Value::float,
        ))
    }

    /// Reads a string, at the quote of which it stands.
    fn string(&mut self) -> Result<Str, Error> {
        self.pos += 1;
        let start = self.pos;
        let end = self.skip_plain();
        let plain = self.bytes.get(start..end).unwrap_or_default();
        if self.peek() == Some(b'"') {
            self.pos += 1;
            return Ok(if plain.is_ascii() { Str::from(plain) } else { Str::from(Str::from(plain).to_text()) });
        }
        let mut text = Vec::with_capacity(plain.len() * 2);
        push_text(&mut text, plain);
        loop {
            match self.peek() {
                None => return Err(unexpected_end()),
                Some(b'"') => {
                    self.pos += 1;
                    return Ok(Str::from(text));
                }
                Some(b'\\') => {
                    self.pos += 1;
                    self.escape(&mut text)?;
                }
                Some(_) => return Err(self.invalid("in string literal")),
            }
            let start = self.pos;
            let end = self.skip_plain();
            push_text(&mut text, self.bytes.get(start..end).unwrap_or_default());
        }
    }

    /// Passes over what stands for itself in a string; gives where that ends.
    fn skip_plain(&mut self) -> usize {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let plain = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
        self.pos += plain.unwrap_or(rest.len());
        self.pos
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Error> {
        let byte = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.pos += 1;
                return self.unicode_escape(text);
            }
            _ => return Err(self.invalid("in string escape code")),
        };
        self.pos += 1;
        text.push(byte);
        Ok(())
    }

    /// Reads what follows `\u`, and a second escape where the two are a surrogate pair.
    fn unicode_escape(&mut self, text: &mut Vec<u8>) -> Result<(), Error> {
        let unit = self.hex_digits()?;
        let mut character = char::from_u32(unit);
        if (0xd800..0xdc00).contains(&unit)
            && let Some(low) = self.low_surrogate()
        {
            character = char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            self.pos += 6;
        }
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex_digits(&mut self) -> Result<u32, Error> {
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.invalid("in \\u hexadecimal character escape"));
            };
            number = number << 4 | digit;
            self.pos += 1;
        }
        Ok(number)
    }

    /// The second half of a surrogate pair, if an escape of one follows.
    fn low_surrogate(&self) -> Option<u32> {
        let [b'\\', b'u', digits @ ..] = self.bytes.get(self.pos..self.pos + 6)? else { return None };
        let mut number = 0;
        for &byte in digits {
            number = number << 4 | char::from(byte).to_digit(16)?;
        }
        (0xdc00..0xe000).contains(&number).then_some(number)
    }
}

fn object(entries: Vec<(Str, Value)>) -> Value {
    Value::Map(Map::from_entries(MapType::Any, entries))
}

/// Appends a text with each invalid byte replaced by U+FFFD.
fn push_text(text: &mut Vec<u8>, mut bytes: &[u8]) {
    if bytes.is_ascii() {
        text.extend_from_slice(bytes);
        return;
    }
    while let Some((rune, size)) = decode_rune(bytes) {
        text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        bytes = bytes.get(size..).unwrap_or_default();
    }
}

fn unexpected_end() -> Error {
    Error("unexpected end of JSON input".into())
}
