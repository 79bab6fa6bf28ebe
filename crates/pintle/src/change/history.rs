//! The revisions of a release as the rules see them, and what is written into them.

use cluster::{Entry, Error as ClusterError, Summary};
use release::{
    Record, Status,
    history::{History, HistoryError, Revision},
};

use crate::{Error, ErrorKind, Level, LogLine, Session};

/// The heads of all revisions of a release, the oldest first; none where there is no release.
pub(crate) fn revisions(session: &Session<'_>, name: &str) -> Result<Vec<Revision>, ClusterError> {
    let mut entries = session.storage.entries(name)?;
    entries.sort_by_key(|entry| entry.revision);
    let summaries = session.storage.summaries(&entries)?;
    Ok(entries.iter().map(|entry| revision(entry, &summaries)).collect())
}

fn revision(entry: &Entry, summaries: &[Summary]) -> Revision {
    let summary = summaries.iter().find(|summary| summary.revision == entry.revision);
    Revision {
        number: entry.revision,
        status: summary.map_or(entry.status, |summary| summary.status),
        description: summary.map(|summary| summary.description.clone()).unwrap_or_default(),
        last_deployed: summary.and_then(|summary| summary.last_deployed),
    }
}

/// Writes a new revision, after old ones beyond the limit have been deleted. Helm: `Storage.Create`.
///
/// # Errors
/// Somebody else was quicker, or the record cannot be written.
pub(crate) fn create_record(
    session: &mut Session<'_>,
    record: &Record,
    revisions: &[Revision],
    history_max: i64,
) -> Result<(), Error> {
    for number in History::new(&record.name, revisions).to_prune(history_max) {
        let line = LogLine::new(Level::Debug, "pruning release from history").with("version", number.to_string());
        session.log(line);
        session.storage.delete(&record.name, number)?;
    }
    match session.storage.create(record) {
        // Helm says `release: already exists` here; what it means is that somebody else was quicker.
        Err(ClusterError::ReleaseExists) => Err(Error::new(ErrorKind::Release, HistoryError::InProgress.to_string())),
        result => Ok(result?),
    }
}

/// Writes a record; that it cannot be written is logged, as something else is to be told. Helm: `recordRelease`.
pub(crate) fn update_record(session: &mut Session<'_>, record: &Record) {
    if let Err(error) = session.storage.update(record) {
        let line = LogLine::new(Level::Warn, "failed to update release");
        let line = line.with("name", record.name.as_str()).with("revision", record.revision.to_string());
        session.log(line.with("error", error.to_string()));
    }
}

/// Marks all that was deployed as superseded by a revision. Helm: `performRollback`, `releasingUpgrade`.
pub(crate) fn supersede(session: &mut Session<'_>, name: &str, number: i64, revisions: &[Revision]) {
    for older in History::new(name, revisions).superseded_by(number) {
        let Ok(mut record) = session.storage.get(name, older) else { continue };
        session.log(LogLine::new(Level::Debug, "superseding previous deployment").with("version", older.to_string()));
        record.info.status = Status::Superseded;
        update_record(session, &record);
    }
}
