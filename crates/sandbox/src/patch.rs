//! Patches as a server applies them: RFC 7386, RFC 6902, and Kubernetes' own strategic merge.

use serde_json::{Map, Value};

use crate::{failure::Failure, schema::Type};

/// RFC 7386.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// RFC 6902.
pub(crate) fn json(target: &mut Value, patch: &Value) -> Result<(), Failure> {
    let invalid = |what: String| {
        Failure::new(422, "Invalid", format!("the server rejected our request due to an error in our request: {what}"))
    };
    let operations = patch.as_array().ok_or_else(|| Failure::bad_request("a JSON patch is a list"))?;
    for operation in operations {
        let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
        let (path, from) = (text("path"), text("from"));
        let value = || operation.get("value").cloned().unwrap_or(Value::Null);
        let done = match text("op") {
            "add" => add(target, path, value()),
            "remove" => take(target, path).map(drop),
            "replace" => target.pointer_mut(path).map(|place| *place = value()),
            "move" => take(target, from).and_then(|moved| add(target, path, moved)),
            "copy" => target.pointer(from).cloned().and_then(|copied| add(target, path, copied)),
            "test" => (target.pointer(path).unwrap_or(&Value::Null) == &value()).then_some(()),
            other => return Err(Failure::bad_request(format!("unknown operation {other:?} in a JSON patch"))),
        };
        done.ok_or_else(|| invalid(format!("{} operation does not apply: {path}", text("op"))))?;
    }
    Ok(())
}

fn split(path: &str) -> Option<(&str, String)> {
    let (parent, last) = path.rsplit_once('/')?;
    Some((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
    let Some((parent, last)) = split(path) else {
        *target = value;
        return Some(());
    };
    match target.pointer_mut(parent)? {
        Value::Object(map) => _ = map.insert(last, value),
        Value::Array(list) if last == "-" => list.push(value),
        Value::Array(list) => {
            let place = last.parse().ok().filter(|place| *place <= list.len())?;
            list.insert(place, value);
        }
        _ => return None,
    }
    Some(())
}

fn take(target: &mut Value, path: &str) -> Option<Value> {
    let (parent, last) = split(path)?;
    match target.pointer_mut(parent)? {
        Value::Object(map) => map.remove(&last),
        Value::Array(list) => {
            let place = last.parse().ok().filter(|place| *place < list.len())?;
            Some(list.remove(place))
        }
        _ => None,
    }
}

/// apimachinery: `pkg/util/strategicpatch`, `StrategicMergeMapPatch`.
pub(crate) fn strategic(target: &mut Value, patch: &Value, of: Option<&Type>) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    match patch.get("$patch").and_then(Value::as_str) {
        Some("replace") => {
            let mut replacement = patch.clone();
            replacement.remove("$patch");
            *target = Value::Object(replacement);
            return;
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return;
        }
        _ => {}
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    if let Some(kept) = patch.get("$retainKeys").and_then(Value::as_array) {
        target.retain(|name, _| kept.iter().any(|kept| kept.as_str() == Some(name)));
    }
    for (name, value) in patch {
        if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = value.as_array().map_or(&[][..], Vec::as_slice);
            if let Some(Value::Array(items)) = target.get_mut(list) {
                items.retain(|item| !gone.contains(item));
            }
        } else if name.starts_with('$') {
            // Directives; the order of elements comes last.
        } else if value.is_null() {
            target.remove(name);
        } else {
            let field = of.and_then(|of| of.field(name));
            match (value, field) {
                (Value::Array(items), Some(field)) if field.merges() => {
                    let list = target.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
                    merge_list(list, items, field);
                }
                (Value::Object(_), field) => {
                    strategic(target.entry(name.clone()).or_insert(Value::Null), value, field);
                }
                _ => _ = target.insert(name.clone(), value.clone()),
            }
        }
    }
    for (name, order) in patch {
        let Some(list) = name.strip_prefix("$setElementOrder/") else { continue };
        let key = of.and_then(|of| of.field(list)).map_or("", |field| field.patch_key.as_str());
        if let (Some(Value::Array(items)), Value::Array(order)) = (target.get_mut(list), order) {
            sort(items, order, key);
        }
    }
}

fn merge_list(list: &mut Value, patch: &[Value], field: &Type) {
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    let Some(items) = list.as_array_mut() else { return };
    let key = field.patch_key.as_str();
    if key.is_empty() {
        for value in patch {
            if !items.contains(value) {
                items.push(value.clone());
            }
        }
        return;
    }
    let of = field.target().items.as_deref();
    if patch.iter().any(|item| item.get("$patch").and_then(Value::as_str) == Some("replace")) {
        items.clear();
    }
    for item in patch {
        let name = item.get(key);
        match item.get("$patch").and_then(Value::as_str) {
            Some("replace") => continue,
            Some("delete") => items.retain(|known| known.get(key) != name),
            _ => match items.iter_mut().find(|known| name.is_some() && known.get(key) == name) {
                Some(known) => strategic(known, item, of),
                None => {
                    let mut new = Value::Object(Map::new());
                    strategic(&mut new, item, of);
                    items.push(new);
                }
            },
        }
    }
}

/// Elements that the order names stand in that order; the others keep their places between them.
fn sort(items: &mut [Value], order: &[Value], key: &str) {
    let name = |item: &Value| if key.is_empty() { Some(item.clone()) } else { item.get(key).cloned() };
    let place = |item: &Value| {
        let wanted = name(item);
        order.iter().position(|entry| name(entry) == wanted)
    };
    let mut named: Vec<(usize, Value)> = items.iter().filter_map(|item| Some((place(item)?, item.clone()))).collect();
    named.sort_by_key(|(place, _)| *place);
    let mut named = named.into_iter().map(|(_, item)| item);
    for item in items.iter_mut().filter(|item| place(item).is_some()) {
        if let Some(next) = named.next() {
            *item = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{json as json_patch, merge, strategic};
    use crate::schema::built_in;

    #[test]
    fn patches_are_applied_as_their_kinds_say() {
        let mut object = json!({"a": {"b": 1, "c": 2}});
        merge(&mut object, &json!({"a": {"b": null, "d": 3}}));
        assert_eq!(object, json!({"a": {"c": 2, "d": 3}}));
        json_patch(
            &mut object,
            &json!([{"op": "add", "path": "/l", "value": [1]}, {"op": "add", "path": "/l/-", "value": 2},
            {"op": "remove", "path": "/a/c"}, {"op": "test", "path": "/l/1", "value": 2}]),
        )
        .unwrap();
        assert_eq!(object, json!({"a": {"d": 3}, "l": [1, 2]}));
        assert!(json_patch(&mut object, &json!([{"op": "test", "path": "/l/1", "value": 3}])).is_err());
        let of = built_in("v1", "Pod");
        let mut pod = json!({"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}});
        strategic(
            &mut pod,
            &json!({"spec": {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
            "containers": [{"name": "a", "image": "z"}, {"name": "b", "$patch": "delete"}, {"name": "c"}]}}),
            of,
        );
        assert_eq!(pod, json!({"spec": {"containers": [{"name": "c"}, {"name": "a", "image": "z"}]}}));
    }
}
