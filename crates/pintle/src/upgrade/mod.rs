//! `helm upgrade`: a release gets a new revision from a chart. Helm: `pkg/action/upgrade.go`.

mod check;
mod failure;
mod values;

use std::time::Duration;

use cluster::ObjectId;
use release::{
    HookEvent, Info, Record, Status,
    history::{History, HistoryError, Revision, abandoned_description},
    object::Checks,
    plan::Plan,
};
use render::Release;

pub use self::values::ReuseValues;
use crate::{
    ChangeOptions, ContentOptions, DryRun, Error, ErrorKind, Level, LogLine, Prepared, Session,
    change::{
        Content, PlanRequest, Run, Stage, create_record, planned, preview, render_content, revisions, supersede,
        update_record, wanted,
    },
    install_name,
    prepare::{process, told},
};

/// What `upgrade` needs, apart from the chart.
#[derive(Clone, Debug)]
pub struct UpgradeOptions {
    /// The release.
    pub name: String,
    /// What the revision is made of.
    pub content: ContentOptions,
    /// How objects are changed.
    pub change: ChangeOptions,
    /// What becomes of the values of the revision before.
    pub values: ReuseValues,
    /// `--install`: an operation that nobody carries on does not stand in the way.
    pub install: bool,
    /// `--rollback-timeout`: how long an automatic rollback may take; as long as the upgrade where it is not given.
    pub rollback_timeout: Option<Duration>,
}

/// Upgrades a release. Gives the new revision.
///
/// # Errors
/// In Helm's words, without its `UPGRADE FAILED: `.
pub fn upgrade(session: &mut Session<'_>, prepared: Prepared, options: &UpgradeOptions) -> Result<Record, Error> {
    session.check_reachable()?;
    options.content.check(options.change.dry_run)?;
    let history = known_revisions(session, options)?;
    let Base { mut current, last } = base(session, &options.name, &history)?;
    let (mut record, content) = render_next(session, prepared, options, (&current, &last))?;
    content.fill(&mut record);
    let (plan, ids) = plan_of(session, &current, &record, options)?;
    if options.change.dry_run.is_on() {
        preview(session, &plan, &record);
        check::on_server(session, &plan);
        record.info.description = options.content.described("Dry run complete");
        return Ok(record);
    }
    create_record(session, &record, &history, options.change.history_max)?;
    let run = Run {
        record: &mut record,
        plan: &plan,
        ids: &ids,
        options: &options.change,
        events: [HookEvent::PreUpgrade, HookEvent::PostUpgrade],
        deadline: failure::deadline(session, options, &history),
    };
    if let Err(stopped) = run.run(session) {
        return Err(failure::fail(session, record, stopped, (options, &history)));
    }
    supersede(session, &record.name, record.revision, &history);
    if current.info.status != Status::Deployed && current.info.status != Status::Failed {
        current.info.status = Status::Superseded;
        update_record(session, &current);
    }
    record.info.status = Status::Deployed;
    record.info.description = options.content.described("Upgrade complete");
    session.storage.update(&record)?;
    Ok(record)
}

/// All revisions, after one that nobody carries on has been marked as failed, where that is asked for.
fn known_revisions(session: &mut Session<'_>, options: &UpgradeOptions) -> Result<Vec<Revision>, Error> {
    let name = options.name.as_str();
    if install_name::validate(name).is_err() {
        return Err(Error::new(ErrorKind::Usage, format!("release name is invalid: {name}")));
    }
    let mut known = revisions(session, name)?;
    let recovers = options.install || options.change.rollback_on_failure;
    let abandoned = match History::new(name, &known).abandoned(session.now(), options.change.wait.timeout) {
        Ok(Some(abandoned)) if recovers && !options.change.dry_run.is_on() => Some(abandoned.clone()),
        Ok(Some(_)) | Err(HistoryError::InProgress) => return Err(in_progress(name, &known)),
        _ => None,
    };
    if let Some(abandoned) = abandoned {
        let description = abandoned_description(name, &abandoned);
        session.remark(format!("revision {}: {description}", abandoned.number));
        let mut record = session.storage.get(name, abandoned.number)?;
        record.info.status = Status::Failed;
        record.info.description.clone_from(&description);
        session.storage.update(&record)?;
        for revision in known.iter_mut().filter(|revision| revision.number == abandoned.number) {
            revision.status = Status::Failed;
            revision.description.clone_from(&description);
        }
    }
    Ok(known)
}

/// Helm's `errPending`, and what to do.
fn in_progress(name: &str, known: &[Revision]) -> Error {
    let error = Error::new(ErrorKind::Release, HistoryError::InProgress.to_string());
    let Some(newest) = History::new(name, known).newest() else { return error };
    let since = newest.last_deployed.map(|time| format!(" since {time}")).unwrap_or_default();
    error.hinted(format!(
        "revision {} is {}{since}; where nobody carries it on any more, `helm rollback {name}` ends it",
        newest.number,
        newest.status.name()
    ))
}

/// The revision that lives, and the newest one.
struct Base {
    current: Record,
    last: Record,
}

/// Helm: `prepareUpgrade`.
fn base(session: &mut Session<'_>, name: &str, known: &[Revision]) -> Result<Base, Error> {
    let history = History::new(name, known);
    let base = history.upgrade_base().map_err(|error| {
        let converted = Error::new(ErrorKind::Release, error.to_string());
        match error {
            HistoryError::NoDeployedReleases(_) if known.is_empty() => {
                converted.hinted(format!("`helm upgrade --install {name} CHART` installs a release that is not there"))
            }
            _ => converted,
        }
    })?;
    let current = session.storage.get(name, base.number)?;
    let newest = history.newest().map_or(base.number, |newest| newest.number);
    let last = if newest == base.number { current.clone() } else { session.storage.get(name, newest)? };
    Ok(Base { current, last })
}

/// Renders the chart as the next revision.
fn render_next(
    session: &mut Session<'_>,
    prepared: Prepared,
    options: &UpgradeOptions,
    (current, last): (&Record, &Record),
) -> Result<(Record, Content), Error> {
    let prepared = told(session.observer, |log| {
        let prepared = values::reuse(prepared, current, options.values, log)?;
        process(prepared, log)
    })?;
    let capabilities = session.capabilities()?;
    let revision = last.revision + 1;
    let release =
        Release { name: options.name.clone(), namespace: current.namespace.clone(), revision, is_upgrade: true };
    let cluster = (options.change.dry_run != DryRun::Client).then_some(session.cluster);
    let stage = Stage { release, capabilities: &capabilities, cluster };
    let world = &session.world;
    let content = told(session.observer, |log| render_content(prepared, &stage, &options.content, world, log))?;
    let mut labels = last.labels.clone();
    labels.extend(options.content.labels.clone());
    labels.retain(|_, value| value != "null");
    let record = Record {
        name: options.name.clone(),
        namespace: current.namespace.clone(),
        revision,
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(session.timestamp()),
            status: Status::PendingUpgrade,
            description: "Preparing upgrade".into(),
            ..Info::default()
        },
        labels,
        apply_method: options.change.server_side.after(last.apply_method),
        ..Record::default()
    };
    Ok((record, content))
}

fn plan_of(
    session: &mut Session<'_>,
    current: &Record,
    record: &Record,
    options: &UpgradeOptions,
) -> Result<(Plan, Vec<ObjectId>), Error> {
    let checks = if options.content.disable_openapi_validation { Checks::Lenient } else { Checks::Strict };
    let objects = wanted(session, record, checks)?;
    let request = PlanRequest {
        old: Some(current),
        new: record,
        objects: &objects,
        options: &options.change,
        adopts: Some("unable to continue with update"),
        old_words: "unable to build kubernetes objects from current release manifest",
    };
    let plan = planned(session, &request)?;
    session.log(LogLine::new(Level::Debug, "creating upgraded release").with("name", record.name.as_str()));
    Ok((plan, objects.into_iter().map(|object| object.id).collect()))
}
