//! `helm uninstall`: the objects of a release's last revision go, and its records. Helm: `pkg/action/uninstall.go`.

mod history;
mod objects;
mod remains;

use cluster::{Entry, Error as ClusterError, ObjectId, Propagation, WaitOptions};
use release::{HookEvent, Record, Status};

use crate::{
    Error, ErrorKind, Event, Level, LogLine, Progress, Session,
    explain::explained,
    hooks::{HookOptions, run_hooks},
    install_name,
};

/// How to uninstall.
#[derive(Clone, Debug)]
pub struct UninstallOptions {
    /// How and how long to wait for objects to be gone, and for hooks.
    pub wait: WaitOptions,
    /// What becomes of what belongs to the objects: `--cascade`.
    pub cascade: Propagation,
    /// Whether hooks are left out.
    pub no_hooks: bool,
    /// Whether the records stay, marked as uninstalled.
    pub keep_history: bool,
    /// Whether nothing is done.
    pub dry_run: bool,
    /// Whether a release that is not there is no failure.
    pub ignore_not_found: bool,
    /// The description for the record; empty for Helm's.
    pub description: String,
}

/// Uninstalls releases, one after the other, and prints what Helm prints. The first that fails ends it.
///
/// # Errors
/// In Helm's words, such as `uninstall: Release not loaded: x: release: not found`.
pub fn uninstall(session: &mut Session<'_>, names: &[String], options: &UninstallOptions) -> Result<(), Error> {
    for name in names {
        session.cluster.check_reachable()?;
        if options.dry_run {
            rehearse(session, name, options)?;
        } else {
            uninstall_one(session, name, options)?;
        }
    }
    Ok(())
}

fn done(session: &mut Session<'_>, name: &str) {
    session.print(format!("release \"{name}\" uninstalled\n"));
}

/// Says what would go.
fn rehearse(session: &mut Session<'_>, name: &str, options: &UninstallOptions) -> Result<(), Error> {
    if install_name::validate(name).is_err() {
        return Err(Error::new(ErrorKind::Release, format!("releaseContent: Release name is invalid: {name}")));
    }
    match session.storage.last(name) {
        Ok(record) => objects::announce(session, &record),
        Err(ClusterError::ReleaseNotFound) if options.ignore_not_found => {}
        Err(error) => return Err(error.into()),
    }
    done(session, name);
    Ok(())
}

fn uninstall_one(session: &mut Session<'_>, name: &str, options: &UninstallOptions) -> Result<(), Error> {
    if install_name::validate(name).is_err() {
        return Err(Error::new(ErrorKind::Release, format!("uninstall: Release name is invalid: {name}")));
    }
    let (entries, mut record) = match history::read(session, name) {
        Ok(history) => history,
        // Helm lets this flag cover whatever went wrong here. A cluster that does not answer must not look like success.
        Err(ClusterError::ReleaseNotFound) if options.ignore_not_found => {
            done(session, name);
            return Ok(());
        }
        Err(error) => return Err(error.during(format!("uninstall: Release not loaded: {name}")).into()),
    };
    if record.info.status == Status::Uninstalled {
        if options.keep_history {
            let text = format!("the release named {name:?} is already deleted");
            return Err(Error::new(ErrorKind::Release, text));
        }
        Uninstall { session, record: &mut record, entries: &entries, options }
            .told(|uninstall| history::purge(uninstall.session, &entries))?;
        done(session, name);
        return Ok(());
    }
    let doomed = Uninstall { session, record: &mut record, entries: &entries, options }.told(Uninstall::run)?;
    if !doomed.kept.is_empty() {
        session.print(format!("These resources were kept due to the resource policy:\n{}\n", doomed.kept));
    }
    done(session, name);
    remains::tell(session, &record, &doomed.taken);
    Ok(())
}

/// Takes a release back that could not be installed, records and all. Prints nothing.
pub(crate) fn withdraw(session: &mut Session<'_>, name: &str, options: &UninstallOptions) -> Result<(), Error> {
    let (entries, mut record) = history::read(session, name)
        .map_err(|error| Error::from(error.during(format!("uninstall: Release not loaded: {name}"))))?;
    Uninstall { session, record: &mut record, entries: &entries, options }.told(Uninstall::run).map(drop)
}

/// An uninstallation under way.
struct Uninstall<'a, 'b> {
    session: &'a mut Session<'b>,
    record: &'a mut Record,
    entries: &'a [Entry],
    options: &'a UninstallOptions,
}

impl Uninstall<'_, '_> {
    /// Carries it out, and tells that it begins and how it ends.
    fn told<T>(mut self, run: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let Record { name, namespace, revision, .. } = &*self.record;
        self.session.tell(Progress::Begun { operation: "uninstall", release: name, namespace, revision: *revision });
        let outcome = run(&mut self);
        if let Err(error) = &outcome {
            self.session.tell(Progress::Failed(error));
        }
        self.session.tell(Progress::Ended { status: if outcome.is_ok() { "uninstalled" } else { "uninstalling" } });
        outcome
    }

    /// Gives what went, and what was kept.
    fn run(&mut self) -> Result<objects::Doomed, Error> {
        let name = self.record.name.clone();
        self.session.log(LogLine::new(Level::Debug, "uninstall: deleting release").with("name", name.as_str()));
        self.record.info.status = Status::Uninstalling;
        self.record.info.deleted = Some(self.session.timestamp());
        self.record.info.description = "Deletion in progress (or silently failed)".into();
        self.session.tell(Progress::Phase("hooks before"));
        if self.options.no_hooks {
            self.session.log(LogLine::new(Level::Debug, "delete hooks disabled").with("release", name.as_str()));
        } else {
            self.hooks(HookEvent::PreDelete)?;
        }
        self.store();
        let doomed = objects::doomed(self.session, self.record)?;
        self.session.tell(Progress::Planned(doomed.planned()));
        self.session.tell(Progress::Phase("objects"));
        objects::delete(self.session, &doomed.ids, self.options.cascade).map_err(|errors| {
            let error = Error::new(ErrorKind::Cluster, format!("failed to delete release: {name}"));
            errors.into_iter().fold(error, |error, cause| error.hinted(cause))
        })?;
        let mut errors: Vec<Error> = Vec::new();
        self.session.tell(Progress::Phase("wait"));
        errors.extend(self.wait(&doomed.ids).err());
        self.session.tell(Progress::Phase("hooks after"));
        if !self.options.no_hooks {
            errors.extend(self.hooks(HookEvent::PostDelete).err());
        }
        self.finish(errors)?;
        Ok(doomed)
    }

    /// Writes or deletes the records; whatever went wrong before, the release is gone then.
    fn finish(&mut self, mut errors: Vec<Error>) -> Result<(), Error> {
        self.record.info.status = Status::Uninstalled;
        self.record.info.description = match self.options.description.as_str() {
            "" => "Uninstallation complete".into(),
            description => description.into(),
        };
        if self.options.keep_history {
            self.store();
            history::supersede(self.session, self.entries, self.record.revision)?;
        } else {
            let line = LogLine::new(Level::Debug, "purge requested").with("release", self.record.name.as_str());
            self.session.log(line);
            errors.extend(history::purge(self.session, self.entries).err());
        }
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let count = errors.len();
        let Some(first) = errors.into_iter().next() else { return Ok(()) };
        Err(first.map_message(|_| format!("uninstallation completed with {count} error(s): {}", texts.join("; "))))
    }

    fn hooks(&mut self, event: HookEvent) -> Result<(), Error> {
        let options = HookOptions { wait: self.options.wait, server_side: true };
        run_hooks(self.session, self.record, event, &options)
    }

    fn store(&mut self) {
        // Why it failed, and what gates measured, stays beside it.
        let entry = self.entries.iter().find(|entry| entry.revision == self.record.revision);
        let notes = entry.map(|entry| entry.annotations.clone()).unwrap_or_default();
        if let Err(error) = self.session.storage.update_annotated(self.record, &notes) {
            let line = LogLine::new(Level::Debug, "uninstall: Failed to store updated release");
            self.session.log(line.with("error", error.to_string()));
        }
    }

    fn wait(&mut self, ids: &[ObjectId]) -> Result<(), Error> {
        let observer = &mut *self.session.observer;
        let mut tell = |id: &ObjectId, status: &_| observer.event(Event::Status { id, status });
        let waited = self.session.cluster.wait_for_delete(ids, &self.options.wait, &mut tell);
        waited.map_err(|error| explained(self.session, error))
    }
}
