//! From Go-shaped values to the JSON of Kubernetes.

use serde_json::{Map, Number, Value};
use value::{Str, number::format_json_float};

/// Objects deeper than this are refused, so that whatever walks them may recurse. The deepest objects of public charts,
/// schemas of custom resources, stay below 60.
const MAX_DEPTH: usize = 250;

/// The JSON of a document that was read with its numbers typed ([`value::yaml::from_slice_typed`]). A number without a
/// fraction is an integer where it fits `int64`, as apimachinery reads unstructured objects.
///
/// # Errors
/// What JSON cannot hold: infinities, NaN; and what is nested too deeply.
pub fn from_value(value: &value::Value) -> Result<Value, String> {
    convert(value, MAX_DEPTH)
}

fn convert(value: &value::Value, depth: usize) -> Result<Value, String> {
    let deeper = depth.checked_sub(1).ok_or("json: exceeded max depth")?;
    Ok(match value {
        value::Value::Nil => Value::Null,
        value::Value::Bool(flag) => (*flag).into(),
        value::Value::Int(number, _) => (*number).into(),
        value::Value::Uint(number, _) => i64::try_from(*number).map_or_else(|_| float(*number as f64), integer)?,
        value::Value::Float(number, _) => float(*number)?,
        value::Value::String(text) | value::Value::Bytes(text) => text_of(text).into(),
        value::Value::List(list) => {
            Value::Array(list.iter().map(|item| convert(item, deeper)).collect::<Result<_, _>>()?)
        }
        value::Value::Map(map) => {
            let mut object = Map::new();
            map.visit(|key, value| -> Result<(), String> {
                object.insert(text_of(key), convert(value, deeper)?);
                Ok(())
            })?;
            Value::Object(object)
        }
        value::Value::Object(_) => return Err(format!("json: unsupported type: {}", value.go_type())),
    })
}

fn text_of(text: &Str) -> String {
    text.to_text().into_owned()
}

fn integer(number: i64) -> Result<Value, String> {
    Ok(number.into())
}

/// A float goes through its text, as between sigs.k8s.io/yaml and the JSON decoder: `1e3` comes back as 1000.
fn float(number: f64) -> Result<Value, String> {
    let text = format_json_float(number, 64);
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(whole.into());
    }
    let unsupported = || format!("json: unsupported value: {}", value::number::format_float(number, b'g', None, 64));
    Number::from_f64(number).map(Value::Number).ok_or_else(unsupported)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::from_value;

    fn check(yaml: &str, want: serde_json::Value) {
        assert_eq!(from_value(&value::yaml::from_slice_typed(yaml.as_bytes()).unwrap()), Ok(want), "{yaml}");
    }

    #[test]
    fn numbers_are_integers_where_they_can_be() {
        check("[1e3, 1.0, 0x10, 1.5, -0.0]", json!([1000, 1, 16, 1.5, 0]));
        check("[9223372036854775807, 9223372036854775808]", json!([i64::MAX, 9223372036854775808.0]));
        check("{a: !!binary aGk=, 1: x, b: ~}", json!({"a": "hi", "1": "x", "b": null}));
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        let value = value::yaml::from_slice_typed(b"a: .inf").unwrap();
        assert_eq!(from_value(&value).unwrap_err(), "json: unsupported value: +Inf");
        let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
        assert!(value::yaml::from_slice_typed(deep.as_bytes()).map_or(true, |value| from_value(&value).is_err()));
    }
}
