//! The YAML writer: `yaml.Marshal` of `sigs.k8s.io/yaml` in one pass, without the JSON that Go goes through.

use std::{borrow::Cow, collections::HashSet, vec};

use super::{
    Error,
    emit_order::sort,
    emit_scalar::KeyForm,
    emit_text::{Unreadable, read_back, read_key_back},
    emit_writer::Writer,
};
use crate::{
    FloatKind, List, Map, Str, Value, base64, json,
    number::{append_float, append_int, append_json_float, append_uint},
};

/// Which go-yaml is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// go-yaml v2 behind a round trip through JSON, which is `sigs.k8s.io/yaml`.
    V2,
    /// go-yaml v3 with an indent of two.
    V3,
}

/// The nesting at which go-yaml's reader gives up.
const MAX_DEPTH: usize = 10_000;
/// The nesting from which cycles are looked for.
const CYCLES_FROM: usize = 64;
/// The longest text that is written: shared lists can unfold without end.
pub(super) const MAX_BYTES: usize = 256 << 20;

/// Why a value cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Go's JSON writer or YAML reader fails too, and says why.
    ByGo,
    TooDeep,
    Cycle,
    TooLong,
}

impl From<Unreadable> for Refusal {
    fn from(_: Unreadable) -> Refusal {
        Refusal::ByGo
    }
}

/// Writes as `sigs.k8s.io/yaml`'s `Marshal`.
pub(super) fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    emit(value, Dialect::V2, MAX_BYTES).map_err(|refusal| explain(value, refusal))
}

/// Finds Go's words for a refusal by going Go's way: JSON first, then reading that.
fn explain(value: &Value, refusal: Refusal) -> Error {
    let message = match refusal {
        Refusal::TooLong => format!("yaml: the document is longer than {MAX_BYTES} bytes"),
        _ => match json::to_vec(value) {
            Err(error) => format!("error marshaling into JSON: {error}"),
            Ok(text) => match super::from_slice(&text) {
                Err(error) => return Error { message: error.message.replacen(READER_PREFIX, "", 1), line: error.line },
                Ok(_) => "yaml: the value cannot be read back".into(),
            },
        },
    };
    Error { message, line: None }
}

const READER_PREFIX: &str = "error converting YAML to JSON: ";

/// Writes a value as a document of not much more than `limit` bytes.
pub(super) fn emit(value: &Value, dialect: Dialect, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut walk = Walk { writer: Writer::new(dialect), dialect, frames: Vec::new(), open: HashSet::new() };
    walk.node(value, Place::Root)?;
    while let Some(frame) = walk.frames.last_mut() {
        let indent = frame.indent;
        match &mut frame.rest {
            Rest::Map(entries, _) => match entries.next() {
                Some((key, value)) => {
                    walk.key(&key, indent)?;
                    walk.node(&value, Place::Mapping(indent))?;
                }
                None => walk.close(),
            },
            Rest::List(items, next) => match items.get(*next) {
                Some(item) => {
                    *next += 1;
                    walk.writer.indent(indent);
                    walk.writer.block_indicator(b'-');
                    match item {
                        Value::String(text) => walk.writer.string_of(text, indent + 2)?,
                        _ => {
                            let item = item.clone();
                            walk.node(&item, Place::Sequence(indent))?;
                        }
                    }
                }
                None => walk.close(),
            },
        }
        if walk.writer.out.len() > limit {
            return Err(Refusal::TooLong);
        }
    }
    Ok(walk.writer.finish())
}

pub(super) struct Walk {
    pub(super) writer: Writer,
    dialect: Dialect,
    frames: Vec<Frame>,
    /// The maps and lists that are being written, from [`CYCLES_FROM`] on.
    open: HashSet<usize>,
}

/// A map or list that is being written.
struct Frame {
    rest: Rest,
    indent: usize,
}

/// What is left of a map or list, and the map itself.
pub(super) enum Rest {
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

/// Where a node stands, with the indentation around it.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Root,
    Mapping(usize),
    Sequence(usize),
}

impl Place {
    /// The indentation of what is inside the node.
    pub(super) fn inner(self) -> usize {
        match self {
            Place::Root => 0,
            Place::Mapping(indent) | Place::Sequence(indent) => indent + 2,
        }
    }

    /// The indentation of further lines of a scalar.
    fn scalar(self) -> usize {
        self.inner().max(2)
    }
}

impl Walk {
    pub(super) fn node(&mut self, value: &Value, place: Place) -> Result<(), Refusal> {
        match value {
            Value::String(text) => self.writer.string_of(text, place.scalar())?,
            Value::Map(map) if map.is_empty() => self.empty(map.is_nil(), b"{}")?,
            Value::Map(map) => {
                let entries = self.entries(map.entries())?;
                self.open(Rest::Map(entries.into_iter(), Some(map.clone())), place.inner())?;
            }
            Value::List(list) if list.is_empty() => self.empty(list.is_nil(), b"[]")?,
            Value::List(list) => self.list(list.clone(), place)?,
            Value::Nil => self.writer.token(b"null"),
            Value::Bool(true) => self.writer.token(b"true"),
            Value::Bool(false) => self.writer.token(b"false"),
            Value::Int(number, _) => self.number(|out| append_int(out, *number)),
            Value::Uint(number, _) => self.number(|out| append_uint(out, *number)),
            Value::Float(number, kind) => self.float(*number, *kind)?,
            Value::Bytes(bytes) => self.bytes(bytes, place)?,
            Value::Object(object) => match self.dialect {
                Dialect::V2 => match object.to_plain() {
                    Value::Object(_) => return Err(Refusal::ByGo),
                    plain => self.node(&plain, place)?,
                },
                Dialect::V3 => self.object(object.as_ref(), place)?,
            },
        }
        Ok(())
    }

    /// Writes an empty map or list; nil ones are null to JSON.
    fn empty(&mut self, is_nil: bool, brackets: &[u8]) -> Result<(), Refusal> {
        if is_nil && self.dialect == Dialect::V2 {
            self.writer.token(b"null");
            return Ok(());
        }
        self.check_depth()?;
        self.writer.token(brackets);
        Ok(())
    }

    pub(super) fn list(&mut self, list: List, place: Place) -> Result<(), Refusal> {
        let indent = match place {
            Place::Mapping(indent) if self.dialect == Dialect::V2 && self.writer.is_inside_line() => indent,
            _ => place.inner(),
        };
        self.open(Rest::List(list, 0), indent)
    }

    pub(super) fn open(&mut self, rest: Rest, indent: usize) -> Result<(), Refusal> {
        self.check_depth()?;
        if self.frames.len() >= CYCLES_FROM && !rest.address().is_none_or(|address| self.open.insert(address)) {
            return Err(Refusal::Cycle);
        }
        self.frames.push(Frame { rest, indent });
        Ok(())
    }

    fn check_depth(&self) -> Result<(), Refusal> {
        if self.frames.len() < MAX_DEPTH { Ok(()) } else { Err(Refusal::TooDeep) }
    }

    fn close(&mut self) {
        if let Some(frame) = self.frames.pop()
            && self.frames.len() >= CYCLES_FROM
            && let Some(address) = frame.rest.address()
        {
            self.open.remove(&address);
        }
    }

    /// The entries in the order in which they are written.
    fn entries(&self, entries: Vec<(Str, Value)>) -> Result<Vec<(Str, Value)>, Refusal> {
        if self.dialect == Dialect::V3 || entries.iter().all(|(key, _)| key.is_ascii()) {
            return Ok(sort(entries, self.dialect));
        }
        // Keys that are no UTF-8 may become equal; the reader keeps the last.
        let mut read: Vec<(Str, Value)> = Vec::with_capacity(entries.len());
        let mut repeated = false;
        for (key, value) in entries {
            if let Cow::Owned(text) = read_key_back(&key)? {
                repeated = true;
                read.push((text.into(), value));
            } else {
                read.push((key, value));
            }
        }
        if repeated {
            let map = crate::Map::from_entries(crate::MapType::Any, read);
            read = map.entries();
        }
        Ok(sort(read, self.dialect))
    }

    fn key(&mut self, key: &[u8], indent: usize) -> Result<(), Refusal> {
        self.writer.indent(indent);
        if self.writer.quick_key(key) {
            self.writer.colon();
            return Ok(());
        }
        let form = match self.dialect {
            Dialect::V2 => self.writer.key(&read_key_back(key)?, indent + 2),
            Dialect::V3 => match std::str::from_utf8(key) {
                Ok(text) => self.writer.key(text, indent + 2),
                Err(_) => self.writer.binary_key(key, indent + 2),
            },
        };
        match form {
            KeyForm::Simple => self.writer.colon(),
            KeyForm::Explicit => {
                self.writer.indent(indent);
                self.writer.block_indicator(b':');
            }
        }
        Ok(())
    }

    pub(super) fn number(&mut self, append: impl FnOnce(&mut Vec<u8>)) {
        let mut text = Vec::with_capacity(24);
        append(&mut text);
        self.writer.token(&text);
    }

    fn float(&mut self, number: f64, kind: FloatKind) -> Result<(), Refusal> {
        if self.dialect == Dialect::V3 {
            match number {
                f64::INFINITY => self.writer.token(b".inf"),
                f64::NEG_INFINITY => self.writer.token(b"-.inf"),
                _ if number.is_nan() => self.writer.token(b".nan"),
                _ => self.number(|out| append_float(out, number, b'g', None, kind.bits())),
            }
            return Ok(());
        }
        if !number.is_finite() {
            return Err(Refusal::ByGo);
        }
        let mut text = Vec::with_capacity(24);
        append_json_float(&mut text, number, kind.bits());
        read_number(&mut text);
        self.writer.token(&text);
        Ok(())
    }

    fn bytes(&mut self, bytes: &Str, place: Place) -> Result<(), Refusal> {
        match self.dialect {
            Dialect::V2 => {
                let mut text = Vec::new();
                base64::append_encoded(&mut text, bytes);
                self.writer.string_of(&text, place.scalar())?;
                Ok(())
            }
            Dialect::V3 if bytes.is_empty() => {
                self.writer.token(b"[]");
                Ok(())
            }
            Dialect::V3 => self.list(crate::yaml::pretty::byte_list(bytes), place),
        }
    }
}

impl Writer {
    /// Writes a string of any bytes.
    fn string_of(&mut self, text: &[u8], indent: usize) -> Result<(), Unreadable> {
        if self.quick_string(text, indent) {
            return Ok(());
        }
        match self.dialect {
            Dialect::V2 => self.string(&read_back(text)?, indent),
            Dialect::V3 => match std::str::from_utf8(text) {
                Ok(text) => self.string(text, indent),
                Err(_) => self.binary(text, indent),
            },
        }
        Ok(())
    }
}

/// Turns a number of a JSON text into what go-yaml writes after reading it: integers of 64 bits stay as they are,
/// anything else is a float.
fn read_number(text: &mut Vec<u8>) {
    let number = std::str::from_utf8(text).unwrap_or_default();
    if number == "-0" {
        *text = b"0".to_vec();
    } else if number.parse::<i64>().is_err()
        && number.parse::<u64>().is_err()
        && let Ok(number) = number.parse::<f64>()
    {
        text.clear();
        append_float(text, number, b'g', None, 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_lists_that_unfold_without_end_are_refused() {
        let bomb = (0..40).fold(Value::string("lol"), |value, _| Value::list(vec![value; 4]));
        for dialect in [Dialect::V2, Dialect::V3] {
            assert_eq!(emit(&bomb, dialect, 10_000), Err(Refusal::TooLong));
        }
    }
}
