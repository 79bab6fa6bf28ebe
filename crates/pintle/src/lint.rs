//! `helm lint`: examines charts. Helm: pkg/action/lint.go and pkg/cmd/lint.go.

use value::Map;

use crate::{Error, ErrorKind, Report};

/// What `lint` needs.
#[derive(Clone, Debug, Default)]
pub struct LintOptions {
    /// The arguments: chart folders and archives.
    pub paths: Vec<String>,
    /// The merged values of `-f` and the `--set` flags.
    pub values: Map,
    /// `--namespace`, or what stands for it.
    pub namespace: String,
    /// `--strict`
    pub strict: bool,
    /// `--with-subcharts`
    pub with_subcharts: bool,
    /// `--quiet`
    pub quiet: bool,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--kube-version`; empty where it is not given.
    pub kube_version: String,
}

/// Examines charts; the outcome is an error where one of them fails.
pub fn lint(options: &LintOptions) -> Report {
    let _ = options;
    Report::failed(Error::new(ErrorKind::NotBuilt, "lint is not built yet"))
}
