//! A finished hook that an earlier revision left behind makes room for the next run.
//!
//! Helm stumbles over it: a Job cannot be changed, and one that has failed fails the hook again without having run.

use cluster::{FIELD_MANAGER, ObjectId, Readiness, compute_status};
use release::{Record, object::Object};
use serde_json::Value;

use crate::{
    Error, Session,
    hooks::{HookOptions, policy},
};

/// Deletes those of a hook's objects that are finished Jobs and Pods which an earlier revision of this release ran.
pub(super) fn replace(
    session: &mut Session<'_>,
    record: &Record,
    index: usize,
    objects: &[Object],
    options: &HookOptions,
) -> Result<(), Error> {
    let runs = |id: &&ObjectId| matches!((id.group(), id.kind.as_str()), ("batch", "Job") | ("", "Pod"));
    let mut left = Vec::new();
    for id in objects.iter().map(|object| &object.id).filter(runs) {
        // Who may not read, may not replace either: what Helm does is done.
        if session.cluster.get(id).ok().flatten().is_some_and(|live| is_finished(&live) && is_ours(&live)) {
            left.push(id.clone());
        }
    }
    let Some(hook) = record.hooks.get(index).filter(|_| !left.is_empty()) else { return Ok(()) };
    let history = session.storage.history(&record.name).unwrap_or_default();
    let ran = |earlier: &&Record| {
        let mut hooks = earlier.hooks.iter().filter(|known| known.kind == hook.kind && known.name == hook.name);
        hooks.any(|known| known.last_run.started_at.is_some())
    };
    let Some(revision) = history.iter().rev().find(ran).map(|earlier| earlier.revision) else { return Ok(()) };
    for id in &left {
        session.remark(format!(
            "hook {} {} is still there from revision {revision}, where it ended: it is replaced",
            id.kind, id.name
        ));
    }
    policy::replace(session, &left, options)
}

fn is_finished(live: &Value) -> bool {
    let text = |path: &str| live.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if text("/kind") == "Pod" {
        return matches!(text("/status/phase"), "Succeeded" | "Failed");
    }
    let conditions = live.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let ended = |condition: &Value| {
        let kind = condition.get("type").and_then(Value::as_str);
        matches!(kind, Some("Complete" | "Failed")) && condition.get("status").is_some_and(|status| status == "True")
    };
    let status = compute_status(live, 0).readiness;
    status != Readiness::Terminating && conditions.into_iter().any(ended)
}

/// Whether Helm, or we, made it.
fn is_ours(live: &Value) -> bool {
    let fields = live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    fields.into_iter().any(|entry| entry.get("manager").is_some_and(|manager| manager == FIELD_MANAGER))
}
