//! `helm status`: a release's record, and its objects as they live. Helm: `pkg/action/status.go`; `Client.Get`.

mod table;

use cluster::{Form, ObjectId, Selector};
use release::{Record, object::Checks, split_manifests};
use serde_json::Value as Json;
use value::{Value, json};

use self::table::Printer;
pub(crate) use self::table::human_duration;
use crate::{
    Error, ErrorKind, RecordOptions, Session, objects,
    reasons::{self, kept_gates, why},
    stored::record_and_notes,
};

/// In which form objects are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// As the tables that the server makes of them.
    Tables,
    /// As they are.
    Objects,
}

/// A release and its objects.
#[derive(Debug)]
pub struct StatusReport {
    /// The record.
    pub record: Record,
    /// The objects as tables, each under its version and kind, in the order of the manifest.
    pub tables: Vec<(String, String)>,
    /// The objects as they are, by version and kind.
    pub resources: Option<Value>,
    /// The gates that judged it, with their samples, as JSON.
    pub gates: Option<Json>,
    /// Why it failed, or was made, and what its gates measured: lines for people.
    pub why: Vec<String>,
}

/// Shows a release.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release or revision.
pub fn status(options: &RecordOptions, live: Live, session: &mut Session<'_>) -> Result<StatusReport, Error> {
    let (record, notes) = record_and_notes(options, session)?;
    let gates = kept_gates(&notes);
    let mut told: Vec<String> = why(record.revision, &notes).into_iter().collect();
    told.extend(gates.iter().flat_map(reasons::lines));
    let form = if live == Live::Tables { Form::Tables } else { Form::Objects };
    let groups = groups(&record, form, session)?;
    let (mut tables, mut resources) = (Vec::new(), None);
    match live {
        Live::Tables => {
            let now = session.now();
            tables.extend(groups.into_iter().map(|group| {
                let mut printer = Printer::new(now);
                let text = group.objects.iter().map(|object| printer.print(object)).collect();
                (group.title, text)
            }));
        }
        Live::Objects if groups.is_empty() => {}
        Live::Objects => resources = Some(values(&groups)?),
    }
    Ok(StatusReport { record, tables, resources, gates, why: told })
}

/// Objects of one version and kind. Helm's titles leave out the API group.
struct Group {
    title: String,
    objects: Vec<Json>,
}

/// The objects that are there, and the pods of those that have some, in the order of the manifest: Helm shows them in
/// none.
fn groups(record: &Record, form: Form, session: &mut Session<'_>) -> Result<Vec<Group>, Error> {
    let mut wanted = Vec::new();
    for document in split_manifests(record.manifest.as_bytes()) {
        match objects::read(session.cluster, &session.namespace, &document, Checks::Lenient) {
            Ok(read) => wanted.extend(read.into_iter().map(|object| (object.id, object.json))),
            // The record is still worth to be seen.
            Err(error) if error.is_no_match() => session.remark(format!("left out: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
    let ids: Vec<ObjectId> = wanted.iter().map(|(id, _)| id.clone()).collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut selectors: Vec<String> = Vec::new();
    for ((id, document), shown) in wanted.iter().zip(session.cluster.show(&ids, form)) {
        let object = match shown {
            Ok(object) => object,
            Err(error) if error.is_not_found() => continue,
            Err(error) => {
                session.remark(format!("cannot show {id}: {error}"));
                continue;
            }
        };
        // Pods come in the form that the object came in.
        let is_table = object.get("kind").is_some_and(|kind| kind == "Table");
        push(&mut groups, &title(id), object);
        let Some(labels) = pod_selector(document).filter(|labels| !selectors.contains(labels)) else { continue };
        selectors.push(labels.clone());
        let selector = Selector { namespace: id.namespace.clone(), labels, ..Selector::default() };
        let form = if is_table { Form::Tables } else { Form::Objects };
        match session.cluster.show_list("v1", "Pod", &selector, form) {
            Ok(pods) => push(&mut groups, "v1/Pod(related)", pods),
            Err(error) => session.remark(format!("cannot show the pods of {id}: {error}")),
        }
    }
    Ok(groups)
}

fn push(groups: &mut Vec<Group>, title: &str, object: Json) {
    match groups.iter_mut().find(|group| group.title == title) {
        Some(group) => group.objects.push(object),
        None => groups.push(Group { title: title.to_owned(), objects: vec![object] }),
    }
}

fn title(id: &ObjectId) -> String {
    let version = id.api_version.rsplit('/').next().unwrap_or_default();
    format!("{version}/{}", id.kind)
}

/// The label selector of an object's pods, by its manifest. Helm: `getSelectorFromObject`.
fn pod_selector(document: &Json) -> Option<String> {
    let path = match document.get("kind")?.as_str()? {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/selector/matchLabels",
        "ReplicationController" => "/spec/selector",
        _ => return None,
    };
    let labels = document.pointer(path)?.as_object()?;
    let pairs: Option<Vec<String>> =
        labels.iter().map(|(key, value)| value.as_str().map(|value| format!("{key}={value}"))).collect();
    Some(pairs?.join(","))
}

fn values(groups: &[Group]) -> Result<Value, Error> {
    let failed = |text: String| Error::new(ErrorKind::Output, format!("unable to write JSON output: {text}"));
    let mut entries = Vec::new();
    for group in groups {
        let bytes = serde_json::to_vec(&group.objects).map_err(|error| failed(error.to_string()))?;
        let value = json::from_slice_int64(&bytes).map_err(|error| failed(error.to_string()))?;
        entries.push((group.title.as_str(), value));
    }
    Ok(Value::map(entries))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pod_selector;

    #[test]
    fn pods_are_found_by_the_manifest() {
        let labels = json!({"b": "2", "a": "1"});
        let deployment = json!({"kind": "Deployment", "spec": {"selector": {"matchLabels": labels}}});
        assert_eq!(pod_selector(&deployment).as_deref(), Some("a=1,b=2"));
        let controller = json!({"kind": "ReplicationController", "spec": {"selector": labels}});
        assert_eq!(pod_selector(&controller).as_deref(), Some("a=1,b=2"));
        assert_eq!(pod_selector(&json!({"kind": "Job", "spec": {}})), None);
        assert_eq!(pod_selector(&json!({"kind": "Service", "spec": {"selector": labels}})), None);
    }
}
