//! Installs over objects that were there, as Helm 4 refused or did them.

use release::{
    object::{Object, ObjectId},
    ownership::Owner,
};
use serde_json::{Value, json};

use crate::cases;

const OWNER: Owner<'static> = Owner { release: "own", namespace: "ownership" };

fn wanted(id: &ObjectId) -> Object {
    Object { id: id.clone(), json: json!({"metadata": {"name": id.name}}), source: String::new() }
}

#[test]
fn objects_of_others_are_refused_in_helms_words() {
    for case in cases("ownership/install.jsonl") {
        let id = ObjectId::of(&case["live"]).unwrap();
        let live = [(id.clone(), Some(case["live"].clone()))].into();
        let error = match OWNER.adoptable(&[wanted(&id)], &live, false) {
            Ok(adopted) => {
                assert_eq!(adopted.as_slice(), std::slice::from_ref(&id));
                String::new()
            }
            Err(error) => format!("Error: INSTALLATION FAILED: unable to continue with install: {error}"),
        };
        assert_eq!(case["error"], error, "{}", case["name"]);
        assert!(OWNER.adoptable(&[wanted(&id)], &live, true).is_ok(), "{}", case["name"]);
        if error.is_empty() {
            let mut object = wanted(&id).json;
            OWNER.stamp(&mut object);
            assert!(OWNER.owns(&object));
            assert_eq!(object["metadata"]["annotations"], case["annotations"]);
        }
    }
}

#[test]
fn all_that_forbids_an_install_is_told_at_once() {
    let id =
        |name: &str| ObjectId { api_version: "v1".into(), kind: "A".into(), namespace: "n".into(), name: name.into() };
    let mut two_names = wanted(&id("b"));
    two_names.json["metadata"]["generateName"] = "b-".into();
    let mut named_by_server = wanted(&id(""));
    named_by_server.json = json!({"metadata": {"generateName": "c-"}});
    let objects = [wanted(&id("a")), two_names, wanted(&id("")), named_by_server, wanted(&id("d"))];
    let live = [(id("a"), Some(json!({}))), (id("d"), None::<Value>)].into();
    let error = OWNER.adoptable(&objects, &live, false).unwrap_err();
    let lines: Vec<String> = error.to_string().lines().map(ToOwned::to_owned).collect();
    assert!(lines[0].starts_with(r#"A "a" in namespace "n" exists and cannot be imported into the current release: "#));
    assert_eq!(lines[1], "metadata.name and metadata.generateName cannot both be set");
    assert!(lines[2].ends_with(r#"the resource A "" in namespace "n": resource name may not be empty"#));
    assert_eq!(lines.len(), 3);
}
