//! The OpenAPI documents, as far as clients ask for them: which paths there are, and that they check fields.
//! KEP-2896; cli-runtime: `pkg/resource/query_param_verifier_v3.go`.

use serde_json::{Map, Value, json};

use crate::{failure::Failure, resource::Resource};

/// The list of documents: one for each group and version.
pub(crate) fn index(resources: &[Resource]) -> Value {
    let mut paths = Map::new();
    for resource in resources {
        let path = root(&resource.group, &resource.version);
        let address = format!("/openapi/v3/{path}?hash={}", env!("CARGO_PKG_VERSION"));
        paths.insert(path, json!({"serverRelativeURL": address}));
    }
    json!({"paths": paths})
}

/// The document of a group and version.
pub(crate) fn document(resources: &[Resource], group: &str, version: &str) -> Result<Value, Failure> {
    let mut paths = Map::new();
    for resource in resources.iter().filter(|resource| resource.group == group && resource.version == version) {
        let kind = json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
        let parameter =
            |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}});
        let parameters = ["dryRun", "fieldManager", "fieldValidation"].map(parameter);
        let operation = |action: &str| {
            json!({"parameters": parameters, "responses": {"200": {"description": "OK"}},
                "x-kubernetes-action": action, "x-kubernetes-group-version-kind": kind})
        };
        let namespace = if resource.namespaced { "/namespaces/{namespace}" } else { "" };
        let collection = format!("/{}{namespace}/{}", root(group, version), resource.plural);
        let object = json!({"patch": operation("patch"), "put": operation("put"), "get": operation("get"), "delete": operation("delete")});
        paths.insert(format!("{collection}/{{name}}"), object);
        paths.insert(collection, json!({"post": operation("post"), "get": operation("list")}));
    }
    if paths.is_empty() {
        return Err(Failure::no_resource());
    }
    let info = json!({"title": "Kubernetes", "version": "v1.36.3"});
    Ok(json!({"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": {}}}))
}

fn root(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}
