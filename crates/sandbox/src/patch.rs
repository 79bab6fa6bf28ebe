//! Patches as a server applies them: RFC 6902, and Kubernetes' own strategic merge.

use release::{merge::strategic::apply_patch, schema::Struct};
use serde_json::Value;

use crate::failure::Failure;

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

/// Kubernetes' own merge, for objects of a kind that the table of types knows.
pub(crate) fn strategic(target: &mut Value, patch: &Value, of: Struct) -> Result<(), Failure> {
    // Kubernetes: `pkg/endpoints/handlers/patch.go`, `strategicPatchObject`.
    *target = apply_patch(target, patch, of).map_err(|error| Failure::new(500, "", error.to_string()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{json as json_patch, strategic};

    #[test]
    fn patches_are_applied_as_their_kinds_say() {
        let mut object = json!({"a": {"c": 2, "d": 3}});
        json_patch(
            &mut object,
            &json!([{"op": "add", "path": "/l", "value": [1]}, {"op": "add", "path": "/l/-", "value": 2},
            {"op": "remove", "path": "/a/c"}, {"op": "test", "path": "/l/1", "value": 2}]),
        )
        .unwrap();
        assert_eq!(object, json!({"a": {"d": 3}, "l": [1, 2]}));
        assert!(json_patch(&mut object, &json!([{"op": "test", "path": "/l/1", "value": 3}])).is_err());
        let of = release::schema::kind("v1", "Pod").unwrap();
        let mut pod = json!({"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}});
        strategic(
            &mut pod,
            &json!({"spec": {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
            "containers": [{"name": "c"}, {"name": "a", "image": "z"}, {"name": "b", "$patch": "delete"}]}}),
            of,
        )
        .unwrap();
        assert_eq!(pod, json!({"spec": {"containers": [{"name": "c"}, {"name": "a", "image": "z"}]}}));
    }
}
