//! Leaves out of an object what only the server writes, and masks what nobody may see.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use crate::object::{map_entry, text_at};

/// What the server writes into every object.
const SERVERS: [&str; 7] =
    ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "clusterName"];
/// Where kubectl keeps a copy of the object, Secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An object without what only the server writes. The texts of a Secret become the data that the server makes of them.
pub fn cleaned(object: &Value) -> Value {
    let mut object = object.clone();
    let secret = is_secret(&object);
    let Some(fields) = object.as_object_mut() else { return object };
    fields.remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|name, value| !SERVERS.contains(&name.as_str()) && !value.is_null());
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
    }
    if secret
        && let Some(Value::Object(texts)) = fields.remove("stringData")
        && let Some(data) = map_entry(fields, "data")
    {
        for (name, text) in texts {
            data.insert(name, STANDARD.encode(text.as_str().unwrap_or_default()).into());
        }
    }
    object
}

/// Whether an object is a Secret.
pub(super) fn is_secret(object: &Value) -> bool {
    text_at(object, &["kind"]) == "Secret" && text_at(object, &["apiVersion"]) == "v1"
}

/// Masks the data of two states of a Secret, as `kubectl diff` does: what changed can be told from what did not.
pub(super) fn mask(before: &mut Value, after: &mut Value) {
    if !is_secret(before) && !is_secret(after) {
        return;
    }
    let known = |object: &Value, name: &str| object.get("data").and_then(|data| data.get(name)).cloned();
    let [old, new] = [before.clone(), after.clone()];
    let each = |data: Option<&mut Map<String, Value>>, changed: &str| {
        for (name, value) in data.into_iter().flatten() {
            let differs = known(&old, name).is_some_and(|old| known(&new, name).is_some_and(|new| old != new));
            *value = if differs { format!("*** ({changed})") } else { "***".to_owned() }.into();
        }
    };
    each(before.get_mut("data").and_then(Value::as_object_mut), "before");
    each(after.get_mut("data").and_then(Value::as_object_mut), "after");
    // Data that is no map is as secret.
    for object in [before, after] {
        if let Some(data) = object.get_mut("data").filter(|data| !data.is_object() && !data.is_null()) {
            *data = "***".into();
        }
    }
}
