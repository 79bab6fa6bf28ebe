//! `helm history`: the revisions of a release. Helm: `pkg/cmd/history.go`, `pkg/action/history.go`.

use cluster::Summary;

use crate::{Error, ErrorKind, Session};

/// What `history` needs.
#[derive(Clone, Debug, Default)]
pub struct HistoryOptions {
    /// The release.
    pub name: String,
    /// `--max`: so many of the newest.
    pub max: i64,
}

/// The revisions of a release, the oldest first.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release.
pub fn history(options: &HistoryOptions, session: &mut Session<'_>) -> Result<Vec<Summary>, Error> {
    let name = &options.name;
    session.check_name(name, "release name is invalid")?;
    let mut entries = session.read(|storage| storage.entries(name))?;
    if entries.is_empty() {
        let missing = Error::new(ErrorKind::Release, cluster::Error::ReleaseNotFound.to_string());
        return Err(missing.hinted(session.where_else(name, 0)));
    }
    entries.sort_by_key(|entry| entry.revision);
    let wanted = usize::try_from(options.max).unwrap_or(0);
    let newest = entries.split_off(entries.len().saturating_sub(wanted));
    session.read(|storage| storage.summaries(&newest))
}
