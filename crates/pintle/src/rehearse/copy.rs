//! What is copied from the cluster: a release's history, and what lives of it.

use std::collections::HashSet;

use cluster::{Error as ClusterError, ObjectId};
use release::{Record, object::Checks};
use serde_json::{Value, json};

use super::{Against, RehearseOptions};
use crate::{Error, Session, change::Objects, objects};

/// What was copied.
#[derive(Clone, Debug, Default)]
pub(super) struct Original {
    /// The revisions, the oldest first.
    pub(super) records: Vec<Record>,
    /// Definitions of custom resources.
    pub(super) definitions: Vec<Value>,
    /// The objects of all revisions that live, and the namespace.
    pub(super) objects: Vec<Value>,
    /// How many of them are the release's.
    pub(super) count: usize,
    /// The version of Kubernetes.
    pub(super) version: Option<String>,
}

/// Copies what a rehearsal needs.
///
/// # Errors
/// The cluster does not answer, or the history cannot be read.
pub(super) fn read(session: &mut Session<'_>, options: &RehearseOptions) -> Result<Original, Error> {
    let mut original = Original::default();
    if options.against == Against::Nothing {
        let metadata = json!({"name": session.namespace});
        original.objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
        return Ok(original);
    }
    session.cluster.check_reachable().map_err(|error| {
        let hint = "--against nothing rehearses without a cluster: the release is installed, and taken away again";
        Error::from(error).hinted(hint)
    })?;
    original.records = match session.storage.history(&options.upgrade.name) {
        Ok(records) => records,
        Err(ClusterError::ReleaseNotFound) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    original.version = Some(session.cluster.capabilities()?.kube_version.version);
    let every = cluster::Selector::default();
    match session.cluster.list("apiextensions.k8s.io/v1", "CustomResourceDefinition", &every) {
        Ok(definitions) => original.definitions = definitions,
        Err(error) => session.remark(format!("custom resources are left out: {error}")),
    }
    let namespace = ObjectId {
        api_version: "v1".into(),
        kind: "Namespace".into(),
        namespace: String::new(),
        name: session.namespace.clone(),
    };
    // Whoever may not read namespaces works in one that is there.
    let assumed = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": session.namespace}});
    original.objects.extend(session.cluster.get(&namespace).unwrap_or(Some(assumed)));
    let live = live_of(session, &original.records, options);
    original.count = live.len();
    original.objects.extend(live);
    Ok(original)
}

/// What lives of the objects and hooks of revisions. What cannot be read is told, and left out.
pub(super) fn live_of(session: &mut Session<'_>, records: &[Record], options: &RehearseOptions) -> Vec<Value> {
    if options.against == Against::Nothing {
        return Vec::new();
    }
    let (mut ids, mut seen) = (Vec::new(), HashSet::new());
    for record in records {
        let (of_manifest, _) = Objects::read(session, record, Checks::Lenient);
        ids.extend(of_manifest.ids());
        for hook in &record.hooks {
            let read = objects::read(session.cluster, &record.namespace, &hook.manifest, Checks::Lenient);
            ids.extend(read.unwrap_or_default().into_iter().map(|object| object.id));
        }
    }
    ids.retain(|id| seen.insert(id.clone()));
    let mut live = Vec::new();
    for (id, found) in ids.iter().zip(session.cluster.get_all(&ids)) {
        match found {
            Ok(object) => live.extend(object),
            Err(error) => session.remark(format!("{} {} is left out: {error}", id.kind, id.name)),
        }
    }
    live
}
