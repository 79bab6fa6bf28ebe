//! Which object: kind, namespace, name.

use std::fmt;

use serde_json::Value;

use crate::Error;

/// The identity of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

impl ObjectId {
    /// The identity that an object's document states. A missing namespace stays empty.
    ///
    /// # Errors
    /// The document is no object.
    pub fn of(object: &Value) -> Result<ObjectId, Error> {
        let field = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = object.get("metadata");
        let of_metadata = |name: &str| field(metadata.and_then(|metadata| metadata.get(name)));
        let id = ObjectId {
            api_version: field(object.get("apiVersion")),
            kind: field(object.get("kind")),
            namespace: of_metadata("namespace"),
            name: of_metadata("name"),
        };
        if id.kind.is_empty() {
            return Err(Error::Malformed("Object 'Kind' is missing in the document".into()));
        }
        if id.api_version.is_empty() {
            return Err(Error::Malformed("Object 'apiVersion' is missing in the document".into()));
        }
        Ok(id)
    }

    /// The API group; empty for the core.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `apps/v1, Kind=Deployment`, as Go prints a `GroupVersionKind`.
    pub fn gvk(&self) -> String {
        gvk(&self.api_version, &self.kind)
    }
}

/// `apps/v1, Kind=Deployment`, and `/v1, Kind=Pod` for the core group.
pub(crate) fn gvk(api_version: &str, kind: &str) -> String {
    let slash = if api_version.contains('/') { "" } else { "/" };
    format!("{slash}{api_version}, Kind={kind}")
}

impl fmt::Display for ObjectId {
    /// `Kind/namespace/name`, as Helm names what is not ready.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// The text at a path of an object; empty where there is none.
pub(crate) fn text_at<'a>(object: &'a Value, path: &[&str]) -> &'a str {
    value_at(object, path).and_then(Value::as_str).unwrap_or_default()
}

/// What lies at a path of an object.
pub(crate) fn value_at<'a>(object: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, name| value.get(*name))
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
}
