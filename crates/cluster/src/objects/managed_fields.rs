//! Fields that a client-side update owns become fields of server-side apply. client-go: `util/csaupgrade`.

use serde_json::{Map, Value, json};

use crate::object::text_at;

/// The JSON patch that does so for an object as it lives; none where nothing is to be done.
pub(super) fn adopting_patch(live: &Value, manager: &str) -> Option<Value> {
    let entries = live.get("metadata")?.get("managedFields")?.as_array()?;
    let adopted = adopt(entries, manager)?;
    let version = text_at(live, &["metadata", "resourceVersion"]);
    // "replace" and not "test": the server then answers with a conflict, which is tried again.
    Some(json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": adopted},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
    ]))
}

fn adopt(entries: &[Value], manager: &str) -> Option<Vec<Value>> {
    let is = |entry: &Value, operation: &str| {
        text_at(entry, &["manager"]) == manager
            && text_at(entry, &["operation"]) == operation
            && text_at(entry, &["subresource"]).is_empty()
    };
    let updates = |entry: &&Value| is(entry, "Update");
    let applied = entries.iter().position(|entry| is(entry, "Apply"));
    // Without an owner by apply, the most recent update becomes one.
    let target = applied.or_else(|| entries.iter().position(|entry| is(entry, "Update")))?;
    let mut merged = entries.get(target)?.clone();
    let same_version = |entry: &&Value| text_at(entry, &["apiVersion"]) == text_at(&merged, &["apiVersion"]);
    let update = entries.iter().filter(updates).find(same_version).cloned();
    if applied.is_some() && !entries.iter().any(|entry| is(entry, "Update")) {
        return None;
    }
    if let Some(fields) = merged.as_object_mut() {
        fields.insert("operation".into(), "Apply".into());
        fields.insert("manager".into(), manager.into());
        let more = update.as_ref().and_then(|entry| entry.get("fieldsV1")).and_then(Value::as_object);
        if let (Some(Value::Object(set)), Some(more)) = (fields.get_mut("fieldsV1"), more) {
            unite(set, more);
        }
    }
    let kept = entries.iter().enumerate().filter(|(place, entry)| *place == target || !is(entry, "Update"));
    Some(kept.map(|(place, entry)| if place == target { merged.clone() } else { entry.clone() }).collect())
}

/// The union of two field sets: each is a tree of maps.
fn unite(into: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (name, fields) in more {
        match (into.get_mut(name), fields) {
            (Some(Value::Object(known)), Value::Object(fields)) => unite(known, fields),
            (Some(_), _) => {}
            (None, fields) => _ = into.insert(name.clone(), fields.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::adopting_patch;

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields})
    }

    fn adopted(entries: &[Value]) -> Option<Value> {
        let live = json!({"metadata": {"resourceVersion": "7", "managedFields": entries}});
        adopting_patch(&live, "helm").map(|patch| patch[0]["value"].clone())
    }

    #[test]
    fn updates_become_applies() {
        let other = entry("kubectl", "Update", json!({"f:x": {}}));
        let updated = entry("helm", "Update", json!({"f:data": {"f:a": {}}}));
        let applied = entry("helm", "Apply", json!({"f:data": {"f:b": {}}}));
        let alone = adopted(&[updated.clone(), other.clone()]).unwrap();
        assert_eq!(alone, json!([entry("helm", "Apply", json!({"f:data": {"f:a": {}}})), other]));
        let both = adopted(&[applied.clone(), updated, other.clone()]).unwrap();
        assert_eq!(both, json!([entry("helm", "Apply", json!({"f:data": {"f:a": {}, "f:b": {}}})), other]));
        assert_eq!(adopted(&[applied, other.clone()]), None);
        assert_eq!(adopted(&[other]), None);
    }
}
