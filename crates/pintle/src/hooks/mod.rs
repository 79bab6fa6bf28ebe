//! Runs hooks: makes their objects, waits for them, deletes them as their policies say. Helm: `pkg/action/hooks.go`.

mod leftover;
mod logs;
mod policy;

use cluster::{Action, ObjectId, WaitOptions, Write};
use release::{
    Hook, HookEvent, HookRun, Record,
    object::{Checks, Object},
};
use serde_json::Value;

use crate::{
    Error, ErrorKind, Event, Level, LogLine, Progress, Session,
    explain::explained,
    hooks::policy::{FAILED, SUCCEEDED},
    objects,
};

/// How hooks are run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HookOptions {
    /// How and how long each of them is waited for.
    pub(crate) wait: WaitOptions,
    /// Whether they are applied by the server, instead of created.
    pub(crate) server_side: bool,
}

/// Runs all hooks of an event, one after the other, and deletes what is to be deleted.
///
/// The record's hooks say afterwards how they ran; the record is written before each of them, not at the end.
pub(crate) fn run_hooks(
    session: &mut Session<'_>,
    record: &mut Record,
    event: HookEvent,
    options: &HookOptions,
) -> Result<(), Error> {
    let (cleanup, outcome) = start_some(session, record, event, options, &|_| true);
    let cleaned = cleanup.run(session, record, options);
    match outcome {
        Ok(()) => cleaned,
        Err(error) => Err(cleaned.err().unwrap_or(error)),
    }
}

/// What is left to do when hooks have run, or when the first has failed.
#[must_use]
pub(crate) enum Cleanup {
    /// Nothing.
    Nothing,
    /// These have succeeded, in the order in which they ran.
    Succeeded(Vec<usize>),
    /// One has failed, after others.
    Failed { failed: usize, succeeded: Vec<usize> },
}

/// Runs the hooks of an event that `picks` picks by their place in the record, and leaves their objects for [`Cleanup`].
/// Helm: `execHookWithDelayedShutdown`.
pub(crate) fn start_some(
    session: &mut Session<'_>,
    record: &mut Record,
    event: HookEvent,
    options: &HookOptions,
    picks: &dyn Fn(usize) -> bool,
) -> (Cleanup, Result<(), Error>) {
    let mut order = order(record, event);
    order.retain(|index| picks(*index));
    for (place, &index) in order.iter().enumerate() {
        if let Err(error) = session.cluster.interrupt().check() {
            return (Cleanup::Nothing, Err(error.into()));
        }
        match (Run { session, record, index, event, options }).told() {
            Ok(()) => {}
            Err(Stop::Before(error)) => return (Cleanup::Nothing, Err(error)),
            Err(Stop::Failed(error)) => {
                let succeeded = order.get(..place).unwrap_or_default().to_vec();
                return (Cleanup::Failed { failed: index, succeeded }, Err(error));
            }
        }
    }
    (Cleanup::Succeeded(order), Ok(()))
}

/// Which hooks of a record an event runs: by weight, then by name. The record has them in the order of kinds.
fn order(record: &Record, event: HookEvent) -> Vec<usize> {
    let mut order: Vec<(i64, &str, usize)> = Vec::new();
    for (index, hook) in record.hooks.iter().enumerate() {
        let times = hook.events.iter().filter(|known| **known == event).count();
        order.extend(std::iter::repeat_n((hook.weight, hook.name.as_str(), index), times));
    }
    order.sort_by_key(|(weight, name, _)| (*weight, *name));
    order.into_iter().map(|(.., index)| index).collect()
}

impl Cleanup {
    /// Deletes hooks as their policies say, and tells their logs.
    pub(crate) fn run(self, session: &mut Session<'_>, record: &Record, options: &HookOptions) -> Result<(), Error> {
        match self {
            Cleanup::Nothing => Ok(()),
            Cleanup::Succeeded(order) => {
                for hook in order.iter().rev().filter_map(|index| record.hooks.get(*index)) {
                    logs::tell(session, hook, &record.namespace, SUCCEEDED);
                    policy::delete(session, hook, SUCCEEDED, options)?;
                }
                Ok(())
            }
            Cleanup::Failed { failed, succeeded } => {
                if let Some(hook) = record.hooks.get(failed)
                    && let Err(error) = policy::delete(session, hook, FAILED, options)
                {
                    let text = format!("error deleting the hook resource on hook failure: {error}");
                    session.log(LogLine::new(Level::Info, text));
                }
                let succeeded = succeeded.iter().filter_map(|index| record.hooks.get(*index));
                succeeded.into_iter().try_for_each(|hook| policy::delete(session, hook, SUCCEEDED, options))
            }
        }
    }
}

/// Whether a hook can change other objects: these cannot.
pub(crate) fn acts(hook: &Hook) -> bool {
    const PASSIVE: [&str; 9] = [
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "PersistentVolumeClaim",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAccount",
    ];
    !PASSIVE.contains(&hook.kind.as_str())
}

/// Why no further hook runs.
enum Stop {
    /// The hook did not get as far as being waited for: nothing is cleaned up.
    Before(Error),
    /// The hook failed.
    Failed(Error),
}

/// One hook on its way.
struct Run<'a, 'b> {
    session: &'a mut Session<'b>,
    record: &'a mut Record,
    index: usize,
    event: HookEvent,
    options: &'a HookOptions,
}

impl Run<'_, '_> {
    /// Runs it, and tells that it begins and how it ends.
    fn told(&mut self) -> Result<(), Stop> {
        self.tell(None);
        let outcome = self.run();
        self.tell(Some(match &outcome {
            Ok(()) => Ok(()),
            Err(Stop::Before(error) | Stop::Failed(error)) => Err(error),
        }));
        outcome
    }

    fn tell(&mut self, ended: Option<Result<(), &Error>>) {
        let Some(hook) = self.record.hooks.get(self.index) else { return };
        let (kind, name) = (hook.kind.as_str(), hook.name.as_str());
        self.session.tell(Progress::Hook { event: self.event.name(), kind, name, ended });
    }

    fn run(&mut self) -> Result<(), Stop> {
        let objects = self.prepare().map_err(Stop::Before)?;
        let started_at = Some(self.session.timestamp());
        self.note(HookRun { started_at, completed_at: None, phase: "Running".into() });
        if let Err(error) = self.session.storage.update(self.record) {
            let line = LogLine::new(Level::Warn, "failed to update release").with("name", self.record.name.as_str());
            let line = line.with("revision", self.record.revision.to_string()).with("error", error.to_string());
            self.session.log(line);
        }
        let made = match self.create(objects) {
            Ok(made) => made,
            Err(error) => {
                let completed_at = Some(self.session.timestamp());
                self.note(HookRun { started_at, completed_at, phase: "Failed".into() });
                return Err(Stop::Before(error));
            }
        };
        let observer = &mut *self.session.observer;
        let mut tell = |id: &ObjectId, status: &_| observer.event(Event::Status { id, status });
        let waited = self.session.cluster.wait_for_hook(&made, &self.options.wait, &mut tell);
        let completed_at = Some(self.session.timestamp());
        let phase = if waited.is_ok() { "Succeeded" } else { "Failed" };
        self.note(HookRun { started_at, completed_at, phase: phase.into() });
        waited.map_err(|error| {
            if let Some(hook) = self.record.hooks.get(self.index) {
                logs::tell(self.session, hook, &self.record.namespace, FAILED);
            }
            Stop::Failed(explained(self.session, error))
        })
    }

    /// Makes room for the hook's objects, and reads them.
    fn prepare(&mut self) -> Result<Vec<Object>, Error> {
        let Some(hook) = self.record.hooks.get_mut(self.index) else { return Ok(Vec::new()) };
        policy::set_default(hook);
        policy::delete_before(self.session, hook, self.options)?;
        let (event, path) = (self.event.name(), hook.path.as_str());
        let objects = objects::read(self.session.cluster, &self.session.namespace, &hook.manifest, Checks::Strict)
            .map_err(|error| error.during(format!("unable to build kubernetes object for {event} hook {path}")))?;
        if !policy::has(hook, policy::BEFORE) {
            leftover::replace(self.session, self.record, self.index, &objects, self.options)?;
        }
        Ok(objects)
    }

    fn note(&mut self, run: HookRun) {
        if let Some(hook) = self.record.hooks.get_mut(self.index) {
            hook.last_run = run;
        }
    }

    /// Gives the objects as the server made them. Helm: `Client.Create`.
    fn create(&self, objects: Vec<Object>) -> Result<Vec<(ObjectId, Option<Value>)>, Error> {
        let create = |object: &Object| {
            let json = object.json.clone();
            let action = match self.options.server_side {
                true => Action::Apply { object: json, force_conflicts: false },
                false => Action::Create(json),
            };
            Write::new(object.id.clone(), action)
        };
        let writes: Vec<Write> = objects.iter().map(create).collect();
        let (mut made, mut errors) = (Vec::new(), Vec::new());
        for (object, written) in objects.into_iter().zip(self.session.cluster.write_all(&writes)) {
            match written {
                Ok(live) => made.push((object.id, live)),
                Err(error) => errors.push(error.to_string()),
            }
        }
        if errors.is_empty() {
            return Ok(made);
        }
        let path = self.record.hooks.get(self.index).map_or("", |hook| hook.path.as_str());
        let (event, errors) = (self.event.name(), errors.join("\n"));
        Err(Error::new(ErrorKind::Cluster, format!("warning: Hook {event} {path} failed: {errors}")))
    }
}

#[cfg(test)]
mod tests {
    use release::{Hook, HookEvent, HookRun, Record};

    use super::order;

    #[test]
    fn hooks_run_by_weight_and_then_by_name() {
        let hook = |name: &str, weight, events: &[HookEvent]| Hook {
            name: name.into(),
            kind: "Job".into(),
            path: "x".into(),
            manifest: "".into(),
            events: events.to_vec(),
            weight,
            delete_policies: Vec::new(),
            output_log_policies: Vec::new(),
            last_run: HookRun::default(),
        };
        let record = Record {
            hooks: vec![
                hook("c", 0, &[HookEvent::Test]),
                hook("b", 0, &[HookEvent::PreInstall, HookEvent::Test]),
                hook("a", 5, &[HookEvent::Test]),
                hook("z", -1, &[HookEvent::Test, HookEvent::Test]),
                hook("n", 0, &[HookEvent::PostInstall]),
            ],
            ..Record::default()
        };
        assert_eq!(order(&record, HookEvent::Test), [3, 3, 1, 0, 2]);
        assert_eq!(order(&record, HookEvent::PreDelete), [0; 0]);
    }
}
