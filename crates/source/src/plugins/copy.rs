//! Moves and copies whole folders.

use std::{fs, os::unix::fs::symlink};

use crate::{Error, path, system, write};

/// Brings a folder to a place that is not there yet: moved where that can be done, otherwise copied.
pub(super) fn bring(from: &str, to: &str) -> Result<(), Error> {
    write::create_folders(&path::folder(to))?;
    if fs::rename(from, to).is_ok() {
        return Ok(());
    }
    copy(from, to)
}

/// Copies a folder to a place that is not there yet, links as links. What was begun is removed if it fails.
pub(super) fn copy(from: &str, to: &str) -> Result<(), Error> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(Error::unreadable("destination already exists"));
    }
    let copied = copy_below(from, to);
    if copied.is_err() {
        let _ = fs::remove_dir_all(to);
    }
    copied
}

fn copy_below(from: &str, to: &str) -> Result<(), Error> {
    let failed = |verb: &str, file: &str, error: &std::io::Error| {
        Error::unreadable(format!("copying folder failed: {}", system::path_error(verb, file, error)))
    };
    write::create_folders(to)?;
    for entry in fs::read_dir(from).map_err(|error| failed("open", from, &error))? {
        let entry = entry.map_err(|error| failed("open", from, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let (source, target) = (path::join(from, &name), path::join(to, &name));
        let kind = entry.file_type().map_err(|error| failed("lstat", &source, &error))?;
        if kind.is_dir() {
            copy_below(&source, &target)?;
        } else if kind.is_symlink() {
            let link = fs::read_link(&source).map_err(|error| failed("readlink", &source, &error))?;
            symlink(link, &target).map_err(|error| failed("symlink", &target, &error))?;
        } else {
            fs::copy(&source, &target).map_err(|error| failed("open", &source, &error))?;
        }
    }
    Ok(())
}
