//! How releases are printed: as text, as JSON, as YAML. Helm: `pkg/cli/output`.

mod changed;
mod list;
mod metadata;
mod page;
mod paint;
mod revisions;
mod status;
mod values;

use value::{json, yaml};

use crate::{error::Failure, parse::FlagSet};

pub(crate) use self::{
    list::{ListView, list},
    metadata::metadata,
    page::page,
    paint::Paint,
    revisions::{changed_revisions, revisions},
    status::{ReleaseView, hooks, release, release_text},
    values::values,
};

/// `--output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One line of JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    /// What the flag says; it has been checked when it was read.
    pub(crate) fn of(flags: &FlagSet<'_>) -> Format {
        match flags.text("output") {
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            _ => Format::Table,
        }
    }
}

/// JSON with its end of line, as Go's encoder writes it.
pub(crate) fn json_line(mut json: Vec<u8>) -> Vec<u8> {
    json.push(b'\n');
    json
}

/// JSON as YAML. sigs.k8s.io/yaml: `Marshal`, which makes JSON first.
pub(crate) fn yaml_of(json: &[u8]) -> Result<Vec<u8>, Failure> {
    let value = json::from_slice_int64(json).map_err(|error| unwritable("YAML", error))?;
    yaml::to_vec(&value).map_err(|error| unwritable("YAML", error))
}

/// The failure of what cannot be written.
pub(crate) fn unwritable(what: &str, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("unable to write {what} output: {error}"))
}
