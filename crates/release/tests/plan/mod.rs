//! Plans; and objects that a real server would or would not have changed.

use release::{
    object::{Checks, Live, Object, ObjectId, parse, place_old},
    ownership::Owner,
    plan::{
        Apply, Change, Plan, PlanError, PlanInput, PlanOptions, Step, UninstallInput, is_as_wanted, plan,
        plan_uninstall,
    },
};
use serde_json::{Value, json};

use crate::cases;

/// Objects that an apply leaves as they are, without our knowing so before: the server writes a value in another form than
/// the manifest, drops one that it does not keep, or there are client-side writes of ours to be adopted.
const APPLIED_ALL_THE_SAME: [&str; 7] = [
    "Secret again with stringData",
    "StatefulSet again",
    "ConfigMap patched by helm update",
    "ConfigMap empty data",
    "ConfigMap null data",
    "ConfigMap finalizers empty",
    "Service with a status",
];

#[test]
fn what_an_apply_would_change_is_known() {
    for case in cases("plan/managed.jsonl") {
        let name = case["name"].as_str().unwrap();
        let as_wanted = is_as_wanted(&case["wanted"], &case["live"]);
        let unchanged = case["outcome"] == "unchanged";
        assert!(unchanged || !as_wanted, "{name}: the server changed it");
        assert_eq!(as_wanted, unchanged && !APPLIED_ALL_THE_SAME.contains(&name), "{name}");
    }
}

const OWNER: Owner<'static> = Owner { release: "r", namespace: "n" };

fn objects(manifest: &str) -> Vec<Object> {
    let mut objects = parse(manifest.as_bytes(), Checks::Strict).unwrap();
    objects.iter_mut().for_each(|object| object.set_namespace("n"));
    objects
}

/// A manifest of objects: their kinds and names, and what else each has.
fn manifest(objects: &[(&str, &str, &str)]) -> Vec<Object> {
    let document = |(kind, name, rest): &(&str, &str, &str)| {
        let group = if *kind == "Job" { "batch/v1" } else { "v1" };
        format!("---\n# Source: {name}.yaml\napiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}}}\n{rest}\n")
    };
    self::objects(&objects.iter().map(document).collect::<String>())
}

/// What lives: the objects of a manifest, with these annotations.
fn living(objects: &[Object], annotations: &Value) -> Live {
    let live = |object: &Object| {
        let mut json = object.json.clone();
        json["metadata"]["annotations"] = annotations.clone();
        (object.id.clone(), Some(json))
    };
    objects.iter().map(live).collect()
}

fn told(plan: &Plan) -> Vec<String> {
    let change = |step: &Step| {
        let change = match &step.change {
            Change::Create { .. } => "create".to_owned(),
            Change::Apply { exists, force_conflicts, .. } => format!("apply {exists} {force_conflicts}"),
            Change::Patch { form, patch } => format!("patch {form:?} {patch}"),
            Change::Replace { recreate, .. } => format!("replace {recreate}"),
            Change::Recreate { field, .. } => format!("recreate for {field}"),
            Change::Delete => "delete".to_owned(),
            Change::Keep { why } => format!("keep {why:?}"),
            Change::Unchanged => "unchanged".to_owned(),
            Change::Gone => "gone".to_owned(),
            Change::SkipUnmappable { why } => format!("skip {why}"),
        };
        format!("{} {}: {change}", step.id.kind, step.id.name)
    };
    plan.steps.iter().map(change).collect()
}

fn input<'a>(old: &'a [Object], new: &'a [Object], live: &'a Live) -> PlanInput<'a> {
    PlanInput { old, new, live, unmappable: &[], owner: OWNER, options: PlanOptions::default() }
}

#[test]
fn an_upgrade_applies_in_install_order_and_deletes_in_uninstall_order() {
    let old = manifest(&[("ConfigMap", "a", ""), ("ConfigMap", "b", ""), ("Service", "s", ""), ("Job", "j", "")]);
    let new = manifest(&[("ConfigMap", "b", ""), ("ConfigMap", "c", "")]);
    let mut live = living(&old, &json!({}));
    live.insert(new[1].id.clone(), None);
    let plan_made = plan(&input(&old, &new, &live)).unwrap();
    let want = [
        "ConfigMap b: apply true false",
        "ConfigMap c: apply false false",
        "Service s: delete",
        "Job j: delete",
        "ConfigMap a: delete",
    ];
    assert_eq!(told(&plan_made), want);
    assert_eq!(plan_made.steps.iter().map(Step::creates).collect::<Vec<_>>(), [false, true, false, false, false]);
    assert_eq!(plan_made.batches().map(<[Step]>::len).collect::<Vec<_>>(), [2, 1, 1, 1]);
    let stored = serde_json::to_string(&plan_made).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), plan_made);
    live.remove(&new[0].id);
    assert!(matches!(plan(&input(&old, &new, &live)), Err(PlanError::Unread(_))));
}

#[test]
fn what_is_kept_gone_or_owned_by_others_is_not_deleted() {
    let old = manifest(&[("ConfigMap", "a", "")]);
    let (none, policy) = (Live::new(), |text: &str| living(&old, &json!({"helm.sh/resource-policy": text})));
    let mut other = living(&old, &json!({"meta.helm.sh/release-name": "x", "meta.helm.sh/release-namespace": "n"}));
    for live in other.values_mut().flatten() {
        live["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "Helm"});
    }
    let gone: Live = [(old[0].id.clone(), None)].into();
    let cases = [
        (none, "delete"),
        (policy(" KEEP "), "keep Policy"),
        (policy("delete"), "delete"),
        (gone, "gone"),
        (other, r#"keep OwnedBy { release: "x", namespace: "n" }"#),
    ];
    for (live, want) in cases {
        assert_eq!(told(&plan(&input(&old, &[], &live)).unwrap()), [format!("ConfigMap a: {want}")]);
    }
    let annotated = |policy: &str| {
        let mut objects = old.clone();
        objects[0].json["metadata"]["annotations"] = json!({"helm.sh/resource-policy": policy});
        let live = Live::new();
        told(&plan_uninstall(&UninstallInput { objects: &objects, unmappable: &[], live: &live, owner: OWNER }))
    };
    assert_eq!(annotated(" Keep"), ["ConfigMap a: keep Policy"]);
    assert_eq!(annotated("x"), [r#"ConfigMap a: keep UnknownPolicy { policy: "x" }"#]);
}

#[test]
fn force_replaces_and_recreates_where_it_may() {
    let job = |image: &str| format!("spec: {{template: {{spec: {{image: {image}}}}}}}");
    let (one, two) = (job("one"), job("two"));
    let old = manifest(&[("Job", "j", &one), ("PersistentVolumeClaim", "p", &one), ("ConfigMap", "c", "")]);
    let new = manifest(&[("Job", "j", &two), ("PersistentVolumeClaim", "p", &two), ("ConfigMap", "c", "")]);
    let live = living(&old, &json!({}));
    let told_with = |live: &Live, force_replace, force_recreate| {
        let options = PlanOptions { force_replace, force_recreate, ..PlanOptions::default() };
        told(&plan(&PlanInput { options, ..input(&old, &new, live) }).unwrap())
    };
    let replaced = ["Job j: replace false", "PersistentVolumeClaim p: replace false", "ConfigMap c: replace false"];
    assert_eq!(told_with(&live, true, false), replaced);
    let recreated =
        ["Job j: recreate for spec.template", "PersistentVolumeClaim p: replace false", "ConfigMap c: replace true"];
    assert_eq!(told_with(&live, true, true), recreated);
    let kept = living(&old, &json!({"helm.sh/resource-policy": "keep"}));
    assert_eq!(told_with(&kept, true, true), replaced);
    assert_eq!(told_with(&live, false, true)[1], "PersistentVolumeClaim p: apply true false");
}

#[test]
fn kinds_that_moved_are_the_same_objects() {
    let document = |version: &str| format!("apiVersion: {version}\nkind: Deployment\nmetadata: {{name: d}}\n");
    let served = |id: &ObjectId| if id.api_version == "apps/v1" { Ok(true) } else { Err(id.api_version.clone()) };
    let parsed = |versions: &[&str]| {
        let manifest: Vec<String> = versions.iter().map(|version| document(version)).collect();
        parse(manifest.join("---\n").as_bytes(), Checks::Lenient).unwrap()
    };
    let (old, gone) = place_old(parsed(&["extensions/v1beta1", "gone/v1"]), "n", served);
    let new = objects(&document("apps/v1"));
    let live = living(&new, &json!({}));
    let unmappable: Vec<(Object, String)> = gone.into_iter().map(|lost| (lost.object, lost.error)).collect();
    let made = plan(&PlanInput { unmappable: &unmappable, ..input(&old, &new, &live) }).unwrap();
    assert_eq!(told(&made), ["Deployment d: apply true false", "Deployment d: skip gone/v1"]);
}

#[test]
fn objects_named_by_the_server_are_only_created_by_the_client() {
    let new = objects("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n");
    let live = Live::new();
    let error = plan(&input(&[], &new, &live)).unwrap_err();
    let helm = "server-side apply failed for object n/ /v1, Kind=ConfigMap: resource name may not be empty";
    assert_eq!(error.to_string(), helm);
    let options = PlanOptions { apply: Apply::ClientSide { three_way_for_custom: false }, ..PlanOptions::default() };
    assert_eq!(told(&plan(&PlanInput { options, ..input(&[], &new, &live) }).unwrap()), ["ConfigMap : create"]);
}

#[test]
fn client_side_apply_sends_what_changes() {
    let [one, two] = ["data: {a: '1', b: '2'}", "data: {a: '3'}"];
    let old = manifest(&[("ConfigMap", "c", one), ("ConfigMap", "same", one)]);
    let new = manifest(&[("ConfigMap", "c", two), ("ConfigMap", "same", one), ("ConfigMap", "adopted", two)]);
    let mut live = living(&old, &json!({"by": "others"}));
    live.extend(living(&manifest(&[("ConfigMap", "adopted", one)]), &json!({})));
    let options = PlanOptions { apply: Apply::ClientSide { three_way_for_custom: false }, ..PlanOptions::default() };
    let want = [
        r#"ConfigMap c: patch Strategic {"data":{"a":"3","b":null}}"#,
        "ConfigMap same: unchanged",
        // Nobody knows that `b` was ours.
        r#"ConfigMap adopted: patch Strategic {"data":{"a":"3"}}"#,
    ];
    assert_eq!(told(&plan(&PlanInput { options, ..input(&old, &new, &live) }).unwrap()), want);
}
