//! The methods of `common.Values`, the type of `.Values`.
//!
//! Source of the rules: Helm pkg/chart/common/values.go.

use value::{Map, MapType, Signature, Type, Value, quote::quote};

/// A method of a map.
pub(super) struct MapMethod {
    pub(super) signature: Signature,
    pub(super) call: fn(&Map, &[Value]) -> Result<Value, String>,
}

/// The method of this name, where the map's type has methods.
pub(super) fn of_values(map: &Map, name: &[u8]) -> Option<MapMethod> {
    if map.map_type() != MapType::Values {
        return None;
    }
    match name {
        b"AsMap" => Some(MapMethod { signature: Signature::fixed(&[]), call: |map, _| Ok(as_map(map)) }),
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
fn table(map: &Map, arguments: &[Value]) -> Result<Value, String> {
    let path = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let mut current = map.with_type(MapType::Values);
    for name in path.split(|&byte| byte == b'.') {
        current = match current.get(name) {
            Some(Value::Map(inner)) if inner.map_type() != MapType::String => inner.with_type(MapType::Values),
            _ => return Err(format!("{} is not a table", quote(name))),
        };
    }
    Ok(Value::Map(current))
}

/// Helm: `Values.YAML`.
fn yaml(map: &Map, _: &[Value]) -> Result<Value, String> {
    value::yaml::to_vec(&Value::Map(map.clone())).map(Value::string).map_err(|error| error.to_string())
}

/// No template has a writer to give, so this is only ever called with nil.
fn encode(_: &Map, _: &[Value]) -> Result<Value, String> {
    Err("runtime error: invalid memory address or nil pointer dereference".into())
}
