//! What we say an apply makes of objects, held against what a real server made of them; and how differences are told.

use release::{
    diff::{drift, field_changes, outcome, unified},
    object::ObjectId,
    plan::{Change, Step},
};
use serde_json::{Value, json};

use crate::cases;

fn applied(wanted: &Value) -> Step {
    let change = Change::Apply { object: wanted.clone(), exists: true, adopt_fields: false, force_conflicts: false };
    Step { id: ObjectId::of(wanted).unwrap(), source: String::new(), change }
}

/// The changes between two states: a line each.
fn told(before: &Value, after: &Value) -> Vec<String> {
    field_changes(before, after).iter().map(line).collect()
}

fn line(change: &release::diff::FieldChange) -> String {
    let state = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
    let owners: Vec<&str> = change.owners.iter().map(|owner| owner.manager.as_str()).collect();
    format!("{}: {} -> {} ({})", change.path, state(&change.before), state(&change.after), owners.join(","))
}

#[test]
fn outcomes_are_those_of_the_server() {
    for case in cases("plan/managed.jsonl") {
        let after = match case["outcome"].as_str().unwrap() {
            "changed" => &case["after"],
            "unchanged" => &case["live"],
            _ => continue,
        };
        let ours = outcome(&applied(&case["wanted"]), Some(&case["live"])).unwrap();
        let differences = field_changes(after, &ours);
        // What the server gives to fields that are new, nobody here knows.
        let known = differences.iter().filter(|change| change.after.is_some() || !change.owners.is_empty());
        let known: Vec<String> = known.map(line).collect();
        if case["name"] == "ConfigMap null value" {
            assert_eq!(known, [r#".data.n: "" -> - (helm)"#]);
        } else {
            assert_eq!(known, [""; 0], "{}", case["name"]);
        }
    }
}

fn live_deployment(case_name: &str) -> (Value, Value) {
    let case = cases("plan/managed.jsonl").into_iter().find(|case| case["name"] == case_name).unwrap();
    (case["live"].clone(), case["wanted"].clone())
}

#[test]
fn changes_name_their_field_and_its_owner() {
    let (live, _) = live_deployment("Deployment hand env");
    let (_, wanted) = live_deployment("Deployment image");
    let after = outcome(&applied(&wanted), Some(&live)).unwrap();
    let want = r#".spec.template.spec.containers[name="web"].image: "nginx:1" -> "nginx:2" (helm)"#;
    assert_eq!(told(&live, &after), [want]);
    let (_, fewer) = live_deployment("Deployment port less");
    let after = outcome(&applied(&fewer), Some(&live)).unwrap();
    let port = r#"{"containerPort":81,"name":"b","protocol":"TCP"}"#;
    let path = r#".spec.template.spec.containers[name="web"].ports[containerPort=81,protocol="TCP"]"#;
    assert_eq!(told(&live, &after), [format!("{path}: {port} -> - (helm)")]);
}

#[test]
fn drift_is_what_the_manifest_wants_otherwise() {
    let lines = |case: &str| {
        let (live, wanted) = live_deployment(case);
        drift(&wanted, &live).iter().map(line).collect::<Vec<String>>()
    };
    assert_eq!(lines("Deployment hand scaled"), [".spec.replicas: 3 -> 1 (kubectl-edit)"]);
    assert_eq!(lines("Deployment scaled by subresource"), [".spec.replicas: 2 -> 1 (kubectl)"]);
    assert_eq!(lines("ConfigMap hand removed key"), [r#".data.a: - -> "1" ()"#]);
    assert_eq!(lines("ConfigMap hand changed label"), [r#".metadata.labels.app: "r" -> "x" (kubectl-edit)"#]);
    for unchanged in [
        "Deployment again",
        "Deployment cpu in another form",
        "Deployment hand sidecar",
        "StatefulSet again",
        "Secret again with stringData",
        "ConfigMap others key",
        "HorizontalPodAutoscaler again",
        "Service two ports",
    ] {
        assert_eq!(lines(unchanged), [""; 0], "{unchanged}");
    }
}

#[test]
fn custom_resources_are_compared_by_their_managers() {
    let live = json!({
        "apiVersion": "g.io/v1", "kind": "K",
        "metadata": {"name": "k", "managedFields": [{
            "manager": "helm", "operation": "Apply",
            "fieldsV1": {"f:spec": {"f:keyed": {"k:{\"id\":1}": {".": {}, "f:id": {}, "f:v": {}}}, "f:plain": {}, "f:set": {"v:\"a\"": {}}}},
        }]},
        "spec": {"keyed": [{"id": 2, "v": "theirs"}, {"id": 1, "v": "ours"}], "plain": [{"id": 1}, {"id": 2}], "set": ["a", "b"]},
    });
    let wanted = json!({
        "apiVersion": "g.io/v1", "kind": "K", "metadata": {"name": "k"},
        "spec": {"keyed": [{"id": 1, "v": "new"}, {"id": 3}], "plain": [{"id": 2}], "set": ["c"]},
    });
    let after = outcome(&applied(&wanted), Some(&live)).unwrap();
    assert_eq!(after["spec"]["keyed"], json!([{"id": 2, "v": "theirs"}, {"id": 1, "v": "new"}, {"id": 3}]));
    assert_eq!((&after["spec"]["plain"], &after["spec"]["set"]), (&json!([{"id": 2}]), &json!(["b", "c"])));
    let want = [
        r#".spec.keyed[id=1].v: "ours" -> "new" (helm)"#,
        r#".spec.keyed[id=3]: - -> {"id":3} ()"#,
        r#".spec.plain: [{"id":1},{"id":2}] -> [{"id":2}] (helm)"#,
        r#".spec.set[="a"]: "a" -> - (helm)"#,
        r#".spec.set[="c"]: - -> "c" ()"#,
    ];
    assert_eq!(told(&live, &after), want);
}

#[test]
fn texts_are_those_of_a_unified_diff() {
    let (live, wanted) = live_deployment("ConfigMap value");
    let id = ObjectId::of(&live).unwrap();
    let after = outcome(&applied(&wanted), Some(&live)).unwrap();
    let want = "--- live/v1.ConfigMap.managed.cm\n+++ planned/v1.ConfigMap.managed.cm\n@@ -1,7 +1,7 @@\n apiVersion: v1\n \
                data:\n   a: \"1\"\n-  b: \"2\"\n+  b: \"3\"\n kind: ConfigMap\n metadata:\n   annotations:\n";
    assert_eq!(unified(&id, Some(&live), Some(&after)), want);
    assert_eq!(unified(&id, Some(&live), Some(&live)), "");
    assert!(
        unified(&id, None, Some(&after)).starts_with("--- /dev/null\n+++ planned/v1.ConfigMap.managed.cm\n@@ -0,0 +1,")
    );
    assert!(unified(&id, Some(&live), None).contains("\n+++ /dev/null\n@@ -1,"));
}

#[test]
fn the_contents_of_secrets_are_never_shown() {
    let secret = |data: Value| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": "hush"}}, "data": data})
    };
    let live = secret(json!({"same": "aHVzaA==", "other": "aHVzaA==", "gone": "aHVzaA=="}));
    let mut after = secret(json!({"same": "aHVzaA=="}));
    after["stringData"] = json!({"other": "hush2", "new": "hush"});
    let id = ObjectId::of(&live).unwrap();
    let text = unified(&id, Some(&live), Some(&after));
    let lines: Vec<&str> = text.lines().skip(3).collect();
    let want = [
        " apiVersion: v1",
        " data:",
        "-  gone: '***'",
        "-  other: '*** (before)'",
        "+  new: '***'",
        "+  other: '*** (after)'",
        "   same: '***'",
        " kind: Secret",
        " metadata:",
    ];
    assert_eq!(lines.get(..want.len()).unwrap(), want);
    let changes = told(&live, &after);
    let want = [
        r#".data.gone: "***" -> - ()"#,
        r#".data.new: - -> "***" ()"#,
        r#".data.other: "*** (before)" -> "*** (after)" ()"#,
    ];
    assert_eq!(changes, want);
    let shown = format!("{text}{changes:?}{}", unified(&id, None, Some(&after)));
    assert!(!shown.contains("hush") && !shown.contains("aHVza"), "{shown}");
    let odd = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": ["hush"], "stringData": "hush"});
    assert!(!unified(&id, None, Some(&odd)).contains("hush"));
}
