//! Writes values as BurntSushi's encoder lays them out: simple keys first, then tables, two blanks a level.

use std::rc::Rc;

use value::{FloatKind, List, Map, Object, Str, Value, number};

use super::{Error, number::LOCAL};
use crate::time::Time;

/// Deeper values than this are refused: Go's encoder runs out of stack.
const MAX_DEPTH: usize = 1_000;

/// Writes a value as BurntSushi's encoder does.
///
/// # Errors
/// A list with a nil item, a list of tables that has no key, nil itself, values nested too deeply.
pub fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    if value.is_nil() {
        let message = "reflect: call of reflect.Value.Type on zero Value".to_owned();
        return Err(Error { message, panics: true });
    }
    let mut writer = Writer { text: Vec::new(), key: Vec::new() };
    writer.encode(&plain(value))?;
    Ok(writer.text)
}

fn error(message: &str) -> Error {
    Error { message: message.to_owned(), panics: false }
}

/// What the encoder takes a value for.
#[derive(PartialEq)]
enum Shape {
    Nothing,
    Table,
    Tables,
    Simple,
}

/// An object's fields, a named type's plain value; a time stays as it is.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) if object.go_type() != "time.Time" => {
            object.underlying().unwrap_or_else(|| Value::map(object.fields()))
        }
        other => other.clone(),
    }
}

fn shape(value: &Value) -> Result<Shape, Error> {
    Ok(match value {
        Value::Nil => Shape::Nothing,
        Value::Map(map) if map.is_nil() => Shape::Nothing,
        Value::List(list) if list.is_nil() => Shape::Nothing,
        Value::Map(_) => Shape::Table,
        Value::List(list) if are_tables(list)? => Shape::Tables,
        _ => Shape::Simple,
    })
}

/// Whether a list holds tables alone, and something.
fn are_tables(list: &List) -> Result<bool, Error> {
    let mut tables = !list.is_empty();
    for item in list.iter().map(plain) {
        match shape(&item)? {
            Shape::Nothing => return Err(error("toml: cannot encode array with nil element")),
            Shape::Table => {}
            _ => tables = false,
        }
    }
    Ok(tables)
}

struct Writer {
    text: Vec<u8>,
    /// The names that lead to what is being written.
    key: Vec<Str>,
}

impl Writer {
    fn encode(&mut self, value: &Value) -> Result<(), Error> {
        if self.key.len() > MAX_DEPTH {
            return Err(error("toml: values are nested too deeply"));
        }
        match (shape(value)?, value) {
            (Shape::Nothing, _) => Ok(()),
            (Shape::Table, Value::Map(map)) => {
                if self.key.len() == 1 {
                    self.newline();
                }
                if !self.key.is_empty() {
                    self.header("[", "]");
                }
                self.table(map)
            }
            (Shape::Tables, Value::List(list)) => {
                if self.key.is_empty() {
                    return Err(error("toml: top-level values must be Go maps or structs"));
                }
                for item in list.iter().map(plain) {
                    if let Value::Map(map) = &item {
                        self.newline();
                        self.header("[[", "]]");
                        self.table(map)?;
                    }
                }
                Ok(())
            }
            _ => self.key_value(value),
        }
    }

    /// A newline, unless nothing has been written yet.
    fn newline(&mut self) {
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
    }

    fn indent(&mut self) {
        let levels = self.key.len().saturating_sub(1);
        self.text.extend(std::iter::repeat_n(b' ', 2 * levels));
    }

    fn header(&mut self, open: &str, close: &str) {
        self.indent();
        self.text.extend_from_slice(open.as_bytes());
        let names: Vec<Vec<u8>> = self.key.iter().map(bare_or_quoted).collect();
        self.text.extend(names.join(&b'.'));
        self.text.extend_from_slice(close.as_bytes());
        self.text.push(b'\n');
    }

    fn table(&mut self, map: &Map) -> Result<(), Error> {
        let (direct, sub) = split(map)?;
        for (name, value) in direct.into_iter().chain(sub) {
            self.key.push(name);
            self.encode(&value)?;
            self.key.pop();
        }
        Ok(())
    }

    fn key_value(&mut self, value: &Value) -> Result<(), Error> {
        let Some(name) = self.key.last().cloned() else { return self.element(value, 0) };
        self.indent();
        self.text.extend(bare_or_quoted(&name));
        self.text.extend_from_slice(b" = ");
        self.element(value, 0)?;
        self.newline();
        Ok(())
    }

    fn element(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(error("toml: values are nested too deeply"));
        }
        match value {
            Value::String(text) => self.text.extend(quoted(text)),
            Value::Bool(flag) => self.text.extend_from_slice(flag.to_string().as_bytes()),
            Value::Int(number, _) => self.text.extend_from_slice(number.to_string().as_bytes()),
            Value::Uint(number, _) => self.text.extend_from_slice(number.to_string().as_bytes()),
            Value::Float(number, kind) => self.text.extend_from_slice(float(*number, *kind).as_bytes()),
            Value::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.text.extend_from_slice(format!("[{}]", numbers.join(", ")).as_bytes());
            }
            Value::List(list) => return self.array(list, depth),
            Value::Map(map) => return self.inline_table(map, depth),
            Value::Object(object) => match local_time(object).unwrap_or_else(|| object.to_plain()) {
                Value::String(time) => self.text.extend_from_slice(&time),
                other => return self.element(&plain(&other), depth + 1),
            },
            Value::Nil => return Err(error("toml: cannot encode array with nil element")),
        }
        Ok(())
    }

    fn array(&mut self, list: &List, depth: usize) -> Result<(), Error> {
        self.text.push(b'[');
        for (index, item) in list.iter().enumerate() {
            if index > 0 {
                self.text.extend_from_slice(b", ");
            }
            self.element(&plain(item), depth + 1)?;
        }
        self.text.push(b']');
        Ok(())
    }

    /// A table within a list that holds other things too. A nil entry leaves its comma, as it does in Go.
    fn inline_table(&mut self, map: &Map, depth: usize) -> Result<(), Error> {
        let (direct, sub) = split(map)?;
        let trailing = !sub.is_empty();
        self.text.push(b'{');
        for (entries, trailing) in [(direct, trailing), (sub, false)] {
            let last = entries.len().saturating_sub(1);
            for (index, (name, value)) in entries.iter().enumerate() {
                if shape(value)? == Shape::Nothing {
                    continue;
                }
                self.text.extend(bare_or_quoted(name));
                self.text.extend_from_slice(b" = ");
                self.element(value, depth + 1)?;
                if trailing || index != last {
                    self.text.extend_from_slice(b", ");
                }
            }
        }
        self.text.push(b'}');
        Ok(())
    }
}

/// A table's entries in order of their names.
type Entries = Vec<(Str, Value)>;

/// The entries that stand directly below a table's header, and those with headers of their own.
fn split(map: &Map) -> Result<(Entries, Entries), Error> {
    let (mut direct, mut sub) = (Vec::new(), Vec::new());
    for (name, value) in map.entries() {
        let value = plain(&value);
        match shape(&value)? {
            Shape::Table | Shape::Tables => sub.push((name, value)),
            _ => direct.push((name, value)),
        }
    }
    Ok((direct, sub))
}

pub(super) fn bare_or_quoted(name: &Str) -> Vec<u8> {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.iter().all(bare) { name.to_vec() } else { quoted(name) }
}

/// A time that was read without a zone, which is written without one, as what it is in UTC.
fn local_time(object: &Rc<dyn Object>) -> Option<Value> {
    let time = object.as_any().downcast_ref::<Time>()?;
    let (_, layout) = LOCAL.into_iter().find(|(name, _)| *name == time.zone_name())?;
    Some(Value::string(time.in_utc().format(layout)))
}

fn quoted(text: &Str) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for byte in text.iter() {
        match byte {
            b'"' => quoted.extend_from_slice(b"\\\""),
            b'\\' => quoted.extend_from_slice(b"\\\\"),
            0x08 => quoted.extend_from_slice(b"\\b"),
            b'\t' => quoted.extend_from_slice(b"\\t"),
            b'\n' => quoted.extend_from_slice(b"\\n"),
            0x0c => quoted.extend_from_slice(b"\\f"),
            b'\r' => quoted.extend_from_slice(b"\\r"),
            0x00..=0x1f | 0x7f => quoted.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            other => quoted.push(*other),
        }
    }
    quoted.push(b'"');
    quoted
}

fn float(number: f64, kind: FloatKind) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_nan() {
        return format!("{sign}nan");
    }
    if number.is_infinite() {
        return format!("{sign}inf");
    }
    let text = number::format_float(number, b'g', None, if kind == FloatKind::Float32 { 32 } else { 64 });
    if text.contains(['e', '.']) { text } else { format!("{text}.0") }
}
