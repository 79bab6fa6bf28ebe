//! What a chart is: metadata, files, dependencies, values merge, the `--set` grammar, schema, lint, packaging.
//!
//! Takes bytes, gives bytes: folders and archives are read by `source`. Never spawns, never opens a connection.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod archive;
mod capabilities;
mod chart;
mod coalesce;
mod dependencies;
mod error;
mod glob;
mod ignore;
mod import_values;
mod index;
mod lint;
mod load;
mod metadata;
mod options;
mod ordered;
mod package;
mod path;
mod print;
mod rfc3339;
mod scaffold;
mod schema;
mod shape;
mod strvals;
mod values_file;
mod warning;

pub use crate::{
    archive::{ArchiveEntry, Limits, read as read_archive, visit as visit_archive},
    capabilities::{ApiVersions, Capabilities, HelmVersion, KubeVersion},
    chart::{Chart, Crd, File},
    coalesce::{coalesce_tables, coalesce_values, merge_values},
    dependencies::{is_compatible_range, process_dependencies},
    error::Error,
    glob::{BadPattern, matches as path_matches},
    ignore::Ignore,
    index::{
        Index, IndexEntry, IndexHead, Legacy, Reading, choose_version, indent_json, is_version_range, read_index,
        sort_versions,
    },
    lint::{
        Finding, Findings, ManifestHead, Severity, has_listed_resource_policy, lint_chart_file, lint_crd,
        lint_dependencies, read_heads,
    },
    metadata::{API_VERSION_1, API_VERSION_2, Dependency, Lock, Maintainer, Marks, Metadata},
    options::ValueOptions,
    package::{ArchiveMember, ArchiveTime, archive_name, has_legacy_lock, pack, write_archive},
    print::go_text,
    scaffold::{from_starter, scaffold, validate_folder_name, validate_new_name},
    schema::{SchemaError, validate_against, validate_values},
    strvals::{set, set_file, set_json, set_literal, set_string},
    values_file::{merge_maps, read_values},
    warning::{Level, Warning},
};
