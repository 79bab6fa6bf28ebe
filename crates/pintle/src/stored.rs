//! Reading records, with Helm's words for what goes wrong and ours for what to do.

use cluster::{Cluster, Storage};
use release::{Record, codec};
use value::{Map, Value};

use crate::{
    Error, ErrorKind, Event, Observer, Session, install_name,
    reasons::{Notes, notes_of},
};

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
    read(options, session).map(|(record, _)| record)
}

/// Reads a record, and what is kept beside it.
pub(crate) fn record_and_notes(options: &RecordOptions, session: &mut Session<'_>) -> Result<(Record, Notes), Error> {
    let (record, notes) = read(options, session)?;
    if options.revision <= 0 {
        return Ok((record, notes));
    }
    let notes = notes_of(session, &record);
    Ok((record, notes))
}

/// Reads a record; of the last revision the notes come with it.
fn read(options: &RecordOptions, session: &mut Session<'_>) -> Result<(Record, Notes), Error> {
    let RecordOptions { name, revision } = options;
    session.check_name(name, "releaseContent: Release name is invalid")?;
    let mut passed_over = Vec::new();
    let read = session.read(|storage| match revision {
        1.. => storage.get(name, *revision).map(|record| (record, Notes::new())),
        _ => last(storage, name, &mut passed_over),
    });
    passed_over.into_iter().for_each(|line| session.remark(line));
    read.map_err(|error| match error.kind() {
        ErrorKind::Release => error.hinted(session.where_else(name, *revision)),
        _ => error,
    })
}

/// The newest revision that can be decoded. Among its labels are the storage's own, as in Helm, which finds it with a
/// query. What is passed over is told.
fn last(storage: &dyn Storage, name: &str, passed_over: &mut Vec<String>) -> Result<(Record, Notes), cluster::Error> {
    let mut entries = storage.entries(name)?;
    entries.sort_by_key(|entry| entry.revision);
    let mut unreadable = None;
    for entry in entries.into_iter().rev() {
        match storage.get(name, entry.revision) {
            // A database has them in columns of their own.
            Ok(record) if storage.name() == "SQL" => return Ok((record, entry.annotations)),
            Ok(record) => return Ok((Record { labels: entry.labels, ..record }, entry.annotations)),
            Err(error) if error.is_unreadable() => {
                passed_over.push(format!("revision {} of {name} is passed over: {error}", entry.revision));
                unreadable.get_or_insert(error);
            }
            Err(cluster::Error::ReleaseNotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Err(unreadable.unwrap_or(cluster::Error::ReleaseNotFound))
}

/// A release's values over those of its chart, as `get values --all` shows them.
///
/// # Errors
/// A value for a subchart that is no table.
pub fn computed_values(record: &Record, observer: &mut dyn Observer) -> Result<Map, Error> {
    let mut warnings = Vec::new();
    let values = chart::coalesce_values(&record.chart, &record.config, &mut warnings);
    for warning in warnings {
        observer.event(Event::Log(warning.into()));
    }
    Ok(values?)
}

/// A record as JSON, its fields in Helm's order: with its chart or without, and with the objects as they live, by
/// version and kind, where they are given.
///
/// # Errors
/// A value that JSON cannot hold.
pub fn record_json(record: &Record, chart: bool, resources: Option<&Value>) -> Result<Vec<u8>, Error> {
    codec::to_json(record, &codec::View { chart, resources })
        .map_err(|error| Error::new(ErrorKind::Output, format!("unable to write JSON output: {error}")))
}

/// What is wrong with the connection to a cluster, if something is.
pub(crate) fn unreachable(cluster: &Cluster) -> Option<Error> {
    let error = Error::from(cluster.check_reachable().err()?);
    Some(error.hinted(format!(
        "the kubeconfig in use names the server {}; --kube-context and --kubeconfig choose another",
        cluster.server()
    )))
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

    /// Fails where the cluster cannot be reached.
    pub(crate) fn check_reachable(&self) -> Result<(), Error> {
        self.unreachable().map_or(Ok(()), Err)
    }

    /// What is wrong with the connection, if something is.
    pub(crate) fn unreachable(&self) -> Option<Error> {
        unreachable(self.cluster)
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
