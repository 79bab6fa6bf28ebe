//! `helm history`: the revisions of a release. Helm: `pkg/cmd/history.go`, `pkg/action/history.go`.

mod changes;

use std::collections::BTreeMap;

use cluster::{Entry, Summary};
use release::Record;

use self::changes::changes;
use crate::{
    Error, ErrorKind, Session,
    reasons::{reason, why},
};

/// What `history` needs.
#[derive(Clone, Debug, Default)]
pub struct HistoryOptions {
    /// The release.
    pub name: String,
    /// `--max`: so many of the newest.
    pub max: i64,
}

/// A revision and what it changed.
#[derive(Clone, Debug)]
pub struct ChangedRevision {
    /// The head of its record.
    pub head: Summary,
    /// What it changed in chart and values, a line each; none for the oldest that is kept.
    pub changes: Vec<String>,
    /// Why it failed, or why it was made where nobody asked for it, as far as that is kept beside the record; else empty.
    pub reason: String,
}

/// The revisions of a release, the oldest first.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release.
pub fn history(options: &HistoryOptions, session: &mut Session<'_>) -> Result<Vec<Summary>, Error> {
    let mut heads = revisions(&options.name, session)?;
    heads.sort_by_key(|head| head.revision);
    let wanted = usize::try_from(options.max).unwrap_or(0);
    Ok(heads.split_off(heads.len().saturating_sub(wanted)))
}

/// Why a revision failed, or was made where nobody asked for it, as a sentence; none where that is not known.
pub fn why_revision(head: &Summary) -> Option<String> {
    why(head.revision, &head.annotations)
}

/// The heads of a release's revisions in the order of the storage, which is that of the names of its objects, as
/// completion offers them.
///
/// # Errors
/// As for [`history`].
pub fn revisions(name: &str, session: &mut Session<'_>) -> Result<Vec<Summary>, Error> {
    session.check_name(name, "release name is invalid")?;
    let heads = session.read(|storage| storage.heads(name))?;
    if heads.is_empty() { Err(missing(name, session)) } else { Ok(heads) }
}

fn missing(name: &str, session: &Session<'_>) -> Error {
    let missing = Error::new(ErrorKind::Release, cluster::Error::ReleaseNotFound.to_string());
    missing.hinted(session.where_else(name, 0))
}

/// Every revision of a release, the oldest first, with what each changed and why it failed.
///
/// # Errors
/// As for [`history`].
pub fn whole_history(name: &str, session: &mut Session<'_>) -> Result<Vec<ChangedRevision>, Error> {
    let entries = entries(name, session)?;
    let records = session.read(|storage| storage.history(name))?;
    let mut by_revision: BTreeMap<i64, Entry> = entries.into_iter().map(|entry| (entry.revision, entry)).collect();
    let mut revisions = Vec::new();
    let mut before: Option<Record> = None;
    for record in records {
        let notes = by_revision.remove(&record.revision).map(|entry| entry.annotations).unwrap_or_default();
        revisions.push(ChangedRevision {
            changes: before.as_ref().map(|before| changes(before, &record)).unwrap_or_default(),
            reason: reason(&notes).unwrap_or_default(),
            head: Summary { annotations: notes, ..Summary::of(&record) },
        });
        before = Some(record);
    }
    Ok(revisions)
}

fn entries(name: &str, session: &mut Session<'_>) -> Result<Vec<Entry>, Error> {
    session.check_name(name, "release name is invalid")?;
    let entries = session.read(|storage| storage.entries(name))?;
    if entries.is_empty() {
        return Err(missing(name, session));
    }
    Ok(entries)
}
