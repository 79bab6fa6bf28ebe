//! Discovery's answers. client-go: `discovery/aggregated_discovery.go`.

use serde_json::Value;

use super::{Discovery, Resource, Version};
use crate::object::text_at;

/// Aggregated discovery if the server has it, the older form if not.
pub(super) const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Adds an `APIGroupDiscoveryList`.
pub(super) fn aggregated(answer: &Value, into: &mut Discovery) {
    for group in list(answer, "items") {
        let name = text_at(group, &["metadata", "name"]);
        for version in list(group, "versions") {
            let number = text_at(version, &["version"]);
            let full = if name.is_empty() { number.to_owned() } else { format!("{name}/{number}") };
            if text_at(version, &["freshness"]) == "Stale" {
                into.stale.push(full.clone());
                into.versions.push(Version { name: full, resources: Vec::new() });
                continue;
            }
            let mut resources = Vec::new();
            for resource in list(version, "resources") {
                let namespaced = text_at(resource, &["scope"]) == "Namespaced";
                let kind = text_at(resource, &["responseKind", "kind"]);
                if !kind.is_empty() {
                    let name = text_at(resource, &["resource"]).to_owned();
                    resources.push(Resource { kind: kind.to_owned(), name, namespaced });
                }
                for subresource in list(resource, "subresources") {
                    let kind = text_at(subresource, &["responseKind", "kind"]).to_owned();
                    if !kind.is_empty() {
                        resources.push(Resource { kind, name: String::new(), namespaced });
                    }
                }
            }
            into.versions.push(Version { name: full, resources });
        }
    }
}

/// The versions of an `APIVersions` or `APIGroupList`.
pub(super) fn version_names(answer: &Value) -> Vec<String> {
    let core = list(answer, "versions").filter_map(Value::as_str).map(str::to_owned);
    let groups = list(answer, "groups").flat_map(|group| list(group, "versions"));
    core.chain(groups.map(|version| text_at(version, &["groupVersion"]).to_owned())).collect()
}

/// The resources of an `APIResourceList`.
pub(super) fn resource_list(body: &[u8]) -> Vec<Resource> {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let resource = |resource: &Value| {
        let name = text_at(resource, &["name"]);
        Resource {
            kind: text_at(resource, &["kind"]).to_owned(),
            name: if name.contains('/') { String::new() } else { name.to_owned() },
            namespaced: resource.get("namespaced").and_then(Value::as_bool).unwrap_or_default(),
        }
    };
    list(&answer, "resources").map(resource).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Discovery, aggregated, resource_list, version_names};

    #[test]
    fn aggregated_answers_are_read() {
        let answer = json!({"items": [
            {"metadata": {}, "versions": [{"version": "v1", "freshness": "Current", "resources": [
                {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced",
                 "subresources": [{"subresource": "eviction", "responseKind": {"kind": "Eviction"}}]}]}]},
            {"metadata": {"name": "dead.io"}, "versions": [{"version": "v1", "freshness": "Stale"}]}]});
        let mut discovery = Discovery::default();
        aggregated(&answer, &mut discovery);
        assert_eq!(discovery.api_versions().0, ["dead.io/v1", "v1", "v1/Eviction", "v1/Pod"]);
        assert_eq!(discovery.stale, ["dead.io/v1"]);
        assert_eq!(discovery.mapping("v1", "Pod").unwrap().resource, "pods");
        assert!(discovery.mapping("v1", "Eviction").is_none());
    }

    #[test]
    fn older_answers_are_read() {
        assert_eq!(version_names(&json!({"kind": "APIVersions", "versions": ["v1"]})), ["v1"]);
        let groups = json!({"groups": [{"name": "apps", "versions": [{"groupVersion": "apps/v1"}]}]});
        assert_eq!(version_names(&groups), ["apps/v1"]);
        let resources = resource_list(
            br#"{"resources":[{"name":"pods","kind":"Pod","namespaced":true},{"name":"pods/log","kind":"Pod"}]}"#,
        );
        assert_eq!(resources.len(), 2);
        assert!(resources.iter().any(|resource| resource.name == "pods" && resource.namespaced));
    }
}
