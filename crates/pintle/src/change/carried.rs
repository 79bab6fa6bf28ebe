//! Carries a plan out: the steps of one kind at once, one kind after the other. Helm: `pkg/kube/client.go`, `update`.

use std::time::Duration;

use cluster::{Action, Error as ClusterError, ObjectId, PatchKind, Propagation, WaitOptions, Write};
use release::plan::{Change, PatchForm, Plan, Step};
use serde_json::Value;

use crate::{Error, ErrorKind, Session};

/// How long an object that is made anew may take to go.
const RECREATE_TIMEOUT: Duration = Duration::from_secs(60);

/// What came of a plan.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// The objects that were not there before, also those whose making failed.
    pub(crate) created: Vec<ObjectId>,
    /// What went wrong, in Helm's words.
    pub(crate) error: Option<Error>,
}

/// Carries a plan out. An object that cannot be made ends it; what cannot be changed is told when all else is.
pub(crate) fn carry_out(session: &mut Session<'_>, plan: &Plan) -> Carried {
    let mut carried = Carried::default();
    let mut errors: Vec<Error> = Vec::new();
    for batch in plan.batches() {
        if !errors.is_empty() && batch.iter().any(Step::is_removal) {
            break;
        }
        let steps: Vec<&Step> = batch.iter().filter(|step| step.writes()).collect();
        carried.created.extend(steps.iter().filter(|step| step.creates()).map(|step| step.id.clone()));
        for (step, result) in steps.iter().zip(write_batch(session, &steps)) {
            let Err(error) = result else { continue };
            let error = if step.is_removal() {
                let ObjectId { namespace, name, kind, .. } = &step.id;
                error.during(format!("failed to delete resource namespace={namespace}, name={name}, kind={kind}"))
            } else if step.creates() {
                carried.error = Some(error.during("failed to create resource").into());
                return carried;
            } else {
                error
            };
            errors.push(error.into());
        }
    }
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    carried.error = match errors.len() {
        0 | 1 => errors.pop(),
        _ => Some(Error::new(ErrorKind::Cluster, texts.join(" && "))),
    };
    carried
}

/// Deletes what a failed change made. Helm: `cleanup-on-fail`.
pub(crate) fn clean_up(session: &mut Session<'_>, created: &[ObjectId]) -> Result<(), Error> {
    let writes: Vec<Write> =
        created.iter().map(|id| Write::new(id.clone(), Action::Delete(Propagation::Background))).collect();
    let errors: Vec<String> =
        session.cluster.write_all(&writes).into_iter().filter_map(|result| Some(result.err()?.to_string())).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Cluster, errors.join(", "))) }
}

fn write_batch(session: &mut Session<'_>, steps: &[&Step]) -> Vec<Result<(), ClusterError>> {
    let cluster = session.cluster;
    let adopted = steps.iter().map(|step| match &step.change {
        Change::Apply { adopt_fields: true, .. } => cluster.adopt_fields(&step.id, false).map(drop),
        _ => Ok(()),
    });
    let adopted: Vec<Result<(), ClusterError>> = adopted.collect();
    let writes: Vec<Write> = steps.iter().map(|step| Write::new(step.id.clone(), action(&step.change))).collect();
    let written = cluster.write_all(&writes);
    let results = steps.iter().zip(adopted).zip(written);
    results
        .map(|((step, adopted), written)| match (&step.change, written) {
            (Change::Replace { object, recreate: true }, Err(error)) if is_immutable(&error) => {
                recreate(session, &step.id, object)
            }
            (Change::Recreate { object, .. }, Ok(_)) => recreate(session, &step.id, object),
            (_, written) => adopted.and(written.map(drop)),
        })
        .collect()
}

fn action(change: &Change) -> Action {
    match change {
        Change::Create { object } => Action::Create(object.clone()),
        Change::Apply { object, force_conflicts, .. } => {
            Action::Apply { object: object.clone(), force_conflicts: *force_conflicts }
        }
        Change::Patch { form, patch } => {
            let kind = match form {
                PatchForm::Merge => PatchKind::Merge,
                PatchForm::Strategic => PatchKind::Strategic,
            };
            Action::Patch { kind, patch: patch.clone() }
        }
        Change::Replace { object, .. } => Action::Replace(object.clone()),
        _ => Action::Delete(Propagation::Background),
    }
}

/// Whether the server says that a field cannot change.
fn is_immutable(error: &ClusterError) -> bool {
    error.is_invalid() && error.to_string().contains("immutable")
}

/// Deletes an object, waits until it is gone, and makes it anew.
fn recreate(session: &mut Session<'_>, id: &ObjectId, object: &Value) -> Result<(), ClusterError> {
    session.remark(format!("{} {:?} is deleted and made anew: a field changes that cannot change", id.kind, id.name));
    let cluster = session.cluster;
    cluster.write(&Write::new(id.clone(), Action::Delete(Propagation::Background)))?;
    cluster.wait_for_delete(std::slice::from_ref(id), &WaitOptions::new(RECREATE_TIMEOUT), &mut |_, _| {})?;
    cluster.write(&Write::new(id.clone(), Action::Create(object.clone()))).map(drop)
}
