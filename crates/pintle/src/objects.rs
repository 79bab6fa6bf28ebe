//! The objects of a rendered document, and where they live. Helm: `Client.Build`.

use cluster::{Cluster, Error as ClusterError, ObjectId};
use serde_json::Value;
use value::{Str, json, yaml};

/// Objects, and the identity of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    /// Where they live, namespace included.
    pub(crate) ids: Vec<ObjectId>,
    /// What the manifest says.
    pub(crate) documents: Vec<Value>,
}

/// Reads a document. A list is taken apart; objects without a namespace live in `namespace`.
pub(crate) fn read(cluster: &Cluster, namespace: &str, document: &Str) -> Result<Objects, ClusterError> {
    let mut objects = Objects::default();
    for object in parse(document)? {
        let stated = ObjectId::of(&object)?;
        objects.ids.push(cluster.locate(&stated, namespace)?);
        objects.documents.push(object);
    }
    Ok(objects)
}

/// The objects of a document.
pub(crate) fn parse(document: &[u8]) -> Result<Vec<Value>, ClusterError> {
    let malformed = |text: String| ClusterError::Malformed(text);
    let value = yaml::from_slice_typed(document).map_err(|error| malformed(error.to_string()))?;
    let bytes = json::to_vec_raw(&value).map_err(|error| malformed(error.to_string()))?;
    let mut object: Value = serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
    if object.is_null() {
        return Ok(Vec::new());
    }
    let is_list = object.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    let items = object.get_mut("items").filter(|items| is_list && items.is_array()).map(Value::take);
    match items {
        Some(Value::Array(items)) => Ok(items),
        _ => Ok(vec![object]),
    }
}

/// The namespace that a document states.
pub(crate) fn namespace_of(document: &[u8]) -> Option<String> {
    let objects = parse(document).ok()?;
    let namespace = objects.first()?.pointer("/metadata/namespace").and_then(Value::as_str)?;
    Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty())
}
