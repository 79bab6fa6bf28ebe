//! Carries a change out, phase by phase: hooks, objects, waiting, hooks.

use cluster::{Action, Write};
use release::{ApplyMethod, HookEvent, Record, object::Object};

use crate::{
    ChangeOptions, Error, ErrorKind, Event, Session,
    explain::explained,
    hooks::{HookOptions, run_hooks},
};

/// A change that is recorded as pending.
pub(crate) struct Change<'a> {
    /// The new revision.
    pub(crate) record: &'a mut Record,
    /// The objects that it wants.
    pub(crate) objects: Vec<Object>,
    /// The hooks before and behind it.
    pub(crate) events: [HookEvent; 2],
    /// How objects are changed.
    pub(crate) options: &'a ChangeOptions,
}

/// How far a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// To the hooks before it.
    Before,
    /// To the objects.
    Apply,
    /// To waiting for the objects.
    Wait,
    /// To the hooks behind it.
    After,
}

/// A change that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Why.
    pub(crate) error: Error,
    /// Where.
    pub(crate) phase: Phase,
}

/// Carries a change out.
pub(crate) fn execute(session: &mut Session<'_>, change: Change<'_>) -> Result<(), Failed> {
    let Change { record, objects, events: [before, after], options } = change;
    let at = |phase| move |error| Failed { error, phase };
    let hook_options = HookOptions { wait: options.wait, server_side: record.apply_method == ApplyMethod::ServerSide };
    if options.no_hooks {
        session.debug("hooks disabled");
    } else {
        run_hooks(session, record, before, &hook_options).map_err(at(Phase::Before))?;
    }
    apply(session, &objects, record.apply_method).map_err(at(Phase::Apply))?;
    wait(session, &objects, options).map_err(at(Phase::Wait))?;
    if !options.no_hooks {
        run_hooks(session, record, after, &hook_options).map_err(at(Phase::After))?;
    }
    Ok(())
}

/// Makes objects, those of one kind at once.
fn apply(session: &Session<'_>, objects: &[Object], method: ApplyMethod) -> Result<(), Error> {
    let mut errors = Vec::new();
    for objects in objects.chunk_by(|a, b| a.id.kind == b.id.kind) {
        let write = |object: &Object| {
            let json = object.json.clone();
            let action = match method {
                ApplyMethod::ServerSide => Action::Apply { object: json, force_conflicts: false },
                _ => Action::Create(json),
            };
            Write::new(object.id.clone(), action)
        };
        let writes: Vec<Write> = objects.iter().map(write).collect();
        errors.extend(session.cluster.write_all(&writes).into_iter().filter_map(|r| Some(r.err()?.to_string())));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Cluster, errors.join("\n"))) }
}

fn wait(session: &mut Session<'_>, objects: &[Object], options: &ChangeOptions) -> Result<(), Error> {
    let ids: Vec<_> = objects.iter().map(|object| object.id.clone()).collect();
    let observer = &mut *session.observer;
    let mut tell = |id: &_, status: &_| observer.event(Event::Status { id, status });
    let waited = session.cluster.wait(&ids, &options.wait, &mut tell);
    waited.map_err(|error| explained(session, error))
}
