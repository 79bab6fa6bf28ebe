//! Reading records, with Helm's words for what goes wrong and ours for what to do.

use cluster::Storage;
use release::Record;

use crate::{Error, ErrorKind, Session, install_name};

/// Which revision of a release.
#[derive(Clone, Debug, Default)]
pub struct RecordOptions {
    /// The release.
    pub name: String,
    /// `--revision`; 0 and less for the last one.
    pub revision: i64,
}

/// Reads a record. Helm: `pkg/action/get.go`; `pkg/action/action.go`, `releaseContent`.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release or revision.
pub fn record(options: &RecordOptions, session: &mut Session<'_>) -> Result<Record, Error> {
    let RecordOptions { name, revision } = options;
    session.check_name(name, "releaseContent: Release name is invalid")?;
    let read = session.read(|storage| if *revision <= 0 { storage.last(name) } else { storage.get(name, *revision) });
    read.map_err(|error| match error.kind() {
        ErrorKind::Release => error.hinted(session.where_else(name, *revision)),
        _ => error,
    })
}

impl Session<'_> {
    /// Reads what is stored. Helm asks for the server's version first, to see that it answers; that is asked here only
    /// where something goes wrong, for the same words.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&dyn Storage) -> Result<T, cluster::Error>) -> Result<T, Error> {
        read(self.storage).map_err(|error| match error {
            cluster::Error::ReleaseNotFound => error.into(),
            error => self.unreachable().unwrap_or_else(|| error.into()),
        })
    }

    /// What is wrong with the connection, if something is.
    fn unreachable(&self) -> Option<Error> {
        let error = Error::from(self.cluster.check_reachable().err()?);
        Some(error.hinted(format!(
            "the kubeconfig in use names the server {}; --kube-context and --kubeconfig choose another",
            self.cluster.server()
        )))
    }

    /// Fails for what cannot be a release's name, unless the cluster cannot be reached, which Helm finds out before.
    pub(crate) fn check_name(&self, name: &str, refusal: &str) -> Result<(), Error> {
        if install_name::validate(name).is_ok() {
            return Ok(());
        }
        let invalid = Error::new(ErrorKind::Usage, format!("{refusal}: {name}"));
        Err(self.unreachable().unwrap_or(invalid))
    }

    /// Where a release that was not found may be.
    pub(crate) fn where_else(&self, name: &str, revision: i64) -> String {
        let mut kept: Vec<i64> = match revision {
            ..=0 => Vec::new(),
            _ => self.storage.entries(name).unwrap_or_default().iter().map(|entry| entry.revision).collect(),
        };
        kept.sort_unstable();
        match (kept.first(), kept.last()) {
            (Some(first), Some(last)) if first == last => format!("only revision {last} is kept"),
            (Some(first), Some(last)) => format!("the revisions {first} to {last} are kept: `helm history {name}`"),
            _ => format!(
                "the namespace {} has no such release; `helm list --all-namespaces --filter '^{name}$'` looks in all",
                self.namespace
            ),
        }
    }
}
