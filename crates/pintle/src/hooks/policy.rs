//! When a hook's objects are deleted.

use cluster::{Action, ObjectId, Propagation, WaitStrategy, Write};
use release::{Hook, object::Checks};

use crate::{Error, ErrorKind, Event, Session, explain::explained, hooks::HookOptions, objects};

/// Before they are made.
pub(super) const BEFORE: &str = "before-hook-creation";
/// When the hook has succeeded.
pub(super) const SUCCEEDED: &str = "hook-succeeded";
/// When the hook has failed.
pub(super) const FAILED: &str = "hook-failed";

/// Whether a hook has a policy.
pub(super) fn has(hook: &Hook, policy: &str) -> bool {
    hook.delete_policies.iter().any(|known| known == policy)
}

/// A hook without any policy gets the default; only once it runs, so that the record of one that never ran lacks it.
pub(super) fn set_default(hook: &mut Hook) {
    if hook.delete_policies.is_empty() {
        hook.delete_policies.push(BEFORE.into());
    }
}

/// Deletes a hook's objects if it has the policy.
pub(super) fn delete(session: &mut Session<'_>, hook: &Hook, policy: &str, options: &HookOptions) -> Result<(), Error> {
    let Some(ids) = doomed(session, hook, policy)? else { return Ok(()) };
    remove(session, &ids)?;
    wait(session, &ids, options)
}

/// Deletes what is left of an earlier run, if the hook has the policy. What takes its time to go is waited for, whatever
/// the strategy: an object on its way out is nothing to apply another one onto.
pub(super) fn delete_before(session: &mut Session<'_>, hook: &Hook, options: &HookOptions) -> Result<(), Error> {
    let Some(ids) = doomed(session, hook, BEFORE)? else { return Ok(()) };
    replace(session, &ids, options)
}

/// Deletes objects, and waits until they are gone.
pub(super) fn replace(session: &mut Session<'_>, ids: &[ObjectId], options: &HookOptions) -> Result<(), Error> {
    let mut options = *options;
    if options.wait.strategy == WaitStrategy::HookOnly {
        options.wait.strategy = WaitStrategy::Watcher;
    }
    let staying = remove(session, ids)?;
    if staying.is_empty() { Ok(()) } else { wait(session, &staying, &options) }
}

/// A hook's objects, if it has the policy. Definitions stay: whatever is defined by them would go too.
fn doomed(session: &Session<'_>, hook: &Hook, policy: &str) -> Result<Option<Vec<ObjectId>>, Error> {
    if hook.kind == "CustomResourceDefinition" || !has(hook, policy) {
        return Ok(None);
    }
    let objects = objects::read(session.cluster, &session.namespace, &hook.manifest, Checks::Lenient)
        .map_err(|error| error.during(format!("unable to build kubernetes object for deleting hook {}", hook.path)))?;
    Ok(Some(objects.into_iter().map(|object| object.id).collect()))
}

/// Gives those that are still there, on their way out.
fn remove(session: &Session<'_>, ids: &[ObjectId]) -> Result<Vec<ObjectId>, Error> {
    let deletion = |id: &ObjectId| Write::new(id.clone(), Action::Delete(Propagation::Background));
    let writes: Vec<Write> = ids.iter().map(deletion).collect();
    let (mut staying, mut errors) = (Vec::new(), Vec::new());
    for (id, result) in ids.iter().zip(session.cluster.write_all(&writes)) {
        match result {
            Ok(None) => {}
            Ok(Some(_)) => staying.push(id.clone()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    if errors.is_empty() { Ok(staying) } else { Err(Error::new(ErrorKind::Cluster, errors.join("; "))) }
}

fn wait(session: &mut Session<'_>, ids: &[ObjectId], options: &HookOptions) -> Result<(), Error> {
    let observer = &mut *session.observer;
    let mut tell = |id: &ObjectId, status: &_| observer.event(Event::Status { id, status });
    let waited = session.cluster.wait_for_delete(ids, &options.wait, &mut tell);
    waited.map_err(|error| explained(session, error))
}
