//! Records in memory: for rehearsals and tests. Helm: `pkg/storage/driver/memory.go`.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use release::Record;

use super::{Entry, Storage, Summary};
use crate::Error;

type Notes = BTreeMap<String, String>;
type Records = BTreeMap<(String, String, i64), (Record, Notes)>;

/// Records in memory. The namespace is that of the records; `namespace` limits what is read, empty for all.
#[derive(Default)]
pub struct Memory {
    namespace: String,
    records: Mutex<Records>,
}

impl Memory {
    /// An empty storage of one namespace; of all where it is empty.
    pub fn new(namespace: impl Into<String>) -> Memory {
        Memory { namespace: namespace.into(), records: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sees(&self, record: &Record) -> bool {
        self.namespace.is_empty() || self.namespace == record.namespace
    }

    fn key(&self, name: &str, revision: i64) -> Option<(String, String, i64)> {
        let records = self.lock();
        let mut kept = records.values().map(|(record, _)| record);
        kept.find(|record| self.sees(record) && record.name == name && record.revision == revision).map(key)
    }
}

fn key(record: &Record) -> (String, String, i64) {
    (record.namespace.clone(), record.name.clone(), record.revision)
}

fn labels(record: &Record) -> BTreeMap<String, String> {
    let mut labels = record.labels.clone();
    labels.insert("name".into(), record.name.clone());
    labels.insert("owner".into(), "helm".into());
    labels.insert("status".into(), record.info.status.name().into());
    labels.insert("version".into(), record.revision.to_string());
    labels
}

impl Storage for Memory {
    fn name(&self) -> &'static str {
        "Memory"
    }

    fn create(&self, record: &Record) -> Result<(), Error> {
        let mut records = self.lock();
        if records.contains_key(&key(record)) {
            return Err(Error::ReleaseExists);
        }
        records.insert(key(record), (record.clone(), Notes::new()));
        Ok(())
    }

    fn update_annotated(&self, record: &Record, annotations: &Notes) -> Result<(), Error> {
        let mut records = self.lock();
        let slot = records.get_mut(&key(record)).ok_or(Error::ReleaseNotFound)?;
        *slot = (record.clone(), annotations.clone());
        Ok(())
    }

    fn delete(&self, name: &str, revision: i64) -> Result<Record, Error> {
        let key = self.key(name, revision).ok_or(Error::ReleaseNotFound)?;
        self.lock().remove(&key).map(|(record, _)| record).ok_or(Error::ReleaseNotFound)
    }

    fn get(&self, name: &str, revision: i64) -> Result<Record, Error> {
        let key = self.key(name, revision).ok_or(Error::ReleaseNotFound)?;
        self.lock().get(&key).map(|(record, _)| record.clone()).ok_or(Error::ReleaseNotFound)
    }

    fn query(&self, wanted: &BTreeMap<String, String>) -> Result<Vec<Record>, Error> {
        let records = self.lock();
        let matching = |record: &&Record| {
            let labels = labels(record);
            self.sees(record) && wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        let found: Vec<Record> = records.values().map(|(record, _)| record).filter(matching).cloned().collect();
        if found.is_empty() { Err(Error::ReleaseNotFound) } else { Ok(found) }
    }

    fn entries(&self, name: &str) -> Result<Vec<Entry>, Error> {
        let records = self.lock();
        let seen = |record: &Record| self.sees(record) && (name.is_empty() || record.name == name);
        let entry = |(record, notes): &(Record, Notes)| {
            let entry = Entry::of_labels(labels(record), record.namespace.clone())?;
            Some(Entry { annotations: notes.clone(), ..entry })
        };
        Ok(records.values().filter(|(record, _)| seen(record)).filter_map(entry).collect())
    }

    fn summaries(&self, entries: &[Entry]) -> Result<Vec<Summary>, Error> {
        let records = self.lock();
        let found = entries.iter().filter_map(|entry| {
            let (record, _) = records.get(&(entry.namespace.clone(), entry.name.clone(), entry.revision))?;
            let (labels, annotations) = (entry.labels.clone(), entry.annotations.clone());
            Some(Summary { labels, annotations, ..Summary::of(record) })
        });
        Ok(found.collect())
    }
}

#[cfg(test)]
mod tests {
    use release::{Record, Status};

    use super::{Entry, Memory, Storage};
    use crate::Error;

    fn record(name: &str, revision: i64, status: Status) -> Record {
        let mut record = Record { name: name.into(), namespace: "a".into(), revision, ..Record::default() };
        record.info.status = status;
        record
    }

    #[test]
    fn records_are_kept_and_found() {
        let storage = Memory::new("a");
        for (revision, status) in [(1, Status::Superseded), (2, Status::Deployed), (10, Status::Failed)] {
            storage.create(&record("x", revision, status)).unwrap();
        }
        storage.create(&record("y", 1, Status::Deployed)).unwrap();
        assert!(matches!(storage.create(&record("x", 2, Status::Deployed)), Err(Error::ReleaseExists)));
        assert_eq!(storage.last("x").unwrap().revision, 10);
        assert_eq!(storage.deployed("x").unwrap().revision, 2);
        assert_eq!(storage.history("x").unwrap().iter().map(|record| record.revision).collect::<Vec<_>>(), [1, 2, 10]);
        let newest = Entry::newest(storage.entries("").unwrap());
        assert_eq!(
            newest.iter().map(|entry| (entry.name.as_str(), entry.revision)).collect::<Vec<_>>(),
            [("x", 10), ("y", 1)]
        );
        assert_eq!(storage.summaries(&newest).unwrap().len(), 2);
        let why = [("why".to_owned(), "because".to_owned())].into();
        storage.update_annotated(&record("x", 2, Status::Failed), &why).unwrap();
        let entries = storage.entries("x").unwrap();
        let noted: Vec<i64> =
            entries.iter().filter(|entry| entry.annotations == why).map(|entry| entry.revision).collect();
        assert_eq!(noted, [2]);
        assert!(storage.summaries(&entries).unwrap().iter().any(|head| head.annotations == why));
        assert_eq!(storage.delete("x", 10).unwrap().revision, 10);
        assert!(matches!(storage.get("x", 10), Err(Error::ReleaseNotFound)));
        assert!(matches!(storage.history("z"), Err(Error::ReleaseNotFound)));
        assert_eq!(storage.deployed("z").unwrap_err().to_string(), "\"z\" has no deployed releases");
        assert!(matches!(storage.update(&record("z", 1, Status::Failed)), Err(Error::ReleaseNotFound)));
    }
}
