//! JSON merge patches (RFC 7386), for kinds whose types nobody knows. apimachinery: `pkg/util/jsonmergepatch`.

use serde_json::{Map, Value};

use super::{Merge, MergeError, strategic::go_text};

/// The merge patch that makes `modified` of `original`.
pub fn two_way_merge_patch(original: &Value, modified: &Value) -> Value {
    match (original, modified) {
        (Value::Object(original), Value::Object(modified)) => Value::Object(difference(original, modified)),
        _ => modified.clone(),
    }
}

fn difference(original: &Map<String, Value>, modified: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (name, value) in modified {
        match (original.get(name), value) {
            (Some(Value::Object(before)), Value::Object(after)) => {
                let inner = difference(before, after);
                if !inner.is_empty() {
                    patch.insert(name.clone(), Value::Object(inner));
                }
            }
            (Some(before), after) if before == after => {}
            _ => _ = patch.insert(name.clone(), value.clone()),
        }
    }
    for name in original.keys().filter(|name| !modified.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    patch
}

/// The merge patch that takes from the live object what the old manifest had and the new one has not, and gives it what
/// the new one has.
///
/// # Errors
/// [`MergeError::Precondition`]
pub fn three_way_merge_patch(merge: &Merge<'_>) -> Result<Value, MergeError> {
    let mut additions = two_way_merge_patch(merge.current, merge.modified);
    keep_values(&mut additions);
    let mut patch = two_way_merge_patch(merge.original, merge.modified);
    keep_nulls(&mut patch);
    overlay(&mut patch, additions);
    let metadata = patch.get("metadata").and_then(|metadata| metadata.get("name"));
    if patch.get("apiVersion").or_else(|| patch.get("kind")).or(metadata).is_some() {
        return Err(MergeError::Precondition(go_text(&patch)));
    }
    Ok(patch)
}

/// Leaves of a patch only what it sets.
fn keep_values(patch: &mut Value) {
    let Value::Object(fields) = patch else { return };
    fields.retain(|_, value| match value {
        Value::Null => false,
        // An empty map is a value; one that holds nothing but deletions says nothing.
        Value::Object(inner) if inner.is_empty() => true,
        Value::Object(_) => {
            keep_values(value);
            value.as_object().is_some_and(|inner| !inner.is_empty())
        }
        _ => true,
    });
}

/// Leaves of a patch only what it deletes.
fn keep_nulls(patch: &mut Value) {
    let Value::Object(fields) = patch else { return };
    fields.retain(|_, value| match value {
        Value::Null => true,
        Value::Object(_) => {
            keep_nulls(value);
            value.as_object().is_some_and(|inner| !inner.is_empty())
        }
        _ => false,
    });
}

/// Puts a patch without deletions over another patch.
fn overlay(patch: &mut Value, additions: Value) {
    match (patch, additions) {
        (Value::Object(fields), Value::Object(additions)) => {
            for (name, value) in additions {
                overlay(fields.entry(name).or_insert(Value::Null), value);
            }
        }
        (place, mut additions) => {
            discard_nulls(&mut additions);
            *place = additions;
        }
    }
}

/// Drops nulls in maps, those in lists included. evanphx/json-patch: `pruneNulls`.
pub fn discard_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(discard_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(discard_nulls),
        _ => {}
    }
}

/// Applies a merge patch, as the API server does: nulls in lists of maps are dropped too.
pub fn merge_patch(document: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *document = patch.clone();
        discard_nulls(document);
        return;
    };
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    let Value::Object(fields) = document else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge_patch(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}
