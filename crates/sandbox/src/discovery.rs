//! What clients ask first: versions, groups, resources.

use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    api::{Answer, Api, custom},
    failure::Failure,
    openapi,
    request::Options,
    resource::{Resource, Subresource, built_in},
};

/// The Kubernetes whose tables of resources and types this is made from.
pub(crate) const VERSION: &str = "v1.36.3";

/// Answers a request that is about the server itself; none where it is not.
pub(crate) fn answer(api: &Api<'_>, path: &str, options: &Options) -> Option<Result<Answer, Failure>> {
    let path = path.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (options.method == Method::GET, parts.as_slice()) {
        (true, ["version"]) => Some(Ok(Answer::Json(200, version(api.version)))),
        (true, ["healthz" | "readyz" | "livez", ..]) => Some(Ok(Answer::Text(200, "ok".into()))),
        (true, ["openapi", "v2"]) => Some(Err(Failure::no_resource())),
        (true, ["openapi", ..])
        | (true, ["" | "api" | "apis"])
        | (true, ["api", _])
        | (true, ["apis", _] | ["apis", _, _]) => {
            let resources = api.store.read(|snapshot| {
                let mut resources = built_in().to_vec();
                resources.extend(custom(snapshot)?);
                Ok(resources)
            });
            Some(resources.and_then(|resources| discover(&parts, &resources, options)))
        }
        _ => None,
    }
}

fn version(version: &str) -> Value {
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    json!({
        "major": major, "minor": minor, "gitVersion": version, "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "pintle/sandbox",
    })
}

fn discover(parts: &[&str], resources: &[Resource], options: &Options) -> Result<Answer, Failure> {
    let aggregated = options.accepts("as=APIGroupDiscoveryList") && options.accepts("v=v2");
    let groups = groups(resources);
    let document = match parts {
        ["openapi", "v3"] => openapi::index(resources),
        ["openapi", "v3", "api", version] => openapi::document(resources, "", version)?,
        ["openapi", "v3", "apis", group, version] => openapi::document(resources, group, version)?,
        [""] => json!({"paths": ["/api", "/api/v1", "/apis", "/healthz", "/version"]}),
        ["api"] if aggregated => discovery_list(resources, &groups, |group| group.is_empty()),
        ["apis"] if aggregated => discovery_list(resources, &groups, |group| !group.is_empty()),
        ["api"] => json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}),
        ["apis"] => {
            let groups: Vec<Value> = groups.iter().filter(|(name, _)| !name.is_empty()).map(group).collect();
            json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        }
        ["api", "v1"] => resource_list(resources, "", "v1")?,
        ["apis", name] => {
            let found = groups.iter().find(|(known, _)| known == name).ok_or_else(Failure::no_resource)?;
            let mut group = group(found);
            crate::object::set(&mut group, &["kind"], "APIGroup");
            crate::object::set(&mut group, &["apiVersion"], "v1");
            group
        }
        ["apis", group, version] => resource_list(resources, group, version)?,
        _ => return Err(Failure::no_resource()),
    };
    Ok(Answer::Json(200, document))
}

/// The groups with their versions, in order.
fn groups(resources: &[Resource]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for resource in resources {
        match groups.iter_mut().find(|(name, _)| *name == resource.group) {
            Some((_, versions)) if versions.contains(&resource.version) => {}
            Some((_, versions)) => versions.push(resource.version.clone()),
            None => groups.push((resource.group.clone(), vec![resource.version.clone()])),
        }
    }
    groups
}

fn group((name, versions): &(String, Vec<String>)) -> Value {
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    json!({"name": name, "preferredVersion": versions.first(), "versions": versions})
}

fn resource_list(resources: &[Resource], group: &str, version: &str) -> Result<Value, Failure> {
    let of = resources.iter().filter(|resource| resource.group == group && resource.version == version);
    let list: Vec<Value> = of.flat_map(entries).collect();
    if list.is_empty() {
        return Err(Failure::no_resource());
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Ok(json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": list}))
}

fn entries(resource: &Resource) -> Vec<Value> {
    let mut main = json!({
        "name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced,
        "kind": resource.kind, "verbs": resource.verbs,
    });
    if !resource.short_names.is_empty() {
        crate::object::set(&mut main, &["shortNames"], json!(resource.short_names));
    }
    if !resource.categories.is_empty() {
        crate::object::set(&mut main, &["categories"], json!(resource.categories));
    }
    let parts = resource.subresources.iter().map(|Subresource { name, kind, group, version, verbs }| {
        let mut part = json!({
            "name": format!("{}/{name}", resource.plural), "singularName": "", "namespaced": resource.namespaced,
            "kind": kind, "verbs": verbs,
        });
        if !version.is_empty() {
            crate::object::set(&mut part, &["group"], group.as_str());
            crate::object::set(&mut part, &["version"], version.as_str());
        }
        part
    });
    std::iter::once(main).chain(parts).collect()
}

/// apidiscovery.k8s.io/v2.
fn discovery_list(resources: &[Resource], groups: &[(String, Vec<String>)], wanted: impl Fn(&str) -> bool) -> Value {
    let items: Vec<Value> = groups
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, versions)| {
            let versions: Vec<Value> = versions
                .iter()
                .map(|version| {
                    let of = resources.iter().filter(|entry| entry.group == *name && entry.version == *version);
                    let resources: Vec<Value> = of.map(discovered).collect();
                    json!({"version": version, "resources": resources, "freshness": "Current"})
                })
                .collect();
            let metadata = if name.is_empty() {
                json!({"creationTimestamp": null})
            } else {
                json!({"name": name, "creationTimestamp": null})
            };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

fn discovered(resource: &Resource) -> Value {
    let kind = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut entry: Map<String, Value> = Map::new();
    entry.insert("resource".into(), resource.plural.as_str().into());
    entry.insert("responseKind".into(), kind(&resource.group, &resource.version, &resource.kind));
    entry.insert("scope".into(), if resource.namespaced { "Namespaced" } else { "Cluster" }.into());
    entry.insert("singularResource".into(), resource.singular.as_str().into());
    entry.insert("verbs".into(), json!(resource.verbs));
    if !resource.short_names.is_empty() {
        entry.insert("shortNames".into(), json!(resource.short_names));
    }
    if !resource.categories.is_empty() {
        entry.insert("categories".into(), json!(resource.categories));
    }
    if !resource.subresources.is_empty() {
        let parts: Vec<Value> = resource
            .subresources
            .iter()
            .map(|part| {
                json!({"subresource": part.name, "responseKind": kind(&part.group, &part.version, &part.kind), "verbs": part.verbs})
            })
            .collect();
        entry.insert("subresources".into(), parts.into());
    }
    Value::Object(entry)
}
