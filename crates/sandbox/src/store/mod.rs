//! The objects, kept in one file that several processes may use at once; whole transactions only.

mod file;
mod transaction;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use redb::{
    Builder, ConcurrencyMode, Database, ReadableDatabase as _, ReadableTable as _, TableDefinition,
    backends::InMemoryBackend,
};
use serde_json::Value;

pub(crate) use self::transaction::Transaction;
use crate::{failure::Failure, fault::Fault};

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
    faults: Mutex<Arc<[Fault]>>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    /// What the keys begin with.
    pub(crate) prefix: &'a str,
    /// The key behind which it begins.
    pub(crate) after: Option<&'a str>,
    /// How many there may be.
    pub(crate) limit: usize,
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
                file::open(&mut builder, file).map_err(|error| failed(told(&error)))?
            }
            None => builder
                .create_with_backend(InMemoryBackend::new())
                .map_err(|error| StoreError { path: "memory".into(), reason: error.to_string() })?,
        };
        Ok(Store { database: opened, faults: Mutex::new(faults.into()) })
    }

    /// Says what is to fail from now on.
    pub(crate) fn simulate(&self, faults: &[Fault]) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults.into();
    }

    fn open_transaction(&self) -> Result<Transaction, Failure> {
        let transaction = self.database.begin_write().map_err(broken)?;
        let faults = Arc::clone(&self.faults.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Transaction { transaction, touched: Vec::new(), faults })
    }

    /// Reads one consistent state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Snapshot) -> Result<T, Failure>) -> Result<T, Failure> {
        let transaction = self.database.begin_read().map_err(broken)?;
        look(&Snapshot { transaction })
    }

    /// Changes the state: all that `act` does, or, where it fails, nothing.
    pub(crate) fn write<T>(&self, act: impl FnOnce(&mut Transaction) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut open = self.open_transaction()?;
        let result = act(&mut open)?;
        open.transaction.commit().map_err(broken)?;
        Ok(result)
    }

    /// Does so without keeping anything.
    pub(crate) fn attempt<T>(&self, act: impl FnOnce(&mut Transaction) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut open = self.open_transaction()?;
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

    /// Some of these objects, and whether there are more.
    pub(crate) fn page(&self, wanted: Page<'_>, keeps: impl Fn(&Value) -> bool) -> Result<(Vec<Value>, bool), Failure> {
        let table = match self.transaction.open_table(OBJECTS) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok((Vec::new(), false)),
            Err(error) => return Err(broken(error)),
        };
        let mut objects = Vec::new();
        for entry in table.range(wanted.after.unwrap_or(wanted.prefix)..).map_err(broken)? {
            let (key, bytes) = entry.map_err(broken)?;
            if !key.value().starts_with(wanted.prefix) {
                break;
            }
            if wanted.after == Some(key.value()) {
                continue;
            }
            let object = parse(bytes.value())?;
            if !keeps(&object) {
                continue;
            }
            if objects.len() == wanted.limit {
                return Ok((objects, true));
            }
            objects.push(object);
        }
        Ok((objects, false))
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

/// Why a store does not open, and what is meant where nothing in it can be trusted.
fn told(error: &redb::DatabaseError) -> String {
    match error {
        redb::DatabaseError::Storage(redb::StorageError::Corrupted(reason)) => {
            format!("it was being written when the machine went down, and is not whole ({reason})")
        }
        error => error.to_string(),
    }
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
