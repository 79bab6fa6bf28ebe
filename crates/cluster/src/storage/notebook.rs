//! A ConfigMap of our own that keeps one text, changed by compare-and-swap.

use http::Method;
use serde_json::{Value, json};

use super::kubernetes::mapping;
use crate::{Cluster, Error, request::Call, storage::holder::Flavour};

/// Under which key the text stands.
const KEY: &str = "state";

/// Who writes it, as the server is told; Helm's own name would make the text a part of a chart.
const MANAGER: &str = "helm-exporter";

/// A ConfigMap with one text.
#[derive(Clone)]
pub struct Notebook<'a> {
    cluster: &'a Cluster,
    namespace: String,
    name: String,
}

/// What a notebook says.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// The text; empty where there is none yet.
    pub text: String,
    /// The version of the object; empty where there is none yet.
    version: String,
}

impl<'a> Notebook<'a> {
    /// The ConfigMap of this name. Nothing is asked yet.
    pub fn new(cluster: &'a Cluster, namespace: impl Into<String>, name: impl Into<String>) -> Notebook<'a> {
        Notebook { cluster, namespace: namespace.into(), name: name.into() }
    }

    /// What it says now.
    ///
    /// # Errors
    /// It cannot be read, which is something else than that it is not there.
    pub fn read(&self) -> Result<Note, Error> {
        let path = mapping(Flavour::ConfigMap).object(&self.namespace, &self.name);
        let object = match self.send(&Call::get(path)) {
            Ok(object) => object,
            Err(error) if error.is_not_found() => return Ok(Note::default()),
            Err(error) => return Err(error.during(format!("reading {self}"))),
        };
        Ok(note(&object))
    }

    /// Writes a text in the place of a note, and gives the new one; none where somebody else did so in the meantime.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, text: &str, over: &Note) -> Result<Option<Note>, Error> {
        let mapping = mapping(Flavour::ConfigMap);
        // What others wrote on the object, such as the labels of the chart that made it, stays.
        let (call, form, object) = if over.version.is_empty() {
            let metadata = json!({"name": self.name, "namespace": self.namespace});
            let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {KEY: text}});
            (Call::new(Method::POST, mapping.collection(&self.namespace)), "application/json", object)
        } else {
            let object = json!({"metadata": {"resourceVersion": over.version}, "data": {KEY: text}});
            let call = Call::new(Method::PATCH, mapping.object(&self.namespace, &self.name));
            (call, "application/merge-patch+json", object)
        };
        let call = call.query("fieldManager", MANAGER).body(form, object.to_string().into_bytes());
        match self.send(&call) {
            Ok(object) => Ok(Some(note(&object))),
            // Somebody deleted, made or changed it.
            Err(error) if error.is_conflict() || error.is_already_exists() => Ok(None),
            Err(error) if error.is_not_found() && !over.version.is_empty() => Ok(None),
            Err(error) => Err(error.during(format!("writing {self}"))),
        }
    }

    fn send(&self, call: &Call) -> Result<Value, Error> {
        let call = call.clone().about(format!("configmaps {}", self.name));
        self.cluster.block_on(self.cluster.inner.json(&call))
    }
}

fn note(object: &Value) -> Note {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    Note { text: text(&format!("/data/{KEY}")), version: text("/metadata/resourceVersion") }
}

impl std::fmt::Display for Notebook<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the ConfigMap {}/{}", self.namespace, self.name)
    }
}
