//! `helm package`: chart folders into archives. Helm: pkg/action/package.go.

use crate::{DependencyOptions, Error, ErrorKind, Report};

/// What `package` needs.
#[derive(Clone, Debug, Default)]
pub struct PackageOptions {
    /// The arguments: chart folders.
    pub paths: Vec<String>,
    /// `--version`; empty where it is not given.
    pub version: String,
    /// `--app-version`; empty where it is not given.
    pub app_version: String,
    /// `--destination`; Helm's default is `.`.
    pub destination: String,
    /// `--dependency-update`, and with what; `chart` in it counts for nothing.
    pub dependency_update: Option<DependencyOptions>,
    /// `--sign`
    pub sign: bool,
    /// `--key`
    pub key: String,
    /// `--keyring`
    pub keyring: String,
    /// SOURCE_DATE_EPOCH in seconds: the time of every file in the archive.
    pub source_date_epoch: Option<i64>,
}

/// Writes an archive for each chart; stops at the first that fails.
pub fn package(options: &PackageOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "package is not built yet"))
}
