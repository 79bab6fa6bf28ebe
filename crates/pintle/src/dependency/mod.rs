//! `helm dependency`: what a chart depends on, and fetching it. Helm: pkg/action/dependency.go and
//! pkg/downloader/manager.go.

use crate::{Error, ErrorKind, Report};

/// What `dependency list` needs.
#[derive(Clone, Debug, Default)]
pub struct DependencyListOptions {
    /// The argument; empty stands for `.`.
    pub chart: String,
    /// `--max-col-width`; Helm's default is 80.
    pub max_column_width: usize,
}

/// What `dependency build` and `dependency update` need.
#[derive(Clone, Debug, Default)]
pub struct DependencyOptions {
    /// The argument; empty stands for `.`.
    pub chart: String,
    /// `--verify`
    pub verify: bool,
    /// `--keyring`
    pub keyring: String,
    /// `--skip-refresh`
    pub skip_refresh: bool,
    /// `--debug`
    pub debug: bool,
    /// The path of `repositories.yaml`.
    pub repository_config: String,
    /// The folder of cached indexes.
    pub repository_cache: String,
    /// The present moment in nanoseconds since 1970-01-01 UTC, for `generated` in the lock file.
    pub now: i128,
    /// How many seconds local time is ahead of UTC.
    pub utc_offset: i32,
    /// The number of this process, which Helm names a temporary folder with.
    pub process: u32,
}

/// Lists the dependencies that a chart declares, and how it has them.
pub fn dependency_list(options: &DependencyListOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "dependency list is not built yet"))
}

/// Fetches what `Chart.lock` says, or updates where there is none.
pub fn dependency_build(options: &DependencyOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "dependency build is not built yet"))
}

/// Fetches what `Chart.yaml` says and writes `Chart.lock`.
pub fn dependency_update(options: &DependencyOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "dependency update is not built yet"))
}
