//! Whether the name of a release is free, and what becomes of revisions that had it before.

use cluster::Entry;
use release::{Record, Status};

use super::InstallOptions;
use crate::{
    Error, ErrorKind, Level, LogLine, Observer, Session,
    prepare::{check_name, told},
};

/// Checks that the name is one.
pub(super) fn check(name: &str, observer: &mut dyn Observer) -> Result<(), Error> {
    told(observer, |log| check_name(name, log))
}

/// Checks that the name is free, and gives the last revision where it was used before.
/// Helm: `Install.availableName`.
pub(super) fn last_of(session: &mut Session<'_>, options: &InstallOptions) -> Result<Option<Entry>, Error> {
    check(&options.name, session.observer)?;
    if options.change.dry_run.is_on() {
        return Ok(None);
    }
    let Ok(entries) = session.storage.entries(&options.name) else {
        session.check_reachable().map_err(|error| {
            let line = format!("cluster reachability check failed: {error}");
            session.log(LogLine::new(Level::Error, line));
            error.during("cluster reachability check failed")
        })?;
        // Who may write records and not read them may install, as with Helm.
        return Ok(None);
    };
    match entries.into_iter().max_by_key(|entry| entry.revision) {
        Some(last) if !(options.replace && matches!(last.status, Status::Uninstalled | Status::Failed)) => {
            let text = "cannot reuse a name that is still in use";
            session.log(LogLine::new(Level::Error, "release name check failed").with("error", text));
            let error = Error::new(ErrorKind::Release, format!("release name check failed: {text}"));
            Err(error.hinted(advice(&options.name, &last)))
        }
        last => Ok(last),
    }
}

fn advice(name: &str, last: &Entry) -> String {
    let status = last.status.name();
    match last.status {
        Status::Uninstalled => format!(
            "the release was uninstalled with --keep-history: `helm uninstall {name}` forgets it, --replace takes its name"
        ),
        status if status.is_pending() => {
            format!("revision {} is {}: `helm history {name}` tells since when", last.revision, status.name())
        }
        _ => format!("revision {} is {status}: `helm upgrade {name} CHART` upgrades the release", last.revision),
    }
}

/// Numbers the new revision behind those that had the name before. Helm: `Install.replaceRelease`.
pub(super) fn replace(session: &Session<'_>, record: &mut Record, last: Option<Entry>) -> Result<(), Error> {
    let Some(last) = last else { return Ok(()) };
    record.revision = last.revision + 1;
    if last.status != Status::Failed {
        let mut old = session.storage.get(&last.name, last.revision)?;
        old.info.status = Status::Superseded;
        old.info.description = "superseded by new release".into();
        session.storage.update(&old)?;
    }
    Ok(())
}
