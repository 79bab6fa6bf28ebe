//! Which resources there are: the built-in ones, from a table that `cargo xtask gen` writes from what Kubernetes publishes,
//! and those of installed custom resource definitions.

use std::sync::OnceLock;

use serde_json::Value;

use crate::object::{array_at, text_at};

/// One resource in one version.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) namespaced: bool,
    pub(crate) verbs: Vec<String>,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) subresources: Vec<Subresource>,
    /// Whether a custom resource definition made it.
    pub(crate) custom: bool,
}

/// A part of a resource that has a path of its own.
#[derive(Clone, Debug)]
pub(crate) struct Subresource {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) group: String,
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

/// `group GROUP/VERSION`, below it `PLURAL SINGULAR KIND SCOPE VERBS [short=…] [categories=…]`, and indented ` PART KIND
/// VERBS [GROUP/VERSION]`.
const TABLE: &str = include_str!("kubernetes.txt");

/// What a resource can be asked for.
const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The built-in resources, in the order of discovery.
pub(crate) fn built_in() -> &'static [Resource] {
    static RESOURCES: OnceLock<Vec<Resource>> = OnceLock::new();
    RESOURCES.get_or_init(|| {
        let (mut resources, mut group) = (Vec::new(), "");
        for line in TABLE.lines() {
            if let Some(rest) = line.strip_prefix("group ") {
                group = rest;
            } else if let Some(rest) = line.strip_prefix(' ') {
                let last: Option<&mut Resource> = resources.last_mut();
                if let (Some(part), Some(resource)) = (part(rest), last) {
                    resource.subresources.push(part);
                }
            } else {
                resources.extend(resource(line, group));
            }
        }
        resources
    })
}

/// `apps` and `v1` of `apps/v1`; the group of `v1` is empty.
fn group_version(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or(("", text))
}

fn list(words: &str) -> Vec<String> {
    words.split(',').map(str::to_owned).collect()
}

fn verbs(word: &str) -> Vec<String> {
    if word == "*" { VERBS.map(str::to_owned).to_vec() } else { list(word) }
}

fn resource(line: &str, group: &str) -> Option<Resource> {
    let mut words = line.split(' ').filter(|_| !line.starts_with('#'));
    let (plural, singular, kind) = (words.next()?, words.next()?, words.next()?);
    let (scope, can) = (words.next()?, words.next()?);
    let (group, version) = group_version(group);
    let mut resource = Resource {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: plural.to_owned(),
        singular: singular.to_owned(),
        kind: kind.to_owned(),
        namespaced: scope == "namespaced",
        verbs: verbs(can),
        short_names: Vec::new(),
        categories: Vec::new(),
        subresources: Vec::new(),
        custom: false,
    };
    for (name, value) in words.filter_map(|word| word.split_once('=')) {
        match name {
            "short" => resource.short_names = list(value),
            _ => resource.categories = list(value),
        }
    }
    Some(resource)
}

fn part(line: &str) -> Option<Subresource> {
    let mut words = line.split(' ');
    let (name, kind, can) = (words.next()?, words.next()?, words.next()?);
    let (group, version) = words.next().map_or(("", ""), group_version);
    Some(Subresource {
        name: name.to_owned(),
        kind: kind.to_owned(),
        group: group.to_owned(),
        version: version.to_owned(),
        verbs: verbs(can),
    })
}

/// The resources of a custom resource definition: one for each version that it serves.
pub(crate) fn of_definition(definition: &Value) -> Vec<Resource> {
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
