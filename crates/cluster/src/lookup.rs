//! `lookup` for templates. Helm: `pkg/engine/lookup_func.go`.

use serde_json::{Map, Value};

use crate::{
    Cluster, Error,
    cluster::Inner,
    object::{gvk, text_at},
    request::Call,
};

impl Cluster {
    /// An object, or the list of all where `name` is empty; an empty map where there is none.
    ///
    /// # Errors
    /// The server does not answer or refuses, or serves no such version.
    pub fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, Error> {
        self.block_on(self.inner.lookup([api_version, kind], namespace, name))
    }
}

impl Inner {
    async fn lookup(&self, [api_version, kind]: [&str; 2], namespace: &str, name: &str) -> Result<Value, Error> {
        let empty = Value::Object(Map::new());
        let mapping = match self.mapping(api_version, kind).await {
            Ok(mapping) => mapping,
            // Helm asks for a nameless resource of that version, which is not found either.
            Err(Error::NoMatch { .. }) if self.serves(api_version).await? => return Ok(empty),
            Err(error) => {
                let missing = matches!(error, Error::NoMatch { .. });
                let words = "the server could not find the requested resource";
                let error = if missing { Error::Answer(words.into()) } else { error };
                let gvk = gvk(api_version, kind);
                return Err(error.during(format!("unable to get apiresource from unstructured: {gvk}")));
            }
        };
        let path = if name.is_empty() { mapping.collection(namespace) } else { mapping.object(namespace, name) };
        let answer = self.transport.send(&Call::get(path).about(subject(&mapping.qualified(), name))).await;
        let body = match answer {
            Ok(body) => body,
            Err(error) if error.is_not_found() => return Ok(empty),
            Err(error) => return Err(error),
        };
        let mut object: Value = serde_json::from_slice(&body).map_err(|error| Error::Answer(error.to_string()))?;
        if name.is_empty() {
            name_items(&mut object);
        }
        Ok(object)
    }
}

pub(crate) fn subject(resource: &str, name: &str) -> String {
    if name.is_empty() { resource.to_owned() } else { format!("{resource} {name}") }
}

/// The items of a list do not say what they are; the list does. apimachinery: `unstructured.decodeToList`.
pub(crate) fn name_items(list: &mut Value) {
    let api_version = text_at(list, &["apiVersion"]).to_owned();
    let kind = text_at(list, &["kind"]).strip_suffix("List").map(str::to_owned);
    let Some(kind) = kind else { return };
    let items = list.get_mut("items").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
        if !item.contains_key("kind") {
            item.insert("kind".into(), kind.as_str().into());
            item.insert("apiVersion".into(), api_version.as_str().into());
        }
    }
}
