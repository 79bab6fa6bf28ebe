//! Values to YAML and JSON: sigs.k8s.io/yaml 1.6.0, go-yaml 3.0.4 with an indent of two, encoding/json of Go 1.26.

use serde_json::Value as Json;
use value::{Elem, FloatKind, List, Map, MapType, UintKind, Value, json, yaml};

use super::super::cases;

/// Reads the notation of the case files: what JSON has stands for itself (strings, lists, booleans, null), the rest
/// is an object of one field that names the Go type.
fn value(notation: &Json) -> Value {
    let Some(object) = notation.as_object() else {
        return match notation {
            Json::Null => Value::Nil,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::String(text) => Value::string(text.as_str()),
            Json::Array(items) => Value::list(items.iter().map(value).collect()),
            other => panic!("{other}"),
        };
    };
    let (kind, content) = object.iter().next().unwrap();
    let text = content.as_str().unwrap_or_default();
    let items = content.as_array();
    match kind.as_str() {
        "int" => Value::int(text.parse().unwrap()),
        "uint" => Value::Uint(text.parse().unwrap(), UintKind::Uint64),
        "float64" => Value::float(text.parse().unwrap()),
        "float32" => Value::Float(f64::from(text.parse::<f32>().unwrap()), FloatKind::Float32),
        "hex" => Value::string(bytes(text)),
        "bytes" => Value::Bytes(bytes(text).into()),
        "strings" => Value::List(List::new(Elem::String, items.unwrap().iter().map(value).collect())),
        "map" => Value::map(
            items.unwrap().iter().map(|entry| (value(&entry[0]).as_str().unwrap().clone(), value(&entry[1]))),
        ),
        "nil" if text == "list" => Value::List(List::new(Elem::NilAny, Vec::new())),
        "nil" => Value::Map(Map::new(MapType::NilAny)),
        other => panic!("{other}"),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

/// What is recorded: `{"ok": text}` or `{"error": message}`.
fn outcome<E: ToString>(result: Result<Vec<u8>, E>) -> Json {
    match result {
        Ok(text) => serde_json::json!({ "ok": String::from_utf8(text).unwrap() }),
        Err(error) => serde_json::json!({ "error": error.to_string() }),
    }
}

#[test]
fn encode() {
    for case in cases("encode") {
        let value = value(&case["value"]);
        let outcomes = [
            ("yaml", outcome(yaml::to_vec(&value))),
            ("pretty", outcome(yaml::to_vec_pretty(&value))),
            ("json", outcome(json::to_vec(&value))),
            ("indent", outcome(json::to_vec_indent(&value, "  "))),
            ("raw", outcome(json::to_vec_raw(&value))),
        ];
        for (kind, got) in outcomes {
            if let Some(want) = case.get(kind) {
                assert_eq!(&got, want, "{kind} of {}", case["value"]);
            }
        }
    }
}
