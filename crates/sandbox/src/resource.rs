//! Which resources there are: the built-in ones, from a table that a real API server gave, and those of installed
//! custom resource definitions.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::object::{array_at, text_at};

/// One resource in one version.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) namespaced: bool,
    pub(crate) verbs: Vec<String>,
    #[serde(default)]
    pub(crate) short_names: Vec<String>,
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    #[serde(default)]
    pub(crate) subresources: Vec<Subresource>,
    /// Whether a custom resource definition made it.
    #[serde(default)]
    pub(crate) custom: bool,
}

/// A part of a resource that has a path of its own.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Subresource {
    pub(crate) name: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) group: String,
    #[serde(default)]
    pub(crate) version: String,
    pub(crate) verbs: Vec<String>,
}

impl Resource {
    /// `group/version`, or `v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `deployments.apps`, or `pods`.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// Whether it has a part of this name.
    pub(crate) fn has(&self, subresource: &str) -> bool {
        self.subresources.iter().any(|part| part.name == subresource)
    }
}

/// The built-in resources, in the order of discovery.
pub(crate) fn built_in() -> &'static [Resource] {
    static TABLE: OnceLock<Vec<Resource>> = OnceLock::new();
    TABLE.get_or_init(|| serde_json::from_str(include_str!("../data/resources.json")).unwrap_or_default())
}

/// The resources of a custom resource definition: one for each version that it serves.
pub(crate) fn of_definition(definition: &Value) -> Vec<Resource> {
    const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    let names = |field: &str| text_at(definition, &["spec", "names", field]).to_owned();
    let list = |field: &str| -> Vec<String> {
        let names = array_at(definition, &["spec", "names", field]);
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let kind = names("kind");
    let singular = Some(names("singular")).filter(|name| !name.is_empty()).unwrap_or_else(|| kind.to_lowercase());
    let served = array_at(definition, &["spec", "versions"]);
    let served = served.iter().filter(|version| version.get("served") == Some(&Value::Bool(true)));
    served
        .map(|version| {
            let parts = version.get("subresources").and_then(Value::as_object);
            let subresources = parts.into_iter().flat_map(|parts| parts.keys()).map(|name| Subresource {
                name: name.clone(),
                kind: if name == "scale" { "Scale".into() } else { kind.clone() },
                group: if name == "scale" { "autoscaling".into() } else { String::new() },
                version: if name == "scale" { "v1".into() } else { String::new() },
                verbs: ["get", "patch", "update"].map(str::to_owned).to_vec(),
            });
            Resource {
                group: text_at(definition, &["spec", "group"]).to_owned(),
                version: text_at(version, &["name"]).to_owned(),
                plural: names("plural"),
                singular: singular.clone(),
                kind: kind.clone(),
                namespaced: text_at(definition, &["spec", "scope"]) != "Cluster",
                verbs: VERBS.map(str::to_owned).to_vec(),
                short_names: list("shortNames"),
                categories: list("categories"),
                subresources: subresources.collect(),
                custom: true,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::built_in;

    #[test]
    fn the_table_of_resources_is_read() {
        let deployments = built_in().iter().find(|resource| resource.kind == "Deployment").unwrap();
        assert_eq!(
            (deployments.qualified().as_str(), deployments.api_version().as_str()),
            ("deployments.apps", "apps/v1")
        );
        assert!(deployments.has("status") && built_in().len() > 60);
    }
}
