//! Whether an object's `metadata` has the types that Kubernetes gives it.

use serde_json::Value;

/// What a field of `ObjectMeta` must be.
#[derive(Clone, Copy)]
enum Shape {
    Text(&'static str),
    Integer(&'static str),
    TextMap,
    TextList,
}

/// Fields in the order of their names: the first wrong one of a document is told, and its keys are sorted.
const FIELDS: [(&str, Shape); 11] = [
    ("annotations", Shape::TextMap),
    ("deletionGracePeriodSeconds", Shape::Integer("int64")),
    ("finalizers", Shape::TextList),
    ("generateName", Shape::Text("string")),
    ("generation", Shape::Integer("int64")),
    ("labels", Shape::TextMap),
    ("name", Shape::Text("string")),
    ("namespace", Shape::Text("string")),
    ("resourceVersion", Shape::Text("string")),
    ("selfLink", Shape::Text("string")),
    ("uid", Shape::Text("types.UID")),
];

/// The error of Go's JSON decoder for metadata of a wrong type.
/// cli-runtime: `pkg/resource/metadata_decoder.go`; Helm says `unable to decode "": …`.
pub(super) fn check(object: &Value) -> Result<(), String> {
    if let Some(wrong) = object.get("apiVersion").filter(|value| !value.is_string() && !value.is_null()) {
        return Err(cannot_field(wrong, "metadataOnlyObject.TypeMeta.apiVersion", "string"));
    }
    let metadata = match object.get("metadata") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(metadata)) => metadata,
        Some(other) => return Err(cannot_field(other, "metadataOnlyObject.metadata", "v1.ObjectMeta")),
    };
    for (name, shape) in FIELDS {
        if let Some((value, expected)) = metadata.get(name).and_then(|value| mismatch(value, shape)) {
            return Err(cannot_field(value, &format!("ObjectMeta.metadata.{name}"), expected));
        }
    }
    Ok(())
}

/// The part of a value that is wrong, and the Go type that should be there.
fn mismatch(value: &Value, shape: Shape) -> Option<(&Value, &'static str)> {
    let no_text = |value: &&Value| !value.is_string() && !value.is_null();
    match (shape, value) {
        (_, Value::Null) => None,
        (Shape::Text(expected), value) => no_text(&value).then_some((value, expected)),
        (Shape::Integer(expected), value) => (!value.is_i64()).then_some((value, expected)),
        (Shape::TextMap, Value::Object(entries)) => {
            let mut values: Vec<(&String, &Value)> = entries.iter().collect();
            values.sort_by_key(|(key, _)| *key);
            values.into_iter().map(|(_, value)| value).find(no_text).map(|value| (value, "string"))
        }
        (Shape::TextMap, value) => Some((value, "map[string]string")),
        (Shape::TextList, Value::Array(items)) => items.iter().find(no_text).map(|value| (value, "string")),
        (Shape::TextList, value) => Some((value, "[]string")),
    }
}

fn cannot_field(value: &Value, field: &str, expected: &str) -> String {
    cannot(value, &format!("Go struct field {field} of type {expected}"))
}

/// The error of Go's JSON decoder for a value that does not fit.
pub(super) fn cannot(value: &Value, target: &str) -> String {
    let found = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        // Where a number is expected, Go tells the one that it found.
        Value::Number(number) if target.ends_with("int64") => format!("number {number}"),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
    };
    format!("json: cannot unmarshal {found} into {target}")
}
