//! `helm show`: what a chart says about itself. Helm: pkg/action/show.go.

use source::ChartQuery;

use crate::{Error, ErrorKind, Report};

/// Which part of a chart is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowPart {
    /// Everything.
    All,
    /// `Chart.yaml`, written anew.
    Chart,
    /// `values.yaml` as it is, or what a JSONPath finds in it.
    Values,
    /// The first of README.md, README.txt and README.
    Readme,
    /// The files in `crds/`.
    Crds,
}

/// What `show` needs.
#[derive(Clone, Debug)]
pub struct ShowOptions {
    /// Which chart.
    pub chart: ChartQuery,
    /// Which part of it.
    pub part: ShowPart,
    /// `--jsonpath`; empty where it is not given.
    pub json_path: String,
}

/// Shows a part of a chart.
pub fn show(options: &ShowOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "show is not built yet"))
}
