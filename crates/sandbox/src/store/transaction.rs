//! A change of the store under way: all of it is kept, or nothing.

use std::sync::Arc;

use redb::ReadableTable as _;
use serde_json::Value;

use super::{COUNTERS, Change, EVENTS, EVENTS_KEPT, OBJECTS, OWNERS, broken, list, parse};
use crate::{
    failure::Failure,
    fault::Fault,
    object::{array_at, text_at},
};

/// A change under way.
pub(crate) struct Transaction {
    pub(super) transaction: redb::WriteTransaction,
    /// The objects that were changed and that the controllers have not looked at, oldest first.
    pub(super) touched: Vec<String>,
    pub(super) faults: Arc<[Fault]>,
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
