//! Writes files, with the modes and the error texts of Go's `os` package.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
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
        create_folders(&above)?;
    }
    match fs::DirBuilder::new().mode(0o755).create(name) {
        Err(error) if !fs::metadata(name).is_ok_and(|kind| kind.is_dir()) => {
            Err(Error::unreadable(system::path_error("mkdir", name, &error)))
        }
        _ => Ok(()),
    }
}
