//! The objects, kept in one file that several processes may use at once; whole transactions only.

use std::{path::Path, sync::Arc};

use redb::{
    Builder, ConcurrencyMode, Database, ReadableDatabase as _, ReadableTable as _, TableDefinition,
    backends::InMemoryBackend,
};
use serde_json::Value;

use crate::{
    failure::Failure,
    fault::Fault,
    object::{array_at, text_at},
};

/// `plural.group NUL namespace NUL name` to the object.
const OBJECTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("objects");
/// What happened, by resource version: `TYPE NUL key NUL object`.
const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");
/// `uid of the owner NUL key of the dependent`.
const OWNERS: TableDefinition<'_, &str, ()> = TableDefinition::new("owners");
/// Counters.
const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");

/// So many events are kept for those who watch; who is further behind must list again.
const EVENTS_KEPT: u64 = 20_000;
const CACHE_BYTES: usize = 64 << 20;

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("opening the sandbox's store {path}: {reason}")]
pub struct StoreError {
    path: String,
    reason: String,
}

impl StoreError {
    pub(crate) fn new(file: Option<&Path>, reason: impl Into<String>) -> StoreError {
        StoreError { path: file.map_or("memory".into(), |file| file.display().to_string()), reason: reason.into() }
    }
}

/// The objects of a sandbox.
pub(crate) struct Store {
    database: Database,
    /// What is to fail.
    faults: Arc<[Fault]>,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Modified,
    Deleted,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) change: Change,
    pub(crate) object: Value,
}

impl Change {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Change::Added => "ADDED",
            Change::Modified => "MODIFIED",
            Change::Deleted => "DELETED",
        }
    }
}

/// The key of an object.
pub(crate) fn key(qualified: &str, namespace: &str, name: &str) -> String {
    format!("{qualified}\0{namespace}\0{name}")
}

impl Store {
    /// Opens the store in a file, which is made where it is missing; in memory where there is none.
    pub(crate) fn open(file: Option<&Path>, faults: &[Fault]) -> Result<Store, StoreError> {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        let opened = match file {
            Some(file) => {
                builder.set_concurrency_mode(ConcurrencyMode::MultiWriter);
                let failed = |reason: String| StoreError { path: file.display().to_string(), reason };
                if let Some(folder) = file.parent() {
                    std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
                }
                builder.create(file).map_err(|error| failed(error.to_string()))?
            }
            None => builder
                .create_with_backend(InMemoryBackend::new())
                .map_err(|error| StoreError { path: "memory".into(), reason: error.to_string() })?,
        };
        Ok(Store { database: opened, faults: faults.into() })
    }

    /// Reads one consistent state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Snapshot) -> Result<T, Failure>) -> Result<T, Failure> {
        let transaction = self.database.begin_read().map_err(broken)?;
        look(&Snapshot { transaction })
    }

    /// Changes the state: all that `act` does, or, where it fails, nothing.
    pub(crate) fn write<T>(&self, act: impl FnOnce(&mut Transaction) -> Result<T, Failure>) -> Result<T, Failure> {
        let transaction = self.database.begin_write().map_err(broken)?;
        let mut open = Transaction { transaction, touched: Vec::new(), faults: Arc::clone(&self.faults) };
        let result = act(&mut open)?;
        open.transaction.commit().map_err(broken)?;
        Ok(result)
    }

    /// Does so without keeping anything.
    pub(crate) fn attempt<T>(&self, act: impl FnOnce(&mut Transaction) -> Result<T, Failure>) -> Result<T, Failure> {
        let transaction = self.database.begin_write().map_err(broken)?;
        let mut open = Transaction { transaction, touched: Vec::new(), faults: Arc::clone(&self.faults) };
        let result = act(&mut open);
        open.transaction.abort().map_err(broken)?;
        result
    }
}

/// The state at one moment.
pub(crate) struct Snapshot {
    transaction: redb::ReadTransaction,
}

impl Snapshot {
    pub(crate) fn get(&self, key: &str) -> Result<Option<Value>, Failure> {
        match self.transaction.open_table(OBJECTS) {
            Ok(table) => table.get(key).map_err(broken)?.map(|bytes| parse(bytes.value())).transpose(),
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(broken(error)),
        }
    }

    /// All objects whose keys begin like this, in the order of the keys.
    pub(crate) fn list(&self, prefix: &str) -> Result<Vec<Value>, Failure> {
        match self.transaction.open_table(OBJECTS) {
            Ok(table) => list(&table, prefix),
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(Vec::new()),
            Err(error) => Err(broken(error)),
        }
    }

    /// How many objects of each resource there are.
    pub(crate) fn counts(&self) -> Result<Vec<(String, usize)>, Failure> {
        let mut counts: Vec<(String, usize)> = Vec::new();
        let table = self.transaction.open_table(OBJECTS).map_err(broken)?;
        for entry in table.iter().map_err(broken)? {
            let (key, _) = entry.map_err(broken)?;
            let resource = key.value().split('\0').next().unwrap_or_default();
            match counts.last_mut() {
                Some((known, count)) if known == resource => *count += 1,
                _ => counts.push((resource.to_owned(), 1)),
            }
        }
        Ok(counts)
    }

    /// The newest resource version.
    pub(crate) fn version(&self) -> Result<u64, Failure> {
        match self.transaction.open_table(COUNTERS) {
            Ok(table) => Ok(table.get("version").map_err(broken)?.map_or(0, |version| version.value())),
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(0),
            Err(error) => Err(broken(error)),
        }
    }

    /// What happened after a resource version to objects whose keys begin like this; none where that is too long ago.
    pub(crate) fn occurrences(&self, after: u64, prefix: &str) -> Result<Option<Vec<Occurrence>>, Failure> {
        let table = match self.transaction.open_table(EVENTS) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Some(Vec::new())),
            Err(error) => return Err(broken(error)),
        };
        let oldest = table.first().map_err(broken)?.map_or(0, |(version, _)| version.value());
        if oldest > after + 1 {
            return Ok(None);
        }
        let mut found = Vec::new();
        for entry in table.range(after + 1..).map_err(broken)? {
            let (_, bytes) = entry.map_err(broken)?;
            let bytes = bytes.value();
            if let Some(occurrence) = occurrence(bytes, prefix)? {
                found.push(occurrence);
            }
        }
        Ok(Some(found))
    }
}

/// A change under way.
pub(crate) struct Transaction {
    transaction: redb::WriteTransaction,
    /// The objects that were changed and that the controllers have not looked at, oldest first.
    touched: Vec<String>,
    faults: Arc<[Fault]>,
}

impl Transaction {
    pub(crate) fn get(&self, key: &str) -> Result<Option<Value>, Failure> {
        let table = self.transaction.open_table(OBJECTS).map_err(broken)?;
        let bytes = table.get(key).map_err(broken)?;
        bytes.map(|bytes| parse(bytes.value())).transpose()
    }

    pub(crate) fn list(&self, prefix: &str) -> Result<Vec<Value>, Failure> {
        list(&self.transaction.open_table(OBJECTS).map_err(broken)?, prefix)
    }

    /// Writes an object with a new resource version, which is set in it. Gives the object as it is now.
    pub(crate) fn put(&mut self, key: &str, mut object: Value) -> Result<Value, Failure> {
        let version = self.next("version")?;
        crate::object::set(&mut object, &["metadata", "resourceVersion"], version.to_string());
        let bytes = serde_json::to_vec(&object)?;
        let before = {
            let mut table = self.transaction.open_table(OBJECTS).map_err(broken)?;
            let before = table.insert(key, bytes.as_slice()).map_err(broken)?;
            before.map(|bytes| parse(bytes.value())).transpose()?
        };
        self.index_owners(key, before.as_ref(), Some(&object))?;
        let change = if before.is_some() { Change::Modified } else { Change::Added };
        self.note(version, change, key, &bytes)?;
        self.touched.push(key.to_owned());
        Ok(object)
    }

    /// Takes an object away. Gives what it was, with the resource version of its end.
    pub(crate) fn delete(&mut self, key: &str) -> Result<Option<Value>, Failure> {
        let removed = {
            let mut table = self.transaction.open_table(OBJECTS).map_err(broken)?;
            let removed = table.remove(key).map_err(broken)?;
            removed.map(|bytes| parse(bytes.value())).transpose()?
        };
        let Some(mut object) = removed else { return Ok(None) };
        self.index_owners(key, Some(&object), None)?;
        let version = self.next("version")?;
        crate::object::set(&mut object, &["metadata", "resourceVersion"], version.to_string());
        self.note(version, Change::Deleted, key, &serde_json::to_vec(&object)?)?;
        self.touched.push(key.to_owned());
        Ok(Some(object))
    }

    /// The keys of what an owner's uid owns.
    pub(crate) fn dependents(&self, uid: &str) -> Result<Vec<String>, Failure> {
        let table = self.transaction.open_table(OWNERS).map_err(broken)?;
        let prefix = format!("{uid}\0");
        let mut keys = Vec::new();
        for entry in table.range(prefix.as_str()..).map_err(broken)? {
            let (key, _) = entry.map_err(broken)?;
            match key.value().strip_prefix(&prefix) {
                Some(dependent) => keys.push(dependent.to_owned()),
                None => break,
            }
        }
        Ok(keys)
    }

    /// The next number of a counter, which starts at 1.
    pub(crate) fn next(&mut self, counter: &str) -> Result<u64, Failure> {
        let mut table = self.transaction.open_table(COUNTERS).map_err(broken)?;
        let next = table.get(counter).map_err(broken)?.map_or(0, |number| number.value()) + 1;
        table.insert(counter, next).map_err(broken)?;
        Ok(next)
    }

    /// What is to fail.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What was changed since the last call.
    pub(crate) fn take_touched(&mut self) -> Vec<String> {
        std::mem::take(&mut self.touched)
    }

    fn note(&mut self, version: u64, change: Change, key: &str, object: &[u8]) -> Result<(), Failure> {
        let mut table = self.transaction.open_table(EVENTS).map_err(broken)?;
        let entry = [change.name().as_bytes(), b"\0\0", key.as_bytes(), b"\0\0", object].concat();
        table.insert(version, entry.as_slice()).map_err(broken)?;
        if version > EVENTS_KEPT {
            table.remove(version - EVENTS_KEPT).map_err(broken)?;
        }
        Ok(())
    }

    fn index_owners(&mut self, key: &str, before: Option<&Value>, after: Option<&Value>) -> Result<(), Failure> {
        let owners = |object: Option<&Value>| -> Vec<String> {
            let references = object.map_or(&[][..], |object| array_at(object, &["metadata", "ownerReferences"]));
            references.iter().map(|owner| format!("{}\0{key}", text_at(owner, &["uid"]))).collect()
        };
        let (before, after) = (owners(before), owners(after));
        if before == after {
            return Ok(());
        }
        let mut table = self.transaction.open_table(OWNERS).map_err(broken)?;
        for gone in before.iter().filter(|entry| !after.contains(entry)) {
            table.remove(gone.as_str()).map_err(broken)?;
        }
        for new in &after {
            table.insert(new.as_str(), ()).map_err(broken)?;
        }
        Ok(())
    }
}

fn list(table: &impl redb::ReadableTable<&'static str, &'static [u8]>, prefix: &str) -> Result<Vec<Value>, Failure> {
    let mut objects = Vec::new();
    for entry in table.range(prefix..).map_err(broken)? {
        let (key, bytes) = entry.map_err(broken)?;
        if !key.value().starts_with(prefix) {
            break;
        }
        objects.push(parse(bytes.value())?);
    }
    Ok(objects)
}

fn occurrence(bytes: &[u8], prefix: &str) -> Result<Option<Occurrence>, Failure> {
    let broken = || Failure::internal("an event of the store cannot be read");
    let mark = bytes.windows(2).position(|pair| pair == b"\0\0").ok_or_else(broken)?;
    let (name, rest) = (bytes.get(..mark).ok_or_else(broken)?, bytes.get(mark + 2..).ok_or_else(broken)?);
    // Keys of the cluster's own objects have two NULs in a row themselves: the object begins with a brace.
    let end = rest.windows(3).position(|part| part == b"\0\0{").ok_or_else(broken)?;
    let key = std::str::from_utf8(rest.get(..end).ok_or_else(broken)?).map_err(|_| broken())?;
    if !key.starts_with(prefix) {
        return Ok(None);
    }
    let change = match name {
        b"ADDED" => Change::Added,
        b"MODIFIED" => Change::Modified,
        _ => Change::Deleted,
    };
    let object = parse(rest.get(end + 2..).ok_or_else(broken)?)?;
    Ok(Some(Occurrence { change, object }))
}

fn parse(bytes: &[u8]) -> Result<Value, Failure> {
    Ok(serde_json::from_slice(bytes)?)
}

/// A request that the store cannot carry out changes nothing.
fn broken(error: impl Into<redb::Error>) -> Failure {
    use std::io::ErrorKind as Io;
    match error.into() {
        redb::Error::Io(error)
            if matches!(error.kind(), Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge | Io::WriteZero) =>
        {
            let text = format!("the disk has no room for the sandbox's store ({error}): nothing was changed");
            Failure::new(507, "InsufficientStorage", text)
        }
        error => Failure::internal(format!("the sandbox's store: {error}")),
    }
}
