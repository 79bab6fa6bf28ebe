//! Writes files, with the modes and the error texts of Go's `os` package.

use std::{
    fs::{self, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::{Error, path, system};

/// Writes a file with mode 0644, its folders included. Helm: pkg/chart/v2/util/create.go, `writeFile`.
pub fn write_file(name: &str, data: &[u8]) -> Result<(), Error> {
    create_folders(&path::folder(name))?;
    overwrite_file(name, data)
}

/// Writes a file with mode 0644 into a folder that is there, as `os.WriteFile`.
pub fn overwrite_file(name: &str, data: &[u8]) -> Result<(), Error> {
    let failed = |operation: &str, error: &io::Error| Error::unreadable(system::path_error(operation, name, error));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o644);
    let mut file = options.open(name).map_err(|error| failed("open", &error))?;
    file.write_all(data).map_err(|error| failed("write", &error))
}

/// Creates a folder and those above it with mode 0755, as `os.MkdirAll`.
pub fn create_folders(name: &str) -> Result<(), Error> {
    create_with(name, 0o755)
}

/// Creates a folder and those above it for their owner alone.
pub fn create_private_folders(name: &str) -> Result<(), Error> {
    create_with(name, 0o700)
}

fn create_with(name: &str, mode: u32) -> Result<(), Error> {
    match fs::metadata(name) {
        Ok(kind) if kind.is_dir() => return Ok(()),
        Ok(_) => {
            let error = io::Error::from_raw_os_error(20);
            return Err(Error::unreadable(system::path_error("mkdir", name, &error)));
        }
        Err(_) => {}
    }
    let above = path::folder(name);
    if above != name && above != "." {
        create_with(&above, mode)?;
    }
    match fs::DirBuilder::new().mode(mode).create(name) {
        Err(error) if !fs::metadata(name).is_ok_and(|kind| kind.is_dir()) => {
            Err(Error::unreadable(system::path_error("mkdir", name, &error)))
        }
        _ => Ok(()),
    }
}

/// Writes a file beside its place and moves it there, so that nobody ever sees half of it.
///
/// Helm: internal/fileutil, `AtomicWriteFile`.
pub fn replace_file(name: &str, data: &[u8], mode: u32) -> Result<(), Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = format!("{name}.{}-{number}.part", std::process::id());
    let failed = |operation: &str, path: &str, error: &io::Error| {
        let _ = fs::remove_file(&temporary);
        Error::unreadable(system::path_error(operation, path, error))
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let mut file = options.open(&temporary).map_err(|error| {
        let reason = system::path_error("open", name, &error);
        Error::unreadable(reason)
    })?;
    file.write_all(data).map_err(|error| failed("write", &temporary, &error))?;
    drop(file);
    fs::rename(&temporary, name).map_err(|error| failed("rename", name, &error))
}

/// A lock that processes hold on a file while they change what it stands for; given back when it is dropped.
#[derive(Debug)]
pub struct FileLock(fs::File);

impl FileLock {
    /// Waits for the lock, for half a minute at the most, as Helm does.
    pub fn wait(name: &str) -> Result<FileLock, Error> {
        let failed = |error: &io::Error| Error::unreadable(system::path_error("open", name, error));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(name).map_err(|error| failed(&error))?;
        for _ in 0..300 {
            match file.try_lock() {
                Ok(()) => return Ok(FileLock(file)),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(100)),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
        Err(Error::unreadable("context deadline exceeded")
            .hinted(format!("another program has held {name} for half a minute")))
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
