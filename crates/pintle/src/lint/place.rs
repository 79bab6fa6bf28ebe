//! Where the chart that is examined lies: in a folder, or in an archive, which is examined as if it were unpacked.

use std::{collections::BTreeMap, fs};

use chart::{Chart, File, Ignore, Limits, Metadata, Warning};
use source::{path, system};

/// What is at a path of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Missing,
    File,
    Folder,
}

/// A chart's folder, or what an archive would unpack to.
pub(super) enum Place {
    Folder(String),
    Archive {
        /// What stands for the folder in messages.
        shown: String,
        /// By name; a later file of an archive replaces an earlier one.
        files: BTreeMap<String, File>,
    },
}

impl Place {
    /// Finds the chart at a path; an error is Helm's text.
    pub(super) fn open(argument: &str) -> Result<Place, String> {
        if argument.ends_with(".tgz") || argument.ends_with(".tar.gz") {
            let bytes = fs::read(argument)
                .map_err(|error| format!("unable to open tarball: {}", system::path_error("open", argument, &error)))?;
            return Place::unpack(argument, &bytes).map_err(|error| format!("unable to extract tarball: {error}"));
        }
        let chart_yaml = path::join(argument, "Chart.yaml");
        match source::stat(&chart_yaml) {
            Err(error) => Err(format!("unable to check Chart.yaml file in chart: {error}")),
            Ok(_) => Ok(Place::Folder(path::absolute(argument))),
        }
    }

    /// Helm: pkg/chart/v2/util/expand.go.
    fn unpack(argument: &str, bytes: &[u8]) -> Result<Place, String> {
        let unpacked = chart::read_archive(bytes, Limits::default()).map_err(|error| error.to_string())?;
        let mut name = String::new();
        for file in unpacked.iter().filter(|file| file.name == "Chart.yaml") {
            let metadata =
                Metadata::from_yaml(&file.data).map_err(|error| format!("cannot load Chart.yaml: {error}"))?;
            name = metadata.name;
        }
        let quoted = value::quote::quote(name.as_bytes());
        match name.as_str() {
            "" => return Err("chart name not specified".into()),
            "." | ".." => return Err(format!("chart name {quoted} is not allowed")),
            name if path::base(name) != name => {
                return Err(format!("chart name {quoted} must not contain path separators"));
            }
            _ => {}
        }
        let files = unpacked.into_iter().map(|file| (file.name.clone(), file)).collect();
        Ok(Place::Archive { shown: path::absolute(argument), files })
    }

    /// The chart's folder as messages show it.
    pub(super) fn shown(&self) -> &str {
        match self {
            Place::Folder(folder) => folder,
            Place::Archive { shown, .. } => shown,
        }
    }

    pub(super) fn entry(&self, name: &str) -> Entry {
        match self {
            Place::Folder(folder) => match source::stat(&path::join(folder, name)) {
                Ok(kind) if kind.is_dir() => Entry::Folder,
                Ok(_) => Entry::File,
                Err(_) => Entry::Missing,
            },
            Place::Archive { files, .. } => {
                let below = format!("{name}/");
                if files.contains_key(name) {
                    Entry::File
                } else if files.keys().any(|file| file.starts_with(&below)) {
                    Entry::Folder
                } else {
                    Entry::Missing
                }
            }
        }
    }

    /// The content of a file; an error is Go's text.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        match self {
            Place::Folder(folder) => {
                let file = path::join(folder, name);
                let failed = |error| system::path_error(system::read_verb(&error), &file, &error);
                fs::read(&file).map_err(failed)
            }
            Place::Archive { shown, files } => match files.get(name) {
                Some(file) => Ok(file.data.to_vec()),
                None => Err(format!("open {shown}/{name}: no such file or directory")),
            },
        }
    }

    /// Loads the chart; an error is Helm's text.
    pub(super) fn load(&self, warnings: &mut Vec<Warning>) -> Result<Chart, String> {
        match self {
            Place::Folder(folder) => source::load_v2(folder, warnings).map_err(|error| error.to_string()),
            Place::Archive { files, .. } => {
                let rules = match files.get(".helmignore") {
                    Some(file) => Ignore::parse(&file.data).map_err(|error| error.to_string())?,
                    None => Ignore::default(),
                };
                let mut kept: Vec<File> =
                    files.values().filter(|file| !is_ignored(&rules, &file.name)).cloned().collect();
                // The order in which a folder is walked: by the parts of the path.
                kept.sort_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
                Chart::from_files(kept, warnings).map_err(|error| error.to_string())
            }
        }
    }
}

/// Whether a file or a folder above it is left out.
fn is_ignored(rules: &Ignore, name: &str) -> bool {
    let folders = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
    folders.into_iter().any(|folder| rules.is_ignored(folder, true)) || rules.is_ignored(name, false)
}
