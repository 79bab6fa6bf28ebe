//! One function for each of Helm's operations, joining the stages: the library that others embed.
//!
//! Takes options and gives reports. Never prints, never reads the environment, the home folder or the clock except
//! through what it was given.

mod create;
mod dependency;
mod error;
mod lint;
mod log;
mod package;
mod report;
mod show;

pub use crate::{
    create::{CreateOptions, create},
    dependency::{DependencyListOptions, DependencyOptions, dependency_build, dependency_list, dependency_update},
    error::{Error, ErrorKind},
    lint::{LintOptions, lint},
    log::{Level, LogLine},
    package::{PackageOptions, package},
    report::Report,
    show::{ShowOptions, ShowPart, show},
};
pub use source::ChartQuery;
