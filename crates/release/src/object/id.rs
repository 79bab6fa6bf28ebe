//! Which object: kind, namespace, name.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The identity of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectId {
    /// `group/version`, or `v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for an object of the cluster, or where the manifest names none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

/// A document that does not say what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Object '{0}' is missing in the document")]
pub struct Anonymous(&'static str);

impl Anonymous {
    /// The missing field, as Kubernetes names it: `Kind` or `apiVersion`.
    pub fn field(self) -> &'static str {
        self.0
    }
}

impl ObjectId {
    /// What an object's document states, be it complete or not.
    pub(super) fn stated(object: &Value) -> ObjectId {
        ObjectId {
            api_version: text_at(object, &["apiVersion"]).to_owned(),
            kind: text_at(object, &["kind"]).to_owned(),
            namespace: text_at(object, &["metadata", "namespace"]).to_owned(),
            name: text_at(object, &["metadata", "name"]).to_owned(),
        }
    }

    /// The identity that an object's document states. A missing namespace stays empty.
    ///
    /// # Errors
    /// The document is no object.
    pub fn of(object: &Value) -> Result<ObjectId, Anonymous> {
        let id = ObjectId::stated(object);
        match (id.kind.as_str(), id.api_version.as_str()) {
            ("", _) => Err(Anonymous("Kind")),
            (_, "") => Err(Anonymous("apiVersion")),
            _ => Ok(id),
        }
    }

    /// The API group; empty for the core.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `apps/v1, Kind=Deployment`, as Go prints a `GroupVersionKind`.
    pub fn gvk(&self) -> String {
        gvk(&self.api_version, &self.kind)
    }

    /// Whether both are one object of the cluster: versions of an API group share their objects.
    /// Helm: `pkg/kube/resource.go`, `isMatchingInfo`.
    pub fn same_object(&self, other: &ObjectId) -> bool {
        self.key() == other.key()
    }

    /// What two identities of one object have in common: group, kind, namespace, name.
    pub fn key(&self) -> (&str, &str, &str, &str) {
        (self.group(), &self.kind, &self.namespace, &self.name)
    }

    /// `ConfigMap "a" in namespace "b"`, as Helm names an object in errors. Helm: `resourceString`.
    pub fn described(&self) -> String {
        let [name, namespace] = [&self.name, &self.namespace].map(|text| value::quote::quote(text.as_bytes()));
        format!("{} {name} in namespace {namespace}", self.kind)
    }
}

impl fmt::Display for ObjectId {
    /// `Kind/namespace/name`, as Helm names what is not ready.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// `apps/v1, Kind=Deployment`, and `/v1, Kind=Pod` for the core group.
pub fn gvk(api_version: &str, kind: &str) -> String {
    let slash = if api_version.contains('/') { "" } else { "/" };
    format!("{slash}{api_version}, Kind={kind}")
}

/// The text at a path of an object; empty where there is none.
pub fn text_at<'a>(object: &'a Value, path: &[&str]) -> &'a str {
    value_at(object, path).and_then(Value::as_str).unwrap_or_default()
}

/// What lies at a path of an object.
pub fn value_at<'a>(object: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, name| value.get(*name))
}

/// Whether everything in `part` is in `whole`; lists have as many items in both. Nulls in `part` ask for nothing.
pub(crate) fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (_, Value::Null) => true,
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, part)| match whole.get(name) {
            Some(whole) => contains(whole, part),
            None => part.is_null(),
        }),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| contains(whole, part))
        }
        (whole, part) => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ObjectId;

    #[test]
    fn objects_say_what_they_are() {
        let object =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "b"}});
        let id = ObjectId::of(&object).unwrap();
        assert_eq!((id.to_string().as_str(), id.group()), ("Deployment/b/a", "apps"));
        assert_eq!(id.gvk(), "apps/v1, Kind=Deployment");
        let id = ObjectId { api_version: "v1".into(), kind: "Pod".into(), ..ObjectId::default() };
        assert_eq!((id.gvk().as_str(), id.group()), ("/v1, Kind=Pod", ""));
        assert!(ObjectId::of(&json!({"kind": "Pod"})).is_err() && ObjectId::of(&json!(["x"])).is_err());
    }

    #[test]
    fn versions_of_a_group_share_objects() {
        let object = |api_version: &str| ObjectId {
            api_version: api_version.into(),
            kind: "Deployment".into(),
            ..ObjectId::default()
        };
        assert!(object("apps/v1").same_object(&object("apps/v1beta1")));
        assert!(!object("apps/v1").same_object(&object("extensions/v1beta1")));
    }
}
