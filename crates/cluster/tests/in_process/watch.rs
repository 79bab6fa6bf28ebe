//! A watch of records: what is asked, and what is not asked again.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cluster::{ClusterOptions, RecordNews, RecordWatch};
use serde_json::{Value, json};

use super::{Answer, Server};

const SECRETS: &str = "GET /api/v1/namespaces/n/secrets";

fn metadata(revision: i64, status: &str) -> Value {
    json!({"metadata": {
        "name": format!("sh.helm.release.v1.a.v{revision}"), "namespace": "n", "uid": format!("u{revision}"),
        "resourceVersion": format!("{revision}0"),
        "labels": {"name": "a", "owner": "helm", "status": status, "version": revision.to_string()},
    }})
}

fn secret(revision: i64) -> Value {
    let record = json!({"name": "a", "info": {"description": format!("made {revision}")}, "chart": {"metadata": {}}});
    let mut secret = metadata(revision, "deployed");
    secret["data"] = json!({"release": STANDARD.encode(STANDARD.encode(record.to_string()))});
    secret
}

fn list(items: &[Value]) -> Answer {
    Answer(200, &[], json!({"metadata": {"resourceVersion": "100"}, "items": items}))
}

/// What happens, in words.
fn next(watch: &mut RecordWatch<'_>) -> String {
    let said = |record: &cluster::SeenRecord| {
        let head = record.head.as_ref().map_or("known".into(), |head| head.summary.description.clone());
        format!("{} {} {head}", record.entry.revision, record.entry.status.name())
    };
    match watch.next(Duration::from_secs(5)).unwrap() {
        None => "nothing".into(),
        Some(RecordNews::All { records, .. }) => {
            format!("all: {}", records.iter().map(said).collect::<Vec<_>>().join(", "))
        }
        Some(RecordNews::Record(record)) => format!("record: {}", said(&record)),
        Some(RecordNews::Gone(entry)) => format!("gone: {}", entry.revision),
        Some(RecordNews::Followed) => "followed".into(),
        Some(RecordNews::Trouble(text)) => format!("trouble: {text}"),
    }
}

#[test]
fn records_are_read_once() {
    let server = Server::default();
    server.on(SECRETS, list(&[metadata(1, "deployed")]));
    server.on(SECRETS, list(&[secret(1)]));
    let added = json!({"type": "ADDED", "object": metadata(2, "pending-upgrade")});
    server.on(SECRETS, Answer(200, &[], added));
    let expired =
        json!({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired", "message": "old"}});
    server.on(SECRETS, Answer(200, &[], expired));
    server.on(SECRETS, list(&[metadata(2, "deployed"), metadata(3, "pending-rollback")]));
    let gone = json!({"type": "DELETED", "object": metadata(2, "deployed")});
    server.on(SECRETS, Answer(200, &[], gone));
    server.on(SECRETS, Answer(403, &[], json!({"kind": "Status", "code": 403, "message": "not allowed"})));
    for revision in [2, 3] {
        let path = format!("{SECRETS}/sh.helm.release.v1.a.v{revision}");
        server.on(&path, Answer(200, &[], secret(revision)));
    }
    let cluster = server.cluster(&ClusterOptions::default());
    let mut watch = RecordWatch::of_secrets(&cluster, &["n".into()]);
    assert_eq!(next(&mut watch), "all: 1 deployed made 1");
    assert_eq!(next(&mut watch), "followed");
    assert_eq!(next(&mut watch), "record: 2 pending-upgrade made 2");
    assert_eq!(next(&mut watch), "followed");
    assert_eq!(next(&mut watch), "all: 2 deployed known, 3 pending-rollback made 3");
    assert_eq!(next(&mut watch), "followed");
    assert_eq!(next(&mut watch), "gone: 2");
    assert_eq!(next(&mut watch), "trouble: watching the records of n: not allowed");
    let counts = watch.counts();
    assert_eq!((counts.lists, counts.record_lists, counts.reads), (2, 1, 2));
}

#[test]
fn who_may_not_list_is_told_at_once() {
    let server = Server::default();
    server
        .on(SECRETS, Answer(403, &[], json!({"kind": "Status", "code": 403, "reason": "Forbidden", "message": "no"})));
    let cluster = server.cluster(&ClusterOptions::default());
    let mut watch = RecordWatch::of_secrets(&cluster, &["n".into()]);
    assert!(watch.next(Duration::from_secs(5)).unwrap_err().is_forbidden());
}
