//! Objects in the binary form that Go clients send. apimachinery: `pkg/runtime/serializer/protobuf`; the encoding itself:
//! protobuf.dev, «Encoding».

use std::{collections::HashMap, sync::OnceLock};

use serde_json::{Map, Value};

use crate::failure::Failure;

/// What stands before every such body.
const MAGIC: &[u8] = b"k8s\0";
/// Messages deeper than this are refused.
const MAX_DEPTH: usize = 64;

/// `message NAME`, and indented ` NUMBER FIELD EXPRESSION`; `+` before an expression spreads the message into its parent.
const TABLE: &str = include_str!("kubernetes.txt");

/// The lines of fields, by the name of the message.
type Table = HashMap<&'static str, &'static str>;

fn table() -> &'static Table {
    static MESSAGES: OnceLock<Table> = OnceLock::new();
    MESSAGES.get_or_init(|| {
        let messages = TABLE.split("\nmessage ").skip(1);
        messages.map(|message| message.split_once('\n').unwrap_or((message, ""))).collect()
    })
}

/// The name and the expression of a field.
fn field_of(table: &Table, message: &str, number: u64) -> Option<(&'static str, &'static str)> {
    let start = format!(" {number} ");
    let line = table.get(message)?.lines().find_map(|line| line.strip_prefix(&start))?;
    line.split_once(' ')
}

/// Reads an object; none where the body is no such object or of a kind that the table lacks.
pub(crate) fn parse(body: &[u8]) -> Option<Result<Value, Failure>> {
    let mut unknown = Reader { bytes: body.strip_prefix(MAGIC)? };
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    while let Some((number, field)) = unknown.next()? {
        match (number, field) {
            (1, Field::Bytes(meta)) => {
                let mut meta = Reader { bytes: meta };
                while let Some((number, field)) = meta.next()? {
                    match (number, field) {
                        (1, Field::Bytes(text)) => api_version = String::from_utf8_lossy(text).into_owned(),
                        (2, Field::Bytes(text)) => kind = String::from_utf8_lossy(text).into_owned(),
                        _ => {}
                    }
                }
            }
            (2, Field::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let table = table();
    let name = match kind.as_str() {
        "DeleteOptions" => "meta.v1.DeleteOptions",
        kind => release::schema::kind(&api_version, kind)?.name,
    };
    if !table.contains_key(name) {
        return None;
    }
    let decoded = message(table, name, raw, 0);
    Some(decoded.ok_or_else(|| Failure::bad_request(format!("the body is no {kind} in protobuf"))).map(|mut fields| {
        fields.insert("apiVersion".into(), api_version.into());
        fields.insert("kind".into(), kind.into());
        Value::Object(fields)
    }))
}

enum Field<'a> {
    Number(u64),
    Bits(u64),
    Bytes(&'a [u8]),
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next field; none at the end. The outer none is for what cannot be read.
    fn next(&mut self) -> Option<Option<(u64, Field<'a>)>> {
        if self.bytes.is_empty() {
            return Some(None);
        }
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Bits(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Field::Bytes(self.take(length)?)
            }
            5 => Field::Bits(u64::from(u32::from_le_bytes(self.take(4)?.try_into().ok()?))),
            _ => return None,
        };
        Some(Some((tag >> 3, field)))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }
}

fn message(table: &Table, name: &str, bytes: &[u8], depth: usize) -> Option<Map<String, Value>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut object = Map::new();
    let mut reader = Reader { bytes };
    while let Some((number, field)) = reader.next()? {
        let Some((name, of)) = field_of(table, name, number) else { continue };
        if let Some(of) = of.strip_prefix("{}") {
            let (key, value) = entry(table, of, &field, depth)?;
            let map = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
            map.as_object_mut()?.insert(key, value);
        } else if let Some(of) = of.strip_prefix("[]") {
            let value = value(table, of, &field, depth)?;
            let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut()?.push(value);
        } else if let Some(of) = of.strip_prefix('+') {
            object.extend(value(table, of, &field, depth)?.as_object().cloned()?);
        } else {
            let value = value(table, of, &field, depth)?;
            // Go writes texts that are empty because nobody set them.
            let unset = value.is_null() || (value.as_str() == Some("") && name != "storageClassName");
            if !unset {
                object.insert(name.to_owned(), value);
            }
        }
    }
    Some(object)
}

fn entry(table: &Table, of: &str, field: &Field<'_>, depth: usize) -> Option<(String, Value)> {
    let Field::Bytes(bytes) = field else { return None };
    let mut reader = Reader { bytes };
    let (mut key, mut found) = (String::new(), None);
    while let Some((number, field)) = reader.next()? {
        match (number, &field) {
            (1, Field::Bytes(text)) => key = String::from_utf8_lossy(text).into_owned(),
            (2, field) => found = Some(value(table, of, field, depth)?),
            _ => {}
        }
    }
    Some((key, found.unwrap_or_else(|| Value::from(""))))
}

fn value(table: &Table, of: &str, field: &Field<'_>, depth: usize) -> Option<Value> {
    match (of, field) {
        ("s", Field::Bytes(text)) => Some(String::from_utf8_lossy(text).into_owned().into()),
        ("y", Field::Bytes(bytes)) => Some(crate::defaults::base64(bytes).into()),
        ("b", Field::Number(number)) => Some((*number != 0).into()),
        // Negative numbers are written as the 64 bits of their two's complement.
        ("i", Field::Number(number)) => Some(number.cast_signed().into()),
        ("u", Field::Number(number)) => Some((*number).into()),
        ("n", Field::Bits(bits)) => Some(f64::from_bits(*bits).into()),
        (of, Field::Bytes(bytes)) => match of.strip_prefix('@') {
            Some(name) => message(table, name, bytes, depth + 1).map(Value::Object),
            None => special(of, bytes),
        },
        _ => None,
    }
}

/// Messages whose JSON is not a map of their fields.
fn special(of: &str, bytes: &[u8]) -> Option<Value> {
    let mut numbers: HashMap<u64, i64> = HashMap::new();
    let mut texts: HashMap<u64, &[u8]> = HashMap::new();
    let mut reader = Reader { bytes };
    while let Some((number, field)) = reader.next()? {
        match field {
            Field::Number(value) | Field::Bits(value) => _ = numbers.insert(number, value.cast_signed()),
            Field::Bytes(value) => _ = texts.insert(number, value),
        }
    }
    let text = |number: u64| String::from_utf8_lossy(texts.get(&number).copied().unwrap_or_default()).into_owned();
    Some(match of {
        "t" => match numbers.get(&1) {
            Some(seconds) => crate::clock::text(u64::try_from(*seconds).ok()?).into(),
            None => Value::Null,
        },
        "q" => text(1).into(),
        "p" if numbers.get(&1) == Some(&1) => text(3).into(),
        "p" => numbers.get(&2).copied().unwrap_or(0).into(),
        "d" => format!("{}ns", numbers.get(&1).copied().unwrap_or(0)).into(),
        _ => serde_json::from_slice(texts.get(&1).copied().unwrap_or(b"null")).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn a_secret_is_read_from_protobuf() {
        let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let meta = [field(1, b"v1"), field(2, b"Secret")].concat();
        let metadata = [field(1, b"x"), field(3, b""), field(11, &[field(1, b"a"), field(2, b"b")].concat())].concat();
        let data = [field(1, b"k"), field(2, b"\x01\x02")].concat();
        let secret = [field(1, &metadata), field(2, &data), field(3, b"Opaque")].concat();
        let body = [b"k8s\0".to_vec(), field(1, &meta), field(2, &secret)].concat();
        let expected = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "labels": {"a": "b"}},
            "data": {"k": "AQI="}, "type": "Opaque"});
        assert_eq!(parse(&body).unwrap().unwrap(), expected);
        assert!(parse(b"k8s\0\x0a\xff").is_none() && parse(b"{}").is_none());
    }
}
