//! The records of a release that goes.

use cluster::{Entry, Error as ClusterError};
use release::{Record, Status};

use crate::{Error, Level, LogLine, Session};

/// What is known of all revisions, and the newest that can be read.
pub(super) fn read(session: &Session<'_>, name: &str) -> Result<(Vec<Entry>, Record), ClusterError> {
    let mut entries = session.storage.entries(name)?;
    entries.sort_by_key(|entry| entry.revision);
    let mut last = Err(ClusterError::ReleaseNotFound);
    for entry in entries.iter().rev() {
        last = session.storage.get(name, entry.revision);
        match &last {
            Err(ClusterError::ReleaseNotFound) => {}
            Err(error) if error.is_unreadable() => {}
            _ => break,
        }
    }
    last.map(|record| (entries, record))
}

/// Deletes all records, the newest last: as long as it is there, the uninstallation can be repeated.
pub(super) fn purge(session: &Session<'_>, entries: &[Entry]) -> Result<(), Error> {
    let Some((newest, older)) = entries.split_last() else { return Ok(()) };
    for part in [older, std::slice::from_ref(newest)] {
        let revisions: Vec<i64> = part.iter().map(|entry| entry.revision).collect();
        let removed: Result<(), ClusterError> = session.storage.remove(&newest.name, &revisions).into_iter().collect();
        removed.map_err(|error| error.during("uninstall: Failed to purge the release"))?;
    }
    Ok(())
}

/// Marks what was deployed before as superseded.
pub(super) fn supersede(session: &mut Session<'_>, entries: &[Entry], but: i64) -> Result<(), Error> {
    let deployed = entries.iter().filter(|entry| entry.status == Status::Deployed && entry.revision != but);
    for entry in deployed {
        let mut record = match session.storage.get(&entry.name, entry.revision) {
            Err(error) if error.is_unreadable() => continue,
            read => read?,
        };
        let line = LogLine::new(Level::Debug, "superseding previous deployment");
        session.log(line.with("version", record.revision.to_string()));
        record.info.status = Status::Superseded;
        if let Err(error) = session.storage.update_annotated(&record, &entry.annotations) {
            let line = LogLine::new(Level::Debug, "uninstall: Failed to store updated release");
            session.log(line.with("error", error.to_string()));
        }
    }
    Ok(())
}
