//! Reading the arguments of a function, which the engine has checked against its signature.

use value::{Map, MapType, Str, Value};

use crate::{Call, Failure};

/// What a function gives back.
pub(super) type Outcome = Result<Value, Failure>;

/// The text of Go's error for a nil that is looked into.
pub(super) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The argument at `index`; nil where it is absent.
pub(super) fn value(arguments: &[Value], index: usize) -> &Value {
    arguments.get(index).unwrap_or(&Value::Nil)
}

/// The arguments from `index` on.
pub(super) fn rest(arguments: &[Value], index: usize) -> &[Value] {
    arguments.get(index..).unwrap_or_default()
}

/// The bytes of a string argument.
pub(super) fn text(arguments: &[Value], index: usize) -> &[u8] {
    match arguments.get(index) {
        Some(Value::String(text)) => text,
        _ => b"",
    }
}

/// A string argument itself, for functions that may give it back unchanged.
pub(super) fn string(arguments: &[Value], index: usize) -> Str {
    match arguments.get(index) {
        Some(Value::String(text)) => text.clone(),
        _ => Str::default(),
    }
}

/// An `int` argument.
pub(super) fn int(arguments: &[Value], index: usize) -> i64 {
    match arguments.get(index) {
        Some(Value::Int(number, _)) => *number,
        _ => 0,
    }
}

/// A `bool` argument.
pub(super) fn flag(arguments: &[Value], index: usize) -> bool {
    matches!(arguments.get(index), Some(Value::Bool(true)))
}

/// A `map[string]interface {}` argument: the same map under that type, a nil map for nil.
pub(super) fn map(arguments: &[Value], index: usize) -> Map {
    as_map(value(arguments, index))
}

/// A value that was passed for a `map[string]interface {}`.
pub(super) fn as_map(value: &Value) -> Map {
    match value {
        Value::Map(map) if map.map_type() == MapType::NilAny => map.clone(),
        Value::Map(map) => map.with_type(MapType::Any),
        _ => Map::new(MapType::NilAny),
    }
}

/// A string made of bytes that the budget has yet to be charged for.
pub(super) fn made(call: &Call<'_>, bytes: Vec<u8>) -> Outcome {
    call.budget.bytes(bytes.len())?;
    Ok(Value::string(bytes))
}
