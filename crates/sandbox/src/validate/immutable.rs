//! What cannot change once it is there.

use serde_json::{Map, Value};

use super::internal;
use crate::{
    failure::Cause,
    object::{text_at, value_at},
    resource::Resource,
};

/// The fields that cannot change, by kind.
pub(super) fn check(resource: &Resource, object: &Value, live: &Value, causes: &mut Vec<Cause>) {
    const TEXT: &str = "field is immutable";
    let fields: &[&[&str]] = match (resource.group.as_str(), resource.kind.as_str()) {
        ("apps", "Deployment" | "ReplicaSet" | "DaemonSet") => &[&["spec", "selector"]],
        ("batch", "Job") => &[&["spec", "completions"], &["spec", "selector"], &["spec", "template"]],
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => &[&["roleRef"]],
        ("", "Secret") => &[&["type"]],
        ("storage.k8s.io", "StorageClass") => &[&["provisioner"], &["parameters"]],
        _ => &[],
    };
    for field in fields {
        let (old, new) = (value_at(live, field), value_at(object, field));
        if old != new && old.is_some() {
            let new = new.cloned().unwrap_or(Value::Null);
            let text = if field == &["roleRef"] { "cannot change roleRef" } else { TEXT };
            let shown = match *field {
                ["spec", "template"] => internal::pod_template(&new),
                _ => new.to_string(),
            };
            causes.push(Cause::invalid_shown(field.join("."), &shown, text));
        }
    }
    if resource.qualified() == "statefulsets.apps" {
        stateful(object, live, causes);
    }
    if resource.qualified() == "persistentvolumeclaims" {
        let without_size = |claim: &Value| {
            let mut spec = claim.get("spec").cloned().unwrap_or(Value::Null);
            crate::object::remove(&mut spec, &["resources"]);
            crate::object::remove(&mut spec, &["volumeName"]);
            spec
        };
        if without_size(object) != without_size(live) {
            causes.push(Cause::forbidden(
                "spec",
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
            ));
        }
    }
    let fixed = value_at(live, &["immutable"]) == Some(&Value::Bool(true));
    if fixed && ["", "data", "binaryData"].iter().skip(1).any(|field| live.get(*field) != object.get(*field)) {
        causes.push(Cause::forbidden("data", "field is immutable when `immutable` is set"));
    }
    let (old, new) = (text_at(live, &["spec", "clusterIP"]), text_at(object, &["spec", "clusterIP"]));
    if resource.qualified() == "services" && !old.is_empty() && !new.is_empty() && old != new {
        causes.push(Cause::invalid("spec.clusterIPs[0]", &Value::from(vec![new]), "may not change once set"));
    }
}

fn stateful(object: &Value, live: &Value, causes: &mut Vec<Cause>) {
    const FREE: [&str; 8] = [
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
        "status",
    ];
    let fixed = |set: &Value| {
        let spec = set.get("spec").and_then(Value::as_object).cloned().unwrap_or_default();
        spec.into_iter().filter(|(name, _)| !FREE.contains(&name.as_str())).collect::<Map<String, Value>>()
    };
    if fixed(object) != fixed(live) {
        causes.push(Cause::forbidden(
            "spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
             'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        ));
    }
}
