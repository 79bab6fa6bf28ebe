//! JSON as the schema library reads it: numbers keep their text, errors are those of Go's `json.Decoder`.

use std::collections::BTreeMap;

use value::{FloatKind, Value, number};

/// How deep a schema may nest. Go allows 10,000; nothing that people write comes near this.
const MAX_DEPTH: usize = 512;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// A number as it is written, or as Go's `%v` prints it.
    Number(Box<str>),
    String(Box<str>),
    List(Vec<Json>),
    Object(BTreeMap<Box<str>, Json>),
    /// A value that JSON has not: its Go type.
    Other(Box<str>),
}

impl Json {
    pub(crate) fn as_object(&self) -> Option<&BTreeMap<Box<str>, Json>> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(list) => Some(list),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The values of a chart; deeper than [`Value::MAX_DEPTH`] they are cut off.
    pub(crate) fn from_value(value: &Value) -> Json {
        Json::from_value_to(value, Value::MAX_DEPTH)
    }

    fn from_value_to(value: &Value, depth: usize) -> Json {
        let Some(depth) = depth.checked_sub(1) else { return Json::Null };
        match value {
            Value::Nil => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Int(number, _) => Json::Number(number.to_string().into()),
            Value::Uint(number, _) => Json::Number(number.to_string().into()),
            Value::Float(float, kind) => {
                let bits = if *kind == FloatKind::Float32 { 32 } else { 64 };
                Json::Number(number::format_float(*float, b'g', None, bits).into())
            }
            Value::String(text) => Json::String(text.to_text().into()),
            Value::List(list) => match list.elem() {
                value::Elem::Any | value::Elem::NilAny => {
                    Json::List(list.iter().map(|item| Json::from_value_to(item, depth)).collect())
                }
                _ => Json::Other(list.go_type().into()),
            },
            Value::Map(map) => Json::Object(
                map.entries()
                    .iter()
                    .map(|(key, item)| (key.to_text().into(), Json::from_value_to(item, depth)))
                    .collect(),
            ),
            Value::Bytes(_) | Value::Object(_) => Json::Other(value.go_type().into()),
        }
    }

    /// The value as `encoding/json` reads it into an `interface{}`: every number a `float64`.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Json::Null | Json::Other(_) => Value::Nil,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::float(number.parse().unwrap_or(f64::INFINITY)),
            Json::String(text) => Value::string(&**text),
            Json::List(list) => Value::list(list.iter().map(Json::to_value).collect()),
            Json::Object(object) => Value::map(object.iter().map(|(key, item)| (&**key, item.to_value()))),
        }
    }

    /// Reads the first value of a stream, and gives the bytes up to its end; nothing where there is none.
    pub(crate) fn parse_first(text: &[u8]) -> Result<Option<(Json, usize)>, ParseError> {
        let mut parser = Parser { text, at: 0 };
        if parser.peek_token().is_none() {
            return Ok(None);
        }
        match parser.value(0) {
            Ok(value) => Ok(Some((value, parser.at))),
            // Go counts the byte that it stumbles over as read.
            Err(message) => Err(ParseError { message, offset: parser.peek().map(|_| parser.at + 1) }),
        }
    }

    /// Reads one document with nothing behind it.
    pub(crate) fn parse(text: &[u8]) -> Result<Json, String> {
        let mut parser = Parser { text, at: 0 };
        if parser.peek_token().is_none() {
            return Err("EOF".into());
        }
        let value = parser.value(0)?;
        match parser.peek_token() {
            None => Ok(value),
            Some(_) => Err("invalid character after top-level value".into()),
        }
    }
}

/// What is wrong with a JSON text.
#[derive(Debug)]
pub(crate) struct ParseError {
    pub(crate) message: String,
    /// How many bytes were read; nothing where the text ends too soon.
    pub(crate) offset: Option<usize>,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn peek_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    fn unexpected(&self, context: &str) -> String {
        match self.peek() {
            None => "unexpected EOF".into(),
            Some(byte) => format!("invalid character {} {context}", quote_byte(byte)),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        match self.peek_token() {
            Some(b'{' | b'[') if depth > MAX_DEPTH => Err(self.unexpected("exceeded max depth")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(|text| Json::String(text.into())),
            Some(b't') => self.literal("true", Json::Bool(true)),
            Some(b'f') => self.literal("false", Json::Bool(false)),
            Some(b'n') => self.literal("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn literal(&mut self, word: &str, value: Json) -> Result<Json, String> {
        for byte in word.bytes() {
            if self.peek() != Some(byte) {
                return Err(self.unexpected(&format!("in literal {word} (expecting {})", quote_byte(byte))));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut object = BTreeMap::new();
        if self.peek_token() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(object));
        }
        loop {
            if self.peek_token() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = self.string()?;
            if self.peek_token() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            object.insert(key.into(), self.value(depth + 1)?);
            match self.peek_token() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(object));
                }
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut list = Vec::new();
        if self.peek_token() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(list));
        }
        loop {
            list.push(self.value(depth + 1)?);
            match self.peek_token() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::List(list));
                }
                _ => return Err(self.unexpected("after array element")),
            }
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(Json::Number(String::from_utf8_lossy(text).into()))
    }

    fn some_digits(&mut self, context: &str) -> Result<(), String> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected(context));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            let Some(byte) = self.peek() else { return Err(self.unexpected("")) };
            match byte {
                b'"' => {
                    self.at += 1;
                    return Ok(value::Str::from(bytes).to_text().into_owned());
                }
                b'\\' => {
                    self.at += 1;
                    let rune = self.escape()?;
                    bytes.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..0x20 => return Err(self.unexpected("in string literal")),
                byte => {
                    self.at += 1;
                    bytes.push(byte);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let rune = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let high = self.hex()?;
                return Ok(char::from_u32(high).unwrap_or_else(|| self.low_surrogate(high)));
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        Ok(rune)
    }

    fn hex(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            match self.peek().and_then(|byte| char::from(byte).to_digit(16)) {
                Some(digit) => code = code * 16 + digit,
                None => return Err(self.unexpected("in \\u hexadecimal character escape")),
            }
            self.at += 1;
        }
        Ok(code)
    }

    /// The rune of a surrogate pair; where the second half is missing, nothing more is read.
    fn low_surrogate(&mut self, high: u32) -> char {
        let digits = self.text.get(self.at..).and_then(|rest| rest.strip_prefix(b"\\u")).and_then(|rest| rest.get(..4));
        let low = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match low {
            Some(low @ 0xdc00..0xe000) if high < 0xdc00 => {
                self.at += 6;
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => char::REPLACEMENT_CHARACTER,
        }
    }
}

fn quote_byte(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".into(),
        b'"' => "'\"'".into(),
        byte => {
            let quoted = value::quote::quote(String::from(char::from(byte)).as_bytes());
            format!("'{}'", quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_the_decoder() {
        for (text, want) in [
            ("", "EOF"),
            ("{", "unexpected EOF"),
            ("{,", "invalid character ',' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("tru1", "invalid character '1' in literal true (expecting 'e')"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            ("{} x", "invalid character after top-level value"),
            ("01", "invalid character after top-level value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
        ] {
            assert_eq!(Json::parse(text.as_bytes()), Err(want.to_owned()), "{text}");
        }
    }
}
