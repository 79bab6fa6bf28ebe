//! Loads charts from folders and archives. Helm: pkg/chart/loader and pkg/chart/v2/loader.

use std::fs;

use chart::{Chart, Limits, Metadata, Warning};

use crate::{Error, ErrorKind, folder, path, system};

/// Loads a folder or an archive after a look at its `apiVersion`, as `install`, `template` and `package` do.
///
/// Helm: pkg/chart/loader/load.go, `Load`.
pub fn load(name: &str, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
    if !stat(name)?.is_dir() {
        let bytes = read_archive(name)?;
        return Ok(Chart::from_archive(name, &bytes, Limits::default(), warnings)?);
    }
    load_folder(name, warnings)
}

/// Loads a folder after a look at its `apiVersion`. Helm: pkg/chart/loader/load.go, `LoadDir`.
pub fn load_folder(name: &str, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
    let chart_yaml = path::join(&path::absolute(name), "Chart.yaml");
    let bytes = fs::read(&chart_yaml).map_err(|error| {
        let reason = system::path_error(system::read_verb(&error), &chart_yaml, &error);
        Error::unreadable(format!("unable to detect chart at {chart_yaml}: {reason}"))
    })?;
    Metadata::check_api_version(&bytes)?;
    load_v2_folder(name, warnings)
}

/// Loads a folder or an archive as a chart of apiVersion v1 or v2, as `show`, `lint` and `dependency` do.
///
/// Helm: pkg/chart/v2/loader/load.go, `Load`.
pub fn load_v2(name: &str, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
    if stat(name)?.is_dir() { load_v2_folder(name, warnings) } else { load_v2_file(name, warnings) }
}

/// Loads a folder as a chart of apiVersion v1 or v2. Helm: pkg/chart/v2/loader/directory.go, `LoadDir`.
pub fn load_v2_folder(name: &str, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
    let files = folder::read_folder(name, warnings)?;
    Ok(Chart::from_files(files, warnings)?)
}

/// Loads an archive as a chart of apiVersion v1 or v2. Helm: pkg/chart/v2/loader/archive.go, `LoadFile`.
pub fn load_v2_file(name: &str, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
    if stat(name)?.is_dir() {
        return Err(Error::unreadable("cannot load a directory"));
    }
    let bytes = read_archive(name)?;
    Ok(Chart::from_v2_archive(name, &bytes, Limits::default(), warnings)?)
}

/// What is at a path, links followed, as `os.Stat`; of kind [`ErrorKind::NotFound`] where nothing is.
pub fn stat(name: &str) -> Result<fs::Metadata, Error> {
    fs::metadata(name).map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let kind = if missing { ErrorKind::NotFound } else { ErrorKind::Unreadable };
        Error::new(kind, system::path_error("stat", name, &error))
    })
}

/// The bytes of an archive, which Helm bounds only once it is unpacked.
fn read_archive(name: &str) -> Result<Vec<u8>, Error> {
    crate::read::bounded(name)
}
