//! `helm rollback`: an earlier revision lives again, as a new one. Helm: `pkg/action/rollback.go`.

use release::{
    HookEvent, Info, Record, Status,
    history::{History, Revision, RollbackTo, abandoned_description},
    object::{Checks, ObjectId},
    plan::Plan,
};

use crate::{
    ChangeOptions, Error, ErrorKind, Level, LogLine, Session,
    change::{
        PlanRequest, Run, RunStage, Stopped, clean_up, create_record, planned, preview, revisions, supersede,
        update_record, wanted,
    },
    install_name,
};

/// What `rollback` needs.
#[derive(Clone, Debug)]
pub struct RollbackOptions {
    /// The release.
    pub name: String,
    /// Where to.
    pub to: RollbackTo,
    /// How objects are changed.
    pub change: ChangeOptions,
}

/// Rolls a release back. Gives the new revision.
///
/// # Errors
/// In Helm's words, such as `release has no 7 version`.
pub fn rollback(session: &mut Session<'_>, options: &RollbackOptions) -> Result<Record, Error> {
    session.check_reachable()?;
    let revisions = known_revisions(session, &options.name)?;
    let Prepared { mut current, mut target } = prepare(session, &revisions, options)?;
    let (plan, ids) = plan_of(session, &current, &target, &options.change)?;
    if options.change.dry_run.is_on() {
        preview(session, &plan, &target);
        return Ok(target);
    }
    create_record(session, &target, &revisions, options.change.history_max)?;
    abandon(session, &mut current, &revisions);
    let run = Run {
        record: &mut target,
        plan: &plan,
        ids: &ids,
        options: &options.change,
        events: [HookEvent::PreRollback, HookEvent::PostRollback],
        deadline: None,
    };
    if let Err(stopped) = run.run(session) {
        return Err(fail(session, (current, target), stopped, &options.change));
    }
    supersede(session, &target.name, target.revision, &revisions);
    target.info.status = Status::Deployed;
    session.storage.update(&target)?;
    Ok(target)
}

/// The revision that lives, and the one that shall.
struct Prepared {
    current: Record,
    target: Record,
}

fn known_revisions(session: &mut Session<'_>, name: &str) -> Result<Vec<Revision>, Error> {
    if install_name::validate(name).is_err() {
        return Err(Error::new(ErrorKind::Usage, format!("prepareRollback: Release name is invalid: {name}")));
    }
    let known = revisions(session, name)?;
    if known.is_empty() {
        let error = Error::from(cluster::Error::ReleaseNotFound);
        return Err(error.hinted(session.where_else(name, 0)));
    }
    Ok(known)
}

/// Helm: `prepareRollback`.
fn prepare(session: &mut Session<'_>, revisions: &[Revision], options: &RollbackOptions) -> Result<Prepared, Error> {
    let name = options.name.as_str();
    let history = History::new(name, revisions);
    let goal = history.rollback_target(options.to).map_err(|error| {
        let kept: Vec<String> = revisions.iter().map(|revision| revision.number.to_string()).collect();
        Error::new(ErrorKind::Release, error.to_string())
            .hinted(format!("the revisions {} are kept: `helm history {name}`", kept.join(", ")))
    })?;
    if let Some(number) = goal.passed_over {
        session.remark(format!(
            "revision {number} never became ready: rolling back to revision {}, the newest one before it that did",
            goal.number
        ));
    }
    let newest = history.newest().map_or(0, |revision| revision.number);
    let current = session.storage.get(name, newest)?;
    let previous = session.storage.get(name, goal.number)?;
    let line = LogLine::new(Level::Debug, "rolling back").with("name", name).with("currentVersion", newest.to_string());
    session.log(line.with("targetVersion", goal.number.to_string()));
    let target = Record {
        name: name.to_owned(),
        namespace: current.namespace.clone(),
        revision: newest + 1,
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(session.timestamp()),
            deleted: None,
            description: format!("Rollback to {}", goal.number),
            status: Status::PendingRollback,
            notes: previous.info.notes.clone(),
        },
        apply_method: options.change.server_side.after(previous.apply_method),
        ..previous
    };
    Ok(Prepared { current, target })
}

/// What happens to which objects; nothing has been changed so far.
fn plan_of(
    session: &mut Session<'_>,
    current: &Record,
    target: &Record,
    options: &ChangeOptions,
) -> Result<(Plan, Vec<ObjectId>), Error> {
    let objects = wanted(session, target, Checks::Lenient)
        .map_err(|error| error.during("unable to build kubernetes objects from new release manifest"))?;
    let request = PlanRequest {
        old: Some(current),
        new: target,
        objects: &objects,
        options,
        adopts: None,
        old_words: "unable to build kubernetes objects from current release manifest",
    };
    let plan = planned(session, &request)?;
    Ok((plan, objects.into_iter().map(|object| object.id).collect()))
}

/// A pending revision that nobody carries on is marked as failed, with the reason.
fn abandon(session: &mut Session<'_>, current: &mut Record, revisions: &[Revision]) {
    let Some(newest) = History::new(&current.name, revisions).newest() else { return };
    if newest.status.is_pending() && newest.number == current.revision {
        current.info.description = abandoned_description(&current.name, newest);
        current.info.status = Status::Failed;
        update_record(session, current);
    }
}

/// Records the failure. After a failed hook Helm leaves the revision pending.
fn fail(
    session: &mut Session<'_>,
    (mut current, mut target): (Record, Record),
    stopped: Stopped,
    options: &ChangeOptions,
) -> Error {
    let Stopped { error, stage, created } = stopped;
    match stage {
        RunStage::Before | RunStage::After => error,
        RunStage::Wait => {
            target.info.status = Status::Failed;
            target.info.description = format!("Release {:?} failed: {error}", target.name);
            update_record(session, &current);
            update_record(session, &target);
            error.during(format!("release {} failed", target.name))
        }
        RunStage::Apply => {
            let message = format!("Rollback {:?} failed: {error}", target.name);
            session.log(LogLine::new(Level::Warn, message.as_str()));
            // A revision that had failed before stays failed.
            if current.info.status == Status::Deployed {
                current.info.status = Status::Superseded;
                update_record(session, &current);
            }
            target.info.status = Status::Failed;
            target.info.description = message;
            update_record(session, &target);
            clean(session, error, &created, options)
        }
    }
}

fn clean(session: &mut Session<'_>, error: Error, created: &[ObjectId], options: &ChangeOptions) -> Error {
    if !options.cleanup_on_fail || created.is_empty() {
        return error;
    }
    match clean_up(session, created) {
        Ok(()) => error,
        Err(cleanup) => cleanup.map_message(|text| {
            format!("an error occurred while cleaning up resources. original rollback error: unable to cleanup resources: {text}")
        }),
    }
}
