//! On a real cluster (`testkit::Testbed`): what a server in its place could not prove.

use std::time::Duration;

use cluster::{
    AccessCheck, Action, Cluster, ClusterOptions, ConfigMaps, Entry, Error, Notebook, ObjectId, PatchKind, Propagation,
    RecordNews, RecordWatch, Secrets, Selector, Storage, WaitOptions, WaitStrategy, Write,
};
use release::{Record, Status};
use serde_json::{Value, json};
use testkit::Testbed;

/// The test's own namespace, where there is a cluster at all.
fn open(name: &str) -> Option<Testbed> {
    Testbed::open(&format!("cluster-{name}")).unwrap()
}

fn apply(bed: &Testbed, object: &Value) -> Result<ObjectId, Error> {
    let id = bed.cluster().locate(&ObjectId::of(object)?, bed.namespace())?;
    let action = Action::Apply { object: object.clone(), force_conflicts: false };
    bed.cluster().write(&Write::new(id.clone(), action)).map(|_| id)
}

fn config_map(value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": value}})
}

fn pods(kind: &str, name: &str, fault: &str) -> Value {
    let labels = if fault.is_empty() { json!({"app": name}) } else { json!({"app": name, "simulate": fault}) };
    let template = json!({
        "metadata": {"labels": labels},
        "spec": {"restartPolicy": if kind == "Job" { "Never" } else { "Always" },
            "containers": [{"name": "c", "image": "example.com/x:1"}]},
    });
    match kind {
        "Job" => json!({"apiVersion": "batch/v1", "kind": kind, "metadata": {"name": name},
            "spec": {"backoffLimit": 0, "template": template}}),
        _ => json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}}),
    }
}

#[test]
fn objects_are_written_and_read() {
    let Some(bed) = open("objects") else { return };
    let cluster = bed.cluster();
    let id = apply(&bed, &config_map("1")).unwrap();
    assert_eq!(id.namespace, bed.namespace());
    assert_eq!(cluster.get(&id).unwrap().unwrap()["data"]["a"], "1");
    let patch = Action::Patch { kind: PatchKind::Merge, patch: json!({"data": {"a": "2"}}) };
    cluster.write(&Write::new(id.clone(), patch)).unwrap();
    let mut dry = Write::new(id.clone(), Action::Replace(config_map("9")));
    dry.dry_run = true;
    assert_eq!(cluster.write(&dry).unwrap().unwrap()["data"]["a"], "9");
    assert_eq!(cluster.get(&id).unwrap().unwrap()["data"]["a"], "2");
    let exists = cluster.write(&Write::new(id.clone(), Action::Create(config_map("3")))).unwrap_err();
    assert_eq!(exists.to_string(), "configmaps \"x\" already exists");
    cluster.write(&Write::new(id.clone(), Action::Replace(config_map("4")))).unwrap();
    assert!(cluster.adopt_fields(&id, false).unwrap());
    assert!(!cluster.adopt_fields(&id, false).unwrap());
    let live = cluster.get(&id).unwrap().unwrap();
    let owners = live["metadata"]["managedFields"].as_array().unwrap();
    assert!(owners.iter().all(|owner| owner["manager"] == "helm" && owner["operation"] == "Apply"), "{owners:?}");
    let all = cluster.get_all(&vec![id.clone(); 6]);
    assert!(all.into_iter().all(|object| object.unwrap().is_some()));
    let listed =
        cluster.list("v1", "ConfigMap", &Selector { namespace: bed.namespace().to_owned(), ..Selector::default() });
    assert!(listed.unwrap().iter().any(|object| object["metadata"]["name"] == "x" && object["kind"] == "ConfigMap"));
    let shown = cluster.show(std::slice::from_ref(&id), cluster::Form::Tables).remove(0).unwrap();
    assert_eq!(shown["kind"], "Table");
    let looked = cluster.lookup("v1", "ConfigMap", bed.namespace(), "").unwrap();
    assert_eq!(looked["kind"], "ConfigMapList");
    cluster.write(&Write::new(id.clone(), Action::Delete(Propagation::Foreground))).unwrap();
    cluster
        .wait_for_delete(std::slice::from_ref(&id), &WaitOptions::new(Duration::from_secs(20)), &mut |_, _| ())
        .unwrap();
    assert_eq!(cluster.get(&id).unwrap(), None);
}

#[test]
fn refusals_of_a_real_server_read_as_helms() {
    let Some(bed) = open("refusals") else { return };
    let namespace = bed.namespace();
    apply(&bed, &config_map("1")).unwrap();
    let mut unknown = config_map("1");
    unknown["spec"] = json!({"x": 1});
    let error = apply(&bed, &unknown).unwrap_err().to_string();
    let start = format!("server-side apply failed for object {namespace}/x /v1, Kind=ConfigMap: ");
    assert!(error.starts_with(&start) && error.contains("field not declared in schema"), "{error}");
    let options = ClusterOptions { as_user: Some("bob".into()), ..bed.options() };
    let bob = Cluster::connect(&options).unwrap();
    let storage = Secrets::new(&bob, namespace);
    let words = format!(
        "list: failed to list: secrets is forbidden: User \"bob\" cannot list resource \"secrets\" in API group \"\" in the \
         namespace \"{namespace}\""
    );
    assert_eq!(storage.entries("").unwrap_err().to_string(), words);
    let check = AccessCheck {
        verb: "list".into(),
        resource: "secrets".into(),
        namespace: namespace.to_owned(),
        ..AccessCheck::default()
    };
    let allowed = |cluster: &Cluster| cluster.allowed(std::slice::from_ref(&check)).remove(0).unwrap();
    assert!(allowed(bed.cluster()) && !allowed(&bob));
}

#[test]
fn capabilities_are_the_servers() {
    let Some(bed) = open("capabilities") else { return };
    let capabilities = bed.cluster().capabilities().unwrap();
    for version in ["v1", "apps/v1/Deployment", "v1/Namespace", "apps/v1/Scale", "v1/Eviction"] {
        assert!(capabilities.api_versions.has(version), "{version}");
    }
    assert!(capabilities.kube_version.version.starts_with('v') && !capabilities.kube_version.minor.is_empty());
}

#[test]
fn records_are_kept_as_helm_keeps_them() {
    let Some(bed) = open("records") else { return };
    let namespace = bed.namespace().to_owned();
    let (secrets, config_maps) =
        (Secrets::new(bed.cluster(), namespace.clone()), ConfigMaps::new(bed.cluster(), namespace.clone()));
    let storages: [&dyn Storage; 2] = [&secrets, &config_maps];
    for storage in storages {
        let mut record = Record { name: "r".into(), namespace: namespace.clone(), ..Record::default() };
        record.chart.metadata.name = "c".into();
        record.chart.metadata.version = "1.2.3".into();
        record.labels.insert("team".into(), "x".into());
        for revision in 1..=12 {
            record.revision = revision;
            record.info.status = if revision == 11 { Status::Deployed } else { Status::Superseded };
            storage.create(&record).unwrap();
        }
        assert!(matches!(storage.create(&record), Err(Error::ReleaseExists)));
        record.info.status = Status::Failed;
        storage.update_annotated(&record, &[("why".to_owned(), "because".to_owned())].into()).unwrap();
        let last = storage.last("r").unwrap();
        assert_eq!((last.revision, last.info.status, last.labels), (12, Status::Failed, record.labels.clone()));
        assert_eq!(storage.deployed("r").unwrap().revision, 11);
        assert_eq!(storage.history("r").unwrap().len(), 12);
        let entries = storage.entries("r").unwrap();
        let summaries = storage.summaries(&entries).unwrap();
        assert_eq!(summaries.len(), 12);
        assert!(summaries.iter().all(|summary| summary.chart_name == "c" && summary.chart_version == "1.2.3"));
        let newest = Entry::newest(storage.entries("").unwrap());
        assert_eq!(newest.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [12]);
        assert_eq!(newest[0].annotations.get("why").map(String::as_str), Some("because"));
        assert_eq!(storage.summaries(&newest).unwrap()[0].revision, 12);
        assert_eq!(storage.delete("r", 12).unwrap().revision, 12);
        assert!(matches!(storage.get("r", 12), Err(Error::ReleaseNotFound)));
        assert!(matches!(storage.history("nobody"), Err(Error::ReleaseNotFound)));
    }
}

#[test]
fn rollouts_jobs_and_failures_are_waited_for() {
    let Some(bed) = open("waits") else { return };
    let apply = |object: Value| apply(&bed, &object).unwrap();
    let quiet = &mut |_: &ObjectId, _: &cluster::ObjectStatus| ();
    let good = [apply(pods("Deployment", "good", "")), apply(config_map("1")), apply(pods("Job", "done", ""))];
    for strategy in [WaitStrategy::Watcher, WaitStrategy::Legacy] {
        let options = WaitOptions { strategy, jobs: true, ..WaitOptions::new(Duration::from_secs(60)) };
        bed.cluster().wait(&good, &options, quiet).unwrap();
        let hooks = good.clone().map(|id| (id, None));
        bed.cluster().wait_for_hook(&hooks, &options, quiet).unwrap();
    }
    let bad = [apply(pods("Deployment", "hangs", "hang")), good[0].clone()];
    let error = bed.cluster().wait(&bad, &WaitOptions::new(Duration::from_secs(3)), quiet).unwrap_err();
    let namespace = bed.namespace();
    assert_eq!(
        error.to_string(),
        format!(
            "resource Deployment/{namespace}/hangs not ready. status: InProgress, message: Available: 0/1\ncontext \
             deadline exceeded"
        )
    );
    let legacy = WaitOptions { strategy: WaitStrategy::Legacy, ..WaitOptions::new(Duration::from_secs(3)) };
    assert_eq!(bed.cluster().wait(&bad, &legacy, quiet).unwrap_err().to_string(), "context deadline exceeded");
    let failing = [(apply(pods("Job", "fails", "fail")), None)];
    let error = bed.cluster().wait_for_hook(&failing, &WaitOptions::new(Duration::from_secs(60)), quiet).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("resource Job/{namespace}/fails not ready. status: Failed, message: Job Failed. failed: 1/1")
    );
    let still =
        bed.cluster().wait_for_delete(&bad, &WaitOptions::new(Duration::from_secs(1)), quiet).unwrap_err().to_string();
    assert!(still.contains(&format!("resource Deployment/{namespace}/hangs still exists. status: ")), "{still}");
}

#[test]
fn records_are_watched_by_their_metadata() {
    let Some(bed) = open("watched") else { return };
    let secrets = Secrets::new(bed.cluster(), bed.namespace());
    let mut record = Record { name: "a".into(), namespace: bed.namespace().into(), revision: 1, ..Record::default() };
    record.info.status = Status::Deployed;
    secrets.create(&record).unwrap();
    let mut watch = RecordWatch::of_secrets(bed.cluster(), &[bed.namespace().to_owned()]);
    let mut next = || loop {
        match watch.next(Duration::from_secs(20)).unwrap() {
            Some(RecordNews::Followed) => {}
            Some(news) => break news,
            None => panic!("nothing happens"),
        }
    };
    match next() {
        RecordNews::All { records, .. } => assert!(records.len() == 1 && records[0].head.is_some()),
        other => panic!("{other:?}"),
    }
    record.revision = 2;
    secrets.create(&record).unwrap();
    match next() {
        RecordNews::Record(seen) => assert!(seen.entry.revision == 2 && seen.head.unwrap().bytes > 0),
        other => panic!("{other:?}"),
    }
    record.info.status = Status::Failed;
    secrets.update(&record).unwrap();
    match next() {
        RecordNews::Record(seen) => assert!(seen.entry.status == Status::Failed && seen.head.is_none()),
        other => panic!("{other:?}"),
    }
    secrets.delete("a", 2).unwrap();
    assert!(matches!(next(), RecordNews::Gone(entry) if entry.revision == 2));
    let counts = watch.counts();
    assert_eq!((counts.lists, counts.record_lists, counts.reads), (1, 1, 1));
}

#[test]
fn a_notebook_is_changed_by_one_at_a_time() {
    let Some(bed) = open("notebook") else { return };
    let (one, two) =
        (Notebook::new(bed.cluster(), bed.namespace(), "x"), Notebook::new(bed.cluster(), bed.namespace(), "x"));
    let nothing = one.read().unwrap();
    assert_eq!(nothing.text, "");
    let first = one.write("1", &nothing).unwrap().unwrap();
    assert!(two.write("2", &nothing).unwrap().is_none(), "it has been made");
    let read = two.read().unwrap();
    assert_eq!(read.text, "1");
    assert_eq!(two.write("2", &read).unwrap().unwrap().text, "2");
    assert!(one.write("3", &first).unwrap().is_none(), "it has been changed");
    assert_eq!(one.read().unwrap().text, "2");
}
