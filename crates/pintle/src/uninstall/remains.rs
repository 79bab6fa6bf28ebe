//! What an uninstallation leaves behind, which Helm does not tell.

use cluster::{FIELD_MANAGER, ObjectId, Selector};
use release::{
    Record,
    object::{Checks, parse},
    split_manifests,
};
use serde_json::Value;

use super::objects::Taken;
use crate::{Session, objects};

/// Says what is still there: what others took over, hooks, definitions, volumes. What cannot be found out is not told.
pub(super) fn tell(session: &mut Session<'_>, record: &Record, taken: &[Taken]) {
    let mut lines: Vec<String> = taken.iter().map(Taken::told).collect();
    for id in present(session, hooks(session, record), is_helms) {
        lines.push(format!("{} {}, a hook that its delete policies keep", id.kind, id.name));
    }
    for id in present(session, definitions(session, record), |_| true) {
        lines.push(format!("{} {}, which others may use", id.kind, id.name));
    }
    for name in claims(session, record) {
        lines.push(format!("PersistentVolumeClaim {name}, with its data"));
    }
    for line in lines {
        session.remark(format!("left behind: {line}"));
    }
}

/// The objects of all hooks. Which of them ran in an earlier revision, the last one does not say.
fn hooks(session: &Session<'_>, record: &Record) -> Vec<ObjectId> {
    let read = record
        .hooks
        .iter()
        .filter_map(|hook| objects::read(session.cluster, &session.namespace, &hook.manifest, Checks::Lenient).ok());
    read.flatten().map(|object| object.id).collect()
}

/// What the chart has in `crds/`.
fn definitions(session: &Session<'_>, record: &Record) -> Vec<ObjectId> {
    let mut ids = Vec::new();
    for crd in record.chart.crds() {
        for document in split_manifests(&crd.data) {
            let read = objects::read(session.cluster, &session.namespace, &document, Checks::Lenient);
            ids.extend(read.unwrap_or_default().into_iter().map(|object| object.id));
        }
    }
    ids
}

/// Whether Helm, or we, made an object.
fn is_helms(live: &Value) -> bool {
    let fields = live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    fields.into_iter().any(|entry| entry.get("manager").is_some_and(|manager| manager == FIELD_MANAGER))
}

/// Those that are there, not on their way out, and meant.
fn present(session: &Session<'_>, ids: Vec<ObjectId>, meant: fn(&Value) -> bool) -> Vec<ObjectId> {
    let found = session.cluster.get_all(&ids);
    let stays = |live: Option<Value>| {
        live.is_some_and(|live| live.pointer("/metadata/deletionTimestamp").is_none() && meant(&live))
    };
    let stay: Vec<bool> = found.into_iter().map(|live| stays(live.ok().flatten())).collect();
    ids.into_iter().zip(stay).filter_map(|(id, stays)| stays.then_some(id)).collect()
}

/// The claims that the release's StatefulSets made.
fn claims(session: &Session<'_>, record: &Record) -> Vec<String> {
    let mut names = Vec::new();
    for document in split_manifests(record.manifest.as_bytes()) {
        for set in parse(&document, Checks::Lenient).unwrap_or_default() {
            let text = |path: &str| set.json.pointer(path).and_then(Value::as_str).unwrap_or_default();
            let templates = set.json.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
            let (Some(templates), "StatefulSet") = (templates, text("/kind")) else { continue };
            let namespace = match text("/metadata/namespace") {
                "" => &session.namespace,
                namespace => namespace,
            };
            let selector = Selector { namespace: namespace.to_owned(), ..Selector::default() };
            let Ok(live) = session.cluster.list("v1", "PersistentVolumeClaim", &selector) else { continue };
            let live: Vec<&str> =
                live.iter().filter_map(|claim| claim.pointer("/metadata/name").and_then(Value::as_str)).collect();
            for template in templates.iter().filter_map(|template| template.pointer("/metadata/name")?.as_str()) {
                let prefix = format!("{template}-{}-", text("/metadata/name"));
                let ordinal = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
                let of_set = live.iter().filter(|name| name.strip_prefix(&prefix).is_some_and(ordinal));
                names.extend(of_set.map(|name| (*name).to_owned()));
            }
        }
    }
    names
}
