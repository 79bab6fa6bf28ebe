//! `eq`, `lt` and what is made of them.

use std::rc::Rc;

use value::{Kind, Object, Value};

use super::Reflected;
use crate::{complex::Complex, fmt};

/// Go's `basicKind`, with the value in it.
enum Basic<'a> {
    Bool(bool),
    Complex(Complex),
    Int(i64),
    Float(f64),
    String(&'a [u8]),
    Uint(u64),
}

/// The value that comparison looks at: behind a named type, its plain value.
fn plain(value: &Value) -> Option<Value> {
    match value {
        Value::Object(object) if object.as_any().is::<Complex>() => None,
        Value::Object(object) => object.underlying(),
        _ => None,
    }
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    Some(match value {
        Value::Bool(flag) => Basic::Bool(*flag),
        Value::Int(number, _) => Basic::Int(*number),
        Value::Uint(number, _) => Basic::Uint(*number),
        Value::Float(number, _) => Basic::Float(*number),
        Value::String(text) => Basic::String(text),
        Value::Object(object) => Basic::Complex(*object.as_any().downcast_ref::<Complex>()?),
        Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Map(_) => return None,
    })
}

/// Whether `first` equals one of `others`. Fails with Go's words about values that cannot be compared.
pub(crate) fn equal(first: &Reflected, others: &[Reflected]) -> Result<bool, String> {
    if others.is_empty() {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equal_two(&first.value, &other.value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal_two(first: &Value, second: &Value) -> Result<bool, String> {
    let (plain_first, plain_second) = (plain(first), plain(second));
    let left = basic(plain_first.as_ref().unwrap_or(first));
    let right = basic(plain_second.as_ref().unwrap_or(second));
    Ok(match (left, right) {
        (Some(Basic::Bool(left)), Some(Basic::Bool(right))) => left == right,
        (Some(Basic::Complex(left)), Some(Basic::Complex(right))) => left == right,
        (Some(Basic::Float(left)), Some(Basic::Float(right))) => left == right,
        (Some(Basic::Int(left)), Some(Basic::Int(right))) => left == right,
        (Some(Basic::String(left)), Some(Basic::String(right))) => left == right,
        (Some(Basic::Uint(left)), Some(Basic::Uint(right))) => left == right,
        (Some(Basic::Int(int)), Some(Basic::Uint(uint))) | (Some(Basic::Uint(uint)), Some(Basic::Int(int))) => {
            u64::try_from(int) == Ok(uint)
        }
        (None, None) => return equal_others(first, second),
        _ if first.is_nil() || second.is_nil() => false,
        _ => return Err(incompatible(first, second)),
    })
}

fn incompatible(first: &Value, second: &Value) -> String {
    format!("incompatible types for comparison: {} and {}", first.go_type(), second.go_type())
}

/// Nil, lists, maps and structs.
fn equal_others(first: &Value, second: &Value) -> Result<bool, String> {
    let (left, right) = (first.kind(), second.kind());
    if left != right && left != Kind::Invalid && right != Kind::Invalid {
        let text = |format: &[u8], value| lossy(fmt::sprintf(format, std::slice::from_ref(value)));
        return Err(format!(
            "non-comparable types {}: {}, {}: {}",
            text(b"%s", first),
            first.go_type(),
            second.go_type(),
            text(b"%v", second)
        ));
    }
    if is_nil(first) || is_nil(second) {
        return Ok(is_nil(first) == is_nil(second));
    }
    match (first, second) {
        (Value::Object(left), Value::Object(right)) if !matches!(right.kind(), Kind::Map | Kind::Slice) => {
            Ok(same_object(left, right))
        }
        _ => {
            let shown = lossy(fmt::sprintf(b"%s", std::slice::from_ref(second)));
            Err(format!("non-comparable type {shown}: {}", second.go_type()))
        }
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Map(map) => map.is_nil(),
        Value::List(list) => list.is_nil(),
        _ => false,
    }
}

/// Pointers are equal where they point to one thing, structs where their fields are.
fn same_object(left: &Rc<dyn Object>, right: &Rc<dyn Object>) -> bool {
    if Rc::ptr_eq(left, right) {
        return true;
    }
    if left.kind() == Kind::Ptr || left.go_type() != right.go_type() {
        return false;
    }
    let (left, right) = (left.fields(), right.fields());
    left.len() == right.len()
        && left.iter().zip(&right).all(|((_, left), (_, right))| equal_two(left, right).unwrap_or(false))
}

/// Whether `first` is less than `second`. Fails with Go's words about values that have no order.
pub(crate) fn less(first: &Reflected, second: &Reflected) -> Result<bool, String> {
    const BAD: &str = "invalid type for comparison";
    let (first, second) = (&first.value, &second.value);
    let (plain_first, plain_second) = (plain(first), plain(second));
    let left = basic(plain_first.as_ref().unwrap_or(first)).ok_or(BAD)?;
    let right = basic(plain_second.as_ref().unwrap_or(second)).ok_or(BAD)?;
    Ok(match (left, right) {
        (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(_), Basic::Complex(_)) => return Err(BAD.into()),
        (Basic::Float(left), Basic::Float(right)) => left < right,
        (Basic::Int(left), Basic::Int(right)) => left < right,
        (Basic::String(left), Basic::String(right)) => left < right,
        (Basic::Uint(left), Basic::Uint(right)) => left < right,
        (Basic::Int(left), Basic::Uint(right)) => u64::try_from(left).is_ok_and(|left| left < right) || left < 0,
        (Basic::Uint(left), Basic::Int(right)) => u64::try_from(right).is_ok_and(|right| left < right),
        _ => return Err(incompatible(first, second)),
    })
}

fn lossy(text: Vec<u8>) -> String {
    String::from_utf8_lossy(&text).into_owned()
}
