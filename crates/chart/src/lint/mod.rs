//! What `helm lint` finds in a chart without rendering it. Helm: pkg/chart/v2/lint.

mod chart_file;
mod dependencies;
mod documents;
mod manifest;
mod web;

use std::fmt;

pub use self::{
    chart_file::lint_chart_file,
    dependencies::lint_dependencies,
    manifest::{ManifestHead, has_listed_resource_policy, lint_crd, read_heads},
};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is good to know.
    Info,
    /// It goes against conventions and will probably work.
    Warning,
    /// It will not work.
    Error,
}

/// Something that lint has to say about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(severity: Severity, path: &str, message: impl Into<String>) -> Finding {
        Finding { severity, path: path.to_owned(), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.message)
    }
}

/// Findings in the order of the rules.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Notes what a rule says, and gives whether it says nothing.
    pub fn check(&mut self, severity: Severity, path: &str, outcome: Result<(), String>) -> bool {
        match outcome {
            Ok(()) => true,
            Err(message) => {
                self.0.push(Finding::new(severity, path, message));
                false
            }
        }
    }
}
