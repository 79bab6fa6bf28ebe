//! `helm install`: a chart becomes a release. Helm: `pkg/action/install.go`.

use chart::Capabilities;
use cluster::Entry;
use release::{HookEvent, Info, Record, Status, Timestamp, object::Checks};
use render::Release;

use crate::{
    ChangeOptions, ContentOptions, DryRun, Error, ErrorKind, Level, LogLine, Observer, Prepared, Session, World,
    change::{Stage, render_content, wanted},
    execute::{Change, Failed, Phase, execute},
    prepare::{check_name, process_for_install, told},
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
    let last = last_of_name(session, options)?;
    let prepared = processed(prepared, session.observer)?;
    let mut record = render_first(session, prepared, options)?;
    let checks = if options.content.disable_openapi_validation { Checks::Lenient } else { Checks::Strict };
    let objects = wanted(session, &record, checks)
        .map_err(|error| error.during("unable to build kubernetes objects from release manifest"))?;
    if options.change.dry_run.is_on() {
        record.info.description = "Dry run complete".into();
        return Ok(record);
    }
    record.revision = last.map_or(1, |last| last.revision + 1);
    session.storage.create(&record)?;
    let change = Change {
        record: &mut record,
        objects,
        events: [HookEvent::PreInstall, HookEvent::PostInstall],
        options: &options.change,
    };
    if let Err(failed) = execute(session, change) {
        return Err(fail(session, record, failed));
    }
    record.info.status = Status::Deployed;
    record.info.description = options.content.described("Install complete");
    if let Err(error) = session.storage.update(&record) {
        let line = LogLine::new(Level::Error, "failed to record the release");
        session.log(line.with("error", error.to_string()));
    }
    Ok(record)
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
    checked_name(&options.name, observer)?;
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

/// Checks that the name is free, and gives the last revision where it was used before.
/// Helm: `Install.availableName`.
fn last_of_name(session: &mut Session<'_>, options: &InstallOptions) -> Result<Option<Entry>, Error> {
    checked_name(&options.name, session.observer)?;
    if options.change.dry_run.is_on() {
        return Ok(None);
    }
    let entries = match session.storage.entries(&options.name) {
        Ok(entries) => entries,
        Err(_) => {
            session.check_reachable()?;
            // Who may write records and not read them may install, as with Helm.
            return Ok(None);
        }
    };
    match entries.into_iter().max_by_key(|entry| entry.revision) {
        Some(last) if !(options.replace && matches!(last.status, Status::Uninstalled | Status::Failed)) => {
            let text = "cannot reuse a name that is still in use";
            session.log(LogLine::new(Level::Error, "release name check failed").with("error", text));
            let error = Error::new(ErrorKind::Release, format!("release name check failed: {text}"));
            Err(error.hinted(format!(
                "`helm upgrade {0} CHART` upgrades the release; its last revision is {1}, {2}",
                options.name,
                last.revision,
                last.status.name()
            )))
        }
        last => Ok(last),
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

/// Records that an installation failed. Helm: `Install.failRelease`.
fn fail(session: &mut Session<'_>, mut record: Record, failed: Failed) -> Error {
    let error = match failed.phase {
        Phase::Before => failed.error.during("failed pre-install"),
        Phase::After => failed.error.during("failed post-install"),
        _ => failed.error,
    };
    record.info.status = Status::Failed;
    record.info.description = format!("Release {:?} failed: {error}", record.name);
    // There is another error to be told.
    let _ = session.storage.update(&record);
    error
}

/// `.Release` of a revision. Helm says 1 even where a name is used again.
fn release_of(record: &Record) -> Release {
    Release { name: record.name.clone(), namespace: record.namespace.clone(), revision: 1, is_upgrade: false }
}

fn checked_name(name: &str, observer: &mut dyn Observer) -> Result<(), Error> {
    told(observer, |log| check_name(name, log))
}

/// Helm: `chartutil.ProcessDependencies`, with the words of `install`.
fn processed(prepared: Prepared, observer: &mut dyn Observer) -> Result<Prepared, Error> {
    told(observer, |log| process_for_install(prepared, log))
}
