//! Sets of fields, as `managedFields` writes them. structured-merge-diff: `fieldpath`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::schema::{ItemKeys, Shape, Type, shape_of};

/// A set of fields of an object: a tree whose edges are `f:name`, `k:{"name":"x"}`, `v:"x"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet {
    /// Whether the field itself belongs to the set.
    pub(crate) member: bool,
    pub(crate) children: BTreeMap<String, FieldSet>,
}

impl FieldSet {
    /// All fields that an object sets; with `containers`, lists and maps count as fields of their own too.
    pub(crate) fn of(value: &Value, of: Option<Type<'_>>, containers: bool) -> FieldSet {
        let mut set = FieldSet::default();
        match (shape_of(of, value), value) {
            (Shape::Struct(of), Value::Object(map)) => {
                for (name, value) in map {
                    set.children.insert(format!("f:{name}"), FieldSet::of(value, of.field(name), containers));
                }
                set.member = map.is_empty();
            }
            (Shape::Map(of), Value::Object(map)) => {
                for (name, value) in map {
                    set.children.insert(format!("f:{name}"), FieldSet::of(value, of, containers));
                }
                set.member = map.is_empty() || containers;
            }
            (Shape::Keyed(keys, of), Value::Array(items)) => {
                for item in items {
                    let mut child = FieldSet::of(item, of, containers);
                    child.member = true;
                    set.children.insert(element(keys, item), child);
                }
                set.member = items.is_empty() || containers;
            }
            (Shape::Set, Value::Array(items)) => {
                for item in items {
                    let leaf = FieldSet { member: true, ..FieldSet::default() };
                    set.children.insert(format!("v:{item}"), leaf);
                }
                set.member = items.is_empty() || containers;
            }
            _ => set.member = true,
        }
        set
    }

    /// Takes away what nobody can own: the object's identity and what the server keeps.
    pub(crate) fn without_identity(mut self) -> FieldSet {
        const OF_METADATA: [&str; 10] = [
            "f:name",
            "f:namespace",
            "f:creationTimestamp",
            "f:selfLink",
            "f:uid",
            "f:generation",
            "f:managedFields",
            "f:resourceVersion",
            "f:deletionTimestamp",
            "f:deletionGracePeriodSeconds",
        ];
        self.children.remove("f:apiVersion");
        self.children.remove("f:kind");
        if let Some(metadata) = self.children.get_mut("f:metadata") {
            metadata.children.retain(|name, _| !OF_METADATA.contains(&name.as_str()));
            metadata.member = false;
        }
        self.member = false;
        self.pruned()
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.member && self.children.values().all(FieldSet::is_empty)
    }

    /// The same without branches that hold nothing.
    fn pruned(mut self) -> FieldSet {
        self.children = self
            .children
            .into_iter()
            .map(|(name, child)| (name, child.pruned()))
            .filter(|(_, child)| !child.is_empty())
            .collect();
        self
    }

    pub(crate) fn union(mut self, other: &FieldSet) -> FieldSet {
        self.member |= other.member;
        for (name, child) in &other.children {
            let merged = self.children.remove(name).unwrap_or_default().union(child);
            self.children.insert(name.clone(), merged);
        }
        self
    }

    /// What is in this set and not in the other.
    pub(crate) fn difference(&self, other: &FieldSet) -> FieldSet {
        let children = self.children.iter().map(|(name, child)| {
            let rest = other.children.get(name).map_or_else(|| child.clone(), |other| child.difference(other));
            (name.clone(), rest)
        });
        FieldSet { member: self.member && !other.member, children: children.collect() }.pruned()
    }

    /// What is in both.
    pub(crate) fn intersection(&self, other: &FieldSet) -> FieldSet {
        let children = self.children.iter().filter_map(|(name, child)| {
            other.children.get(name).map(|other| (name.clone(), child.intersection(other)))
        });
        FieldSet { member: self.member && other.member, children: children.collect() }.pruned()
    }

    /// The members, as Kubernetes writes their paths: `.spec.containers[name="x"].image`.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect(String::new(), &mut paths);
        paths
    }

    fn collect(&self, path: String, paths: &mut Vec<String>) {
        if self.member {
            paths.push(path.clone());
        }
        for (edge, child) in &self.children {
            child.collect(format!("{path}{}", edge_text(edge)), paths);
        }
    }

    /// The form of `fieldsV1`.
    pub(crate) fn to_json(&self) -> Value {
        let mut map = Map::new();
        if self.member && !self.children.is_empty() {
            map.insert(".".into(), Value::Object(Map::new()));
        }
        for (name, child) in &self.children {
            map.insert(name.clone(), child.to_json());
        }
        Value::Object(map)
    }

    pub(crate) fn from_json(json: &Value) -> FieldSet {
        let Some(map) = json.as_object() else { return FieldSet::default() };
        let children: BTreeMap<String, FieldSet> = map
            .iter()
            .filter(|(name, _)| *name != ".")
            .map(|(name, child)| (name.clone(), FieldSet::from_json(child)))
            .collect();
        FieldSet { member: map.contains_key(".") || children.is_empty(), children }
    }

    /// The same, where an empty one holds nothing at all.
    pub(crate) fn from_managed(json: &Value) -> FieldSet {
        let mut set = FieldSet::from_json(json);
        set.member = false;
        set
    }
}

/// The edge to an element of a list that is told apart by keys.
pub(crate) fn element(keys: ItemKeys<'_>, item: &Value) -> String {
    let mut map = Map::new();
    for key in keys.names() {
        let value = item.get(key).cloned().or_else(|| (key == "protocol").then(|| Value::from("TCP")));
        map.insert(key.to_owned(), value.unwrap_or(Value::Null));
    }
    format!("k:{}", Value::Object(map))
}

fn edge_text(edge: &str) -> String {
    match edge.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("k", keys)) => {
            let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        Some(("v", value)) => format!("[={value}]"),
        _ => edge.to_owned(),
    }
}

/// The fields in which two objects differ: those that the second one has and the first one lacks or has otherwise, and
/// those that only the first one has.
pub(crate) fn compare(old: &Value, new: &Value, of: Option<Type<'_>>) -> (FieldSet, FieldSet) {
    let changed = changed(old, new, of);
    let removed = FieldSet::of(old, of, true).difference(&FieldSet::of(new, of, true));
    (changed, removed)
}

fn changed(old: &Value, new: &Value, of: Option<Type<'_>>) -> FieldSet {
    let whole = || FieldSet::of(new, of, true);
    match (shape_of(of, new), old, new) {
        _ if old == new => FieldSet::default(),
        (Shape::Struct(_) | Shape::Map(_), Value::Object(before), Value::Object(after)) => {
            let children = after.iter().map(|(name, value)| {
                let field = match shape_of(of, new) {
                    Shape::Map(of) => of,
                    _ => of.and_then(|of| of.field(name)),
                };
                let set = match before.get(name) {
                    Some(old) => changed(old, value, field),
                    None => FieldSet::of(value, field, true),
                };
                (format!("f:{name}"), set)
            });
            FieldSet { member: false, children: children.collect() }.pruned()
        }
        (Shape::Keyed(keys, of), Value::Array(before), Value::Array(after)) => {
            let before: BTreeMap<String, &Value> = before.iter().map(|item| (element(keys, item), item)).collect();
            let children = after.iter().map(|item| {
                let edge = element(keys, item);
                let set = match before.get(&edge) {
                    Some(old) => changed(old, item, of),
                    None => FieldSet { member: true, ..FieldSet::of(item, of, true) },
                };
                (edge, set)
            });
            FieldSet { member: false, children: children.collect() }.pruned()
        }
        (Shape::Set, Value::Array(before), Value::Array(after)) => {
            let children = after
                .iter()
                .filter(|item| !before.contains(item))
                .map(|item| (format!("v:{item}"), FieldSet { member: true, ..FieldSet::default() }));
            FieldSet { member: false, children: children.collect() }
        }
        _ => whole(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FieldSet, compare};
    use crate::schema::built_in;

    #[test]
    fn fields_are_written_as_kubernetes_writes_them() {
        let of = built_in("v1", "Service");
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x", "labels": {"a": "b"}},
            "spec": {"ports": [{"port": 80, "name": "http"}], "selector": {"app": "x"}}});
        let set = FieldSet::of(&service, of, false).without_identity();
        let expected = json!({"f:metadata": {"f:labels": {"f:a": {}}}, "f:spec": {
            "f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}, "f:port": {}}}, "f:selector": {}}});
        assert_eq!(set.to_json(), expected);
        assert_eq!(FieldSet::from_managed(&expected), set);
        assert_eq!(
            set.paths(),
            [
                ".metadata.labels.a",
                ".spec.ports[port=80,protocol=\"TCP\"]",
                ".spec.ports[port=80,protocol=\"TCP\"].name",
                ".spec.ports[port=80,protocol=\"TCP\"].port",
                ".spec.selector"
            ]
        );
        let mut other = service.clone();
        other["spec"]["ports"][0]["name"] = json!("web");
        other["metadata"]["labels"] = json!({});
        let (changed, removed) = compare(&service, &other, of);
        assert_eq!(changed.paths(), [".spec.ports[port=80,protocol=\"TCP\"].name"]);
        assert_eq!(removed.paths(), [".metadata.labels.a"]);
    }
}
