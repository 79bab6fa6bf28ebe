//! Looking into objects, and writing into them.

pub(crate) use release::object::{text_at, value_at};
use serde_json::{Map, Value};

/// The whole number at a path.
pub(crate) fn int_at(object: &Value, path: &[&str]) -> Option<i64> {
    value_at(object, path).and_then(Value::as_i64)
}

/// The list at a path; empty where there is none.
pub(crate) fn array_at<'a>(object: &'a Value, path: &[&str]) -> &'a [Value] {
    value_at(object, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The map at a path, made where it is missing or something else is there.
pub(crate) fn map_mut<'a>(object: &'a mut Value, path: &[&str]) -> &'a mut Map<String, Value> {
    let mut place = object;
    for name in path {
        place = as_map(place).entry(*name).or_insert_with(|| Value::Object(Map::new()));
    }
    as_map(place)
}

fn as_map(place: &mut Value) -> &mut Map<String, Value> {
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    match place {
        Value::Object(map) => map,
        // The line above has made it one.
        _ => unreachable!("a map was just put here"),
    }
}

/// Sets what lies at a path.
pub(crate) fn set(object: &mut Value, path: &[&str], value: impl Into<Value>) {
    if let Some((last, parents)) = path.split_last() {
        map_mut(object, parents).insert((*last).to_owned(), value.into());
    }
}

/// Sets what lies at a path, where nothing does.
pub(crate) fn set_default(object: &mut Value, path: &[&str], value: impl Into<Value>) {
    if value_at(object, path).is_none_or(Value::is_null) {
        set(object, path, value);
    }
}

/// Takes away what lies at a path.
pub(crate) fn remove(object: &mut Value, path: &[&str]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let parent = parents.iter().try_fold(object, |value, name| value.get_mut(*name))?;
    parent.as_object_mut()?.remove(*last)
}

/// The name that an object has.
pub(crate) fn name_of(object: &Value) -> &str {
    text_at(object, &["metadata", "name"])
}

/// The namespace that an object is in.
pub(crate) fn namespace_of(object: &Value) -> &str {
    text_at(object, &["metadata", "namespace"])
}

/// The identity that an object keeps for life.
pub(crate) fn uid_of(object: &Value) -> &str {
    text_at(object, &["metadata", "uid"])
}

/// The owner that controls an object.
pub(crate) fn controller_of(object: &Value) -> Option<&Value> {
    let owners = array_at(object, &["metadata", "ownerReferences"]);
    owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))
}
