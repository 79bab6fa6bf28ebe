//! `helm create`: a new chart from Helm's scaffold or from a starter. Helm: pkg/cmd/create.go.

use crate::{Error, ErrorKind, Report};

/// What `create` needs.
#[derive(Clone, Debug, Default)]
pub struct CreateOptions {
    /// The argument: the chart's name, or a path that ends in it.
    pub name: String,
    /// `--starter`: a name in the starters' folder, or an absolute path; empty where it is not given.
    pub starter: String,
    /// The starters' folder: `starters` in HELM_DATA_HOME.
    pub starters: String,
    /// `--chart-api-version`; empty where it is not given.
    pub chart_api_version: String,
}

/// Writes a new chart.
pub fn create(options: &CreateOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "create is not built yet"))
}
