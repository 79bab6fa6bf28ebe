//! Carries the steps of a plan out: those of one kind at once, kind after kind. Helm: `pkg/kube/client.go`.

use std::time::Duration;

use cluster::{Action, Error as ClusterError, ObjectId, PatchKind, Propagation, WaitOptions, Write};
use release::plan::{Change, PatchForm, Plan, Step};

use crate::{Error, ErrorKind, Level, LogLine, Planned, Progress, Session, operation::Operation};

/// How long an object may take to be gone before it is made anew.
const GONE_WITHIN: Duration = Duration::from_secs(120);

/// The write that a step is; none for one that writes nothing or more than one thing.
pub(crate) fn write_of(step: &Step) -> Option<Write> {
    let action = match &step.change {
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
        Change::Delete => Action::Delete(Propagation::Background),
        _ => return None,
    };
    Some(Write::new(step.id.clone(), action))
}

/// Carries a plan out. What was created is noted even if it failed.
///
/// An install tries everything. An upgrade or a rollback ends behind the first kind with an object that cannot be created,
/// and deletes nothing if anything failed.
pub(super) fn carry_out(
    session: &mut Session<'_>,
    plan: &Plan,
    operation: Operation,
    created: &mut Vec<ObjectId>,
) -> Result<(), Error> {
    let mut errors: Vec<String> = Vec::new();
    let mut conflicts = false;
    for batch in plan.batches() {
        session.cluster.interrupt().check()?;
        if batch.iter().any(Step::is_removal) && !errors.is_empty() {
            break;
        }
        created.extend(batch.iter().filter(|step| step.creates()).map(|step| step.id.clone()));
        for (step, result) in batch.iter().zip(carry_batch(session, batch)) {
            let Err(error) = result else { continue };
            if step.creates() && operation != Operation::Install {
                return Err(Error::from(error).during("failed to create resource"));
            }
            conflicts |= error.is_conflict();
            errors.push(worded(step, &error));
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    let separator = if operation == Operation::Install { "\n" } else { " && " };
    let error = Error::new(ErrorKind::Cluster, errors.join(separator));
    if !conflicts {
        return Err(error);
    }
    Err(error.hinted("somebody else set these fields: --force-conflicts takes them over, --force replaces the object"))
}

fn worded(step: &Step, error: &ClusterError) -> String {
    let ObjectId { namespace, name, kind, .. } = &step.id;
    match step.change {
        Change::Delete => {
            format!("failed to delete resource namespace={namespace}, name={name}, kind={kind}: {error}")
        }
        _ => error.to_string(),
    }
}

/// Carries the steps of one kind out at once; those that take several writes one after the other.
fn carry_batch(session: &mut Session<'_>, batch: &[Step]) -> Vec<Result<(), ClusterError>> {
    let mut results: Vec<Result<(), ClusterError>> = Vec::new();
    let mut times: Vec<Duration> = Vec::new();
    for step in batch {
        let (result, took) = timed(session, |session| prepare(session, step));
        results.push(result);
        times.push(took);
    }
    let mut places = Vec::new();
    let mut writes = Vec::new();
    for (place, step) in batch.iter().enumerate() {
        if let (Some(Ok(())), Some(write)) = (results.get(place), write_of(step)) {
            places.push(place);
            writes.push(write);
        }
    }
    for (place, (written, took)) in places.into_iter().zip(session.cluster.write_all_timed(&writes)) {
        let Some(step) = batch.get(place) else { continue };
        let (result, more) = match (&step.change, written) {
            (Change::Replace { object, recreate: true }, Err(error)) if error.is_invalid() => {
                timed(session, |session| {
                    recreate(session, &step.id, object, "the server says that it cannot be changed")
                })
            }
            (_, written) => (written.map(drop), Duration::ZERO),
        };
        if let (Some(slot), Some(time)) = (results.get_mut(place), times.get_mut(place)) {
            *slot = result;
            *time = time.saturating_add(took).saturating_add(more);
        }
    }
    for ((step, result), took) in batch.iter().zip(&results).zip(times).filter(|((step, _), _)| step.writes()) {
        let error = result.as_ref().err().map(ToString::to_string);
        session.tell(Progress::Written { planned: Planned::from(step), took, error });
    }
    results
}

/// What something gives, and how long it takes.
fn timed<T>(session: &mut Session<'_>, does: impl FnOnce(&mut Session<'_>) -> T) -> (T, Duration) {
    let begun = session.now();
    let given = does(session);
    let took = session.now().saturating_sub(begun);
    (given, u64::try_from(took).map_or(Duration::ZERO, Duration::from_nanos))
}

/// What must come before the write of a step, or takes its place.
fn prepare(session: &mut Session<'_>, step: &Step) -> Result<(), ClusterError> {
    match &step.change {
        Change::Apply { adopt_fields: true, .. } => session.cluster.adopt_fields(&step.id, false).map(drop),
        Change::Recreate { object, field } => {
            recreate(session, &step.id, object, &format!("{field} changes, which it never may"))
        }
        Change::SkipUnmappable { .. } | Change::Gone | Change::Keep { .. } => {
            let line = LogLine::new(Level::Debug, "skipping delete").with("kind", step.id.kind.as_str());
            session.log(line.with("name", step.id.name.as_str()));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Deletes an object, waits until it is gone, and makes it anew.
fn recreate(
    session: &mut Session<'_>,
    id: &ObjectId,
    object: &serde_json::Value,
    why: &str,
) -> Result<(), ClusterError> {
    session.remark(format!("{} {} is deleted and made anew: {why}", id.kind, id.name));
    session.cluster.write(&Write::new(id.clone(), Action::Delete(Propagation::Background)))?;
    let ids = [id.clone()];
    session.cluster.wait_for_delete(&ids, &WaitOptions::new(GONE_WITHIN), &mut |_, _| {})?;
    session.cluster.write(&Write::new(id.clone(), Action::Create(object.clone())))?;
    Ok(())
}

/// Deletes what a failed change had created: `--cleanup-on-fail`.
///
/// # Errors
/// What could not be deleted, in one text.
pub(crate) fn clean_up(session: &mut Session<'_>, created: &[ObjectId]) -> Result<(), String> {
    session.debug(format!("cleanup on fail set, cleaning up {} resources", created.len()));
    let mut errors = Vec::new();
    for ids in created.chunk_by(|a, b| a.kind == b.kind) {
        let deletion = |id: &ObjectId| Write::new(id.clone(), Action::Delete(Propagation::Background));
        let writes: Vec<Write> = ids.iter().map(deletion).collect();
        errors.extend(
            session.cluster.write_all(&writes).into_iter().filter_map(|result| Some(result.err()?.to_string())),
        );
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join(", ")) }
}
