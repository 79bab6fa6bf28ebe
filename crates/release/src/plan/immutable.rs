//! Fields that an object can only get by being made anew.

use serde_json::Value;

use crate::object::{ObjectId, contains, text_at, value_at};

/// Group, kind, and the path of a field that may not change.
const IMMUTABLE: [(&str, &str, &[&str]); 21] = [
    ("apps", "Deployment", &["spec", "selector"]),
    ("apps", "ReplicaSet", &["spec", "selector"]),
    ("apps", "DaemonSet", &["spec", "selector"]),
    ("apps", "StatefulSet", &["spec", "selector"]),
    ("apps", "StatefulSet", &["spec", "serviceName"]),
    ("apps", "StatefulSet", &["spec", "podManagementPolicy"]),
    ("apps", "StatefulSet", &["spec", "volumeClaimTemplates"]),
    ("batch", "Job", &["spec", "selector"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "Job", &["spec", "completionMode"]),
    ("rbac.authorization.k8s.io", "RoleBinding", &["roleRef"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &["roleRef"]),
    ("storage.k8s.io", "StorageClass", &["provisioner"]),
    ("storage.k8s.io", "StorageClass", &["parameters"]),
    ("storage.k8s.io", "StorageClass", &["reclaimPolicy"]),
    ("storage.k8s.io", "StorageClass", &["volumeBindingMode"]),
    ("scheduling.k8s.io", "PriorityClass", &["value"]),
    ("scheduling.k8s.io", "PriorityClass", &["preemptionPolicy"]),
    ("networking.k8s.io", "IngressClass", &["spec", "controller"]),
    ("", "Service", &["spec", "clusterIP"]),
    ("", "Secret", &["type"]),
];

/// Kinds whose deletion takes along what cannot be made anew.
const PRECIOUS: [(&str, &str); 4] = [
    ("", "PersistentVolumeClaim"),
    ("", "PersistentVolume"),
    ("", "Namespace"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// Whether an object of this kind is never deleted in order to be made anew.
pub(super) fn is_precious(id: &ObjectId) -> bool {
    PRECIOUS.contains(&(id.group(), id.kind.as_str()))
}

/// The immutable field that `wanted` has otherwise than `live`.
pub(super) fn changed_field(id: &ObjectId, wanted: &Value, live: &Value) -> Option<String> {
    let sealed = ["Secret", "ConfigMap"].contains(&id.kind.as_str()) && id.group().is_empty();
    if sealed && live.get("immutable") == Some(&Value::Bool(true)) {
        let contents = ["data", "binaryData", "stringData", "immutable"];
        return contents.iter().find(|name| differs(wanted, live, &[**name])).map(|name| (*name).to_owned());
    }
    let own = IMMUTABLE.iter().filter(|(group, kind, _)| *group == id.group() && *kind == id.kind);
    own.map(|(_, _, path)| *path).find(|path| differs(wanted, live, path)).map(|path| path.join("."))
}

/// Whether a wanted field has another value in what lives. The server adds defaults, which do not count.
fn differs(wanted: &Value, live: &Value, path: &[&str]) -> bool {
    let live_value = value_at(live, path).unwrap_or(&Value::Null);
    let Some(wanted_value) = value_at(wanted, path) else { return false };
    let cleared = wanted_value.as_str() == Some("") && text_at(live, path) != "None";
    !cleared && !contains(live_value, wanted_value)
}
