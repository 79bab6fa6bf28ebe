//! The methods of `common.Values`, the type of `.Values`.
//!
//! Source of the rules: Helm pkg/chart/common/values.go.

use value::{Map, MapType, Signature, Type, Value, quote::quote};

use crate::{Budget, Failure};

/// A method of a map.
pub(super) struct MapMethod {
    pub(super) signature: Signature,
    pub(super) call: fn(&Budget, &Map, &[Value]) -> Result<Value, Failure>,
}

/// The method of this name, where the map's type has methods.
pub(super) fn of_values(map: &Map, name: &[u8]) -> Option<MapMethod> {
    if map.map_type() != MapType::Values {
        return None;
    }
    match name {
        b"AsMap" => Some(MapMethod { signature: Signature::fixed(&[]), call: |_, map, _| Ok(as_map(map)) }),
        b"Table" => Some(MapMethod { signature: Signature::fixed(&[Type::String]), call: table }),
        b"YAML" => Some(MapMethod { signature: Signature::fixed(&[]), call: yaml }),
        b"Encode" => Some(MapMethod { signature: Signature::fixed(&[Type::Named("io.Writer")]), call: encode }),
        _ => None,
    }
}

fn as_map(map: &Map) -> Value {
    if map.is_empty() {
        return Value::Map(Map::new(MapType::Any));
    }
    Value::Map(map.with_type(MapType::Any))
}

/// Helm: `Values.Table`.
fn table(_: &Budget, map: &Map, arguments: &[Value]) -> Result<Value, Failure> {
    let path = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let mut current = map.with_type(MapType::Values);
    for name in path.split(|&byte| byte == b'.') {
        current = match current.get(name) {
            Some(Value::Map(inner)) if inner.map_type() != MapType::String => inner.with_type(MapType::Values),
            _ => return Err(Failure::new(format!("{} is not a table", quote(name)))),
        };
    }
    Ok(Value::Map(current))
}

/// Helm: `Values.YAML`.
fn yaml(budget: &Budget, map: &Map, _: &[Value]) -> Result<Value, Failure> {
    let map = Value::Map(map.clone());
    let paid = budget.whole(&map, 1)?;
    let text = value::yaml::to_vec(&map).map_err(|error| error.to_string())?;
    budget.bytes(text.len().saturating_sub(paid))?;
    Ok(Value::string(text))
}

/// No template has a writer to give, so this is only ever called with nil.
fn encode(_: &Budget, _: &Map, _: &[Value]) -> Result<Value, Failure> {
    Err(Failure::new("runtime error: invalid memory address or nil pointer dereference"))
}
