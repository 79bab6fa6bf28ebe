//! The JSON writer: `encoding/json`'s `Marshal`, `MarshalIndent` and an `Encoder` with `SetEscapeHTML(false)`.

use std::{collections::HashSet, vec};

use super::Error;
use crate::{
    List, Map, Object, Str, Value, base64, decode_rune,
    number::{append_int, append_json_float, append_uint, format_float},
};

/// How a text is laid out.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    /// One step of indentation; nothing for a text without blanks.
    pub(super) indent: Option<&'a str>,
    /// Whether `<`, `>` and `&` are escaped.
    pub(super) escape_html: bool,
}

/// The nesting beyond which `json.Indent` gives up.
const MAX_INDENTED: usize = 10_000;
/// The nesting from which Go looks for cycles.
const CYCLES_FROM: usize = 1_000;
/// The longest text that is written: shared lists can unfold without end.
const MAX_BYTES: usize = 256 << 20;

/// Writes a whole value.
pub(super) fn encode(value: &Value, layout: Layout<'_>) -> Result<Vec<u8>, Error> {
    encode_within(value, layout, MAX_BYTES)
}

fn encode_within(value: &Value, layout: Layout<'_>, limit: usize) -> Result<Vec<u8>, Error> {
    let mut encoder =
        Encoder { out: Vec::with_capacity(128), layout, frames: Vec::new(), margin: Vec::new(), seen: HashSet::new() };
    encoder.value(value)?;
    while let Some(frame) = encoder.frames.last_mut() {
        let first = std::mem::take(&mut frame.first);
        match &mut frame.rest {
            Rest::Map(entries, _) => match entries.next() {
                Some((key, value)) => {
                    encoder.separate(first);
                    append_string(&mut encoder.out, &key, layout.escape_html);
                    encoder.out.extend_from_slice(if layout.indent.is_some() { b": " } else { b":" });
                    encoder.value(&value)?;
                }
                None => encoder.close(b'}'),
            },
            Rest::List(items, next) => match items.get(*next).cloned() {
                Some(item) => {
                    *next += 1;
                    encoder.separate(first);
                    encoder.value(&item)?;
                }
                None => encoder.close(b']'),
            },
        }
        if encoder.out.len() > limit {
            return Err(Error(format!("json: the text is longer than {limit} bytes")));
        }
    }
    Ok(encoder.out)
}

struct Encoder<'a> {
    out: Vec<u8>,
    layout: Layout<'a>,
    frames: Vec<Frame>,
    /// The widest indentation so far.
    margin: Vec<u8>,
    /// The maps and lists that are being written, from [`CYCLES_FROM`] on.
    seen: HashSet<usize>,
}

struct Frame {
    rest: Rest,
    first: bool,
}

/// What is left of a map or list, and the map itself.
enum Rest {
    Map(vec::IntoIter<(Str, Value)>, Option<Map>),
    List(List, usize),
}

impl Rest {
    /// Where the map or list lies, to know it again; it is kept so that nothing else can come to lie there.
    fn address(&self) -> Option<usize> {
        match self {
            Rest::Map(_, map) => map.as_ref().map(Map::address),
            Rest::List(list, _) => Some(list.address()),
        }
    }
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(number, _) => append_int(&mut self.out, *number),
            Value::Uint(number, _) => append_uint(&mut self.out, *number),
            Value::Float(number, kind) => {
                if !number.is_finite() {
                    return Err(Error(format!("json: unsupported value: {}", format_float(*number, b'g', None, 64))));
                }
                append_json_float(&mut self.out, *number, kind.bits());
            }
            Value::String(text) => append_string(&mut self.out, text, self.layout.escape_html),
            Value::Bytes(bytes) => {
                self.out.push(b'"');
                base64::append_encoded(&mut self.out, bytes);
                self.out.push(b'"');
            }
            Value::List(list) if list.is_nil() => self.out.extend_from_slice(b"null"),
            Value::List(list) if list.is_empty() => return self.empty(b"[]"),
            Value::List(list) => return self.open(b'[', Rest::List(list.clone(), 0), value),
            Value::Map(map) if map.is_nil() => self.out.extend_from_slice(b"null"),
            Value::Map(map) if map.is_empty() => return self.empty(b"{}"),
            Value::Map(map) => {
                let entries = map.entries().into_iter();
                return self.open(b'{', Rest::Map(entries, Some(map.clone())), value);
            }
            Value::Object(object) => return self.object(object.as_ref(), value),
        }
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, value: &Value) -> Result<(), Error> {
        if let Some(fields) = object.json_fields() {
            if fields.is_empty() {
                return self.empty(b"{}");
            }
            let entries: Vec<(Str, Value)> = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
            return self.open(b'{', Rest::Map(entries.into_iter(), None), value);
        }
        match object.to_plain() {
            Value::Object(_) => Err(Error(format!("json: unsupported type: {}", object.go_type()))),
            plain => self.value(&plain),
        }
    }

    fn empty(&mut self, brackets: &[u8; 2]) -> Result<(), Error> {
        let [bracket, _] = brackets;
        self.check_depth(*bracket)?;
        self.out.extend_from_slice(brackets);
        Ok(())
    }

    fn check_depth(&self, bracket: u8) -> Result<(), Error> {
        if self.layout.indent.is_some() && self.frames.len() >= MAX_INDENTED {
            return Err(Error(format!("invalid character '{}' exceeded max depth", char::from(bracket))));
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8, rest: Rest, value: &Value) -> Result<(), Error> {
        if self.frames.len() >= CYCLES_FROM && !rest.address().is_none_or(|address| self.seen.insert(address)) {
            return Err(Error(format!("json: unsupported value: encountered a cycle via {}", value.go_type())));
        }
        self.check_depth(bracket)?;
        self.out.push(bracket);
        self.frames.push(Frame { rest, first: true });
        Ok(())
    }

    fn separate(&mut self, first: bool) {
        if !first {
            self.out.push(b',');
        }
        self.line();
    }

    fn close(&mut self, bracket: u8) {
        if let Some(frame) = self.frames.pop()
            && self.frames.len() >= CYCLES_FROM
            && let Some(address) = frame.rest.address()
        {
            self.seen.remove(&address);
        }
        self.line();
        self.out.push(bracket);
    }

    fn line(&mut self) {
        if let Some(indent) = self.layout.indent {
            self.out.push(b'\n');
            let width = indent.len() * self.frames.len();
            while self.margin.len() < width {
                self.margin.extend_from_slice(indent.as_bytes());
            }
            self.out.extend_from_slice(self.margin.get(..width).unwrap_or_default());
        }
    }
}

/// Appends a string literal. Bytes that are no UTF-8 become `\ufffd`; U+2028 and U+2029 are always escaped.
pub(crate) fn append_string(out: &mut Vec<u8>, text: &[u8], escape_html: bool) {
    out.push(b'"');
    let mut rest = text;
    loop {
        let plain = rest.iter().position(|byte| needs_care(*byte, escape_html)).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(plain).unwrap_or_default();
        out.extend_from_slice(run);
        let Some((&first, tail)) = after.split_first() else { break };
        if first < 0x80 {
            append_escape(out, first);
            rest = tail;
            continue;
        }
        let (rune, size) = decode_rune(after).unwrap_or((char::REPLACEMENT_CHARACTER, 1));
        let (bytes, tail) = after.split_at_checked(size).unwrap_or((after, &[]));
        match rune {
            '\u{2028}' => out.extend_from_slice(b"\\u2028"),
            '\u{2029}' => out.extend_from_slice(b"\\u2029"),
            char::REPLACEMENT_CHARACTER if size == 1 => out.extend_from_slice(b"\\ufffd"),
            _ => out.extend_from_slice(bytes),
        }
        rest = tail;
    }
    out.push(b'"');
}

fn needs_care(byte: u8, escape_html: bool) -> bool {
    match byte {
        b'"' | b'\\' => true,
        b'<' | b'>' | b'&' => escape_html,
        _ => !(0x20..0x80).contains(&byte),
    }
}

fn append_escape(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_lists_that_unfold_without_end_are_refused() {
        let bomb = (0..40).fold(Value::string("lol"), |value, _| Value::list(vec![value; 4]));
        let layout = Layout { indent: None, escape_html: true };
        assert_eq!(encode_within(&bomb, layout, 9_999).unwrap_err().0, "json: the text is longer than 9999 bytes");
    }
}
