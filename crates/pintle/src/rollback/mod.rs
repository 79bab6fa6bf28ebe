//! `helm rollback`: a release goes back to an earlier revision. Helm: `pkg/action/rollback.go`.

mod fail;
mod standing;

use release::{
    Info, Record, Status,
    history::{HistoryError, RollbackTo},
    object::Checks,
};

use crate::{
    BECAUSE_ANNOTATION, ChangeOptions, Error, Level, LogLine, Session,
    change::{Draft, Goal, Reading, draft, preview},
    execute::{Change, Deadline, execute},
    operation::Operation,
    past::Past,
    reasons::Notes,
};

pub(crate) use self::standing::tell_objects;

/// What `rollback` needs.
#[derive(Clone, Debug)]
pub struct RollbackOptions {
    /// The release's name.
    pub name: String,
    /// Where to.
    pub to: RollbackTo,
    /// How objects are changed.
    pub change: ChangeOptions,
}

/// Brings a release back to an earlier revision, as a new one.
///
/// # Errors
/// In Helm's words.
pub fn rollback(session: &mut Session<'_>, options: &RollbackOptions) -> Result<(), Error> {
    session.check_name(&options.name, "prepareRollback: Release name is invalid")?;
    go_back(session, &options.name, &Way::new(options.to, &options.change))
}

/// Where a rollback goes, and how.
pub(crate) struct Way<'a> {
    /// Where to.
    pub(crate) to: RollbackTo,
    /// How objects are changed.
    pub(crate) options: &'a ChangeOptions,
    /// When it must be over.
    pub(crate) deadline: Deadline,
    /// Why, where nobody asked for it.
    pub(crate) because: Option<String>,
}

impl<'a> Way<'a> {
    /// One that the user asked for.
    pub(crate) fn new(to: RollbackTo, options: &'a ChangeOptions) -> Way<'a> {
        Way { to, options, deadline: Deadline::default(), because: None }
    }
}

/// Carries a rollback out.
pub(crate) fn go_back(session: &mut Session<'_>, name: &str, way: &Way<'_>) -> Result<(), Error> {
    if let RollbackTo::Revision(..0) = way.to {
        return Err(HistoryError::InvalidRevision.into());
    }
    let mut past = Past::read(session, name)?;
    if !matches!(way.to, RollbackTo::Revision(1..)) {
        past.describe(session)?;
    }
    let target = target(session, &past, way.to)?;
    take_over(session, &mut past, way.options)?;
    let Some(current) = past.newest().cloned() else { return Err(HistoryError::NotFound.into()) };
    let mut record = next_record(session, &current, &target, way.options);
    let goal = Goal {
        operation: Operation::Rollback,
        record: &record,
        before: Some(&current),
        checks: Checks::Lenient,
        options: way.options,
        reading: Reading::Now,
    };
    let draft = draft(session, &goal).map_err(|error| outdated(session, error, &target))?;
    if way.options.dry_run.is_on() {
        preview(session, &draft);
        standing::tell_lasting(session, &past, &draft.plan, target.revision);
        return Ok(());
    }
    past.prune(session, way.options.history_max)?;
    session.cluster.interrupt().open();
    session.create_record(&record)?;
    tell_unknown(session, &draft);
    let change = Change {
        operation: Operation::Rollback,
        record: &mut record,
        draft,
        options: way.options,
        deadline: way.deadline,
    };
    let outcome = match execute(session, change) {
        Err(failed) => Err(fail::fail(session, fail::Revisions { record, current }, failed, way.options)),
        Ok(mut notes) => {
            notes.extend(way.because.clone().map(|because| (BECAUSE_ANNOTATION.to_owned(), because)));
            let timeout = way.options.wait.timeout;
            finish(session, &past, record, &notes).map(|record| past.note_left(session, &record, timeout))
        }
    };
    session.over(outcome, "failed")
}

/// Records that the new revision is deployed, and that no other one is.
fn finish(session: &mut Session<'_>, past: &Past, mut record: Record, notes: &Notes) -> Result<Record, Error> {
    for deployed in past.deployed(session)? {
        past.supersede(session, deployed);
    }
    record.info.status = Status::Deployed;
    session.storage.update_annotated(&record, notes)?;
    Ok(record)
}

/// The revision that is gone back to.
fn target(session: &mut Session<'_>, past: &Past, to: RollbackTo) -> Result<Record, Error> {
    let target = past.history().rollback_target(to).map_err(|error| {
        let not_found = error == HistoryError::NotFound;
        let hint = if not_found {
            session.where_else(&past.name, 0)
        } else {
            format!("`helm history {}` lists the revisions that are kept", past.name)
        };
        Error::from(error).hinted(hint)
    })?;
    if let Some(passed_over) = target.passed_over {
        session.remark(format!(
            "revision {passed_over} never was deployed: the release goes back to revision {}, the newest one before it \
             that was; `helm rollback {} {passed_over}` goes there all the same",
            target.number, past.name
        ));
    }
    past.record(session, target.number)
}

/// Marks an operation that nobody carries on as failed. One that may still go on does not hold up a rollback, as in Helm.
fn take_over(session: &mut Session<'_>, past: &mut Past, options: &ChangeOptions) -> Result<(), Error> {
    let timeout = options.wait.timeout;
    let newest = past.history().newest().filter(|newest| newest.status.is_pending());
    match newest {
        Some(_) if !options.dry_run.is_on() && past.is_abandoned(session.now(), timeout) => {
            past.take_over(session, timeout)
        }
        _ => Ok(()),
    }
}

/// The record of the new revision. Helm: `Rollback.prepareRollback`.
fn next_record(session: &Session<'_>, current: &Record, target: &Record, options: &ChangeOptions) -> Record {
    Record {
        name: current.name.clone(),
        namespace: current.namespace.clone(),
        revision: current.revision + 1,
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(session.timestamp()),
            description: format!("Rollback to {}", target.revision),
            status: Status::PendingRollback,
            notes: target.info.notes.clone(),
            ..Info::default()
        },
        chart: target.chart.clone(),
        config: target.config.clone(),
        manifest: target.manifest.clone(),
        hooks: target.hooks.clone(),
        apply_method: options.server_side.after(target.apply_method),
        labels: target.labels.clone(),
    }
}

/// Says what to do about kinds of the old revision that the server no longer serves.
fn outdated(session: &Session<'_>, error: Error, target: &Record) -> Error {
    let objects = release::object::parse(target.manifest.as_bytes(), Checks::Lenient).unwrap_or_default();
    let unserved = objects.iter().filter(|object| {
        session.cluster.mapping(&object.id.api_version, &object.id.kind).is_err_and(|error| error.is_no_match())
    });
    unserved.fold(error, |error, object| {
        let id = &object.id;
        match id.moved() {
            Some(moved) => error.hinted(format!(
                "{} {} of revision {} is of {}, which is {} now: `helm template {} --revision {}` prints the manifest, to \
                 be changed and applied by hand, or upgrade to a chart that knows the new version",
                id.kind, id.name, target.revision, id.api_version, moved.api_version, target.name, target.revision
            )),
            None => error.hinted(format!(
                "the server serves no {} of {}: install its definition first",
                id.kind, id.api_version
            )),
        }
    })
}

/// Helm warns of objects that it did not expect to live.
fn tell_unknown(session: &mut Session<'_>, draft: &Draft) {
    for step in draft.plan.steps.iter().filter(|step| !step.is_removal() && !step.creates()) {
        if !draft.objects.had(&step.id) {
            let text = "resource exists on cluster but not in original release, using cluster state as baseline";
            let line = LogLine::new(Level::Warn, text).with("namespace", step.id.namespace.as_str());
            session.log(line.with("name", step.id.name.as_str()).with("kind", step.id.kind.as_str()));
        }
    }
}
