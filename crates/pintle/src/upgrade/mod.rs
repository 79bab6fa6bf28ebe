//! `helm upgrade`: a release gets a new revision from a chart. Helm: `pkg/action/upgrade.go`, `pkg/cmd/upgrade.go`.

mod fail;
mod saved;
mod values;

use release::{Info, Record, Status};
use render::Release;

use crate::{
    ChangeOptions, ChartRequest, ContentOptions, Error, ErrorKind, InstallOptions, Prepared, Session,
    change::{Draft, Goal, Reading, Stage, draft, preview, render_content, validate},
    execute::{Change, Deadline, execute},
    install, install_name,
    operation::Operation,
    past::Past,
    prepare::{prepare_install, prepare_upgrade, process, told},
    reasons::Notes,
};

pub use self::{
    saved::{apply_plan, plan_upgrade},
    values::ReuseValues,
};

/// What `upgrade` needs.
#[derive(Clone, Debug)]
pub struct UpgradeOptions {
    /// The release's name.
    pub name: String,
    /// The chart, and the values of the flags.
    pub chart: ChartRequest,
    /// Which values of the last revision are taken again.
    pub reuse: ReuseValues,
    /// What the revision is made of.
    pub content: ContentOptions,
    /// How objects are changed.
    pub change: ChangeOptions,
    /// `--install`: installs the release if it is not there.
    pub install: Option<OrInstall>,
}

impl UpgradeOptions {
    /// Whether an operation that nobody carries on is gone over.
    fn goes_over_abandoned(&self) -> bool {
        self.install.is_some() || self.change.rollback_on_failure
    }
}

/// `upgrade --install`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrInstall {
    /// `--create-namespace`
    pub create_namespace: bool,
    /// `--skip-crds`
    pub skip_crds: bool,
    /// Whether Helm's line on it is printed, which it is where the output is for people.
    pub announce: bool,
}

/// What an upgrade came to.
#[derive(Debug)]
pub enum Upgraded {
    /// The release was not there, and has been installed.
    Installed(Record),
    /// It has been upgraded.
    Upgraded(Record),
}

/// Upgrades a release, or installs it.
///
/// # Errors
/// In Helm's words.
pub fn upgrade(session: &mut Session<'_>, options: &UpgradeOptions) -> Result<Upgraded, Error> {
    let mut past = None;
    if let Some(or_install) = options.install {
        let read = past.insert(Past::read(session, &options.name)?);
        if read.history().is_gone() {
            return install_instead(session, options, or_install, read).map(Upgraded::Installed);
        }
    }
    let prepared = prepare_upgrade(&options.chart, &mut session.world, session.observer)?;
    let failed = |error: Error| error.during("UPGRADE FAILED");
    let mut past = match past {
        Some(past) => past,
        None => Past::read(session, &options.name).map_err(failed)?,
    };
    upgrade_prepared(session, prepared, &mut past, options).map(Upgraded::Upgraded).map_err(failed)
}

fn upgrade_prepared(
    session: &mut Session<'_>,
    prepared: Prepared,
    past: &mut Past,
    options: &UpgradeOptions,
) -> Result<Record, Error> {
    let reading = if options.change.dry_run.is_on() { Reading::Now } else { Reading::BehindHooks };
    let mut drafted = draft_next(session, prepared, past, (options, reading))?;
    if options.change.dry_run.is_on() {
        preview(session, &drafted.draft);
        validate(session, &drafted.draft.plan);
        drafted.record.info.description = options.content.described("Dry run complete");
        return Ok(drafted.record);
    }
    carry_out(session, past, drafted, options)
}

/// An upgrade before its first write.
pub(crate) struct Drafted {
    /// The revision that is believed to live.
    pub(crate) current: Record,
    /// The new one.
    pub(crate) record: Record,
    /// What becomes of objects.
    pub(crate) draft: Draft,
}

/// Drafts an upgrade from its options.
pub(crate) fn drafted(session: &mut Session<'_>, options: &UpgradeOptions) -> Result<Drafted, Error> {
    let mut past = Past::read(session, &options.name)?;
    let prepared = prepare_upgrade(&options.chart, &mut session.world, session.observer)?;
    draft_next(session, prepared, &mut past, (options, Reading::Now)).map_err(|error| error.during("UPGRADE FAILED"))
}

fn draft_next(
    session: &mut Session<'_>,
    prepared: Prepared,
    past: &mut Past,
    (options, reading): (&UpgradeOptions, Reading),
) -> Result<Drafted, Error> {
    let current = base(session, past, options)?;
    let record = render_next(session, prepared, &Bases { past, current: &current }, options)?;
    draft_to(session, (current, record), options, reading)
}

/// Drafts the way from one revision to the next.
fn draft_to(
    session: &mut Session<'_>,
    (current, record): (Record, Record),
    options: &UpgradeOptions,
    reading: Reading,
) -> Result<Drafted, Error> {
    let goal = Goal {
        operation: Operation::Upgrade,
        record: &record,
        before: Some(&current),
        checks: options.content.checks(),
        options: &options.change,
        reading,
    };
    let draft = draft(session, &goal)?;
    Ok(Drafted { current, record, draft })
}

/// Carries a drafted upgrade out.
fn carry_out(
    session: &mut Session<'_>,
    past: &mut Past,
    drafted: Drafted,
    options: &UpgradeOptions,
) -> Result<Record, Error> {
    let Drafted { current, mut record, draft } = drafted;
    past.prune(session, options.change.history_max)?;
    session.cluster.interrupt().open();
    session.create_record(&record)?;
    let deadline = Deadline::announced(session, Operation::Upgrade, &options.change, &draft.gates);
    let change =
        Change { operation: Operation::Upgrade, record: &mut record, draft, options: &options.change, deadline };
    let outcome = match execute(session, change) {
        Err(failed) => Err(fail::fail(session, record, failed, options)),
        Ok(notes) => {
            past.supersede(session, current);
            let finished = finish(session, record, &notes, options);
            if let (Ok(record), true) = (&finished, options.goes_over_abandoned()) {
                past.note_left(session, record, options.change.wait.timeout);
            }
            finished
        }
    };
    session.over(outcome, "failed")
}

/// Records that the new revision is deployed.
fn finish(
    session: &mut Session<'_>,
    mut record: Record,
    notes: &Notes,
    options: &UpgradeOptions,
) -> Result<Record, Error> {
    record.info.status = Status::Deployed;
    record.info.description = options.content.described("Upgrade complete");
    session.storage.update_annotated(&record, notes)?;
    Ok(record)
}

/// Installs the release. Helm: `newUpgradeCmd`.
fn install_instead(
    session: &mut Session<'_>,
    options: &UpgradeOptions,
    or_install: OrInstall,
    past: &Past,
) -> Result<Record, Error> {
    if or_install.announce {
        session.print(format!("Release {:?} does not exist. Installing it now.\n", options.name));
    }
    let prepared = prepare_install(&options.chart, &mut session.world, session.observer)?;
    let mut change = options.change.clone();
    // Auto is the server there.
    change.cleanup_on_fail = false;
    let options = InstallOptions {
        name: options.name.clone(),
        content: options.content.clone(),
        change,
        create_namespace: or_install.create_namespace,
        replace: past.newest().is_some(),
        skip_crds: or_install.skip_crds,
    };
    if options.change.dry_run == crate::DryRun::Client {
        let namespace = session.namespace.clone();
        return install::preview_install(prepared, &namespace, &options, &session.world, session.observer);
    }
    install::install(session, prepared, &options)
}

/// The revision that is believed to live. A pending one forbids to go on, unless it is abandoned and the user wants it over.
fn base(session: &mut Session<'_>, past: &mut Past, options: &UpgradeOptions) -> Result<Record, Error> {
    if install_name::validate(&options.name).is_err() {
        return Err(Error::new(ErrorKind::Usage, format!("release name is invalid: {}", options.name)));
    }
    options.content.check(options.change.dry_run)?;
    let timeout = options.change.wait.timeout;
    if options.goes_over_abandoned() && !options.change.dry_run.is_on() {
        past.take_over(session, timeout)?;
    } else {
        past.check_idle(session, timeout)?;
    }
    let number = base_number(past, &options.name)?;
    past.record(session, number)
}

fn base_number(past: &Past, name: &str) -> Result<i64, Error> {
    let base = past.history().upgrade_base().map_err(|error| {
        let hint = match past.newest() {
            None => format!("`helm upgrade --install {name} CHART` installs it"),
            Some(newest) => format!("its last revision, {}, is {}", newest.revision, newest.info.status.name()),
        };
        Error::from(error).hinted(hint)
    })?;
    Ok(base.number)
}

/// Fails as an upgrade does where there is nothing to upgrade.
pub(crate) fn check_known(session: &mut Session<'_>, name: &str) -> Result<(), Error> {
    let past = Past::read(session, name)?;
    base_number(&past, name).map(drop).map_err(|error| error.during("UPGRADE FAILED"))
}

/// The revisions that a new one builds on.
struct Bases<'a> {
    past: &'a Past,
    current: &'a Record,
}

/// Renders the chart for the next revision. Helm: `Upgrade.prepareUpgrade`.
fn render_next(
    session: &mut Session<'_>,
    prepared: Prepared,
    bases: &Bases<'_>,
    options: &UpgradeOptions,
) -> Result<Record, Error> {
    let Bases { past, current } = *bases;
    let prepared = told(session.observer, |log| {
        let prepared = options.reuse.apply(prepared, current, log)?;
        process(prepared, log)
    })?;
    let newest = past.newest().unwrap_or(current);
    let now = session.timestamp();
    let mut record = Record {
        name: options.name.clone(),
        namespace: current.namespace.clone(),
        revision: past.history().next_number(),
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(now),
            description: "Preparing upgrade".into(),
            status: Status::PendingUpgrade,
            ..Info::default()
        },
        apply_method: options.change.server_side.after(newest.apply_method),
        labels: options.content.labels_over(&newest.labels),
        ..Record::default()
    };
    let capabilities = session.capabilities()?;
    let release = Release {
        name: record.name.clone(),
        namespace: record.namespace.clone(),
        revision: record.revision,
        is_upgrade: true,
    };
    // Without --dry-run=server a dry run sees no objects, as in Helm.
    let cluster = Some(session.cluster).filter(|_| options.change.dry_run != crate::DryRun::Client);
    let stage = Stage { release, capabilities: &capabilities, cluster };
    let world = &session.world;
    told(session.observer, |log| render_content(prepared, &stage, &options.content, world, log))?.fill(&mut record);
    Ok(record)
}
