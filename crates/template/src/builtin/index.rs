//! `index`, `slice` and `len`.

use value::{Kind, List, Str, UintKind, Value};

use super::Reflected;

/// `index x 1 2 3` is Go's `x[1][2][3]`. Fails with Go's words.
pub(crate) fn index(item: Reflected, indexes: &[Reflected]) -> Result<Reflected, String> {
    let mut item = item.dig();
    if !item.is_valid() {
        return Err("index of untyped nil".into());
    }
    for index in indexes {
        if item.is_nil_interface() {
            return Err("index of nil pointer".into());
        }
        let plain = underlying(&item.value);
        let container = plain.as_ref().unwrap_or(&item.value);
        item = match container {
            Value::String(text) => byte_at(text, index, "string")?,
            Value::Bytes(bytes) => byte_at(bytes, index, "slice")?,
            Value::List(list) => {
                let at = position(index, list.len())?;
                let value = list.get(at).ok_or("reflect: slice index out of range")?;
                Reflected::item(list, value.clone())
            }
            Value::Map(map) => {
                let key = match &index.value {
                    Value::String(key) => key,
                    Value::Nil => return Err("value is nil; should be of type string".into()),
                    other => return Err(format!("value has type {}; should be string", other.go_type())),
                };
                match map.get(key) {
                    Some(value) => Reflected::entry(map.map_type(), value),
                    None => Reflected::zero_entry(map),
                }
            }
            other => return Err(format!("can't index item of type {}", pointed_type(&item.value, other))),
        };
    }
    Ok(item)
}

fn underlying(value: &Value) -> Option<Value> {
    match value {
        Value::Object(object) => object.underlying(),
        _ => None,
    }
}

/// The type that messages name: that of what a pointer points to.
fn pointed_type(value: &Value, plain: &Value) -> String {
    match plain {
        Value::Object(object) if object.kind() == Kind::Ptr => object.go_type().trim_start_matches('*').to_owned(),
        _ => value.go_type(),
    }
}

fn byte_at(bytes: &[u8], index: &Reflected, what: &str) -> Result<Reflected, String> {
    let at = position(index, bytes.len())?;
    let byte = bytes.get(at).ok_or_else(|| format!("reflect: {what} index out of range"))?;
    Ok(Reflected::concrete(Value::Uint(u64::from(*byte), UintKind::Uint8)))
}

/// An index up to and including `most`. Go: text/template `indexArg`.
fn position(index: &Reflected, most: usize) -> Result<usize, String> {
    let plain = underlying(&index.value);
    let number = match plain.as_ref().unwrap_or(&index.value) {
        Value::Int(number, _) => *number,
        Value::Uint(number, _) => *number as i64,
        Value::Nil => return Err("cannot index slice/array with nil".into()),
        _ => return Err(format!("cannot index slice/array with type {}", index.value.go_type())),
    };
    usize::try_from(number).ok().filter(|&at| at <= most).ok_or_else(|| format!("index out of range: {number}"))
}

/// `slice x 1 2` is Go's `x[1:2]`. Fails with Go's words.
///
/// The capacity of a slice, up to which Go lets it grow back, is its length here.
pub(crate) fn slice(item: Reflected, indexes: &[Reflected]) -> Result<Reflected, String> {
    let item = item.dig();
    if !item.is_valid() {
        return Err("slice of untyped nil".into());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()));
    }
    let plain = underlying(&item.value);
    let container = plain.as_ref().unwrap_or(&item.value);
    let length = match container {
        Value::String(_) if indexes.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Value::String(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        other => return Err(format!("can't slice item of type {}", pointed_type(&item.value, other))),
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        // Unlike `index`, `slice` does not look into interfaces.
        if index.is_interface() {
            return Err("cannot index slice/array with type interface {}".into());
        }
        *bound = position(index, length)?;
    }
    let [from, to, most] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    if to > most {
        return Err(format!("invalid slice index: {to} > {most}"));
    }
    let part = |bytes: &Str| Str::from(bytes.get(from..to).unwrap_or_default());
    Ok(Reflected::concrete(match container {
        Value::String(text) => Value::String(part(text)),
        Value::Bytes(bytes) => Value::Bytes(part(bytes)),
        Value::List(list) => Value::List(List::new(list.elem(), list.get(from..to).unwrap_or_default().to_vec())),
        other => other.clone(),
    }))
}

/// `len`. Fails with Go's words.
pub(crate) fn length(item: &Reflected) -> Result<usize, String> {
    if item.is_nil_interface() {
        return Err("len of nil pointer".into());
    }
    if !item.is_valid() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    let plain = underlying(&item.value);
    match plain.as_ref().unwrap_or(&item.value) {
        Value::String(bytes) | Value::Bytes(bytes) => Ok(bytes.len()),
        Value::List(list) => Ok(list.len()),
        Value::Map(map) => Ok(map.len()),
        other => Err(format!("len of type {}", pointed_type(&item.value, other))),
    }
}
