//! What is known of a release's revisions before an operation, without reading them all.

use std::time::Duration;

use cluster::{Entry, Error as ClusterError};
use release::{
    Record, Status,
    history::{History, HistoryError, Revision, abandoned_description},
};

use crate::{
    Error, ErrorKind, Level, LogLine, REASON_ANNOTATION, Session,
    reasons::{Notes, UNTIL_ANNOTATION},
};

/// The revisions of a release.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// The release.
    pub(crate) name: String,
    entries: Vec<Entry>,
    revisions: Vec<Revision>,
    described: bool,
    /// The newest revision that can be read, whole.
    newest: Option<Record>,
}

impl Past {
    /// Reads the labels of all revisions, and the newest one.
    ///
    /// # Errors
    /// The cluster cannot be reached, or refuses.
    pub(crate) fn read(session: &Session<'_>, name: &str) -> Result<Past, Error> {
        session.read(|storage| {
            let mut entries = storage.entries(name)?;
            entries.sort_by_key(|entry| entry.revision);
            let mut past = Past { name: name.to_owned(), ..Past::default() };
            let mut unreadable = Vec::new();
            for entry in entries.iter().rev() {
                // What cannot be decoded is no revision, as in Helm.
                match storage.get(name, entry.revision) {
                    Ok(record) => {
                        past.newest = Some(record);
                        break;
                    }
                    Err(error) if error.is_unreadable() => unreadable.push(entry.revision),
                    Err(ClusterError::ReleaseNotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            entries.retain(|entry| !unreadable.contains(&entry.revision));
            past.revisions = entries.iter().map(revision_of).collect();
            past.entries = entries;
            past.note_newest();
            Ok(past)
        })
    }

    /// What the labels do not say of the newest revision.
    fn note_newest(&mut self) {
        let Some(newest) = &self.newest else { return };
        if let Some(known) = self.revisions.iter_mut().find(|revision| revision.number == newest.revision) {
            *known = Revision::from(newest);
        }
    }

    /// The newest revision.
    pub(crate) fn newest(&self) -> Option<&Record> {
        self.newest.as_ref()
    }

    /// The rules over the revisions. What they say of descriptions holds after [`Past::describe`] only.
    pub(crate) fn history(&self) -> History<'_> {
        History::new(&self.name, &self.revisions)
    }

    /// A revision, whole.
    pub(crate) fn record(&self, session: &Session<'_>, number: i64) -> Result<Record, Error> {
        match &self.newest {
            Some(newest) if newest.revision == number => Ok(newest.clone()),
            _ => session.read(|storage| storage.get(&self.name, number)),
        }
    }

    /// Reads the descriptions of all revisions: they alone tell whether a superseded one had failed.
    pub(crate) fn describe(&mut self, session: &Session<'_>) -> Result<(), Error> {
        if self.described {
            return Ok(());
        }
        let summaries = session.read(|storage| storage.summaries(&self.entries))?;
        for revision in &mut self.revisions {
            if let Some(summary) = summaries.iter().find(|summary| summary.revision == revision.number) {
                revision.description.clone_from(&summary.description);
                revision.last_deployed = summary.last_deployed;
            }
        }
        self.note_newest();
        self.described = true;
        Ok(())
    }

    /// What is kept beside the record of a revision.
    fn notes(&self, number: i64) -> Notes {
        let entry = self.entries.iter().find(|entry| entry.revision == number);
        entry.map(|entry| entry.annotations.clone()).unwrap_or_default()
    }

    /// Marks a revision superseded; what is kept beside it stays.
    pub(crate) fn supersede(&self, session: &mut Session<'_>, mut record: Record) {
        record.info.status = Status::Superseded;
        session.record_noted(&record, &self.notes(record.revision));
    }

    /// Until when the gates of the newest revision take samples, in nanoseconds since 1970.
    fn gates_until(&self) -> Option<i128> {
        until(&self.notes(self.newest.as_ref()?.revision))
    }

    /// Whether the newest revision was left pending by whoever began it.
    pub(crate) fn is_abandoned(&self, now: i128, timeout: Duration) -> bool {
        self.history().newest().is_some_and(|newest| newest.is_abandoned(now, timeout))
            && self.gates_until().is_none_or(|until| until < now)
    }

    /// Refuses while the last operation may still go on, and says when it would be taken for abandoned. One that is, is
    /// marked as failed.
    pub(crate) fn take_over(&mut self, session: &mut Session<'_>, timeout: Duration) -> Result<(), Error> {
        let now = session.now();
        let abandoned = match self.history().abandoned(now, timeout) {
            Ok(None) => return Ok(()),
            Ok(Some(_)) if !self.is_abandoned(now, timeout) => {
                return Err(self.busy(HistoryError::InProgress, now, timeout));
            }
            Ok(Some(abandoned)) => abandoned.clone(),
            Err(error) => return Err(self.busy(error, now, timeout)),
        };
        let Some(newest) = self.newest.as_mut().filter(|newest| newest.revision == abandoned.number) else {
            return Ok(());
        };
        let remark = fail_abandoned(newest, &abandoned);
        session.storage.update(newest)?;
        session.remark(remark);
        self.note_newest();
        Ok(())
    }

    /// Notes of revisions before a new one that are still called pending that they never ended: somebody went over them,
    /// as Helm allows a rollback to. Helm leaves them so; those that are abandoned by now are marked failed.
    pub(crate) fn note_left(&self, session: &mut Session<'_>, new: &Record, timeout: Duration) {
        let now = session.now();
        for left in self.revisions.iter().filter(|left| left.status.is_pending() && left.number < new.revision) {
            let Ok(mut record) = self.record(session, left.number) else { continue };
            let revision = Revision::from(&record);
            let mut notes = self.notes(left.number);
            if revision.is_abandoned(now, timeout) && until(&notes).is_none_or(|until| until < now) {
                session.remark(fail_abandoned(&mut record, &revision));
            } else if notes.contains_key(REASON_ANNOTATION) {
                continue;
            } else {
                let (number, description) = (new.revision, new.info.description.as_str());
                let reason = format!("it never ended, and revision {number} ({description}) took its place");
                session.remark(format!("revision {} stays {}: {reason}", left.number, left.status.name()));
                notes.insert(REASON_ANNOTATION.to_owned(), reason);
            }
            session.record_noted(&record, &notes);
        }
    }

    /// Refuses whatever is pending.
    pub(crate) fn check_idle(&self, session: &Session<'_>, timeout: Duration) -> Result<(), Error> {
        match self.history().newest() {
            Some(newest) if newest.status.is_pending() => {
                Err(self.busy(HistoryError::InProgress, session.now(), timeout))
            }
            _ => Ok(()),
        }
    }

    fn busy(&self, error: HistoryError, now: i128, timeout: Duration) -> Error {
        let error = Error::from(error);
        let Some(newest) = &self.newest else { return error };
        let began = newest.info.last_deployed;
        let age = began.map_or(0, |began| (now - began.nanoseconds).max(0) / 1_000_000_000);
        let (name, number, status) = (&self.name, newest.revision, newest.info.status.name());
        let error = error.hinted(format!("revision {number} is {status}, since {}", ago(age)));
        if let Some(until) = self.gates_until().filter(|until| *until >= now) {
            let left = (until - now) / 1_000_000_000 + 1;
            return error.hinted(format!("its gates may take samples for {left} more seconds"));
        }
        if self.is_abandoned(now, timeout) {
            return error.hinted(format!(
                "whoever began it seems to be gone: `helm rollback {name}`, or an upgrade with --install or \
                 --rollback-on-failure, marks it failed and goes on"
            ));
        }
        error.hinted(format!("if whoever began it is gone, `helm rollback {name}` goes back to the revision before it"))
    }

    /// Makes room for one more revision. Helm: `Storage.removeLeastRecent`.
    pub(crate) fn prune(&mut self, session: &Session<'_>, history_max: i64) -> Result<(), Error> {
        if history_max <= 0 || i64::try_from(self.revisions.len()).is_ok_and(|count| count < history_max) {
            return Ok(());
        }
        if !self.history().last_good_is_deployed() {
            self.describe(session)?;
        }
        let numbers = self.history().to_prune(history_max);
        let removed = session.storage.remove(&self.name, &numbers).into_iter();
        let mut errors =
            removed.filter_map(Result::err).filter(|error| !matches!(error, ClusterError::ReleaseNotFound));
        let Some(first) = errors.next() else { return Ok(()) };
        match errors.count() {
            0 => Err(first.into()),
            more => Err(Error::from(first).during(format!("encountered {} deletion errors. First is", more + 1))),
        }
    }

    /// The revisions that are deployed.
    pub(crate) fn deployed(&self, session: &Session<'_>) -> Result<Vec<Record>, Error> {
        let deployed = self.revisions.iter().filter(|revision| revision.status == Status::Deployed);
        deployed.map(|revision| self.record(session, revision.number)).collect()
    }
}

/// Makes a record that nobody carries on a failed one, and gives what is to be said of it.
fn fail_abandoned(record: &mut Record, revision: &Revision) -> String {
    record.info.description = abandoned_description(&record.name, revision);
    record.info.status = Status::Failed;
    format!("revision {} is marked failed: {}", record.revision, record.info.description)
}

/// Until when gates take samples, as it is noted, in nanoseconds since 1970.
fn until(notes: &Notes) -> Option<i128> {
    notes.get(UNTIL_ANNOTATION)?.parse::<i64>().ok().map(|seconds| i128::from(seconds) * 1_000_000_000)
}

fn revision_of(entry: &Entry) -> Revision {
    Revision { number: entry.revision, status: entry.status, ..Revision::default() }
}

/// Says that a record is in the way which Helm takes for none.
fn unreadable(record: &Record, error: Error, cause: &ClusterError) -> Error {
    error.hinted(format!(
        "the record of revision {} cannot be read ({cause}): put it back from a backup, or delete it with `kubectl delete \
         secret {} --namespace {}` to go on from the revision before",
        record.revision,
        cluster::storage_key(&record.name, record.revision),
        record.namespace
    ))
}

fn ago(seconds: i128) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3600),
    }
}

impl From<HistoryError> for Error {
    fn from(error: HistoryError) -> Error {
        Error::new(ErrorKind::Release, error.to_string())
    }
}

impl Session<'_> {
    /// Writes a revision anew. That it cannot be written is told, and holds nothing up. Helm: `recordRelease`.
    pub(crate) fn record_release(&mut self, record: &Record) {
        self.record_noted(record, &Notes::new());
    }

    /// Does so with a revision that failed, and keeps the reason beside it.
    pub(crate) fn record_failed(&mut self, record: &Record, error: &Error) {
        self.record_noted(record, &error.notes());
    }

    /// Does so, and keeps these notes beside it.
    pub(crate) fn record_noted(&mut self, record: &Record, notes: &Notes) {
        if let Err(error) = self.storage.update_annotated(record, notes) {
            let line = LogLine::new(Level::Warn, "failed to update release").with("name", record.name.as_str());
            let line = line.with("revision", record.revision.to_string());
            self.log(line.with("error", error.to_string()));
        }
    }

    /// Writes a new revision. Somebody else may have been faster.
    pub(crate) fn create_record(&mut self, record: &Record) -> Result<(), Error> {
        self.storage.create(record).map_err(|error| match error {
            ClusterError::ReleaseExists => match self.storage.get(&record.name, record.revision) {
                Err(cause) if cause.is_unreadable() => unreadable(record, error.into(), &cause),
                _ => Error::from(HistoryError::InProgress).hinted(format!(
                    "revision {} of {} was made by somebody else in the meantime: `helm history {1}`",
                    record.revision, record.name
                )),
            },
            error => error.into(),
        })
    }
}
