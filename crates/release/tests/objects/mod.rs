//! Manifests, as the resource builder of Kubernetes read them.

use release::object::{Checks, Object, ObjectId, last_of_each, parse, place};
use serde_json::json;

use crate::check;

#[test]
fn manifests_are_read_as_the_resource_builder_reads_them() {
    check("objects/manifests.jsonl", |request| {
        let checks = if request["lenient"] == true { Checks::Lenient } else { Checks::Strict };
        match parse(request["manifest"].as_str().unwrap().as_bytes(), checks) {
            Ok(objects) if objects.is_empty() => json!({}),
            Ok(objects) => json!({"objects": objects.into_iter().map(|object| object.json).collect::<Vec<_>>()}),
            Err(error) => json!({"error": error.to_string()}),
        }
    });
}

fn read(manifest: &str) -> Vec<Object> {
    parse(manifest.as_bytes(), Checks::Strict).unwrap()
}

#[test]
fn objects_know_their_template() {
    let manifest = "---\n# Source: c/templates/a.yaml\n\napiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n";
    let sources: Vec<String> = read(manifest).into_iter().map(|object| object.source).collect();
    assert_eq!(sources, ["c/templates/a.yaml", ""]);
}

#[test]
fn objects_are_placed_by_the_scope_of_their_kind() {
    let manifest = "apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: A\nmetadata: {namespace: x}\n---\n\
                    apiVersion: v1\nkind: Wide\nmetadata: {namespace: x}\n---\napiVersion: v1\nkind: Gone\n";
    let scope = |id: &ObjectId| match id.kind.as_str() {
        "A" => Ok(true),
        "Wide" => Ok(false),
        other => Err(other.to_owned()),
    };
    let (placed, unplaced) = place(read(manifest), "home", scope);
    let namespaces: Vec<_> =
        placed.iter().map(|object| (object.id.namespace.as_str(), &object.json["metadata"])).collect();
    let named = |name: &str| json!({"namespace": name});
    assert_eq!(namespaces, [("home", &named("home")), ("x", &named("x")), ("", &json!({}))]);
    assert_eq!(unplaced.into_iter().map(|object| object.error).collect::<Vec<_>>(), ["Gone"]);
}

#[test]
fn of_two_copies_the_last_one_counts() {
    let one = |source: &str, api_version: &str, name: &str| {
        format!("---\n# Source: {source}\napiVersion: {api_version}\nkind: A\nmetadata: {{name: \"{name}\"}}\n")
    };
    let manifest =
        [one("x", "g/v1", "a"), one("y", "g/v1", "b"), one("z", "g/v2", "a"), one("u", "v1", ""), one("v", "v1", "")];
    let (kept, dropped) = last_of_each(read(&manifest.concat()));
    let sources: Vec<_> = kept.iter().map(|object| object.source.as_str()).collect();
    assert_eq!(sources, ["y", "z", "u", "v"]);
    let warnings: Vec<_> = dropped.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, [r#"A "a" in namespace "" is in the manifest twice: z is applied, x is not"#]);
}
