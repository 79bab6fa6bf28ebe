//! The file of the store. The disk is waited for once for each process, not once for each request.
//!
//! What a killed process has written the system keeps, all of it and in its order. Only where the machine itself goes
//! down may later writes be kept without earlier ones. So a note beside the file says in which run of the system it was
//! last opened; who opens it first in another run has every page of it checked.

use std::{
    fs::{self, File, OpenOptions},
    io,
    ops::Bound,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use redb::{BackendError, Builder, Database, DatabaseError, StorageBackend, backends::FileBackend};

/// Names the present run of the system.
const RUN: &str = "/proc/sys/kernel/random/boot_id";

/// Opens a file, or makes it.
///
/// Fails where it cannot be had, and where the machine went down while it was written and left no whole state.
pub(super) fn open(builder: &mut Builder, path: &Path) -> Result<Database, DatabaseError> {
    let Some(run) = fs::read_to_string(RUN).ok().filter(|run| !run.trim().is_empty()) else {
        // Nobody says whether the machine went down, so that every write must last.
        return builder.create(path);
    };
    let note = path.with_extension("run");
    let is_known = fs::read_to_string(&note).is_ok_and(|known| known == run);
    builder.set_check_integrity_on_open(!is_known);
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    let database = builder.create_with_backend(Unhurried::new(file)?)?;
    if !is_known {
        let new = path.with_extension(format!("run-{}", std::process::id()));
        fs::write(&new, run)?;
        fs::rename(&new, &note)?;
    }
    Ok(database)
}

/// A file whose writes reach the disk when it is closed, if the system has not seen to that before.
#[derive(Debug)]
struct Unhurried {
    file: FileBackend,
    is_behind: AtomicBool,
}

impl Unhurried {
    fn new(file: File) -> Result<Unhurried, DatabaseError> {
        Ok(Unhurried { file: FileBackend::new(file)?, is_behind: AtomicBool::new(false) })
    }
}

impl StorageBackend for Unhurried {
    fn sync_data(&self) -> io::Result<()> {
        self.is_behind.store(true, Ordering::Release);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        let synced = if self.is_behind.swap(false, Ordering::AcqRel) { self.file.sync_data() } else { Ok(()) };
        let closed = self.file.close();
        synced.and(closed)
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use redb::{ConcurrencyMode, ReadableDatabase as _, TableDefinition};

    use super::*;

    const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("t");

    fn opened(path: &Path) -> Result<Database, DatabaseError> {
        let mut builder = Builder::new();
        builder.set_concurrency_mode(ConcurrencyMode::MultiWriter);
        open(&mut builder, path)
    }

    fn put(database: &Database, number: u64) {
        let transaction = database.begin_write().unwrap();
        transaction.open_table(TABLE).unwrap().insert(number, [number as u8; 5000].as_slice()).unwrap();
        transaction.commit().unwrap();
    }

    fn has(database: &Database, number: u64) -> bool {
        let table = database.begin_read().unwrap().open_table(TABLE).unwrap();
        table.get(number).unwrap().is_some()
    }

    #[test]
    fn what_is_written_is_there_for_others_at_once_and_after_another_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        let (one, other) = (opened(&path).unwrap(), opened(&path).unwrap());
        put(&one, 1);
        assert!(has(&other, 1));
        put(&other, 2);
        drop((one, other));
        fs::write(path.with_extension("run"), "another run").unwrap();
        let again = opened(&path).unwrap();
        assert!(has(&again, 1) && has(&again, 2));
        assert_ne!(fs::read_to_string(path.with_extension("run")).unwrap(), "another run");
    }

    #[test]
    fn what_the_machine_left_half_written_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        let database = opened(&path).unwrap();
        (0..20).for_each(|number| put(&database, number));
        drop(database);
        fs::write(path.with_extension("run"), "another run").unwrap();
        // Everything but the header and what follows it was never written.
        let mut bytes = fs::read(&path).unwrap();
        bytes.iter_mut().skip(8192).for_each(|byte| *byte = 0);
        fs::write(&path, bytes).unwrap();
        assert!(opened(&path).is_err());
    }
}
