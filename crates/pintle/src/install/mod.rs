//! `helm install`: a chart becomes a release. Helm: `pkg/action/install.go`.

mod crds;
mod fail;
mod name;
mod namespace;

use chart::Capabilities;
use release::{Info, Record, Status, Timestamp};
use render::Release;

use crate::{
    ChangeOptions, ContentOptions, DryRun, Error, Level, LogLine, Observer, Prepared, Session, World,
    change::{Goal, Reading, Stage, draft, render_content},
    execute::{Change, Deadline, execute},
    operation::Operation,
    prepare::{process_for_install, told},
    reasons::Notes,
};

/// What `install` needs, apart from the chart.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// The release's name.
    pub name: String,
    /// What the revision is made of.
    pub content: ContentOptions,
    /// How objects are made.
    pub change: ChangeOptions,
    /// `--create-namespace`
    pub create_namespace: bool,
    /// `--replace`: takes a name whose last revision was uninstalled or failed.
    pub replace: bool,
    /// `--skip-crds`
    pub skip_crds: bool,
}

/// Installs a chart. Gives the record of the new release.
///
/// # Errors
/// In Helm's words, without its `INSTALLATION FAILED: `.
pub fn install(session: &mut Session<'_>, prepared: Prepared, options: &InstallOptions) -> Result<Record, Error> {
    options.content.check(options.change.dry_run)?;
    let last = name::last_of(session, options)?;
    let prepared = processed(prepared, session.observer)?;
    crds::install(session, &prepared.chart, options)?;
    let mut record = render_first(session, prepared, options)?;
    let goal = Goal {
        operation: Operation::Install,
        record: &record,
        before: None,
        checks: options.content.checks(),
        options: &options.change,
        reading: Reading::Now,
    };
    let draft = draft(session, &goal)?;
    if options.change.dry_run.is_on() {
        record.info.description = "Dry run complete".into();
        return Ok(record);
    }
    if options.create_namespace {
        namespace::create(session, options)?;
    }
    name::replace(session, &mut record, last)?;
    session.cluster.interrupt().open();
    session.create_record(&record)?;
    let deadline = Deadline::announced(session, Operation::Install, &options.change, &draft.gates);
    let change =
        Change { operation: Operation::Install, record: &mut record, draft, options: &options.change, deadline };
    let outcome = match execute(session, change) {
        Err(failed) => Err(fail::fail(session, record, failed, options)),
        Ok(notes) => Ok(finish(session, record, &notes, options)),
    };
    session.over(outcome, if options.change.rollback_on_failure { "uninstalled" } else { "failed" })
}

/// Records that the release is deployed. That it cannot be is told, and no failure, as in Helm.
fn finish(session: &mut Session<'_>, mut record: Record, notes: &Notes, options: &InstallOptions) -> Record {
    record.info.status = Status::Deployed;
    record.info.description = options.content.described("Install complete");
    if let Err(error) = session.storage.update_annotated(&record, notes) {
        let line = LogLine::new(Level::Error, "failed to record the release");
        session.log(line.with("error", error.to_string()));
    }
    record
}

/// Renders a chart as `--dry-run=client` shows it: no cluster is asked.
///
/// # Errors
/// As for [`install`].
pub fn preview_install(
    prepared: Prepared,
    namespace: &str,
    options: &InstallOptions,
    world: &World<'_>,
    observer: &mut dyn Observer,
) -> Result<Record, Error> {
    options.content.check(DryRun::Client)?;
    name::check(&options.name, observer)?;
    let prepared = processed(prepared, observer)?;
    let now = Timestamp { nanoseconds: world.surroundings.now(), offset: world.surroundings.utc_offset() };
    let mut record = options.record(namespace, now);
    let stage = Stage { release: release_of(&record), capabilities: &Capabilities::default(), cluster: None };
    told(observer, |log| render_content(prepared, &stage, &options.content, world, log))?.fill(&mut record);
    record.info.description = "Dry run complete".into();
    Ok(record)
}

impl InstallOptions {
    /// The record of the first revision, as yet without content.
    fn record(&self, namespace: &str, now: Timestamp) -> Record {
        Record {
            name: self.name.clone(),
            namespace: namespace.to_owned(),
            revision: 1,
            info: Info {
                first_deployed: Some(now),
                last_deployed: Some(now),
                description: "Initial install underway".into(),
                status: Status::PendingInstall,
                ..Info::default()
            },
            apply_method: self.change.server_side.at_first(),
            labels: self.content.labels.clone(),
            ..Record::default()
        }
    }
}

/// Renders the chart against the cluster.
fn render_first(session: &mut Session<'_>, prepared: Prepared, options: &InstallOptions) -> Result<Record, Error> {
    let capabilities = session.capabilities()?;
    let mut record = options.record(&session.namespace, session.timestamp());
    let cluster = Some(session.cluster);
    let stage = Stage { release: release_of(&record), capabilities: &capabilities, cluster };
    let world = &session.world;
    told(session.observer, |log| render_content(prepared, &stage, &options.content, world, log))?.fill(&mut record);
    Ok(record)
}

/// `.Release` of a revision. Helm says 1 even where a name is used again.
fn release_of(record: &Record) -> Release {
    Release { name: record.name.clone(), namespace: record.namespace.clone(), revision: 1, is_upgrade: false }
}

/// Helm: `chartutil.ProcessDependencies`, with the words of `install`.
fn processed(prepared: Prepared, observer: &mut dyn Observer) -> Result<Prepared, Error> {
    told(observer, |log| process_for_install(prepared, log))
}
