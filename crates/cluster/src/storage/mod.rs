//! Release records, wherever they are kept. Helm: `pkg/storage`.

use std::collections::BTreeMap;

use release::{Record, Status, Timestamp};

use crate::Error;

mod holder;
mod kubernetes;
mod memory;
mod notebook;
mod page;
mod protobuf;
mod record_watch;
#[cfg(feature = "sql")]
mod sql;
mod summary;

#[cfg(feature = "sql")]
pub use self::sql::{Sql, SqlOptions};
pub use self::{
    kubernetes::{ConfigMaps, Secrets},
    memory::Memory,
    notebook::{Note, Notebook},
    record_watch::{RecordHead, RecordNews, RecordWatch, SeenRecord, WatchCounts},
};

/// The name of the object that holds a revision.
pub fn storage_key(name: &str, revision: i64) -> String {
    format!("sh.helm.release.v1.{name}.v{revision}")
}

/// A place that keeps release records: one namespace of a cluster (or all of them, to read), the memory, a database.
///
/// A revision can be created once only: whoever comes second is told so. That is what keeps two operations apart.
pub trait Storage {
    /// What Helm calls the driver: `Secret`, `ConfigMap`, `Memory`, `SQL`.
    fn name(&self) -> &'static str;

    /// Writes a new revision.
    ///
    /// # Errors
    /// [`Error::ReleaseExists`] where it is there already.
    fn create(&self, record: &Record) -> Result<(), Error>;

    /// Writes a revision anew, without notes beside it.
    ///
    /// # Errors
    /// It is not there, or cannot be written.
    fn update(&self, record: &Record) -> Result<(), Error> {
        self.update_annotated(record, &BTreeMap::new())
    }

    /// Writes a revision anew, and notes beside it: they are no part of the record.
    ///
    /// # Errors
    /// It is not there, or cannot be written.
    fn update_annotated(&self, record: &Record, annotations: &BTreeMap<String, String>) -> Result<(), Error>;

    /// Deletes a revision, and gives what it was.
    ///
    /// # Errors
    /// [`Error::ReleaseNotFound`]
    fn delete(&self, name: &str, revision: i64) -> Result<Record, Error>;

    /// Deletes revisions without reading them, several at once where the place allows that; all are tried.
    fn remove(&self, name: &str, revisions: &[i64]) -> Vec<Result<(), Error>> {
        revisions.iter().map(|revision| self.delete(name, *revision).map(drop)).collect()
    }

    /// Reads a revision.
    ///
    /// # Errors
    /// [`Error::ReleaseNotFound`], or it cannot be decoded.
    fn get(&self, name: &str, revision: i64) -> Result<Record, Error>;

    /// Every revision whose labels are these, read whole. One that cannot be decoded is left out, as in Helm.
    ///
    /// # Errors
    /// [`Error::ReleaseNotFound`] where there is none.
    fn query(&self, labels: &BTreeMap<String, String>) -> Result<Vec<Record>, Error>;

    /// What is known of every revision without reading its record; of one release, or (empty) of all.
    ///
    /// # Errors
    /// The place cannot be read.
    fn entries(&self, name: &str) -> Result<Vec<Entry>, Error>;

    /// The heads of records: each is read only as far as it needs. In the order given; one that is gone or cannot be
    /// decoded is left out, as in Helm.
    ///
    /// # Errors
    /// The place cannot be read.
    fn summaries(&self, entries: &[Entry]) -> Result<Vec<Summary>, Error>;

    /// What went wrong beside the records, and held nothing up, since it was last asked for.
    fn take_remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// The heads of all revisions of a release, in no order. One that cannot be decoded is left out, as in Helm.
    ///
    /// # Errors
    /// The place cannot be read.
    fn heads(&self, name: &str) -> Result<Vec<Summary>, Error> {
        self.summaries(&self.entries(name)?)
    }

    /// All revisions of a release, the oldest first.
    ///
    /// # Errors
    /// [`Error::ReleaseNotFound`]
    fn history(&self, name: &str) -> Result<Vec<Record>, Error> {
        let labels = [("name", name), ("owner", "helm")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut records = self.query(&labels.into())?;
        records.sort_by_key(|record| record.revision);
        Ok(records)
    }

    /// The newest revision of a release that can be decoded: found by labels, so that one record alone is read.
    ///
    /// # Errors
    /// [`Error::ReleaseNotFound`]; where none can be decoded, why the newest cannot.
    fn last(&self, name: &str) -> Result<Record, Error> {
        let mut revisions: Vec<i64> = self.entries(name)?.into_iter().map(|entry| entry.revision).collect();
        revisions.sort_unstable();
        let mut unreadable = None;
        for revision in revisions.into_iter().rev() {
            match self.get(name, revision) {
                Err(error) if error.is_unreadable() => _ = unreadable.get_or_insert(error),
                Err(Error::ReleaseNotFound) => {}
                read => return read,
            }
        }
        Err(unreadable.unwrap_or(Error::ReleaseNotFound))
    }

    /// The newest revision that is deployed.
    ///
    /// # Errors
    /// [`Error::NoDeployedReleases`]
    fn deployed(&self, name: &str) -> Result<Record, Error> {
        let entries = self.entries(name)?.into_iter().filter(|entry| entry.status == Status::Deployed);
        let newest = entries.max_by_key(|entry| entry.revision);
        match newest {
            Some(entry) => self.get(name, entry.revision),
            None => Err(Error::NoDeployedReleases(name.to_owned())),
        }
    }
}

/// What the storage knows of a revision without reading its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision.
    pub revision: i64,
    /// Where it stands.
    pub status: Status,
    /// All labels, the storage's own among them.
    pub labels: BTreeMap<String, String>,
    /// Notes that are kept beside the record.
    pub annotations: BTreeMap<String, String>,
}

impl Entry {
    /// Of every release the newest revision, by namespace and name.
    pub fn newest(entries: Vec<Entry>) -> Vec<Entry> {
        let mut newest: BTreeMap<(String, String), Entry> = BTreeMap::new();
        for entry in entries {
            let key = (entry.namespace.clone(), entry.name.clone());
            if newest.get(&key).is_none_or(|known| known.revision < entry.revision) {
                newest.insert(key, entry);
            }
        }
        newest.into_values().collect()
    }

    /// What labels say; none where they are not those of a release.
    pub(crate) fn of_labels(labels: BTreeMap<String, String>, namespace: String) -> Option<Entry> {
        Some(Entry {
            name: labels.get("name")?.clone(),
            namespace,
            revision: labels.get("version")?.parse().ok()?,
            status: Status::parse(labels.get("status").map_or("", String::as_str)),
            labels,
            annotations: BTreeMap::new(),
        })
    }
}

/// The head of a record: what lists and histories show.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision.
    pub revision: i64,
    /// Where it stands.
    pub status: Status,
    /// When it was deployed.
    pub last_deployed: Option<Timestamp>,
    /// When the release was first deployed.
    pub first_deployed: Option<Timestamp>,
    /// A line for people.
    pub description: String,
    /// The chart's name; empty where the record has no chart.
    pub chart_name: String,
    /// The chart's version.
    pub chart_version: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// All labels, the storage's own among them.
    pub labels: BTreeMap<String, String>,
    /// Notes that are kept beside the record.
    pub annotations: BTreeMap<String, String>,
}

impl Summary {
    /// What a record says of itself. Its labels are the user's alone, and there are no notes beside it.
    pub fn of(record: &Record) -> Summary {
        let chart = &record.chart.metadata;
        Summary {
            name: record.name.clone(),
            namespace: record.namespace.clone(),
            revision: record.revision,
            status: record.info.status,
            last_deployed: record.info.last_deployed,
            first_deployed: record.info.first_deployed,
            description: record.info.description.clone(),
            chart_name: chart.name.clone(),
            chart_version: chart.version.clone(),
            app_version: chart.app_version.clone(),
            labels: record.labels.clone(),
            annotations: BTreeMap::new(),
        }
    }
}
