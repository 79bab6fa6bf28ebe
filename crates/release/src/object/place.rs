//! Which namespace objects live in, and which of two copies counts.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Object, ObjectId};

/// An object that has no place on the server, and why.
#[derive(Clone, Debug)]
pub struct Unplaced<E> {
    /// The object, as the manifest has it.
    pub object: Object,
    /// What the server's discovery says.
    pub error: E,
}

/// Gives objects of namespaced kinds that name no namespace the release's, and takes it from objects of the cluster.
/// Helm: `Client.Build` with `NamespaceParam(…).DefaultNamespace()`.
///
/// `is_namespaced` is asked for each object; those it fails for come back on their own, so that all are told at once, or
/// passed over where they belong to an old revision.
pub fn place<E>(
    objects: Vec<Object>,
    namespace: &str,
    mut is_namespaced: impl FnMut(&ObjectId) -> Result<bool, E>,
) -> (Vec<Object>, Vec<Unplaced<E>>) {
    let mut placed = Vec::with_capacity(objects.len());
    let mut unplaced = Vec::new();
    for mut object in objects {
        match is_namespaced(&object.id) {
            Ok(true) if object.id.namespace.is_empty() => {
                object.set_namespace(namespace);
                placed.push(object);
            }
            Ok(true) => placed.push(object),
            Ok(false) => {
                object.set_namespace("");
                placed.push(object);
            }
            Err(error) => unplaced.push(Unplaced { object, error }),
        }
    }
    (placed, unplaced)
}

impl Object {
    /// Moves the object; an empty namespace is that of the cluster's own objects.
    pub fn set_namespace(&mut self, namespace: &str) {
        self.id.namespace = namespace.to_owned();
        let Some(object) = self.json.as_object_mut() else { return };
        if namespace.is_empty() {
            if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
                metadata.remove("namespace");
            }
        } else if let Some(metadata) = map_entry(object, "metadata") {
            metadata.insert("namespace".into(), namespace.into());
        }
    }
}

/// The map at a key, made where there is none or null; nothing where something else lies there.
pub(crate) fn map_entry<'a>(object: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    let entry = object.entry(key).or_insert(Value::Null);
    if entry.is_null() {
        *entry = Value::Object(Map::new());
    }
    entry.as_object_mut()
}

/// One object that a manifest has twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// Which object.
    pub id: ObjectId,
    /// Where the copy comes from that is passed over.
    pub dropped: String,
    /// Where the copy comes from that counts.
    pub kept: String,
}

impl std::fmt::Display for Duplicate {
    /// A warning for the user.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Duplicate { id, dropped, kept } = self;
        write!(f, "{} is in the manifest twice: {kept} is applied, {dropped} is not", id.described())
    }
}

/// Of each object the last copy, in the order of the manifest, and what was dropped. Helm applies both, and which wins is a
/// race; the last one wins here, always. Objects that the server will name are all kept.
pub fn last_of_each(objects: Vec<Object>) -> (Vec<Object>, Vec<Duplicate>) {
    let key = |id: &ObjectId| {
        let (group, kind, namespace, name) = id.key();
        [group, kind, namespace, name].map(str::to_owned)
    };
    let mut last: HashMap<[String; 4], (usize, String)> = HashMap::new();
    for (place, object) in objects.iter().enumerate().filter(|(_, object)| !object.id.name.is_empty()) {
        last.insert(key(&object.id), (place, object.source.clone()));
    }
    let mut kept = Vec::with_capacity(objects.len());
    let mut duplicates = Vec::new();
    for (place, object) in objects.into_iter().enumerate() {
        match last.get(&key(&object.id)) {
            Some((last_place, source)) if *last_place != place => {
                let (id, dropped) = (object.id, object.source);
                duplicates.push(Duplicate { id, dropped, kept: source.clone() });
            }
            _ => kept.push(object),
        }
    }
    (kept, duplicates)
}
